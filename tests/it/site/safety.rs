//! What pages of others can make a worker's browser do: nothing, but to hand in work.

use axum::body::Body;
use axum::http::Request;
use rstest::rstest;
use serde_json::json;

use super::{group, location};
use crate::world::{Reply, World};

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
        assert_eq!(location(&reply), format!("/projects/{group_id}/tasks?workerId=A9"));
        assert!(!reply.headers.contains_key("set-cookie"));
    }
    assert_eq!(world.standing(&hit).await, "Assignable 3 available 0 pending 0 completed");
    let own = [("sec-fetch-site", "none")];
    let path = format!("/mturk/previewandaccept?groupId={group_id}&workerId=A9");
    let reply = world.stranger().send("GET", &path, &own, "").await;
    assert!(location(&reply).contains("assignment_id="));
    assert_eq!(world.standing(&hit).await, "Assignable 2 available 1 pending 0 completed");
}

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// A market under a name of the house, which browsers do not trust as they trust loopback.
async fn in_the_house() -> World {
    World::with(|options| options.host_check.hosts = vec!["lab.test".into()]).await
}

/// What a browser sends to such a name: no `Sec-Fetch-Site`.
async fn visit(world: &World, method: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
    let request = Request::builder().method(method).uri(path).header("host", "lab.test:1770");
    let cookie = world.cookie("A1").await.replace('=', "_1770=");
    let request = request.header("cookie", cookie);
    let sent = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    world.send(sent.body(Body::empty()).unwrap()).await
}

#[rstest]
#[case::an_image_in_a_frame(&[("referer", "http://lab.test:1770/mturk/frame/3HIT?workerId=A1")])]
#[case::another_site(&[("referer", "http://evil.example/")])]
#[case::no_referrer(&[])]
#[case::a_frame_that_renamed_itself(&[("referer", "http://lab.test:1770/projects")])]
#[tokio::test]
async fn a_browser_that_does_not_say_who_sent_it_changes_nothing(#[case] more: &[(&str, &str)]) {
    let world = in_the_house().await;
    let hit = world.create_hit(json!({})).await;
    let group_id = group(&world, &hit).await;
    let mut headers = vec![("user-agent", FIREFOX)];
    headers.extend(more);
    let preview = format!("/projects/{group_id}/tasks?workerId=A9");
    for path in [
        format!("/projects/{group_id}/tasks/accept_random?workerId=A9"),
        format!("/mturk/previewandaccept?groupId={group_id}&workerId=A9"),
    ] {
        for method in ["GET", "HEAD"] {
            let reply = visit(&world, method, &path, &headers).await;
            assert_eq!((reply.status, location(&reply)), (303, preview.clone()), "{path}");
            assert!(!reply.headers.contains_key("set-cookie"));
        }
        let json = visit(&world, "GET", &format!("{path}&format=json"), &headers).await;
        assert_eq!(json.status, 422, "{}", json.text);
        assert!(!json.headers.contains_key("set-cookie"));
    }
    assert_eq!(world.standing(&hit).await, "Assignable 3 available 0 pending 0 completed");
    let page = visit(&world, "GET", &preview, &headers).await;
    assert!(!page.headers.contains_key("set-cookie"));
    assert!(page.text.contains("You work as </span><strong>A1</strong>"), "{}", page.text);
    let form = "<input type=\"hidden\" name=\"workerId\" value=\"A9\">";
    let back = format!("name=\"next\" value=\"/projects/{group_id}/tasks\"");
    assert!(page.text.contains(form) && page.text.contains(&back), "{}", page.text);
}

#[rstest]
#[case("curl/8.14.1")]
#[case("python-requests/2.32.3")]
#[case("")]
#[tokio::test]
async fn a_program_accepts_and_switches_with_get(#[case] agent: &str) {
    let world = in_the_house().await;
    let hit = world.create_hit(json!({})).await;
    let path = format!("/projects/{}/tasks/accept_random?workerId=A9", group(&world, &hit).await);
    let reply = visit(&world, "GET", &path, &[("user-agent", agent)]).await;
    assert!(location(&reply).contains("assignment_id="), "{}", reply.text);
    let cookie = reply.headers["set-cookie"].to_str().unwrap();
    let kept = world.cookie("A9").await.replace('=', "_1770=");
    assert!(cookie.starts_with(&kept), "{cookie}");
    assert_eq!(world.standing(&hit).await, "Assignable 2 available 1 pending 0 completed");
}

#[rstest]
#[case("http://lab.test:1770", 303)]
#[case("null", 403)]
#[case("http://lab.test:9", 403)]
#[case("http://evil.example", 403)]
#[tokio::test]
async fn in_the_house_too_only_pages_of_the_site_write(#[case] origin: &str, #[case] status: u16) {
    let world = in_the_house().await;
    let hit = world.create_hit(json!({})).await;
    let path = format!("/projects/{}/tasks/accept_random", group(&world, &hit).await);
    let headers = [("user-agent", FIREFOX), ("origin", origin)];
    assert_eq!(visit(&world, "POST", &path, &headers).await.status, status);
    let pending = i64::from(status == 303);
    assert_eq!(world.hit(&hit).await["NumberOfAssignmentsPending"], pending);
    let chosen = visit(&world, "POST", "/workers", &headers).await;
    assert_eq!(chosen.status, status);
    assert_eq!(chosen.headers.contains_key("set-cookie"), status == 303);
}

