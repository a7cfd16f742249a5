//! SQLite, called on the thread that has the turn: a statement takes microseconds, and a trip to
//! another thread and back costs more than that.

mod blank;
mod call;
mod desk;
mod log;
mod migrate;
mod readers;
mod shelf;
mod writer;

use std::fs::{File, OpenOptions};
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};
use tempfile::TempDir;

use crate::fault::Fault;
use crate::store::open::OpenError;

pub use readers::Reader;
pub use writer::Seat;

/// Temporary databases lie in a folder of their own.
const FOLDER_PREFIX: &str = "mturk-local-";
const FILE: &str = "market.db";
/// So many prepared statements are kept by each connection.
const STATEMENTS: usize = 512;
/// Another program may look into the file and hold it for a moment.
const BUSY_FOR: Duration = Duration::from_secs(5);

/// How many tables there are, and whether one of them is that of our migrations.
const WHOSE: &str = "SELECT count(*), count(*) FILTER (WHERE name = '_sqlx_migrations') \
    FROM sqlite_schema WHERE type = 'table'";
/// What a connection is told first. The page size counts for a new file alone. No commit copies the
/// log into the file: [`log`] does.
const SETTINGS: &str = "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; \
    PRAGMA wal_autocheckpoint = 0; \
    PRAGMA mmap_size = 1073741824; PRAGMA temp_store = MEMORY; \
    PRAGMA foreign_keys = ON; ";

/// A database file, and who may use it.
#[derive(Debug)]
pub struct Sqlite {
    /// The one who writes.
    pub writer: writer::Writer,
    /// Those who look.
    pub readers: readers::Readers,
    /// Held open: it carries the lock that keeps a second process away.
    _lock: File,
    /// Removed with the store, when nobody asked to keep the file.
    _folder: Option<TempDir>,
}

impl Sqlite {
    /// Opens the file, makes it if it is not there, and brings its tables up to date.
    ///
    /// # Errors
    /// It cannot be used, is in use, or is newer than this program.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        open(path, None)
    }

    /// Opens a temporary file, which goes with the store.
    ///
    /// # Errors
    /// There is no place for it.
    pub fn temporary() -> Result<Self, OpenError> {
        sweep(&std::env::temp_dir());
        let folder = tempfile::Builder::new().prefix(FOLDER_PREFIX).tempdir();
        let folder = folder.map_err(OpenError::unusable)?;
        open(&folder.path().join(FILE), Some(folder))
    }

    /// Waits for what is under way and closes the database.
    pub async fn close(&self) {
        self.readers.close();
        self.writer.close().await;
    }
}

fn open(path: &Path, folder: Option<TempDir>) -> Result<Sqlite, OpenError> {
    let in_place = |e: &dyn std::fmt::Display| OpenError::at(path, e);
    let lock = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path);
    let lock = lock.map_err(|e| in_place(&e))?;
    lock.try_lock().map_err(|_| OpenError::InUse(path.to_owned()))?;
    if folder.is_some() {
        blank::write(&lock).map_err(|e| in_place(&e))?;
    } else if lock.metadata().map_err(|e| in_place(&e))?.len() > 0 {
        check_ours(path)?;
    }
    let synchronous = if folder.is_some() { "OFF" } else { "NORMAL" };
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
    let more = format!("PRAGMA synchronous = {synchronous}; PRAGMA cache_size = -16384");
    let mut writer = connect(path, flags, &more).map_err(|e| in_place(&e))?;
    migrate::run(&mut writer)?;
    let readers = readers::Readers::new(path.to_owned());
    let log = log::Log::new(path.to_owned(), more, log::LONG);
    let writer = writer::Writer::new(writer, readers.shelf(), log);
    Ok(Sqlite { writer, readers, _lock: lock, _folder: folder })
}

/// A connection with our settings, and `more`.
fn connect(path: &Path, flags: OpenFlags, more: &str) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY_FOR)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.execute_batch(&format!("{SETTINGS}{more}"))?;
    Ok(connection)
}

/// Looks into a file that is there, without touching it: another program's database stays as it is.
fn check_ours(path: &Path) -> Result<(), OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let counted = Connection::open_with_flags(path, flags).and_then(|look| {
        look.query_row(WHOSE, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))
    });
    match counted.map_err(|e| OpenError::at(path, &e))? {
        (1.., 0) => Err(OpenError::at(path, &"it is the database of another program")),
        _ => Ok(()),
    }
}

/// Takes away the temporary files of processes that were killed: those that nobody locks any more.
fn sweep(temporary: &Path) {
    let Ok(folders) = std::fs::read_dir(temporary) else { return };
    for folder in folders.flatten() {
        let ours = folder.file_name().to_string_lossy().starts_with(FOLDER_PREFIX);
        if ours && is_left_behind(&folder.path(), LEFT_FOR) {
            // Somebody else's folder stays: there is no right to remove it.
            let _ = std::fs::remove_dir_all(folder.path());
        }
    }
}

/// A process that starts has its file, and its lock on it, in less.
const LEFT_FOR: Duration = Duration::from_mins(1);

/// Whether the folder has its file for so long and nobody has that, or has never got one.
fn is_left_behind(folder: &Path, time: Duration) -> bool {
    let old = |path: &Path| {
        let made = path.symlink_metadata().and_then(|known| known.created());
        made.ok().and_then(|at| at.elapsed().ok()).is_some_and(|age| age >= time)
    };
    let file = folder.join(FILE);
    match file.try_exists() {
        // A process was killed between making the folder and the file.
        Ok(false) => {
            old(folder) && std::fs::read_dir(folder).is_ok_and(|mut in_it| in_it.next().is_none())
        }
        _ => {
            old(&file)
                && OpenOptions::new()
                    .write(true)
                    .open(&file)
                    .is_ok_and(|lock| lock.try_lock().is_ok())
        }
    }
}

impl From<rusqlite::Error> for Fault {
    /// There are no races on SQLite, which has one writer: what it refuses is our failure, unless
    /// nothing can be read or written at all.
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(
                ErrorCode::PermissionDenied
                | ErrorCode::OperationAborted
                | ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::OutOfMemory
                | ErrorCode::ReadOnly
                | ErrorCode::OperationInterrupted
                | ErrorCode::SystemIoFailure
                | ErrorCode::DatabaseCorrupt
                | ErrorCode::DiskFull
                | ErrorCode::CannotOpen
                | ErrorCode::FileLockingProtocolFailed
                | ErrorCode::NotADatabase,
            ) => Self::Unavailable(error.to_string()),
            _ => Self::Service(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_process_left_behind_is_told_by_its_age_and_its_lock() {
        let folder = tempfile::tempdir().unwrap();
        let (long_ago, just_now) = (Duration::ZERO, LEFT_FOR);
        assert!(is_left_behind(folder.path(), long_ago), "it never got its file");
        assert!(!is_left_behind(folder.path(), just_now), "it may be about to");
        let file = File::create(folder.path().join(FILE)).unwrap();
        assert!(is_left_behind(folder.path(), long_ago), "nobody has the file");
        assert!(!is_left_behind(folder.path(), just_now));
        file.try_lock().unwrap();
        assert!(!is_left_behind(folder.path(), long_ago), "somebody has it");
        let other = tempfile::tempdir().unwrap();
        std::fs::write(other.path().join("mine"), "").unwrap();
        assert!(!is_left_behind(other.path(), long_ago), "it is no folder of ours");
    }
}
