//! Texts of world files: each one that a file can hold, replaced by one that no store may fail at.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::world::World;

const ALPHABET: [char; 26] = [
    'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'R', 'S',
    'T', 'U', 'V', 'W', 'X', 'Y', 'Z',
];

/// Worlds that together say something of everything.
const WORLDS: [&str; 6] = [
    include_str!("../../../fixtures/every-status.json"),
    include_str!("../../../fixtures/qualified.json"),
    include_str!("../../../fixtures/layouts-and-files.json"),
    include_str!("../../../fixtures/review-queue.json"),
    include_str!("../../../fixtures/two-requesters.json"),
    r#"{"HITs": [{"HITId": "3REVIEWED", "Title": "R",
        "HITReviewPolicy": {"PolicyName": "SimplePlurality/2011-09-01"},
        "HITReviewReport": {
            "ReviewResults": [{"ActionId": "3A", "SubjectId": "3REVIEWED", "SubjectType": "HIT",
                "QuestionId": "q", "Key": "k", "Value": "v"}],
            "ReviewActions": [{"ActionId": "3A", "ActionName": "review", "TargetId": "3REVIEWED",
                "TargetType": "HIT", "Status": "Succeeded", "CompleteTime": "-1h",
                "Result": "r", "ErrorCode": "e"}]}}],
     "Messages": [{"WorkerId": "A1ANNA", "Subject": "s", "MessageText": "t", "SendTime": "-1h"}]}"#,
];

/// Where texts stand, one place of each kind: `/HITs/0/Title`, not `/HITs/1/Title`.
fn places(value: &Value, at: &str, kinds: &mut BTreeSet<String>, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                places(member, &format!("{at}/{name}"), kinds, found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, &format!("{at}/{index}"), kinds, found);
            }
        }
        Value::String(_) => {
            let kind = at.split('/').filter(|part| part.parse::<usize>().is_err());
            if kinds.insert(kind.collect::<Vec<_>>().join("/")) {
                found.push(at.to_owned());
            }
        }
        _ => {}
    }
}

/// Each member, one of each kind.
fn members(value: &Value, at: &str, kinds: &mut BTreeSet<String>, found: &mut Vec<String>) {
    let within: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, of)| (name.clone(), of)).collect(),
        Value::Array(items) => {
            items.iter().enumerate().map(|(index, of)| (index.to_string(), of)).collect()
        }
        _ => Vec::new(),
    };
    for (name, of) in within {
        let at = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
        let kind = at.split('/').filter(|part| part.parse::<usize>().is_err());
        if value.is_object() && kinds.insert(kind.collect::<Vec<_>>().join("/")) {
            found.push(at.clone());
        }
        members(of, &at, kinds, found);
    }
}

/// A world is loaded and can be dumped, or is refused with its problems.
async fn check(world: &World, sent: &Value, place: &str) {
    let (status, answer) = world.control("PUT", "/world", sent.clone()).await;
    assert!(status < 500, "{place}: {answer}");
    if status == 200 {
        let (status, dumped) = world.control("GET", "/world", Value::Null).await;
        assert_eq!(status, 200, "{place}: {dumped}");
    } else {
        let problems = answer["error"]["problems"].as_array();
        assert!(problems.is_some_and(|all| !all.is_empty()), "{place}: {answer}");
    }
}

#[tokio::test]
async fn no_text_of_a_world_makes_the_store_fail() {
    let world = World::new().await;
    let mut kinds = BTreeSet::new();
    for text in WORLDS {
        let whole: Value = serde_json::from_str(text).unwrap();
        let mut found = Vec::new();
        places(&whole, "", &mut kinds, &mut found);
        for place in found {
            // Neither of the long texts can be made short by a store that compresses.
            let long =
                |count: usize| -> String { (0..count).map(|n| ALPHABET[n * n / 7 % 26]).collect() };
            for odd in ["a\u{0}b".into(), "\u{1}\u{ffff}".to_owned(), long(3_000), long(100_000)] {
                let mut sent = whole.clone();
                *sent.pointer_mut(&place).unwrap() = json!(odd);
                check(&world, &sent, &place).await;
            }
        }
    }
    assert!(kinds.len() > 40, "{kinds:?}");
}

#[tokio::test]
async fn what_loads_without_a_member_can_be_dumped() {
    let world = World::new().await;
    let (mut kinds, mut loaded) = (BTreeSet::new(), 0);
    for text in WORLDS {
        let whole: Value = serde_json::from_str(text).unwrap();
        let mut found = Vec::new();
        members(&whole, "", &mut kinds, &mut found);
        for place in found {
            let (parent, name) = place.rsplit_once('/').unwrap();
            let mut sent = whole.clone();
            let name = name.replace("~1", "/").replace("~0", "~");
            sent.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(&name);
            check(&world, &sent, &place).await;
            loaded += usize::from(world.control("PUT", "/world", sent).await.0 == 200);
        }
    }
    assert!(kinds.len() > 80 && loaded > 40, "{loaded} {kinds:?}");
}

#[tokio::test]
async fn a_key_that_is_too_long_is_told_with_its_place() {
    let world = World::new().await;
    for (sent, path) in [
        (json!({"Requesters": [{"AccessKeyId": "K".repeat(129)}]}), "Requesters[0].AccessKeyId"),
        (json!({"HITs": [{"Title": "t", "Requester": "K".repeat(3_000)}]}), "HITs[0].Requester"),
        (
            json!({"QualificationTypes": [{"Name": "n".repeat(1_001)}]}),
            "QualificationTypes[0].Name",
        ),
    ] {
        let (status, answer) = world.control("POST", "/world", sent).await;
        assert_eq!((status, &answer["error"]["problems"][0]["path"]), (400, &json!(path)));
        let reason = answer["error"]["problems"][0]["reason"].as_str().unwrap();
        assert!(reason.contains("it has at most"), "{reason}");
    }
}
