//! What `list-review-policy-results-for-hit` and the `get-…` commands printed.

use rstest::rstest;
use serde_json::{Value, json};

use super::{ASSIGNMENTS, GRANTS, HITS, TYPES};
use crate::world::World;
use crate::worlds::{begun, dump, problems};

const HIT: &str = "3SAVED0000000000000000000HIT01";

/// A page of results; policies are named without their parameters.
fn results(worker: &str, action: &str) -> String {
    json!({
        "HITId": HIT,
        "AssignmentReviewPolicy": {"PolicyName": "ScoreMyKnownAnswers/2011-09-01"},
        "HITReviewPolicy": {"PolicyName": "SimplePlurality/2011-09-01"},
        "AssignmentReviewReport": {
            "ReviewResults": [{"ActionId": "3REVIEW", "SubjectId": worker,
                "SubjectType": "Assignment", "Key": "KnownAnswerScore", "Value": "100"}],
            "ReviewActions": [{"ActionId": action, "ActionName": "approve", "TargetId": worker,
                "TargetType": "Assignment", "Status": "Succeeded",
                "CompleteTime": 1_558_399_105.0, "Result": "Approved"}],
        },
        "HITReviewReport": {"ReviewResults": [], "ReviewActions": []},
        "NextToken": "p1:x",
    })
    .to_string()
}

fn first_page() -> String {
    results("3SAVED000000000000000000WORK01", "3ACTION1")
}

fn second_page() -> String {
    results("3SAVED000000000000000000WORK02", "3ACTION2")
}

async fn reported(world: &World) -> Vec<String> {
    let sent = json!({"HITId": HIT});
    let listed = world.ok("ListReviewPolicyResultsForHIT", sent).await;
    assert_eq!(listed["HITReviewPolicy"]["PolicyName"], "SimplePlurality/2011-09-01");
    let actions = listed["AssignmentReviewReport"]["ReviewActions"].as_array().unwrap().clone();
    actions.iter().map(|action| action["ActionId"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn results_of_review_policies_stand_with_their_hit() {
    let (first, second) = (first_page(), second_page());
    let world = begun(&[HITS, ASSIGNMENTS, &first, &second]).await;
    assert_eq!(reported(&world).await, ["3ACTION1", "3ACTION2"]);
    assert_eq!(world.standing(HIT).await, "Reviewable 1 available 0 pending 1 completed");
    let dumped = dump(&world).await;
    let again = World::new().await;
    again.done("POST", "/world", dumped.clone()).await;
    assert_eq!(dump(&again).await, dumped);
}

#[tokio::test]
async fn results_of_review_policies_alone_bring_their_hit() {
    let (first, second) = (first_page(), second_page());
    let world = begun(&[&first]).await;
    assert_eq!(reported(&world).await, ["3ACTION1"]);
    assert_eq!(world.standing(HIT).await, "Reviewable 1 available 0 pending 0 completed");
    let world = begun(&[&first, ASSIGNMENTS, &second]).await;
    assert_eq!(reported(&world).await, ["3ACTION1", "3ACTION2"]);
    assert_eq!(world.standing(HIT).await, "Reviewable 0 available 0 pending 1 completed");
    let shown = world.hit(HIT).await;
    assert_eq!(shown["CreationTime"].as_f64(), Some(1_558_394_104.0), "as old as its work");
}

#[tokio::test]
async fn results_of_a_hit_that_other_files_do_not_have_are_refused() {
    let world = World::new().await;
    let mut files = json!({"HITs": []});
    let page: Value = serde_json::from_str(&first_page()).unwrap();
    for (name, member) in page.as_object().unwrap() {
        files[name] = member.clone();
    }
    assert_eq!(problems(&world, files).await, [format!(": there is no HIT {HIT}")]);
    let bare = json!({"HITId": HIT, "Title": "x"});
    assert_eq!(problems(&world, bare).await, ["Title: there is no such member"]);
}

/// The member of a list that `get-…` printed.
fn one(text: &str, list: &str, single: &str) -> Value {
    let all: Value = serde_json::from_str(text).unwrap();
    let entry = all[list].as_array().unwrap().last().unwrap().clone();
    json!({single: entry})
}

#[rstest]
#[case::hit(one(HITS, "HITs", "HIT"))]
#[case::assignment(one(ASSIGNMENTS, "Assignments", "Assignment"))]
#[case::qualification_type(one(TYPES, "QualificationTypes", "QualificationType"))]
#[case::qualification(one(GRANTS, "Qualifications", "Qualification"))]
#[case::balance(json!({"AvailableBalance": "12.34", "OnHoldBalance": "1.00"}))]
#[tokio::test]
async fn what_get_commands_printed_loads_alone(#[case] file: Value) {
    let world = begun(&[&file.to_string()]).await;
    let dumped = dump(&world).await;
    assert_ne!(dumped, dump(&World::new().await).await);
    let again = World::new().await;
    again.done("POST", "/world", dumped.clone()).await;
    assert_eq!(dump(&again).await, dumped);
}

#[tokio::test]
async fn an_assignment_stands_with_its_hit_and_in_its_list() {
    let mut got = one(ASSIGNMENTS, "Assignments", "Assignment");
    got["HIT"] = one(HITS, "HITs", "HIT")["HIT"].clone();
    let got = got.to_string();
    let world = begun(&[&got]).await;
    assert_eq!(world.standing(HIT).await, "Reviewable 2 available 0 pending 1 completed");
    let all = begun(&[&got, ASSIGNMENTS, HITS, &got]).await;
    assert_eq!(dump(&all).await, dump(&begun(&[HITS, ASSIGNMENTS]).await).await);
}

#[tokio::test]
async fn a_saved_balance_is_its_requester_s() {
    let file = json!({"Requesters": [{"AccessKeyId": "AK1"}], "AvailableBalance": "12.34"});
    let world = begun(&[&file.to_string()]).await;
    let dumped = dump(&world).await;
    let requesters = dumped["Requesters"].as_array().unwrap();
    let balance = |key: &str| {
        let found = requesters.iter().find(|one| one["AccessKeyId"] == key);
        found.map_or(&Value::Null, |one| &one["AvailableBalance"])
    };
    assert_eq!(balance("AK1"), "12.34");
    assert_ne!(balance("test"), "12.34");
}
