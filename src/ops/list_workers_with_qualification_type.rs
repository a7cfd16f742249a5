//! ListWorkersWithQualificationType: who has a qualification of the requester's type.
//!
//! Assumed: the newest first; those who have it, unless those who had it are asked for; of a
//! deleted type too, as its qualifications stay.

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::ops::Operation;
use crate::rules::page::Listing;
use crate::shapes::qualification::{Qualification as Shape, QualificationStatus};
use crate::store::qualification_types;
use crate::store::qualifications::{self, Qualification};
use crate::turn::{Access, Turn};

/// `ListWorkersWithQualificationType`.
#[derive(Debug)]
pub struct ListWorkersWithQualificationType;

/// The request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Input {
    pub qualification_type_id: String,
    pub status: Option<QualificationStatus>,
    pub next_token: Option<String>,
    pub max_results: Option<i64>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Output {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
    pub num_results: usize,
    pub qualifications: Vec<Shape>,
}

impl Operation for ListWorkersWithQualificationType {
    const NAME: &'static str = "ListWorkersWithQualificationType";
    const ACCESS: Access = Access::Read;
    type Input = Input;
    type Output = Output;

    async fn run(turn: &mut Turn, input: Input) -> Result<Output, Fault> {
        let Turn { tx, requester, page_key, .. } = turn;
        let id = &input.qualification_type_id;
        let status = input.status.unwrap_or(QualificationStatus::Granted);
        let chosen_by = [id.as_str(), status.as_str()];
        let operation = Self::NAME;
        let list = Listing { requester_id: &requester.id, operation, chosen_by: &chosen_by };
        let page = list.page(page_key, input.next_token.as_deref(), input.max_results)?;
        let found = qualifications::list(tx, &requester.id, id, status, page).await?;
        let next_token = found.last().map(|last| list.seal(page_key, last.key));
        if found.is_empty() && page.after.is_none() {
            qualification_types::known(tx, &requester.id, id).await?;
        }
        let qualifications: Vec<_> = found.into_iter().map(Qualification::shape).collect();
        Ok(Output { next_token, num_results: qualifications.len(), qualifications })
    }
}
