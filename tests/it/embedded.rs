//! The library in process, as a test of another crate uses it.

use std::future::IntoFuture as _;
use std::net::SocketAddr;
use std::process::Command;
use std::time::{Duration, UNIX_EPOCH};
use std::{env, fs};

use axum::body::Bytes;
use axum::http::Request;
use mturk_local::http_client::HttpClient;
use mturk_local::{Auth, Builder, Emulator, Error, OpenError, Profile};
use serde_json::{Value, json};

use crate::world::{START, hit, new_database};

const DAY: Duration = Duration::from_hours(24);

fn at_start() -> Builder {
    Emulator::builder().clock("2026-01-01T00:00:00Z").unwrap().freeze().seed(1)
}

/// The status of the answer to a request over a socket, if anybody listens there.
async fn status(url: &str) -> Option<u16> {
    let request = Request::get(format!("{url}/_mturk/clock")).body(Bytes::new()).unwrap();
    let answer = HttpClient::default().send(request, 1 << 20).await.ok()?;
    Some(answer.status().as_u16())
}

async fn create_hit(turk: &Emulator) -> String {
    let made = turk.call("CreateHIT", hit(json!({"AutoApprovalDelayInSeconds": 86_400}))).await;
    made.unwrap()["HIT"]["HITId"].as_str().unwrap().to_owned()
}

