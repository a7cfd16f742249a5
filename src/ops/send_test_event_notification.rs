//! SendTestEventNotification: an event that did not happen is sent at once.

use serde::Deserialize;
use tokio::sync::oneshot;

use crate::fault::Fault;
use crate::rules::notification;
use crate::shapes::notification::{EventType, NotificationSpecification};
use crate::turn::{TestEvent, Turn};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub notification: NotificationSpecification,
    pub test_event_type: EventType,
}

/// Nothing is written in this turn, which waits for the destination: nobody waits for it.
///
/// The event type need not be among those of the specification (API reference).
pub(super) async fn run(turn: &mut Turn, input: Input) -> Result<(), Fault> {
    let Input { notification: specification, test_event_type } = input;
    notification::check(&specification)?;
    if let Some(verified) = turn.tx.verify_clock() {
        verified.await?;
    }
    turn.tx.release_snapshot();
    let (delivered, outcome) = oneshot::channel();
    let test = TestEvent {
        requester: turn.requester.clone(),
        transport: specification.transport,
        address: specification.destination.clone(),
        event: notification::test_event(test_event_type, turn.arrived_at),
        delivered,
    };
    let nobody = || Fault::Service("nobody delivers notifications".into());
    let test_events = turn.test_events.as_ref().ok_or_else(nobody)?;
    test_events.send(test).await.map_err(|_| nobody())?;
    match outcome.await.map_err(|_| nobody())? {
        Ok(()) => Ok(()),
        Err(why) => Err(notification::bad_endpoint(&specification.destination, &why)),
    }
}
