//! Batches: HITs from a template and a CSV, their results, and reviews by an uploaded file.

mod many;
mod overturned;
mod portions;

use axum::body::Body;
use axum::http::Request;
use mturk_local::emulator::Options;
use mturk_local::turn::Profile;
use serde_json::{Value, json};

use crate::world::{Reply, World, changed};

const TEMPLATE: &str = "<p>${name} \u{1f600}</p><input name=\"animal\">";

fn batch(changes: Value) -> Value {
    let new = json!({"Title": "Name it", "Description": "Look", "Reward": "0.05",
        "Template": TEMPLATE, "Data": "name\ncat\ndog\n"});
    changed(new, changes)
}

/// A table with so many rows.
fn numbers(count: usize) -> String {
    let rows: Vec<String> = (0..count).map(|number| format!("{number}\n")).collect();
    format!("name\n{}", rows.concat())
}

async fn add(world: &World, changes: Value) -> i64 {
    let made = world.done("POST", "/batches", batch(changes)).await;
    made["Batch"]["BatchId"].as_i64().unwrap()
}

async fn show(world: &World, id: i64) -> Value {
    world.done("GET", &format!("/batches/{id}"), Value::Null).await
}

async fn refused(world: &World, method: &str, path: &str, body: Value) -> String {
    let (status, answer) = world.control(method, path, body).await;
    let error = &answer["error"];
    format!("{status} {} {}", error["code"].as_str().unwrap(), error["message"].as_str().unwrap())
}

/// The ids of the requester's HITs, in the order of the rows.
async fn hits(world: &World) -> Vec<String> {
    let listed = world.ok("ListHITs", json!({"MaxResults": 100})).await;
    let hits = listed["HITs"].as_array().unwrap().iter().rev();
    hits.map(|hit| hit["HITId"].as_str().unwrap().to_owned()).collect()
}

async fn submit(world: &World, hit_id: &str, worker: &str, answer: &str) -> String {
    let body = json!({"WorkerId": worker, "Answers": {"animal": answer}});
    let done = world.done("POST", &format!("/hits/{hit_id}/submissions"), body).await;
    done["AssignmentId"].as_str().unwrap().to_owned()
}

async fn send(world: &World, method: &str, path: &str, body: &str) -> Reply {
    let request = Request::builder().method(method).uri(format!("/_mturk{path}"));
    let request = request.header("host", "localhost").body(Body::from(body.to_owned())).unwrap();
    world.send(request).await
}

async fn results(world: &World, id: i64) -> Vec<Vec<String>> {
    let reply = send(world, "GET", &format!("/batches/{id}/results.csv"), "").await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let cells =
        |line: &str| line.trim_matches('"').split("\",\"").map(str::to_owned).collect::<Vec<_>>();
    reply.text.lines().map(cells).collect()
}

fn column<'r>(results: &'r [Vec<String>], name: &str) -> Vec<&'r str> {
    let place = results[0].iter().position(|column| column == name).unwrap();
    results[1..].iter().map(|row| row[place].as_str()).collect()
}

async fn review(world: &World, id: i64, rows: &[(&str, &str, &str)]) -> (u16, Value) {
    let rows = rows.iter().map(|(id, approve, reject)| format!("{id},{approve},{reject}"));
    let lines: Vec<String> =
        ["AssignmentId,Approve,Reject".to_owned()].into_iter().chain(rows).collect();
    let text = lines.join("\n");
    let reply = send(world, "POST", &format!("/batches/{id}/review"), &text).await;
    (reply.status, reply.json())
}

