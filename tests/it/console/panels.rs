//! The console's panels of robots and webhooks.

use mturk_local::outbound::Policy;
use mturk_local::rules::outbound::AllowedHost;
use serde_json::{Value, json};

use super::{get, location, post, post_with, with_token};
use crate::state;
use crate::world::World;

#[tokio::test]
async fn crowds_of_robots_are_added_shown_and_removed() {
    let world = World::new().await;
    let empty = get(&world, "").await.text;
    assert!(empty.contains("Robots are workers") && !empty.contains("/do/clear-robots"));
    let hostile = "Name=%3Cb%3E%22&Workers=2&Members=%22Return%22%3A1%2C+\
        %22WorkTime%22%3A%7B%22Min%22%3A%221m%22%7D";
    location(&post(&world, "/do/add-robots", hostile).await);
    let members = "Members=%7B%22HITs%22%3A%7B%22Title%22%3A%22%3Ci%3E%22%7D%7D";
    location(&post(&world, "/do/add-robots", members).await);
    let script = json!({"Answers": {"q": {"Http": "http://a.test/"}}});
    world.done("POST", "/robots", script).await;
    world.create_hit(json!({"MaxAssignments": 2})).await;
    world.advance("0s").await;
    let page = get(&world, "").await.text;
    for part in [
        "&#60;b&#62;&#34;</strong>",
        "2 workers · all HITs",
        "Accepted 2 · submitted 0 · returned 0 · abandoned 0",
        "Next step at 2026-01-01 00:01:00 UTC",
        "Crowd 2</strong>",
        "1 worker · HITs <code>{&#34;Title&#34;:&#34;&#60;i&#62;&#34;}</code>",
        "Waits for a HIT",
        "the option --allow-outbound a.test allows it",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("<b>") && !page.contains("<i>"));
    location(&post(&world, "/do/remove-robots", "robot=1").await);
    let crowds = async || world.done("GET", "/robots", Value::Null).await["Robots"].clone();
    assert_eq!(crowds().await.as_array().unwrap().len(), 2);
    let asked = post(&world, "/do/clear-robots", "").await;
    assert!(asked.status == 200 && asked.text.contains("Remove all robots?"), "{}", asked.text);
    assert_eq!(crowds().await.as_array().unwrap().len(), 2, "it was asked first");
    location(&post(&world, "/do/clear-robots", "confirmed=1").await);
    assert_eq!(crowds().await, json!([]));
}

#[tokio::test]
async fn a_refused_crowd_keeps_what_was_typed() {
    let world = World::new().await;
    for (typed, why) in [
        (
            "Workers=0&Members=%22Return%22%3A2",
            &["Workers: must be between", "Return: must be between"][..],
        ),
        ("Workers=ten", &["Robots[0].Workers", "invalid type"]),
        ("Workers=2&Members=%22Workers%22%3A3", &["duplicate field"]),
        ("Workers=2&Members=%3C%2Ftextarea%3E", &["key must be a string"]),
        ("Members=%7B%22Return%22%3A0.5%2C%7D", &["trailing comma"]),
    ] {
        let reply = post(&world, "/do/add-robots", typed).await;
        assert_eq!(reply.status, 400, "{typed}");
        for part in ["That was not done.", "<details open><summary>Add robots"].iter().chain(why) {
            assert!(reply.text.contains(part), "{typed}, {part}: {}", reply.text);
        }
    }
    let typed = "Workers=0&Name=x&Members=%3C%2Ftextarea%3E";
    let page = post(&world, "/do/add-robots", typed).await.text;
    for kept in
        ["name=\"Workers\" value=\"0\"", "name=\"Name\" value=\"x\"", ">&#60;/textarea&#62;</"]
    {
        assert!(page.contains(kept), "{kept}: {page}");
    }
}

#[tokio::test]
async fn webhooks_are_added_shown_and_removed() {
    let world = World::new().await;
    let empty = get(&world, "").await.text;
    assert!(empty.contains("A webhook is a URL") && !empty.contains("/do/remove-webhook"));
    let form = "Url=http%3A%2F%2Fa.test%2F%3Fa%3D%3Cb%3E&Events=HITCreated&Events=Ping";
    let refused = post(&world, "/do/add-webhook", &form.replace("http", "gopher")).await;
    assert_eq!(refused.status, 400);
    for part in ["That was not done.", "value=\"gopher:", "value=\"Ping\" checked"] {
        assert!(refused.text.contains(part), "{part}: {}", refused.text);
    }
    let added =
        post(&world, "/do/add-webhook", "Url=http%3A%2F%2Fa.test%2F%3Fa%3D%26&Events=Ping").await;
    assert!(added.status == 200 && added.headers["cache-control"] == "no-store");
    for part in
        ["<code>whsec_", "The webhook was registered.", "the option --allow-outbound a.test"]
    {
        assert!(added.text.contains(part), "{part}: {}", added.text);
    }
    let hook = json!({"Url": "http://a.test/2", "After": 7, "Description": "<i>",
        "Requester": "test", "Events": ["HITCreated", "HITExpired"]});
    world.done("POST", "/webhooks", hook).await;
    let page = get(&world, "").await.text;
    assert!(!page.contains("whsec_") && !page.contains("<i>"));
    let shown = [
        "<code>http://a.test/?a=&#38;</code>",
        "&#60;i&#62; <span class=\"faint\">HITCreated, HITExpired of <code>test</code>",
        "goes on behind event 7",
        "<span class=\"tag bad\">Off</span> the host a.test is not allowed",
    ];
    for part in shown {
        assert!(page.contains(part), "{part}: {page}");
    }
    let hooks = async || world.done("GET", "/webhooks", Value::Null).await["Webhooks"].clone();
    let id = hooks().await[0]["Webhook"].as_str().unwrap().to_owned();
    location(&post(&world, "/do/remove-webhook", &format!("webhook={id}")).await);
    assert_eq!(hooks().await[0]["Url"], "http://a.test/2");
    assert_eq!(post(&world, "/do/retry-webhook", &format!("webhook={id}")).await.status, 404);
}

#[tokio::test]
async fn with_a_token_webhooks_are_shown() {
    let world = World::with(with_token).await;
    let bearer = [("authorization", "Bearer hush")];
    let add = "Url=http%3A%2F%2Fa.test%2F";
    let added = post_with(&world, "/do/add-webhook", add, &bearer).await;
    assert!(added.text.contains("<code>whsec_") && added.text.contains("all events"));
}

#[tokio::test]
async fn a_failing_webhook_is_tried_again() {
    let world = World::with(|options| {
        let hosts = vec![AllowedHost::parse("a.test").unwrap()];
        options.outbound = Policy { hosts, ..Policy::default() };
    })
    .await;
    let added = world.done("POST", "/webhooks", json!({"Url": "http://a.test/"})).await;
    let working = get(&world, "").await.text;
    assert!(working.contains(">On</span>") && !working.contains("/do/retry-webhook"));
    let damage =
        "UPDATE destinations SET failures = 2, failure = 'no <b>', retry_at = 9999999999999";
    state::write(&world, damage).await;
    let page = get(&world, "").await.text;
    for part in [
        "2 attempts failed: no &#60;b&#62;",
        "2286-11-20 17:46:39 UTC in real time",
        "Retry http://a.test/",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let form = format!("webhook={}", added["Webhooks"][0]["Webhook"].as_str().unwrap());
    let retried = post(&world, "/do/retry-webhook", &form).await;
    assert_eq!(location(&retried), "/requester/console?done=retry-webhook");
    assert!(!get(&world, "").await.text.contains("2286-11-20"), "the next attempt is now");
}
