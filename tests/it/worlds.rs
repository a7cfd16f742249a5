//! Worlds: the market as a file, in and out.

use std::sync::Arc;

use mturk_local::emulator::Options;
use mturk_local::worlds::Worlds;
use mturk_local::worlds::builtin::BUILTIN;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use rstest::rstest;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::world::World;

/// A new market that begins with these files.
async fn begun(texts: &[&str]) -> World {
    let texts = texts.iter().map(ToString::to_string).collect();
    let worlds = Worlds::read(texts).unwrap();
    World::with(|options: &mut Options| options.worlds = Some(worlds)).await
}

async fn dump(world: &World) -> Value {
    world.done("GET", "/world", Value::Null).await
}

/// The problems of a world that is not loaded, and proof that nothing was.
async fn problems(world: &World, text: Value) -> Vec<String> {
    let before = dump(world).await;
    let (status, answer) = world.control("POST", "/world", text).await;
    assert_eq!((status, &answer["error"]["code"]), (400, &json!("BadWorld")), "{answer}");
    assert_eq!(dump(world).await, before, "nothing is loaded");
    let problems = answer["error"]["problems"].as_array().unwrap().clone();
    let shown = |problem: &Value| {
        format!("{}: {}", problem["path"].as_str().unwrap(), problem["reason"].as_str().unwrap())
    };
    problems.iter().map(shown).collect()
}

#[tokio::test]
async fn every_built_in_world_loads_and_says_what_it_is_for() {
    for builtin in BUILTIN {
        assert!(builtin.about().len() > 20, "{}", builtin.name);
        let world = begun(&[builtin.text]).await;
        let hits = world.ok("ListHITs", json!({})).await;
        assert_ne!(hits["NumResults"], 0, "{}", builtin.name);
        let dumped = dump(&world).await;
        let again = World::new().await;
        again.done("POST", "/world", dumped.clone()).await;
        assert_eq!(dump(&again).await, dumped, "{}", builtin.name);
    }
}

#[tokio::test]
async fn counters_and_statuses_are_derived() {
    let world = begun(&[builtin("every-status")]).await;
    let hit = "3EVERYSTATUS0000000000000HIT01";
    assert_eq!(world.standing(hit).await, "Assignable 1 available 1 pending 3 completed");
    let list = world.ok("ListAssignmentsForHIT", json!({"HITId": hit})).await;
    let statuses: Vec<_> = list["Assignments"].as_array().unwrap().iter().collect();
    let status = |index: usize| statuses[index]["AssignmentStatus"].as_str().unwrap();
    assert_eq!([0, 1, 2, 3].map(status), ["Approved", "Rejected", "Approved", "Submitted"]);
    assert!(statuses[2]["RejectionTime"].is_number() && statuses[2]["ApprovalTime"].is_number());
    let accepted = json!({"AssignmentId": "3EVERYSTATUS000000ACCEPTED0001"});
    assert!(world.fault("GetAssignment", accepted).await.contains("Reviewable,Approved,Rejected"));
    let reviewing = world.hit("3EVERYSTATUS0000000REVIEWING01").await;
    assert_eq!(reviewing["HITStatus"], "Reviewing");
    let disposed = world.hit("3EVERYSTATUS00000000DISPOSED01").await;
    assert_eq!(disposed["HITStatus"], "Disposed");
}

#[tokio::test]
async fn what_was_accepted_in_a_world_can_be_handed_in_or_runs_out() {
    let world = begun(&[builtin("every-status")]).await;
    let path = "/assignments/3EVERYSTATUS000000ACCEPTED0001/submit";
    let handed = world.done("POST", path, json!({"Answers": {"sentiment": "kind"}})).await;
    assert_eq!(handed["AssignmentStatus"], "Submitted");
    let world = begun(&[builtin("every-status")]).await;
    world.advance("2h").await;
    assert_eq!(world.control("POST", path, json!({})).await.0, 422);
}

