//! GetFileUploadURL: a link to a file of an answer, good for a minute.

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::ops::Operation;
use crate::ops::get_assignment::submitted;
use crate::rules::file_link;
use crate::store::uploaded_files;
use crate::time::real_now;
use crate::turn::{Access, Turn};

/// `GetFileUploadURL`.
#[derive(Debug)]
pub struct GetFileUploadUrl;

/// The request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Input {
    pub assignment_id: String,
    pub question_identifier: String,
}

/// The answer.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Output {
    #[serde(rename = "FileUploadURL")]
    pub file_upload_url: String,
}

impl Operation for GetFileUploadUrl {
    const NAME: &'static str = "GetFileUploadURL";
    const ACCESS: Access = Access::Read;
    type Input = Input;
    type Output = Output;

    /// Assumed: the refusal of work that was not handed in, as GetAssignment has it, and of a
    /// question that no file answers.
    async fn run(turn: &mut Turn, input: Input) -> Result<Output, Fault> {
        let Input { assignment_id, question_identifier } = input;
        let Turn { tx, requester, .. } = turn;
        let key = uploaded_files::key(tx, &requester.id, &assignment_id, &question_identifier);
        let Some(key) = key.await? else {
            submitted(turn, &assignment_id, "Reviewable,Approved,Rejected").await?;
            return Err(Fault::invalid_value("QuestionIdentifier", &question_identifier));
        };
        let token = file_link::token(&turn.page_key, &key, real_now());
        Ok(Output { file_upload_url: format!("{}/_mturk/files/{token}", turn.origin) })
    }
}
