//! What every answer has to be, whatever was asked: of the model's shape, of the service's form.

use mturk_local::wire::model::{Constraint, Member, Shape};
use serde_json::Value;

use crate::answers;
use crate::world::Reply;

/// Words of our insides, which no message may show.
const INSIDES: [&str; 10] = [
    "sql",
    "src/",
    ".rs",
    "panicked",
    "constraint failed",
    "serde",
    "unwrap",
    "poison",
    "relation ",
    "database",
];

/// Words of the JSON reader, which the Requester API did not have.
const READER: [&str; 3] = ["invalid type", "missing field", "expected struct"];

/// Checks an answer of the Requester API.
pub fn check(operation: &str, reply: &Reply) {
    let header = |name: &str| reply.headers.get(name).map(|value| value.to_str().unwrap());
    assert_eq!(header("content-type"), Some("application/x-amz-json-1.1"), "{operation}");
    let id = header("x-amzn-requestid").unwrap();
    let uuid = id.len() == 36 && id.bytes().all(|b| b"0123456789abcdef-".contains(&b));
    assert!(uuid, "{operation}: request id {id}");
    let body = reply.json();
    if reply.status == 200 {
        check_members(answers::members(operation), &body, operation);
        let blanks = serde_json::to_string(&body).unwrap();
        assert_eq!(blanks.matches(' ').count(), reply.text.matches(' ').count(), "{operation}");
    } else {
        assert!((400..500).contains(&reply.status), "{operation}: {} {body}", reply.status);
        check_fault(&body);
    }
}

fn check_members(members: &[Member], value: &Value, path: &str) {
    let fields = value.as_object().unwrap_or_else(|| panic!("{path} is no object: {value}"));
    for (name, value) in fields {
        let member = members.iter().find(|member| member.name == name);
        let member = member.unwrap_or_else(|| panic!("{path}.{name} is not in the model"));
        check_value(&member.shape, value, &format!("{path}.{name}"));
    }
    for member in members.iter().filter(|member| member.required) {
        assert!(fields.contains_key(member.name), "{path}.{} is missing", member.name);
    }
}

fn check_value(shape: &Shape, value: &Value, path: &str) {
    match (shape, value) {
        (Shape::Structure(members), _) => check_members(members, value, path),
        (Shape::List(element), Value::Array(items)) => {
            for item in items {
                check_value(element, item, path);
            }
        }
        (Shape::Boolean, Value::Bool(_)) | (Shape::Timestamp, Value::Number(_)) => {}
        (Shape::Long, Value::Number(number)) => assert!(number.is_i64(), "{path}: {number}"),
        (Shape::Integer(constraints), Value::Number(number)) => {
            assert!(number.is_i64(), "{path}: {number}");
            assert!(constraints.iter().all(|c| is_met(c, value)), "{path}: {value}");
        }
        // The model wants an entity's id here; questions are named by requesters.
        (Shape::String(_), Value::String(_)) if path.ends_with(".QuestionId") => {}
        (Shape::String(constraints), Value::String(_)) => {
            assert!(constraints.iter().all(|c| is_met(c, value)), "{path}: {value}");
        }
        _ => panic!("{path}: {value} is of the wrong kind"),
    }
}

/// Whether a value of the right kind meets a constraint.
pub fn is_met(constraint: &Constraint, value: &Value) -> bool {
    let (text, number) = (value.as_str().unwrap_or_default(), value.as_i64().unwrap_or_default());
    match constraint {
        Constraint::MaxLength(max) => text.chars().count() <= *max,
        Constraint::MinLength(min) => text.chars().count() >= *min,
        Constraint::Matches(pattern) => (pattern.matches)(text),
        Constraint::OneOf(words) => words.contains(&text),
        Constraint::Max(max) => number <= *max,
        Constraint::Min(min) => number >= *min,
    }
}

