//! Decisions about all submitted work, on all pages.

use serde_json::json;

use super::{rows, status};
use crate::desk::{Browser, location};
use crate::world::World;

/// The field of the form that says which assignments were asked about.
fn set(page: &str) -> &str {
    let (_, rest) = page.split_once("name=\"set\" value=\"").expect("the question");
    rest.split('"').next().unwrap()
}

/// A HIT with so many submitted assignments, in the order in which they came.
async fn submitted(world: &World, count: usize) -> (String, Vec<String>) {
    let hit = world.create_hit(json!({"MaxAssignments": count + 9, "Reward": "0.01"})).await;
    let mut ids = Vec::new();
    for number in 0..count {
        ids.push(world.work(&format!("A1W{number:03}"), &hit).await);
    }
    (hit, ids)
}

#[tokio::test]
async fn all_that_was_asked_about_is_decided_on_all_pages() {
    let world = World::new().await;
    let (hit, ids) = submitted(&world, 120).await;
    let mut browser = Browser::of(&world, "test").await;
    let path = format!("/hits/{hit}/answers");
    let page = browser.get(&world, &path).await.text;
    assert!(rows(&page).len() == 50 && page.contains("value=\"approve-every\""), "{page}");
    let every = [("do", "approve-every"), ("feedback", "thank <you>")];
    let asked = browser.post(&world, &path, &every).await;
    assert_eq!(asked.status, 200, "{}", asked.text);
    for part in ["Approve 120 submitted assignments?", "thank &#60;you&#62;"] {
        assert!(asked.text.contains(part), "{part}: {}", asked.text);
    }
    assert_eq!(status(&world, &ids[0]).await, "Submitted", "it was asked first");

    world.ok("RejectAssignment", json!({"AssignmentId": ids[7], "RequesterFeedback": "no"})).await;
    let late = world.work("A1LATE", &hit).await;
    let sent = [&every[..], &[("set", set(&asked.text))]].concat();
    let changed = browser.post(&world, &path, &sent).await;
    assert_eq!(changed.status, 409);
    for part in ["Nothing was done.", "Approve 120 submitted assignments?"] {
        assert!(changed.text.contains(part), "{part}: {}", changed.text);
    }
    assert_eq!(status(&world, &ids[0]).await, "Submitted");

    let sent = [&every[..], &[("set", set(&changed.text))]].concat();
    let done = browser.post(&world, &path, &sent).await;
    assert!(location(&done).ends_with("/answers?done=approve&count=120"), "{}", location(&done));
    assert_eq!(status(&world, &ids[7]).await, "Rejected", "it was decided before");
    let of_hit = json!({"HITId": hit, "AssignmentStatuses": ["Approved"], "MaxResults": 100});
    let listed = world.ok("ListAssignmentsForHIT", of_hit).await;
    assert!(listed["NumResults"] == 100 && listed["NextToken"].is_string(), "{listed}");
    for id in [&ids[0], &ids[119], &late] {
        let shown =
            world.ok("GetAssignment", json!({"AssignmentId": id})).await["Assignment"].take();
        let facts = (&shown["AssignmentStatus"], &shown["RequesterFeedback"]);
        assert_eq!(facts, (&json!("Approved"), &json!("thank <you>")), "{id}");
    }
    let again = browser.post(&world, &path, &sent).await;
    assert_eq!(again.status, 400);
    assert!(again.text.contains("no assignment is selected"), "{}", again.text);
}

#[tokio::test]
async fn filters_bound_what_is_decided_and_a_refusal_is_told() {
    let world = World::new().await;
    let (hit, ids) = submitted(&world, 3).await;
    let mut browser = Browser::of(&world, "test").await;
    let path = format!("/hits/{hit}/answers?worker=A1W001");
    let page = browser.get(&world, &path).await.text;
    assert!(!page.contains("-every"), "one page is all: {page}");
    let bare = browser.post(&world, &path, &[("do", "reject-every")]).await;
    assert!(bare.status == 400 && bare.text.contains("a rejection needs a reason"));
    let long = "x".repeat(1025);
    for (feedback, status, said) in [(&*long, 409, "0 of 1 were done."), ("bad", 303, "")] {
        let every = [("do", "reject-every"), ("feedback", feedback)];
        let asked = browser.post(&world, &path, &every).await;
        for part in ["Reject 1 submitted assignment?", "<dd dir=\"auto\">A1W001</dd>"] {
            assert!(asked.text.contains(part), "{part}: {}", asked.text);
        }
        let sent = [&every[..], &[("set", set(&asked.text))]].concat();
        let done = browser.post(&world, &path, &sent).await;
        assert!(done.status == status && done.text.contains(said), "{}", done.text);
    }
    let statuses = ["Submitted", "Rejected", "Submitted"];
    for (id, expected) in ids.iter().zip(statuses) {
        assert_eq!(status(&world, id).await, expected);
    }
    let none = format!("/hits/{hit}/answers?status=Rejected");
    let none = browser.post(&world, &none, &[("do", "approve-every")]).await;
    assert!(none.status == 400 && none.text.contains("no assignment is selected"));
    let other = browser.post(&world, &path, &[("do", "bonus-every")]).await;
    assert!(other.status == 400 && other.text.contains("Use one of the buttons"));
}
