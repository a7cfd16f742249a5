//! `QuestionForm`: a form that the marketplace draws itself.

use super::content::{self, Content};
use super::located_error::LocatedError;
use super::namespaces::{FORM_2005, FORM_2017};
use super::specification::{self, AnswerSpecification};
use super::xml::Element;
use std::collections::HashSet;

/// A form that the marketplace draws itself.
///
/// Source: `QuestionForm.xsd` of 2005-10-01, and the documentation of `QuestionForm` for the
/// version of 2017-11-06.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionForm {
    /// Overviews and questions in the order of the document; at least one is a question.
    pub parts: Vec<Part>,
}

/// An overview or a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// What is shown apart from the questions; never empty.
    Overview(Vec<Content>),
    /// A question with its field.
    Question(FormQuestion),
}

/// A question with its field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormQuestion {
    /// What stands for this question in the answer; no two questions of a form share one.
    pub identifier: String,
    /// The heading over it.
    pub display_name: Option<String>,
    /// `IsRequired`; see [`FormQuestion::must_be_answered`].
    pub is_required: bool,
    /// The text of the question; never empty.
    pub content: Vec<Content>,
    /// How it is answered.
    pub answer: AnswerSpecification,
}

impl QuestionForm {
    /// The questions in the order of the document.
    pub fn questions(&self) -> impl Iterator<Item = &FormQuestion> {
        self.parts.iter().filter_map(|part| match part {
            Part::Question(question) => Some(question),
            Part::Overview(_) => None,
        })
    }
}

impl FormQuestion {
    /// Whether a worker cannot leave this question out.
    ///
    /// Source: the documentation of `Length`: a minimum makes the question a required one.
    pub fn must_be_answered(&self) -> bool {
        let least = match &self.answer {
            AnswerSpecification::FreeText(text) => text.length.min_length,
            _ => None,
        };
        self.is_required || least.is_some_and(|least| least > 0)
    }
}

pub(super) fn read(root: Element<'_>) -> Result<QuestionForm, LocatedError> {
    root.in_namespace(&[FORM_2005, FORM_2017])?;
    let mut taken = HashSet::new();
    let elements = root.children()?.all("Overview or Question")?;
    let parts = elements.into_iter().map(|element| part(element, &mut taken));
    let form = QuestionForm { parts: parts.collect::<Result<_, _>>()? };
    if form.questions().next().is_none() {
        return Err(root.error("QuestionForm has no element Question"));
    }
    Ok(form)
}

fn part(element: Element<'_>, taken: &mut HashSet<String>) -> Result<Part, LocatedError> {
    match element.name() {
        "Overview" => content::read(element).map(Part::Overview),
        "Question" => question(element, taken).map(Part::Question),
        _ => Err(element.unexpected("Overview or Question")),
    }
}

fn question(
    element: Element<'_>,
    taken: &mut HashSet<String>,
) -> Result<FormQuestion, LocatedError> {
    element.read(|children| {
        Ok(FormQuestion {
            // Assumed: an identifier that two questions share is refused, as their answers could
            // not be distinguished; the schema lets it through.
            identifier: children.required("QuestionIdentifier")?.unique_text(taken)?,
            display_name: children.optional_text("DisplayName")?,
            is_required: children.optional("IsRequired").map_or(Ok(false), Element::boolean)?,
            content: content::read(children.required("QuestionContent")?)?,
            answer: specification::read(children.required("AnswerSpecification")?)?,
        })
    })
}

#[cfg(test)]
pub(super) mod tests;
