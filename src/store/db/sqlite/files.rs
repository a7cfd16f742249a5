//! The files of an open database, and whether they are still the ones that were opened.
//!
//! SQLite goes on writing into a file that was moved, replaced or deleted, and opens new
//! connections to whatever has its name. So after each commit, and before it is answered, the
//! process checks the database file, and twice a second the WAL and the shared memory too: what is
//! in a deleted WAL can be copied into the database as long as the process lives. A file that
//! another program writes into, as `cp` does, is known by its content, which only a checkpoint of
//! this process may change.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File, Metadata};
use std::hash::{DefaultHasher, Hasher as _};
use std::io;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::{Duration, SystemTime};

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use tokio::sync::Notify;

use crate::fault::Fault;

/// The files are checked so often while nothing is committed.
const CHECK_EVERY: Duration = Duration::from_millis(500);
/// So many blocks of so many bytes tell the content of a file.
const BLOCKS: u64 = 128;
const BLOCK: usize = 4096;

/// A file as the system knows it, whatever its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileId {
    device: u64,
    inode: u64,
}

impl FileId {
    pub(super) fn of(found: &Metadata) -> Self {
        Self { device: found.dev(), inode: found.ino() }
    }
}

impl fmt::Display for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.device, self.inode)
    }
}

/// What became of the files.
#[derive(Debug, Clone, PartialEq, Eq)]
enum FileChange {
    /// One of them is not at its path. The process has it open, and can complete it.
    Displaced(String),
    /// Another program wrote into one. What this process adds would damage it.
    Overwritten(String),
}

impl FileChange {
    fn text(&self) -> &str {
        let (Self::Displaced(text) | Self::Overwritten(text)) = self;
        text
    }
}

/// The files of an open database.
#[derive(Debug)]
pub(super) struct Files {
    /// The database, to be read in. Nobody else may open and close it: POSIX drops the locks that
    /// SQLite holds on a file when the process closes any descriptor of it.
    file: Weak<File>,
    database: Part,
    wal: Option<Part>,
    shared_memory: Option<Part>,
    /// The shared memory, to be read in; open until the connections are closed, as `file` is.
    wal_index: Option<File>,
    known: Mutex<KnownContent>,
    change: OnceLock<FileChange>,
    noticed: Notify,
    /// Whether SQLite may take the WAL and the shared memory away, as it does at the end.
    is_closed: AtomicBool,
}

/// One of the files.
#[derive(Debug)]
struct Part {
    path: PathBuf,
    id: FileId,
}

/// What is known of the content of the files.
#[derive(Debug, Default)]
struct KnownContent {
    /// So many checkpoints of this process are under way.
    checkpoints: usize,
    database: Content,
    wal_index: WalIndex,
}

/// What the shared memory says of the WAL. Source: SQLite, "WAL-mode File Format", section 2.1.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct WalIndex {
    /// The WAL has at least so many bytes.
    wal_length: u64,
    /// So many frames are committed in it.
    frames: u32,
    /// So many frames a checkpoint began to copy into the database.
    begun: u32,
    /// So many it has copied.
    copied: u32,
}

impl WalIndex {
    fn of(file: &File) -> io::Result<Self> {
        let mut bytes = [0; 132];
        file.read_exact_at(&mut bytes, 0)?;
        let number = |at: usize| bytes[at..].first_chunk().copied().map_or(0, u32::from_ne_bytes);
        let page_size = match bytes[14..].first_chunk().copied().map_or(0, u16::from_ne_bytes) {
            1 => 1 << 16,
            size => u64::from(size),
        };
        let frames = number(16);
        let wal_length = if frames == 0 { 0 } else { 32 + u64::from(frames) * (24 + page_size) };
        Ok(Self { wal_length, frames, begun: number(128), copied: number(96) })
    }

    /// Whether a checkpoint has copied frames, or is about it, since `known` was read.
    fn has_copied_since(&self, known: &Self) -> bool {
        let counts = |index: &Self| (index.begun, index.copied);
        // A commit sets both counts to 0 where all was copied before; that copies nothing.
        let has_counted = self.begun > 0 && counts(self) != counts(known);
        let began_anew = self.frames < known.frames && known.copied < known.frames;
        self.begun != self.copied || has_counted || began_anew
    }
}

/// The content of a file, in short.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Content {
    length: u64,
    written_at: Option<SystemTime>,
    digest: u64,
}

