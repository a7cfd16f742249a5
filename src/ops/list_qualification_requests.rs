//! ListQualificationRequests: what workers asked for and the requester has not decided.
//!
//! Assumed: the list of a deleted type is empty.

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::ops::Operation;
use crate::rules::page::Listing;
use crate::shapes::qualification::QualificationRequest as Shape;
use crate::store::qualification_requests::{self, QualificationRequest};
use crate::store::qualification_types;
use crate::turn::{Access, Turn};

/// `ListQualificationRequests`.
#[derive(Debug)]
pub struct ListQualificationRequests;

/// The request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Input {
    pub qualification_type_id: Option<String>,
    pub next_token: Option<String>,
    pub max_results: Option<i64>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Output {
    pub num_results: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
    pub qualification_requests: Vec<Shape>,
}

impl Operation for ListQualificationRequests {
    const NAME: &'static str = "ListQualificationRequests";
    const ACCESS: Access = Access::Read;
    type Input = Input;
    type Output = Output;

    async fn run(turn: &mut Turn, input: Input) -> Result<Output, Fault> {
        let Turn { tx, requester, page_key, .. } = turn;
        let id = input.qualification_type_id.as_deref();
        let chosen_by = [id.unwrap_or_default()];
        let operation = Self::NAME;
        let list = Listing { requester_id: &requester.id, operation, chosen_by: &chosen_by };
        let page = list.page(page_key, input.next_token.as_deref(), input.max_results)?;
        let found = qualification_requests::list(tx, &requester.id, id, page).await?;
        let next_token = found.last().map(|last| list.seal(page_key, last.position));
        if let (true, None, Some(id)) = (found.is_empty(), page.after, id) {
            qualification_types::known(tx, &requester.id, id).await?;
        }
        let requests: Vec<_> = found.into_iter().map(QualificationRequest::shape).collect();
        Ok(Output { num_results: requests.len(), next_token, qualification_requests: requests })
    }
}
