//! Crowds of robots: they do what their script says, by timers.

mod many;

use crate::world::{World, hit};
use mturk_local::emulator::Options;
use serde_json::{Value, json};

pub async fn add(world: &World, script: Value) -> Value {
    world.done("POST", "/robots", script).await["Robots"][0].take()
}

async fn crowds(world: &World) -> Vec<Value> {
    world.done("GET", "/robots", Value::Null).await["Robots"].as_array().unwrap().clone()
}

/// Accepted, submitted, returned, abandoned.
pub async fn progress(world: &World) -> [i64; 4] {
    let crowd = crowds(world).await.remove(0);
    ["Accepted", "Submitted", "Returned", "Abandoned"]
        .map(|name| crowd["Progress"][name].as_i64().unwrap())
}

/// A page with three options.
const PAGE: &str = "<HTMLQuestion xmlns=\"http://mechanicalturk.amazonaws.com/\
    AWSMechanicalTurkDataSchemas/2011-11-11/HTMLQuestion.xsd\"><HTMLContent><![CDATA[\
    <!DOCTYPE html><html><body><form name=\"mturk_form\" method=\"post\" \
    action=\"https://www.mturk.com/mturk/externalSubmit\">\
    <input type=\"hidden\" name=\"assignmentId\" value=\"\">\
    <input type=\"radio\" name=\"label\" value=\"cat\">Cat\
    <input type=\"radio\" name=\"label\" value=\"dog\">Dog\
    <input type=\"radio\" name=\"label\" value=\"cow\">Cow\
    <input type=\"submit\"></form></body></html>]]></HTMLContent><FrameHeight>0</FrameHeight>\
    </HTMLQuestion>";

pub async fn page_hit(world: &World, places: i64) -> String {
    world.create_hit(json!({"Question": PAGE, "MaxAssignments": places})).await
}

/// The work on a HIT: worker, and what was answered.
async fn answers(world: &World, hit_id: &str) -> Vec<(String, String)> {
    let sent = json!({"HITId": hit_id, "MaxResults": 100});
    let listed = world.ok("ListAssignmentsForHIT", sent).await;
    let text = |answer: &str| {
        let (_, rest) = answer.split_once("<FreeText>").unwrap_or_default();
        rest.split_once('<').unwrap_or_default().0.to_owned()
    };
    let work = listed["Assignments"].as_array().unwrap().iter();
    work.map(|of| {
        let answer = text(of["Answer"].as_str().unwrap_or_default());
        (of["WorkerId"].as_str().unwrap().to_owned(), answer)
    })
    .collect()
}

#[tokio::test]
async fn workers_alone_are_enough() {
    let world = World::new().await;
    let hit_id = page_hit(&world, 3).await;
    let added = add(&world, json!({"Workers": 10})).await;
    assert_eq!(added["Progress"]["Accepted"], 0);
    assert_eq!(world.standing(&hit_id).await, "Unassignable 0 available 3 pending 0 completed");
    world.advance("3m").await;
    let work = answers(&world, &hit_id).await;
    assert_eq!(work.len(), 3);
    for (worker, answer) in work {
        assert!(worker.starts_with(added["WorkerIdPrefix"].as_str().unwrap()));
        assert!(["cat", "dog", "cow"].contains(&&*answer), "{answer}");
        let shown = world.done("GET", &format!("/workers/{worker}"), Value::Null).await;
        assert_eq!(shown["Robot"], true);
    }
    assert_eq!(progress(&world).await, [3, 3, 0, 0]);
    let later = page_hit(&world, 2).await;
    world.advance("3m").await;
    assert_eq!(answers(&world, &later).await.len(), 2, "a HIT that comes later is done too");
}

#[tokio::test]
async fn work_without_time_is_there_at_once() {
    let world = World::new().await;
    add(
        &world,
        json!({"Workers": 30, "WorkTime": {"Min": "0s"},
            "Answers": {"label": ["cat", "cat", "dog"]}}),
    )
    .await;
    let hit_id = page_hit(&world, 3).await;
    let mut labels: Vec<String> =
        answers(&world, &hit_id).await.into_iter().map(|(_, label)| label).collect();
    labels.sort();
    assert_eq!(labels, ["cat", "cat", "dog"]);
    assert_eq!(crowds(&world).await[0]["Progress"]["Waits"], true);
}

