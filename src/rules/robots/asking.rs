//! What others are asked to answer, and how their answers are read.

use serde_json::{Map, Value, json};

use crate::rules::question::fields::{Choice, Field, Kind};
use crate::rules::question::pattern::Budget;
use crate::rules::question::visible_text;
use crate::rules::robots::answers::{Asked, unknown};
use crate::rules::robots::check::check;
use crate::rules::robots::job::{Job, Known};
use crate::rules::robots::parameters::{Parameters, with_known};
use crate::shapes::answerer::OpenAi;

/// The most bytes of an answer that is read.
pub const MOST_BYTES: usize = 1 << 20;

/// The most characters of a sentence that repeats what somebody answered.
const QUOTED: usize = 200;

/// The system message for a model without a persona.
const PERSONA: &str = "You are a worker on a crowdsourcing marketplace. Do the task that you are \
    given as well as you can.";

/// Answers by the names of the fields.
type Answered = Vec<(String, Vec<String>)>;

/// What somebody is asked: the fields by their names, or any where none are known.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    asked: &'a Asked,
    fields: Vec<Field>,
}

impl<'a> Question<'a> {
    /// Asks for the fields of these names.
    pub fn new(asked: &'a Asked, names: &[String], known: &Known) -> Self {
        let field = |name: &String| known.fields.find(name).cloned();
        let fields = names.iter().map(|name| field(name).unwrap_or_else(|| unknown(name)));
        Self { asked, fields: fields.collect() }
    }

    /// The body of the request, as JSON.
    ///
    /// # Errors
    /// A model is asked for fields, and none are known.
    pub fn body(&self, job: &Job, known: &Known, text: &str) -> Result<String, String> {
        match self.asked {
            Asked::Http(_) => Ok(json!({
                "HIT": job.hit,
                "AssignmentId": job.assignment_id,
                "Worker": job.worker,
                "Parameters": known.parameters,
                "Text": text,
                "Fields": self.fields,
            })
            .to_string()),
            Asked::OpenAi(_) if self.fields.is_empty() => Err("The HIT has no fields that a \
                model could be asked for: its page is elsewhere, or makes them by a script."
                .to_owned()),
            Asked::OpenAi(model) => Ok(self.chat(model, job, known, text).to_string()),
        }
    }

    /// A request for a chat completion whose answer has the form of the fields.
    fn chat(&self, model: &OpenAi, job: &Job, known: &Known, text: &str) -> Value {
        let persona = model.persona.as_deref().unwrap_or(PERSONA);
        let persona = with_known(persona, &traits(&job.worker.traits));
        let hit = &job.hit;
        let parameters = if known.parameters.is_empty() {
            String::new()
        } else {
            format!("\n\nThe data of this task:\n{}", json!(known.parameters))
        };
        let task = format!("{}\n{}\n\n{text}{parameters}", hit.title, hit.description);
        let names: Vec<&str> = self.fields.iter().map(|field| field.name.as_str()).collect();
        let properties = self.fields.iter().map(|field| (field.name.clone(), schema(field)));
        json!({
            "model": model.model,
            "messages": [
                {"role": "system", "content": persona},
                {"role": "user", "content": task},
            ],
            "response_format": {"type": "json_schema", "json_schema": {
                "name": "answers",
                "strict": true,
                "schema": {
                    "type": "object",
                    "properties": properties.collect::<Map<_, _>>(),
                    "required": names,
                    "additionalProperties": false,
                },
            }},
        })
    }

    /// Reads the body of the response, and checks each answer against its field.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it: the work is to be returned.
    pub fn read(&self, body: &[u8]) -> Result<Answered, String> {
        let body = serde_json::from_slice::<Value>(body)
            .map_err(|error| format!("The answer is not JSON: {error}."))?;
        let answers = match self.asked {
            Asked::Http(_) => body.get("Answers").cloned().ok_or("The answer has no Answers.")?,
            Asked::OpenAi(_) => of_completion(&body)?,
        };
        let Value::Object(answers) = answers else {
            return Err("The answers are no JSON object.".to_owned());
        };
        self.checked(answers)
    }

    fn checked(&self, mut answers: Map<String, Value>) -> Result<Answered, String> {
        if self.fields.is_empty() {
            let any = |(name, value): (String, Value)| {
                let values = values(&unknown(&name), value)?;
                Ok((name, values))
            };
            return answers.into_iter().map(any).collect();
        }
        let (mut checked, mut budget) = (Vec::new(), Budget::default());
        for field in &self.fields {
            let answer = answers.swap_remove(&field.name).unwrap_or_default();
            let values = values(field, answer)?;
            check(field, &values, &mut budget)?;
            checked.push((field.name.clone(), values));
        }
        match answers.keys().next() {
            Some(name) => Err(format!("{:?} is no field of the HIT.", quoted(name))),
            None => Ok(checked),
        }
    }
}

/// The traits as parameters of a persona.
fn traits(traits: &Value) -> Parameters {
    let members = traits.as_object().into_iter().flatten();
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    members.map(|(name, value)| (name.clone(), text(value))).collect()
}

