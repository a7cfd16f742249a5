mod violations;

use serde_json::{Value, json};

use super::*;
use crate::wire::model::{OPERATIONS, operation};

const NOT_NULL: &str = "not be null";
const NOT_EMPTY: &str = "have length greater than or equal to 1";
const POSITIVE: &str = "have value greater than or equal to 1";
const ID: &str = "satisfy regular expression pattern: ^[A-Z0-9]+$";

fn refusal(name: &str, body: &Value) -> Option<CallFault> {
    super::check(operation(name).unwrap(), body).err()
}

fn check_accepted(name: &str, body: &Value) {
    assert_eq!(refusal(name, body), None, "{name} {body}");
}

fn check_serialization(name: &str, body: &Value, message: &str) {
    assert_eq!(front_of(name, body), ("SerializationException", message.to_owned()), "{body}");
}

fn check_validation(name: &str, body: &Value, message: &str) {
    assert_eq!(front_of(name, body), ("ValidationException", message.to_owned()), "{body}");
}

/// Each violation as value, path, and what the member must do.
fn check_violations(name: &str, body: &Value, violations: &[(&str, &str, &str)]) {
    let listed = violations.iter().map(|(value, path, must)| {
        format!("Value {value} at '{path}' failed to satisfy constraint: Member must {must}")
    });
    let count = match violations.len() {
        1 => "1 validation error".to_owned(),
        n => format!("{n} validation errors"),
    };
    check_validation(
        name,
        body,
        &format!("{count} detected: {}", listed.collect::<Vec<_>>().join("; ")),
    );
}

fn check_unclean(name: &str, body: &Value, member: &str, value: &str) {
    let expected = Some(Fault::invalid_value(member, value).into());
    assert_eq!(refusal(name, body), expected, "{name} {body}");
}

fn front_of(name: &str, body: &Value) -> (&'static str, String) {
    match refusal(name, body) {
        Some(CallFault::Front { exception, message, .. }) => (exception, message),
        other => panic!("{name} {body}: {other:?}"),
    }
}

#[test]
fn a_hint_names_the_member_and_its_limit() {
    let qualification = json!({"QualificationTypeId": "x", "Comparator": "Odd"});
    for (name, body, expected) in [
        ("ListHITs", json!({"MaxResults": 101}), "MaxResults 101: at most 100"),
        ("GetHIT", json!({}), "HITId is required"),
        ("GetHIT", json!({"HITId": 5}), "HITId: NUMBER_VALUE can not be converted to a String"),
        (
            "NotifyWorkers",
            json!({"Subject": "s", "MessageText": "t", "WorkerIds": ["", null]}),
            "WorkerIds [, null]: each at most 64 characters, at least 1 characters, matches \
             ^A[A-Z0-9]+$; WorkerIds[1] is required",
        ),
        (
            "CreateHITType",
            json!({"AssignmentDurationInSeconds": 30, "Reward": "1", "Title": "t",
                "Description": "d", "QualificationRequirements": [qualification]}),
            "QualificationRequirements[0].Comparator Odd: one of LessThan, ",
        ),
    ] {
        let Some(CallFault::Front { hint, rule, .. }) = refusal(name, &body) else { panic!() };
        assert!(hint.as_deref().unwrap().starts_with(expected), "{hint:?}");
        assert_eq!(rule, Rule::Model);
    }
}

fn message_of(name: &str, body: &Value) -> String {
    match refusal(name, body) {
        Some(CallFault::Front { exception: "ValidationException", message, .. }) => message,
        other => panic!("{name} {body}: {other:?}"),
    }
}

/// A value that the shape lets pass, with every member of every structure.
fn sample(shape: &Shape) -> Value {
    match shape {
        Shape::String(constraints) => json!(sample_text(constraints)),
        Shape::Integer(_) | Shape::Long => json!(1),
        Shape::Boolean => json!(true),
        Shape::Timestamp => json!(1.5e9),
        Shape::List(element) => json!([sample(element), sample(element)]),
        Shape::Structure(members) => sample_of(members.iter()),
    }
}

fn sample_of<'a>(members: impl Iterator<Item = &'a Member>) -> Value {
    members.map(|member| (member.name, sample(&member.shape))).collect()
}

