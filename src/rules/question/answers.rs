//! `QuestionFormAnswers`: what a worker answered, written and read.
//!
//! Source: `QuestionFormAnswers.xsd` of 2005-10-01, the only version, and the documentation of the
//! structure.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use super::Question;
use super::form::{FormQuestion, QuestionForm};
use super::located_error::LocatedError;
use super::namespaces::ANSWERS;
use super::specification::{AnswerSpecification, SelectionAnswer};
use super::xml::{self, Element, trim};
use crate::fault::{Code, Fault};
use crate::rules::text::is_xml;
use crate::shapes::answer::Given;

/// The longest answer document, in bytes. Assumed: the service set none that is known. Masks of
/// images, which answers hold as PNG in base64, take some hundred KiB, the largest 3 MiB.
pub const MAX_BYTES: usize = 8 << 20;

/// The longest answer document of a qualification test, in bytes. A test has at most 65,535
/// itself. Assumed: the service set no limit that is known.
pub const MAX_TEST_BYTES: usize = 256 << 10;

/// Fields that tell the service whose answer it is, and are not part of it.
///
/// Source: the documentation of `ExternalQuestion` reserves these names.
pub(super) const RESERVED: [&str; 4] = ["assignmentId", "hitId", "turkSubmitTo", "workerId"];

/// What becomes of several fields with one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Repeated {
    /// Their values are one text, separated by `|`.
    #[default]
    Join,
    /// The first one counts.
    First,
    /// The last one counts, in the place of the first.
    Last,
}

/// The answer document of a worker who gave these values for `question`.
///
/// A question of any other kind than a form takes fields, in the order in which they come.
pub fn write(question: &str, given: &Given) -> Result<String, AnswerFault> {
    write_to(form(question).as_ref(), given)
}

/// The question, if it is a form.
pub fn form(question: &str) -> Option<QuestionForm> {
    if let Ok(Question::Form(form)) = super::parse(question) { Some(form) } else { None }
}

/// As [`write()`], for a question that is read already; without a form it is one of fields.
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
pub fn write_posted(
    question: &str,
    posted: &[(String, String)],
    repeated: Repeated,
) -> Result<String, AnswerFault> {
    let Ok(Question::Form(form)) = super::parse(question) else {
        return from_fields(posted, repeated);
    };
    let fields = posted.iter().filter(|(name, _)| !RESERVED.contains(&name.as_str()));
    let given: Vec<_> = fields.map(|(name, value)| (name.clone(), vec![value.clone()])).collect();
    from_form(&form, &given)
}

/// Writes the answer document of a submitted page: its fields in their order, each a `FreeText`.
///
/// Reserved names are left out, and values of one name stand once, where the first stood. The
/// document is ASCII on one line unless a value has lines of its own: `&`, `<`, `>`, carriage
/// returns and what is not ASCII are escaped, quotation marks are not. Without any field left the
/// document is empty, as the structure must have an answer.
///
/// Source: answers that the service gave back.
/// Assumed: joining repeated names (requesters saw it in downloaded results; the documentation
/// promises one value), leaving out a posted `workerId`, and the escaped carriage
/// return, which a reader of XML would otherwise take for a line feed.
pub fn from_fields(fields: &[(String, String)], repeated: Repeated) -> Result<String, AnswerFault> {
    let answers = once(fields, repeated).into_iter().map(|(question_identifier, text)| Answer {
        question_identifier,
        value: AnswerValue::FreeText(text),
    });
    QuestionFormAnswers(answers.collect()).xml()
}

fn once(fields: &[(String, String)], repeated: Repeated) -> Vec<(String, String)> {
    let mut once: Vec<(String, String)> = Vec::new();
    let mut places = HashMap::new();
    for (name, value) in fields {
        let name: String = name.chars().filter(|&c| is_xml(c)).collect();
        if RESERVED.contains(&name.as_str()) {
            continue;
        }
        let place = *places.entry(name.clone()).or_insert(once.len());
        match once.get_mut(place) {
            None => once.push((name, value.clone())),
            Some((_, values)) => match repeated {
                Repeated::Join => values.extend(["|", value]),
                Repeated::First => {}
                Repeated::Last => value.clone_into(values),
            },
        }
    }
    once
}

/// Writes the answer document of a filled-in form: its questions in the form's order.
///
/// `given` holds the values of each question: a text for a text field, identifiers for a choice.
/// A value that is no identifier goes to the choice's field for something else; an empty one does
/// not count there, as pages post it for a field left alone. A text given in several values is
/// joined by `|`. A question without values is left out if it takes a text, and answered by
/// nothing if it takes a choice. Without any answer the document is empty.
///
/// The service did not promise that answers conform to the form, so neither counts nor lengths nor
/// expressions are checked, and required questions may be missing.
/// Source: the documentation of `QuestionFormAnswers`.
pub fn from_form(
    form: &QuestionForm,
    given: &[(String, Vec<String>)],
) -> Result<String, AnswerFault> {
    let known: HashSet<_> = form.questions().map(|question| question.identifier.as_str()).collect();
    let mut values: HashMap<&str, Vec<&str>> = HashMap::new();
    for (name, more) in given {
        if !known.contains(name.as_str()) {
            return Err(AnswerFault::UnknownQuestion(name.clone()));
        }
        values.entry(name).or_default().extend(more.iter().map(String::as_str));
    }
    let mut answers = Vec::new();
    for question in form.questions() {
        let Some(values) = values.get(question.identifier.as_str()) else { continue };
        if let Some(value) = answer_of(question, values)? {
            answers.push(Answer { question_identifier: question.identifier.clone(), value });
        }
    }
    QuestionFormAnswers(answers).xml()
}

