//! Measures of much work, counted in the background: where a count begins, and how far it is.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;

use crate::desk::head::Head;
use crate::desk::live;
use crate::desk::page::Page;
use crate::desk::review::counting::Measuring;
use crate::desk::review::query;
use crate::desk::review::scoped::Scoped;
use crate::desk::session::Session;
use crate::desk::state::Desk;
use crate::fault::Fault;
use crate::rules::frame::encoded;
use crate::views::desk::review::{self, Scope, Subject};
use crate::views::show;
use crate::web::page::{self, go};

/// Where a requester's count is shown.
const PAGE: &str = "/requester/measures";

#[derive(Template)]
#[template(path = "desk_measures_page.html")]
struct MeasuresPage {
    head: Head,
    shown: Option<(Scope, String, Measuring)>,
    /// Whether the answers are still there to see.
    has_answers: bool,
}

impl MeasuresPage {
    fn is_under_way(&self) -> bool {
        self.shown.as_ref().is_some_and(|(.., measuring)| measuring.is_under_way())
    }

    fn stream() -> String {
        live::address(&[("measuring", "1")])
    }
}

/// Where a count begins.
pub fn address_of(scope: &Scope) -> String {
    match scope {
        Scope::Hit(id) => format!("/requester/hits/{}/measures", encoded(id)),
        Scope::Type(id) => format!("/requester/types/{}/measures", encoded(id)),
        Scope::Batch(key) => format!("/requester/batches/{key}/measures"),
    }
}

/// `POST /requester/{kind}/{id}/measures`, where the kind is `hits`, `types` or `batches`.
pub async fn begin(desk: Desk, session: Session, Scoped(scope): Scoped) -> Page {
    let requester = &session.requester;
    let subject = subject(&desk, &session, &scope).await?;
    let (resets, _) = desk.engine.resets().await?;
    desk.jobs.begin(&desk.engine, requester, (scope, subject, resets));
    Ok(go(PAGE))
}

async fn subject(desk: &Desk, session: &Session, scope: &Scope) -> Result<Subject, Fault> {
    let read = desk.engine.read(Arc::clone(&session.requester), scope.clone(), |turn, scope| {
        Box::pin(review::subject(turn, scope))
    });
    read.await
}

/// `GET /requester/measures`: how far the requester's count is, or what came of it.
pub async fn show_page(desk: Desk, session: Session) -> Page {
    let head = Head::read(&desk, &session).await?;
    let job = desk.jobs.current(&desk.engine, &session.requester.id).await?;
    let shown = job.map(|job| (job.scope.clone(), job.title.clone(), job.measuring()));
    let has_answers = match &shown {
        Some((scope, ..)) => match subject(&desk, &session, scope).await {
            Err(fault) if fault.refusal().is_none() => return Err(fault.into()),
            subject => subject.is_ok(),
        },
        None => false,
    };
    page::answer(&MeasuresPage { head, shown, has_answers })
}

/// `POST /requester/measures/cancel`: ends the count, or forgets what came of it.
pub async fn cancel(desk: Desk, session: Session) -> Response {
    desk.jobs.forget(&session.requester.id);
    go(PAGE)
}
