//! The start page.

use std::sync::Arc;

use askama::Template;

use crate::site::page::{Page, html};
use crate::site::visit::Visit;
use crate::views::bar::Bar;
use crate::views::show;
use crate::views::start::{self, Counts, MOST};

#[derive(Template)]
#[template(path = "start.html")]
struct StartPage<'a> {
    bar: Bar,
    endpoint: &'a str,
    version: &'static str,
    has_desk: bool,
    is_open: bool,
    /// How much there is, where everybody may know.
    counts: Option<Counts>,
}

/// `GET /`.
pub async fn show(visit: Arc<Visit>) -> Page {
    let is_open = visit.site.is_open;
    let (bar, counts) = visit
        .read_with_bar(is_open, |turn, is_open| {
            Box::pin(
                async move { Ok(if *is_open { Some(start::counts(turn).await?) } else { None }) },
            )
        })
        .await?;
    html(&StartPage {
        bar: Bar { here: "/".to_owned(), ..bar },
        endpoint: &visit.submit_to,
        version: env!("CARGO_PKG_VERSION"),
        has_desk: visit.site.has_desk,
        is_open,
        counts,
    })
}
