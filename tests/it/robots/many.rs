//! Many crowds, and many robots.

use serde_json::{Value, json};

use super::refused;
use crate::world::World;

#[tokio::test]
async fn scripts_and_workers_are_bounded() {
    let world = World::new().await;
    let most = vec![json!({"Workers": 1}); 1000];
    let too_many = [most.clone(), vec![json!({})]].concat();
    assert_eq!(refused(&world, json!(too_many)).await, ["Robots[1000]: more than 1000 scripts"]);
    world.done("POST", "/robots", json!(most)).await;
    assert_eq!(refused(&world, json!({})).await, ["Robots[0]: more than 1000 scripts"]);
    world.done("DELETE", "/robots", Value::Null).await;
    let both = json!([{"Workers": 99_999}, {"Workers": 2}]);
    assert_eq!(refused(&world, both).await, ["Robots[1]: more than 100000 robots together"]);
    world.done("POST", "/robots", json!([{"Workers": 99_999}, {"Workers": 1}])).await;
    assert_eq!(refused(&world, json!({})).await, ["Robots[0]: more than 100000 robots together"]);
}

#[tokio::test]
async fn crowds_with_one_seed_have_workers_of_their_own() {
    let world = World::new().await;
    let prefixes = |made: Value| -> Vec<String> {
        let crowds = made["Robots"].as_array().unwrap();
        crowds.iter().map(|crowd| crowd["WorkerIdPrefix"].as_str().unwrap().to_owned()).collect()
    };
    let made = world.done("POST", "/robots", json!(vec![json!({"Workers": 2}); 13])).await;
    world.done("DELETE", "/robots", Value::Null).await;
    let later = world.done("POST", "/robots", json!(vec![json!({"Workers": 2}); 8])).await;
    let mut all = [prefixes(made), prefixes(later)].concat();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 21);
}
