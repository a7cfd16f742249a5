//! How robots answer a field of a HIT.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::shapes::answer::{One, Values};
use crate::shapes::object::object;
use crate::shapes::words::words;

/// How a robot answers, by the name of the field; `*` stands for every field that has no answerer
/// of its own.
pub type Answers = BTreeMap<String, Answerer>;

/// How a robot answers one field: by a value, by one of a list, or by a rule.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(example = json!(["cat", "cat", "dog"]))]
pub enum Answerer {
    /// Always this. `${name}` stands for a parameter of the HIT.
    Value(Single),
    /// One of these. Each HIT's assignments draw without putting back, so that three answers by
    /// `["cat", "cat", "dog"]` are two cats and a dog, in an order that depends on the seed.
    List(Vec<Drawn>),
    /// By a rule.
    Rule(Box<AnswerRule>),
}

/// One value, as a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(value_type = One)]
pub struct Single(pub String);

/// An element of a list: a value, or several, such as the boxes that are ticked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(from = "Values")]
#[schema(value_type = Values)]
pub struct Drawn(#[serde(serialize_with = "one_or_several")] pub Vec<String>);

impl From<Values> for Drawn {
    fn from(values: Values) -> Self {
        Self(values.texts())
    }
}

fn one_or_several<S: serde::Serializer>(
    values: &[String],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match values {
        [one] => one.serialize(serializer),
        several => several.serialize(serializer),
    }
}

/// A rule by which a robot answers: one of `Weights`, `Gold`, `Spam`, `Http` and `OpenAI`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
#[schema(example = json!({"Gold": "${label}", "Accuracy": 0.9}))]
pub struct AnswerRule {
    /// Values and how often each is given in proportion to the others.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = json!({"cat": 3, "dog": 1}))]
    pub weights: Option<BTreeMap<String, f64>>,
    /// The right answer, in which `${name}` stands for a parameter of the HIT.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "${label}")]
    pub gold: Option<String>,
    /// How often the answer is the right one, otherwise another that the field offers: a share, or
    /// that of the first and of the last worker of the script; 1 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<Accuracy>,
    /// For each right answer, what is given instead, and how often in proportion.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = json!({"cat": {"cat": 0.9, "dog": 0.1}}))]
    pub confusion: Option<BTreeMap<String, BTreeMap<String, f64>>>,
    /// The share of the script's workers who do not look for the right answer: half of them answer
    /// at random, the others always the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 1)]
    pub spammers: Option<f64>,
    /// Answers without looking at the HIT.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spam: Option<Spam>,
    /// An address that is asked: a POST of the HIT and its fields, answered by `Answers`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "http://127.0.0.1:8000/answer")]
    pub http: Option<String>,
    /// A language model that is asked.
    #[serde(rename = "OpenAI", deserialize_with = "object")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_ai: Option<OpenAi>,
}

/// How often an answer is right.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(untagged, expecting = "an accuracy is a number, or a list of two")]
pub enum Accuracy {
    /// Of every worker.
    All(f64),
    /// Of the script's first and last worker; the others are between.
    Between([f64; 2]),
}

words! {
    api
    /// How those answer who do not look at the HIT.
    Spam {
        /// Anything that the field takes.
        Random = "Random",
        /// The same for every HIT, chosen once for each worker.
        Same = "Same",
        /// The first option and the shortest text: a fast clicker, who fails attention checks.
        First = "First",
    }
}

/// An endpoint with OpenAI's chat completions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct OpenAi {
    /// What stands before `/chat/completions`.
    #[schema(example = "http://127.0.0.1:11434/v1")]
    pub base_url: String,
    /// Which model answers.
    #[schema(example = "llama3.2")]
    pub model: String,
    /// Who the model is to be, as its system message. `${name}` stands for a trait of the worker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub persona: Option<String>,
    /// The environment variable with the key, named by `--robot-key-env`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "OPENAI_API_KEY")]
    pub api_key_env: Option<String>,
}

impl<'de> Deserialize<'de> for Answerer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Answerer;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an answerer: a value, a list of values or an object")
            }

            fn visit_str<E>(self, text: &str) -> Result<Answerer, E> {
                Ok(Answerer::Value(Single(text.to_owned())))
            }

            fn visit_bool<E>(self, yes: bool) -> Result<Answerer, E> {
                Ok(Answerer::Value(Single(yes.to_string())))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Answerer, E> {
                Ok(Answerer::Value(Single(number.to_string())))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Answerer, E> {
                Ok(Answerer::Value(Single(number.to_string())))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Answerer, E> {
                Ok(Answerer::Value(Single(number.to_string())))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Answerer, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(list)).map(Answerer::List)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Answerer, A::Error> {
                Box::deserialize(MapAccessDeserializer::new(map)).map(Answerer::Rule)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answerer_is_read_and_written_as_it_stands() {
        for text in [
            r#""cat""#,
            r#""I see ${object}""#,
            r#"["cat","cat",["cat","dog"],[]]"#,
            r#"{"Weights":{"cat":3.0,"dog":1.0}}"#,
            r#"{"Gold":"${label}","Accuracy":0.9,"Spammers":0.2}"#,
            r#"{"Gold":"${label}","Accuracy":[0.95,0.34]}"#,
            r#"{"Gold":"${a}","Confusion":{"cat":{"cat":0.9,"dog":0.1}}}"#,
            r#"{"Spam":"First"}"#,
            r#"{"Http":"http://h/"}"#,
            r#"{"OpenAI":{"BaseUrl":"http://h/v1","Model":"m","Persona":"p","ApiKeyEnv":"K"}}"#,
        ] {
            let answerer: Answerer = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&answerer).unwrap(), text);
        }
        for (text, value) in [("1", "1"), ("-1", "-1"), ("1.5", "1.5"), ("true", "true")] {
            let answerer: Answerer = serde_json::from_str(text).unwrap();
            assert_eq!(answerer, Answerer::Value(Single(value.to_owned())));
        }
        for wrong in ["null", r#"{"Odd":1}"#, "[null]", r#"{"OpenAI":{"Model":"m"}}"#] {
            assert!(serde_json::from_str::<Answerer>(wrong).is_err(), "{wrong}");
        }
    }
}
