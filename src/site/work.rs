//! A HIT at work: its page, submitting it, returning it.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use serde_json::json;

use crate::actions::assignment::{check_question, open_acceptance, return_assignment};
use crate::actions::form::{CheckedForm, submit_form};
use crate::engine::compute;
use crate::fault::{Code, Fault};
use crate::rules::question::Question;
use crate::rules::question::filling::{Problem, answers};
use crate::site::accept::onward;
use crate::site::external_submit::{open_hit, submit_fields};
use crate::site::json::task as as_json;
use crate::site::page::{self, Page, go, html};
use crate::site::question::{posted_form, shown};
use crate::site::visit::{Visit, value};
use crate::store::acceptances::State;
use crate::store::hits;
use crate::views::bar::Bar;
use crate::views::show;
use crate::views::task::{self, Work};
use crate::web::question::read;
use crate::web::question_form::{Use, render_form};
use crate::web::sent::{Sent, SentWork};

#[derive(Template)]
#[template(path = "work.html")]
struct WorkPage {
    bar: Bar,
    work: Work,
    question: String,
    auto_accept: bool,
    own: bool,
}

impl WorkPage {
    fn has_expired(&self) -> bool {
        self.work.hit.standing.expired(self.bar.now)
    }
}

/// `GET /projects/{group}/tasks/{task}`.
pub async fn show(Path((group, hit_id)): Path<(String, String)>, visit: Arc<Visit>) -> Page {
    let Some(assignment_id) = visit.param("assignment_id") else {
        let (group, hit_id) = (show::path(&group), show::path(&hit_id));
        return go(&format!("/projects/{group}/tasks?hit_id={hit_id}"));
    };
    let (bar, work) = read_work(&visit, assignment_id).await?;
    if work.hit.id != hit_id {
        return Err(Fault::not_found("This assignment is one of another HIT.").into());
    }
    let own = visit.worker_id.as_ref() == Some(&work.taken.worker_id);
    if visit.json {
        return page::json(as_json(&work.taken, &work.hit.hit_type.group_id, bar.now));
    }
    let question = if own && work.is_open() {
        shown(&visit, &work.hit, Some(&work.taken)).await?
    } else {
        String::new()
    };
    let auto_accept = visit.is_on("auto_accept");
    html(&WorkPage { bar, work, question, auto_accept, own })
}

pub(super) async fn read_work(visit: &Visit, id: &str) -> Result<(Bar, Work), Fault> {
    visit.read_with_bar(id.to_owned(), |turn, id| Box::pin(task::work(turn, id))).await
}

/// `POST /projects/{group}/tasks/{task}`, where `_method=delete` returns the HIT.
pub async fn post(visit: Arc<Visit>, sent: Sent) -> Page {
    let fields = sent.fields().await?;
    if value(&fields, "_method") != Some("delete") {
        return Err(Fault::unreadable("A HIT is returned with _method=delete.").into());
    }
    let id = value(&fields, "assignment_id").or_else(|| visit.param("assignment_id"));
    let input = (id.unwrap_or_default().to_owned(), visit.worker()?);
    let returned = visit.write(input, |turn, (id, worker_id)| {
        Box::pin(async move {
            let taken = open_acceptance(turn, id, Some(worker_id)).await?;
            return_assignment(turn, &taken, State::Returned).await
        })
    });
    returned.await?;
    if visit.json { page::json(json!({})) } else { go("/tasks?returned=1") }
}

/// `POST /projects/{group}/tasks/{task}/submit`: the page around the frame, or a form of ours,
/// submits work.
pub async fn submit(
    Path((group, _)): Path<(String, String)>,
    visit: Arc<Visit>,
    sent: SentWork,
) -> Page {
    let id = visit.param("assignment_id").unwrap_or_default();
    let (bar, work) = read_work(&visit, id).await?;
    let Ok(Question::Form(form)) = read(&work.hit) else {
        submit_fields(&visit, id, sent.answers().await?, Some(visit.worker()?)).await?;
        return onward(&visit, &group, id).await;
    };
    let filling = sent.filling().await?;
    open_hit(&visit, id, Some(visit.worker()?)).await?;
    let checked = compute(move || match answers(&form, &filling) {
        Ok(answers) => Ok(CheckedForm { answers, files: filling.files }),
        Err(problems) => Err((render_form(&form, &filling, &problems, Use::Work), problems)),
    });
    match checked.await? {
        Ok(checked) => {
            submit_checked(&visit, id, work.hit.question, checked).await?;
            onward(&visit, &group, id).await
        }
        Err((form, problems)) => again(&visit, bar, work, &form, &problems),
    }
}

/// Submits what was filled into a form of ours.
async fn submit_checked(
    visit: &Visit,
    assignment_id: &str,
    question: String,
    checked: CheckedForm,
) -> Result<(), Fault> {
    let input = (assignment_id.to_owned(), visit.worker()?, question, checked);
    let submitted = visit.write(input, |turn, (id, worker_id, question, checked)| {
        Box::pin(async move {
            let taken = open_acceptance(turn, id, Some(worker_id)).await?;
            let mut hit = hits::by_key(&mut turn.tx, taken.hit_key).await?;
            check_question(&hit, question)?;
            submit_form(turn, &mut hit, taken, checked).await
        })
    });
    submitted.await.map(drop)
}

/// The page once more, with what is wrong with what was filled in.
fn again(visit: &Visit, bar: Bar, work: Work, form: &str, problems: &[Problem]) -> Page {
    if visit.json {
        let sentences: Vec<&str> =
            problems.iter().map(|problem| problem.message.as_str()).collect();
        return Err(Fault::refused(Code::FormProblems, sentences.join(" ")).into());
    }
    let question = posted_form(visit, &work.hit, Some(&work.taken), form)?;
    let auto_accept = visit.is_on("auto_accept");
    html(&WorkPage { bar, work, question, auto_accept, own: true })
}
