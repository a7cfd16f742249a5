//! Checks before parsing: no document type declarations, and no structures that cost a parser more
//! than their size.
//!
//! Assumed: the service's own limits are not known; these are far above what its structures need.

use super::located_error::ErrorAt;

/// Deepest nesting of elements that is read; bounds the recursion over XHTML.
const MAX_DEPTH: usize = 64;
/// Most attributes on one element; comparing them with each other takes quadratic time.
const MAX_ATTRIBUTES: usize = 64;
/// Most namespace prefixes declared in one document; each is copied to every element below.
const MAX_PREFIXES: usize = 32;

/// Refuses a document type declaration, and more depth, attributes or prefixes than the limits.
///
/// What is not well-formed is left to the parser, which stops at the same place or before.
pub(super) fn check(text: &str) -> Result<(), ErrorAt> {
    let (mut at, mut depth, mut prefixes) = (0, 0_usize, 0);
    while let Some(found) = text[at..].find('<') {
        at += found;
        let rest = &text[at..];
        at += if let Some(length) = skipped(rest) {
            length
        } else if rest.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("<!doctype")) {
            return Err(ErrorAt::new(at, DOCTYPE));
        } else if rest.starts_with("</") {
            depth = depth.saturating_sub(1);
            2
        } else {
            let tag = &rest[..tag_length(rest)];
            depth += 1;
            prefixes += tag.matches("xmlns:").count();
            limits(depth, outside_quotes(tag, b'=').count(), prefixes)
                .map_err(|details| ErrorAt::new(at, details))?;
            depth -= usize::from(tag.ends_with("/>"));
            tag.len()
        };
    }
    Ok(())
}

const DOCTYPE: &str = "found a document type declaration, which is not allowed; \
                       HTML belongs in a CDATA section";

fn limits(depth: usize, attributes: usize, prefixes: usize) -> Result<(), String> {
    if depth > MAX_DEPTH {
        return Err(format!("elements are nested deeper than {MAX_DEPTH} levels"));
    }
    if attributes > MAX_ATTRIBUTES {
        return Err(format!("an element has more than {MAX_ATTRIBUTES} attributes"));
    }
    if prefixes > MAX_PREFIXES {
        return Err(format!("more than {MAX_PREFIXES} namespace prefixes are declared"));
    }
    Ok(())
}

/// The length of the tag that a text begins with, its `>` included.
pub(super) fn tag_length(rest: &str) -> usize {
    outside_quotes(rest, b'>').next().map_or(rest.len(), |at| at + 1)
}

/// The length of the comment, CDATA section or processing instruction that a text begins with.
pub(super) fn skipped(rest: &str) -> Option<usize> {
    let pairs = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")];
    let (opening, closing) = pairs.into_iter().find(|(opening, _)| rest.starts_with(opening))?;
    Some(past(rest, opening.len(), closing))
}

/// The length of a text up to and with the first `end` after `start`, or all of it.
pub(super) fn past(rest: &str, start: usize, end: &str) -> usize {
    rest[start..].find(end).map_or(rest.len(), |at| start + at + end.len())
}

fn outside_quotes(text: &str, wanted: u8) -> impl Iterator<Item = usize> {
    let mut quote = None;
    text.bytes().enumerate().filter_map(move |(at, byte)| {
        match quote {
            Some(open) if byte == open => quote = None,
            None if byte == b'"' || byte == b'\'' => quote = Some(byte),
            _ => {}
        }
        (quote.is_none() && byte == wanted).then_some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::{DOCTYPE, MAX_DEPTH, check};
    use proptest::prelude::*;
    use roxmltree::Document;
    use rstest::rstest;

    fn nested(depth: usize) -> String {
        "<a>".repeat(depth) + &"</a>".repeat(depth)
    }

    fn wide(attributes: usize) -> String {
        let list: Vec<_> = (0..attributes).map(|n| format!(" a{n}='='")).collect();
        format!("<a{}/>", list.concat())
    }

    fn prefixed(count: usize) -> String {
        let list: Vec<_> = (0..count).map(|n| format!("<b xmlns:p{n}='u'/>")).collect();
        format!("<a>{}</a>", list.concat())
    }

    #[rstest]
    #[case(&nested(64))]
    #[case(&"<a/>".repeat(100))]
    #[case(&wide(64))]
    #[case(&prefixed(32))]
    #[case("<a><![CDATA[<!DOCTYPE html><a><a>]]></a>")]
    #[case("<a><!-- <!DOCTYPE a> --></a>")]
    #[case("<a><!--> <!DOCTYPE a> --></a>")]
    #[case("<a b='<!DOCTYPE'/>")]
    #[case("<a b='>' c=\">'\"><?p <!DOCTYPE?></a>")]
    #[case("")]
    #[case("<")]
    #[case("<!")]
    #[case("</")]
    #[case("<a b='")]
    #[case("<é")]
    #[case("<!doctyp\u{e9}")]
    fn passes(#[case] text: &str) {
        assert!(check(text).is_ok());
    }

    #[rstest]
    #[case(&nested(65), 192, "elements are nested deeper than 64 levels")]
    #[case(&"<a>".repeat(100_000), 192, "elements are nested deeper than 64 levels")]
    #[case(&wide(65), 0, "an element has more than 64 attributes")]
    #[case(&prefixed(33), 3 + 10 * 17 + 22 * 18, "more than 32 namespace prefixes are declared")]
    #[case("é<!DOCTYPE a>", 2, DOCTYPE)]
    #[case("<a><!doctype html></a>", 3, DOCTYPE)]
    fn refuses(#[case] text: &str, #[case] at: usize, #[case] details: &str) {
        let error = check(text).unwrap_err();
        assert_eq!((error.at, error.details.as_str()), (at, details));
    }
    const PIECES: &[&str] = &[
        "<a>",
        "</a>",
        "<a/>",
        "<!--",
        "-->",
        "<!-->",
        "<![CDATA[",
        "]]>",
        "<?p",
        "?>",
        "<?>",
        " ",
        "x",
        "<a b='",
        "'>",
        "'/>",
        "/>",
        ">",
        "<a b=\"",
        "\"",
        "<b c='/'>",
        "</b>",
    ];

    proptest! {
        /// No document that the parser takes is deeper than what was counted here.
        #[test]
        fn depth_is_counted_as_the_parser_does(
            pieces in prop::collection::vec(prop::sample::select(PIECES), 0..12)
        ) {
            let outer = MAX_DEPTH - 1;
            let (before, after) = ("<o>".repeat(outer), "</o>".repeat(outer));
            let text = format!("{before}{}{after}", pieces.concat());
            if let Ok(document) = Document::parse(&text) {
                let elements = document.descendants().filter(roxmltree::Node::is_element);
                let depth = elements.map(|node| node.ancestors().count() - 1).max();
                prop_assert_eq!(check(&text).is_ok(), depth <= Some(MAX_DEPTH), "{}", text);
            }
        }
    }
}
