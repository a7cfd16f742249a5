//! GetFileUploadURL: a link to a file of an answer, good for a minute.

use serde::Deserialize;
use serde_json::json;

use crate::fault::Fault;
use crate::ops::get_assignment::submitted;
use crate::ops::{Answer, Content};
use crate::rules::file_link;
use crate::store::uploaded_files;
use crate::time::real_now;
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub assignment_id: String,
    pub question_identifier: String,
}

/// The answer: the token of a link.
#[derive(Debug)]
pub struct Output(String);

impl Answer for Output {
    fn body(self, origin: &str) -> Result<Content, Fault> {
        json!({"FileUploadURL": format!("{origin}/_mturk/files/{}", self.0)}).body(origin)
    }
}

/// Assumed: the refusal of work that was not submitted, as GetAssignment has it, and of a
/// question that no file answers.
pub(super) async fn run(turn: &mut Turn, input: Input) -> Result<Output, Fault> {
    let Input { assignment_id, question_identifier } = input;
    let Turn { tx, requester, .. } = turn;
    let key = uploaded_files::key(tx, &requester.id, &assignment_id, &question_identifier);
    let Some(key) = key.await? else {
        submitted(turn, &assignment_id, "Reviewable,Approved,Rejected").await?;
        return Err(Fault::invalid_value("QuestionIdentifier", &question_identifier));
    };
    let token = file_link::token(&turn.page_key, &key, real_now());
    Ok(Output(token))
}
