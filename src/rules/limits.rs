//! The limits that the service checked behind its front.
//!
//! The API's model carries none of them; they are from the API reference, the developer guide and
//! the reference of the older API with the same back end. Limits that protect this server are with
//! what they limit.

use crate::fault::Fault;

/// 365 days in seconds.
pub const YEAR_S: i64 = 31_536_000;

/// The smallest and largest value of a number.
#[derive(Debug, Clone, Copy)]
pub struct Range {
    /// Smallest.
    pub min: i64,
    /// Largest.
    pub max: i64,
}

/// `LifetimeInSeconds`.
pub const LIFETIME_S: Range = Range { min: 30, max: YEAR_S };
/// `AssignmentDurationInSeconds`.
pub const ASSIGNMENT_DURATION_S: Range = Range { min: 30, max: YEAR_S };
/// `AutoApprovalDelayInSeconds`; its largest value is also its default.
pub const AUTO_APPROVAL_DELAY_S: Range = Range { min: 0, max: 2_592_000 };
/// The step of UpdateExpirationForHIT, from the present end or, of an expired HIT, from now (two
/// public reports). Assumed: from which of the two an expired one counts.
pub const EXPIRATION_INCREMENT_S: Range = Range { min: 60, max: YEAR_S };
/// `MaxAssignments`, and the sum after `NumberOfAdditionalAssignments`.
pub const ASSIGNMENTS: Range = Range { min: 1, max: 1_000_000_000 };

/// `Title`, in characters.
pub const TITLE: usize = 128;
/// `Description`.
pub const DESCRIPTION: usize = 2000;
/// `Keywords`, all together.
pub const KEYWORDS: usize = 1000;
/// `RequesterAnnotation`. Assumed: of any characters, although the guide speaks of ASCII.
pub const REQUESTER_ANNOTATION: usize = 255;
/// `WorkerIds`: as many at a time.
pub const WORKER_IDS: usize = 100;

/// Blocked workers of a requester.
pub const WORKER_BLOCKS: i64 = 100_000;
/// `RequesterFeedback`.
pub const REQUESTER_FEEDBACK: usize = 1024;
/// `Name` of a qualification type. Assumed.
pub const QUALIFICATION_NAME: usize = 200;
/// `Reason` of a rejected request or a revoked qualification.
pub const QUALIFICATION_REASON: usize = 1024;
/// `QualificationTypeId` of a requirement, in bytes.
pub const QUALIFICATION_TYPE_ID_BYTES: usize = 255;
/// `Key` of an entry of a review policy's map, in bytes.
pub const MAP_ENTRY_KEY_BYTES: usize = 255;
/// `Test` and `AnswerKey`, in bytes.
pub const TEST_BYTES: usize = 65_535;
/// `TestDurationInSeconds`. Assumed: both ends.
pub const TEST_DURATION_S: Range = Range { min: 1, max: YEAR_S };
/// `RetryDelayInSeconds`. Assumed: the largest.
pub const RETRY_DELAY_S: Range = Range { min: 0, max: 10 * YEAR_S };
/// `Subject` of mail to workers.
pub const SUBJECT: usize = 200;
/// `MessageText` of mail to workers.
pub const MESSAGE_TEXT: usize = 4096;

impl Range {
    /// Whether `value` of the parameter `name` lies in the range, ends included.
    ///
    /// # Errors
    /// `ParameterValidationError` in the back end's sentence, which is recorded of
    /// `ExpirationIncrementInSeconds`. Assumed: of all other numbers.
    pub fn check(self, name: &str, value: i64) -> Result<(), Fault> {
        let Self { min, max } = self;
        if (min..=max).contains(&value) {
            return Ok(());
        }
        let message = format!(
            "The value {value} is invalid for {name}. Valid values range from {min} to {max}."
        );
        Err(Fault::parameter(message))
    }
}

/// Whether `text` of the parameter `name` has at most `max` characters.
///
/// # Errors
/// `ParameterValidationError`. Assumed: the sentence, built like the recorded one on minimum
/// length.
pub fn at_most(name: &str, text: &str, max: usize) -> Result<(), Fault> {
    check_length(name, text.chars().count(), max)
}

/// As [`at_most`], in bytes.
pub fn at_most_bytes(name: &str, text: &str, max: usize) -> Result<(), Fault> {
    check_length(name, text.len(), max)
}

fn check_length(name: &str, length: usize, max: usize) -> Result<(), Fault> {
    if length <= max {
        return Ok(());
    }
    let message = format!("Your request parameter {name} has a maximum length of {max}.");
    Err(Fault::parameter(message))
}

/// As [`at_most`], and not empty.
pub fn one_to(name: &str, text: &str, max: usize) -> Result<(), Fault> {
    if text.is_empty() { Err(empty(name)) } else { at_most(name, text, max) }
}

/// The parameter `name` is empty.
pub fn empty(name: &str) -> Fault {
    Fault::parameter(format!("Your request parameter {name} has a minimum length of 1."))
}

/// [`at_most`] for a member that may be absent.
pub fn optional_at_most(name: &str, text: Option<&str>, max: usize) -> Result<(), Fault> {
    text.map_or(Ok(()), |text| at_most(name, text, max))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_of_every_range() {
        for (range, inside, outside) in [
            (LIFETIME_S, [30, 31_536_000], [29, 31_536_001]),
            (ASSIGNMENT_DURATION_S, [30, 31_536_000], [29, 31_536_001]),
            (AUTO_APPROVAL_DELAY_S, [0, 2_592_000], [-1, 2_592_001]),
            (ASSIGNMENTS, [1, 1_000_000_000], [0, 1_000_000_001]),
            (TEST_DURATION_S, [1, 31_536_000], [0, 31_536_001]),
            (RETRY_DELAY_S, [0, 315_360_000], [-1, 315_360_001]),
        ] {
            assert!(inside.iter().all(|value| range.check("X", *value).is_ok()));
            assert!(outside.iter().all(|value| range.check("X", *value).is_err()));
        }
    }

    #[test]
    fn length_counts_characters() {
        assert!(at_most("Title", &"é".repeat(128), TITLE).is_ok());
        let fault = at_most("Title", &"é".repeat(129), TITLE).unwrap_err();
        let message =
            "InvalidParameterValue: Your request parameter Title has a maximum length of 128.";
        assert_eq!(fault.to_string(), message);
        assert!(one_to("Title", "", TITLE).is_err() && at_most("Keywords", "", KEYWORDS).is_ok());
    }
}
