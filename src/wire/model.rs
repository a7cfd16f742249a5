//! The Requester API, version 2017-01-17, written down as facts.
//!
//! For each of the 39 operations: the members of its request and of its answer, which of them are
//! required, and what their values may be. Only what the published model of the API states stands
//! here; limits that the service keeps without publishing them belong to `rules`. A test,
//! `tests/it/model.rs`, compares every fact with botocore's copy of the published model.

mod assignment;
mod hit;
mod notification;
mod payment;
mod qualification;
mod review;
mod scalar;
mod worker;

/// The operation of that name, or nothing; names are case-sensitive.
#[must_use]
pub fn operation(name: &str) -> Option<&'static OperationShape> {
    OPERATIONS.iter().find(|operation| operation.name == name)
}

/// All operations, by name.
pub const OPERATIONS: &[OperationShape] = &[
    qualification::ACCEPT_QUALIFICATION_REQUEST,
    assignment::APPROVE_ASSIGNMENT,
    qualification::ASSOCIATE_QUALIFICATION_WITH_WORKER,
    hit::CREATE_ADDITIONAL_ASSIGNMENTS_FOR_HIT,
    hit::CREATE_HIT,
    hit::CREATE_HIT_TYPE,
    hit::CREATE_HIT_WITH_HIT_TYPE,
    qualification::CREATE_QUALIFICATION_TYPE,
    worker::CREATE_WORKER_BLOCK,
    hit::DELETE_HIT,
    qualification::DELETE_QUALIFICATION_TYPE,
    worker::DELETE_WORKER_BLOCK,
    qualification::DISASSOCIATE_QUALIFICATION_FROM_WORKER,
    payment::GET_ACCOUNT_BALANCE,
    assignment::GET_ASSIGNMENT,
    assignment::GET_FILE_UPLOAD_URL,
    hit::GET_HIT,
    qualification::GET_QUALIFICATION_SCORE,
    qualification::GET_QUALIFICATION_TYPE,
    assignment::LIST_ASSIGNMENTS_FOR_HIT,
    payment::LIST_BONUS_PAYMENTS,
    hit::LIST_HITS,
    hit::LIST_HITS_FOR_QUALIFICATION_TYPE,
    qualification::LIST_QUALIFICATION_REQUESTS,
    qualification::LIST_QUALIFICATION_TYPES,
    review::LIST_REVIEW_POLICY_RESULTS_FOR_HIT,
    hit::LIST_REVIEWABLE_HITS,
    worker::LIST_WORKER_BLOCKS,
    qualification::LIST_WORKERS_WITH_QUALIFICATION_TYPE,
    worker::NOTIFY_WORKERS,
    assignment::REJECT_ASSIGNMENT,
    qualification::REJECT_QUALIFICATION_REQUEST,
    payment::SEND_BONUS,
    notification::SEND_TEST_EVENT_NOTIFICATION,
    hit::UPDATE_EXPIRATION_FOR_HIT,
    hit::UPDATE_HIT_REVIEW_STATUS,
    hit::UPDATE_HIT_TYPE_OF_HIT,
    notification::UPDATE_NOTIFICATION_SETTINGS,
    qualification::UPDATE_QUALIFICATION_TYPE,
];

/// One operation: what it is called, what it takes, what it answers.
#[derive(Debug, Clone, Copy)]
pub struct OperationShape {
    /// The name that stands in `X-Amz-Target` after the dot.
    pub name: &'static str,
    /// The members of the request.
    pub input: &'static [Member],
    /// The members of the answer; empty for an operation that answers `{}`.
    pub output: &'static [Member],
}

/// One member of a structure.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    /// The name as it stands on the wire.
    pub name: &'static str,
    /// What its value may be.
    pub shape: Shape,
    /// Whether a request without it is refused; of no weight in an answer.
    pub required: bool,
}

/// What a value may be. Shapes do not refer to themselves, so a walk along them ends.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// A JSON string that meets every constraint.
    String(&'static [Constraint]),
    /// A whole JSON number of 32 bits, signed, that meets every constraint.
    Integer(&'static [Constraint]),
    /// A whole JSON number of 64 bits, signed.
    Long,
    /// `true` or `false`.
    Boolean,
    /// A JSON number: seconds since 1970, fractions allowed.
    Timestamp,
    /// A JSON array of any length.
    List(&'static Shape),
    /// A JSON object.
    Structure(&'static [Member]),
}

/// What a string or a number has to meet beyond being one.
#[derive(Debug, Clone, Copy)]
pub enum Constraint {
    /// A string of at most so many characters.
    MaxLength(usize),
    /// A string of at least so many characters.
    MinLength(usize),
    /// A string that the pattern matches.
    Matches(&'static Pattern),
    /// A string that is one of these.
    OneOf(&'static [&'static str]),
    /// A number not above this.
    Max(i64),
    /// A number not below this.
    Min(i64),
}

/// A regular expression of the API: its text for messages, and what it means.
#[derive(Debug, Clone, Copy)]
pub struct Pattern {
    /// The expression as the API states it.
    pub text: &'static str,
    /// Whether the expression matches the whole string, as Java's `matches()` has it.
    pub matches: fn(&str) -> bool,
}

/// A member that a request must have.
const fn req(name: &'static str, shape: Shape) -> Member {
    Member { name, shape, required: true }
}

/// A member that may be absent.
const fn opt(name: &'static str, shape: Shape) -> Member {
    Member { name, shape, required: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_stand_by_name_and_once() {
        assert_eq!(OPERATIONS.len(), 39);
        assert!(OPERATIONS.is_sorted_by(|a, b| a.name < b.name));
    }

    #[test]
    fn an_operation_is_found_by_its_exact_name() {
        for operation_shape in OPERATIONS {
            assert_eq!(operation(operation_shape.name).unwrap().name, operation_shape.name);
        }
        for name in ["", "createHIT", "CreateHIT ", "ListHITsForWorker"] {
            assert!(operation(name).is_none(), "{name}");
        }
    }
}
