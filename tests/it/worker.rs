//! Workers, as the control API lets them work.

mod answers;
mod past;

use mturk_local::emulator::Options;
use rstest::rstest;
use serde_json::{Value, json};

use crate::world::World;

/// Status and code of a refusal, and the sentence for people.
async fn refused(world: &World, path: &str, body: Value) -> (u16, String) {
    let (status, answer) = world.control("POST", path, body).await;
    let error = |name: &str| answer["error"][name].as_str().unwrap().to_owned();
    (status, format!("{}: {}", error("code"), error("message")))
}

async fn accept_refused(world: &World, worker: &str, wanted: Value) -> (u16, String) {
    refused(world, &format!("/workers/{worker}/accept"), wanted).await
}

fn says(status: u16, text: &str) -> (u16, String) {
    (status, text.to_owned())
}

const NO_MORE: &str = "NoMoreHITs: There are no more of these HITs available.";
const EXPIRED: &str =
    "HITExpired: This HIT has expired. There are no more of these HITs available.";
const ALREADY: &str = "AssignmentAlreadyExists: You have already accepted or completed this HIT. \
    A worker can do a HIT only once.";
const TAKEN: &str = "AssignmentAlreadyExists: \
    You have already accepted or completed this HIT. A worker can do a HIT only once.";

#[tokio::test]
async fn accepting_answers_with_the_assignment() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let mut taken = world.done("POST", "/workers/A1ANNA/accept", json!({"HITId": hit})).await;
    let id = taken["AssignmentId"].take();
    assert!(id.as_str().unwrap().len() == 30, "{id}");
    let expected = json!({"AssignmentId": null, "HITId": hit, "WorkerId": "A1ANNA",
        "AcceptTime": "2026-01-01T00:00:00Z", "Deadline": "2026-01-01T00:10:00Z"});
    // What a browser loads into the frame, with what Amazon appended.
    let url = taken.as_object_mut().unwrap().remove("URL").unwrap();
    let told = format!("assignmentId={}&hitId={hit}", id.as_str().unwrap());
    let told = format!("{told}&turkSubmitTo=http%3A%2F%2Flocalhost&workerId=A1ANNA");
    assert_eq!(url, format!("https://example.com/task?{told}"));
    assert_eq!(taken, expected);
}

#[rstest]
#[case("HITTypeId")]
#[case("HITGroupId")]
#[tokio::test]
async fn a_type_and_a_group_give_their_oldest_hit_that_is_left(#[case] by: &str) {
    let world = World::new().await;
    let mut hits = Vec::new();
    for _ in 0..3 {
        hits.push(world.create_hit(json!({"MaxAssignments": 1})).await);
        world.advance("1s").await;
    }
    world.create_hit(json!({"Title": "Another type"})).await;
    let wanted = json!({by: world.hit(&hits[0]).await[by]});
    let accept = async |worker: &str| {
        let taken = world.done("POST", &format!("/workers/{worker}/accept"), wanted.clone()).await;
        taken["HITId"].as_str().unwrap().to_owned()
    };
    assert_eq!(accept("A1").await, hits[0]);
    assert_eq!(accept("A1").await, hits[1]);
    assert_eq!(accept("A2").await, hits[2]);
    assert_eq!(accept_refused(&world, "A1", wanted.clone()).await, says(422, NO_MORE));
    world.create_hit(json!({"MaxAssignments": 2})).await;
    accept("A1").await;
    assert_eq!(accept_refused(&world, "A1", wanted.clone()).await, says(422, ALREADY));
    let unknown = json!({by: "3NOBODYHASTHIS"});
    assert_eq!(accept_refused(&world, "A1", unknown).await, says(422, NO_MORE));
}

#[tokio::test]
async fn a_worker_does_a_hit_once() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let wanted = json!({"HITId": hit});
    let work = world.accept("A1", &hit).await;
    assert_eq!(accept_refused(&world, "A1", wanted.clone()).await, says(422, TAKEN));
    world.submit(&work).await;
    assert_eq!(accept_refused(&world, "A1", wanted.clone()).await, says(422, TAKEN));
    let path = format!("/hits/{hit}/submissions");
    assert_eq!(refused(&world, &path, json!({"WorkerId": "A1"})).await, says(422, TAKEN));
    world.ok("ApproveAssignment", json!({"AssignmentId": work})).await;
    assert_eq!(accept_refused(&world, "A1", wanted).await, says(422, TAKEN));
}

