//! Money in whole cents.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// An amount of US dollars, in cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct Cents(pub i64);

impl Cents {
    /// Reads an amount as requesters write it: `5`, `5.`, `0.5`, `0.05`.
    ///
    /// None for anything else, and for amounts beyond `i64` cents.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (dollars, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if dollars.is_empty() || !digits(dollars) || fraction.len() > 2 || !digits(fraction) {
            return None;
        }
        let cents: i64 = format!("{fraction:0<2}").parse().ok()?;
        let dollars: i64 = dollars.parse().ok()?;
        dollars.checked_mul(100)?.checked_add(cents).map(Self)
    }
}

impl fmt::Display for Cents {
    /// Two decimals, as the service printed every amount: `0.05`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let cents = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", cents / 100, cents % 100)
    }
}

impl Serialize for Cents {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cents {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("not an amount of dollars"))
    }
}

#[cfg(test)]
mod tests {
    use super::Cents;

    #[test]
    fn amounts_read_and_print() {
        for (text, cents, printed) in [
            ("0.05", 5, "0.05"),
            ("5", 500, "5.00"),
            ("5.", 500, "5.00"),
            ("0.5", 50, "0.50"),
            ("10000.00", 1_000_000, "10000.00"),
        ] {
            assert_eq!(Cents::parse(text), Some(Cents(cents)), "{text}");
            assert_eq!(Cents(cents).to_string(), printed);
        }
    }

    #[test]
    fn other_texts_are_no_amounts() {
        for text in ["", ".20", "0.975", "$5", "-1", "1e3", "99999999999999999999", "1.x"] {
            assert_eq!(Cents::parse(text), None, "{text}");
        }
    }
}
