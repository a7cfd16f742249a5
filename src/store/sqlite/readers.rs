//! Connections of SQLite to look with.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OpenFlags};

use crate::fault::Fault;
use crate::store::row::Row;
use crate::store::sql::{Arg, Joined};
use crate::store::sqlite::{call, connect};

/// All of them. One is opened when it is needed; a turn that looks does not wait while it has one,
/// so there are not many more than threads.
#[derive(Debug)]
pub struct Readers {
    path: PathBuf,
    idle: Idle,
}

/// Most of what is read comes by the mapping.
const SMALL: &str = "PRAGMA cache_size = -8000";

/// None once the store is closed.
type Idle = Arc<Mutex<Option<Vec<Connection>>>>;

impl Readers {
    /// Connections to the file at `path`.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self { path, idle: Arc::new(Mutex::new(Some(Vec::new()))) }
    }

    /// A connection.
    ///
    /// # Errors
    /// The store is closed, or none can be opened.
    pub fn reader(&self) -> Result<Reader, Fault> {
        let idle = lock(&self.idle).as_mut().ok_or_else(closed)?.pop();
        let connection = match idle {
            Some(connection) => connection,
            None => connect(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY, SMALL)?,
        };
        Ok(Reader { connection: Some(Mutex::new(connection)), idle: Arc::clone(&self.idle) })
    }

    /// Closes all; those in use are closed when they are given back.
    pub fn close(&self) {
        drop(lock(&self.idle).take());
    }
}

/// A connection, for one turn.
#[derive(Debug)]
pub struct Reader {
    /// There until it is given back. The mutex, which is never locked, lets a turn be shared.
    connection: Option<Mutex<Connection>>,
    idle: Idle,
}

impl Reader {
    /// Up to `most` rows.
    ///
    /// # Errors
    /// The database failed.
    pub fn rows(&mut self, text: &str, args: &[Arg<'_>], most: usize) -> Result<Vec<Row>, Fault> {
        Ok(call::rows(self.connection()?, text, args, most)?)
    }

    /// The documents of about `most` rows.
    ///
    /// # Errors
    /// The database failed.
    pub fn joined(&mut self, text: &str, args: &[Arg<'_>], most: i64) -> Result<Joined, Fault> {
        Ok(call::joined(self.connection()?, text, args, usize::try_from(most).unwrap_or(1))?)
    }

    fn connection(&mut self) -> Result<&Connection, Fault> {
        let connection = self.connection.as_mut().ok_or_else(closed)?;
        Ok(connection.get_mut().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let connection = self.connection.take().map(Mutex::into_inner);
        let connection = connection.map(|c| c.unwrap_or_else(PoisonError::into_inner));
        if let Some(idle) = &mut *lock(&self.idle) {
            idle.extend(connection);
        }
    }
}

fn closed() -> Fault {
    Fault::Service("the store is closed".into())
}

fn lock(idle: &Idle) -> MutexGuard<'_, Option<Vec<Connection>>> {
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_are_handed_on_and_closed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.db");
        Connection::open(&path).unwrap().execute_batch("PRAGMA journal_mode = WAL").unwrap();
        let readers = Readers::new(path);
        for n in 0..20 {
            let mut reader = readers.reader().unwrap();
            let found = reader.rows("SELECT $1 + 1", &[Arg::from(n)], 1).unwrap();
            assert_eq!(found[0].get::<i64>(0).unwrap(), n + 1);
            assert!(reader.rows("CREATE TABLE t (x)", &[], 1).is_err(), "readers only look");
        }
        assert_eq!(lock(&readers.idle).as_ref().unwrap().len(), 1);
        let (one, two) = (readers.reader().unwrap(), readers.reader().unwrap());
        drop((one, two));
        assert_eq!(lock(&readers.idle).as_ref().unwrap().len(), 2);
        let kept = readers.reader().unwrap();
        readers.close();
        drop(kept);
        assert!(readers.reader().is_err());
    }
}
