//! Values as people read them.

use crate::shapes::hit::HitStatus;
use crate::time::Instant;

/// `2026-01-01 00:00:00`, in UTC.
pub fn at(at: &Instant) -> String {
    at.whole_second().rfc3339().replace('T', " ").replace('Z', "")
}

/// `2026-01-01 00:00`, in UTC.
pub fn minute(of: &Instant) -> String {
    at(of).chars().take(16).collect()
}

/// `2026-01-01`.
pub fn day(at: &Instant) -> String {
    at.rfc3339().chars().take(10).collect()
}

/// A length of time in its largest unit, and the next: `10 min`, `1 h 30 min`.
pub fn length(seconds: &i64) -> String {
    in_units(*seconds, ["d", "h", "min", "s"], |_| "")
}

/// The same in words, for a sentence: `30 days`, `1 hour 30 minutes`.
pub fn spelled(seconds: &i64) -> String {
    let plural = |count| if count == 1 { "" } else { "s" };
    in_units(*seconds, ["day", "hour", "minute", "second"], plural)
}

fn in_units(seconds: i64, names: [&str; 4], ending: impl Fn(i64) -> &'static str) -> String {
    let mut rest = seconds.max(0);
    let mut parts = Vec::new();
    for (size, name) in [86_400, 3600, 60, 1].into_iter().zip(names) {
        let count = rest / size;
        if count > 0 && parts.len() < 2 {
            parts.push(format!("{count} {name}{}", ending(count)));
            rest %= size;
        }
    }
    if parts.is_empty() { format!("0 {}{}", names[3], ending(0)) } else { parts.join(" ") }
}

/// From one instant to another.
pub fn between(from: &Instant, to: &Instant) -> String {
    length(&((to.0 - from.0) / 1000))
}

/// How far an instant is from now, in the largest unit: `in 3 days`, `1 hour ago`, `now`.
pub fn relative(at: &Instant, now: &Instant) -> String {
    let away_s = (at.0 - now.0) / 1000;
    let units = [(86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")];
    let largest = units.into_iter().find(|(size, _)| away_s.abs() >= *size);
    let Some((size, unit)) = largest else { return "now".to_owned() };
    let count = away_s.abs() / size;
    let plural = if count == 1 { "" } else { "s" };
    if away_s > 0 {
        format!("in {count} {unit}{plural}")
    } else {
        format!("{count} {unit}{plural} ago")
    }
}

/// An instant as people read it, as HTML: how far it is from now; exactly when one points at it.
pub fn ago(at: &Instant, now: &Instant) -> String {
    timed(*at, &relative(at, now))
}

/// An instant to the minute, as HTML like that of [`ago`].
pub fn moment(at: &Instant) -> String {
    timed(*at, &minute(at))
}

/// When something expires, or has expired, as HTML like that of [`ago`].
pub fn expires(at: &Instant, now: &Instant) -> String {
    timed(*at, &expiry(at, now))
}

fn timed(at: Instant, words: &str) -> String {
    format!("<time datetime=\"{at}\" title=\"{} UTC\">{words}</time>", self::at(&at))
}

/// A count that stopped at `most`: `999`, `1,000+`.
pub fn at_least(count: &i64, most: i64) -> String {
    let number = most.min(*count);
    let digits = if number < 1000 {
        number.to_string()
    } else {
        format!("{},{:03}", number / 1000, number % 1000)
    };
    if *count >= most { format!("{digits}+") } else { digits }
}

/// When a HIT expires, or has expired: `expires in 3 days`.
pub fn expiry(at: &Instant, now: &Instant) -> String {
    let verb = if at > now { "expires" } else { "expired" };
    format!("{verb} {}", relative(at, now))
}

/// A status of a HIT as a requester reads it.
pub const fn hit_status(status: &HitStatus) -> &'static str {
    match status {
        HitStatus::Assignable => "Open",
        HitStatus::Unassignable => "In work",
        HitStatus::Reviewable => "Reviewable",
        HitStatus::Reviewing => "Reviewing",
        HitStatus::Disposed => "Deleted",
    }
}

/// The mark of a clock that is not real.
pub fn clock(mode: &str) -> &'static str {
    match mode {
        "frozen" => "stands still",
        "offset" => "virtual",
        _ => "",
    }
}

