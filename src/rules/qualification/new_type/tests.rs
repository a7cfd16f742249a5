use super::{GrantRules, check_texts};
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

fn tested() -> GrantRules {
    GrantRules { test: Some(test("")), test_duration_s: Some(60), ..GrantRules::default() }
}

fn granted() -> GrantRules {
    GrantRules { auto_granted: true, auto_granted_value: Some(7), ..GrantRules::default() }
}

fn message(grant_rules: GrantRules) -> String {
    GrantRules::check(grant_rules).map_or_else(|fault| fault.to_string(), |_| String::new())
}

#[test]
fn what_goes_together_is_taken() {
    let file = "<FileUploadAnswer>";
    assert!(!test("").contains(file));
    for grant_rules in [
        GrantRules::default(),
        tested(),
        GrantRules { answer_key: Some(key("choice")), ..tested() },
        GrantRules { answer_key: Some(altered("yes", "no")), ..tested() },
        GrantRules { test_duration_s: Some(31_536_000), retry_delay_s: Some(0), ..tested() },
        granted(),
    ] {
        assert_eq!(GrantRules::check(grant_rules.clone()).unwrap(), grant_rules);
    }
    let bare = GrantRules { auto_granted: true, ..GrantRules::default() };
    assert_eq!(GrantRules::check(bare).unwrap().auto_granted_value, Some(1));
    let idle = GrantRules {
        auto_granted_value: Some(7),
        test_duration_s: Some(60),
        ..GrantRules::default()
    };
    assert_eq!(GrantRules::check(idle).unwrap(), GrantRules::default(), "they say nothing alone");
}

#[rstest]
#[case::both(GrantRules { auto_granted: true, ..tested() }, "for the parameter Test.")]
#[case::key_alone(GrantRules { test: None, answer_key: Some(key("choice")), ..tested() },
    "An AnswerKey can only be given together with a Test.")]
#[case::no_duration(GrantRules { test_duration_s: None, ..tested() },
    "TestDurationInSeconds must be")]
#[case::no_time(GrantRules { test_duration_s: Some(0), ..tested() },
    "The value 0 is invalid for TestDurationInSeconds")]
#[case::delay(GrantRules { retry_delay_s: Some(-1), ..GrantRules::default() },
    "The value -1 is invalid for RetryDelayInSeconds")]
#[case::empty(GrantRules { test: Some(String::new()), ..tested() },
    "Test has a minimum length of 1")]
#[case::no_form(GrantRules { test: Some("who?".into()), ..tested() }, "XMLParseError: There was")]
#[case::page(GrantRules { test: Some(format!("<ExternalQuestion xmlns=\"{BASE}/2006-07-14/\
    ExternalQuestion.xsd\"><ExternalURL>https://x.com</ExternalURL><FrameHeight>0</FrameHeight>\
    </ExternalQuestion>")), ..tested() }, "is a QuestionForm.")]
#[case::file(GrantRules { test: Some(test("").replace("<FreeTextAnswer/>", "<FileUploadAnswer>\
    <MaxFileSizeInBytes>2</MaxFileSizeInBytes><MinFileSizeInBytes>1</MinFileSizeInBytes>\
    </FileUploadAnswer>")), ..tested() }, "cannot ask for a file")]
#[case::long(GrantRules { test: Some(" ".repeat(65_536)), ..tested() },
    "Your request parameter Test has a maximum length of 65535.")]
#[case::long_key(GrantRules { answer_key: Some(" ".repeat(65_536)), ..tested() },
    "Your request parameter AnswerKey has a maximum length of 65535.")]
#[case::no_key(GrantRules { answer_key: Some("<x/>".into()), ..tested() }, "XMLParseError")]
#[case::text(GrantRules { answer_key: Some(key("text")), ..tested() },
    "scores the question \"text\"")]
#[case::unknown(GrantRules { answer_key: Some(key("x")), ..tested() }, "scores the question \"x\"")]
#[case::twice(GrantRules { answer_key: Some(doubled()), ..tested() },
    "scores the question \"choice\" twice.")]
#[case::no_choice(GrantRules { answer_key: Some(altered("yes", "maybe")), ..tested() },
    "scores the choice \"maybe\", which the question \"choice\" of the Test does not have")]
#[case::other(GrantRules { test: Some(test("<OtherSelection/>")), answer_key: Some(key("choice")),
    ..tested() }, "scores the question \"choice\"")]
fn what_does_not_is_refused(#[case] grant_rules: GrantRules, #[case] expected: &str) {
    let message = message(grant_rules);
    assert!(message.contains(expected), "{message}");
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
    let keyed = GrantRules { answer_key: Some(key("choice")), retry_delay_s: Some(9), ..tested() };
    let nothing = GrantRules::default;
    assert_eq!(keyed.clone().updated(nothing(), None).unwrap(), keyed);
    let fresh = GrantRules { test_duration_s: Some(5), ..tested() };
    let updated = keyed.clone().updated(fresh.clone(), None).unwrap();
    assert_eq!(updated, GrantRules { retry_delay_s: Some(9), ..fresh }, "the old key is gone");
    let delayed = GrantRules { retry_delay_s: Some(3), ..nothing() };
    assert_eq!(keyed.clone().updated(delayed, None).unwrap().retry_delay_s, Some(3));
    assert!(keyed.clone().updated(nothing(), Some(true)).is_err(), "it has a test");
    let half = GrantRules { test_duration_s: Some(5), ..nothing() };
    assert!(keyed.updated(half, None).is_err(), "the test comes with its duration");
    assert_eq!(granted().updated(nothing(), None).unwrap(), granted());
    assert_eq!(granted().updated(nothing(), Some(false)).unwrap(), nothing());
    assert_eq!(nothing().updated(nothing(), Some(true)).unwrap().auto_granted_value, Some(1));
    assert!(granted().updated(tested(), None).is_err(), "it is granted at once");
    assert_eq!(granted().updated(tested(), Some(false)).unwrap(), tested());
}
