//! Qualifications: what the worker has, requests for more, and their tests.
//!
//! Assumed: the JSON, but for the shapes of a qualification type and of a worker's value, which
//! requirements of HITs have too.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use serde_json::{Value, json};

use crate::actions::qualification::{self, RequestOutcome, TestSubmission};
use crate::engine::compute;
use crate::fault::Fault;
use crate::rules::question::filling::{Filling, answers};
use crate::rules::question::{Question, parse};
use crate::shapes::qualification::RequestStatus;
use crate::site::json::{own_value, qualification_type, request_url};
use crate::site::page::{self, Page, go, html};
use crate::site::visit::Visit;
use crate::store::qualification_types::Place;
use crate::time::Instant;
use crate::views::bar::Bar;
use crate::views::qualifications::{self, Availability, Qualifications, TypeView};
use crate::views::show;
use crate::web::question::blank_form;
use crate::web::question_form::{Use, render_form};
use crate::web::sent::SentWork;

#[derive(Template)]
#[template(path = "qualifications.html")]
struct QualificationsPage<'a> {
    bar: Bar,
    found: Qualifications,
    search: &'a str,
}

#[derive(Template)]
#[template(path = "qualification.html")]
struct QualificationPage<'a> {
    bar: Bar,
    view: TypeView,
    test: String,
    /// What has just become of a request.
    now: &'a str,
}

/// `GET /qualifications`.
pub async fn list(visit: Arc<Visit>) -> Page {
    let text = |name: &str| visit.param(name).unwrap_or_default().to_owned();
    let place = Place(text("after"), text("after_id"));
    let input = (visit.worker()?, text("search"), text("own_after"), place);
    let (bar, found) = visit
        .read_with_bar(input, |turn, (worker, search, own_after, place)| {
            Box::pin(qualifications::qualifications(turn, worker, search, own_after, place))
        })
        .await?;
    let search = visit.param("search").unwrap_or_default();
    if visit.json {
        return page::json(list_json(&found, search));
    }
    html(&QualificationsPage { bar, found, search })
}

/// `GET /qualifications/{type}`.
pub async fn show(Path(type_id): Path<String>, visit: Arc<Visit>) -> Page {
    let (bar, view) = read_view(&visit, (type_id, visit.worker()?)).await?;
    if visit.json {
        return page::json(type_json(&view));
    }
    let test = match view.test().map(parse) {
        Some(Ok(Question::Form(form))) => blank_form(&form, true),
        _ => String::new(),
    };
    let now = visit.param("now").unwrap_or_default();
    html(&QualificationPage { bar, view, test, now })
}

/// One type, and what the worker has and can do of it.
async fn read_view(visit: &Visit, ids: (String, String)) -> Result<(Bar, TypeView), Fault> {
    visit
        .read_with_bar(ids, |turn, (type_id, worker)| {
            Box::pin(qualifications::view(turn, type_id, worker))
        })
        .await
}

/// `POST /qualifications/{type}/request`.
pub async fn request(Path(type_id): Path<String>, visit: Arc<Visit>) -> Page {
    let back = format!("/qualifications/{}", show::path(&type_id));
    let outcome = visit.write((type_id, visit.worker()?), |turn, (type_id, worker)| {
        Box::pin(qualification::request_qualification(turn, type_id, worker))
    });
    after(&visit, &back, &outcome.await?)
}

fn after(visit: &Visit, back: &str, outcome: &RequestOutcome) -> Page {
    let result = match outcome {
        RequestOutcome::Granted(_) => "granted",
        RequestOutcome::Pending(_) => "pending",
        RequestOutcome::Test { .. } => "test",
    };
    let json = if visit.json { "&format=json" } else { "" };
    go(&format!("{back}?now={result}{json}"))
}

/// `POST /qualifications/{type}/test`: the test is submitted.
pub async fn test(Path(type_id): Path<String>, visit: Arc<Visit>, sent: SentWork) -> Page {
    let back = format!("/qualifications/{}", show::path(&type_id));
    let filling = Filling { files: Vec::new(), ..sent.filling().await? };
    let ids = (type_id, visit.worker()?);
    let (bar, view) = read_view(&visit, ids.clone()).await?;
    let answers = match view.test().map(parse) {
        Some(Ok(Question::Form(form))) => {
            let checked = compute(move || {
                let checked = answers(&form, &filling);
                checked.map_err(|problems| render_form(&form, &filling, &problems, Use::Work))
            });
            match checked.await? {
                Ok(answers) => answers.xml().map_err(Fault::from)?,
                Err(test) => return html(&QualificationPage { bar, view, test, now: "" }),
            }
        }
        // Without a test there is nothing to submit, as the refusal explains.
        _ => String::new(),
    };
    let outcome = submit_test(&visit, ids, answers).await?;
    after(&visit, &back, &outcome)
}

async fn submit_test(
    visit: &Visit,
    ids: (String, String),
    answers: String,
) -> Result<RequestOutcome, Fault> {
    let open = visit.read(ids.clone(), |turn, (type_id, worker)| {
        Box::pin(qualification::open_test(turn, type_id, worker))
    });
    let test = open.await?;
    let scored = compute(move || test.score(TestSubmission::Document(answers))).await??;
    let outcome = visit.write((ids, scored), |turn, ((type_id, worker), scored)| {
        Box::pin(qualification::submit_test(turn, type_id, worker, scored))
    });
    outcome.await
}

/// What the worker has, what can be requested, and where both go on.
fn list_json(found: &Qualifications, search: &str) -> Value {
    let own = found.own.iter().map(|own| {
        json!({"qualification_type_id": own.type_id, "name": own.name,
            "description": own.description, "requester_name": own.requester_name,
            "granted_at": own.grant_at.rfc3339(),
            "value": {"integer_value": own.value,
                "locale_value": {"country": null, "subdivision": null}}})
    });
    let more = found.more.as_ref().map(|id| format!("/qualifications?own_after={id}&format=json"));
    let next = found.next.as_ref().map(|place| {
        let (search, name) = (show::path(search), show::path(&place.0));
        let id = &place.1;
        format!("/qualifications?search={search}&after={name}&after_id={id}&format=json")
    });
    json!({
        "results": own.collect::<Vec<_>>(),
        "next_page_url": more,
        "requestable": found.others.iter().map(state_json).collect::<Vec<_>>(),
        "requestable_next_page_url": next,
    })
}

/// One type, and what the worker has and can do of it.
fn type_json(view: &TypeView) -> Value {
    let mut shown = state_json(view);
    shown["is_held"] = json!(view.value.is_some());
    shown["test"] = json!(view.test());
    shown
}

fn state_json(TypeView { id, summary, value, availability, .. }: &TypeView) -> Value {
    let time = |at: Instant| Some(at.rfc3339());
    let (state, at) = match *availability {
        Availability::Now => ("Requestable", None),
        Availability::InTest(due_at) => ("Test", time(due_at)),
        Availability::Pending => ("Pending", None),
        Availability::Held => ("Granted", None),
        Availability::Once => ("NotRequestableAgain", None),
        Availability::From(at) => ("RequestableLater", time(at)),
        Availability::Closed => ("NotRequestable", None),
    };
    let mut shown = qualification_type(id, summary);
    shown["state"] = json!(state);
    shown["deadline"] = json!(at.as_ref().filter(|_| state == "Test"));
    shown["requestable_at"] = json!(at.as_ref().filter(|_| state != "Test"));
    shown["qualification_request_url"] =
        json!(request_url(id, *availability != Availability::Closed));
    shown["value"] = own_value(value.as_ref());
    shown
}
