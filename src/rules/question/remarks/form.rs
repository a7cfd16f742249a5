//! Remarks on a `QuestionForm`.

use super::{Remarks, is_plain_http, short};
use crate::rules::question::content::{Binary, Content};
use crate::rules::question::form::{FormQuestion, Part, QuestionForm};
use crate::rules::question::pattern::Budget;
use crate::rules::question::specification::{
    AnswerFormat, AnswerSpecification, SelectionAnswer, SelectionContent, Style,
};

pub(super) fn check(form: &QuestionForm, found: &mut Remarks) {
    if !form.questions().any(FormQuestion::must_be_answered) {
        found.add(None, || {
            "No question must be answered: a worker can submit the empty form.".to_owned()
        });
    }
    let mut budget = Budget::default();
    for part in &form.parts {
        match part {
            Part::Overview(contents) => content(contents, found),
            Part::Question(one) => {
                content(&one.content, found);
                question(one, &mut budget, found);
            }
        }
    }
}

fn question(question: &FormQuestion, budget: &mut Budget, found: &mut Remarks) {
    let name = short(&question.identifier);
    match &question.answer {
        AnswerSpecification::FreeText(text) => formats(&name, &text.formats, budget, found),
        AnswerSpecification::Selection(selection) => {
            choices(&name, selection, found);
            if let Some(text) = &selection.other {
                formats(&name, &text.formats, budget, found);
            }
        }
        AnswerSpecification::FileUpload(_) => found.add(None, || {
            format!("“{name}” asks for a file. Amazon took no files after 2017-12-12.")
        }),
    }
}

fn formats(name: &str, formats: &[AnswerFormat], budget: &mut Budget, found: &mut Remarks) {
    for format in formats {
        if budget.translated(&format.regex).is_none() {
            let regex = short(&format.regex);
            found.add(None, || {
                format!("“{name}”: the worker's browser alone checks the expression {regex}.")
            });
        }
    }
}

fn choices(name: &str, field: &SelectionAnswer, found: &mut Remarks) {
    let (count, most) = (field.selections.len(), field.max_selection_count);
    let is_one = matches!(field.style, Some(Style::RadioButton | Style::DropDown));
    if is_one && most > 1 {
        found.add(None, || {
            format!("“{name}” allows {most} choices, but its style lets a worker choose one.")
        });
    }
    if count == 1 && field.other.is_none() {
        found.add(None, || format!("“{name}” has a single choice."));
    }
    for one in &field.selections {
        if let SelectionContent::Binary(one) = &one.content {
            binary(one, found);
        }
    }
}

fn content(contents: &[Content], found: &mut Remarks) {
    for piece in contents {
        match piece {
            Content::Binary(one) => binary(one, found),
            Content::EmbeddedBinary(one) => loaded(&one.data_url, found),
            Content::Application(one) => {
                let kind = one.kind;
                found.add(None, || {
                    format!("No browser runs a {kind} any more: workers see a link.")
                });
            }
            Content::Title(_) | Content::Text(_) | Content::List(_) | Content::Formatted(_) => {}
        }
    }
}

fn binary(one: &Binary, found: &mut Remarks) {
    loaded(&one.data_url, found);
}

fn loaded(url: &str, found: &mut Remarks) {
    if is_plain_http(url) {
        found.add(None, || super::page::mixed(url));
    }
}