#[tokio::test]
async fn a_row_becomes_a_hit() {
    let world = World::new().await;
    let made = world.done("POST", "/batches", batch(json!({"MaxAssignments": 3}))).await;
    let id = made["Batch"]["BatchId"].as_i64().unwrap();
    assert_eq!(made["Batch"]["Status"], "Publishing");
    let cost = json!({"Assignments": 6, "Rewards": "0.30", "Fees": "0.06", "Total": "0.36"});
    assert_eq!((&made["Cost"], &made["Rows"]), (&cost, &json!(2)));
    let shown = show(&world, id).await;
    assert_eq!((&shown["Status"], &shown["PublishedCount"]), (&json!("Published"), &json!(2)));
    assert_eq!(shown["Assignments"]["Max"], 6);
    let ids = hits(&world).await;
    assert_eq!(ids.len(), 2);
    for (hit_id, name) in ids.iter().zip(["cat", "dog"]) {
        let hit = world.hit(hit_id).await;
        let question = hit["Question"].as_str().unwrap();
        assert!(question.contains(&format!("<p>{name} \u{1f600}</p>")), "{question}");
        assert!(question.contains("id=\"mturk_form\"") && question.contains("submitButton"));
        assert_eq!(hit["HITTypeId"], shown["HITTypeId"]);
        let annotation = hit["RequesterAnnotation"].as_str().unwrap();
        assert!(annotation.starts_with(&format!("BatchId:{id};OriginalHitTemplateId:")));
        assert_eq!(hit["AutoApprovalDelayInSeconds"], 259_200);
    }
    let listed = world.done("GET", "/batches?requester=test", Value::Null).await;
    assert_eq!(listed["Batches"][0]["BatchId"], id);
    let none = world.done("GET", "/batches?requester=other", Value::Null).await;
    assert_eq!(none["Batches"], json!([]));
    let after = world.done("GET", &format!("/batches?after={id}"), Value::Null).await;
    assert_eq!(after["Batches"], json!([]));
}

#[tokio::test]
async fn work_of_robots_is_marked_where_there_is_some() {
    let world = World::new().await;
    world.done("POST", "/batches", batch(json!({}))).await;
    show(&world, 1).await;
    let ids = hits(&world).await;
    submit(&world, &ids[0], "A1ANNA", "cat").await;
    assert_eq!(results(&world, 1).await[0].last().unwrap(), "Reject", "as the site wrote it");
    world.done("PUT", "/workers/A1ROBOT", json!({"Robot": true})).await;
    submit(&world, &ids[1], "A1ROBOT", "cat").await;
    let marked = send(&world, "GET", "/batches/1/results.csv", "").await.text;
    let ends = ["\"Approve\",\"Reject\",\"Robot\"", ",\"\",\"\",\"\"", ",\"\",\"yes\""];
    assert_eq!(marked.lines().count(), ends.len(), "{marked}");
    for (line, end) in marked.lines().zip(ends) {
        assert!(line.ends_with(end), "{end}: {line}");
    }
}

#[tokio::test]
async fn a_dry_run_makes_nothing() {
    let world = World::new().await;
    let made = world.done("POST", "/batches", batch(json!({"DryRun": true}))).await;
    assert_eq!(made["Batch"], Value::Null);
    assert!(made["Page"].as_str().unwrap().contains("<p>cat"));
    assert_eq!(made["Variables"], json!(["name"]));
    assert_eq!(world.done("GET", "/batches", Value::Null).await["Batches"], json!([]));
    assert!(hits(&world).await.is_empty());
}

#[tokio::test]
async fn a_batch_with_a_problem_is_not_made() {
    let world = World::new().await;
    let (status, answer) =
        world.control("POST", "/batches", batch(json!({"Data": "x\n1\n2,3\n"}))).await;
    assert_eq!((status, &answer["error"]["code"]), (400, &json!("BadTable")));
    let problems = answer["error"]["problems"].as_array().unwrap();
    let places: Vec<_> =
        problems.iter().map(|one| (one["line"].as_i64().unwrap(), &one["path"])).collect();
    assert_eq!(places, [(1, &json!("name")), (1, &json!("x")), (3, &json!(""))]);
    let missing = refused(&world, "POST", "/batches", batch(json!({"Data": "x\n1\n"}))).await;
    assert!(missing.contains("line 1: name: the template has ${name}"), "{missing}");
    let title = refused(&world, "POST", "/batches", batch(json!({"Title": ""}))).await;
    assert!(title.starts_with("400 InvalidParameterValue"), "{title}");
    let none = refused(&world, "GET", "/batches/7", Value::Null).await;
    assert_eq!(none, "404 NotFound There is no batch 7.");
    for (method, path) in [("DELETE", ""), ("POST", "/publish"), ("POST", "/review")] {
        let path = format!("/batches/7{path}");
        let body = if path.ends_with("review") { "AssignmentId,Approve\n" } else { "" };
        assert_eq!(send(&world, method, &path, body).await.status, 404, "{path}");
    }
    assert_eq!(send(&world, "GET", "/batches/7/results.csv", "").await.status, 404);
    assert!(hits(&world).await.is_empty());
}

#[tokio::test]
async fn a_batch_belongs_to_its_requester() {
    let world = World::new().await;
    add(&world, json!({"Requester": "lab"})).await;
    show(&world, 1).await;
    assert_eq!(hits(&world.by("lab")).await.len(), 2);
    assert!(hits(&world).await.is_empty());
    let bad = refused(&world, "POST", "/batches", batch(json!({"Requester": "a b"}))).await;
    assert!(bad.contains("Requester is no access key"), "{bad}");
}

