//! The strip for the requester below a question: remarks on the document, and what the browser
//! reports.

use askama::Template;

use crate::engine::compute;
use crate::fault::Fault;
use crate::rules::question::Question;
use crate::rules::question::remarks::{self, Remark};
use crate::web::page::render;

/// Longer documents are not checked while somebody waits for the page.
const MOST_CHECKED: usize = 256 << 10;

/// Whether the strip shows what is in it at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fold {
    /// A click opens it.
    Folded,
    /// It does.
    Open,
}

#[derive(Template)]
#[template(path = "strip.html")]
struct Strip<'a> {
    /// None of a document that is too long to be checked.
    remarks: Option<&'a [Remark]>,
    count: usize,
    is_open: bool,
    /// What stands for reports of the browser as long as there is none.
    no_reports: &'static str,
}

/// The strip below a question of so many bytes, folded. HTML may have an origin in its frame.
///
/// # Errors
/// The server stops.
pub async fn folded(question: Question, bytes: usize, has_origin: bool) -> Result<String, Fault> {
    let is_short = bytes <= MOST_CHECKED;
    let strip = compute(move || {
        let remarks = is_short.then(|| {
            let mut remarks = remarks::of(&question);
            add_origin(&mut remarks, &question, has_origin);
            remarks
        });
        html(&question, remarks.as_deref(), Fold::Folded)
    });
    strip.await?
}

/// Adds what will not work with the origin that HTML has in its frame, or without one.
pub fn add_origin(remarks: &mut Vec<Remark>, question: &Question, has_origin: bool) {
    if let Question::Html(page) = question
        && let Some(remark) = remarks::of_origin(&page.content, has_origin)
    {
        remarks.insert(0, remark);
    }
}

/// The strip as HTML; without remarks of a document that was not checked.
pub fn html(question: &Question, remarks: Option<&[Remark]>, fold: Fold) -> Result<String, Fault> {
    let no_reports = match question {
        Question::Html(_) => "Nothing went wrong so far.",
        Question::External(_) => {
            "The page is on another site, so its errors are in the browser's console only. A form \
             in it that posts to www.mturk.com gets lost: let it post to the parameter \
             turkSubmitTo, or let the browser find this server under Amazon's names, by TLS."
        }
        Question::Form(_) => "A form has no scripts of its own.",
    };
    let count = remarks.map_or(0, <[Remark]>::len);
    render(&Strip { remarks, count, is_open: fold == Fold::Open, no_reports })
}
