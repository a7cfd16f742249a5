//! Every operation against the model: what it takes, what it refuses, what it answers.
//!
//! The requests are made from the model's facts, which `model` compares with botocore's; each
//! answer is compared with the model's shape by `World::call`.

pub mod full;
mod requests;
mod stranger;
mod tally;
mod texts;

use std::collections::BTreeMap;

use mturk_local::ops::OPERATIONS;
use mturk_local::wire::model;
use serde_json::Value;

use full::Full;
use requests::{Expected, Probe, probes};
use tally::{Row, compare, members};

use crate::state::state;

#[tokio::test]
async fn each_operation_takes_and_refuses_what_the_model_says() {
    let full = Full::new().await;
    let mut rows = BTreeMap::new();
    for entry in OPERATIONS {
        let mut row = Row::default();
        let good = full.good(entry.name);
        let whole = succeed(&full, entry.name, &good, &mut row).await;
        let input = model::operation(entry.name).unwrap().input;
        let (refused, taken): (Vec<_>, Vec<_>) = probes(&good, input)
            .into_iter()
            .partition(|probe| !matches!(probe.expected, Expected::Taken));
        full.restore().await;
        let before = state(&full.world).await;
        for probe in &refused {
            check(&full, entry.name, probe, &mut row).await;
        }
        assert_eq!(state(&full.world).await, before, "{}: something changed", entry.name);
        // The first of them is the good request with members that are not in the model.
        for (index, probe) in taken.iter().enumerate() {
            let answer = check(&full, entry.name, probe, &mut row).await;
            if let (0, Some(whole)) = (index, &whole) {
                assert_eq!(answer.as_ref().map(members), Some(members(whole)));
            }
        }
        rows.insert(entry.name, row);
    }
    compare(&rows);
}

/// The good request; its answer if it was a success.
async fn succeed(full: &Full, operation: &str, good: &Value, row: &mut Row) -> Option<Value> {
    full.restore().await;
    let (status, answer) = full.world.call(operation, good.clone()).await;
    if status != 200 {
        eprintln!("{operation} does not succeed: {answer}");
        return None;
    }
    row.succeeded();
    row.saw(&answer);
    Some(answer)
}

/// Sends a request; the answer if it was a success.
async fn check(full: &Full, operation: &str, probe: &Probe, row: &mut Row) -> Option<Value> {
    let (status, answer) = full.world.call(operation, probe.value.clone()).await;
    let fault = answer["__type"].as_str().unwrap_or_default();
    let message = answer["message"].as_str().unwrap_or_default();
    let told = format!("{operation} {}: {answer}", probe.value);
    match &probe.expected {
        Expected::Taken => {
            let front = ["ValidationException", "SerializationException"];
            assert!(!front.contains(&fault), "{told}");
        }
        Expected::WrongType => assert_eq!(fault, "SerializationException", "{told}"),
        Expected::Refused { path, constraint } => {
            assert_eq!(fault, "ValidationException", "{told}");
            let sentence = format!("at '{path}' failed to satisfy constraint: {constraint}");
            assert!(message.contains(&sentence), "{told}: no {sentence}");
        }
    }
    row.count(probe.kind);
    if status == 200 {
        row.saw(&answer);
        return Some(answer);
    }
    None
}
