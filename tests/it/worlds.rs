//! Worlds: the market as a file, in and out.

mod archive;
mod batches;
mod builtin;
mod costs;
mod damaged;
mod forms;
mod histories;
mod now;
mod owners;
mod portions;
mod replacing;
mod results;
mod saved;
mod together;

use std::sync::Arc;

use mturk_local::emulator::Options;
use mturk_local::worlds::Worlds;
use mturk_local::worlds::builtin::BUILTIN;
use serde_json::{Value, json};

use crate::world::World;

/// A new market that begins with these files.
async fn begun(texts: &[&str]) -> World {
    let texts = texts.iter().map(ToString::to_string).collect();
    let worlds = Worlds::read(texts).unwrap();
    World::with(|options: &mut Options| options.worlds = Some(worlds)).await
}

async fn dump(world: &World) -> Value {
    world.done("GET", "/world", Value::Null).await
}

/// The problems of a world that is not loaded, and proof that nothing was.
async fn problems(world: &World, text: Value) -> Vec<String> {
    let before = dump(world).await;
    let (status, answer) = world.control("POST", "/world", text).await;
    assert_eq!((status, &answer["error"]["code"]), (400, &json!("BadWorld")), "{answer}");
    assert_eq!(dump(world).await, before, "nothing is loaded");
    let problems = answer["error"]["problems"].as_array().unwrap().clone();
    let shown = |problem: &Value| {
        format!("{}: {}", problem["path"].as_str().unwrap(), problem["reason"].as_str().unwrap())
    };
    problems.iter().map(shown).collect()
}

#[tokio::test]
async fn every_built_in_world_loads_and_describes_what_it_is_for() {
    for builtin in BUILTIN {
        assert!(builtin.about().len() > 20, "{}", builtin.name);
        let world = begun(&[builtin.text()]).await;
        let hits = world.ok("ListHITs", json!({})).await;
        assert_ne!(hits["NumResults"], 0, "{}", builtin.name);
        let dumped = dump(&world).await;
        let again = World::new().await;
        again.done("POST", "/world", dumped.clone()).await;
        assert_eq!(dump(&again).await, dumped, "{}", builtin.name);
    }
}

/// Both give out the ids of seed 1.
#[tokio::test]
async fn a_dump_of_a_market_with_the_same_seed_leaves_ids_to_give_out() {
    let world = World::new().await;
    let first = world.create_hit(json!({})).await;
    let dumped = dump(&world).await;
    let again = begun(&[&dumped.to_string()]).await;
    assert_ne!(again.create_hit(json!({})).await, first);
    world.done("PUT", "/world", dumped).await;
    assert_ne!(world.create_hit(json!({})).await, first);
}

#[tokio::test]
async fn counters_and_statuses_are_derived() {
    let world = begun(&[builtin("every-status")]).await;
    let hit = "3EVERYSTATUS0000000000000HIT01";
    assert_eq!(world.standing(hit).await, "Assignable 1 available 1 pending 3 completed");
    let list = world.ok("ListAssignmentsForHIT", json!({"HITId": hit})).await;
    let statuses: Vec<_> = list["Assignments"].as_array().unwrap().iter().collect();
    let status = |index: usize| statuses[index]["AssignmentStatus"].as_str().unwrap();
    assert_eq!([0, 1, 2, 3].map(status), ["Approved", "Rejected", "Approved", "Submitted"]);
    assert!(statuses[2]["RejectionTime"].is_number() && statuses[2]["ApprovalTime"].is_number());
    let accepted = json!({"AssignmentId": "3EVERYSTATUS000000ACCEPTED0001"});
    assert!(world.fault("GetAssignment", accepted).await.contains("Reviewable,Approved,Rejected"));
    let reviewing = world.hit("3EVERYSTATUS0000000REVIEWING01").await;
    assert_eq!(reviewing["HITStatus"], "Reviewing");
    let disposed = world.hit("3EVERYSTATUS00000000DISPOSED01").await;
    assert_eq!(disposed["HITStatus"], "Disposed");
}

#[tokio::test]
async fn what_was_accepted_in_a_world_can_be_submitted_or_runs_out() {
    let world = begun(&[builtin("every-status")]).await;
    let path = "/assignments/3EVERYSTATUS000000ACCEPTED0001/submit";
    let handed = world.done("POST", path, json!({"Answers": {"sentiment": "kind"}})).await;
    assert_eq!(handed["AssignmentStatus"], "Submitted");
    let world = begun(&[builtin("every-status")]).await;
    world.advance("2h").await;
    assert_eq!(world.control("POST", path, json!({})).await.0, 422);
}

