//! The same things saved several times: by other programs, at other moments, partly.

use mturk_local::time::Instant;
use rstest::rstest;
use serde_json::{Value, json};

use super::{ASSIGNMENTS, BLOCKS, BONUSES, GRANTS, HITS, TYPES};
use crate::world::World;
use crate::worlds::{begun, dump};

const HIT: &str = "3SAVED0000000000000000000HIT01";
const QUALIFICATION: &str = "3SAVED00000000000000000QUALS01";

/// What `list-qualification-requests` printed.
const REQUESTS: &str = r#"{"QualificationRequests": [{"QualificationRequestId": "3ASKED==1",
    "QualificationTypeId": "3SAVED00000000000000000QUALS01", "WorkerId": "A1SAVED000009",
    "SubmitTime": 1558399105.5, "Test": "", "Answer": ""}]}"#;

/// Two pages of a review's results.
fn results(action: &str) -> String {
    let done = json!({"ActionId": action, "ActionName": "approve", "Status": "Succeeded",
        "TargetId": "3SAVED000000000000000000WORK02", "TargetType": "Assignment",
        "CompleteTime": 1_558_399_105.0, "Result": "Approved"});
    let policy = json!({"PolicyName": "ScoreMyKnownAnswers/2011-09-01"});
    let report = json!({"ReviewResults": [], "ReviewActions": [done]});
    json!({"HITId": HIT, "AssignmentReviewPolicy": policy, "AssignmentReviewReport": report})
        .to_string()
}

/// Deadlines stand in no list, but in `get-assignment` of a market like this one.
fn with_deadlines() -> String {
    ASSIGNMENTS.replace("\"SubmitTime\"", "\"Deadline\": 1558397704.0, \"SubmitTime\"")
}

fn saved() -> Vec<String> {
    let mut all = [HITS, BONUSES, TYPES, GRANTS, BLOCKS, REQUESTS].map(str::to_owned).to_vec();
    all.extend([with_deadlines(), results("3ACTION1"), results("3ACTION2")]);
    all
}

/// The file with its times as that offset from UTC has them; epoch seconds without one.
fn times_at(offset: Option<&str>, file: &str) -> String {
    fn walk(offset: Option<&str>, name: &str, value: &mut Value) {
        match value {
            Value::Object(members) => members.iter_mut().for_each(|(n, v)| walk(offset, n, v)),
            Value::Array(items) => items.iter_mut().for_each(|item| walk(offset, "", item)),
            at if name.ends_with("Time") || ["Expiration", "Deadline"].contains(&name) => {
                *at = written(offset, at);
            }
            _ => {}
        }
    }
    let mut file: Value = serde_json::from_str(file).unwrap();
    walk(offset, "", &mut file);
    file.to_string()
}

fn written(offset: Option<&str>, at: &Value) -> Value {
    let text = at.as_str().map_or_else(|| at.to_string(), str::to_owned);
    let at = Instant::parse(&text, Instant::default()).unwrap();
    let utc = chrono::DateTime::from_timestamp_millis(at.0).unwrap();
    match offset {
        None => json!(at.epoch_seconds().parse::<f64>().unwrap()),
        Some(offset) => {
            let offset: chrono::FixedOffset = offset.parse().unwrap();
            // As the AWS CLI of version 2 has it: with microseconds.
            json!(utc.with_timezone(&offset).format("%Y-%m-%dT%H:%M:%S%.6f%:z").to_string())
        }
    }
}

async fn begun_with(files: &[String]) -> World {
    begun(&files.iter().map(String::as_str).collect::<Vec<_>>()).await
}

async fn refused(files: &[String]) -> Vec<Value> {
    let world = World::new().await;
    let files: Vec<Value> = files.iter().map(|file| serde_json::from_str(file).unwrap()).collect();
    let (status, answer) = world.control("POST", "/world", json!(files)).await;
    assert_eq!(status, 400, "{answer}");
    answer["error"]["problems"].as_array().unwrap().clone()
}

#[rstest]
#[case::numbers_and_utc(None, Some("+00:00"))]
#[case::two_offsets(Some("-07:00"), Some("+05:30"))]
#[case::as_they_are_and_numbers(Some("+00:00"), None)]
#[tokio::test]
async fn lists_with_other_times_are_the_same(
    #[case] one: Option<&str>,
    #[case] other: Option<&str>,
) {
    let once = dump(&begun_with(&saved()).await).await;
    assert_eq!(once["QualificationRequests"].as_array().unwrap().len(), 1);
    assert_eq!(
        once["HITs"][0]["AssignmentReviewReport"]["ReviewActions"][1]["ActionId"],
        "3ACTION2"
    );
    let in_both = saved().iter().map(|file| times_at(one, file)).collect::<Vec<_>>();
    let in_other = saved().into_iter().map(|file| times_at(other, &file));
    let twice: Vec<String> = in_both.into_iter().chain(in_other).collect();
    assert_eq!(dump(&begun_with(&twice).await).await, once);
}

