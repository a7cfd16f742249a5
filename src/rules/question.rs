//! Question XML: what a requester sends as the body of a HIT, read and checked.
//!
//! Three structures exist: a page on the requester's own site (`ExternalQuestion`), a page sent
//! along (`HTMLQuestion`) and a form that the marketplace draws itself (`QuestionForm`).
//! Source: the Requester API Reference, "Question and Answer Data", and the XSD of each structure.

mod entities;
mod formatted;
mod guard;
mod html5;
mod located_error;
mod markup;
mod namespaces;
mod pages;
mod xml;

pub mod answers;
pub mod columns;
pub mod content;
pub mod fields;
pub mod filling;
pub mod form;
pub mod key;
pub mod layout;
pub mod pattern;
pub mod remarks;
pub mod sample;
pub mod specification;
pub mod visible_text;

pub use form::QuestionForm;
pub use html5::HtmlError;
pub use located_error::LocatedError;
pub(in crate::rules) use pages::document as page_document;
pub use pages::{ExternalQuestion, HtmlQuestion, host as web_host};

use crate::fault::{Code, Fault};
use xml::Element;

/// The longest question document, in bytes, white space included.
///
/// Source: `CreateHIT`, parameter `Question`: at most 65,535 bytes.
pub const MAX_BYTES: usize = 65_535;

/// The longest question document that is shown to workers, in bytes. Batches and world files may
/// have longer ones than the API takes. Assumed: so long.
pub const MAX_STORED_BYTES: usize = 2 << 20;

/// What a worker is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// A page on the requester's own site, shown in a frame.
    External(ExternalQuestion),
    /// A page whose HTML came with the HIT, shown in a frame.
    Html(HtmlQuestion),
    /// A form drawn by the marketplace.
    Form(QuestionForm),
}

/// Why a question document is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuestionFault {
    /// The document has more than [`MAX_STORED_BYTES`] bytes, or [`MAX_BYTES`] where it came by the
    /// API.
    #[error("The document is too long.")]
    TooLong,
    /// The document has no character at all.
    #[error("The document is empty.")]
    Empty,
    /// The document is not XML, or not of a structure that the service knows.
    #[error(transparent)]
    Malformed(#[from] LocatedError),
}

/// Why the API takes no question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The document is too long, or cannot be read.
    Document(QuestionFault),
    /// It has this character, outside of the Basic Multilingual Plane.
    Character(char),
    /// Its page is not HTML5.
    Html {
        /// Where and why, at least once.
        errors: Vec<HtmlError>,
        /// The page.
        page: String,
    },
}

impl From<Refused> for Fault {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Document(fault) => unreadable(fault),
            Refused::Character(_) => Self::invalid_unnamed_value("QuestionXML"),
            Refused::Html { errors, page } => html5::refusal(&errors, &page),
        }
    }
}

/// Checks the question of a new HIT, as its requester sent it.
///
/// # Errors
/// Why the API takes it not; of several reasons the first.
pub fn check(xml: &str) -> Result<(), Refused> {
    if xml.len() > MAX_BYTES {
        return Err(Refused::Document(QuestionFault::TooLong));
    }
    let question = parse(xml).map_err(Refused::Document)?;
    check_characters(xml)?;
    let Question::Html(HtmlQuestion { content: page, .. }) = question else { return Ok(()) };
    let errors = html5::errors(&page, &|_| true);
    if errors.is_empty() { Ok(()) } else { Err(Refused::Html { errors, page }) }
}

/// Whether the text has only characters of the Basic Multilingual Plane: an emoji is refused, and
/// its numeric reference passes. Recorded, with the sentence.
fn check_characters(text: &str) -> Result<(), Refused> {
    match text.chars().find(|character| *character > '\u{ffff}') {
        Some(character) => Err(Refused::Character(character)),
        None => Ok(()),
    }
}

/// The service's sentence on question documents, with our details behind it.
pub fn unreadable(fault: QuestionFault) -> Fault {
    match fault {
        QuestionFault::TooLong => {
            Fault::parameter("Your request parameter Question has a maximum length of 65535.")
        }
        fault => Fault::refused(
            match &fault {
                QuestionFault::Malformed(error) if error.in_xhtml => Code::XhtmlParseError,
                _ => Code::XmlParseError,
            },
            format!(
                "There was an error parsing the XML question or answer data in your request.  \
                 Please make sure the data is well-formed and validates against the appropriate \
                 schema. Details: {fault}"
            ),
        ),
    }
}

/// Reads a question document and checks it as the service's schemas do.
///
/// White space and a byte order mark before the XML declaration are accepted: clients send them.
pub fn parse(xml: &str) -> Result<Question, QuestionFault> {
    read(xml, MAX_STORED_BYTES, question)
}

fn read<T>(
    xml: &str,
    most: usize,
    reader: impl FnOnce(Element<'_>) -> Result<T, LocatedError>,
) -> Result<T, QuestionFault> {
    match xml.len() {
        0 => Err(QuestionFault::Empty),
        length if length > most => Err(QuestionFault::TooLong),
        _ => Ok(xml::read(xml, reader)?),
    }
}

fn question(root: Element<'_>) -> Result<Question, LocatedError> {
    match root.name() {
        "ExternalQuestion" => pages::external(root).map(Question::External),
        "HTMLQuestion" => pages::html(root).map(Question::Html),
        "QuestionForm" => form::read(root).map(Question::Form),
        _ => Err(root.unexpected("ExternalQuestion, HTMLQuestion or QuestionForm")),
    }
}

#[cfg(test)]
mod tests;
