//! An element: its name, its text, its attributes, and the elements in it, taken one after the
//! other as a schema's sequence wants them.

use super::{BLANKS, quoted, short, source, trim};
use crate::rules::question::located_error::{ErrorAt, LocatedError};
use crate::rules::url::without_user_info;
use roxmltree::{Document, Node};
use std::collections::HashSet;
use std::fmt::Display;
use std::iter::Peekable;
use std::ops::RangeInclusive;
use std::vec::IntoIter;

/// Namespace of the attributes that point to a schema; a schema processor takes them anywhere.
const SCHEMA_INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// An element of a document, with the document it stands in.
#[derive(Clone, Copy)]
pub(crate) struct Element<'a> {
    node: Node<'a, 'a>,
    /// The document as sent, line ends aside; the parsed one begins at `lead`.
    whole: &'a str,
    lead: usize,
}

impl<'a> Element<'a> {
    pub(super) fn root(document: &'a Document<'a>, whole: &'a str, lead: usize) -> Self {
        Self { node: document.root_element(), whole, lead }
    }

    /// The local name.
    pub fn name(self) -> &'a str {
        self.node.tag_name().name()
    }

    /// The namespace's name.
    pub fn namespace(self) -> Option<&'a str> {
        self.node.tag_name().namespace()
    }

    /// Refuses an element of a namespace other than these.
    pub fn in_namespace(self, allowed: &[&str]) -> Result<(), LocatedError> {
        if self.namespace().is_some_and(|own| allowed.contains(&own)) {
            return Ok(());
        }
        let own = self.namespace().map_or("no namespace".to_owned(), quoted);
        let (name, allowed) = (short(self.name()), allowed.join(" or "));
        Err(self.error(format!("the element {name} is in {own} where {allowed} was expected")))
    }

    /// The elements in this element, which holds nothing else.
    pub fn children(self) -> Result<Children<'a>, LocatedError> {
        self.only_attributes(&[])?;
        self.without_text()?;
        Children::of(self)
    }

    /// Reads the elements in this element, which holds nothing else; none may be left.
    pub fn read<T>(
        self,
        read: impl FnOnce(&mut Children<'a>) -> Result<T, LocatedError>,
    ) -> Result<T, LocatedError> {
        let mut children = self.children()?;
        let value = read(&mut children)?;
        children.end().map(|()| value)
    }

    /// The text of this element, which holds nothing else.
    pub fn text(self) -> Result<String, LocatedError> {
        self.only_attributes(&[])?;
        if let Some(child) = self.elements().next() {
            let (name, own) = (short(child.name()), short(self.name()));
            let rule = "which holds text only; markup belongs in a CDATA section";
            return Err(child.error(format!("found the element {name} in {own}, {rule}")));
        }
        let texts = self.node.children().filter(Node::is_text);
        Ok(texts.filter_map(|node| node.text()).collect())
    }

    /// The text of this element, which must differ from those in `taken`.
    pub fn unique_text(self, taken: &mut HashSet<String>) -> Result<String, LocatedError> {
        let text = self.text()?;
        if !taken.insert(text.clone()) {
            return Err(self.error(format!("the {} {} occurs twice", self.name(), quoted(&text))));
        }
        Ok(text)
    }

    /// Refuses content of any kind, and attributes other than these.
    pub fn empty_but_for(self, attributes: &[&str]) -> Result<(), LocatedError> {
        self.only_attributes(attributes)?;
        self.without_text()?;
        Children::of(self)?.end()
    }

    /// This element's text as an integer within a range.
    pub fn integer(self, range: &RangeInclusive<i64>) -> Result<i64, LocatedError> {
        let text = self.text()?;
        integer(&text, range).ok_or_else(|| self.found(&text, kind_of_integer(range)))
    }

    /// This element's text as an integer of at least `least`.
    ///
    /// The schemas know no upper bound; a number that no `u32` holds counts as the greatest.
    pub fn count(self, least: u32) -> Result<u32, LocatedError> {
        let value = self.integer(&(i64::from(least)..=i64::MAX))?;
        Ok(u32::try_from(value).unwrap_or(u32::MAX))
    }

    /// This element's text as a boolean of XML Schema.
    pub fn boolean(self) -> Result<bool, LocatedError> {
        let text = self.text()?;
        match trim(&text) {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            _ => Err(self.found(&text, "true, false, 1 or 0")),
        }
    }

    /// An attribute's value.
    pub fn attribute(self, name: &str) -> Option<&'a str> {
        self.node.attribute(name)
    }

    /// An attribute's value as an integer within a range.
    pub fn integer_attribute(
        self,
        name: &str,
        range: &RangeInclusive<i64>,
    ) -> Result<Option<i64>, LocatedError> {
        let Some(text) = self.attribute(name) else { return Ok(None) };
        let value = integer(text, range).ok_or_else(|| {
            let (text, expected) = (quoted(text), kind_of_integer(range));
            self.error(format!(
                "found {text} in the attribute {name} where {expected} was expected"
            ))
        })?;
        Ok(Some(value))
    }

    /// An error at the start of this element.
    pub fn error(self, details: impl Into<String>) -> LocatedError {
        self.error_at(self.node.range().start, details)
    }

    /// The text of this element is not what it should be.
    pub fn found(self, text: &str, expected: impl Display) -> LocatedError {
        let (text, name) = (quoted(&without_user_info(text)), short(self.name()));
        self.error(format!("found {text} in {name} where {expected} was expected"))
    }

    /// This element stands where another should.
    pub fn unexpected(self, expected: &str) -> LocatedError {
        let name = short(self.name());
        self.error(format!("found the element {name} where {expected} was expected"))
    }

    /// This element ends where another element should stand.
    fn ends_early(self, expected: &str) -> LocatedError {
        let at = self.node.range().start + source::end_tag(self.raw());
        let name = short(self.name());
        self.error_at(at, format!("found the end of {name} where {expected} was expected"))
    }

    /// An error in this element's text, whose place is known in the text as it was read.
    pub fn error_in_text(self, text: &str, error: ErrorAt) -> LocatedError {
        let nth = text.get(..error.at).unwrap_or(text).chars().count();
        let at = self.node.range().start + source::text_offset(self.raw(), nth);
        self.error_at(at, error.details)
    }

    fn error_at(self, at: usize, details: impl Into<String>) -> LocatedError {
        ErrorAt::new(at, details).moved(self.lead).located(self.whole)
    }

    /// This element as it was sent, tags included.
    fn raw(self) -> &'a str {
        &self.whole[self.lead..][self.node.range()]
    }

    fn elements(self) -> impl Iterator<Item = Element<'a>> {
        let children = self.node.children().filter(Node::is_element);
        children.map(move |node| Element { node, ..self })
    }

    fn only_attributes(self, allowed: &[&str]) -> Result<(), LocatedError> {
        let extra = self.node.attributes().find(|attribute| match attribute.namespace() {
            None => !allowed.contains(&attribute.name()),
            Some(SCHEMA_INSTANCE) => {
                !matches!(attribute.name(), "schemaLocation" | "noNamespaceSchemaLocation")
            }
            Some(_) => true,
        });
        let Some(extra) = extra else { return Ok(()) };
        let (attribute, name) = (short(extra.name()), short(self.name()));
        let details = format!("found the attribute {attribute}, which {name} does not have");
        Err(self.error_at(extra.range().start, details))
    }

    fn without_text(self) -> Result<(), LocatedError> {
        let texts = self.node.children().filter(Node::is_text);
        let mut texts = texts.map(|node| (node.range().start, node.text().unwrap_or_default()));
        let Some((start, text)) = texts.find(|(_, text)| !trim(text).is_empty()) else {
            return Ok(());
        };
        let blanks = text.len() - text.trim_start_matches(BLANKS).len();
        let (text, name) = (quoted(trim(text)), short(self.name()));
        let details = format!("found the text {text} in {name}, which holds elements only");
        Err(self.error_at(start + blanks, details))
    }
}

