//! The site while its database is away.

use axum::body::Body;
use axum::http::Request;
use mturk_local::emulator::Options;
use serde_json::json;

use crate::world::World;

const PAGES: [&str; 12] = [
    "/",
    "/projects",
    "/projects/3GROUP/tasks",
    "/tasks",
    "/dashboard",
    "/earnings",
    "/status_details/2026-01-01",
    "/qualifications",
    "/qualifications/3TYPE",
    "/messages",
    "/workers",
    "/mturk/clock",
];

#[tokio::test]
async fn every_page_says_so_and_shows_no_time() {
    for known_only in [false, true] {
        let world = World::with(|options: &mut Options| {
            options.market.known_workers_only = known_only;
        });
        let world = world.await;
        // The key of the cookie is known before.
        world.cookie("A1").await;
        world.emulator.engine().store().close().await;
        let status = if world.is_postgres() { 503 } else { 500 };
        for page in PAGES {
            for browser in [world.browser("A1"), world.stranger()] {
                for path in [page.to_owned(), format!("{page}?workerId=A2")] {
                    let reply = browser.send("GET", &path, &[], "").await;
                    assert_eq!(reply.status, status, "{path}: {}", reply.text);
                    assert!(!reply.text.contains("1970"), "{path}: {}", reply.text);
                    assert!(!reply.text.contains("now_ms"), "{path}: {}", reply.text);
                }
            }
        }
    }
}

#[tokio::test]
async fn the_apis_answer_as_they_do_for_failures() {
    let world = World::new().await;
    world.emulator.engine().store().close().await;
    let reply = world.send(world.request("GetAccountBalance", "{}")).await;
    assert_eq!((reply.status, &reply.json()["__type"]), (500, &json!("ServiceFault")));
    for (path, status, code) in [
        ("/_mturk/workers", 500, "ServiceFault"),
        ("/_mturk/health", 503, "Unavailable"),
        ("/_mturk/readyz", 503, "Unavailable"),
    ] {
        let request = Request::get(path).header("host", "localhost");
        let reply = world.send(request.body(Body::empty()).unwrap()).await;
        let answer = reply.json();
        assert_eq!((reply.status, &answer["error"]["code"]), (status, &json!(code)), "{answer}");
    }
}