#[tokio::test]
async fn workers_come_every_so_often_one_after_another() {
    let world = World::new().await;
    let hit_id = page_hit(&world, 5).await;
    add(
        &world,
        json!({"Workers": 3, "Arrival": {"Every": "2m"}, "WorkTime": {"Min": "30s"},
            "WorkerIdPrefix": "ACROWD"}),
    )
    .await;
    for (span, pending, submitted) in
        [("0s", 1, 0), ("30s", 0, 1), ("89s", 0, 1), ("1s", 1, 1), ("2m", 1, 2), ("1d", 0, 3)]
    {
        world.advance(span).await;
        assert_eq!(world.hit(&hit_id).await["NumberOfAssignmentsPending"], pending, "{span}");
        assert_eq!(progress(&world).await[1], submitted, "{span}");
    }
    let workers: Vec<String> =
        answers(&world, &hit_id).await.into_iter().map(|(worker, _)| worker).collect();
    let expected = ["ACROWD000001", "ACROWD000002", "ACROWD000003"];
    assert!(expected.iter().all(|id| workers.iter().any(|worker| worker == id)), "{workers:?}");
}

/// What happened, as far as ids allow: worker, HIT by creation, event and time.
async fn history(world: &World) -> Vec<Value> {
    let events = world.done("GET", "/events?limit=1000", Value::Null).await;
    let events = events["Events"].as_array().unwrap().iter();
    events
        .map(|event| json!([event["EventType"], event["EventTimestamp"], event["WorkerId"]]))
        .collect()
}

#[tokio::test]
async fn one_jump_or_many_the_same_seed_gives_the_same_history() {
    let script = json!({"Workers": 7, "Seed": 5, "Arrival": {"PoissonPerHour": 60},
        "WorkTime": {"MedianS": 90, "Sigma": 1.0}, "Return": 0.2, "Abandon": 0.1});
    let mut histories = Vec::new();
    for (seed, jumps) in [(1, vec!["6h"]), (2, vec!["1h"; 6]), (3, vec!["97s"; 223])] {
        let world = World::with(|options: &mut Options| options.seed = Some(seed)).await;
        for _ in 0..6 {
            page_hit(&world, 4).await;
        }
        add(&world, script.clone()).await;
        for jump in jumps {
            world.advance(jump).await;
        }
        world.done("POST", "/clock", json!({"set": "2026-01-01T07:00:00Z"})).await;
        histories.push((history(&world).await, progress(&world).await));
    }
    assert!(histories[0].0.len() > 20, "{}", histories[0].0.len());
    assert_eq!(histories[0], histories[1]);
    assert_eq!(histories[0], histories[2]);
}

#[tokio::test]
async fn some_work_is_returned_and_some_abandoned() {
    let world = World::new().await;
    let hit_id = page_hit(&world, 3).await;
    add(&world, json!({"Workers": 3, "Return": 1.0, "WorkTime": {"Min": "10s"}})).await;
    world.advance("10s").await;
    assert_eq!(progress(&world).await, [3, 0, 3, 0]);
    assert_eq!(world.standing(&hit_id).await, "Assignable 3 available 0 pending 0 completed");
    world.done("DELETE", "/robots", Value::Null).await;
    add(&world, json!({"Workers": 3, "Abandon": 1.0, "Name": "slow"})).await;
    world.advance("599s").await;
    assert_eq!(progress(&world).await, [3, 0, 0, 0]);
    world.advance("1s").await;
    assert_eq!(progress(&world).await, [3, 0, 0, 3]);
    world.done("DELETE", "/robots", Value::Null).await;
    add(&world, json!({"Workers": 3, "WorkTime": {"Min": "1h"}, "Name": "too slow"})).await;
    world.advance("10m").await;
    assert_eq!(progress(&world).await, [3, 0, 0, 3], "the time ran out");
}

