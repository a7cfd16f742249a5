//! Everything that can go wrong, from a rule to the edge.
//!
//! A rule, an act or an operation answers with a [`Fault`]; the wire and the control API each turn
//! it into their own form in one place. Nobody branches on the text of a message.

use std::fmt;

/// What a call answers when it does not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The service's `RequestError`: the request is well formed, the market refuses it.
    Request {
        /// The `TurkErrorCode`, without the prefix `AWS.MechanicalTurk.`.
        code: &'static str,
        /// The sentence, without the service's millisecond suffix.
        message: String,
    },
    /// The service's `ParameterValidationError`: a value that the market cannot take.
    Parameter {
        /// The `TurkErrorCode`, without the prefix `AWS.MechanicalTurk.`.
        code: &'static str,
        /// The sentence, without the service's millisecond suffix.
        message: String,
        /// The `Parameter` of the answer: which one has a value that is not valid, where that is
        /// what the sentence says.
        parameter: Option<String>,
    },
    /// A refusal of the service's front: it never reached the market. It has no suffix.
    Front {
        /// The `__type` that clients see as the error's code.
        exception: &'static str,
        /// The HTTP status.
        status: u16,
        /// The sentence.
        message: String,
    },
    /// A worker may not do that: the worker site answers 422 with this message.
    Worker {
        /// A word for programs.
        code: &'static str,
        /// A sentence for people.
        message: String,
        /// What it comes from, where that is several things: a sentence on each.
        reasons: Vec<String>,
    },
    /// The control API was asked for something that is not there, or that it cannot read.
    Control {
        /// The HTTP status: 400, 404, 408, 409 or 503.
        status: u16,
        /// A word for programs.
        code: &'static str,
        /// A sentence for people.
        message: String,
    },
    /// Another turn changed what this one read; the engine takes the turn again.
    LostRace,
    /// The database cannot be used now: the connection is lost, the disk is full, the file cannot
    /// be written to. What was asked for is not the cause. The reason belongs in the log.
    Unavailable(String),
    /// Our own failure. The reason belongs in the log, never in an answer.
    Service(String),
}

impl Fault {
    /// A `RequestError` with a `TurkErrorCode`.
    pub fn request(code: &'static str, message: impl Into<String>) -> Self {
        Self::Request { code, message: message.into() }
    }

    /// A refusal in the worker site's words.
    pub fn worker(code: &'static str, message: impl Into<String>) -> Self {
        Self::Worker { code, message: message.into(), reasons: Vec::new() }
    }

    /// No such HIT, or another requester's: the two are not told apart.
    #[must_use]
    pub fn hit_does_not_exist(hit_id: &str) -> Self {
        Self::request("HITDoesNotExist", format!("Hit {hit_id} does not exist."))
    }

    /// No such assignment, or one of another requester's HIT.
    #[must_use]
    pub fn assignment_does_not_exist(assignment_id: &str) -> Self {
        Self::request(
            "AssignmentDoesNotExist",
            format!("Assignment {assignment_id} does not exist."),
        )
    }

    /// No such qualification type, or one that the requester has nothing to do with.
    ///
    /// The sentence is recorded, brackets included.
    #[must_use]
    pub fn qualification_type_does_not_exist(id: &str) -> Self {
        Self::request(
            "QualificationTypeDoesNotExist",
            format!("QualificationType [{id}] does not exist."),
        )
    }

    /// A qualification type is not in one of the states that an operation wants.
    #[must_use]
    pub fn invalid_qualification_type_state(wanted: &str) -> Self {
        Self::request(
            "InvalidQualificationTypeState",
            format!("This operation can be called with a status of: {wanted}"),
        )
    }

    /// An assignment is not in one of the states that an operation wants.
    ///
    /// `wanted` is spelled as the service spelled it, for example `Submitted` or `null`.
    #[must_use]
    pub fn invalid_assignment_state(wanted: &str) -> Self {
        Self::request(
            "InvalidAssignmentState",
            format!("This operation can be called with a status of: {wanted}"),
        )
    }

    /// A HIT is not in one of the states that an operation wants.
    #[must_use]
    pub fn invalid_hit_state(current: &str, wanted: &str) -> Self {
        Self::request(
            "InvalidHITState",
            format!(
                "This HIT is currently in the state '{current}'.  \
                 This operation can be called with a status of: {wanted}"
            ),
        )
    }

    /// A value that the market does not know or cannot take.
    #[must_use]
    pub fn invalid_value(parameter: &str, value: &str) -> Self {
        Self::request("InvalidParameterValue", not_valid(parameter, value))
    }

    /// A `ParameterValidationError` with a sentence of its own.
    pub fn parameter(code: &'static str, message: impl Into<String>) -> Self {
        Self::Parameter { code, message: message.into(), parameter: None }
    }

    /// A value that a parameter cannot have: too large, too small, of no known kind.
    #[must_use]
    pub fn invalid_parameter(parameter: &str, value: impl fmt::Display) -> Self {
        Self::invalid(parameter, not_valid(parameter, value))
    }

    /// The same with a reason behind the sentence, given without its full stop.
    #[must_use]
    pub fn invalid_because(parameter: &str, value: impl fmt::Display, reason: &str) -> Self {
        Self::invalid(parameter, format!("{} {reason}.", not_valid(parameter, value)))
    }

    /// The same for a value that cannot be written down. Recorded: nothing stands for the value,
    /// without quotation marks.
    #[must_use]
    pub fn invalid_unnamed_value(parameter: &str) -> Self {
        Self::invalid(parameter, format!("The value  is not valid for the parameter {parameter}."))
    }

    /// Recorded on `Test`. Assumed: each sentence of this kind comes with its `Parameter`.
    fn invalid(parameter: &str, message: String) -> Self {
        let parameter = Some(parameter.to_owned());
        Self::Parameter { code: "InvalidParameterValue", message, parameter }
    }

    /// A refusal of the front with HTTP 400.
    pub fn front(exception: &'static str, message: impl Into<String>) -> Self {
        Self::Front { exception, status: 400, message: message.into() }
    }

    /// The control API cannot read what it was sent.
    pub fn unreadable(message: impl Into<String>) -> Self {
        Self::Control { status: 400, code: "BadRequest", message: message.into() }
    }

    /// The control API has no such thing.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::Control { status: 404, code: "NotFound", message: message.into() }
    }
}

fn not_valid(parameter: &str, value: impl fmt::Display) -> String {
    format!("The value \"{value}\" is not valid for the parameter {parameter}.")
}

/// A refusal of a worker in one text: the sentence, and the reasons behind it.
#[must_use]
pub fn in_one(message: &str, reasons: &[String]) -> String {
    let mut text = message.to_owned();
    for reason in reasons {
        text.extend([" ", reason]);
    }
    text
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request { code, message }
            | Self::Parameter { code, message, .. }
            | Self::Control { code, message, .. } => write!(f, "{code}: {message}"),
            Self::Worker { code, message, reasons } => {
                write!(f, "{code}: {}", in_one(message, reasons))
            }
            Self::Front { exception, message, .. } => write!(f, "{exception}: {message}"),
            Self::LostRace => f.write_str("another turn came first"),
            Self::Unavailable(reason) => write!(f, "the database is not available: {reason}"),
            Self::Service(reason) => write!(f, "service fault: {reason}"),
        }
    }
}

impl std::error::Error for Fault {}