/// Two moments are two payments; so are two lines of one list.
#[tokio::test]
async fn bonuses_that_were_paid_twice_are_two() {
    let bonus = |at: Value| {
        json!({"WorkerId": "A1SAVED000002", "BonusAmount": "1.00", "Reason": "r",
            "AssignmentId": "3SAVED000000000000000000WORK02", "GrantTime": at})
    };
    let list = |all: &[Value]| json!({"BonusPayments": all}).to_string();
    let (at, later) = (json!(1_558_399_105), json!("2019-05-21T00:38:26+00:00"));
    let iso = json!("2019-05-21T02:38:25+02:00");
    for files in [
        [list(&[bonus(at.clone())]), list(&[bonus(later)])],
        [list(&[bonus(at.clone()), bonus(iso.clone())]), list(&[bonus(iso), bonus(at)])],
    ] {
        let world = begun_with(&[vec![ASSIGNMENTS.to_owned()], files.to_vec()].concat()).await;
        let listed = world.ok("ListBonusPayments", json!({"HITId": HIT})).await;
        assert_eq!(listed["NumResults"], 2, "{files:?}");
    }
}

#[tokio::test]
async fn each_saving_adds_what_the_others_have_not() {
    let of_type = json!({"QualificationTypes": [{"QualificationTypeId": QUALIFICATION,
        "Name": "Mine", "RetryDelayInSeconds": 60}]});
    let grant = json!({"Qualifications": [{"QualificationTypeId": QUALIFICATION,
        "WorkerId": "A1SAVED000001"}]});
    let block = json!({"WorkerBlocks": [{"WorkerId": "A1SAVED000003"}]});
    let request = json!({"QualificationRequests": [{"QualificationRequestId": "3ASKED==1",
        "QualificationTypeId": QUALIFICATION, "WorkerId": "A1SAVED000009"}]});
    let less = [of_type, grant, block, request].map(|file| file.to_string());
    let more = [TYPES, GRANTS, BLOCKS, REQUESTS].map(str::to_owned);
    let world = begun_with(&[less, more].concat()).await;
    let dumped = dump(&world).await;
    let of_type = &dumped["QualificationTypes"][0];
    assert_eq!((&of_type["Keywords"], &of_type["RetryDelayInSeconds"]), (&json!("k"), &json!(60)));
    assert_eq!(dumped["Qualifications"][0]["IntegerValue"], 7);
    assert_eq!(dumped["WorkerBlocks"][0]["Reason"], "spam");
    assert_eq!(dumped["QualificationRequests"][0]["SubmitTime"], "2019-05-21T00:38:25Z");
}

#[tokio::test]
async fn what_contradicts_is_reported_where_it_stands() {
    for (one, member, other) in [
        (TYPES, "QualificationTypes[1].Keywords", TYPES.replace("\"k\"", "\"other\"")),
        (GRANTS, "Qualifications[0].IntegerValue", GRANTS.replace(": 7", ": 8")),
        (BLOCKS, "WorkerBlocks[0].Reason", BLOCKS.replace("spam", "other")),
        (REQUESTS, "QualificationRequests[0].SubmitTime", REQUESTS.replace("105.5", "106")),
    ] {
        let reported = refused(&[TYPES.to_owned(), one.to_owned(), other]).await;
        let reason = "another value stands elsewhere for the same thing";
        assert_eq!(reported.len(), 1, "{reported:?}");
        assert_eq!(reported[0]["file"], 2);
        assert_eq!(
            (&reported[0]["path"], &reported[0]["reason"]),
            (&json!(member), &json!(reason))
        );
    }
    // The system's own types say something else from time to time.
    let reported = TYPES.replace("\"Description\": \"x\",\n     \"Qual", "\"Qual");
    begun_with(&[TYPES.to_owned(), reported]).await;
}

