//! From an element's text as it was read back to its source: CDATA marks, comments and character
//! references stand in the source only.

use crate::rules::question::guard::{past, skipped, tag_length};

/// The offset of an element's end tag; that of its only tag is 0.
pub(super) fn end_tag(raw: &str) -> usize {
    if raw.ends_with("/>") { 0 } else { raw.rfind("</").unwrap_or(0) }
}

/// The offset, in an element's source, of the nth character of its text.
pub(super) fn text_offset(raw: &str, nth: usize) -> usize {
    let start = tag_length(raw);
    let content = raw.get(start..end_tag(raw)).unwrap_or_default();
    start + offset(content, nth)
}

fn offset(content: &str, nth: usize) -> usize {
    let (mut rest, mut left, mut verbatim) = (content, nth, false);
    loop {
        let piece = Piece::first(rest, verbatim);
        if piece.length == 0 || (piece.is_character && left == 0) {
            return content.len() - rest.len();
        }
        left -= usize::from(piece.is_character);
        verbatim = piece.verbatim;
        rest = &rest[piece.length..];
    }
}

/// What a source begins with.
struct Piece {
    length: usize,
    is_character: bool,
    /// Whether a CDATA section goes on after it.
    verbatim: bool,
}

impl Piece {
    fn first(rest: &str, verbatim: bool) -> Self {
        let (length, is_character) = match rest.chars().next() {
            None => (0, false),
            Some(']') if verbatim && rest.starts_with("]]>") => return Self::mark(3, false),
            Some('<') if !verbatim && rest.starts_with("<![CDATA[") => return Self::mark(9, true),
            Some('<') if !verbatim => (skipped(rest).unwrap_or(1), false),
            Some('&') if !verbatim => (past(rest, 1, ";"), true),
            Some(first) => (first.len_utf8(), true),
        };
        Self { length, is_character, verbatim }
    }

    fn mark(length: usize, verbatim: bool) -> Self {
        Self { length, is_character: false, verbatim }
    }
}

#[cfg(test)]
mod tests {
    use super::{end_tag, text_offset};
    use rstest::rstest;

    #[rstest]
    #[case("<a>xyz</a>", 1, 4)]
    #[case("<a b='>'>xyz</a>", 0, 9)]
    #[case("<a><![CDATA[xyz]]></a>", 0, 12)]
    #[case("<a> <![CDATA[é]z]]></a>", 2, 15)]
    #[case("<a>x<!-- y -->z</a>", 1, 14)]
    #[case("<a>x<?y z?>z</a>", 1, 11)]
    #[case("<a>&lt;b&gt;</a>", 1, 7)]
    #[case("<a>&#233;b</a>", 1, 9)]
    #[case("<a>xyz</a>", 3, 6)]
    #[case("<a>xyz</a>", 99, 6)]
    #[case("<a><![CDATA[<!--x&amp;-->]]></a>", 4, 16)]
    #[case("<a/>", 0, 4)]
    fn the_nth_character_is_found(#[case] raw: &str, #[case] nth: usize, #[case] expected: usize) {
        assert_eq!(text_offset(raw, nth), expected);
    }

    #[rstest]
    #[case("<a><b></b></a >", 10)]
    #[case("<a><![CDATA[</a>]]></a>", 19)]
    #[case("<a b='</a>'/>", 0)]
    fn the_end_tag_is_found(#[case] raw: &str, #[case] expected: usize) {
        assert_eq!(end_tag(raw), expected);
    }
}
