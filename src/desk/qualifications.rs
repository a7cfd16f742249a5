//! Qualification types: made, changed and deleted; who has them, and who asks for them.

mod change;

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use serde::Deserialize;
use serde_json::Value;

use crate::desk::call::call;
use crate::desk::forms::{Change as _, Notice, RefusalNote, Refused};
use crate::desk::head::Head;
use crate::desk::page::{Page, message, status};
use crate::desk::qualifications::change::{Change, new_type};
use crate::desk::session::Session;
use crate::desk::state::Desk;
use crate::engine::compute;
use crate::fault::Fault;
use crate::ops::named;
use crate::rules::limits::{DESCRIPTION, KEYWORDS, QUALIFICATION_NAME, QUALIFICATION_REASON};
use crate::rules::question::columns::{Column, columns};
use crate::rules::question::{Question, parse};
use crate::shapes::qualification::QualificationTypeStatus;
use crate::store::qualification_types::{Place, QualificationType};
use crate::time::Instant;
use crate::views::desk::qualifications::{self, TypeList, TypeQuery, TypeView};
use crate::views::show;
use crate::web::form::Form;
use crate::web::page::{self, go, html, render};
use crate::web::question::{blank_form, posted_form};

/// The longest text that is searched for, in characters.
const MAX_SEARCH: usize = 200;
/// So much of a refusal is shown: it may repeat a whole test.
const MAX_REFUSAL: usize = 2000;
/// So much of an answer is shown.
const MAX_ANSWER: usize = 4000;

/// What the address of the list says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    search: String,
    after: String,
    after_id: String,
    done: String,
}

impl ListQuery {
    fn search(&self) -> String {
        self.search.trim().chars().take(MAX_SEARCH).collect()
    }
}

#[derive(Template)]
#[template(path = "desk_qualifications.html")]
struct ListPage<'a> {
    head: Head,
    query: &'a ListQuery,
    list: TypeList,
}

impl ListPage<'_> {
    /// What the type of a request is called, if it is on this page.
    fn name(&self, type_id: &str) -> &str {
        let of = self.list.types.iter().find(|of| of.id == type_id);
        of.map_or("a type of yours", |of| &of.name)
    }
}

/// `GET /requester/qualifications`.
pub async fn list(desk: Desk, session: Session, Query(query): Query<ListQuery>) -> Page {
    let head = Head::read(&desk, &session).await?;
    let input = (query.search(), Place(query.after.clone(), query.after_id.clone()));
    let list = desk
        .engine
        .read(session.requester, input, |turn, input| Box::pin(qualifications::types(turn, input)));
    let list = list.await?;
    page::answer(&ListPage { head, query: &query, list })
}

#[derive(Template)]
#[template(path = "desk_qualification_new.html")]
struct NewPage<'a> {
    head: Head,
    refused: Option<String>,
    form: &'a Form,
}

impl NewPage<'_> {
    fn typed(&self, field: &str) -> &str {
        self.form.get(field)
    }
}

/// `GET /requester/qualifications/new`.
pub async fn ask(desk: Desk, session: Session) -> Page {
    let head = Head::read(&desk, &session).await?;
    page::answer(&NewPage { head, refused: None, form: &Form::default() })
}

/// `POST /requester/qualifications/new`.
pub async fn make(desk: Desk, session: Session, form: Form) -> Page {
    let made = match new_type(&form) {
        Ok(body) => call(&desk, &session, named::CREATE_QUALIFICATION_TYPE, body).await,
        Err(fault) => Err(fault),
    };
    let fault = match made {
        Ok(made) => {
            let made: Value = serde_json::from_slice(&made).unwrap_or_default();
            let id = made["QualificationType"]["QualificationTypeId"].as_str().unwrap_or_default();
            return Ok(go(&format!("/requester/qualifications/{id}?done=new")));
        }
        Err(fault) => fault,
    };
    let Some(refusal) = fault.refusal() else { return Err(fault.into()) };
    let head = Head::read(&desk, &session).await?;
    let page = NewPage { head, refused: Some(shown(&refusal.text())), form: &form };
    Ok((status(refusal.code.kind()), html(render(&page)?)).into_response())
}

fn shown(refusal: &str) -> String {
    show::excerpt(refusal, MAX_REFUSAL).text
}

/// What the address of a type's page says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct OneQuery {
    done: String,
    holders: String,
    requests: String,
}

impl OneQuery {
    /// The pages that are shown, as part of an address.
    fn pages(&self) -> String {
        let (holders, requests) = (show::path(&self.holders), show::path(&self.requests));
        format!("requests={requests}&holders={holders}")
    }
}

/// A request with what the worker answered.
struct Request {
    id: String,
    worker_id: String,
    submit_at: Instant,
    answers: Result<Vec<(String, String)>, String>,
}

#[derive(Template)]
#[template(path = "desk_qualification.html")]
struct TypePage<'a> {
    head: Head,
    view: TypeView,
    requests: Vec<Request>,
    /// The test as a worker sees it, or why it cannot be shown.
    test: Option<Result<String, String>>,
    query: &'a OneQuery,
    notice: Notice,
}

