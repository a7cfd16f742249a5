//! HIT layouts, and files of answers.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::object;
use crate::fault::Fault;
use crate::store::{hit_layouts, uploaded_files};
use crate::turn::Turn;

pub(super) async fn layouts(turn: &mut Turn) -> Result<Vec<Value>, Fault> {
    let all = hit_layouts::all(&mut turn.tx).await?;
    Ok(all
        .into_iter()
        .map(|of| {
            object(json!({
                "Requester": of.requester_id,
                "HITLayoutId": of.id,
                "Name": of.name,
                "HTMLContent": of.layout.html,
                "FrameHeight": of.layout.frame_height,
            }))
        })
        .collect())
}

pub(super) async fn files(turn: &mut Turn) -> Result<Vec<Value>, Fault> {
    let mut shown = Vec::new();
    let mut key = String::new();
    while let Some(file) = uploaded_files::after(&mut turn.tx, &key).await? {
        key.clone_from(&file.key);
        shown.push(json!({
            "AssignmentId": file.assignment_id,
            "QuestionIdentifier": file.question_identifier,
            "UploadedFileKey": file.key,
            "FileName": file.file_name,
            "ContentType": file.content_type,
            "Content": STANDARD.encode(file.content),
        }));
    }
    Ok(shown)
}
