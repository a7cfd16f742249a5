//! Long worlds, whose HITs are read in portions when they are sent.

use std::sync::Arc;

use mturk_local::config::fixtures;
use mturk_local::emulator::{Backend, Options, StartError};
use mturk_local::worlds::{Refusal, Worlds};
use rstest::rstest;
use serde_json::{Value, json};

use super::{begun, dump};
use crate::world::World;

/// More than 4 MiB of HITs with work on them, the latest first.
fn long() -> Value {
    let question = format!("<HTMLQuestion>{}</HTMLQuestion>", "x".repeat(70_000));
    let work = |hit: u32, n: u32| {
        json!({"AssignmentId": format!("3W{hit}N{n}"), "WorkerId": format!("A1WORKER{n}"),
            "AssignmentStatus": "Submitted", "SubmitTime": "-10m", "Answers": {"q": "a"}})
    };
    let hit = |hit: u32| {
        json!({"HITId": format!("3HIT{hit}"), "HITTypeId": "3TYPE", "MaxAssignments": 9,
            "CreationTime": format!("-{}m", hit + 20), "Question": question,
            "Assignments": [work(hit, 0), work(hit, 1)]})
    };
    json!({
        "Requesters": [{"AccessKeyId": "OWNER"}],
        "HITs": (0..80).map(hit).collect::<Vec<_>>(),
        "HITTypes": [{"HITTypeId": "3TYPE", "HITGroupId": "3GROUP", "Title": "T"}],
        "BonusPayments": [
            {"WorkerId": "A1WORKER0", "AssignmentId": "3W7N0", "BonusAmount": "1.00"}],
    })
}

#[rstest]
#[case("POST", false)]
#[case("PUT", true)]
#[tokio::test]
async fn they_load_as_if_they_were_short(#[case] method: &str, #[case] in_array: bool) {
    let world = World::new().await;
    let sent = if in_array { json!([long()]) } else { long() };
    let loaded = world.done(method, "/world", sent).await;
    assert_eq!(loaded["Loaded"]["HITs"], 80);
    assert_eq!(loaded["Loaded"]["Assignments"], 160);
    assert_eq!(loaded["Owner"]["AccessKeyId"], "OWNER");
    let whole = dump(&begun(&[&long().to_string()]).await).await;
    let dumped = dump(&world).await;
    for list in ["HITs", "HITTypes", "Workers", "BonusPayments"] {
        assert!(dumped[list] == whole[list], "{list} differ");
    }
    assert_eq!(dumped["HITs"][0]["HITId"], "3HIT79", "the oldest comes first");
    world.done("PUT", "/world", dumped.clone()).await;
    assert!(dump(&world).await["HITs"] == dumped["HITs"], "a dump loads again");
}

/// Seeded ids are those of the world as a whole.
#[tokio::test]
async fn ids_are_made_as_for_a_short_one() {
    let mut sent = long();
    for hit in sent["HITs"].as_array_mut().unwrap() {
        let hit = hit.as_object_mut().unwrap();
        hit.remove("HITId");
        for work in hit["Assignments"].as_array_mut().unwrap() {
            work.as_object_mut().unwrap().remove("AssignmentId");
        }
    }
    sent.as_object_mut().unwrap().remove("BonusPayments");
    let (world, other) = (World::new().await, World::new().await);
    world.done("POST", "/world", sent.clone()).await;
    let worlds = Worlds::read(vec![sent.to_string()]).unwrap();
    let mode = mturk_local::engine::LoadMode::Add;
    other.emulator.engine().load(worlds, mode, None).await.unwrap();
    assert!(dump(&world).await["HITs"] == dump(&other).await["HITs"]);
}

#[rstest]
#[case("/HITs/79/Title", json!(5))]
#[case("/HITs/40/Assignments/1/AssignmentId", json!("3W3N1"))]
#[case("/HITs/40/HITId", json!("3HIT79"))]
#[case("/HITs/2/Assignments/1/WorkerId", json!("A1WORKER0"))]
#[case("/HITs/79/HITTypeId", json!("3OTHER"))]
#[case("/BonusPayments/0/AssignmentId", json!(""))]
#[tokio::test]
async fn every_problem_is_told_and_nothing_is_loaded(#[case] place: &str, #[case] bad: Value) {
    let (mut sent, path) = (long(), place.rsplit_once('/').unwrap());
    sent.pointer_mut(path.0).unwrap()[path.1] = bad;
    sent["HITs"][5]["MaxAssignments"] = json!(0);
    let world = World::new().await;
    let before = dump(&world).await;
    let (status, refused) = world.control("POST", "/world", sent.clone()).await;
    assert_eq!(status, 400);
    assert!(dump(&world).await == before, "nothing is loaded");
    // A short world has the same problems, since two are the same at most.
    let other = World::new().await;
    let worlds = Worlds::read(vec![sent.to_string()]).unwrap();
    let mode = mturk_local::engine::LoadMode::Add;
    let whole = other.emulator.engine().load(worlds, mode, None).await;
    let Err(Refusal::Problems(problems)) = whole else { panic!("{whole:?}") };
    assert!(problems.len() > 1);
    assert_eq!(refused["error"]["problems"], json!(problems));
}

/// A file with this world, as a start reads it.
async fn file(world: &Value) -> Arc<Worlds> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), world.to_string()).unwrap();
    let name = file.path().to_str().unwrap().to_owned();
    fixtures::read(vec![name], "").await.unwrap().unwrap()
}

#[tokio::test]
async fn a_market_begins_with_one_and_goes_back_to_it() {
    let worlds = file(&long()).await;
    assert_eq!(worlds.texts(), [""; 0], "its HITs are read in portions");
    worlds.check().unwrap();
    let world = World::with(|options: &mut Options| options.worlds = Some(worlds)).await;
    let begun = dump(&world).await;
    assert_eq!(begun["HITs"].as_array().map(Vec::len), Some(80));
    world.done("PUT", "/world", json!({})).await;
    assert_eq!(dump(&world).await["HITs"], json!([]));
    world.done("POST", "/reset", Value::Null).await;
    assert!(dump(&world).await["HITs"] == begun["HITs"], "the HITs are there again");
}

#[tokio::test]
async fn a_market_does_not_begin_with_a_problem_in_one() {
    let mut bad = long();
    bad["HITs"][79]["Title"] = json!(5);
    bad["HITs"][4]["Title"] = json!(5);
    let worlds = file(&bad).await;
    assert!(matches!(worlds.check(), Err(Refusal::Problems(_))));
    let options = Options { worlds: Some(worlds), ..Options::default() };
    let refused = Backend::start(options).await.unwrap_err();
    let StartError::World(Refusal::Problems(problems)) = refused else { panic!("{refused:?}") };
    let paths: Vec<&str> = problems.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(paths, ["HITs[4].Title", "HITs[79].Title"]);
}
