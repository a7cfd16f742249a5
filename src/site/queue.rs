//! The HITs that a worker has in hand.

use std::sync::Arc;

use askama::Template;
use serde_json::json;

use crate::site::json;
use crate::site::page::{self, Page, html};
use crate::site::visit::Visit;
use crate::store::worker_history::{InHand, in_hand};
use crate::views::bar::Bar;
use crate::views::show;

/// The most HITs on the page.
const PAGE: usize = 25;

#[derive(Template)]
#[template(path = "queue.html")]
struct QueuePage {
    bar: Bar,
    tasks: Vec<InHand>,
    /// How many more there are.
    more: usize,
    returned: bool,
}

/// `GET /tasks`.
pub async fn show(visit: Arc<Visit>) -> Page {
    let (bar, mut tasks) = visit
        .read_with_bar(visit.worker()?, |turn, worker| Box::pin(in_hand(&mut turn.tx, worker)))
        .await?;
    if visit.json {
        let shown = tasks.iter().map(|task| json::in_hand(&visit, task, bar.now));
        let tasks: Vec<_> = shown.collect::<Result<_, _>>()?;
        return page::json(json!({"tasks": tasks}));
    }
    let returned = visit.is_on("returned");
    let more = tasks.len().saturating_sub(PAGE);
    tasks.truncate(PAGE);
    html(&QueuePage { bar, tasks, more, returned })
}