fn answer_of(question: &FormQuestion, values: &[&str]) -> Result<Option<AnswerValue>, AnswerFault> {
    match &question.answer {
        AnswerSpecification::FreeText(_) if values.is_empty() => Ok(None),
        AnswerSpecification::FreeText(_) => Ok(Some(AnswerValue::FreeText(values.join("|")))),
        AnswerSpecification::Selection(field) => {
            selections(field, values).map(Some).map_err(|value| {
                let question = question.identifier.clone();
                AnswerFault::UnknownSelection { question, value: value.to_owned() }
            })
        }
        AnswerSpecification::FileUpload(_) => {
            Err(AnswerFault::FileUpload(question.identifier.clone()))
        }
    }
}

/// What was chosen, each once, and something else; an error is a value too many.
fn selections<'v>(field: &SelectionAnswer, values: &[&'v str]) -> Result<AnswerValue, &'v str> {
    let known = field.identifiers();
    let (mut chosen, mut identifiers, mut other) = (HashSet::new(), Vec::new(), None);
    for &value in values {
        if known.contains(value) {
            if chosen.insert(value) {
                identifiers.push(value.to_owned());
            }
        } else if !value.is_empty() {
            let taken = field.other.is_none() || other.replace(value.to_owned()).is_some();
            if taken {
                return Err(value);
            }
        }
    }
    Ok(AnswerValue::Selections { identifiers, other })
}

/// The answers to several questions, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QuestionFormAnswers(pub Vec<Answer>);

impl QuestionFormAnswers {
    /// The document; without any answer it is empty, as the schema wants at least one.
    ///
    /// Source: answers that the service gave back: this declaration, one line, double quotes.
    pub fn xml(&self) -> Result<String, AnswerFault> {
        if self.0.is_empty() {
            return Ok(String::new());
        }
        let mut xml = format!(
            r#"<?xml version="1.0" encoding="ASCII"?><QuestionFormAnswers xmlns="{ANSWERS}">"#
        );
        for Answer { question_identifier, value } in &self.0 {
            xml.push_str("<Answer>");
            write_element("QuestionIdentifier", question_identifier, &mut xml);
            value.write(&mut xml);
            xml.push_str("</Answer>");
            // What is too long is not written to its end.
            check_length(&xml, MAX_BYTES)?;
        }
        xml.push_str("</QuestionFormAnswers>");
        check_length(&xml, MAX_BYTES).map(|()| xml)
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
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerFault {
    /// The document is not XML, or not of the structure.
    #[error(transparent)]
    Malformed(#[from] LocatedError),
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
            AnswerFault::TooLong(_) => Self::refused(Code::TooLong, message),
            _ => Self::unreadable(message),
        }
    }
}

/// Whether a document has at most `most` bytes.
pub const fn check_length(xml: &str, most: usize) -> Result<(), AnswerFault> {
    if xml.len() > most { Err(AnswerFault::TooLong(most)) } else { Ok(()) }
}

/// Checks an answer document as the schema does, and its length; an empty one stands for no
/// answers.
///
/// Source: member `Answer` of the data type `Assignment`: without answers it may be empty.
pub fn check(xml: &str) -> Result<(), AnswerFault> {
    check_length(xml, MAX_BYTES)?;
    parse(xml).map(drop)
}

/// Reads an answer document; an empty one holds no answers.
pub fn parse(xml: &str) -> Result<Vec<Answer>, AnswerFault> {
    if trim(xml).is_empty() {
        return Ok(Vec::new());
    }
    Ok(xml::read(xml, answers)?)
}

fn answers(root: Element<'_>) -> Result<Vec<Answer>, LocatedError> {
    if root.name() != "QuestionFormAnswers" {
        return Err(root.unexpected("QuestionFormAnswers"));
    }
    root.in_namespace(&[ANSWERS])?;
    let answers = root.read(|children| children.at_least_one("Answer", Ok))?;
    answers.into_iter().map(answer).collect()
}

fn answer(element: Element<'_>) -> Result<Answer, LocatedError> {
    element.read(|children| {
        let question_identifier = children.text("QuestionIdentifier")?;
        let value = if let Some(text) = children.optional_text("FreeText")? {
            AnswerValue::FreeText(text)
        } else if let Some(size) = children.optional("UploadedFileSizeInBytes") {
            let size = size.integer(&(1..=i64::MAX))?.unsigned_abs();
            AnswerValue::File { size, key: children.text("UploadedFileKey")? }
        } else {
            let identifiers = children.many("SelectionIdentifier", Element::text)?;
            let other = children.optional_text("OtherSelectionText")?;
            AnswerValue::Selections { identifiers, other }
        };
        Ok(Answer { question_identifier, value })
    })
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
