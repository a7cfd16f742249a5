//! A new database as the migrations leave it, without running them: SQLite takes longer to read
//! their text than the whole rest of a start.
//!
//! Only what is thrown away begins so; a file that is kept is made by the migrations themselves, in
//! one transaction.

use std::fs::File;
use std::io::Result;
use std::os::unix::fs::FileExt as _;

/// What stands in the file: its length, then an offset, a length and the bytes of each piece that
/// is not zero. Numbers have four bytes, the high one first. A test makes it anew and compares.
const PIECES: &[u8] = include_bytes!("blank.bin");

/// Writes it into an empty file.
///
/// # Errors
/// The file cannot be written.
pub(super) fn write(file: &File) -> Result<()> {
    let mut rest = PIECES;
    file.set_len(u64::from(number(&mut rest)))?;
    while !rest.is_empty() {
        let (offset, length) = (number(&mut rest), number(&mut rest));
        let (piece, after) = rest.split_at(length as usize);
        file.write_all_at(piece, u64::from(offset))?;
        rest = after;
    }
    Ok(())
}

fn number(rest: &mut &[u8]) -> u32 {
    let (number, after) = rest.split_first_chunk().unwrap_or((&[0; 4], &[]));
    *rest = after;
    u32::from_be_bytes(*number)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use rusqlite::Connection;

    use super::*;

    /// Zeros between two pieces that are not worth a piece of their own.
    const GAP: usize = 16;
    /// Where SQLite notes that a file has a write-ahead log.
    const LOGGED: std::ops::Range<usize> = 18..20;

    /// What the migrations make of an empty file.
    fn made(folder: &Path) -> Vec<u8> {
        let mut tables = Connection::open(folder.join("made.db")).unwrap();
        tables.execute_batch("PRAGMA page_size = 8192").unwrap();
        super::super::migrate::run(&mut tables).unwrap();
        // The only thing in it that is another each time.
        tables.execute("UPDATE _sqlx_migrations SET installed_on = 'new'", []).unwrap();
        tables.execute("VACUUM INTO ?1", [folder.join("blank.db").to_str().unwrap()]).unwrap();
        let mut bytes = std::fs::read(folder.join("blank.db")).unwrap();
        bytes[LOGGED].fill(2);
        bytes
    }

    fn pieces(bytes: &[u8]) -> Vec<u8> {
        let number = |number: usize| u32::try_from(number).unwrap().to_be_bytes();
        let mut pieces = number(bytes.len()).to_vec();
        let mut at = 0;
        while let Some(zeros) = bytes[at..].iter().position(|byte| *byte != 0) {
            at += zeros;
            let gap = bytes[at..].windows(GAP).position(|gap| gap.iter().all(|byte| *byte == 0));
            let length = gap.unwrap_or(bytes.len() - at);
            pieces.extend([number(at), number(length)].concat());
            pieces.extend(&bytes[at..at + length]);
            at += length;
        }
        pieces
    }

    #[test]
    fn it_is_what_the_migrations_make() {
        let folder = tempfile::tempdir().unwrap();
        let made = made(folder.path());
        if std::env::var_os("MTURK_LOCAL_UPDATE").is_some() {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/db/sqlite/blank.bin");
            std::fs::write(path, pieces(&made)).unwrap();
            return;
        }
        let file = File::create(folder.path().join("written.db")).unwrap();
        write(&file).unwrap();
        let written = std::fs::read(folder.path().join("written.db")).unwrap();
        assert!(
            written == made,
            "MTURK_LOCAL_UPDATE=1 cargo test --lib blank makes blank.bin anew"
        );
    }
}
