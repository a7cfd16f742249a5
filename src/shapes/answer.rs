//! Answers by question, as the control API and world files spell them.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

/// Answers by question or field, in the order in which they were given.
#[derive(Debug, Clone, Default, PartialEq, Eq, ToSchema)]
#[schema(
    as = Answers,
    value_type = std::collections::BTreeMap<String, Values>,
    example = json!({"label": "cat", "colours": ["black", "white"]})
)]
pub struct Given(pub Vec<(String, Vec<String>)>);

/// One value.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum One {
    /// A text.
    Text(String),
    /// A number.
    Number(Number),
    /// Yes or no.
    Bool(bool),
}

/// A number as it was written.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(value_type = f64)]
pub struct Number(serde_json::Number);

/// The answer to one question: one value, or several, such as the boxes that were ticked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged, expecting = "an answer is a text or a list of texts")]
pub enum Values {
    /// One value.
    One(One),
    /// Several, or none.
    Many(Vec<One>),
}

impl Values {
    /// The values as texts.
    pub fn texts(self) -> Vec<String> {
        match self {
            Self::One(one) => vec![one.text()],
            Self::Many(many) => many.into_iter().map(One::text).collect(),
        }
    }
}

impl One {
    fn text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Number(Number(number)) => number.to_string(),
            Self::Bool(yes) => yes.to_string(),
        }
    }
}

impl Serialize for Given {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(question, values)| (question, values)))
    }
}

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Given;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of answers by question")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Given, A::Error> {
                let mut given = Vec::new();
                while let Some((question, values)) = map.next_entry::<_, Values>()? {
                    given.push((question, values.texts()));
                }
                Ok(Given(given))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_or_several_in_order() {
        let given: Given = serde_json::from_str(r#"{"z":"a","b":["x",1,true],"n":[]}"#).unwrap();
        let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            given.0,
            [
                ("z".to_owned(), texts(&["a"])),
                ("b".to_owned(), texts(&["x", "1", "true"])),
                ("n".to_owned(), texts(&[])),
            ]
        );
        for wrong in ["[]", r#"{"q":{"x":1}}"#, r#"{"q":null}"#, r#"{"q":[["x"]]}"#] {
            assert!(serde_json::from_str::<Given>(wrong).is_err(), "{wrong}");
        }
    }
}
