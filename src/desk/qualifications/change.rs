//! What the forms of qualification types ask for.

use serde_json::{Map, Value, json};

use crate::desk::fields::{score, whole_number, worker_id};
use crate::desk::forms;
use crate::fault::{Code, Fault};
use crate::ops::named;
use crate::shapes::qualification::{GrantRules, QualificationTypeStatus};
use crate::shapes::words::words;
use crate::store::qualification_types::QualificationType;
use crate::web::form::Form;

words! { store
    /// What can be changed in a type, and for whom.
    Change {
        /// The type itself.
        Update = "update",
        /// It is deleted.
        Delete = "delete",
        /// A worker who asks for it gets it.
        Accept = "accept",
        /// A worker who asks for it does not get it.
        Reject = "reject",
        /// A worker gets it, or another score.
        Grant = "grant",
        /// A worker loses it.
        Revoke = "revoke",
    }
}

impl forms::Change for Change {
    fn done(self) -> &'static str {
        match self {
            Self::Update => "The qualification type was changed.",
            Self::Delete => "The qualification type was deleted.",
            Self::Accept => "The request was granted.",
            Self::Reject => "The request was rejected.",
            Self::Grant => "The worker has the qualification with this score now.",
            Self::Revoke => "The qualification was revoked.",
        }
    }

    fn advice(self, code: Code) -> &'static str {
        match (self, code) {
            (Self::Grant, Code::UnknownValue | Code::InvalidParameterValue) => {
                "No worker of this market has this id."
            }
            (Self::Accept | Self::Reject, Code::InvalidQualificationRequestState) => {
                "This request was decided meanwhile."
            }
            (Self::Revoke, Code::InvalidQualificationState | Code::QualificationDoesNotExist) => {
                "The worker does not have it any more."
            }
            _ => "",
        }
    }
}

impl Change {
    /// The request or the worker that a form is about, if the page has several such forms.
    pub fn subject(self, form: &Form) -> &str {
        match self {
            Self::Accept | Self::Reject => form.get("request"),
            Self::Revoke => form.get("worker"),
            Self::Update | Self::Delete | Self::Grant => "",
        }
    }

    /// The operation that does it, and its request.
    ///
    /// # Errors
    /// A field holds nothing that could be meant.
    pub fn request(
        self,
        of: &QualificationType,
        form: &Form,
    ) -> Result<(&'static str, Value), Fault> {
        let id = &of.id;
        let reason = Some(form.get("reason")).filter(|text| !text.is_empty());
        Ok(match self {
            Self::Update => (named::UPDATE_QUALIFICATION_TYPE, updated(of, form)?),
            Self::Delete => (named::DELETE_QUALIFICATION_TYPE, json!({"QualificationTypeId": id})),
            Self::Accept => {
                let score = score(form.get("score"))?;
                let request = form.get("request");
                let body = json!({"QualificationRequestId": request, "IntegerValue": score});
                (named::ACCEPT_REQUEST, body)
            }
            Self::Reject => {
                let request = form.get("request");
                let body = json!({"QualificationRequestId": request, "Reason": reason});
                (named::REJECT_REQUEST, body)
            }
            Self::Grant => {
                let worker_id = worker_id(form.get("worker"))?;
                let body = json!({"QualificationTypeId": id, "WorkerId": worker_id,
                    "IntegerValue": score(form.get("score"))?,
                    "SendNotification": !form.get("notify").is_empty()});
                (named::GRANT, body)
            }
            Self::Revoke => {
                let worker_id = worker_id(form.get("worker"))?;
                let body = json!({"QualificationTypeId": id, "WorkerId": worker_id,
                    "Reason": reason});
                (named::REVOKE, body)
            }
        })
    }
}

