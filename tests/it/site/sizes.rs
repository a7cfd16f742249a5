//! No page is large, whatever requesters write: long texts have pages of their own.

use std::collections::BTreeSet;

use regex::Regex;
use serde_json::json;

use super::{Browser, assignment, group};
use crate::world::World;

/// The most that a page may weigh, with its style sheets, scripts and pictures.
const MOST: usize = 60_000;

/// What takes the most room on a page.
fn heavy(count: usize) -> String {
    "&".repeat(count)
}

/// The bytes of a page and of the assets that it names.
async fn weight(browser: &Browser<'_>, path: &str) -> usize {
    let page = browser.get(path).await;
    let named = Regex::new("(?:href|src)=\"(/assets/[^\"]+)\"").unwrap();
    let assets: BTreeSet<_> = named.captures_iter(&page).map(|one| one[1].to_owned()).collect();
    let mut sum = page.len();
    for asset in assets {
        sum += browser.get(&asset).await.len();
    }
    sum
}

/// A HIT whose texts are as heavy as they can be.
async fn heavy_hit(world: &World, number: usize) -> String {
    let title = format!("{}{number:03}", heavy(125));
    let texts = json!({"Title": title, "Description": heavy(2000), "Keywords": heavy(1000)});
    world.create_hit(texts).await
}

/// A market in which every list of A1 is longer than a page.
async fn market() -> World {
    let world = World::with(|options| options.market.queue_limit = 0).await;
    for number in 0..30 {
        let hit = heavy_hit(&world, number).await;
        if number < 27 {
            world.accept("A1", &hit).await;
        }
        let done = world.create_hit(json!({})).await;
        let id = world.work("A1", &done).await;
        let asked = json!({"AssignmentId": id, "RequesterFeedback": heavy(1024)});
        world.ok("RejectAssignment", asked).await;
        let paid = json!({"AssignmentId": id, "WorkerId": "A1", "BonusAmount": "0.01",
            "Reason": heavy(4096)});
        world.ok("SendBonus", paid).await;
        let mail = json!({"Subject": heavy(200), "MessageText": heavy(4096), "WorkerIds": ["A1"]});
        world.ok("NotifyWorkers", mail).await;
        qualify(&world, number).await;
    }
    world
}

/// Two types to ask for, of which A1 has one.
async fn qualify(world: &World, number: usize) {
    for kind in ["had", "wanted"] {
        let name = format!("{}{kind}{number:03}", heavy(190));
        let asked = json!({"Name": name, "Description": heavy(2000),
            "QualificationTypeStatus": "Active"});
        let made = world.ok("CreateQualificationType", asked).await;
        let id = &made["QualificationType"]["QualificationTypeId"];
        if kind == "had" {
            let given = json!({"QualificationTypeId": id, "WorkerId": "A1", "IntegerValue": 1});
            world.ok("AssociateQualificationWithWorker", given).await;
        }
    }
}

#[tokio::test]
async fn no_list_outgrows_its_page() {
    let world = market().await;
    let browser = world.browser("A1");
    for path in [
        "/",
        "/projects",
        "/projects?page_size=40",
        "/tasks",
        "/dashboard",
        "/status_details/2026-01-01",
        "/qualifications",
        "/messages",
        "/workers",
    ] {
        let bytes = weight(&browser, path).await;
        assert!(bytes <= MOST, "{path} has {bytes} bytes");
    }
}

#[tokio::test]
async fn what_was_cut_is_whole_on_a_page_of_its_own() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let id = world.work("A1", &hit).await;
    let long = |what: &str| format!("{what} {} end of {what}", "x".repeat(900));
    let asked = json!({"AssignmentId": id, "RequesterFeedback": long("feedback")});
    world.ok("RejectAssignment", asked).await;
    let paid = json!({"AssignmentId": id, "WorkerId": "A1", "BonusAmount": "0.25",
        "Reason": long("bonus")});
    world.ok("SendBonus", paid).await;
    let mail = json!({"Subject": "s", "MessageText": long("mail"), "WorkerIds": ["A1"]});
    world.ok("NotifyWorkers", mail).await;
    let link = Regex::new("<a href=\"([^\"]+)\">Read all of it</a>").unwrap();
    let group_id = group(&world, &hit).await;
    let work = format!("/projects/{group_id}/tasks/{hit}?assignment_id={id}");
    for (list, what, expected) in [
        ("/status_details/2026-01-01", "feedback", work.as_str()),
        ("/dashboard", "bonus", "/bonuses/1"),
        ("/messages", "mail", "/messages/1"),
    ] {
        let page = world.browser("A1").get(list).await;
        let end = format!("end of {what}");
        assert!(page.contains(&format!("{what} xxx")) && !page.contains(&end), "{list}");
        assert_eq!(&link.captures(&page).unwrap()[1], expected, "{list}");
        assert!(world.browser("A1").get(expected).await.contains(&end), "{expected}");
        // Somebody else's is not there, nor shown.
        let other = world.browser("A2").send("GET", expected, &[], "").await;
        assert!(!other.text.contains(&end), "{expected}");
        assert_eq!(other.status, if expected == work { 200 } else { 404 }, "{expected}");
    }
    assert_eq!(assignment(&work), id);
    for path in ["/messages/x", "/messages/2", "/bonuses/x", "/bonuses/2"] {
        let reply = world.browser("A1").send("GET", path, &[], "").await;
        assert_eq!(reply.status, 404, "{path}");
        assert!(reply.text.contains("You have no such"), "{path}");
    }
}

#[tokio::test]
async fn a_short_text_is_not_folded() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let id = world.work("A1", &hit).await;
    let paid = json!({"AssignmentId": id, "WorkerId": "A1", "BonusAmount": "0.25",
        "Reason": "Well done."});
    world.ok("SendBonus", paid).await;
    let page = world.browser("A1").get("/dashboard").await;
    assert!(page.contains("Well done.") && !page.contains("Read all of it"));
}

#[tokio::test]
async fn a_queue_shows_what_is_due_first_and_counts_the_rest() {
    let world = World::with(|options| options.market.queue_limit = 0).await;
    for number in 0..27 {
        let hit = world.create_hit(json!({"Title": format!("HIT {number:02}")})).await;
        world.accept("A1", &hit).await;
        world.advance("1s").await;
    }
    let page = world.browser("A1").get("/tasks").await;
    assert!(page.contains("HIT 24<") && !page.contains("HIT 25<"), "{page}");
    assert!(page.contains("You have 2 more in hand"), "{page}");
    assert_eq!(world.browser("A1").json("/tasks").await["tasks"].as_array().unwrap().len(), 27);
}
