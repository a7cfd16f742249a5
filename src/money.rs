//! Money in whole cents.

use std::fmt;
use std::ops::{Add, Sub};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use utoipa::ToSchema;

/// An amount of US dollars, in cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash, ToSchema)]
#[schema(
    as = Dollars,
    value_type = String,
    description = "US dollars, with two decimals at most; at most 1000000000.00.",
    pattern = r"^0*(1000000000(\.0{0,2})?|[0-9]{1,9}(\.[0-9]{0,2})?)$",
    example = "0.05"
)]
pub struct Cents(pub i64);

impl Cents {
    /// The largest reward or bonus, a billion dollars: what a million of them cost stays within 64
    /// bits, with fees. Assumed: the service documents none.
    pub const MOST: Self = Self(100_000_000_000);
    /// No requester has or owes more, and no sum that is shown is larger: as much as a million HITs
    /// can hold.
    pub const MOST_IN_ALL: Self = Self(1_000_000_000_000_000_000);

    /// Reads an amount as requesters write it: `5`, `5.`, `0.5`, `0.05`.
    ///
    /// None for anything else, and for more than [`Cents::MOST`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::parse_any(text).filter(|amount| *amount <= Self::MOST)
    }

    /// Within [`Cents::MOST_IN_ALL`], above and below nothing.
    #[must_use]
    pub fn bounded(self) -> Self {
        self.clamp(Self(0) - Self::MOST_IN_ALL, Self::MOST_IN_ALL)
    }

    fn parse_any(text: &str) -> Option<Self> {
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

/// Stays at the end of the numbers; bounded amounts never get there.
impl Add for Cents {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// Stays at the end of the numbers; bounded amounts never get there.
impl Sub for Cents {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

/// What a requester has: more than one amount, or less than nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(
    value_type = String,
    description = "What a requester has, in US dollars: from -10000000000000000.00 to \
        10000000000000000.00.",
    pattern = r"^-?[0-9]{1,16}(\.[0-9]{0,2})?$",
    example = "10000.00"
)]
pub struct Funds(pub Cents);

impl<'de> Deserialize<'de> for Funds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let amount = match text.strip_prefix('-') {
            Some(owed) => Cents::parse_any(owed).map(|owed| Cents(0) - owed),
            None => Cents::parse_any(&text),
        };
        let funds = amount.filter(|amount| *amount == amount.bounded()).map(Self);
        funds.ok_or_else(|| {
            let most = Cents::MOST_IN_ALL;
            D::Error::custom(format!("not an amount of dollars from -{most} to {most}"))
        })
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
        Self::parse(&text).ok_or_else(|| match Self::parse_any(&text) {
            None => D::Error::custom("not an amount of dollars"),
            Some(_) => D::Error::custom(format!("more than {} dollars", Self::MOST)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Cents, Funds};

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
    fn amounts_have_both_ends() {
        let read = |text: &str| serde_json::from_value::<Funds>(text.into()).ok().map(|f| f.0);
        assert_eq!(Cents::parse("1000000000.00"), Some(Cents::MOST));
        assert_eq!(Cents::parse("1000000000.01"), None);
        let most = Cents::MOST_IN_ALL;
        assert_eq!(read("10000000000000000.00"), Some(most));
        assert_eq!(read("-10000000000000000.00"), Some(Cents(-most.0)));
        for text in ["10000000000000000.01", "-10000000000000000.01", "--1", "-", "+1"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(Cents(i64::MAX) + Cents(1), Cents(i64::MAX));
        assert_eq!((Cents(i64::MIN) - Cents(1)).bounded(), Cents(-most.0));
        assert!(most.0.checked_mul(9).is_some(), "sums of some are no trouble either");
    }

    #[test]
    fn other_texts_are_no_amounts() {
        for text in ["", ".20", "0.975", "$5", "-1", "1e3", "99999999999999999999", "1.x"] {
            assert_eq!(Cents::parse(text), None, "{text}");
        }
    }
}
