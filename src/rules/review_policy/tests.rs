//! What the policies find and do; what they take is in `taken`.

mod taken;

use super::*;
use crate::shapes::answer::Given;
use serde_json::{Value, json};

/// A policy with these parameters: a list of values, or of pairs of a map.
fn policy(name: &str, parameters: &Value) -> ReviewPolicy {
    let parameter = |(key, value): (&String, &Value)| match value {
        Value::Object(map) => {
            let entries = map.iter().map(|(key, values)| json!({"Key": key, "Values": values}));
            json!({"Key": key, "MapEntries": entries.collect::<Vec<_>>()})
        }
        Value::Array(_) => json!({"Key": key, "Values": value}),
        one => json!({"Key": key, "Values": [one]}),
    };
    let parameters: Vec<Value> = parameters.as_object().unwrap().iter().map(parameter).collect();
    serde_json::from_value(json!({"PolicyName": name, "Parameters": parameters})).unwrap()
}

fn known(parameters: &Value) -> Result<KnownAnswers, String> {
    let read = KnownAnswers::read(&policy(SCORE_MY_KNOWN_ANSWERS, parameters));
    read.map_err(|fault| fault.to_string())
}

fn plurality(parameters: &Value) -> Result<Plurality, String> {
    let read = Plurality::read(&policy(SIMPLE_PLURALITY, parameters));
    read.map_err(|fault| fault.to_string())
}

/// The document of these answers.
fn document(answers: &Value) -> String {
    let given: Given = serde_json::from_value(answers.clone()).unwrap();
    crate::rules::question::answers::write("", &given).unwrap()
}

#[test]
fn each_level_has_one_policy() {
    let known = policy(SCORE_MY_KNOWN_ANSWERS, &json!({"AnswerKey": {"q": ["a"]}}));
    let plurality = json!({"QuestionIds": "q", "QuestionAgreementThreshold": "50"});
    let plurality = policy(SIMPLE_PLURALITY, &plurality);
    let both = read(Some(&known), Some(&plurality)).unwrap();
    assert!(both.known_answers.is_some() && both.plurality.is_some());
    assert!(read(None, None).unwrap().known_answers.is_none());
    assert!(read(Some(&plurality), None).is_err());
    assert!(read(None, Some(&known)).is_err());
}

#[test]
fn answers_are_compared_as_trimmed_sets() {
    for (key, given, correct) in [
        (json!(["A"]), json!("A"), true),
        (json!([" A "]), json!("  A\n"), true),
        (json!(["A"]), json!("a"), false),
        (json!(["A"]), json!("A."), false),
        (json!(["A", "B"]), json!("A"), false),
        (json!(["A"]), json!(["A", "B"]), false),
        (json!(["A", "B"]), json!(["B", "A"]), true),
        (json!([]), json!(""), true),
        (json!([]), json!("A"), false),
        (json!(["A"]), json!(""), false),
        (json!([""]), json!(" "), true),
    ] {
        let policy = known(&json!({"AnswerKey": {"q": key}})).unwrap();
        let scored = policy.score(&document(&json!({"q": given, "other": "x"})));
        let score = if correct { 100 } else { 0 };
        assert_eq!(
            scored,
            known_answers::KnownAnswerResult { questions: vec![("q".into(), correct)], score }
        );
    }
    let policy = known(&json!({"AnswerKey": {"q": [], "r": ["A"]}})).unwrap();
    assert_eq!(policy.score("").questions, [("q".into(), true), ("r".into(), false)]);
}

#[test]
fn a_known_answer_score_is_a_share_rounded_down() {
    let key = json!({"a": ["1"], "b": ["1"], "c": ["1"]});
    let policy = known(&json!({"AnswerKey": key})).unwrap();
    for (given, score) in [
        (json!({}), 0),
        (json!({"a": "1"}), 33),
        (json!({"a": "1", "c": "1"}), 66),
        (json!({"a": "1", "b": "1", "c": "1"}), 100),
    ] {
        assert_eq!(policy.score(&document(&given)).score, score, "{given}");
    }
}

#[test]
fn thresholds_lead_to_verdicts() {
    let of = |approve, reject| Thresholds {
        approve_at_least: approve,
        approve_reason: Some("good".into()),
        reject_less_than: reject,
        reject_reason: None,
    };
    let (good, bad) = (Verdict::Approve(Some("good".into())), Verdict::Reject(String::new()));
    for (approve, reject, score, expected) in [
        (None, None, 50, vec![]),
        (Some(80), Some(50), 80, vec![good.clone()]),
        (Some(80), Some(50), 79, vec![]),
        (Some(80), Some(50), 50, vec![]),
        (Some(80), Some(50), 49, vec![bad.clone()]),
        (Some(0), Some(0), 0, vec![good.clone()]),
        (Some(101), Some(101), 100, vec![bad.clone()]),
        (Some(50), Some(100), 60, vec![good, bad]),
    ] {
        assert_eq!(of(approve, reject).verdicts(score), expected, "{approve:?} {reject:?} {score}");
    }
}

