use super::{Ways, check_texts};
use rstest::rstest;

const BASE: &str = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas";

/// A form of two questions: `choice` of yes and no, `text`; `more` goes into the choices.
fn test(more: &str) -> String {
    let content = "<QuestionContent><Text>?</Text></QuestionContent>";
    let choices: Vec<_> = ["yes", "no"]
        .map(|word| {
            let id = format!("<SelectionIdentifier>{word}</SelectionIdentifier>");
            format!("<Selection>{id}<Text>{word}</Text></Selection>")
        })
        .into();
    let choice = format!(
        "<SelectionAnswer><Selections>{}{more}</Selections></SelectionAnswer>",
        choices.concat()
    );
    let question = |name: &str, answer: &str| {
        format!(
            "<Question><QuestionIdentifier>{name}</QuestionIdentifier>{content}\
             <AnswerSpecification>{answer}</AnswerSpecification></Question>"
        )
    };
    let questions = question("choice", &choice) + &question("text", "<FreeTextAnswer/>");
    format!("<QuestionForm xmlns=\"{BASE}/2005-10-01/QuestionForm.xsd\">{questions}</QuestionForm>")
}

/// `key` with `before` replaced by `after`.
fn altered(before: &str, after: &str) -> String {
    let key = key("choice");
    assert!(key.contains(before));
    key.replace(before, after)
}

/// The question of `key`, twice.
fn doubled() -> String {
    let key = key("choice");
    let (begin, end) = (key.find("<Question>").unwrap(), key.find("</AnswerKey>").unwrap());
    [&key[..end], &key[begin..]].concat()
}

fn key(question: &str) -> String {
    format!(
        "<AnswerKey xmlns=\"{BASE}/2005-10-01/AnswerKey.xsd\"><Question><QuestionIdentifier>\
         {question}</QuestionIdentifier><AnswerOption><SelectionIdentifier>yes\
         </SelectionIdentifier><AnswerScore>1</AnswerScore></AnswerOption></Question></AnswerKey>"
    )
}

fn tested() -> Ways {
    Ways { test: Some(test("")), test_duration_s: Some(60), ..Ways::default() }
}

fn granted() -> Ways {
    Ways { auto_granted: true, auto_granted_value: Some(7), ..Ways::default() }
}

fn said(ways: Ways) -> String {
    Ways::check(ways).map_or_else(|fault| fault.to_string(), |_| String::new())
}

#[test]
fn what_goes_together_is_taken() {
    let file = "<FileUploadAnswer>";
    assert!(!test("").contains(file));
    for ways in [
        Ways::default(),
        tested(),
        Ways { answer_key: Some(key("choice")), ..tested() },
        Ways { answer_key: Some(altered("yes", "no")), ..tested() },
        Ways { test_duration_s: Some(31_536_000), retry_delay_s: Some(0), ..tested() },
        granted(),
    ] {
        assert_eq!(Ways::check(ways.clone()).unwrap(), ways);
    }
    let bare = Ways { auto_granted: true, ..Ways::default() };
    assert_eq!(Ways::check(bare).unwrap().auto_granted_value, Some(1));
    let idle = Ways { auto_granted_value: Some(7), test_duration_s: Some(60), ..Ways::default() };
    assert_eq!(Ways::check(idle).unwrap(), Ways::default(), "they say nothing alone");
}

#[rstest]
#[case::both(Ways { auto_granted: true, ..tested() }, "for the parameter Test.")]
#[case::key_alone(Ways { test: None, answer_key: Some(key("choice")), ..tested() },
    "An AnswerKey can only be given together with a Test.")]
#[case::no_duration(Ways { test_duration_s: None, ..tested() }, "TestDurationInSeconds must be")]
#[case::no_time(Ways { test_duration_s: Some(0), ..tested() },
    "The value 0 is invalid for TestDurationInSeconds")]
#[case::delay(Ways { retry_delay_s: Some(-1), ..Ways::default() },
    "The value -1 is invalid for RetryDelayInSeconds")]
