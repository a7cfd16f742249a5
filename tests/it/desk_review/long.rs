//! Long answers at the desk.

use serde_json::json;

use super::{all, work};
use crate::desk::Browser;
use crate::world::World;

#[tokio::test]
async fn a_page_of_long_answers_ends_early_in_each_order() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"MaxAssignments": 9})).await;
    for worker in ["A1A", "A1B", "A1C", "A1D", "A1E", "A1F"] {
        let fields = (0..60).map(|number| (format!("f{number}"), json!("x".repeat(16_000))));
        let given = serde_json::Value::Object(fields.collect());
        work(&world, worker, &hit, "1s", given).await;
    }
    let mut browser = Browser::of(&world, "test").await;
    for order in ["newest", "fastest"] {
        let path = format!("/hits/{hit}/answers?order={order}");
        let page = browser.get(&world, &path).await.text;
        assert!(page.contains("This page ends early"), "{order}");
        assert!(page.len() < 6 << 20, "{order}: {}", page.len());
        let (found, pages) = all(&mut browser, &world, &path).await;
        assert_eq!((found.len(), pages), (6, 2), "{order}");
    }
}
