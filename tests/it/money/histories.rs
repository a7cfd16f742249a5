//! Whatever happened: what a requester had at first is available, on hold, or paid.

use std::collections::HashMap;

use mturk_local::ids::requester_of;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::production;
use crate::reviews;
use crate::world::{START, World};

/// A step of a random history.
#[derive(Debug, Clone, Copy)]
enum Step {
    Create { other: bool, masters: bool, reward: u8, places: u8 },
    Extend(usize, u8),
    Submit(usize),
    Accept(usize),
    Return(usize),
    Approve(usize),
    Reject(usize),
    Override(usize),
    Bonus(usize, u16),
    Expire(usize),
    Prolong(usize, u8),
    Retype(usize, u8),
    Delete(usize),
    Wait(u8),
}

fn step() -> impl Strategy<Value = Step> {
    let any = || 0..20_usize;
    prop_oneof![
        2 => (proptest::bool::ANY, proptest::bool::ANY, 0..200_u8, 1..13_u8).prop_map(
            |(other, masters, reward, places)| Step::Create { other, masters, reward, places }
        ),
        1 => (any(), 1..4_u8).prop_map(|(hit, count)| Step::Extend(hit, count)),
        5 => any().prop_map(Step::Submit),
        3 => any().prop_map(Step::Accept),
        1 => any().prop_map(Step::Return),
        2 => any().prop_map(Step::Approve),
        2 => any().prop_map(Step::Reject),
        2 => any().prop_map(Step::Override),
        1 => (any(), 1..500_u16).prop_map(|(work, amount)| Step::Bonus(work, amount)),
        1 => any().prop_map(Step::Expire),
        1 => (any(), 1..100_u8).prop_map(|(hit, hours)| Step::Prolong(hit, hours)),
        1 => (any(), 0..200_u8).prop_map(|(hit, reward)| Step::Retype(hit, reward)),
        1 => any().prop_map(Step::Delete),
        2 => (0..60_u8).prop_map(Step::Wait),
    ]
}

/// The Masters of production.
const MASTERS: &str = "2F1QJWKUDD8XADTFD2Q0G6UTO95ALH";
/// So many workers take part.
const PEOPLE: usize = 60;

/// The workers; two of three are Masters.
fn people() -> Value {
    let person = |n| json!({"WorkerId": format!("A1WORKER{n}"), "Masters": n % 3 > 0});
    json!({"Workers": (0..PEOPLE).map(person).collect::<Vec<_>>()})
}

