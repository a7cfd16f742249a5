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
    remarks: &'a [Remark],
    is_open: bool,
    /// What stands for reports of the browser as long as there is none.
    no_reports: &'static str,
}

/// The strip as HTML.
pub fn html(question: &Question, remarks: &[Remark], fold: Fold) -> Result<String, Fault> {
    let no_reports = match question {
        Question::Html(_) => "Nothing went wrong so far.",
        Question::External(_) => {
            "The page is another site's, so the browser's console alone tells of errors in it."
        }
        Question::Form(_) => "A form has no scripts of its own.",
    };
    render(&Strip { remarks, is_open: fold == Fold::Open, no_reports })
}
