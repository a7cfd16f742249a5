//! Timers that fall due one after the other are settled together. Nobody can tell.

use mturk_local::turn::Profile;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::events::events;
use crate::reviews;
use crate::state::state;
use crate::world::World;

/// What comes of a piece of work before the jump.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Accepted,
    Submitted,
    Approved,
    Rejected,
}

#[derive(Debug, Clone)]
struct Hit {
    other: bool,
    life: i64,
    delay: i64,
    places: i64,
    has_policies: bool,
    works: Vec<(usize, Fate)>,
}

fn hit() -> impl Strategy<Value = Hit> {
    let fate = prop_oneof![
        1 => Just(Fate::Accepted),
        6 => Just(Fate::Submitted),
        1 => Just(Fate::Approved),
        1 => Just(Fate::Rejected),
    ];
    let works = prop::collection::vec((0..6_usize, fate), 0..5);
    // Some end, and are approved, at one instant.
    let span = || prop_oneof![(1..5_i64).prop_map(|n| n * 600), 30..5000_i64];
    let delay = prop_oneof![1 => Just(0_i64), 9 => span()];
    (any::<bool>(), span(), delay, 1..6_i64, prop::bool::weighted(0.1), works).prop_map(
        |(other, life, delay, places, has_policies, works)| Hit {
            other,
            life,
            delay,
            places,
            has_policies,
            works,
        },
    )
}

/// A market with these HITs, in which events of one requester are to be delivered.
async fn begin(hits: &[Hit]) -> World {
    let world = World::with(|options| options.market.profile = Profile::Production).await;
    for hit in hits {
        let owner = if hit.other { world.by("other") } else { world.clone() };
        let mut changes = json!({"LifetimeInSeconds": hit.life, "Reward": "0.10",
            "AutoApprovalDelayInSeconds": hit.delay, "MaxAssignments": hit.places});
        if hit.has_policies {
            let policy = reviews::plurality(&json!({"QuestionIds": "q",
                "QuestionAgreementThreshold": "40",
                "ApproveIfWorkerAgreementScoreIsAtLeast": "100"}));
            changes["HITReviewPolicy"] = policy["HITReviewPolicy"].clone();
        }
        let id = owner.create_hit(changes).await;
        for (worker, fate) in &hit.works {
            work(&owner, &id, *worker, *fate).await;
        }
        if hit.other {
            let to = json!({"Destination": "http://sqs:9324/000000000000/q", "Transport": "SQS",
                "Version": "2014-08-15", "EventTypes": ["AssignmentApproved", "HITExpired"]});
            let asked = json!({"HITTypeId": owner.hit(&id).await["HITTypeId"],
                "Notification": to, "Active": true});
            owner.ok("UpdateNotificationSettings", asked).await;
        }
    }
    world
}

async fn work(owner: &World, hit: &str, worker: usize, fate: Fate) {
    let path = format!("/workers/A1WORKER{worker}/accept");
    let (status, taken) = owner.control("POST", &path, json!({"HITId": hit})).await;
    if status != 200 {
        return;
    }
    let id = taken["AssignmentId"].as_str().unwrap();
    if !matches!(fate, Fate::Accepted) {
        owner.submit(id).await;
    }
    let asked = json!({"AssignmentId": id, "RequesterFeedback": "so"});
    match fate {
        Fate::Accepted | Fate::Submitted => {}
        // A policy may have decided before.
        Fate::Approved => drop(owner.call("ApproveAssignment", asked).await),
        Fate::Rejected => drop(owner.call("RejectAssignment", asked).await),
    }
}

/// Goes to each instant at which a timer falls due until `to`, and then to that.
async fn walk(world: &World, to: &str) {
    loop {
        let next = world.done("GET", "/timers", Value::Null).await["next"]["due"].take();
        let next = next.as_str().filter(|next| *next < to);
        let clock = json!({"set": next.unwrap_or(to)});
        world.done("POST", "/clock", clock).await;
        if next.is_none() {
            return;
        }
    }
}

/// All rows, but the one that counts timers: one that was dropped after it was read counts, too.
async fn rows(world: &World) -> Vec<String> {
    let state = state(world).await;
    state.lines().filter(|row| !row.contains("settled_count")).map(str::to_owned).collect()
}

#[test]
fn timers_that_are_settled_together_leave_what_they_leave_one_by_one() {
    let runtime = Runtime::new().unwrap();
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 6,
        failure_persistence: None,
        max_shrink_iters: 40,
        ..ProptestConfig::default()
    });
    let checked = runner.run(&prop::collection::vec(hit(), 5..40), |hits| {
        runtime.block_on(async {
            let (jumped, walked) = (begin(&hits).await, begin(&hits).await);
            let to = "2026-02-01T00:00:00Z";
            jumped.done("POST", "/clock", json!({"set": to})).await;
            walk(&walked, to).await;
            assert_eq!(events(&jumped, "?limit=1000").await, events(&walked, "?limit=1000").await);
            assert_eq!(rows(&jumped).await, rows(&walked).await);
        });
        Ok(())
    });
    checked.unwrap();
}

#[tokio::test]
async fn at_one_instant_they_go_in_the_order_of_their_subjects() {
    let world = World::new().await;
    let mut works = Vec::new();
    for _ in 0..20 {
        let changes = json!({"MaxAssignments": 5, "AutoApprovalDelayInSeconds": 60});
        let hit = world.create_hit(changes).await;
        for worker in 0..5 {
            works.push(world.work(&format!("A1WORKER{worker}"), &hit).await);
        }
    }
    assert_eq!(world.advance("1d").await, 120);
    works.sort_unstable();
    let approved = events(&world, "?EventType=AssignmentApproved&limit=100").await;
    let approved: Vec<&str> =
        approved.iter().map(|event| event["AssignmentId"].as_str().unwrap()).collect();
    assert_eq!(approved, works);
}
