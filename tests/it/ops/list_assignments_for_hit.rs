//! ListAssignmentsForHIT; its pages are in `paging.rs`.

use serde_json::{Value, json};

use super::{check_hidden, check_ids, shows};
use crate::world::World;

const NAME: &str = "ListAssignmentsForHIT";

#[tokio::test]
async fn the_answer_is_the_work_in_the_order_of_submission() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let first = world.accept("A1ANNA", &hit).await;
    let second = world.accept("A2BERT", &hit).await;
    world.advance("10s").await;
    world.submit(&second).await;
    world.advance("10s").await;
    world.submit(&first).await;
    world.ok("RejectAssignment", json!({"AssignmentId": second, "RequesterFeedback": "no"})).await;
    world.accept("A3CARL", &hit).await;
    let answer = world.ok(NAME, json!({"HITId": hit})).await;
    shows("list_assignments_for_hit", &answer);
    for (shown, id) in answer["Assignments"].as_array().unwrap().iter().zip([second, first]) {
        let alone = world.ok("GetAssignment", json!({"AssignmentId": id})).await;
        assert_eq!(shown, &alone["Assignment"]);
    }
}

#[tokio::test]
async fn a_hit_without_work_has_one_empty_page() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    world.accept("A1ANNA", &hit).await;
    let reply = world.send(world.request(NAME, json!({"HITId": hit}).to_string())).await;
    assert_eq!(reply.text, r#"{"NumResults":0,"Assignments":[]}"#);
}

#[tokio::test]
async fn a_page_has_one_to_a_hundred_items_and_ten_unless_asked() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"MaxAssignments": 120})).await;
    for worker in 0..105 {
        world.work(&format!("A{worker}"), &hit).await;
    }
    for (asked, count) in [(json!({}), 10), (json!({"MaxResults": 1}), 1)] {
        let asked = crate::world::changed(json!({"HITId": hit}), asked);
        assert_eq!(world.ok(NAME, asked).await["NumResults"], count);
    }
    let most = world.ok(NAME, json!({"HITId": hit, "MaxResults": 100})).await;
    assert_eq!(most["Assignments"].as_array().unwrap().len(), 100);
    for (size, bound) in [(0, "greater than or equal to 1"), (101, "less than or equal to 100")] {
        let said = world.fault(NAME, json!({"HITId": hit, "MaxResults": size})).await;
        let expected = format!(
            "Value '{size}' at 'maxResults' failed to satisfy constraint: Member must have value \
             {bound}"
        );
        assert_eq!(said, format!("ValidationException: 1 validation error detected: {expected}"));
    }
}

#[tokio::test]
async fn a_status_that_the_api_does_not_have_is_refused() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let asked = json!({"HITId": hit, "AssignmentStatuses": ["Submitted", "Accepted"]});
    let said = world.fault(NAME, asked).await;
    let expected = "Value '[Submitted, Accepted]' at 'assignmentStatuses' failed to satisfy \
        constraint: Member must satisfy constraint: [Member must satisfy enum value set: \
        [Submitted, Approved, Rejected]]";
    assert_eq!(said, format!("ValidationException: 1 validation error detected: {expected}"));
}

#[tokio::test]
async fn a_stranger_and_a_deleted_hit_are_told_that_it_does_not_exist() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"MaxAssignments": 1})).await;
    let work = world.work("A1ANNA", &hit).await;
    check_ids(&world, NAME, json!({}), "HITId").await;
    let token = world.ok(NAME, json!({"HITId": hit})).await["NextToken"].take();
    let check = async |asked: Value| check_hidden(&world, NAME, asked, "HITId", &hit).await;
    check(json!({})).await;
    check(json!({"AssignmentStatuses": ["Approved"]})).await;
    check(json!({"NextToken": token})).await;
    check(json!({"NextToken": "2"})).await;
    world.ok("ApproveAssignment", json!({"AssignmentId": work})).await;
    world.ok("DeleteHIT", json!({"HITId": hit})).await;
    let gone = format!("RequestError HITDoesNotExist: Hit {hit} does not exist.");
    for asked in [json!({}), json!({"NextToken": token}), json!({"NextToken": "2"})] {
        let asked = crate::world::changed(asked, json!({"HITId": hit}));
        assert_eq!(world.fault(NAME, asked).await, gone);
    }
}
