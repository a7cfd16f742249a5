//! Every form of the console carries a token of the browser, and does nothing without it.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Request;
use mturk_local::outbound::Policy;
use mturk_local::rules::outbound::AllowedHost;
use serde_json::json;

use super::with_token;
use crate::desk::{Browser, location};
use crate::state::{self, state};
use crate::world::World;

/// Where a form of a page leads, and its fields but what a person types.
struct PostForm {
    path: String,
    fields: Vec<(String, String)>,
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next().map(|value| value.replace("&#34;", "\""))
}

fn post_forms(page: &str) -> Vec<PostForm> {
    let forms = page.split("<form").skip(1).map(|rest| rest.split("</form>").next().unwrap());
    let forms = forms.filter(|form| form.contains("method=\"post\""));
    let of = |form: &str| PostForm {
        path: attribute(form, "action").unwrap().strip_prefix("/requester").unwrap().to_owned(),
        fields: form
            .split('<')
            .filter_map(|tag| Some((attribute(tag, "name")?, attribute(tag, "value")?)))
            .collect(),
    };
    forms.map(of).collect()
}

/// A market of which the console shows each of its forms, but for the clock: it can be frozen, or
/// run.
async fn market() -> World {
    let world = World::with(|options| {
        with_token(options);
        let hosts = vec![AllowedHost::parse("a.test").unwrap()];
        options.outbound = Policy { hosts, ..Policy::default() };
    })
    .await;
    let faults = json!({"LatencyMs": 1, "Operation": "GetHIT"});
    for (path, body) in [
        ("faults", faults),
        ("robots", json!({"HITs": {"Title": "none"}})),
        ("snapshots/one", json!({})),
        ("webhooks", json!({"Url": "http://a.test/"})),
    ] {
        let request = Request::post(format!("/_mturk/{path}")).header("host", "localhost");
        let request = request.header("authorization", "Bearer hush");
        let reply = world.send(request.body(Body::from(body.to_string())).unwrap()).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text);
    }
    let odd = "INSERT INTO timers (kind, subject, due_at) VALUES ('odd', '3X', 0)";
    let failing = "UPDATE destinations SET failures = 2, failure = 'x', retry_at = 4000000000000";
    for damage in [odd, failing] {
        state::write(&world, damage).await;
        world.advance("1s").await;
    }
    world
}

async fn signed_in(world: &World) -> Browser {
    let mut browser = Browser::default();
    browser.get(world, "/console/sign-in").await;
    let fields = [("token", "hush")];
    location(&browser.post(world, "/console/sign-in", &fields).await);
    browser
}

#[tokio::test]
async fn no_form_of_the_console_does_anything_without_its_token() {
    let world = market().await;
    let mut stranger = Browser::default();
    let door = stranger.get(&world, "/console/sign-in").await;
    let mut forms = post_forms(&door.text);
    let mut browser = signed_in(&world).await;
    for clock in ["resume", "freeze"] {
        forms.extend(post_forms(&browser.get(&world, "/console").await.text));
        location(&browser.post(&world, &format!("/console/do/{clock}"), &[]).await);
    }
    for (action, field) in [("advance", ("advance", "1h")), ("restore", ("name", "one"))] {
        let asked = browser.post(&world, &format!("/console/do/{action}"), &[field]).await;
        assert_eq!(asked.status, 200, "{}", asked.text);
        forms.extend(post_forms(&asked.text));
    }
    let before = state(&world).await;
    let mut walked = BTreeSet::new();
    for PostForm { path, fields } in &forms {
        let has_token = fields.iter().any(|(name, value)| name == "csrf" && !value.is_empty());
        assert!(has_token, "{path}: {fields:?}");
        for token in [None, Some(""), Some("x"), Some(&*stranger.form_token)] {
            let rest = fields.iter().filter(|(name, _)| name != "csrf");
            let rest = rest.map(|(name, value)| (name.as_str(), value.as_str()));
            let sent: Vec<_> = token.map(|token| ("csrf", token)).into_iter().chain(rest).collect();
            let refused = browser.post_without_token(&world, path, &sent).await;
            assert_eq!(refused.status, 403, "{path} {token:?}: {}", refused.text);
            assert!(refused.text.contains("Nothing was changed."), "{}", refused.text);
        }
        walked.insert(path.rsplit('/').next().unwrap().to_owned());
    }
    assert_eq!(state(&world).await, before);
    let all = "add-fault add-robots add-webhook advance clear-calls clear-faults clear-robots \
        delete freeze keep remove-fault remove-robots remove-webhook reset restore resume \
        retry-timers retry-webhook set sign-in sign-out";
    assert_eq!(walked, all.split_whitespace().map(str::to_owned).collect());
}

#[tokio::test]
async fn without_an_admin_token_forms_have_a_token_too() {
    let world = World::new().await;
    let mut browser = Browser::default();
    let bare = browser.post_without_token(&world, "/console/do/resume", &[]).await;
    assert_eq!(bare.status, 403);
    browser.get(&world, "/console").await;
    let bare = browser.post_without_token(&world, "/console/do/resume", &[]).await;
    assert_eq!(bare.status, 403);
    location(&browser.post(&world, "/console/do/resume", &[]).await);
}
