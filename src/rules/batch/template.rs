//! The page of a batch's HITs: HTML with variables, and the form around it.

use std::collections::{BTreeSet, HashMap};

use crate::digest::sha256;
use crate::rules::csv::{MOST_PROBLEMS, line_breaks};
use crate::rules::question::layout::{
    Layout, PLACEHOLDER, form_around, no_placeholder, no_placeholders,
};
use crate::rules::question::page_document;
use crate::rules::robots::parameters::{Parameters, with_known};
use crate::shapes::table::TableNote;

/// A template, with a form.
#[derive(Debug, Clone)]
pub struct Template(Layout);

impl Template {
    /// Puts a form around a template that has none.
    pub fn new(html: &str, frame_height: i64) -> Self {
        Self(Layout { html: form_around(html, html).into_owned(), frame_height })
    }

    /// The names of the variables.
    pub fn variables(&self) -> BTreeSet<&str> {
        self.0.names()
    }

    /// How many bytes it has, with its variables.
    pub const fn len(&self) -> usize {
        self.0.html.len()
    }

    /// Whether there is nothing.
    pub const fn is_empty(&self) -> bool {
        self.0.html.is_empty()
    }

    /// How often it names each of these columns.
    pub fn uses(&self, columns: &[String]) -> Vec<usize> {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for found in PLACEHOLDER.captures_iter(&self.0.html) {
            *counts.entry(found.get(1).map_or("", |name| name.as_str())).or_default() += 1;
        }
        let count = |name: &String| counts.get(name.as_str()).copied().unwrap_or_default();
        columns.iter().map(count).collect()
    }

    /// The page with the values of a row. They are put in as they are, as in a HIT layout.
    pub fn page(&self, columns: &[String], cells: &[String]) -> String {
        let values: Parameters = columns.iter().cloned().zip(cells.iter().cloned()).collect();
        with_known(&self.0.html, &values)
    }

    /// The question document of the HIT of a row: an `HTMLQuestion`.
    pub fn question(&self, columns: &[String], cells: &[String]) -> String {
        page_document(&self.page(columns, cells), self.0.frame_height)
    }
}

/// Whether a variable can have this name.
pub fn is_variable(name: &str) -> bool {
    let text = format!("${{{name}}}");
    PLACEHOLDER.find(&text).is_some_and(|found| found.range() == (0..text.len()))
}

/// Notes on a template: each `${…}` that stays as it is, up to a limit.
pub fn notes(html: &str) -> Vec<TableNote> {
    let (mut line, mut counted, mut notes) = (1, 0, Vec::new());
    for found in no_placeholders(html).take(MOST_PROBLEMS) {
        line += line_breaks(&html[counted..found.start()]);
        counted = found.start();
        notes.push(TableNote::new(line, "", no_placeholder(found.as_str())));
    }
    notes
}

/// The number that stands for a template in the annotation of HITs: the same template, the same
/// number, of nine digits as those of the closed site.
pub fn number(html: &str) -> i64 {
    let digest = sha256([html.as_bytes()]);
    let bytes = [digest[0], digest[1], digest[2], digest[3]];
    100_000_000 + i64::from(u32::from_be_bytes(bytes)) % 900_000_000
}
