//! Something happened to a HIT or to the work on it: the event is stored, and sent to whom it
//! interests.

use crate::fault::Fault;
use crate::shapes::notification::EventType;
use crate::store::events::{self, New};
use crate::store::hits::Hit;
use crate::turn::Turn;

/// Emits an event in the action's own turn; `work` is the assignment and its worker.
pub async fn emit(
    turn: &mut Turn,
    hit: &Hit,
    event_type: EventType,
    work: Option<(&str, &str)>,
) -> Result<(), Fault> {
    turn.touch(&hit.requester_id);
    turn.touch(&hit.id);
    if let Some(deferred) = &mut turn.deferred {
        deferred.emit(hit, event_type, turn.arrived_at, work);
        return Ok(());
    }
    let new = New {
        event_type,
        at: turn.arrived_at,
        requester_id: &hit.requester_id,
        hit_type_id: &hit.hit_type.id,
        hit_id: &hit.id,
        assignment_id: work.map(|(assignment_id, _)| assignment_id),
        worker_id: work.map(|(_, worker_id)| worker_id),
    };
    turn.has_undelivered |= events::add(&mut turn.tx, new).await?;
    Ok(())
}
