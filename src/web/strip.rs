//! The strip for the requester below a question: what the document tells, and what the browser
//! tells.

use askama::Template;

use crate::fault::Fault;
use crate::rules::question::Question;
use crate::rules::question::remarks::Remark;
use crate::web::page::render;

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
    /// None of a document that is too long to be looked at.
    remarks: Option<&'a [Remark]>,
    count: usize,
    is_open: bool,
    /// What stands for reports of the browser as long as there is none.
    no_reports: &'static str,
}

/// The strip as HTML; without remarks of a document that was not looked at.
pub fn html(question: &Question, remarks: Option<&[Remark]>, fold: Fold) -> Result<String, Fault> {
    let no_reports = match question {
        Question::Html(_) => "Nothing went wrong so far.",
        Question::External(_) => {
            "The page is another site's, so the browser's console alone tells of errors in it."
        }
        Question::Form(_) => "A form has no scripts of its own.",
    };
    let count = remarks.map_or(0, <[Remark]>::len);
    render(&Strip { remarks, count, is_open: fold == Fold::Open, no_reports })
}
