//! HIT layouts and uploaded files of a world.

use utoipa::ToSchema;

use crate::control::description::words::Id;

/// A page with placeholders, from which HITs are made.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[schema(example = json!({"HTMLContent": "<p>${question}</p>"}))]
pub struct LayoutEntry {
    requester: Option<String>,
    #[serde(rename = "HITLayoutId")]
    hit_layout_id: Option<Id>,
    name: Option<String>,
    /// HTML in which `${name}` stands for a parameter's value.
    #[serde(rename = "HTMLContent")]
    #[schema(min_length = 1, max_length = 65535)]
    html_content: String,
    /// Pixels; 0, which fits the worker's window, if absent.
    #[schema(minimum = 0, maximum = 4_294_967_295_i64)]
    frame_height: Option<i64>,
}

/// A file that a worker sent along with an answer.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct FileEntry {
    assignment_id: Id,
    question_identifier: Option<String>,
    /// As it stands in the answer.
    #[schema(min_length = 1)]
    uploaded_file_key: String,
    file_name: Option<String>,
    content_type: Option<String>,
    /// In base64.
    #[schema(min_length = 1, pattern = "^[A-Za-z0-9+/]+={0,2}$")]
    content: String,
}
