//! Bad input for the control API, and callers that no route lets in.

use axum::body::Body;
use axum::http::Request;
use rstest::rstest;
use serde_json::{Value, json};

use super::nested;
use crate::shape;
use crate::state::state;
use crate::world::World;

#[tokio::test]
async fn the_control_api_refuses_what_it_cannot_read() {
    let world = World::new().await;
    let id = world.create_hit(json!({})).await;
    let work = world.accept("A1", &id).await;
    let before = state(&world).await;
    let (accept, submit) = ("/workers/A2/accept", format!("/assignments/{work}/submit"));
    for (path, body, status) in [
        (accept, "", 400),
        (accept, "{", 400),
        (accept, "[]", 400),
        (accept, "{\"HITId\":5}", 400),
        (accept, "{\"HITId\":\"3X\",\"HITTypeId\":\"3X\"}", 400),
        (accept, "{\"HITId\":\"\\u0000\"}", 400),
        (accept, "{\"HITTypeId\":\"\\u0000\"}", 400),
        (&submit, "\u{feff}{}", 400),
        (&submit, &nested(1000), 400),
        (&submit, "{\"Answer\":\"\\u0000\"}", 400),
        ("/assignments/%00/submit", "{}", 404),
        ("/assignments/%00/return", "", 404),
        ("/hits/%00/submissions", "{}", 404),
        ("/hits/x%27%20OR%201=1/submissions", "{}", 404),
        ("/workers/A%00/accept", "{\"HITId\":\"3X\"}", 404),
        ("/workers", "{\"Name\":\"a\\u0000b\"}", 400),
        ("/nothing", "{}", 404),
        ("/hits/%ff/submissions", "{}", 404),
    ] {
        let request = Request::post(format!("/_mturk{path}")).header("host", "localhost");
        let reply = world.send(request.body(Body::from(body.to_owned())).unwrap()).await;
        assert_eq!(reply.status, status, "{path} {body}: {}", reply.text);
        shape::check_control(&reply);
    }
    for (path, status) in [
        ("/workers/%00", 404),
        ("/workers?after=%00", 400),
        ("/workers?limit=0", 400),
        ("/workers?limit=many", 400),
        ("/workers?limit=1001", 400),
    ] {
        assert_eq!(world.control("GET", path, Value::Null).await.0, status, "{path}");
    }
    assert_eq!(world.control("DELETE", "/workers", Value::Null).await.0, 405);
    assert_eq!(state(&world).await, before);
    world.submit(&work).await;
}

/// A full disk, a database that went away: who runs the server is told where to look.
#[tokio::test]
async fn a_store_that_fails_is_named_to_the_control_api_alone() {
    let world = World::new().await;
    world.create_hit(json!({})).await;
    world.emulator.engine().store().close().await;
    let request = Request::get("/_mturk/world").header("host", "localhost");
    let reply = world.send(request.body(Body::empty()).unwrap()).await;
    let said = "The market's store failed; the log of the server says why.";
    assert_eq!((reply.status, &reply.json()["error"]["message"]), (500, &json!(said)));
    let call = Request::post("/").header("host", "localhost");
    let call = call.header("x-amz-target", "MTurkRequesterServiceV20170117.ListHITs");
    let reply = world.send(call.body(Body::from("{}")).unwrap()).await;
    assert_eq!(reply.status, 500);
    assert!(!reply.text.contains("store"), "{}", reply.text);
}

#[tokio::test]
async fn a_body_that_is_too_long_is_told_how_long_it_may_be() {
    let world = World::new().await;
    for (size, status) in [(1 << 20, 400), ((1 << 20) + 1, 413)] {
        let request = Request::post("/_mturk/reset").header("host", "localhost");
        let reply = world.send(request.body(Body::from("x".repeat(size))).unwrap()).await;
        assert_eq!(reply.status, status, "{}", reply.text);
        let told = reply.text.contains("The body has more than 1 MiB.");
        assert_eq!(told, status == 413, "{}", reply.text);
        shape::check_control(&reply);
    }
}

#[rstest]
#[case("evil.example", None, 403)]
#[case("localhost", Some("http://evil.example"), 403)]
#[case("localhost", Some("null"), 403)]
#[case("localhost:1770", Some("http://localhost:1770"), 200)]
#[tokio::test]
async fn strange_hosts_and_origins_stay_outside(
    #[case] host: &str,
    #[case] origin: Option<&str>,
    #[case] status: u16,
) {
    let world = World::new().await;
    let mut api = world.request("ListHITs", "{}");
    let mut control = Request::post("/_mturk/workers").body(Body::empty()).unwrap();
    for request in [&mut api, &mut control] {
        request.headers_mut().insert("host", host.parse().unwrap());
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().unwrap());
        }
    }
    for request in [api, control] {
        let reply = world.send(request).await;
        assert_eq!(reply.status, status, "{}", reply.text);
        assert_eq!(reply.headers.get("access-control-allow-origin"), None);
    }
}
