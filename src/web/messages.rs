//! Mail from requesters.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use serde_json::{Value, json};

use crate::fault::Fault;
use crate::store::messages::{Mail, of_worker};
use crate::time::Instant;
use crate::views::bar::Bar;
use crate::web::page::{self, Page, answer, html};
use crate::web::show;
use crate::web::visit::Visit;

/// So many are on a page.
const PAGE: usize = 20;

#[derive(Template)]
#[template(path = "messages.html")]
struct List<'a> {
    bar: Bar,
    here: &'a str,
    mails: Vec<Mail>,
    next: Option<i64>,
}

/// A text that has a page of its own.
#[derive(Template)]
#[template(path = "letter.html")]
pub struct Letter<'a> {
    /// What is always in sight.
    pub bar: Bar,
    /// Where the page is.
    pub here: &'a str,
    /// What it is.
    pub heading: &'a str,
    /// Who wrote it.
    pub from: &'a str,
    /// When.
    pub at: Instant,
    /// What it says.
    pub text: &'a str,
    /// The page that it belongs to, and what the link says.
    pub back: (&'static str, &'static str),
}

/// `GET /messages/{number}`: all of one.
pub async fn one(Path(key): Path<String>, visit: Visit) -> Response {
    let page = whole(&visit, &key).await;
    answer(&visit, page).await
}

async fn whole(visit: &Visit, key: &str) -> Page {
    let none = || Fault::not_found("You have no such message.");
    let key: i64 = key.parse().map_err(|_| none())?;
    let worker = Arc::new(visit.worker()?);
    let (bar, found) = visit
        .look(move |turn| {
            let worker = Arc::clone(&worker);
            let before = key.saturating_add(1);
            Box::pin(async move { of_worker(&mut turn.tx, &worker, before, 1).await })
        })
        .await?;
    let mail = found.into_iter().find(|mail| mail.key == key);
    let mail = mail.ok_or_else(none)?;
    html(&Letter {
        bar,
        here: &visit.here,
        heading: &mail.subject,
        from: &mail.requester_name,
        at: mail.sent_at,
        text: &mail.text,
        back: ("/messages", "All messages"),
    })
}

/// `GET /messages`.
pub async fn list(visit: Visit) -> Response {
    let page = listed(&visit).await;
    answer(&visit, page).await
}

async fn listed(visit: &Visit) -> Page {
    let before = visit.asked("before").and_then(|key| key.parse().ok()).unwrap_or(i64::MAX);
    let worker = Arc::new(visit.worker()?);
    let (bar, mut mails) = visit
        .look(move |turn| {
            let worker = Arc::clone(&worker);
            let count = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
            Box::pin(async move { of_worker(&mut turn.tx, &worker, before, count).await })
        })
        .await?;
    let more = mails.len() > PAGE;
    mails.truncate(PAGE);
    let next = mails.last().filter(|_| more).map(|last| last.key);
    if visit.json {
        let results: Vec<_> = mails.iter().map(as_json).collect();
        let next = next.map(|key| format!("/messages?before={key}&format=json"));
        return page::json(json!({"results": results, "next_page_url": next}));
    }
    html(&List { bar, here: &visit.here, mails, next })
}

/// Assumed: the members; the closed site had no such page.
fn as_json(mail: &Mail) -> Value {
    json!({"subject": mail.subject, "text": mail.text, "requester_name": mail.requester_name,
        "sent_at": mail.sent_at.rfc3339()})
}
