//! Strings and numbers that several nouns share.

use super::Constraint::{Matches, Max, MaxLength, Min, MinLength};
use super::{Pattern, Shape};

pub(super) const STRING: Shape = Shape::String(&[]);
pub(super) const INTEGER: Shape = Shape::Integer(&[]);
pub(super) const LONG: Shape = Shape::Long;
pub(super) const BOOLEAN: Shape = Shape::Boolean;
pub(super) const TIMESTAMP: Shape = Shape::Timestamp;
pub(super) const STRING_LIST: Shape = Shape::List(&STRING);
pub(super) const INTEGER_LIST: Shape = Shape::List(&INTEGER);

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
