//! A worker gets a qualification: from the requester, by a request, by a test.

use crate::fault::Fault;
use crate::store::{qualifications, workers};
use crate::turn::Turn;

/// Gives the worker the qualification with this value, whatever the worker had of it before.
///
/// # Errors
/// The database failed.
pub async fn grant(
    turn: &mut Turn,
    type_id: &str,
    worker_id: &str,
    value: i64,
) -> Result<(), Fault> {
    workers::add(&mut turn.tx, worker_id, turn.now).await?;
    qualifications::grant(&mut turn.tx, type_id, worker_id, value, turn.now).await
}
