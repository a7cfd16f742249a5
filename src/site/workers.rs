//! Who is at work here: one click chooses a worker, or makes a new one.

use std::sync::Arc;

use askama::Template;
use serde_json::json;

use crate::actions::worker::{register, unknown_worker};
use crate::fault::Fault;
use crate::ids::WORKER_ID;
use crate::rules::posted::Field;
use crate::rules::worker::{check, well_formed};
use crate::shapes::qualification::Locale;
use crate::shapes::worker::Worker;
use crate::site::address::inside;
use crate::site::page::{self, Page, go, html};
use crate::site::visit::{Visit, value};
use crate::store::workers;
use crate::views::bar::Bar;
use crate::views::cut;
use crate::views::show;
use crate::web::sent::Sent;

/// What is wrong with a new worker can only be the place.
const NO_PLACE: &str = "A country is two letters, such as US, and so is a state, such as WA.";

/// The most workers on a page.
const PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "workers.html")]
struct WorkersPage<'a> {
    bar: Bar,
    workers: Vec<Worker>,
    more: Option<String>,
    next: &'a str,
    anybody: bool,
}

/// `GET /workers`.
pub async fn list(visit: Arc<Visit>) -> Page {
    let after = visit.param("after").unwrap_or_default().to_owned();
    let (bar, mut found) = visit
        .read_with_bar(after, |turn, after| Box::pin(workers::list(&mut turn.tx, after, PAGE + 1)))
        .await?;
    let more = cut(&mut found, PAGE).map(|last| last.worker_id.clone());
    if visit.json {
        let more = more.map(|id| format!("/workers?after={id}&format=json"));
        return page::json(json!({"results": found, "next_page_url": more}));
    }
    let next = next(visit.param("next"));
    let anybody = !visit.only_known_workers();
    html(&WorkersPage { bar, workers: found, more, next, anybody })
}

/// Where a worker goes who was chosen: the address in the form, or the list of HITs.
fn next(address: Option<&str>) -> &str {
    address.and_then(inside).unwrap_or("/projects")
}

/// `POST /workers`: `workerId` is who works from now on; `new` makes a worker; without both,
/// nobody works.
pub async fn choose(visit: Arc<Visit>, sent: Sent) -> Page {
    let fields = sent.fields().await?;
    let id = value(&fields, "workerId").unwrap_or_default().trim().to_owned();
    let is_new = value(&fields, "new").is_some();
    if !is_new && !id.is_empty() && !well_formed(&id) {
        let why = format!("“{}” is no worker id: {WORKER_ID}.", show::excerpt(&id, 200).text);
        return Err(Fault::unreadable(why).into());
    }
    let id =
        if is_new { new_worker(&visit, place(&fields)?).await? } else { known(&visit, id).await? };
    let mut response = go(next(value(&fields, "next")))?;
    visit.keep(&id, &mut response);
    Ok(response)
}

/// The id, if such a worker may work here; nobody may.
async fn known(visit: &Visit, id: String) -> Result<String, Fault> {
    if id.is_empty() || !visit.only_known_workers() {
        return Ok(id);
    }
    let found = visit.read(id, |turn, id| Box::pin(workers::find(&mut turn.tx, id))).await?;
    found.map(|found| found.worker_id).ok_or_else(unknown_worker)
}

/// Where a new worker lives, if the form names it: `US`, or `US` and `WA`.
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
    let made = visit.write(place, |turn, place| {
        Box::pin(async move {
            let id = turn.ids.worker();
            register(turn, &id).await?;
            if place.is_some() {
                let worker = Worker { locale: place.clone(), ..Worker::new(&id) };
                check(&worker).map_err(|_| Fault::unreadable(NO_PLACE))?;
                workers::put(&mut turn.tx, &worker, turn.now).await?;
            }
            Ok(id)
        })
    });
    made.await
}
