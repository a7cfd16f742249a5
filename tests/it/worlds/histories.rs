//! Whatever happened: a dump loads to the same market.

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::dump;
use crate::events;
use crate::forms;
use crate::qualified::{qualification_type, tested};
use crate::reviews;
use crate::world::{World, changed, hit};

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
    ]
}

/// What a history has made so far, by ids.
#[derive(Default)]
struct Made {
    hits: Vec<String>,
    works: Vec<String>,
    types: Vec<String>,
    requests: Vec<String>,
}

fn pick(list: &[String], index: usize) -> String {
    list.get(index % list.len().max(1)).cloned().unwrap_or_else(|| "3NONE".to_owned())
}

async fn take(world: &World, step: Step, made: &mut Made) {
    let Made { hits, works, .. } = made;
    match step {
        Step::Create(other) => {
            let owner = if other { world.by("other") } else { world.clone() };
            hits.push(owner.create_hit(json!({"MaxAssignments": 4})).await);
        }
        Step::Submit(index) => {
            let path = format!("/hits/{}/submissions", pick(hits, index));
            let work = world.control("POST", &path, json!({"Answers": {"a": index}})).await.1;
            works.extend(work["AssignmentId"].as_str().map(str::to_owned));
        }
        Step::Song(index) => {
            let (hit, work) = forms::song(world, &format!("A1SINGER{index}")).await;
            hits.push(hit);
            works.push(work);
        }
        Step::Lay(index) => {
            let html = format!("<p>{index} ${{a}}</p>");
            let layout = json!({"HITLayoutId": format!("3LAYOUT{index}"), "HTMLContent": html});
            world.control("POST", "/world", json!({"HITLayouts": [layout]})).await;
            let values = json!([{"Name": "a", "Value": "x"}]);
            let of_layout = json!({"HITLayoutId": format!("3LAYOUT{index}"), "Question": null,
                "HITLayoutParameters": values});
            hits.push(world.create_hit(of_layout).await);
        }
        Step::Accept(index) => {
            let path = format!("/workers/A1WORKER{index}/accept");
            world.control("POST", &path, json!({"HITId": pick(hits, index)})).await;
        }
        Step::Approve(index) => {
            world.call("ApproveAssignment", json!({"AssignmentId": pick(works, index)})).await;
        }
        Step::Reject(index) => {
            let body = json!({"AssignmentId": pick(works, index), "RequesterFeedback": "no"});
            world.call("RejectAssignment", body).await;
        }
        Step::Expire(index) => {
            let body = json!({"HITId": pick(hits, index), "ExpireAt": 0});
            world.call("UpdateExpirationForHIT", body).await;
        }
        Step::Delete(index) => {
            world.call("DeleteHIT", json!({"HITId": pick(hits, index)})).await;
        }
        Step::CreateReviewed(index) => {
            let mut policies = reviews::known(&json!({"AnswerKey": {"a": [index.to_string()]},
                "ApproveIfKnownAnswerScoreIsAtLeast": "100",
                "ExtendIfKnownAnswerScoreIsLessThan": "100"}));
            let compare = reviews::plurality(&json!({"QuestionIds": "a",
                "QuestionAgreementThreshold": "50",
                "RejectIfWorkerAgreementScoreIsLessThan": "50"}));
            policies["HITReviewPolicy"] = compare["HITReviewPolicy"].clone();
            hits.push(reviews::create(world, 3, policies).await);
        }
        Step::Bonus(index) => {
            let id = pick(works, index);
            let asked = json!({"AssignmentId": id, "WorkerId": worker(world, &id).await,
                "BonusAmount": "0.25", "Reason": "good"});
            world.call("SendBonus", asked).await;
        }
        Step::Block(index) => {
            let asked = json!({"WorkerId": format!("A1WORKER{index}"), "Reason": "bad"});
            world.call("CreateWorkerBlock", asked).await;
        }
        Step::Unblock(index) => {
            let asked = json!({"WorkerId": format!("A1WORKER{index}")});
            world.call("DeleteWorkerBlock", asked).await;
        }
        Step::Notify(index) => {
            let worker = worker(world, &pick(works, index)).await;
            let asked = json!({"Subject": "s", "MessageText": "t", "WorkerIds": [worker]});
            world.call("NotifyWorkers", asked).await;
        }
        Step::Tell(index) => {
            let (_, answer) = world.call("GetHIT", json!({"HITId": pick(hits, index)})).await;
            let notification = (index % 3 > 0).then(|| events::to_queue(&format!("q{index}")));
            let asked = json!({"HITTypeId": answer["HIT"]["HITTypeId"],
                "Notification": notification, "Active": index % 2 == 0});
            world.call("UpdateNotificationSettings", asked).await;
        }
        Step::Wait(hours) => drop(world.advance(&format!("{hours}h")).await),
        step => qualify(world, step, made).await,
    }
}

