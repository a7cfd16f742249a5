//! What values may be: strings and numbers first, then the structures made of them.

use super::shape::Constraint::{Matches, Max, MaxLength, Min, MinLength, OneOf};
use super::shape::{Pattern, Shape, opt, req};

pub(super) const STRING: Shape = Shape::String(&[]);
pub(super) const INTEGER: Shape = Shape::Integer(&[]);
pub(super) const LONG: Shape = Shape::Long;
pub(super) const BOOLEAN: Shape = Shape::Boolean;
pub(super) const TIMESTAMP: Shape = Shape::Timestamp;
const STRING_LIST: Shape = Shape::List(&STRING);
const INTEGER_LIST: Shape = Shape::List(&INTEGER);

/// The id of anything but a person.
pub(super) const ENTITY_ID: Shape =
    Shape::String(&[MaxLength(64), MinLength(1), Matches(&ENTITY_ID_PATTERN)]);

/// The id of a worker or a requester.
pub(super) const CUSTOMER_ID: Shape =
    Shape::String(&[MaxLength(64), MinLength(1), Matches(&CUSTOMER_ID_PATTERN)]);

/// US dollars, in decimal.
pub(super) const CURRENCY_AMOUNT: Shape = Shape::String(&[Matches(&CURRENCY_AMOUNT_PATTERN)]);

pub(super) const IDEMPOTENCY_TOKEN: Shape = Shape::String(&[MaxLength(64), MinLength(1)]);
pub(super) const PAGINATION_TOKEN: Shape = Shape::String(&[MaxLength(255), MinLength(1)]);
pub(super) const RESULT_SIZE: Shape = Shape::Integer(&[Max(100), Min(1)]);

const ENTITY_ID_PATTERN: Pattern = Pattern { text: "^[A-Z0-9]+$", matches: is_entity_id };
const CUSTOMER_ID_PATTERN: Pattern = Pattern { text: "^A[A-Z0-9]+$", matches: is_customer_id };
const CURRENCY_AMOUNT_PATTERN: Pattern =
    Pattern { text: r"^[0-9]+(\.)?[0-9]{0,2}$", matches: is_currency_amount };

fn is_entity_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

fn is_customer_id(text: &str) -> bool {
    text.strip_prefix('A').is_some_and(is_entity_id)
}

fn is_currency_amount(text: &str) -> bool {
    let (whole, cents) = text.split_once('.').unwrap_or((text, ""));
    !whole.is_empty() && cents.len() <= 2 && [whole, cents].iter().all(|part| is_digits(part))
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) const REVIEWABLE_HIT_STATUS: Shape =
    Shape::String(&[OneOf(&["Reviewable", "Reviewing"])]);

pub(super) const HIT_LAYOUT_PARAMETER_LIST: Shape =
    Shape::List(&Shape::Structure(&[req("Name", STRING), req("Value", STRING)]));

pub(super) const ASSIGNMENT_STATUS: Shape =
    Shape::String(&[OneOf(&["Submitted", "Approved", "Rejected"])]);

pub(super) const QUALIFICATION_TYPE_STATUS: Shape =
    Shape::String(&[OneOf(&["Active", "Inactive"])]);

pub(super) const QUALIFICATION_STATUS: Shape = Shape::String(&[OneOf(&["Granted", "Revoked"])]);

pub(super) const QUALIFICATION_REQUIREMENT_LIST: Shape = Shape::List(&QUALIFICATION_REQUIREMENT);

const QUALIFICATION_REQUIREMENT: Shape = Shape::Structure(&[
    req("QualificationTypeId", STRING),
    req("Comparator", COMPARATOR),
    opt("IntegerValues", INTEGER_LIST),
    opt("LocaleValues", Shape::List(&LOCALE)),
    opt("RequiredToPreview", BOOLEAN),
    opt("ActionsGuarded", HIT_ACCESS_ACTIONS),
]);