impl TypePage<'_> {
    /// A refusal about a worker or a request that the page does not show any more.
    fn refusal_of_none(&self) -> RefusalNote<'_> {
        self.notice.refusal_of_none(|about| {
            self.requests.iter().any(|request| request.id == about)
                || self.view.holders.iter().any(|held| held.worker_id == about)
        })
    }

    /// What stands in a field of the form that changes the type.
    fn value(&self, field: &str) -> String {
        let (of, rules) = (&self.view.of, &self.view.of.grant_rules);
        let number = |number: Option<i64>| number.map(|number| number.to_string());
        let now = match field {
            "description" => Some(of.description.clone()),
            "status" => Some(of.status.as_str().to_owned()),
            "retry" => number(rules.retry_delay_s),
            "auto" => rules.auto_granted.then(|| "yes".to_owned()),
            "auto-value" => number(rules.auto_granted_value),
            "test" => rules.test.clone(),
            "duration" => number(rules.test_duration_s),
            "key" => rules.answer_key.clone(),
            _ => None,
        };
        self.notice.typed("update", "", field, &now.unwrap_or_default()).to_owned()
    }
}

/// `GET /requester/qualifications/{id}`.
pub async fn show(
    desk: Desk,
    session: Session,
    Path(id): Path<String>,
    Query(query): Query<OneQuery>,
) -> Page {
    let done = if query.done == "new" {
        Some("The qualification type is made.")
    } else {
        Change::parse(&query.done).map(Change::done)
    };
    page::answer(&read(&desk, &session, (id, &query), Notice::done(done)).await?)
}

async fn read<'a>(
    desk: &Desk,
    session: &Session,
    (id, query): (String, &'a OneQuery),
    notice: Notice,
) -> Result<TypePage<'a>, Fault> {
    let head = Head::read(desk, session).await?;
    let wanted = TypeQuery {
        id,
        holders_after: query.holders.parse().ok(),
        requests_after: query.requests.parse().ok(),
    };
    let view = desk.engine.read(session.requester.clone(), wanted, |turn, wanted| {
        Box::pin(qualifications::one(turn, wanted))
    });
    let mut view = view.await?;
    let (asked, test) = (std::mem::take(&mut view.requests), view.of.grant_rules.test.clone());
    let (requests, test) = compute(move || {
        let requests = asked.into_iter().map(|request| Request {
            answers: request.answer.as_deref().map_or(Ok(Vec::new()), answers),
            id: request.id,
            worker_id: request.worker_id,
            submit_at: request.submit_at,
        });
        (requests.collect(), test.as_deref().map(drawn))
    })
    .await?;
    Ok(TypePage { head, view, requests, test, query, notice })
}

/// What a worker answered: each question and its answer.
fn answers(document: &str) -> Result<Vec<(String, String)>, String> {
    let shown = |Column { name, value }: Column| (name, page::answered(&value, MAX_ANSWER));
    let columns = columns(document).map_err(|why| why.to_string())?;
    Ok(columns.columns.into_iter().map(shown).collect())
}

/// A test as a worker sees it who cannot hand it in.
fn drawn(test: &str) -> Result<String, String> {
    match parse(test) {
        Ok(Question::Form(form)) => {
            posted_form(&blank_form(&form, false), "").map_err(|fault| fault.to_string())
        }
        Ok(_) => Err("The test is not a QuestionForm.".to_owned()),
        Err(why) => Err(format!("The test cannot be shown. {why}")),
    }
}

/// `POST /requester/qualifications/{id}/{change}`: what a form of the page asks for, done by an
/// operation of the API.
pub async fn change(
    desk: Desk,
    session: Session,
    Path((id, change)): Path<(String, String)>,
    Query(query): Query<OneQuery>,
    form: Form,
) -> Page {
    let Some(change) = Change::parse(&change) else {
        return Ok(message(StatusCode::NOT_FOUND, "There is no such form."));
    };
    let fault = match run(&desk, &session, (change, &id), &form).await {
        Ok(()) if change == Change::Delete => {
            return Ok(go("/requester/qualifications?done=delete"));
        }
        Ok(()) => {
            let done = change.as_str();
            return Ok(go(&format!("/requester/qualifications/{}?done={done}", show::path(&id))));
        }
        Err(fault) => fault,
    };
    let about = change.subject(&form).to_owned();
    let (status, refused) = Refused::of(change, fault, form)?;
    let page = read(&desk, &session, (id, &query), refused.about(about).into()).await?;
    Ok((status, html(render(&page)?)).into_response())
}

async fn run(
    desk: &Desk,
    session: &Session,
    (change, id): (Change, &str),
    form: &Form,
) -> Result<(), Fault> {
    let wanted = TypeQuery { id: id.to_owned(), ..TypeQuery::default() };
    let view = desk.engine.read(session.requester.clone(), wanted, |turn, wanted| {
        Box::pin(qualifications::one(turn, wanted))
    });
    let of: QualificationType = view.await?.of;
    let (name, body) = change.request(&of, form)?;
    call(desk, session, name, body).await.map(drop)
}
