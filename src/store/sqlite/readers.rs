//! Connections of SQLite to look with.
//!
//! A connection keeps its snapshot from one turn to the next as long as nothing is committed: a
//! file has one process, which knows. Taking a snapshot costs locks that all connections share.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;

use crate::fault::Fault;
use crate::store::row::Row;
use crate::store::sql::{Arg, Joined};
use crate::store::sqlite::call;
use crate::store::sqlite::files::Files;
use crate::store::sqlite::shelf::{Looking, Shelf, closed};

/// All of them. One is opened when it is needed; a turn that looks hardly ever waits while it has
/// one, so there are not many more than threads.
#[derive(Debug)]
pub struct Readers {
    shelf: Arc<Shelf>,
}

impl Readers {
    /// Connections to these files.
    pub(super) fn new(files: Arc<Files>) -> Self {
        Self { shelf: Arc::new(Shelf::new(files)) }
    }

    /// What the writer has to tell that it commits.
    pub(super) fn shelf(&self) -> Arc<Shelf> {
        Arc::clone(&self.shelf)
    }

    /// A connection that sees all that was committed until now, and nothing else until it is given
    /// back.
    ///
    /// # Errors
    /// The store is closed, or none can be opened.
    pub fn reader(&self) -> Result<Reader, Fault> {
        let looking = self.shelf.take()?;
        Ok(Reader { looking: Some(Mutex::new(looking)), shelf: Arc::clone(&self.shelf) })
    }

    /// Closes all; those in use are closed when they are given back.
    pub fn close(&self) {
        self.shelf.close();
    }
}

/// A connection, for one turn.
#[derive(Debug)]
pub struct Reader {
    /// There until it is given back. The mutex, which is never locked, lets a turn be shared.
    looking: Option<Mutex<Looking>>,
    shelf: Arc<Shelf>,
}

