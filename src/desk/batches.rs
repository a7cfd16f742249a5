//! Batches: made, watched and reviewed by clicks, as on the closed requester site.

mod change;
mod create;
pub mod draft;
mod entered;
mod key;
mod one;
mod review;

use askama::Template;
use axum::extract::Query;
use serde::Deserialize;

use crate::desk::head::Head;
use crate::desk::page::Page;
use crate::desk::parts::PlacesBar;
use crate::desk::session::Session;
use crate::desk::state::Desk;
use crate::views::desk::batches::{self as views, BatchList, MOST_COUNTED};
use crate::views::show;
use crate::web::page;

pub use create::{ask, enter, page as page_of_draft, preview, publish};
pub use key::Key;
pub use one::{change, results, show};
pub use review::{apply, confirm, upload};

/// What the address of the list says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    /// The number of the last batch of the page before.
    after: String,
}

#[derive(Template)]
#[template(path = "desk_batches.html")]
struct ListPage {
    head: Head,
    list: BatchList,
    is_first: bool,
}

/// `GET /requester/batches`.
pub async fn list(desk: Desk, session: Session, Query(query): Query<ListQuery>) -> Page {
    let before: Option<i64> = query.after.parse().ok();
    let head = Head::read(&desk, &session).await?;
    let list = desk.engine.read(session.requester.clone(), before, |turn, before| {
        Box::pin(views::list(turn, *before))
    });
    page::answer(&ListPage { head, list: list.await?, is_first: before.is_none() })
}
