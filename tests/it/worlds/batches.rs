//! Batches of worlds: with their rows, the HITs that were made, and what is under way.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use super::{dump, problems};
use crate::world::{World, changed};

fn new(rows: usize) -> Value {
    let rows = (0..rows).map(|row| format!("{row}\n")).collect::<Vec<_>>().concat();
    json!({"Title": "Name it", "Description": "Look", "Reward": "0.05",
        "Template": "<p>${name}</p>", "Data": format!("name\n{rows}")})
}

async fn show(world: &World, id: i64) -> Value {
    world.done("GET", &format!("/batches/{id}"), Value::Null).await
}

async fn review(world: &World, id: i64, text: String) {
    let request = Request::post(format!("/_mturk/batches/{id}/review")).header("host", "localhost");
    let reply = world.send(request.body(Body::from(text)).unwrap()).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
}

/// A world with a batch of two rows.
async fn published() -> Value {
    let world = World::new().await;
    world.done("POST", "/batches", new(2)).await;
    show(&world, 1).await;
    dump(&world).await
}

#[tokio::test]
async fn a_batch_is_loaded_as_it_was() {
    let world = World::new().await;
    let new = changed(
        new(3),
        json!({"Data": "a b,name,\u{e9}\n\n\"x\ny\",1,\n\n,2,z\n",
        "Name": "Animals", "FrameHeight": 450, "MaxAssignments": 3, "Keywords": "k"}),
    );
    world.done("POST", "/batches", new).await;
    show(&world, 1).await;
    let dumped = dump(&world).await;
    let batch = &dumped["Batches"][0];
    assert_eq!(batch["Rows"][1]["Line"], 6);
    assert_eq!(batch["Rows"][0]["Cells"], json!(["x\ny", "1", ""]));
    assert_eq!(batch["Rows"][0]["HITId"], dumped["HITs"][0]["HITId"]);
    assert_eq!(batch["Settings"]["Data"], Value::Null);
    let again = World::new().await;
    let loaded = again.done("POST", "/world", dumped.clone()).await;
    assert_eq!(loaded["Loaded"]["Batches"], 1);
    assert_eq!(dump(&again).await.to_string(), dumped.to_string());
    assert_eq!(show(&again, 1).await, show(&world, 1).await);
    // The next batch has the next number, and a second copy is refused.
    let made = again.done("POST", "/batches", self::new(1)).await;
    assert_eq!(made["Batch"]["BatchId"], 2);
    let found = problems(&again, json!({"Batches": [batch]})).await;
    assert_eq!(found[0], "Batches[0]: there is a batch 1 already");
}

#[tokio::test]
async fn work_under_way_goes_on_after_loading() {
    let world = World::new().await;
    world.done("POST", "/batches", new(2000)).await;
    let dumped = dump(&world).await;
    assert_eq!(dumped["Batches"][0]["Status"], "Publishing", "the test wants a longer table");
    let again = World::new().await;
    again.done("POST", "/world", dumped).await;
    for _ in 0..100 {
        if show(&again, 1).await["Status"] == "Published" {
            break;
        }
    }
    let shown = show(&again, 1).await;
    assert_eq!(
        (&shown["PublishedCount"], &shown["Assignments"]["Max"]),
        (&json!(2000), &json!(2000))
    );
}

#[tokio::test]
async fn decisions_that_wait_are_loaded_and_applied() {
    let world = World::new().await;
    world.done("POST", "/batches", new(1)).await;
    show(&world, 1).await;
    let mut dumped = dump(&world).await;
    let hit_id = dumped["HITs"][0]["HITId"].as_str().unwrap().to_owned();
    let work = json!({"AssignmentId": "3W1", "HITId": hit_id, "WorkerId": "A1ANNA0000000"});
    dumped["HITs"][0]["Assignments"] = json!([work]);
    dumped["HITs"][0]["HITStatus"] = Value::Null;
    dumped["Batches"][0]["Work"] = json!({"Kind": "Review", "Done": 4, "Total": 5});
    let mark = json!({"Line": 9, "AssignmentId": "3W1", "Decision": "Reject", "Reason": "no"});
    dumped["Batches"][0]["Decisions"] = json!([mark]);
    let again = World::new().await;
    again.done("POST", "/world", dumped.clone()).await;
    let shown = show(&again, 1).await;
    assert_eq!((&shown["Work"]["Done"], &shown["Assignments"]["Rejected"]), (&json!(5), &json!(1)));
    // A republished HIT is not asked for again after loading.
    again.done("POST", "/batches/1/republish", Value::Null).await;
    show(&again, 1).await;
    let third = World::new().await;
    third.done("POST", "/world", dump(&again).await).await;
    third.done("POST", "/batches/1/republish", Value::Null).await;
    assert_eq!(show(&third, 1).await["Assignments"]["Max"], 2);
    review(&third, 1, "AssignmentId,Approve,Reject\n3W1,x,\n".to_owned()).await;
    assert_eq!(show(&third, 1).await["Assignments"]["Approved"], 1);

    dumped["Batches"][0]["Decisions"][0]["AssignmentId"] = json!("3NONE");
    let found = problems(&World::new().await, dumped).await;
    let expected =
        "Batches[0]: Decisions[0].AssignmentId: the batch has no submitted assignment 3NONE";
    assert_eq!(found, [expected]);
}

