//! What can go wrong, from a rule to the edge.
//!
//! A rule, an action or an operation answers with a [`Fault`]. Most are a [`Refusal`]: a [`Code`]
//! and a sentence. Each adapter (the wire, the site, the control API) maps kinds of codes to its
//! own form in one exhaustive match. Nobody branches on the text of a code or a message.

use std::fmt;

/// What a turn answers when it does not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The market refuses what was asked for, and is as it was.
    Refused(Box<Refusal>),
    /// Another turn changed what this one read; the engine takes the turn again.
    SerializationConflict,
    /// The database cannot be used now: the connection is lost, the disk is full, the file cannot
    /// be written to. What was asked for is not the cause. The reason belongs in the log.
    Unavailable(String),
    /// Our own failure. The reason belongs in the log, never in an answer.
    Service(String),
}

/// Why the market refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Which refusal it is.
    pub code: Code,
    /// A sentence for people; on the wire without the service's millisecond suffix.
    pub message: String,
    /// What it comes from, where that is several things: a sentence on each.
    pub reasons: Vec<String>,
    /// The `Parameter` of the wire's answer: which one has a value that is not valid, where that is
    /// what the sentence says.
    pub parameter: Option<String>,
}

macro_rules! codes {
    ($(
        $(#[$kind_doc:meta])* $kind:ident {
            $($(#[$doc:meta])* $code:ident = $text:literal,)+
        }
    )+) => {
        /// Which refusal it is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[expect(missing_docs, reason = "the API's names, and names of the same kind")]
        pub enum Code {
            $($($(#[$doc])* $code,)+)+
        }

        /// What refusals have in common: adapters mostly need no more.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Kind {
            $($(#[$kind_doc])* $kind,)+
        }

        impl Code {
            /// The word for programs; of the Requester API's the `TurkErrorCode`, without the
            /// prefix `AWS.MechanicalTurk.`.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $($(Self::$code => $text,)+)+
                }
            }

            /// The code that has this word; of two, the one that comes later in the enum.
            pub fn parse(word: &str) -> Option<Self> {
                let all = [$($(Self::$code),+),+];
                all.into_iter().rev().find(|code| code.as_str() == word)
            }

            /// The kind of the refusal.
            pub const fn kind(self) -> Kind {
                match self {
                    $($(Self::$code)|+ => Kind::$kind,)+
                }
            }
        }
    };
}

codes! {
    /// The Requester API's: no such thing, or another requester's; no answer distinguishes the two.
    Missing {
        AssignmentDoesNotExist = "AssignmentDoesNotExist",
        HitDoesNotExist = "HITDoesNotExist",
        HitLayoutDoesNotExist = "HITLayoutDoesNotExist",
        QualificationDoesNotExist = "QualificationDoesNotExist",
        QualificationRequestDoesNotExist = "QualificationRequestDoesNotExist",
        QualificationTypeDoesNotExist = "QualificationTypeDoesNotExist",
    }
    /// The Requester API's: the state of the market does not allow it. A `RequestError`.
    State {
        DuplicateRequest = "DuplicateRequest",
        HitAlreadyExists = "HitAlreadyExists",
        HitTooOldForExtension = "HITTooOldForExtension",
        InsufficientFunds = "InsufficientFunds",
        InvalidAssignmentState = "InvalidAssignmentState",
        InvalidHitState = "InvalidHITState",
        InvalidMaximumAssignmentsIncrease = "InvalidMaximumAssignmentsIncrease",
        InvalidQualificationRequestState = "InvalidQualificationRequestState",
        InvalidQualificationState = "InvalidQualificationState",
        InvalidQualificationTypeState = "InvalidQualificationTypeState",
        InvalidTransportEndpoint = "InvalidTransportEndpoint",
        QualificationTypeAlreadyExists = "QualificationTypeAlreadyExists",
        /// A value that names nothing in this market.
        UnknownValue = "InvalidParameterValue",
    }
    /// The Requester API's: no market could take the value. A `ParameterValidationError`.
    Value {
        Html5ParseError = "HTML5ParseError",
        InvalidParameterValue = "InvalidParameterValue",
        XhtmlParseError = "XHTMLParseError",
        XmlParseError = "XMLParseError",
    }
    /// The worker's site's: a worker may not do that.
    Worker {
        AssignmentAbandoned = "AssignmentAbandoned",
        AssignmentAlreadyExists = "AssignmentAlreadyExists",
        AssignmentReturned = "AssignmentReturned",
        AssignmentSubmitted = "AssignmentSubmitted",
        DoesNotMeetRequirements = "DoesNotMeetRequirements",
        FormProblems = "FormProblems",
        HitExpired = "HITExpired",
        NoAssignmentId = "NoAssignmentId",
        NoMoreHits = "NoMoreHITs",
        NoQuestion = "NoQuestion",
        NoWorker = "NoWorker",
        NotByLink = "NotByLink",
        NotFromFrame = "NotFromFrame",
        NotYours = "NotYours",
        PreviewOnly = "PreviewOnly",
        QueueFull = "QueueFull",
        UnknownWorker = "UnknownWorker",
        WorkerBlocked = "WorkerBlocked",
    }
    /// The worker's site's: a worker may not request that qualification, or not submit its test.
    Qualification {
        NoQualificationTest = "NoQualificationTest",
        QualificationAlreadyExists = "QualificationAlreadyExists",
        QualificationRequestAlreadyExists = "QualificationRequestAlreadyExists",
        QualificationTestTimeOver = "QualificationTestTimeOver",
        QualificationTypeDoesNotAllowRetake = "QualificationTypeDoesNotAllowRetake",
        QualificationTypeNotRequestable = "QualificationTypeNotRequestable",
        QualificationTypeRetryDelayNotElapsed = "QualificationTypeRetryDelayNotElapsed",
    }
    /// The control API and the worker's site have no such thing.
    NotFound {
        NotFound = "NotFound",
    }
    /// The control API or the worker's site cannot read what was sent.
    Unreadable {
        BadRequest = "BadRequest",
    }
    /// What was sent is no form.
    NoForm {
        NoForm = "NoForm",
    }
    /// More bytes than are taken.
    TooLong {
        TooLong = "TooLong",
    }
    /// The state of the market does not allow what the control API was asked for.
    Conflict {
        Conflict = "Conflict",
    }
    /// The server stops before it is done.
    Stopping {
        Stopping = "Stopping",
    }
}

/// What an answer says went wrong, for the log: adapters put it into the extensions of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorView {
    /// The word for programs, as it was sent.
    pub code: String,
    /// The sentence, as it was sent.
    pub message: String,
}

impl Refusal {
    /// A code with a sentence.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), reasons: Vec::new(), parameter: None }
    }

    /// The sentence, and the reasons behind it, in one text.
    pub fn text(&self) -> String {
        let reasons = self.reasons.iter().map(String::as_str);
        std::iter::once(&*self.message).chain(reasons).collect::<Vec<_>>().join(" ")
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl Fault {
    /// A refusal: a code with a sentence.
    pub fn refused(code: Code, message: impl Into<String>) -> Self {
        Refusal::new(code, message).into()
    }

    /// The refusal, if it is one.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// The code, if it is a refusal.
    pub fn code(&self) -> Option<Code> {
        self.refusal().map(|refusal| refusal.code)
    }

    /// No such HIT, or another requester's.
    pub fn hit_does_not_exist(hit_id: &str) -> Self {
        Self::refused(Code::HitDoesNotExist, format!("Hit {hit_id} does not exist."))
    }

    /// No such assignment, or one of another requester's HIT.
    pub fn assignment_does_not_exist(assignment_id: &str) -> Self {
        let message = format!("Assignment {assignment_id} does not exist.");
        Self::refused(Code::AssignmentDoesNotExist, message)
    }

    /// No such qualification type, or one that the requester has nothing to do with.
    ///
    /// The sentence is recorded, brackets included.
    pub fn qualification_type_does_not_exist(id: &str) -> Self {
        let message = format!("QualificationType [{id}] does not exist.");
        Self::refused(Code::QualificationTypeDoesNotExist, message)
    }

    /// A qualification type is not in one of the states that an operation needs.
    pub fn invalid_qualification_type_state(needed: &str) -> Self {
        Self::refused(Code::InvalidQualificationTypeState, called_with(needed))
    }

    /// An assignment is not in one of the states that an operation needs.
    ///
    /// `needed` is spelled as the service spelled it, for example `Submitted` or `null`.
    pub fn invalid_assignment_state(needed: &str) -> Self {
        Self::refused(Code::InvalidAssignmentState, called_with(needed))
    }

    /// A HIT is not in one of the states that an operation needs.
    pub fn invalid_hit_state(current: &str, needed: &str) -> Self {
        let needed = called_with(needed);
        let message = format!("This HIT is currently in the state '{current}'.  {needed}");
        Self::refused(Code::InvalidHitState, message)
    }

    /// A value that the market does not know or cannot take.
    pub fn invalid_value(parameter: &str, value: &str) -> Self {
        Self::refused(Code::UnknownValue, not_valid(parameter, value))
    }

    /// A value that is out of its limits, with a sentence of its own.
    pub fn parameter(message: impl Into<String>) -> Self {
        Self::refused(Code::InvalidParameterValue, message)
    }

    /// A value that a parameter cannot have: too large, too small, of no known kind.
    pub fn invalid_parameter(parameter: &str, value: impl fmt::Display) -> Self {
        Self::of_parameter(parameter, not_valid(parameter, value))
    }

    /// The same with a reason behind the sentence, given without its full stop.
    pub fn invalid_because(parameter: &str, value: impl fmt::Display, reason: &str) -> Self {
        Self::of_parameter(parameter, format!("{} {reason}.", not_valid(parameter, value)))
    }

    /// The same for a value that cannot be written down. Recorded: nothing stands for the value,
    /// without quotation marks.
    pub fn invalid_unnamed_value(parameter: &str) -> Self {
        let message = format!("The value  is not valid for the parameter {parameter}.");
        Self::of_parameter(parameter, message)
    }

    /// Recorded on `Test`. Assumed: each sentence of this kind comes with its `Parameter`.
    fn of_parameter(parameter: &str, message: String) -> Self {
        let parameter = Some(parameter.to_owned());
        Refusal { parameter, ..Refusal::new(Code::InvalidParameterValue, message) }.into()
    }

    /// What was sent cannot be read.
    pub fn unreadable(message: impl Into<String>) -> Self {
        Self::refused(Code::BadRequest, message)
    }

    /// There is no such thing.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::refused(Code::NotFound, message)
    }
}

fn called_with(needed: &str) -> String {
    format!("This operation can be called with a status of: {needed}")
}

fn not_valid(parameter: &str, value: impl fmt::Display) -> String {
    format!("The value \"{value}\" is not valid for the parameter {parameter}.")
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => write!(f, "{}: {}", refusal.code, refusal.text()),
            Self::SerializationConflict => f.write_str("another turn came first"),
            Self::Unavailable(reason) => write!(f, "the database is not available: {reason}"),
            Self::Service(reason) => write!(f, "service fault: {reason}"),
        }
    }
}

impl std::error::Error for Fault {}