#[tokio::test]
async fn a_hit_that_expires_meanwhile_takes_the_work() {
    let world = World::new().await;
    let hit_id = world.create_hit(json!({"Question": PAGE, "LifetimeInSeconds": 60})).await;
    add(&world, json!({"Workers": 1, "WorkTime": {"Min": "90s"}})).await;
    world.advance("61s").await;
    assert_eq!(progress(&world).await, [1, 0, 0, 0]);
    world.advance("30s").await;
    assert_eq!(progress(&world).await, [1, 1, 0, 0]);
    assert_eq!(world.hit(&hit_id).await["HITStatus"], "Reviewable");
}

#[tokio::test]
async fn robots_obey_blocks_and_requirements() {
    let world = World::new().await;
    let needs = json!([{"QualificationTypeId": "00000000000000000071", "Comparator": "EqualTo",
        "LocaleValues": [{"Country": "CA"}]}]);
    let hit_id =
        world.create_hit(json!({"Question": PAGE, "QualificationRequirements": needs})).await;
    let now = json!({"Min": "0s"});
    add(&world, json!({"Workers": 3, "WorkTime": now, "Name": "elsewhere"})).await;
    let canada = json!({"Locale": {"Country": "CA"}});
    let script = json!({"Workers": 4, "WorkTime": now, "Traits": canada, "WorkerIdPrefix": "ACA"});
    for number in [1, 2] {
        let blocked = json!({"WorkerId": format!("ACA00000{number}"), "Reason": "spam"});
        world.ok("CreateWorkerBlock", blocked).await;
    }
    add(&world, script).await;
    let workers: Vec<String> =
        answers(&world, &hit_id).await.into_iter().map(|(worker, _)| worker).collect();
    assert_eq!(workers, ["ACA000003", "ACA000004"]);
    world.ok("DeleteWorkerBlock", json!({"WorkerId": "ACA000001"})).await;
    assert_eq!(answers(&world, &hit_id).await.len(), 3, "the worker is not blocked any more");
}

#[tokio::test]
async fn a_granted_qualification_lets_a_robot_work() {
    let world = World::new().await;
    let made = json!({"Name": "Trained", "Description": "d", "QualificationTypeStatus": "Active"});
    let made = world.ok("CreateQualificationType", made).await;
    let type_id = made["QualificationType"]["QualificationTypeId"].clone();
    let needs = json!([{"QualificationTypeId": type_id, "Comparator": "Exists"}]);
    let hit_id =
        world.create_hit(json!({"Question": PAGE, "QualificationRequirements": needs})).await;
    let script = json!({"Workers": 5, "WorkTime": {"Min": "0s"}, "WorkerIdPrefix": "AQ"});
    add(&world, script).await;
    assert!(answers(&world, &hit_id).await.is_empty());
    let grant = |who| json!({"QualificationTypeId": type_id, "WorkerId": who, "IntegerValue": 1});
    world.ok("AssociateQualificationWithWorker", grant("A1ANNA")).await;
    assert_eq!(crowds(&world).await[0]["Progress"]["Looks"], 5, "that is for others");
    world.ok("AssociateQualificationWithWorker", grant("AQ000004")).await;
    assert_eq!(answers(&world, &hit_id).await[0].0, "AQ000004");
}

#[tokio::test]
async fn a_crowd_works_on_the_hits_that_it_wants() {
    let world = World::new().await;
    let other = world.by("OTHER");
    let now = json!({"Min": "0s"});
    let mine = page_hit(&world, 1).await;
    let titled = world.create_hit(json!({"Question": PAGE, "Title": "Else"})).await;
    let theirs = other.create_hit(json!({"Question": PAGE, "MaxAssignments": 2})).await;
    add(&world, json!({"HITs": {"Title": "Else"}, "WorkTime": now, "Name": "a"})).await;
    assert_eq!(answers(&world, &titled).await.len(), 1);
    add(&world, json!({"HITs": {"Requester": "OTHER"}, "WorkTime": now, "Name": "b"})).await;
    assert_eq!(answers(&other, &theirs).await.len(), 1);
    assert!(answers(&world, &mine).await.is_empty());
    let of = world.hit(&mine).await;
    for member in ["HITTypeId", "HITGroupId"] {
        let wanted = json!({"HITs": {member: of[member]}, "WorkTime": now, "Name": member});
        add(&world, wanted).await;
    }
    assert_eq!(answers(&world, &mine).await.len(), 1);
    assert_eq!(answers(&other, &theirs).await.len(), 1);
}

