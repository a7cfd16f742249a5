//! The question of a HIT on a page: a frame, or a form of our own.

use askama::Template;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};

use crate::fault::{Code, Fault};
use crate::rules::frame::{FrameParameters, form_targets, local, task_address, with_script};
use crate::rules::question::filling::Filling;
use crate::rules::question::{HtmlQuestion, Question, QuestionForm, parse};
use crate::store::hits::Hit;
use crate::web::page::render;
use crate::web::question_form::{Use, render_form};

/// What a page of the requester's own may do: all but to leave its frame.
///
/// The service used a sandbox too (source: documentation of `ExternalQuestion`). Assumed: which
/// words; public pages open windows, ask before they are left, and use their own storage.
const OWN_PAGE: &str = "allow-scripts allow-forms allow-same-origin allow-popups \
    allow-popups-to-escape-sandbox allow-modals allow-downloads";

/// What HTML that came with a HIT may do: it has no origin, so it reaches nothing of this server's
/// but what anybody reaches. Dialogs are off, since an endless one would lock the page around it.
const HTML: &str = "allow-scripts allow-forms allow-popups allow-popups-to-escape-sandbox \
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
#[derive(Debug)]
pub struct Frame {
    /// The kind of the question, as the JSON of pages names it.
    pub kind: &'static str,
    /// The address that it loads.
    pub src: String,
    /// The height in pixels; 0 fits it to the window.
    pub height: u32,
    /// What the page may do.
    pub sandbox: &'static str,
}

impl Frame {
    /// The frame of a HIT's question; none for a form.
    pub fn of(question: &Question, parameters: &FrameParameters<'_>) -> Option<Self> {
        let src = task_address(question, parameters)?;
        let (kind, height, sandbox) = match question {
            Question::External(page) => ("ExternalURL", page.frame_height, OWN_PAGE),
            Question::Html(page) => ("HTMLQuestion", page.frame_height, HTML),
            Question::Form(_) => return None,
        };
        Some(Self { kind, src, height, sandbox })
    }

    /// The frame as HTML.
    pub fn html(self) -> Result<String, Fault> {
        render(&Shown { frame: Some(self), form: "", action: "" })
    }
}

/// A form of the market's own within the element that posts it to `action`; without one in a
/// preview, where `action` is empty.
pub fn posted_form(form: &str, action: &str) -> Result<String, Fault> {
    render(&Shown { frame: None, form, action })
}

/// A form of the market's own, as nobody has filled it in: of a HIT at work, of a preview, or of a
/// test.
pub fn blank_form(form: &QuestionForm, at_work: bool) -> String {
    let purpose = if at_work { Use::Work } else { Use::Preview };
    render_form(form, &Filling::default(), &[], purpose)
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

/// HTML that came with a HIT, as the page of a frame: without an origin, whatever frame holds it.
/// `submit_to` is this server's address, without a slash at its end.
pub fn document(question: &HtmlQuestion, submit_to: &str) -> Result<Response, Fault> {
    page(question, local(&question.content, submit_to).into_owned(), submit_to)
}

/// The same with a script that tells the page around the frame what goes wrong in it, for the
/// strip of [`crate::web::strip`]. `lines_before` stand before what the requester wrote; none if
/// its lines are not known.
pub fn reporting_document(
    question: &HtmlQuestion,
    submit_to: &str,
    lines_before: Option<usize>,
) -> Result<Response, Fault> {
    let before = match lines_before {
        Some(0) => String::new(),
        Some(lines) => format!(" data-before=\"{lines}\""),
        None => " data-before=\"unknown\"".to_owned(),
    };
    let script = format!("<script src=\"/assets/report.js\"{before}></script>");
    let html = with_script(&local(&question.content, submit_to), &script);
    page(question, html, submit_to)
}

fn page(question: &HtmlQuestion, html: String, submit_to: &str) -> Result<Response, Fault> {
    let policy = HeaderValue::from_str(&policy(&question.content, submit_to));
    let policy = policy.map_err(|e| Fault::Service(e.to_string()))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, with_script(&html, &closed_sites(submit_to))).into_response())
}

/// What leads to this server what a script sends to the closed service.
fn closed_sites(submit_to: &str) -> String {
    format!("<script src=\"/assets/closed-sites.js\" data-submit-to=\"{submit_to}\"></script>")
}

/// No origin, no other frame around it, and forms that post here or to the targets in their tags.
fn policy(html: &str, submit_to: &str) -> String {
    let targets: Vec<&str> = form_targets(html).into_iter().collect();
    let targets = targets.join(" ");
    let forms = format!("form-action 'self' {submit_to} {targets}");
    format!("sandbox {HTML}; frame-ancestors 'self'; {}", forms.trim_end())
}