#[tokio::test]
async fn three_pages_are_three_pages() {
    let world = begun(&[builtin("three-pages")]).await;
    let hit = "3THREEPAGES00000000000000HIT01";
    let mut asked = json!({"HITId": hit});
    let mut counts = Vec::new();
    loop {
        let page = world.ok("ListAssignmentsForHIT", asked.clone()).await;
        counts.push(page["NumResults"].as_i64().unwrap());
        let Some(token) = page["NextToken"].as_str() else { break };
        asked["NextToken"] = token.into();
    }
    assert_eq!(counts, [10, 10, 5, 0]);
}

fn builtin(name: &str) -> &'static str {
    BUILTIN.iter().find(|builtin| builtin.name == name).unwrap().text
}

/// What the AWS CLI of version 2 printed, and how version 1 prints times.
const HITS: &str = r#"{"NextToken": "p1:x", "NumResults": 1, "HITs": [{
    "HITId": "3SAVED0000000000000000000HIT01", "HITTypeId": "3SAVED000000000000000000TYPE01",
    "HITGroupId": "3SAVED00000000000000000GROUP01",
    "CreationTime": "2019-05-20T16:08:24-07:00", "Title": "Saved", "Description": "From Amazon",
    "Question": "<old/>", "Keywords": "old", "HITStatus": "Reviewable", "MaxAssignments": 3,
    "Reward": "0.01", "AutoApprovalDelayInSeconds": 2592000,
    "Expiration": "2019-05-21T16:08:24-07:00", "AssignmentDurationInSeconds": 600,
    "QualificationRequirements": [{"QualificationTypeId": "00000000000000000040",
        "Comparator": "GreaterThan", "IntegerValues": [5], "RequiredToPreview": false,
        "ActionsGuarded": "Accept"}],
    "HITReviewStatus": "NotReviewed", "NumberOfAssignmentsPending": 0,
    "NumberOfAssignmentsAvailable": 1, "NumberOfAssignmentsCompleted": 1}]}"#;
const ASSIGNMENTS: &str = r#"{"NumResults": 2, "Assignments": [
    {"AssignmentId": "3SAVED000000000000000000WORK01", "WorkerId": "A1SAVED000001",
     "HITId": "3SAVED0000000000000000000HIT01", "AssignmentStatus": "Submitted",
     "AutoApprovalTime": 1561000104.0, "AcceptTime": 1558394104.0, "SubmitTime": 1558394204.0,
     "Answer": "<?xml version=\"1.0\" encoding=\"ASCII\"?><QuestionFormAnswers xmlns=\"http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/QuestionFormAnswers.xsd\"><Answer><QuestionIdentifier>q</QuestionIdentifier><FreeText>a</FreeText></Answer></QuestionFormAnswers>"},
    {"AssignmentId": "3SAVED000000000000000000WORK02", "WorkerId": "A1SAVED000002",
     "HITId": "3SAVED0000000000000000000HIT01", "AssignmentStatus": "Approved",
     "AutoApprovalTime": 1561000104.0, "AcceptTime": 1558394104.0, "SubmitTime": 1558394304.0,
     "ApprovalTime": 1558399104.0, "Answer": "", "RequesterFeedback": "ok"}]}"#;
const BONUSES: &str = r#"{"NumResults": 1, "BonusPayments": [{"WorkerId": "A1SAVED000002",
    "BonusAmount": "1.00", "AssignmentId": "3SAVED000000000000000000WORK02", "Reason": "r",
    "GrantTime": 1558399105.0}]}"#;
const TYPES: &str = r#"{"NumResults": 2, "QualificationTypes": [
    {"QualificationTypeId": "00000000000000000040", "Name": "Worker_NumberHITsApproved",
     "CreationTime": 1.3e9, "Description": "x", "QualificationTypeStatus": "Active",
     "IsRequestable": false},
    {"QualificationTypeId": "3SAVED00000000000000000QUALS01", "Name": "Mine",
     "CreationTime": "2018-01-01T00:00:00+01:00", "Description": "x", "Keywords": "k",
     "QualificationTypeStatus": "Active", "IsRequestable": true, "AutoGranted": false}]}"#;
const GRANTS: &str = r#"{"NumResults": 1, "Qualifications": [
    {"QualificationTypeId": "3SAVED00000000000000000QUALS01", "WorkerId": "A1SAVED000001",
     "GrantTime": 1558399105.0, "IntegerValue": 7, "Status": "Granted"}]}"#;