#[tokio::test]
async fn a_problem_of_a_merged_member_is_reported_where_the_member_stands() {
    let hit = json!({"HITId": "3A", "AutoApprovalDelayInSeconds": 60}).to_string();
    let hit = format!("{{\"HITs\": [{hit}]}}");
    let work = json!({"Assignments": [{"AssignmentId": "3W", "HITId": "3A", "WorkerId": "A1"}]});
    for (member, reason) in [
        (r#""HITTypeId": "3NOTHERE""#, "there is no HIT type 3NOTHERE"),
        (
            r#""MaxAssignments": 0"#,
            "The value 0 is invalid for MaxAssignments. Valid values range from 1 to 1000000000",
        ),
        (r#""CreationTime": "+1h""#, "CreationTime is in the future"),
        (r#""HITStatus": "Disposed""#, "with this work and end it cannot be Disposed"),
    ] {
        let other = format!("{{\"HITs\": [{{\"HITId\": \"3A\", {member}}}]}}");
        let reported = refused(&[hit.clone(), other, work.to_string()]).await;
        let name = member.split('"').nth(1).unwrap();
        let path = format!("HITs[0].{name}");
        let problem = json!({"file": 1, "line": 1, "path": path, "reason": reason});
        assert_eq!(reported, [problem]);
    }
    let other = json!({"Assignments": [{"AssignmentId": "3W", "ApprovalTime": "-1h"}]}).to_string();
    let reported = refused(&[work.to_string(), other]).await;
    assert!(reported.iter().all(|problem| problem["file"] == 1), "{reported:?}");
    assert_eq!(reported[0]["path"], "Assignments[0].ApprovalTime");
}

/// The values of a known HIT type, and what a second file says of the HIT.
#[tokio::test]
async fn a_member_that_the_hit_type_has_otherwise_is_reported_where_it_stands() {
    let known = json!({"HITTypes": [{"HITTypeId": "3T", "Title": "t", "Keywords": "k"}],
        "HITs": [{"HITId": "3A", "HITTypeId": "3T", "Title": "t"}]});
    let other = json!({"HITs": [{"HITId": "3A", "Keywords": "other"}]});
    let reported = refused(&[known.to_string(), other.to_string()]).await;
    assert_eq!((reported.len(), &reported[0]["file"]), (1, &json!(1)), "{reported:?}");
    assert_eq!(reported[0]["path"], "HITs[0].Keywords");
    let disputed = json!({"HITs": [{"HITId": "3A", "Keywords": "other", "Title": "u"}]});
    let reported = refused(&[known.to_string(), disputed.to_string()]).await;
    assert_eq!(
        (reported.len(), &reported[0]["path"]),
        (1, &json!("HITs[0].Title")),
        "{reported:?}"
    );
}

fn work(status: &str, more: &Value) -> String {
    let mut work = json!({"AssignmentId": "3W", "HITId": "3A", "WorkerId": "A1",
        "AssignmentStatus": status, "SubmitTime": 1_558_394_204, "AcceptTime": 1_558_394_104});
    work.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"Assignments": [work]}).to_string()
}

/// The work of the only HIT; ids that are made up depend on the files.
async fn works(files: &[String]) -> Value {
    dump(&begun_with(files).await).await["HITs"][0]["Assignments"].take()
}

#[tokio::test]
async fn work_saved_before_and_after_its_review_is_reviewed() {
    let submitted = work("Submitted", &json!({}));
    let rejected =
        work("Rejected", &json!({"RejectionTime": 1_558_394_300, "RequesterFeedback": "no"}));
    let approved =
        work("Approved", &json!({"ApprovalTime": 1_558_394_400, "RequesterFeedback": "yes"}));
    let once = works(std::slice::from_ref(&approved)).await;
    for files in [[submitted.clone(), approved.clone()], [approved.clone(), submitted.clone()]] {
        assert_eq!(works(&files).await, once);
    }
    let all = [submitted, rejected, approved];
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let world = begun_with(&order.map(|index| all[index].clone())).await;
        let shown = world.ok("GetAssignment", json!({"AssignmentId": "3W"})).await;
        let shown = &shown["Assignment"];
        assert_eq!(
            (&shown["AssignmentStatus"], &shown["RequesterFeedback"]),
            (&json!("Approved"), &json!("yes"))
        );
        assert!(shown["RejectionTime"].is_number(), "{shown}");
    }
}