#[tokio::test]
async fn who_returned_or_abandoned_a_hit_may_take_it_again() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"MaxAssignments": 1})).await;
    let first = world.accept("A1", &hit).await;
    world.done("POST", &format!("/assignments/{first}/return"), Value::Null).await;
    let second = world.accept("A1", &hit).await;
    world.advance("10m").await;
    let third = world.accept("A1", &hit).await;
    assert!(first != second && second != third && first != third);
    world.submit(&third).await;
    assert_eq!(world.standing(&hit).await, "Reviewable 0 available 0 pending 0 completed");
}

#[tokio::test]
async fn another_worker_s_assignment_is_neither_returned_nor_submitted() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let (of_one, of_two) = (world.accept("A1", &hit).await, world.accept("A2", &hit).await);
    let stranger = json!({"WorkerId": "A2"});
    for step in ["return", "submit"] {
        let path = format!("/assignments/{of_one}/{step}");
        let expected = says(422, "NotYours: Another worker accepted this assignment.");
        assert_eq!(refused(&world, &path, stranger.clone()).await, expected);
        let unknown = json!({"Worker": "A1"});
        assert_eq!(world.control("POST", &path, unknown).await.0, 400, "{step}");
    }
    assert_eq!(world.standing(&hit).await, "Assignable 1 available 2 pending 0 completed");
    let own = json!({"WorkerId": "A1", "Answers": {"q": "yes"}});
    let done = world.done("POST", &format!("/assignments/{of_one}/submit"), own).await;
    assert_eq!(done["WorkerId"], "A1");
    world.done("POST", &format!("/assignments/{of_two}/return"), stranger).await;
    assert_eq!(world.standing(&hit).await, "Assignable 2 available 0 pending 0 completed");
}

#[tokio::test]
async fn a_hit_that_is_full_over_or_gone_is_refused() {
    let world = World::new().await;
    let full = world.create_hit(json!({"MaxAssignments": 1})).await;
    world.accept("A1", &full).await;
    let over = world.create_hit(json!({"LifetimeInSeconds": 30})).await;
    let gone = world.create_hit(json!({"LifetimeInSeconds": 30})).await;
    world.advance("30s").await;
    world.ok("DeleteHIT", json!({"HITId": gone})).await;
    for (hit, said) in [(&full, NO_MORE), (&over, EXPIRED), (&gone, NO_MORE)] {
        let wanted = json!({"HITId": hit});
        assert_eq!(accept_refused(&world, "A2", wanted).await, says(422, said));
        let path = format!("/hits/{hit}/submissions");
        assert_eq!(refused(&world, &path, json!({})).await, says(422, said));
    }
    let expected = says(404, "HITDoesNotExist: Hit 3NONE does not exist.");
    assert_eq!(accept_refused(&world, "A2", json!({"HITId": "3NONE"})).await, expected);
    assert_eq!(refused(&world, "/hits/3NONE/submissions", json!({})).await, expected);
}

#[tokio::test]
async fn what_is_no_longer_open_cannot_be_submitted_or_returned() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"MaxAssignments": 9})).await;
    let (returned, submitted, abandoned) = (
        world.accept("A1", &hit).await,
        world.accept("A2", &hit).await,
        world.accept("A3", &hit).await,
    );
    world.done("POST", &format!("/assignments/{returned}/return"), Value::Null).await;
    world.submit(&submitted).await;
    world.advance("10m").await;
    let problem = "There was a problem submitting your results for this HIT.";
    for (id, expected) in [
        (&returned, format!("AssignmentReturned: {problem} This assignment was returned before.")),
        (
            &submitted,
            format!("AssignmentSubmitted: {problem} This assignment was submitted before."),
        ),
        (
            &abandoned,
            format!("AssignmentAbandoned: {problem} The time for this assignment has run out."),
        ),
    ] {
        for action in ["submit", "return"] {
            let path = format!("/assignments/{id}/{action}");
            assert_eq!(refused(&world, &path, json!({})).await, says(422, &expected));
        }
    }
    let expected = says(404, "NotFound: Assignment 3NONE does not exist.");
    assert_eq!(refused(&world, "/assignments/3NONE/submit", json!({})).await, expected);
    assert_eq!(world.standing(&hit).await, "Assignable 8 available 0 pending 0 completed");
}

