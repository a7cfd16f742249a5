//! What a JSON text says, however it is written.

use serde_json::Value;

use crate::time::When;

/// What the text says as a member of that name: its members in the order of their names and those
/// that are null left out, and times in one form. None if it is no JSON.
pub fn meaning(name: &str, text: &str) -> Option<Value> {
    serde_json::from_str(text).ok().map(|value| plain(name, value))
}

fn plain(name: &str, value: Value) -> Value {
    match value {
        // Workers' own words.
        value if name == "Answers" => value,
        Value::Object(members) => {
            let said = members.into_iter().filter(|(_, value)| !value.is_null());
            let said = said.map(|(name, value)| {
                let value = plain(&name, value);
                (name, value)
            });
            let mut said: Vec<(String, Value)> = said.collect();
            said.sort_by(|(one, _), (other, _)| one.cmp(other));
            Value::Object(said.into_iter().collect())
        }
        Value::Array(items) => items.into_iter().map(|item| plain("", item)).collect(),
        value if is_time(name) => in_one_form(&value).map_or(value, Value::String),
        value => value,
    }
}

fn is_time(name: &str) -> bool {
    name.ends_with("Time") || ["Expiration", "Deadline"].contains(&name)
}

fn in_one_form(value: &Value) -> Option<String> {
    serde_json::from_value::<When>(value.clone()).ok()?.in_one_form()
}
