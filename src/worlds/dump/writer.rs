//! The text of a dump, written part by part.

use std::io::{self, Write as _};
use std::sync::Weak;

use serde::Serialize;

use crate::fault::Fault;
use crate::spool::Spool;

/// So many bytes go to the spool at a time.
const PIECE_BYTES: usize = 64 << 10;

/// Writes one JSON value, for as long as somebody waits for it.
#[derive(Debug)]
pub struct Writer<'w> {
    out: Spool,
    /// What goes there next: pieces of JSON are small.
    text: Vec<u8>,
    waiting: &'w Weak<()>,
    /// Whether nothing stands yet in the innermost object or list.
    is_first: bool,
}

impl<'w> Writer<'w> {
    pub fn new(waiting: &'w Weak<()>) -> Self {
        Self { out: Spool::default(), text: Vec::new(), waiting, is_first: true }
    }

    /// What was written.
    pub fn finish(mut self) -> Result<Spool, Fault> {
        self.spill()?;
        Ok(self.out)
    }

    /// Begins an object: the whole, or an entry of a list.
    pub fn begin_object(&mut self) -> Result<(), Fault> {
        self.next()?;
        self.open("{");
        Ok(())
    }

    pub fn end_object(&mut self) -> Result<(), Fault> {
        self.close(b'}')
    }

    /// Begins a member that is a list.
    pub fn begin_list(&mut self, name: &str) -> Result<(), Fault> {
        self.next()?;
        self.json(&name)?;
        self.open(":[");
        Ok(())
    }

    pub fn end_list(&mut self) -> Result<(), Fault> {
        self.close(b']')
    }

    /// A member of the innermost object.
    pub fn member(&mut self, name: &str, value: &impl Serialize) -> Result<(), Fault> {
        self.next()?;
        self.json(&name)?;
        self.text.push(b':');
        self.json(value)
    }

    /// An entry of the innermost list.
    pub fn entry(&mut self, entry: &impl Serialize) -> Result<(), Fault> {
        self.next()?;
        self.json(entry)?;
        self.spill_if_long()
    }

    fn next(&mut self) -> Result<(), Fault> {
        if self.waiting.strong_count() == 0 {
            return Err(Fault::Service("nobody waits for the dump any more".to_owned()));
        }
        if !self.is_first {
            self.text.push(b',');
        }
        self.is_first = false;
        Ok(())
    }

    fn spill_if_long(&mut self) -> Result<(), Fault> {
        if self.text.len() < PIECE_BYTES { Ok(()) } else { self.spill() }
    }

    fn spill(&mut self) -> Result<(), Fault> {
        self.out.write_all(&self.text).map_err(|error| unwritten(&error))?;
        self.text.clear();
        Ok(())
    }

    fn open(&mut self, text: &str) {
        self.is_first = true;
        self.text.extend_from_slice(text.as_bytes());
    }

    fn close(&mut self, byte: u8) -> Result<(), Fault> {
        self.is_first = false;
        self.text.push(byte);
        self.spill_if_long()
    }

    fn json(&mut self, value: &impl Serialize) -> Result<(), Fault> {
        serde_json::to_writer(&mut self.text, value).map_err(|error| unwritten(&error.into()))
    }
}

fn unwritten(error: &io::Error) -> Fault {
    Fault::Service(format!("the dump cannot be written: {error}"))
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::sync::Arc;

    use super::*;

    fn write(waiting: &Weak<()>) -> Result<Spool, Fault> {
        let mut out = Writer::new(waiting);
        out.begin_object()?;
        out.member("A\"", &1)?;
        out.begin_list("B")?;
        out.entry(&"x")?;
        out.begin_object()?;
        out.begin_list("C")?;
        out.end_list()?;
        out.member("D", &[2, 3])?;
        out.end_object()?;
        out.entry(&4)?;
        out.end_list()?;
        out.member("E", &5)?;
        out.end_object()?;
        out.finish()
    }

    #[test]
    fn commas_stand_between() {
        let waiting = Arc::new(());
        let mut text = String::new();
        let written = write(&Arc::downgrade(&waiting)).unwrap();
        written.reader().read_to_string(&mut text).unwrap();
        assert_eq!(text, r#"{"A\"":1,"B":["x",{"C":[],"D":[2,3]},4],"E":5}"#);
    }

    #[test]
    fn nothing_is_written_for_nobody() {
        let fault = write(&Weak::new()).unwrap_err();
        assert_eq!(fault.to_string(), "service fault: nobody waits for the dump any more");
    }
}
