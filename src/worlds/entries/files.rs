//! HIT layouts, and files that workers sent along with their answers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Entry;
use crate::shapes::scalar::{AccessKey, Id, Key};

/// A page with placeholders, from which HITs are made.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
#[schema(example = json!({"HTMLContent": "<p>${question}</p>"}))]
pub struct LayoutEntry {
    pub requester: Option<AccessKey>,
    #[serde(rename = "HITLayoutId")]
    pub hit_layout_id: Option<Id>,
    pub name: Option<String>,
    /// HTML in which `${name}` stands for a parameter's value.
    #[serde(rename = "HTMLContent")]
    #[schema(required, min_length = 1, max_length = 65535)]
    pub html_content: String,
    /// Pixels; 0, which fits the worker's window, if absent.
    pub frame_height: Option<u32>,
}

impl Entry for LayoutEntry {
    const ID: &[&str] = &["HITLayoutId"];
}

/// A file that a worker sent along with an answer.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct FileEntry {
    #[schema(required)]
    pub assignment_id: Id,
    pub question_identifier: Option<String>,
    /// As the answer has it.
    #[schema(required)]
    pub uploaded_file_key: Key,
    pub file_name: Option<String>,
    pub content_type: Option<String>,
    /// In base64.
    #[schema(required, min_length = 1, pattern = "^[A-Za-z0-9+/]+={0,2}$")]
    pub content: String,
}

impl Entry for FileEntry {
    const ID: &[&str] = &["UploadedFileKey"];
}
