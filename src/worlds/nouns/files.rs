//! Files that workers sent along with their answers.

use crate::worlds::fields::{Fields, Place};

/// An entry of `UploadedFiles`.
#[derive(Debug)]
pub struct FileEntry {
    pub place: Place,
    pub assignment_id: String,
    pub question_identifier: String,
    /// As it stands in the answer.
    pub key: String,
    pub file_name: Option<String>,
    pub content_type: Option<String>,
    /// In base64.
    pub content: String,
}

/// Reads an entry of `UploadedFiles`.
pub fn file(fields: &mut Fields<'_>) -> Option<FileEntry> {
    let entry = FileEntry {
        place: fields.place().clone(),
        assignment_id: fields.id("AssignmentId").unwrap_or_default(),
        question_identifier: fields.key("QuestionIdentifier").unwrap_or_default(),
        key: fields.key("UploadedFileKey").unwrap_or_default(),
        file_name: fields.take("FileName"),
        content_type: fields.take("ContentType"),
        content: fields.take("Content").unwrap_or_default(),
    };
    let named = fields.need(!entry.assignment_id.is_empty(), "AssignmentId");
    let named = fields.need(!entry.key.is_empty(), "UploadedFileKey") && named;
    (fields.need(!entry.content.is_empty(), "Content") && named).then_some(entry)
}
