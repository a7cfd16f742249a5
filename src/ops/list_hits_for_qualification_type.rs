//! ListHITsForQualificationType: the requester's HITs that require a type, without deleted ones.
//!
//! Assumed: newest first, as in ListHITs; the type may be anybody's or the system's; the list of a
//! deleted type stays, since HITs may require it still.

use serde::{Deserialize, Serialize};

use crate::acts::require::exists;
use crate::fault::Fault;
use crate::ops::Operation;
use crate::rules::page::Listing;
use crate::rules::qualification::system::System;
use crate::store::hits::Hit;
use crate::store::{hit_requirements, qualification_types};
use crate::turn::{Access, Turn};

/// `ListHITsForQualificationType`.
#[derive(Debug)]
pub struct ListHitsForQualificationType;

/// The request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Input {
    pub qualification_type_id: String,
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
    #[serde(rename = "HITs")]
    pub hits: Vec<Hit>,
}

impl Operation for ListHitsForQualificationType {
    const NAME: &'static str = "ListHITsForQualificationType";
    const ACCESS: Access = Access::Read;
    type Input = Input;
    type Output = Output;

    async fn run(turn: &mut Turn, input: Input) -> Result<Output, Fault> {
        let id = &input.qualification_type_id;
        let Turn { tx, requester, page_key, .. } = turn;
        let list = Listing { requester_id: &requester.id, operation: Self::NAME, chosen_by: &[id] };
        let page = list.page(page_key, input.next_token.as_deref(), input.max_results)?;
        let hits = hit_requirements::list(tx, &requester.id, id, page).await?;
        let next_token = hits.last().map(|hit| list.seal(page_key, hit.position));
        if hits.is_empty() && page.after.is_none() {
            known(turn, id).await?;
        }
        Ok(Output { next_token, num_results: hits.len(), hits })
    }
}

/// Whether there is such a type, or was.
async fn known(turn: &mut Turn, id: &str) -> Result<(), Fault> {
    if System::find(id).is_some_and(|system| exists(turn, system)) {
        return Ok(());
    }
    match qualification_types::find(&mut turn.tx, id).await? {
        Some(_) => Ok(()),
        None => Err(Fault::qualification_type_does_not_exist(id)),
    }
}
