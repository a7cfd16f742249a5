//! Which text can be stored anywhere and shown anywhere: one rule for everything that comes in.

/// The longest text, in bytes, that may be a key of the store: PostgreSQL refuses to put one of
/// 2,704 bytes into an index.
pub const KEY_BYTES: usize = 1000;

/// The longest access key id, in bytes (IAM's type `accessKeyIdType`).
pub const ACCESS_KEY_BYTES: usize = 128;

/// Whether signatures can name such an access key.
#[must_use]
pub fn is_access_key(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.+@".contains(&b);
    (1..=ACCESS_KEY_BYTES).contains(&text.len()) && text.bytes().all(plain)
}

/// Whether XML 1.0 can hold a character, be it as a reference: no control characters but tab, line
/// feed and carriage return, and neither U+FFFE nor U+FFFF.
///
/// PostgreSQL cannot store U+0000, and the API's answers are XML in part.
#[must_use]
pub const fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..)
}

/// Whether a text is made of such characters alone.
#[must_use]
pub fn is_clean(text: &str) -> bool {
    text.chars().all(is_xml)
}

/// The text without the other characters.
#[must_use]
pub fn cleaned(text: String) -> String {
    if is_clean(&text) { text } else { text.chars().filter(|&c| is_xml(c)).collect() }
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
/// escapes are decoded.
///
/// # Errors
/// Which of the two is not. The query may hold any bytes: what is no UTF-8 is replaced where it is
/// read, as browsers do.
pub fn check_address(path: &str, query: &str) -> Result<(), BadAddress> {
    let path = super::posted::unescaped(path.as_bytes());
    if !std::str::from_utf8(&path).is_ok_and(is_clean) {
        return Err(BadAddress::Path);
    }
    let query = super::posted::unescaped(query.as_bytes());
    if is_clean(&String::from_utf8_lossy(&query)) { Ok(()) } else { Err(BadAddress::Query) }
}

/// Whether a text in this JSON holds U+0000, which not every database can keep.
#[must_use]
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
