//! A timer that fails is set aside with its reason, and stops nothing else.

use mturk_local::turn::Profile;
use rstest::rstest;
use serde_json::{Value, json};

use crate::state::{self, state};
use crate::world::{START, World};

/// Kinds and subjects of what is set aside, the earliest first; each has a reason.
async fn set_aside(world: &World) -> Vec<String> {
    let shown = world.done("GET", "/timers", Value::Null).await;
    let failed = shown["failed"].as_array().unwrap();
    assert_eq!(shown["failed_count"], failed.len());
    assert!(failed.iter().all(|timer| !timer["reason"].as_str().unwrap().is_empty()), "{shown}");
    let named = |timer: &Value| {
        format!("{} {}", timer["kind"].as_str().unwrap(), timer["subject"].as_str().unwrap())
    };
    failed.iter().map(named).collect()
}

async fn status(world: &World, id: &str) -> Value {
    world.ok("GetAssignment", json!({"AssignmentId": id})).await["Assignment"]["AssignmentStatus"]
        .take()
}

/// What a row is damaged by: `{hit}` and `{work}` are those that the damage is about.
#[rstest]
#[case::document(
    "UPDATE assignments SET document = 'nonsense' WHERE id = '{work}'",
    "auto_approval"
)]
#[case::other_json("UPDATE assignments SET document = '[]' WHERE id = '{work}'", "auto_approval")]
#[case::no_hit("DELETE FROM hits WHERE id = '{hit}'", "auto_approval")]
#[case::status("UPDATE hits SET status = 'Nonsense' WHERE id = '{hit}'", "expiry")]
#[case::requirements(
    "UPDATE hit_types SET requirements = '{' WHERE id = (SELECT hit_type_id FROM hits \
    WHERE id = '{hit}')",
    "expiry"
)]
#[case::unknown_kind("INSERT INTO timers (kind, subject, due_at) VALUES ('x', '3X', 0)", "x 3X")]
#[case::no_kind("INSERT INTO timers (kind, subject, due_at) VALUES ('', '', 0)", " ")]
#[tokio::test]
async fn the_others_go_on(#[case] damage: &str, #[case] expected: &str) {
    let world = World::new().await;
    let sent = |title| {
        json!({"Title": title, "LifetimeInSeconds": 3600,
        "AutoApprovalDelayInSeconds": 7200})
    };
    let damaged = world.create_hit(sent("Damaged")).await;
    let whole = world.create_hit(sent("Whole")).await;
    let damaged_work = world.work("A1", &damaged).await;
    let work = world.work("A1", &whole).await;
    state::write(&world, &damage.replace("{hit}", &damaged).replace("{work}", &damaged_work)).await;
    world.advance("1d").await;
    assert_eq!(world.hit(&whole).await["HITStatus"], "Reviewable");
    assert_eq!(status(&world, &work).await, "Approved");
    let failed = set_aside(&world).await;
    assert!(failed.iter().any(|one| one.starts_with(expected)), "{failed:?}");
    let health = world.done("GET", "/readyz", Value::Null).await;
    assert_eq!(health["status"], "degraded");
    assert!(health["reasons"][0].as_str().unwrap().contains(&failed.len().to_string()));
    // What is damaged fails again, and later timers fall due as before.
    let retried = world.done("POST", "/timers/retry", json!({})).await;
    assert_eq!(retried, json!({"retried": failed.len(), "failed_count": failed.len()}));
    let later = world.create_hit(json!({"LifetimeInSeconds": 60})).await;
    assert_eq!(world.advance("1m").await, 1);
    assert_eq!(world.hit(&later).await["HITStatus"], "Reviewable");
    world.done("POST", "/reset", json!({})).await;
    assert_eq!(set_aside(&world).await, [""; 0]);
    assert_eq!(world.done("GET", "/health", Value::Null).await["status"], "ok");
}

/// How the database refuses a change: an error of a constraint, or of the statement itself.
#[derive(Clone, Copy)]
enum Refusal {
    Constraint,
    Statement,
}

/// From now on the database refuses to change that HIT.
async fn refuse_changes(world: &World, hit: &str, how: Refusal) {
    if world.is_postgres() {
        let body = match how {
            Refusal::Constraint => "RAISE EXCEPTION USING ERRCODE = '23514'",
            Refusal::Statement => "PERFORM 1 / 0",
        };
        let function = format!(
            "CREATE FUNCTION broken() RETURNS trigger AS $$ BEGIN {body}; RETURN new; END $$ \
            LANGUAGE plpgsql"
        );
        state::write(world, &function).await;
        let trigger = format!(
            "CREATE TRIGGER broken BEFORE UPDATE ON hits FOR EACH ROW \
            WHEN (old.id = '{hit}') EXECUTE FUNCTION broken()"
        );
        state::write(world, &trigger).await;
    } else {
        let body = match how {
            Refusal::Constraint => "RAISE(ABORT, 'broken')",
            Refusal::Statement => "abs(-9223372036854775807 - 1)",
        };
        let trigger = format!(
            "CREATE TRIGGER broken BEFORE UPDATE ON hits WHEN old.id = '{hit}' \
            BEGIN SELECT {body}; END"
        );
        state::write(world, &trigger).await;
    }
}

