//! The files of an open database, and whether they are still the ones that were opened.
//!
//! SQLite goes on writing into a file that was moved, replaced or deleted, and opens new
//! connections to whatever has its name. So each commit is followed by a look at the database file
//! before it is answered, and twice a second the process looks at the log and the shared memory
//! too: what is in a deleted log can be copied into the database as long as the process lives. A
//! file that another program writes into, as `cp` does, is told by its content, which only a
//! checkpoint of this process may change.

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

/// The files are looked at so often while nothing is committed.
const LOOK_EVERY: Duration = Duration::from_millis(500);
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
enum Loss {
    /// One of them is not at its path. The process has it open, and can complete it.
    Displaced(String),
    /// Another program wrote into one. What this process adds would damage it.
    Overwritten(String),
}

impl Loss {
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
    log: Option<Part>,
    shared_memory: Option<Part>,
    known: Mutex<Known>,
    loss: OnceLock<Loss>,
    noticed: Notify,
    /// Whether SQLite may take the log and the shared memory away, as it does at the end.
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
struct Known {
    /// So many checkpoints of this process are under way.
    checkpoints: usize,
    database: Content,
    log_length: u64,
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
        let files = Self {
            file: Arc::downgrade(file),
            database: Part::new(path.to_owned())?,
            log: beside("-wal"),
            shared_memory: beside("-shm"),
            known: Mutex::default(),
            loss: OnceLock::new(),
            noticed: Notify::new(),
            is_closed: AtomicBool::new(false),
        };
        files.learn(&mut files.known())?;
        Ok(Arc::new(files))
    }

    pub(super) fn path(&self) -> &Path {
        &self.database.path
    }

    /// Fails if a look has found before that the files are not the ones that were opened.
    pub(super) fn check_noticed(&self) -> Result<(), Fault> {
        let loss = self.loss.get();
        loss.map_or(Ok(()), |loss| Err(Fault::Service(loss.text().to_owned())))
    }

    /// Looks whether the files at the paths are the ones that were opened.
    pub(super) fn check_places(&self) -> Result<(), Fault> {
        self.check_noticed()?;
        let parts = [Some(&self.database), self.log.as_ref(), self.shared_memory.as_ref()];
        let looked = parts.into_iter().flatten().try_for_each(|part| part.look().map(drop));
        looked.or_else(|loss| self.notice(&loss))
    }

    /// Looks, after a commit, whether it is in the file that has the database's name.
    pub(super) fn check_commit(&self) -> Result<(), Fault> {
        self.check_noticed()?;
        self.look_at_database(&mut self.known()).or_else(|loss| self.notice(&loss))
    }

    /// Looks at the places of the files, and whether only this process writes into them.
    pub(super) fn check(&self) -> Result<(), Fault> {
        self.check_noticed()?;
        self.look().or_else(|loss| self.notice(&loss))
    }

    /// Why the files are not the ones that were opened, once that is noticed.
    pub(super) fn loss(&self) -> Option<&str> {
        self.loss.get().map(Loss::text)
    }

    /// Waits until it is noticed that the files are not the ones that were opened: why.
    pub(super) async fn lost(self: Arc<Self>) -> String {
        loop {
            // A file system of a network may let it wait.
            let files = Arc::clone(&self);
            let _ = tokio::task::spawn_blocking(move || files.check()).await;
            if let Some(loss) = self.loss() {
                return loss.to_owned();
            }
            let _ = tokio::time::timeout(LOOK_EVERY, self.noticed.notified()).await;
        }
    }

    /// Runs what may change the database file, or shorten the log.
    pub(super) fn while_copying<T>(&self, copy: impl FnOnce() -> T) -> Result<T, Fault> {
        self.check()?;
        self.known().checkpoints += 1;
        let done = copy();
        let mut known = self.known();
        known.checkpoints -= 1;
        // What cannot be read is noticed at the next look.
        let _ = self.learn(&mut known);
        Ok(done)
    }

