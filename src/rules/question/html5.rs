//! The check for HTML5 that a requester's page goes through.
//!
//! Source: public reports that quote the service's answers. They show three kinds of errors, in
//! the sentences of the Nu Html Checker, and pages without doctype, html or head that were
//! accepted. Assumed: nothing else is refused.

use std::cell::Cell;
use std::convert::Infallible;

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Error, Readable as _, Reader, Span, StringReader, Tokenizer};

use crate::fault::{Code, Fault};

const BODY_IS_OPEN: &str =
    "An “body” start tag seen but an element of the same type was already open.";
const NO_SPACE: &str = "No space between attributes.";
const NO_REFERENCE: &str = "“&” did not start a character reference. \
    (“&” probably should have been escaped as “&amp;”.)";

/// How many errors an answer lists. Assumed.
const MOST: usize = 10;

/// The longest name of a character reference, `CounterClockwiseContourIntegral`, in bytes.
const LONGEST_NAME: usize = 31;

/// The most attributes of one tag. The tokenizer calls itself for each, and a stack is finite.
const MAX_ATTRIBUTES: usize = 100;

/// An error in a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HtmlError {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// A sentence.
    pub why: &'static str,
}

/// The errors of a page, up to a limit. Only those at byte offsets for which `counts` is true are
/// reported.
pub(super) fn errors(page: &str, counts: &dyn Fn(usize) -> bool) -> Vec<HtmlError> {
    let mut checker = Checker::new(page, counts);
    read(page, &mut |event, span| checker.see(event, span));
    let place = |(offset, why)| {
        let (line, column) = place(page, offset);
        HtmlError { line, column, why }
    };
    checker.errors.into_iter().map(place).collect()
}

/// `ParameterValidationError` that lists the errors with lines and columns, and repeats the page.
/// Assumed: the code.
pub(super) fn refusal(errors: &[HtmlError], page: &str) -> Fault {
    let listed =
        |HtmlError { line, column, why }: &HtmlError| format!("<! [{line},{column}] {why} !> ");
    let errors: String = errors.iter().map(listed).collect();
    Fault::refused(
        Code::Html5ParseError,
        format!(
            "There was an error parsing the HTML5 data in your request.  Please make sure the \
             data is well-formed and validates as HTML5. Details: Errors: {errors}\
             Invalid content: {page}"
        ),
    )
}

/// Tokenizes a page, up to a tag with more than [`MAX_ATTRIBUTES`]. One function for all callers,
/// since the tokenizer is large code.
pub(super) fn read(page: &str, see: &mut dyn FnMut(&CallbackEvent<'_>, Span<usize>)) {
    let attributes = Cell::new(0);
    let see = |event: CallbackEvent<'_>, span| -> Option<Infallible> {
        match event {
            CallbackEvent::AttributeName { .. } => attributes.set(attributes.get() + 1),
            CallbackEvent::AttributeValue { .. } | CallbackEvent::Error(_) => {}
            _ => attributes.set(0),
        }
        see(&event, span);
        None
    };
    let mut emitter = CallbackEmitter::new(see);
    emitter.naively_switch_states(true);
    let reader = Bounded { page: page.to_reader(), attributes: &attributes };
    drop(Tokenizer::new_with_emitter(reader, emitter).finish());
}

/// A page that ends where a tag has too many attributes.
struct Bounded<'p, 'c> {
    page: StringReader<'p>,
    /// The attributes of the tag that is being read, without the last one.
    attributes: &'c Cell<usize>,
}

#[derive(Debug, thiserror::Error)]
#[error("a tag has more than {MAX_ATTRIBUTES} attributes")]
struct TooManyAttributes;

impl Bounded<'_, '_> {
    fn check(&self) -> Result<(), TooManyAttributes> {
        if self.attributes.get() >= MAX_ATTRIBUTES { Err(TooManyAttributes) } else { Ok(()) }
    }
}

impl Reader for Bounded<'_, '_> {
    type Error = TooManyAttributes;

    fn read_byte(&mut self) -> Result<Option<u8>, TooManyAttributes> {
        self.check()?;
        let Ok(byte) = self.page.read_byte();
        Ok(byte)
    }

    fn try_read_string(&mut self, s: &[u8], cased: bool) -> Result<bool, TooManyAttributes> {
        self.check()?;
        let Ok(is_there) = self.page.try_read_string(s, cased);
        Ok(is_there)
    }

    fn read_until<'b>(
        &'b mut self,
        needle: &[u8],
        char_buf: &'b mut [u8; 4],
    ) -> Result<Option<&'b [u8]>, TooManyAttributes> {
        self.check()?;
        let Ok(chunk) = self.page.read_until(needle, char_buf);
        Ok(chunk)
    }
}

