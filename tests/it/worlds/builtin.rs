//! What the built-in worlds promise is in them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{begun, builtin, dump};

fn list<'a>(of: &'a Value, name: &str) -> &'a [Value] {
    of[name].as_array().map_or(&[], Vec::as_slice)
}

/// How often each value of a member is there.
fn counted<'a>(entries: impl Iterator<Item = &'a Value>, name: &str) -> BTreeMap<&'a str, usize> {
    let mut counts = BTreeMap::new();
    for entry in entries {
        *counts.entry(entry[name].as_str().unwrap()).or_default() += 1;
    }
    counts
}

/// The root of a question; an HTMLQuestion with elements of their own is a kind of its own.
fn kind(hit: &Value) -> &str {
    let question = hit["Question"].as_str().unwrap();
    if question.contains("<crowd-form") {
        return "crowd-form";
    }
    question.trim_start_matches('<').split([' ', '>']).next().unwrap()
}

#[tokio::test]
async fn demo_has_every_kind_of_question_and_work_in_every_state() {
    let world = begun(&[builtin("demo")]).await;
    let dumped = dump(&world).await;
    let hits = list(&dumped, "HITs");
    let running = world.ok("ListHITs", json!({})).await;
    let open = |hit: &&Value| hit["HITStatus"] == "Assignable";
    assert_eq!(list(&running, "HITs").iter().filter(open).count(), 3);
    // One of each kind can be done: the fifth is over.
    let over = "3DEMO0000000000000000OVERHIT01";
    assert_eq!(world.standing(over).await, "Reviewable 1 available 0 pending 1 completed");
    let kinds = hits.iter().filter(|hit| hit["HITId"] != over).map(kind).collect::<Vec<_>>();
    let each = ["ExternalQuestion", "HTMLQuestion", "QuestionForm", "crowd-form"];
    assert_eq!(kinds.iter().copied().collect::<BTreeSet<_>>(), BTreeSet::from(each));
    assert_eq!(kinds.len(), each.len(), "{kinds:?}");
    let work = || hits.iter().flat_map(|hit| list(hit, "Assignments"));
    let states = [("Accepted", 1), ("Approved", 3), ("Rejected", 1), ("Submitted", 3)];
    assert_eq!(counted(work(), "AssignmentStatus"), BTreeMap::from(states));
    assert_eq!(counted(work(), "WorkerId").len(), 4);
}

#[tokio::test]
async fn demo_has_people_qualifications_bonuses_and_blocks() {
    let world = begun(&[builtin("demo")]).await;
    let dumped = dump(&world).await;
    assert_eq!(list(&dumped, "Requesters").len(), 2);
    let names = counted(list(&dumped, "Workers").iter().filter(|w| w["Name"].is_string()), "Name");
    assert_eq!(names.into_keys().collect::<Vec<_>>(), ["Anna", "Ben", "Chen", "Dalia"]);
    let lists = ["QualificationTypes", "Qualifications", "QualificationRequests"];
    assert_eq!(lists.map(|name| list(&dumped, name).len()), [1, 2, 1]);
    assert_eq!(["BonusPayments", "WorkerBlocks"].map(|name| list(&dumped, name).len()), [1, 1]);
}

#[tokio::test]
async fn review_queue_has_hits_to_review_and_work_that_waits() {
    let world = begun(&[builtin("review-queue")]).await;
    let reviewable = world.ok("ListReviewableHITs", json!({})).await;
    let hits = list(&reviewable, "HITs");
    let mut found = Vec::new();
    for hit in hits {
        let id = hit["HITId"].as_str().unwrap();
        let work = world.ok("ListAssignmentsForHIT", json!({"HITId": id})).await;
        let states = counted(list(&work, "Assignments").iter(), "AssignmentStatus");
        let count = |state| states.get(state).copied().unwrap_or(0);
        let counts = ["Submitted", "Approved", "Rejected"].map(count);
        found.push((id.trim_start_matches("3REVIEWQUEUE").to_owned(), counts));
    }
    let expected = [
        ("000000000000HIT001", [3, 0, 0]),
        ("000000000000HIT002", [2, 1, 0]),
        ("000000000000HIT003", [1, 0, 1]),
        ("000000000000HIT004", [1, 0, 0]),
    ];
    assert_eq!(found, expected.map(|(id, counts)| (id.to_owned(), counts)));
    // Two are full, two are over with room left; nothing can be accepted any more.
    assert_eq!(world.ok("ListHITs", json!({})).await["NumResults"], 4);
    let work = json!({"HITId": "3REVIEWQUEUE000000000000HIT004"});
    assert_eq!(world.control("POST", "/workers/A1DALIA000000/accept", work).await.0, 422);
}