/// The elements in an element that were not taken yet.
pub(crate) struct Children<'a> {
    parent: Element<'a>,
    left: Peekable<IntoIter<Element<'a>>>,
}

impl<'a> Children<'a> {
    /// The elements in `parent`, all of which must be of its namespace.
    fn of(parent: Element<'a>) -> Result<Self, LocatedError> {
        let elements: Vec<_> = parent.elements().collect();
        match elements.iter().find(|element| element.namespace() != parent.namespace()) {
            None => Ok(Self { parent, left: elements.into_iter().peekable() }),
            Some(foreign) => {
                let (name, own) = (short(foreign.name()), short(parent.name()));
                let space = foreign.namespace().map_or("no namespace".to_owned(), quoted);
                let details =
                    format!("the element {name} is in {space}, not in the namespace of {own}");
                Err(foreign.error(details))
            }
        }
    }

    /// Takes the next element, which must have this name.
    pub fn required(&mut self, name: &str) -> Result<Element<'a>, LocatedError> {
        let expected = format!("the element {name}");
        self.optional(name).ok_or_else(|| self.unexpected(&expected))
    }

    /// Takes the next element if it has this name.
    pub fn optional(&mut self, name: &str) -> Option<Element<'a>> {
        self.left.next_if(|element| element.name() == name)
    }

    /// The text of the next element, which must have this name.
    pub fn text(&mut self, name: &str) -> Result<String, LocatedError> {
        self.required(name)?.text()
    }

    /// The text of the next element if it has this name.
    pub fn optional_text(&mut self, name: &str) -> Result<Option<String>, LocatedError> {
        self.optional(name).map(Element::text).transpose()
    }

    /// Takes and reads the next elements as long as they have this name.
    pub fn many<T>(
        &mut self,
        name: &str,
        read: impl FnMut(Element<'a>) -> Result<T, LocatedError>,
    ) -> Result<Vec<T>, LocatedError> {
        std::iter::from_fn(|| self.optional(name)).map(read).collect()
    }

    /// Takes and reads the next elements as long as they have this name; there must be one.
    pub fn at_least_one<T>(
        &mut self,
        name: &str,
        read: impl FnMut(Element<'a>) -> Result<T, LocatedError>,
    ) -> Result<Vec<T>, LocatedError> {
        let mut next = Some(self.required(name)?);
        std::iter::from_fn(|| next.take().or_else(|| self.optional(name))).map(read).collect()
    }

    /// Takes the next element; `expected` names in a message what it may be.
    pub fn any(&mut self, expected: &str) -> Result<Element<'a>, LocatedError> {
        self.left.next().ok_or_else(|| self.parent.ends_early(expected))
    }

    /// Takes all elements that are left; there must be one, and `expected` names what.
    pub fn all(mut self, expected: &str) -> Result<Vec<Element<'a>>, LocatedError> {
        let first = self.any(expected)?;
        Ok(std::iter::once(first).chain(self.left).collect())
    }

    /// Refuses an element that was not taken.
    pub fn end(mut self) -> Result<(), LocatedError> {
        match self.left.next() {
            None => Ok(()),
            Some(extra) => {
                let expected = format!("the end of {}", short(self.parent.name()));
                Err(extra.unexpected(&expected))
            }
        }
    }

    /// The next element, or the end, is where `expected` should be.
    fn unexpected(&mut self, expected: &str) -> LocatedError {
        match self.left.peek() {
            Some(found) => found.unexpected(expected),
            None => self.parent.ends_early(expected),
        }
    }
}

/// An integer of XML Schema within a range; one that no `i64` holds counts as the nearest.
fn integer(text: &str, range: &RangeInclusive<i64>) -> Option<i64> {
    let text = trim(text);
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value = sign * digits.parse::<i64>().unwrap_or(i64::MAX);
    range.contains(&value).then_some(value)
}

fn kind_of_integer(range: &RangeInclusive<i64>) -> String {
    match *range.end() {
        i64::MAX => format!("an integer of at least {}", range.start()),
        end => format!("an integer from {} to {end}", range.start()),
    }
}
