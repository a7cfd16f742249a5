//! The market's time, for the scripts of pages that stay open.

use std::sync::Arc;

use axum::response::Response;
use serde_json::json;

use crate::views::qualifications::one;
use crate::web::page::{self, Page, answer};
use crate::web::visit::Visit;
use crate::web::work::look;

/// `GET /mturk/clock`: what time it is, and how the assignment, or the test of the qualification,
/// stands that the query names.
pub async fn show(visit: Visit) -> Response {
    let page = time(&visit).await;
    answer(&visit, page).await
}

async fn time(visit: &Visit) -> Page {
    if let Some(type_id) = visit.asked("qualification_type_id") {
        return test_time(visit, type_id).await;
    }
    let Some(id) = visit.asked("assignment_id") else {
        let bar = visit.bar().await?;
        return page::json(json!({"now_ms": bar.now.0, "clock": bar.clock}));
    };
    let (bar, work) = look(visit, id).await?;
    page::json(json!({
        "now_ms": bar.now.0,
        "clock": bar.clock,
        "deadline_ms": work.deadline_at.0,
        "state": work.state,
        "expired": work.hit.standing.expired(bar.now),
    }))
}

async fn test_time(visit: &Visit, type_id: &str) -> Page {
    let asked = Arc::new((type_id.to_owned(), visit.worker()?));
    let (bar, one) = visit
        .look(move |turn| {
            let asked = Arc::clone(&asked);
            Box::pin(async move { one(turn, &asked.0, &asked.1).await })
        })
        .await?;
    let due_at = one.test_due_at();
    page::json(json!({
        "now_ms": bar.now.0,
        "clock": bar.clock,
        "deadline_ms": due_at.map(|at| at.0),
        "state": if due_at.is_some() { "Test" } else { "Over" },
    }))
}
