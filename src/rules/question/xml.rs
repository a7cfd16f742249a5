//! Walking XML as a schema does: what stands where, and the place of what should not.

mod element;
mod source;

pub(super) use element::{Children, Element};

use super::guard;
use super::located_error::{ErrorAt, LocatedError};
use roxmltree::{Document, Error};
use std::borrow::Cow;

/// Most characters of a document's own text that a message repeats.
const QUOTED_CHARACTERS: usize = 60;
/// Most characters of a parser's message that ours repeats; it may hold a document's names.
const PARSER_CHARACTERS: usize = 200;
const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Parses a document and hands its root element to `reader`.
///
/// XML wants its declaration at the very start; blanks before it are accepted all the same.
pub(super) fn read<T>(
    xml: &str,
    reader: impl FnOnce(Element<'_>) -> Result<T, LocatedError>,
) -> Result<T, LocatedError> {
    let whole = unix_lines(xml);
    let text = whole.trim_start_matches(|c| c == BYTE_ORDER_MARK || BLANKS.contains(&c));
    let lead = whole.len() - text.len();
    let located = |error: ErrorAt| error.moved(lead).located(&whole);
    guard::check(text).map_err(located)?;
    let document = Document::parse(text).map_err(|error| located(parser_error(text, &error)))?;
    reader(Element::root(&document, &whole, lead))
}

/// Line ends as XML reads them: each one line feed.
fn unix_lines(xml: &str) -> Cow<'_, str> {
    if xml.contains('\r') {
        return xml.replace("\r\n", "\n").replace('\r', "\n").into();
    }
    xml.into()
}

/// An error that the parser found in `text`.
pub(super) fn parser_error(text: &str, error: &Error) -> ErrorAt {
    let details = error.to_string().replacen(&format!(" at {}", error.pos()), "", 1);
    let details: String = details.chars().take(PARSER_CHARACTERS).collect();
    let hint = match error {
        Error::MalformedEntityReference(_) | Error::UnknownEntityReference(..) => {
            "; the character & is written &amp;"
        }
        _ => "",
    };
    ErrorAt::new(offset(text, error), format!("the XML is not well-formed: {details}{hint}"))
}

/// The byte offset of a parser's error; one without a place is about the end.
fn offset(text: &str, error: &Error) -> usize {
    let nowhere =
        matches!(error, Error::NoRootNode | Error::UnclosedRootNode | Error::UnexpectedEndOfStream);
    if nowhere {
        return text.len();
    }
    let (row, column) = (error.pos().row as usize, error.pos().col as usize);
    let start: usize = text.split_inclusive('\n').take(row.saturating_sub(1)).map(str::len).sum();
    let mut characters = text[start..].char_indices();
    characters.nth(column.saturating_sub(1)).map_or(text.len(), |(at, _)| start + at)
}

/// A text without the white space of XML around it.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(BLANKS)
}

/// A document's own text in quotation marks, on one line and not too long.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", short(text))
}

/// A document's own text on one line and not too long.
pub(super) fn short(text: &str) -> String {
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut short: String = plain.take(QUOTED_CHARACTERS).collect();
    if text.chars().nth(QUOTED_CHARACTERS).is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests;
