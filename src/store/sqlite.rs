//! SQLite, called on the thread that has the turn: a statement takes microseconds, and a trip to
//! another thread and back costs more than that.

mod blank;
mod call;
mod desk;
mod files;
mod log;
mod migrate;
mod readers;
mod shelf;
mod temporary;
mod writer;

use std::fs::{File, OpenOptions};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::fault::Fault;
use crate::store::open::OpenError;
use crate::store::sqlite::files::Files;
use crate::store::sqlite::temporary::Temporary;

pub use readers::Reader;
pub use writer::Seat;

/// So many prepared statements are kept by each connection.
const STATEMENTS: usize = 512;
/// Another program may look into the file and hold it for a moment.
const BUSY_FOR: Duration = Duration::from_secs(5);

/// How many tables there are, and whether one of them is that of our migrations.
const WHOSE: &str = "SELECT count(*), count(*) FILTER (WHERE name = '_sqlx_migrations') \
    FROM sqlite_schema WHERE type = 'table'";
/// What a connection is told first. The page size counts for a new file alone. No commit copies the
/// log into the file: [`log`] does. The file is not mapped into memory: whoever made it shorter
/// would end the process by a signal.
const SETTINGS: &str = "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; \
    PRAGMA wal_autocheckpoint = 0; \
    PRAGMA temp_store = MEMORY; \
    PRAGMA foreign_keys = ON; ";

/// A database file, and who may use it.
#[derive(Debug)]
pub struct Sqlite {
    /// The one who writes.
    pub writer: writer::Writer,
    /// Those who look.
    pub readers: readers::Readers,
    files: Arc<Files>,
    /// Held open: it carries the lock that keeps a second process away.
    lock: Arc<File>,
    /// Removed with the store, when nobody asked to keep the file.
    _temporary: Option<Temporary>,
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
        let temporary = Temporary::new().map_err(OpenError::unusable)?;
        open(&temporary.database(), Some(temporary))
    }

    /// Waits until it is noticed that the database's files were moved, replaced, deleted or written
    /// by another program: why nothing is written any more.
    pub async fn lost_files(&self) -> String {
        Arc::clone(&self.files).lost().await
    }

    /// What [`Sqlite::lost_files`] has noticed, or a commit.
    #[must_use]
    pub fn loss(&self) -> Option<&str> {
        self.files.loss()
    }

    /// Waits for what is under way and closes the database, which another process may open then.
    pub async fn close(&self) {
        self.readers.close();
        self.writer.close().await;
        if let Err(error) = self.lock.unlock() {
            tracing::warn!(%error, "the database stays locked until the process ends");
        }
    }
}

fn open(path: &Path, temporary: Option<Temporary>) -> Result<Sqlite, OpenError> {
    let in_place = |e: &dyn std::fmt::Display| OpenError::at(path, e);
    let lock = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path);
    let lock = lock.map_err(|e| in_place(&e))?;
    lock.try_lock().map_err(|_| OpenError::InUse(path.to_owned()))?;
    if let Some(temporary) = &temporary {
        temporary.mark().and_then(|()| blank::write(&lock)).map_err(|e| in_place(&e))?;
    } else {
        temporary::keep(path).map_err(|e| in_place(&e))?;
        check_ours(path, &lock)?;
    }
    let synchronous = if temporary.is_some() { "OFF" } else { "NORMAL" };
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
    let more = format!("PRAGMA synchronous = {synchronous}; PRAGMA cache_size = -16384");
    let mut writer = connect(path, flags, &more).map_err(|e| in_place(&e))?;
    migrate::run(&mut writer)?;
    let lock = Arc::new(lock);
    let files = Files::new(path, &lock).map_err(|e| in_place(&e))?;
    let readers = readers::Readers::new(Arc::clone(&files));
    let log = log::Log::new(Arc::clone(&files), more, log::LONG);
    let writer = writer::Writer::new(writer, readers.shelf(), log);
    Ok(Sqlite { writer, readers, files, lock, _temporary: temporary })
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
fn check_ours(path: &Path, file: &File) -> Result<(), OpenError> {
    let in_place = |e: &dyn std::fmt::Display| OpenError::at(path, e);
    if file.metadata().map_err(|e| in_place(&e))?.len() == 0 {
        return check_no_log(path);
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = Connection::open_with_flags(path, flags).map_err(|e| in_place(&e))?;
    let counted =
        opened.query_row(WHOSE, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, bool>(1)?)));
    match counted.map_err(|e| in_place(&e))? {
        (_, true) => migrate::check(&opened),
        (0, false) => Ok(()),
        (_, false) => Err(in_place(&"it is the database of another program")),
    }
}

/// SQLite deletes the log beside a new file; it may be all that is left of a database.
fn check_no_log(path: &Path) -> Result<(), OpenError> {
    let mut log =
        std::fs::canonicalize(path).map_err(|e| OpenError::at(path, &e))?.into_os_string();
    log.push("-wal");
    match Path::new(&log).metadata() {
        Ok(found) if found.len() > 0 => {
            let log = log.display();
            Err(OpenError::at(path, &format!("it is empty, but {log} holds work; move that away")))
        }
        _ => Ok(()),
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
