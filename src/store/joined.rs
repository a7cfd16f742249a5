//! The documents of a page, put together without being read.

use crate::fault::Fault;
use crate::store::row::Row;

/// So many bytes of a page are held in memory at once; a longer page is read piece by piece. A page
/// has at most 100 documents: [`joined!`] knows the hundredth part of it.
pub const LONG_PAGE: usize = 100 * 41_943;

/// A text whose rows are places and documents, as one row: how many, the last place, the documents,
/// and whether there is one so long that the page may be too long to be put together. Behind them
/// stand the certainties.
macro_rules! joined {
    ($text:expr) => {
        concat!(
            "SELECT pages.*, ",
            crate::store::world::certainties!(),
            " FROM (SELECT count(*), max(position), \
                string_agg(CASE WHEN octet_length(document) <= 41943 THEN document END, ','), \
                max(octet_length(document)) > 41943 FROM (",
            $text,
            ") page) pages CROSS JOIN world w WHERE w.id = 1"
        )
    };
}
pub(super) use joined;

/// Documents put together.
#[derive(Debug, Default)]
pub struct Joined {
    /// How many.
    pub count: i64,
    /// The place of the last one.
    pub last: Option<i64>,
    /// Blanks, as many as `room` says, then the documents, separated by commas.
    documents: String,
    room: usize,
}

impl Joined {
    /// The documents so far, and room for more.
    pub(super) fn with_room(room: usize, about: usize) -> Self {
        let mut documents = String::with_capacity(room + about + 8);
        documents.extend(std::iter::repeat_n(' ', room));
        Self { count: 0, last: None, documents, room }
    }

    /// Whether the page is too long for one more document of that length.
    pub(super) const fn is_full(&self, length: usize) -> bool {
        self.documents.len() + length > LONG_PAGE
    }

    /// The next document, and its place.
    pub(super) fn add(&mut self, place: i64, document: &str) {
        if self.count > 0 {
            self.documents.push(',');
        }
        self.documents.push_str(document);
        self.last = Some(place);
        self.count += 1;
    }

    /// What the database has put together by a text of [`joined!`]; none if it is too long.
    pub(super) fn of_row(row: &Row, room: usize) -> Result<Option<Self>, Fault> {
        if row.get::<Option<bool>>(3)? == Some(true) {
            return Ok(None);
        }
        let documents = row.text(2)?.unwrap_or_default();
        let mut joined = Self::with_room(room, documents.len());
        joined.documents.push_str(documents);
        (joined.count, joined.last) = (row.get(0)?, row.get(1)?);
        Ok(Some(joined))
    }

    /// The documents between `before` and `after`. They stay where they are if `before` has as many
    /// bytes as there was room for.
    #[must_use]
    pub fn within(self, before: &str, after: &str) -> String {
        let Self { mut documents, room, .. } = self;
        documents.replace_range(..room, before);
        documents.push_str(after);
        documents
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_stand_between_what_comes_before_and_after() {
        for before in ["", "{[", "{\"NumResults\":2,["] {
            let mut joined = Joined::with_room(2, 0);
            joined.add(1, "{}");
            joined.add(5, "{\"b\":1}");
            assert_eq!((joined.count, joined.last), (2, Some(5)));
            assert_eq!(joined.within(before, "]}"), format!("{before}{{}},{{\"b\":1}}]}}"));
        }
        assert_eq!(Joined::default().within("[", "]"), "[]");
    }
}
