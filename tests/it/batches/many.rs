//! Results of many assignments.

use serde_json::json;

use super::{add, column, hits, results, show, submit};
use crate::world::World;

#[tokio::test]
async fn many_assignments_of_one_hit_are_read_page_by_page() {
    let world = World::new().await;
    let id = add(&world, json!({"MaxAssignments": 450, "Data": "name\ncat\ndog\ncow\n"})).await;
    show(&world, id).await;
    let ids = hits(&world).await;
    let mut made = Vec::new();
    // 200 are read at a time: a page ends within the first HIT, at its end, and in the third.
    for (hit, count) in [(0, 400), (1, 1), (2, 2)] {
        for number in 0..count {
            made.push(submit(&world, &ids[hit], &format!("A{number}"), "x").await);
        }
    }
    let listed = results(&world, id).await;
    assert_eq!(column(&listed, "AssignmentId"), made);
    assert_eq!(column(&listed, "Input.name")[398..], ["cat", "cat", "dog", "cow", "cow"]);
}
