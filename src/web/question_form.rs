//! A `QuestionForm` as a piece of a page: what a worker sees of a HIT or of a qualification test.
//!
//! A page puts the piece into a `<form method="post" enctype="multipart/form-data">` of its own,
//! adds its hidden fields and its submit button, and hands what is posted to
//! [`crate::rules::question::filling::answers`]. If that finds problems, it draws the piece again
//! with them and with what was filled in. Fields are checked in the browser too, by their
//! attributes and by `/assets/question-form.js`, which the piece brings along with its style.
//! What of a page is a field of the form is named by [`crate::rules::question::filling`]; all other
//! names are free.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use askama::Template;
use regex::Regex;
use serde_json::{Value, json};

use crate::rules::question::QuestionForm;
use crate::rules::question::content::{Application, Content, Media};
use crate::rules::question::filling::{
    ByName, Filling, Problem, field_name, most_bytes, other_name, other_value,
};
use crate::rules::question::form::{FormQuestion, Part};
use crate::rules::question::specification::{
    AnswerSpecification, FreeTextAnswer, SelectionAnswer, SelectionContent, Style,
};

/// Whether the form can be filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// By the worker who accepted the HIT or requested the qualification.
    Work,
    /// Not yet: every field is disabled, as on the real service's preview.
    Preview,
}

/// Draws a form as HTML.
///
/// `values` is what was filled in before, [`Filling::default`] at first; a field that it does not
/// name shows the form's default text.
pub fn render_form(
    form: &QuestionForm,
    values: &Filling,
    problems: &[Problem],
    purpose: Use,
) -> String {
    let problems = problems.iter().map(|found| (&*found.question_identifier, &*found.message));
    let problems: HashMap<&str, &str> = problems.collect();
    let (values, disabled, mut number) = (values.by_name(), purpose == Use::Preview, 0);
    let parts = form.parts.iter().map(|part| match part {
        Part::Overview(content) => Shown::Overview(content),
        Part::Question(question) => {
            number += 1;
            Shown::Question(Box::new(ShownQuestion {
                name: field_name(number),
                question,
                problem: problems.get(question.identifier.as_str()).copied().unwrap_or_default(),
                field: Field::new(question, number, &values, disabled),
            }))
        }
    });
    // Writing into a text cannot fail.
    Piece { parts: parts.collect(), disabled }.render().unwrap_or_default()
}

/// The whole piece.
#[derive(Template)]
#[template(path = "question_form/piece.html")]
struct Piece<'a> {
    parts: Vec<Shown<'a>>,
    disabled: bool,
}

enum Shown<'a> {
    Overview(&'a [Content]),
    Question(Box<ShownQuestion<'a>>),
}

/// One question with its field.
struct ShownQuestion<'a> {
    name: String,
    question: &'a FormQuestion,
    problem: &'a str,
    field: Field<'a>,
}

impl ShownQuestion<'_> {
    /// The element of a title: below the question's own heading, if it has one.
    fn title_heading(&self) -> &'static str {
        if self.question.display_name.is_some() { "h3" } else { "h2" }
    }
}

/// What is filled in, and where.
enum Field<'a> {
    /// A text.
    Text(TextField<'a>),
    /// Radio buttons, boxes to tick, or a list to pick from.
    Choice(ChoiceField<'a>),
    /// A file.
    File(FileField),
}

/// A text.
#[derive(Template)]
#[template(path = "question_form/text.html")]
struct TextField<'a> {
    name: String,
    /// Whether it is the text for "Other" of a choice.
    is_other: bool,
    field: &'a FreeTextAnswer,
    value: &'a str,
    required: bool,
    disabled: bool,
}

/// A question's choices.
struct ChoiceField<'a> {
    field: &'a SelectionAnswer,
    /// The text for "Other", and what stands for that choice.
    other: Option<(TextField<'a>, String)>,
    chosen: HashSet<&'a str>,
}

/// A file of so many bytes.
struct FileField {
    least: u32,
    most: u64,
}

impl<'a> Field<'a> {
    fn new(question: &'a FormQuestion, number: usize, values: &ByName<'a>, disabled: bool) -> Self {
        let (name, required) = (field_name(number), question.must_be_answered());
        let text = |name: String, field: &'a FreeTextAnswer, is_other| {
            let value = values.first(&name).or(field.default_text.as_deref()).unwrap_or_default();
            TextField { name, is_other, field, value, required: required && !is_other, disabled }
        };
        match &question.answer {
            AnswerSpecification::FreeText(field) => Self::Text(text(name, field, false)),
            AnswerSpecification::Selection(field) => {
                let other = field.other.as_ref();
                let other =
                    other.map(|other| (text(other_name(number), other, true), other_value(field)));
                let chosen = values.all(&name).iter().copied().collect();
                Self::Choice(ChoiceField { field, other, chosen })
            }
            AnswerSpecification::FileUpload(field) => {
                let (least, most) = (field.min_file_size_bytes, most_bytes(*field));
                Self::File(FileField { least, most })
            }
        }
    }
}

