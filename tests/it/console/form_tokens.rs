//! Every form of the console carries a token of the browser, and does nothing without it.

use std::collections::BTreeSet;

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
        let hosts = vec![AllowedHost::parse("a.test").unwrap()];
        options.outbound = Policy { hosts, ..Policy::default() };
    })
    .await;
    world.done("POST", "/faults", json!({"LatencyMs": 1, "Operation": "GetHIT"})).await;
    world.done("POST", "/robots", json!({"HITs": {"Title": "none"}})).await;
    world.done("POST", "/snapshots/one", json!(null)).await;
    world.done("POST", "/webhooks", json!({"Url": "http://a.test/"})).await;
    let odd = "INSERT INTO timers (kind, subject, due_at) VALUES ('odd', '3X', 0)";
    let failing = "UPDATE destinations SET failures = 2, failure = 'x', retry_at = 4000000000000";
    for damage in [odd, failing] {
        state::write(&world, damage).await;
        world.advance("1s").await;
    }
    world
}

/// Sends each form without its token, and with others; the last words of their addresses.
async fn walk(
    world: &World,
    browser: &mut Browser,
    forms: &[PostForm],
    foreign: &str,
) -> BTreeSet<String> {
    let mut walked = BTreeSet::new();
    for PostForm { path, fields } in forms {
        let has_token = fields.iter().any(|(name, value)| name == "csrf" && !value.is_empty());
        assert!(has_token, "{path}: {fields:?}");
        for token in [None, Some(""), Some("x"), Some(foreign)] {
            let rest = fields.iter().filter(|(name, _)| name != "csrf");
            let rest = rest.map(|(name, value)| (name.as_str(), value.as_str()));
            let sent: Vec<_> = token.map(|token| ("csrf", token)).into_iter().chain(rest).collect();
            let refused = browser.post_without_token(world, path, &sent).await;
            assert_eq!(refused.status, 403, "{path} {token:?}: {}", refused.text);
            assert!(refused.text.contains("Nothing was changed."), "{}", refused.text);
        }
        walked.insert(path.rsplit('/').next().unwrap().to_owned());
    }
    walked
}

fn words(text: &str) -> BTreeSet<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

#[tokio::test]
async fn no_form_of_the_console_does_anything_without_its_token() {
    let world = market().await;
    let (mut browser, mut stranger) = (Browser::default(), Browser::default());
    stranger.get(&world, "/console").await;
    let mut forms = Vec::new();
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
    let walked = walk(&world, &mut browser, &forms, &stranger.form_token).await;
    assert_eq!(state(&world).await, before);
    let all = "add-fault add-robots add-webhook advance clear-calls clear-faults clear-robots \
        delete freeze keep remove-fault remove-robots remove-webhook reset restore resume \
        retry-timers retry-webhook set";
    assert_eq!(walked, words(all));
}

#[tokio::test]
async fn signing_in_and_out_needs_the_token_of_the_form() {
    let world = World::with(with_token).await;
    let (mut browser, mut stranger) = (Browser::default(), Browser::default());
    stranger.get(&world, "/console/sign-in").await;
    let foreign = stranger.form_token.clone();
    let forms = post_forms(&browser.get(&world, "/console/sign-in").await.text);
    assert_eq!(walk(&world, &mut browser, &forms, &foreign).await, words("sign-in"));
    location(&browser.post(&world, "/console/sign-in", &[("token", "hush")]).await);
    let mut forms = post_forms(&browser.get(&world, "/console").await.text);
    forms.retain(|form| form.path.ends_with("/sign-out"));
    assert_eq!(walk(&world, &mut browser, &forms, &foreign).await, words("sign-out"));
    assert_eq!(browser.get(&world, "/console").await.status, 200, "the browser is still signed in");
    location(&browser.post(&world, "/console/sign-out", &[]).await);
    assert_eq!(browser.get(&world, "/console").await.status, 303);
}

#[tokio::test]
async fn a_form_of_ones_own_page_is_taken() {
    let world = World::new().await;
    let mut browser = Browser::default();
    let bare = browser.post_without_token(&world, "/console/do/resume", &[]).await;
    assert_eq!(bare.status, 403, "there is no cookie");
    browser.get(&world, "/console").await;
    location(&browser.post(&world, "/console/do/resume", &[]).await);
}