const BLOCKS: &str =
    r#"{"NumResults": 1, "WorkerBlocks": [{"WorkerId": "A1SAVED000003", "Reason": "spam"}]}"#;

#[tokio::test]
async fn saved_output_of_the_closed_service_loads_as_it_is_in_any_order() {
    let one = begun(&[HITS, ASSIGNMENTS, BONUSES, TYPES, GRANTS, BLOCKS]).await;
    let other = begun(&[BLOCKS, GRANTS, TYPES, BONUSES, ASSIGNMENTS, HITS]).await;
    let hit = "3SAVED0000000000000000000HIT01";
    for world in [&one, &other] {
        assert_eq!(world.standing(hit).await, "Reviewable 1 available 0 pending 1 completed");
        let list = world.ok("ListAssignmentsForHIT", json!({"HITId": hit})).await;
        assert_eq!(list["Assignments"][0]["AssignmentStatus"], "Submitted", "as it was saved");
        assert_eq!(list["Assignments"][0]["SubmitTime"].as_f64(), Some(1_558_394_204.0));
        assert_eq!(list["Assignments"][1]["RequesterFeedback"], "ok");
        let shown = world.hit(hit).await;
        assert_eq!(shown["CreationTime"].as_f64(), Some(1_558_393_704.0));
        assert_eq!(shown["HITTypeId"], "3SAVED000000000000000000TYPE01");
    }
    assert_eq!(dump(&one).await, dump(&other).await);
}

#[rstest]
#[case::assignments(ASSIGNMENTS)]
#[case::bonuses(BONUSES)]
#[case::types(TYPES)]
#[case::grants(GRANTS)]
#[case::blocks(BLOCKS)]
#[tokio::test]
async fn each_saved_list_loads_alone(#[case] text: &str) {
    let world = begun(&[text]).await;
    let dumped = dump(&world).await;
    let again = World::new().await;
    again.done("POST", "/world", dumped.clone()).await;
    assert_eq!(dump(&again).await, dumped);
}

#[tokio::test]
async fn saved_assignments_alone_bring_their_hit() {
    let world = begun(&[ASSIGNMENTS]).await;
    let hit = "3SAVED0000000000000000000HIT01";
    assert_eq!(world.standing(hit).await, "Reviewable 0 available 0 pending 1 completed");
}

#[tokio::test]
async fn work_is_loaded_on_top_of_the_hit_in_the_store() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let work = |id: &str, worker: &str, at: &str| {
        json!({"Assignments": [{"AssignmentId": id, "HITId": hit, "WorkerId": worker,
            "AcceptTime": at, "SubmitTime": at}]})
    };
    world.done("POST", "/world", work("3A", "A1", "-2h")).await;
    world.done("POST", "/world", work("3B", "A2", "-1h")).await;
    assert_eq!(world.standing(&hit).await, "Assignable 1 available 0 pending 0 completed");
    for (again, said) in [
        (work("3A", "A3", "-1h"), "the assignment 3A stands twice"),
        (work("3C", "A1", "-1h"), "the worker A1 has done the HIT"),
        (work("3C", "A3", "-90m"), "the HIT in the store has later work already"),
    ] {
        let problems = problems(&world, again).await;
        assert!(problems[0].contains(said), "{problems:?}");
    }
    let list = world.ok("ListAssignmentsForHIT", json!({"HITId": hit})).await;
    assert_eq!(list["Assignments"][1]["AssignmentId"], "3B");
}

