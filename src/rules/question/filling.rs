//! What a worker filled into a form, checked against it.
//!
//! The page that is drawn for a form and this check agree on the names of the fields: question
//! number n, counted from 1, is answered by [`field_name`], and its "Other" text by
//! [`other_name`]. The real service checked in the browser alone; here the answer is checked again,
//! so that what was promised to the requester holds whoever posts.

use std::collections::{HashMap, HashSet};
use std::fmt::Display;

use super::answers::{Answer, AnswerValue, QuestionFormAnswers};
use super::form::{FormQuestion, QuestionForm};
use super::pattern::Budget;
use super::specification::{
    AnswerSpecification, FileUploadAnswer, FreeTextAnswer, Length, Numeric, SelectionAnswer,
};

/// The largest file that is taken, in bytes, whatever the form allows.
///
/// Assumed: the schema goes up to 2,000,000,000; a local market keeps files in its database.
pub const MAX_FILE_BYTES: u64 = 10 << 20;

const REQUIRED: &str = "This field is required.";

/// The name of the field that answers question number `number`.
pub fn field_name(number: usize) -> String {
    format!("Answer_{number}")
}

/// The name of the field for an answer that is none of the choices of question number `number`.
pub fn other_name(number: usize) -> String {
    format!("Answer_{number}_OtherSelection")
}

/// What was filled in, as a page posted it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filling {
    /// Names and texts, in the order in which they were sent; a name may stand several times.
    pub texts: Vec<(String, String)>,
    /// The files.
    pub files: Vec<SentFile>,
}

/// A file as a page posted it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentFile {
    /// The name of the field.
    pub field: String,
    /// What the worker's machine calls it.
    pub file_name: String,
    /// Its MIME type, as the browser guessed it.
    pub content_type: String,
    /// What is in it.
    pub content: Vec<u8>,
}

/// What is wrong with the answer to one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The question's identifier.
    pub question_identifier: String,
    /// A sentence for the worker.
    pub message: String,
}

/// What was filled in, found by name.
#[derive(Debug)]
pub struct ByName<'f> {
    texts: HashMap<&'f str, Vec<&'f str>>,
    /// Each with its number among all files that were sent.
    files: HashMap<&'f str, (usize, &'f SentFile)>,
}

impl Filling {
    /// What was filled in, found by name.
    pub fn by_name(&self) -> ByName<'_> {
        let mut texts: HashMap<_, Vec<_>> = HashMap::new();
        for (name, text) in &self.texts {
            texts.entry(name.as_str()).or_default().push(text.as_str());
        }
        let files = self.files.iter().enumerate();
        let files = files.map(|(number, file)| (file.field.as_str(), (number, file))).collect();
        ByName { texts, files }
    }
}

impl<'f> ByName<'f> {
    /// The texts of a field, in the order in which they were sent.
    pub fn all(&self, name: &str) -> &[&'f str] {
        self.texts.get(name).map_or(&[], Vec::as_slice)
    }

    /// The first text of a field.
    pub fn first(&self, name: &str) -> Option<&'f str> {
        self.all(name).first().copied()
    }
}

/// The answers to a form, in the order of its questions.
///
/// A text that may be left out and was is no answer; a choice of nothing is one. Lines of a text
/// end with a line feed, as in the worker's browser. Fields of other names are passed over. The key
/// of a file is its number among those that were sent, until it is saved.
///
/// Source: the documentation of `QuestionFormAnswers`; the sentences of Amazon's own renderer.
///
/// # Errors
/// One problem for each question whose answer does not conform, in the order of the questions.
pub fn answers(
    form: &QuestionForm,
    filling: &Filling,
) -> Result<QuestionFormAnswers, Vec<Problem>> {
    let (sent, mut budget) = (filling.by_name(), Budget::default());
    let (mut answers, mut problems) = (Vec::new(), Vec::new());
    for (index, question) in form.questions().enumerate() {
        let question_identifier = question.identifier.clone();
        match answer(question, index + 1, &sent, &mut budget) {
            Ok(Some(value)) => answers.push(Answer { question_identifier, value }),
            Ok(None) => {}
            Err(message) => problems.push(Problem { question_identifier, message }),
        }
    }
    if problems.is_empty() { Ok(QuestionFormAnswers(answers)) } else { Err(problems) }
}

