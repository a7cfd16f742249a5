//! Which text is accepted: what every database can store and every format can show.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::shapes::scalar::ACCESS_KEY_BYTES;

/// Whether signatures can name such an access key.
pub fn is_access_key(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.+@".contains(&b);
    (1..=ACCESS_KEY_BYTES).contains(&text.len()) && text.bytes().all(plain)
}

/// Whether XML 1.0 can hold a character, be it as a reference: no control characters but tab, line
/// feed and carriage return, and neither U+FFFE nor U+FFFF.
///
/// PostgreSQL cannot store U+0000, and the API's answers are XML in part.
pub const fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..)
}

/// Whether a text is made of such characters alone.
pub fn is_clean(text: &str) -> bool {
    text.chars().all(is_xml)
}

/// The text without the other characters.
pub fn cleaned(text: String) -> String {
    if is_clean(&text) { text } else { text.chars().filter(|&c| is_xml(c)).collect() }
}

/// The text with each control character, and each that changes the direction of text, as `\u001b`:
/// it then changes nothing of a terminal. What was JSON on one line stays the same JSON.
pub fn for_terminal(text: &str) -> Cow<'_, str> {
    let is_unsafe = |c: char| {
        c.is_control()
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}')
            || matches!(c, '\u{2066}'..='\u{2069}')
    };
    if !text.contains(is_unsafe) {
        return Cow::from(text);
    }
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unsafe(c) {
            safe.push_str("\\u");
            let code = u32::from(c);
            let digits = [12, 8, 4, 0].map(|shift| char::from_digit((code >> shift) & 15, 16));
            safe.extend(digits.into_iter().flatten());
        } else {
            safe.push(c);
        }
    }
    safe.into()
}

/// What is wrong with the address that a request names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadAddress {
    /// The path: nothing has such a name.
    Path,
    /// The query.
    Query,
}

/// Whether the path and the query of a request are UTF-8 without such characters, once their
/// escapes are decoded. In the query other bytes than UTF-8 pass: they are replaced when it is
/// read, as in browsers.
pub fn check_address(path: &str, query: &str) -> Result<(), BadAddress> {
    if !percent_decode_str(path).decode_utf8().is_ok_and(|path| is_clean(&path)) {
        return Err(BadAddress::Path);
    }
    if is_clean(&percent_decode_str(query).decode_utf8_lossy()) {
        Ok(())
    } else {
        Err(BadAddress::Query)
    }
}

/// Whether a text in this JSON holds U+0000, which not every database can keep.
pub fn json_holds_nul(json: &str) -> bool {
    // Behind an even number of backslashes it is no escape.
    let is_escape = |(at, _): (usize, &str)| {
        let before = json[..at].bytes().rev().take_while(|byte| *byte == b'\\').count();
        before % 2 == 0
    };
    json.match_indices("\\u0000").any(is_escape)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_hold_no_control_characters() {
        for (path, query, expected) in [
            ("/", "", Ok(())),
            ("/a%C3%A9", "x=%C3%A9&y=%ff&z=%0a%0D%09", Ok(())),
            ("/a%", "100%&%zz", Ok(())),
            ("/%00", "", Err(BadAddress::Path)),
            ("/%1f", "", Err(BadAddress::Path)),
            ("/%ff", "", Err(BadAddress::Path)),
            ("/%ED%A0%80", "", Err(BadAddress::Path)),
            ("/%EF%BF%BF", "", Err(BadAddress::Path)),
            ("/", "a=%00", Err(BadAddress::Query)),
            ("/", "%1B=1", Err(BadAddress::Query)),
            ("/%2500", "a=%2500", Ok(())),
        ] {
            assert_eq!(check_address(path, query), expected, "{path}?{query}");
        }
    }

    #[test]
    fn nothing_changes_a_terminal() {
        for (text, expected) in [
            ("plain é 漢", "plain é 漢"),
            ("a\u{1b}[2Jb", "a\\u001b[2Jb"),
            ("\u{7f}\u{9b}\n", "\\u007f\\u009b\\u000a"),
            ("\u{202e}x\u{2066}\u{200f}", "\\u202ex\\u2066\\u200f"),
        ] {
            assert_eq!(for_terminal(text), expected, "{text:?}");
        }
        let json = serde_json::json!({"a": "\u{9b}\u{202e}\u{7f}"}).to_string();
        let safe = for_terminal(&json);
        assert!(safe.is_ascii());
        assert_eq!(serde_json::from_str::<serde_json::Value>(&safe).unwrap().to_string(), json);
    }

    #[test]
    fn nul_is_found_behind_any_backslashes() {
        for (json, holds) in [
            (r#""a\u0000b""#, true),
            (r#""a\\\u0000""#, true),
            (r#""a\\u0000""#, false),
            (r#""\u0001""#, false),
        ] {
            assert_eq!(json_holds_nul(json), holds, "{json}");
        }
    }
}