impl Files {
    /// The files of the database at `path`, which has a connection. `file` is the database too, and
    /// stays open for as long as connections do.
    ///
    /// # Errors
    /// They cannot be read.
    pub(super) fn new(path: &Path, file: &Arc<File>) -> io::Result<Arc<Self>> {
        // SQLite follows symbolic links before it names the other two files.
        let real = fs::canonicalize(path)?;
        let beside = |suffix: &str| {
            let mut name = OsString::from(&real);
            name.push(suffix);
            Part::new(name.into()).ok()
        };
        let shared_memory = beside("-shm");
        let wal_index = shared_memory.as_ref().map(|part| File::open(&part.path)).transpose()?;
        let files = Self {
            file: Arc::downgrade(file),
            database: Part::new(path.to_owned())?,
            wal: beside("-wal"),
            shared_memory,
            wal_index,
            known: Mutex::default(),
            change: OnceLock::new(),
            noticed: Notify::new(),
            is_closed: AtomicBool::new(false),
        };
        files.learn(&mut files.known())?;
        Ok(Arc::new(files))
    }

    pub(super) fn path(&self) -> &Path {
        &self.database.path
    }

    /// The size of the database and the WAL.
    pub(super) fn bytes(&self) -> i64 {
        let parts = [Some(&self.database), self.wal.as_ref()].into_iter().flatten();
        let length = |part: &Part| fs::metadata(&part.path).map_or(0, |found| found.len());
        i64::try_from(parts.map(length).sum::<u64>()).unwrap_or(i64::MAX)
    }

    /// Fails if a check has found before that the files are not the ones that were opened.
    pub(super) fn check_noticed(&self) -> Result<(), Fault> {
        let change = self.change.get();
        change.map_or(Ok(()), |change| Err(Fault::Service(change.text().to_owned())))
    }

    /// Checks whether the files at the paths are the ones that were opened.
    pub(super) fn check_places(&self) -> Result<(), Fault> {
        self.check_noticed()?;
        let parts = [Some(&self.database), self.wal.as_ref(), self.shared_memory.as_ref()];
        let found = parts.into_iter().flatten().try_for_each(|part| part.find().map(drop));
        found.or_else(|change| self.notice(&change))
    }

    /// Checks, after a commit, whether it is in the file that has the database's name.
    pub(super) fn check_commit(&self) -> Result<(), Fault> {
        self.check_noticed()?;
        self.check_database(&mut self.known()).or_else(|change| self.notice(&change))
    }

    /// Checks the places of the files, and whether only this process writes into them.
    pub(super) fn check(&self) -> Result<(), Fault> {
        self.check_noticed()?;
        self.check_all().or_else(|change| self.notice(&change))
    }

    /// Why the files are not the ones that were opened, once that is noticed.
    pub(super) fn change(&self) -> Option<&str> {
        self.change.get().map(FileChange::text)
    }

    /// Waits until it is noticed that the files are not the ones that were opened: why.
    pub(super) async fn changed(self: Arc<Self>) -> String {
        loop {
            // A file system of a network may let it wait.
            let files = Arc::clone(&self);
            let _ = tokio::task::spawn_blocking(move || files.check()).await;
            if let Some(change) = self.change() {
                return change.to_owned();
            }
            let _ = tokio::time::timeout(CHECK_EVERY, self.noticed.notified()).await;
        }
    }

    /// Runs what may change the database file, or shorten the WAL.
    pub(super) fn while_copying<T>(&self, copy: impl FnOnce() -> T) -> Result<T, Fault> {
        self.check()?;
        self.known().checkpoints += 1;
        let done = copy();
        let mut known = self.known();
        known.checkpoints -= 1;
        // What cannot be read is noticed at the next check.
        let _ = self.learn(&mut known);
        Ok(done)
    }

    /// Closes the last connection. A file that was moved gets what is in the WAL; one that another
    /// program wrote is left as it is, and the WAL, which does not belong to it, is set aside.
    pub(super) fn close(&self, connection: Connection) {
        let _ = self.check();
        self.is_closed.store(true, Ordering::Release);
        let Some(change) = self.change.get() else { return drop(connection) };
        // SQLite would copy the WAL into the file, or delete a WAL that is another one.
        let told = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        let ended = match change {
            _ if told.is_err() => Err("SQLite cannot be told to leave the files alone".into()),
            FileChange::Displaced(_) => copy_all(&connection).map_err(|error| error.to_string()),
            FileChange::Overwritten(_) => self.set_wal_aside().map_err(|error| error.to_string()),
        };
        if let Err(error) = ended {
            tracing::error!(error, "what was in the log of the database stays there");
        }
        if told.is_ok() {
            drop(connection);
        } else {
            std::mem::forget(connection);
        }
    }

    fn check_all(&self) -> Result<(), FileChange> {
        if let Some(part) = &self.shared_memory {
            part.find()?;
        }
        let mut known = self.known();
        if let Some(wal) = &self.wal {
            let mut before = self.wal_index();
            while known.checkpoints == 0 && wal.find()?.len() < before.wal_length {
                let now = self.wal_index();
                if now == before {
                    return Err(self.overwritten());
                }
                // SQLite has begun the WAL anew meanwhile.
                before = now;
            }
        }
        self.check_database(&mut known)
    }

