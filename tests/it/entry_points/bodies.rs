//! Bodies that break off or are damaged on their way: refused in each entry point's own form, with
//! 400.

use axum::body::{Body, Bytes};
use axum::http::Request;
use futures_util::stream;
use rstest::rstest;

use super::check;
use crate::shape;
use crate::world::{Reply, World};

/// A body of which a part comes, and then no more.
fn broken() -> Body {
    let parts = [Ok(Bytes::from("a=1&b")), Err(std::io::Error::other("an invalid chunk"))];
    Body::from_stream(stream::iter(parts))
}

async fn sent(path: &str, target: Option<&str>) -> Reply {
    let world = World::new().await;
    let request = Request::post(path).header("host", "localhost");
    let request = target.into_iter().fold(request, |request, target| {
        request.header("x-amz-target", format!("MTurkRequesterServiceV20170117.{target}"))
    });
    let reply = world.send(request.body(broken()).unwrap()).await;
    check(path, path, &reply);
    reply
}

#[tokio::test]
async fn a_damaged_call_is_a_fault_of_the_service() {
    let reply = sent("/", Some("ListHITs")).await;
    shape::check("ListHITs", &reply);
    assert_eq!(reply.status, 400, "{}", reply.text);
    let said = "SerializationException: The body of the request is damaged, or broke off.";
    assert_eq!(shape::fault(&reply.json()), said);
}

#[rstest]
#[case("/_mturk/reset")]
#[case("/_mturk/world")]
#[tokio::test]
async fn a_damaged_body_is_a_refusal_of_the_control_api(#[case] path: &str) {
    let reply = sent(path, None).await;
    shape::check_control(&reply);
    assert_eq!(reply.status, 400, "{}", reply.text);
    assert_eq!(reply.json()["error"]["code"], "BadBody");
}

#[rstest]
#[case("/mturk/externalSubmit")]
#[case("/workers")]
#[tokio::test]
async fn a_damaged_form_is_a_refusal_of_the_site(#[case] path: &str) {
    let reply = sent(path, None).await;
    assert_eq!(reply.status, 400, "{}", reply.text);
    assert!(
        reply.text.contains("<!doctype html>") && reply.text.contains("is damaged, or broke off")
    );
}
