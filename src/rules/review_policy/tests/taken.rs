//! Which parameters are taken.

use super::*;

#[test]
fn parameters_of_known_answers_have_limits() {
    let key = || json!({"AnswerKey": {"q": ["a"]}});
    for (name, inside, outside) in [
        ("ApproveIfKnownAnswerScoreIsAtLeast", &["0", "101"][..], &["-1", "102", "x", ""][..]),
        ("RejectIfKnownAnswerScoreIsLessThan", &["0", "101"], &["-1", "102", "5.0"]),
        ("ExtendIfKnownAnswerScoreIsLessThan", &["0", "101"], &["-1", "102"]),
        ("ExtendMaximumAssignments", &["2", "25"], &["1", "26"]),
        ("ExtendMinimumTimeInSeconds", &["60", "31536000"], &["59", "31536001"]),
    ] {
        let with = |value: &str| {
            let mut parameters = key();
            parameters[name] = value.into();
            known(&parameters)
        };
        for value in inside {
            assert!(with(value).is_ok(), "{name} {value}");
        }
        for value in outside {
            let expected = if value.parse::<i64>().is_ok() {
                let [min, max] = [inside[0], inside[inside.len() - 1]];
                let range = format!("Valid values range from {min} to {max}.");
                format!("The value {value} is invalid for {name}. {range}")
            } else {
                format!("The value \"{value}\" is not valid for the parameter {name}.")
            };
            assert_eq!(with(value).unwrap_err(), format!("InvalidParameterValue: {expected}"));
        }
    }
}

#[test]
fn parameters_of_plurality_have_limits() {
    let whole = || json!({"QuestionIds": ["q"], "QuestionAgreementThreshold": "50"});
    for (name, inside, outside) in [
        ("QuestionAgreementThreshold", &["0", "100"][..], &["-1", "x"][..]),
        ("DisregardAssignmentIfRejected", &["T", "F", "true", "False"], &["yes", ""]),
        ("DisregardAssignmentIfKnownAnswerScoreIsLessThan", &["0", "100"], &["-1"]),
        ("ApproveIfWorkerAgreementScoreIsAtLeast", &["0", "100"], &["x"]),
        ("ApproveIfWorkerAgreementScoreIsNotLessThan", &["99"], &[]),
        ("RejectIfWorkerAgreementScoreIsLessThan", &["0", "100"], &["x"]),
        ("ExtendMinimumTimeInSeconds", &["60", "31536000"], &["59", "31536001"]),
        ("ExtendMaximumAssignments", &["1", "1000000000"], &["0", "1000000001"]),
    ] {
        let with = |value: &str| {
            let mut parameters = whole();
            parameters[name] = value.into();
            plurality(&parameters)
        };
        for value in inside {
            assert!(with(value).is_ok(), "{name} {value}");
        }
        for value in outside {
            assert!(with(value).is_err(), "{name} {value}");
        }
    }
    for (score, taken) in [("0", false), ("1", true), ("100", true), ("101", false)] {
        let mut parameters = whole();
        parameters["ExtendIfHITAgreementScoreIsLessThan"] = score.into();
        let message = plurality(&parameters).unwrap_err();
        assert_eq!(message.contains("ExtendMaximumAssignments is required"), taken, "{message}");
        parameters["ExtendMaximumAssignments"] = "5".into();
        assert_eq!(plurality(&parameters).is_ok(), taken, "{score}");
    }
}