/// A fault has the members of its kind, and says nothing of our insides.
fn check_fault(body: &Value) {
    let names: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
    let exception = body["__type"].as_str().unwrap();
    let (expected, message) = match exception {
        "RequestError" | "ParameterValidationError" => {
            let message = body["Message"].as_str().unwrap();
            assert!(without_suffix(message).1, "no suffix: {message}");
            let code = body["TurkErrorCode"].as_str().unwrap();
            assert!(code.starts_with("AWS.MechanicalTurk."), "{code}");
            let parameter = parameter(exception, without_suffix(message).0);
            assert_eq!(body["Parameter"].as_str(), parameter, "{body}");
            let members = ["__type", "Message", "Parameter", "TurkErrorCode"];
            let members =
                members.into_iter().filter(|name| *name != "Parameter" || parameter.is_some());
            (members.collect::<Vec<_>>(), message)
        }
        _ => (vec!["__type", "message"], body["message"].as_str().unwrap()),
    };
    assert_eq!(names, expected, "{body}");
    let lower = message.to_lowercase();
    assert!(READER.iter().all(|word| !lower.contains(word)), "{message}");
    check_message(message);
}

/// The `Parameter` of a fault: what a `ParameterValidationError` says is not valid. A value may
/// hold the sentence itself, so the last one counts.
fn parameter<'a>(exception: &str, message: &'a str) -> Option<&'a str> {
    let (_, after) = message.rsplit_once(" is not valid for the parameter ")?;
    let name = after.split_once('.').map_or(after, |(name, _)| name);
    (exception == "ParameterValidationError").then_some(name)
}

fn check_message(message: &str) {
    // An id is capital letters and digits, and may hold any word.
    let of_id = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
    let is_id = |word: &&str| {
        let word = word.trim_matches(|c: char| c.is_ascii_punctuation());
        word.len() >= 10 && word.chars().all(of_id) && word.contains(|c: char| c.is_ascii_digit())
    };
    let words = message.split(|c: char| c.is_whitespace() || c == '"').filter(|word| !is_id(word));
    let lower = words.collect::<Vec<_>>().join(" ").to_lowercase();
    for word in INSIDES {
        assert!(!lower.contains(word), "a message shows {word:?}: {message}");
    }
    assert!(!message.is_empty());
}

/// Checks an answer of the control API.
pub fn check_control(reply: &Reply) {
    let body = reply.json();
    assert!(reply.status < 500, "{} {body}", reply.status);
    if reply.status != 200 {
        let error = body["error"].as_object().unwrap();
        let members: Vec<&String> = error.keys().filter(|name| *name != "problems").collect();
        assert_eq!(members, ["code", "message"], "{body}");
        check_message(error["message"].as_str().unwrap());
    }
}

/// The sentence without ` (1767225600000 s)`, and whether that was there.
fn without_suffix(message: &str) -> (&str, bool) {
    let cut = message.rsplit_once(" (").filter(|(_, rest)| {
        let digits = rest.trim_end_matches(')').trim_end_matches(" s");
        !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
    });
    cut.map_or((message, false), |(sentence, _)| (sentence, true))
}

/// A fault in one line: `RequestError HITDoesNotExist: Hit 3X does not exist.`
pub fn fault(body: &Value) -> String {
    let exception = body["__type"].as_str().unwrap();
    match body["Message"].as_str() {
        Some(message) => {
            let code = body["TurkErrorCode"].as_str().unwrap();
            let code = code.strip_prefix("AWS.MechanicalTurk.").unwrap_or(code);
            format!("{exception} {code}: {}", without_suffix(message).0)
        }
        None => format!("{exception}: {}", body["message"].as_str().unwrap()),
    }
}

/// A request with a value for each member that meets what the model says of it.
pub fn sample(members: &[Member]) -> Value {
    members.iter().map(|member| (member.name.to_owned(), sample_of(&member.shape))).collect()
}

/// A value that meets what the model says of it.
pub fn sample_of(shape: &Shape) -> Value {
    match shape {
        Shape::Structure(members) => sample(members),
        Shape::List(element) => Value::Array(vec![sample_of(element)]),
        Shape::Boolean => false.into(),
        Shape::Long | Shape::Timestamp => 60.into(),
        Shape::Integer(_) => 1.into(),
        Shape::String(constraints) => {
            let words = constraints.iter().find_map(|constraint| match constraint {
                Constraint::OneOf(words) => words.first(),
                _ => None,
            });
            let texts = ["A1", "1.00"].into_iter().chain(words.copied());
            let meets = |text: &&str| constraints.iter().all(|c| is_met(c, &(*text).into()));
            texts.into_iter().find(meets).unwrap().into()
        }
    }
}