    /// Closes the last connection. A file that was moved gets what is in the log; one that another
    /// program wrote is left as it is, and the log, which does not belong to it, is set aside.
    pub(super) fn close(&self, connection: Connection) {
        let _ = self.check();
        self.is_closed.store(true, Ordering::Release);
        let Some(loss) = self.loss.get() else { return drop(connection) };
        // SQLite would copy the log into the file, or delete a log that is another one.
        let told = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        let ended = match loss {
            _ if told.is_err() => Err("SQLite cannot be told to leave the files alone".into()),
            Loss::Displaced(_) => copy_all(&connection).map_err(|error| error.to_string()),
            Loss::Overwritten(_) => self.set_log_aside().map_err(|error| error.to_string()),
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

    fn look(&self) -> Result<(), Loss> {
        if let Some(part) = &self.shared_memory {
            part.look()?;
        }
        let mut known = self.known();
        if let Some(log) = &self.log {
            let length = log.look()?.len();
            if known.checkpoints == 0 && length < known.log_length {
                return Err(self.overwritten());
            }
            known.log_length = length;
        }
        self.look_at_database(&mut known)
    }

    fn look_at_database(&self, known: &mut Known) -> Result<(), Loss> {
        let database = self.database.look()?;
        // Without a log each commit writes into the file.
        if self.log.is_none() || known.checkpoints > 0 {
            return Ok(());
        }
        let (length, written_at) = (database.len(), database.modified().ok());
        if (length, written_at) != (known.database.length, known.database.written_at) {
            // A new time alone is nothing, but says that it is worth looking into the file.
            let found = self.content().map_err(|e| self.database.displaced(&e))?;
            if (found.length, found.digest) != (known.database.length, known.database.digest) {
                return Err(self.overwritten());
            }
            known.database = found;
        }
        Ok(())
    }

    fn learn(&self, known: &mut Known) -> io::Result<()> {
        let Some(log) = &self.log else { return Ok(()) };
        known.log_length = fs::metadata(&log.path)?.len();
        known.database = self.content()?;
        Ok(())
    }

    fn content(&self) -> io::Result<Content> {
        Content::of(&*self.file.upgrade().ok_or(io::ErrorKind::NotFound)?)
    }

    fn overwritten(&self) -> Loss {
        let path = self.path().display();
        Loss::Overwritten(format!("another program has written into the database {path}"))
    }

    fn notice(&self, loss: &Loss) -> Result<(), Fault> {
        if self.is_closed.load(Ordering::Acquire) {
            return Ok(());
        }
        if self.loss.set(loss.clone()).is_ok() {
            tracing::error!("{}: nothing is written any more", loss.text());
            self.noticed.notify_one();
        }
        Err(Fault::Service(loss.text().to_owned()))
    }

    /// Gives the log a name that SQLite does not look for.
    fn set_log_aside(&self) -> io::Result<()> {
        let Some(log) = self.log.as_ref().filter(|log| log.look().is_ok()) else { return Ok(()) };
        let name = |n: u32| {
            let mut name = OsString::from(&log.path);
            name.push(format!("-aside-{n}"));
            PathBuf::from(name)
        };
        let aside = (1..1000).map(name).find(|path| path.symlink_metadata().is_err());
        let aside = aside.ok_or(io::ErrorKind::AlreadyExists)?;
        fs::rename(&log.path, &aside)?;
        tracing::error!("the log of the database as it was before is now {}", aside.display());
        Ok(())
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Part {
    fn new(path: PathBuf) -> io::Result<Self> {
        let id = FileId::of(&fs::metadata(&path)?);
        Ok(Self { path, id })
    }

    fn look(&self) -> Result<Metadata, Loss> {
        match fs::metadata(&self.path) {
            Ok(found) if FileId::of(&found) == self.id => Ok(found),
            Ok(_) => Err(self.displaced(&"another file has its name")),
            Err(error) => Err(self.displaced(&error)),
        }
    }

    fn displaced(&self, why: &dyn fmt::Display) -> Loss {
        let path = self.path.display();
        Loss::Displaced(format!("the database was moved, replaced or deleted: {path}: {why}"))
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

/// Copies the whole log into the file, and empties it.
fn copy_all(connection: &Connection) -> rusqlite::Result<()> {
    let busy: bool =
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if busy { Err(rusqlite::Error::InvalidQuery) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
