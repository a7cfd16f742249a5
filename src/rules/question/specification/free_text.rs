//! A text field and what it demands of the text.

use crate::rules::question::xml::{Element, Flaw};

/// A text field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FreeTextAnswer {
    /// The text must be a number, of this range.
    pub numeric: Option<Numeric>,
    /// The text must be of this length.
    pub length: Length,
    /// The text must match all of these.
    pub formats: Vec<AnswerFormat>,
    /// What the field holds at first, and the answer if the worker leaves it so.
    pub default_text: Option<String>,
    /// How many lines the field should have.
    ///
    /// The documentation's default is 1; Amazon's own renderer drew several if nothing was said.
    pub number_of_lines_suggestion: Option<u32>,
}

/// A range of numbers; the text itself may have decimals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Numeric {
    /// The least number.
    pub min_value: Option<i32>,
    /// The greatest number.
    pub max_value: Option<i32>,
}

/// A range of lengths in characters, white space included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Length {
    /// The fewest characters; if there is a minimum, the question must be answered.
    pub min_length: Option<u32>,
    /// The most characters.
    pub max_length: Option<u32>,
}

/// A regular expression that the text must match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerFormat {
    /// The expression, in JavaScript's syntax; it may match a part of the text.
    pub regex: String,
    /// What the worker is told if the text does not match.
    pub error_text: String,
    /// Whether capital and small letters are the same.
    pub ignore_case: bool,
}

const DEFAULT_ERROR_TEXT: &str = "Invalid input supplied.";

pub(super) fn read(element: Element<'_>) -> Result<FreeTextAnswer, Flaw> {
    let mut children = element.children()?;
    let mut answer = FreeTextAnswer::default();
    if let Some(constraints) = children.optional("Constraints") {
        read_constraints(constraints, &mut answer)?;
    }
    answer.default_text = children.optional("DefaultText").map(Element::text).transpose()?;
    let lines = children.optional("NumberOfLinesSuggestion").map(|lines| lines.count(1));
    answer.number_of_lines_suggestion = lines.transpose()?;
    children.end()?;
    Ok(answer)
}

fn read_constraints(element: Element<'_>, answer: &mut FreeTextAnswer) -> Result<(), Flaw> {
    let mut children = element.children()?;
    answer.numeric = children.optional("IsNumeric").map(numeric).transpose()?;
    answer.length = children.optional("Length").map(length).transpose()?.unwrap_or_default();
    let formats = children.many("AnswerFormatRegex");
    children.end()?;
    answer.formats = formats.into_iter().map(format_of).collect::<Result<_, _>>()?;
    Ok(())
}

/// Assumed: a range without a number in it is refused; the schema lets it through.
fn numeric(element: Element<'_>) -> Result<Numeric, Flaw> {
    element.empty_but_for(&["minValue", "maxValue"])?;
    let range = i64::from(i32::MIN)..=i64::from(i32::MAX);
    let int =
        |name| Ok(element.integer_attribute(name, &range)?.and_then(|n| i32::try_from(n).ok()));
    let (min_value, max_value) = (int("minValue")?, int("maxValue")?);
    if min_value.zip(max_value).is_some_and(|(least, most)| least > most) {
        return Err(element.flaw("minValue is greater than maxValue"));
    }
    Ok(Numeric { min_value, max_value })
}

/// Assumed: a range without a length in it is refused; the schema lets it through.
fn length(element: Element<'_>) -> Result<Length, Flaw> {
    element.empty_but_for(&["minLength", "maxLength"])?;
    let count = |name, least| {
        let value = element.integer_attribute(name, &(least..=i64::MAX))?;
        Ok(value.map(|n| u32::try_from(n).unwrap_or(u32::MAX)))
    };
    let (min_length, max_length) = (count("minLength", 0)?, count("maxLength", 1)?);
    if min_length.zip(max_length).is_some_and(|(least, most)| least > most) {
        return Err(element.flaw("minLength is greater than maxLength"));
    }
    Ok(Length { min_length, max_length })
}

/// The documentation knows the flag `i` alone; the schema takes any text.
fn format_of(element: Element<'_>) -> Result<AnswerFormat, Flaw> {
    element.empty_but_for(&["regex", "errorText", "flags"])?;
    let Some(regex) = element.attribute("regex") else {
        return Err(element.flaw("AnswerFormatRegex must have the attribute regex"));
    };
    Ok(AnswerFormat {
        regex: regex.to_owned(),
        error_text: element.attribute("errorText").unwrap_or(DEFAULT_ERROR_TEXT).to_owned(),
        ignore_case: element.attribute("flags").is_some_and(|flags| flags.contains('i')),
    })
}
