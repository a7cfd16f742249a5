//! Whether a worker may request a qualification.
//!
//! Facts: API reference of QualificationType (retry delay, test duration, automatic grants), and
//! the codes of the worker side in the SDKs of the older API. Assumed: the sentences.

use crate::fault::{Code, Fault};
use crate::shapes::qualification::{QualificationTypeStatus, RequestStatus};
use crate::time::{Instant, Span};

/// What a type allows a worker who asks for it.
#[derive(Debug, Clone, Copy)]
pub struct RequestTerms {
    /// Whether it takes requests.
    pub status: QualificationTypeStatus,
    /// Whether it ever does.
    pub is_requestable: bool,
    /// Whether a test comes first.
    pub has_test: bool,
    /// After how long a worker may ask again.
    pub retry_delay_s: Option<i64>,
}

/// The worker's latest request for the type.
#[derive(Debug, Clone, Copy)]
pub struct LatestRequest {
    /// What became of it.
    pub status: RequestStatus,
    /// When it was made.
    pub ask_at: Instant,
    /// The deadline of its test.
    pub test_due_at: Option<Instant>,
}

impl LatestRequest {
    /// Whether the worker is taking the test, and in time.
    pub fn in_test(self, now: Instant) -> bool {
        let in_time = self.test_due_at.is_some_and(|due_at| now < due_at);
        self.status == RequestStatus::Unanswered && in_time
    }
}

/// What a worker can do about a qualification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Availability {
    /// Ask for it.
    Now,
    /// Submit its test, until then.
    InTest(Instant),
    /// Wait for the requester.
    Pending,
    /// Nothing: the worker has it.
    Held,
    /// Nothing: it can be asked for only once.
    Once,
    /// Ask again, from then on.
    From(Instant),
    /// Nothing: it takes no requests.
    Closed,
}

/// What the worker can do about the type now.
///
/// Who has the qualification may try again for a better score, if there is a test.
pub fn availability(
    terms: RequestTerms,
    latest: Option<LatestRequest>,
    is_granted: bool,
    now: Instant,
) -> Availability {
    let in_test = latest.filter(|latest| latest.in_test(now));
    if let Some(due_at) = in_test.and_then(|latest| latest.test_due_at)
        && terms.status != QualificationTypeStatus::Disposing
    {
        return Availability::InTest(due_at);
    }
    if terms.status != QualificationTypeStatus::Active || !terms.is_requestable {
        return Availability::Closed;
    }
    if latest.is_some_and(|latest| latest.status == RequestStatus::Pending) {
        return Availability::Pending;
    }
    if is_granted && !terms.has_test {
        return Availability::Held;
    }
    let Some(latest) = latest else { return Availability::Now };
    match terms.retry_delay_s.map(|delay| latest.ask_at + Span::seconds(delay)) {
        None => Availability::Once,
        Some(at) if now < at => Availability::From(at),
        Some(_) => Availability::Now,
    }
}

/// Checks whether the worker may ask now. A worker who is taking the test gets it again.
pub fn check_request(
    terms: RequestTerms,
    latest: Option<LatestRequest>,
    is_granted: bool,
    now: Instant,
) -> Result<(), Fault> {
    let (code, message) = match availability(terms, latest, is_granted, now) {
        Availability::Now | Availability::InTest(_) => return Ok(()),
        Availability::Closed => {
            (Code::QualificationTypeNotRequestable, "This Qualification cannot be requested.")
        }
        Availability::Pending => (
            Code::QualificationRequestAlreadyExists,
            "You have already requested this Qualification.",
        ),
        Availability::Held => {
            (Code::QualificationAlreadyExists, "You already have this Qualification.")
        }
        Availability::Once => (
            Code::QualificationTypeDoesNotAllowRetake,
            "You can request this Qualification only once.",
        ),
        Availability::From(at) => {
            let at = at.rfc3339();
            let message = format!("You cannot request this Qualification again before {at}.");
            return Err(Fault::refused(Code::QualificationTypeRetryDelayNotElapsed, message));
        }
    };
    Err(Fault::refused(code, message))
}

/// Checks whether the worker may submit the test of the latest request.
pub fn check_test_submission(latest: Option<LatestRequest>, now: Instant) -> Result<(), Fault> {
    match latest {
        Some(latest) if latest.in_test(now) => Ok(()),
        Some(latest) if latest.status == RequestStatus::Unanswered => {
            let message = "The time for this Qualification test has run out.";
            Err(Fault::refused(Code::QualificationTestTimeOver, message))
        }
        _ => {
            let message = "You are not taking the test of this Qualification.";
            Err(Fault::refused(Code::NoQualificationTest, message))
        }
    }
}

