//! One value of an answer in a table.

use crate::rules::question::columns::ColumnValue;
use crate::views::show;

/// A text that takes so many bytes of HTML is shown in its cell.
const SHORT: usize = 240;
/// So much is shown of a longer one that is folded.
const FOLDED: usize = 100;
/// So much of it is shown once it is unfolded.
const LONG: usize = 16 << 10;

/// What a cell shows.
#[derive(Debug)]
pub enum Cell {
    /// A text: its beginning; more of it, if it is longer; and whether even that is cut.
    Text {
        /// The beginning, or all of it.
        short: String,
        /// What is shown when it is unfolded.
        long: Option<String>,
        /// Whether there is still more.
        is_cut: bool,
    },
    /// A file of so many bytes.
    File(i64),
}

impl Cell {
    /// About how many bytes it takes on a page.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Text { short, long, .. } => short.len() + long.as_ref().map_or(0, String::len),
            Self::File(_) => 0,
        }
    }

    /// The cell of a value.
    pub fn of(value: &ColumnValue) -> Self {
        let text = match value {
            ColumnValue::File(size) => return Self::File(i64::try_from(*size).unwrap_or(i64::MAX)),
            ColumnValue::Text(text) => text,
        };
        let whole = show::excerpt(text, SHORT);
        if !whole.is_cut {
            return Self::Text { short: whole.text, long: None, is_cut: false };
        }
        let (short, long) = (show::excerpt(text, FOLDED).text, show::excerpt(text, LONG));
        Self::Text { short, long: Some(long.text), is_cut: long.is_cut }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_folded_and_very_long_ones_cut() {
        let of = |length: usize| {
            let cell = Cell::of(&ColumnValue::Text("x".repeat(length)));
            let Cell::Text { short, long, is_cut } = cell else { panic!("a file") };
            (short.chars().count(), long.map(|long| long.chars().count()), is_cut)
        };
        assert_eq!(of(SHORT), (SHORT, None, false));
        assert_eq!(of(SHORT + 1), (FOLDED + 1, Some(SHORT + 1), false));
        assert_eq!(of(LONG + 1), (FOLDED + 1, Some(LONG + 1), true));
        assert!(matches!(Cell::of(&ColumnValue::File(3)), Cell::File(3)));
    }
}