/// The policy of the documentation's table.
fn clothes() -> Plurality {
    plurality(&json!({"QuestionIDs": "A, B, C, D", "QuestionAgreementThreshold": "50"})).unwrap()
}

fn sheets(policy: &Plurality, answers: &Value) -> Vec<plurality::AnswerSheet> {
    let sheet = |given| policy.sheet(&document(given));
    answers.as_array().unwrap().iter().map(sheet).collect()
}

#[test]
fn the_worked_example_of_the_documentation() {
    let policy = clothes();
    let found = policy.compare(&sheets(
        &policy,
        &json!([
            {"A": "coat", "B": "blue", "C": "large", "D": "Furry"},
            {"A": "sweater", "B": "blue", "C": "large", "D": "fur"},
            {"A": "coat", "B": "green", "C": "large", "D": "furr"},
        ]),
    ));
    let agreed =
        |answer: &str, score| Some(plurality::AgreedAnswer { answer: answer.into(), score });
    let expected = [
        ("A".to_owned(), agreed("coat", 66)),
        ("B".to_owned(), agreed("blue", 66)),
        ("C".to_owned(), agreed("large", 100)),
        ("D".to_owned(), None),
    ];
    assert_eq!(found.questions, expected);
    assert_eq!(found.score, 75);
    let scores: Vec<_> = found.sheets.iter().map(|sheet| sheet.score.unwrap()).collect();
    assert_eq!(scores, [100, 66, 66]);
    let counts = |sheet: &plurality::Agreement| (sheet.correct, sheet.incorrect);
    assert_eq!(found.sheets.iter().map(counts).collect::<Vec<_>>(), [(3, 0), (2, 1), (2, 1)]);
}

#[test]
fn a_threshold_is_to_be_passed_except_by_all() {
    for (threshold, answers, agreed) in [
        ("65", json!(["x", "x", "y"]), Some("x")),
        ("66", json!(["x", "x", "y"]), None),
        ("50", json!(["x", "y"]), None),
        ("49", json!(["x", "y"]), Some("x")),
        ("49", json!(["y", "x"]), Some("y")),
        ("100", json!(["x", "x"]), Some("x")),
        ("100", json!(["x"]), Some("x")),
        ("101", json!(["x", "x"]), None),
        ("50", json!([["a", "b"], ["b", "a"], "a"]), Some("a|b")),
        ("50", json!([" x ", "x"]), Some("x")),
        ("50", json!(["x", "X"]), None),
        ("50", json!(["", ""]), Some("")),
        ("0", json!([]), None),
    ] {
        let parameters = json!({"QuestionIds": ["q"], "QuestionAgreementThreshold": threshold});
        let policy = plurality(&parameters).unwrap();
        let given = answers.as_array().unwrap().iter().map(|answer| json!({"q": answer}));
        let found = policy.compare(&sheets(&policy, &given.collect()));
        let answer = found.questions[0].1.as_ref().map(|agreed| agreed.answer.as_str());
        assert_eq!(answer, agreed, "{threshold} {answers}");
    }
}

#[test]
fn answers_of_more_than_256_characters_are_left_out() {
    let parameters = json!({"QuestionIds": ["q"], "QuestionAgreementThreshold": "60"});
    let policy = plurality(&parameters).unwrap();
    for (length, agreed, scores) in
        [(256, None, [None; 3]), (257, Some(100), [Some(100), Some(100), None])]
    {
        let given = json!([{"q": "x"}, {"q": "x"}, {"q": "é".repeat(length)}]);
        let mut given = sheets(&policy, &given);
        if length == 256 {
            given.remove(1);
        }
        let found = policy.compare(&given);
        assert_eq!(found.questions[0].1.as_ref().map(|agreed| agreed.score), agreed);
        let of_sheets: Vec<_> = found.sheets.iter().map(|sheet| sheet.score).collect();
        assert_eq!(of_sheets, scores[..given.len()]);
    }
}

#[test]
fn without_agreement_workers_have_no_score() {
    let policy = clothes();
    let found = policy.compare(&sheets(&policy, &json!([{"A": "x"}, {"A": "y"}])));
    // Nobody answered the other three: on that they agree.
    assert_eq!((found.score, found.sheets[0].score), (75, Some(100)));
    let found = policy.compare(&[]);
    assert_eq!((found.score, found.questions.len(), found.sheets.len()), (0, 4, 0));
}
