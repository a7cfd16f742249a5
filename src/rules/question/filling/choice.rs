//! A choice, checked against its field.

use std::collections::HashSet;

use super::{REQUIRED, text};
use crate::rules::question::answers::AnswerValue;
use crate::rules::question::pattern::Budget;
use crate::rules::question::specification::SelectionAnswer;

/// What the page posts where "Other" was chosen: `Other`, or something that is no choice either.
#[must_use]
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
/// Assumed: something else that was chosen must be said; a question that must be answered takes no
/// empty choice even where `MinSelectionCount` is 0; one that need not be may be left, whatever
/// that count is.
pub(super) fn answer(
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
            let given = text::given(other);
            if given.is_empty() {
                return Err(REQUIRED.to_owned());
            }
            text::check(field, &given, budget)?;
            Some(given)
        }
        _ => None,
    };
    check_count(field, required, identifiers.len() + usize::from(other.is_some()))?;
    Ok(AnswerValue::Selections { identifiers, other })
}

fn check_count(field: &SelectionAnswer, required: bool, count: usize) -> Result<(), String> {
    let (least, most) = (field.min_selection_count as usize, field.max_selection_count as usize);
    if count == 0 {
        return if required { Err(REQUIRED.to_owned()) } else { Ok(()) };
    }
    if (least..=most).contains(&count) {
        return Ok(());
    }
    let at_least = if least > 1 { format!(" Must be at least {least}.") } else { String::new() };
    Err(format!("Invalid number of selections.{at_least} Must be at most {most}."))
}
