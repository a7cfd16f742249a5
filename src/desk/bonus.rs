//! Bonuses that a form pays. A form that is sent twice pays once.
//!
//! Each form has a nonce, and each of its bonuses a `UniqueRequestToken` of that nonce and the
//! assignment. The market forgets such a token after a day, so that an older form pays nothing.

use serde_json::{Value, json};

use crate::ids;
use crate::ops::named;
use crate::time::Instant;
use crate::web::form::Form;

/// A form is good for so long, in milliseconds.
const GOOD_FOR_MS: i64 = 23 * 3_600_000;

/// Why an old form pays nothing.
pub const STALE: &str =
    "Nothing was done: this form is older than 23 hours. Check it and send it again.";

/// The nonce of a new form: when it was shown, and a number.
pub fn nonce(now: Instant) -> String {
    let number = ids::random().first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
    format!("{:x}-{number:016x}", now.0)
}

/// Whether the market still knows the tokens of a form.
pub fn is_fresh(form: &Form, now: Instant) -> bool {
    let shown = form.get("nonce").split_once('-');
    let shown = shown.and_then(|(at, _)| i64::from_str_radix(at, 16).ok());
    shown.is_some_and(|shown| (0..GOOD_FOR_MS).contains(&now.0.saturating_sub(shown)))
}

/// The operation that pays the bonus of a form for an assignment, and its request.
pub fn request(form: &Form, assignment_id: &str, worker_id: &str) -> (&'static str, Value) {
    let token = format!("{}-{assignment_id}", form.get("nonce"));
    let body = json!({
        "AssignmentId": assignment_id, "WorkerId": worker_id, "BonusAmount": form.get("amount"),
        "Reason": form.get("reason"), "UniqueRequestToken": token
    });
    (named::PAY_BONUS, body)
}
