//! How a form's question is answered: a text, a choice or a file.
//!
//! Source: `AnswerSpecificationType` and its parts in `QuestionForm.xsd` of 2005-10-01; "Answer
//! Specification" in the documentation of `QuestionForm`.

use super::content::{Binary, binary};
use super::form::NAMESPACE_2005;
use super::formatted;
use super::xml::{Element, Flaw, quoted};
use std::collections::HashSet;

mod free_text;
pub use free_text::{AnswerFormat, FreeTextAnswer, Length, Numeric};

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
    #[must_use]
    pub const fn is_file(&self) -> bool {
        matches!(self, Self::FileUpload(_))
    }

    /// The choices, where nothing in the worker's own words can be the answer.
    #[must_use]
    pub fn closed_choices(&self) -> Option<&[Selection]> {
        match self {
            Self::Selection(SelectionAnswer { selections, other: None, .. }) => Some(selections),
            _ => None,
        }
    }
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

pub(super) fn read(element: Element<'_>) -> Result<AnswerSpecification, Flaw> {
    let mut children = element.children()?;
    let answer = children.any(KINDS)?;
    let specification = match answer.name() {
        "FreeTextAnswer" => free_text::read(answer).map(AnswerSpecification::FreeText),
        "SelectionAnswer" => selection_answer(answer).map(AnswerSpecification::Selection),
        "FileUploadAnswer" => file_upload(answer).map(AnswerSpecification::FileUpload),
        _ => Err(answer.unexpected(KINDS)),
    }?;
    children.end()?;
    Ok(specification)
}

fn selection_answer(element: Element<'_>) -> Result<SelectionAnswer, Flaw> {
    let mut children = element.children()?;
    let min_count = children.optional("MinSelectionCount").map(|least| least.count(0));
    let max_count = children.optional("MaxSelectionCount").map(|most| most.count(1));
    let (min_count, max_count) = (min_count.transpose()?, max_count.transpose()?);
    let style = children.optional("StyleSuggestion").map(style).transpose()?;
    let (selections, other) = selections(children.required("Selections")?)?;
    children.end()?;
    let answer = SelectionAnswer {
        min_selection_count: min_count.unwrap_or(1),
        max_selection_count: max_count.unwrap_or(1),
        style,
        selections,
        other,
    };
    possible(&answer).map_err(|details| element.flaw(details))?;
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

fn style(element: Element<'_>) -> Result<Style, Flaw> {
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

fn selections(element: Element<'_>) -> Result<(Vec<Selection>, Option<FreeTextAnswer>), Flaw> {
    let mut children = element.children()?;
    let elements = children.at_least_one("Selection")?;
    let other = children.optional("OtherSelection").map(free_text::read).transpose()?;
    children.end()?;
    let mut taken = HashSet::new();
    let selections = elements.into_iter().map(|element| selection(element, &mut taken));
    Ok((selections.collect::<Result<_, _>>()?, other))
}

/// Source: "a unique alphanumeric string" in the documentation; the schema does not check it.
fn selection(element: Element<'_>, taken: &mut HashSet<String>) -> Result<Selection, Flaw> {
    let mut children = element.children()?;
    let identifier = children.required("SelectionIdentifier")?;
    let content = selection_content(children.any(SELECTION_KINDS)?)?;
    children.end()?;
    let name = identifier.text()?;
    if !taken.insert(name.clone()) {
        let name = quoted(&name);
        return Err(identifier.flaw(format!("the SelectionIdentifier {name} occurs twice")));
    }
    Ok(Selection { identifier: name, content })
}

const SELECTION_KINDS: &str = "Text, FormattedContent or Binary";

fn selection_content(element: Element<'_>) -> Result<SelectionContent, Flaw> {
    match element.name() {
        "Text" => element.text().map(SelectionContent::Text),
        "FormattedContent" => formatted::read(element).map(SelectionContent::Formatted),
        "Binary" => binary(element).map(SelectionContent::Binary),
        _ => Err(element.unexpected(SELECTION_KINDS)),
    }
}

const MAX_FILE_BYTES: i64 = 2_000_000_000;

fn file_upload(element: Element<'_>) -> Result<FileUploadAnswer, Flaw> {
    if element.namespace() != Some(NAMESPACE_2005) {
        let details = "the element FileUploadAnswer is not supported since 2017-12-12";
        return Err(element.flaw(details));
    }
    let mut children = element.children()?;
    let max_file_size_bytes = file_size(children.required("MaxFileSizeInBytes")?)?;
    let min_file_size_bytes = file_size(children.required("MinFileSizeInBytes")?)?;
    children.end()?;
    if min_file_size_bytes > max_file_size_bytes {
        return Err(element.flaw("MinFileSizeInBytes is greater than MaxFileSizeInBytes"));
    }
    Ok(FileUploadAnswer { min_file_size_bytes, max_file_size_bytes })
}

fn file_size(element: Element<'_>) -> Result<u32, Flaw> {
    let size = element.integer(&(1..=MAX_FILE_BYTES))?;
    Ok(u32::try_from(size).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests;
