//! Instants, spans, and the market's one clock.

mod clock;
mod real;

use std::borrow::Cow;
use std::fmt;
use std::ops::Add;

use chrono::{DateTime, SecondsFormat};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use serde_json::value::RawValue;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

pub use clock::{Clock, Pace, real_now, wall_clock};
pub use real::{Machine, RealNow, RealTime, Source, UsedTime};

/// A point in time: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Instant(pub i64);

/// A length of time in milliseconds; negative for "ago".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, ToSchema)]
#[schema(
    value_type = String,
    description = "A length of time: whole numbers with `ms`, `s`, `m`, `h`, `d` or `w`; without a \
        unit, seconds.",
    pattern = r"^\+?([0-9]{1,9}(ms|s|m|h|d|w))*([0-9]{1,9}(ms|s|m|h|d|w)?)$",
    example = "30d"
)]
pub struct Span(pub i64);

/// The earliest instant of a market: the beginning of 1970.
pub const START_OF_TIME: Instant = Instant(0);

/// The latest instant that the market can reach: the end of the year 2199.
///
/// An assignment's place in its HIT packs the instant into 43 bits.
pub const END_OF_TIME: Instant = Instant(7_258_118_399_999);

/// The latest instant that the market can speak of, a year later: nothing that is to happen lies
/// further ahead of the time at which that is decided.
pub const END_OF_FUTURE: Instant = Instant(END_OF_TIME.0 + 365 * 86_400_000);

impl Span {
    /// A span of whole seconds.
    #[must_use]
    pub const fn seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// A span of whole days.
    #[must_use]
    pub const fn days(days: i64) -> Self {
        Self::seconds(days.saturating_mul(86_400))
    }

    /// Reads `30d`, `1h30m`, `45s`, `500ms`, each with an optional sign before it; `90` is seconds.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (sign, mut rest) = match text.as_bytes().first()? {
            b'-' => (-1, &text[1..]),
            b'+' => (1, &text[1..]),
            _ => (1, text),
        };
        let mut total: i64 = 0;
        while !rest.is_empty() {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let count: i64 = rest[..digits].parse().ok()?;
            rest = &rest[digits..];
            let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
            let unit = unit_ms(&rest[..letters])?;
            rest = &rest[letters..];
            total = total.checked_add(count.checked_mul(unit)?)?;
        }
        Some(Self(sign * total))
    }
}

fn unit_ms(unit: &str) -> Option<i64> {
    Some(match unit {
        "ms" => 1,
        "" | "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        "w" => 604_800_000,
        _ => return None,
    })
}

impl Add<Span> for Instant {
    type Output = Self;

    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Instant {
    /// Reads RFC 3339, epoch seconds (whole or not), or a span from `now` (`-2h`, `+30d`, `30d`).
    #[must_use]
    pub fn parse(text: &str, now: Self) -> Option<Self> {
        if let Ok(at) = DateTime::parse_from_rfc3339(text) {
            return Some(Self(at.timestamp_millis()));
        }
        let relative = text.starts_with(['-', '+']) || text.ends_with(char::is_alphabetic);
        if relative {
            return Span::parse(text).map(|span| now + span);
        }
        text.parse().ok().and_then(Self::from_epoch_seconds)
    }

    /// From epoch seconds, as requests carry them.
    ///
    /// None for what no calendar holds (not finite, or outside the years 1 to 9999).
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked before")]
    pub fn from_epoch_seconds(seconds: f64) -> Option<Self> {
        let in_calendar = (-62_135_596_800.0..253_402_300_800.0).contains(&seconds);
        in_calendar.then(|| Self((seconds * 1000.0).round() as i64))
    }

    /// The same instant without its milliseconds.
    #[must_use]
    pub const fn whole_second(self) -> Self {
        Self(self.0 - self.0.rem_euclid(1000))
    }

    /// RFC 3339 in UTC, with milliseconds only where there are some.
    #[must_use]
    pub fn rfc3339(self) -> String {
        let form = if self.0 % 1000 == 0 { SecondsFormat::Secs } else { SecondsFormat::Millis };
        DateTime::from_timestamp_millis(self.0)
            .map_or_else(|| self.0.to_string(), |at| at.to_rfc3339_opts(form, true))
    }

    /// Whole epoch seconds as the service's Java wrote a double: `1.558393704E9`.
    #[must_use]
    pub fn epoch_seconds(self) -> String {
        let seconds = self.0.div_euclid(1000);
        if seconds.unsigned_abs() < 10_000_000 {
            return format!("{seconds}.0");
        }
        let text = format!("{seconds:E}");
        if text.contains('.') { text } else { text.replace('E', ".0E") }
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339())
    }
}

