//! Values for the markers of a statement.

use std::collections::BTreeMap;

use crate::money::Cents;
use crate::shapes::words::Word;
use crate::time::Instant;

/// A value for a marker of a statement. Absent values keep their type, as PostgreSQL wants.
#[derive(Debug, Clone, Copy)]
pub enum Arg<'q> {
    /// A 64-bit number: counts, instants, money.
    Int(Option<i64>),
    /// Text.
    Text(Option<&'q str>),
    /// Yes or no.
    Bool(bool),
    /// A set of texts, as [`set_of`] writes it.
    Set(&'q str),
}

/// Texts as the members of a JSON object, which `json_each` takes apart in both databases.
pub fn set_of<T: AsRef<str>>(texts: &[T]) -> String {
    let members: BTreeMap<&str, bool> = texts.iter().map(|text| (text.as_ref(), true)).collect();
    serde_json::to_string(&members).unwrap_or_default()
}

impl From<i64> for Arg<'_> {
    fn from(value: i64) -> Self {
        Self::Int(Some(value))
    }
}

impl From<Option<i64>> for Arg<'_> {
    fn from(value: Option<i64>) -> Self {
        Self::Int(value)
    }
}

impl From<Instant> for Arg<'_> {
    fn from(value: Instant) -> Self {
        Self::Int(Some(value.0))
    }
}

impl From<Option<Instant>> for Arg<'_> {
    fn from(value: Option<Instant>) -> Self {
        Self::Int(value.map(|at| at.0))
    }
}

impl From<Cents> for Arg<'_> {
    fn from(value: Cents) -> Self {
        Self::Int(Some(value.0))
    }
}

impl<'q> From<&'q str> for Arg<'q> {
    fn from(value: &'q str) -> Self {
        Self::Text(Some(value))
    }
}

impl<'q> From<&'q String> for Arg<'q> {
    fn from(value: &'q String) -> Self {
        Self::Text(Some(value))
    }
}

impl<'q> From<Option<&'q str>> for Arg<'q> {
    fn from(value: Option<&'q str>) -> Self {
        Self::Text(value)
    }
}

impl From<bool> for Arg<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl<T: Word> From<T> for Arg<'_> {
    fn from(word: T) -> Self {
        Self::Text(Some(word.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_a_json_object() {
        assert_eq!(set_of::<&str>(&[]), "{}");
        assert_eq!(set_of(&["b", "a\"", "b"]), r#"{"a\"":true,"b":true}"#);
    }
}
