//! The requester's desk: the balance, what is on hold, and every payment.

use mturk_local::turn::Profile;
use serde_json::{Value, json};

use crate::desk::Browser;
use crate::world::World;

async fn production() -> World {
    World::with(|options| options.market.profile = Profile::Production).await
}

/// The figures of the page: available, on hold, paid.
fn figures(page: &str) -> Vec<String> {
    let figures = page.split("<dd class=\"money\">").skip(1);
    let text = |part: &str| {
        let (_, rest) = part.split_once('$').unwrap();
        rest.split('<').next().unwrap().to_owned()
    };
    figures.map(text).collect()
}

/// Each payment that a requester ever made, from the oldest on, read by small pages.
async fn payments(world: &World, requester: &str) -> Vec<Value> {
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let path = format!("/payments?requester={requester}&limit=2{after}");
        let page = world.done("GET", &path, Value::Null).await;
        all.extend(page["Payments"].as_array().unwrap().clone());
        let Some(next) = page["Next"].as_str() else { return all };
        after = format!("&after={next}");
    }
}

fn cents(amount: &Value) -> i64 {
    let text = amount.as_str().unwrap();
    text.replace('.', "").parse().unwrap()
}

/// What payments have charged, and what the requester has: together what it began with.
async fn sum(world: &World) -> i64 {
    let balance = world.ok("GetAccountBalance", json!({})).await;
    let held = balance.get("OnHoldBalance").map_or(0, cents);
    let charged: i64 = payments(world, "test").await.iter().map(|of| cents(&of["Charged"])).sum();
    cents(&balance["AvailableBalance"]) + held + charged
}

/// Work that is approved by hand, by time, after a rejection, and in a large HIT; and bonuses.
async fn history(world: &World) {
    let hit = world.create_hit(json!({"Reward": "0.07", "MaxAssignments": 3})).await;
    let large = world.create_hit(json!({"Reward": "0.25", "MaxAssignments": 10})).await;
    let anna = world.work("A1ANNA", &hit).await;
    let ben = world.work("A1BEN", &hit).await;
    world.work("A1ANNA", &large).await;
    world.ok("ApproveAssignment", json!({"AssignmentId": anna})).await;
    let rejection = json!({"AssignmentId": ben, "RequesterFeedback": "no"});
    world.ok("RejectAssignment", rejection).await;
    world.advance("1h").await;
    let after_all = json!({"AssignmentId": ben, "OverrideRejection": true});
    world.ok("ApproveAssignment", after_all).await;
    for amount in ["0.01", "1.50"] {
        let bonus = json!({"WorkerId": "A1BEN", "AssignmentId": ben, "BonusAmount": amount,
            "Reason": "=good"});
        world.ok("SendBonus", bonus).await;
    }
    world.advance("40d").await;
}

#[tokio::test]
async fn the_sum_of_all_payments_is_what_left_the_balance() {
    let world = production().await;
    history(&world).await;
    assert_eq!(sum(&world).await, 1_000_000);
    let all = payments(&world, "test").await;
    let short: Vec<String> = all
        .iter()
        .map(|of| {
            let text = |name: &str| of[name].as_str().unwrap_or("-").to_owned();
            ["Kind", "WorkerId", "Amount", "Fee", "Charged", "Reason"].map(text).join(" ")
        })
        .collect();
    let expected = [
        "Reward A1ANNA 0.07 0.01 0.08 -",
        "Reward A1BEN 0.07 0.01 0.08 -",
        "Bonus A1BEN 0.01 0.01 0.02 =good",
        "Bonus A1BEN 1.50 0.30 1.80 =good",
        "Reward A1ANNA 0.25 0.10 0.35 -",
    ];
    assert_eq!(short, expected);
    assert!(all.iter().all(|of| of["HITId"].is_string()));
    let mut browser = Browser::of(&world, "test").await;
    let page = browser.get(&world, "/money").await.text;
    assert_eq!(figures(&page), ["9997.67", "0.00", "2.33"]);
    assert!(page.contains("+$10000.00") && page.contains("“=good”"), "{page}");
}

#[tokio::test]
async fn a_sandbox_lists_what_workers_got_and_charges_nothing() {
    let world = World::new().await;
    history(&world).await;
    assert_eq!(sum(&world).await, 1_000_000);
    let all = payments(&world, "test").await;
    let amounts: i64 = all.iter().map(|of| cents(&of["Amount"])).sum();
    assert_eq!((all.len(), amounts), (5, 7 + 7 + 1 + 150 + 25));
    assert!(all.iter().all(|of| of["Charged"] == "0.00" && of["Fee"] == "0.00"), "{all:?}");
    let mut browser = Browser::of(&world, "test").await;
    let page = browser.get(&world, "/money").await.text;
    assert_eq!(figures(&page), ["10000.00", "0.00", "0.00"]);
    assert!(page.contains("This market is a sandbox"));
}