/// In the Requester API's form, which has whole seconds (saved answers of 2019 to 2021).
impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.epoch_seconds())
            .map_err(serde::ser::Error::custom)?
            .serialize(serializer)
    }
}

/// From the Requester API's form; a fraction of a second is dropped.
impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        let whole = Self::from_epoch_seconds(seconds.floor());
        whole.ok_or_else(|| D::Error::custom("not an instant"))
    }
}

/// A time as people write it: RFC 3339, epoch seconds, or from now (`-2h`, `+30d`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When(String);

impl When {
    /// The instant that is meant at `now`.
    ///
    /// # Errors
    /// A sentence, when it is none of the forms.
    pub fn at(&self, now: Instant) -> Result<Instant, String> {
        within(self.time()?.at(now), END_OF_TIME, MARKET)
    }

    /// The instant that is meant, whatever the time is.
    ///
    /// # Errors
    /// A sentence, when it is none of the forms, or counts from now.
    pub fn absolute(&self) -> Result<Instant, String> {
        match self.time() {
            Ok(Time::At(at)) => within(at, END_OF_TIME, MARKET),
            _ => Err(format!("{:?} is no instant: RFC 3339, or epoch seconds", self.0)),
        }
    }

    fn time(&self) -> Result<Time, String> {
        // What counts from now differs in the first moment and in the second.
        let [first, second] = [0, 1].map(|now| Instant::parse(&self.0, Instant(now)));
        match (first, second) {
            (Some(at), Some(later)) if at == later => Ok(Time::At(at)),
            (Some(at), Some(_)) => Ok(Time::FromNow(Span(at.0))),
            _ => Err(format!(
                "{:?} is no time: RFC 3339, epoch seconds, or a span from now such as -2h or +30d",
                self.0
            )),
        }
    }
}

const MARKET: &str = "market's time, which is from 1970 to 2199";
const WORLD: &str = "times of a world, which are from 1970 to 2200";

fn within(at: Instant, end: Instant, what: &str) -> Result<Instant, String> {
    if (START_OF_TIME..=end).contains(&at) {
        return Ok(at);
    }
    Err(format!("{at} is outside the {what}"))
}

impl From<&str> for When {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl<'de> Deserialize<'de> for When {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match TextOrSeconds::deserialize(deserializer)? {
            TextOrSeconds::Text(text) => Self(text),
            TextOrSeconds::Seconds(seconds) => Self(seconds.to_string()),
        })
    }
}

/// A time of a world file: an instant, or a span from the time at which the file is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    /// The instant.
    At(Instant),
    /// How far from then.
    FromNow(Span),
}

impl Time {
    /// The instant that is meant at `now`.
    #[must_use]
    pub fn at(self, now: Instant) -> Instant {
        match self {
            Self::At(at) => at,
            Self::FromNow(span) => now + span,
        }
    }

    /// As [`Time::at`], of what may lie ahead of the market's time: a deadline, an end.
    ///
    /// # Errors
    /// A sentence, when the market does not reach so far.
    pub fn ahead(self, now: Instant) -> Result<Instant, String> {
        within(self.at(now), END_OF_FUTURE, WORLD)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let time = When::deserialize(deserializer)?.time().map_err(D::Error::custom)?;
        // A span is checked when it is known from when it counts.
        if let Self::At(at) = time {
            within(at, END_OF_FUTURE, WORLD).map_err(D::Error::custom)?;
        }
        Ok(time)
    }
}

/// Since when, as people write it: as [`When`], but a span without a sign counts back from now, and
/// a date begins at midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Since(Time);

impl Since {
    /// Reads it.
    ///
    /// # Errors
    /// A sentence, when it is none of the forms.
    pub fn parse(text: &str) -> Result<Self, String> {
        let is_span = text.starts_with(|c: char| c.is_ascii_digit())
            && text.ends_with(|c: char| c.is_ascii_alphabetic());
        if let Some(span) = Span::parse(text).filter(|_| is_span) {
            return Ok(Self(Time::FromNow(Span(-span.0))));
        }
        let time = When(format!("{text}T00:00:00Z")).time();
        let time = time.or_else(|_| When(text.to_owned()).time());
        let time = time.map_err(|_| format!("{text:?} is not a span such as 7d, a date or a time"));
        time.map(Self)
    }

    /// The instant that is meant at `now`.
    #[must_use]
    pub fn at(self, now: Instant) -> Instant {
        self.0.at(now)
    }
}

impl<'de> Deserialize<'de> for Since {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&When::deserialize(deserializer)?.0).map_err(D::Error::custom)
    }
}