#[test]
fn what_is_missing_unknown_or_said_twice_is_refused() {
    let key = json!({"q": ["a"]});
    let missing = "is required for the review policy ScoreMyKnownAnswers/2011-09-01";
    for (parameters, message) in [
        (json!({}), missing),
        (json!({"AnswerKey": {}}), missing),
        (json!({"AnswerKey": {"": ["a"]}}), "AnswerKey"),
        (json!({"AnswerKey": key, "Surprise": "1"}), "\"Surprise\" is not valid for the parameter"),
        (json!({"AnswerKey": key, "RejectReason": ["a", "b"]}), "\"a,b\" is not valid"),
        (json!({"AnswerKey": key, "RejectReason": "x".repeat(1025)}), "maximum length of 1024"),
        (json!({"AnswerKey": key, "ApproveReason": "x".repeat(1025)}), "maximum length of 1024"),
    ] {
        let fault = known(&parameters).unwrap_err();
        assert!(fault.contains(message), "{fault}");
    }
    assert!(known(&json!({"AnswerKey": key, "RejectReason": "x".repeat(1024)})).is_ok());
    let missing = "is required for the review policy SimplePlurality/2011-09-01";
    for (parameters, message) in [
        (json!({"QuestionAgreementThreshold": "1"}), missing),
        (json!({"QuestionIds": [], "QuestionAgreementThreshold": "1"}), missing),
        (json!({"QuestionIds": "a"}), missing),
        (json!({"QuestionIds": "a,", "QuestionAgreementThreshold": "1"}), "QuestionIds"),
        (json!({"QuestionIds": ["a", "a"], "QuestionAgreementThreshold": "1"}), "QuestionIds"),
    ] {
        let fault = plurality(&parameters).unwrap_err();
        assert!(fault.contains(message), "{fault}");
    }
    let mut twice = policy(SCORE_MY_KNOWN_ANSWERS, &json!({"AnswerKey": key}));
    let parameters = twice.parameters.as_mut().unwrap();
    parameters.push(parameters[0].clone());
    assert!(KnownAnswers::read(&twice).is_err());
}

#[test]
fn values_and_entries_of_a_map_do_not_stand_together() {
    let key = json!([{"Key": "q", "Values": ["a"]}]);
    let junk = || json!([{"Key": "junk", "Values": ["1"]}]);
    let known = |score: Value, entries: Value, values: Value| {
        let score = json!({"Key": "ApproveIfKnownAnswerScoreIsAtLeast", "Values": ["1"],
            "MapEntries": score});
        let key = json!({"Key": "AnswerKey", "MapEntries": entries, "Values": values});
        let policy = json!({"PolicyName": SCORE_MY_KNOWN_ANSWERS, "Parameters": [score, key]});
        let read = KnownAnswers::read(&serde_json::from_value(policy).unwrap());
        read.map_or_else(|fault| fault.to_string(), |_| String::new())
    };
    for nothing in [json!([]), json!(null)] {
        assert_eq!(known(nothing.clone(), key.clone(), nothing), "");
    }
    let refused = |value: &str, name: &str| {
        format!(
            "InvalidParameterValue: The value \"{value}\" is not valid for the parameter {name}."
        )
    };
    assert_eq!(known(json!([]), key.clone(), json!(["x"])), refused("x", "AnswerKey"));
    let name = "ApproveIfKnownAnswerScoreIsAtLeast";
    assert_eq!(known(junk(), key, json!([])), refused("junk", name));
    let mut questions = policy(
        SIMPLE_PLURALITY,
        &json!({"QuestionIds": ["q"],
        "QuestionAgreementThreshold": "50"}),
    );
    assert!(Plurality::read(&questions).is_ok());
    let parameters = questions.parameters.as_mut().unwrap();
    parameters[0].map_entries = Some(serde_json::from_value(junk()).unwrap());
    let message = Plurality::read(&questions).unwrap_err().to_string();
    assert_eq!(message, refused("junk", "QuestionIds"));
}

#[test]
fn keys_and_lists_of_questions_have_limits() {
    for (length, taken) in [(1, true), (255, true), (256, false), (70_000, false)] {
        let key = Value::from_iter([("k".repeat(length), json!(["a"]))]);
        let read = known(&json!({"AnswerKey": key}));
        assert_eq!(read.is_ok(), taken, "{length}");
        if let Err(message) = read {
            assert!(message.ends_with("parameter Key has a maximum length of 255."), "{message}");
        }
    }
    let bytes = Value::from_iter([("é".repeat(128), json!(["a"]))]);
    assert!(known(&json!({"AnswerKey": bytes})).is_err(), "bytes count");
    for (count, taken) in [(15, true), (16, false)] {
        let ids: Vec<String> = (1..=count).map(|number| format!("q{number}")).collect();
        for ids in [json!(ids), json!(ids.join(","))] {
            let read = plurality(&json!({"QuestionIds": ids, "QuestionAgreementThreshold": "50"}));
            assert_eq!(read.is_ok(), taken, "{count}");
            if let Err(message) = read {
                assert!(
                    message.contains("\"q16\" is not valid for the parameter QuestionIds"),
                    "{message}"
                );
            }
        }
    }
}
