//! HTML of HITs at a host name of its own: what is served there, to whom, and who may submit.

use axum::body::Body;
use axum::http::Request;
use rstest::rstest;
use serde_json::json;

use super::{assignment, frame, group, html_question};
use crate::desk;
use crate::world::{Reply, World};

const HTML: &str = "<form method=\"post\" action=\"https://www.mturk.com/mturk/externalSubmit\">";

/// A market that browsers of this machine reach under every name that ends in `.localhost`.
async fn world() -> World {
    World::with(|options| options.host_check.frames.on_loopback = true).await
}

async fn html_hit(world: &World) -> String {
    world.create_hit(json!({"Question": html_question(HTML)})).await
}

async fn send(
    world: &World,
    method: &str,
    (host, path): (&str, &str),
    headers: &[(&str, &str)],
    body: &str,
) -> Reply {
    let request = Request::builder().method(method).uri(path).header("host", host);
    let request =
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    world.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

/// The host and the path of an address.
fn parts(address: &str) -> (&str, &str) {
    let rest = address.strip_prefix("http://").expect(address);
    rest.split_at(rest.find('/').unwrap())
}

async fn get(world: &World, address: &str) -> Reply {
    send(world, "GET", parts(address), &[], "").await
}

#[tokio::test]
async fn html_has_the_origin_of_its_requester() {
    let world = world().await;
    let hit = html_hit(&world).await;
    let browser = world.browser("A1");
    let group_id = group(&world, &hit).await;
    let preview = browser.get(&format!("/projects/{group_id}/tasks")).await;
    let work = browser.get(&browser.accept(&group_id).await).await;
    for page in [preview, work] {
        let has = "allow-scripts allow-forms allow-same-origin allow-popups";
        assert!(page.contains(has) && page.contains("allow-modals"), "{page}");
        assert!(page.contains("allow=\"camera; microphone;"), "{page}");
        let address = frame(&page);
        let (host, path) = parts(&address);
        assert!(host.starts_with("r-a") && host.ends_with(".localhost"), "{host}");
        let reply = get(&world, &address).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        assert!(reply.text.contains(&format!("action=\"http://{host}/mturk/externalSubmit\"")));
        let policy = reply.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("allow-same-origin"), "{policy}");
        assert!(policy.contains("; frame-ancestors http://localhost; form-action"), "{policy}");
        assert!(!reply.headers.contains_key("x-frame-options"));
        for other in ["localhost", "127.0.0.1:1770", "r-b.localhost", "r-b.localhost:1770"] {
            let reply = send(&world, "GET", (other, path), &[], "").await;
            assert_eq!(reply.status, 404, "{other}: {}", reply.text);
        }
    }
    let by = world.by("OTHER");
    let other = by.create_hit(json!({"Question": html_question(HTML), "Title": "Other"})).await;
    let other = group(&by, &other).await;
    let other = frame(&browser.get(&format!("/projects/{other}/tasks")).await);
    let own = world.browser("A2").get(&format!("/projects/{group_id}/tasks")).await;
    let own = frame(&own);
    assert_ne!(parts(&other).0, parts(&own).0, "each requester has storage of its own");
}

#[tokio::test]
async fn programs_get_an_address_at_the_site_s_own_name() {
    let world = world().await;
    let hit = html_hit(&world).await;
    let browser = world.browser("A1");
    let json = browser.json(&format!("/projects/{}/tasks", group(&world, &hit).await)).await;
    let accepted = world.done("POST", "/workers/A2/accept", json!({"HITId": hit})).await;
    for address in [&json["question"]["value"], &accepted["URL"]] {
        let reply = get(&world, address.as_str().unwrap()).await;
        assert_eq!(reply.status, 200, "{address}: {}", reply.text);
        let policy = reply.headers["content-security-policy"].to_str().unwrap();
        assert!(!policy.contains("allow-same-origin"), "{policy}");
    }
}

const SAFARI: &str = "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15";

#[rstest]
#[case::safari("localhost", &[("user-agent", SAFARI)])]
#[case::through_a_proxy("localhost", &[("x-forwarded-for", "10.0.0.9")])]
#[case::no_policy_names_this_host("[::1]:1770", &[])]
#[tokio::test]
async fn who_would_not_find_such_names_gets_none(
    #[case] host: &str,
    #[case] headers: &[(&str, &str)],
) {
    let world = world().await;
    let path = format!("/projects/{}/tasks", group(&world, &html_hit(&world).await).await);
    let page = send(&world, "GET", (host, &path), headers, "").await;
    let address = frame(&page.text);
    assert!(address.starts_with("/mturk/frame/"), "{address}");
    assert!(!page.text.contains("allow-same-origin"), "{}", page.text);
    let shown = send(&world, "GET", (host, &address), headers, "").await;
    assert_eq!(shown.status, 200, "{}", shown.text);
    assert_eq!(page.headers["cross-origin-opener-policy"], "same-origin");
}

