//! One file for each operation: what it answers, word for word, and what it refuses.

mod accept_qualification_request;
mod approve_assignment;
mod associate_qualification_with_worker;
mod create_additional_assignments_for_hit;
mod create_hit;
mod create_hit_type;
mod create_hit_with_hit_type;
mod create_qualification_type;
mod create_worker_block;
mod delete_hit;
mod delete_qualification_type;
mod delete_worker_block;
mod disassociate_qualification_from_worker;
mod get_account_balance;
mod get_assignment;
mod get_hit;
mod get_qualification_score;
mod get_qualification_type;
mod list_assignments_for_hit;
mod list_bonus_payments;
mod list_hits;
mod list_hits_for_qualification_type;
mod list_qualification_requests;
mod list_qualification_types;
mod list_review_policy_results_for_hit;
mod list_reviewable_hits;
mod list_worker_blocks;
mod list_workers_with_qualification_type;
mod notify_workers;
mod reject_assignment;
mod reject_qualification_request;
mod send_bonus;
mod send_test_event_notification;
mod update_expiration_for_hit;
mod update_hit_review_status;
mod update_hit_type_of_hit;
mod update_notification_settings;
mod update_qualification_type;

use serde_json::{Value, json};

use crate::world::World;

/// Compares an answer with the one that is kept under `tests/it/snapshots`.
pub fn shows(name: &str, answer: &Value) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, pretty(answer)));
}

/// JSON on lines. A token is sealed, and what is in it is nobody's business: only its form shows.
fn pretty(answer: &Value) -> String {
    let mut answer = answer.clone();
    if let Some(token) = answer.get_mut("NextToken") {
        let text = token.as_str().unwrap();
        assert!(text.starts_with("p1:") && text.len() == 67, "{text}");
        *token = "p1:…".into();
    }
    serde_json::to_string_pretty(&answer).unwrap()
}

/// An id that nobody has.
const NOBODY: &str = "3NOBODYHASTHIS0000000000000000";

/// Who asks for another requester's thing is told what is said of a thing that does not exist.
///
/// `member` is the one that holds the id, `owned` an id of the default requester.
async fn check_hidden(world: &World, operation: &str, request: Value, member: &str, owned: &str) {
    let ask = |id: &str| {
        let mut request = request.clone();
        request[member] = id.into();
        request
    };
    let unknown = world.fault(operation, ask(NOBODY)).await;
    assert!(unknown.contains(NOBODY) && unknown.contains("does not exist"), "{unknown}");
    let foreign = world.by("another").fault(operation, ask(owned)).await;
    assert_eq!(foreign.replace(owned, NOBODY), unknown, "{operation}");
}

/// Each member in turn has a value that is refused with `ValidationException` or that is taken.
async fn check_ids(world: &World, operation: &str, request: Value, member: &str) {
    let pattern = "Member must satisfy regular expression pattern: ^[A-Z0-9]+$";
    let name = format!("{}{}", member[..1].to_lowercase(), &member[1..]);
    for (id, constraint) in [
        (json!("3lower"), pattern),
        (json!(""), "Member must have length greater than or equal to 1"),
        (json!("3".repeat(65)), "Member must have length less than or equal to 64"),
        (Value::Null, "Member must not be null"),
    ] {
        let mut request = request.clone();
        request[member] = id;
        let said = world.fault(operation, request).await;
        assert!(said.starts_with("ValidationException: "), "{said}");
        assert!(said.contains(&format!("at '{name}'")) && said.contains(constraint), "{said}");
    }
}
