//! Work of the past, submitted today.

use rstest::rstest;
use serde_json::{Value, json};

use crate::world::{START, World};

async fn submission(world: &World, hit: &str, sent: Value) -> (u16, Value) {
    world.control("POST", &format!("/hits/{hit}/submissions"), sent).await
}

fn seconds(at: i64) -> Value {
    f64::from(u32::try_from(at).unwrap()).into()
}

#[tokio::test]
async fn times_may_be_given_in_every_form() {
    let world = World::new().await;
    let hour = json!({"MaxAssignments": 9, "AssignmentDurationInSeconds": 3600});
    let hit = world.create_hit(hour).await;
    for (accept, submit) in [
        (json!("2025-12-31T23:00:00Z"), json!("2025-12-31T23:30:00Z")),
        (json!(START - 3600), json!(START - 1800)),
        (json!("-1h"), json!("-30m")),
    ] {
        let sent = json!({"AcceptTime": accept, "SubmitTime": submit});
        let (status, done) = submission(&world, &hit, sent).await;
        assert_eq!(status, 200, "{done}");
        assert_eq!(done["AcceptTime"], "2025-12-31T23:00:00Z");
        let asked = json!({"AssignmentId": done["AssignmentId"]});
        let shown = world.ok("GetAssignment", asked).await["Assignment"].take();
        assert_eq!(shown["AcceptTime"], seconds(START - 3600));
        assert_eq!(shown["SubmitTime"], seconds(START - 1800));
        assert_eq!(shown.get("Deadline"), None);
        assert_eq!(shown["AutoApprovalTime"], seconds(START - 1800 + 2_592_000));
    }
}

#[tokio::test]
async fn work_of_the_past_was_submitted_in_time() {
    let world = World::new().await;
    let ten_minutes = json!({"MaxAssignments": 9, "AssignmentDurationInSeconds": 600});
    let hit = world.create_hit(ten_minutes).await;
    let sent = json!({"AcceptTime": "-1h", "SubmitTime": "-50m"});
    assert_eq!(submission(&world, &hit, sent).await.0, 200);
    let late = json!({"AcceptTime": "-1h", "SubmitTime": (START - 3600 + 601)});
    let (status, refused) = submission(&world, &hit, late).await;
    assert_eq!((status, &refused["error"]["code"]), (422, &json!("AssignmentAbandoned")));
    assert_eq!(world.standing(&hit).await, "Assignable 8 available 0 pending 0 completed");
}

#[tokio::test]
async fn work_of_the_past_stands_where_it_would_have_stood() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"MaxAssignments": 9})).await;
    let mut ids = Vec::new();
    for submit in ["-1h", "+0s", "-2h", "-1h", "-30m", "+0s"] {
        let (_, done) = submission(&world, &hit, json!({"SubmitTime": submit})).await;
        ids.push(done["AssignmentId"].clone());
    }
    let listed = world.ok("ListAssignmentsForHIT", json!({"HITId": hit})).await;
    let listed = listed["Assignments"].as_array().unwrap();
    let order: Vec<_> = listed.iter().map(|work| &work["AssignmentId"]).collect();
    assert_eq!(order, [2, 0, 3, 4, 1, 5].map(|index: usize| &ids[index]));
}

#[tokio::test]
async fn work_whose_time_for_review_is_over_is_approved_as_of_then() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"AutoApprovalDelayInSeconds": 600})).await;
    let (_, done) = submission(&world, &hit, json!({"SubmitTime": "-1h"})).await;
    let asked = json!({"AssignmentId": done["AssignmentId"]});
    let shown = world.ok("GetAssignment", asked).await["Assignment"].take();
    assert_eq!(shown["AssignmentStatus"], "Approved");
    assert_eq!(shown["ApprovalTime"], seconds(START - 3000));
}

#[rstest]
#[case::wrong_order(json!({"AcceptTime": "-1h", "SubmitTime": "-2h"}))]
#[case::future(json!({"SubmitTime": "+1s"}))]
#[case::accepted_in_the_future(json!({"AcceptTime": "+1s"}))]
#[case::no_time(json!({"SubmitTime": "yesterday"}))]
#[case::no_text(json!({"SubmitTime": [1]}))]
#[case::before_there_were_computers(json!({"SubmitTime": "1969-12-31T23:59:59Z"}))]
#[case::before_all(json!({"AcceptTime": "0001-01-01T00:00:00Z"}))]
#[tokio::test]
async fn other_times_are_refused(#[case] sent: Value) {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let (status, said) = submission(&world, &hit, sent).await;
    assert_eq!((status, &said["error"]["code"]), (400, &json!("BadRequest")), "{said}");
    assert_eq!(world.standing(&hit).await, "Assignable 3 available 0 pending 0 completed");
}
