//! The question of a HIT on a page of the site.

use crate::fault::Fault;
use crate::rules::frame::{Accepted, FrameParameters};
use crate::rules::question::Question;
use crate::site::visit::Visit;
use crate::store::acceptances::Acceptance;
use crate::store::hits::Hit;
use crate::web::question::{self, Frame, blank_form, read};
use crate::web::strip;

/// The frame of a HIT's question; none for a form.
pub fn frame(
    visit: &Visit,
    hit: &Hit,
    question: &Question,
    taken: Option<&Acceptance>,
) -> Option<Frame> {
    let accepted = taken.map(|taken| Accepted {
        assignment_id: &taken.assignment_id,
        worker_id: &taken.worker_id,
        submit_to: &visit.submit_to,
    });
    Frame::of(question, &FrameParameters { hit_id: &hit.id, accepted })
}

/// The question as HTML.
///
/// # Errors
/// The HIT has no question that could be shown.
pub async fn shown(visit: &Visit, hit: &Hit, taken: Option<&Acceptance>) -> Result<String, Fault> {
    let question = read(hit)?;
    let html = match (&question, frame(visit, hit, &question, taken)) {
        (_, Some(frame)) => frame.html(),
        (Question::Form(form), _) => {
            posted_form(visit, hit, taken, &blank_form(form, taken.is_some()))
        }
        (_, None) => Ok(String::new()),
    }?;
    if !visit.site.is_open {
        return Ok(html);
    }
    Ok(html + &strip::of_hit(hit, question).await?)
}

/// A form of the market's own within the element that posts it, once the HIT is accepted.
pub fn posted_form(
    visit: &Visit,
    hit: &Hit,
    taken: Option<&Acceptance>,
    form: &str,
) -> Result<String, Fault> {
    let action = taken.map_or_else(String::new, |taken| {
        let (group, id, auto) = (&hit.hit_type.group_id, &taken.assignment_id, visit.auto_accept());
        format!("/projects/{group}/tasks/{}/submit?assignment_id={id}{auto}", hit.id)
    });
    question::posted_form(form, &action)
}