impl ChoiceField<'_> {
    fn is_chosen(&self, value: &str) -> bool {
        self.chosen.contains(value)
    }

    /// A dropdown and a combobox are lists, if their choices are plain texts: a list of a browser
    /// shows nothing else.
    fn is_list(&self) -> bool {
        let mut choices = self.field.selections.iter();
        matches!(self.field.style, Some(Style::DropDown | Style::ComboBox))
            && choices.all(|choice| matches!(choice.content, SelectionContent::Text(_)))
    }

    /// Boxes to tick where several can be chosen or the form asks for boxes, else radio buttons.
    ///
    /// Source: Amazon's own renderer; it drew radio buttons for `radiobutton`, `list` and for no
    /// style at all. Assumed: boxes, too, where those allow more than one choice.
    fn kind(&self) -> &'static str {
        let boxes = matches!(self.field.style, Some(Style::CheckBox | Style::MultiChooser));
        if boxes || self.several() { "checkbox" } else { "radio" }
    }

    fn several(&self) -> bool {
        self.field.max_selection_count > 1
    }

    /// How many lines of a list show: one for a dropdown of which one is picked.
    fn lines(&self) -> usize {
        let open = self.field.style == Some(Style::ComboBox) || self.several();
        if open { self.field.selections.len().clamp(2, 10) } else { 1 }
    }
}

impl TextField<'_> {
    /// Source: Amazon's own renderer drew one line where the form says 1, several where it says
    /// nothing (at least 4), and at most 50.
    fn lines(&self) -> u32 {
        self.field.number_of_lines_suggestion.map_or(4, |lines| lines.min(50))
    }

    /// A text for "Other" has one line unless the form suggests more.
    fn is_line(&self) -> bool {
        let no_suggestion = self.field.number_of_lines_suggestion.is_none();
        self.lines() == 1 || self.is_other && no_suggestion
    }

    /// The constraints that a browser does not know, for the script: names and values.
    fn constraints(&self) -> Vec<(&'static str, String)> {
        let (numeric, length) = (self.field.numeric.unwrap_or_default(), self.field.length);
        let mut found = Vec::new();
        found.extend(self.field.numeric.map(|_| ("numeric", String::new())));
        found.extend(numeric.min_value.map(|least| ("min-value", least.to_string())));
        found.extend(numeric.max_value.map(|most| ("max-value", most.to_string())));
        found.extend(length.min_length.map(|least| ("min-length", least.to_string())));
        found.extend(length.max_length.map(|most| ("max-length", most.to_string())));
        let formats = self.field.formats.iter().map(|format| {
            let flags = if format.ignore_case { "i" } else { "" };
            json!({"regex": format.regex, "flags": flags, "error": format.error_text})
        });
        let formats: Vec<Value> = formats.collect();
        if !formats.is_empty() {
            found.push(("formats", json!(formats).to_string()));
        }
        found
    }
}

/// Where a program of a bygone browser lies.
fn address(program: &Application) -> String {
    match (program.file_name.as_str(), program.url.ends_with('/')) {
        ("", _) => program.url.clone(),
        (file, true) => format!("{}{file}", program.url),
        (file, false) => format!("{}/{file}", program.url),
    }
}

/// A stretch of plain text, or an address in it.
struct Stretch<'t> {
    text: &'t str,
    is_link: bool,
}

/// Plain text with the addresses in it found.
///
/// Source: Amazon's own renderer made links of the addresses in texts.
fn stretches(text: &str) -> Vec<Stretch<'_>> {
    static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"https?://[^\s<>"]*[^\s<>"'.,;:!?()\[\]{}]"#)
            .expect("the expression is a constant")
    });
    let (mut found, mut end) = (Vec::new(), 0);
    for address in ADDRESS.find_iter(text) {
        found.push(Stretch { text: &text[end..address.start()], is_link: false });
        found.push(Stretch { text: address.as_str(), is_link: true });
        end = address.end();
    }
    found.push(Stretch { text: &text[end..], is_link: false });
    found
}

#[cfg(test)]
mod tests;
