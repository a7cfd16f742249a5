//! The fields of a form, by kind and style.

use std::collections::HashSet;

use askama::Template;
use serde::Serialize;

use crate::rules::question::filling::{ByName, field_name, most_bytes, other_name, other_value};
use crate::rules::question::form::FormQuestion;
use crate::rules::question::specification::{
    AnswerSpecification, FreeTextAnswer, SelectionAnswer, SelectionContent, Style,
};

/// What is filled in, and where.
pub(super) enum Field<'a> {
    /// A text.
    Text(TextField<'a>),
    /// Radio buttons or boxes to tick.
    Choice(ChoiceField<'a>),
    /// A list to pick from.
    List(ChoiceField<'a>),
    /// A file.
    File(FileField),
}

/// A text.
#[derive(Template)]
#[template(path = "question_form/text.html")]
pub(super) struct TextField<'a> {
    pub name: String,
    /// What it is called where its question does not say it.
    pub label: Option<&'static str>,
    pub labelled_by: String,
    field: &'a FreeTextAnswer,
    pub value: &'a str,
    pub required: bool,
    pub disabled: bool,
}

/// One of a question's choices.
pub(super) struct Choice<'a> {
    pub value: &'a str,
    pub content: &'a SelectionContent,
    pub chosen: bool,
}

/// A question's choices.
#[derive(Template)]
#[template(path = "question_form/choice.html")]
pub(super) struct ChoiceField<'a> {
    pub name: String,
    field: &'a SelectionAnswer,
    pub choices: Vec<Choice<'a>>,
    pub other: Option<Other<'a>>,
    pub required: bool,
    pub disabled: bool,
}

/// "Other", with its text.
pub(super) struct Other<'a> {
    pub value: String,
    pub chosen: bool,
    pub text: TextField<'a>,
}

/// A list to pick from: the same choices, drawn otherwise.
#[derive(Template)]
#[template(path = "question_form/list.html")]
pub(super) struct ListPiece<'f, 'a> {
    pub list: &'f ChoiceField<'a>,
}

/// A file.
#[derive(Template)]
#[template(path = "question_form/file.html")]
pub(super) struct FileField {
    pub name: String,
    pub least: u32,
    pub most: u64,
    pub required: bool,
    pub disabled: bool,
}

impl<'a> Field<'a> {
    pub fn new(
        question: &'a FormQuestion,
        number: usize,
        values: &ByName<'a>,
        disabled: bool,
    ) -> Self {
        let (name, required) = (field_name(number), question.must_be_answered());
        match &question.answer {
            AnswerSpecification::FreeText(field) => {
                let value = values.first(&name).or(field.default_text.as_deref());
                let (label, labelled_by) = (None, format!("{name}_content"));
                let value = value.unwrap_or_default();
                Self::Text(TextField { name, label, labelled_by, field, value, required, disabled })
            }
            AnswerSpecification::Selection(field) => {
                let choice = choice_field(field, number, values, (required, disabled));
                if choice.is_list() { Self::List(choice) } else { Self::Choice(choice) }
            }
            AnswerSpecification::FileUpload(field) => Self::File(FileField {
                name,
                least: field.min_file_size_bytes,
                most: most_bytes(*field),
                required,
                disabled,
            }),
        }
    }
}

fn choice_field<'a>(
    field: &'a SelectionAnswer,
    number: usize,
    values: &ByName<'a>,
    (required, disabled): (bool, bool),
) -> ChoiceField<'a> {
    let name = field_name(number);
    let given: HashSet<&str> = values.all(&name).iter().copied().collect();
    let chosen = |value: &str| given.contains(value);
    let choices = field.selections.iter().map(|one| Choice {
        value: &one.identifier,
        content: &one.content,
        chosen: chosen(&one.identifier),
    });
    let other = field.other.as_ref().map(|text| {
        let (name, value) = (other_name(number), other_value(field));
        Other {
            chosen: chosen(&value),
            value,
            text: TextField {
                labelled_by: String::new(),
                label: Some("Other"),
                value: values.first(&name).or(text.default_text.as_deref()).unwrap_or_default(),
                name,
                field: text,
                required: false,
                disabled,
            },
        }
    });
    ChoiceField { choices: choices.collect(), name, field, other, required, disabled }
}