#[case::empty(Ways { test: Some(String::new()), ..tested() }, "Test has a minimum length of 1")]
#[case::no_form(Ways { test: Some("who?".into()), ..tested() }, "XMLParseError: There was")]
#[case::page(Ways { test: Some(format!("<ExternalQuestion xmlns=\"{BASE}/2006-07-14/\
    ExternalQuestion.xsd\"><ExternalURL>https://x.com</ExternalURL><FrameHeight>0</FrameHeight>\
    </ExternalQuestion>")), ..tested() }, "is a QuestionForm.")]
#[case::file(Ways { test: Some(test("").replace("<FreeTextAnswer/>", "<FileUploadAnswer>\
    <MaxFileSizeInBytes>2</MaxFileSizeInBytes><MinFileSizeInBytes>1</MinFileSizeInBytes>\
    </FileUploadAnswer>")), ..tested() }, "cannot ask for a file")]
#[case::long(Ways { test: Some(" ".repeat(65_536)), ..tested() },
    "Your request parameter Test has a maximum length of 65535.")]
#[case::long_key(Ways { answer_key: Some(" ".repeat(65_536)), ..tested() },
    "Your request parameter AnswerKey has a maximum length of 65535.")]
#[case::no_key(Ways { answer_key: Some("<x/>".into()), ..tested() }, "XMLParseError")]
#[case::text(Ways { answer_key: Some(key("text")), ..tested() }, "scores the question \"text\"")]
#[case::unknown(Ways { answer_key: Some(key("x")), ..tested() }, "scores the question \"x\"")]
#[case::twice(Ways { answer_key: Some(doubled()), ..tested() },
    "scores the question \"choice\" twice.")]
#[case::no_choice(Ways { answer_key: Some(altered("yes", "maybe")), ..tested() },
    "scores the choice \"maybe\", which the question \"choice\" of the Test does not have")]
#[case::other(Ways { test: Some(test("<OtherSelection/>")), answer_key: Some(key("choice")),
    ..tested() }, "scores the question \"choice\"")]
fn what_does_not_is_refused(#[case] ways: Ways, #[case] expected: &str) {
    let said = said(ways);
    assert!(said.contains(expected), "{said}");
}

#[test]
fn texts_have_limits() {
    for (name, description, keywords, allowed) in [
        ("n".repeat(200), "d".repeat(2000), "k".repeat(1000), true),
        ("n".repeat(201), "d".into(), String::new(), false),
        (String::new(), "d".into(), String::new(), false),
        ("n".into(), String::new(), String::new(), false),
        ("n".into(), "d".repeat(2001), String::new(), false),
        ("n".into(), "d".into(), "k".repeat(1001), false),
    ] {
        assert_eq!(check_texts(&name, &description, Some(&keywords)).is_ok(), allowed);
    }
}

#[test]
fn an_update_changes_what_it_says() {
    let keyed = Ways { answer_key: Some(key("choice")), retry_delay_s: Some(9), ..tested() };
    let nothing = Ways::default;
    assert_eq!(keyed.clone().updated(nothing(), None).unwrap(), keyed);
    let fresh = Ways { test_duration_s: Some(5), ..tested() };
    let updated = keyed.clone().updated(fresh.clone(), None).unwrap();
    assert_eq!(updated, Ways { retry_delay_s: Some(9), ..fresh }, "the old key is gone");
    let delayed = Ways { retry_delay_s: Some(3), ..nothing() };
    assert_eq!(keyed.clone().updated(delayed, None).unwrap().retry_delay_s, Some(3));
    assert!(keyed.clone().updated(nothing(), Some(true)).is_err(), "it has a test");
    let half = Ways { test_duration_s: Some(5), ..nothing() };
    assert!(keyed.updated(half, None).is_err(), "the test comes with its duration");
    assert_eq!(granted().updated(nothing(), None).unwrap(), granted());
    assert_eq!(granted().updated(nothing(), Some(false)).unwrap(), nothing());
    assert_eq!(nothing().updated(nothing(), Some(true)).unwrap().auto_granted_value, Some(1));
    assert!(granted().updated(tested(), None).is_err(), "it is granted at once");
    assert_eq!(granted().updated(tested(), Some(false)).unwrap(), tested());
}