#[rstest]
#[case::of_a_requester("r-a1.localhost")]
#[case::with_a_port("R-A1.localhost:1770")]
#[case::that_an_option_names("frames.test")]
#[tokio::test]
async fn a_host_of_frames_serves_nothing_else(#[case] host: &str) {
    let world = World::with(|options| {
        options.host_check.frames.url = Some("https://frames.test".into());
    })
    .await;
    let hit = html_hit(&world).await;
    let group = group(&world, &hit).await;
    for (method, path) in [
        ("GET", "/"),
        ("POST", "/"),
        ("GET", "/projects"),
        ("GET", "/workers"),
        ("POST", "/workers"),
        ("GET", &format!("/projects/{group}/tasks/accept_random?workerId=A1")),
        ("POST", &format!("/projects/{group}/tasks/accept_random?workerId=A1")),
        ("GET", "/mturk/preview?groupId=3X"),
        ("GET", "/mturk/clock"),
        ("GET", "/samples/survey.html"),
        ("GET", "/_mturk/health"),
        ("POST", "/_mturk/reset"),
        ("GET", "/requester/"),
        ("GET", "/requester/console"),
        ("POST", "/requester/sign-in"),
        ("GET", "/mturk/frame"),
        ("GET", "/mturk/frame/"),
        ("GET", "/mturk/frame/a/b?workerId=A1OTHER"),
        ("GET", "/mturk/frame/draft/a/b"),
        ("GET", "/mturk/frame/a%2Fb"),
        ("GET", "/assets/%00?workerId=A1OTHER"),
        ("GET", "/mturk/frame/../../projects"),
        ("GET", "/assets"),
    ] {
        let own = [("sec-fetch-site", "same-origin")];
        let reply = send(&world, method, (host, path), &own, "").await;
        assert_eq!(reply.status, 404, "{method} {path}: {}", reply.text);
        assert!(!reply.text.contains("A1OTHER"), "{method} {path}: {}", reply.text);
        assert!(!reply.headers.contains_key("set-cookie"), "{method} {path}");
    }
    let worker = [("service-worker", "script")];
    let script = send(&world, "GET", (host, "/assets/report.js"), &worker, "").await;
    assert_eq!(script.status, 404, "no script of ours answers for the frames");
    let css = send(&world, "GET", (host, "/assets/site.css"), &[], "").await;
    assert_eq!(css.status, 200);
    assert_eq!(send(&world, "GET", (host, "/mturk/frame/x"), &[], "").await.status, 404);
    assert_eq!(send(&world, "POST", (host, "/mturk/frame/x"), &[], "").await.status, 405);
    assert_eq!(send(&world, "GET", (host, "/mturk/externalSubmit"), &[], "").await.status, 422);
    assert_eq!(world.standing(&hit).await, "Assignable 3 available 0 pending 0 completed");
}

#[tokio::test]
async fn a_frame_shows_nothing_that_its_viewer_may_no_longer_see() {
    let world = world().await;
    let browser = world.browser("A1");
    let hit = html_hit(&world).await;
    let path = format!("/projects/{}/tasks", group(&world, &hit).await);
    let preview = frame(&browser.get(&path).await);
    let task = browser.accept(&group(&world, &hit).await).await;
    let work = frame(&browser.get(&task).await);
    assert_eq!((get(&world, &preview).await.status, get(&world, &work).await.status), (200, 200));
    let block = json!({"WorkerId": "A1", "Reason": "x"});
    world.ok("CreateWorkerBlock", block).await;
    assert_eq!(get(&world, &preview).await.status, 404, "blocked");
    assert_eq!(get(&world, &work).await.status, 200, "what is in hand may be finished");
    let id = assignment(&task);
    let answer = format!("assignmentId={id}&q=1");
    let sent = [("content-type", "application/x-www-form-urlencoded")];
    let to = ("localhost", "/mturk/externalSubmit");
    assert_eq!(send(&world, "POST", to, &sent, &answer).await.status, 200);
    assert_eq!(get(&world, &work).await.status, 404, "submitted");
    let deleted = world.create_hit(json!({"Question": html_question(HTML), "Title": "New"})).await;
    let path = format!("/projects/{}/tasks", group(&world, &deleted).await);
    let preview = frame(&world.browser("A2").get(&path).await);
    world.ok("UpdateExpirationForHIT", json!({"HITId": deleted, "ExpireAt": 0})).await;
    assert_eq!(get(&world, &preview).await.status, 200, "expired work is still looked at");
    world.ok("DeleteHIT", json!({"HITId": deleted})).await;
    assert_eq!(get(&world, &preview).await.status, 404, "deleted");
    let mut requester = desk::Browser::of(&world, "test").await;
    let page = requester.get(&world, &format!("/hits/{deleted}")).await.text;
    assert!(page.contains("/mturk/frame/"), "its requester still sees it: {page}");
}

