//! A `QuestionForm` as a piece of a page: what a worker sees of a HIT or of a qualification test.
//!
//! A page puts the piece into a `<form method="post" enctype="multipart/form-data">` of its own,
//! adds its hidden fields and its submit button, and hands what is posted to
//! [`crate::rules::question::filling::answers`]. If that finds problems, it draws the piece again
//! with them and with what was filled in. Fields are checked in the browser too, by their
//! attributes and by `/assets/question-form.js`, which the piece brings along with its style.
//! What of a page is a field of the form is named by [`crate::rules::question::filling`]; all other
//! names are free.

mod content;
mod field;

use std::collections::HashMap;

use askama::Template;

use crate::rules::question::answers::{self, AnswerValue};
use crate::rules::question::content::Content;
use crate::rules::question::filling::{Filling, Problem, field_name, other_name, other_value};
use crate::rules::question::form::{Part, QuestionForm};
use crate::rules::question::specification::AnswerSpecification;
use crate::rules::question::{Question, QuestionFault, parse};
use field::Field;

/// Whether the form can be filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// By the worker who accepted the HIT or asked for the qualification.
    Work,
    /// Not yet: every field is disabled, as on the real service's preview.
    Preview,
}

/// HTML that may stand in a page as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Html(pub String);

impl std::fmt::Display for Html {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Draws a question document that is a `QuestionForm`; none if it is of another kind.
///
/// `values` is what was filled in before, [`Filling::default`] at first; a field that it does not
/// name shows the form's default text.
///
/// # Errors
/// The document is not a question document.
pub fn render(
    question_form_xml: &str,
    values: &Filling,
    problems: &[Problem],
    purpose: Use,
) -> Result<Option<Html>, QuestionFault> {
    Ok(match parse(question_form_xml)? {
        Question::Form(form) => Some(render_form(&form, values, problems, purpose)),
        Question::External(_) | Question::Html(_) => None,
    })
}

/// Draws a form that was read already, as [`render`].
#[must_use]
pub fn render_form(
    form: &QuestionForm,
    values: &Filling,
    problems: &[Problem],
    purpose: Use,
) -> Html {
    let problems = problems.iter().map(|one| (&*one.question_identifier, &*one.message));
    let problems: HashMap<&str, &str> = problems.collect();
    let (values, mut number) = (values.by_name(), 0);
    let parts = form.parts.iter().map(|part| match part {
        Part::Overview(content) => Shown::Overview(content),
        Part::Question(question) => {
            number += 1;
            Shown::Question(Box::new(QuestionPiece {
                name: field_name(number),
                heading: question.display_name.as_deref(),
                required: question.must_be_answered(),
                content: &question.content,
                problem: problems.get(question.identifier.as_str()).copied().unwrap_or_default(),
                field: Field::new(question, number, &values, purpose == Use::Preview),
            }))
        }
    });
    // Writing into a text cannot fail.
    Html(Piece { parts: parts.collect() }.render().unwrap_or_default())
}

/// The fields that an answer document was made of, to show a worker's answers again.
///
/// Files are left out: a browser does not take a file from a page. A document that cannot be read
/// fills in nothing.
#[must_use]
pub fn filling_of(form: &QuestionForm, answer: &str) -> Filling {
    let given = answers::parse(answer).unwrap_or_default();
    let given = given.iter().rev().map(|one| (one.question_identifier.as_str(), &one.value));
    let given: HashMap<&str, &AnswerValue> = given.collect();
    let mut texts = Vec::new();
    for (index, question) in form.questions().enumerate() {
        let Some(value) = given.get(question.identifier.as_str()) else { continue };
        let name = field_name(index + 1);
        match (value, &question.answer) {
            (AnswerValue::FreeText(text), _) => texts.push((name, text.clone())),
            (
                AnswerValue::Selections { identifiers, other },
                AnswerSpecification::Selection(field),
            ) => {
                texts.extend(identifiers.iter().map(|one| (name.clone(), one.clone())));
                if let Some(text) = other {
                    texts.push((name, other_value(field)));
                    texts.push((other_name(index + 1), text.clone()));
                }
            }
            _ => {}
        }
    }
    Filling { texts, files: Vec::new() }
}

/// The whole piece.
#[derive(Template)]
#[template(path = "question_form/piece.html")]
struct Piece<'a> {
    parts: Vec<Shown<'a>>,
}

enum Shown<'a> {
    Overview(&'a [Content]),
    Question(Box<QuestionPiece<'a>>),
}

/// One question with its field.
#[derive(Template)]
#[template(path = "question_form/question.html")]
struct QuestionPiece<'a> {
    name: String,
    heading: Option<&'a str>,
    required: bool,
    content: &'a [Content],
    problem: &'a str,
    field: Field<'a>,
}

#[cfg(test)]
mod tests;
