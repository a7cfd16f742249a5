//! Requests made from the model: each member at, just inside and just outside each of its bounds.

use std::fmt;

use mturk_local::wire::model::{Constraint, Member, Shape};
use serde_json::{Value, json};

use crate::shape::{is_met, sample, sample_of};
use crate::world::changed;

/// What a request tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A member that is not there, or null.
    Absent,
    /// A length, a number or a pattern, on both sides of its bound.
    Bound,
    /// A value of an enum, or none of it.
    Enum,
    /// A value of another JSON kind.
    Type,
    /// A member that the model does not have.
    Unknown,
}

/// What the front has to say to a request.
#[derive(Debug, Clone)]
pub enum Expected {
    /// Nothing: the operation itself answers or refuses.
    Taken,
    /// `ValidationException`, with this constraint at this path.
    Refused { path: String, constraint: String },
    /// `SerializationException`.
    WrongType,
}

/// A request, or a part of one.
#[derive(Debug, Clone)]
pub struct Probe {
    pub kind: Kind,
    pub value: Value,
    pub expected: Expected,
}

impl Probe {
    fn taken(kind: Kind, value: impl Into<Value>) -> Self {
        Self { kind, value: value.into(), expected: Expected::Taken }
    }

    fn refused(kind: Kind, value: impl Into<Value>, constraint: impl fmt::Display) -> Self {
        let (path, constraint) = (String::new(), constraint.to_string());
        Self { kind, value: value.into(), expected: Expected::Refused { path, constraint } }
    }

    fn wrong(value: impl Into<Value>) -> Self {
        Self { kind: Kind::Type, value: value.into(), expected: Expected::WrongType }
    }

    /// The same one step further up.
    fn within(mut self, segment: &str, value: Value) -> Self {
        self.value = value;
        if let Expected::Refused { path, .. } = &mut self.expected {
            let dot = if path.is_empty() { "" } else { "." };
            *path = format!("{segment}{dot}{path}");
        }
        self
    }
}

const NULL: &str = "Member must not be null";

/// Every request that differs from `base` in one place.
pub fn probes(base: &Value, members: &[Member]) -> Vec<Probe> {
    let unknown = json!({"NotInTheModel": [{"Deep": [null, 1.5]}], "hitid": 5});
    let mut probes = vec![Probe::taken(Kind::Unknown, changed(base.clone(), unknown))];
    for member in members {
        probes.extend(absent(base, member));
        let name = lower_first(member.name);
        for probe in of_shape(&member.shape) {
            let value = changed(base.clone(), json!({ member.name: probe.value }));
            probes.push(probe.within(&name, value));
        }
    }
    probes
}

/// Without the member, and with a null in its place.
fn absent(base: &Value, member: &Member) -> [Probe; 2] {
    let without = changed(base.clone(), json!({ member.name: null }));
    let mut null = base.clone();
    null[member.name] = Value::Null;
    [without, null].map(|value| {
        if member.required {
            let refused = Probe::refused(Kind::Absent, Value::Null, NULL);
            refused.within(&lower_first(member.name), value)
        } else {
            Probe::taken(Kind::Absent, value)
        }
    })
}

fn of_shape(shape: &Shape) -> Vec<Probe> {
    match shape {
        Shape::String(constraints) => of_string(shape, constraints),
        Shape::Integer(constraints) => of_integer(constraints),
        Shape::Long => of_range(i64::MIN, i64::MAX),
        Shape::Boolean => vec![
            Probe::taken(Kind::Enum, true),
            Probe::taken(Kind::Enum, false),
            Probe::wrong("true"),
            Probe::wrong(1),
        ],
        Shape::Timestamp => vec![
            Probe::taken(Kind::Bound, 0),
            Probe::taken(Kind::Bound, 1_767_225_600.25),
            Probe::wrong("2026-01-01T00:00:00Z"),
            Probe::wrong(1e300),
        ],
        Shape::List(element) => of_list(element),
        Shape::Structure(members) => {
            let mut of_members = probes(&sample(members), members);
            of_members.extend([Probe::wrong("{}"), Probe::wrong(json!([]))]);
            of_members
        }
    }
}

fn of_list(element: &Shape) -> Vec<Probe> {
    let mut probes = vec![
        Probe::taken(Kind::Bound, json!([])),
        Probe::wrong(json!({})),
        Probe::wrong("[]"),
        Probe::refused(Kind::Absent, Value::Null, NULL).within("1.member", json!([null])),
    ];
    for mut probe in of_shape(element) {
        let value = json!([sample_of(element), probe.value]);
        // Scalars are judged together, as one value of the list.
        if let (Expected::Refused { constraint, .. }, false) = (&mut probe.expected, deep(element))
        {
            "Member must satisfy constraint: [".clone_into(constraint);
            probe.value = value;
        } else {
            probe = probe.within("2.member", value);
        }
        probes.push(probe);
    }
    probes
}

fn deep(shape: &Shape) -> bool {
    matches!(shape, Shape::Structure(_) | Shape::List(_))
}

