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

#[derive(Template)]
#[template(path = "queue.html")]
struct Queue<'a> {
    bar: Bar,
    here: &'a str,
    tasks: Vec<InHand>,
    returned: bool,
}

/// `GET /tasks`.
pub async fn show(visit: Visit) -> Response {
    let page = queue(&visit).await;
    answer(&visit, page).await
}

async fn queue(visit: &Visit) -> Page {
    let worker = Arc::new(visit.worker()?);
    let (bar, tasks) = visit
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
    html(&Queue { bar, here: &visit.here, tasks, returned })
}
