//! A dump is whole, or none: what cannot be read is named by its table and its row.

use mturk_local::worlds::builtin::{BUILTIN, Builtin};
use mturk_local::worlds::dump::Secrets;
use rstest::rstest;
use serde_json::json;

use super::begun;
use crate::state;
use crate::world::World;

/// A market in which each table has rows.
async fn full() -> World {
    let more = json!({
        "HITTypes": [{"HITTypeId": "3TOLD", "Title": "T", "Notification": {
            "Destination": "https://sqs.us-east-1.amazonaws.com/1/q", "Transport": "SQS",
            "Version": "2006-05-05", "EventTypes": ["HITExpired"]}}],
        "HITs": [{"HITId": "3REVIEWED", "Title": "R",
            "HITReviewPolicy": {"PolicyName": "SimplePlurality/2011-09-01"},
            "HITReviewReport": {"ReviewResults": [
                {"ActionId": "3A", "SubjectId": "3REVIEWED", "Key": "k", "Value": "v"}]},
            "Assignments": [{"AssignmentId": "3TAKEN", "AssignmentStatus": "Accepted"}]}],
        "Messages": [{"WorkerId": "A1ANNA0000000"}],
        "BonusPayments": [
            {"WorkerId": "A1ANNA0000000", "AssignmentId": "3BONUS", "BonusAmount": "1.00"}],
        "WorkerBlocks": [{"WorkerId": "A1BLOCKED"}],
    });
    let mut texts: Vec<&str> = BUILTIN.iter().map(Builtin::text).collect();
    let more = more.to_string();
    texts.push(&more);
    begun(&texts).await
}

/// What a dump fails with after this damage.
async fn failure(damage: &str) -> String {
    let world = full().await;
    state::write(&world, damage).await;
    let dumped = world.emulator.engine().dump(Secrets::Left).await;
    dumped.unwrap_err().to_string()
}

#[rstest]
#[case("hit_types", "requirements = '{'")]
#[case("hits", "status = 'x'")]
#[case("hits", "hit_review_policy = '{' WHERE id = '3REVIEWED'")]
#[case("assignments", "document = '[]'")]
#[case("acceptances", "state = 'x'")]
#[case("review_reports", "document = '[]'")]
#[case("notifications", "event_types = '{'")]
#[case("qualification_types", "status = 'x'")]
#[case("qualifications", "status = 'x'")]
#[case("qualification_requests", "status = 'x'")]
#[case("uploaded_files", "content = '?'")]
#[tokio::test]
async fn the_table_and_the_row_are_named(#[case] table: &str, #[case] damage: &str) {
    let failure = failure(&format!("UPDATE {table} SET {damage}")).await;
    let row = failure.strip_prefix(&format!("service fault: {table}, row "));
    let row = row.and_then(|row| row.split_once(": ")).unwrap_or_else(|| panic!("{failure}")).0;
    assert!(row.bytes().all(|b| b.is_ascii_alphanumeric()), "{failure}");
}

/// Only SQLite takes a text for a number.
#[rstest]
#[case("requesters", "balance_cents")]
#[case("workers", "masters")]
#[case("hit_layouts", "frame_height")]
#[case("bonus_payments", "amount_cents")]
#[case("messages", "sent_at")]
#[tokio::test]
async fn what_is_of_another_type_is_named(#[case] table: &str, #[case] column: &str) {
    if full().await.is_postgres() {
        return;
    }
    let failure = failure(&format!("UPDATE {table} SET {column} = 'x'")).await;
    assert!(failure.starts_with(&format!("service fault: {table}, row ")), "{failure}");
    assert!(failure.contains("Text(\"x\")"), "{failure}");
}

#[tokio::test]
async fn the_row_is_named_by_its_id() {
    let damage = "UPDATE acceptances SET state = 'x' WHERE assignment_id = '3TAKEN'";
    let named = "service fault: acceptances, row 3TAKEN: unknown word: x";
    assert_eq!(failure(damage).await, named);
}
