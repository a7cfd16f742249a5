//! Qualification types, tests and answer keys for the tests, and workers who ask and answer.

mod asking;
mod deciding;
mod kept;
mod racing;

use serde_json::{Value, json};

use crate::world::{World, changed};

/// A test of one question, `capital`, with the choices `paris` and `rome`.
pub const TEST: &str = concat!(
    "<QuestionForm xmlns=\"http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/",
    "2017-11-06/QuestionForm.xsd\"><Question><QuestionIdentifier>capital</QuestionIdentifier>",
    "<QuestionContent><Text>The capital of France?</Text></QuestionContent><AnswerSpecification>",
    "<SelectionAnswer><Selections>",
    "<Selection><SelectionIdentifier>paris</SelectionIdentifier><Text>Paris</Text></Selection>",
    "<Selection><SelectionIdentifier>rome</SelectionIdentifier><Text>Rome</Text></Selection>",
    "</Selections></SelectionAnswer></AnswerSpecification></Question></QuestionForm>"
);

/// Its key: 80 for `paris`, 5 for anything else.
pub const KEY: &str = concat!(
    "<AnswerKey xmlns=\"http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/",
    "2005-10-01/AnswerKey.xsd\"><Question><QuestionIdentifier>capital</QuestionIdentifier>",
    "<AnswerOption><SelectionIdentifier>paris</SelectionIdentifier><AnswerScore>80</AnswerScore>",
    "</AnswerOption><DefaultScore>5</DefaultScore></Question></AnswerKey>"
);

/// A request of CreateQualificationType, with changes; a null takes a member away.
pub fn qualification_type(changes: Value) -> Value {
    let new = json!({"Name": "Knows Paris", "Description": "Has been there",
        "QualificationTypeStatus": "Active"});
    changed(new, changes)
}

/// What a type with a test has besides, with its key.
pub fn tested(changes: Value) -> Value {
    changed(json!({"Test": TEST, "TestDurationInSeconds": 60, "AnswerKey": KEY}), changes)
}

impl World {
    /// Makes a qualification type; its id.
    pub async fn qualify(&self, changes: Value) -> String {
        let made = self.ok("CreateQualificationType", qualification_type(changes)).await;
        made["QualificationType"]["QualificationTypeId"].as_str().unwrap().to_owned()
    }

    /// Gives a worker a qualification.
    pub async fn grant(&self, type_id: &str, worker: &str, value: i64) {
        let given =
            json!({"QualificationTypeId": type_id, "WorkerId": worker, "IntegerValue": value});
        self.ok("AssociateQualificationWithWorker", given).await;
    }

    /// A worker asks for a qualification, and gets it, waits, or is given a test.
    pub async fn ask(&self, worker: &str, type_id: &str) -> Value {
        let path = format!("/workers/{worker}/qualifications/{type_id}/request");
        self.done("POST", &path, Value::Null).await
    }

    /// A worker asks for a qualification and is refused: `422 Code`.
    pub async fn ask_refused(&self, worker: &str, type_id: &str) -> String {
        let path = format!("/workers/{worker}/qualifications/{type_id}/request");
        let (status, answer) = self.control("POST", &path, Value::Null).await;
        format!("{status} {}", answer["error"]["code"].as_str().unwrap())
    }

    /// A worker hands in a test.
    pub async fn hand_in(&self, worker: &str, type_id: &str, answers: Value) -> (u16, Value) {
        let path = format!("/workers/{worker}/qualifications/{type_id}/test");
        self.control("POST", &path, json!({"Answers": answers})).await
    }

    /// The id of the request that a worker makes for a type without a test.
    pub async fn pending(&self, worker: &str, type_id: &str) -> String {
        let mut asked = self.ask(worker, type_id).await;
        assert_eq!(asked["State"], "Pending");
        asked["QualificationRequestId"].take().as_str().unwrap().to_owned()
    }

    /// What GetQualificationScore shows: a value, or the fault's code.
    pub async fn score(&self, type_id: &str, worker: &str) -> String {
        let asked = json!({"QualificationTypeId": type_id, "WorkerId": worker});
        let (status, answer) = self.call("GetQualificationScore", asked).await;
        match status {
            200 => answer["Qualification"]["IntegerValue"].to_string(),
            _ => answer["TurkErrorCode"].as_str().unwrap().rsplit('.').next().unwrap().to_owned(),
        }
    }

    /// The ids that a list operation gives.
    pub async fn ids(&self, operation: &str, asked: Value, items: &str, id: &str) -> Vec<String> {
        let answer = self.ok(operation, asked).await;
        let items = answer[items].as_array().unwrap();
        items.iter().map(|item| item[id].as_str().unwrap().to_owned()).collect()
    }
}