/// What follows from a value that is in dispute is not reported besides.
#[tokio::test]
async fn a_dispute_is_reported_alone() {
    let submitted = work("Submitted", &json!({"HITId": "3A"}));
    let other =
        work("Approved", &json!({"ApprovalTime": 1_558_394_150, "SubmitTime": 1_558_394_140}));
    let reported = refused(&[submitted, other]).await;
    assert_eq!(
        (reported.len(), &reported[0]["path"]),
        (1, &json!("Assignments[0].SubmitTime")),
        "{reported:?}"
    );
    let hit = |max: i64| json!({"HITs": [{"HITId": "3A", "MaxAssignments": max}]}).to_string();
    let two = json!({"Assignments": [{"HITId": "3A"}, {"HITId": "3A"}]}).to_string();
    let reported = refused(&[hit(1), hit(2), two]).await;
    assert_eq!(
        (reported.len(), &reported[0]["path"]),
        (1, &json!("HITs[0].MaxAssignments")),
        "{reported:?}"
    );
}

/// A dump names each owner by id, saved output none.
#[tokio::test]
async fn a_dump_beside_what_was_saved_adds_nothing() {
    let once = dump(&begun_with(&saved()).await).await;
    let (dumped, saved) = ([once.to_string()], [BONUSES, TYPES, GRANTS, BLOCKS].map(str::to_owned));
    for files in [[&dumped[..], &saved].concat(), [&saved[..], &dumped].concat()] {
        let both = dump(&begun_with(&files).await).await;
        for list in ["BonusPayments", "WorkerBlocks", "QualificationTypes", "Qualifications"] {
            assert_eq!(both[list], once[list], "{list}");
        }
    }
}

/// What was deleted stays so, whichever file says it.
#[rstest]
#[case(["Reviewing", "Disposed"])]
#[case(["Disposed", "Reviewing"])]
#[tokio::test]
async fn a_hit_is_as_far_as_the_further_file_has_it(#[case] statuses: [&str; 2]) {
    let file = |status: &str| {
        let mut file: Value = serde_json::from_str(HITS).unwrap();
        file["HITs"][0]["HITStatus"] = json!(status);
        file["HITs"][0]["Expiration"] = json!("2019-06-01T00:00:00Z");
        file["HITs"].as_array_mut().unwrap().truncate(1);
        file.to_string()
    };
    let world = begun_with(&statuses.map(file)).await;
    assert_eq!(dump(&world).await["HITs"][0]["HITStatus"], "Disposed");
}

/// Files that begin with other requesters speak of their own types.
#[tokio::test]
async fn a_type_of_two_owners_is_refused() {
    let of = |key: &str| {
        let mut file: Value = serde_json::from_str(TYPES).unwrap();
        file["Requesters"] = json!([{"AccessKeyId": key}]);
        file.to_string()
    };
    let problems = refused(&[of("AK1"), of("AK2")]).await;
    assert!(problems[0]["reason"].as_str().unwrap().contains("another"), "{problems:?}");
    let _ = begun_with(&[of("AK1"), of("AK1")]).await;
}

/// What was earned and spent between two dumps.
#[tokio::test]
async fn the_last_balance_counts() {
    let of = |balance: &str| {
        json!({"Requesters": [{"AccessKeyId": "AK1", "AvailableBalance": balance}]}).to_string()
    };
    let world = begun_with(&[of("10.00"), of("7.50")]).await;
    let dumped = dump(&world).await;
    let mut requesters = dumped["Requesters"].as_array().unwrap().iter();
    let found = requesters.find(|one| one["AccessKeyId"] == "AK1").unwrap();
    assert_eq!(found["AvailableBalance"], "7.50");
}

/// Two dumps of one market hold the same HIT, whose work went on.
#[tokio::test]
async fn work_within_a_hit_that_two_files_have_is_one() {
    let of = |status: &str, more: Value| {
        let work = json!({"AssignmentId": "3W", "WorkerId": "A1", "AssignmentStatus": status,
            "SubmitTime": 1_558_394_204});
        let assignments: Vec<Value> = std::iter::once(work).chain([more]).collect();
        json!({"HITs": [{"HITId": "3A", "Assignments": assignments}]}).to_string()
    };
    let nobody = json!({"WorkerId": "A3", "SubmitTime": 1_558_394_204});
    let second = json!({"AssignmentId": "3X", "WorkerId": "A2", "SubmitTime": 1_558_394_205});
    let files = [of("Submitted", second.clone()), of("Approved", second)];
    let found = works(&files).await;
    let statuses = found.as_array().unwrap().iter().map(|work| &work["AssignmentStatus"]);
    assert_eq!(statuses.collect::<Vec<_>>(), ["Approved", "Submitted"]);
    let files = [of("Submitted", nobody.clone()), of("Submitted", nobody)];
    assert_eq!(works(&files).await.as_array().unwrap().len(), 2);
}
