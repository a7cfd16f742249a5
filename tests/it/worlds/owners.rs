//! Who owns what names no requester.

use mturk_local::emulator::{Credential, Options};
use mturk_local::worlds::Worlds;
use rstest::rstest;
use serde_json::{Value, json};

use crate::world::World;

fn credential(access_key: &str) -> Credential {
    let name = Some(format!("Lab {access_key}"));
    Credential { access_key: access_key.to_owned(), secret: "s".to_owned(), name }
}

/// A HIT without a requester, one with, and perhaps a requester of the file.
fn file(first: Option<&str>) -> Value {
    let mut file = json!({"HITs": [
        {"HITId": "3NONE", "Title": "T", "Assignments": [
            {"AssignmentId": "3WORK", "WorkerId": "A1", "AssignmentStatus": "Submitted"}]},
        {"HITId": "3NAMED", "Title": "T", "Requester": "test"}
    ]});
    if let Some(first) = first {
        file["Requesters"] = json!([{"AccessKeyId": first}]);
    }
    file
}

#[rstest]
#[case::named(&["AK1"], Some("FIRST"), Some("AK9"), "AK9")]
#[case::only_credential(&["AK1"], Some("FIRST"), None, "AK1")]
#[case::two_credentials(&["AK1", "AK2"], Some("FIRST"), None, "FIRST")]
#[case::first(&[], Some("FIRST"), None, "FIRST")]
#[case::nobody(&[], None, None, "test")]
#[tokio::test]
async fn the_owner_is_named(
    #[case] credentials: &[&str],
    #[case] first: Option<&str>,
    #[case] named: Option<&str>,
    #[case] owner: &str,
) {
    let known: Vec<Credential> = credentials.iter().map(|key| credential(key)).collect();
    let world = World::with(|options: &mut Options| options.credentials = known).await;
    let path = named.map_or("/world".to_owned(), |key| format!("/world?requester={key}"));
    for method in ["POST", "PUT"] {
        let answer = world.done(method, &path, file(first)).await;
        assert_eq!(answer["Owner"]["AccessKeyId"], owner, "{method} {answer}");
        let hits = json!([answer["Owner"]["RequesterId"]]);
        let dump = world.done("GET", "/world", Value::Null).await;
        let of = |id: &str| {
            let all = dump["HITs"].as_array().unwrap();
            all.iter().find(|hit| hit["HITId"] == id).unwrap()["Requester"].clone()
        };
        assert_eq!(json!([of("3NONE")]), hits, "{dump}");
        let requesters = dump["Requesters"].as_array().unwrap();
        let test = requesters.iter().find(|one| one["AccessKeyId"] == "test").unwrap();
        assert_eq!(of("3NAMED"), test["RequesterId"], "{dump}");
        if method == "POST" {
            world.done("POST", "/reset", json!({"empty": true})).await;
            world.done("POST", "/world", json!({"Requesters": [{"AccessKeyId": "test"}]})).await;
        }
    }
}

#[tokio::test]
async fn a_fixture_belongs_to_the_only_credential_also_after_a_reset() {
    let worlds = Worlds::read(vec![file(Some("FIRST")).to_string()]).unwrap();
    let world = World::with(|options: &mut Options| {
        options.credentials = vec![credential("AK1")];
        options.worlds = Some(worlds);
    });
    let world = world.await;
    let before = world.done("GET", "/world", Value::Null).await;
    let mut requesters = before["Requesters"].as_array().unwrap().iter();
    let lab = requesters.find(|one| one["Name"] == "Lab AK1").unwrap();
    let mut hits = before["HITs"].as_array().unwrap().iter();
    let hit = hits.find(|hit| hit["HITId"] == "3NONE").unwrap();
    assert_eq!(hit["Requester"], lab["RequesterId"], "{before}");
    world.done("POST", "/reset", Value::Null).await;
    assert_eq!(world.done("GET", "/world", Value::Null).await, before);
}

#[tokio::test]
async fn an_owner_that_no_signature_names_is_refused_and_nothing_names_nobody() {
    let world = World::new().await;
    for odd in ["", "a%20b", "a/b"] {
        let path = format!("/world?requester={odd}");
        let (status, answer) = world.control("POST", &path, file(None)).await;
        assert_eq!((status, &answer["error"]["code"]), (400, &json!("BadRequest")), "{answer}");
    }
    let answer = world.done("POST", "/world", json!({"Workers": [{"WorkerId": "A1"}]})).await;
    assert_eq!(answer.get("Owner"), None, "{answer}");
}

/// The same saved list in two files that begin with other requesters: it is one list where somebody
/// owns what names no requester.
#[tokio::test]
async fn the_owner_who_is_asked_for_owns_entries_of_all_files_together() {
    let file = |first: &str| {
        json!({"Requesters": [{"AccessKeyId": first}], "QualificationTypes": [
            {"QualificationTypeId": "3TYPE", "Name": "Mine", "CreationTime": 1_558_399_105}],
            "BonusPayments": [{"WorkerId": "A1", "AssignmentId": "3W", "BonusAmount": "1.00",
                "GrantTime": 1_558_399_105}]})
    };
    let files = json!([file("AK1"), file("AK2")]);
    let world = World::new().await;
    assert_eq!(world.control("POST", "/world", files.clone()).await.0, 400, "of two owners");
    let loaded = world.done("POST", "/world?requester=AK9", files.clone()).await;
    let counts = ["QualificationTypes", "BonusPayments"].map(|name| &loaded["Loaded"][name]);
    assert_eq!(counts, [&json!(1), &json!(1)]);
    let texts = files.as_array().unwrap().iter().map(ToString::to_string).collect();
    let worlds = Worlds::read(texts).unwrap();
    let world = World::with(|options: &mut Options| {
        options.credentials = vec![credential("AK9")];
        options.worlds = Some(worlds);
    });
    let dump = world.await.done("GET", "/world", Value::Null).await;
    assert_eq!(dump["BonusPayments"].as_array().unwrap().len(), 1);
}
