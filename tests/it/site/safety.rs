//! What pages of others can make a worker's browser do: nothing, but to hand in work.

use rstest::rstest;
use serde_json::json;

use super::group;
use crate::world::World;

#[rstest]
#[case("null")]
#[case("http://evil.example")]
#[case("http://127.0.0.1:5000")]
#[tokio::test]
async fn a_foreign_page_posts_work_and_nothing_else(#[case] origin: &str) {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let group_id = group(&world, &hit).await;
    let id = world.accept("A1", &hit).await;
    let headers = [("origin", origin), ("sec-fetch-site", "cross-site")];
    let browser = world.browser("A1");
    for path in [
        "/workers".to_owned(),
        format!("/projects/{group_id}/tasks/accept_random"),
        format!("/projects/{group_id}/tasks/next?auto_accept=true"),
        format!("/projects/{group_id}/tasks/{hit}?assignment_id={id}"),
        format!("/projects/{group_id}/tasks/{hit}/submit?assignment_id={id}"),
        "/qualifications/3X/request".to_owned(),
        "/_mturk/reset".to_owned(),
        format!("/_mturk/assignments/{id}/submit"),
        "/mturk/externalSubmit/../../_mturk/reset".to_owned(),
        "/".to_owned(),
    ] {
        let sent = "_method=delete&workerId=A9&new=1";
        assert_eq!(browser.send("POST", &path, &headers, sent).await.status, 403, "{path}");
    }
    assert_eq!(world.standing(&hit).await, "Assignable 2 available 1 pending 0 completed");
    let body = format!("assignmentId={id}&q=1");
    let reply = browser.send("POST", "/mturk/externalSubmit", &headers, &body).await;
    assert_eq!(reply.status, 200);
}

#[rstest]
#[case("cross-site")]
#[case("same-site")]
#[tokio::test]
async fn a_foreign_link_neither_accepts_nor_switches(#[case] site: &str) {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let group_id = group(&world, &hit).await;
    let path = format!("/projects/{group_id}/tasks/accept_random?workerId=A9");
    let headers = [("sec-fetch-site", site)];
    for path in [path, format!("/mturk/previewandaccept?groupId={group_id}&workerId=A9")] {
        let reply = world.browser("A1").send("GET", &path, &headers, "").await;
        assert_eq!(super::location(&reply), format!("/projects/{group_id}/tasks"));
        assert!(!reply.headers.contains_key("set-cookie"));
    }
    assert_eq!(world.standing(&hit).await, "Assignable 3 available 0 pending 0 completed");
    let own = [("sec-fetch-site", "none")];
    let path = format!("/mturk/previewandaccept?groupId={group_id}&workerId=A9");
    let reply = world.stranger().send("GET", &path, &own, "").await;
    assert!(super::location(&reply).contains("assignment_id="));
    assert_eq!(world.standing(&hit).await, "Assignable 2 available 1 pending 0 completed");
}

#[tokio::test]
async fn pages_stand_in_no_frame_and_load_nothing_from_elsewhere() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let preview = format!("/projects/{}/tasks", group(&world, &hit).await);
    let browser = world.browser("A1");
    for path in [
        "/",
        "/projects",
        &preview,
        "/tasks",
        "/dashboard",
        "/qualifications",
        "/messages",
        "/workers",
    ] {
        let reply = browser.send("GET", path, &[], "").await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text);
        assert_eq!(reply.headers["x-frame-options"], "DENY");
        let policy = reply.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(reply.text.len() < 20_000);
        let outside = reply.text.replace("https://example.com/task", "");
        assert!(!outside.contains("//") || path == "/", "{path}: {outside}");
    }
    let mut size = 0;
    for asset in ["site.css", "work.js", "framed.js", "icon.svg"] {
        size += browser.get(&format!("/assets/{asset}")).await.len();
    }
    assert!(size < 40_000, "{size}");
    for path in ["/assets/../Cargo.toml", "/assets/none.css", "/assets/%2e%2e/web.rs"] {
        assert_eq!(browser.send("GET", path, &[], "").await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn the_start_page_is_for_browsers_and_the_api_for_programs() {
    let world = World::new().await;
    let page = world.stranger().get("/").await;
    assert!(page.contains("AWS_ENDPOINT_URL_MTURK=http://localhost"), "{page}");
    assert_eq!(world.stranger().send("PUT", "/", &[], "").await.status, 404);
    let world = World::with(|options| {
        options.site.public_url = Some("https://turk.test".into());
        options.gate.cors_origins = vec!["http://app.test".into()];
    })
    .await;
    let page = world.stranger().get("/").await;
    assert!(page.contains("AWS_ENDPOINT_URL_MTURK=https://turk.test"), "{page}");
    world.create_hit(json!({})).await;
}