#[tokio::test]
async fn results_are_reviewed_by_an_uploaded_file() {
    let world = World::new().await;
    let id = add(&world, json!({"MaxAssignments": 2})).await;
    let ids = hits(&world).await;
    let first = submit(&world, &ids[0], "A1ANNA", "=cat").await;
    let second = submit(&world, &ids[1], "A1ANNA", "dog").await;
    let third = submit(&world, &ids[0], "A2BERT", "cow").await;
    let listed = results(&world, id).await;
    assert_eq!(column(&listed, "AssignmentId"), [&*first, &third, &second]);
    assert_eq!(column(&listed, "Input.name"), ["cat", "cat", "dog"]);
    assert_eq!(column(&listed, "Answer.animal"), ["=cat", "cow", "dog"]);
    assert_eq!(column(&listed, "LifetimeApprovalRate"), ["0% (0/0)"; 3]);
    assert_eq!(column(&listed, "CreationTime"), ["Thu Jan 01 00:00:00 UTC 2026"; 3]);
    let path = format!("/batches/{id}/results.csv?harmless=true");
    assert!(send(&world, "GET", &path, "").await.text.contains("\"'=cat\""));

    let rows = [(&*first, "x", ""), (&*second, "", "wrong animal"), (&*third, "", "")];
    let (status, answer) = review(&world, id, &rows).await;
    assert_eq!((status, &answer["Batch"]["Work"]["Total"]), (200, &json!(2)), "{answer}");
    let shown = show(&world, id).await;
    assert_eq!((&shown["Work"]["Done"], &shown["Problems"]), (&json!(2), &json!([])));
    let counts = json!({"Max": 4, "Pending": 0, "Submitted": 1, "Approved": 1, "Rejected": 1});
    assert_eq!(shown["Assignments"], counts);
    let listed = results(&world, id).await;
    assert_eq!(column(&listed, "AssignmentStatus"), ["Approved", "Submitted", "Rejected"]);
    assert_eq!(column(&listed, "RequesterFeedback"), ["", "", "wrong animal"]);
    assert_eq!(column(&listed, "LifetimeApprovalRate"), ["50% (1/2)", "0% (0/0)", "50% (1/2)"]);
    world.advance("8d").await;
    let listed = results(&world, id).await;
    assert_eq!(column(&listed, "Last7DaysApprovalRate")[0], "0% (0/0)");
    assert_eq!(column(&listed, "Last30DaysApprovalRate")[0], "50% (1/2)");

    // The same file again: nothing is done twice. A mark overturns a rejection.
    let (_, answer) = review(&world, id, &rows).await;
    assert_eq!(answer["Batch"]["Work"]["Total"], 0);
    assert_eq!(self::show(&world, id).await["Work"]["Done"], 2, "what was done last stays");
    let (_, answer) = review(&world, id, &[(&second, "x", "")]).await;
    assert_eq!(answer["Batch"]["Work"]["Total"], 1);
    show(&world, id).await;
    let listed = results(&world, id).await;
    assert_eq!(column(&listed, "AssignmentStatus")[2], "Approved");
}

#[tokio::test]
async fn a_review_with_a_problem_decides_nothing() {
    let world = World::new().await;
    let (id, other) = (add(&world, json!({})).await, add(&world, json!({"Title": "other"})).await);
    show(&world, other).await;
    let ids = hits(&world).await;
    let first = submit(&world, &ids[0], "A1ANNA", "cat").await;
    let foreign = submit(&world, &ids[2], "A1ANNA", "cat").await;
    let (status, answer) =
        review(&world, id, &[(&first, "x", ""), (&foreign, "x", ""), ("3NONE", "x", "no")]).await;
    assert_eq!((status, &answer["error"]["code"]), (400, &json!("BadTable")));
    let lines: Vec<&Value> =
        answer["error"]["problems"].as_array().unwrap().iter().map(|one| &one["line"]).collect();
    assert_eq!(lines, [3, 4]);
    assert_eq!(show(&world, id).await["Assignments"]["Submitted"], 1);
    world.ok("ApproveAssignment", json!({"AssignmentId": first})).await;
    let (status, answer) = review(&world, id, &[(&first, "", "no")]).await;
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(message.contains("line 2: Reject: the assignment is approved already"), "{message}");
    assert_eq!(status, 400);
    let text = format!("AssignmentId,Approve,RequesterAnnotation\n{first},x,BatchId:{other};\n");
    let wrong = send(&world, "POST", &format!("/batches/{id}/review"), &text).await;
    let reason = format!("line 2: RequesterAnnotation: this is a row of batch {other}");
    assert!(wrong.text.contains(&reason), "{}", wrong.text);
}