/// The beginning of a text.
#[derive(Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// It, with `…` at its end if it was cut.
    pub text: String,
    /// Whether there is more of the text.
    pub is_cut: bool,
}

/// So much of a text as takes `bytes` bytes on a page, where `&` takes five; whole words, if they
/// are not longer than what is left.
pub fn excerpt(text: &str, bytes: usize) -> Excerpt {
    let cost = |c: char| if "&<>\"'".contains(c) { 5 } else { c.len_utf8() };
    let mut rest = bytes;
    let fits = |(_, c): &(usize, char)| {
        let left = rest.checked_sub(cost(*c));
        rest = left.unwrap_or_default();
        left.is_some()
    };
    let Some(end) = text.char_indices().take_while(fits).last().map(|(at, c)| at + c.len_utf8())
    else {
        return Excerpt { text: String::new(), is_cut: !text.is_empty() };
    };
    if end == text.len() {
        return Excerpt { text: text.to_owned(), is_cut: false };
    }
    let cut = &text[..end];
    let words = cut.rfind(char::is_whitespace).filter(|at| *at > end / 2);
    let cut = cut[..words.unwrap_or(end)].trim_end();
    Excerpt { text: format!("{cut}…"), is_cut: true }
}

/// Text as part of an address.
pub fn path(text: &str) -> String {
    crate::rules::frame::encoded(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_has_whole_words_and_is_no_longer_than_allowed() {
        for (text, shown, is_cut) in [
            ("", "", false),
            ("ten bytes.", "ten bytes.", false),
            ("eleven byte", "eleven…", true),
            ("unbreakable", "unbreakabl…", true),
            ("a unbreakable", "a unbreaka…", true),
            ("&&", "&&", false),
            ("&&&", "&&…", true),
            ("äöüßéè", "äöüßé…", true),
        ] {
            assert_eq!(excerpt(text, 10), Excerpt { text: shown.to_owned(), is_cut }, "{text}");
        }
        assert_eq!(excerpt("ä", 1), Excerpt { text: String::new(), is_cut: true });
    }

    #[test]
    fn the_distance_of_an_instant_has_one_unit() {
        for (seconds, shown) in [
            (0, "now"),
            (1, "in 1 second"),
            (-59, "59 seconds ago"),
            (3599, "in 59 minutes"),
            (-3600, "1 hour ago"),
            (86_399, "in 23 hours"),
            (3 * 86_400 + 5, "in 3 days"),
        ] {
            let now = Instant(5_000_000_000);
            assert_eq!(relative(&Instant(now.0 + seconds * 1000), &now), shown);
        }
    }

    #[test]
    fn an_instant_as_html_has_its_exact_time() {
        let shown = ago(&Instant(0), &Instant(3_600_000));
        let time = "<time datetime=\"1970-01-01T00:00:00Z\" title=\"1970-01-01 00:00:00 UTC\">";
        assert_eq!(shown, format!("{time}1 hour ago</time>"));
        assert!(expires(&Instant(0), &Instant(-60_000)).ends_with(">expires in 1 minute</time>"));
    }

    #[test]
    fn counts_that_stopped_say_so() {
        for (count, shown) in [(0, "0"), (999, "999"), (1000, "1,000+"), (1001, "1,000+")] {
            assert_eq!(at_least(&count, 1000), shown);
        }
        assert_eq!(at_least(&1234, 100_000), "1,234");
    }

    #[test]
    fn lengths_have_two_units_at_most() {
        for (seconds, shown) in
            [(0, "0 s"), (59, "59 s"), (600, "10 min"), (5400, "1 h 30 min"), (90_061, "1 d 1 h")]
        {
            assert_eq!(length(&seconds), shown);
        }
        assert_eq!(length(&-5), "0 s");
        for (seconds, shown) in
            [(0, "0 seconds"), (2_592_000, "30 days"), (5400, "1 hour 30 minutes")]
        {
            assert_eq!(spelled(&seconds), shown);
        }
    }
}
