//! The answer that a page of the requester's own gives: one text for each field of its form.

use super::{document, is_xml, write_element};
use std::collections::HashMap;

/// Fields that tell the service whose answer it is, and are not part of it.
///
/// Source: the documentation of `ExternalQuestion` reserves these names.
const RESERVED: [&str; 4] = ["assignmentId", "hitId", "turkSubmitTo", "workerId"];

/// Writes the answer document of a submitted page: its fields in their order, each a `FreeText`.
///
/// Reserved names are left out, and values of one name joined by `|` where the first stood. The
/// document is ASCII on one line unless a value has lines of its own: `&`, `<`, `>`, carriage
/// returns and what is not ASCII are escaped, quotation marks are not. Without any field left the
/// document is empty, as the structure must have an answer.
///
/// Source: answers that the service gave back.
/// Assumed: joining repeated names (requesters saw it in downloaded results; the documentation
/// says that one value is returned), leaving out a posted `workerId`, and the escaped carriage
/// return, which a reader of XML would otherwise take for a line feed.
#[must_use]
pub fn from_fields(fields: &[(String, String)]) -> String {
    let mut answers = String::new();
    for (name, value) in joined(fields) {
        answers.push_str("<Answer>");
        write_element("QuestionIdentifier", &name, &mut answers);
        write_element("FreeText", &value, &mut answers);
        answers.push_str("</Answer>");
    }
    document(&answers)
}

fn joined(fields: &[(String, String)]) -> Vec<(String, String)> {
    let mut joined: Vec<(String, String)> = Vec::new();
    let mut places = HashMap::new();
    for (name, value) in fields {
        let name: String = name.chars().filter(|&c| is_xml(c)).collect();
        if RESERVED.contains(&name.as_str()) {
            continue;
        }
        let place = *places.entry(name.clone()).or_insert(joined.len());
        match joined.get_mut(place) {
            Some((_, values)) => {
                values.push('|');
                values.push_str(value);
            }
            None => joined.push((name, value.clone())),
        }
    }
    joined
}
