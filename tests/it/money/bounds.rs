//! Amounts have bounds, so that no sum leaves the numbers.

use rstest::rstest;
use serde_json::{Value, json};

use super::{money, production};
use crate::state;
use crate::world::World;

const MOST: &str = "1000000000.00";
const TOO_MUCH: &str = "1000000000.01";
const MOST_IN_ALL: &str = "10000000000000000.00";

async fn load(world: &World, name: &str, entry: Value) -> Result<Value, String> {
    let mut file = json!({});
    file[name] = if name == "AvailableBalance" { entry } else { json!([entry]) };
    match world.control("POST", "/world", file).await {
        (200, answer) => Ok(answer),
        (_, answer) => Err(answer["error"]["message"].as_str().unwrap().to_owned()),
    }
}

async fn give(world: &World, balance: &str) {
    load(world, "AvailableBalance", balance.into()).await.unwrap();
}

#[tokio::test]
async fn the_api_takes_amounts_up_to_the_bound() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"Reward": MOST})).await;
    let fault = world.fault("CreateHIT", crate::world::hit(json!({"Reward": TOO_MUCH}))).await;
    assert!(fault.contains("The value \"1000000000.01\" is not valid for the parameter Reward."));
    let work = world.work("A1", &hit).await;
    let bonus = |amount: &str| {
        json!({"AssignmentId": work, "WorkerId": "A1",
        "BonusAmount": amount, "Reason": "r"})
    };
    world.ok("SendBonus", bonus(MOST)).await;
    let fault = world.fault("SendBonus", bonus(TOO_MUCH)).await;
    assert!(fault.contains("is not valid for the parameter BonusAmount."), "{fault}");
}

#[rstest]
#[case("HITs", json!({"Title": "t", "Reward": MOST}), None)]
#[case("HITs", json!({"Title": "t", "Reward": TOO_MUCH}),
    Some("line 1: HITs[0].Reward: more than 1000000000.00 dollars"))]
#[case("HITTypes", json!({"Title": "t", "Reward": TOO_MUCH}),
    Some("line 1: HITTypes[0].Reward: more than 1000000000.00 dollars"))]
#[case("BonusPayments", json!({"WorkerId": "A1", "AssignmentId": "3A", "BonusAmount": MOST}), None)]
#[case("BonusPayments", json!({"WorkerId": "A1", "AssignmentId": "3A", "BonusAmount": TOO_MUCH}),
    Some("line 1: BonusPayments[0].BonusAmount: more than 1000000000.00 dollars"))]
#[case("AvailableBalance", json!(MOST_IN_ALL), None)]
#[case("AvailableBalance", json!("-10000000000000000.00"), None)]
#[case("AvailableBalance", json!("92233720368547758.07"),
    Some("line 1: AvailableBalance: not an amount of dollars from -10000000000000000.00 to \
        10000000000000000.00"))]
#[case("Requesters", json!({"AccessKeyId": "k", "AvailableBalance": MOST_IN_ALL}), None)]
#[case("Requesters", json!({"AccessKeyId": "k", "AvailableBalance": "10000000000000000.01"}),
    Some("line 1: Requesters[0].AvailableBalance: not an amount of dollars from \
        -10000000000000000.00 to 10000000000000000.00"))]
#[case("Requesters", json!({"AccessKeyId": "k".repeat(128)}), None)]
#[case("Workers", json!({"WorkerId": "A1", "HITsApproved": 1_000_000_000}), None)]
#[case("Workers", json!({"WorkerId": "A1", "HITsApproved": 1_000_000_001}),
    Some("line 1: Workers[0]: HITsApproved is between 0 and 1000000000"))]
#[case("HITs", json!({"Title": "t", "MaxAssignments": 1_000_000_000}), None)]
#[case("HITs", json!({"Title": "t", "MaxAssignments": 1_000_000_001}),
    Some("line 1: HITs[0]: The value 1000000001 is invalid for MaxAssignments. Valid values range \
        from 1 to 1000000000"))]
#[tokio::test]
async fn worlds_hold_amounts_up_to_the_bound(
    #[case] name: &str,
    #[case] entry: Value,
    #[case] said: Option<&str>,
) {
    let world = World::new().await;
    let refused = load(&world, name, entry).await.err();
    assert_eq!(refused.as_deref(), said);
}

