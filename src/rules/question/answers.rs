//! `QuestionFormAnswers`: what a worker answered, written and read.
//!
//! Source: `QuestionFormAnswers.xsd` of 2005-10-01, the only version, and the documentation of the
//! structure.

mod fields;
mod filled_form;

pub use fields::{Repeated, from_fields};
pub use filled_form::from_form;

use std::fmt::Write;

use super::xml::{self, Element, Flaw, trim};
use super::{Question, QuestionForm};
use crate::fault::Fault;
use crate::rules::text::is_xml;
use crate::shapes::answer::Given;

const NAMESPACE: &str = concat!(
    "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/",
    "2005-10-01/QuestionFormAnswers.xsd"
);

/// The longest answer document, in bytes. Assumed: the service set none that is known. Masks of
/// images, which stand in answers as PNG in base64, take some hundred KiB, the largest 3 MiB.
pub const MAX_BYTES: usize = 8 << 20;

/// The longest answer document of a qualification test, in bytes. Assumed. A test has at most
/// 65,535 itself.
pub const MAX_TEST_BYTES: usize = 256 << 10;

/// The answer document of a worker who gave these values for `question`.
///
/// A question of any other kind than a form takes fields, in the order in which they come.
///
/// # Errors
/// The question is a form that has no such question or choice.
pub fn write(question: &str, given: &Given) -> Result<String, AnswerFault> {
    write_to(form(question).as_ref(), given)
}

/// The question, if it is a form.
#[must_use]
pub fn form(question: &str) -> Option<QuestionForm> {
    if let Ok(Question::Form(form)) = super::parse(question) { Some(form) } else { None }
}

/// As [`write()`], for a question that is read already; without a form it is one of fields.
///
/// # Errors
/// As [`write()`].
pub fn write_to(form: Option<&QuestionForm>, given: &Given) -> Result<String, AnswerFault> {
    if let Some(form) = form {
        return from_form(form, &given.0);
    }
    let fields: Vec<(String, String)> = given
        .0
        .iter()
        .flat_map(|(name, texts)| texts.iter().map(move |text| (name.clone(), text.clone())))
        .collect();
    from_fields(&fields, Repeated::Join)
}

/// The answer document of a worker who posted these fields for `question`.
///
/// A form takes all values of one name together; reserved names are not part of its answer.
///
/// # Errors
/// The question is a form that has no such question or choice.
pub fn write_posted(
    question: &str,
    posted: &[(String, String)],
    repeated: Repeated,
) -> Result<String, AnswerFault> {
    let Ok(Question::Form(form)) = super::parse(question) else {
        return from_fields(posted, repeated);
    };
    let fields = posted.iter().filter(|(name, _)| !fields::is_reserved(name));
    let given: Vec<_> = fields.map(|(name, value)| (name.clone(), vec![value.clone()])).collect();
    from_form(&form, &given)
}

/// The answers to several questions, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QuestionFormAnswers(pub Vec<Answer>);

impl QuestionFormAnswers {
    /// The document; without any answer it is empty, as the structure must have one.
    ///
    /// # Errors
    /// [`AnswerFault::TooLong`].
    pub fn xml(&self) -> Result<String, AnswerFault> {
        let mut answers = String::new();
        for Answer { question_identifier, value } in &self.0 {
            answers.push_str("<Answer>");
            write_element("QuestionIdentifier", question_identifier, &mut answers);
            value.write(&mut answers);
            answers.push_str("</Answer>");
        }
        document(&answers)
    }
}

impl AnswerValue {
    fn write(&self, xml: &mut String) {
        match self {
            Self::FreeText(text) => write_element("FreeText", text, xml),
            Self::Selections { identifiers, other } => {
                for identifier in identifiers {
                    write_element("SelectionIdentifier", identifier, xml);
                }
                if let Some(text) = other {
                    write_element("OtherSelectionText", text, xml);
                }
            }
            Self::File { size, key } => {
                write_element("UploadedFileSizeInBytes", &size.to_string(), xml);
                write_element("UploadedFileKey", key, xml);
            }
        }
    }
}

/// The answer to one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The question, or the name of the field.
    pub question_identifier: String,
    /// What was answered.
    pub value: AnswerValue,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnswerValue {
    /// A text; every field of a page of the requester's own is one.
    FreeText(String),
    /// A choice, maybe of nothing.
    Selections {
        /// The identifiers of what was chosen.
        identifiers: Vec<String>,
        /// What was written into the field for something else.
        other: Option<String>,
    },
    /// A file.
    File {
        /// Its size in bytes, at least 1.
        size: u64,
        /// Its key.
        key: String,
    },
}

