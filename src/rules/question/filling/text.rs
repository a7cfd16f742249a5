//! A text, checked against its field.

use crate::rules::question::pattern::Budget;
use crate::rules::question::specification::{FreeTextAnswer, Length, Numeric};

/// A text as the worker wrote it: a browser posts each end of a line as two characters.
pub(super) fn given(posted: &str) -> String {
    posted.replace("\r\n", "\n")
}

/// Whether a text that is there conforms; the error is a sentence for the worker.
pub(super) fn check(field: &FreeTextAnswer, text: &str, budget: &mut Budget) -> Result<(), String> {
    if let Some(numeric) = field.numeric {
        check_number(numeric, text)?;
    }
    check_length(field.length, text)?;
    let failed = field.formats.iter().find(|one| !budget.found(&one.regex, one.ignore_case, text));
    failed.map_or(Ok(()), |format| Err(format.error_text.clone()))
}

fn check_number(Numeric { min_value, max_value }: Numeric, text: &str) -> Result<(), String> {
    let number = number(text).is_some_and(|number| {
        min_value.is_none_or(|least| number >= f64::from(least))
            && max_value.is_none_or(|most| number <= f64::from(most))
    });
    if number {
        return Ok(());
    }
    let mut said = "Invalid numeric value.".to_owned();
    said.extend(min_value.map(|least| format!(" Must be at least {least}.")));
    said.extend(max_value.map(|most| format!(" Must be at most {most}.")));
    Err(said)
}

/// Assumed: a number is an optional sign, digits, and an optional fraction, with blanks around.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let plain = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if plain { text.parse().ok() } else { None }
}

fn check_length(Length { min_length, max_length }: Length, text: &str) -> Result<(), String> {
    let count = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    let least = min_length.unwrap_or(0);
    if count >= least && max_length.is_none_or(|most| count <= most) {
        return Ok(());
    }
    let mut said = "Invalid entry length.".to_owned();
    said.extend(min_length.map(|least| format!(" Must be at least {least} characters.")));
    said.extend(max_length.map(|most| format!(" Must be at most {most} characters.")));
    Err(said)
}
