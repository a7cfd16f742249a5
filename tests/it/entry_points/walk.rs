//! Every route of the control API and of the site, and every parameter of each, with texts that no
//! entry point may fail at.

use std::collections::BTreeSet;
use std::path::Path;

use axum::body::Body;
use axum::http::{HeaderValue, Request};
use mturk_local::control::description;
use regex::Regex;
use serde_json::{Value, json};

use super::check;
use crate::desk::Browser;
use crate::world::{Reply, World};

/// Parts of addresses, as they are written there. The longest address that HTTP libraries take has
/// 65,534 bytes.
fn hostile() -> Vec<String> {
    let plain = [
        "%00",
        "3A%00B",
        "%01",
        "%1f",
        "%7f",
        "%0a",
        "%C2%85",
        "%ff",
        "%C0%AF",
        "%ED%A0%80",
        "%EF%BF%BF",
        "%F0%9F%98%80",
        "%",
        "%zz",
        "%25",
        "%2e%2e%2f",
        "%27%22%3C",
        "-1",
        "1e9",
        "99999999999999999999",
        "",
    ];
    let long =
        ["x".repeat(3_000), "A".repeat(60_000), "%00".repeat(3_000), "%F0%9F%98%80".repeat(900)];
    plain.map(str::to_owned).into_iter().chain(long).collect()
}

/// Texts as JSON writes them.
fn hostile_json() -> Vec<String> {
    let plain = [
        r#""\u0000""#,
        r#""A\u0000""#,
        r#""\u0001\u001f""#,
        r#""\ud800""#,
        r#""\udc00\ud800""#,
        r#""\uffff""#,
        "\"\u{1}\"",
        "null",
        "-1",
        "1e999",
        "9223372036854775808",
        "[]",
        "{}",
        "[\"\\u0000\"]",
        "{\"\\u0000\":\"\\u0000\"}",
        "true",
    ];
    let long = [format!("\"{}\"", "x".repeat(3_000)), format!("\"{}\"", "A".repeat(100_000))];
    plain.map(str::to_owned).into_iter().chain(long).collect()
}

/// What the parameters of routes are, where a route is to find something.
pub(super) struct Known {
    hit: String,
    hit_type: String,
    group: String,
    assignment: String,
}

impl Known {
    pub(super) async fn of(world: &World) -> Self {
        let hit = world.create_hit(json!({})).await;
        let made = world.hit(&hit).await;
        let id = |name: &str| made[name].as_str().unwrap().to_owned();
        let (hit_type, group) = (id("HITTypeId"), id("HITGroupId"));
        let assignment = world.accept("A1", &hit).await;
        Self { hit, hit_type, group, assignment }
    }

    fn value(&self, path: &str, name: &str) -> String {
        let value = match (name, path) {
            ("id", of) if of.contains("/workers/") => "A1",
            ("id", of) if of.contains("/assignments/") => &self.assignment,
            ("id", of) if of.contains("/types/") => &self.hit_type,
            ("id", of) if of.contains("/requester/batches/") => "1",
            ("id" | "HITId" | "hit" | "task" | "hit_id", _) => &self.hit,
            ("group" | "groupId" | "hitTypeId" | "HITTypeId", _) => &self.group,
            ("assignment" | "assignment_id" | "assignmentId" | "AssignmentId", _) => {
                &self.assignment
            }
            ("workerId" | "WorkerId", _) => "A1",
            ("timeout", _) => "0s",
            ("stream", _) => "0",
            ("limit" | "after", _) => "1",
            ("status", _) => "Assignable",
            _ => "x",
        };
        value.to_owned()
    }

    /// The path with each of its parameters in turn replaced by each text, the others as they are.
    pub(super) fn paths(&self, template: &str) -> Vec<String> {
        let parameter = Regex::new(r"\{\*?(\w+)\}").unwrap();
        let names: Vec<String> = parameter.captures_iter(template).map(|c| c[1].into()).collect();
        let filled = |odd: &str, text: &str| {
            let value = |found: &regex::Captures<'_>| match &found[1] {
                name if name == odd => text.to_owned(),
                name => self.value(template, name),
            };
            parameter.replace_all(template, value).into_owned()
        };
        let odd = names.iter().flat_map(|name| {
            hostile().into_iter().map(|text| filled(name, &text)).collect::<Vec<_>>()
        });
        std::iter::once(filled("", "")).chain(odd).collect()
    }
}

async fn send(world: &World, method: &str, address: &str, body: String) -> Option<Reply> {
    let request = Request::builder().method(method).uri(address).header("host", "localhost");
    let request = request
        .header("cookie", world.cookie("A1").await)
        .header("content-type", "application/x-www-form-urlencoded");
    // What is no address at all never comes so far.
    Some(world.send(request.body(Body::from(body)).ok()?).await)
}

