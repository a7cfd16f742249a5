//! The description of the control API against the routes that there are.

use std::collections::{BTreeMap, BTreeSet};

use mturk_local::control::description;
use regex::Regex;
use serde_json::{Value, json};

use crate::world::World;

const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

fn described() -> BTreeMap<String, BTreeSet<String>> {
    let description: Value = serde_json::from_str(&description()).unwrap();
    let paths = description["paths"].as_object().unwrap();
    let methods =
        |item: &Value| item.as_object().unwrap().keys().map(|m| m.to_uppercase()).collect();
    paths.iter().map(|(path, item)| (path.clone(), methods(item))).collect()
}

/// The paths below `/_mturk` that the router says it has.
fn routed(world: &World) -> BTreeSet<String> {
    let router = format!("{:?}", world.emulator.front().routes());
    let path = Regex::new(r#""(/_mturk/[^"*]+)""#).unwrap();
    path.captures_iter(&router).map(|found| found[1].to_owned()).collect()
}

#[tokio::test]
async fn every_route_is_described_and_the_reverse() {
    let world = World::new().await;
    let described = described();
    assert!(described.len() >= 13);
    assert_eq!(routed(&world), described.keys().cloned().collect());
    for (path, methods) in described {
        for method in METHODS {
            let path = path.strip_prefix("/_mturk").unwrap().replace("{id}", "A1");
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
    assert_eq!(served, serde_json::from_str::<Value>(&description()).unwrap());
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
