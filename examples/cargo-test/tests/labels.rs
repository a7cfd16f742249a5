use std::error::Error;
use std::time::Duration;

use aws_sdk_mturk::Client;
use aws_sdk_mturk::config::{Config, Credentials, Region};
use aws_sdk_mturk::types::AssignmentStatus;
use labels::{ask, assignments, label};
use mturk_local::Emulator;
use serde_json::json;

fn client(turk: &Emulator) -> Client {
    let config = Config::builder()
        .endpoint_url(turk.url())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .http_client(aws_smithy_http_client::Builder::new().build_http());
    Client::from_conf(config.build())
}

#[tokio::test]
async fn the_majority_wins() -> Result<(), Box<dyn Error>> {
    let turk = Emulator::builder().start().await?;
    let mturk = client(&turk);
    let hit_id = ask(&mturk, "1.jpg").await?;
    for answer in ["cat", "cat", "dog"] {
        turk.submit(&hit_id, json!({"label": answer})).await?;
    }
    assert_eq!(label(&mturk, &hit_id).await?.as_deref(), Some("cat"));
    Ok(())
}

#[tokio::test]
async fn work_is_approved_after_a_week() -> Result<(), Box<dyn Error>> {
    let turk = Emulator::builder().clock("2030-01-01T00:00:00Z")?.freeze().start().await?;
    let mturk = client(&turk);
    let hit_id = ask(&mturk, "1.jpg").await?;
    turk.submit(&hit_id, json!({"label": "cat"})).worker_id("A1ANNA0000000").await?;
    turk.clock().advance(Duration::from_secs(7 * 86_400)).await?;
    let work = assignments(&mturk, &hit_id).await?;
    assert_eq!(work[0].assignment_status, Some(AssignmentStatus::Approved));
    Ok(())
}
