//! The fields of a question, read from the question itself, and what a browser would post for them.

mod annotation;
mod control;
mod crowd;
mod form;
mod found;
mod page;
mod posted;
mod reader;

use serde::Serialize;

use super::Question;
pub use annotation::{Annotation, Widget};
pub use posted::document;

/// So many fields of a page are read, and so many options of each: no robot fills in more.
const MOST: usize = 2000;

/// The fields that a worker fills in, and the form that they are in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fields {
    /// In the order of the question; each name stands once.
    pub fields: Vec<Field>,
    /// How they are posted.
    pub form: Form,
}

/// What a question's fields are in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Form {
    /// A page of the requester's own: each field is posted by its name.
    #[default]
    Page,
    /// A `crowd-form`: its fields are posted as one JSON text, or each by its path.
    Crowd {
        /// Whether each is posted by its path.
        is_flat: bool,
    },
    /// A `QuestionForm`.
    QuestionForm,
}

/// A field.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Field {
    /// The question's identifier, or the name under which the field is posted.
    pub name: String,
    /// What stands beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Whether it must be filled in.
    pub required: bool,
    /// What it takes.
    #[serde(flatten)]
    pub kind: Kind,
    /// How a `crowd-form` posts its value.
    #[serde(skip)]
    pub posted: Posted,
}

/// What a field takes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "Type", rename_all_fields = "PascalCase")]
pub enum Kind {
    /// A text.
    Text(Text),
    /// A number.
    Number {
        /// The least.
        #[serde(skip_serializing_if = "Option::is_none")]
        min: Option<f64>,
        /// The greatest.
        #[serde(skip_serializing_if = "Option::is_none")]
        max: Option<f64>,
        /// The difference between two of them.
        #[serde(skip_serializing_if = "Option::is_none")]
        step: Option<f64>,
    },
    /// One or several of some options.
    Choice(Choice),
    /// Marks on a picture or in a text, as one JSON value.
    Annotation(Annotation),
    /// What the page itself holds and posts.
    Hidden {
        /// Its value.
        value: String,
    },
    /// A file. Robots have none.
    File,
}

/// What text a field takes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Text {
    /// `text`, or one of the types of HTML's `input`: `email`, `url`, `date`, …
    pub format: String,
    /// The fewest characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_length: Option<usize>,
    /// The most characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
    /// Regular expressions, in JavaScript's syntax, that it must match.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub patterns: Vec<Pattern>,
    /// What it holds at first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// A regular expression.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Pattern {
    /// In JavaScript's syntax; a part of the text may match.
    pub regex: String,
    /// Whether capital and small letters are the same.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ignore_case: bool,
}

/// What can be chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Choice {
    /// The options, in the order of the question.
    pub options: Vec<Opt>,
    /// The fewest that are chosen.
    pub least: usize,
    /// The most that are chosen.
    pub most: usize,
    /// Whether a text that is none of the options can be an answer.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub other: bool,
}

/// An option.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Opt {
    /// What stands for it in the answer.
    pub value: String,
    /// What a worker sees of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The name under which it is posted, if that is not the field's.
    #[serde(skip)]
    pub name: Option<String>,
}

/// How a `crowd-form` posts a field's value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Posted {
    /// As a text.
    #[default]
    Text,
    /// As a number.
    Number,
    /// As an object that has every option, and whether it is chosen.
    Checked,
    /// As a list of what is chosen.
    List,
    /// As an object with the member `label`.
    Label,
    /// As an object with the member `labels`.
    Labels,
    /// As the JSON value that its text is.
    Json,
}

/// The fields of a question. Those of a page elsewhere are not known: it has none here.
pub fn of(question: &Question) -> Fields {
    match question {
        Question::External(_) => Fields::default(),
        Question::Html(page) => of_page(&page.content),
        Question::Form(form) => form::fields(form),
    }
}

/// The fields of a page of HTML, as a browser without scripts would find them: those of the form
/// that is posted to the marketplace; of the first `crowd-form`; or else of the whole page.
pub fn of_page(html: &str) -> Fields {
    page::fields(html)
}

impl Fields {
    /// The field of this name.
    pub fn find(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The fields that are to be answered: those that are neither hidden nor files.
    pub fn open(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| !matches!(field.kind, Kind::Hidden { .. } | Kind::File))
    }
}

#[cfg(test)]
mod tests;