#[tokio::test]
async fn choosing_a_worker_does_not_lead_to_an_acceptance() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let next = format!("/projects/{}/tasks/accept_random?workerId=A9", group(&world, &hit).await);
    let chosen = world.browser("A1").post("/workers", &format!("workerId=A2&next={next}")).await;
    assert_eq!(location(&chosen), "/projects");
}

/// Who is at work in the browser does not do what somebody else was meant to do.
#[tokio::test]
async fn nobody_stands_in_for_a_worker_that_cannot_be() {
    let world = World::with(|options| options.market.known_workers_only = true).await;
    world.done("PUT", "/workers/A1KNOWN", json!({})).await;
    let hit = world.create_hit(json!({})).await;
    let group = group(&world, &hit).await;
    let browser = world.browser("A1KNOWN");
    for id in ["anna", "A1UNKNOWN"] {
        let accept = format!("/projects/{group}/tasks/accept_random?workerId={id}");
        for path in
            [accept.clone(), format!("{accept}&format=json"), format!("/tasks?workerId={id}")]
        {
            let reply = browser.send("GET", &path, &[], "").await;
            assert_eq!(reply.status, 422, "{path}: {}", reply.text);
            assert!(reply.text.contains(id), "{}", reply.text);
        }
        assert_eq!(browser.post(&accept, "").await.status, 422);
    }
    assert_eq!(world.hit(&hit).await["NumberOfAssignmentsPending"], 0);
}

#[tokio::test]
async fn a_worker_that_cannot_be_is_named_and_not_chosen() {
    let world = World::with(|options| options.market.known_workers_only = true).await;
    world.done("PUT", "/workers/A1KNOWN", json!({})).await;
    let browser = world.stranger();
    for (id, said) in [
        ("anna", "“anna” in the address is no worker id"),
        ("%3Cb%3E", "“&#60;b&#62;” in the address is no worker id"),
        ("A1UNKNOWN", "There is no worker A1UNKNOWN, and only known workers"),
    ] {
        let page = browser.send("GET", &format!("/projects?workerId={id}"), &[], "").await;
        assert!(page.text.contains(said), "{}", page.text);
        assert!(page.text.contains("Choose a worker</a>"), "{}", page.text);
        assert!(!page.headers.contains_key("set-cookie"));
    }
    let page = browser.send("GET", "/projects?workerId=A1KNOWN", &[], "").await;
    let cookie = page.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with(&world.cookie("A1KNOWN").await));
    let page = browser.get("/workers").await;
    assert!(page.contains("A1KNOWN") && !page.contains("Work as a new worker"), "{page}");
    assert_eq!(browser.post("/workers", "new=1").await.status, 422);
    let unknown = browser.post("/workers", "workerId=A1UNKNOWN").await;
    assert_eq!(unknown.status, 422, "{}", unknown.text);
    assert!(!unknown.headers.contains_key("set-cookie"));
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
    for asset in ["site.css", "clock.js", "work.js", "framed.js", "icon.svg"] {
        size += browser.get(&format!("/assets/{asset}")).await.len();
    }
    assert!(size < 40_000, "{size}");
    for path in ["/assets/../Cargo.toml", "/assets/none.css", "/assets/%2e%2e/site.rs"] {
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
        options.host_check.cors_origins = vec!["http://app.test".into()];
    })
    .await;
    let page = world.stranger().get("/").await;
    assert!(page.contains("AWS_ENDPOINT_URL_MTURK=https://turk.test"), "{page}");
    world.create_hit(json!({})).await;
}

/// A cookie is good where it was made, and as it was made.
#[tokio::test]
async fn a_cookie_of_one_s_own_making_chooses_nobody() {
    let (world, other) = (World::new().await, World::with(|options| options.seed = Some(2)).await);
    let good = world.cookie("A1").await;
    for (cookie, status) in [
        (good.clone(), 200),
        (format!("{good}A"), 422),
        ("mturk_local_worker=A1".to_owned(), 422),
        (other.cookie("A1").await, 422),
    ] {
        let request = Request::get("/tasks").header("host", "localhost").header("cookie", &cookie);
        let reply = world.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(reply.status, status, "{cookie}: {}", reply.text);
    }
}

#[tokio::test]
async fn behind_https_the_cookie_is_secure() {
    for (url, secure) in [("https://turk.test", true), ("http://turk.test", false)] {
        let world = World::with(|options| {
            options.site.public_url = Some(url.into());
            options.host_check.hosts = vec!["turk.test".into()];
        })
        .await;
        let request = Request::post("/workers").header("host", "turk.test");
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let reply = world.send(request.body(Body::from("workerId=A1")).unwrap()).await;
        let cookie = reply.headers["set-cookie"].to_str().unwrap();
        assert_eq!(cookie.ends_with("; Secure"), secure, "{cookie}");
    }
}
