//! GetAccountBalance.

use mturk_local::turn::Profile;
use serde_json::json;

use super::shows;
use crate::world::{World, hit};

#[tokio::test]
async fn the_sandbox_always_has_ten_thousand_dollars() {
    let world = World::new().await;
    shows("get_account_balance", &world.ok("GetAccountBalance", json!({})).await);
    world.ok("CreateHIT", hit(json!({"Reward": "99999.00"}))).await;
    for requester in [&world, &world.by("another"), &world.by("123456789012")] {
        let answer = requester.ok("GetAccountBalance", json!({})).await;
        assert_eq!(answer, json!({"AvailableBalance": "10000.00"}));
    }
}

#[tokio::test]
async fn in_production_each_requester_begins_with_as_much() {
    let world = World::with(|options| options.market.profile = Profile::Production).await;
    for requester in [&world, &world.by("another")] {
        let answer = requester.ok("GetAccountBalance", json!({})).await;
        let expected = json!({"AvailableBalance": "10000.00", "OnHoldBalance": "0.00"});
        assert_eq!(answer, expected);
    }
}

#[tokio::test]
async fn members_that_it_does_not_have_are_ignored() {
    let world = World::new().await;
    world.ok("GetAccountBalance", json!({"HITId": 5, "x": {"y": [null]}})).await;
}