impl Reader {
    /// Up to `most` rows.
    ///
    /// # Errors
    /// The database failed.
    pub fn rows(&mut self, text: &str, args: &[Arg<'_>], most: usize) -> Result<Vec<Row>, Fault> {
        Ok(call::rows(self.connection()?, text, args, most)?)
    }

    /// The documents of about `most` rows; none if they are too long to be put together.
    ///
    /// # Errors
    /// The database failed.
    pub fn joined(
        &mut self,
        text: &str,
        args: &[Arg<'_>],
        most: i64,
        room: usize,
    ) -> Result<Option<Joined>, Fault> {
        let most = usize::try_from(most).unwrap_or(1);
        Ok(call::joined(self.connection()?, text, args, most, room)?)
    }

    /// Gives up the snapshot: the turn is about to wait for something else.
    pub fn rest(&mut self) {
        if let Some(looking) = &mut self.looking {
            looking.get_mut().unwrap_or_else(PoisonError::into_inner).let_go();
        }
    }

    fn connection(&mut self) -> Result<&Connection, Fault> {
        let looking = self.looking.as_mut().ok_or_else(closed)?;
        Ok(&looking.get_mut().unwrap_or_else(PoisonError::into_inner).connection)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let looking = self.looking.take().map(Mutex::into_inner);
        if let Some(looking) = looking {
            self.shelf.give_back(looking.unwrap_or_else(PoisonError::into_inner));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNT: &str = "SELECT count(*) FROM t WHERE x >= $1";

    /// A file with a table, its writer and its readers. The log is copied at ten pages.
    fn table(folder: &std::path::Path) -> (Connection, Readers) {
        let path = folder.join("t.db");
        let writer = Connection::open(&path).unwrap();
        let settings = "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 10";
        writer.execute_batch(&format!("{settings}; CREATE TABLE t (x)")).unwrap();
        (writer, Readers::new(Files::of_test(&path)))
    }

    fn commit(writer: &Connection, readers: &Readers) {
        writer.execute_batch("BEGIN; INSERT INTO t VALUES (randomblob(10000))").unwrap();
        readers.shelf.before_commit();
        writer.execute_batch("COMMIT").unwrap();
        readers.shelf.after_commit();
    }

    fn count(reader: &mut Reader) -> i64 {
        reader.rows(COUNT, &[Arg::from(0)], 1).unwrap()[0].get(0).unwrap()
    }

    #[test]
    fn connections_are_handed_on_and_closed() {
        let folder = tempfile::tempdir().unwrap();
        let (_writer, readers) = table(folder.path());
        let idle = || readers.shelf.idle().as_ref().unwrap().len();
        for n in 0..20 {
            let mut reader = readers.reader().unwrap();
            let found = reader.rows("SELECT $1 + 1", &[Arg::from(n)], 1).unwrap();
            assert_eq!(found[0].get::<i64>(0).unwrap(), n + 1);
            assert!(reader.rows("CREATE TABLE u (x)", &[], 1).is_err(), "readers only look");
        }
        assert_eq!(idle(), 1);
        let (one, two) = (readers.reader().unwrap(), readers.reader().unwrap());
        drop((one, two));
        assert_eq!(idle(), 2);
        let kept = readers.reader().unwrap();
        readers.close();
        drop(kept);
        assert!(readers.reader().is_err());
    }

    #[test]
    fn a_turn_sees_what_was_committed_before_it_and_nothing_after() {
        let folder = tempfile::tempdir().unwrap();
        let (writer, readers) = table(folder.path());
        for seen in 0..5 {
            let mut reader = readers.reader().unwrap();
            assert_eq!(count(&mut reader), seen);
            commit(&writer, &readers);
            assert_eq!(count(&mut reader), seen, "it keeps its snapshot");
        }
        let (mut one, mut two) = (readers.reader().unwrap(), readers.reader().unwrap());
        assert_eq!((count(&mut one), count(&mut two)), (5, 5));
    }

    #[test]
    fn a_snapshot_is_taken_once_while_nothing_is_committed() {
        let folder = tempfile::tempdir().unwrap();
        let (writer, readers) = table(folder.path());
        assert_eq!(count(&mut readers.reader().unwrap()), 0);
        // A commit that nobody tells of is not seen.
        writer.execute_batch("INSERT INTO t VALUES (1)").unwrap();
        assert_eq!(count(&mut readers.reader().unwrap()), 0);
        readers.shelf.after_commit();
        assert_eq!(count(&mut readers.reader().unwrap()), 1);
    }

    #[test]
    fn no_snapshot_from_before_a_commit_lies_on_the_shelf() {
        let folder = tempfile::tempdir().unwrap();
        let (writer, readers) = table(folder.path());
        let held = || {
            let idle = readers.shelf.idle();
            idle.iter().flatten().filter(|looking| !looking.connection.is_autocommit()).count()
        };
        drop((readers.reader().unwrap(), readers.reader().unwrap()));
        assert_eq!(held(), 2);
        readers.shelf.before_commit();
        let (mut early, mut late) = (readers.reader().unwrap(), readers.reader().unwrap());
        assert_eq!((count(&mut early), count(&mut late)), (0, 0));
        drop(early);
        writer.execute_batch("INSERT INTO t VALUES (1)").unwrap();
        readers.shelf.after_commit();
        drop(late);
        assert_eq!(held(), 0);
        let mut resting = readers.reader().unwrap();
        resting.rest();
        drop(resting);
        assert_eq!(held(), 0);
        let (idle, used) = (readers.reader().unwrap(), readers.reader().unwrap());
        drop(idle);
        readers.shelf.without_snapshots(|| {
            assert_eq!(held(), 0);
            drop(used);
            assert_eq!(held(), 0, "who is done keeps none");
        });
        drop(readers.reader().unwrap());
        assert_eq!(held(), 1, "then as before");
    }

    #[test]
    fn the_log_begins_anew_while_connections_lie_on_the_shelf() {
        let folder = tempfile::tempdir().unwrap();
        let (writer, readers) = table(folder.path());
        for _ in 0..200 {
            let (mut one, mut two) = (readers.reader().unwrap(), readers.reader().unwrap());
            count(&mut one);
            count(&mut two);
            drop((one, two));
            commit(&writer, &readers);
        }
        let log = std::fs::metadata(folder.path().join("t.db-wal")).unwrap().len();
        assert!(log < 500_000, "{log} bytes of 2,000,000 that were written");
    }
}
