//! Pages of work that are too long to be held in memory: the same as short ones, but for that.

use axum::body::to_bytes;
use rstest::rstest;
use serde_json::{Value, json};

use crate::state::write;
use crate::world::World;

const LIST: &str = "ListAssignmentsForHIT";

/// A HIT with work of these sizes, in thousands of bytes.
async fn worked_on(world: &World, sizes: &[usize]) -> String {
    let hit = world.create_hit(json!({"MaxAssignments": sizes.len()})).await;
    for (n, size) in sizes.iter().enumerate() {
        let answers = json!({"q": format!("\"{n}\n").repeat(size * 250)});
        let sent = json!({"WorkerId": format!("A{n}"), "Answers": answers});
        world.done("POST", &format!("/hits/{hit}/submissions"), sent).await;
    }
    hit
}

/// All work of the HIT in pages of that length.
async fn listed(world: &World, hit: &str, length: i64, statuses: &Value) -> Vec<Value> {
    let (mut all, mut token) = (Vec::new(), None);
    loop {
        let asked = json!({"HITId": hit, "MaxResults": length, "NextToken": token,
            "AssignmentStatuses": statuses});
        let mut page = world.ok(LIST, asked).await;
        let works = page["Assignments"].take().as_array().unwrap().clone();
        assert_eq!(page["NumResults"], works.len());
        if works.is_empty() {
            assert_eq!(page["NextToken"], Value::Null);
            return all;
        }
        all.extend(works);
        token = page["NextToken"].as_str().map(str::to_owned);
        assert!(token.is_some());
    }
}

#[rstest]
#[case::all_long(&[700, 700, 700, 700, 700, 700, 700])]
#[case::one_long_among_short_ones(&[1, 1, 800, 0, 1])]
#[case::short_ones_behind_long_ones(&[800, 800, 800, 800, 800, 800, 1, 1, 1])]
#[tokio::test]
async fn a_long_page_is_what_pages_of_one_are(#[case] sizes: &[usize]) {
    let world = World::new().await;
    let hit = worked_on(&world, sizes).await;
    let first = &listed(&world, &hit, 1, &json!([])).await[0];
    world.ok("ApproveAssignment", json!({"AssignmentId": first["AssignmentId"]})).await;
    let one_by_one = listed(&world, &hit, 1, &json!([])).await;
    assert_eq!(one_by_one.len(), sizes.len());
    for length in [2, 100] {
        assert_eq!(listed(&world, &hit, length, &json!([])).await, one_by_one);
    }
    let submitted = listed(&world, &hit, 100, &json!(["Submitted"])).await;
    assert_eq!(submitted, one_by_one[1..]);
    let two = listed(&world, &hit, 100, &json!(["Submitted", "Approved"])).await;
    assert_eq!(two, one_by_one);
    let stranger = world.by("AKSTRANGER").fault(LIST, json!({"HITId": hit})).await;
    assert!(stranger.starts_with("RequestError HITDoesNotExist"), "{stranger}");
}

#[tokio::test]
async fn an_answer_that_cannot_be_finished_breaks_off() {
    let world = World::new().await;
    let hit = worked_on(&world, &[800, 800, 800, 800, 800, 800]).await;
    let request = world.request(LIST, json!({"HITId": hit}).to_string());
    let answer = world.emulator.front().answer(request).await;
    assert_eq!(answer.status(), 200);
    write(&world, "UPDATE hits SET status = 'Disposed'").await;
    world.done("POST", "/workers", json!({})).await;
    assert!(to_bytes(answer.into_body(), usize::MAX).await.is_err());
}
