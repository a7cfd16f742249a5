//! The question of a HIT on a page: a frame, or a form of our own.

use askama::Template;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};

use crate::fault::{Code, Fault};
use crate::rules::frame::{FrameParameters, address, form_targets, local, with_script};
use crate::rules::frame_address::OwnOrigin;
use crate::rules::question::filling::Filling;
use crate::rules::question::{ExternalQuestion, Question, QuestionForm, parse};
use crate::store::hits::Hit;
use crate::web::page::render;
use crate::web::question_form::{Use, render_form};

/// What a page of the requester's own may do: all but to leave its frame.
///
/// The service used a sandbox too (source: documentation of `ExternalQuestion`). Assumed: which
/// words; public pages open windows, ask before they are left, and use their own storage.
const OWN_PAGE: &str = "allow-scripts allow-forms allow-same-origin allow-popups \
    allow-popups-to-escape-sandbox allow-modals allow-downloads";

/// What HTML that came with a HIT may do with an origin of its own, which is no origin of ours.
const WITH_ORIGIN: &str = OWN_PAGE;

/// What it may do without one: it reaches nothing of this server's but what anybody reaches.
/// Dialogs are off: they would carry the name of this server.
const WITHOUT_ORIGIN: &str = "allow-scripts allow-forms allow-popups \
    allow-popups-to-escape-sandbox allow-downloads";

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
    /// Whether it has an origin.
    pub has_origin: bool,
}

impl Frame {
    /// The frame of a page of the requester's own.
    pub fn of_page(page: &ExternalQuestion, parameters: &FrameParameters<'_>) -> Self {
        let src = address(&page.url, parameters);
        Self {
            kind: "ExternalURL",
            src,
            height: page.frame_height,
            sandbox: OWN_PAGE,
            has_origin: true,
        }
    }

    /// The frame of HTML that came with a HIT.
    pub fn of_html(frame_height: u32, src: String, has_origin: bool) -> Self {
        let sandbox = if has_origin { WITH_ORIGIN } else { WITHOUT_ORIGIN };
        Self { kind: "HTMLQuestion", src, height: frame_height, sandbox, has_origin }
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

/// HTML that came with a HIT, as the page of a frame. Whatever frame holds it, it has the origin of
/// `own`, or none.
#[derive(Debug)]
pub struct Document<'a> {
    /// It.
    pub html: &'a str,
    /// Where its forms post to: an origin, without a slash at its end.
    pub submit_to: &'a str,
    /// Its own origin.
    pub own: Option<&'a OwnOrigin>,
    /// The lines that stand before what the requester wrote, if a script is to tell the page around
    /// what goes wrong in it, for the strip of [`crate::web::strip`].
    pub reports: Option<Lines>,
}

/// How many lines stand before what the requester wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// So many.
    Known(usize),
    /// Nobody knows.
    Unknown,
}

impl Document<'_> {
    /// The answer.
    ///
    /// # Errors
    /// An address in it is no part of a header.
    pub fn answer(&self) -> Result<Response, Fault> {
        let html = with_script(&local(self.html, self.submit_to), &self.scripts());
        let policy = HeaderValue::from_str(&self.policy());
        let policy = policy.map_err(|e| Fault::Service(e.to_string()))?;
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
            (header::CONTENT_SECURITY_POLICY, policy),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        Ok((headers, html).into_response())
    }

    /// What leads to this server what a script sends to the closed service, and what reports.
    fn scripts(&self) -> String {
        let to = self.submit_to;
        let sites =
            format!("<script src=\"/assets/closed-sites.js\" data-submit-to=\"{to}\"></script>");
        let before = match self.reports {
            None => return sites,
            Some(Lines::Known(0)) => String::new(),
            Some(Lines::Known(lines)) => format!(" data-before=\"{lines}\""),
            Some(Lines::Unknown) => " data-before=\"unknown\"".to_owned(),
        };
        format!("{sites}<script src=\"/assets/report.js\"{before}></script>")
    }

    /// No origin of ours, no other frame around it, and forms that post here or to the targets in
    /// their tags.
    fn policy(&self) -> String {
        let (sandbox, around) = match self.own {
            Some(own) => (WITH_ORIGIN, own.around.as_str()),
            None => (WITHOUT_ORIGIN, "'self'"),
        };
        let targets: Vec<&str> = form_targets(self.html).into_iter().collect();
        let forms = format!("form-action 'self' {} {}", self.submit_to, targets.join(" "));
        format!("sandbox {sandbox}; frame-ancestors {around}; {}", forms.trim_end())
    }
}
