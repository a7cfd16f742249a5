//! The second pass: every constraint that is not met, with the way to its value.

use std::fmt;

use serde_json::{Map, Value};

use super::{Refusal, cut};
use crate::wire::model::{Constraint, Member, Shape};

/// How many violations a message lists, of all that it counts. Assumed: the service listed all;
/// here a megabyte of nulls is not answered by a hundred.
pub(super) const LISTED_VIOLATIONS: usize = 100;

const MUST_NOT_BE_NULL: &str = "Member must not be null";

/// The violations found so far, and the path of the value being checked.
///
/// Assumed: their order, which is the model's (members), then length, pattern, enum.
#[derive(Default)]
pub(super) struct Violations {
    path: Vec<Segment>,
    count: usize,
    listed: Vec<String>,
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
    pub(super) fn check_members(&mut self, members: &[Member], fields: &Map<String, Value>) {
        for member in members {
            let value = fields.get(member.name).unwrap_or(&Value::Null);
            self.within(Segment::Member(member.name), |this| match value {
                Value::Null if member.required => this.add("null", &MUST_NOT_BE_NULL),
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
        }
        for (index, item) in items.iter().enumerate() {
            if item.is_null() || item.is_object() {
                self.within(Segment::Item(index + 1), |this| match item {
                    Value::Null => this.add("null", &MUST_NOT_BE_NULL),
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

    pub(super) fn into_result(mut self) -> Result<(), Refusal> {
        if self.count == 0 {
            return Ok(());
        }
        if self.count > self.listed.len() {
            self.listed.push("...".to_owned());
        }
        let plural = if self.count == 1 { "" } else { "s" };
        let listed = self.listed.join("; ");
        let message = format!("{} validation error{plural} detected: {listed}", self.count);
        Err(Refusal::Validation(message))
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
pub(super) fn lower_first(name: &str) -> String {
    let mut lowered = name.to_owned();
    if let Some(first) = lowered.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    lowered
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn join(parts: impl IntoIterator<Item = impl ToString>) -> String {
    parts.into_iter().map(|part| part.to_string()).collect::<Vec<_>>().join(", ")
}
