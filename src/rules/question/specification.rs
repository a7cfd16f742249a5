//! How a form's question is answered: a text, a choice or a file.
//!
//! Source: `AnswerSpecificationType` and its parts in `QuestionForm.xsd` of 2005-10-01; "Answer
//! Specification" in the documentation of `QuestionForm`.

use super::content::{Binary, binary};
use super::formatted;
use super::located_error::LocatedError;
use super::namespaces::FORM_2005;
use super::xml::Element;
use std::collections::HashSet;

/// How a question is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnswerSpecification {
    /// By a text.
    FreeText(FreeTextAnswer),
    /// By a choice.
    Selection(SelectionAnswer),
    /// By a file.
    FileUpload(FileUploadAnswer),
}

impl AnswerSpecification {
    /// Whether a file is the answer.
    pub const fn is_file(&self) -> bool {
        matches!(self, Self::FileUpload(_))
    }

    /// The choices, where nothing in the worker's own words can be the answer.
    pub fn closed_choices(&self) -> Option<&[Selection]> {
        match self {
            Self::Selection(SelectionAnswer { selections, other: None, .. }) => Some(selections),
            _ => None,
        }
    }
}

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
    /// The documentation's default is 1; Amazon's own renderer drew several by default.
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
    /// What the worker reads if the text does not match.
    pub error_text: String,
    /// Whether capital and small letters are the same.
    pub ignore_case: bool,
}

/// A multiple-choice field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelectionAnswer {
    /// Fewest choices of an answer; 1 if the form does not say.
    pub min_selection_count: u32,
    /// Most choices of an answer; 1 if the form does not say. May exceed the choices there are.
    pub max_selection_count: u32,
    /// How the field should look.
    pub style: Option<Style>,
    /// The choices, at least one, no identifier twice.
    pub selections: Vec<Selection>,
    /// The text field for an answer that is none of the choices.
    pub other: Option<FreeTextAnswer>,
}

impl SelectionAnswer {
    /// The identifiers of the choices.
    pub(super) fn identifiers(&self) -> HashSet<&str> {
        self.selections.iter().map(|choice| choice.identifier.as_str()).collect()
    }
}

/// How a multiple-choice field should look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// `radiobutton`.
    RadioButton,
    /// `checkbox`.
    CheckBox,
    /// `list`.
    List,
    /// `dropdown`.
    DropDown,
    /// `combobox`.
    ComboBox,
    /// `multichooser`.
    MultiChooser,
}

/// One choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// What stands for this choice in the answer.
    pub identifier: String,
    /// What the worker sees.
    pub content: SelectionContent,
}

/// What a worker sees of a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SelectionContent {
    /// Plain text.
    Text(String),
    /// Formatted content, as HTML of the checked tags and attributes only: fit to stand in a page.
    Formatted(String),
    /// A picture, or a link to a sound or film.
    Binary(Binary),
}

/// A file field.
///
/// Amazon stopped supporting it on 2017-12-12 and left it out of the schema of 2017-11-06. Old
/// clients send it, so forms of 2005-10-01 may still have it here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileUploadAnswer {
    /// Size of the smallest file that is taken.
    pub min_file_size_bytes: u32,
    /// Size of the greatest file that is taken.
    pub max_file_size_bytes: u32,
}

const KINDS: &str = "FreeTextAnswer, SelectionAnswer or FileUploadAnswer";

pub(super) fn read(element: Element<'_>) -> Result<AnswerSpecification, LocatedError> {
    element.read(|children| {
        let answer = children.any(KINDS)?;
        match answer.name() {
            "FreeTextAnswer" => free_text(answer).map(AnswerSpecification::FreeText),
            "SelectionAnswer" => selection_answer(answer).map(AnswerSpecification::Selection),
            "FileUploadAnswer" => file_upload(answer).map(AnswerSpecification::FileUpload),
            _ => Err(answer.unexpected(KINDS)),
        }
    })
}

const DEFAULT_ERROR_TEXT: &str = "Invalid input supplied.";

fn free_text(element: Element<'_>) -> Result<FreeTextAnswer, LocatedError> {
    element.read(|children| {
        let constraints = children.optional("Constraints").map(constraints).transpose()?;
        let default_text = children.optional_text("DefaultText")?;
        let lines = children.optional("NumberOfLinesSuggestion").map(|lines| lines.count(1));
        let number_of_lines_suggestion = lines.transpose()?;
        let constraints = constraints.unwrap_or_default();
        Ok(FreeTextAnswer { default_text, number_of_lines_suggestion, ..constraints })
    })
}

/// A field with these constraints alone.
fn constraints(element: Element<'_>) -> Result<FreeTextAnswer, LocatedError> {
    element.read(|children| {
        let numeric = children.optional("IsNumeric").map(numeric).transpose()?;
        let length = children.optional("Length").map(length).transpose()?.unwrap_or_default();
        let formats = children.many("AnswerFormatRegex", format)?;
        Ok(FreeTextAnswer { numeric, length, formats, ..FreeTextAnswer::default() })
    })
}

/// Assumed: a range without a number in it is refused; the schema lets it through.
fn numeric(element: Element<'_>) -> Result<Numeric, LocatedError> {
    element.empty_but_for(&["minValue", "maxValue"])?;
    let range = i64::from(i32::MIN)..=i64::from(i32::MAX);
    let int =
        |name| Ok(element.integer_attribute(name, &range)?.and_then(|n| i32::try_from(n).ok()));
    let (min_value, max_value) = (int("minValue")?, int("maxValue")?);
    if min_value.zip(max_value).is_some_and(|(least, most)| least > most) {
        return Err(element.error("minValue is greater than maxValue"));
    }
    Ok(Numeric { min_value, max_value })
}

