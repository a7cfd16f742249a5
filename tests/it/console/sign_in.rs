//! Who is let in: a browser that has shown the admin token, or a program that sends it.

use axum::body::Body;
use axum::http::Request;
use mturk_local::rules::url::Scheme;

use super::{CONSOLE, form_token, get, get_with, location, post, post_with, with_token};
use crate::world::World;

#[tokio::test]
async fn a_browser_signs_in_once() {
    let world = World::with(with_token).await;
    let there = "/requester/console/sign-in?next=%2Frequester%2Fconsole%2Fcalls%2F1";
    assert_eq!(location(&get(&world, "/calls/1").await), there);
    let shut = post(&world, "/do/resume", "").await;
    assert_eq!(location(&shut), "/requester/console/sign-in");
    assert_eq!(world.emulator.engine().clock().await.unwrap().clock.mode(), "frozen");
    let stream = get_with(&world, "/calls", &[("accept", "text/event-stream")]).await;
    assert_eq!(stream.status, 401);
    let bearer = get_with(&world, "", &[("authorization", "Bearer hush")]).await;
    assert_eq!(bearer.status, 200);
    assert_eq!(post(&world, "/sign-in", "token=wrong").await.status, 403);
    for (next, to) in [
        ("", CONSOLE),
        ("%2Frequester%2Fconsole%2Fcalls%2F1", "/requester/console/calls/1"),
        ("%2F%2Fevil.example", CONSOLE),
        ("%2Frequester%2Fconsole.evil", CONSOLE),
        ("%2Frequester%2Fconsole%2F..%2F..%2Fmturk%2Faccept", CONSOLE),
    ] {
        let signed_in = post(&world, "/sign-in", &format!("token=hush&next={next}")).await;
        assert_eq!(location(&signed_in), to);
        let cookie = signed_in.headers["set-cookie"].to_str().unwrap();
        for part in ["Path=/requester;", "HttpOnly", "SameSite=Strict"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains("hush") && !cookie.contains("Secure"));
        let sealed = cookie.split(';').next().unwrap();
        assert_eq!(get_with(&world, "", &[("cookie", sealed)]).await.status, 200);
        let changed = post_with(&world, "/do/resume", "", &[("cookie", sealed)]).await;
        assert_eq!(location(&changed), "/requester/console?done=resume", "by the control API");
        let worse = format!("{sealed}A");
        assert_eq!(get_with(&world, "", &[("cookie", &worse)]).await.status, 303);
    }
    let right = [("authorization", "Bearer hush")];
    let signed_out = post_with(&world, "/sign-out", "", &right).await;
    assert_eq!(location(&signed_out), "/requester/console/sign-in");
    let cookie = signed_out.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("mturk_local_console_1770=;") && cookie.contains("Max-Age=0"));
}

#[tokio::test]
async fn servers_at_other_ports_have_other_cookies() {
    let world = World::with(with_token).await;
    let mut good = Vec::new();
    for (host, name) in [
        ("localhost:1770", "mturk_local_console_1770"),
        ("localhost:1771", "mturk_local_console_1771"),
        ("localhost", "mturk_local_console"),
    ] {
        let headers = [("host", host)];
        let signed_in = post_with(&world, "/sign-in", "token=hush", &headers).await;
        let cookie = signed_in.headers["set-cookie"].to_str().unwrap();
        let (set, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
        assert_eq!(set, name);
        let many = format!("{name}=bad; {name}={value}; {name}=bad");
        let there = [("host", host), ("cookie", &*many)];
        assert_eq!(get_with(&world, "", &there).await.status, 200, "{host}");
        good.push(format!("{name}={value}"));
    }
    let elsewhere = [("host", "localhost:1771"), ("cookie", &*good[0])];
    assert_eq!(get_with(&world, "", &elsewhere).await.status, 303);
}

#[tokio::test]
async fn wrong_tokens_are_counted_and_lock_nobody_out() {
    let world = World::with(with_token).await;
    let wrong = [("authorization", "Bearer wrong")];
    for _ in 0..5 {
        assert_eq!(get_with(&world, "", &wrong).await.status, 303);
        assert_eq!(post(&world, "/sign-in", "token=wrong").await.status, 403);
        assert_eq!(get(&world, "").await.status, 303, "who sends none does not count");
    }
    assert_eq!(get_with(&world, "", &wrong).await.status, 429);
    assert_eq!(post(&world, "/sign-in", "token=wrong").await.status, 429);
    let right = [("authorization", "Bearer hush")];
    assert_eq!(get_with(&world, "", &right).await.status, 200);
    let signed_in = post(&world, "/sign-in", "token=hush").await;
    let cookie = signed_in.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap();
    let by_proxy = [("cookie", cookie), wrong[0]];
    assert_eq!(get_with(&world, "", &by_proxy).await.status, 200, "a proxy's own token");
}

#[tokio::test]
async fn the_token_is_not_sent_in_the_clear() {
    let world = World::with(|options| {
        with_token(options);
        options.host_check.any_address = true;
    })
    .await;
    let far = [("host", "10.0.0.5:1770")];
    let asked = get_with(&world, "/sign-in", &far).await;
    assert!(asked.text.contains("plain HTTP") && !asked.text.contains("type=\"password\""));
    let sent = post_with(&world, "/sign-in", "token=hush", &far).await;
    assert_eq!(sent.status, 403);
    assert!(!sent.headers.contains_key("set-cookie"));
}

#[tokio::test]
async fn through_tls_a_browser_signs_in_from_anywhere() {
    let public = Some("https://lab.example".to_owned());
    let world = World::with(|options| {
        with_token(options);
        options.host_check.public_origin = public;
        options.host_check.hosts = vec!["lab.example".to_owned(), "other.example".to_owned()];
    })
    .await;
    let sign_in = async |host: &str, scheme| {
        let answer_to = async |request: axum::http::request::Builder, form: String| {
            let request = request.uri(format!("{CONSOLE}/sign-in")).header("host", host);
            let mut request = request.body(Body::from(form)).unwrap();
            request.extensions_mut().insert(scheme);
            world.send(request).await
        };
        let page = answer_to(Request::builder(), String::new()).await;
        let cookie = page.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap();
        let sent = Request::builder().method("POST").header("cookie", cookie);
        let reply = answer_to(sent, format!("token=hush&csrf={}", form_token(&page))).await;
        reply.headers.get("set-cookie").map(|cookie| cookie.to_str().unwrap().to_owned())
    };
    for (host, scheme) in [("lab.example", Scheme::Http), ("other.example", Scheme::Https)] {
        assert!(sign_in(host, scheme).await.unwrap().contains("; Secure"), "{host}");
    }
    assert_eq!(sign_in("other.example", Scheme::Http).await, None, "the proxy has another name");
}

#[tokio::test]
async fn without_a_token_there_is_nothing_to_sign_in_to() {
    let world = World::new().await;
    assert_eq!(location(&get(&world, "/sign-in").await), CONSOLE);
    let page = get(&world, "").await.text;
    assert!(!page.contains("Sign out") && page.contains("Start page"));
}