#[tokio::test]
async fn a_batch_may_be_written_by_hand() {
    let world = World::new().await;
    let settings = changed(new(0), json!({"Data": null}));
    let batch = json!({"Settings": settings, "Columns": ["name"], "Rows": [{"Cells": ["cat"]}]});
    world.done("POST", "/world", json!({"Batches": [batch]})).await;
    let shown = show(&world, 1).await;
    assert_eq!((&shown["Status"], &shown["PublishedCount"]), (&json!("Published"), &json!(1)));
    let listed = world.ok("ListHITs", json!({})).await;
    assert!(listed["HITs"][0]["Question"].as_str().unwrap().contains("<p>cat</p>"));
}

#[tokio::test]
async fn a_batch_that_cannot_be_is_refused_with_path() {
    let dumped = published().await;
    let settings = dumped["Batches"][0]["Settings"].clone();
    let stranger = json!({"AccessKeyId": "other"});
    let mark = json!({"Line": 2, "AssignmentId": "3A", "Decision": "Reject"});
    for (change, expected) in [
        (
            json!({"Rows": [{"Cells": ["1"], "HITId": "3NONE"}]}),
            "Rows[0].HITId: the requester has no HIT 3NONE",
        ),
        (json!({"Requester": "other"}), "Rows[0].HITId: the requester has no HIT 3"),
        (json!({"HITTypeId": "3NONE"}), "the requester has no HIT type 3NONE"),
        (json!({"BatchId": 0}), "a number from 1 to 1000000000000000 is wanted"),
        (json!({"BatchId": i64::MAX}), "a number from 1 to 1000000000000000 is wanted"),
        (
            json!({"Work": {"Kind": "Review", "Done": i64::MAX, "Total": i64::MAX}}),
            "Work: Failed is at most Total, and Total at most ",
        ),
        (
            json!({"Work": {"Kind": "Extend", "Done": 0, "Total": 2, "Failed": i64::MAX}}),
            "Work: Failed is at most Total, and Total at most ",
        ),
        (
            json!({"Work": {"Kind": "Extend", "Done": 0, "Total": 2,
                "AdditionalAssignments": i64::MAX}}),
            "Work.AdditionalAssignments: ",
        ),
        (json!({"Columns": ["x"]}), "Columns: name: the template has ${name}: there is no column"),
        (json!({"Columns": ["name", "name"]}), "Columns: name: the column stands twice"),
        (
            json!({"Rows": [{"Cells": ["1", "2"]}]}),
            "Rows[0]: the row has 2 cells, and the header has 1",
        ),
        (json!({"Rows": [{"Cells": ["\u{1}"]}]}), "Rows[0]: name: the cell has control characters"),
        (json!({"Settings": changed(settings, json!({"Title": ""}))}), "Settings: "),
        (
            json!({"Work": {"Kind": "Publish", "Done": 0, "Total": 2}}),
            "Work: Total and Done are not those of 2 in all",
        ),
        (
            json!({"Work": {"Kind": "Extend", "Done": 3, "Total": 2}}),
            "Work.Done: must be between 0 and Total",
        ),
        (
            json!({"Work": {"Kind": "Review", "Done": 0, "Total": 2}}),
            "Work: Total and Done are not those of 0 in all",
        ),
        (json!({"Status": "Publishing"}), "Status: Publishing, but no HIT is left to be made"),
        (json!({"Decisions": [mark]}), "Decisions: the work is no review"),
        (json!({"Decisions": [mark]}), "Decisions[0].Reason: a rejection has a reason"),
        (json!({"CreationTime": "+1d"}), "CreationTime is in the future"),
        (
            json!({"Rows": [{"Cells": ["1"], "ReplacedCount": 1}], "Work": null, "Status": null}),
            "Rows[0].ReplacedCount: ",
        ),
    ] {
        let mut world = dumped.clone();
        world["Requesters"].as_array_mut().unwrap().push(stranger.clone());
        world["Batches"][0] = changed(world["Batches"][0].take(), change.clone());
        let found = problems(&World::new().await, world).await;
        let begin = format!("Batches[0]: {expected}");
        let is_found = found
            .iter()
            .any(|one| one.replace("Batches[0].BatchId: ", "Batches[0]: ").starts_with(&begin));
        assert!(is_found, "{change}: {found:?}");
    }
    let mut twice = dumped.clone();
    twice["Batches"][0]["Rows"][1]["HITId"] = twice["Batches"][0]["Rows"][0]["HITId"].clone();
    let found = problems(&World::new().await, twice).await;
    assert!(found[0].contains("Rows[1].HITId: the HIT"), "{found:?}");
    let mut unordered = dumped;
    unordered["Batches"][0]["Rows"][0]["HITId"] = Value::Null;
    unordered["Batches"][0]["Status"] = json!("Publishing");
    let found = problems(&World::new().await, unordered).await;
    assert!(found.iter().any(|one| one.contains("Rows[0].HITId is missing")), "{found:?}");
}