#[tokio::test]
async fn every_problem_is_told_and_nothing_is_loaded() {
    let world = World::new().await;
    let told = problems(
        &world,
        json!({"Surprise": 1, "Workers": [{"WorkerId": "anna"}, {"Name": "x"}],
               "HITs": [{"Title": 5, "Reward": "a lot", "Expiration": "soon"}],
               "Robots": [{}]}),
    );
    assert_eq!(
        told.await,
        [
            "HITs[0].Expiration: \"soon\" is no time: RFC 3339, epoch seconds, or a span from now \
             such as -2h or +30d",
            "HITs[0].Reward: not an amount of dollars",
            "HITs[0].Title: invalid type: integer `5`, expected a string",
            "Robots[0]: Robots cannot be loaded yet",
            "Surprise: there is no such member",
            "Workers[0].WorkerId: \"anna\": a worker id is 'A' followed by capital letters and \
             digits",
            "Workers[1]: WorkerId is missing",
        ]
    );
    let work = |entry: Value| json!({"HITs": [{"HITId": "3H", "MaxAssignments": 1, "Assignments": [entry]}]});
    for (world_file, said) in [
        (json!({"HITs": [{"HITId": "3H"}, {"HITId": "3H"}]}), "HITs[1]: the HIT 3H stands twice"),
        (
            json!({"HITs": [], "Assignments": [{"HITId": "3X"}]}),
            "Assignments[0]: there is no HIT 3X",
        ),
        (json!({"HITs": [{"Requester": "nobody"}]}), "HITs[0]: there is no requester \"nobody\""),
        (json!({"HITs": [{"HITTypeId": "3T"}]}), "HITs[0]: there is no HIT type 3T"),
        (
            json!({"HITs": [{"MaxAssignments": 1, "Assignments": [{}, {}]}]}),
            "HITs[0]: 2 assignments in 1 places",
        ),
        (
            json!({"HITs": [{"HITStatus": "Reviewing"}]}),
            "HITs[0]: with this work and end it cannot be Reviewing",
        ),
        (work(json!({"SubmitTime": "+1h"})), "HITs[0].Assignments[0]: it happened in the future"),
        (
            work(json!({"AcceptTime": "-1h", "SubmitTime": "-2h"})),
            "HITs[0].Assignments[0]: it was submitted before it was accepted",
        ),
        (
            work(json!({"ApprovalTime": "-1h"})),
            "HITs[0].Assignments[0]: submitted work is not decided yet",
        ),
        (
            work(json!({"AssignmentStatus": "Accepted", "AcceptTime": "-9d"})),
            "HITs[0].Assignments[0]: its deadline is past: it cannot be Accepted any more",
        ),
        (work(json!({"Answer": "<x/>"})), "HITs[0].Assignments[0]: Answer: Line 1, column 2"),
        (
            json!({"Requesters": [{"AccessKeyId": "a"}, {"AccessKeyId": "a"}]}),
            "Requesters[1]: another requester has this key or id",
        ),
        (
            json!({"Workers": [{"WorkerId": "A1"}, {"WorkerId": "A1"}]}),
            "Workers[1]: the worker A1 stands twice",
        ),
    ] {
        let told = problems(&world, world_file).await;
        assert!(told[0].starts_with(said), "{told:?} {said}");
    }
}

#[tokio::test]
async fn files_that_are_no_world_are_refused() {
    for (text, said) in [
        ("", "line 1: not JSON: EOF while parsing a value"),
        ("{\n\"HITs\": [}", "line 2: not JSON: expected value"),
        ("[1, 2]", "line 1: invalid type: sequence, expected an object"),
        ("\"x\"", "line 1: invalid type: string \"x\", expected an object"),
    ] {
        let problems = Worlds::read(vec![text.to_owned()]).unwrap_err();
        assert_eq!(problems.iter().map(ToString::to_string).collect::<Vec<_>>(), [said]);
    }
}

#[tokio::test]
async fn a_reset_goes_back_to_the_beginning_or_to_nothing() {
    let world = begun(&[builtin("minimal")]).await;
    let beginning = dump(&world).await;
    let made = world.create_hit(json!({})).await;
    let work = json!({"WorkerId": "A1ANNA0000000"});
    world.done("POST", "/hits/3MINIMAL00000000000000000HIT01/submissions", work).await;
    world.advance("40d").await;
    let clock = world.done("POST", "/reset", json!({})).await;
    assert_eq!(clock, json!({"now": "2026-01-01T00:00:00Z", "mode": "frozen"}));
    assert_eq!(dump(&world).await, beginning);
    assert_eq!(world.create_hit(json!({})).await, made, "ids begin anew");
    world.done("POST", "/reset", json!({"empty": true})).await;
    assert_eq!(dump(&world).await["HITs"], json!([]));
    assert_eq!(world.ok("ListHITs", json!({})).await["NumResults"], 0);
}

