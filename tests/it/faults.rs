//! Rules by which calls fail, take longer, or lose their answer.

use axum::body::Body;
use axum::http::Request;
use mturk_local::emulator::is_dropped;
use serde_json::{Value, json};

use crate::world::{World, hit};

async fn add(world: &World, rule: Value) -> Value {
    world.done("POST", "/faults", rule).await["Faults"][0].take()
}

async fn rules(world: &World) -> Vec<Value> {
    world.done("GET", "/faults", Value::Null).await["Faults"].as_array().unwrap().clone()
}

/// Status, and the exception or the message.
async fn call(world: &World, operation: &str, body: Value) -> (u16, String) {
    let reply = world.send(world.request(operation, body.to_string())).await;
    let body: Value = serde_json::from_str(&reply.text).unwrap_or_default();
    (reply.status, body["__type"].as_str().unwrap_or_default().to_owned())
}

/// Whether the call gets no answer.
async fn is_lost(world: &World, operation: &str, body: Value) -> bool {
    let request = world.request(operation, body.to_string());
    is_dropped(&world.emulator.front().answer(request).await)
}

fn throttled() -> (u16, String) {
    (400, "ThrottlingException".to_owned())
}

fn ok() -> (u16, String) {
    (200, String::new())
}

#[tokio::test]
async fn a_counted_rule_applies_so_often_and_is_gone() {
    let world = World::new().await;
    let rule = json!({"Operation": "ListHITs", "Error": "ThrottlingException", "Times": 2});
    let added = add(&world, rule.clone()).await;
    assert_eq!(added["Times"], 2);
    assert_eq!(call(&world, "GetAccountBalance", json!({})).await, ok());
    let reply = world.send(world.request("ListHITs", "{}")).await;
    assert_eq!(reply.json(), json!({"__type": "ThrottlingException", "message": "Rate exceeded"}));
    assert_eq!(
        rules(&world).await,
        [json!({"Fault": added["Fault"], "Operation": "ListHITs",
        "Error": "ThrottlingException", "Times": 1})]
    );
    assert_eq!(call(&world, "ListHITs", json!({})).await, throttled());
    assert_eq!(call(&world, "ListHITs", json!({})).await, ok());
    assert_eq!(rules(&world).await, [Value::Null; 0]);
    let found = world.done("GET", "/requests?error=ThrottlingException", Value::Null).await;
    let error = &found["Requests"][0]["Error"];
    assert_eq!(error["Rule"], "Fault");
    assert_eq!(error["Hint"], format!("fault rule {}", added["Fault"]));
}

#[tokio::test]
async fn counting_is_exact_whoever_calls_at_once() {
    let world = World::new().await;
    add(&world, json!({"Error": "ServiceFault", "Times": 7})).await;
    let neighbour = if world.is_postgres() { world.neighbour().await } else { world.clone() };
    let calls = (0..20).map(|number| {
        let world = if number % 2 == 0 { world.clone() } else { neighbour.clone() };
        tokio::spawn(async move { call(&world, "GetAccountBalance", json!({})).await })
    });
    let mut failed = 0;
    for call in calls.collect::<Vec<_>>() {
        failed += usize::from(call.await.unwrap() == (500, "ServiceFault".to_owned()));
    }
    assert_eq!(failed, 7);
}

#[tokio::test]
async fn a_second_process_knows_a_rule_at_once() {
    let world = World::new().await;
    if !world.is_postgres() {
        return;
    }
    let neighbour = world.neighbour().await;
    for operation in ["ListHITs", "CreateHITType"] {
        assert_eq!(call(&neighbour, "ListHITs", json!({})).await, ok());
        add(&world, json!({"Operation": "ListHITs", "Error": "ThrottlingException"})).await;
        assert_eq!(call(&neighbour, "ListHITs", json!({})).await, throttled(), "{operation}");
        neighbour.done("DELETE", "/faults", Value::Null).await;
        assert_eq!(call(&world, "ListHITs", json!({})).await, ok());
    }
}

#[tokio::test]
async fn a_rule_is_about_an_operation_and_a_requester() {
    let world = World::new().await;
    let other = world.by("OTHER");
    let broke = json!({"Requester": "OTHER", "Operation": "CreateHIT",
        "Error": "InsufficientFunds", "Message": "Broke."});
    add(&world, broke).await;
    world.create_hit(json!({})).await;
    let fault = other.fault("CreateHIT", hit(json!({}))).await;
    assert_eq!(fault, "RequestError InsufficientFunds: Broke.");
    assert_eq!(other.ok("ListHITs", json!({})).await["NumResults"], json!(0), "never reached");
}