/// Checks whether the requester may decide on a request in this state.
///
/// # Errors
/// `InvalidQualificationRequestState`. Assumed: the sentence.
pub fn check_decision(status: RequestStatus) -> Result<(), Fault> {
    if status == RequestStatus::Pending {
        return Ok(());
    }
    let message = "This operation can be called with a status of: Submitted";
    Err(Fault::refused(Code::InvalidQualificationRequestState, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use QualificationTypeStatus::{Active, Disposing, Inactive};
    use RequestStatus::{Granted, Pending, Rejected, Unanswered};

    const TERMS: RequestTerms =
        RequestTerms { status: Active, is_requestable: true, has_test: false, retry_delay_s: None };
    const TESTED: RequestTerms = RequestTerms { has_test: true, ..TERMS };
    const RETRY: RequestTerms = RequestTerms { retry_delay_s: Some(60), ..TERMS };
    const RETEST: RequestTerms = RequestTerms { has_test: true, ..RETRY };

    fn code(done: &Result<(), Fault>) -> &'static str {
        match done {
            Ok(()) => "",
            Err(fault) => fault.code().map_or("another fault", Code::as_str),
        }
    }

    /// The latest request, made at 0, its test due at 10 s; it is asked again after `now` seconds.
    fn ask(
        terms: RequestTerms,
        latest: Option<RequestStatus>,
        is_granted: bool,
        now: i64,
    ) -> &'static str {
        let test_due_at = Some(Instant(10_000));
        let latest = latest.map(|status| LatestRequest { status, ask_at: Instant(0), test_due_at });
        code(&check_request(terms, latest, is_granted, Instant(now * 1000)))
    }

    #[test]
    fn who_may_ask() {
        let once = "QualificationTypeDoesNotAllowRetake";
        let early = "QualificationTypeRetryDelayNotElapsed";
        let has = "QualificationAlreadyExists";
        let asked = "QualificationRequestAlreadyExists";
        let closed = "QualificationTypeNotRequestable";
        for (terms, latest, is_granted, now, expected) in [
            (TERMS, None, false, 0, ""),
            (RequestTerms { status: Inactive, ..TERMS }, None, false, 0, closed),
            (RequestTerms { status: Disposing, ..TERMS }, None, false, 0, closed),
            (RequestTerms { is_requestable: false, ..TERMS }, None, false, 0, closed),
            (TERMS, Some(Pending), false, 99, asked),
            (RETRY, Some(Pending), false, 99, asked),
            (TERMS, None, true, 0, has),
            (RETRY, Some(Granted), true, 99, has),
            (TESTED, None, true, 0, ""),
            (TESTED, Some(Granted), true, 99, once),
            (RETEST, Some(Granted), true, 59, early),
            (RETEST, Some(Granted), true, 60, ""),
            (TERMS, Some(Rejected), false, 99, once),
            (RETRY, Some(Rejected), false, 59, early),
            (RETRY, Some(Rejected), false, 60, ""),
            (TESTED, Some(Unanswered), false, 99, once),
            (RETEST, Some(Unanswered), false, 59, early),
            (RETEST, Some(Unanswered), false, 60, ""),
            (RequestTerms { retry_delay_s: Some(0), ..TERMS }, Some(Rejected), false, 0, ""),
        ] {
            assert_eq!(ask(terms, latest, is_granted, now), expected, "{terms:?} {latest:?}");
        }
    }

    #[test]
    fn who_may_ask_later_is_told_when() {
        let latest = LatestRequest { status: Rejected, ask_at: Instant(0), test_due_at: None };
        let refused = check_request(RETRY, Some(latest), false, Instant(59_999)).unwrap_err();
        assert!(refused.to_string().ends_with("again before 1970-01-01T00:01:00Z."), "{refused}");
        assert_eq!(availability(RETRY, Some(latest), false, Instant(60_000)), Availability::Now);
    }

    #[test]
    fn a_test_goes_on_unless_its_type_is_deleted() {
        let due = Instant(10_000);
        let latest =
            LatestRequest { status: Unanswered, ask_at: Instant(0), test_due_at: Some(due) };
        let at = |terms, now| availability(terms, Some(latest), false, Instant(now));
        assert_eq!(at(TESTED, 9_999), Availability::InTest(due));
        assert_eq!(at(TESTED, 10_000), Availability::Once);
        assert_eq!(at(RETEST, 10_000), Availability::From(Instant(60_000)));
        assert_eq!(
            at(RequestTerms { status: Inactive, ..TESTED }, 9_999),
            Availability::InTest(due)
        );
        assert_eq!(at(RequestTerms { status: Disposing, ..TESTED }, 9_999), Availability::Closed);
    }

    #[test]
    fn a_test_is_submitted_before_its_time_is_over() {
        let latest = |status, due| {
            Some(LatestRequest { status, ask_at: Instant(0), test_due_at: Some(Instant(due)) })
        };
        let hand_in = |latest| code(&check_test_submission(latest, Instant(10)));
        assert_eq!(hand_in(latest(Unanswered, 11)), "");
        assert_eq!(hand_in(latest(Unanswered, 10)), "QualificationTestTimeOver");
        assert_eq!(hand_in(latest(Pending, 11)), "NoQualificationTest");
        assert_eq!(hand_in(None), "NoQualificationTest");
    }

    #[test]
    fn only_what_is_pending_is_decided() {
        let codes = [Pending, Granted, Rejected, Unanswered].map(|of| code(&check_decision(of)));
        let wrong = "InvalidQualificationRequestState";
        assert_eq!(codes, ["", wrong, wrong, wrong]);
    }
}
