//! Saved lists that show the same things, and in which order their entries are listed again.

use rstest::rstest;
use serde_json::{Value, json};

use super::{ASSIGNMENTS, BLOCKS, BONUSES, GRANTS, HITS, TYPES};
use crate::world::World;
use crate::worlds::{begun, dump, problems};

const HIT: &str = "3SAVED0000000000000000000HIT01";

/// A list that shows the HIT without most of its members.
const REVIEWABLE: &str = r#"{"NumResults": 1, "HITs": [{
    "HITId": "3SAVED0000000000000000000HIT01", "HITTypeId": "3SAVED000000000000000000TYPE01",
    "CreationTime": 1558393704.0, "HITStatus": "Reviewing", "MaxAssignments": 3,
    "RequesterAnnotation": "only here", "NumberOfAssignmentsCompleted": 2}]}"#;

/// The answer to a load of several files.
async fn load(world: &World, files: &[&str]) -> (u16, Value) {
    let files: Vec<Value> = files.iter().map(|file| serde_json::from_str(file).unwrap()).collect();
    world.control("POST", "/world", json!(files)).await
}

/// What `list-reviewable-hits` printed: ids alone.
const BARE: &str = r#"{"NumResults": 1, "HITs": [{"HITId": "3SAVED0000000000000000000HIT01"}]}"#;

#[rstest]
#[case(&[HITS, ASSIGNMENTS, BARE])]
#[case(&[BARE, HITS, ASSIGNMENTS])]
#[tokio::test]
async fn ids_of_reviewable_hits_add_nothing_to_the_hits(#[case] files: &[&str]) {
    let without = dump(&begun(&[HITS, ASSIGNMENTS]).await).await;
    assert_eq!(dump(&begun(files).await).await, without);
}

#[rstest]
#[case(&[HITS, ASSIGNMENTS, REVIEWABLE])]
#[case(&[REVIEWABLE, HITS, ASSIGNMENTS])]
#[tokio::test]
async fn a_hit_in_two_lists_is_one_hit_with_what_both_say(#[case] files: &[&str]) {
    let world = World::new().await;
    let (status, loaded) = load(&world, files).await;
    assert_eq!((status, &loaded["Loaded"]["HITs"]), (200, &json!(1)), "{loaded}");
    let hit = world.hit(HIT).await;
    assert_eq!(hit["RequesterAnnotation"], "only here");
    assert_eq!((&hit["Question"], &hit["HITStatus"]), (&json!("<old/>"), &json!("Reviewing")));
    assert_eq!(hit["CreationTime"].as_f64(), Some(1_558_393_704.0));
}

/// Every list twice, as two commands printed it.
#[tokio::test]
async fn what_stands_in_two_files_is_there_once() {
    let lists = [HITS, ASSIGNMENTS, BONUSES, TYPES, GRANTS, BLOCKS];
    let once = begun(&lists).await;
    let twice: Vec<&str> = lists.iter().chain(&lists).copied().collect();
    assert_eq!(dump(&begun(&twice).await).await, dump(&once).await);
}

/// Two bonuses of one moment are two in each list that shows them.
#[tokio::test]
async fn equal_entries_of_one_list_are_several() {
    let mut two: Value = serde_json::from_str(BONUSES).unwrap();
    let bonus = two["BonusPayments"][0].clone();
    two["BonusPayments"].as_array_mut().unwrap().push(bonus);
    let two = two.to_string();
    let world = begun(&[ASSIGNMENTS, BONUSES, &two, &two]).await;
    let listed = world.ok("ListBonusPayments", json!({"HITId": HIT})).await;
    assert_eq!(listed["NumResults"], 2);
}

#[tokio::test]
async fn places_that_contradict_each_other_are_told() {
    let world = World::new().await;
    let other = HITS.replace("\"Reward\": \"0.01\"", "\"Reward\": \"0.02\"");
    let (status, answer) = load(&world, &[HITS, &other]).await;
    assert_eq!(status, 400);
    let reported = &answer["error"]["problems"];
    assert_eq!(
        reported,
        &json!([{"file": 1, "path": "HITs[0].Reward", "line": 1,
            "reason": "another value stands elsewhere for the same thing",
            "elsewhere": {"file": 0, "path": "HITs[0].Reward", "line": 1}}])
    );
    let other = ASSIGNMENTS.replace("\"ok\"", "\"well\"");
    let (status, answer) = load(&world, &[ASSIGNMENTS, &other]).await;
    let reported = &answer["error"]["problems"][0];
    assert_eq!((status, &reported["path"]), (400, &json!("Assignments[1].RequesterFeedback")));
    let twice: Value = json!({"HITs": [{"HITId": "3H"}, {"HITId": "3H"}]});
    assert_eq!(problems(&world, twice).await, ["HITs[1]: the HIT 3H stands twice"]);
}