#[tokio::test]
async fn what_is_on_hold_is_listed_by_hit() {
    let world = production().await;
    let held = world.create_hit(json!({"Reward": "1.00", "MaxAssignments": 2})).await;
    let done = world.create_hit(json!({"Title": "Done"})).await;
    for worker in ["A1ANNA", "A1BEN", "A1CHEN"] {
        let id = world.work(worker, &done).await;
        world.ok("ApproveAssignment", json!({"AssignmentId": id})).await;
    }
    let mut browser = Browser::of(&world, "test").await;
    let page = browser.get(&world, "/money/holds").await.text;
    assert!(page.contains(&format!("/requester/hits/{held}")) && page.contains("$2.40"), "{page}");
    assert!(!page.contains(&done), "nothing is held any more");
}

#[tokio::test]
async fn pages_and_the_file_hold_every_payment_once() {
    let world = production().await;
    let mut made = Vec::new();
    for number in 0..4 {
        let hit = world.create_hit(json!({"Reward": "0.01", "MaxAssignments": 9})).await;
        for worker in 0..9 {
            let id = world.work(&format!("A1W{worker}"), &hit).await;
            world.ok("ApproveAssignment", json!({"AssignmentId": id})).await;
            if worker < 5 {
                let bonus = json!({"WorkerId": format!("A1W{worker}"), "AssignmentId": id,
                    "BonusAmount": "0.02", "Reason": "good"});
                world.ok("SendBonus", bonus).await;
                made.push(id.clone());
            }
            made.push(id);
        }
        // The clock stands still within each half.
        if number == 1 {
            world.advance("1d").await;
        }
    }
    made.sort();
    let mut browser = Browser::of(&world, "test").await;
    let (mut path, mut found, mut pages) = ("/money".to_owned(), Vec::new(), 0);
    loop {
        let page = browser.get(&world, &path).await.text;
        let ids = page.split("/requester/answers/").skip(1);
        found.extend(ids.map(|rest| rest.split('"').next().unwrap().to_owned()));
        pages += 1;
        let Some(next) = page.split("rel=\"next\" href=\"/requester").nth(1) else { break };
        path = next.split('"').next().unwrap().to_owned();
    }
    found.sort();
    assert_eq!((found, pages), (made.clone(), 2));
    let rows = |file: &str| file.lines().count() - 1;
    let file = browser.get(&world, "/money/payments.csv").await;
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(rows(&file.text), 56);
    for (query, count) in [
        ("since=2026-01-02", 28),
        ("since=2026-01-01", 56),
        ("since=2026-01-03", 0),
        ("worker=A1W0", 8),
        ("worker=%20a1w0", 8),
        ("worker=A1W", 0),
        ("since=-1h&worker=A1W8", 2),
        ("since=1h&worker=A1W8", 2),
    ] {
        let file = browser.get(&world, &format!("/money/payments.csv?{query}")).await.text;
        assert_eq!(rows(&file), count, "{query}");
    }
    let refused = browser.get(&world, "/money/payments.csv?since=soon").await;
    assert_eq!(refused.status, 400);
    for shown in ["is not a span such as 7d", "value=\"soon\""] {
        assert!(refused.text.contains(shown), "{shown}: {}", refused.text);
    }
    let back = world.done("GET", "/payments?requester=test&since=1h", json!(null)).await;
    assert_eq!(back["Payments"].as_array().unwrap().len(), 28);
    let to_one = world.done("GET", "/payments?requester=test&worker=a1w0", json!(null)).await;
    let to_one = to_one["Payments"].as_array().unwrap().clone();
    assert_eq!(to_one.len(), 8);
    assert!(to_one.iter().all(|of| of["WorkerId"] == "A1W0"), "{to_one:?}");
    let since =
        world.done("GET", "/payments?requester=test&since=2026-01-02T00:00:00Z", json!(null));
    assert_eq!(since.await["Payments"].as_array().unwrap().len(), 28);
}

