//! Walking XML as a schema does: what stands where, and the place of what should not.

mod children;
mod element;
mod source;

pub(super) use children::Children;
pub(super) use element::Element;

use super::guard;
use roxmltree::{Document, Error};
use std::borrow::Cow;

/// Most characters of a document's own text that a message repeats.
const QUOTED_CHARACTERS: usize = 60;
/// Most characters of a parser's complaint that a message repeats; it may hold a document's names.
const COMPLAINT_CHARACTERS: usize = 200;
const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];
const BYTE_ORDER_MARK: char = '\u{feff}';

/// What is wrong in a text, at a byte offset of it.
#[derive(Debug)]
pub(super) struct Trouble {
    pub at: usize,
    pub details: String,
}

impl Trouble {
    pub fn new(at: usize, details: impl Into<String>) -> Self {
        Self { at, details: details.into() }
    }

    fn moved(self, by: usize) -> Self {
        Self { at: self.at + by, ..self }
    }
}

/// What is wrong in a document, at a place of it; lines and columns count from 1.
#[derive(Debug)]
pub(super) struct Flaw {
    pub line: u32,
    pub column: u32,
    pub details: String,
    /// Whether the offence is in the XHTML of a `FormattedContent`.
    pub formatted: bool,
}

impl Flaw {
    fn new(text: &str, trouble: Trouble) -> Self {
        let before = text.get(..trouble.at).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
        let narrow = |count| u32::try_from(count).unwrap_or(u32::MAX);
        let (line, column) = (narrow(line), narrow(column));
        Self { line, column, details: trouble.details, formatted: false }
    }
}

/// Parses a document and hands its root element to `reader`.
///
/// XML wants its declaration at the very start; blanks before it are accepted all the same.
pub(super) fn read<T>(
    xml: &str,
    reader: impl FnOnce(Element<'_>) -> Result<T, Flaw>,
) -> Result<T, Flaw> {
    let whole = unix_lines(xml);
    let text = whole.trim_start_matches(|c| c == BYTE_ORDER_MARK || BLANKS.contains(&c));
    let lead = whole.len() - text.len();
    let place = |trouble: Trouble| Flaw::new(&whole, trouble.moved(lead));
    guard::check(text).map_err(place)?;
    let document = Document::parse(text).map_err(|error| place(trouble(text, &error)))?;
    reader(Element::root(&document, &whole, lead))
}

/// Line ends as XML reads them: each one line feed.
fn unix_lines(xml: &str) -> Cow<'_, str> {
    if xml.contains('\r') {
        return xml.replace("\r\n", "\n").replace('\r', "\n").into();
    }
    xml.into()
}

/// A parser's complaint about `text`.
pub(super) fn trouble(text: &str, error: &Error) -> Trouble {
    let said = error.to_string().replacen(&format!(" at {}", error.pos()), "", 1);
    let said: String = said.chars().take(COMPLAINT_CHARACTERS).collect();
    let hint = match error {
        Error::MalformedEntityReference(_) | Error::UnknownEntityReference(..) => {
            "; the character & is written &amp;"
        }
        _ => "",
    };
    Trouble::new(offset(text, error), format!("the XML is not well-formed: {said}{hint}"))
}

/// The byte offset of a parser's complaint; one without a place is about the end.
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

/// A document's own words in quotation marks, on one line and not too long.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", short(text))
}

/// A document's own words on one line and not too long.
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
