//! Whatever happened: a dump loads to the same market.

mod qualify;
mod steps;

use mturk_local::emulator::Options;
use mturk_local::turn::Profile;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use rstest::rstest;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::dump;
use crate::world::World;
use qualify::lists;
use steps::take;

/// A step of a random history.
#[derive(Debug, Clone, Copy)]
enum Step {
    Create(bool),
    CreateReviewed(usize),
    Submit(usize),
    Song(usize),
    Lay(usize),
    Accept(usize),
    Approve(usize),
    Reject(usize),
    Expire(usize),
    Delete(usize),
    Bonus(usize),
    Block(usize),
    Unblock(usize),
    Notify(usize),
    Tell(usize),
    Wait(u8),
    Qualify(usize),
    Ask(usize, usize),
    HandIn(usize, usize),
    Decide(usize, bool),
    Grant(usize, usize),
    Revoke(usize, usize),
    Forget(usize),
    Require(usize),
    GiveBack(usize),
    Again(usize),
    Retype(usize, usize),
    More(usize),
    Review(usize, bool),
    Rewrite(usize, usize),
    Rich(bool),
    Dear(usize),
    Batch(usize),
    Mark(usize),
    Republish(usize),
    End,
}

fn step() -> impl Strategy<Value = Step> {
    let any = || 0..20_usize;
    prop_oneof![
        1 => proptest::bool::ANY.prop_map(Step::Create),
        1 => any().prop_map(Step::CreateReviewed),
        4 => any().prop_map(Step::Submit),
        1 => any().prop_map(Step::Song),
        1 => any().prop_map(Step::Lay),
        2 => any().prop_map(Step::Accept),
        1 => any().prop_map(Step::Approve),
        1 => any().prop_map(Step::Reject),
        1 => any().prop_map(Step::Expire),
        1 => any().prop_map(Step::Delete),
        1 => any().prop_map(Step::Bonus),
        1 => any().prop_map(Step::Block),
        1 => any().prop_map(Step::Unblock),
        1 => any().prop_map(Step::Notify),
        1 => any().prop_map(Step::Tell),
        1 => (0..30_u8).prop_map(Step::Wait),
        2 => any().prop_map(Step::Qualify),
        3 => (any(), any()).prop_map(|(of, worker)| Step::Ask(of, worker)),
        1 => (any(), any()).prop_map(|(of, worker)| Step::HandIn(of, worker)),
        2 => (any(), proptest::bool::ANY).prop_map(|(index, well)| Step::Decide(index, well)),
        1 => (any(), any()).prop_map(|(of, worker)| Step::Grant(of, worker)),
        1 => (any(), any()).prop_map(|(of, worker)| Step::Revoke(of, worker)),
        1 => any().prop_map(Step::Forget),
        1 => any().prop_map(Step::Require),
        1 => any().prop_map(Step::GiveBack),
        1 => any().prop_map(Step::Again),
        1 => (any(), any()).prop_map(|(hit, to)| Step::Retype(hit, to)),
        1 => any().prop_map(Step::More),
        2 => (any(), proptest::bool::ANY).prop_map(|(hit, revert)| Step::Review(hit, revert)),
        1 => (any(), any()).prop_map(|(of, how)| Step::Rewrite(of, how)),
        1 => proptest::bool::ANY.prop_map(Step::Rich),
        2 => any().prop_map(Step::Dear),
        1 => any().prop_map(Step::Batch),
        1 => any().prop_map(Step::Mark),
        1 => any().prop_map(Step::Republish),
        1 => Just(Step::End),
    ]
}

/// What a history has made so far, by ids.
#[derive(Default)]
struct Made {
    hits: Vec<String>,
    works: Vec<String>,
    taken: Vec<String>,
    types: Vec<String>,
    requests: Vec<String>,
    batches: Vec<String>,
}

fn pick(list: &[String], index: usize) -> String {
    list.get(index % list.len().max(1)).cloned().unwrap_or_else(|| "3NONE".to_owned())
}

/// A dump without the ids of review actions, which are made when a policy does its work.
fn without_action_ids(dumped: Value) -> Value {
    match dumped {
        Value::Object(members) => {
            let others = members.into_iter().filter(|(name, _)| name != "ActionId");
            others.map(|(name, value)| (name, without_action_ids(value))).collect()
        }
        Value::Array(items) => items.into_iter().map(without_action_ids).collect(),
        value => value,
    }
}

#[rstest]
#[case::sandbox(Profile::Sandbox)]
#[case::production(Profile::Production)]
fn a_dump_loads_to_the_same_dump_whatever_happened(#[case] profile: Profile) {
    let runtime = Runtime::new().unwrap();
    let mut runner = TestRunner::new(ProptestConfig::with_cases(12));
    let histories = prop::collection::vec(step(), 1..60);
    let market = || World::with(|options: &mut Options| options.market.profile = profile);
    let checked = runner.run(&histories, |steps| {
        runtime.block_on(async {
            let world = market().await;
            let mut made = Made::default();
            for step in steps {
                take(&world, step, &mut made).await;
            }
            let dumped = dump(&world).await;
            let again = market().await;
            again.done("POST", "/world", dumped.clone()).await;
            assert_eq!(dump(&again).await, dumped);
            assert_eq!(lists(&again, &made.types).await, lists(&world, &made.types).await);
            again.done("PUT", "/world", dumped.clone()).await;
            assert_eq!(dump(&again).await, dumped);
            // What is to happen by itself is the same too.
            for market in [&world, &again] {
                // At the end of time there is no more of it.
                market.control("POST", "/clock", json!({"advance": "200d"})).await;
            }
            let [again, world] = [dump(&again).await, dump(&world).await];
            assert_eq!(without_action_ids(again), without_action_ids(world));
        });
        Ok(())
    });
    checked.unwrap();
}