/// Assumed: a range without a length in it is refused; the schema lets it through.
fn length(element: Element<'_>) -> Result<Length, LocatedError> {
    element.empty_but_for(&["minLength", "maxLength"])?;
    let count = |name, least| {
        let value = element.integer_attribute(name, &(least..=i64::MAX))?;
        Ok(value.map(|n| u32::try_from(n).unwrap_or(u32::MAX)))
    };
    let (min_length, max_length) = (count("minLength", 0)?, count("maxLength", 1)?);
    if min_length.zip(max_length).is_some_and(|(least, most)| least > most) {
        return Err(element.error("minLength is greater than maxLength"));
    }
    Ok(Length { min_length, max_length })
}

/// The documentation knows the flag `i` alone; the schema takes any text.
fn format(element: Element<'_>) -> Result<AnswerFormat, LocatedError> {
    element.empty_but_for(&["regex", "errorText", "flags"])?;
    let Some(regex) = element.attribute("regex") else {
        return Err(element.error("AnswerFormatRegex must have the attribute regex"));
    };
    Ok(AnswerFormat {
        regex: regex.to_owned(),
        error_text: element.attribute("errorText").unwrap_or(DEFAULT_ERROR_TEXT).to_owned(),
        ignore_case: element.attribute("flags").is_some_and(|flags| flags.contains('i')),
    })
}

fn selection_answer(element: Element<'_>) -> Result<SelectionAnswer, LocatedError> {
    let answer = element.read(|children| {
        let min = children.optional("MinSelectionCount").map_or(Ok(1), |least| least.count(0))?;
        let max = children.optional("MaxSelectionCount").map_or(Ok(1), |most| most.count(1))?;
        let style = children.optional("StyleSuggestion").map(style).transpose()?;
        let (selections, other) = selections(children.required("Selections")?)?;
        Ok(SelectionAnswer {
            min_selection_count: min,
            max_selection_count: max,
            style,
            selections,
            other,
        })
    })?;
    possible(&answer).map_err(|details| element.error(details))?;
    Ok(answer)
}

/// Assumed: a question that no answer can satisfy is refused; the schema lets it through.
fn possible(answer: &SelectionAnswer) -> Result<(), String> {
    let (least, most) = (answer.min_selection_count, answer.max_selection_count);
    if least > most {
        return Err(format!("MinSelectionCount {least} is greater than MaxSelectionCount {most}"));
    }
    let choices = answer.selections.len() + usize::from(answer.other.is_some());
    if least as usize > choices {
        return Err(format!("MinSelectionCount {least} is greater than the {choices} selections"));
    }
    Ok(())
}

fn style(element: Element<'_>) -> Result<Style, LocatedError> {
    let text = element.text()?;
    match text.as_str() {
        "radiobutton" => Ok(Style::RadioButton),
        "checkbox" => Ok(Style::CheckBox),
        "list" => Ok(Style::List),
        "dropdown" => Ok(Style::DropDown),
        "combobox" => Ok(Style::ComboBox),
        "multichooser" => Ok(Style::MultiChooser),
        _ => {
            let styles = "radiobutton, checkbox, list, dropdown, combobox or multichooser";
            Err(element.found(&text, styles))
        }
    }
}

fn selections(
    element: Element<'_>,
) -> Result<(Vec<Selection>, Option<FreeTextAnswer>), LocatedError> {
    let (elements, other) = element.read(|children| {
        let elements = children.at_least_one("Selection", Ok)?;
        Ok((elements, children.optional("OtherSelection").map(free_text).transpose()?))
    })?;
    let mut taken = HashSet::new();
    let selections = elements.into_iter().map(|element| selection(element, &mut taken));
    Ok((selections.collect::<Result<_, _>>()?, other))
}

/// Source: "a unique alphanumeric string" in the documentation; the schema does not check it.
fn selection(element: Element<'_>, taken: &mut HashSet<String>) -> Result<Selection, LocatedError> {
    let (identifier, content) = element.read(|children| {
        let identifier = children.required("SelectionIdentifier")?;
        Ok((identifier, selection_content(children.any(SELECTION_KINDS)?)?))
    })?;
    Ok(Selection { identifier: identifier.unique_text(taken)?, content })
}

const SELECTION_KINDS: &str = "Text, FormattedContent or Binary";

fn selection_content(element: Element<'_>) -> Result<SelectionContent, LocatedError> {
    match element.name() {
        "Text" => element.text().map(SelectionContent::Text),
        "FormattedContent" => formatted::read(element).map(SelectionContent::Formatted),
        "Binary" => binary(element).map(SelectionContent::Binary),
        _ => Err(element.unexpected(SELECTION_KINDS)),
    }
}

const MAX_FILE_BYTES: i64 = 2_000_000_000;

fn file_upload(element: Element<'_>) -> Result<FileUploadAnswer, LocatedError> {
    if element.namespace() != Some(FORM_2005) {
        let details = "the element FileUploadAnswer is not supported since 2017-12-12";
        return Err(element.error(details));
    }
    let field = element.read(|children| {
        Ok(FileUploadAnswer {
            max_file_size_bytes: file_size(children.required("MaxFileSizeInBytes")?)?,
            min_file_size_bytes: file_size(children.required("MinFileSizeInBytes")?)?,
        })
    })?;
    if field.min_file_size_bytes > field.max_file_size_bytes {
        return Err(element.error("MinFileSizeInBytes is greater than MaxFileSizeInBytes"));
    }
    Ok(field)
}

fn file_size(element: Element<'_>) -> Result<u32, LocatedError> {
    let size = element.integer(&(1..=MAX_FILE_BYTES))?;
    Ok(u32::try_from(size).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests;