#[tokio::test]
async fn a_refusal_has_the_service_s_words() {
    let world = World::new().await;
    add(&world, json!({"Operation": "GetHIT", "Error": "AWS.MechanicalTurk.HITDoesNotExist"}))
        .await;
    let refused = world.fault("GetHIT", json!({"HITId": "3ABC"})).await;
    let known = "RequestError HITDoesNotExist: Hit 3ABC does not exist.";
    assert_eq!(refused, known);
}

#[tokio::test]
async fn an_answer_is_lost_before_the_work_or_after_it() {
    let world = World::new().await;
    let before = add(&world, json!({"Operation": "CreateHIT", "DropConnection": true})).await;
    assert!(is_lost(&world, "CreateHIT", hit(json!({}))).await);
    let path = format!("/faults?fault={}", before["Fault"]);
    assert_eq!(world.done("DELETE", &path, Value::Null).await, json!({"Removed": 1}));
    assert_eq!(world.ok("ListHITs", json!({})).await["NumResults"], 0);
    for rule in [
        json!({"Operation": "CreateHIT", "AfterCommit": true, "Times": 1}),
        json!({"Operation": "CreateHIT", "Preset": "lost-answer", "Times": 1}),
    ] {
        add(&world, rule).await;
        assert!(is_lost(&world, "CreateHIT", hit(json!({}))).await);
    }
    let after = json!({"Operation": "CreateHIT", "AfterCommit": true, "Error": "ServiceFault"});
    add(&world, after).await;
    let failed = call(&world, "CreateHIT", hit(json!({}))).await;
    assert_eq!(failed, (500, "ServiceFault".to_owned()));
    assert_eq!(world.ok("ListHITs", json!({})).await["NumResults"], 3);
    let lost = world.done("GET", "/requests?error=ConnectionDropped", Value::Null).await;
    assert_eq!(lost["Requests"].as_array().unwrap().len(), 3);
    assert_eq!(lost["Requests"][0]["Status"], 0);
}

#[tokio::test]
async fn a_seed_draws_the_same_calls_again() {
    let mut seen = Vec::new();
    for seed in [5, 5, 6] {
        let world = World::new().await;
        let rule = json!({"Error": "ThrottlingException", "Probability": 0.5, "Seed": seed});
        add(&world, rule).await;
        let mut failed = Vec::new();
        for _ in 0..24 {
            failed.push(call(&world, "ListHITs", json!({})).await == throttled());
        }
        assert_eq!(rules(&world).await[0]["Drawn"], 24);
        seen.push(failed);
    }
    assert_eq!(seen[0], seen[1]);
    assert_ne!(seen[0], seen[2]);
    assert!(seen[0].contains(&true) && seen[0].contains(&false));
}

#[tokio::test]
async fn too_many_calls_in_a_second_are_refused() {
    let world = World::new().await;
    add(&world, json!({"Preset": "throttle", "PerSecond": 100_000})).await;
    assert_eq!(call(&world, "ListHITs", json!({})).await, ok());
    add(&world, json!({"Preset": "throttle", "PerSecond": 1})).await;
    let mut refused = 0;
    for _ in 0..20 {
        refused += usize::from(call(&world, "ListHITs", json!({})).await == throttled());
    }
    assert!(refused > 0, "20 calls took 20 seconds");
}

#[tokio::test]
async fn a_market_lags_behind() {
    let world = World::new().await;
    let old = world.create_hit(json!({})).await;
    world.advance("20s").await;
    add(&world, json!({"Preset": "sandbox-lag", "Seconds": 10})).await;
    let new = world.create_hit(json!({})).await;
    let assignment = world.work("A1ANNA0000000", &new).await;
    let listed = world.ok("ListHITs", json!({})).await;
    assert_eq!((&listed["NumResults"], &listed["HITs"][0]["HITId"]), (&json!(1), &json!(old)));
    let more = |id: &str| json!({"HITId": id, "NumberOfAdditionalAssignments": 1});
    world.ok("CreateAdditionalAssignmentsForHIT", more(&old)).await;
    let gone = format!("RequestError HITDoesNotExist: Hit {new} does not exist.");
    assert_eq!(world.fault("CreateAdditionalAssignmentsForHIT", more(&new)).await, gone);
    let until = |at: i64| json!({"HITId": new, "ExpireAt": at});
    assert_eq!(world.fault("UpdateExpirationForHIT", until(1_800_000_000)).await, gone);
    let approval = json!({"AssignmentId": assignment});
    assert_eq!(
        world.fault("ApproveAssignment", approval.clone()).await,
        "RequestError InvalidAssignmentState: This operation can be called \
         with a status of: null"
    );
    world.ok("UpdateExpirationForHIT", until(0)).await;
    world.advance("10s").await;
    world.ok("ApproveAssignment", approval).await;
    world.ok("CreateAdditionalAssignmentsForHIT", more(&new)).await;
    assert_eq!(world.ok("ListHITs", json!({})).await["NumResults"], 2);
}

