//! ListBonusPayments: what the requester paid for a HIT or an assignment.
//!
//! Assumed: the latest first.

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::money::Cents;
use crate::ops::Operation;
use crate::rules::page::Listing;
use crate::store::bonus_payments::{self, Of};
use crate::store::{assignments, hits};
use crate::time::Instant;
use crate::turn::{Access, Turn};

/// `ListBonusPayments`.
#[derive(Debug)]
pub struct ListBonusPayments;

/// The request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Input {
    #[serde(rename = "HITId")]
    pub hit_id: Option<String>,
    pub assignment_id: Option<String>,
    pub next_token: Option<String>,
    pub max_results: Option<i64>,
}

/// One payment.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct BonusPayment {
    pub worker_id: String,
    pub bonus_amount: Cents,
    pub assignment_id: String,
    pub reason: String,
    pub grant_time: Instant,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Output {
    pub num_results: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
    pub bonus_payments: Vec<BonusPayment>,
}

impl Operation for ListBonusPayments {
    const NAME: &'static str = "ListBonusPayments";
    const ACCESS: Access = Access::Read;
    type Input = Input;
    type Output = Output;

    async fn run(turn: &mut Turn, input: Input) -> Result<Output, Fault> {
        let of = chosen(input.hit_id.as_deref(), input.assignment_id.as_deref())?;
        check(turn, of).await?;
        let Turn { tx, requester, page_key, .. } = turn;
        let chosen_by = match of {
            Of::Hit(id) => [id, ""],
            Of::Assignment(id) => ["", id],
        };
        let list =
            Listing { requester_id: &requester.id, operation: Self::NAME, chosen_by: &chosen_by };
        let page = list.page(page_key, input.next_token.as_deref(), input.max_results)?;
        let paid = bonus_payments::list(tx, &requester.id, of, page).await?;
        let next_token = paid.last().map(|(_, place)| list.seal(page_key, *place));
        let num_results = paid.len();
        let bonus_payments = paid.into_iter().map(|(paid, _)| shown(paid)).collect();
        Ok(Output { num_results, next_token, bonus_payments })
    }
}

/// Assumed: exactly one of HITId and AssignmentId is wanted; the sentence.
fn chosen<'a>(hit: Option<&'a str>, assignment: Option<&'a str>) -> Result<Of<'a>, Fault> {
    match (hit, assignment) {
        (Some(id), None) => Ok(Of::Hit(id)),
        (None, Some(id)) => Ok(Of::Assignment(id)),
        _ => Err(Fault::parameter(
            "InvalidParameterValue",
            "Either HITId or AssignmentId must be given, and not both.",
        )),
    }
}

/// Whether what the list is about is the requester's; a deleted HIT is.
async fn check(turn: &mut Turn, of: Of<'_>) -> Result<(), Fault> {
    let Turn { tx, requester, .. } = turn;
    match of {
        Of::Hit(id) => hits::owned(tx, &requester.id, id).await.map(drop),
        Of::Assignment(id) => {
            let there = assignments::ever_owned(tx, &requester.id, id).await?.is_some()
                || bonus_payments::any(tx, &requester.id, id).await?;
            there.then_some(()).ok_or_else(|| Fault::assignment_does_not_exist(id))
        }
    }
}

fn shown(paid: bonus_payments::BonusPayment) -> BonusPayment {
    BonusPayment {
        worker_id: paid.worker_id,
        bonus_amount: paid.amount,
        assignment_id: paid.assignment_id,
        reason: paid.reason,
        grant_time: paid.grant_at,
    }
}