/// The API's model has no balance below zero: `^[0-9]+(\.)?[0-9]{0,2}$`.
#[tokio::test]
async fn a_balance_below_zero_is_shown_as_none() {
    let world = production().await;
    give(&world, "-5.00").await;
    assert_eq!(money(&world).await, "0.00 0.00");
    let refused = world.fault("CreateHIT", crate::world::hit(json!({}))).await;
    assert!(refused.contains("InsufficientFunds"), "{refused}");
    let (_, dumped) = world.control("GET", "/world", json!(null)).await;
    assert!(dumped.to_string().contains("-5.00"), "what is owed is kept: {dumped}");
}

/// Holds of the dearest HITs, and what they give back, stay within the numbers.
#[tokio::test]
async fn the_largest_amounts_together_stop_nothing() {
    let world = production().await;
    give(&world, MOST_IN_ALL).await;
    let dear = json!({"Title": "t", "Reward": MOST, "MaxAssignments": 1_000_000_000,
        "Expiration": "+1h", "Assignments": [{"WorkerId": "A1"}, {"WorkerId": "A2"}]});
    world.done("POST", "/world", json!({"HITs": vec![dear.clone(); 200]})).await;
    let before = money(&world).await;
    assert_eq!(before, format!("{MOST_IN_ALL} 2000000000000.00"));
    let again = world.done("GET", "/world", Value::Null).await;
    world.advance("2h").await;
    let after = money(&world).await;
    assert!(after.starts_with(&format!("{MOST_IN_ALL} ")), "{after}");
    world.advance("60d").await;
    assert_eq!(money(&world).await, format!("{MOST_IN_ALL} 0.00"), "all work was approved");
    let other = production().await;
    other.done("POST", "/world", again.clone()).await;
    assert_eq!(other.done("GET", "/world", Value::Null).await, again);
}

/// What a worker earned is a sum of the largest amounts.
#[tokio::test]
async fn the_largest_amounts_add_up_on_a_dashboard() {
    let world = World::new().await;
    let dear = json!({"Title": "t", "Reward": MOST, "MaxAssignments": 1,
        "Assignments": [{"WorkerId": "A1", "AssignmentStatus": "Approved"}]});
    let bonus = json!({"WorkerId": "A1", "AssignmentId": "3A", "BonusAmount": MOST});
    let file = json!({"HITs": vec![dear; 1000], "BonusPayments": vec![bonus; 1000]});
    world.done("POST", "/world", file).await;
    let figures = world.browser("A1").json("/dashboard").await;
    assert_eq!(figures["daily_hit_statistics_overview"][0]["submitted"], 1000);
    assert_eq!(figures["daily_hit_statistics_overview"][0]["earnings"], 1e12);
    assert_eq!(figures["earnings_to_date"]["total"], 2e12, "{figures}");
}

#[tokio::test]
async fn days_outside_the_markets_time_are_not_there() {
    let world = World::new().await;
    for day in ["9999-12-31", "2200-01-01", "1969-12-31", "0001-01-01"] {
        let path = format!("/status_details/{day}");
        assert_eq!(world.browser("A1").send("GET", &path, &[], "").await.status, 404, "{day}");
    }
    world.browser("A1").get("/status_details/2199-12-31").await;
}

/// A market that holds what no market should goes on; what such a value touches stays at the bound.
#[tokio::test]
async fn an_amount_beyond_the_bounds_stops_no_timer() {
    let world = production().await;
    let mut hits = Vec::new();
    for _ in 0..2 {
        hits.push(world.create_hit(json!({"Reward": "1.00"})).await);
    }
    let other = world.by("other").create_hit(json!({"Reward": "1.00"})).await;
    for (balance, sign, hit) in [(i64::MAX, "", &hits[0]), (i64::MIN, "-", &hits[1])] {
        let beyond = format!(
            "UPDATE requesters SET balance_cents = {balance}, on_hold_cents = \
            {balance} WHERE access_key = 'test'"
        );
        state::write(&world, &beyond).await;
        world.advance("1h").await;
        world.ok("UpdateExpirationForHIT", json!({"HITId": hit, "ExpireAt": 0})).await;
        let dumped = world.done("GET", "/world", Value::Null).await;
        let all = dumped["Requesters"].as_array().unwrap();
        let test = all.iter().find(|requester| requester["AccessKeyId"] == "test").unwrap();
        let bound = json!(format!("{sign}{MOST_IN_ALL}"));
        assert_eq!([&test["AvailableBalance"], &test["OnHoldBalance"]], [&bound, &bound]);
    }
    world.advance("2d").await;
    assert_eq!(money(&world.by("other")).await, "10000.00 0.00");
    assert_eq!(world.by("other").hit(&other).await["HITStatus"], "Reviewable");
}
