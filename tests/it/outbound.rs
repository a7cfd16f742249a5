//! Requests to hosts that were named: nothing goes anywhere else.

use std::time::Duration;

use axum::body::Bytes;
use axum::http::{Request, Response};
use mturk_local::outbound::{Limits, Outbound, OutboundError, Policy};
use mturk_local::rules::outbound::AllowedHost;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const LIMITS: Limits = Limits { bytes: 100, time: Duration::from_secs(20) };

fn allowing(hosts: &[&str]) -> Outbound {
    let hosts = hosts.iter().map(|host| AllowedHost::parse(host).unwrap()).collect();
    Outbound::new(Policy { hosts, key_variables: vec!["PATH".into(), "NO_SUCH_KEY".into()] })
}

/// A server that answers one request with `answer`; its port, and then the request.
async fn server(answer: String) -> (u16, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"end") {
            let mut more = [0; 1024];
            let count = stream.read(&mut more).await.unwrap();
            request.extend(&more[..count]);
        }
        stream.write_all(answer.as_bytes()).await.unwrap();
        if answer.is_empty() {
            // Answers nothing until the client goes away.
            let _ = stream.read(&mut [0; 16]).await;
        }
        String::from_utf8(request).unwrap()
    });
    (port, served)
}

async fn post(
    outbound: &Outbound,
    url: &str,
    limits: Limits,
) -> Result<Response<Bytes>, OutboundError> {
    let request = Request::post(url).header("x-own", "1").body("the end".into()).unwrap();
    outbound.send(request, limits).await
}

#[tokio::test]
async fn a_named_host_gets_the_request() {
    let (port, served) = server("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".into()).await;
    let url = format!("http://localhost:{port}/a?b=c");
    let answer = post(&allowing(&["LOCALHOST"]), &url, LIMITS).await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.body()[..]), (200, &b"ok"[..]));
    let request = served.await.unwrap();
    let agent = concat!("user-agent: mturk-local/", env!("CARGO_PKG_VERSION"));
    let host = format!("host: localhost:{port}");
    for line in ["POST /a?b=c HTTP/1.1", &host, agent, "x-own: 1", "content-length: 7"] {
        assert!(request.lines().any(|found| found == line), "{line} in {request}");
    }
}

#[tokio::test]
async fn no_other_host_and_no_refused_address_is_asked() {
    let outbound = allowing(&["a.test:80", "169.254.169.254", "[fe80::1]", "0.0.0.0", "*.b.test"]);
    for (url, reason) in [
        ("http://127.0.0.1:1/", "the host 127.0.0.1:1 is not allowed"),
        ("http://a.test:81/", "the option --allow-outbound a.test:81 allows it"),
        ("http://b.test/", "not allowed"),
        ("ftp://a.test/", "the URL must be an http:// or https:// URL"),
        ("http://169.254.169.254/latest/meta-data", "169.254.169.254 is a link-local address"),
        ("https://[fe80::1]/", "fe80::1 is a link-local address"),
        ("http://0.0.0.0:1770/", "no single host"),
    ] {
        let why = post(&outbound, url, LIMITS).await.unwrap_err().to_string();
        assert!(why.contains(reason), "{url}: {why}");
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer() {
    let redirect =
        "HTTP/1.1 302 Found\r\nlocation: http://localhost:1/\r\ncontent-length: 0\r\n\r\n";
    let (port, served) = server(redirect.into()).await;
    let url = format!("http://127.0.0.1:{port}");
    let answer = post(&allowing(&["127.0.0.1", "localhost"]), &url, LIMITS).await.unwrap();
    assert_eq!(answer.status(), 302);
    assert_eq!(answer.headers()["location"], "http://localhost:1/");
    assert!(served.await.unwrap().starts_with("POST / HTTP/1.1\r\n"));
}

#[tokio::test]
async fn an_answer_is_bounded() {
    let outbound = allowing(&["127.0.0.1"]);
    for (length, is_whole) in [(100, true), (101, false)] {
        let body = "x".repeat(length);
        // Without a length, as long as the connection lasts.
        let (port, _) = server(format!("HTTP/1.1 200 OK\r\n\r\n{body}")).await;
        let answer = post(&outbound, &format!("http://127.0.0.1:{port}/"), LIMITS).await;
        let expected = if is_whole { Ok(length) } else { Err(OutboundError::TooLong(100)) };
        assert_eq!(answer.map(|answer| answer.body().len()), expected);
    }
    let (port, _) = server(format!("HTTP/1.1 201 Created\r\n\r\n{}", "x".repeat(101))).await;
    let request = Request::post(format!("http://127.0.0.1:{port}/")).body("the end".into());
    let status = outbound.status(request.unwrap(), LIMITS.time).await;
    assert_eq!(status.unwrap(), 201, "the head alone is not bounded by the body");
    let (port, served) = server(String::new()).await;
    let limits = Limits { time: Duration::from_millis(200), ..LIMITS };
    let answer = post(&outbound, &format!("http://127.0.0.1:{port}/"), limits).await;
    assert_eq!(answer.unwrap_err(), OutboundError::TooSlow(limits.time));
    assert!(served.await.unwrap().ends_with("end"), "the connection is closed then");
    let (port, _) = server("nonsense\r\n\r\n".into()).await;
    let answer = post(&outbound, &format!("http://127.0.0.1:{port}/"), LIMITS).await;
    assert!(matches!(answer, Err(OutboundError::Failed(_))), "{answer:?}");
}

#[test]
fn a_key_is_read_from_named_variables_and_never_shown() {
    let outbound = allowing(&[]);
    let key = outbound.policy().bearer("PATH", "https://a.test").unwrap();
    assert_eq!(key, format!("Bearer {}", std::env::var("PATH").unwrap().trim()));
    assert_eq!(format!("{key:?}"), "Sensitive");
    let none = OutboundError::NoKey("NO_SUCH_KEY".into());
    assert_eq!(outbound.policy().bearer("NO_SUCH_KEY", "https://a.test"), Err(none));
    let not_named = OutboundError::KeyNotAllowed("HOME".into());
    assert_eq!(outbound.policy().bearer("HOME", "https://a.test"), Err(not_named));
}