fn sample_text(constraints: &[Constraint]) -> &'static str {
    let texts = constraints.iter().find_map(|constraint| match constraint {
        Constraint::OneOf(values) => Some(values[0]),
        Constraint::Matches(pattern) => ["A1", "1"].into_iter().find(|t| (pattern.matches)(t)),
        _ => None,
    });
    texts.unwrap_or("US")
}

#[test]
fn every_operation_wants_its_required_members_and_no_more() {
    for operation in OPERATIONS {
        let required = || operation.input.iter().filter(|member| member.required);
        check_accepted(operation.name, &sample_of(operation.input.iter()));
        check_accepted(operation.name, &sample_of(required()));
        for missed in required() {
            let path = lower_first(missed.name);
            let mut body = sample_of(required().filter(|member| member.name != missed.name));
            check_violations(operation.name, &body, &[("null", &path, NOT_NULL)]);
            body[missed.name] = Value::Null;
            check_violations(operation.name, &body, &[("null", &path, NOT_NULL)]);
        }
        for member in operation.input.iter().filter(|member| !member.required) {
            let mut body = sample_of(required());
            body[member.name] = Value::Null;
            check_accepted(operation.name, &body);
        }
    }
}

#[test]
fn every_member_refuses_every_other_kind() {
    for member in OPERATIONS.iter().flat_map(|operation| operation.input) {
        for value in [json!(1), json!(1.5), json!("1"), json!(true), json!([]), json!({})] {
            let fits = match member.shape {
                Shape::String(_) => value.is_string(),
                Shape::Integer(_) | Shape::Long => value.is_i64(),
                Shape::Boolean => value.is_boolean(),
                Shape::Timestamp => value.is_number(),
                Shape::List(_) => value.is_array(),
                Shape::Structure(_) => value.is_object(),
            };
            assert_eq!(check_kind(&member.shape, &value).is_ok(), fits, "{} {value}", member.name);
        }
    }
}

#[test]
fn a_body_is_an_object() {
    check_serialization("ListHITs", &json!([]), UNEXPECTED_LIST);
    check_serialization("ListHITs", &json!([{}]), UNEXPECTED_LIST);
    for body in [json!(null), json!("x"), json!(1), json!(true)] {
        check_serialization("ListHITs", &body, "Unexpected field type");
    }
}

#[test]
fn a_wrong_kind_is_named() {
    for (member, value, message) in [
        ("Title", json!(1.5), "NUMBER_VALUE can not be converted to a String"),
        ("Title", json!(true), "TRUE_VALUE can not be converted to a String"),
        ("Title", json!(false), "FALSE_VALUE can not be converted to a String"),
        ("Title", json!([]), "Start of list found where not expected"),
        ("Title", json!({}), "Start of structure or map found where not expected."),
        ("MaxAssignments", json!("1"), "STRING_VALUE can not be converted to an Integer"),
        ("MaxAssignments", json!(1.5), "NUMBER_VALUE can not be converted to an Integer"),
        ("LifetimeInSeconds", json!("60"), "STRING_VALUE can not be converted to a Long"),
        ("HITReviewPolicy", json!("x"), "Expected null"),
        ("HITReviewPolicy", json!([]), "Start of list found where not expected"),
        ("HITLayoutParameters", json!(false), "Expected list or null"),
        ("HITLayoutParameters", json!({}), "Start of structure or map found where not expected."),
        ("HITLayoutParameters", json!([1]), "Expected null"),
    ] {
        check_serialization("CreateHIT", &json!({ member: value }), message);
    }
    let requirements = json!([{}, {"RequiredToPreview": "true"}]);
    let message = "STRING_VALUE can not be converted to a Boolean";
    check_serialization("CreateHIT", &json!({"QualificationRequirements": requirements}), message);
}

#[test]
fn the_first_wrong_kind_goes_before_every_violation() {
    let (string, integer) = (json!({"Reward": "x", "Title": 1}), json!({"MaxAssignments": "1"}));
    let both = |first: &Value, second: &Value| {
        let members = [first, second].map(|part| part.as_object().unwrap().clone());
        members.into_iter().flatten().collect::<Value>()
    };
    let message = "NUMBER_VALUE can not be converted to a String";
    check_serialization("CreateHIT", &both(&string, &integer), message);
    let message = "STRING_VALUE can not be converted to an Integer";
    check_serialization("CreateHIT", &both(&integer, &string), message);
}