#[tokio::test]
async fn three_pages_are_three_pages() {
    let world = begun(&[builtin("three-pages")]).await;
    let hit = "3THREEPAGES00000000000000HIT01";
    let mut sent = json!({"HITId": hit});
    let mut counts = Vec::new();
    loop {
        let page = world.ok("ListAssignmentsForHIT", sent.clone()).await;
        counts.push(page["NumResults"].as_i64().unwrap());
        let Some(token) = page["NextToken"].as_str() else { break };
        sent["NextToken"] = token.into();
    }
    assert_eq!(counts, [10, 10, 5, 0]);
}

fn builtin(name: &str) -> &'static str {
    BUILTIN.iter().find(|builtin| builtin.name == name).unwrap().text()
}

#[tokio::test]
async fn work_is_loaded_on_top_of_the_hit_in_the_store() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let work = |id: &str, worker: &str, at: &str| {
        json!({"Assignments": [{"AssignmentId": id, "HITId": hit, "WorkerId": worker,
            "AcceptTime": at, "SubmitTime": at}]})
    };
    world.done("POST", "/world", work("3A", "A1", "-2h")).await;
    world.done("POST", "/world", work("3B", "A2", "-1h")).await;
    assert_eq!(world.standing(&hit).await, "Assignable 1 available 0 pending 0 completed");
    for (again, expected) in [
        (work("3A", "A3", "-1h"), "the assignment 3A stands twice"),
        (work("3C", "A1", "-1h"), "the worker A1 has done the HIT"),
        (work("3C", "A3", "-90m"), "the HIT in the store has later work already"),
    ] {
        let problems = problems(&world, again).await;
        assert!(problems[0].contains(expected), "{problems:?}");
    }
    let list = world.ok("ListAssignmentsForHIT", json!({"HITId": hit})).await;
    assert_eq!(list["Assignments"][1]["AssignmentId"], "3B");
}

#[tokio::test]
async fn every_problem_is_reported_and_nothing_is_loaded() {
    let world = World::new().await;
    let reported = problems(
        &world,
        json!({"Surprise": 1, "Workers": [{"WorkerId": "anna"}, {"Name": "x"}],
               "HITs": [{"Title": 5, "Reward": "a lot", "Expiration": "soon"}],
               "Robots": [{"Workers": 0}]}),
    );
    assert_eq!(
        reported.await,
        [
            "Surprise: there is no such member",
            "Workers[0].WorkerId: \"anna\" is no worker id: that is A followed by capital \
             letters and digits, 64 characters at most",
            "Workers[1]: WorkerId is missing",
            "HITs[0].Title: invalid type: integer `5`, expected a string",
            "HITs[0].Reward: not an amount of dollars",
            "HITs[0].Expiration: \"soon\" is no time: RFC 3339, epoch seconds, or a span from now \
             such as -2h or +30d",
            "Robots[0]: Workers: must be between 1 and 100000",
        ]
    );
    let work = |entry: Value| {
        json!({"HITs": [{"HITId": "3H", "MaxAssignments": 1,
            "Assignments": [entry]}]})
    };
    for (world_file, expected) in [
        (json!({"HITs": [{"HITId": "3H"}, {"HITId": "3H"}]}), "HITs[1]: the HIT 3H stands twice"),
        (
            json!({"HITs": [], "Assignments": [{"HITId": "3X"}]}),
            "Assignments[0]: there is no HIT 3X",
        ),
        (json!({"HITs": [{"Requester": "nobody"}]}), "HITs[0]: there is no requester \"nobody\""),
        (json!({"HITs": [{"HITTypeId": "3T"}]}), "HITs[0]: there is no HIT type 3T"),
        (
            json!({"HITs": [{"MaxAssignments": 1, "Assignments": [{}, {}]}]}),
            "HITs[0]: 2 assignments in 1 places",
        ),
        (
            json!({"HITs": [{"HITStatus": "Reviewing"}]}),
            "HITs[0]: with this work and end it cannot be Reviewing",
        ),
        (work(json!({"SubmitTime": "+1h"})), "HITs[0].Assignments[0]: it happened in the future"),
        (
            work(json!({"AcceptTime": "-1h", "SubmitTime": "-2h"})),
            "HITs[0].Assignments[0]: it was submitted before it was accepted",
        ),
        (
            work(json!({"ApprovalTime": "-1h"})),
            "HITs[0].Assignments[0]: submitted work is not decided yet",
        ),
        (
            work(json!({"AssignmentStatus": "Accepted", "AcceptTime": "-9d"})),
            "HITs[0].Assignments[0]: its deadline is past: it cannot be Accepted any more",
        ),
        (work(json!({"Answer": "<x/>"})), "HITs[0].Assignments[0].Answer: Line 1, column 1"),
        (
            json!({"Requesters": [{"AccessKeyId": "a"}, {"AccessKeyId": "a"}]}),
            "Requesters[1]: another requester has this key or id",
        ),
        (
            json!({"Workers": [{"WorkerId": "A1"}, {"WorkerId": "A1"}]}),
            "Workers[1]: the worker A1 stands twice",
        ),
    ] {
        let reported = problems(&world, world_file).await;
        assert!(
            reported.iter().any(|reported| reported.starts_with(expected)),
            "{reported:?} {expected}"
        );
    }
}

