//! SendTestEventNotification: an event that did not happen is told at once.

use serde::Deserialize;
use tokio::sync::oneshot;

use crate::fault::Fault;
use crate::ops::{Operation, Void};
use crate::rules::notification;
use crate::shapes::notification::{EventType, NotificationSpecification};
use crate::turn::{Access, Letter, Turn};

/// `SendTestEventNotification`.
#[derive(Debug)]
pub struct SendTestEventNotification;

/// The request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Input {
    pub notification: NotificationSpecification,
    pub test_event_type: EventType,
}

impl Operation for SendTestEventNotification {
    const NAME: &'static str = "SendTestEventNotification";
    // Nothing is written in this turn, which waits for the destination: nobody waits for it.
    const ACCESS: Access = Access::Read;
    type Input = Input;
    type Output = Void;

    /// The event type need not be among those of the specification (API reference).
    async fn run(turn: &mut Turn, input: Input) -> Result<Void, Fault> {
        let Input { notification: asked, test_event_type } = input;
        notification::check(&asked)?;
        if let Some(sure) = turn.tx.make_sure() {
            sure.await?;
        }
        turn.tx.rest();
        let (told, outcome) = oneshot::channel();
        let letter = Letter {
            requester: turn.requester.clone(),
            transport: asked.transport,
            address: asked.destination.clone(),
            event: notification::test_event(test_event_type, turn.arrived_at),
            told,
        };
        let nobody = || Fault::Service("nobody delivers notifications".into());
        let post = turn.post.as_ref().ok_or_else(nobody)?;
        post.send(letter).await.map_err(|_| nobody())?;
        match outcome.await.map_err(|_| nobody())? {
            Ok(()) => Ok(Void {}),
            Err(why) => Err(notification::bad_endpoint(&asked.destination, &why)),
        }
    }
}
