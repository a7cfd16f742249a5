//! Whether a worker may ask for a qualification, and what becomes of the request.
//!
//! Facts: API reference of QualificationType (retry delay, test duration, automatic grants), and
//! the codes of the worker side in the SDKs of the older API. Assumed: the sentences.

use crate::fault::Fault;
use crate::shapes::qualification::{QualificationTypeStatus, RequestStatus};
use crate::time::{Instant, Span};

/// What a type says to who asks.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
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
pub struct Latest {
    /// What became of it.
    pub status: RequestStatus,
    /// When it was made.
    pub ask_at: Instant,
    /// Until when its test can be handed in.
    pub test_due_at: Option<Instant>,
}

impl Latest {
    /// Whether the worker has the test and time for it.
    #[must_use]
    pub fn in_test(self, now: Instant) -> bool {
        let in_time = self.test_due_at.is_some_and(|due_at| now < due_at);
        self.status == RequestStatus::Unanswered && in_time
    }
}

/// What a worker can do about a qualification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asking {
    /// Ask for it.
    Now,
    /// Hand in its test, until then.
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
#[must_use]
pub fn asking(terms: Terms, latest: Option<Latest>, is_granted: bool, now: Instant) -> Asking {
    let in_test = latest.filter(|latest| latest.in_test(now));
    if let Some(due_at) = in_test.and_then(|latest| latest.test_due_at)
        && terms.status != QualificationTypeStatus::Disposing
    {
        return Asking::InTest(due_at);
    }
    if terms.status != QualificationTypeStatus::Active || !terms.is_requestable {
        return Asking::Closed;
    }
    if latest.is_some_and(|latest| latest.status == RequestStatus::Pending) {
        return Asking::Pending;
    }
    if is_granted && !terms.has_test {
        return Asking::Held;
    }
    let Some(latest) = latest else { return Asking::Now };
    match terms.retry_delay_s.map(|delay| latest.ask_at + Span::seconds(delay)) {
        None => Asking::Once,
        Some(at) if now < at => Asking::From(at),
        Some(_) => Asking::Now,
    }
}

/// Whether the worker may ask now. Who is at the test already is given it again.
///
/// # Errors
/// The refusals of the worker site.
pub fn may_ask(
    terms: Terms,
    latest: Option<Latest>,
    is_granted: bool,
    now: Instant,
) -> Result<(), Fault> {
    let (code, said) = match asking(terms, latest, is_granted, now) {
        Asking::Now | Asking::InTest(_) => return Ok(()),
        Asking::Closed => {
            ("QualificationTypeNotRequestable", "This Qualification cannot be requested.")
        }
        Asking::Pending => {
            ("QualificationRequestAlreadyExists", "You have already requested this Qualification.")
        }
        Asking::Held => ("QualificationAlreadyExists", "You already have this Qualification."),
        Asking::Once => {
            ("QualificationTypeDoesNotAllowRetake", "You can request this Qualification only once.")
        }
        Asking::From(at) => {
            let at = at.rfc3339();
            let said = format!("You cannot request this Qualification again before {at}.");
            return Err(refused("QualificationTypeRetryDelayNotElapsed", &said));
        }
    };
    Err(refused(code, said))
}

/// Whether the worker may hand in the test of the latest request.
///
/// # Errors
/// There is no test to hand in, or its time is over.
pub fn may_hand_in(latest: Option<Latest>, now: Instant) -> Result<(), Fault> {
    match latest {
        Some(latest) if latest.in_test(now) => Ok(()),
        Some(latest) if latest.status == RequestStatus::Unanswered => {
            let said = "The time for this Qualification test has run out.";
            Err(refused("QualificationTestTimeOver", said))
        }
        _ => {
            let said = "You are not taking the test of this Qualification.";
            Err(refused("NoQualificationTest", said))
        }
    }
}

/// Whether the requester may decide on a request in this state.
///
/// # Errors
/// `InvalidQualificationRequestState`. Assumed: the sentence.
pub fn may_decide(status: RequestStatus) -> Result<(), Fault> {
    if status == RequestStatus::Pending {
        return Ok(());
    }
    let said = "This operation can be called with a status of: Submitted";
    Err(Fault::request("InvalidQualificationRequestState", said))
}

