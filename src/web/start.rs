//! The start page.

use askama::Template;
use axum::response::Response;

use crate::views::bar::Bar;
use crate::web::page::{Page, answer, html};
use crate::web::show;
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "start.html")]
struct Start<'a> {
    bar: Bar,
    here: &'a str,
    endpoint: String,
    version: &'static str,
}

/// `GET /`.
pub async fn show(visit: Visit) -> Response {
    answer(&visit, page(&visit).await).await
}

async fn page(visit: &Visit) -> Page {
    let bar = visit.bar().await?;
    let (endpoint, version) = (visit.submit_to.clone(), env!("CARGO_PKG_VERSION"));
    html(&Start { bar, here: "/", endpoint, version })
}