/// The JSON schema of a field's answer. Endpoints want every field to be there: one that may be
/// left out may be null.
fn schema(field: &Field) -> Value {
    let mut schema = match &field.kind {
        Kind::Number { min, max, .. } => {
            let bounds = [("minimum", *min), ("maximum", *max)];
            let bounds = bounds.into_iter().filter_map(|(name, bound)| Some((name, json!(bound?))));
            let mut schema = json!({"type": "number"});
            bounds.for_each(|(name, bound)| schema[name] = bound);
            schema
        }
        Kind::Choice(choice) => of_choice(choice),
        _ => json!({"type": "string"}),
    };
    if !field.required && schema["type"] != "array" {
        schema["type"] = json!([schema["type"], "null"]);
        if let Some(options) = schema.get_mut("enum").and_then(Value::as_array_mut) {
            options.push(Value::Null);
        }
    }
    if let Some(description) = description(field) {
        schema["description"] = description.into();
    }
    schema
}

fn of_choice(choice: &Choice) -> Value {
    let values: Vec<&str> = choice.options.iter().map(|option| option.value.as_str()).collect();
    let one = if choice.other || values.is_empty() {
        json!({"type": "string"})
    } else {
        json!({"type": "string", "enum": values})
    };
    if choice.most > 1 || choice.options.len() == 1 && choice.least == 0 {
        return json!({"type": "array", "items": one});
    }
    one
}

/// What a model is told of a field.
fn description(field: &Field) -> Option<String> {
    let mut parts: Vec<String> = field.label.iter().cloned().collect();
    match &field.kind {
        Kind::Choice(choice) => {
            let named = choice.options.iter().filter_map(|option| {
                Some(format!("{}: {}", option.value, option.label.as_deref()?))
            });
            parts.extend(named);
            if choice.most > 1 {
                parts.push(format!("Choose {} to {}.", choice.least, choice.most));
            }
            if choice.other {
                parts.push("Another text may be the answer.".to_owned());
            }
        }
        Kind::Text(text) => {
            let length = (text.min_length, text.max_length);
            parts.extend(length.0.map(|least| format!("At least {least} characters.")));
            parts.extend(length.1.map(|most| format!("At most {most} characters.")));
            if text.format != "text" && !text.format.is_empty() {
                parts.push(format!("A value as HTML's input type {} has it.", text.format));
            }
        }
        Kind::Annotation(marks) => {
            parts.push(format!("JSON of {:?} with labels {:?}.", marks.widget, marks.labels));
        }
        _ => {}
    }
    Some(parts.join("\n")).filter(|text| !text.is_empty())
}

/// The answers in a chat completion.
fn of_completion(body: &Value) -> Result<Value, String> {
    let choice = &body["choices"][0];
    let message = &choice["message"];
    if let Some(refusal) = message["refusal"].as_str().filter(|refusal| !refusal.is_empty()) {
        return Err(format!("The model refused: {}.", quoted(refusal)));
    }
    if let Some(reason @ ("length" | "content_filter")) = choice["finish_reason"].as_str() {
        return Err(format!("The model did not finish: {reason}."));
    }
    let content = message["content"].as_str().ok_or("The answer is no chat completion.")?;
    // Some models put their JSON into a block of Markdown.
    let text = content.trim();
    let text = text.strip_prefix("```json").or_else(|| text.strip_prefix("```")).unwrap_or(text);
    let text = text.strip_suffix("```").unwrap_or(text);
    serde_json::from_str(text)
        .map_err(|_| format!("The model did not answer by JSON: {}.", quoted(content)))
}

fn quoted(text: &str) -> String {
    text.chars().take(QUOTED).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The values of an answer; null is none.
fn values(field: &Field, value: Value) -> Result<Vec<String>, String> {
    let one = |value: Value| match value {
        Value::String(text) => Ok(text),
        Value::Number(_) | Value::Bool(_) => Ok(value.to_string()),
        _ => Err(format!("The answer to {:?} is neither a text nor a list of texts.", field.name)),
    };
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Object(_) if matches!(field.kind, Kind::Annotation(_)) => {
            Ok(vec![value.to_string()])
        }
        Value::Array(several) => several.into_iter().map(one).collect(),
        Value::Bool(ticked) if is_box(field) => {
            Ok(first_option(field).filter(|_| ticked).into_iter().collect())
        }
        other => one(other).map(|text| vec![text]),
    }
}

fn is_box(field: &Field) -> bool {
    matches!(&field.kind, Kind::Choice(choice) if choice.options.len() == 1)
}

fn first_option(field: &Field) -> Option<String> {
    let Kind::Choice(choice) = &field.kind else { return None };
    choice.options.first().map(|option| option.value.clone())
}

/// What a worker reads of the question, or of its page if that was fetched.
pub fn text(known: &Known, html: Option<&str>) -> String {
    html.map_or_else(|| visible_text::of(&known.question), visible_text::of_html)
}

#[cfg(test)]
mod tests;
