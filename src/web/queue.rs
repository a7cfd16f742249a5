//! The HITs that a worker has in hand.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use serde_json::json;

use crate::store::worker_history::{InHand, in_hand};
use crate::views::bar::Bar;
use crate::web::json;
use crate::web::page::{self, Page, answer, html};
use crate::web::show;
use crate::web::visit::Visit;

/// So many are on the page.
const PAGE: usize = 25;

#[derive(Template)]
#[template(path = "queue.html")]
struct Queue<'a> {
    bar: Bar,
    here: &'a str,
    tasks: Vec<InHand>,
    /// How many more there are.
    more: usize,
    returned: bool,
}

/// Where one works on it.
fn address(task: &InHand) -> String {
    let (group, id) = (&task.hit.hit_type.group_id, &task.taken.assignment_id);
    format!("/projects/{group}/tasks/{}?assignment_id={id}", task.hit.id)
}

/// `GET /tasks`.
pub async fn show(visit: Visit) -> Response {
    let page = queue(&visit).await;
    answer(&visit, page).await
}

async fn queue(visit: &Visit) -> Page {
    let worker = Arc::new(visit.worker()?);
    let (bar, mut tasks) = visit
        .look(move |turn| {
            let worker = Arc::clone(&worker);
            Box::pin(async move { in_hand(&mut turn.tx, &worker).await })
        })
        .await?;
    if visit.json {
        let tasks: Vec<_> = tasks.iter().map(|one| json::in_hand(visit, one, bar.now)).collect();
        return page::json(json!({"tasks": tasks}));
    }
    let returned = visit.is_on("returned");
    let more = tasks.len().saturating_sub(PAGE);
    tasks.truncate(PAGE);
    html(&Queue { bar, here: &visit.here, tasks, more, returned })
}
