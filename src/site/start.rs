//! The start page.

use std::sync::Arc;

use askama::Template;

use crate::site::page::{Page, html};
use crate::site::visit::Visit;
use crate::views::bar::Bar;
use crate::views::show;

#[derive(Template)]
#[template(path = "start.html")]
struct StartPage<'a> {
    bar: Bar,
    endpoint: &'a str,
    version: &'static str,
    has_desk: bool,
}

/// `GET /`.
pub async fn show(visit: Arc<Visit>) -> Page {
    let bar = Bar { here: "/".to_owned(), ..visit.bar().await? };
    html(&StartPage {
        bar,
        endpoint: &visit.submit_to,
        version: env!("CARGO_PKG_VERSION"),
        has_desk: visit.site.has_desk,
    })
}