/// In one form, whichever it was read from, and without the fraction of a second.
impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::At(at) => serializer.serialize_str(&at.whole_second().rfc3339()),
            Self::FromNow(span) => serializer.collect_str(&format_args!("{:+}ms", span.0)),
        }
    }
}

/// An instant from 1970 on; what happens does so until 2199, what lies ahead until 2200.
#[derive(Deserialize, ToSchema)]
#[serde(untagged, expecting = "a time is a string or a number")]
enum TextOrSeconds {
    /// RFC 3339, epoch seconds, or a span from now.
    #[schema(example = "-2h")]
    Text(String),
    /// Epoch seconds.
    #[schema(value_type = f64, example = 1_767_225_600)]
    Seconds(serde_json::Number),
}

macro_rules! described_as_time {
    ($($name:ident),*) => {$(
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                TextOrSeconds::schema()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                "Time".into()
            }
        }
    )*};
}
described_as_time!(When, Time);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_print_as_java_printed_doubles() {
        for (ms, printed) in [
            (1_558_393_704_000, "1.558393704E9"),
            (1_598_811_799_000, "1.598811799E9"),
            (1_600_000_000_000, "1.6E9"),
            (1_000_000_000_000, "1.0E9"),
            (999_999_999_000, "9.99999999E8"),
            (10_000_000_000, "1.0E7"),
            (9_999_999_000, "9999999.0"),
            (0, "0.0"),
            (-1_000, "-1.0"),
            (-10_000_000_000, "-1.0E7"),
        ] {
            for fraction in [0, 1, 999] {
                assert_eq!(Instant(ms + fraction).epoch_seconds(), printed);
            }
            assert_eq!(serde_json::to_string(&Instant(ms)).unwrap(), printed);
            assert_eq!(serde_json::from_str::<Instant>(printed).unwrap(), Instant(ms));
        }
    }

    #[test]
    fn a_fraction_of_a_second_is_dropped() {
        for (sent, read) in [("1.25", 1), ("1.9999", 1), ("1.598811799999E9", 1_598_811_799)] {
            let instant: Instant = serde_json::from_str(sent).unwrap();
            assert_eq!(instant, Instant(read * 1000), "{sent}");
        }
        let (now, when) = (Instant(10_000), When::from("-1500ms"));
        assert_eq!(when.at(now), Ok(Instant(8_500)));
        assert_eq!(when.at(now).map(Instant::whole_second), Ok(Instant(8_000)));
    }

    #[test]
    fn a_time_has_one_form() {
        for (written, form) in [
            ("2019-05-20T17:38:25.123000-07:00", "2019-05-21T00:38:25Z"),
            ("1558399105.123", "2019-05-21T00:38:25Z"),
            ("1558399105.0", "2019-05-21T00:38:25Z"),
            ("-2h", "-7200000ms"),
            ("-120m", "-7200000ms"),
            ("0s", "+0ms"),
            ("0", "1970-01-01T00:00:00Z"),
        ] {
            let time: Time = serde_json::from_value(written.into()).unwrap();
            assert_eq!(serde_json::to_value(time).unwrap(), form, "{written}");
        }
        assert!(serde_json::from_value::<Time>("soon".into()).is_err());
    }

    #[test]
    fn instants_read_in_every_form() {
        let now = Instant(1_000_000_000_000);
        for (text, read) in [
            ("2001-09-09T01:46:40Z", Some(now)),
            ("2001-09-09T03:46:40+02:00", Some(now)),
            ("1000000000", Some(now)),
            ("1000000000.5", Some(Instant(1_000_000_000_500))),
            ("-2h", Some(Instant(now.0 - 7_200_000))),
            ("+1d", Some(Instant(now.0 + 86_400_000))),
            ("1h30m", Some(Instant(now.0 + 5_400_000))),
            ("yesterday", None),
            ("", None),
            ("nan", None),
            ("1e300", None),
        ] {
            assert_eq!(Instant::parse(text, now), read, "{text}");
        }
    }
    #[test]
    fn since_a_span_counts_back_and_a_date_begins_at_midnight() {
        let now = Instant(1_767_225_600_000);
        for (text, at) in [
            ("1d", Some(now.0 - 86_400_000)),
            ("-1d", Some(now.0 - 86_400_000)),
            ("+1h", Some(now.0 + 3_600_000)),
            ("2026-01-01", Some(now.0)),
            ("2026-01-01T00:00:01Z", Some(now.0 + 1000)),
            ("1767225600", Some(now.0)),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(Since::parse(text).ok().map(|since| since.at(now).0), at, "{text}");
        }
    }
}