/// The request that makes a type as a form says.
///
/// # Errors
/// A field holds no number.
pub fn new_type(form: &Form) -> Result<Value, Fault> {
    let mut body = Map::new();
    body.insert("Name".to_owned(), form.get("name").into());
    add_text(&mut body, "Keywords", form.get("keywords"));
    add_common(&mut body, form, &GrantRules::default())?;
    if !form.get("test").is_empty() {
        add_test(&mut body, form)?;
    }
    Ok(body.into())
}

/// The request that changes a type as a form says. The test goes with its duration and its key:
/// none of them is sent as long as all are as they were.
fn updated(of: &QualificationType, form: &Form) -> Result<Value, Fault> {
    let mut body = Map::new();
    body.insert("QualificationTypeId".to_owned(), of.id.as_str().into());
    let rules = &of.grant_rules;
    add_common(&mut body, form, rules)?;
    let now = [rules.test.as_deref(), rules.answer_key.as_deref()].map(Option::unwrap_or_default);
    let duration = rules.test_duration_s.map(|length| length.to_string()).unwrap_or_default();
    let is_same = same_text(form.get("test"), now[0])
        && same_text(form.get("key"), now[1])
        && form.get("duration") == duration;
    if !is_same {
        if form.get("test").is_empty() && rules.test.is_some() {
            return Err(stays("a test"));
        }
        add_test(&mut body, form)?;
    }
    Ok(body.into())
}

/// Whether a text came back from a form as it was: forms end lines with CRLF.
fn same_text(sent: &str, known: &str) -> bool {
    sent.replace("\r\n", "\n").trim() == known.replace("\r\n", "\n").trim()
}

/// What the API leaves as it is when it is not sent.
fn stays(what: &str) -> Fault {
    let why = format!(
        "The API cannot take {what} away from a qualification type. Make another type without it."
    );
    Fault::unreadable(why)
}

/// What new types and changed ones have in common; `now` is what the type has.
fn add_common(body: &mut Map<String, Value>, form: &Form, now: &GrantRules) -> Result<(), Fault> {
    body.insert("Description".to_owned(), form.get("description").into());
    let status = QualificationTypeStatus::parse(form.get("status"))
        .filter(|status| *status != QualificationTypeStatus::Disposing)
        .ok_or_else(|| Fault::unreadable("A status is Active or Inactive."))?;
    body.insert("QualificationTypeStatus".to_owned(), status.as_str().into());
    if form.get("retry").is_empty() && now.retry_delay_s.is_some() {
        return Err(stays("the time until a worker may ask again"));
    }
    add_number(body, "RetryDelayInSeconds", form.get("retry"))?;
    let (is_granted, value) = (!form.get("auto").is_empty(), form.get("auto-value"));
    body.insert("AutoGranted".to_owned(), is_granted.into());
    let known = now.auto_granted_value.map(|value| value.to_string()).unwrap_or_default();
    match (is_granted, value) {
        (true, "") if !known.is_empty() => Err(stays("the score that is granted at once")),
        (_, "") => Ok(()),
        (true, value) => {
            body.insert("AutoGrantedValue".to_owned(), score(value)?.into());
            Ok(())
        }
        (false, value) if value == known => Ok(()),
        (false, _) => Err(Fault::unreadable(
            "A score is granted at once only if who asks is granted at once. Mark that too, or \
             leave the score empty.",
        )),
    }
}

fn add_test(body: &mut Map<String, Value>, form: &Form) -> Result<(), Fault> {
    body.insert("Test".to_owned(), form.get("test").into());
    add_text(body, "AnswerKey", form.get("key"));
    add_number(body, "TestDurationInSeconds", form.get("duration"))
}

fn add_text(body: &mut Map<String, Value>, member: &str, text: &str) {
    if !text.is_empty() {
        body.insert(member.to_owned(), text.into());
    }
}

fn add_number(body: &mut Map<String, Value>, member: &str, text: &str) -> Result<(), Fault> {
    if text.is_empty() {
        return Ok(());
    }
    body.insert(member.to_owned(), whole_number(text, "of seconds")?.into());
    Ok(())
}
