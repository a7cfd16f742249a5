//! The fields of a `QuestionForm`.

use super::{Choice, Field, Fields, Form, Kind, Opt, Pattern, Posted, Text};
use crate::rules::question::form::{FormQuestion, QuestionForm};
use crate::rules::question::specification::{
    AnswerSpecification, FreeTextAnswer, Selection, SelectionAnswer, SelectionContent,
};
use crate::rules::question::visible_text;

pub(super) fn fields(form: &QuestionForm) -> Fields {
    Fields { fields: form.questions().map(field).collect(), form: Form::QuestionForm }
}

fn field(question: &FormQuestion) -> Field {
    let required = question.must_be_answered();
    let shown = visible_text::of_content(&question.content);
    let label = question.display_name.clone().or(Some(shown).filter(|text| !text.is_empty()));
    let kind = match &question.answer {
        AnswerSpecification::FreeText(field) => text(field),
        AnswerSpecification::Selection(field) => Kind::Choice(choice(field, required)),
        AnswerSpecification::FileUpload(_) => Kind::File,
    };
    Field { name: question.identifier.clone(), label, required, kind, posted: Posted::Text }
}

fn text(field: &FreeTextAnswer) -> Kind {
    if let Some(range) = field.numeric
        && field.formats.is_empty()
    {
        let (min, max) = (range.min_value.map(f64::from), range.max_value.map(f64::from));
        return Kind::Number { min, max, step: Some(1.0) };
    }
    let length = |length: Option<u32>| length.and_then(|length| usize::try_from(length).ok());
    let patterns = field
        .formats
        .iter()
        .map(|format| Pattern { regex: format.regex.clone(), ignore_case: format.ignore_case });
    Kind::Text(Text {
        format: if field.numeric.is_some() { "number" } else { "text" }.to_owned(),
        min_length: length(field.length.min_length),
        max_length: length(field.length.max_length),
        patterns: patterns.collect(),
        value: field.default_text.clone(),
    })
}

fn choice(field: &SelectionAnswer, required: bool) -> Choice {
    let options = field.selections.iter().map(|Selection { identifier, content }| Opt {
        value: identifier.clone(),
        label: Some(match content {
            SelectionContent::Text(text) => text.clone(),
            SelectionContent::Formatted(html) => visible_text::of_html(html),
            SelectionContent::Binary(binary) => visible_text::of_binary(binary),
        }),
        name: None,
    });
    let (least, most) = (field.min_selection_count as usize, field.max_selection_count as usize);
    let options: Vec<Opt> = options.collect();
    let all = options.len() + usize::from(field.other.is_some());
    let least = if required { least.max(1) } else { least };
    Choice { least: least.min(all), most: most.min(all), other: field.other.is_some(), options }
}
