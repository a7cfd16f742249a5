//! Random histories: what the pages hold together is what a plain list of the work holds.

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::{SUBSETS, WORK};
use crate::world::{START, World};

/// Something that happens to a HIT. Work is chosen by a number, counted modulo how much there is.
#[derive(Debug, Clone)]
enum Step {
    /// Work is submitted now.
    Submit,
    /// Work is submitted as of so many seconds ago, but not before the market began.
    SubmitPast(i64),
    /// Time goes on by so many seconds.
    Wait(u16),
    Approve(usize),
    Reject(usize),
    Override(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => Just(Step::Submit),
        2 => (0..20_i64).prop_map(Step::SubmitPast),
        2 => (1..10_u16).prop_map(Step::Wait),
        3 => any::<usize>().prop_map(Step::Approve),
        3 => any::<usize>().prop_map(Step::Reject),
        1 => any::<usize>().prop_map(Step::Override),
    ]
}

/// A piece of work as the model knows it.
#[derive(Debug, Clone)]
struct Work {
    id: String,
    submit_at: i64,
    status: &'static str,
}

/// The market's HIT and what it should hold.
struct Played {
    world: World,
    hit: String,
    now: i64,
    /// In the order of submission, and of arrival where that is equal.
    work: Vec<Work>,
}

impl Played {
    async fn play(&mut self, step: &Step) {
        match step {
            Step::Submit => self.submit(0).await,
            Step::SubmitPast(ago) => self.submit(*ago).await,
            Step::Wait(seconds) => {
                self.now += i64::from(*seconds);
                self.world.advance(&format!("{seconds}s")).await;
            }
            Step::Approve(index) => self.decide(*index, "ApproveAssignment", &json!({})).await,
            Step::Reject(index) => self.decide(*index, "RejectAssignment", &json!({})).await,
            Step::Override(index) => {
                let asked = json!({"OverrideRejection": true});
                self.decide(*index, "ApproveAssignment", &asked).await;
            }
        }
    }

    async fn submit(&mut self, ago: i64) {
        let at = self.now - ago;
        let path = format!("/hits/{}/submissions", self.hit);
        let done = self.world.done("POST", &path, json!({"SubmitTime": at})).await;
        let id = done["AssignmentId"].as_str().unwrap().to_owned();
        let place = self.work.partition_point(|work| work.submit_at <= at);
        self.work.insert(place, Work { id, submit_at: at, status: "Submitted" });
    }

    async fn decide(&mut self, index: usize, operation: &str, asked: &Value) {
        let count = self.work.len().max(1);
        let Some(work) = self.work.get_mut(index % count) else { return };
        let asked = crate::world::changed(
            json!({"AssignmentId": work.id, "RequesterFeedback": "-"}),
            asked.clone(),
        );
        let overriding = asked.get("OverrideRejection").is_some();
        let allowed = work.status == "Submitted" || overriding && work.status == "Rejected";
        let (status, answer) = self.world.call(operation, asked).await;
        assert_eq!(status == 200, allowed, "{operation} on {work:?}: {answer}");
        if allowed {
            work.status = if operation == "RejectAssignment" { "Rejected" } else { "Approved" };
        }
    }

    /// Each filter, in pages of `size`, lists what the model lists.
    async fn check(&self, size: usize) {
        for statuses in SUBSETS {
            let asked =
                json!({"HITId": self.hit, "MaxResults": size, "AssignmentStatuses": statuses});
            let listed = WORK.all(&self.world, asked).await;
            let chosen = |work: &&Work| statuses.is_empty() || statuses.contains(&work.status);
            let expected: Vec<_> =
                self.work.iter().filter(chosen).map(|work| work.id.clone()).collect();
            assert_eq!(listed, expected, "{statuses:?} in pages of {size}");
        }
    }
}

/// One world for all histories; each plays on a HIT of its own, at times of its own.
#[test]
fn pages_hold_what_the_model_holds() {
    let runtime = Runtime::new().unwrap();
    let world = runtime.block_on(World::new());
    let config = ProptestConfig {
        cases: 32,
        failure_persistence: None,
        max_shrink_iters: 100,
        ..Default::default()
    };
    let histories = (prop::collection::vec(step(), 0..40), 1..=12_usize);
    TestRunner::new(config)
        .run(&histories, |(steps, size)| {
            runtime.block_on(play(&world, &steps, size));
            Ok(())
        })
        .unwrap();
}

async fn play(world: &World, steps: &[Step], size: usize) {
    let clock = world.done("GET", "/clock", Value::Null).await;
    let now = clock["now"].as_str().unwrap();
    let now = chrono::DateTime::parse_from_rfc3339(now).unwrap().timestamp();
    assert!(now >= START);
    let hit = world.create_hit(json!({"MaxAssignments": 100, "LifetimeInSeconds": 3600})).await;
    let mut played = Played { world: world.clone(), hit, now, work: Vec::new() };
    for step in steps {
        played.play(step).await;
    }
    played.check(size).await;
    played.check(100).await;
}