async fn statuses(turk: &Emulator, hit_id: &str) -> Vec<String> {
    let listed = turk.call("ListAssignmentsForHIT", json!({"HITId": hit_id})).await.unwrap();
    let works = listed["Assignments"].as_array().unwrap().iter();
    works.map(|work| work["AssignmentStatus"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_test_plays_the_workers_and_moves_the_clock() {
    let turk = at_start().fixture("minimal").profile(Profile::Production).start().await.unwrap();
    assert_eq!(status(turk.url()).await, Some(200));
    let hit_id = create_hit(&turk).await;
    let work = turk.submit(&hit_id, json!({"label": "cat"})).worker_id("A1ANNA0000000");
    let work = work.accept_time("-20m").submit_time("-10m").await.unwrap();
    assert_eq!((&work["WorkerId"], &work["HITId"]), (&json!("A1ANNA0000000"), &json!(hit_id)));
    let standing = turk.wait(&hit_id).submitted(1).await.unwrap();
    assert_eq!((&standing["Submitted"], &standing["Available"]), (&json!(1), &json!(2)));
    let start = UNIX_EPOCH + Duration::from_secs(START.unsigned_abs());
    assert_eq!(turk.clock().now().await.unwrap(), start);
    assert_eq!(turk.clock().advance(DAY).await.unwrap(), start + DAY);
    assert_eq!(statuses(&turk, &hit_id).await, ["Approved"]);
    let month = turk.clock().set("+30d").await.unwrap();
    assert_eq!(month, start + 31 * DAY);
    assert!(turk.clock().resume().await.unwrap() >= month);
    assert!(turk.clock().freeze().await.unwrap() < month + DAY);
    turk.stop().await.unwrap();
}

#[tokio::test]
async fn a_market_is_loaded_dumped_and_reset() {
    let turk = at_start().start().await.unwrap();
    let count = async || turk.dump().await.unwrap()["HITs"].as_array().map_or(0, Vec::len);
    let world = include_str!("../../fixtures/minimal.json");
    assert_eq!(turk.load(world).await.unwrap()["Loaded"]["HITs"], 1);
    let dumped = turk.dump().await.unwrap();
    let hit_id = create_hit(&turk).await;
    assert_eq!(count().await, 2);
    turk.reset().await.unwrap();
    assert_eq!(count().await, 0);
    turk.load(world).await.unwrap();
    assert_eq!(create_hit(&turk).await, hit_id, "the ids begin anew");
    turk.reset().await.unwrap();
    turk.load(&dumped).await.unwrap();
    assert_eq!(turk.dump().await.unwrap(), dumped);
    let bert = json!({"WorkerId": "A1BERT0000000", "Masters": true});
    let added = turk.control("POST", "/_mturk/workers", Some(bert)).await.unwrap();
    assert_eq!(added["Masters"], true);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn emulators_know_nothing_of_each_other() {
    let (one, other) = tokio::join!(at_start().start(), at_start().start());
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_ne!(one.url(), other.url());
    let (hit_id, same) = tokio::join!(create_hit(&one), create_hit(&other));
    assert_eq!(hit_id, same, "both have seed 1");
    one.submit(&hit_id, json!({"q": "yes"})).await.unwrap();
    one.clock().advance(DAY).await.unwrap();
    assert_eq!(statuses(&one, &hit_id).await, ["Approved"]);
    assert_eq!(statuses(&other, &hit_id).await, [""; 0]);
    let url = one.url().to_owned();
    drop(one);
    let gone = async {
        while status(&url).await.is_some() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), gone).await.unwrap();
    assert_eq!(status(other.url()).await, Some(200));
}

#[tokio::test]
async fn a_market_that_is_kept_goes_on() {
    let (database, _folder) = new_database().await;
    let turk = at_start().database(&database).start().await.unwrap();
    let hit_id = create_hit(&turk).await;
    turk.stop().await.unwrap();
    let turk = Emulator::builder().database(&database).start().await.unwrap();
    let found = turk.call("GetHIT", json!({"HITId": hit_id})).await.unwrap();
    assert_eq!(found["HIT"]["HITId"], json!(hit_id));
    turk.stop().await.unwrap();
}

#[tokio::test]
async fn only_known_requesters_call_a_strict_market() {
    let strict = || at_start().auth(Auth::Strict);
    let turk = strict().credential("AKFIRST", "one").credential("AKSECOND", "two");
    let turk = turk.start().await.unwrap();
    turk.call("GetAccountBalance", json!({})).await.unwrap();
    assert_eq!(status(turk.url()).await, Some(401), "a caller without the admin token");
    let requesters = turk.dump().await.unwrap()["Requesters"].take();
    let keys = requesters.as_array().unwrap().iter().map(|requester| &requester["AccessKeyId"]);
    assert_eq!(keys.collect::<Vec<_>>(), ["AKFIRST", "AKSECOND"]);
    let refused = strict().start().await.unwrap().call("ListHITs", json!({})).await;
    assert!(matches!(refused, Err(Error::Refused { .. })), "{refused:?}");
}

#[tokio::test]
async fn each_option_that_is_wrong_has_an_error_of_its_own() {
    let start = async |builder: Builder| builder.start().await.unwrap_err();
    let new = Emulator::builder;
    assert!(matches!(new().clock("soon"), Err(Error::Clock(_))));
    let error = start(new().fixture("nowhere")).await;
    assert!(matches!(&error, Error::Fixture(why) if why.contains("nowhere")), "{error}");
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("broken.json");
    fs::write(&broken, r#"{"HITs": [{"HITTypeId": "3NOTHERE"}]}"#).unwrap();
    let error = start(new().fixture(broken.to_str().unwrap())).await;
    assert!(
        matches!(&error, Error::Fixture(why) if why.contains("broken.json, line 1")),
        "{error}"
    );
    let error = start(new().credential("a/b", "secret")).await;
    assert!(matches!(&error, Error::Credential(key) if key == "a/b"), "{error}");
    let error = start(new().listen(([0, 0, 0, 0], 0))).await;
    assert!(matches!(error, Error::NotLoopback(_)), "{error}");
    let error = start(new().sqs_endpoint("https://sqs.us-east-1.amazonaws.com")).await;
    assert!(matches!(error, Error::Endpoint(_)), "{error}");
    for bad in [new().allow_outbound("http://x"), new().robot_key_env("sk-1")] {
        let error = start(bad).await;
        assert!(matches!(error, Error::Outbound(_)), "{error}");
    }
    let error = start(new().database("mysql://localhost/x")).await;
    assert!(matches!(error, Error::Database(OpenError::Unusable(_))), "{error}");
    let database = format!("sqlite:{}", folder.path().join("market.db").display());
    let turk = new().database(&database).start().await.unwrap();
    let error = start(new().database(&database)).await;
    assert!(matches!(error, Error::Database(OpenError::InUse(_))), "{error}");
    let taken: SocketAddr = turk.url().trim_start_matches("http://").parse().unwrap();
    let error = start(new().listen(taken)).await;
    assert!(matches!(&error, Error::Listen { address, .. } if *address == taken), "{error}");
}

#[tokio::test]
async fn what_is_refused_has_a_code() {
    let turk = at_start().start().await.unwrap();
    let code = |answer: Result<Value, Error>| match answer {
        Err(Error::Refused { code, message }) if !message.is_empty() => code,
        other => panic!("{other:?}"),
    };
    let unknown = "3UNKNOWN00000000000000000000AA";
    let asked = turk.call("GetHIT", json!({"HITId": unknown})).await;
    assert_eq!(code(asked), "AWS.MechanicalTurk.HITDoesNotExist");
    assert_eq!(code(turk.call("GetIt", json!({})).await), "UnknownOperationException");
    assert_eq!(code(turk.submit(unknown, json!({})).await), "HITDoesNotExist");
    assert_eq!(code(turk.load("{").await), "BadWorld");
    let hit_id = create_hit(&turk).await;
    let wait = turk.wait(&hit_id).status("Reviewable").approved(1).rejected(1);
    assert_eq!(code(wait.timeout(Duration::ZERO).into_future().await), "Timeout");
    let past = turk.clock().set("2025-01-01T00:00:00Z").await;
    assert_eq!(code(past.map(|_| json!({}))), "Conflict");
    for (method, path) in [("GET", "/projects"), ("G T", "/_mturk/events"), ("GET", "/_mturk/ ")] {
        let answer = turk.control(method, path, None).await;
        assert!(matches!(answer, Err(Error::Request(_))), "{method} {path}: {answer:?}");
    }
}

/// Runs by itself, in a process whose folder of temporary files is its own.
#[tokio::test]
async fn a_dropped_emulator_removes_its_files() {
    let is_empty = || fs::read_dir(env::temp_dir()).unwrap().next().is_none();
    if env::var_os("TMPDIR").is_none_or(|folder| !folder.to_string_lossy().ends_with("alone")) {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("alone");
        fs::create_dir(&folder).unwrap();
        let mut test = Command::new(env::current_exe().unwrap());
        test.args(["--exact", "embedded::a_dropped_emulator_removes_its_files", "--nocapture"]);
        let ran = test.env("TMPDIR", &folder).output().unwrap();
        let printed = String::from_utf8(ran.stderr).unwrap();
        assert!(ran.status.success() && printed.is_empty(), "{printed}");
        assert!(String::from_utf8(ran.stdout).unwrap().contains("1 passed"));
        assert!(fs::read_dir(&folder).unwrap().next().is_none(), "the runtime ended first");
        return;
    }
    let turk = Emulator::builder().fixture("demo").start().await.unwrap();
    turk.dump().await.unwrap();
    assert!(!is_empty());
    turk.stop().await.unwrap();
    assert!(is_empty(), "stopped");
    let turk = Emulator::builder().fixture("demo").start().await.unwrap();
    create_hit(&turk).await;
    drop(turk);
    let removed = async {
        while !is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), removed).await.unwrap();
    let _left_to_the_runtime = Emulator::builder().start().await.unwrap();
    let _left_to_drop = Emulator::builder().start().await.unwrap();
}
