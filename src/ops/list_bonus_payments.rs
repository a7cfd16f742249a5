//! ListBonusPayments: what the requester paid for a HIT or an assignment.
//!
//! Assumed: the latest first.

use serde::Deserialize;

use crate::fault::Fault;
use crate::ops::list::{PageOf, PageRequest};
use crate::store::bonus_payments::{self, BonusPayment, Of};
use crate::store::{assignments, hits};
use crate::turn::Turn;

/// Which payments.
#[derive(Deserialize)]
pub struct Filter {
    #[serde(rename = "HITId")]
    pub hit_id: Option<String>,
    #[serde(rename = "AssignmentId")]
    pub assignment_id: Option<String>,
}

/// Assumed: exactly one of HITId and AssignmentId is needed; the sentence.
pub(super) async fn run(
    turn: &mut Turn,
    input: PageRequest<Filter>,
) -> Result<PageOf<BonusPayment>, Fault> {
    let ids = [&input.filter.hit_id, &input.filter.assignment_id].map(Option::as_deref);
    let of = match ids {
        [Some(id), None] => Of::Hit(id),
        [None, Some(id)] => Of::Assignment(id),
        _ => {
            let message = "Either HITId or AssignmentId must be given, and not both.";
            return Err(Fault::parameter(message));
        }
    };
    check_owner(turn, of).await?;
    let list =
        input.list(turn, "ListBonusPayments", ids.map(Option::unwrap_or_default).to_vec())?;
    let found = bonus_payments::list(&mut turn.tx, &turn.requester.id, of, list.page).await?;
    Ok(list.answer("BonusPayments", found))
}

/// Whether what the list is about is the requester's; a deleted HIT is.
async fn check_owner(turn: &mut Turn, of: Of<'_>) -> Result<(), Fault> {
    let Turn { tx, requester, .. } = turn;
    match of {
        Of::Hit(id) => hits::owned(tx, &requester.id, id).await.map(drop),
        Of::Assignment(id) => {
            let is_there = assignments::ever_owned(tx, &requester.id, id).await?.is_some()
                || bonus_payments::any(tx, &requester.id, id).await?;
            is_there.then_some(()).ok_or_else(|| Fault::assignment_does_not_exist(id))
        }
    }
}
