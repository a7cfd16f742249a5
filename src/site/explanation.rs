//! Refusals explained: what happened, and what the worker can do about it.

use axum::http::StatusCode;

use crate::fault::{Code, ErrorView, Fault, Kind, Refusal};

/// What a page shows of a refusal.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// The HTTP status.
    pub status: StatusCode,
    /// What happened.
    pub message: String,
    /// Why, where that is several things.
    pub reasons: Vec<String>,
    /// What to do.
    pub advice: &'static str,
    /// Where: a page, and what its link is called.
    pub link: Option<(String, &'static str)>,
    /// The code for programs.
    code: &'static str,
}

/// What to do, and where; if nowhere in particular, then where the worker came from.
type Advice = (&'static str, Link);
/// A page, and what its link is called.
type Link = Option<(&'static str, &'static str)>;

const FIND_HITS: Link = Some(("/projects", "Find other HITs"));
const QUEUE: Link = Some(("/tasks", "Go to your queue"));
const CHOOSE: Link = Some(("/workers", "Choose a worker"));
const QUALIFICATION: Advice =
    ("The qualification's page says how you stand, and when it can be asked for.", None);
const FAILED: Advice = ("Look whether what you wanted was done before you try again.", None);
const UNAVAILABLE: Advice = (
    "Try again when it is back, and look whether what you wanted was done before you do it again.",
    None,
);

/// The explanation for a worker who came from that page.
pub fn explain(fault: Fault, came_from: Option<&str>) -> Explanation {
    if fault.refusal().is_none() {
        tracing::error!(%fault, "a page failed");
    }
    let (status, code, message, reasons, (advice, link)) = match fault {
        Fault::Refused(refusal) => {
            let Refusal { code, message, reasons, .. } = *refusal;
            (status(code.kind()), code.as_str(), message, reasons, advice(code))
        }
        Fault::Unavailable(_) => {
            let message = "The market's database cannot be used now.".to_owned();
            (StatusCode::SERVICE_UNAVAILABLE, "Unavailable", message, Vec::new(), UNAVAILABLE)
        }
        Fault::SerializationConflict | Fault::Service(_) => {
            let message = "Something went wrong on this server; its log says what.".to_owned();
            (StatusCode::INTERNAL_SERVER_ERROR, "ServiceFault", message, Vec::new(), FAILED)
        }
    };
    let link = link.or_else(|| Some((came_from?, "Go back"))).or(FIND_HITS);
    let link = link.map(|(to, text)| (to.to_owned(), text));
    Explanation { status, message, reasons, advice, link, code }
}

/// The explanation for a worker whose request took too long.
pub fn timed_out() -> Explanation {
    let message = "The server did not answer in time.".to_owned();
    let status = StatusCode::SERVICE_UNAVAILABLE;
    let (advice, link) = (FAILED.0, FIND_HITS.map(|(to, text)| (to.to_owned(), text)));
    Explanation { status, message, reasons: Vec::new(), advice, link, code: "ServiceFault" }
}

impl Explanation {
    /// What happened and why, in one text.
    pub fn text(&self) -> String {
        [std::slice::from_ref(&self.message), &self.reasons].concat().join(" ")
    }

    /// The same for the log.
    pub fn error(&self) -> ErrorView {
        ErrorView { code: self.code.to_owned(), message: self.text() }
    }
}

const fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::Missing | Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::State | Kind::Value | Kind::Worker | Kind::Qualification => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Kind::Unreadable => StatusCode::BAD_REQUEST,
        Kind::NoForm => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Kind::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Stopping => StatusCode::SERVICE_UNAVAILABLE,
    }
}

fn advice(code: Code) -> Advice {
    let of_kind = match code.kind() {
        Kind::Missing | Kind::NotFound => {
            ("An address or an id may be mistyped, or what it names is gone.", None)
        }
        Kind::Qualification => QUALIFICATION,
        Kind::NoForm => (
            "Nothing was submitted. If this was your work, the HIT is still in your queue. Its \
             page posts it in a way that the closed service did not read either.",
            QUEUE,
        ),
        Kind::TooLong => (
            "Nothing was submitted. If this was your work, the HIT is still in your queue. A page \
             that collects more keeps it on a server of its own, and posts where it is.",
            QUEUE,
        ),
        Kind::State
        | Kind::Value
        | Kind::Worker
        | Kind::Unreadable
        | Kind::Conflict
        | Kind::Stopping => ("Nothing was changed. Put it right, and send it again.", None),
    };
    let of_code = ADVICE.iter().find(|(known, ..)| *known == code);
    of_code.map_or(of_kind, |(_, advice, link)| (*advice, *link))
}

/// What to do about one refusal, where it is not that of its kind.
const ADVICE: &[(Code, &str, Link)] = &[
    (
        Code::NoMoreHits,
        "Others have taken every place. One comes back when somebody returns the HIT or runs \
         out of time.",
        FIND_HITS,
    ),
    (
        Code::HitExpired,
        "Its requester set this end. Work accepted before can be submitted.",
        FIND_HITS,
    ),
    (
        Code::AssignmentAlreadyExists,
        "If you are still at it, it is in your queue; if you handed it in, your dashboard \
         tells what became of it.",
        QUEUE,
    ),
    (Code::QueueFull, "Submit or return a HIT from your queue, then accept this one.", QUEUE),
    (Code::NoWorker, "One click chooses or makes one.", CHOOSE),
    (Code::WorkerBlocked, "HITs of other requesters are not affected.", FIND_HITS),
    (
        Code::DoesNotMeetRequirements,
        "The HIT's page lists each requirement, and how to get what is missing.",
        Some(("/qualifications", "See your qualifications")),
    ),
    (
        Code::UnknownWorker,
        "This market was started with --workers known: choose one of those whom it knows.",
        CHOOSE,
    ),
    (Code::NoQuestion, "It came with a world file so, and cannot be done on a page.", FIND_HITS),
    (Code::InvalidQualificationRequestState, QUALIFICATION.0, None),
    (Code::InvalidQualificationState, QUALIFICATION.0, None),
    (Code::InvalidQualificationTypeState, QUALIFICATION.0, None),
    (Code::QualificationTypeAlreadyExists, QUALIFICATION.0, None),
    (
        Code::AssignmentAbandoned,
        "The HIT went back to the market when its time was over. Nothing was submitted. If it \
         is still there you may accept it again.",
        FIND_HITS,
    ),
    (
        Code::AssignmentReturned,
        "You gave this HIT back, so nothing was submitted. If it is still there you may \
         accept it again.",
        FIND_HITS,
    ),
    (
        Code::AssignmentSubmitted,
        "The first submission counts; this one changed nothing.",
        Some(("/dashboard", "See what became of it")),
    ),
    (Code::NotYours, "Switch to the worker who accepted it.", Some(("/workers", "Switch"))),
    (
        Code::NotFromFrame,
        "Submit the HIT on its own page. A program that is no browser may post from anywhere.",
        QUEUE,
    ),
    (Code::PreviewOnly, "Accept the HIT, then submit it.", FIND_HITS),
    (
        Code::NoAssignmentId,
        "The page of the HIT posts no assignmentId. Its form must have a field of exactly that \
         name, with the value that the page finds in its own address. Nothing was submitted; \
         the HIT is still in your queue.",
        QUEUE,
    ),
];