#[tokio::test]
async fn many_decisions_are_applied() {
    let world = World::new().await;
    let id = add(&world, json!({"Data": numbers(15)})).await;
    show(&world, id).await;
    let mut done = Vec::new();
    for hit_id in hits(&world).await {
        done.push(submit(&world, &hit_id, "A1ANNA", "x").await);
    }
    let rows: Vec<(&str, &str, &str)> = done.iter().map(|id| (&**id, "", "no")).collect();
    let (_, answer) = review(&world, id, &rows).await;
    assert_eq!(answer["Batch"]["Work"]["Total"], 15);
    let shown = show(&world, id).await;
    assert_eq!(shown["Work"]["Done"], 15, "{shown}");
    assert_eq!(shown["Assignments"]["Rejected"], 15);
}

#[tokio::test]
async fn work_goes_on_after_a_restart() {
    let world = World::new().await;
    let id = add(&world, json!({"Data": numbers(2000)})).await;
    let world = world.restarted().await;
    let mut shown = show(&world, id).await;
    for _ in 0..100 {
        if shown["Status"] == "Published" {
            break;
        }
        world.done("POST", "/clock", json!({"advance": "0s"})).await;
        shown = show(&world, id).await;
    }
    assert_eq!((&shown["Status"], &shown["PublishedCount"]), (&json!("Published"), &json!(2000)));
    assert_eq!(shown["Assignments"]["Max"], 2000, "each row has one HIT");
}

#[tokio::test]
async fn a_batch_is_extended_and_canceled() {
    let world = World::new().await;
    let id = add(&world, json!({"LifetimeInSeconds": 3600})).await;
    show(&world, id).await;
    let ids = hits(&world).await;
    let path = format!("/batches/{id}/extend");
    let body = json!({"AdditionalAssignments": 2, "Expiration": "+2d"});
    world.done("POST", &path, body).await;
    assert_eq!(show(&world, id).await["Assignments"]["Max"], 6);
    let hit = world.hit(&ids[1]).await;
    assert_eq!(hit["Expiration"].as_f64(), Some(1_767_398_400.0));
    world.done("POST", &path, json!({"Expiration": "+1d"})).await;
    show(&world, id).await;
    assert_eq!(world.hit(&ids[1]).await["Expiration"], hit["Expiration"], "it never ends earlier");
    world.done("POST", &path, json!({"AdditionalAssignments": 7})).await;
    let shown = show(&world, id).await;
    assert_eq!(shown["Problems"][1]["Line"], 3, "{shown}");
    assert_eq!(shown["Assignments"]["Max"], 6, "from fewer than ten to ten");
    for wrong in [json!({}), json!({"AdditionalAssignments": -1}), json!({"Expiration": "-1h"})] {
        let answer = refused(&world, "POST", &path, wrong).await;
        assert!(answer.starts_with("400"), "{answer}");
    }
    world.done("DELETE", &format!("/batches/{id}"), Value::Null).await;
    let shown = show(&world, id).await;
    assert_eq!((&shown["Status"], &shown["Work"]["Done"]), (&json!("Canceled"), &json!(2)));
    assert_eq!(world.hit(&ids[0]).await["HITStatus"], "Reviewable");
    let answer = refused(&world, "POST", &path, json!({"AdditionalAssignments": 1})).await;
    assert!(answer.starts_with("409 Conflict The batch is Canceled"), "{answer}");
    world.done("DELETE", &format!("/batches/{id}"), Value::Null).await;
    let answer = refused(&world, "POST", &format!("/batches/{id}/publish"), Value::Null).await;
    assert!(answer.starts_with("409"), "{answer}");
}

#[tokio::test]
async fn a_batch_that_costs_too_much_is_not_made_or_stops() {
    let world = World::with(|options: &mut Options| {
        options.market.profile = Profile::Production;
    })
    .await;
    let dear = batch(json!({"Reward": "4167.00"}));
    let answer = refused(&world, "POST", "/batches", dear).await;
    assert!(answer.contains("InsufficientFunds"), "{answer}");
    let id = add(&world, json!({"Reward": "4166.00"})).await;
    assert_eq!(show(&world, id).await["Status"], "Published");
}