fn dollars(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// Policies that approve, reject and extend.
fn policies() -> Value {
    let mut policies = reviews::known(&json!({"AnswerKey": {"q": ["1"]},
        "RejectIfKnownAnswerScoreIsLessThan": "100",
        "ExtendIfKnownAnswerScoreIsLessThan": "100"}));
    let compare =
        reviews::plurality(&json!({"QuestionIds": "q", "QuestionAgreementThreshold": "40",
        "ApproveIfWorkerAgreementScoreIsAtLeast": "100",
        "ExtendIfHITAgreementScoreIsLessThan": "100", "ExtendMaximumAssignments": "12",
        "ExtendMinimumTimeInSeconds": "7200"}));
    policies["HITReviewPolicy"] = compare["HITReviewPolicy"].clone();
    policies
}

/// What happened so far.
struct Market {
    world: World,
    hits: Vec<String>,
    held: Vec<String>,
    works: Vec<(String, String)>,
    hours: i64,
}

fn pick<T: Clone + Default>(list: &[T], index: usize) -> T {
    list.get(index % list.len().max(1)).cloned().unwrap_or_default()
}

impl Market {
    /// Both requesters ask: one of them owns the thing, the other is refused.
    async fn both(&self, operation: &str, asked: Value) {
        for requester in [self.world.clone(), self.world.by("other")] {
            requester.call(operation, asked.clone()).await;
        }
    }

    async fn take(&mut self, step: Step) {
        match step {
            Step::Create { other, masters, reward, places } => {
                let owner = if other { self.world.by("other") } else { self.world.clone() };
                let mut changes = if reward % 2 == 0 { json!({}) } else { policies() };
                if masters {
                    changes["QualificationRequirements"] =
                        json!([{"QualificationTypeId": MASTERS, "Comparator": "Exists"}]);
                }
                changes["Reward"] = dollars(reward.into()).into();
                changes["MaxAssignments"] = places.into();
                changes["AutoApprovalDelayInSeconds"] = 200_000.into();
                self.hits.push(owner.create_hit(changes).await);
            }
            Step::Submit(index) => {
                let path = format!("/hits/{}/submissions", pick(&self.hits, index));
                // Some of them are of the Masters.
                let worker = format!("A1WORKER{}", self.works.len() % PEOPLE);
                let sent = json!({"WorkerId": worker, "Answers": {"q": index % 3}});
                let work = self.world.control("POST", &path, sent).await.1;
                let id = |name: &str| work[name].as_str().map(str::to_owned);
                self.works.extend(id("AssignmentId").zip(id("WorkerId")));
            }
            Step::Accept(index) => {
                let path = format!("/workers/A1WORKER{index}/accept");
                let asked = json!({"HITId": pick(&self.hits, index)});
                let taken = self.world.control("POST", &path, asked).await.1;
                self.held.extend(taken["AssignmentId"].as_str().map(str::to_owned));
            }
            Step::Return(index) => {
                let path = format!("/assignments/{}/return", pick(&self.held, index));
                self.world.control("POST", &path, json!({})).await;
            }
            Step::Wait(hours) => {
                self.hours += i64::from(hours);
                self.world.advance(&format!("{hours}h")).await;
            }
            step => self.ask(step).await,
        }
    }

    async fn ask(&self, step: Step) {
        let hit = |index| pick(&self.hits, index);
        let work = |index| pick(&self.works, index);
        let (operation, asked) = match step {
            Step::Extend(at, count) => (
                "CreateAdditionalAssignmentsForHIT",
                json!({"HITId": hit(at), "NumberOfAdditionalAssignments": count}),
            ),
            Step::Approve(at) => ("ApproveAssignment", json!({"AssignmentId": work(at).0})),
            Step::Override(at) => (
                "ApproveAssignment",
                json!({"AssignmentId": work(at).0, "OverrideRejection": true}),
            ),
            Step::Reject(at) => {
                ("RejectAssignment", json!({"AssignmentId": work(at).0, "RequesterFeedback": "no"}))
            }
            Step::Bonus(at, amount) => (
                "SendBonus",
                json!({"AssignmentId": work(at).0, "WorkerId": work(at).1, "Reason": "x",
                    "BonusAmount": dollars(amount.into())}),
            ),
            Step::Expire(at) => {
                ("UpdateExpirationForHIT", json!({"HITId": hit(at), "ExpireAt": 0}))
            }
            Step::Prolong(at, hours) => (
                "UpdateExpirationForHIT",
                json!({"HITId": hit(at),
                    "ExpireAt": START + (self.hours + i64::from(hours)) * 3600}),
            ),
            Step::Retype(at, reward) => return self.retype(&hit(at), reward).await,
            Step::Delete(at) => ("DeleteHIT", json!({"HITId": hit(at)})),
            step => panic!("{step:?} is no request"),
        };
        self.both(operation, asked).await;
    }

    async fn retype(&self, hit: &str, reward: u8) {
        for requester in [self.world.clone(), self.world.by("other")] {
            let values = json!({"Title": "x", "Description": "x", "AssignmentDurationInSeconds": 60,
                "Reward": dollars(reward.into())});
            let id = requester.ok("CreateHITType", values).await["HITTypeId"].clone();
            requester.call("UpdateHITTypeOfHIT", json!({"HITId": hit, "HITTypeId": id})).await;
        }
    }
}

fn cents(text: &Value) -> i64 {
    text.as_str().unwrap().replace('.', "").parse().unwrap()
}

/// Written once more, in floats, so that it can differ from what it checks.
fn with_fee(amount: i64, percent: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "small")]
    let fee = (amount as f64 * percent / 100.0 + 1e-9).round() as i64;
    amount + fee.max(1)
}

