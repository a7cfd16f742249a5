//! The harness: a market in process, asked through its front, without sockets.
//!
//! The clock stands at [`START`] and ids come from seed 1, so that every answer is known before.
//! With `MTURK_LOCAL_TEST_DATABASE` set to a URL of PostgreSQL each world is a schema of its own in
//! that database, and stays there; otherwise it is a SQLite file, and goes with the world.
//! Each answer of the Requester API is compared with the model, whatever the test is about.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use mturk_local::emulator::{Backend, Front, Options, is_dropped};
use mturk_local::engine::{Start, StartAt};
use mturk_local::rules::worker_cookie;
use mturk_local::time::Instant;
use serde_json::{Value, json};
use sqlx::Connection;
use tempfile::TempDir;

use crate::shape;

/// Where the clock of every world stands at first: 2026-01-01T00:00:00Z, in epoch seconds.
pub const START: i64 = 1_767_225_600;

/// A market, and who asks.
#[derive(Clone)]
pub struct World {
    /// The market.
    pub emulator: Backend,
    /// Where its store is, so that it can be opened again.
    pub database: String,
    /// What answers its requests.
    pub front: Front,
    access_key: Option<String>,
    folder: Option<Arc<TempDir>>,
}

/// An answer as it came.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    /// Whether the connection is closed instead.
    pub is_dropped: bool,
}

impl Reply {
    /// The body, which is JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }
}

impl World {
    /// A new market.
    pub async fn new() -> Self {
        Self::with(|_| ()).await
    }

    /// A new market with other options.
    pub async fn with(change: impl FnOnce(&mut Options)) -> Self {
        let (database, folder) = new_database().await;
        let mut options = Options {
            database: Some(database.clone()),
            start: Start { at: Some(StartAt::Instant(Instant(START * 1000))), freeze: true },
            seed: Some(1),
            ..Options::default()
        };
        change(&mut options);
        Self::start(options, database, folder).await
    }

    /// Waits until all is done that was sent, whoever waits for the answer.
    pub async fn finished(&self) {
        self.front.finished().await;
    }

    /// The market that lies at `database`; nobody else removes it.
    pub async fn at(database: String, change: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options { database: Some(database.clone()), ..Options::default() };
        change(&mut options);
        Self::start(options, database, None).await
    }

    async fn start(options: Options, database: String, folder: Option<Arc<TempDir>>) -> Self {
        let emulator = Backend::start(options).await.unwrap();
        let front = emulator.front();
        Self { emulator, database, front, access_key: None, folder }
    }

    /// The same store in a new process, so to say. No clone of this world may be left.
    pub async fn restarted(self) -> Self {
        self.restarted_with(|_| ()).await
    }

    /// As [`World::restarted`], with other options.
    pub async fn restarted_with(self, change: impl FnOnce(&mut Options)) -> Self {
        let Self { emulator, database, front, access_key, folder } = self;
        emulator.engine().store().close().await;
        drop((emulator, front));
        let mut options = Options { database: Some(database.clone()), ..Options::default() };
        change(&mut options);
        Self { access_key, ..Self::start(options, database, folder).await }
    }

    /// A second process on the same store, which only PostgreSQL allows.
    pub async fn neighbour(&self) -> Self {
        self.neighbour_with(|_| ()).await
    }

    /// As [`World::neighbour`], with other options.
    pub async fn neighbour_with(&self, change: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options { database: Some(self.database.clone()), ..Options::default() };
        change(&mut options);
        Self::start(options, self.database.clone(), None).await
    }

    /// The same market, asked by the requester with this access key.
    pub fn by(&self, access_key: &str) -> Self {
        Self { access_key: Some(access_key.to_owned()), ..self.clone() }
    }

    /// The `Cookie` header of a browser in which that worker was chosen.
    pub async fn cookie(&self, worker_id: &str) -> String {
        let key = self.emulator.engine().page_key().await.unwrap();
        format!("mturk_local_worker={}", worker_cookie::value(&key, worker_id))
    }

    /// Sends any request.
    pub async fn send(&self, request: Request<Body>) -> Reply {
        let answer = self.front.answer(request).await;
        let is_dropped = is_dropped(&answer);
        let (parts, body) = answer.into_parts();
        let text = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        let text = String::from_utf8(text).unwrap();
        Reply { status: parts.status.as_u16(), headers: parts.headers, text, is_dropped }
    }

    /// A request of the Requester API as a client without a signature, or with any, sends it.
    pub fn request(&self, operation: &str, body: impl Into<Body>) -> Request<Body> {
        let request = Request::post("/")
            .header("host", "127.0.0.1:1770")
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", format!("MTurkRequesterServiceV20170117.{operation}"));
        let request = match &self.access_key {
            None => request,
            Some(key) => request
                .header("x-amz-date", "20260101T000000Z")
                .header("authorization", authorization(key)),
        };
        request.body(body.into()).unwrap()
    }

    /// Calls an operation; status and body.
    pub async fn call(&self, operation: &str, body: Value) -> (u16, Value) {
        let reply = self.send(self.request(operation, body.to_string())).await;
        shape::check(operation, &reply);
        (reply.status, reply.json())
    }

    /// Calls an operation that succeeds.
    pub async fn ok(&self, operation: &str, body: Value) -> Value {
        let (status, answer) = self.call(operation, body).await;
        assert_eq!(status, 200, "{operation}: {answer}");
        answer
    }

