//! A worker is told what became of a qualification.

use crate::fault::Fault;
use crate::store::messages::{self, Message};
use crate::turn::Turn;

/// Sends mail of the requester to the worker, with the requester's reason if there is one.
///
/// Assumed: the subjects and texts of such mail.
///
/// # Errors
/// The database failed.
pub async fn tell(
    turn: &mut Turn,
    worker_id: &str,
    subject: &str,
    type_id: &str,
    reason: Option<&str>,
) -> Result<(), Fault> {
    let about = format!("This is about the Qualification {type_id}.");
    let text = match reason {
        Some(reason) if !reason.is_empty() => format!("{about}\n\n{reason}"),
        _ => about,
    };
    let message = Message {
        requester_id: turn.requester.id.clone(),
        worker_id: worker_id.to_owned(),
        subject: subject.to_owned(),
        text,
        sent_at: turn.now,
    };
    messages::add_many(&mut turn.tx, &[message]).await
}