#[tokio::test]
async fn every_problem_is_named_with_its_place() {
    let world = World::new().await;
    let bad = json!([
        {"Operation": "CreateHit", "Error": "ThrottlingException"},
        {"Error": "Odd", "Times": 0},
        {"Preset": "throttle"},
        {"Error": "ServiceFault", "Colour": 1},
    ]);
    let (status, answer) = world.control("POST", "/faults", bad).await;
    assert_eq!(status, 400);
    let problems = answer["error"]["problems"].as_array().unwrap();
    let places: Vec<_> = problems.iter().map(|one| one["path"].as_str().unwrap()).collect();
    let expected = ["Faults[0].Operation", "Faults[1]", "Faults[1]", "Faults[2]"];
    assert_eq!(places, [&expected[..], &["Faults[3].Colour"]].concat(), "{answer}");
    assert_eq!(rules(&world).await, [Value::Null; 0]);
    for body in ["", "5", "[5]", "{} {}", "[],\"Workers\":[]"] {
        let request = Request::post("/_mturk/faults").header("host", "localhost");
        let reply = world.send(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(reply.status, 400, "{body}: {}", reply.text);
    }
}

#[tokio::test]
async fn rules_are_part_of_a_world_and_go_with_a_reset() {
    let world = World::new().await;
    add(&world, json!({"Error": "ServiceFault", "Probability": 0.5, "Requester": "K"})).await;
    add(&world, json!({"Operation": "ListHITs", "Error": "ThrottlingException", "Times": 2})).await;
    call(&world, "ListHITs", json!({})).await;
    let dump = world.done("GET", "/world", Value::Null).await;
    assert_eq!(
        dump["Faults"],
        json!([
            {"Error": "ServiceFault", "Probability": 0.5, "Requester": "K"},
            {"Error": "ThrottlingException", "Operation": "ListHITs", "Times": 1},
        ])
    );
    let other = World::new().await;
    let loaded = other.done("POST", "/world", dump.clone()).await;
    assert_eq!(loaded["Loaded"]["Faults"], 2);
    assert_eq!(call(&other, "ListHITs", json!({})).await, throttled());
    assert_eq!(call(&other, "ListHITs", json!({})).await, ok());
    other.done("POST", "/reset", json!({})).await;
    assert_eq!(rules(&other).await, [Value::Null; 0]);
    let restarted = world.restarted().await;
    assert_eq!(call(&restarted, "ListHITs", json!({})).await, throttled(), "they are kept");
}

#[tokio::test]
async fn a_requester_s_rules_go_with_its_things() {
    let world = World::new().await;
    world.by("OTHER").create_hit(json!({})).await;
    add(&world, json!({"Error": "ServiceFault", "Requester": "OTHER"})).await;
    world.done("POST", "/reset", json!({"Requester": "OTHER"})).await;
    assert_eq!(rules(&world).await, [Value::Null; 0]);
    assert_eq!(call(&world.by("OTHER"), "ListHITs", json!({})).await, ok());
}

#[tokio::test]
async fn a_number_is_never_that_of_a_rule_that_is_gone() {
    let world = World::new().await;
    let mut numbers = Vec::new();
    for path in [None, Some("/faults"), None] {
        let added = add(&world, json!({"Error": "ServiceFault", "Times": 1})).await;
        let number = added["Fault"].as_i64().unwrap();
        match path {
            Some(path) => drop(world.done("DELETE", path, Value::Null).await),
            None => drop(call(&world, "ListHITs", json!({})).await),
        }
        numbers.push(number);
    }
    assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
}

#[tokio::test]
async fn a_restore_gives_no_number_again() {
    let world = World::new().await;
    world.done("POST", "/snapshots/one", Value::Null).await;
    let first = add(&world, json!({"Error": "ServiceFault"})).await["Fault"].as_i64();
    world.done("POST", "/snapshots/one/restore", Value::Null).await;
    assert_eq!(rules(&world).await, [Value::Null; 0]);
    let second = add(&world, json!({"Error": "ServiceFault"})).await["Fault"].as_i64();
    assert!(first < second, "{first:?} {second:?}");
}

#[tokio::test]
async fn a_call_goes_on_when_the_rule_that_delays_it_is_removed() {
    let world = World::new().await;
    world.done("POST", "/snapshots/none", Value::Null).await;
    let removals = [
        ("DELETE", "/faults".to_owned(), Value::Null),
        ("DELETE", "/faults?fault=".to_owned(), Value::Null),
        ("POST", "/reset".to_owned(), json!({})),
        ("POST", "/snapshots/none/restore".to_owned(), Value::Null),
        ("PUT", "/world".to_owned(), json!({})),
    ];
    for (method, path, body) in removals {
        let other = add(&world, json!({"Operation": "GetHIT", "LatencyMs": 55_000})).await;
        let rule = json!({"Operation": "ListHITs", "LatencyMs": 55_000, "Times": 1});
        let added = add(&world, rule).await;
        let (begun, caller) = (std::time::Instant::now(), world.clone());
        let delayed = tokio::spawn(async move { call(&caller, "ListHITs", json!({})).await });
        let mut changes = world.emulator.engine().changes();
        while rules(&world).await.len() > 1 {
            assert!(changes.next().await);
        }
        let path_of = |path: &str, rule: &Value| match path.strip_suffix('=') {
            Some(_) => format!("{path}{}", rule["Fault"]),
            None => path.to_owned(),
        };
        if path.ends_with('=') {
            world.done(method, &path_of(&path, &other), Value::Null).await;
            assert!(!delayed.is_finished());
        }
        world.done(method, &path_of(&path, &added), body).await;
        assert_eq!(delayed.await.unwrap(), ok(), "{path}");
        assert!(begun.elapsed().as_secs() < 50, "{path}");
        world.done("DELETE", "/faults", Value::Null).await;
    }
}

#[tokio::test]
async fn whoever_adds_rules_is_answered_with_these() {
    let world = World::new().await;
    let adding = (0..40).map(|number| {
        let world = world.clone();
        tokio::spawn(async move {
            let message = format!("rule {number}");
            let rule = json!({"Error": "InsufficientFunds", "Message": message});
            let added = world.done("POST", "/faults", json!([rule, rule])).await;
            let added = added["Faults"].as_array().unwrap().clone();
            assert_eq!(added.len(), 2);
            assert!(added.iter().all(|rule| rule["Message"] == message), "{added:?}");
            added
        })
    });
    let mut added = Vec::new();
    for adding in adding.collect::<Vec<_>>() {
        added.extend(adding.await.unwrap());
    }
    added.sort_by_key(|rule| rule["Fault"].as_i64());
    assert_eq!(added, rules(&world).await);
}

#[tokio::test]
async fn ten_thousand_rules_are_kept_and_no_more() {
    let world = World::new().await;
    let rules = |count: usize| {
        let rule = json!({"Operation": "GetHIT", "Error": "ThrottlingException"});
        json!(vec![rule; count])
    };
    let refused = async |count: usize| {
        let (status, answer) = world.control("POST", "/faults", rules(count)).await;
        assert_eq!(status, 400, "{count}");
        answer.to_string()
    };
    let why = refused(10_001).await;
    assert!(why.contains("Faults[10000]") && why.contains("more than 10000 rules"), "{why}");
    assert_eq!(self::rules(&world).await, [Value::Null; 0]);
    let added = world.done("POST", "/faults", rules(10_000)).await;
    assert_eq!(added["Faults"].as_array().unwrap().len(), 10_000);
    assert!(refused(1).await.contains("more than 10000 rules"));
    // They are read by operation: another call does not meet them.
    assert_eq!(call(&world, "GetAccountBalance", json!({})).await, ok());
    assert_eq!(call(&world, "GetHIT", json!({"HITId": "3H"})).await, throttled());
    let one = &added["Faults"][0]["Fault"];
    world.done("DELETE", &format!("/faults?fault={one}"), Value::Null).await;
    world.done("POST", "/faults", rules(1)).await;
    assert!(refused(1).await.contains("more than 10000 rules"));
}
