//! A HIT at work: its page, its clock, handing it in, giving it back.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use serde_json::json;

use crate::acts::give_back::give_back;
use crate::acts::submit::{check_question, open_acceptance};
use crate::acts::submit_form::{CheckedForm, submit_form};
use crate::engine::compute;
use crate::fault::Fault;
use crate::rules::question::filling::{Filling, Problem};
use crate::rules::question::{Question, QuestionForm};
use crate::store::acceptances::{Acceptance, State};
use crate::store::hits;
use crate::views::bar::Bar;
use crate::views::task::{self, Work};
use crate::web::accept::onward;
use crate::web::external_submit::{hand_in, open_question};
use crate::web::json::task as as_json;
use crate::web::page::{self, Page, answer, go, html};
use crate::web::question::{read, shown, shown_again};
use crate::web::sent::{Sent, SentWork};
use crate::web::show;
use crate::web::visit::{Visit, value};

#[derive(Template)]
#[template(path = "work.html")]
struct Shown<'a> {
    bar: Bar,
    here: &'a str,
    work: Work,
    question: String,
    auto_accept: bool,
    own: bool,
}

impl Shown<'_> {
    fn has_expired(&self) -> bool {
        self.work.hit.standing.expired(self.bar.now)
    }
}

/// `GET /projects/{group}/tasks/{task}`.
pub async fn show(Path((group, hit_id)): Path<(String, String)>, visit: Visit) -> Response {
    let page = match visit.asked("assignment_id") {
        None => {
            let (group, hit_id) = (show::path(&group), show::path(&hit_id));
            Ok(go(&format!("/projects/{group}/tasks?hit_id={hit_id}")))
        }
        Some(id) => work(&visit, id, &hit_id).await,
    };
    answer(&visit, page).await
}

pub(super) async fn look(visit: &Visit, assignment_id: &str) -> Result<(Bar, Work), Fault> {
    let asked = Arc::new(assignment_id.to_owned());
    visit
        .look(move |turn| {
            let id = Arc::clone(&asked);
            Box::pin(async move { task::work(turn, &id).await })
        })
        .await
}

async fn work(visit: &Visit, assignment_id: &str, hit_id: &str) -> Page {
    let (bar, work) = look(visit, assignment_id).await?;
    if work.hit.id != hit_id {
        return Err(Fault::not_found("This assignment is one of another HIT."));
    }
    let own = visit.worker_id.as_ref() == Some(&work.worker_id);
    let taken = taken(&work);
    if visit.json {
        return page::json(as_json(&taken, &work.hit.hit_type.group_id, bar.now));
    }
    let question =
        if own && work.is_open() { shown(visit, &work.hit, Some(&taken))? } else { String::new() };
    let auto_accept = visit.is_on("auto_accept");
    html(&Shown { bar, here: &visit.here, work, question, auto_accept, own })
}

fn taken(work: &Work) -> Acceptance {
    Acceptance {
        assignment_id: work.assignment_id.clone(),
        hit_key: work.hit.key,
        hit_id: work.hit.id.clone(),
        worker_id: work.worker_id.clone(),
        state: State::Accepted,
        accept_at: work.accept_at,
        deadline_at: work.deadline_at,
    }
}

/// `POST /projects/{group}/tasks/{task}`, where `_method=delete` gives the HIT back.
pub async fn post(visit: Visit, sent: Sent) -> Response {
    let page = give(&visit, &sent).await;
    answer(&visit, page).await
}

async fn give(visit: &Visit, sent: &Sent) -> Page {
    let fields = sent.fields().await?;
    if value(&fields, "_method") != Some("delete") {
        return Err(Fault::unreadable("A HIT is returned with _method=delete."));
    }
    let id = value(&fields, "assignment_id").or_else(|| visit.asked("assignment_id"));
    let asked = Arc::new((id.unwrap_or_default().to_owned(), visit.worker()?));
    let returned = visit.act(move |turn| {
        let asked = Arc::clone(&asked);
        Box::pin(async move {
            let taken = open_acceptance(turn, &asked.0, Some(&asked.1)).await?;
            give_back(turn, &taken, State::Returned).await
        })
    });
    returned.await?;
    if visit.json { page::json(json!({})) } else { Ok(go("/tasks?returned=1")) }
}

/// `POST /projects/{group}/tasks/{task}/submit`: the page around the frame, or a form of ours,
/// hands work in.
pub async fn submit(
    Path((group, _)): Path<(String, String)>,
    visit: Visit,
    sent: SentWork,
) -> Response {
    let page = handed(&visit, &group, &sent).await;
    answer(&visit, page).await
}

async fn handed(visit: &Visit, group: &str, sent: &SentWork) -> Page {
    let id = visit.asked("assignment_id").unwrap_or_default();
    let (bar, work) = look(visit, id).await?;
    let Ok(Question::Form(form)) = read(&work.hit) else {
        hand_in(visit, id, sent.answers().await?, Some(visit.worker()?)).await?;
        return onward(visit, group).await;
    };
    let filled = sent.filled().await?;
    open_question(visit, id, Some(visit.worker()?)).await?;
    match compute(move || filled.check(&form).map_err(|wrong| (form, wrong))).await? {
        Ok(checked) => {
            fill_in(visit, id, work.hit.question, checked).await?;
            onward(visit, group).await
        }
        Err((form, (filled, problems))) => {
            let values = Filling { texts: filled.texts, files: Vec::new() };
            again(visit, bar, work, (&form, &values), &problems)
        }
    }
}

/// Hands in what was filled into a form of ours.
async fn fill_in(
    visit: &Visit,
    assignment_id: &str,
    question: String,
    checked: CheckedForm,
) -> Result<(), Fault> {
    let asked = Arc::new((assignment_id.to_owned(), visit.worker()?, question, checked));
    let handed = visit.act(move |turn| {
        let asked = Arc::clone(&asked);
        Box::pin(async move {
            let (id, worker_id, question, checked) = &*asked;
            let taken = open_acceptance(turn, id, Some(worker_id)).await?;
            let mut hit = hits::by_key(&mut turn.tx, taken.hit_key).await?;
            check_question(&hit, question)?;
            submit_form(turn, &mut hit, taken, checked).await
        })
    });
    handed.await.map(drop)
}

/// The page once more, with what is wrong with what was filled in.
fn again(
    visit: &Visit,
    bar: Bar,
    work: Work,
    (form, values): (&QuestionForm, &Filling),
    problems: &[Problem],
) -> Page {
    if visit.json {
        let said: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
        return Err(Fault::worker("FormProblems", said.join(" ")));
    }
    let question = shown_again(visit, &work.hit, &taken(&work), form, (values, problems))?;
    let auto_accept = visit.is_on("auto_accept");
    html(&Shown { bar, here: &visit.here, work, question, auto_accept, own: true })
}
