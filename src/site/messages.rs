//! Mail from requesters.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use serde_json::{Value, json};

use crate::fault::Fault;
use crate::site::page::{self, Page, html};
use crate::site::visit::Visit;
use crate::store::messages::{Mail, of_worker};
use crate::time::Instant;
use crate::views::bar::Bar;
use crate::views::cut;
use crate::views::show;

/// The most messages on a page.
const PAGE: i64 = 20;

#[derive(Template)]
#[template(path = "messages.html")]
struct MessagesPage {
    bar: Bar,
    mails: Vec<Mail>,
    next: Option<i64>,
}

/// A text that has a page of its own.
#[derive(Template)]
#[template(path = "text.html")]
pub struct TextPage<'a> {
    /// What is always in sight.
    pub bar: Bar,
    /// What it is.
    pub heading: &'a str,
    /// Who wrote it.
    pub from: &'a str,
    /// When.
    pub at: Instant,
    /// The text.
    pub text: &'a str,
    /// The page that it belongs to, and the text of the link.
    pub back: (&'static str, &'static str),
}

/// `GET /messages/{number}`: a whole message.
pub async fn show(Path(key): Path<String>, visit: Arc<Visit>) -> Page {
    let none = || Fault::not_found("You have no such message.");
    let key: i64 = key.parse().map_err(|_| none())?;
    let (bar, found) = visit
        .read_with_bar((visit.worker()?, key.saturating_add(1)), |turn, (worker, before)| {
            Box::pin(of_worker(&mut turn.tx, worker, *before, 1))
        })
        .await?;
    let mail = found.into_iter().find(|mail| mail.key == key);
    let mail = mail.ok_or_else(none)?;
    html(&TextPage {
        bar,
        heading: &mail.subject,
        from: &mail.requester_name,
        at: mail.sent_at,
        text: &mail.text,
        back: ("/messages", "All messages"),
    })
}

/// `GET /messages`.
pub async fn list(visit: Arc<Visit>) -> Page {
    let before = visit.param("before").and_then(|key| key.parse().ok()).unwrap_or(i64::MAX);
    let (bar, mut mails) = visit
        .read_with_bar((visit.worker()?, before), |turn, (worker, before)| {
            Box::pin(of_worker(&mut turn.tx, worker, *before, PAGE + 1))
        })
        .await?;
    let next = cut(&mut mails, PAGE).map(|last| last.key);
    if visit.json {
        let results: Vec<_> = mails.iter().map(as_json).collect();
        let next = next.map(|key| format!("/messages?before={key}&format=json"));
        return page::json(json!({"results": results, "next_page_url": next}));
    }
    html(&MessagesPage { bar, mails, next })
}

/// Assumed: the members; the closed site had no such page.
fn as_json(mail: &Mail) -> Value {
    json!({"subject": mail.subject, "text": mail.text, "requester_name": mail.requester_name,
        "sent_at": mail.sent_at.rfc3339()})
}