/// Line and column of a byte, both from 1, the column in characters.
///
/// Recorded: of a start tag its last character, of an attribute its first. Assumed: of an
/// ampersand itself.
fn place(page: &str, offset: usize) -> (usize, usize) {
    let before = page.get(..offset).unwrap_or(page);
    let line = before.rsplit('\n').next().unwrap_or(before);
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

/// What kind of text follows a tag.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Text {
    /// A part of the page: it opens the body.
    Flow,
    /// A title, or what stands in a text area: it has references and no tags.
    Plain,
    /// A script, a style, or the like: nothing is checked until the end tag.
    Raw,
}

struct Checker<'p> {
    page: &'p str,
    counts: &'p dyn Fn(usize) -> bool,
    /// Byte offsets and sentences.
    errors: Vec<(usize, &'static str)>,
    body_is_open: bool,
    /// How many templates are open.
    templates: usize,
    /// The start tag that is being read; later the element whose text `text` is about.
    tag: Vec<u8>,
    text: Text,
}

impl<'p> Checker<'p> {
    fn new(page: &'p str, counts: &'p dyn Fn(usize) -> bool) -> Self {
        let (errors, tag, text) = (Vec::new(), Vec::new(), Text::Flow);
        Self { page, counts, errors, body_is_open: false, templates: 0, tag, text }
    }

    fn see(&mut self, event: &CallbackEvent<'_>, span: Span<usize>) {
        match event {
            CallbackEvent::EndTag { name } => self.end_tag(name),
            _ if self.text == Text::Raw => {}
            CallbackEvent::OpenStartTag { name } => self.tag = name.to_vec(),
            CallbackEvent::CloseStartTag { self_closing } => {
                self.start_tag(span.start, *self_closing);
            }
            CallbackEvent::String { value } => self.text(value, span),
            CallbackEvent::Error(Error::MissingWhitespaceBetweenAttributes) => {
                self.add(span.start.saturating_sub(1), NO_SPACE);
            }
            _ => {}
        }
    }

    fn add(&mut self, offset: usize, why: &'static str) {
        if self.errors.len() < MOST && (self.counts)(offset) {
            self.errors.push((offset, why));
        }
    }

    /// A start tag that ends at `offset`.
    ///
    /// Whatever belongs into the body opens it, whether its own tag comes or not.
    fn start_tag(&mut self, offset: usize, self_closing: bool) {
        if self.tag == b"template" {
            self.templates += 1;
        } else if self.templates == 0 {
            if self.tag == b"body" && self.body_is_open {
                self.add(offset, BODY_IS_OPEN);
            }
            self.body_is_open |= !BEFORE_BODY.iter().any(|name| name.as_bytes() == self.tag);
        }
        self.text = match &*self.tag {
            // In a drawing it has an end, which the tokenizer does not see.
            b"title" | b"textarea" if self_closing => Text::Raw,
            b"title" | b"textarea" => Text::Plain,
            b"script" | b"style" | b"noscript" | b"noframes" | b"noembed" | b"iframe" | b"xmp"
            | b"plaintext" => Text::Raw,
            _ => Text::Flow,
        };
    }

    fn end_tag(&mut self, name: &[u8]) {
        if self.text == Text::Flow && name == b"template" {
            self.templates = self.templates.saturating_sub(1);
        } else if self.text != Text::Flow && name == self.tag {
            self.text = Text::Flow;
        }
    }

    fn text(&mut self, value: &[u8], span: Span<usize>) {
        // A byte order mark is no text.
        let value = match value.strip_prefix("\u{feff}".as_bytes()) {
            Some(text) if span.start == 0 => text,
            _ => value,
        };
        if self.text == Text::Flow && self.templates == 0 {
            self.body_is_open |= !value.trim_ascii().is_empty();
        }
        let text = self.page.get(span.start..span.end).unwrap_or_default();
        for (at, _) in text.match_indices('&') {
            if self.errors.len() < MOST && is_stray(&text[at..]) {
                self.add(span.start + at, NO_REFERENCE);
            }
        }
    }
}

/// Elements that leave the body closed.
const BEFORE_BODY: [&str; 14] = [
    "html", "head", "base", "basefont", "bgsound", "link", "meta", "title", "script", "style",
    "noscript", "noframes", "template", "frameset",
];

/// Whether the ampersand at the beginning has a letter behind it, and begins no named reference.
fn is_stray(text: &str) -> bool {
    let name = &text[1..];
    if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return false;
    }
    let bytes = name.bytes().take(LONGEST_NAME).take_while(u8::is_ascii_alphanumeric).count();
    let semicolon = usize::from(name[bytes..].starts_with(';'));
    let reference = &text[..1 + bytes + semicolon];
    // Where there is a reference, the tokenizer puts something else in its place.
    let mut is_reference = false;
    read(reference, &mut |event, _| {
        if let CallbackEvent::String { value } = event {
            is_reference |= *value != reference.as_bytes();
        }
    });
    !is_reference
}

#[cfg(test)]
mod tests;
