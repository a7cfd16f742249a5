//! NotifyWorkers: mail to workers whose work the requester has reviewed.

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::ops::Member;
use crate::rules::limits;
use crate::store::messages::{self, Message};
use crate::store::requester_workers;
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub subject: String,
    pub message_text: String,
    pub worker_ids: Vec<String>,
}

/// Why a worker gets no mail.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct NotifyWorkersFailureStatus {
    pub notify_workers_failure_code: &'static str,
    pub notify_workers_failure_message: &'static str,
    pub worker_id: String,
}

/// Assumed: an empty subject or text is refused.
pub(super) async fn run(
    turn: &mut Turn,
    input: Input,
) -> Result<Member<Vec<NotifyWorkersFailureStatus>>, Fault> {
    let Input { subject, message_text: text, worker_ids } = input;
    limits::one_to("Subject", &subject, limits::SUBJECT)?;
    limits::one_to("MessageText", &text, limits::MESSAGE_TEXT)?;
    let named = named_once(worker_ids)?;
    let requester_id = turn.requester.id.clone();
    let known = requester_workers::reviewed_among(&mut turn.tx, &requester_id, &named).await?;
    let (known, strangers): (Vec<_>, Vec<_>) =
        named.into_iter().partition(|worker_id| known.contains(worker_id));
    let message = |worker_id: String| {
        let (requester_id, subject) = (requester_id.clone(), subject.clone());
        Message { requester_id, worker_id, subject, text: text.clone(), sent_at: turn.now }
    };
    let sent: Vec<Message> = known.into_iter().map(message).collect();
    messages::add_many(&mut turn.tx, &sent).await?;
    let failures = strangers.into_iter().map(stranger).collect();
    Ok(Member("NotifyWorkersFailureStatuses", failures))
}

/// Each worker once, in the order of the request. Assumed: a worker named twice gets one mail.
fn named_once(worker_ids: Vec<String>) -> Result<Vec<String>, Fault> {
    if worker_ids.len() > limits::WORKER_IDS {
        return Err(Fault::invalid_parameter("WorkerIds", worker_ids.len()));
    }
    let mut named = Vec::new();
    for worker_id in worker_ids {
        if !named.contains(&worker_id) {
            named.push(worker_id);
        }
    }
    Ok(named)
}

/// Recorded from the service, for unknown workers too.
fn stranger(worker_id: String) -> NotifyWorkersFailureStatus {
    NotifyWorkersFailureStatus {
        notify_workers_failure_code: "HardFailure",
        notify_workers_failure_message: "Cannot send a notification to a worker who has not done \
            any work for you",
        worker_id,
    }
}
