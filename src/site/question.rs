//! The question of a HIT on a page: a frame, or a form of our own.

use askama::Template;

use crate::fault::{Code, Fault};
use crate::rules::frame::{Accepted, FrameParameters, task_address};
use crate::rules::question::filling::Filling;
use crate::rules::question::{Question, QuestionForm, parse};
use crate::site::form::{Use, render_form};
use crate::site::page;
use crate::site::visit::Visit;
use crate::store::acceptances::Acceptance;
use crate::store::hits::Hit;

/// What a page of the requester's own may do: all but to leave its frame.
///
/// The service used a sandbox too (source: documentation of `ExternalQuestion`). Assumed: which
/// words; public pages open windows, ask before they are left, and use their own storage.
const OWN_PAGE: &str = "allow-scripts allow-forms allow-same-origin allow-popups \
    allow-popups-to-escape-sandbox allow-modals allow-downloads";

/// What HTML that came with a HIT may do: it has no origin, so it reaches nothing of this server's
/// but what anybody reaches. Dialogs are off, since an endless one would lock the page around it.
pub const HTML: &str = "allow-scripts allow-forms allow-popups allow-popups-to-escape-sandbox \
    allow-downloads";

#[derive(Template)]
#[template(path = "question.html")]
struct Shown<'a> {
    frame: Option<Frame>,
    form: &'a str,
    /// Where the form is posted to; empty in a preview.
    action: &'a str,
}

/// A frame with a page.
pub struct Frame {
    /// The kind of the question, as the JSON of pages names it.
    pub kind: &'static str,
    /// The address that it loads.
    pub src: String,
    /// The height in pixels; 0 fits it to the window.
    pub height: u32,
    sandbox: &'static str,
}

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
    let src = task_address(question, &FrameParameters { hit_id: &hit.id, accepted })?;
    let (kind, height, sandbox) = match question {
        Question::External(page) => ("ExternalURL", page.frame_height, OWN_PAGE),
        Question::Html(page) => ("HTMLQuestion", page.frame_height, HTML),
        Question::Form(_) => return None,
    };
    Some(Frame { kind, src, height, sandbox })
}

/// The question as HTML.
///
/// # Errors
/// The HIT has no question that could be shown.
pub fn shown(visit: &Visit, hit: &Hit, taken: Option<&Acceptance>) -> Result<String, Fault> {
    let question = read(hit)?;
    if let Question::Form(form) = &question {
        return posted_form(visit, hit, taken, &render(form, taken.is_some()));
    }
    let frame = frame(visit, hit, &question, taken);
    page::render(&Shown { frame, form: "", action: "" })
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
    page::render(&Shown { frame: None, form, action: &action })
}

/// The question of a HIT.
///
/// # Errors
/// It is none: a HIT of a world may come without.
pub fn read(hit: &Hit) -> Result<Question, Fault> {
    parse(&hit.question).map_err(|why| {
        Fault::refused(
            Code::NoQuestion,
            format!("This HIT has no question that can be shown. {why}"),
        )
    })
}

/// A form of the market's own, as nobody has filled it in: of a HIT at work, of a preview, or of a
/// test.
pub fn render(form: &QuestionForm, at_work: bool) -> String {
    let purpose = if at_work { Use::Work } else { Use::Preview };
    render_form(form, &Filling::default(), &[], purpose)
}
