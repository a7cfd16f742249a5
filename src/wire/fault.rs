//! Faults in the service's form.
//!
//! Recorded: `Message` with a capital for the market's faults, `message` for the front's; the
//! market's sentences end in the time in milliseconds, with an `s` behind it in the sandbox.

use axum::http::StatusCode;
use serde::Serialize;

use crate::fault::{ErrorView, Fault};
use crate::time::Instant;
use crate::turn::Profile;

#[derive(Serialize)]
struct FromMarket<'a> {
    #[serde(rename = "__type")]
    exception: &'a str,
    #[serde(rename = "Message")]
    message: &'a str,
    #[serde(rename = "Parameter", skip_serializing_if = "Option::is_none")]
    parameter: Option<&'a str>,
    #[serde(rename = "TurkErrorCode")]
    code: &'a str,
}

#[derive(Serialize)]
struct FromFront<'a> {
    #[serde(rename = "__type")]
    exception: &'a str,
    message: &'a str,
}

/// The answer to a fault.
pub struct Answer {
    pub status: StatusCode,
    pub body: Vec<u8>,
    pub error: ErrorView,
}

/// The answer to a fault.
pub fn answer(fault: &Fault, now: Instant, profile: Profile) -> Answer {
    let market = |status, exception, code: &str, message: &str, parameter: Option<&str>| {
        let error =
            ErrorView { code: format!("AWS.{code}"), message: suffixed(message, now, profile) };
        let (code, message) = (error.code.as_str(), error.message.as_str());
        let body = json(&FromMarket { exception, message, parameter, code });
        Answer { status, body, error }
    };
    let of_market = |code: &str| format!("MechanicalTurk.{code}");
    let bad = StatusCode::BAD_REQUEST;
    match fault {
        Fault::Request { code, message } => {
            market(bad, "RequestError", &of_market(code), message, None)
        }
        Fault::Parameter { code, message, parameter } => {
            let parameter = parameter.as_deref();
            market(bad, "ParameterValidationError", &of_market(code), message, parameter)
        }
        Fault::Front { exception, status, message } => Answer {
            status: StatusCode::from_u16(*status).unwrap_or(bad),
            body: json(&FromFront { exception, message }),
            error: ErrorView { code: (*exception).to_owned(), message: message.clone() },
        },
        Fault::Worker { .. }
        | Fault::Control { .. }
        | Fault::LostRace
        | Fault::Unavailable(_)
        | Fault::Service(_) => {
            tracing::error!(%fault, "the market failed");
            let message = "There was an error with this request.";
            let failed = StatusCode::INTERNAL_SERVER_ERROR;
            market(failed, "ServiceFault", "ServiceUnavailable", message, None)
        }
    }
}

fn suffixed(message: &str, now: Instant, profile: Profile) -> String {
    match profile {
        Profile::Sandbox => format!("{message} ({} s)", now.0),
        Profile::Production => format!("{message} ({})", now.0),
    }
}

fn json(body: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(body).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(fault: &Fault, profile: Profile, status: u16, expected: &str) {
        let answered = answer(fault, Instant(1_624_047_673_969), profile);
        assert_eq!(answered.status.as_u16(), status);
        assert_eq!(String::from_utf8(answered.body).unwrap(), expected);
        assert!(expected.contains(&answered.error.code));
        let message = serde_json::to_string(&answered.error.message).unwrap();
        assert!(expected.contains(&message), "{message}");
    }

    #[test]
    fn faults_have_the_recorded_form() {
        check(
            &Fault::hit_does_not_exist("3PR3LXCWSFNV4OJWZBHIMQOIJVSX9G"),
            Profile::Production,
            400,
            r#"{"__type":"RequestError","Message":"Hit 3PR3LXCWSFNV4OJWZBHIMQOIJVSX9G does not exist. (1624047673969)","TurkErrorCode":"AWS.MechanicalTurk.HITDoesNotExist"}"#,
        );
        check(
            &Fault::invalid_parameter("WorkerId", "A143XRCI1YXAFE"),
            Profile::Sandbox,
            400,
            r#"{"__type":"ParameterValidationError","Message":"The value \"A143XRCI1YXAFE\" is not valid for the parameter WorkerId. (1624047673969 s)","Parameter":"WorkerId","TurkErrorCode":"AWS.MechanicalTurk.InvalidParameterValue"}"#,
        );
        check(
            &Fault::invalid_value("HITTypeId", "3X"),
            Profile::Sandbox,
            400,
            r#"{"__type":"RequestError","Message":"The value \"3X\" is not valid for the parameter HITTypeId. (1624047673969 s)","TurkErrorCode":"AWS.MechanicalTurk.InvalidParameterValue"}"#,
        );
        check(
            &Fault::parameter("InvalidParameterValue", "no"),
            Profile::Production,
            400,
            r#"{"__type":"ParameterValidationError","Message":"no (1624047673969)","TurkErrorCode":"AWS.MechanicalTurk.InvalidParameterValue"}"#,
        );
        check(
            &Fault::front("SerializationException", "no"),
            Profile::Sandbox,
            400,
            r#"{"__type":"SerializationException","message":"no"}"#,
        );
    }

    #[test]
    fn our_own_failure_tells_nothing_of_its_reason() {
        check(
            &Fault::Service("disk /var/x is full".into()),
            Profile::Sandbox,
            500,
            r#"{"__type":"ServiceFault","Message":"There was an error with this request. (1624047673969 s)","TurkErrorCode":"AWS.ServiceUnavailable"}"#,
        );
    }
}