#[tokio::test]
async fn a_reset_of_one_requester_leaves_the_others_alone() {
    let world = begun(&[builtin("two-requesters")]).await;
    world.done("POST", "/reset", json!({"Requester": "test"})).await;
    assert_eq!(world.ok("ListHITs", json!({})).await["NumResults"], 0);
    let left = dump(&world).await;
    assert_eq!(left["HITs"].as_array().unwrap().len(), 1);
    assert_eq!(left["Requesters"].as_array().unwrap().len(), 2);
    assert_eq!(world.control("POST", "/reset", json!({"Requester": "nobody"})).await.0, 404);
    let both = json!({"Requester": "test", "empty": true});
    assert_eq!(world.control("POST", "/reset", both).await.0, 400);
}

#[tokio::test]
async fn replacing_takes_away_what_was_there() {
    let world = World::new().await;
    world.create_hit(json!({})).await;
    let minimal: Value = serde_json::from_str(builtin("minimal")).unwrap();
    world.done("PUT", "/world", minimal).await;
    assert_eq!(world.ok("ListHITs", json!({})).await["NumResults"], 1);
    let refused = world.control("PUT", "/world", json!({"HITs": [{"Title": 1}]})).await;
    assert_eq!(refused.0, 400);
    assert_eq!(world.ok("ListHITs", json!({})).await["NumResults"], 1, "what was there is there");
}

#[tokio::test]
async fn a_kept_market_is_not_loaded_again() {
    let worlds: Arc<Worlds> = Worlds::read(vec![builtin("minimal").to_owned()]).unwrap();
    let world = begun(&[builtin("minimal")]).await;
    let before = dump(&world).await;
    let world = world.restarted_with(|options| options.worlds = Some(worlds)).await;
    assert_eq!(dump(&world).await, before);
}

/// A step of a random history.
#[derive(Debug, Clone, Copy)]
enum Step {
    Create(bool),
    Submit(usize),
    Accept(usize),
    Approve(usize),
    Reject(usize),
    Expire(usize),
    Delete(usize),
    Wait(u8),
}

fn step() -> impl Strategy<Value = Step> {
    let any = || 0..20_usize;
    prop_oneof![
        1 => proptest::bool::ANY.prop_map(Step::Create),
        4 => any().prop_map(Step::Submit),
        2 => any().prop_map(Step::Accept),
        1 => any().prop_map(Step::Approve),
        1 => any().prop_map(Step::Reject),
        1 => any().prop_map(Step::Expire),
        1 => any().prop_map(Step::Delete),
        1 => (0..30_u8).prop_map(Step::Wait),
    ]
}

async fn take(world: &World, step: Step, hits: &mut Vec<String>, works: &mut Vec<String>) {
    let pick = |list: &[String], index: usize| {
        list.get(index % list.len().max(1)).cloned().unwrap_or_else(|| "3NONE".to_owned())
    };
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
        Step::Wait(hours) => drop(world.advance(&format!("{hours}h")).await),
    }
}

#[test]
fn a_dump_loads_to_the_same_dump_whatever_happened() {
    let runtime = Runtime::new().unwrap();
    let mut runner = TestRunner::new(ProptestConfig::with_cases(12));
    let histories = prop::collection::vec(step(), 1..40);
    let checked = runner.run(&histories, |steps| {
        runtime.block_on(async {
            let world = World::new().await;
            let (mut hits, mut works) = (Vec::new(), Vec::new());
            for step in steps {
                take(&world, step, &mut hits, &mut works).await;
            }
            let dumped = dump(&world).await;
            let now = world.done("GET", "/clock", Value::Null).await["now"].clone();
            let again = World::new().await;
            again.done("POST", "/clock", json!({"set": now})).await;
            again.done("POST", "/world", dumped.clone()).await;
            assert_eq!(dump(&again).await, dumped);
            // What is to happen by itself is the same too.
            for market in [&world, &again] {
                market.advance("200d").await;
            }
            assert_eq!(dump(&again).await, dump(&world).await);
        });
        Ok(())
    });
    checked.unwrap();
}
