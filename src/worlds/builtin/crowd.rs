//! The built-in world `crowd`: a thousand HITs whose right answers are known, and robots that give
//! some of them.

use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::rules::robots::random::Random;

const HITS: usize = 1000;
const LABELS: [&str; 3] = ["cat", "dog", "bird"];
const HIT_TYPE: &str = "3CROWD00000000000000000000TYPE";

static TEXT: LazyLock<String> = LazyLock::new(|| format!("{:#}\n", world()));

/// The world as a file.
pub(super) fn text() -> &'static str {
    &TEXT
}

fn world() -> Value {
    let mut random = Random::new(1, &["gold"]);
    let labels = (0..HITS).map(|_| random.pick(&LABELS).copied().unwrap_or_default());
    let hits: Vec<Value> = labels.enumerate().map(|(number, gold)| hit(number + 1, gold)).collect();
    json!({
        "About": "1,000 HITs with known answers, and 50 robots of differing accuracy: advance the \
            clock by a day, and dump the labels.",
        "Requesters": [{"AccessKeyId": "test", "SecretAccessKey": "test", "Name": "Acme Labs"}],
        "HITTypes": [{
            "HITTypeId": HIT_TYPE, "Title": "Name the animal",
            "Description": "Say which animal the picture shows.", "Keywords": "picture, animal",
            "Reward": "0.02", "AssignmentDurationInSeconds": 600
        }],
        "HITs": hits,
        "Robots": [{
            "Name": "crowd", "Workers": 50, "Seed": 1, "HITs": {"HITTypeId": HIT_TYPE},
            "Answers": {
                "label": {"Gold": "${gold}", "Accuracy": [0.95, 0.34], "Spammers": 0.1}
            }
        }]
    })
}

fn hit(number: usize, gold: &str) -> Value {
    json!({
        "HITId": format!("3CROWD00000000000000000HIT{number:04}"), "HITTypeId": HIT_TYPE,
        "MaxAssignments": 5, "CreationTime": "-1h", "Expiration": "+7d",
        "RequesterAnnotation": json!({"picture": number, "gold": gold}).to_string(),
        "Question": question(number)
    })
}

fn question(number: usize) -> String {
    let selection = |label: &str| {
        format!(
            "<Selection><SelectionIdentifier>{label}</SelectionIdentifier><Text>{label}</Text>\
             </Selection>"
        )
    };
    format!(
        "<QuestionForm xmlns=\"http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/\
         2017-11-06/QuestionForm.xsd\"><Question><QuestionIdentifier>label</QuestionIdentifier>\
         <IsRequired>true</IsRequired><QuestionContent><Text>Which animal does picture {number} \
         show?</Text></QuestionContent><AnswerSpecification><SelectionAnswer><StyleSuggestion>\
         radiobutton</StyleSuggestion><Selections>{}</Selections></SelectionAnswer>\
         </AnswerSpecification></Question></QuestionForm>",
        LABELS.map(selection).concat()
    )
}