#[tokio::test]
async fn a_snapshot_and_a_dump_keep_what_robots_do() {
    let script = json!({"Workers": 6, "Arrival": {"PoissonPerHour": 120}, "Return": 0.1,
        "WorkTime": {"Min": "1m", "Max": "9m"}});
    let world = World::new().await;
    for _ in 0..4 {
        page_hit(&world, 4).await;
    }
    add(&world, script).await;
    world.advance("6m").await;
    world.done("POST", "/snapshots/here", Value::Null).await;
    let dumped = world.done("GET", "/world", Value::Null).await;
    assert!(dumped["Robots"][0]["Progress"]["Working"].is_array(), "{}", dumped["Robots"]);
    world.advance("2h").await;
    let after = progress(&world).await;
    let rest = |dump: Value| (dump["Robots"].clone(), dump["HITs"].clone());
    let ended = rest(world.done("GET", "/world", Value::Null).await);
    world.done("POST", "/snapshots/here/restore", Value::Null).await;
    assert_eq!(world.done("GET", "/world", Value::Null).await, dumped);
    world.advance("2h").await;
    assert_eq!(progress(&world).await, after);
    let loaded = World::new().await;
    loaded.done("POST", "/world", dumped.clone()).await;
    let again = loaded.done("GET", "/world", Value::Null).await;
    assert_eq!(again["Robots"], dumped["Robots"]);
    loaded.advance("2h").await;
    assert_eq!(progress(&loaded).await, after);
    assert_eq!(rest(loaded.done("GET", "/world", Value::Null).await).0, ended.0);
}

#[tokio::test]
async fn crowds_are_removed_and_return_what_they_have_in_hand() {
    let world = World::new().await;
    let hit_id = page_hit(&world, 3).await;
    let first = add(&world, json!({"Workers": 2})).await;
    let second = add(&world, json!({"Workers": 2})).await;
    assert_ne!(first["WorkerIdPrefix"], second["WorkerIdPrefix"]);
    assert_eq!(world.standing(&hit_id).await, "Unassignable 0 available 3 pending 0 completed");
    let path = format!("/robots?robot={}", first["Robot"]);
    assert_eq!(world.done("DELETE", &path, Value::Null).await, json!({"Removed": 1}));
    // One of the others found none before.
    assert_eq!(world.standing(&hit_id).await, "Assignable 1 available 2 pending 0 completed");
    assert_eq!(world.done("DELETE", &path, Value::Null).await, json!({"Removed": 0}));
    assert_eq!(world.control("DELETE", "/robots?robot=0", Value::Null).await.0, 400);
    assert_eq!(world.done("DELETE", "/robots", Value::Null).await, json!({"Removed": 1}));
    assert_eq!(world.standing(&hit_id).await, "Assignable 3 available 0 pending 0 completed");
    world.advance("1h").await;
    assert!(answers(&world, &hit_id).await.is_empty());
    add(&world, json!({"Workers": 2})).await;
    world.done("POST", "/reset", json!({})).await;
    assert!(crowds(&world).await.is_empty());
    page_hit(&world, 1).await;
}

/// The reasons of a refusal.
async fn refused(world: &World, script: Value) -> Vec<String> {
    let (status, answer) = world.control("POST", "/robots", script).await;
    assert_eq!(status, 400, "{answer}");
    let problems = answer["error"]["problems"].as_array().unwrap();
    let reason = |of: &Value| {
        format!("{}: {}", of["path"].as_str().unwrap(), of["reason"].as_str().unwrap())
    };
    problems.iter().map(reason).collect()
}

