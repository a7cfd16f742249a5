//! Calls of the API's operations, on behalf of who is at the desk.

use serde_json::Value;

use crate::desk::session::Session;
use crate::desk::state::Desk;
use crate::fault::Fault;
use crate::ops::{self, Call};
use crate::turn::Access;

/// Does an operation, which is one of [`ops::named`]; its answer, in JSON.
///
/// # Errors
/// The operation's own refusals.
pub async fn call(
    desk: &Desk,
    session: &Session,
    name: &str,
    body: Value,
) -> Result<Vec<u8>, Fault> {
    let entry = ops::entry(name)?;
    let (requester, call) =
        (session.requester.clone(), Call { body, origin: String::new(), wants_question: false });
    let done = match entry.access {
        Access::Read => desk.engine.read(requester, call, entry.run).await,
        Access::Write => desk.engine.write(requester, call, entry.run).await,
    };
    Ok(done?.beginning)
}
