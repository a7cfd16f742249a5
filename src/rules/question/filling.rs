//! What a worker filled into a form, checked against it.
//!
//! The page that is drawn for a form and this check agree on the names of the fields: question
//! number n, counted from 1, is answered by [`field_name`], and its "Other" text by
//! [`other_name`]. The real service checked in the browser alone; here the answer is checked again,
//! so that what was promised to the requester holds whoever posts.

mod choice;
mod text;

use std::collections::HashMap;

use super::answers::{Answer, AnswerValue, QuestionFormAnswers};
use super::form::{FormQuestion, QuestionForm};
use super::pattern::Budget;
use super::specification::{AnswerSpecification, FileUploadAnswer};

pub use choice::other_value;

/// The largest file that is taken, in bytes, whatever the form allows.
///
/// Assumed: the schema goes up to 2,000,000,000; a local market keeps files in its database.
pub const MAX_FILE_BYTES: u64 = 10 << 20;

const REQUIRED: &str = "This field is required.";

/// The name of the field that answers question number `number`.
#[must_use]
pub fn field_name(number: usize) -> String {
    format!("Answer_{number}")
}

/// The name of the field for an answer that is none of the choices of question number `number`.
#[must_use]
pub fn other_name(number: usize) -> String {
    format!("Answer_{number}_OtherSelection")
}

/// What was filled in, by the names of the fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filling {
    /// Names and texts, in the order in which they were sent; a name may stand several times.
    pub texts: Vec<(String, String)>,
    /// Names and files.
    pub files: Vec<(String, File)>,
}

/// A file that was sent along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its size in bytes.
    pub size: u64,
    /// The key under which it is kept if all is well; until it is kept, its number among all files
    /// that were sent.
    pub key: String,
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
    files: HashMap<&'f str, &'f File>,
}

impl Filling {
    /// What was filled in, found by name.
    #[must_use]
    pub fn by_name(&self) -> ByName<'_> {
        let mut texts: HashMap<_, Vec<_>> = HashMap::new();
        for (name, text) in &self.texts {
            texts.entry(name.as_str()).or_default().push(text.as_str());
        }
        let files = self.files.iter().map(|(name, file)| (name.as_str(), file)).collect();
        ByName { texts, files }
    }
}

impl<'f> ByName<'f> {
    /// The texts of a field, in the order in which they were sent.
    #[must_use]
    pub fn all(&self, name: &str) -> &[&'f str] {
        self.texts.get(name).map_or(&[], Vec::as_slice)
    }

    /// The first text of a field.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&'f str> {
        self.all(name).first().copied()
    }
}

/// The answers to a form, in the order of its questions.
///
/// A text that may be left out and was is no answer; a choice of nothing is one. Lines of a text
/// end with a line feed, as in the worker's browser. Fields of other names are passed over.
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
            let given = text::given(sent.first(&name).unwrap_or_default());
            if given.is_empty() {
                return if required { Err(REQUIRED.to_owned()) } else { Ok(None) };
            }
            text::check(field, &given, budget)?;
            Ok(Some(AnswerValue::FreeText(given)))
        }
        AnswerSpecification::Selection(field) => {
            let other = sent.first(&other_name(number)).unwrap_or_default();
            choice::answer(field, required, sent.all(&name), other, budget).map(Some)
        }
        AnswerSpecification::FileUpload(field) => match sent.files.get(name.as_str()) {
            None if required => Err(REQUIRED.to_owned()),
            None => Ok(None),
            Some(file) => {
                check_size(*field, file.size)?;
                Ok(Some(AnswerValue::File { size: file.size, key: file.key.clone() }))
            }
        },
    }
}

/// The largest file that the field takes, in bytes.
#[must_use]
pub fn most_bytes(field: FileUploadAnswer) -> u64 {
    u64::from(field.max_file_size_bytes).min(MAX_FILE_BYTES)
}

fn check_size(field: FileUploadAnswer, size: u64) -> Result<(), String> {
    let (least, most) = (u64::from(field.min_file_size_bytes), most_bytes(field));
    if (least..=most).contains(&size) {
        return Ok(());
    }
    Err(format!("Invalid file size. Must be at least {least} bytes. Must be at most {most} bytes."))
}

#[cfg(test)]
mod tests;
