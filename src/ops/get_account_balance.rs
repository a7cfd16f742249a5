//! GetAccountBalance: what the requester can spend.

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::money::Cents;
use crate::ops::Operation;
use crate::store::requesters::{self, OPENING_BALANCE};
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
}

impl Operation for GetAccountBalance {
    const NAME: &'static str = "GetAccountBalance";
    const ACCESS: Access = Access::Read;
    type Input = Input;
    type Output = Output;

    async fn run(turn: &mut Turn, input: Input) -> Result<Output, Fault> {
        let Input {} = input;
        let available_balance = match turn.market.profile {
            Profile::Sandbox => OPENING_BALANCE,
            Profile::Production => requesters::balance(&mut turn.tx, &turn.requester).await?,
        };
        Ok(Output { available_balance })
    }
}