#[tokio::test]
async fn work_of_a_hit_of_html_comes_from_its_frame() {
    let world = world().await;
    let hit = world.create_hit(json!({"Question": html_question(HTML), "MaxAssignments": 9})).await;
    let path = format!("/projects/{}/tasks", group(&world, &hit).await);
    let address = frame(&world.stranger().get(&path).await);
    let host = parts(&address).0;
    let own = format!("http://{host}");
    let mut count = 0;
    for (to, origin, site, status) in [
        (host, Some(own.as_str()), "same-origin", 200),
        ("localhost", Some(&own), "cross-site", 200),
        ("localhost", Some("null"), "cross-site", 200),
        ("localhost", None, "", 200),
        (host, Some("null"), "same-origin", 200),
        (host, Some("null"), "cross-site", 422),
        (host, Some("http://r-b.localhost"), "cross-site", 422),
        ("r-b.localhost", Some("http://r-b.localhost"), "same-origin", 422),
        ("localhost", Some("http://evil.example"), "cross-site", 422),
        ("localhost", Some("http://localhost:3000"), "same-site", 422),
    ] {
        count += 1;
        let id = world.accept(&format!("A{count}"), &hit).await;
        let mut headers = vec![("content-type", "application/x-www-form-urlencoded")];
        headers.extend(origin.map(|origin| ("origin", origin)));
        headers.extend([("sec-fetch-site", site)].into_iter().filter(|_| !site.is_empty()));
        let body = format!("assignmentId={id}&q=1");
        let reply = send(&world, "POST", (to, "/mturk/externalSubmit"), &headers, &body).await;
        assert_eq!(reply.status, status, "{origin:?} to {to}: {}", reply.text);
        if status != 200 {
            assert!(reply.text.contains("only the frame of the HIT may"), "{}", reply.text);
            world.done("POST", &format!("/assignments/{id}/return"), json!({})).await;
        }
    }
}

#[tokio::test]
async fn work_comes_by_a_link_from_its_frame_alone() {
    let world = world().await;
    let hit = world.create_hit(json!({"Question": html_question(HTML)})).await;
    let path = format!("/projects/{}/tasks", group(&world, &hit).await);
    let address = frame(&world.stranger().get(&path).await);
    let host = parts(&address).0;
    let id = world.accept("A1", &hit).await;
    let path = format!("/mturk/externalSubmit?assignmentId={id}&q=1");
    for (to, site, status) in [
        (host, "cross-site", 422),
        ("localhost", "cross-site", 422),
        ("localhost", "same-site", 422),
        ("r-b.localhost", "same-origin", 422),
        (host, "same-origin", 200),
    ] {
        let reply = send(&world, "GET", (to, &path), &[("sec-fetch-site", site)], "").await;
        assert_eq!(reply.status, status, "{site} to {to}: {}", reply.text);
    }
}

#[tokio::test]
async fn a_browser_s_cookies_are_bound_to_the_host() {
    let world = world().await;
    let path = "/projects?workerId=A1";
    let browser = &[("sec-fetch-site", "none")][..];
    let safari = &[("sec-fetch-site", "none"), ("user-agent", SAFARI)][..];
    for (host, headers, expected) in [
        ("127.0.0.1:1770", browser, "__Host-mturk_local_worker_1770="),
        ("localhost", browser, "__Host-mturk_local_worker="),
        // These drop secure cookies without TLS.
        ("localhost", safari, "mturk_local_worker="),
        ("localhost", &[], "mturk_local_worker="),
    ] {
        let reply = send(&world, "GET", (host, path), headers, "").await;
        let cookie = reply.headers["set-cookie"].to_str().unwrap();
        assert!(cookie.starts_with(expected), "{cookie}");
        let attributes = "; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000";
        assert!(cookie.contains(attributes), "{cookie}");
        let is_bound = expected.starts_with("__Host-");
        assert_eq!(cookie.ends_with("; Secure"), is_bound, "{cookie}");
        let plain = cookie.trim_start_matches("__Host-").split(';').next().unwrap();
        let kept = [("sec-fetch-site", "none"), ("cookie", plain)];
        let page = send(&world, "GET", (host, "/tasks?format=json"), &kept, "").await;
        assert_eq!(page.status, 422, "a neighbour may have set it: {}", page.text);
    }
}