#[tokio::test]
async fn files_that_are_no_world_are_refused() {
    for (text, expected) in [
        ("", "line 1: not JSON: EOF while parsing a value"),
        ("{\n\"HITs\": [}", "line 2: not JSON: expected value"),
        ("[1, 2]", "line 1: invalid type: sequence, expected an object"),
        ("\"x\"", "line 1: invalid type: string \"x\", expected an object"),
    ] {
        let problems = Worlds::read(vec![text.to_owned()]).unwrap_err();
        assert_eq!(problems.iter().map(ToString::to_string).collect::<Vec<_>>(), [expected]);
    }
}

#[tokio::test]
async fn a_reset_goes_back_to_the_beginning_or_to_nothing() {
    let world = begun(&[builtin("minimal")]).await;
    let beginning = dump(&world).await;
    let made = world.create_hit(json!({})).await;
    let work = json!({"WorkerId": "A1ANNA0000000"});
    world.done("POST", "/hits/3MINIMAL00000000000000000HIT01/submissions", work).await;
    world.advance("40d").await;
    let clock = world.done("POST", "/reset", json!({})).await;
    assert_eq!(clock, json!({"now": "2026-01-01T00:00:00Z", "mode": "frozen"}));
    assert_eq!(dump(&world).await, beginning);
    assert_eq!(world.create_hit(json!({})).await, made, "ids begin anew");
    world.done("POST", "/reset", json!({"empty": true})).await;
    assert_eq!(dump(&world).await["HITs"], json!([]));
    assert_eq!(world.ok("ListHITs", json!({})).await["NumResults"], 0);
}

#[tokio::test]
async fn a_reset_of_one_requester_leaves_the_others_alone() {
    let world = begun(&[builtin("two-requesters")]).await;
    world.done("POST", "/reset", json!({"Requester": "test"})).await;
    assert_eq!(world.ok("ListHITs", json!({})).await["NumResults"], 0);
    let left = dump(&world).await;
    assert_eq!(left["HITs"].as_array().unwrap().len(), 1);
    assert_eq!(left["Requesters"].as_array().unwrap().len(), 2);
    assert_eq!(world.control("POST", "/reset", json!({"Requester": "nobody"})).await.0, 404);
    let both = json!({"Requester": "test", "empty": true});
    assert_eq!(world.control("POST", "/reset", both).await.0, 400);
}

#[tokio::test]
async fn replacing_takes_away_what_was_there() {
    let world = World::new().await;
    world.create_hit(json!({})).await;
    let minimal: Value = serde_json::from_str(builtin("minimal")).unwrap();
    world.done("PUT", "/world", minimal).await;
    assert_eq!(world.ok("ListHITs", json!({})).await["NumResults"], 1);
    let refused = world.control("PUT", "/world", json!({"HITs": [{"Title": 1}]})).await;
    assert_eq!(refused.0, 400);
    assert_eq!(world.ok("ListHITs", json!({})).await["NumResults"], 1, "what was there is there");
}

#[tokio::test]
async fn a_kept_market_is_not_loaded_again() {
    let worlds: Arc<Worlds> = Worlds::read(vec![builtin("minimal").to_owned()]).unwrap();
    let world = begun(&[builtin("minimal")]).await;
    let before = dump(&world).await;
    let world = world.restarted_with(|options| options.worlds = Some(worlds)).await;
    assert_eq!(dump(&world).await, before);
}
