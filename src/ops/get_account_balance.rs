//! GetAccountBalance: what the requester can spend, and in production what is on hold.

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::money::Cents;
use crate::ops::Operation;
use crate::store::requesters::{self, Balance, OPENING_BALANCE};
use crate::turn::{Access, Profile, Turn};

/// `GetAccountBalance`.
#[derive(Debug)]
pub struct GetAccountBalance;

/// The request has no members.
#[derive(Debug, Deserialize)]
pub struct Input {}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Output {
    pub available_balance: Cents,
    /// Assumed: the sandbox, which holds nothing, does not show what is on hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_hold_balance: Option<Cents>,
}

impl Operation for GetAccountBalance {
    const NAME: &'static str = "GetAccountBalance";
    const ACCESS: Access = Access::Read;
    type Input = Input;
    type Output = Output;

    async fn run(turn: &mut Turn, input: Input) -> Result<Output, Fault> {
        let Input {} = input;
        if turn.market.profile == Profile::Sandbox {
            return Ok(Output { available_balance: OPENING_BALANCE, on_hold_balance: None });
        }
        let Balance { available, on_hold } =
            requesters::balance(&mut turn.tx, &turn.requester).await?;
        Ok(Output { available_balance: available, on_hold_balance: Some(on_hold) })
    }
}