/// Why an answer is refused.
///
/// Lines and columns count from 1, columns in characters, both in the document as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerFault {
    /// The document is not XML, or not of the structure.
    #[error("Line {line}, column {column}: {details}.")]
    Malformed {
        /// The line of the offence.
        line: u32,
        /// The column of the offence.
        column: u32,
        /// What was found and what was expected.
        details: String,
    },
    /// The form has no question of this identifier.
    #[error("The form has no question {0:?}.")]
    UnknownQuestion(String),
    /// The value is none of the question's choices, and the question takes no other (or no more).
    #[error("The question {question:?} does not take {value:?}.")]
    UnknownSelection {
        /// The question's identifier.
        question: String,
        /// The value.
        value: String,
    },
    /// The question is answered by a file, which comes through the worker's page.
    #[error("The question {0:?} is answered by a file, not by a value.")]
    FileUpload(String),
    /// The document is longer than so many bytes.
    #[error("The answer has more than {} KiB as a document, and no more is taken.", .0 >> 10)]
    TooLong(usize),
}

impl From<AnswerFault> for Fault {
    fn from(fault: AnswerFault) -> Self {
        let message = fault.to_string();
        match fault {
            AnswerFault::TooLong(_) => Self::Front { exception: "TooLong", status: 413, message },
            _ => Self::unreadable(message),
        }
    }
}

impl From<Flaw> for AnswerFault {
    fn from(Flaw { line, column, details, .. }: Flaw) -> Self {
        Self::Malformed { line, column, details }
    }
}

/// Whether a document has at most `most` bytes.
///
/// # Errors
/// [`AnswerFault::TooLong`].
pub const fn check_length(xml: &str, most: usize) -> Result<(), AnswerFault> {
    if xml.len() > most { Err(AnswerFault::TooLong(most)) } else { Ok(()) }
}

/// Checks an answer document as the schema does, and its length; an empty one stands for no
/// answers.
///
/// Source: member `Answer` of the data type `Assignment`: without answers it may be empty.
///
/// # Errors
/// [`AnswerFault::Malformed`] names an offence and its place; [`AnswerFault::TooLong`].
pub fn check(xml: &str) -> Result<(), AnswerFault> {
    check_length(xml, MAX_BYTES)?;
    parse(xml).map(drop)
}

/// Reads an answer document; an empty one holds no answers.
///
/// # Errors
/// [`AnswerFault::Malformed`] names an offence and its place.
pub fn parse(xml: &str) -> Result<Vec<Answer>, AnswerFault> {
    if trim(xml).is_empty() {
        return Ok(Vec::new());
    }
    Ok(xml::read(xml, answers)?)
}

fn answers(root: Element<'_>) -> Result<Vec<Answer>, Flaw> {
    if root.name() != "QuestionFormAnswers" {
        return Err(root.unexpected("QuestionFormAnswers"));
    }
    root.in_namespace(&[NAMESPACE])?;
    let mut children = root.children()?;
    let answers = children.at_least_one("Answer")?;
    children.end()?;
    answers.into_iter().map(answer).collect()
}

fn answer(element: Element<'_>) -> Result<Answer, Flaw> {
    let mut children = element.children()?;
    let question_identifier = children.required("QuestionIdentifier")?.text()?;
    let value = if let Some(text) = children.optional("FreeText") {
        AnswerValue::FreeText(text.text()?)
    } else if let Some(size) = children.optional("UploadedFileSizeInBytes") {
        let size = size.integer(&(1..=i64::MAX))?.unsigned_abs();
        AnswerValue::File { size, key: children.required("UploadedFileKey")?.text()? }
    } else {
        let identifiers = children.many("SelectionIdentifier").into_iter().map(Element::text);
        let identifiers = identifiers.collect::<Result<_, _>>()?;
        let other = children.optional("OtherSelectionText").map(Element::text).transpose()?;
        AnswerValue::Selections { identifiers, other }
    };
    children.end()?;
    Ok(Answer { question_identifier, value })
}

/// A whole document around `Answer` elements; without any it is the empty string, as the schema
/// wants at least one.
///
/// Source: answers that the service gave back: this declaration, one line, double quotes.
fn document(answers: &str) -> Result<String, AnswerFault> {
    if answers.is_empty() {
        return Ok(String::new());
    }
    let declaration = r#"<?xml version="1.0" encoding="ASCII"?>"#;
    let root = "QuestionFormAnswers";
    // What is longer was cut.
    check_length(answers, MAX_BYTES)?;
    let document = format!(r#"{declaration}<{root} xmlns="{NAMESPACE}">{answers}</{root}>"#);
    check_length(&document, MAX_BYTES).map(|()| document)
}

/// Writes an element that holds a text, up to a little more than the longest document.
///
/// Assumed: what XML cannot hold is left out of an answer.
fn write_element(name: &str, text: &str, xml: &mut String) {
    let _ = write!(xml, "<{name}>");
    for c in text.chars().filter(|&c| is_xml(c)) {
        if xml.len() > MAX_BYTES {
            return;
        }
        let _ = match c {
            '&' => write!(xml, "&amp;"),
            '<' => write!(xml, "&lt;"),
            '>' => write!(xml, "&gt;"),
            '\r' => write!(xml, "&#13;"),
            c if c.is_ascii() => write!(xml, "{c}"),
            c => write!(xml, "&#{};", u32::from(c)),
        };
    }
    let _ = write!(xml, "</{name}>");
}

#[cfg(test)]
mod tests;
