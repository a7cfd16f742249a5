//! Reads times in the forms that programs print. Archives come from many programs, so many forms
//! are taken.

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveDateTime};
use serde_json::Value;

use crate::time::Instant;

/// A larger number is in milliseconds, as pandas and JavaScript write times. In seconds, this is
/// the year 5138.
const MOST_SECONDS: f64 = 1e11;

/// A time that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Read {
    /// The instant.
    pub at: Instant,
    /// Whether it has no time zone, so that it is read as UTC.
    pub is_naive: bool,
}

/// Reads a time: a text, a number, or `{"$date": …}` as MongoDB exports it.
pub fn of(value: &Value) -> Option<Read> {
    match value {
        Value::String(text) => of_text(text.trim()),
        Value::Number(number) => zoned(number.as_f64().and_then(of_number)),
        Value::Object(members) if members.len() == 1 => of_mongodb(members.get("$date")?),
        _ => None,
    }
}

/// Reads the value of `$date`: in the canonical form, it is a number of milliseconds as a text.
fn of_mongodb(value: &Value) -> Option<Read> {
    match value.get("$numberLong") {
        Some(Value::String(text)) => {
            let seconds = text.parse::<f64>().ok()? / 1000.0;
            zoned(Instant::from_epoch_seconds(seconds))
        }
        _ => of(value),
    }
}

/// Reads `YYYYMMDD`. As epoch seconds, it would be a day in August 1970.
fn of_digits(text: &str) -> Option<NaiveDate> {
    let is_day = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    let day = is_day.then(|| NaiveDate::parse_from_str(text, "%Y%m%d").ok()).flatten()?;
    (1990..2200).contains(&day.year()).then_some(day)
}

fn of_text(text: &str) -> Option<Read> {
    if let Some(day) = of_digits(text) {
        return day.and_hms_opt(0, 0, 0).map(naive);
    }
    if let Ok(number) = text.parse() {
        return zoned(of_number(number));
    }
    let utc = ["Z", " UTC", " GMT"].iter().find_map(|zone| text.strip_suffix(zone));
    let plain = utc.map_or_else(|| text.to_owned(), |time| format!("{time}+00:00"));
    // Python's str() of a datetime has a blank where ISO 8601 has a T.
    let plain = plain.replacen('T', " ", 1);
    let zoned_forms = ["%Y-%m-%d %H:%M:%S%.f%z", "%Y-%m-%d %H:%M:%S%.f %z"];
    let of_form = |form: &&str| DateTime::parse_from_str(&plain, form).ok();
    let exact = zoned_forms.iter().find_map(of_form);
    if let Some(at) = exact.or_else(|| DateTime::parse_from_rfc2822(text).ok()) {
        return zoned(Some(Instant(at.timestamp_millis())));
    }
    let naive_forms = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"];
    let of_naive = naive_forms.iter().find_map(|f| NaiveDateTime::parse_from_str(&plain, f).ok());
    let day = || NaiveDate::parse_from_str(&plain, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0);
    of_naive.or_else(day).map(naive)
}

fn naive(at: NaiveDateTime) -> Read {
    Read { at: Instant(at.and_utc().timestamp_millis()), is_naive: true }
}

fn zoned(at: Option<Instant>) -> Option<Read> {
    at.map(|at| Read { at, is_naive: false })
}

fn of_number(number: f64) -> Option<Instant> {
    let seconds = if number.abs() > MOST_SECONDS { number / 1000.0 } else { number };
    Instant::from_epoch_seconds(seconds)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// 2019-08-30T19:00:00Z.
    const AT: i64 = 1_567_191_600_000;

    #[test]
    fn times_with_a_zone_are_read() {
        for (value, ms) in [
            (json!("2019-08-30 12:00:00-07:00"), 0),
            (json!("2019-08-30 19:00:00.123000+00:00"), 123),
            (json!("2019-08-30T19:00:00Z"), 0),
            (json!("2019-08-30T19:00:00.5Z"), 500),
            (json!("2019-08-30T12:00:00-0700"), 0),
            (json!("2019-08-30 19:00:00 UTC"), 0),
            (json!("2019-08-30 19:00:00 +0000"), 0),
            (json!("2019-08-31 00:30:00+05:30"), 0),
            (json!("Fri, 30 Aug 2019 19:00:00 GMT"), 0),
            (json!("Fri, 30 Aug 2019 12:00:00 -0700"), 0),
            (json!(1_567_191_600), 0),
            (json!(1_567_191_600.25), 250),
            (json!("1567191600"), 0),
            (json!("1.5671916E9"), 0),
            (json!(1_567_191_600_007_i64), 7),
            (json!({"$date": "2019-08-30T19:00:00Z"}), 0),
            (json!({"$date": 1_567_191_600_000_i64}), 0),
            (json!({"$date": {"$numberLong": "1567191600000"}}), 0),
        ] {
            let read = Some(Read { at: Instant(AT + ms), is_naive: false });
            assert_eq!(of(&value), read, "{value}");
        }
    }

    #[test]
    fn times_without_a_zone_are_of_utc() {
        for (text, seconds) in [
            ("2019-08-30 19:00:00", 0),
            ("2019-08-30T19:00:00.999", 0),
            ("2019-08-30 19:00", 0),
            ("2019-08-30", -19 * 3600),
            ("20190830", -19 * 3600),
        ] {
            let read = of(&json!(text)).unwrap();
            assert!(read.is_naive, "{text}");
            assert_eq!(read.at.whole_second(), Instant(AT + seconds * 1000), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for value in [
            json!("yesterday"),
            json!(""),
            json!("-2h"),
            json!("2019-13-01 00:00:00"),
            json!("2019-08-30 25:00:00+00:00"),
            json!("08/30/2019"),
            json!("1e300"),
            json!(null),
            json!({"date": 1}),
            json!({"$date": {"$numberLong": "soon"}}),
            json!([1]),
        ] {
            assert_eq!(of(&value), None, "{value}");
        }
        // The numbers on both sides of the border between seconds and milliseconds.
        let at = |number: f64| of(&json!(number)).unwrap().at;
        assert_eq!(at(1e11), Instant(100_000_000_000_000));
        assert_eq!(at(1e11 + 1.0), Instant(100_000_000_001));
    }
}
