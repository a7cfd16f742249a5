//! `/mturk/externalSubmit`: where pages in a frame post their work.
//!
//! Facts: documentation of `ExternalQuestion`; how the closed site took work, from a public
//! script and reports of its users.

use std::sync::Arc;

use axum::response::Response;

use crate::actions::assignment::{self, check_question, open_acceptance};
use crate::engine::compute;
use crate::fault::{Code, Fault};
use crate::rules::frame::NOT_AVAILABLE;
use crate::rules::posted::Field;
use crate::rules::question::{Question, answers};
use crate::site::frame::{self, Framed};
use crate::site::state::SubmitThrough;
use crate::site::visit::Visit;
use crate::store::hits::{self, Hit};
use crate::web::question::read;
use crate::web::sent::{SentWork, cleaned};

/// By a link or a form without a method; documents of 2014 and before show it so.
pub async fn get(visit: Arc<Visit>) -> Response {
    submit(&visit, Vec::new()).await.unwrap_or_else(not_submitted)
}

/// By a form.
pub async fn post(visit: Arc<Visit>, sent: SentWork) -> Response {
    let submitted = async { submit(&visit, sent.answers().await?).await };
    submitted.await.unwrap_or_else(not_submitted)
}

fn not_submitted(fault: Fault) -> Response {
    frame::refused("Not submitted", fault)
}

/// Submits the fields of the query, and those of the body behind them.
async fn submit(visit: &Visit, body: Vec<Field>) -> Result<Response, Fault> {
    let fields: Vec<Field> = cleaned(visit.query.clone()).into_iter().chain(body).collect();
    let assignment_id = assignment_id(&fields)?.to_owned();
    let fields = match visit.site.options.submit_through {
        SubmitThrough::Post => {
            submit_fields(visit, &assignment_id, fields, None).await?;
            None
        }
        SubmitThrough::Frame => {
            let json = compute(move || {
                serde_json::to_string(&fields).map(|json| json.replace('<', "\\u003c"))
            });
            Some(json.await?.map_err(|e| Fault::Service(e.to_string()))?)
        }
    };
    Ok(Framed { assignment_id, fields, ..Framed::default() }.answer())
}

/// The assignment that posted fields name: the last one that is not empty, so that the body's comes
/// before the query's.
///
/// # Errors
/// None is named, or that of a preview.
pub fn assignment_id(fields: &[Field]) -> Result<&str, Fault> {
    let named = fields.iter().rev().find(|(name, id)| name == "assignmentId" && !id.is_empty());
    match named {
        Some((_, id)) if id == NOT_AVAILABLE => Err(Fault::refused(
            Code::PreviewOnly,
            "There was a problem submitting your results for this HIT. This is a preview: you \
             must accept the HIT before you can submit the results.",
        )),
        Some((_, id)) => Ok(id),
        None => Err(Fault::refused(
            Code::NoAssignmentId,
            "There was a problem submitting your results for this HIT. The page did not say which \
             assignment it is about.",
        )),
    }
}

/// Submits what a page posted; if a worker is named, only that worker's own.
///
/// # Errors
/// The worker site's refusals.
pub async fn submit_fields(
    visit: &Visit,
    assignment_id: &str,
    fields: Vec<Field>,
    worker_id: Option<String>,
) -> Result<(), Fault> {
    let hit = open_hit(visit, assignment_id, worker_id.clone()).await?;
    // The page around a frame is this server's own.
    let is_foreign = worker_id.is_none() && !visit.may_submit_html(&hit.requester_id);
    if is_foreign && matches!(read(&hit)?, Question::Html(_)) {
        let why = "A page of another site posted this work, and only the frame of the HIT may.";
        return Err(Fault::refused(Code::NotFromFrame, why));
    }
    let (question, repeated) = (hit.question, visit.site.options.repeated);
    let (question, answer) = compute(move || {
        let answer = answers::write_posted(&question, &fields, repeated);
        (question, answer)
    })
    .await?;
    let input = (assignment_id.to_owned(), worker_id, question, answer?);
    visit
        .write(input, |turn, (id, worker_id, question, answer)| {
            Box::pin(async move {
                let taken = open_acceptance(turn, id, worker_id.as_deref()).await?;
                let mut hit = hits::by_key(&mut turn.tx, taken.hit_key).await?;
                check_question(&hit, question)?;
                let at = turn.now;
                assignment::submit(turn, &mut hit, taken, answer.clone(), at).await?;
                Ok(())
            })
        })
        .await
}

/// The HIT of an assignment, before what was posted for it is read.
///
/// # Errors
/// The worker site's refusals.
pub async fn open_hit(
    visit: &Visit,
    assignment_id: &str,
    worker_id: Option<String>,
) -> Result<Hit, Fault> {
    let input = (assignment_id.to_owned(), worker_id);
    visit
        .read(input, |turn, (assignment_id, worker_id)| {
            Box::pin(assignment::open_hit(turn, assignment_id, worker_id.as_deref()))
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

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
