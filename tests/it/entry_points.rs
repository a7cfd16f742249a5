//! The entry points of the program: the API, the control API, the site, and world files. Whatever
//! text comes in, none of them fails; and every answer says what a browser may make of it.

mod answers;
mod bodies;
mod headings;
mod long_pages;
mod texts;
mod walk;

use axum::http::HeaderMap;

use crate::world::Reply;

/// Paths whose answers are meant for a frame, and say so.
fn is_for_a_frame(path: &str) -> bool {
    let path = path.trim_start_matches('/');
    ["mturk/frame/", "mturk/externalSubmit", "samples/"].iter().any(|one| path.starts_with(one))
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

/// Fails unless the answer is none of a failure, and has the headers that every answer has.
fn check(what: &str, path: &str, reply: &Reply) {
    let text: String = reply.text.chars().take(300).collect();
    assert!(reply.status < 500, "{what}: {} {text}", reply.status);
    let headers = &reply.headers;
    assert_eq!(header(headers, "x-content-type-options"), "nosniff", "{what}: {text}");
    let policy = header(headers, "content-security-policy");
    let is_open = is_for_a_frame(path) && reply.status != 405;
    assert!(
        policy.contains("default-src 'none'") || policy.contains("sandbox"),
        "{what}: {policy}"
    );
    if !is_open {
        assert_eq!(header(headers, "x-frame-options"), "DENY", "{what}: {text}");
        assert!(policy.contains("frame-ancestors 'none'"), "{what}: {policy}");
    }
    if path.starts_with("/_mturk") && reply.status >= 400 {
        assert!(reply.json()["error"]["message"].is_string(), "{what}: {text}");
    }
}