#[tokio::test]
async fn every_problem_of_a_script_is_named() {
    let world = World::new().await;
    let bad = json!([{"Workers": 0, "Return": 2, "Odd": 1}, {"Workers": "ten",
        "Arrival": {"Every": "soon"}, "Answers": {"q": []}}]);
    let problems = refused(&world, bad).await.join("\n");
    for part in [
        "Robots[0]: Workers: must be between 1 and 100000",
        "Robots[0]: Return: must be between 0 and 1",
        "Robots[0].Odd: there is no such member",
        "Robots[1].Workers: ",
        "Robots[1]: Arrival.Every: must be a span",
        "Robots[1]: Answers.q: ",
    ] {
        assert!(problems.contains(part), "{part}:\n{problems}");
    }
    assert!(crowds(&world).await.is_empty());
}

#[tokio::test]
async fn a_wait_ends_when_no_robot_has_anything_to_do() {
    let world = World::new().await;
    let idle = |world: World| async move {
        world.control("GET", "/wait?idle=true&timeout=0s", Value::Null).await
    };
    assert_eq!(idle(world.clone()).await, (200, json!({"Idle": true})));
    page_hit(&world, 3).await;
    add(&world, json!({"Workers": 3})).await;
    assert_eq!(idle(world.clone()).await.0, 200, "the market's time stands before their next step");
    world.done("POST", "/clock", json!({"resume": true})).await;
    assert_eq!(idle(world.clone()).await.0, 408);
    world.advance("3m").await;
    assert_eq!(idle(world.clone()).await.0, 200);
    for wrong in ["/wait?idle=false", "/wait?idle=true&submitted=1", "/wait?idle=true&event=Ping"] {
        assert_eq!(world.control("GET", wrong, Value::Null).await.0, 400, "{wrong}");
    }
}

#[tokio::test]
async fn robots_work_where_only_known_workers_may() {
    let world = World::with(|options: &mut Options| {
        options.market.known_workers_only = true;
        options.market.queue_limit = 1;
    })
    .await;
    for _ in 0..4 {
        page_hit(&world, 1).await;
    }
    add(&world, json!({"Workers": 2, "WorkTime": {"Min": "1m"}})).await;
    world.advance("0s").await;
    assert_eq!(progress(&world).await, [2, 0, 0, 0]);
    world.advance("2m").await;
    assert_eq!(progress(&world).await, [4, 4, 0, 0]);
    world.ok("CreateHIT", hit(json!({}))).await;
}

#[tokio::test]
async fn robots_go_on_after_a_restart() {
    let world = World::new().await;
    let hit_id = page_hit(&world, 3).await;
    add(&world, json!({"Workers": 2})).await;
    let world = world.restarted().await;
    world.advance("3m").await;
    assert_eq!(answers(&world, &hit_id).await.len(), 2);
    let later = page_hit(&world, 1).await;
    world.advance("3m").await;
    assert_eq!(answers(&world, &later).await.len(), 1);
}

/// Fifty places of each of so many HITs.
pub async fn hits(world: &World, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for _ in 0..count {
        ids.push(page_hit(world, 50).await);
    }
    ids
}

/// `MTURK_LOCAL_HITS=200` compares 10,000 assignments.
#[tokio::test]
async fn a_jump_costs_little_more_than_the_same_work_by_the_control_api() {
    let count: usize = std::env::var("MTURK_LOCAL_HITS").map_or(10, |hits| hits.parse().unwrap());
    let world = World::new().await;
    let ids = hits(&world, count).await;
    let begun = std::time::Instant::now();
    for hit_id in &ids {
        for number in 0..50 {
            let taken = world.accept(&format!("A1HAND{number:04}"), hit_id).await;
            let path = format!("/assignments/{taken}/submit");
            world.done("POST", &path, json!({"Answers": {"label": "cat"}})).await;
        }
    }
    let by_hand = begun.elapsed();
    hits(&world, count).await;
    let begun = std::time::Instant::now();
    add(&world, json!({"Workers": 50})).await;
    world.advance("20h").await;
    let by_robots = begun.elapsed();
    let [accepted, submitted, ..] = progress(&world).await;
    eprintln!(
        "{} by hand in {by_hand:?}; {accepted} accepted and {submitted} submitted by robots in \
         {by_robots:?}",
        count * 50
    );
    assert!(by_robots.as_secs_f64() < 1.5 * by_hand.as_secs_f64());
}

