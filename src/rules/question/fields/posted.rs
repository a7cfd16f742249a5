//! What is posted for the fields of a question, and the answer document that it makes.

use serde_json::{Map, Value, json};

use super::{Choice, Field, Fields, Form, Kind, Posted};
use crate::rules::posted;
use crate::rules::question::Question;
use crate::rules::question::answers::{self, AnswerFault, Repeated};
use crate::shapes::answer::Given;

/// The answer document of a worker who gives these answers to the fields of `question`.
///
/// What the page itself holds is posted with it. An answer to no field of a form is left out; on a
/// page it is posted all the same, since a script may have made a field for it.
pub fn document(
    question: &Question,
    fields: &Fields,
    given: &Given,
    repeated: Repeated,
) -> Result<String, AnswerFault> {
    if let Question::Form(form) = question {
        let known = given.0.iter().filter_map(|(name, values)| {
            let field = fields.find(name)?;
            Some((name.clone(), values_of(field, values)))
        });
        return answers::from_form(form, &known.collect::<Vec<_>>());
    }
    answers::from_fields(&fields.posted(given), repeated)
}

impl Fields {
    /// Names and values as a browser posts them for these answers, in the order of the page.
    pub fn posted(&self, given: &Given) -> Vec<posted::Field> {
        match self.form {
            Form::Crowd { is_flat: false } => {
                let answers = Value::Array(vec![Value::Object(self.collected(given))]);
                vec![("taskAnswers".to_owned(), answers.to_string())]
            }
            Form::Crowd { is_flat: true } => {
                let mut fields = Vec::new();
                flat(&Value::Object(self.collected(given)), "", &mut fields);
                fields
            }
            Form::Page | Form::QuestionForm => {
                let named = |(name, values): (&str, Vec<String>)| {
                    let name = name.to_owned();
                    values.into_iter().map(move |value| (name.clone(), value))
                };
                let known = self.fields.iter().map(|field| (&*field.name, on_page(field, given)));
                known.chain(self.others(given)).flat_map(named).collect()
            }
        }
    }

    /// The answers to no field of the question.
    fn others<'g>(&self, given: &'g Given) -> impl Iterator<Item = (&'g str, Vec<String>)> {
        let others = given.0.iter().filter(|(name, _)| self.find(name).is_none());
        others.map(|(name, values)| (name.as_str(), values.clone()))
    }

    /// The answers as a `crowd-form` collects them.
    fn collected(&self, given: &Given) -> Map<String, Value> {
        let mut answers = Map::new();
        for field in &self.fields {
            let values = on_page(field, given);
            let is_empty = values.iter().all(String::is_empty);
            match (&field.kind, field.posted) {
                (Kind::Choice(choice), Posted::Checked) => {
                    checked(&field.name, choice, &values, &mut answers);
                }
                // What holds nothing is not among the answers.
                (_, posted) if is_empty && posted != Posted::List => {}
                (_, posted) => {
                    answers.insert(field.name.clone(), value(posted, values));
                }
            }
        }
        for (name, values) in self.others(given) {
            answers.insert(name.to_owned(), Value::String(values.join("|")));
        }
        answers
    }
}

fn given_for<'g>(name: &str, given: &'g Given) -> Option<&'g [String]> {
    let found = given.0.iter().find(|(known, _)| known == name);
    found.map(|(_, values)| values.as_slice())
}

/// The values of a field on a page, answered or not.
fn on_page(field: &Field, given: &Given) -> Vec<String> {
    match (given_for(&field.name, given), &field.kind) {
        (Some(values), _) => values_of(field, values),
        (None, Kind::Hidden { value }) => vec![value.clone()],
        (None, Kind::Text(text)) => vec![text.value.clone().unwrap_or_default()],
        (None, Kind::Number { .. } | Kind::Annotation(_)) => vec![String::new()],
        (None, Kind::Choice(_) | Kind::File) => Vec::new(),
    }
}

/// The values that are posted for an answer: of a single box, `true` and `false` are that it is
/// ticked or not.
fn values_of(field: &Field, values: &[String]) -> Vec<String> {
    let Kind::Choice(Choice { options, other: false, .. }) = &field.kind else {
        return values.to_vec();
    };
    match (options.as_slice(), values) {
        ([box_], [value]) if *value != box_.value => match value.as_str() {
            "true" => vec![box_.value.clone()],
            "false" => Vec::new(),
            _ => values.to_vec(),
        },
        _ => values.to_vec(),
    }
}

/// Adds which of the options are chosen.
fn checked(field: &str, choice: &Choice, values: &[String], answers: &mut Map<String, Value>) {
    for option in &choice.options {
        let name = option.name.as_deref().unwrap_or(field);
        let states = answers.entry(name).or_insert_with(|| json!({}));
        if let Value::Object(states) = states {
            states.insert(option.value.clone(), values.contains(&option.value).into());
        }
    }
}

fn value(posted: Posted, values: Vec<String>) -> Value {
    let text = || values.join("|");
    match posted {
        Posted::Text | Posted::Checked => text().into(),
        Posted::Number => number(&text()),
        Posted::List => values.into(),
        Posted::Label => json!({"label": text()}),
        Posted::Labels => json!({"labels": values}),
        Posted::Json => serde_json::from_str(&text()).unwrap_or_else(|_| text().into()),
    }
}

/// A number as JavaScript writes it: a whole one has no fraction.
fn number(text: &str) -> Value {
    if let Ok(whole) = text.trim().parse::<i64>() {
        return whole.into();
    }
    text.trim().parse::<f64>().map_or_else(|_| text.into(), |number| json!(number))
}

/// Each value that is no object, by its path. A list is one JSON text.
fn flat(value: &Value, path: &str, fields: &mut Vec<posted::Field>) {
    let within = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(key, part)| flat(part, &within(key), fields));
        }
        Value::String(text) => fields.push((path.to_owned(), text.clone())),
        other => fields.push((path.to_owned(), other.to_string())),
    }
}
