//! The check of a request's body against the model, before its operation sees it.
//!
//! Three passes, each over the members that the model knows (real clients send others, and the
//! service ignored them): is every value of the right JSON kind, does it meet its constraints, is
//! its text clean. The first pass stops at the first fault, the second names them all.
//! What passes decodes: an Integer fits `i32`, a Long fits `i64`.

mod violations;

use serde_json::{Number, Value};

use super::model::{OperationShape, Shape};
use crate::rules::text::is_xml;
use violations::Violations;

/// Why a request's body is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// A value of the wrong JSON kind; the message of the `SerializationException`.
    Serialization(String),
    /// Constraints that are not met; the message of the `ValidationException`.
    Validation(String),
    /// Text with a character that XML cannot carry.
    InvalidParameter {
        /// The innermost member that has the text.
        name: String,
        /// The text, such characters replaced by `?`, cut to a bearable length.
        value: String,
    },
}

/// Checks a request's body.
///
/// A member that is `null` is absent; a `null` in a list is a violation.
///
/// # Errors
/// The first of the passes that finds a fault refuses the body.
pub fn check(operation: &OperationShape, body: &Value) -> Result<(), Refusal> {
    let input = Shape::Structure(operation.input);
    let Value::Object(fields) = body else { return Err(not_an_object(body)) };
    check_kind(&input, body)?;
    let mut violations = Violations::default();
    violations.check_members(operation.input, fields);
    violations.into_result()?;
    find_unclean("", &input, body).map_or(Ok(()), Err)
}

/// How many characters of a value a message shows. Assumed: the service set no limit here.
const SHOWN_CHARS: usize = 1024;

/// The instants that a Timestamp may be: from year 1 to before year 10000, in epoch seconds.
const INSTANTS: std::ops::Range<f64> = -62_135_596_800.0..253_402_300_800.0;

const UNEXPECTED_LIST: &str = "Start of list found where not expected";
const UNEXPECTED_STRUCTURE: &str = "Start of structure or map found where not expected.";

/// Assumed: the text for a body that is a scalar; other services of the kind sent none.
fn not_an_object(body: &Value) -> Refusal {
    let message = if body.is_array() { UNEXPECTED_LIST } else { "Unexpected field type" };
    Refusal::Serialization(message.to_owned())
}

/// Refuses the first value, in the body's order, that is of the wrong JSON kind.
fn check_kind(shape: &Shape, value: &Value) -> Result<(), Refusal> {
    match (shape, value) {
        (Shape::Structure(members), Value::Object(fields)) => {
            fields.iter().try_for_each(|(name, value)| {
                let known = members.iter().find(|member| member.name == name);
                known.map_or(Ok(()), |member| check_kind(&member.shape, value))
            })
        }
        (Shape::List(element), Value::Array(items)) => {
            items.iter().try_for_each(|item| check_kind(element, item))
        }
        (_, Value::Null)
        | (Shape::String(_), Value::String(_))
        | (Shape::Boolean, Value::Bool(_)) => Ok(()),
        (_, Value::Number(number)) if is_of_kind(shape, number) => Ok(()),
        _ => Err(Refusal::Serialization(wrong_kind(shape, value))),
    }
}

/// Assumed: a whole number must be written as one; at least one other service cut `1.5` to 1.
fn is_of_kind(shape: &Shape, number: &Number) -> bool {
    match shape {
        Shape::Integer(_) => number.as_i64().is_some_and(|n| i32::try_from(n).is_ok()),
        Shape::Long => number.is_i64(),
        Shape::Timestamp => number.as_f64().is_some_and(|seconds| INSTANTS.contains(&seconds)),
        _ => false,
    }
}

/// Assumed: the texts are those that other services of the same kind were seen to send.
fn wrong_kind(shape: &Shape, value: &Value) -> String {
    let found = match value {
        Value::Array(_) => return UNEXPECTED_LIST.to_owned(),
        Value::Object(_) => return UNEXPECTED_STRUCTURE.to_owned(),
        Value::Null => "NULL_VALUE",
        Value::Bool(true) => "TRUE_VALUE",
        Value::Bool(false) => "FALSE_VALUE",
        Value::Number(_) => "NUMBER_VALUE",
        Value::String(_) => "STRING_VALUE",
    };
    let expected = match shape {
        Shape::Structure(_) => return "Expected null".to_owned(),
        Shape::List(_) => return "Expected list or null".to_owned(),
        Shape::String(_) => "a String",
        Shape::Integer(_) => "an Integer",
        Shape::Long => "a Long",
        Shape::Boolean => "a Boolean",
        Shape::Timestamp => "milliseconds since epoch",
    };
    format!("{found} can not be converted to {expected}")
}

/// The first string, in the model's order, that has a character that XML 1.0 cannot carry.
///
/// The reference names the control characters, for `RequesterFeedback`. Assumed: every string is
/// held to it, and U+FFFE and U+FFFF count.
fn find_unclean(name: &str, shape: &Shape, value: &Value) -> Option<Refusal> {
    match (shape, value) {
        (Shape::Structure(members), Value::Object(fields)) => members
            .iter()
            .find_map(|member| find_unclean(member.name, &member.shape, fields.get(member.name)?)),
        (Shape::List(element), Value::Array(items)) => {
            items.iter().find_map(|item| find_unclean(name, element, item))
        }
        (Shape::String(_), Value::String(text)) if text.contains(is_unclean) => {
            let value = cut(&text.replace(is_unclean, "?"));
            Some(Refusal::InvalidParameter { name: name.to_owned(), value })
        }
        _ => None,
    }
}

fn is_unclean(c: char) -> bool {
    !is_xml(c)
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
