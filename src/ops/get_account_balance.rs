//! GetAccountBalance: what the requester can spend, and in production what is on hold.

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::money::Cents;
use crate::store::requesters::{self, Balance, OPENING_BALANCE};
use crate::turn::{Profile, Turn};

/// The request has no members.
#[derive(Deserialize)]
pub struct Input {}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    /// Assumed: never below zero, since the API's model has no such number. Here it can be: after
    /// a store of the sandbox is opened as production, and by a world file.
    pub available_balance: Cents,
    /// Assumed: the sandbox, which holds nothing, does not show what is on hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_hold_balance: Option<Cents>,
}

pub(super) async fn run(turn: &mut Turn, _: Input) -> Result<Output, Fault> {
    if turn.market.profile == Profile::Sandbox {
        return Ok(Output { available_balance: OPENING_BALANCE, on_hold_balance: None });
    }
    let Balance { available, on_hold, .. } =
        requesters::balance(&mut turn.tx, &turn.requester).await?;
    let available_balance = available.max(Cents(0));
    Ok(Output { available_balance, on_hold_balance: Some(on_hold) })
}
