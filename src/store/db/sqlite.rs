//! SQLite, called on the thread that has the turn: a statement takes microseconds, and a trip to
//! another thread and back costs more than that.

mod blank;
mod checkpoint;
mod connection;
mod files;
mod migrate;
pub mod read_pool;
pub mod snapshots;
mod statement;
mod temporary;
pub mod writer;
mod writer_state;

use std::fs::{File, OpenOptions};
use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, ErrorCode, OpenFlags};
use tempfile::TempPath;

use crate::fault::{Code, Fault};
use crate::shapes::scalar::SnapshotName;
use crate::store::db::error::OpenError;
use crate::store::db::sqlite::checkpoint::{Checkpointer, LONG_WAL};
use crate::store::db::sqlite::connection::connect;
use crate::store::db::sqlite::files::Files;
use crate::store::db::sqlite::read_pool::ReadPool;
use crate::store::db::sqlite::snapshots::Folder;
use crate::store::db::sqlite::temporary::Temporary;
use crate::store::db::sqlite::writer::{WriteTransaction, Writer};
use crate::store::db::sqlite::writer_state::WriterState;
use crate::time::Instant;

/// How many tables there are, and whether two of ours are among them.
const WHOSE: &str = "SELECT count(*), \
    count(*) FILTER (WHERE name IN ('_sqlx_migrations', 'world')) = 2 \
    FROM sqlite_schema WHERE type = 'table'";

/// A database file, and who may use it.
#[derive(Debug)]
pub struct Sqlite {
    /// The one writer.
    pub writer: Writer,
    /// The read connections.
    pub readers: Arc<ReadPool>,
    /// Its snapshots.
    pub snapshots: Arc<Folder>,
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
    pub async fn files_changed(&self) -> String {
        Arc::clone(&self.files).changed().await
    }

    /// What [`Sqlite::files_changed`] has noticed, or a commit.
    pub fn file_change(&self) -> Option<&str> {
        self.files.change()
    }

    /// The size of the database file and the WAL.
    pub fn bytes(&self) -> i64 {
        self.files.bytes()
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
        temporary::unmark(path).map_err(|e| in_place(&e))?;
        check_ours(path, &lock)?;
    }
    assemble(path, lock, temporary.is_none(), temporary)
}

/// Opens a locked file. One that is not durable may be lost with the machine.
fn assemble(
    path: &Path,
    lock: File,
    is_durable: bool,
    temporary: Option<Temporary>,
) -> Result<Sqlite, OpenError> {
    let in_place = |e: &dyn std::fmt::Display| OpenError::at(path, e);
    let synchronous = if is_durable { "NORMAL" } else { "OFF" };
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
    let more = format!("PRAGMA synchronous = {synchronous}; PRAGMA cache_size = -32768");
    let mut writer = connect(path, flags, &more).map_err(|e| in_place(&e))?;
    migrate::run(&mut writer)?;
    let lock = Arc::new(lock);
    let files = Files::new(path, &lock).map_err(|e| in_place(&e))?;
    let readers = Arc::new(ReadPool::new(Arc::clone(&files)));
    let checkpointer = Checkpointer::new(Arc::clone(&files), more, LONG_WAL);
    let state = WriterState::new(writer, Arc::clone(&files), Arc::clone(&readers), checkpointer);
    let writer = Writer::new(state);
    let snapshots = Arc::new(Folder::of(path));
    Ok(Sqlite { writer, readers, snapshots, files, lock, _temporary: temporary })
}

/// A copy of a snapshot, opened as a store of its own. The file goes with it.
#[derive(Debug)]
pub struct Scratch {
    store: Sqlite,
    /// Real time when the snapshot was kept.
    pub kept_at: Instant,
    _file: TempPath,
}

impl Scratch {
    /// Copies a snapshot and opens the copy. The tables of an older version are brought up to date.
    ///
    /// # Errors
    /// There is none of that name; it is damaged, or a newer program kept it.
    pub fn of(folder: &Folder, name: &SnapshotName) -> Result<Self, Fault> {
        let (file, kept_at) = folder.copy_of(name)?;
        let lock = OpenOptions::new().read(true).write(true).open(&file);
        let opened = lock.map_err(OpenError::unusable).and_then(|lock| {
            check_ours(&file, &lock).and_then(|()| assemble(&file, lock, false, None))
        });
        let store = opened.map_err(|error| {
            let why = match error {
                OpenError::Newer => "a newer version of mturk-local kept it",
                _ => "it cannot be opened",
            };
            tracing::warn!(%error, name = **name, "a snapshot cannot be restored");
            Fault::refused(Code::Conflict, format!("The snapshot cannot be restored: {why}."))
        })?;
        Ok(Self { store, kept_at, _file: file })
    }

    /// A transaction to change its rows in.
    pub async fn write(&self) -> WriteTransaction {
        self.store.writer.begin().await
    }
}

/// Reads a file that is there without changing it: another program's database stays as it is.
fn check_ours(path: &Path, file: &File) -> Result<(), OpenError> {
    let in_place = |e: &dyn std::fmt::Display| OpenError::at(path, e);
    if file.metadata().map_err(|e| in_place(&e))?.len() == 0 {
        return check_no_wal(path);
    }
    let opened = match whose(path, OpenFlags::empty()) {
        // A start that was killed before it had a WAL left a journal, for a writer to roll back.
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::ReadOnly) => {
            let name = path.display().to_string().replace('%', "%25").replace('?', "%3f");
            let name = format!("file:{}?immutable=1", name.replace('#', "%23"));
            whose(Path::new(&name), OpenFlags::SQLITE_OPEN_URI)
        }
        opened => opened,
    };
    match opened.map_err(|e| in_place(&e))? {
        (opened, _, true) => migrate::check(&opened),
        (_, 0, false) => Ok(()),
        _ => Err(in_place(&"it is the database of another program")),
    }
}

/// A database to be read, how many tables it has, and whether they are ours.
fn whose(path: &Path, more: OpenFlags) -> rusqlite::Result<(Connection, i64, bool)> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = Connection::open_with_flags(path, flags | more)?;
    let (count, ours) = opened.query_row(WHOSE, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok((opened, count, ours))
}

/// SQLite deletes the WAL beside a new file; it may be all that is left of a database.
fn check_no_wal(path: &Path) -> Result<(), OpenError> {
    let mut wal =
        std::fs::canonicalize(path).map_err(|e| OpenError::at(path, &e))?.into_os_string();
    wal.push("-wal");
    match Path::new(&wal).metadata() {
        Ok(found) if found.len() > 0 => {
            let wal = wal.display();
            Err(OpenError::at(path, &format!("it is empty, but {wal} holds work; move that away")))
        }
        _ => Ok(()),
    }
}
