//! A request that takes too long is answered in the form of what was asked for.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use mturk_local::emulator::Options;
use mturk_local::store::Tx;
use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgConnection};

use crate::world::{World, hit};

/// What keeps every write waiting for as long as it is there.
enum Blocked {
    Sqlite { _writer: Box<Tx> },
    Postgres(Box<PgConnection>),
}

impl Blocked {
    async fn new(world: &World) -> Self {
        if !world.is_postgres() {
            let writer = world.emulator.engine().store().write().await.unwrap();
            return Self::Sqlite { _writer: Box::new(writer) };
        }
        let mut connection = PgConnection::connect(&world.database).await.unwrap();
        connection.execute("BEGIN; LOCK TABLE world IN ACCESS EXCLUSIVE MODE").await.unwrap();
        Self::Postgres(Box::new(connection))
    }

    async fn end(self) {
        if let Self::Postgres(mut connection) = self {
            connection.execute("COMMIT").await.unwrap();
        }
    }
}

/// A market with a HIT that ends in an hour and an assignment of it, whose server gives up soon.
async fn impatient() -> (World, String) {
    let world = World::new().await;
    let hit = world.create_hit(json!({"LifetimeInSeconds": 3600})).await;
    let assignment = world.accept("A1", &hit).await;
    let options = |options: &mut Options| options.max_time = Some(Duration::from_millis(100));
    (world.restarted_with(options).await, assignment)
}

/// Status, headers that matter and body of the answer to a form, or to JSON for the control API.
async fn asked(world: &World, method: &str, path: &str, body: String) -> (u16, String, String) {
    let kind = if path.starts_with("/_mturk") { "json" } else { "x-www-form-urlencoded" };
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "localhost")
        .header("content-type", format!("application/{kind}"))
        .body(Body::from(body));
    let reply = world.send(request.unwrap()).await;
    let header = |name| reply.headers.get(name).map_or("", |value| value.to_str().unwrap());
    let headers = format!("{} {}", header("content-type"), header("content-security-policy"));
    (reply.status, headers, reply.text)
}

/// A write of the control API, which is given up while writes are blocked.
async fn add_worker(world: &World, id: &str) -> (u16, Value) {
    let body = json!({"WorkerId": id}).to_string();
    let (status, _, text) = asked(world, "POST", "/_mturk/workers", body).await;
    (status, serde_json::from_str(&text).unwrap())
}

#[tokio::test]
async fn the_answer_has_the_form_of_what_was_asked_for() {
    let (world, assignment) = impatient().await;
    let blocked = Blocked::new(&world).await;
    let reply = world.send(world.request("CreateHIT", hit(json!({})).to_string())).await;
    assert_eq!(reply.status, 500);
    assert_eq!(reply.headers["content-type"], "application/x-amz-json-1.1");
    let fault = reply.json();
    assert_eq!(fault["__type"], "ServiceFault");
    assert_eq!(fault["TurkErrorCode"], "AWS.ServiceUnavailable");

    let (status, answer) = add_worker(&world, "A2").await;
    assert_eq!((status, &answer["error"]["code"]), (503, &json!("Timeout")));

    let work = format!("assignmentId={assignment}&q=yes");
    let (status, headers, text) = asked(&world, "POST", "/mturk/externalSubmit", work).await;
    assert_eq!(status, 503);
    assert!(headers.starts_with("text/html") && text.contains("did not answer in time"), "{text}");
    blocked.end().await;
}

#[tokio::test]
async fn a_page_that_takes_too_long_is_a_page() {
    let (world, _) = impatient().await;
    if !world.is_postgres() {
        // On SQLite a page that only reads never waits.
        return;
    }
    let blocked = Blocked::new(&world).await;
    let (status, headers, text) = asked(&world, "GET", "/projects", String::new()).await;
    assert_eq!(status, 503);
    assert!(headers.starts_with("text/html") && headers.contains("frame-ancestors 'none'"));
    assert!(text.contains("did not answer in time"), "{text}");
    blocked.end().await;
}

#[tokio::test]
async fn moves_of_the_clock_loads_and_resets_take_as_long_as_they_take() {
    let (world, _) = impatient().await;
    for (method, path, body) in [
        ("POST", "/clock", json!({"advance": "1d"})),
        ("GET", "/world", Value::Null),
        ("POST", "/world", json!({})),
        ("PUT", "/world", json!({})),
        ("POST", "/reset", json!({})),
    ] {
        let blocked = Blocked::new(&world).await;
        let long = world.control(method, path, body);
        let short = async {
            // When this is given up, the other would have been.
            let answer = add_worker(&world, "A3").await;
            blocked.end().await;
            answer.0
        };
        let ((status, answer), short) = tokio::join!(long, short);
        assert_eq!((status, short), (200, 503), "{method} {path}: {answer}");
    }
}