    fn check_database(&self, known: &mut KnownContent) -> Result<(), FileChange> {
        let database = self.database.find()?;
        // Without a WAL each commit writes into the file.
        if self.wal.is_none() || known.checkpoints > 0 {
            return Ok(());
        }
        let wal_index = self.wal_index();
        let (length, written_at) = (database.len(), database.modified().ok());
        if (length, written_at) == (known.database.length, known.database.written_at) {
            known.wal_index = wal_index;
            return Ok(());
        }
        // A new time alone is nothing, but says that it is worth reading the file.
        let read = || self.content().map_err(|e| self.database.displaced(&e));
        let found = read()?;
        if (found.length, found.digest) == (known.database.length, known.database.digest) {
            *known = KnownContent { database: found, wal_index, ..*known };
            return Ok(());
        }
        // Another process that uses SQLite may copy from the WAL, which damages nothing.
        let now = self.wal_index();
        if !now.has_copied_since(&known.wal_index) {
            return Err(self.overwritten());
        }
        let found = read()?;
        if now.begun == now.copied && now == self.wal_index() {
            *known = KnownContent { database: found, wal_index: now, ..*known };
        }
        Ok(())
    }

    fn learn(&self, known: &mut KnownContent) -> io::Result<()> {
        if self.wal.is_some() {
            known.wal_index = self.wal_index();
            known.database = self.content()?;
        }
        Ok(())
    }

    fn wal_index(&self) -> WalIndex {
        let read = self.wal_index.as_ref().and_then(|file| WalIndex::of(file).ok());
        read.unwrap_or_default()
    }

    fn content(&self) -> io::Result<Content> {
        Content::of(&*self.file.upgrade().ok_or(io::ErrorKind::NotFound)?)
    }

    fn overwritten(&self) -> FileChange {
        let path = self.path().display();
        FileChange::Overwritten(format!("another program has written into the database {path}"))
    }

    fn notice(&self, change: &FileChange) -> Result<(), Fault> {
        if self.is_closed.load(Ordering::Acquire) {
            return Ok(());
        }
        if self.change.set(change.clone()).is_ok() {
            tracing::error!("{}: nothing is written any more", change.text());
            self.noticed.notify_one();
        }
        Err(Fault::Service(change.text().to_owned()))
    }

    /// Gives the WAL a name that SQLite does not know.
    fn set_wal_aside(&self) -> io::Result<()> {
        let Some(wal) = self.wal.as_ref().filter(|wal| wal.find().is_ok()) else { return Ok(()) };
        let name = |n: u32| {
            let mut name = OsString::from(&wal.path);
            name.push(format!("-aside-{n}"));
            PathBuf::from(name)
        };
        let aside = (1..1000).map(name).find(|path| path.symlink_metadata().is_err());
        let aside = aside.ok_or(io::ErrorKind::AlreadyExists)?;
        fs::rename(&wal.path, &aside)?;
        tracing::error!("the log of the database as it was before is now {}", aside.display());
        Ok(())
    }

    fn known(&self) -> MutexGuard<'_, KnownContent> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Part {
    fn new(path: PathBuf) -> io::Result<Self> {
        let id = FileId::of(&fs::metadata(&path)?);
        Ok(Self { path, id })
    }

    fn find(&self) -> Result<Metadata, FileChange> {
        match fs::metadata(&self.path) {
            Ok(found) if FileId::of(&found) == self.id => Ok(found),
            Ok(_) => Err(self.displaced(&"another file has its name")),
            Err(error) => Err(self.displaced(&error)),
        }
    }

    fn displaced(&self, why: &dyn fmt::Display) -> FileChange {
        let path = self.path.display();
        FileChange::Displaced(format!("the database was moved, replaced or deleted: {path}: {why}"))
    }
}

impl Content {
    fn of(file: &File) -> io::Result<Self> {
        let found = file.metadata()?;
        let (length, mut digest) = (found.len(), DefaultHasher::new());
        // Evenly over the file, the first block with the header of the database included.
        let step = (length / BLOCKS).max(BLOCK as u64);
        let mut block = [0; BLOCK];
        for at in (0..length).step_by(usize::try_from(step).unwrap_or(usize::MAX)) {
            let read = file.read_at(&mut block, at)?;
            digest.write(&block[..read]);
        }
        Ok(Self { length, written_at: found.modified().ok(), digest: digest.finish() })
    }
}

/// Copies the whole WAL into the file, and empties it.
fn copy_all(connection: &Connection) -> rusqlite::Result<()> {
    let busy: bool =
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if busy { Err(rusqlite::Error::InvalidQuery) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
