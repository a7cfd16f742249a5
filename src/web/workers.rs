//! Who is at work here: one click chooses a worker, or makes a new one.

use std::sync::Arc;

use askama::Template;
use axum::http::header;
use axum::response::Response;
use serde_json::json;

use crate::acts::accept::{comes_by, unknown};
use crate::fault::Fault;
use crate::rules::posted::Field;
use crate::rules::worker::{check, well_formed};
use crate::shapes::qualification::Locale;
use crate::shapes::worker::Worker;
use crate::store::workers;
use crate::views::bar::Bar;
use crate::web::page::{self, Page, answer, go, html, inside};
use crate::web::sent::Sent;
use crate::web::show;
use crate::web::visit::{Visit, value};

/// What is wrong with a new worker can only be the place.
const NO_PLACE: &str = "A country is two letters, such as US, and so is a state, such as WA.";

/// So many workers are on one page.
const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "workers.html")]
struct List<'a> {
    bar: Bar,
    here: &'a str,
    workers: Vec<Worker>,
    more: Option<String>,
    next: &'a str,
    anybody: bool,
}

/// `GET /workers`.
pub async fn list(visit: Visit) -> Response {
    let page = listed(&visit).await;
    answer(&visit, page).await
}

async fn listed(visit: &Visit) -> Page {
    let after = Arc::new(visit.asked("after").unwrap_or_default().to_owned());
    let (bar, mut found) = visit
        .look(move |turn| {
            let after = Arc::clone(&after);
            let count = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
            Box::pin(async move { workers::list(&mut turn.tx, &after, count).await })
        })
        .await?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let more = found.last().filter(|_| more).map(|last| last.worker_id.clone());
    if visit.json {
        let more = more.map(|id| format!("/workers?after={id}&format=json"));
        return page::json(json!({"results": found, "next_page_url": more}));
    }
    let next = next(visit.asked("next"));
    let anybody = !visit.knows_only_known();
    html(&List { bar, here: &visit.here, workers: found, more, next, anybody })
}

/// Where a worker goes who was chosen: where that was wanted, or to the list of HITs.
fn next(asked: Option<&str>) -> &str {
    asked.and_then(inside).unwrap_or("/projects")
}

/// `POST /workers`: `workerId` is who works from now on; `new` makes one; neither: nobody.
pub async fn choose(visit: Visit, sent: Sent) -> Response {
    let page = chosen(&visit, &sent).await;
    answer(&visit, page).await
}

async fn chosen(visit: &Visit, sent: &Sent) -> Page {
    let fields = sent.fields().await?;
    let asked = value(&fields, "workerId").unwrap_or_default().trim().to_owned();
    let is_new = value(&fields, "new").is_some();
    if !is_new && !asked.is_empty() && !well_formed(&asked) {
        return Err(Fault::unreadable(
            "A worker id is 'A' followed by capital letters and digits, 64 characters at most.",
        ));
    }
    let id = if is_new {
        new_worker(visit, place(&fields)?).await?
    } else {
        known(visit, asked).await?
    };
    let mut response = go(next(value(&fields, "next")));
    if let Some(cookie) = visit.cookie(&id) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// The id, if such a worker may work here; nobody may.
async fn known(visit: &Visit, id: String) -> Result<String, Fault> {
    if id.is_empty() || !visit.knows_only_known() {
        return Ok(id);
    }
    let asked = Arc::new(id);
    let id = Arc::clone(&asked);
    let (_, found) = visit
        .look(move |turn| {
            let id = Arc::clone(&id);
            Box::pin(async move { workers::find(&mut turn.tx, &id).await })
        })
        .await?;
    found.map(|found| found.worker_id).ok_or_else(unknown)
}

/// Where a new worker lives, if that is said: `US`, or `US` and `WA`.
fn place(fields: &[Field]) -> Result<Option<Locale>, Fault> {
    let code = |name| {
        let code = value(fields, name).unwrap_or_default().trim().to_ascii_uppercase();
        Some(code).filter(|code| !code.is_empty())
    };
    match (code("country"), code("subdivision")) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(Fault::unreadable("A state is one of a country; name that, too.")),
        (Some(country), subdivision) => Ok(Some(Locale { country, subdivision })),
    }
}

async fn new_worker(visit: &Visit, place: Option<Locale>) -> Result<String, Fault> {
    let place = Arc::new(place);
    let made = visit.act(move |turn| {
        let place = Arc::clone(&place);
        Box::pin(async move {
            let id = turn.ids.worker();
            comes_by(turn, &id).await?;
            if place.is_some() {
                let worker = Worker { locale: (*place).clone(), ..Worker::new(&id) };
                check(&worker).map_err(|_| Fault::unreadable(NO_PLACE))?;
                workers::put(&mut turn.tx, &worker, turn.now).await?;
            }
            Ok(id)
        })
    });
    made.await
}
