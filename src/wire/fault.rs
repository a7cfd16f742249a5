//! Faults in the service's form, and refusals of the service's front.
//!
//! Recorded: `Message` with a capital for the market's faults, `message` for the front's; the
//! market's sentences end in the time in milliseconds, with an `s` behind it in the sandbox.

use axum::http::StatusCode;
use serde_json::json;

use crate::fault::{Code, ErrorView, Fault, Kind, Refusal};
use crate::journal::{Refused, Rule};
use crate::time::Instant;
use crate::turn::Profile;

/// Why a call has no answer of its operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallFault {
    /// The service's front refuses: the call never reached the market. The sentence has no suffix.
    Front {
        /// The `__type` that clients see as the error's code.
        exception: &'static str,
        /// The HTTP status.
        status: StatusCode,
        /// The sentence.
        message: String,
        /// What refuses.
        rule: Rule,
        /// What to look at, for the journal.
        hint: Option<String>,
    },
    /// The market's answer.
    Market(Fault),
    /// The fault rule of this number asks for a fault.
    Injected {
        /// The number of the rule.
        number: i64,
        /// The fault.
        fault: Box<Self>,
    },
    /// The fault rule of this number closes the connection; nothing is sent.
    Dropped {
        /// The number of the rule.
        number: i64,
    },
}

impl CallFault {
    /// A refusal of the form of a call, with HTTP 400.
    pub fn front(exception: &'static str, message: impl Into<String>) -> Self {
        Self::with_status(StatusCode::BAD_REQUEST, exception, message)
    }

    /// A refusal by another rule of the front, with HTTP 400.
    pub fn by(
        rule: Rule,
        exception: &'static str,
        message: impl Into<String>,
        hint: Option<String>,
    ) -> Self {
        let (status, message) = (StatusCode::BAD_REQUEST, message.into());
        Self::Front { exception, status, message, rule, hint }
    }

    /// A refusal of the form of a call.
    pub fn with_status(
        status: StatusCode,
        exception: &'static str,
        message: impl Into<String>,
    ) -> Self {
        let message = message.into();
        Self::Front { exception, status, message, rule: Rule::Protocol, hint: None }
    }
}

impl From<Fault> for CallFault {
    fn from(fault: Fault) -> Self {
        Self::Market(fault)
    }
}

/// The `__type` of a refusal; none of those that no operation answers with.
const fn exception(code: Code) -> Option<&'static str> {
    match code.kind() {
        Kind::Missing | Kind::State => Some("RequestError"),
        Kind::Value => Some("ParameterValidationError"),
        Kind::Worker
        | Kind::Qualification
        | Kind::NotFound
        | Kind::Unreadable
        | Kind::NoForm
        | Kind::TooLong
        | Kind::Conflict
        | Kind::Stopping => None,
    }
}

/// The answer to a fault.
pub(super) struct Answer {
    pub status: StatusCode,
    pub body: Vec<u8>,
    pub refused: Refused,
}

/// The answer to a fault.
pub(super) fn answer(fault: &CallFault, now: Instant, profile: Profile) -> Answer {
    let fault = match fault {
        CallFault::Front { exception, status, message, rule, hint } => {
            let body = json!({"__type": exception, "message": message});
            let error = ErrorView { code: (*exception).to_owned(), message: message.clone() };
            let refused = Refused { error, rule: *rule, hint: hint.clone() };
            return Answer { status: *status, body: body.to_string().into(), refused };
        }
        CallFault::Market(fault) => fault,
        CallFault::Injected { number, fault } => {
            return by_rule(*number, answer(fault, now, profile));
        }
        CallFault::Dropped { number } => {
            let message = "The connection is closed without an answer.".to_owned();
            let error = ErrorView { code: "ConnectionDropped".to_owned(), message };
            let refused = Refused { error, rule: Rule::Fault, hint: None };
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            return by_rule(*number, Answer { status, body: Vec::new(), refused });
        }
    };
    let known = fault.refusal().and_then(|refusal| Some((exception(refusal.code)?, refusal)));
    let Some((exception, Refusal { code, message, parameter, .. })) = known else {
        tracing::error!(%fault, "the market failed");
        let (code, message) = ("AWS.ServiceUnavailable", "There was an error with this request.");
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        let error = ErrorView { code: code.to_owned(), message: suffixed(message, now, profile) };
        return of_market(status, "ServiceFault", Rule::Server, error, None);
    };
    let rule = rule(code.kind());
    let (code, message) = (format!("AWS.MechanicalTurk.{code}"), suffixed(message, now, profile));
    let error = ErrorView { code, message };
    of_market(StatusCode::BAD_REQUEST, exception, rule, error, parameter.as_deref())
}