fn of_string(shape: &Shape, constraints: &'static [Constraint]) -> Vec<Probe> {
    let mut probes = vec![Probe::wrong(5), Probe::wrong(true), Probe::wrong(json!(["A1"]))];
    if constraints.is_empty() {
        probes.push(Probe::taken(Kind::Bound, "é\u{1f600}\t\r\n' OR ''='"));
        probes.push(Probe::taken(Kind::Bound, ""));
    }
    let good = sample_of(shape).as_str().unwrap().to_owned();
    let meets = |text: &str| constraints.iter().all(|c| is_met(c, &text.into()));
    for constraint in constraints {
        match constraint {
            Constraint::MaxLength(max) => {
                probes.extend(taken_if(&meets, long(&good, max - 1)));
                probes.extend(taken_if(&meets, long(&good, *max)));
                let outside = long(&good, max + 1);
                probes.push(Probe::refused(Kind::Bound, outside, Shown(constraint)));
            }
            Constraint::MinLength(min) => {
                probes.extend(taken_if(&meets, long(&good, *min)));
                let outside = long(&good, min - 1);
                probes.push(Probe::refused(Kind::Bound, outside, Shown(constraint)));
            }
            Constraint::Matches(pattern) => {
                let (inside, outside) = texts(pattern.text);
                probes.extend(inside.iter().map(|text| Probe::taken(Kind::Bound, *text)));
                let refused = |text: &&str| Probe::refused(Kind::Bound, *text, Shown(constraint));
                probes.extend(outside.iter().map(refused));
            }
            Constraint::OneOf(words) => {
                probes.extend(words.iter().map(|word| Probe::taken(Kind::Enum, *word)));
                for word in ["Bogus".to_owned(), words[0].to_lowercase(), String::new()] {
                    probes.push(Probe::refused(Kind::Enum, word, Shown(constraint)));
                }
            }
            Constraint::Max(_) | Constraint::Min(_) => unreachable!("a number's"),
        }
    }
    probes
}

fn taken_if(meets: &impl Fn(&str) -> bool, text: String) -> Option<Probe> {
    meets(&text).then(|| Probe::taken(Kind::Bound, text))
}

/// The text, drawn out or cut to a length.
fn long(text: &str, length: usize) -> String {
    text.chars().chain(std::iter::repeat('1')).take(length).collect()
}

/// Texts that a pattern of the API takes and refuses.
fn texts(pattern: &str) -> (&'static [&'static str], &'static [&'static str]) {
    match pattern {
        "^[A-Z0-9]+$" => (&["3", "Z9", "000"], &["3x", "3-X", "3 X", "3X\n", "3Ω", "３"]),
        "^A[A-Z0-9]+$" => (&["A1", "AAA"], &["A", "B1", "a1", "A1b", "A1 ", "AÉ"]),
        r"^[0-9]+(\.)?[0-9]{0,2}$" => (
            &["0", "5.", "0.5", "0.05", "12345678901234567890.99"],
            &["", ".05", "0.005", "-1", "+1", "$5", "1,00", "1e2", "0.05 ", "٣"],
        ),
        other => panic!("say which texts fit {other} and which do not"),
    }
}

fn of_integer(constraints: &'static [Constraint]) -> Vec<Probe> {
    let mut probes = of_range(i64::from(i32::MIN), i64::from(i32::MAX));
    if !constraints.is_empty() {
        probes.retain(|probe| probe.kind == Kind::Type);
    }
    for constraint in constraints {
        let (last, step) = match constraint {
            Constraint::Max(max) => (*max, 1),
            Constraint::Min(min) => (*min, -1),
            _ => unreachable!("a text's"),
        };
        probes.push(Probe::taken(Kind::Bound, last));
        probes.push(Probe::taken(Kind::Bound, last - step));
        probes.push(Probe::refused(Kind::Bound, last + step, Shown(constraint)));
    }
    probes
}

/// A whole number, and beyond what its width holds.
fn of_range(min: i64, max: i64) -> Vec<Probe> {
    let beyond = i128::from(max) + 1;
    let beyond: Value = serde_json::from_str(&beyond.to_string()).unwrap();
    vec![
        Probe::taken(Kind::Bound, min),
        Probe::taken(Kind::Bound, -1),
        Probe::taken(Kind::Bound, 0),
        Probe::taken(Kind::Bound, max),
        Probe::wrong(beyond),
        Probe::wrong(1.5),
        Probe::wrong("1"),
    ]
}

/// A constraint in the service's words, written here once more.
struct Shown<'a>(&'a Constraint);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Member must ")?;
        match self.0 {
            Constraint::MaxLength(n) => write!(f, "have length less than or equal to {n}"),
            Constraint::MinLength(n) => write!(f, "have length greater than or equal to {n}"),
            Constraint::Max(n) => write!(f, "have value less than or equal to {n}"),
            Constraint::Min(n) => write!(f, "have value greater than or equal to {n}"),
            Constraint::Matches(p) => write!(f, "satisfy regular expression pattern: {}", p.text),
            Constraint::OneOf(words) => {
                write!(f, "satisfy enum value set: [{}]", words.join(", "))
            }
        }
    }
}

/// `HITId` is `hITId` in a message.
fn lower_first(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    first.to_ascii_lowercase() + rest
}
