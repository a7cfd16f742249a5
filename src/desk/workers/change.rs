//! What the forms of a worker's page ask for.

use serde_json::{Value, json};

use crate::desk::bonus;
use crate::desk::call::call;
use crate::desk::fields::score;
use crate::desk::forms;
use crate::desk::session::Session;
use crate::desk::state::Desk;
use crate::fault::{Code, Fault};
use crate::ops::named;
use crate::rules::limits;
use crate::shapes::words::words;
use crate::web::form::Form;

/// The longest reason of a block or a bonus, in characters. The service documents none.
pub const MAX_REASON: usize = 2000;

words! { store
    /// What can be done about a worker.
    Change {
        /// The worker can accept none of the requester's HITs any more.
        Block = "block",
        /// The worker can again.
        Unblock = "unblock",
        /// The worker gets mail.
        Message = "message",
        /// The worker is paid more for some work.
        Bonus = "bonus",
        /// The worker gets a qualification, or another score.
        Grant = "grant",
        /// The worker loses a qualification.
        Revoke = "revoke",
    }
}

impl forms::Change for Change {
    fn done(self) -> &'static str {
        match self {
            Self::Block => "The worker is blocked, and can accept none of your HITs.",
            Self::Unblock => "The worker is not blocked any more.",
            Self::Message => "The message was sent.",
            Self::Bonus => "The bonus was paid.",
            Self::Grant => "The worker has the qualification with this score now.",
            Self::Revoke => "The worker does not have the qualification any more.",
        }
    }

    fn advice(self, code: Code) -> &'static str {
        match (self, code) {
            (Self::Bonus, Code::InsufficientFunds) => {
                "Your balance does not cover the bonus and its fee."
            }
            (Self::Bonus, Code::DuplicateRequest) => {
                "This bonus was already paid. It was not paid again."
            }
            (
                Self::Bonus,
                Code::AssignmentDoesNotExist | Code::UnknownValue | Code::InvalidParameterValue,
            ) => {
                "Give the id of work that this worker submitted for you, within the last six \
                 months, and an amount such as 0.50."
            }
            (Self::Grant | Self::Revoke, Code::QualificationDoesNotExist) => {
                "The worker does not have this qualification."
            }
            (Self::Block | Self::Grant, Code::UnknownValue | Code::InvalidParameterValue) => {
                "No worker of this market has this id."
            }
            _ => "",
        }
    }
}

impl Change {
    /// Does it.
    ///
    /// # Errors
    /// A field holds nothing that could be meant; the operation's own refusals.
    pub async fn run(
        self,
        desk: &Desk,
        session: &Session,
        worker_id: &str,
        form: &Form,
    ) -> Result<(), Fault> {
        if self == Self::Bonus && !bonus::is_fresh(form, desk.engine.clock().await?.now) {
            return Err(Fault::unreadable(bonus::STALE));
        }
        let (name, body) = self.request(worker_id, form)?;
        let answer = call(desk, session, name, body).await?;
        let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
        let failure = &answer["NotifyWorkersFailureStatuses"][0]["NotifyWorkersFailureMessage"];
        match failure.as_str() {
            Some(why) => Err(Fault::unreadable(format!(
                "{why}. Work counts once you have approved or rejected some of it."
            ))),
            None => Ok(()),
        }
    }

    /// The operation that does it, and its request.
    fn request(self, worker_id: &str, form: &Form) -> Result<(&'static str, Value), Fault> {
        let reason = Some(form.get("reason")).filter(|text| !text.is_empty());
        Ok(match self {
            Self::Block => {
                limits::one_to("Reason", form.get("reason"), MAX_REASON)?;
                (named::BLOCK, json!({"WorkerId": worker_id, "Reason": reason}))
            }
            Self::Unblock => (named::UNBLOCK, json!({"WorkerId": worker_id})),
            Self::Message => {
                let (subject, text) = (form.get("subject"), form.get("text"));
                let body = json!({"Subject": subject, "MessageText": text,
                    "WorkerIds": [worker_id]});
                (named::NOTIFY, body)
            }
            Self::Bonus => {
                limits::one_to("Reason", form.get("reason"), MAX_REASON)?;
                bonus::request(form, form.get("assignment"), worker_id)
            }
            Self::Grant => {
                let body = json!({"WorkerId": worker_id,
                    "QualificationTypeId": form.get("type"),
                    "IntegerValue": score(form.get("score"))?,
                    "SendNotification": !form.get("notify").is_empty()});
                (named::GRANT, body)
            }
            Self::Revoke => {
                let body = json!({"WorkerId": worker_id,
                    "QualificationTypeId": form.get("type"), "Reason": reason});
                (named::REVOKE, body)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_has_a_word_of_its_own() {
        for change in Change::ALL {
            assert_eq!(Change::parse(change.as_str()), Some(change));
        }
        assert_eq!(Change::parse("delete"), None);
    }
}
