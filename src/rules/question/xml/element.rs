//! One element: its name, its text, its attributes, and complaints about them.

use super::children::Children;
use super::{BLANKS, Flaw, Trouble, quoted, short, source, trim};
use crate::rules::url::without_user_info;
use roxmltree::{Document, Node};
use std::fmt::Display;
use std::ops::RangeInclusive;

/// Namespace of the attributes that point to a schema; a schema processor takes them anywhere.
const SCHEMA_INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// An element of a document, with the document it stands in.
#[derive(Clone, Copy)]
pub(in crate::rules::question) struct Element<'a> {
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
    pub fn in_namespace(self, allowed: &[&str]) -> Result<(), Flaw> {
        if self.namespace().is_some_and(|own| allowed.contains(&own)) {
            return Ok(());
        }
        let own = self.namespace().map_or("no namespace".to_owned(), quoted);
        let (name, allowed) = (short(self.name()), allowed.join(" or "));
        Err(self.flaw(format!("the element {name} is in {own} where {allowed} was expected")))
    }

    /// The elements in this element, which holds nothing else.
    pub fn children(self) -> Result<Children<'a>, Flaw> {
        self.only_attributes(&[])?;
        self.without_text()?;
        Children::of(self)
    }

    /// The text of this element, which holds nothing else.
    pub fn text(self) -> Result<String, Flaw> {
        self.only_attributes(&[])?;
        if let Some(child) = self.elements().next() {
            let (name, own) = (short(child.name()), short(self.name()));
            let rule = "which holds text only; markup belongs in a CDATA section";
            return Err(child.flaw(format!("found the element {name} in {own}, {rule}")));
        }
        let texts = self.node.children().filter(Node::is_text);
        Ok(texts.filter_map(|node| node.text()).collect())
    }

    /// Refuses content of any kind, and attributes other than these.
    pub fn empty_but_for(self, attributes: &[&str]) -> Result<(), Flaw> {
        self.only_attributes(attributes)?;
        self.without_text()?;
        Children::of(self)?.end()
    }

    /// This element's text as an integer within a range.
    pub fn integer(self, range: &RangeInclusive<i64>) -> Result<i64, Flaw> {
        let text = self.text()?;
        integer(&text, range).ok_or_else(|| self.found(&text, kind_of_integer(range)))
    }

    /// This element's text as an integer of at least `least`.
    ///
    /// The schemas know no upper bound; a number that no `u32` holds counts as the greatest.
    pub fn count(self, least: u32) -> Result<u32, Flaw> {
        let value = self.integer(&(i64::from(least)..=i64::MAX))?;
        Ok(u32::try_from(value).unwrap_or(u32::MAX))
    }

    /// This element's text as a boolean of XML Schema.
    pub fn boolean(self) -> Result<bool, Flaw> {
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
    ) -> Result<Option<i64>, Flaw> {
        let Some(text) = self.attribute(name) else { return Ok(None) };
        let value = integer(text, range).ok_or_else(|| {
            let (text, expected) = (quoted(text), kind_of_integer(range));
            self.flaw(format!("found {text} in the attribute {name} where {expected} was expected"))
        })?;
        Ok(Some(value))
    }

    /// The offence `details`, at the start of this element.
    pub fn flaw(self, details: impl Into<String>) -> Flaw {
        self.flaw_at(self.node.range().start, details)
    }

    /// The offence of this element's text not being what it should be.
    pub fn found(self, text: &str, expected: impl Display) -> Flaw {
        let (text, name) = (quoted(&without_user_info(text)), short(self.name()));
        self.flaw(format!("found {text} in {name} where {expected} was expected"))
    }

    /// The offence of this element standing where another should.
    pub fn unexpected(self, expected: &str) -> Flaw {
        let name = short(self.name());
        self.flaw(format!("found the element {name} where {expected} was expected"))
    }

    /// The offence of this element ending where another element should stand.
    pub(super) fn ends_early(self, expected: &str) -> Flaw {
        let at = self.node.range().start + source::end_tag(self.raw());
        let name = short(self.name());
        self.flaw_at(at, format!("found the end of {name} where {expected} was expected"))
    }

    /// An offence in this element's text, whose place is known in the text as it was read.
    pub fn flaw_in_text(self, text: &str, trouble: Trouble) -> Flaw {
        let nth = text.get(..trouble.at).unwrap_or(text).chars().count();
        let at = self.node.range().start + source::text_offset(self.raw(), nth);
        self.flaw_at(at, trouble.details)
    }

    fn flaw_at(self, at: usize, details: impl Into<String>) -> Flaw {
        Flaw::new(self.whole, Trouble::new(at, details).moved(self.lead))
    }

    /// This element as it was sent, tags included.
    fn raw(self) -> &'a str {
        &self.whole[self.lead..][self.node.range()]
    }

    pub(super) fn elements(self) -> impl Iterator<Item = Element<'a>> {
        let children = self.node.children().filter(Node::is_element);
        children.map(move |node| Element { node, ..self })
    }

    fn only_attributes(self, allowed: &[&str]) -> Result<(), Flaw> {
        let odd = self.node.attributes().find(|attribute| match attribute.namespace() {
            None => !allowed.contains(&attribute.name()),
            Some(SCHEMA_INSTANCE) => {
                !matches!(attribute.name(), "schemaLocation" | "noNamespaceSchemaLocation")
            }
            Some(_) => true,
        });
        let Some(odd) = odd else { return Ok(()) };
        let (attribute, name) = (short(odd.name()), short(self.name()));
        let details = format!("found the attribute {attribute}, which {name} does not have");
        Err(self.flaw_at(odd.range().start, details))
    }

    fn without_text(self) -> Result<(), Flaw> {
        let texts = self.node.children().filter(Node::is_text);
        let mut texts = texts.map(|node| (node.range().start, node.text().unwrap_or_default()));
        let Some((start, text)) = texts.find(|(_, text)| !trim(text).is_empty()) else {
            return Ok(());
        };
        let blanks = text.len() - text.trim_start_matches(BLANKS).len();
        let (text, name) = (quoted(trim(text)), short(self.name()));
        let details = format!("found the text {text} in {name}, which holds elements only");
        Err(self.flaw_at(start + blanks, details))
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
