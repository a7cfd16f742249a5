//! A token opens the list that it was made for, and nothing else.

use rstest::rstest;
use serde_json::{Value, json};

use super::{HITS, List, REVIEWABLE, WORK, worked};
use crate::world::{World, changed};

/// A world with a token of a list, and a request that it goes with.
async fn begun(list: List) -> (World, Value, String) {
    let world = World::new().await;
    let (hit, _) = worked(&world, 5).await;
    let ended = world.create_hit(json!({"LifetimeInSeconds": 60})).await;
    world.create_hit(json!({"LifetimeInSeconds": 60})).await;
    world.advance("60s").await;
    world.hit(&ended).await;
    let asked = if list.id == "HITId" { json!({}) } else { json!({"HITId": hit}) };
    let asked = changed(asked, json!({"MaxResults": 1}));
    let (_, token) = list.page(&world, asked.clone()).await;
    (world, asked, token.unwrap().as_str().unwrap().to_owned())
}

async fn refused(world: &World, list: List, asked: Value, token: &str) {
    let asked = changed(asked, json!({"NextToken": token}));
    let said = world.fault(list.operation, asked.clone()).await;
    let expected = format!("The value \"{token}\" is not valid for the parameter NextToken.");
    assert_eq!(said, format!("RequestError InvalidParameterValue: {expected}"), "{asked}");
}

#[rstest]
#[case::work(WORK)]
#[case::hits(HITS)]
#[case::reviewable(REVIEWABLE)]
#[tokio::test]
async fn forged_tokens_are_refused(#[case] list: List) {
    let (world, asked, token) = begun(list).await;
    for forged in [
        "2".to_owned(),
        "p1:".to_owned(),
        "p2:".to_owned() + &token[3..],
        token[..66].to_owned(),
        format!("{token}A"),
        format!("p1:{}", "A".repeat(64)),
        token.to_lowercase(),
        " ".to_owned() + &token,
    ] {
        refused(&world, list, asked.clone(), &forged).await;
    }
    for at in [3, 20, 40, 66] {
        let mut forged = token.clone().into_bytes();
        forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
        refused(&world, list, asked.clone(), std::str::from_utf8(&forged).unwrap()).await;
    }
    list.page(&world, changed(asked, json!({"NextToken": token}))).await;
}

#[rstest]
#[case::work(WORK)]
#[case::hits(HITS)]
#[case::reviewable(REVIEWABLE)]
#[tokio::test]
async fn a_token_has_one_to_255_characters(#[case] list: List) {
    let (world, asked, _) = begun(list).await;
    for (token, bound) in [
        (String::new(), "greater than or equal to 1"),
        ("x".repeat(256), "less than or equal to 255"),
    ] {
        let asked = changed(asked.clone(), json!({"NextToken": token}));
        let said = world.fault(list.operation, asked).await;
        assert!(said.starts_with("ValidationException: ") && said.contains(bound), "{said}");
    }
    refused(&world, list, asked, &"x".repeat(255)).await;
}

#[rstest]
#[case(WORK, HITS)]
#[case(WORK, REVIEWABLE)]
#[case(HITS, WORK)]
#[case(HITS, REVIEWABLE)]
#[case(REVIEWABLE, WORK)]
#[case(REVIEWABLE, HITS)]
#[tokio::test]
async fn a_token_of_another_operation_is_refused(#[case] of: List, #[case] used_by: List) {
    let (world, _, token) = begun(of).await;
    let hit = HITS.all(&world, json!({})).await.pop().unwrap();
    let asked = if used_by.id == "HITId" { json!({}) } else { json!({"HITId": hit}) };
    refused(&world, used_by, asked, &token).await;
}

#[tokio::test]
async fn a_token_of_another_hit_or_filter_is_refused() {
    let (world, asked, token) = begun(WORK).await;
    let other = world.create_hit(json!({})).await;
    world.work("A1ANNA", &other).await;
    refused(&world, WORK, json!({"HITId": other}), &token).await;
    for statuses in &super::SUBSETS[1..7] {
        let asked = changed(asked.clone(), json!({"AssignmentStatuses": statuses}));
        refused(&world, WORK, asked.clone(), &token).await;
        if statuses.contains(&"Submitted") {
            let (_, filtered) = WORK.page(&world, asked).await;
            let filtered = filtered.unwrap();
            let unfiltered = json!({"HITId": super::HITS.all(&world, json!({})).await[0]});
            refused(&world, WORK, unfiltered, filtered.as_str().unwrap()).await;
        }
    }
}

#[tokio::test]
async fn a_token_of_another_status_or_type_of_hits_is_refused() {
    let (world, _, token) = begun(REVIEWABLE).await;
    let hit = HITS.all(&world, json!({})).await.pop().unwrap();
    let hit_type = world.hit(&hit).await["HITTypeId"].take();
    refused(&world, REVIEWABLE, json!({"Status": "Reviewing"}), &token).await;
    refused(&world, REVIEWABLE, json!({"HITTypeId": hit_type}), &token).await;
    let same = json!({"Status": "Reviewable", "NextToken": token});
    assert_eq!(REVIEWABLE.page(&world, same).await.0.len(), 1);
}

#[rstest]
#[case::hits(HITS)]
#[case::reviewable(REVIEWABLE)]
#[tokio::test]
async fn a_token_of_another_requester_is_refused(#[case] list: List) {
    let (world, asked, token) = begun(list).await;
    refused(&world.by("another"), list, asked, &token).await;
}

#[tokio::test]
async fn a_token_of_another_market_is_refused() {
    let (_, _, token) = begun(HITS).await;
    let other = World::with(|options| options.seed = Some(2)).await;
    refused(&other, HITS, json!({}), &token).await;
}

#[tokio::test]
async fn tokens_outlive_the_process() {
    let world = World::new().await;
    let (hit, work) = worked(&world, 7).await;
    let asked = json!({"HITId": hit, "MaxResults": 3});
    let (first, token) = WORK.page(&world, asked.clone()).await;
    let world = world.restarted().await;
    let rest = WORK.all(&world, changed(asked, json!({"NextToken": token}))).await;
    assert_eq!([first, rest].concat(), work);
}

#[tokio::test]
async fn tokens_work_in_every_process_on_a_shared_store() {
    let world = World::new().await;
    if !world.is_postgres() {
        return;
    }
    let neighbour = world.neighbour().await;
    let (hit, work) = worked(&world, 7).await;
    let asked = json!({"HITId": hit, "MaxResults": 3});
    let (first, token) = WORK.page(&world, asked.clone()).await;
    let rest = WORK.all(&neighbour, changed(asked, json!({"NextToken": token}))).await;
    assert_eq!([first, rest].concat(), work);
}
