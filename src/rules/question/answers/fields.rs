//! The answer that a page of the requester's own gives: one text for each field of its form.

use super::{AnswerFault, MAX_BYTES, document, write_element};
use crate::rules::text::is_xml;
use std::collections::HashMap;

/// Fields that tell the service whose answer it is, and are not part of it.
///
/// Source: the documentation of `ExternalQuestion` reserves these names.
const RESERVED: [&str; 4] = ["assignmentId", "hitId", "turkSubmitTo", "workerId"];

/// What becomes of several fields with one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Repeated {
    /// Their values are one text, separated by `|`.
    #[default]
    Join,
    /// The first one counts.
    First,
    /// The last one counts, in the place of the first.
    Last,
}

/// Whether a field of this name is not part of an answer.
pub fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name)
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
/// says that one value is returned), leaving out a posted `workerId`, and the escaped carriage
/// return, which a reader of XML would otherwise take for a line feed.
///
/// # Errors
/// [`AnswerFault::TooLong`].
pub fn from_fields(fields: &[(String, String)], repeated: Repeated) -> Result<String, AnswerFault> {
    let mut answers = String::new();
    for (name, value) in once(fields, repeated) {
        if answers.len() > MAX_BYTES {
            break;
        }
        answers.push_str("<Answer>");
        write_element("QuestionIdentifier", &name, &mut answers);
        write_element("FreeText", &value, &mut answers);
        answers.push_str("</Answer>");
    }
    document(&answers)
}

fn once(fields: &[(String, String)], repeated: Repeated) -> Vec<(String, String)> {
    let mut once: Vec<(String, String)> = Vec::new();
    let mut places = HashMap::new();
    for (name, value) in fields {
        let name: String = name.chars().filter(|&c| is_xml(c)).collect();
        if is_reserved(&name) {
            continue;
        }
        let place = *places.entry(name.clone()).or_insert(once.len());
        match once.get_mut(place) {
            Some((_, values)) => repeated.add(values, value),
            None => once.push((name, value.clone())),
        }
    }
    once
}

impl Repeated {
    fn add(self, values: &mut String, value: &str) {
        match self {
            Self::Join => {
                values.push('|');
                values.push_str(value);
            }
            Self::First => {}
            Self::Last => value.clone_into(values),
        }
    }
}