impl<'a> ChoiceField<'a> {
    /// The choices as a list.
    pub fn drawn(&self) -> ListPiece<'_, 'a> {
        ListPiece { list: self }
    }

    /// A dropdown and a combobox are lists, if their choices are plain texts: a list of a browser
    /// shows nothing else.
    fn is_list(&self) -> bool {
        let plain = |one: &Choice<'_>| matches!(one.content, SelectionContent::Text(_));
        let list = matches!(self.field.style, Some(Style::DropDown | Style::ComboBox));
        list && self.choices.iter().all(plain)
    }

    /// Boxes to tick where several can be chosen or the form asks for boxes, else radio buttons.
    ///
    /// Source: Amazon's own renderer; it drew radio buttons for `radiobutton`, `list` and for no
    /// style at all. Assumed: boxes, too, where those allow more than one choice.
    fn kind(&self) -> &'static str {
        let boxes = matches!(self.field.style, Some(Style::CheckBox | Style::MultiChooser));
        if boxes || self.several() { "checkbox" } else { "radio" }
    }

    /// Whether a browser can tell by itself that nothing is chosen: it can for radio buttons.
    fn needs_one(&self) -> bool {
        self.required && self.kind() == "radio"
    }

    fn several(&self) -> bool {
        self.field.max_selection_count > 1
    }

    /// How many lines of a list show: one for a dropdown of which one is picked.
    fn lines(&self) -> usize {
        let open = self.field.style == Some(Style::ComboBox) || self.several();
        if open { self.choices.len().clamp(2, 10) } else { 1 }
    }

    fn least(&self) -> u32 {
        self.field.min_selection_count
    }

    fn most(&self) -> u32 {
        self.field.max_selection_count
    }
}

/// What a browser's script must know of an expression.
#[derive(Serialize)]
struct Format<'a> {
    regex: &'a str,
    flags: &'static str,
    error: &'a str,
}

impl TextField<'_> {
    /// Source: Amazon's own renderer drew one line where the form says 1, several where it says
    /// nothing (at least 4), and at most 50.
    fn lines(&self) -> u32 {
        self.field.number_of_lines_suggestion.map_or(4, |lines| lines.min(50))
    }

    /// A text for "Other" has one line unless more are asked for.
    fn is_line(&self) -> bool {
        let unsaid = self.field.number_of_lines_suggestion.is_none();
        self.lines() == 1 || self.label.is_some() && unsaid
    }

    fn is_number(&self) -> bool {
        self.field.numeric.is_some()
    }

    /// The constraints that a browser does not know, for the script: names and values.
    fn constraints(&self) -> Vec<(&'static str, String)> {
        let (numeric, length) = (self.field.numeric.unwrap_or_default(), self.field.length);
        let mut found = Vec::new();
        if self.is_number() {
            found.push(("numeric", String::new()));
        }
        found.extend(numeric.min_value.map(|least| ("min-value", least.to_string())));
        found.extend(numeric.max_value.map(|most| ("max-value", most.to_string())));
        found.extend(length.min_length.map(|least| ("min-length", least.to_string())));
        found.extend(length.max_length.map(|most| ("max-length", most.to_string())));
        let formats = self.field.formats.iter().map(|one| Format {
            regex: &one.regex,
            flags: if one.ignore_case { "i" } else { "" },
            error: &one.error_text,
        });
        let formats: Vec<_> = formats.collect();
        if !formats.is_empty() {
            found.push(("formats", serde_json::to_string(&formats).unwrap_or_default()));
        }
        found
    }
}
