//! Bytes whose number is not known before: few are held in memory, many in a temporary file.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::FileExt as _;

/// So many bytes are held in memory at most, unless no file can be made.
const IN_MEMORY: usize = 1 << 20;

/// Bytes that were written one after the other. The file has no name: it goes with the spool.
#[derive(Debug, Default)]
pub struct Spool {
    file: Option<File>,
    in_file: u64,
    /// What is not in the file yet.
    rest: Vec<u8>,
    /// Where there is no room for temporary files, all stays in memory.
    has_no_file: bool,
}

impl Spool {
    /// How many bytes there are.
    pub fn len(&self) -> u64 {
        self.in_file + self.rest.len() as u64
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes from the place `at` on, `most` at most; none at the end, and perhaps fewer before it.
    pub fn read_at(&self, at: u64, most: usize) -> io::Result<Vec<u8>> {
        if let Some(file) = self.file.as_ref().filter(|_| at < self.in_file) {
            let length = usize::try_from(self.in_file - at).map_or(most, |left| left.min(most));
            let mut bytes = vec![0; length];
            file.read_exact_at(&mut bytes, at)?;
            return Ok(bytes);
        }
        let begin = usize::try_from(at.saturating_sub(self.in_file)).unwrap_or(usize::MAX);
        let rest = self.rest.get(begin..).unwrap_or_default();
        Ok(rest[..rest.len().min(most)].to_vec())
    }

    /// Reads them from the beginning.
    pub const fn reader(&self) -> Reader<'_> {
        Reader { spool: self, at: 0 }
    }

    fn spill(&mut self) -> io::Result<()> {
        if self.file.is_none() {
            let made = tempfile::tempfile();
            self.has_no_file = made.is_err();
            self.file = made.ok();
        }
        let Some(file) = &mut self.file else { return Ok(()) };
        if file.write_all(&self.rest).is_err() {
            return self.give_file_up();
        }
        self.in_file += self.rest.len() as u64;
        self.rest.clear();
        Ok(())
    }

    /// Takes what is in the file back into memory: the file cannot grow.
    fn give_file_up(&mut self) -> io::Result<()> {
        let Some(file) = self.file.take() else { return Ok(()) };
        let mut all = vec![0; usize::try_from(self.in_file).map_err(io::Error::other)?];
        file.read_exact_at(&mut all, 0)?;
        all.append(&mut self.rest);
        (self.rest, self.in_file, self.has_no_file) = (all, 0, true);
        Ok(())
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.rest.len() + bytes.len() > IN_MEMORY && !self.has_no_file {
            self.spill()?;
        }
        self.rest.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads a spool.
#[derive(Debug)]
pub struct Reader<'s> {
    spool: &'s Spool,
    at: u64,
}

impl Read for Reader<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let bytes = self.spool.read_at(self.at, into.len())?;
        into[..bytes.len()].copy_from_slice(&bytes);
        self.at += bytes.len() as u64;
        Ok(bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(pieces: usize, spool: Spool) -> (Spool, Vec<u8>) {
        let (mut spool, mut all) = (spool, Vec::new());
        for piece in 0..pieces {
            let bytes = vec![u8::try_from(piece % 251).unwrap(); 100_003];
            spool.write_all(&bytes).unwrap();
            all.extend(bytes);
        }
        (spool, all)
    }

    fn whole(spool: &Spool) -> Vec<u8> {
        let mut read = Vec::new();
        spool.reader().read_to_end(&mut read).unwrap();
        read
    }

    #[test]
    fn what_was_written_is_read() {
        for pieces in [0, 1, 10, 11, 50] {
            let (spool, all) = filled(pieces, Spool::default());
            assert_eq!(spool.file.is_some(), pieces > 10);
            assert_eq!(spool.len(), all.len() as u64);
            assert!(whole(&spool) == all, "{pieces} pieces");
            assert_eq!(spool.read_at(spool.len(), 1).unwrap(), [0; 0]);
        }
    }

    #[test]
    fn when_the_file_is_full_all_goes_back_into_memory() {
        let (mut spool, mut all) = filled(25, Spool::default());
        assert!(spool.in_file > 0);
        // A file that is open for reading takes no more, as a full one.
        let path = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(path.path(), &all[..usize::try_from(spool.in_file).unwrap()]).unwrap();
        spool.file = Some(File::open(path.path()).unwrap());
        let bytes = vec![7; 100_003];
        for _ in 0..20 {
            spool.write_all(&bytes).unwrap();
            all.extend(&bytes);
        }
        assert!(spool.file.is_none() && whole(&spool) == all);
    }

    #[test]
    fn without_room_for_files_all_stays_in_memory() {
        let (spool, all) = filled(20, Spool { has_no_file: true, ..Spool::default() });
        assert!(spool.file.is_none() && whole(&spool) == all);
    }
}
