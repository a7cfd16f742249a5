//! A requester who has nothing to do with a market's owner, and asks for everything in it.

use std::collections::BTreeSet;

use mturk_local::ids::requester_of;
use mturk_local::ops::{Entry, OPERATIONS};
use mturk_local::turn::Access;
use mturk_local::wire::model;
use serde_json::{Value, json};

use super::full::{Full, SECRET};
use crate::state::state;
use crate::world::{World, changed};

/// The stranger's access key.
const STRANGER: &str = "stranger";
/// A HIT has either a layout or a question.
const LAYOUT: &str = "HITLayoutId";

/// Requests of the operation that name the owner's things, each member in turn.
fn requests(full: &Full, operation: &str) -> Vec<Value> {
    let members = model::operation(operation).unwrap().input;
    let good = full.good(operation);
    let mut requests = vec![good.clone()];
    for member in members {
        let mut with = |value: Value| {
            let mut only = json!({ member.name: value });
            if member.name == LAYOUT {
                only["Question"] = Value::Null;
            }
            requests.push(changed(good.clone(), only));
        };
        match full.ids(member.name) {
            [] => with(full.value(member)),
            ids => ids.iter().for_each(|id| with(id.as_str().into())),
        }
    }
    requests
}

/// What of the owner's an answer shows; what the request named itself is not counted.
fn leaked(full: &Full, asked: &Value, answer: &Value) -> Vec<String> {
    let (asked, answer) = (asked.to_string(), answer.to_string());
    let secret = [SECRET, "3.21", "/_mturk/files/"].map(str::to_owned);
    full.private_ids()
        .chain(&secret)
        .filter(|word| answer.contains(word.as_str()) && !asked.contains(word.as_str()))
        .cloned()
        .collect()
}

/// A stranger who has a HIT, work on it and a block, so that the market knows this requester.
async fn stranger(full: &Full) -> World {
    let stranger = full.world.by(STRANGER);
    let hit = stranger.create_hit(json!({"Title": "Mine"})).await;
    let work = full.world.work("A1ANNA0000000", &hit).await;
    stranger.ok("ApproveAssignment", json!({"AssignmentId": work})).await;
    stranger
}

/// What is in the store. On one that is shared, whoever delivers gives events their numbers some
/// time later; here they have them before anybody compares.
async fn settled(full: &Full) -> String {
    full.world.done("GET", "/events?limit=1", Value::Null).await;
    state(&full.world).await
}

fn lines(state: &str) -> BTreeSet<&str> {
    state.lines().collect()
}

/// Nothing may be altered; only a request that wrote may have done so, with what is the stranger's.
fn check_state(entry: &Entry, asked: &Value, status: u16, before: &str, after: &str) {
    let told = format!("{} {asked}", entry.name);
    // A test event is written after the operation's own turn, by who delivers it.
    let writes = !matches!(entry.access, Access::Read) || entry.name == "SendTestEventNotification";
    if status != 200 || !writes {
        let (was, is) = (lines(before), lines(after));
        let changed: Vec<_> = was.symmetric_difference(&is).collect();
        assert!(before == after, "{told} changed {changed:#?}");
        return;
    }
    let (before, after) = (lines(before), lines(after));
    let gone: Vec<_> = before.difference(&after).filter(|line| !is_free(line)).collect();
    assert!(gone.is_empty(), "{told} altered {gone:#?}");
}

/// The market's own row, which counts the ids that were given out; a table without rows; a row of
/// the stranger's.
fn is_free(line: &str) -> bool {
    line.contains("ids_made") || line.trim().is_empty() || line.contains(&requester_of(STRANGER))
}

#[tokio::test]
async fn a_stranger_sees_nothing_and_changes_nothing() {
    let full = Full::new().await;
    let stranger = stranger(&full).await;
    let mut refused = 0;
    for entry in OPERATIONS {
        for asked in requests(&full, entry.name) {
            let before = settled(&full).await;
            let (status, answer) = stranger.call(entry.name, asked.clone()).await;
            let leaked = leaked(&full, &asked, &answer);
            assert!(leaked.is_empty(), "{} {asked}: {leaked:?} in {answer}", entry.name);
            check_state(entry, &asked, status, &before, &state(&full.world).await);
            refused += usize::from(status != 200);
        }
    }
    assert!(refused > 100, "{refused}");
}

/// The walk is worth something only if its owner meets there what it looks for.
#[tokio::test]
async fn the_owner_sees_in_the_same_answers_what_a_stranger_does_not() {
    let full = Full::new().await;
    let mut seen = BTreeSet::new();
    for entry in OPERATIONS.iter().filter(|entry| matches!(entry.access, Access::Read)) {
        for asked in requests(&full, entry.name) {
            let (_, answer) = full.world.call(entry.name, asked.clone()).await;
            if !leaked(&full, &asked, &answer).is_empty() {
                seen.insert(entry.name);
            }
        }
    }
    let expected = [
        "GetAssignment",
        "GetFileUploadURL",
        "GetHIT",
        "GetQualificationType",
        "ListAssignmentsForHIT",
        "ListBonusPayments",
        "ListHITs",
        "ListHITsForQualificationType",
        "ListQualificationRequests",
        "ListQualificationTypes",
        "ListReviewPolicyResultsForHIT",
        "ListReviewableHITs",
        "ListWorkerBlocks",
    ];
    assert!(expected.iter().all(|name| seen.contains(name)), "{seen:?}");
    for name in ["CreateHIT", "CreateHITWithHITType"] {
        let mut requests = requests(&full, name).into_iter();
        let of_layout = requests.find(|asked| asked.get(LAYOUT).is_some()).unwrap();
        let made = full.world.ok(name, of_layout).await;
        assert!(made["HIT"]["Question"].as_str().unwrap().contains(SECRET), "{made}");
    }
}

#[tokio::test]
async fn a_stranger_cannot_go_on_with_the_owner_s_pages() {
    let full = Full::new().await;
    let stranger = stranger(&full).await;
    let mut lists = 0;
    for entry in OPERATIONS {
        let members = model::operation(entry.name).unwrap().input;
        if !members.iter().any(|member| member.name == "NextToken") {
            continue;
        }
        lists += 1;
        let asked = changed(full.good(entry.name), json!({"MaxResults": 1}));
        let page = full.world.ok(entry.name, asked.clone()).await;
        let token = page["NextToken"].as_str().unwrap_or_else(|| panic!("{}: {page}", entry.name));
        let asked = changed(asked, json!({"NextToken": token}));
        full.world.ok(entry.name, asked.clone()).await;
        let before = settled(&full).await;
        stranger.fault(entry.name, asked).await;
        assert!(state(&full.world).await == before, "{}", entry.name);
    }
    assert_eq!(lists, 10);
}