/// The API's lists begin with the latest.
#[tokio::test]
async fn lists_come_in_the_order_in_which_they_were_saved() {
    let bonus = |reason: &str, at: i64| {
        json!({"WorkerId": "A1SAVED000002", "BonusAmount": "1.00", "GrantTime": at,
            "AssignmentId": "3SAVED000000000000000000WORK02", "Reason": reason})
    };
    let bonuses = |list: Vec<Value>| json!({"BonusPayments": list}).to_string();
    let saved = bonuses(vec![
        bonus("e", 1_558_399_300),
        bonus("d", 1_558_399_200),
        bonus("c", 1_558_399_200),
        bonus("b", 1_558_399_100),
    ]);
    let earlier = bonuses(vec![bonus("a", 1_558_399_000)]);
    for files in [[ASSIGNMENTS, &saved, &earlier], [&earlier, &saved, ASSIGNMENTS]] {
        let world = begun(&files).await;
        let listed = world.ok("ListBonusPayments", json!({"HITId": HIT})).await;
        let reasons = listed["BonusPayments"].as_array().unwrap().iter();
        let reasons: Vec<&str> = reasons.map(|paid| paid["Reason"].as_str().unwrap()).collect();
        assert_eq!(reasons, ["e", "d", "c", "b", "a"]);
        let again = begun(&[&dump(&world).await.to_string()]).await;
        let listed_again = again.ok("ListBonusPayments", json!({"HITId": HIT})).await;
        assert_eq!(listed_again["BonusPayments"], listed["BonusPayments"]);
    }
}

#[tokio::test]
async fn qualifications_and_hits_too_come_in_the_order_in_which_they_were_saved() {
    let of = "3SAVED00000000000000000QUALS01";
    let grant = |worker: &str, at: i64| {
        json!({"QualificationTypeId": of, "WorkerId": worker, "GrantTime": at,
            "IntegerValue": 1, "Status": "Granted"})
    };
    let newest_first = [grant("A3", 1_558_399_105), grant("A2", 1_558_399_104)];
    let equal = [grant("A1", 1_558_399_104), grant("A0", 1_558_399_103)];
    let grants = json!({"Qualifications": newest_first.iter().chain(&equal).collect::<Vec<_>>()});
    let hit = |id: &str, at: i64| json!({"HITId": id, "CreationTime": at, "Expiration": at + 1});
    let hits = json!({"HITs": [hit("3C", 1_558_399_105), hit("3B", 1_558_399_105),
        hit("3A", 1_558_399_104)]});
    let world = begun(&[TYPES, &grants.to_string(), &hits.to_string()]).await;
    let sent = json!({"QualificationTypeId": of});
    let listed = world.ok("ListWorkersWithQualificationType", sent).await;
    let workers = listed["Qualifications"].as_array().unwrap().iter();
    let workers: Vec<&str> = workers.map(|held| held["WorkerId"].as_str().unwrap()).collect();
    assert_eq!(workers, ["A3", "A2", "A1", "A0"]);
    let listed = world.ok("ListHITs", json!({})).await;
    let ids = listed["HITs"].as_array().unwrap().iter();
    assert_eq!(
        ids.map(|hit| hit["HITId"].as_str().unwrap()).collect::<Vec<_>>(),
        ["3C", "3B", "3A"]
    );
}

/// What happened in an order that its times do not show comes back in it.
#[tokio::test]
async fn a_dump_keeps_the_market_s_own_order() {
    let late = json!({"BonusPayments": [{"WorkerId": "A1SAVED000002", "BonusAmount": "2.00",
        "AssignmentId": "3SAVED000000000000000000WORK02", "GrantTime": 1_558_390_000}]});
    let world = begun(&[ASSIGNMENTS, BONUSES]).await;
    world.done("POST", "/world", late).await;
    let dumped = dump(&world).await;
    assert_eq!(dumped["Ordered"], true);
    let again = World::new().await;
    again.done("POST", "/world", dumped.clone()).await;
    assert_eq!(dump(&again).await, dumped);
}