/// The steps about qualifications; three workers meet often.
async fn qualify(world: &World, step: Step, made: &mut Made) {
    let Made { hits, types, requests, .. } = made;
    let worker = |index: usize| format!("A1WORKER{}", index % 3);
    match step {
        Step::Qualify(index) => {
            let ways = [
                json!({}),
                json!({"AutoGranted": true, "RetryDelayInSeconds": 3600}),
                tested(json!({"TestDurationInSeconds": 7200})),
                tested(json!({"AnswerKey": null, "RetryDelayInSeconds": 7200})),
            ];
            let new = changed(ways[index % 4].clone(), json!({"Name": format!("N{}", index % 8)}));
            let new = world.call("CreateQualificationType", qualification_type(new)).await.1;
            let id = &new["QualificationType"]["QualificationTypeId"];
            types.extend(id.as_str().map(str::to_owned));
        }
        Step::Ask(of, by) | Step::HandIn(of, by) => {
            let last = if matches!(step, Step::Ask(..)) { "request" } else { "test" };
            let path = format!("/workers/{}/qualifications/{}/{last}", worker(by), pick(types, of));
            let city = if by % 2 == 0 { "paris" } else { "rome" };
            let answers = json!({"Answers": {"capital": city}});
            let asked = world.control("POST", &path, answers).await.1;
            requests.extend(asked["QualificationRequestId"].as_str().map(str::to_owned));
        }
        Step::Decide(index, well) => {
            let operation =
                if well { "AcceptQualificationRequest" } else { "RejectQualificationRequest" };
            world.call(operation, json!({"QualificationRequestId": pick(requests, index)})).await;
        }
        Step::Grant(of, by) | Step::Revoke(of, by) => {
            let body = json!({"QualificationTypeId": pick(types, of), "WorkerId": worker(by)});
            let grants = matches!(step, Step::Grant(..));
            let operation = if grants {
                "AssociateQualificationWithWorker"
            } else {
                "DisassociateQualificationFromWorker"
            };
            world.call(operation, body).await;
        }
        Step::Forget(of) => {
            let body = json!({"QualificationTypeId": pick(types, of)});
            world.call("DeleteQualificationType", body).await;
        }
        _ => {
            let Step::Require(of) = step else { return };
            let required =
                json!([{"QualificationTypeId": pick(types, of), "Comparator": "Exists"}]);
            let new = hit(json!({"QualificationRequirements": required, "MaxAssignments": 2}));
            let new = world.call("CreateHIT", new).await.1;
            hits.extend(new["HIT"]["HITId"].as_str().map(str::to_owned));
        }
    }
}

/// What the lists about qualifications show, whole.
async fn lists(world: &World, types: &[String]) -> Vec<Value> {
    let mut shown = vec![
        world.ok("ListQualificationRequests", json!({"MaxResults": 100})).await,
        world.ok("ListQualificationTypes", json!({"MustBeRequestable": true})).await,
    ];
    for id in types {
        for operation in ["ListHITsForQualificationType", "ListWorkersWithQualificationType"] {
            shown.push(world.call(operation, json!({"QualificationTypeId": id})).await.1);
        }
    }
    for page in &mut shown {
        // Tokens are another market's; and messages end in the time.
        page.as_object_mut().unwrap().shift_remove("NextToken");
    }
    shown
}

/// Who did the work; somebody, if the default requester has no such work.
async fn worker(world: &World, id: &str) -> String {
    let (_, answer) = world.call("GetAssignment", json!({"AssignmentId": id})).await;
    answer["Assignment"]["WorkerId"].as_str().unwrap_or("A1NOBODY").to_owned()
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

#[test]
fn a_dump_loads_to_the_same_dump_whatever_happened() {
    let runtime = Runtime::new().unwrap();
    let mut runner = TestRunner::new(ProptestConfig::with_cases(12));
    let histories = prop::collection::vec(step(), 1..60);
    let checked = runner.run(&histories, |steps| {
        runtime.block_on(async {
            let world = World::new().await;
            let mut made = Made::default();
            for step in steps {
                take(&world, step, &mut made).await;
            }
            let dumped = dump(&world).await;
            let now = world.done("GET", "/clock", Value::Null).await["now"].clone();
            let again = World::new().await;
            again.done("POST", "/clock", json!({"set": now})).await;
            again.done("POST", "/world", dumped.clone()).await;
            assert_eq!(dump(&again).await, dumped);
            assert_eq!(lists(&again, &made.types).await, lists(&world, &made.types).await);
            // What is to happen by itself is the same too.
            for market in [&world, &again] {
                market.advance("200d").await;
            }
            let [again, world] = [dump(&again).await, dump(&world).await];
            assert_eq!(without_action_ids(again), without_action_ids(world));
        });
        Ok(())
    });
    checked.unwrap();
}
