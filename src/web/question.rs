//! The question of a HIT on a page: a frame, or a form of our own.

use askama::Template;

use crate::fault::Fault;
use crate::rules::frame::{AtWork, Told, task_address};
use crate::rules::question::filling::{Filling, Problem};
use crate::rules::question::{Question, QuestionForm, parse};
use crate::store::acceptances::Acceptance;
use crate::store::hits::Hit;
use crate::web::form::{Use, render_form};
use crate::web::visit::Visit;

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

struct Frame {
    src: String,
    sandbox: &'static str,
    height: u32,
}

/// The address that the frame loads; none for a form.
pub fn address(
    visit: &Visit,
    hit: &Hit,
    question: &Question,
    taken: Option<&Acceptance>,
) -> Option<String> {
    let at_work = taken.map(|taken| AtWork {
        assignment_id: &taken.assignment_id,
        worker_id: &taken.worker_id,
        submit_to: &visit.submit_to,
    });
    task_address(question, &Told { hit_id: &hit.id, at_work })
}

/// The question as HTML.
///
/// # Errors
/// The HIT has no question that could be shown.
pub fn shown(visit: &Visit, hit: &Hit, taken: Option<&Acceptance>) -> Result<String, Fault> {
    let question = read(hit)?;
    let src = address(visit, hit, &question, taken).unwrap_or_default();
    let frame = match &question {
        Question::External(page) => Frame { src, sandbox: OWN_PAGE, height: page.frame_height },
        Question::Html(page) => Frame { src, sandbox: HTML, height: page.frame_height },
        Question::Form(form) => {
            return drawn(visit, hit, taken, &render(form, taken.is_some()));
        }
    };
    page(&Shown { frame: Some(frame), form: "", action: "" })
}

/// The form of the HIT once more, with what was filled in and what is wrong with it.
///
/// # Errors
/// The page cannot be written.
pub fn shown_again(
    visit: &Visit,
    hit: &Hit,
    taken: &Acceptance,
    form: &QuestionForm,
    (values, problems): (&Filling, &[Problem]),
) -> Result<String, Fault> {
    drawn(visit, hit, Some(taken), &render_form(form, values, problems, Use::Work).0)
}

/// A piece of a page in the form that posts it, once the HIT is accepted.
fn drawn(
    visit: &Visit,
    hit: &Hit,
    taken: Option<&Acceptance>,
    piece: &str,
) -> Result<String, Fault> {
    let action = taken.map_or_else(String::new, |taken| {
        let (group, id) = (&hit.hit_type.group_id, &taken.assignment_id);
        let auto = if visit.is_on("auto_accept") { "&auto_accept=true" } else { "" };
        format!("/projects/{group}/tasks/{}/submit?assignment_id={id}{auto}", hit.id)
    });
    page(&Shown { frame: None, form: piece, action: &action })
}

fn page(shown: &Shown<'_>) -> Result<String, Fault> {
    shown.render().map_err(|e| Fault::Service(e.to_string()))
}

/// The question of a HIT.
///
/// # Errors
/// It is none: a HIT of a world may come without.
pub fn read(hit: &Hit) -> Result<Question, Fault> {
    parse(&hit.question).map_err(|why| {
        Fault::worker("NoQuestion", format!("This HIT has no question that can be shown. {why}"))
    })
}

/// A form of the market's own, as nobody has filled it in: of a HIT at work, of a preview, or of a
/// test.
pub fn render(form: &QuestionForm, at_work: bool) -> String {
    let purpose = if at_work { Use::Work } else { Use::Preview };
    render_form(form, &Filling::default(), &[], purpose).0
}