#[tokio::test]
async fn a_reset_of_its_requester_takes_a_batch_along() {
    let world = World::new().await;
    let (mine, other) =
        (add(&world, json!({})).await, add(&world, json!({"Requester": "lab"})).await);
    world.done("POST", "/reset", json!({"Requester": "test"})).await;
    let none = refused(&world, "GET", &format!("/batches/{mine}"), Value::Null).await;
    assert!(none.starts_with("404"), "{none}");
    assert_eq!(show(&world, other).await["Status"], "Published");
}

#[tokio::test]
async fn a_batch_without_money_stops_and_goes_on() {
    let world = World::with(|options: &mut Options| {
        options.market.profile = Profile::Production;
    })
    .await;
    let id = add(&world, json!({"Reward": "4.00", "Data": numbers(2000)})).await;
    let dear = json!({"Reward": "5000.00", "MaxAssignments": 1, "LifetimeInSeconds": 3600});
    let hit_id = world.create_hit(dear).await;
    world.done("POST", "/clock", json!({"advance": "1s"})).await;
    let shown = show(&world, id).await;
    assert_eq!(shown["Status"], "Stopped", "{shown}");
    let published = shown["PublishedCount"].as_i64().unwrap();
    assert_eq!(shown["Problems"][0]["Line"], published + 2);
    world.ok("UpdateExpirationForHIT", json!({"HITId": hit_id, "ExpireAt": 0})).await;
    world.done("POST", &format!("/batches/{id}/publish"), Value::Null).await;
    world.done("POST", "/clock", json!({"advance": "1s"})).await;
    let shown = show(&world, id).await;
    assert_eq!(shown["Status"], "Published");
    assert_eq!(shown["Assignments"]["Max"], 2000);
}

#[tokio::test]
async fn rejected_work_is_asked_for_again_once() {
    let world = World::new().await;
    let id = add(&world, json!({"MaxAssignments": 3, "LifetimeInSeconds": 7200})).await;
    show(&world, id).await;
    let ids = hits(&world).await;
    let path = format!("/batches/{id}/republish");
    world.done("POST", &path, Value::Null).await;
    assert_eq!(show(&world, id).await["Assignments"]["Max"], 6, "nothing is rejected");
    let mut done = Vec::new();
    for worker in ["A1ANNA", "A2BERT", "A3CARL"] {
        done.push(submit(&world, &ids[0], worker, "x").await);
    }
    review(&world, id, &[(&done[0], "", "no"), (&done[1], "", "no")]).await;
    show(&world, id).await;
    for _ in 0..2 {
        let begun = world.done("POST", &path, json!({"Expiration": "+1h"})).await;
        assert_eq!(begun["Work"]["Kind"], "Republish");
        let shown = show(&world, id).await;
        let work = json!({"Kind": "Republish", "Done": 2, "Total": 2,
            "Expiration": begun["Work"]["Expiration"]});
        assert_eq!((&shown["Work"], &shown["Problems"]), (&work, &json!([])));
        assert_eq!(shown["Assignments"]["Max"], 8);
    }
    let hit = world.hit(&ids[0]).await;
    assert_eq!((&hit["MaxAssignments"], &hit["HITStatus"]), (&json!(5), &json!("Assignable")));
    let other = world.hit(&ids[1]).await;
    assert_eq!(hit["Expiration"], other["Expiration"], "an end is never moved to an earlier one");

    // One rejection is overturned: the next one is made up for already.
    review(&world, id, &[(&done[0], "x", ""), (&done[2], "", "no")]).await;
    show(&world, id).await;
    world.done("POST", &path, Value::Null).await;
    assert_eq!(show(&world, id).await["Assignments"]["Max"], 8);

    // An expired HIT begins another lifetime; without a rejection it does not.
    let again = submit(&world, &ids[0], "A4DORA", "x").await;
    review(&world, id, &[(&again, "", "no")]).await;
    show(&world, id).await;
    world.advance("3h").await;
    world.done("POST", &path, Value::Null).await;
    assert_eq!(show(&world, id).await["Assignments"]["Max"], 9);
    let hit = world.hit(&ids[0]).await;
    assert_eq!(hit["Expiration"].as_f64(), Some(1_767_225_600.0 + 5.0 * 3600.0));
    assert_eq!(world.hit(&ids[1]).await["HITStatus"], "Reviewable");
}

