//! A text, split into records.

/// The records of a text, one at a time. Of each so many cells are kept at most, so that a row of
/// millions of cells takes no room; the others are counted.
#[derive(Debug)]
pub struct Records<'t> {
    text: &'t str,
    at: usize,
    /// The line of the byte `at`.
    line: usize,
    /// How many cells are kept.
    pub most: usize,
    /// The kept cells, one after another.
    cells: String,
    /// Where each of them ends.
    ends: Vec<usize>,
    /// How many cells the record has.
    pub count: usize,
    /// Whether all its cells are empty.
    pub is_blank: bool,
    /// Whether the text ends within quotation marks.
    pub is_open: bool,
}

impl<'t> Records<'t> {
    /// Nothing is read yet.
    pub fn new(text: &'t str, most: usize) -> Self {
        let (cells, ends) = (String::new(), Vec::new());
        let (is_blank, is_open) = (true, false);
        Self { text, at: 0, line: 1, most, cells, ends, count: 0, is_blank, is_open }
    }

    /// Reads the next record that is no blank line; where it begins.
    pub fn advance(&mut self) -> Option<usize> {
        while self.line_break() {}
        self.peek()?;
        self.cells.clear();
        self.ends.clear();
        (self.count, self.is_blank) = (0, true);
        let begin = self.line;
        while self.cell() {}
        Some(begin)
    }

    /// A kept cell.
    pub fn get(&self, place: usize) -> Option<&str> {
        let begin = if place == 0 { 0 } else { *self.ends.get(place - 1)? };
        self.cells.get(begin..*self.ends.get(place)?)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Reads a cell, and the comma or the line break behind it; whether another cell follows.
    fn cell(&mut self) -> bool {
        if self.peek() == Some(b'"') {
            self.quoted();
        }
        // Assumed, as spreadsheets do: what stands behind the second quotation mark belongs to the
        // cell.
        let rest = &self.text[self.at..];
        let length = rest.find([',', '\r', '\n']).unwrap_or(rest.len());
        self.push(length);
        self.count += 1;
        if self.ends.len() < self.most {
            self.ends.push(self.cells.len());
        }
        let goes_on = self.peek() == Some(b',');
        if goes_on {
            self.at += 1;
        } else {
            self.line_break();
        }
        goes_on
    }

    /// Reads what stands in quotation marks; two of them within are one.
    fn quoted(&mut self) {
        loop {
            self.at += 1;
            let rest = &self.text[self.at..];
            let found = rest.find('"');
            let length = found.unwrap_or(rest.len());
            self.line += line_breaks(&rest[..length]);
            self.push(length);
            self.is_open = found.is_none();
            if self.is_open {
                return;
            }
            self.at += 1;
            if self.peek() != Some(b'"') {
                return;
            }
            self.keep(self.at, self.at + 1);
        }
    }

    /// Adds so many bytes to the cell, and goes on behind them.
    fn push(&mut self, length: usize) {
        self.keep(self.at, self.at + length);
        self.at += length;
    }

    fn keep(&mut self, begin: usize, end: usize) {
        self.is_blank &= begin == end;
        if self.ends.len() < self.most {
            self.cells.push_str(&self.text[begin..end]);
        }
    }

    /// Goes on behind a line break, if there is one here.
    fn line_break(&mut self) -> bool {
        let length = match (self.peek(), self.text.as_bytes().get(self.at + 1)) {
            (Some(b'\r'), Some(b'\n')) => 2,
            (Some(b'\r' | b'\n'), _) => 1,
            _ => return false,
        };
        self.at += length;
        self.line += 1;
        true
    }
}

/// How many lines end in a text: with LF, CRLF or CR.
pub fn line_breaks(text: &str) -> usize {
    let bytes = text.as_bytes();
    let ends = |(place, byte): (usize, &u8)| match byte {
        b'\n' => true,
        b'\r' => bytes.get(place + 1) != Some(&b'\n'),
        _ => false,
    };
    bytes.iter().enumerate().filter(|found| ends(*found)).count()
}
