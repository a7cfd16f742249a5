//! Calls of the API's operations, on behalf of who is at the desk.

use serde_json::Value;

use crate::desk::session::Session;
use crate::desk::state::Desk;
use crate::fault::Fault;
use crate::ops::{self, Call};
use crate::turn::Access;

/// Does an operation, which is one of [`ops::named`].
///
/// # Errors
/// The operation's own refusals.
pub async fn call(desk: &Desk, session: &Session, name: &str, body: Value) -> Result<(), Fault> {
    answer(desk, session, name, body).await.map(drop)
}

/// As [`call`], with what the operation answers.
///
/// # Errors
/// The operation's own refusals.
pub async fn answer(
    desk: &Desk,
    session: &Session,
    name: &str,
    body: Value,
) -> Result<Value, Fault> {
    let entry = ops::entry(name)?;
    let (requester, call) =
        (session.requester.clone(), Call { body, origin: String::new(), wants_question: false });
    let done = match entry.access {
        Access::Read => desk.engine.read(requester, call, entry.run).await,
        Access::Write => desk.engine.write(requester, call, entry.run).await,
    };
    serde_json::from_slice(&done?.beginning).map_err(|e| Fault::Service(e.to_string()))
}
