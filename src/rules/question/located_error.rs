//! An error of a document, and its place.

/// What is wrong in a document, and where: lines and columns count from 1, columns in characters,
/// both in the document as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Line {line}, column {column}: {details}.")]
pub struct LocatedError {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
    /// What was found and what was expected.
    pub details: String,
    /// Whether it is in the XHTML of a `FormattedContent`.
    pub in_xhtml: bool,
}

/// What is wrong in a text, and at which byte offset.
#[derive(Debug)]
pub(super) struct ErrorAt {
    pub at: usize,
    pub details: String,
}

impl ErrorAt {
    pub fn new(at: usize, details: impl Into<String>) -> Self {
        Self { at, details: details.into() }
    }

    /// The same error in a text that has `by` bytes more before this one.
    pub fn moved(self, by: usize) -> Self {
        Self { at: self.at + by, ..self }
    }

    /// The error with its line and column in `text`.
    pub fn located(self, text: &str) -> LocatedError {
        let before = text.get(..self.at).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
        let [line, column] = [line, column].map(|count| u32::try_from(count).unwrap_or(u32::MAX));
        LocatedError { line, column, details: self.details, in_xhtml: false }
    }
}