#[tokio::test]
async fn payments_of_one_instant_are_on_one_page_each() {
    let world = production().await;
    let mut made = Vec::new();
    for _ in 0..4 {
        let hit = world.create_hit(json!({"MaxAssignments": 9})).await;
        for worker in 0..9 {
            let id = world.work(&format!("A1W{worker}"), &hit).await;
            world.ok("ApproveAssignment", json!({"AssignmentId": id})).await;
            for _ in 0..worker % 3 {
                let bonus = json!({"WorkerId": format!("A1W{worker}"), "AssignmentId": id,
                    "BonusAmount": "0.02", "Reason": "good"});
                world.ok("SendBonus", bonus).await;
                made.push(format!("Bonus {id}"));
            }
            made.push(format!("Reward {id}"));
        }
    }
    let all = payments(&world, "test").await;
    let times: std::collections::BTreeSet<String> =
        all.iter().map(|of| of["Time"].to_string()).collect();
    assert_eq!(times.len(), 1, "the clock stands still");
    let text = |of: &Value, name: &str| of[name].as_str().unwrap().to_owned();
    let oldest: Vec<String> =
        all.iter().map(|of| text(of, "Kind") + " " + &text(of, "AssignmentId")).collect();
    let mut browser = Browser::of(&world, "test").await;
    let (mut path, mut latest, mut pages) = ("/money".to_owned(), Vec::new(), 0);
    loop {
        let page = browser.get(&world, &path).await.text;
        for row in page.split("<th scope=\"row\">").skip(1) {
            let kind = row.split(' ').next().unwrap();
            let Some((_, id)) = row.split_once("/requester/answers/") else { continue };
            latest.push(format!("{kind} {}", id.split('"').next().unwrap()));
        }
        pages += 1;
        let Some(next) = page.split("rel=\"next\" href=\"/requester").nth(1) else { break };
        path = next.split('"').next().unwrap().to_owned();
    }
    latest.reverse();
    assert_eq!(latest, oldest, "both orders are the same");
    let mut sorted = oldest;
    sorted.sort();
    made.sort();
    assert_eq!((sorted, pages), (made, 2), "none is lost, none stands twice");
}

#[tokio::test]
async fn payments_to_robots_are_marked() {
    let world = production().await;
    let hit = world.create_hit(json!({})).await;
    world.done("PUT", "/workers/A1ROBOT", json!({"Robot": true})).await;
    for worker in ["A1ROBOT", "A1ANNA"] {
        let id = world.work(worker, &hit).await;
        world.ok("ApproveAssignment", json!({"AssignmentId": id})).await;
    }
    let mut browser = Browser::of(&world, "test").await;
    let page = browser.get(&world, "/money").await.text;
    assert!(page.contains("A1ROBOT</a> <span class=\"tag\">robot</span>"), "{page}");
    assert_eq!(page.matches("robot</span>").count(), 1);
    let mut paid = payments(&world, "test").await;
    paid.sort_by_key(|one| one["WorkerId"].to_string());
    assert_eq!((&paid[0]["Robot"], &paid[1]["Robot"]), (&json!(null), &json!(true)));
    let file = browser.get(&world, "/money/payments.csv").await.text;
    for line in file.lines() {
        let end = if line.contains("A1ROBOT") { "\"yes\"" } else { "\"\"" };
        let end = if line.contains("WorkerId") { "\"Robot\"" } else { end };
        assert!(line.ends_with(end), "{file}");
    }
}

#[tokio::test]
async fn a_stranger_sees_no_payment() {
    let world = production().await;
    history(&world).await;
    let mut browser = Browser::of(&world, "other").await;
    let page = browser.get(&world, "/money").await.text;
    assert_eq!(figures(&page), ["10000.00", "0.00", "0.00"]);
    assert!(!page.contains("A1ANNA") && page.contains("Nothing was paid yet"));
    assert!(!browser.get(&world, "/money/payments.csv").await.text.contains("A1ANNA"));
    assert_eq!(payments(&world, "other").await, [json!(null); 0]);
}

#[tokio::test]
async fn a_world_keeps_its_payments_and_its_balance() {
    let world = production().await;
    history(&world).await;
    world.create_hit(json!({"Reward": "1.00"})).await;
    let (before, balance) =
        (payments(&world, "test").await, world.ok("GetAccountBalance", json!({})).await);
    let dump = world.done("GET", "/world", Value::Null).await;
    world.done("PUT", "/world", dump).await;
    let after = payments(&world, "test").await;
    let paid = |all: &[Value]| -> Vec<Value> {
        all.iter().map(|of| json!([of["Time"], of["WorkerId"], of["Amount"]])).collect()
    };
    assert_eq!(paid(&after), paid(&before));
    assert!(after.iter().all(|of| of["Charged"] == "0.00"), "the balance is what was left");
    assert_eq!(world.ok("GetAccountBalance", json!({})).await, balance);
    assert_eq!(sum(&world).await, 1_000_000 - 233);
    let mut browser = Browser::of(&world, "test").await;
    let page = browser.get(&world, "/money").await.text;
    assert_eq!(figures(&page)[2], "0.00", "{page}");
}