fn refused(code: &'static str, said: &str) -> Fault {
    Fault::worker(code, said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use QualificationTypeStatus::{Active, Disposing, Inactive};
    use RequestStatus::{Granted, Pending, Rejected, Unanswered};

    const TERMS: Terms =
        Terms { status: Active, is_requestable: true, has_test: false, retry_delay_s: None };
    const TESTED: Terms = Terms { has_test: true, ..TERMS };
    const RETRY: Terms = Terms { retry_delay_s: Some(60), ..TERMS };
    const RETEST: Terms = Terms { has_test: true, ..RETRY };

    fn code(done: &Result<(), Fault>) -> &'static str {
        match done {
            Ok(()) => "",
            Err(Fault::Worker { code, .. } | Fault::Request { code, .. }) => code,
            Err(_) => "another fault",
        }
    }

    /// The latest request, made at 0, its test due at 10 s; it is asked again after `now` seconds.
    fn ask(
        terms: Terms,
        latest: Option<RequestStatus>,
        is_granted: bool,
        now: i64,
    ) -> &'static str {
        let test_due_at = Some(Instant(10_000));
        let latest = latest.map(|status| Latest { status, ask_at: Instant(0), test_due_at });
        code(&may_ask(terms, latest, is_granted, Instant(now * 1000)))
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
            (Terms { status: Inactive, ..TERMS }, None, false, 0, closed),
            (Terms { status: Disposing, ..TERMS }, None, false, 0, closed),
            (Terms { is_requestable: false, ..TERMS }, None, false, 0, closed),
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
            (Terms { retry_delay_s: Some(0), ..TERMS }, Some(Rejected), false, 0, ""),
        ] {
            assert_eq!(ask(terms, latest, is_granted, now), expected, "{terms:?} {latest:?}");
        }
    }

    #[test]
    fn who_may_ask_later_is_told_when() {
        let latest = Latest { status: Rejected, ask_at: Instant(0), test_due_at: None };
        let refused = may_ask(RETRY, Some(latest), false, Instant(59_999)).unwrap_err();
        assert!(refused.to_string().ends_with("again before 1970-01-01T00:01:00Z."), "{refused}");
        assert_eq!(asking(RETRY, Some(latest), false, Instant(60_000)), Asking::Now);
    }

    #[test]
    fn a_test_goes_on_unless_its_type_is_deleted() {
        let due = Instant(10_000);
        let latest = Latest { status: Unanswered, ask_at: Instant(0), test_due_at: Some(due) };
        let at = |terms, now| asking(terms, Some(latest), false, Instant(now));
        assert_eq!(at(TESTED, 9_999), Asking::InTest(due));
        assert_eq!(at(TESTED, 10_000), Asking::Once);
        assert_eq!(at(RETEST, 10_000), Asking::From(Instant(60_000)));
        assert_eq!(at(Terms { status: Inactive, ..TESTED }, 9_999), Asking::InTest(due));
        assert_eq!(at(Terms { status: Disposing, ..TESTED }, 9_999), Asking::Closed);
    }

    #[test]
    fn a_test_is_handed_in_before_its_time_is_over() {
        let latest = |status, due| {
            Some(Latest { status, ask_at: Instant(0), test_due_at: Some(Instant(due)) })
        };
        let hand_in = |latest| code(&may_hand_in(latest, Instant(10)));
        assert_eq!(hand_in(latest(Unanswered, 11)), "");
        assert_eq!(hand_in(latest(Unanswered, 10)), "QualificationTestTimeOver");
        assert_eq!(hand_in(latest(Pending, 11)), "NoQualificationTest");
        assert_eq!(hand_in(None), "NoQualificationTest");
    }

    #[test]
    fn only_what_is_pending_is_decided() {
        let codes = [Pending, Granted, Rejected, Unanswered].map(|of| code(&may_decide(of)));
        let wrong = "InvalidQualificationRequestState";
        assert_eq!(codes, ["", wrong, wrong, wrong]);
    }
}