async fn walk(world: &World, method: &str, address: &str, body: String) {
    let what = format!("{method} {address:.150} {body:.150}");
    let path = address.split('?').next().unwrap_or_default();
    if let Some(reply) = send(world, method, address, body).await {
        check(&what, path, &reply);
    }
}

/// The members that a body can have, those of its parts included.
fn members(description: &Value, schema: &Value, found: &mut BTreeSet<String>) {
    if let Some(name) = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()) {
        return members(description, &description["components"]["schemas"][name], found);
    }
    found.extend(schema["properties"].as_object().into_iter().flatten().map(|(n, _)| n.clone()));
    for one in ["oneOf", "anyOf", "allOf"].into_iter().filter_map(|key| schema[key].as_array()) {
        for part in one {
            members(description, part, found);
        }
    }
}

#[tokio::test]
async fn no_text_makes_the_control_api_fail() {
    let world = World::new().await;
    let known = Known::of(&world).await;
    let description: Value = serde_json::from_str(description()).unwrap();
    for (template, item) in description["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let method = method.to_uppercase();
            for path in known.paths(template) {
                walk(&world, &method, &path, String::new()).await;
            }
            let plain = known.paths(template).swap_remove(0);
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            for one in parameters.iter().filter(|one| one["in"] == "query") {
                let name = one["name"].as_str().unwrap();
                for text in hostile() {
                    let rest = if name == "timeout" { "" } else { "&timeout=0s" };
                    let address = format!("{plain}?{name}={text}{rest}");
                    walk(&world, &method, &address, String::new()).await;
                }
            }
            let mut names = BTreeSet::new();
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            members(&description, schema, &mut names);
            for name in names {
                for json in hostile_json() {
                    walk(&world, &method, &plain, format!("{{\"{name}\":{json}}}")).await;
                }
            }
        }
    }
}

/// Every file below a folder that is a text.
fn texts(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let below = |path: std::path::PathBuf| {
        if path.is_dir() {
            texts(&path)
        } else {
            std::fs::read_to_string(path).into_iter().collect()
        }
    };
    entries.flat_map(below).collect()
}

