//! A batch is made in portions, and others write between them.

use std::pin::pin;

use futures_util::FutureExt as _;
use mturk_local::fault::Fault;
use mturk_local::store::requesters::Requester;
use mturk_local::turn::Turn;
use mturk_local::views::batches;
use serde_json::json;

use super::{add, numbers};
use crate::world::World;

async fn published(turn: &mut Turn, key: i64) -> Result<i64, Fault> {
    Ok(batches::show(turn, key, None).await?.published_count)
}

/// How many HITs of a batch with this template and so many rows are made when another turn writes
/// that came soon after the publishing had begun.
async fn made_before_another(template: &str, rows: usize) -> Option<i64> {
    let world = World::new().await;
    if world.is_postgres() {
        return None;
    }
    let id = add(&world, json!({"Data": numbers(rows), "Template": template})).await;
    let engine = world.emulator.engine();
    let writer = engine.store().write().await.unwrap();
    let mut publishing = pin!(engine.settle());
    assert!(publishing.as_mut().now_or_never().is_none());
    let other =
        engine.write(Requester::of_key("test"), id, |turn, id| Box::pin(published(turn, *id)));
    let mut other = pin!(other);
    assert!(other.as_mut().now_or_never().is_none(), "it waits behind the first portions");
    drop(writer);
    let (settled, made) = tokio::join!(publishing, other);
    settled.unwrap();
    let all =
        engine.write(Requester::of_key("test"), id, |turn, id| Box::pin(published(turn, *id)));
    assert_eq!(all.await.ok(), i64::try_from(rows).ok(), "it goes on by itself");
    made.ok()
}

#[tokio::test]
async fn others_write_after_eight_portions_of_ten_hits() {
    let made = made_before_another("<p>${name}</p>", 200).await;
    assert!(made.is_none_or(|made| made == 80), "{made:?}");
}

#[tokio::test]
async fn a_portion_ends_with_a_mebibyte_of_pages() {
    // Of 400 KiB each.
    let made = made_before_another(&format!("${{name}}{}", "x".repeat(400 << 10)), 60).await;
    assert!(made.is_none_or(|made| made == 24), "{made:?}");
}