/// What each requester paid, and what its HITs may still cost, as the dump of the market says.
fn owed(dumped: &Value, now: &Value) -> HashMap<String, (i64, i64)> {
    let mut owed: HashMap<String, (i64, i64)> = HashMap::new();
    let list = |name: &str| dumped[name].as_array().unwrap().clone();
    let types = list("HITTypes");
    for hit in list("HITs") {
        let of = types.iter().find(|of| of["HITTypeId"] == hit["HITTypeId"]).unwrap();
        let max = hit["MaxAssignments"].as_i64().unwrap();
        let base = if max >= 10 { 40.0 } else { 20.0 };
        let masters = of["QualificationRequirements"].to_string().contains(MASTERS);
        let price = with_fee(cents(&of["Reward"]), if masters { base + 5.0 } else { base });
        let works = hit["Assignments"].as_array().unwrap();
        let in_status = |status: &str| {
            let found = works.iter().filter(|work| work["AssignmentStatus"] == status).count();
            i64::try_from(found).unwrap()
        };
        let [approved, rejected] = ["Approved", "Rejected"].map(in_status);
        let waiting = in_status("Submitted") + in_status("Accepted");
        let open = hit["Expiration"].as_str().unwrap() > now.as_str().unwrap();
        let free = if open { max - waiting - approved - rejected } else { 0 };
        let owner = owed.entry(hit["Requester"].as_str().unwrap().to_owned()).or_default();
        owner.0 += approved * price;
        if hit["HITStatus"] != "Disposed" {
            owner.1 += (waiting + free) * price;
        }
    }
    for paid in list("BonusPayments") {
        let owner = owed.entry(paid["Requester"].as_str().unwrap().to_owned()).or_default();
        owner.0 += with_fee(cents(&paid["BonusAmount"]), 20.0);
    }
    owed
}

async fn check(world: &World) {
    let now = world.done("GET", "/clock", Value::Null).await["now"].clone();
    let dumped = world.done("GET", "/world", Value::Null).await;
    let owed = owed(&dumped, &now);
    for key in ["test", "other"] {
        // The default requester asks unsigned, since its signature would be out of date.
        let asked_by = if key == "test" { world.clone() } else { world.by(key) };
        let balance = asked_by.ok("GetAccountBalance", json!({})).await;
        let [available, held] =
            ["AvailableBalance", "OnHoldBalance"].map(|name| cents(&balance[name]));
        let (paid, expected) = owed.get(&requester_of(key)).copied().unwrap_or_default();
        assert_eq!(held, expected, "what is on hold");
        assert_eq!(available + held + paid, 1_000_000, "money was made or lost");
        assert!(available >= 0, "more was spent than there was");
    }
}

#[test]
fn money_is_neither_made_nor_lost() {
    let runtime = Runtime::new().unwrap();
    let mut runner = TestRunner::new(ProptestConfig::with_cases(32));
    let histories = prop::collection::vec(step(), 10..60);
    let checked = runner.run(&histories, |steps| {
        runtime.block_on(async {
            let world = production().await;
            world.done("POST", "/world", people()).await;
            let (hits, held, works) = (Vec::new(), Vec::new(), Vec::new());
            let mut market = Market { world: world.clone(), hits, held, works, hours: 0 };
            for step in steps {
                market.take(step).await;
                check(&world).await;
            }
            world.advance("200d").await;
            check(&world).await;
        });
        Ok(())
    });
    checked.unwrap();
}
