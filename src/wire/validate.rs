//! The check of a request's body against the model, before its operation sees it.
//!
//! Three passes, each over the members that the model knows (real clients send others, and the
//! service ignored them): is every value of the right JSON kind, does it meet its constraints, is
//! its text clean. The first pass stops at the first fault, the second names them all.
//! What passes decodes: an Integer fits `i32`, a Long fits `i64`.

use std::fmt;

use serde_json::{Map, Number, Value};

use crate::fault::Fault;
use crate::journal::Rule;
use crate::rules::text::is_xml;
use crate::wire::fault::CallFault;
use crate::wire::model::{Constraint, Member, OperationShape, Shape};

/// Checks a request's body.
///
/// A member that is `null` is absent; a `null` in a list is a violation.
///
/// # Errors
/// The first of the passes that finds a fault refuses the body.
pub fn check(operation: &OperationShape, body: &Value) -> Result<(), CallFault> {
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
fn not_an_object(body: &Value) -> CallFault {
    let message = if body.is_array() { UNEXPECTED_LIST } else { "Unexpected field type" };
    serialization(message)
}

fn serialization(message: impl Into<String>) -> CallFault {
    let message = message.into();
    let hint = Some(format!(": {message}"));
    CallFault::by(Rule::Model, "SerializationException", message, hint)
}

/// The fault of a member's value, whose hint says where the value is.
fn within(name: &str, mut fault: CallFault) -> CallFault {
    if let CallFault::Front { hint: Some(hint), .. } = &mut fault {
        let separator = if hint.starts_with(':') { "" } else { "." };
        hint.insert_str(0, separator);
        hint.insert_str(0, name);
    }
    fault
}

/// Refuses the first value, in the body's order, that is of the wrong JSON kind.
fn check_kind(shape: &Shape, value: &Value) -> Result<(), CallFault> {
    match (shape, value) {
        (Shape::Structure(members), Value::Object(fields)) => {
            fields.iter().try_for_each(|(name, value)| {
                let known = members.iter().find(|member| member.name == name);
                known.map_or(Ok(()), |member| {
                    check_kind(&member.shape, value).map_err(|fault| within(name, fault))
                })
            })
        }
        (Shape::List(element), Value::Array(items)) => {
            items.iter().try_for_each(|item| check_kind(element, item))
        }
        (_, Value::Null)
        | (Shape::String(_), Value::String(_))
        | (Shape::Boolean, Value::Bool(_)) => Ok(()),
        (_, Value::Number(number)) if is_of_kind(shape, number) => Ok(()),
        _ => Err(serialization(wrong_kind(shape, value))),
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
fn find_unclean(name: &str, shape: &Shape, value: &Value) -> Option<CallFault> {
    match (shape, value) {
        (Shape::Structure(members), Value::Object(fields)) => members
            .iter()
            .find_map(|member| find_unclean(member.name, &member.shape, fields.get(member.name)?)),
        (Shape::List(element), Value::Array(items)) => {
            items.iter().find_map(|item| find_unclean(name, element, item))
        }
        (Shape::String(_), Value::String(text)) if text.contains(is_unclean) => {
            Some(Fault::invalid_value(name, &cut(&text.replace(is_unclean, "?"))).into())
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

/// How many violations a message lists, of all that it counts. Assumed: the service listed all;
/// here a megabyte of nulls is not answered by a hundred.
const LISTED_VIOLATIONS: usize = 100;

/// How many violations a hint lists, and how many characters of a value it shows.
const HINTED_VIOLATIONS: usize = 5;
const HINTED_CHARS: usize = 40;

/// A value that must not be absent is.
struct NotNull;

impl fmt::Display for NotNull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Member must not be null")
    }
}

/// The violations found so far, and the path of the value being checked.
///
/// Assumed: their order, which is the model's (members), then length, pattern, enum.
#[derive(Default)]
struct Violations {
    path: Vec<Segment>,
    count: usize,
    listed: Vec<String>,
    /// The first ones, shorter.
    hints: Vec<String>,
}

/// A step on the way to a value, written out when there is something to say of it.
enum Segment {
    Member(&'static str),
    /// Counted from 1.
    Item(usize),
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Member(name) => f.write_str(&lower_first(name)),
            Self::Item(number) => write!(f, "{number}.member"),
        }
    }
}

impl Violations {
    fn check_members(&mut self, members: &[Member], fields: &Map<String, Value>) {
        for member in members {
            let value = fields.get(member.name).unwrap_or(&Value::Null);
            self.within(Segment::Member(member.name), |this| match value {
                Value::Null if member.required => this.add_null(),
                _ => this.check_value(&member.shape, value),
            });
        }
    }

    fn check_value(&mut self, shape: &Shape, value: &Value) {
        match (shape, value) {
            (Shape::Structure(members), Value::Object(fields)) => {
                self.check_members(members, fields);
            }
            (Shape::List(element), Value::Array(items)) => self.check_items(element, items),
            _ => {
                for constraint in constraints(shape).iter().filter(|c| !c.is_met_by(value)) {
                    self.add(&format!("'{}'", cut(&text_of(value))), constraint);
                    self.add_hint(&shortened(&text_of(value)), &constraint.in_short());
                }
            }
        }
    }

    /// Scalars of a list are judged together, as one value of the list; structures one by one.
    fn check_items(&mut self, element: &Shape, items: &[Value]) {
        let constraints = constraints(element);
        if items.iter().any(|item| constraints.iter().any(|c| !c.is_met_by(item))) {
            let value = format!("[{}]", join(items.iter().map(text_of)));
            let constraint = format!("Member must satisfy constraint: [{}]", join(constraints));
            self.add(&format!("'{}'", cut(&value)), &constraint);
            let in_short = join(constraints.iter().map(Constraint::in_short));
            self.add_hint(&shortened(&value), &format!("each {in_short}"));
        }
        for (index, item) in items.iter().enumerate() {
            if item.is_null() || item.is_object() {
                self.within(Segment::Item(index + 1), |this| match item {
                    Value::Null => this.add_null(),
                    _ => this.check_value(element, item),
                });
            }
        }
    }

    fn within(&mut self, segment: Segment, check: impl FnOnce(&mut Self)) {
        self.path.push(segment);
        check(self);
        self.path.pop();
    }

    fn add(&mut self, value: &str, constraint: &dyn fmt::Display) {
        self.count += 1;
        if self.listed.len() < LISTED_VIOLATIONS {
            let path = self.path.iter().map(Segment::to_string).collect::<Vec<_>>().join(".");
            self.listed.push(format!(
                "Value {value} at '{path}' failed to satisfy constraint: {constraint}"
            ));
        }
    }

    fn add_null(&mut self) {
        self.add("null", &NotNull);
        self.add_hint("", "is required");
    }

    /// A violation as a person says it, with the API's own names.
    fn add_hint(&mut self, value: &str, wanted: &str) {
        if self.hints.len() >= HINTED_VIOLATIONS {
            return;
        }
        let step = |segment: &Segment| match segment {
            Segment::Member(name) => format!(".{name}"),
            Segment::Item(number) => format!("[{}]", number - 1),
        };
        let path = self.path.iter().map(step).collect::<Vec<_>>().concat();
        let hint = path.trim_start_matches('.').to_owned();
        let value = if value.is_empty() { " ".to_owned() } else { format!(" {value}: ") };
        self.hints.push(hint + &value + wanted);
    }

    fn into_result(mut self) -> Result<(), CallFault> {
        if self.count == 0 {
            return Ok(());
        }
        if self.count > self.listed.len() {
            self.listed.push("...".to_owned());
        }
        let plural = if self.count == 1 { "" } else { "s" };
        let listed = self.listed.join("; ");
        let message = format!("{} validation error{plural} detected: {listed}", self.count);
        let hint = Some(self.hints.join("; "));
        Err(CallFault::by(Rule::Model, "ValidationException", message, hint))
    }
}

/// What a scalar must meet; a list or a structure as such has no constraints in this API.
fn constraints(shape: &Shape) -> &'static [Constraint] {
    match shape {
        Shape::String(constraints) | Shape::Integer(constraints) => constraints,
        _ => &[],
    }
}

impl Constraint {
    /// Whether the value meets the constraint; one of another kind has nothing to meet.
    fn is_met_by(&self, value: &Value) -> bool {
        match (value, self) {
            // Assumed: a character is a Unicode code point, not a UTF-16 unit.
            (Value::String(text), Self::MaxLength(max)) => text.chars().count() <= *max,
            (Value::String(text), Self::MinLength(min)) => text.chars().count() >= *min,
            (Value::String(text), Self::Matches(pattern)) => (pattern.matches)(text),
            (Value::String(text), Self::OneOf(values)) => values.contains(&text.as_str()),
            (Value::Number(number), Self::Max(max)) => number.as_i64().is_none_or(|n| n <= *max),
            (Value::Number(number), Self::Min(min)) => number.as_i64().is_none_or(|n| n >= *min),
            _ => true,
        }
    }
}

impl Constraint {
    /// What it wants, in a few words.
    fn in_short(&self) -> String {
        match self {
            Self::MaxLength(max) => format!("at most {max} characters"),
            Self::MinLength(min) => format!("at least {min} characters"),
            Self::Matches(pattern) => format!("matches {}", pattern.text),
            Self::OneOf(values) => format!("one of {}", values.join(", ")),
            Self::Max(max) => format!("at most {max}"),
            Self::Min(min) => format!("at least {min}"),
        }
    }
}

/// The constraint as a message of the service states it.
impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Member must ")?;
        match self {
            Self::MaxLength(max) => write!(f, "have length less than or equal to {max}"),
            Self::MinLength(min) => write!(f, "have length greater than or equal to {min}"),
            Self::Matches(pattern) => {
                write!(f, "satisfy regular expression pattern: {}", pattern.text)
            }
            // Assumed: the values stand in the model's order.
            Self::OneOf(values) => write!(f, "satisfy enum value set: [{}]", values.join(", ")),
            Self::Max(max) => write!(f, "have value less than or equal to {max}"),
            Self::Min(min) => write!(f, "have value greater than or equal to {min}"),
        }
    }
}

/// `HITId` is `hITId` in a message: the first letter alone changes.
fn lower_first(name: &str) -> String {
    let mut lowered = name.to_owned();
    if let Some(first) = lowered.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    lowered
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(HINTED_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn join(parts: impl IntoIterator<Item = impl ToString>) -> String {
    parts.into_iter().map(|part| part.to_string()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
