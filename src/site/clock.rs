//! The market's time, for the scripts of pages that stay open.

use std::sync::Arc;

use serde_json::json;

use crate::site::page::{self, Page};
use crate::site::visit::Visit;
use crate::site::work::read_work;
use crate::views::qualifications::view;

/// `GET /mturk/clock`: what time it is, and the state of the assignment, or of the test of the
/// qualification, that the query names.
pub async fn show(visit: Arc<Visit>) -> Page {
    if let Some(type_id) = visit.param("qualification_type_id") {
        return test_time(&visit, type_id).await;
    }
    let Some(id) = visit.param("assignment_id") else {
        let bar = visit.bar().await?;
        return page::json(json!({"now_ms": bar.now.0, "clock": bar.clock}));
    };
    let (bar, work) = read_work(&visit, id).await?;
    page::json(json!({
        "now_ms": bar.now.0,
        "clock": bar.clock,
        "deadline_ms": work.taken.deadline_at.0,
        "state": work.state,
        "expired": work.hit.standing.expired(bar.now),
    }))
}

async fn test_time(visit: &Visit, type_id: &str) -> Page {
    let ids = (type_id.to_owned(), visit.worker()?);
    let (bar, view) = visit
        .read_with_bar(ids, |turn, (type_id, worker)| Box::pin(view(turn, type_id, worker)))
        .await?;
    let due_at = view.test_due_at();
    page::json(json!({
        "now_ms": bar.now.0,
        "clock": bar.clock,
        "deadline_ms": due_at.map(|at| at.0),
        "state": if due_at.is_some() { "Test" } else { "Over" },
    }))
}