#[test]
fn whole_numbers_keep_to_their_width() {
    for (number, fits_integer, fits_long) in [
        ("0", true, true),
        ("2147483647", true, true),
        ("-2147483648", true, true),
        ("2147483648", false, true),
        ("-2147483649", false, true),
        ("9223372036854775807", false, true),
        ("-9223372036854775808", false, true),
        ("9223372036854775808", false, false),
        ("-9223372036854775809", false, false),
        ("1.0", false, false),
        ("1e2", false, false),
        ("-0", false, false),
    ] {
        let value = serde_json::from_str(number).unwrap();
        assert_eq!(check_kind(&Shape::Integer(&[]), &value).is_ok(), fits_integer, "{number}");
        assert_eq!(check_kind(&Shape::Long, &value).is_ok(), fits_long, "{number}");
    }
}

#[test]
fn instants_are_numbers_within_the_calendar() {
    let body = |value: &str| {
        serde_json::from_str(&format!(r#"{{"HITId":"3X","ExpireAt":{value}}}"#)).unwrap()
    };
    for value in ["0", "-1", "1558393704.054", "1.558393704E9", "-62135596800", "253402300799.5"] {
        check_accepted("UpdateExpirationForHIT", &body(value));
    }
    for (value, found) in [
        ("253402300800", "NUMBER_VALUE"),
        ("-62135596801", "NUMBER_VALUE"),
        ("1558393704000000", "NUMBER_VALUE"),
        ("1e308", "NUMBER_VALUE"),
        (r#""1558393704""#, "STRING_VALUE"),
        (r#""2019-05-20T23:08:24Z""#, "STRING_VALUE"),
        ("true", "TRUE_VALUE"),
    ] {
        let message = format!("{found} can not be converted to milliseconds since epoch");
        check_serialization("UpdateExpirationForHIT", &body(value), &message);
    }
}

#[test]
fn unknown_members_are_ignored_whatever_they_hold() {
    check_accepted("GetAccountBalance", &json!({"x": [null, "\u{1}"], "HITId": 1, "": {}}));
    let mut body = sample_of(operation("CreateHIT").unwrap().input.iter());
    body["QualificationRequirement"] = json!(1);
    body["QualificationRequirements"][0]["title"] = json!("\u{0}");
    body["QualificationRequirements"][0]["LocaleValues"][0]["City"] = json!([null]);
    check_accepted("CreateHIT", &body);
}

#[test]
fn text_that_xml_cannot_carry_is_refused_last() {
    let reject = |text: &str| json!({"AssignmentId": "3A", "RequesterFeedback": text});
    for text in ["\t\n\r", "\u{7f}\u{85}\u{9f}", "\u{fffd}\u{d7ff}\u{e000}", "🙂", ""] {
        check_accepted("RejectAssignment", &reject(text));
    }
    for text in ["\u{0}", "\u{8}", "\u{b}", "\u{c}", "\u{e}", "\u{1f}", "\u{fffe}", "\u{ffff}"] {
        let body = reject(&format!("a{text}b\n{text}"));
        check_unclean("RejectAssignment", &body, "RequesterFeedback", "a?b\n?");
    }
    let mut body = sample_of(operation("CreateHITWithHITType").unwrap().input.iter());
    body["HITReviewPolicy"]["Parameters"][1]["MapEntries"][1]["Values"][1] = json!("\u{1}");
    check_unclean("CreateHITWithHITType", &body, "Values", "?");

    let (long, cut) = ("\u{1}".repeat(SHOWN_CHARS + 1), "?".repeat(SHOWN_CHARS) + "...");
    check_unclean("RejectAssignment", &reject(&long), "RequesterFeedback", &cut);
    let body = json!({"RequesterFeedback": "\u{1}"});
    check_violations("RejectAssignment", &body, &[("null", "assignmentId", NOT_NULL)]);
}
