//! A market that an older version kept.

use mturk_local::turn::Profile;
use serde_json::json;

use crate::state::{state, write};
use crate::world::World;

/// The rows of a table.
async fn rows(world: &World, table: &str) -> Vec<String> {
    let (text, mut found, mut is_wanted) = (state(world).await, Vec::new(), false);
    for line in text.lines() {
        if !line.starts_with(' ') {
            is_wanted = line == table;
        } else if is_wanted && !line.trim().is_empty() {
            found.push(line.trim().to_owned());
        }
    }
    found
}

/// Takes the store back to where migration 0024 began.
const BACK: [&str; 10] = [
    "CREATE TABLE reviewed_workers (requester_id TEXT NOT NULL, worker_id TEXT NOT NULL, \
        submit_at BIGINT NOT NULL, PRIMARY KEY (requester_id, worker_id))",
    "INSERT INTO reviewed_workers SELECT requester_id, worker_id, reviewed_at \
        FROM requester_workers WHERE reviewed_at IS NOT NULL",
    "DROP TABLE requester_workers",
    "DROP TABLE reward_payments",
    "DROP INDEX bonus_payments_of_requester",
    "ALTER TABLE bonus_payments DROP COLUMN cost_cents",
    "ALTER TABLE requesters DROP COLUMN opening_cents",
    "DROP INDEX events_of_hit",
    "DELETE FROM _sqlx_migrations WHERE version = 25",
    "DELETE FROM _sqlx_migrations WHERE version = 24",
];

#[tokio::test]
async fn an_older_market_keeps_its_workers_and_rewards() {
    let world = World::with(|options| options.market.profile = Profile::Production).await;
    for (by, world) in [("test", world.clone()), ("other", world.by("other"))] {
        let (first, second) =
            (world.create_hit(json!({})).await, world.create_hit(json!({})).await);
        for (worker, hit) in
            [("A1ANNA", &first), ("A1BEN", &first), ("A1ANNA", &second), ("A1CHEN", &second)]
        {
            let id = world.work(worker, hit).await;
            world.advance("7s").await;
            match worker {
                "A1ANNA" => {
                    world.ok("ApproveAssignment", json!({"AssignmentId": id})).await;
                    let bonus = json!({"WorkerId": worker, "AssignmentId": id,
                        "BonusAmount": "0.10", "Reason": "good"});
                    world.ok("SendBonus", bonus).await;
                }
                "A1BEN" => {
                    let no = json!({"AssignmentId": id, "RequesterFeedback": "no"});
                    world.ok("RejectAssignment", no).await;
                }
                _ => {}
            }
        }
        if by == "test" {
            world.ok("UpdateExpirationForHIT", json!({"HITId": first, "ExpireAt": 0})).await;
            world.ok("DeleteHIT", json!({"HITId": first})).await;
        }
    }
    let workers = rows(&world, "requester_workers").await;
    let rewards = rows(&world, "reward_payments").await;
    assert_eq!((workers.len(), rewards.len()), (6, 4));
    for statement in BACK {
        write(&world, statement).await;
    }
    let world = world.restarted().await;
    assert_eq!(rows(&world, "requester_workers").await, workers);
    // Nobody knows what that work cost.
    let without_cost = |row: &String| row.split("cost_cents").next().map(str::to_owned);
    let copied = rows(&world, "reward_payments").await;
    let [copied, rewards] =
        [&copied, &rewards].map(|rows| rows.iter().map(without_cost).collect::<Vec<_>>());
    assert_eq!(copied, rewards);
    let mut browser = crate::desk::Browser::of(&world, "test").await;
    let money = browser.get(&world, "/money").await.text;
    for shown in ["<dt>Paid, with fees</dt><dd class=\"money\">$0.00</dd>", "for <code>"] {
        assert!(money.contains(shown), "{shown}: {money}");
    }
}
