//! A page of JSON documents, joined without being parsed.

use crate::fault::Fault;
use crate::store::db::row::Row;

/// So many bytes of a page are held in memory at once; a longer page is read piece by piece. A page
/// has at most 100 documents: `json_page!` knows the hundredth part of it.
pub const LONG_PAGE: usize = 100 * 41_943;

/// A text whose rows are places and documents, as one row: how many, the last place, the documents,
/// and whether there is one so long that the page may be too long to be joined. After them come
/// the columns of [`AssumedClock::check`](crate::store::db::clock_check::AssumedClock).
macro_rules! json_page {
    ($text:expr) => {
        concat!(
            "SELECT pages.*, ",
            crate::store::db::clock_check::clock_and_next_timer!(),
            " FROM (SELECT count(*), max(position), \
                string_agg(CASE WHEN octet_length(document) <= 41943 THEN document END, ','), \
                max(octet_length(document)) > 41943 FROM (",
            $text,
            ") page) pages CROSS JOIN world w WHERE w.id = 1"
        )
    };
}
pub(in crate::store) use json_page;

/// Joined documents, behind a reserved prefix.
#[derive(Debug, Default)]
pub struct JsonPage {
    /// How many.
    pub count: i64,
    /// The place of the last one.
    pub last: Option<i64>,
    /// The prefix, blank, then the documents, separated by commas.
    documents: String,
    prefix_bytes: usize,
}

impl JsonPage {
    /// No documents yet, and space for about so many bytes of them.
    pub(super) fn with_capacity(prefix_bytes: usize, about: usize) -> Self {
        let mut documents = String::with_capacity(prefix_bytes + about + 8);
        documents.extend(std::iter::repeat_n(' ', prefix_bytes));
        Self { count: 0, last: None, documents, prefix_bytes }
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

    /// What PostgreSQL has joined by a text of [`json_page!`]; none if it is too long.
    pub(super) fn of_row(row: &Row, prefix_bytes: usize) -> Result<Option<Self>, Fault> {
        if row.get::<Option<bool>>(3)? == Some(true) {
            return Ok(None);
        }
        let documents = row.text(2)?.unwrap_or_default();
        let mut json_page = Self::with_capacity(prefix_bytes, documents.len());
        json_page.documents.push_str(documents);
        (json_page.count, json_page.last) = (row.get(0)?, row.get(1)?);
        Ok(Some(json_page))
    }

    /// The documents between `before` and `after`. They are not moved if `before` is as long as the
    /// reserved prefix.
    pub fn within(self, before: &str, after: &str) -> String {
        let Self { mut documents, prefix_bytes, .. } = self;
        documents.replace_range(..prefix_bytes, before);
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
            let mut json_page = JsonPage::with_capacity(2, 0);
            json_page.add(1, "{}");
            json_page.add(5, "{\"b\":1}");
            assert_eq!((json_page.count, json_page.last), (2, Some(5)));
            assert_eq!(json_page.within(before, "]}"), format!("{before}{{}},{{\"b\":1}}]}}"));
        }
        assert_eq!(JsonPage::default().within("[", "]"), "[]");
    }
}
