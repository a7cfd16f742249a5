//! `/mturk/externalSubmit`: where pages in a frame post their work.
//!
//! Facts: documentation of `ExternalQuestion`; how the closed site handed work in, from a public
//! script and reports of its users.

use std::sync::Arc;

use axum::response::Response;

use crate::acts::submit::{self, check_question, open_acceptance};
use crate::engine::compute;
use crate::fault::Fault;
use crate::rules::frame::NOT_AVAILABLE;
use crate::rules::posted::Field;
use crate::rules::question::answers;
use crate::store::hits;
use crate::web::SubmitThrough;
use crate::web::frame::{Framed, framed};
use crate::web::page::{Page, html};
use crate::web::refusal::in_frame;
use crate::web::sent::{SentWork, cleaned};
use crate::web::visit::Visit;

const NOT_SUBMITTED: &str = "Not submitted";

/// Whether pages post work to this path: with slashes doubled, or one at the end.
#[must_use]
pub fn is_external_submit(path: &str) -> bool {
    let rest = path.trim_start_matches('/').trim_end_matches('/');
    path.starts_with('/') && rest == "mturk/externalSubmit"
}

/// By a link or a form without a method; documents of 2014 and before show it so.
pub async fn get(visit: Visit) -> Response {
    answer(&visit, cleaned(visit.query.clone())).await
}

/// By a form.
pub async fn post(visit: Visit, sent: SentWork) -> Response {
    match sent.answers().await {
        Ok(fields) => {
            let asked = cleaned(visit.query.clone()).into_iter();
            answer(&visit, asked.chain(fields).collect()).await
        }
        Err(fault) => in_frame(NOT_SUBMITTED, fault),
    }
}

async fn answer(visit: &Visit, fields: Vec<Field>) -> Response {
    let id = assignment_id(&fields).map(str::to_owned);
    let page = match (id, visit.site.submit_through) {
        (Err(fault), _) => Err(fault),
        (Ok(id), SubmitThrough::Post) => {
            hand_in(visit, &id, fields, None).await.and_then(|()| told(id, None))
        }
        (Ok(id), SubmitThrough::Frame) => {
            let handed = serde_json::to_string(&fields);
            let handed = handed.map_err(|e| Fault::Service(e.to_string()));
            handed.and_then(|handed| told(id, Some(handed.replace('<', "\\u003c"))))
        }
    };
    page.unwrap_or_else(|fault| in_frame(NOT_SUBMITTED, fault))
}

fn told(assignment_id: String, handed: Option<String>) -> Page {
    Ok(framed(html(&Framed { assignment_id, handed, ..Framed::default() })?))
}

/// The last one that is not empty: the body's before the query's.
fn assignment_id(fields: &[Field]) -> Result<&str, Fault> {
    let named = fields.iter().rev().find(|(name, id)| name == "assignmentId" && !id.is_empty());
    match named {
        Some((_, id)) if id == NOT_AVAILABLE => Err(Fault::worker(
            "PreviewOnly",
            "There was a problem submitting your results for this HIT. This is a preview: you \
             must accept the HIT before you can submit the results.",
        )),
        Some((_, id)) => Ok(id),
        None => Err(Fault::worker(
            "NoAssignmentId",
            "There was a problem submitting your results for this HIT. The page did not say which \
             assignment it is about.",
        )),
    }
}

/// Hands in what a page posted; if a worker is named, only that worker's own.
///
/// # Errors
/// The worker site's refusals.
pub async fn hand_in(
    visit: &Visit,
    assignment_id: &str,
    fields: Vec<Field>,
    worker_id: Option<String>,
) -> Result<(), Fault> {
    let question = open_question(visit, assignment_id, worker_id.clone()).await?;
    let repeated = visit.site.repeated;
    let (question, answer) = compute(move || {
        let answer = answers::write_posted(&question, &fields, repeated);
        (question, answer)
    })
    .await?;
    let asked = Arc::new((assignment_id.to_owned(), worker_id, question, answer?));
    let handed = visit.act(move |turn| {
        let asked = Arc::clone(&asked);
        Box::pin(async move {
            let (id, worker_id, question, answer) = &*asked;
            let taken = open_acceptance(turn, id, worker_id.as_deref()).await?;
            let mut hit = hits::by_key(&mut turn.tx, taken.hit_key).await?;
            check_question(&hit, question)?;
            let at = turn.now;
            submit::submit(turn, &mut hit, taken, answer.clone(), at).await?;
            Ok(())
        })
    });
    handed.await
}

/// The question that an assignment answers, before what was posted for it is read.
///
/// # Errors
/// The worker site's refusals.
pub async fn open_question(
    visit: &Visit,
    assignment_id: &str,
    worker_id: Option<String>,
) -> Result<String, Fault> {
    let asked = Arc::new((assignment_id.to_owned(), worker_id));
    let found = visit.read(move |turn| {
        let asked = Arc::clone(&asked);
        Box::pin(async move { submit::open_question(turn, &asked.0, asked.1.as_deref()).await })
    });
    found.await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_do_not_matter_at_either_end() {
        for (path, is) in [
            ("/mturk/externalSubmit", true),
            ("//mturk/externalSubmit", true),
            ("/mturk/externalSubmit/", true),
            ("/mturk/externalSubmit/x", false),
            ("/x/mturk/externalSubmit", false),
            ("/mturk//externalSubmit", false),
            ("mturk/externalSubmit", false),
            ("/mturk/externalsubmit", false),
        ] {
            assert_eq!(is_external_submit(path), is, "{path}");
        }
    }

    #[test]
    fn the_assignment_is_named_once_and_spelled_so() {
        let fields = |pairs: &[(&str, &str)]| -> Vec<Field> {
            pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
        };
        let found = fields(&[("assignmentId", "3A"), ("x", "y"), ("assignmentId", "")]);
        assert_eq!(assignment_id(&found), Ok("3A"));
        for (pairs, code) in [
            (&[][..], "NoAssignmentId"),
            (&[("assignmentid", "3A")], "NoAssignmentId"),
            (&[("assignmentId", NOT_AVAILABLE)], "PreviewOnly"),
        ] {
            let refused = assignment_id(&fields(pairs)).unwrap_err();
            assert!(refused.to_string().starts_with(code), "{refused}");
        }
    }
}
