//! What the AWS CLI printed of the closed service is a world.

mod gone;
mod overlapping;
mod savings;
mod single;

use rstest::rstest;
use serde_json::json;

use super::{begun, dump};
use crate::world::World;

/// What the AWS CLI of version 2 printed, and how version 1 prints times.
pub const HITS: &str = r#"{"NextToken": "p1:x", "NumResults": 1, "HITs": [{
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
pub const ASSIGNMENTS: &str = r#"{"NumResults": 2, "Assignments": [
    {"AssignmentId": "3SAVED000000000000000000WORK01", "WorkerId": "A1SAVED000001",
     "HITId": "3SAVED0000000000000000000HIT01", "AssignmentStatus": "Submitted",
     "AutoApprovalTime": 1561000104.0, "AcceptTime": 1558394104.0, "SubmitTime": 1558394204.0,
     "Answer": ""},
    {"AssignmentId": "3SAVED000000000000000000WORK02", "WorkerId": "A1SAVED000002",
     "HITId": "3SAVED0000000000000000000HIT01", "AssignmentStatus": "Approved",
     "AutoApprovalTime": 1561000104.0, "AcceptTime": 1558394104.0, "SubmitTime": 1558394304.0,
     "ApprovalTime": 1558399104.0, "Answer": "", "RequesterFeedback": "ok"}]}"#;
pub const BONUSES: &str = r#"{"NumResults": 1, "BonusPayments": [{"WorkerId": "A1SAVED000002",
    "BonusAmount": "1.00", "AssignmentId": "3SAVED000000000000000000WORK02", "Reason": "r",
    "GrantTime": 1558399105.0}]}"#;
pub const TYPES: &str = r#"{"NumResults": 2, "QualificationTypes": [
    {"QualificationTypeId": "00000000000000000040", "Name": "Worker_NumberHITsApproved",
     "CreationTime": 1.3e9, "Description": "x", "QualificationTypeStatus": "Active",
     "IsRequestable": false},
    {"QualificationTypeId": "3SAVED00000000000000000QUALS01", "Name": "Mine",
     "CreationTime": "2018-01-01T00:00:00+01:00", "Description": "x", "Keywords": "k",
     "QualificationTypeStatus": "Active", "IsRequestable": true, "AutoGranted": false}]}"#;
pub const GRANTS: &str = r#"{"NumResults": 1, "Qualifications": [
    {"QualificationTypeId": "3SAVED00000000000000000QUALS01", "WorkerId": "A1SAVED000001",
     "GrantTime": 1558399105.0, "IntegerValue": 7, "Status": "Granted"}]}"#;
pub const BLOCKS: &str =
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