fn answer(
    question: &FormQuestion,
    number: usize,
    sent: &ByName<'_>,
    budget: &mut Budget,
) -> Result<Option<AnswerValue>, String> {
    let (name, required) = (field_name(number), question.must_be_answered());
    match &question.answer {
        AnswerSpecification::FreeText(field) => {
            let given = given_text(sent.first(&name).unwrap_or_default());
            if given.is_empty() {
                return if required { Err(REQUIRED.to_owned()) } else { Ok(None) };
            }
            check_text(field, &given, budget)?;
            Ok(Some(AnswerValue::FreeText(given)))
        }
        AnswerSpecification::Selection(field) => {
            let other = sent.first(&other_name(number)).unwrap_or_default();
            choice(field, required, sent.all(&name), other, budget).map(Some)
        }
        AnswerSpecification::FileUpload(field) => match sent.files.get(name.as_str()) {
            None if required => Err(REQUIRED.to_owned()),
            None => Ok(None),
            Some((number, file)) => {
                let size = file.content.len() as u64;
                let (least, most) = (u64::from(field.min_file_size_bytes), most_bytes(*field));
                check_bounds("file size", " bytes", Some(size), Some(least), Some(most))?;
                Ok(Some(AnswerValue::File { size, key: number.to_string() }))
            }
        },
    }
}

/// A text as the worker wrote it: a browser posts each end of a line as two characters.
fn given_text(posted: &str) -> String {
    posted.replace("\r\n", "\n")
}

/// Whether a text that is there conforms; the error is a sentence for the worker.
fn check_text(field: &FreeTextAnswer, text: &str, budget: &mut Budget) -> Result<(), String> {
    if let Some(Numeric { min_value, max_value }) = field.numeric {
        let (least, most) = (min_value.map(f64::from), max_value.map(f64::from));
        check_bounds("numeric value", "", number(text), least, most)?;
    }
    let (Length { min_length, max_length }, count) = (field.length, text.chars().count());
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    check_bounds("entry length", " characters", Some(count), min_length, max_length)?;
    let failed =
        field.formats.iter().find(|format| !budget.found(&format.regex, format.ignore_case, text));
    failed.map_or(Ok(()), |format| Err(format.error_text.clone()))
}

/// Whether there is a value and it is within its bounds; the error is a sentence for the worker.
fn check_bounds<T: PartialOrd + Display>(
    name: &str,
    unit: &str,
    value: Option<T>,
    least: Option<T>,
    most: Option<T>,
) -> Result<(), String> {
    let is_within = |value| {
        least.as_ref().is_none_or(|least| value >= *least)
            && most.as_ref().is_none_or(|most| value <= *most)
    };
    if value.is_some_and(is_within) {
        return Ok(());
    }
    let mut message = format!("Invalid {name}.");
    message.extend(least.map(|least| format!(" Must be at least {least}{unit}.")));
    message.extend(most.map(|most| format!(" Must be at most {most}{unit}.")));
    Err(message)
}

/// Assumed: a number is an optional sign, digits, and an optional fraction, with blanks around.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let plain = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if plain { text.parse().ok() } else { None }
}

/// What the page posts where "Other" was chosen: `Other`, or something that is no choice either.
pub fn other_value(field: &SelectionAnswer) -> String {
    let known = field.identifiers();
    let mut value = "Other".to_owned();
    while known.contains(value.as_str()) {
        value.push('_');
    }
    value
}

/// The answer that `values` and the text for something else make; the error is a sentence.
///
/// A text for something else counts where "Other" was chosen, or nothing was. Empty values are
/// those of a list from which nothing was picked.
///
/// Assumed: where "Other" is chosen, its text must be given; a question that must be answered takes
/// no empty choice even where `MinSelectionCount` is 0; one that need not be may be left, whatever
/// that count is.
fn choice(
    field: &SelectionAnswer,
    required: bool,
    values: &[&str],
    other: &str,
    budget: &mut Budget,
) -> Result<AnswerValue, String> {
    let given: HashSet<&str> = values.iter().copied().collect();
    let stands_for_other = field.other.as_ref().map(|_| other_value(field));
    let marked = stands_for_other.as_deref().filter(|value| given.contains(value));
    let known = field.identifiers();
    if given.iter().any(|v| !v.is_empty() && !known.contains(v) && Some(*v) != marked) {
        return Err("This is none of the choices.".to_owned());
    }
    let chosen = field.selections.iter().map(|choice| &choice.identifier);
    let chosen = chosen.filter(|identifier| given.contains(identifier.as_str()));
    let identifiers: Vec<String> = chosen.cloned().collect();
    let other = match &field.other {
        Some(field) if marked.is_some() || identifiers.is_empty() && !other.is_empty() => {
            let given = given_text(other);
            if given.is_empty() {
                return Err(REQUIRED.to_owned());
            }
            check_text(field, &given, budget)?;
            Some(given)
        }
        _ => None,
    };
    let count = identifiers.len() + usize::from(other.is_some());
    if count > 0 {
        let least = Some(field.min_selection_count as usize).filter(|least| *least > 1);
        let most = Some(field.max_selection_count as usize);
        check_bounds("number of selections", "", Some(count), least, most)?;
    } else if required {
        return Err(REQUIRED.to_owned());
    }
    Ok(AnswerValue::Selections { identifiers, other })
}

/// The largest file that the field takes, in bytes.
pub fn most_bytes(field: FileUploadAnswer) -> u64 {
    u64::from(field.max_file_size_bytes).min(MAX_FILE_BYTES)
}

#[cfg(test)]
mod tests;
