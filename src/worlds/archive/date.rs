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
    if let Some(read) = of_java(text) {
        return Some(read);
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

/// Reads `Fri Nov 27 12:00:00 PST 2026`, as the requester site wrote times.
fn of_java(text: &str) -> Option<Read> {
    let parts: Vec<&str> = text.split_ascii_whitespace().collect();
    let [_, month, day, time, zone, year] = parts.as_slice() else { return None };
    let offset_minutes = offset(zone)?;
    let plain = format!("{year} {month} {day} {time}");
    let local = NaiveDateTime::parse_from_str(&plain, "%Y %b %d %H:%M:%S").ok()?;
    let at = local.and_utc().timestamp_millis() - offset_minutes * 60_000;
    zoned(Some(Instant(at)))
}

/// Names of time zones that mean one offset, in minutes. Of those that several countries use, the
/// meaning of RFC 2822 counts: the requester site wrote Pacific time. Others, such as BST, are not
/// known. Assumed: that files with other zones exist, and that those mean what their own countries
/// call so.
const ZONES: [(&str, i64); 58] = [
    ("UTC", 0),
    ("GMT", 0),
    ("UT", 0),
    ("Z", 0),
    ("WET", 0),
    ("EST", -300),
    ("EDT", -240),
    ("CST", -360),
    ("CDT", -300),
    ("MST", -420),
    ("MDT", -360),
    ("PST", -480),
    ("PDT", -420),
    ("AKST", -540),
    ("AKDT", -480),
    ("HST", -600),
    ("NST", -210),
    ("NDT", -150),
    ("BRT", -180),
    ("ART", -180),
    ("WEST", 60),
    ("CET", 60),
    ("CEST", 120),
    ("EET", 120),
    ("EEST", 180),
    ("SAST", 120),
    ("MSK", 180),
    ("PKT", 300),
    ("NPT", 345),
    ("ICT", 420),
    ("WIB", 420),
    ("HKT", 480),
    ("SGT", 480),
    ("AWST", 480),
    ("JST", 540),
    ("KST", 540),
    ("ACST", 570),
    ("AEST", 600),
    ("AEDT", 660),
    ("NZST", 720),
    ("CLT", -240),
    ("CLST", -180),
    ("COT", -300),
    ("PET", -300),
    ("VET", -240),
    ("BOT", -240),
    ("UYT", -180),
    ("WAT", 60),
    ("CAT", 120),
    ("EAT", 180),
    ("TRT", 180),
    ("IRST", 210),
    ("WITA", 480),
    ("PHT", 480),
    ("MYT", 480),
    ("WIT", 540),
    ("ACDT", 630),
    ("NZDT", 780),
];

/// The offset of a zone in minutes: a name, or `+05:30`, also behind `GMT` or `UTC`.
fn offset(zone: &str) -> Option<i64> {
    if let Some((_, minutes)) = ZONES.iter().find(|(name, _)| *name == zone) {
        return Some(*minutes);
    }
    let plain = zone.strip_prefix("GMT").or_else(|| zone.strip_prefix("UTC")).unwrap_or(zone);
    let (sign, digits) = match plain.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) => (hours, minutes),
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "0"),
    };
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    let fits = (0..=14).contains(&hours) && (0..60).contains(&minutes);
    fits.then_some(sign * (hours * 60 + minutes))
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
            (json!("Fri Aug 30 12:00:00 PDT 2019"), 0),
            (json!("Fri Aug 30 11:00:00 PST 2019"), 0),
            (json!("Sat Aug 31 08:00:00 NZDT 2019"), 0),
            (json!("Fri Aug 30 15:00:00 CLT 2019"), 0),
            (json!("Fri Aug 30 19:00:00 UTC 2019"), 0),
            (json!("Fri Aug 30 19:00:00 GMT 2019"), 0),
            (json!("Fri Aug 30 15:00:00 EDT 2019"), 0),
            (json!("Fri Aug 30 21:00:00 CEST 2019"), 0),
            (json!("Sat Aug 31 00:45:00 NPT 2019"), 0),
            (json!("Sat Aug 31 00:30:00 GMT+05:30 2019"), 0),
            (json!("Fri Aug 30 12:00:00 -0700 2019"), 0),
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
            json!("Fri Aug 30 12:00:00 BST 2019"),
            json!("Fri Aug 30 12:00:00 -1 2019 x"),
            json!("Fri Aug 30 12:00:00 +25:00 2019"),
            json!("Fri Foo 30 12:00:00 UTC 2019"),
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
