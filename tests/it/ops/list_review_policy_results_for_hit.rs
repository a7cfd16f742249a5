//! ListReviewPolicyResultsForHIT; what the policies do is tested in `reviews`.

use serde_json::{Value, json};

use super::{check_hidden, check_ids, shows};
use crate::reviews::{answer, create, known, plurality, results};
use crate::world::World;

const NAME: &str = "ListReviewPolicyResultsForHIT";

/// A HIT with both policies whose work is all in.
async fn reviewed(world: &World) -> String {
    let mut policies =
        known(&json!({"AnswerKey": {"K": ["1"]}, "ApproveIfKnownAnswerScoreIsAtLeast": "100"}));
    let compare = plurality(&json!({"QuestionIds": "Q", "QuestionAgreementThreshold": "50"}));
    policies["HITReviewPolicy"] = compare["HITReviewPolicy"].clone();
    let hit = create(world, 2, policies).await;
    answer(world, "A1ANNA", &hit, json!({"K": "1", "Q": "cat"})).await;
    answer(world, "A1BEN", &hit, json!({"K": "2", "Q": "cat"})).await;
    hit
}

fn count(answer: &Value, report: &str, list: &str) -> usize {
    answer[report][list].as_array().map_or(0, Vec::len)
}

#[tokio::test]
async fn both_levels_are_reported() {
    let world = World::new().await;
    let hit = reviewed(&world).await;
    shows("list_review_policy_results_of_both_levels", &results(&world, &hit).await);
}

#[tokio::test]
async fn levels_and_kinds_can_be_chosen() {
    let world = World::new().await;
    let hit = reviewed(&world).await;
    for (chosen, expected) in [
        (json!({}), [4, 3, 10, 1]),
        (json!({"PolicyLevels": []}), [4, 3, 10, 1]),
        (json!({"PolicyLevels": ["HIT", "Assignment"]}), [4, 3, 10, 1]),
        (json!({"PolicyLevels": ["HIT"]}), [0, 0, 10, 1]),
        (json!({"PolicyLevels": ["Assignment"]}), [4, 3, 0, 0]),
        (json!({"RetrieveActions": false}), [4, 0, 10, 0]),
        (json!({"RetrieveResults": false}), [0, 3, 0, 1]),
        (json!({"RetrieveResults": false, "PolicyLevels": ["HIT"]}), [0, 0, 0, 1]),
        (json!({"RetrieveResults": false, "RetrieveActions": false}), [0, 0, 0, 0]),
    ] {
        let asked = crate::world::changed(json!({"HITId": hit}), chosen.clone());
        let answer = world.ok(NAME, asked).await;
        let counts = [
            count(&answer, "AssignmentReviewReport", "ReviewResults"),
            count(&answer, "AssignmentReviewReport", "ReviewActions"),
            count(&answer, "HITReviewReport", "ReviewResults"),
            count(&answer, "HITReviewReport", "ReviewActions"),
        ];
        assert_eq!(counts, expected, "{chosen}");
        let levels = chosen["PolicyLevels"].as_array().filter(|levels| levels.len() == 1);
        let only = levels.map(|levels| levels[0].as_str().unwrap());
        assert_eq!(answer["AssignmentReviewPolicy"].is_object(), only != Some("HIT"));
        assert_eq!(answer["HITReviewReport"].is_object(), only != Some("Assignment"));
    }
}

#[tokio::test]
async fn pages_follow_one_another_and_the_last_one_is_empty() {
    let world = World::new().await;
    let hit = reviewed(&world).await;
    let whole = results(&world, &hit).await;
    for size in [1, 4, 100] {
        let mut asked = json!({"HITId": hit, "MaxResults": size});
        let mut found: Vec<(String, Value)> = Vec::new();
        loop {
            let page = world.ok(NAME, asked.clone()).await;
            let before = found.len();
            for report in ["AssignmentReviewReport", "HITReviewReport"] {
                for list in ["ReviewResults", "ReviewActions"] {
                    let items = page[report][list].as_array().unwrap().iter();
                    found.extend(items.map(|item| (format!("{report}{list}"), item.clone())));
                }
            }
            assert!(found.len() - before <= size);
            let Some(token) = page.get("NextToken") else { break };
            asked["NextToken"] = token.clone();
        }
        assert_eq!(found.len(), 18, "pages of {size}");
        for report in ["AssignmentReviewReport", "HITReviewReport"] {
            for list in ["ReviewResults", "ReviewActions"] {
                let of_list = found.iter().filter(|(name, _)| *name == format!("{report}{list}"));
                let of_list: Vec<Value> = of_list.map(|(_, item)| item.clone()).collect();
                assert_eq!(json!(of_list), whole[report][list]);
            }
        }
    }
    let token = whole["NextToken"].clone();
    let other = json!({"HITId": hit, "NextToken": token, "PolicyLevels": ["HIT"]});
    let said = world.fault(NAME, other).await;
    assert!(said.starts_with("RequestError InvalidParameterValue"), "{said}");
}

#[tokio::test]
async fn a_hit_without_policies_has_no_reports() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    world.work("A1ANNA", &hit).await;
    assert_eq!(results(&world, &hit).await, json!({"HITId": hit}));
}

#[tokio::test]
async fn a_policy_that_has_not_run_has_an_empty_report() {
    let world = World::new().await;
    let hit = create(&world, 1, known(&json!({"AnswerKey": {"Q": ["yes"]}}))).await;
    let expected = json!({"HITId": hit,
        "AssignmentReviewPolicy": {"PolicyName": "ScoreMyKnownAnswers/2011-09-01"},
        "AssignmentReviewReport": {"ReviewResults": [], "ReviewActions": []}});
    assert_eq!(results(&world, &hit).await, expected);
}

#[tokio::test]
async fn a_stranger_sees_nothing() {
    let world = World::new().await;
    let hit = reviewed(&world).await;
    check_hidden(&world, NAME, json!({}), "HITId", &hit).await;
    check_ids(&world, NAME, json!({}), "HITId").await;
}