#[tokio::test]
async fn the_built_in_crowd_labels_a_thousand_hits() {
    use mturk_local::worlds::{builtin::Builtin, labels};
    let world = World::new().await;
    let file: Value = serde_json::from_str(Builtin::find("crowd").unwrap().text()).unwrap();
    world.done("POST", "/world", file).await;
    world.advance("1d").await;
    let dumped = world.done("GET", "/world", Value::Null).await;
    let (mut right, mut all, mut by_vote) = (0, 0, 0);
    let table = labels::csv(&dumped);
    for hit in dumped["HITs"].as_array().unwrap() {
        let note: Value =
            serde_json::from_str(hit["RequesterAnnotation"].as_str().unwrap()).unwrap();
        let gold = note["gold"].as_str().unwrap();
        let id = hit["HITId"].as_str().unwrap();
        let of = table.lines().filter(|line| line.starts_with(id));
        let given: Vec<&str> = of.map(|line| line.rsplit(',').next().unwrap()).collect();
        assert_eq!(given.len(), 5, "{id}");
        let count = |label: &str| given.iter().filter(|given| **given == label).count();
        let votes = ["bird", "cat", "dog"].map(|label| (count(label), label));
        by_vote += usize::from(votes.iter().max().unwrap().1 == gold);
        right += count(gold);
        all += given.len();
    }
    assert_eq!(all, 5000);
    assert!((2700..3600).contains(&right), "{right} of 5000 are right");
    assert!((700..950).contains(&by_vote), "{by_vote} of 1000 are right by majority vote");
}

#[tokio::test]
async fn a_crowd_in_place_of_another_has_other_workers() {
    let world = World::new().await;
    let hit_id = page_hit(&world, 2).await;
    let first = add(&world, json!({})).await;
    world.advance("5m").await;
    world.done("DELETE", "/robots", Value::Null).await;
    let second = add(&world, json!({})).await;
    assert_ne!(first["WorkerIdPrefix"], second["WorkerIdPrefix"]);
    world.advance("5m").await;
    assert_eq!(answers(&world, &hit_id).await.len(), 2);
}

#[tokio::test]
async fn what_was_changed_on_a_robot_outlives_a_dump() {
    let world = World::new().await;
    let prefix = add(&world, json!({"Workers": 2})).await["WorkerIdPrefix"].take();
    let [path, other] =
        ["1", "2"].map(|number| format!("/workers/{}00000{number}", prefix.as_str().unwrap()));
    world.done("PUT", &path, json!({"Name": "Ada", "Robot": true})).await;
    let before = world.done("GET", &path, Value::Null).await;
    let dump = world.done("GET", "/world", Value::Null).await;
    let loaded = World::new().await;
    loaded.done("PUT", "/world", dump).await;
    let after = loaded.done("GET", &path, Value::Null).await;
    assert_eq!((&after["Name"], &after), (&json!("Ada"), &before));
    assert_eq!(loaded.done("GET", &other, Value::Null).await["Robot"], true);
}

/// Times are whole seconds: who comes within one has less time than the HIT says.
#[tokio::test]
async fn work_that_takes_longer_than_is_left_is_abandoned() {
    for (median, counts) in [(59.4, [1, 1, 0, 0]), (59.7, [1, 0, 0, 1])] {
        let world = World::new().await;
        world.advance("500ms").await;
        world.create_hit(json!({"Question": PAGE, "AssignmentDurationInSeconds": 60})).await;
        add(&world, json!({"WorkTime": {"MedianS": median, "Sigma": 0}})).await;
        world.advance("90s").await;
        assert_eq!(progress(&world).await, counts, "{median}");
    }
}