#[tokio::test]
async fn what_cannot_be_asked_for_again_is_told_and_tried_again() {
    let world = World::new().await;
    let id = add(&world, json!({"MaxAssignments": 9})).await;
    show(&world, id).await;
    let ids = hits(&world).await;
    for hit_id in &ids {
        let done = submit(&world, hit_id, "A1ANNA", "x").await;
        review(&world, id, &[(&done, "", "no")]).await;
        show(&world, id).await;
    }
    let path = format!("/batches/{id}/republish");
    for _ in 0..2 {
        world.done("POST", &path, Value::Null).await;
        let shown = show(&world, id).await;
        assert_eq!(shown["Problems"].as_array().unwrap().len(), 2, "{shown}");
        let reason = shown["Problems"][1]["Reason"].as_str().unwrap();
        assert!(reason.contains("fewer than 10 assignments"), "{reason}");
        assert_eq!(shown["Assignments"]["Max"], 18);
    }
    for wrong in [json!({"Expiration": "-1h"}), json!({"Expiration": "+366d"})] {
        let answer = refused(&world, "POST", &path, wrong).await;
        assert!(answer.starts_with("400"), "{answer}");
    }
    world.done("DELETE", &format!("/batches/{id}"), Value::Null).await;
    show(&world, id).await;
    let answer = refused(&world, "POST", &path, Value::Null).await;
    assert!(answer.starts_with("409 Conflict The batch is Canceled"), "{answer}");
    let none = refused(&world, "POST", "/batches/7/republish", Value::Null).await;
    assert!(none.starts_with("404"), "{none}");
}

#[tokio::test]
async fn rejected_work_of_many_hits_is_asked_for_again() {
    let world = World::new().await;
    let id = add(&world, json!({"Data": numbers(25)})).await;
    show(&world, id).await;
    let mut done = Vec::new();
    for hit_id in hits(&world).await.iter().skip(2) {
        done.push(submit(&world, hit_id, "A1ANNA", "x").await);
    }
    let rows: Vec<(&str, &str, &str)> = done.iter().map(|id| (&**id, "", "no")).collect();
    review(&world, id, &rows).await;
    show(&world, id).await;
    world.done("POST", &format!("/batches/{id}/republish"), Value::Null).await;
    let shown = show(&world, id).await;
    assert_eq!((&shown["Work"]["Done"], &shown["Problems"]), (&json!(25), &json!([])));
    assert_eq!(shown["Assignments"]["Max"], 25 + 23);
}

#[tokio::test]
async fn a_dry_run_asks_the_market_too() {
    let world = World::with(|options: &mut Options| {
        options.market.profile = Profile::Production;
    })
    .await;
    let dear = batch(json!({"Reward": "4167.00", "DryRun": true}));
    let answer = refused(&world, "POST", "/batches", dear).await;
    assert!(answer.contains("InsufficientFunds"), "{answer}");
    let unknown = json!([{"QualificationTypeId": "3NONE", "Comparator": "Exists"}]);
    let strange = batch(json!({"QualificationRequirements": unknown, "DryRun": true}));
    let answer = refused(&world, "POST", "/batches", strange).await;
    assert!(answer.contains("QualificationTypeDoesNotExist"), "{answer}");
    let nobody = batch(json!({"Requester": "a b", "DryRun": true}));
    let answer = refused(&world, "POST", "/batches", nobody).await;
    assert!(answer.contains("Requester is no access key"), "{answer}");
    let new = batch(json!({"Requester": "new", "DryRun": true, "Template": "${name} ${a b}"}));
    let tried = world.done("POST", "/batches", new).await;
    assert_eq!(tried["TemplateNotes"][0]["Line"], 1);
    let requesters = world.done("GET", "/world", Value::Null).await["Requesters"].take();
    assert!(requesters.as_array().unwrap().iter().all(|one| one["AccessKeyId"] != "new"));
}

#[tokio::test]
async fn problems_are_counted_beyond_those_that_are_listed() {
    let world = World::new().await;
    let id = add(&world, json!({"MaxAssignments": 9, "Data": numbers(103)})).await;
    while show(&world, id).await["Status"] != "Published" {}
    world.done("POST", &format!("/batches/{id}/extend"), json!({"AdditionalAssignments": 1})).await;
    let mut shown = show(&world, id).await;
    while shown["Work"]["Done"] != 103 {
        shown = show(&world, id).await;
    }
    assert_eq!(shown["Problems"].as_array().unwrap().len(), 100);
    assert_eq!(shown["Work"]["Failed"], 103);
}
