//! Several files at once, and all problems of all of them at once.

use mturk_local::worlds::Worlds;
use mturk_local::worlds::builtin::BUILTIN;
use serde_json::{Value, json};

use super::{begun, builtin, dump, problems};
use crate::world::World;

/// Requesters and workers that are the same in two files are no problem.
#[tokio::test]
async fn any_two_built_in_worlds_load_together() {
    for (index, one) in BUILTIN.iter().enumerate() {
        for other in &BUILTIN[index + 1..] {
            let world = World::new().await;
            let files: Vec<Value> =
                [one, other].map(|b| serde_json::from_str(b.text()).unwrap()).into();
            let (status, answer) = world.control("POST", "/world", json!(files)).await;
            assert_eq!(status, 200, "{} {}: {answer}", one.name, other.name);
        }
    }
}

#[tokio::test]
async fn files_that_say_something_else_of_a_requester_or_a_worker_are_refused() {
    let world = World::new().await;
    let file = |name: &str, masters: bool| {
        json!({"Requesters": [{"AccessKeyId": "AK", "Name": name}],
            "Workers": [{"WorkerId": "A1", "Masters": masters}]})
    };
    let (status, _) =
        world.control("POST", "/world", json!([file("x", true), file("x", true)])).await;
    assert_eq!(status, 200);
    let world = World::new().await;
    assert_eq!(
        problems(&world, json!([file("x", true), file("y", false)])).await,
        [
            "Requesters[0].Name: another value stands elsewhere for the same thing",
            "Workers[0].Masters: another value stands elsewhere for the same thing",
        ]
    );
}

#[tokio::test]
async fn an_entry_reports_all_that_is_wrong_with_it() {
    let world = World::new().await;
    let twice = json!({"WorkerId": "A1", "SubmitTime": "-1m", "AcceptTime": "-1h"});
    let hit = json!({"HITId": "3H", "Title": "", "MaxAssignments": 0,
        "AutoApprovalDelayInSeconds": -1, "AssignmentDurationInSeconds": 0, "CreationTime": "+1h",
        "Assignments": [twice, twice]});
    let mut reported = problems(&world, json!({"HITs": [hit]})).await;
    reported.sort();
    let value = |value: i64, name: &str, range: &str| {
        format!("HITs[0]: The value {value} is invalid for {name}. Valid values range from {range}")
    };
    assert_eq!(
        reported,
        [
            "HITs[0].Assignments[1]: the worker A1 has done the HIT 3H already".to_owned(),
            "HITs[0]: CreationTime is in the future".to_owned(),
            value(-1, "AutoApprovalDelayInSeconds", "0 to 2592000"),
            value(0, "AssignmentDurationInSeconds", "30 to 31536000"),
            value(0, "MaxAssignments", "1 to 1000000000"),
            "HITs[0]: Your request parameter Title has a minimum length of 1".to_owned(),
        ]
    );
    let worker = json!({"WorkerId": "A1", "PercentApproved": 200, "HITsApproved": -1, "Name": ""});
    assert_eq!(
        problems(&world, json!({"Workers": [worker, {"WorkerId": "A1"}]})).await,
        [
            "Workers[0]: Name has 1 to 100 characters, and no control characters",
            "Workers[0]: HITsApproved is between 0 and 1000000000",
            "Workers[0]: PercentApproved is between 0 and 100",
            "Workers[1]: the worker A1 stands twice",
        ]
    );
    let work = json!({"HITId": "3X", "AcceptTime": "+2h", "SubmitTime": "+1h",
        "ApprovalTime": "-1h", "Answer": "", "Answers": {"q": "v"}});
    assert_eq!(
        problems(&world, json!({"Assignments": [work]})).await,
        [
            "Assignments[0]: it was submitted before it was accepted",
            "Assignments[0]: it happened in the future",
            "Assignments[0]: it was decided before it was submitted",
            "Assignments[0]: submitted work is not decided yet",
            "Assignments[0]: either Answer or Answers can be given, not both",
        ]
    );
    let of_type = json!({"Name": "x".repeat(201), "RetryDelayInSeconds": -1,
        "TestDurationInSeconds": 0, "Requester": "nobody"});
    let reported = problems(&world, json!({"QualificationTypes": [of_type]})).await;
    assert_eq!(reported.len(), 4, "{reported:?}");
}

