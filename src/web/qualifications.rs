//! Qualifications: what the worker has, asking for more, and their tests.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;

use crate::acts::ask::{self, Asked, Handed};
use crate::engine::compute;
use crate::fault::Fault;
use crate::rules::question::filling::{Filling, answers};
use crate::rules::question::{Question, parse};
use crate::shapes::qualification::RequestStatus;
use crate::store::qualification_type_pages::Place;
use crate::views::bar::Bar;
use crate::views::qualifications::{self, Asking, One, Qualifications};
use crate::web::form::{Use, render_form};
use crate::web::page::{self, Page, answer, go, html};
use crate::web::question::render;
use crate::web::sent::SentWork;
use crate::web::show;
use crate::web::visit::Visit;

mod twins;

#[derive(Template)]
#[template(path = "qualifications.html")]
struct List<'a> {
    bar: Bar,
    here: &'a str,
    found: Qualifications,
    search: &'a str,
}

#[derive(Template)]
#[template(path = "qualification.html")]
struct Shown<'a> {
    bar: Bar,
    here: &'a str,
    one: One,
    test: String,
    /// What has just become of a request.
    now: &'a str,
}

/// `GET /qualifications`.
pub async fn list(visit: Visit) -> Response {
    let page = listed(&visit).await;
    answer(&visit, page).await
}

async fn listed(visit: &Visit) -> Page {
    let text = |name: &str| visit.asked(name).unwrap_or_default().to_owned();
    let place = Place(text("after"), text("after_id"));
    let asked = Arc::new((visit.worker()?, text("search"), text("own_after"), place));
    let (bar, found) = visit
        .look(move |turn| {
            let asked = Arc::clone(&asked);
            Box::pin(async move {
                let (worker, search, own_after, place) = &*asked;
                qualifications::qualifications(turn, worker, search, own_after, place).await
            })
        })
        .await?;
    let search = visit.asked("search").unwrap_or_default();
    if visit.json {
        return page::json(twins::list(&found, search));
    }
    html(&List { bar, here: &visit.here, found, search })
}

/// `GET /qualifications/{type}`.
pub async fn show(Path(type_id): Path<String>, visit: Visit) -> Response {
    let page = shown(&visit, type_id).await;
    answer(&visit, page).await
}

async fn shown(visit: &Visit, type_id: String) -> Page {
    let asked = Arc::new((type_id, visit.worker()?));
    let (bar, one) = visit
        .look(move |turn| {
            let asked = Arc::clone(&asked);
            Box::pin(async move { qualifications::one(turn, &asked.0, &asked.1).await })
        })
        .await?;
    if visit.json {
        return page::json(twins::one(&one));
    }
    let test = match one.test().map(parse) {
        Some(Ok(Question::Form(form))) => render(&form, true),
        _ => String::new(),
    };
    let now = visit.asked("now").unwrap_or_default();
    html(&Shown { bar, here: &visit.here, one, test, now })
}

/// `POST /qualifications/{type}/request`.
pub async fn request(Path(type_id): Path<String>, visit: Visit) -> Response {
    let page = requested(&visit, type_id).await;
    answer(&visit, page).await
}

async fn requested(visit: &Visit, type_id: String) -> Page {
    let back = format!("/qualifications/{}", show::path(&type_id));
    let asked = Arc::new((type_id, visit.worker()?));
    let outcome = visit.act(move |turn| {
        let asked = Arc::clone(&asked);
        Box::pin(async move { ask::ask(turn, &asked.0, &asked.1).await })
    });
    Ok(after(visit, &back, &outcome.await?))
}

fn after(visit: &Visit, back: &str, outcome: &Asked) -> Response {
    let word = match outcome {
        Asked::Granted(_) => "granted",
        Asked::Pending(_) => "pending",
        Asked::Test { .. } => "test",
    };
    let json = if visit.json { "&format=json" } else { "" };
    go(&format!("{back}?now={word}{json}"))
}

/// `POST /qualifications/{type}/test`: the test is handed in.
pub async fn test(Path(type_id): Path<String>, visit: Visit, sent: SentWork) -> Response {
    let page = tested(&visit, type_id, &sent).await;
    answer(&visit, page).await
}

async fn tested(visit: &Visit, type_id: String, sent: &SentWork) -> Page {
    let back = format!("/qualifications/{}", show::path(&type_id));
    let filled = sent.filled().await?;
    let filling = Filling { texts: filled.texts, files: Vec::new() };
    let asked = Arc::new((type_id, visit.worker()?));
    let known = Arc::clone(&asked);
    let (bar, one) = visit
        .look(move |turn| {
            let asked = Arc::clone(&known);
            Box::pin(async move { qualifications::one(turn, &asked.0, &asked.1).await })
        })
        .await?;
    let handed = match one.test().map(parse) {
        Some(Ok(Question::Form(form))) => {
            let checked = compute(move || {
                let checked = answers(&form, &filling);
                checked.map_err(|problems| render_form(&form, &filling, &problems, Use::Work).0)
            });
            match checked.await? {
                Ok(answers) => answers.xml()?,
                Err(test) => return html(&Shown { bar, here: &visit.here, one, test, now: "" }),
            }
        }
        // Without a test there is nothing to hand in, and that is said then.
        _ => String::new(),
    };
    let outcome = hand_in(visit, asked, Handed::Document(handed)).await?;
    Ok(after(visit, &back, &outcome))
}

async fn hand_in(
    visit: &Visit,
    ids: Arc<(String, String)>,
    handed: Handed,
) -> Result<Asked, Fault> {
    let asked = Arc::clone(&ids);
    let open = visit.read(move |turn| {
        let ids = Arc::clone(&asked);
        Box::pin(async move { ask::open_test(turn, &ids.0, &ids.1).await })
    });
    let test = open.await?;
    let marked = Arc::new(compute(move || test.mark(handed)).await??);
    let outcome = visit.act(move |turn| {
        let (ids, marked) = (Arc::clone(&ids), Arc::clone(&marked));
        Box::pin(async move { ask::hand_in(turn, &ids.0, &ids.1, &marked).await })
    });
    outcome.await
}
