//! The question of a HIT on a page: a frame, or a form of our own.

use askama::Template;

use crate::fault::Fault;
use crate::rules::frame::{AtWork, Told, address as joined, query};
use crate::rules::question::{Question, QuestionForm, parse};
use crate::store::acceptances::Acceptance;
use crate::store::hits::Hit;
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
    let submit_to = visit.submit_to();
    let at_work = taken.map(|taken| AtWork {
        assignment_id: &taken.assignment_id,
        worker_id: &taken.worker_id,
        submit_to: &submit_to,
    });
    let told = Told { hit_id: &hit.id, at_work };
    match question {
        Question::External(page) => Some(joined(&page.url, &told)),
        Question::Html(_) => Some(format!("/mturk/frame/{}?{}", hit.id, query(&told))),
        Question::Form(_) => None,
    }
}

/// The question as HTML.
///
/// # Errors
/// The HIT has no question that could be shown.
pub fn shown(visit: &Visit, hit: &Hit, taken: Option<&Acceptance>) -> Result<String, Fault> {
    let question = read(hit)?;
    let src = address(visit, hit, &question, taken).unwrap_or_default();
    let frame = match &question {
        Question::External(page) => {
            Some(Frame { src, sandbox: OWN_PAGE, height: page.frame_height })
        }
        Question::Html(page) => Some(Frame { src, sandbox: HTML, height: page.frame_height }),
        Question::Form(_) => None,
    };
    let form = match &question {
        Question::Form(form) => render(form, taken.map(|taken| taken.assignment_id.as_str())),
        _ => String::new(),
    };
    let shown = Shown { frame, form: &form }.render();
    shown.map_err(|e| Fault::Service(e.to_string()))
}

/// The question of a HIT.
///
/// # Errors
/// It is none: a HIT of a world may come without.
pub fn read(hit: &Hit) -> Result<Question, Fault> {
    parse(&hit.question).map_err(|why| {
        let message = format!("This HIT has no question that can be shown. {why}");
        Fault::Worker { code: "NoQuestion", message }
    })
}

/// A form of the market's own: of a HIT at work, of a preview, or of a test.
pub fn render(form: &QuestionForm, _assignment_id: Option<&str>) -> String {
    let count = form.questions().count();
    format!("<p class=\"note\">This is a form of {count} questions, which is not drawn.</p>")
}
