//! The description of the control API against the routes that there are.

use std::collections::{BTreeMap, BTreeSet};

use mturk_local::control::description;
use mturk_local::rules::robots::script::Outcome;
use mturk_local::shapes::answerer::Spam;
use mturk_local::shapes::assignment::AssignmentStatus;
use mturk_local::shapes::batch::{BatchStatus, Decision, WorkKind};
use mturk_local::shapes::fault_rule::Preset;
use mturk_local::shapes::hit::HitStatus;
use mturk_local::shapes::notification::EventType;
use mturk_local::shapes::operation::Operation;
use mturk_local::shapes::payment::PaymentKind;
use mturk_local::shapes::qualification::{
    QualificationStatus, QualificationTypeStatus, RequestStatus,
};
use mturk_local::store::acceptances::State;
use mturk_local::wire::model::{Constraint, OPERATIONS, Shape};
use regex::Regex;
use serde_json::{Value, json};

use crate::answers::members;
use crate::world::World;

const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

fn described() -> BTreeMap<String, BTreeSet<String>> {
    let description: Value = serde_json::from_str(description()).unwrap();
    let paths = description["paths"].as_object().unwrap();
    let methods =
        |item: &Value| item.as_object().unwrap().keys().map(|m| m.to_uppercase()).collect();
    paths.iter().map(|(path, item)| (path.clone(), methods(item))).collect()
}

/// The paths of the control API that the router says it has.
fn routed(world: &World) -> BTreeSet<String> {
    let router = format!("{:?}", world.emulator.front().routes());
    let path = Regex::new(r#""(/metrics|/_mturk/[^"*]+)""#).unwrap();
    path.captures_iter(&router).map(|found| found[1].to_owned()).collect()
}

#[tokio::test]
async fn every_route_is_described_and_the_reverse() {
    let world = World::new().await;
    let described = described();
    assert!(described.len() >= 13);
    assert_eq!(routed(&world), described.keys().cloned().collect());
    for (path, methods) in described {
        // `/metrics` has tests of its own.
        let Some(path) = path.strip_prefix("/_mturk") else { continue };
        for method in METHODS {
            let path = path.replace("{id}", "A1");
            let path = path.replace("{typeId}", "3Q");
            let (status, answer) = world.control(method, &path, json!({})).await;
            let there = methods.contains(method);
            assert_eq!(status != 405, there, "{method} {path}: {status} {answer}");
        }
    }
}

#[tokio::test]
async fn it_is_served_as_it_is_printed() {
    let world = World::new().await;
    let served = world.done("GET", "/openapi.json", Value::Null).await;
    assert_eq!(served, serde_json::from_str::<Value>(description()).unwrap());
    assert_eq!(served["openapi"], "3.1.0");
    let mut ids = BTreeSet::new();
    for item in served["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()));
            assert!(operation["summary"].as_str().is_some_and(|summary| !summary.is_empty()));
            assert!(operation["responses"]["500"].is_object());
        }
    }
}

/// The sets of words in the API's model.
fn words(shape: &Shape, found: &mut BTreeSet<Vec<&'static str>>) {
    match shape {
        Shape::String(constraints) => {
            for one in *constraints {
                if let Constraint::OneOf(words) = one {
                    found.insert(words.to_vec());
                }
            }
        }
        Shape::List(of) => words(of, found),
        Shape::Structure(members) => members.iter().for_each(|one| words(&one.shape, found)),
        _ => {}
    }
}

fn sorted<'w>(words: impl IntoIterator<Item = &'w str>) -> Vec<&'w str> {
    BTreeSet::from_iter(words).into_iter().collect()
}

#[test]
fn described_words_are_those_of_the_program_and_of_the_api() {
    let description: Value = serde_json::from_str(description()).unwrap();
    let mut modelled = BTreeSet::new();
    for member in OPERATIONS.iter().flat_map(|one| one.input.iter().chain(members(one.name))) {
        words(&member.shape, &mut modelled);
    }
    let modelled: BTreeSet<_> = modelled.into_iter().map(sorted).collect();
    let given_up = [State::Accepted, State::Returned, State::Abandoned].map(State::as_str);
    let work = AssignmentStatus::ALL.map(AssignmentStatus::as_str);
    for (name, schema) in description["components"]["schemas"].as_object().unwrap() {
        let Some(said) = schema["enum"].as_array() else { continue };
        let said = sorted(said.iter().map(|word| word.as_str().unwrap()));
        let known = match name.as_str() {
            "EventType" => sorted(EventType::ALL.map(EventType::as_str)),
            "HitStatus" => sorted(HitStatus::ALL.map(HitStatus::as_str)),
            "AssignmentStatus" => sorted(work),
            "WorkStatus" => sorted(work.into_iter().chain(given_up)),
            "QualificationTypeStatus" => {
                sorted(QualificationTypeStatus::ALL.iter().map(|one| one.as_str()))
            }
            "QualificationStatus" => {
                sorted(QualificationStatus::ALL.iter().map(|one| one.as_str()))
            }
            "RequestStatus" => sorted(RequestStatus::ALL.iter().map(|one| one.as_str())),
            "Outcome" => sorted(Outcome::ALL.iter().map(|one| one.as_str())),
            "Spam" => sorted(Spam::ALL.iter().map(|one| one.as_str())),
            // The control API's own word for a worker who asked.
            "RequestState" => vec!["Granted", "Pending", "Test"],
            "Operation" => sorted(Operation::ALL.iter().map(|one| one.as_str())),
            "Decision" => sorted(Decision::ALL.map(Decision::as_str)),
            "BatchStatus" => sorted(BatchStatus::ALL.map(BatchStatus::as_str)),
            "PaymentKind" => sorted(PaymentKind::ALL.map(PaymentKind::as_str)),
            "WorkKind" => sorted(WorkKind::ALL.map(WorkKind::as_str)),
            "Preset" => sorted(Preset::ALL.iter().map(|one| one.as_str())),
            // And for what refused a call.
            "Rule" => {
                vec![
                    "Fault",
                    "Model",
                    "Ownership",
                    "Protocol",
                    "Server",
                    "Signature",
                    "State",
                    "Value",
                ]
            }
            _ => {
                assert!(modelled.contains(&said), "{name} is no set of words of the API: {said:?}");
                continue;
            }
        };
        assert_eq!(said, known, "{name}");
    }
}
