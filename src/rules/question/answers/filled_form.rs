//! The answer to a `QuestionForm`.

use super::{Answer, AnswerFault, AnswerValue, QuestionFormAnswers};
use crate::rules::question::form::{FormQuestion, QuestionForm};
use crate::rules::question::specification::{AnswerSpecification, SelectionAnswer};
use std::collections::{HashMap, HashSet};

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
///
/// # Errors
/// An [`AnswerFault`] names a question that the form does not have, a value that a choice does not
/// take, or a question that a file answers, or says that the answer is too long.
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
        if let Some(value) = answer(question, values)? {
            answers.push(Answer { question_identifier: question.identifier.clone(), value });
        }
    }
    QuestionFormAnswers(answers).xml()
}

fn answer(question: &FormQuestion, values: &[&str]) -> Result<Option<AnswerValue>, AnswerFault> {
    match &question.answer {
        AnswerSpecification::FreeText(_) if values.is_empty() => Ok(None),
        AnswerSpecification::FreeText(_) => Ok(Some(AnswerValue::FreeText(values.join("|")))),
        AnswerSpecification::Selection(field) => {
            selections(field, values).map(Some).map_err(|odd| {
                let question = question.identifier.clone();
                AnswerFault::UnknownSelection { question, value: odd.to_owned() }
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
