//! The question of a HIT on a page of the site.

use crate::fault::Fault;
use crate::rules::frame::{Accepted, FrameParameters};
use crate::rules::frame_address::Shown;
use crate::rules::frame_host::FrameHosts;
use crate::rules::question::Question;
use crate::site::visit::Visit;
use crate::store::acceptances::Acceptance;
use crate::store::hits::Hit;
use crate::web::frames::Frames;
use crate::web::question::{self, Frame, blank_form, read};
use crate::web::strip;

/// The parameters of a frame of a HIT.
fn parameters<'a>(
    visit: &'a Visit,
    hit: &'a Hit,
    taken: Option<&'a Acceptance>,
) -> FrameParameters<'a> {
    let accepted = taken.map(|taken| Accepted {
        assignment_id: &taken.assignment_id,
        worker_id: &taken.worker_id,
        submit_to: &visit.submit_to,
    });
    FrameParameters { hit_id: &hit.id, accepted }
}

fn html_of(visit: &Visit, hit: &Hit, taken: Option<&Acceptance>) -> Shown {
    match taken {
        Some(taken) => Shown::Work { assignment_id: taken.assignment_id.clone() },
        None => Shown::Preview { hit_id: hit.id.clone(), worker_id: visit.worker_id.clone() },
    }
}

/// The frame of a HIT's question for a program, which may know no other name of this server; none
/// for a form.
///
/// # Errors
/// The database failed.
pub fn plain_frame(
    visit: &Visit,
    hit: &Hit,
    question: &Question,
    taken: Option<&Acceptance>,
) -> Result<Option<Frame>, Fault> {
    let frames = Frames { hosts: &FrameHosts::default(), ..visit.frames()? };
    let parameters = parameters(visit, hit, taken);
    Ok(frames.of(question, &hit.requester_id, html_of(visit, hit, taken), &parameters))
}

/// The question as HTML.
///
/// # Errors
/// The HIT has no question that could be shown.
pub async fn shown(visit: &Visit, hit: &Hit, taken: Option<&Acceptance>) -> Result<String, Fault> {
    let (question, frames) = (read(hit)?, visit.frames()?);
    let parameters = parameters(visit, hit, taken);
    let frame = frames.of(&question, &hit.requester_id, html_of(visit, hit, taken), &parameters);
    let has_origin = frame.as_ref().is_some_and(|frame| frame.has_origin);
    let html = match (&question, frame) {
        (_, Some(frame)) => frame.html(),
        (Question::Form(form), _) => {
            posted_form(visit, hit, taken, &blank_form(form, taken.is_some()))
        }
        (_, None) => Ok(String::new()),
    }?;
    if !visit.site.is_open {
        return Ok(html);
    }
    Ok(html + &strip::folded(question, hit.question.len(), has_origin).await?)
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
