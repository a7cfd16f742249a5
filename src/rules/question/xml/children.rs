//! The elements in an element, taken one after the other as a schema's sequence wants them.

use super::element::Element;
use super::{Flaw, quoted, short};
use std::iter::Peekable;
use std::vec::IntoIter;

/// The elements in an element that were not taken yet.
pub(in crate::rules::question) struct Children<'a> {
    parent: Element<'a>,
    left: Peekable<IntoIter<Element<'a>>>,
}

impl<'a> Children<'a> {
    /// The elements in `parent`, all of which must be of its namespace.
    pub(super) fn of(parent: Element<'a>) -> Result<Self, Flaw> {
        let elements: Vec<_> = parent.elements().collect();
        match elements.iter().find(|element| element.namespace() != parent.namespace()) {
            None => Ok(Self { parent, left: elements.into_iter().peekable() }),
            Some(stranger) => {
                let (name, own) = (short(stranger.name()), short(parent.name()));
                let space = stranger.namespace().map_or("no namespace".to_owned(), quoted);
                let details =
                    format!("the element {name} is in {space}, not in the namespace of {own}");
                Err(stranger.flaw(details))
            }
        }
    }

    /// Takes the next element, which must have this name.
    pub fn required(&mut self, name: &str) -> Result<Element<'a>, Flaw> {
        let expected = format!("the element {name}");
        self.optional(name).ok_or_else(|| self.unexpected(&expected))
    }

    /// Takes the next element if it has this name.
    pub fn optional(&mut self, name: &str) -> Option<Element<'a>> {
        self.left.next_if(|element| element.name() == name)
    }

    /// Takes the next elements as long as they have this name.
    pub fn many(&mut self, name: &str) -> Vec<Element<'a>> {
        std::iter::from_fn(|| self.optional(name)).collect()
    }

    /// Takes the next elements as long as they have this name; there must be one.
    pub fn at_least_one(&mut self, name: &str) -> Result<Vec<Element<'a>>, Flaw> {
        let first = self.required(name)?;
        Ok(std::iter::once(first).chain(self.many(name)).collect())
    }

    /// Takes the next element; `expected` says in a message what it may be.
    pub fn any(&mut self, expected: &str) -> Result<Element<'a>, Flaw> {
        self.left.next().ok_or_else(|| self.parent.ends_early(expected))
    }

    /// Takes all elements that are left; there must be one, and `expected` says what.
    pub fn all(mut self, expected: &str) -> Result<Vec<Element<'a>>, Flaw> {
        let first = self.any(expected)?;
        Ok(std::iter::once(first).chain(self.left).collect())
    }

    /// Refuses an element that was not taken.
    pub fn end(mut self) -> Result<(), Flaw> {
        match self.left.next() {
            None => Ok(()),
            Some(odd) => {
                let expected = format!("the end of {}", short(self.parent.name()));
                Err(odd.unexpected(&expected))
            }
        }
    }

    /// The offence of the next element, or of the end, being where `expected` should be.
    fn unexpected(&mut self, expected: &str) -> Flaw {
        match self.left.peek() {
            Some(odd) => odd.unexpected(expected),
            None => self.parent.ends_early(expected),
        }
    }
}