/// The routes of an adapter with pages, and the names of the fields that they read or send.
pub(super) fn pages(adapter: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let all = |pattern: &str, text: &str| -> BTreeSet<String> {
        let pattern = Regex::new(pattern).unwrap();
        pattern.captures_iter(text).map(|found| found[1].to_owned()).collect()
    };
    let (mut routes, mut names) = (BTreeSet::new(), BTreeSet::new());
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let source = std::fs::read_to_string(root.join(format!("{adapter}.rs"))).unwrap();
    routes.extend(all(r#"\.route\("([^"]+)""#, &source));
    for text in [adapter, "web"].into_iter().flat_map(|folder| texts(&root.join(folder))) {
        names.extend(all(r#"(?:param|is_on|get|all)\("(\w+)""#, &text));
        names.extend(all(r#"(?:value|code)\((?:&?\w+, )?"(\w+)""#, &text));
        names.extend(all(r#"(?:name="|[?&;])(\w+)="#, &text));
        names.extend(all(r#" name="(\w+)""#, &text));
    }
    (routes, names)
}

#[tokio::test]
async fn no_text_makes_the_site_fail() {
    let world = World::new().await;
    let known = Known::of(&world).await;
    let (routes, names) = pages("site");
    assert!(routes.len() > 25 && names.len() > 45, "{routes:?} {names:?}");
    for template in &routes {
        for method in ["GET", "POST"] {
            for path in known.paths(template) {
                walk(&world, method, &path, String::new()).await;
            }
        }
    }
    for template in &routes {
        let plain = known.paths(template).swap_remove(0);
        let is_posted_to = send(&world, "POST", &plain, String::new()).await.unwrap().status != 405;
        for name in &names {
            for text in ["%00", "%01%ff", &"A".repeat(60_000)] {
                walk(&world, "GET", &format!("{plain}?{name}={text}"), String::new()).await;
                if is_posted_to {
                    walk(&world, "POST", &plain, format!("{name}={text}")).await;
                }
            }
        }
        walk(&world, "POST", &plain, format!("%00=%00&{}=1", "x".repeat(100_000))).await;
    }
}

#[tokio::test]
async fn no_text_makes_the_desk_fail() {
    let world = World::new().await;
    let known = Known::of(&world).await;
    let submitted = world.create_hit(json!({})).await;
    let known = Known { assignment: world.work("A1", &submitted).await, ..known };
    let new = json!({"Title": "T", "Description": "D", "Reward": "0.05", "Template": "${a}",
        "Data": "a\n1\n"});
    world.done("POST", "/batches", new).await;
    let mut browser = Browser::of(&world, "test").await;
    let (routes, names) = pages("desk");
    assert!(routes.len() > 10 && names.len() > 20, "{routes:?} {names:?}");
    let below = |path: &str| path.strip_prefix("/requester").unwrap().to_owned();
    // One would sign out, and streams go on as long as the market does.
    let is_walked = |route: &&String| {
        !["/sign-out", "/progress", "/live", "{address}"].iter().any(|end| route.ends_with(end))
    };
    for template in routes.iter().filter(is_walked) {
        for path in known.paths(template) {
            let read = browser.get(&world, &below(&path)).await;
            let posted = browser.post(&world, &below(&path), &[]).await;
            assert!(read.status < 500 && posted.status < 500, "{path:.150}");
        }
        let plain = below(&known.paths(template).swap_remove(0));
        for name in &names {
            for text in ["%00", "%01%ff", "-1", "99999999999999999999", &"A".repeat(60_000)] {
                let read = browser.get(&world, &format!("{plain}?{name}={text}")).await;
                let posted = browser.post(&world, &plain, &[(name, text)]).await;
                assert!(read.status < 500 && posted.status < 500, "{plain} {name} {text:.50}");
            }
        }
    }
}

#[tokio::test]
async fn no_header_makes_a_door_fail() {
    let world = World::new().await;
    let odd: [Vec<u8>; 5] = [
        vec![0xff, 0xfe],
        "é".into(),
        "A".repeat(3_000).into(),
        "x".repeat(60_000).into(),
        b"\t;=,\"%00".to_vec(),
    ];
    let names = [
        "cookie",
        "referer",
        "origin",
        "accept",
        "user-agent",
        "sec-fetch-site",
        "content-type",
        "last-event-id",
        "x-amz-target",
        "x-amz-date",
        "authorization",
        "if-none-match",
        "x-forwarded-host",
        "x-forwarded-proto",
        "forwarded",
        "transfer-encoding",
        "expect",
    ];
    for (method, path) in [
        ("GET", "/"),
        ("POST", "/"),
        ("GET", "/tasks"),
        ("POST", "/workers"),
        ("GET", "/_mturk/events"),
    ] {
        for name in names {
            for value in &odd {
                for value in [value.clone(), [b"mturk_local_worker=", &value[..]].concat()] {
                    let request = Request::builder().method(method).uri(path);
                    let request = request.header("host", "localhost");
                    let request = request.header(name, HeaderValue::from_bytes(&value).unwrap());
                    let reply = world.send(request.body(Body::empty()).unwrap()).await;
                    check(&format!("{method} {path} {name}: {value:?}"), path, &reply);
                }
            }
        }
    }
}

#[tokio::test]
async fn every_refusal_says_what_a_browser_may_make_of_it() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    for (method, path, host, status) in [
        ("GET", "/nothing", "localhost", 404),
        ("GET", "/assets/nothing", "localhost", 404),
        ("DELETE", "/projects", "localhost", 405),
        ("OPTIONS", "/projects", "localhost", 405),
        ("PATCH", "/mturk/externalSubmit", "localhost", 405),
        ("GET", "/_mturk/nothing", "localhost", 404),
        ("DELETE", "/_mturk/health", "localhost", 405),
        ("PUT", "/", "localhost", 404),
        ("GET", "/projects", "evil.example", 403),
        ("POST", "/", "evil.example", 403),
        ("GET", "/projects", "localhost:80@evil.example", 400),
        ("POST", "/", "localhost:80@evil.example", 400),
        ("GET", "/_mturk/health", "localhost:", 400),
        ("GET", "/mturk/frame/3NONE", "localhost", 404),
        ("GET", "/mturk/externalSubmit", "localhost", 422),
        ("GET", "/tasks?format=json", "localhost", 422),
    ] {
        let request = Request::builder().method(method).uri(path).header("host", host);
        let reply = world.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(reply.status, status, "{method} {path} {host}: {}", reply.text);
        // What comes to no entry point is refused in plain text.
        let entry = if host == "localhost" { path.split('?').next().unwrap() } else { "/" };
        check(&format!("{method} {path} {host}"), entry, &reply);
    }
    let reply = world.send(world.request("GetHIT", json!({"HITId": hit}).to_string())).await;
    check("GetHIT", "/", &reply);
    let world =
        World::with(|options| options.host_check.cors_origins = vec!["http://a.test".into()]).await;
    let asked = Request::options("/").header("host", "localhost").header("origin", "http://a.test");
    let asked = asked.header("access-control-request-method", "POST").body(Body::empty()).unwrap();
    let reply = world.send(asked).await;
    assert_eq!(reply.headers["access-control-allow-origin"], "http://a.test");
    check("a preflight", "/", &reply);
}