const COMPARATOR: Shape = Shape::String(&[OneOf(&[
    "LessThan",
    "LessThanOrEqualTo",
    "GreaterThan",
    "GreaterThanOrEqualTo",
    "EqualTo",
    "NotEqualTo",
    "Exists",
    "DoesNotExist",
    "In",
    "NotIn",
])]);

const HIT_ACCESS_ACTIONS: Shape =
    Shape::String(&[OneOf(&["Accept", "PreviewAndAccept", "DiscoverPreviewAndAccept"])]);

const LOCALE: Shape =
    Shape::Structure(&[req("Country", COUNTRY_PARAMETERS), opt("Subdivision", COUNTRY_PARAMETERS)]);

const COUNTRY_PARAMETERS: Shape = Shape::String(&[MaxLength(2), MinLength(2)]);

pub(super) const REVIEW_POLICY: Shape = Shape::Structure(&[
    req("PolicyName", STRING),
    opt("Parameters", Shape::List(&POLICY_PARAMETER)),
]);

const POLICY_PARAMETER: Shape = Shape::Structure(&[
    opt("Key", STRING),
    opt("Values", STRING_LIST),
    opt("MapEntries", Shape::List(&PARAMETER_MAP_ENTRY)),
]);

const PARAMETER_MAP_ENTRY: Shape =
    Shape::Structure(&[opt("Key", STRING), opt("Values", STRING_LIST)]);

pub(super) const REVIEW_POLICY_LEVEL: Shape = Shape::String(&[OneOf(&["Assignment", "HIT"])]);

pub(super) const NOTIFICATION_SPECIFICATION: Shape = Shape::Structure(&[
    req("Destination", STRING),
    req("Transport", NOTIFICATION_TRANSPORT),
    req("Version", STRING),
    req("EventTypes", Shape::List(&EVENT_TYPE)),
]);

const NOTIFICATION_TRANSPORT: Shape = Shape::String(&[OneOf(&["Email", "SQS", "SNS"])]);

pub(super) const EVENT_TYPE: Shape = Shape::String(&[OneOf(&[
    "AssignmentAccepted",
    "AssignmentAbandoned",
    "AssignmentReturned",
    "AssignmentSubmitted",
    "AssignmentRejected",
    "AssignmentApproved",
    "HITCreated",
    "HITExpired",
    "HITReviewable",
    "HITExtended",
    "HITDisposed",
    "Ping",
])]);

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: Pattern, matching: &[&str], other: &[&str]) {
        for text in matching {
            assert!((pattern.matches)(text), "{} matches {text:?}", pattern.text);
        }
        for text in other {
            assert!(!(pattern.matches)(text), "{} does not match {text:?}", pattern.text);
        }
    }

    #[test]
    fn entity_ids() {
        let matching = ["3", "A", "3XJOUITW8URHJMX7F00H20LGRIAQTX", "00000000000000000040"];
        let other = ["", "3x", "3X ", " 3X", "3X\n", "\n3X", "3-X", "É", "\u{661}", "dud"];
        check(ENTITY_ID_PATTERN, &matching, &other);
    }

    #[test]
    fn customer_ids() {
        let matching = ["A1", "AA", "A2YHWQ1NRJM86T"];
        let other = ["", "A", "B1", "a1", "1A", "A1\n", "A1 ", "A-1", "AÉ"];
        check(CUSTOMER_ID_PATTERN, &matching, &other);
    }

    #[test]
    fn currency_amounts() {
        let matching = ["0", "00", "0.", "0.0", "0.05", "1.25", "12", "1234567", "12."];
        let other = ["", ".", ".5", "0.975", "0.9752", "1.2.3", "-1", "+1", "1,00", "$1", "1e2"];
        check(CURRENCY_AMOUNT_PATTERN, &matching, &other);
        check(CURRENCY_AMOUNT_PATTERN, &[], &["1\n", "1.\n", " 1", "1 ", "1. 5", "\u{661}", "1.é"]);
    }
}