async fn allow_changes(world: &World) {
    let on = if world.is_postgres() { " ON hits" } else { "" };
    state::write(world, &format!("DROP TRIGGER broken{on}")).await;
}

#[rstest]
#[case(Refusal::Constraint)]
#[case(Refusal::Statement)]
#[tokio::test]
async fn what_a_failed_timer_did_is_taken_back_and_it_can_be_tried_again(#[case] how: Refusal) {
    let world = World::new().await;
    let hit = world.create_hit(json!({"LifetimeInSeconds": 3600})).await;
    let whole = world.create_hit(json!({"LifetimeInSeconds": 3600})).await;
    refuse_changes(&world, &hit, how).await;
    assert_eq!(world.advance("2h").await, 1);
    assert_eq!(set_aside(&world).await, [format!("expiry {hit}")]);
    let stored = state(&world).await;
    assert!(stored.lines().any(|row| row.contains("disposal") && row.contains(&whole)));
    assert!(!stored.lines().any(|row| row.contains("disposal") && row.contains(&hit)), "{stored}");
    assert_eq!(world.hit(&hit).await["HITStatus"], "Assignable");
    let one = json!({"kind": "expiry", "subject": hit});
    let failing = world.done("POST", "/timers/retry", one.clone()).await;
    assert_eq!(failing, json!({"retried": 1, "failed_count": 1}));
    allow_changes(&world).await;
    let mended = world.done("POST", "/timers/retry", one.clone()).await;
    assert_eq!(mended, json!({"retried": 1, "failed_count": 0}));
    assert_eq!(world.hit(&hit).await["HITStatus"], "Reviewable");
    assert_eq!(world.done("GET", "/health", Value::Null).await["status"], "ok");
    assert_eq!(world.control("POST", "/timers/retry", one).await.0, 404);
    let half = json!({"kind": "expiry"});
    assert_eq!(world.control("POST", "/timers/retry", half).await.0, 400);
}

#[tokio::test]
async fn a_timer_that_is_set_anew_is_not_set_aside_any_more() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"LifetimeInSeconds": 3600})).await;
    refuse_changes(&world, &hit, Refusal::Constraint).await;
    world.advance("2h").await;
    allow_changes(&world).await;
    let at = json!({"HITId": hit, "ExpireAt": START + 86_400});
    world.ok("UpdateExpirationForHIT", at).await;
    assert_eq!(set_aside(&world).await, [""; 0]);
    let next = world.done("GET", "/timers", Value::Null).await["next"].take();
    assert_eq!(next, json!({"kind": "expiry", "subject": hit, "due": "2026-01-02T00:00:00Z"}));
}

#[tokio::test]
async fn a_market_with_failed_timers_is_dumped_and_loads() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"LifetimeInSeconds": 3600})).await;
    refuse_changes(&world, &hit, Refusal::Constraint).await;
    world.advance("2h").await;
    let dumped = world.done("GET", "/world", Value::Null).await;
    let other = World::new().await;
    other.done("PUT", "/world", dumped).await;
    assert_eq!(set_aside(&other).await, [""; 0], "what is loaded is not what was damaged");
    allow_changes(&world).await;
    world.done("PUT", "/world", world.done("GET", "/world", Value::Null).await).await;
    assert_eq!(set_aside(&world).await, [""; 0]);
}

/// Amounts that cannot be added up: whatever comes of it, an error or a panic, others go on.
#[rstest]
#[case(i64::MIN)]
#[case(i64::MAX)]
#[tokio::test]
async fn an_amount_that_overflows_stops_no_other_requester(#[case] held: i64) {
    let world = World::with(|options| options.market.profile = Profile::Production).await;
    let hit = world.by("damaged").create_hit(json!({"LifetimeInSeconds": 3600})).await;
    let whole = world.create_hit(json!({"LifetimeInSeconds": 3600})).await;
    state::write(&world, &format!("UPDATE hits SET held_cents = {held} WHERE id = '{hit}'")).await;
    world.advance("2h").await;
    assert_eq!(world.hit(&whole).await["HITStatus"], "Reviewable");
    let later = world.create_hit(json!({"LifetimeInSeconds": 60})).await;
    world.advance("1h").await;
    assert_eq!(world.hit(&later).await["HITStatus"], "Reviewable");
}

#[tokio::test]
async fn a_load_that_meets_a_failing_timer_sets_it_aside() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"LifetimeInSeconds": 3600})).await;
    refuse_changes(&world, &hit, Refusal::Constraint).await;
    world.done("POST", "/world", json!({"Now": "2026-01-02T00:00:00Z"})).await;
    assert_eq!(set_aside(&world).await, [format!("expiry {hit}")]);
}
