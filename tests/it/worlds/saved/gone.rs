//! Saved work on HITs that `list-hits` had no more: it brings them along.

use rstest::rstest;
use serde_json::{Value, json};

use super::{ASSIGNMENTS, HITS};
use crate::world::World;
use crate::worlds::{begun, dump, problems};

const HIT: &str = "3SAVED0000000000000000000HIT01";

fn gone() -> Value {
    json!({"NumResults": 1, "Assignments": [{"AssignmentId": "3WORK", "HITId": "3GONE",
        "WorkerId": "A1", "AssignmentStatus": "Approved", "AcceptTime": 1_558_394_104,
        "SubmitTime": 1_558_394_204, "ApprovalTime": 1_558_399_104}]})
}

/// What looks like a world, and speaks of a HIT that it has not.
fn broken() -> Value {
    json!({"HITs": [{"HITId": "3OWN"}],
        "Assignments": [{"AssignmentId": "3OTHER", "HITId": "3GONE", "WorkerId": "A2"}]})
}

#[rstest]
#[case(vec![0, 1, 2])]
#[case(vec![2, 0, 1])]
#[case(vec![2, 1, 0])]
#[tokio::test]
async fn saved_work_brings_the_hit_that_no_file_has(#[case] order: Vec<usize>) {
    let files = [HITS, ASSIGNMENTS, &gone().to_string()];
    let world = begun(&order.iter().map(|index| files[*index]).collect::<Vec<_>>()).await;
    assert_eq!(world.standing(HIT).await, "Reviewable 1 available 0 pending 1 completed");
    assert_eq!(world.standing("3GONE").await, "Reviewable 0 available 0 pending 1 completed");
    let made_up = world.hit("3GONE").await;
    assert_eq!(made_up["Title"], "HIT 3GONE");
    let dumped = dump(&world).await;
    assert_eq!(dump(&begun(&[&dumped.to_string()]).await).await, dumped);
}

#[tokio::test]
async fn saved_results_bring_the_hit_that_no_file_has() {
    let results = json!({"HITId": "3GONE", "AssignmentReviewReport": {"ReviewResults": [],
        "ReviewActions": []}});
    let world = begun(&[HITS, &results.to_string()]).await;
    assert_eq!(world.standing("3GONE").await, "Reviewable 1 available 0 pending 0 completed");
}

#[tokio::test]
async fn saved_work_goes_to_the_hit_of_the_store_whatever_stands_beside_it() {
    let world = World::new().await;
    let own = json!({"HITId": "3GONE", "Title": "Kept", "CreationTime": 1_558_394_000});
    world.done("POST", "/world", json!({"HITs": [own]})).await;
    let listed: Value = serde_json::from_str(HITS).unwrap();
    let loaded = world.done("POST", "/world", json!([listed, gone()])).await;
    assert_eq!(loaded["Loaded"]["HITs"], 1, "the listed one");
    assert_eq!(world.hit("3GONE").await["Title"], "Kept");
}

#[tokio::test]
async fn a_file_with_hits_of_its_own_speaks_of_no_others() {
    let world = World::new().await;
    let said = "Assignments[0]: there is no HIT 3GONE";
    assert_eq!(problems(&world, broken()).await, [said]);
    let beside: Value = serde_json::from_str(ASSIGNMENTS).unwrap();
    assert_eq!(problems(&world, json!([beside, broken()])).await, [said]);
}

#[rstest]
#[case(json!([broken(), gone()]))]
#[case(json!([gone(), broken()]))]
#[tokio::test]
async fn a_hit_that_was_brought_along_is_there_for_all(#[case] files: Value) {
    let world = World::new().await;
    world.done("POST", "/world", files).await;
    assert_eq!(world.standing("3GONE").await, "Reviewable 0 available 0 pending 1 completed");
}
