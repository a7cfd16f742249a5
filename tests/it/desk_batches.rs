//! The requester's desk: batches made, watched and reviewed.

mod making;
mod reviewing;

use serde_json::{Value, json};

use crate::desk::{Browser, location};
use crate::world::{Reply, World};

const TEMPLATE: &str = "<p>${name}</p><input name=\"animal\">";
const NEW: &str = "/batches/new";

/// The form of a good batch, with some fields changed.
fn fields<'f>(changes: &[(&'f str, &'f str)]) -> Vec<(&'f str, &'f str)> {
    let good = [
        ("draft", ""),
        ("template", TEMPLATE),
        ("title", "Name it"),
        ("description", "Look"),
        ("reward", "0.05"),
        ("assignments", "2"),
    ];
    let is_changed = |name: &str| changes.iter().any(|(changed, _)| *changed == name);
    let kept = good.into_iter().filter(|(name, _)| !is_changed(name));
    kept.chain(changes.iter().copied()).collect()
}

/// The path of the draft, behind `/requester`, that a good batch leads to.
pub async fn drafted(browser: &mut Browser, world: &World, data: &str) -> String {
    browser.get(world, NEW).await;
    let data = [("data", "rows.csv", data.as_bytes())];
    let sent = browser.upload(world, NEW, &fields(&[]), &data).await;
    location(&sent).strip_prefix("/requester").unwrap().to_owned()
}

/// Makes a batch by clicks; its path behind `/requester`.
pub async fn published(browser: &mut Browser, world: &World, data: &str) -> String {
    let draft = drafted(browser, world, data).await;
    let made = browser.post(world, &draft, &[]).await;
    let path = location(&made).strip_prefix("/requester").unwrap();
    let path = path.strip_suffix("?done=create").unwrap().to_owned();
    world.done("POST", "/clock", json!({"advance": "0s"})).await;
    path
}

/// The ids of the HITs of the first batch, in the order of its rows.
pub async fn hits(world: &World) -> Vec<String> {
    let listed = world.ok("ListHITs", json!({"MaxResults": 100})).await;
    let hits = listed["HITs"].as_array().unwrap().iter().rev();
    hits.map(|hit| hit["HITId"].as_str().unwrap().to_owned()).collect()
}

async fn submit(world: &World, hit_id: &str, worker: &str, answer: &str) -> String {
    let body = json!({"WorkerId": worker, "Answers": {"animal": answer}});
    let done = world.done("POST", &format!("/hits/{hit_id}/submissions"), body).await;
    done["AssignmentId"].as_str().unwrap().to_owned()
}

/// Fails unless a page has all of these texts.
fn has(page: &Reply, texts: &[&str]) {
    for text in texts {
        assert!(page.text.contains(text), "{text}: {} {}", page.status, page.text);
    }
}

/// What the control API says of the first batch.
async fn shown(world: &World) -> Value {
    world.done("GET", "/batches/1", Value::Null).await
}