fn by_rule(number: i64, mut answer: Answer) -> Answer {
    answer.refused.rule = Rule::Fault;
    answer.refused.hint = Some(format!("fault rule {number}"));
    answer
}

/// What kind of rule the market refuses by.
const fn rule(kind: Kind) -> Rule {
    match kind {
        Kind::Missing => Rule::Ownership,
        Kind::Value => Rule::Value,
        _ => Rule::State,
    }
}

fn of_market(
    status: StatusCode,
    exception: &str,
    rule: Rule,
    error: ErrorView,
    parameter: Option<&str>,
) -> Answer {
    let mut body = json!({"__type": exception, "Message": error.message});
    if let Some(parameter) = parameter {
        body["Parameter"] = parameter.into();
    }
    body["TurkErrorCode"] = error.code.as_str().into();
    Answer { status, body: body.to_string().into(), refused: Refused { error, rule, hint: None } }
}

fn suffixed(message: &str, now: Instant, profile: Profile) -> String {
    match profile {
        Profile::Sandbox => format!("{message} ({} s)", now.0),
        Profile::Production => format!("{message} ({})", now.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(fault: impl Into<CallFault>, profile: Profile, status: u16, expected: &str) {
        let answered = answer(&fault.into(), Instant(1_624_047_673_969), profile);
        assert_eq!(answered.status.as_u16(), status);
        assert_eq!(String::from_utf8(answered.body).unwrap(), expected);
        assert!(expected.contains(&answered.refused.error.code));
        let message = serde_json::to_string(&answered.refused.error.message).unwrap();
        assert!(expected.contains(&message), "{message}");
    }

    #[test]
    fn faults_have_the_recorded_form() {
        check(
            Fault::hit_does_not_exist("3PR3LXCWSFNV4OJWZBHIMQOIJVSX9G"),
            Profile::Production,
            400,
            r#"{"__type":"RequestError","Message":"Hit 3PR3LXCWSFNV4OJWZBHIMQOIJVSX9G does not exist. (1624047673969)","TurkErrorCode":"AWS.MechanicalTurk.HITDoesNotExist"}"#,
        );
        check(
            Fault::invalid_parameter("WorkerId", "A143XRCI1YXAFE"),
            Profile::Sandbox,
            400,
            r#"{"__type":"ParameterValidationError","Message":"The value \"A143XRCI1YXAFE\" is not valid for the parameter WorkerId. (1624047673969 s)","Parameter":"WorkerId","TurkErrorCode":"AWS.MechanicalTurk.InvalidParameterValue"}"#,
        );
        check(
            Fault::invalid_value("HITTypeId", "3X"),
            Profile::Sandbox,
            400,
            r#"{"__type":"RequestError","Message":"The value \"3X\" is not valid for the parameter HITTypeId. (1624047673969 s)","TurkErrorCode":"AWS.MechanicalTurk.InvalidParameterValue"}"#,
        );
        check(
            Fault::parameter("no"),
            Profile::Production,
            400,
            r#"{"__type":"ParameterValidationError","Message":"no (1624047673969)","TurkErrorCode":"AWS.MechanicalTurk.InvalidParameterValue"}"#,
        );
        check(
            CallFault::front("SerializationException", "no"),
            Profile::Sandbox,
            400,
            r#"{"__type":"SerializationException","message":"no"}"#,
        );
    }

    #[test]
    fn our_own_failure_tells_nothing_of_its_reason() {
        check(
            Fault::Service("disk /var/x is full".into()),
            Profile::Sandbox,
            500,
            r#"{"__type":"ServiceFault","Message":"There was an error with this request. (1624047673969 s)","TurkErrorCode":"AWS.ServiceUnavailable"}"#,
        );
    }
}
