//! ListQualificationTypes; its pages are in `paging.rs`.

use rstest::rstest;
use serde_json::{Value, json};

use super::shows;
use crate::qualified::tested;
use crate::world::{World, changed};

const NAME: &str = "ListQualificationTypes";

async fn names(world: &World, asked: Value) -> Vec<String> {
    let asked = changed(json!({"MustBeRequestable": true, "MaxResults": 100}), asked);
    world.ids(NAME, asked, "QualificationTypes", "Name").await
}

#[tokio::test]
async fn the_answer_is_the_types_by_name() {
    let world = World::new().await;
    world.qualify(json!({"Name": "zebra"})).await;
    world.by("another").qualify(tested(json!({"Name": "Middle"}))).await;
    world.qualify(tested(json!({"Name": "Apple", "Keywords": "fruit"}))).await;
    shows("list_qualification_types", &world.ok(NAME, json!({"MustBeRequestable": true})).await);
    let own = json!({"MustBeOwnedByCaller": true});
    assert_eq!(names(&world, own.clone()).await, ["Apple", "zebra"]);
    assert_eq!(names(&world.by("another"), own).await, ["Middle"]);
}

#[tokio::test]
async fn the_system_s_types_stand_among_them_unless_they_are_not_wanted() {
    let world = World::new().await;
    for name in ["Learner", "worker_of_the_month", "Zealot", "masters"] {
        world.qualify(json!({"Name": name})).await;
    }
    let whole = json!({"MustBeRequestable": false});
    let expected = [
        "Learner",
        "Masters",
        "masters",
        "Worker_Adult",
        "Worker_Locale",
        "Worker_NumberHITsApproved",
        "worker_of_the_month",
        "Worker_PercentAssignmentsApproved",
        "Zealot",
    ];
    assert_eq!(names(&world, whole.clone()).await, expected);
    for owned in [
        json!({"MustBeRequestable": false, "MustBeOwnedByCaller": true}),
        json!({"MustBeRequestable": true}),
    ] {
        assert_eq!(names(&world, owned).await.len(), 4);
    }
    let searched = changed(whole, json!({"Query": "worker_"}));
    assert_eq!(names(&world, searched).await.len(), 5);
}

#[rstest]
#[case("KNOWS", &["dlgr:knows.paris", "Knows Rome"])]
#[case("dlgr:knows.", &["dlgr:knows.paris"])]
#[case("%", &["100% sure"])]
#[case("_", &["under_score"])]
#[case("!", &["Ahoi!"])]
#[case("ÉCOLE", &["École"])]
#[case("on a bike", &["under_score"])]
#[case("cycling", &["Ahoi!"])]
#[case("", &["100% sure", "Ahoi!", "dlgr:knows.paris", "Knows Rome", "under_score", "École"])]
#[case("nothing", &[])]
#[tokio::test]
async fn a_query_finds_parts_of_texts_in_any_case(#[case] query: &str, #[case] found: &[&str]) {
    let world = World::new().await;
    for (name, description, keywords) in [
        ("dlgr:knows.paris", "d", "k"),
        ("Knows Rome", "d", "k"),
        ("100% sure", "d", "k"),
        ("under_score", "Goes ON A Bike", "k"),
        ("Ahoi!", "d", "running, CYCLING"),
        ("École", "d", "k"),
    ] {
        let new = json!({"Name": name, "Description": description, "Keywords": keywords});
        world.qualify(new).await;
    }
    for owned in [true, false] {
        let asked = json!({"Query": query, "MustBeOwnedByCaller": owned});
        assert_eq!(names(&world, asked).await, found, "{query:?}");
    }
}

#[tokio::test]
async fn a_query_of_any_length_is_taken() {
    let world = World::new().await;
    world.qualify(json!({"Description": "x".repeat(2000)})).await;
    for (length, found) in [(2000, 1), (2001, 0), (4000, 0), (4001, 0), (500_000, 0)] {
        let asked = json!({"Query": "x".repeat(length)});
        assert_eq!(names(&world, asked).await.len(), found, "{length}");
    }
}

#[tokio::test]
async fn types_that_cannot_be_asked_for_are_left_out_if_so_wished() {
    let world = World::new().await;
    let loaded = json!({"QualificationTypes": [{"Name": "Closed", "IsRequestable": false}]});
    world.done("POST", "/world", loaded).await;
    world.qualify(json!({"Name": "Open", "QualificationTypeStatus": "Inactive"})).await;
    assert_eq!(names(&world, json!({})).await, ["Open"]);
    let all = json!({"MustBeRequestable": false, "MustBeOwnedByCaller": true});
    assert_eq!(names(&world, all).await, ["Closed", "Open"]);
}

#[tokio::test]
async fn without_any_the_list_is_there_and_empty() {
    let world = World::new().await;
    let asked = json!({"MustBeRequestable": true}).to_string();
    let reply = world.send(world.request(NAME, asked)).await;
    assert_eq!(reply.text, r#"{"NumResults":0,"QualificationTypes":[]}"#);
    let said = world.fault(NAME, json!({})).await;
    assert!(said.contains("Value null at 'mustBeRequestable'"), "{said}");
}
