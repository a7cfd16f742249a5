//! One batch: how far it has come, and what can be done with it.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use serde::Deserialize;

use crate::desk::batches::change::{Change, Wanted, begin};
use crate::desk::batches::key::Key;
use crate::desk::fields::UNITS;
use crate::desk::forms::{Change as _, Notice, Refused};
use crate::desk::head::Head;
use crate::desk::live;
use crate::desk::page::{Page, message};
use crate::desk::parts::BatchProgress;
use crate::desk::session::Session;
use crate::desk::state::Desk;
use crate::fault::Fault;
use crate::rules::csv::Formulas;
use crate::rules::qualification::requirement::describe;
use crate::rules::qualification::system::System;
use crate::shapes::batch::BatchStatus;
use crate::views::desk::batches::{self as views, BatchView};
use crate::views::show;
use crate::web::form::Form;
use crate::web::page::{go, html, render};
use crate::web::results as files;

/// What was done before the browser came here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct BatchQuery {
    done: String,
}

#[derive(Template)]
#[template(path = "desk_batch.html")]
struct BatchPage {
    head: Head,
    view: BatchView,
    notice: Notice,
}

impl BatchPage {
    /// The stream that keeps the page up to date.
    fn stream(&self) -> String {
        live::address(&[("batch", &self.view.batch.batch_id.to_string())])
    }

    /// What workers must have, a sentence on each.
    fn requirements(&self) -> Vec<String> {
        let requirements = self.view.values.requirements.iter().map(|requirement| {
            let id = &requirement.qualification_type_id;
            let name = System::find(id).map_or(&**id, |system| system.name);
            format!("{name} {}", describe(requirement))
        });
        requirements.collect()
    }
}

/// What a page says that was begun before.
fn done(word: &str) -> Option<&'static str> {
    match word {
        "create" => Some("The batch is being published."),
        "review" => Some("The decisions of your file are being applied."),
        "nothing" => Some("Every decision of your file was in force already."),
        word => Change::parse(word).map(Change::done),
    }
}

/// `GET /requester/batches/{id}`.
pub async fn show(
    desk: Desk,
    session: Session,
    Key(key): Key,
    Query(query): Query<BatchQuery>,
) -> Page {
    let notice = Notice::done(done(&query.done));
    Ok(html(page(&desk, &session, key, notice).await?).into_response())
}

/// The page of a batch, with what it says about a form.
pub async fn page(
    desk: &Desk,
    session: &Session,
    key: i64,
    notice: Notice,
) -> Result<String, Fault> {
    let head = Head::read(desk, session).await?;
    let view = read(desk, session, key).await?;
    render(&BatchPage { head, view, notice })
}

async fn read(desk: &Desk, session: &Session, key: i64) -> Result<BatchView, Fault> {
    let requester = session.requester.clone();
    desk.engine.read(requester, key, |turn, key| Box::pin(views::show(turn, *key))).await
}

/// `POST /requester/batches/{id}/{change}`.
pub async fn change(
    desk: Desk,
    session: Session,
    Key(key): Key,
    Path((_, change)): Path<(String, String)>,
    form: Form,
) -> Page {
    let Some(change) = Change::parse(&change) else {
        return Ok(message(StatusCode::NOT_FOUND, "There is no such form."));
    };
    let begun = match Wanted::read(change, &form) {
        Err(fault) => Err(fault),
        Ok(wanted) => {
            let begun = desk.engine.write(
                session.requester.clone(),
                (key, wanted),
                |turn, (key, wanted)| Box::pin(begin(turn, *key, *wanted)),
            );
            begun.await.map(drop)
        }
    };
    let fault = match begun {
        Ok(()) => {
            let done = change.as_str();
            return Ok(go(&format!("/requester/batches/{key}?done={done}")));
        }
        Err(fault) => fault,
    };
    let (status, refused) = Refused::of(change, fault, form)?;
    let page = page(&desk, &session, key, refused.into()).await?;
    Ok((status, html(page)).into_response())
}

/// How results are written.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ResultsQuery {
    harmless: bool,
}

/// `GET /requester/batches/{id}/results.csv`.
pub async fn results(
    desk: Desk,
    session: Session,
    Key(key): Key,
    Query(query): Query<ResultsQuery>,
) -> Page {
    let formulas = if query.harmless { Formulas::Harmless } else { Formulas::Kept };
    let owner = Some(session.requester.id.clone());
    Ok(files::answer(&desk.engine, (key, owner), formulas).await?)
}
