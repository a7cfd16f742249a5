//! Who may use the control API, and what it shows of secrets.

use axum::body::Body;
use axum::http::Request;
use mturk_local::control::admin::AdminToken;
use mturk_local::control::description;
use mturk_local::emulator::{Backend, Credential, Options};
use mturk_local::wire::caller::Auth;
use serde_json::{Value, json};

use crate::world::{Reply, World, new_database};

const FREE: [&str; 5] = ["/health", "/livez", "/readyz", "/files/x", "/openapi.json"];

fn strict(options: &mut Options) {
    options.auth = Auth::Strict;
    let (access_key, secret) = ("AKLAB".to_owned(), "labsecret".to_owned());
    options.credentials = vec![Credential { access_key, secret, name: None }];
}

fn with_token(options: &mut Options) {
    options.control.token = AdminToken::new("hush");
}

async fn ask(world: &World, method: &str, path: &str, token: Option<&str>, body: &str) -> Reply {
    let request = Request::builder().method(method).uri(format!("/_mturk{path}"));
    let request = request.header("host", "localhost");
    let request = match token {
        Some(token) => request.header("authorization", format!("Bearer {token}")),
        None => request,
    };
    world.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

/// Every route with a method that it has, its parameters filled in.
fn routes() -> Vec<(String, String)> {
    let description: Value = serde_json::from_str(description()).unwrap();
    let paths = description["paths"].as_object().unwrap();
    let filled = |path: &str| {
        let path = path.replace("{id}", "A1");
        path.replace("{typeId}", "3Q").replace("{token}", "x")
    };
    let of_path = |(path, methods): (&String, &Value)| {
        // `/metrics` has tests of its own.
        let path = path.strip_prefix("/_mturk")?;
        let methods = methods.as_object().unwrap().keys();
        methods.map(|method| (method.to_uppercase(), filled(path))).collect::<Vec<_>>().into()
    };
    paths.iter().filter_map(of_path).flatten().collect()
}

#[tokio::test]
async fn a_stranger_walks_every_route_and_finds_it_shut() {
    for change in [strict as fn(&mut Options), with_token] {
        let world = World::with(change).await;
        let token = world.emulator.admin_token().unwrap().secret().to_owned();
        let known = routes();
        assert!(known.len() > 20, "{known:?}");
        for (method, path) in known {
            let is_free = FREE.contains(&path.as_str());
            for wrong in [None, Some(""), Some("x"), Some("labsecret"), Some(&token[1..])] {
                let reply = ask(&world, &method, &path, wrong, "{}").await;
                assert_eq!(reply.status == 401, !is_free, "{method} {path}: {}", reply.text);
                if !is_free {
                    assert_eq!(reply.json()["error"]["code"], "Unauthorized");
                    assert_eq!(reply.headers["www-authenticate"], "Bearer");
                }
            }
            if path != "/reset" && !path.contains("events") {
                let reply = ask(&world, &method, &path, Some(&token), "{}").await;
                assert_ne!(reply.status, 401, "{method} {path}: {}", reply.text);
            }
        }
        let reply = ask(&world, "GET", "/events", Some(&token), "").await;
        assert_eq!(reply.status, 200);
        assert_eq!(ask(&world, "GET", "/nowhere", None, "").await.status, 404);
    }
}

#[tokio::test]
async fn an_open_market_asks_for_no_token_unless_one_was_given() {
    let world = World::new().await;
    assert!(world.emulator.admin_token().is_none());
    assert_eq!(ask(&world, "GET", "/clock", None, "").await.status, 200);
    let asked_for = World::with(|options| options.control.asks_for_token = true).await;
    assert_eq!(ask(&asked_for, "GET", "/clock", None, "").await.status, 401);
}

#[tokio::test]
async fn a_made_token_is_kept_in_the_store_and_a_given_one_is_not() {
    let world = World::with(strict).await;
    assert!(world.emulator.has_new_admin_token());
    let made = world.emulator.admin_token().unwrap().clone();
    assert!(made.secret().len() >= 32, "it cannot be guessed");
    let other = World::with(strict).await;
    assert_ne!(other.emulator.admin_token(), Some(&made), "each market has its own");
    let given = world
        .restarted_with(|options| {
            strict(options);
            with_token(options);
        })
        .await;
    assert_eq!(given.emulator.admin_token(), AdminToken::new("hush").as_ref());
    let later = given.restarted_with(strict).await;
    assert_eq!(later.emulator.admin_token(), Some(&made));
    assert!(!later.emulator.has_new_admin_token());
    assert_eq!(ask(&later, "GET", "/clock", Some(made.secret()), "").await.status, 200);
    // It outlives a reset, or nobody could go on.
    assert_eq!(ask(&later, "POST", "/reset", Some(made.secret()), "").await.status, 200);
    let at_last = later.restarted_with(strict).await;
    assert_eq!(at_last.emulator.admin_token(), Some(&made));
}

#[tokio::test]
async fn processes_that_share_a_store_share_the_token() {
    let (database, _folder) = new_database().await;
    if !database.starts_with("postgres") {
        return;
    }
    let start = || async {
        let mut options = Options { database: Some(database.clone()), ..Options::default() };
        strict(&mut options);
        Backend::start(options).await.unwrap()
    };
    let (one, other) = tokio::join!(start(), start());
    assert_eq!(one.admin_token(), other.admin_token());
    assert!(one.has_new_admin_token() != other.has_new_admin_token());
}

#[tokio::test]
async fn apart_the_control_api_answers_at_its_own_address_alone() {
    let world = World::with(|options| options.control.is_apart = true).await;
    for (method, path) in routes() {
        let status = ask(&world, &method, &path, None, "{}").await.status;
        let is_free = FREE.contains(&path.as_str());
        assert!(is_free || status == 404, "{method} {path}: {status}");
    }
    let front = world.emulator.control_front();
    for (method, uri, expected) in [
        ("GET", "/_mturk/clock", 200),
        ("GET", "/_mturk/health", 200),
        ("GET", "/", 404),
        ("POST", "/", 404),
        ("GET", "/projects", 404),
        ("GET", "/_mturk/nowhere", 404),
    ] {
        let request = Request::builder().method(method).uri(uri).header("host", "localhost");
        let answer = front.answer(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status(), expected, "{method} {uri}");
    }
}

#[tokio::test]
async fn a_dump_names_secrets_only_to_who_has_the_token_and_asks() {
    let secrets = |reply: Reply| {
        let requesters = reply.json()["Requesters"].clone();
        let all = requesters.as_array().unwrap().clone();
        let found = all.into_iter().find(|one| one["AccessKeyId"] == "AKLAB").unwrap();
        found.get("SecretAccessKey").cloned()
    };
    let world = World::with(|options| {
        strict(options);
        with_token(options);
    })
    .await;
    let dump = ask(&world, "GET", "/world", Some("hush"), "").await;
    assert!(!dump.text.contains("labsecret"));
    assert_eq!(secrets(dump), None);
    assert_eq!(secrets(ask(&world, "GET", "/world?secrets=0", Some("hush"), "").await), None);
    let named = ask(&world, "GET", "/world?secrets=1", Some("hush"), "").await;
    assert_eq!(secrets(named), Some("labsecret".into()));
    for odd in ["2", "true", "-1"] {
        let path = format!("/world?secrets={odd}");
        assert_eq!(ask(&world, "GET", &path, Some("hush"), "").await.status, 400);
    }
    let open = World::new().await;
    assert_eq!(ask(&open, "GET", "/world?secrets=1", None, "").await.status, 403);
}

/// A secret that is known stays known, whatever is loaded without it.
#[tokio::test]
async fn a_requester_loaded_without_a_secret_keeps_its_own() {
    let world = World::with(with_token).await;
    let lab = json!({"Requesters": [{"AccessKeyId": "AK1", "SecretAccessKey": "s1"}]});
    let bare = json!({"Requesters": [{"AccessKeyId": "AK1"}, {"AccessKeyId": "AK2"}]});
    let secret = || async {
        let dump = ask(&world, "GET", "/world?secrets=1", Some("hush"), "").await.json();
        let all = dump["Requesters"].as_array().unwrap().clone();
        let found = all.into_iter().find(|one| one["AccessKeyId"] == "AK1").unwrap();
        found["SecretAccessKey"].clone()
    };
    for method in ["POST", "PUT"] {
        let reply = ask(&world, "POST", "/world", Some("hush"), &lab.to_string()).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let reply = ask(&world, method, "/world", Some("hush"), &bare.to_string()).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        assert_eq!(secret().await, "s1", "{method}");
    }
    let other = json!({"Requesters": [{"AccessKeyId": "AK1", "SecretAccessKey": "s2"}]});
    ask(&world, "PUT", "/world", Some("hush"), &other.to_string()).await;
    assert_eq!(secret().await, "s2", "another one takes its place");
}