/// What cannot be read and what does not fit are reported at once, and nothing is reported twice.
#[tokio::test]
async fn every_kind_of_problem_is_reported_at_once() {
    let world = World::new().await;
    let file = json!({
        "HITs": [{"HITId": "3H", "Reward": "a lot", "HITStatus": "Reviewing",
            "Assignments": [{"AssignmentStatus": "Done", "ApprovalTime": "-1h"}]}],
        "Assignments": [{"HITId": "3H", "SubmitTime": "+1h"}, {"HITId": "3Y"}],
        "BonusPayments": [{"WorkerId": "A1", "AssignmentId": "3W", "BonusAmount": "free",
            "Requester": "nobody"}],
        "Qualifications": [{"WorkerId": "anna", "QualificationTypeId": "3Q"}],
        "Workers": [{"WorkerId": "A1"}, {"WorkerId": "A1"}],
    });
    let reported = problems(&world, file).await;
    assert_eq!(
        reported,
        [
            "HITs[0].Reward: not an amount of dollars",
            "HITs[0].Assignments[0].AssignmentStatus: unknown variant `Done`, expected one of \
             `Submitted`, `Approved`, `Rejected`, `Accepted`, `Returned`, `Abandoned`",
            "Assignments[0]: it happened in the future",
            "BonusPayments[0].BonusAmount: not an amount of dollars",
            "Qualifications[0].WorkerId: \"anna\" is no worker id: that is A followed by capital \
             letters and digits, 64 characters at most",
            "Workers[1]: the worker A1 stands twice",
        ]
    );
    // Where everything has a name, what is named and not there is reported too.
    let file = json!({"HITs": [{"HITId": "3H", "Reward": "a lot", "HITTypeId": "3T"}],
        "Assignments": [{"HITId": "3Y"}, {"HITId": "3H"}]});
    assert_eq!(
        problems(&world, file).await,
        [
            "HITs[0]: there is no HIT type 3T",
            "HITs[0].Reward: not an amount of dollars",
            "Assignments[0]: there is no HIT 3Y",
        ]
    );
}

#[tokio::test]
async fn a_byte_order_mark_is_passed_over() {
    let text = format!("\u{feff}{}", builtin("minimal"));
    let world = begun(&[&text]).await;
    assert_eq!(world.ok("ListHITs", json!({})).await["NumResults"], 1);
    let wrong = Worlds::read(vec!["\u{feff}\n{\"A\": }".to_owned()]).unwrap_err();
    assert_eq!(wrong[0].to_string(), "line 2: not JSON: expected value");
}

#[tokio::test]
async fn every_list_is_counted() {
    let world = World::new().await;
    for builtin in BUILTIN {
        let file: Value = serde_json::from_str(builtin.text()).unwrap();
        let loaded = world.done("PUT", "/world", file).await["Loaded"].take();
        let mut dumped = dump(&world).await;
        let work = dumped["HITs"].as_array().unwrap().iter();
        dumped["Assignments"] =
            work.flat_map(|hit| hit["Assignments"].as_array().unwrap().clone()).collect();
        let lists = loaded.as_object().unwrap();
        assert_eq!(lists.len(), 17);
        for (name, count) in lists {
            if builtin.name == "crowd" && name == "Assignments" {
                // Its robots have begun.
                continue;
            }
            // Types that come with their HITs have no entries of their own; the default requester
            // is there without one.
            if !["HITTypes", "Requesters"].contains(&name.as_str()) {
                let there = dumped[name].as_array().unwrap().len();
                assert_eq!(count, there, "{} {name}", builtin.name);
            }
        }
        let again = world.done("PUT", "/world", dump(&world).await).await["Loaded"].take();
        for (name, count) in again.as_object().unwrap() {
            let there = dumped[name].as_array().unwrap().len();
            assert_eq!(count, there, "{} {name}", builtin.name);
        }
    }
}
