//! What the frames of the page show: HTML without an origin, or a form of our own.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State as Shared};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use serde::Deserialize;

use crate::engine::compute;
use crate::fault::{Code, Fault};
use crate::ids::Ids;
use crate::preview::state::{Shown, State, row_of};
use crate::preview::submission::{handed_in, refused};
use crate::rules::frame::{FrameParameters, query};
use crate::rules::frame_address::{FrameAddress, Shown as Html};
use crate::rules::question::answers::{AnswerValue, QuestionFormAnswers};
use crate::rules::question::filling::answers;
use crate::rules::question::{Question, QuestionForm};
use crate::web::frames;
use crate::web::origin::Origin;
use crate::web::page::answer;
use crate::web::question::{Document, Lines, blank_form, posted_form};
use crate::web::question_form::{Use, render_form};
use crate::web::sent::SentWork;

/// For whom a frame is.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct FrameQuery {
    assignment_id: String,
}

#[derive(Template)]
#[template(path = "preview_form.html")]
struct FormPage {
    question: String,
}

/// The address of a frame.
pub fn address(parameters: &FrameParameters<'_>) -> String {
    format!("/mturk/frame/{}?{}", parameters.hit_id, query(parameters))
}

/// `GET /mturk/frame/{page}`: a form by the id of its HIT, HTML by a sealed address.
pub async fn show(
    Path(page): Path<String>,
    Shared(state): Shared<Arc<State>>,
    origin: Origin,
    Query(query): Query<FrameQuery>,
) -> Response {
    let shown = async {
        if row_of(&page).is_none() {
            return html(&state, &page, &origin).await;
        }
        match row(&state, &page).await?.question {
            Question::Form(form) if query.assignment_id == state.assignment_id => {
                at_work(&state, &page, origin.as_str(), &blank_form(&form, true))
            }
            Question::Form(form) => form_page(posted_form(&blank_form(&form, false), "")?),
            _ => Err(Fault::not_found("The page is at an address of its own.")),
        }
    };
    shown.await.unwrap_or_else(|fault| refused("This page cannot be shown", fault))
}

async fn html(state: &State, address: &str, at: &Origin) -> Result<Response, Fault> {
    let FrameAddress { shown, own } = frames::read(&state.key, &state.frames, address, at.host())?;
    let Html::Preview { hit_id, .. } = shown else {
        return Err(Fault::not_found("There is no such page."));
    };
    let Shown { question, draft, row, .. } = self::row(state, &hit_id).await?;
    let Question::Html(page) = question else {
        return Err(Fault::not_found("The page is no longer HTML."));
    };
    let submit_to = own.as_ref().map_or(at.as_str(), |own| &own.origin);
    let reports = Some(draft.lines_before(row).map_or(Lines::Unknown, Lines::Known));
    Document { html: &page.content, submit_to, own: own.as_ref(), reports }.answer()
}

/// `POST /mturk/frame/{page}`: a form of our own that was filled in.
pub async fn post(
    Path(hit_id): Path<String>,
    Shared(state): Shared<Arc<State>>,
    origin: Origin,
    Query(query): Query<FrameQuery>,
    sent: SentWork,
) -> Response {
    let page = async {
        let Question::Form(form) = row(&state, &hit_id).await?.question else {
            return Err(Fault::not_found("This page has no form of ours."));
        };
        if query.assignment_id != state.assignment_id {
            let why = "This is a preview, and only an accepted HIT can be submitted.";
            return Err(Fault::refused(Code::PreviewOnly, why));
        }
        match filled(form, sent).await? {
            Ok(document) => handed_in(document).await,
            Err(form) => at_work(&state, &hit_id, origin.as_str(), &form),
        }
    };
    page.await.unwrap_or_else(|fault| refused("Not submitted", fault))
}

async fn row(state: &State, hit_id: &str) -> Result<Shown, Fault> {
    let row = row_of(hit_id).ok_or_else(|| Fault::hit_does_not_exist(hit_id))?;
    state.row(row).await.map_err(|why| Fault::not_found(why.join(" ")))
}

/// The answer document, or the form with what is wrong with what was filled in.
async fn filled(form: QuestionForm, sent: SentWork) -> Result<Result<String, String>, Fault> {
    let filling = sent.filling().await?;
    let checked = compute(move || match answers(&form, &filling) {
        Ok(answers) => Ok(with_keys(answers).xml()),
        Err(problems) => Err(render_form(&form, &filling, &problems, Use::Work)),
    });
    match checked.await? {
        Ok(document) => Ok(Ok(document?)),
        Err(form) => Ok(Err(form)),
    }
}

/// Files have keys as if they were kept.
fn with_keys(mut answers: QuestionFormAnswers) -> QuestionFormAnswers {
    for answer in &mut answers.0 {
        if let AnswerValue::File { key, .. } = &mut answer.value {
            *key = Ids::Random.entity();
        }
    }
    answers
}

fn at_work(state: &State, hit_id: &str, submit_to: &str, form: &str) -> Result<Response, Fault> {
    let action = address(&state.parameters(hit_id, Some(submit_to)));
    // It stands in an attribute, and a template escapes it.
    form_page(posted_form(form, &action)?)
}

/// A page of our own, which stands in a frame of ours alone.
fn form_page(question: String) -> Result<Response, Fault> {
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src * data:; \
        media-src *; form-action 'self'; base-uri 'none'; frame-ancestors 'self'";
    let mut page = answer::<Fault>(&FormPage { question })?;
    let policy = HeaderValue::from_static(policy);
    page.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(page)
}