#[tokio::test]
async fn work_submitted_in_one_step_is_the_api_s_assignment() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let path = format!("/hits/{hit}/submissions");
    let done = world.done("POST", &path, json!({"Answers": {"q": "yes"}})).await;
    let shown = world.ok("GetAssignment", json!({"AssignmentId": done["AssignmentId"]})).await;
    let times = json!({"AutoApprovalTime": "2026-01-31T00:00:00Z",
        "AcceptTime": "2026-01-01T00:00:00Z", "SubmitTime": "2026-01-01T00:00:00Z"});
    // The same members, but times as the control API writes them.
    assert_eq!(done, crate::world::changed(shown["Assignment"].clone(), times));
    let newcomer = done["WorkerId"].as_str().unwrap();
    assert!(newcomer.len() == 14 && newcomer.starts_with('A'), "{newcomer}");
    let known = world.done("GET", &format!("/workers/{newcomer}"), Value::Null).await;
    assert_eq!(known["WorkerId"], newcomer);
    let other = world.done("POST", &path, json!({})).await;
    assert_ne!(other["WorkerId"], newcomer);
    assert_eq!(other["Answer"], "");
}

#[tokio::test]
async fn malformed_ids_are_nobody() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    for (worker, expected) in [
        ("B1", "BadRequest: WorkerId is "),
        ("A", "BadRequest: WorkerId is "),
        ("a1", "NotFound: The id in the path is no id."),
        ("A-1", "NotFound: The id in the path is no id."),
    ] {
        let (_, said) = accept_refused(&world, worker, json!({"HITId": hit})).await;
        assert!(said.starts_with(expected), "{said}");
    }
    assert_eq!(world.standing(&hit).await, "Assignable 3 available 0 pending 0 completed");
}

#[tokio::test]
async fn with_known_workers_only_a_stranger_is_refused() {
    let known = |options: &mut Options| options.market.known_workers_only = true;
    let world = World::with(known).await;
    let hit = world.create_hit(json!({})).await;
    let expected = says(422, "UnknownWorker: There is no worker with this id.");
    assert_eq!(accept_refused(&world, "A1", json!({"HITId": hit})).await, expected);
    let path = format!("/hits/{hit}/submissions");
    assert_eq!(refused(&world, &path, json!({"WorkerId": "A1"})).await, expected);
    world.done("POST", "/workers", json!({"WorkerId": "A1"})).await;
    world.accept("A1", &hit).await;
}

#[tokio::test]
async fn workers_have_traits() {
    let world = World::new().await;
    let anna = json!({"WorkerId": "A1ANNA", "Name": "Anna", "Locale": {"Country": "US",
        "Subdivision": "WA"}, "HITsApproved": 1200, "PercentApproved": 99, "Masters": true,
        "Adult": false});
    assert_eq!(world.done("POST", "/workers", anna.clone()).await, anna);
    assert_eq!(world.done("GET", "/workers/A1ANNA", Value::Null).await, anna);
    assert_eq!(world.control("POST", "/workers", anna.clone()).await.0, 409);
    let plain = json!({"WorkerId": "A1ANNA", "Masters": false, "Adult": true});
    let put = json!({"Adult": true});
    assert_eq!(world.done("PUT", "/workers/A1ANNA", put.clone()).await, plain);
    assert_eq!(world.done("PUT", "/workers/A0NEW", put).await["WorkerId"], "A0NEW");
    let made = world.done("POST", "/workers", json!({})).await;
    let all = world.done("GET", "/workers", Value::Null).await;
    let ids: Vec<_> = all["Workers"].as_array().unwrap().iter().map(|w| &w["WorkerId"]).collect();
    assert!(ids.is_sorted_by_key(|id| id.as_str()) && ids.len() == 3, "{ids:?}");
    assert!(ids.contains(&&made["WorkerId"]));
    let page = world.done("GET", "/workers?after=A0NEW&limit=1", Value::Null).await;
    assert_eq!(page["Workers"].as_array().unwrap().len(), 1);
    assert_eq!(world.control("GET", "/workers/A9NONE", Value::Null).await.0, 404);
}

#[rstest]
#[case(json!({"WorkerId": "B1"}))]
#[case(json!({"WorkerId": 5}))]
#[case(json!({"Name": ""}))]
#[case(json!({"Name": "x".repeat(101)}))]
#[case(json!({"HITsApproved": -1}))]
#[case(json!({"PercentApproved": 101}))]
#[case(json!({"Locale": {"Country": "usa"}}))]
#[case(json!({"Locale": {"Country": "US", "Subdivision": "Washington"}}))]
#[case(json!({"Masters": "yes"}))]
#[case(json!({"Height": 180}))]
#[case(json!([]))]
#[tokio::test]
async fn traits_that_make_no_sense_are_refused(#[case] traits: Value) {
    let world = World::new().await;
    assert_eq!(world.control("POST", "/workers", traits).await.0, 400);
    let all = world.done("GET", "/workers", Value::Null).await;
    assert_eq!(all, json!({"Workers": []}));
}
