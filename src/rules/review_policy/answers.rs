//! A worker's answers as sets of values, so that they can be compared.

use std::collections::{BTreeSet, HashMap};

use crate::rules::question::answers::{self, AnswerValue};

/// The values that answer one question: without white space around them, and none empty.
pub(super) type Values = BTreeSet<String>;

/// A set of values.
pub(super) fn values<'a>(texts: impl IntoIterator<Item = &'a str>) -> Values {
    let trimmed = texts.into_iter().map(str::trim).filter(|text| !text.is_empty());
    trimmed.map(str::to_owned).collect()
}

/// The answers of a document by question. One that cannot be read holds none: a world may bring it.
///
/// Assumed: several values of one field, which stand in the document joined by `|`, are compared
/// as the set that they were, and so is any text with a `|`.
pub(super) fn by_question(document: &str) -> HashMap<String, Values> {
    let mut by_question: HashMap<String, Values> = HashMap::new();
    for answer in answers::parse(document).unwrap_or_default() {
        let given = match &answer.value {
            AnswerValue::FreeText(text) => values(text.split('|')),
            AnswerValue::Selections { identifiers, other } => {
                values(identifiers.iter().chain(other).map(String::as_str))
            }
            AnswerValue::File { key, .. } => values([key.as_str()]),
        };
        by_question.entry(answer.question_identifier).or_default().extend(given);
    }
    by_question
}