    /// Calls an operation that is refused with 400: `type code: message`, without the suffix.
    pub async fn fault(&self, operation: &str, body: Value) -> String {
        let (status, answer) = self.call(operation, body).await;
        assert_eq!(status, 400, "{operation}: {answer}");
        shape::fault(&answer)
    }

    /// Asks the control API.
    pub async fn control(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let request = Request::builder().method(method).uri(format!("/_mturk{path}"));
        let request = request.header("host", "localhost").body(body).unwrap();
        let reply = self.send(request).await;
        shape::check_control(&reply);
        (reply.status, reply.json())
    }

    /// Asks the control API for something that it does.
    pub async fn done(&self, method: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.control(method, path, body).await;
        assert_eq!(status, 200, "{method} {path}: {answer}");
        answer
    }

    /// Moves the clock; how many timers that settled.
    pub async fn advance(&self, span: &str) -> u64 {
        let answer = self.done("POST", "/clock", json!({"advance": span})).await;
        answer["settled"].as_u64().unwrap()
    }

    /// Makes a HIT; its id.
    pub async fn create_hit(&self, changes: Value) -> String {
        let made = self.ok("CreateHIT", hit(changes)).await;
        made["HIT"]["HITId"].as_str().unwrap().to_owned()
    }

    /// The HIT as GetHIT shows it.
    pub async fn hit(&self, hit_id: &str) -> Value {
        self.ok("GetHIT", json!({"HITId": hit_id})).await["HIT"].take()
    }

    /// Status and counters: `Assignable 2 available 1 pending 0 completed`.
    pub async fn standing(&self, hit_id: &str) -> String {
        let hit = self.hit(hit_id).await;
        format!(
            "{} {} available {} pending {} completed",
            hit["HITStatus"].as_str().unwrap(),
            hit["NumberOfAssignmentsAvailable"],
            hit["NumberOfAssignmentsPending"],
            hit["NumberOfAssignmentsCompleted"],
        )
    }

    /// A worker accepts a HIT; the assignment's id.
    pub async fn accept(&self, worker: &str, hit_id: &str) -> String {
        let path = format!("/workers/{worker}/accept");
        let taken = self.done("POST", &path, json!({"HITId": hit_id})).await;
        taken["AssignmentId"].as_str().unwrap().to_owned()
    }

    /// Work that was accepted is submitted.
    pub async fn submit(&self, assignment_id: &str) -> Value {
        let path = format!("/assignments/{assignment_id}/submit");
        self.done("POST", &path, json!({"Answers": {"q": "yes"}})).await
    }

    /// A worker accepts and hands in; the assignment's id.
    pub async fn work(&self, worker: &str, hit_id: &str) -> String {
        let sent = json!({"WorkerId": worker, "Answers": {"q": "yes"}});
        let done = self.done("POST", &format!("/hits/{hit_id}/submissions"), sent).await;
        done["AssignmentId"].as_str().unwrap().to_owned()
    }

    /// Whether the store is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        self.emulator.engine().store().is_shared()
    }
}

/// An Authorization header whose signature is made up: in open mode an unknown key needs no other.
pub fn authorization(access_key: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 \
         Credential={access_key}/20260101/us-east-1/mturk-requester/aws4_request, \
         SignedHeaders=host;x-amz-date;x-amz-target, Signature={}",
        "0".repeat(64)
    )
}

/// An ExternalQuestion.
pub const QUESTION: &str = concat!(
    "<ExternalQuestion xmlns=\"http://mechanicalturk.amazonaws.com/",
    "AWSMechanicalTurkDataSchemas/2006-07-14/ExternalQuestion.xsd\">",
    "<ExternalURL>https://example.com/task</ExternalURL><FrameHeight>400</FrameHeight>",
    "</ExternalQuestion>"
);

/// A request of CreateHIT, with changes; a null takes a member away.
pub fn hit(changes: Value) -> Value {
    let hit = json!({
        "Title": "Label a picture",
        "Description": "Say what is in the picture",
        "Reward": "0.05",
        "AssignmentDurationInSeconds": 600,
        "LifetimeInSeconds": 86_400,
        "MaxAssignments": 3,
        "Question": QUESTION,
    });
    changed(hit, changes)
}

/// An object with other members; a null takes a member away.
pub fn changed(mut object: Value, changes: Value) -> Value {
    let fields = object.as_object_mut().unwrap();
    let Value::Object(changes) = changes else { panic!("{changes} is no object") };
    for (name, value) in changes {
        match value {
            Value::Null => drop(fields.shift_remove(&name)),
            value => drop(fields.insert(name, value)),
        }
    }
    object
}

/// A place for a market that is not there yet; the folder, if there is one, goes with it.
pub async fn new_database() -> (String, Option<Arc<TempDir>>) {
    if let Ok(server) = std::env::var("MTURK_LOCAL_TEST_DATABASE") {
        return (new_schema(&server).await, None);
    }
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("market.db").display());
    (url, Some(Arc::new(folder)))
}

async fn new_schema(server: &str) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("it_{}_{count}", std::process::id());
    let mut connection = sqlx::PgConnection::connect(server).await.unwrap();
    let text = sqlx::AssertSqlSafe(format!("CREATE SCHEMA {name}"));
    sqlx::query(text).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let mark = if server.contains('?') { '&' } else { '?' };
    format!("{server}{mark}options[search_path]={name}")
}
