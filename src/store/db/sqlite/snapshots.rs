//! Snapshots of a SQLite database: files in a folder beside it, each a whole database.
//!
//! A snapshot is written from a read connection, so nobody waits for it. To restore one, it is
//! copied to a scratch file, which is opened as a store of its own. There the rows are changed that
//! outlive a restore. Then the writer copies the pages of that store into the database, as one
//! transaction.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Display;
use std::fs::{self, DirBuilder, File, Metadata};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ErrorCode, OpenFlags, params};
use tempfile::{NamedTempFile, TempPath};

use crate::fault::{Code, Fault};
use crate::rules::snapshot::Limits;
use crate::shapes::scalar::{At, SnapshotName};
use crate::shapes::snapshot::Snapshot;
use crate::store::db::migrations;
use crate::store::db::sqlite::files::FileId;
use crate::time::Instant;

/// How the names of unfinished files begin, and of scratch files: no snapshot is called so.
const UNFINISHED: &str = "~mturk-local-";
/// How the names of snapshots end. SQLite has files of its own beside a database, with other ends.
const SUFFIX: &str = ".db";

const PUT: &str = "INSERT INTO snapshots (name, market_at, kept_at, bytes, place, version) \
    VALUES (?1, ?2, ?3, 0, '', ?4)";
const SIZE: &str = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
const READ: &str = "SELECT market_at, kept_at FROM snapshots";

/// The folder with the snapshots of one database.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// The files that were read whole and found sound, or written here. Held while files come and
    /// go.
    sound: Mutex<BTreeMap<SnapshotName, FileState>>,
}

/// What another content would change.
type FileState = (FileId, u64, Option<SystemTime>);

impl Folder {
    /// The folder of the database at `path`, which this process has locked. What an earlier process
    /// left unfinished is removed.
    pub(super) fn of(database: &Path) -> Self {
        let path = beside(database);
        remove(&path, |name| name.starts_with(UNFINISHED));
        Self { path, sound: Mutex::default() }
    }

    /// All snapshots, by name. A file that is no snapshot is left out, with a word in the log.
    pub fn list(&self) -> Result<Vec<Snapshot>, Fault> {
        let entries = match fs::read_dir(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(|error| unreadable(&error))?,
        };
        let names = entries.flatten().filter_map(|entry| name_of(entry.file_name().to_str()?));
        let mut all: Vec<Snapshot> = names
            .filter_map(|name| match self.describe(&name) {
                Ok(snapshot) => Some(snapshot),
                Err(fault) => {
                    tracing::warn!(name = *name, %fault, "a snapshot cannot be read");
                    None
                }
            })
            .collect();
        all.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(all)
    }

    /// Keeps what the connection sees, in place of the snapshot with that name.
    ///
    /// # Errors
    /// There is no room for it; it cannot be written. An earlier one of that name stays then.
    pub fn keep(
        &self,
        from: &Connection,
        new: Snapshot,
        limits: Limits,
    ) -> Result<Snapshot, Fault> {
        let mut sound = self.sound.lock().unwrap_or_else(PoisonError::into_inner);
        let new = Snapshot { bytes: from.query_row(SIZE, [], |row| row.get(0))?, ..new };
        limits.check(&self.list()?, &new)?;
        let unwritten = |error: &dyn Display, why: &str| {
            tracing::warn!(%error, name = *new.name, "a snapshot cannot be written");
            Fault::refused(Code::Conflict, format!("The snapshot cannot be written: {why}."))
        };
        let of_file = |error: io::Error| unwritten(&error, &error.kind().to_string());
        let file = self.new_file().map_err(of_file)?;
        let copied = copy(from, file.path(), &new);
        copied.map_err(|error| unwritten(&error, why(&error)))?;
        let path = self.file(&new.name);
        file.persist(&path).map_err(|error| of_file(error.error))?;
        sound.insert(new.name.clone(), state(&fs::metadata(&path).map_err(of_file)?));
        self.describe(&new.name)
    }

    /// Deletes a snapshot.
    ///
    /// # Errors
    /// There is none of that name; the file cannot be removed.
    pub fn delete(&self, name: &SnapshotName) -> Result<(), Fault> {
        let mut sound = self.sound.lock().unwrap_or_else(PoisonError::into_inner);
        sound.remove(name);
        match fs::remove_file(self.file(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(none(name)),
            Err(error) => Err(Fault::refused(
                Code::Conflict,
                format!("The snapshot cannot be deleted: {}.", error.kind()),
            )),
            Ok(()) => Ok(()),
        }
    }

    /// A scratch copy of the snapshot, and when it was kept.
    ///
    /// # Errors
    /// There is none of that name; it is damaged, or no snapshot.
    pub(super) fn copy_of(&self, name: &SnapshotName) -> Result<(TempPath, Instant), Fault> {
        let mut sound = self.sound.lock().unwrap_or_else(PoisonError::into_inner);
        let copied = || {
            let mut from = File::open(self.file(name))?;
            let state = state(&from.metadata()?);
            let mut scratch = self.new_file()?;
            io::copy(&mut from, scratch.as_file_mut())?;
            Ok((scratch.into_temp_path(), state))
        };
        let (scratch, state) = copied().map_err(|error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => none(name),
            _ => unreadable(&error),
        })?;
        let is_known = sound.get(name) == Some(&state);
        let checked = open(&scratch).and_then(|scratch| {
            if !is_known {
                check(&scratch)?;
            }
            kept(&scratch)
        });
        let (_, kept_at) = checked.map_err(|error| {
            tracing::warn!(%error, name = **name, "a snapshot cannot be read");
            let why = why(&error);
            Fault::refused(Code::Conflict, format!("The snapshot cannot be read: {why}."))
        })?;
        sound.insert(name.clone(), state);
        Ok((scratch, kept_at))
    }

    fn file(&self, name: &SnapshotName) -> PathBuf {
        self.path.join(format!("{}{SUFFIX}", **name))
    }

    /// A new file in the folder, for this user alone.
    fn new_file(&self) -> io::Result<NamedTempFile> {
        match DirBuilder::new().mode(0o700).create(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(&self.path)
    }

    fn describe(&self, name: &SnapshotName) -> Result<Snapshot, Fault> {
        let path = self.file(name);
        let bytes = fs::metadata(&path).map_err(|error| unreadable(&error))?.len();
        let (now, kept_at) = kept(&open(&path)?)?;
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        Ok(Snapshot { name: name.clone(), now: At(now), kept_at: At(kept_at), bytes })
    }
}

/// Writes a snapshot. As a commit does, it leaves the time of writing to the system.
fn copy(from: &Connection, to: &Path, new: &Snapshot) -> rusqlite::Result<()> {
    let mut to = Connection::open(to)?;
    to.execute_batch("PRAGMA synchronous = OFF")?;
    copy_pages(from, &mut to)?;
    // It is one file, also while somebody reads it.
    to.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
    let (now, kept_at, version) = (new.now.0.0, new.kept_at.0.0, migrations::latest());
    to.execute(PUT, params![*new.name, now, kept_at, version]).map(drop)
}

fn state(found: &Metadata) -> FileState {
    (FileId::of(found), found.len(), found.modified().ok())
}

/// Copies a whole database over another, in one transaction: whoever reads that one sees it as it
/// was or as it is then.
///
/// # Errors
/// One of the two cannot be read or written; nothing is changed then.
pub(super) fn copy_pages(from: &Connection, to: &mut Connection) -> rusqlite::Result<()> {
    match Backup::new(from, to)?.step(-1)? {
        StepResult::Done => Ok(()),
        _ => Err(rusqlite::Error::SqliteFailure(
            rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY),
            None,
        )),
    }
}

/// Removes the snapshots of a temporary database, and their folder, if it has nothing else.
pub(super) fn remove_all(database: &Path) {
    let folder = beside(database);
    remove(&folder, |name| name.starts_with(UNFINISHED) || name_of(name).is_some());
    let _ = fs::remove_dir(folder);
}

fn remove(folder: &Path, which: impl Fn(&str) -> bool) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_str().is_some_and(&which) {
            // What cannot be removed stays.
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn beside(database: &Path) -> PathBuf {
    let mut path = OsString::from(database);
    path.push(".snapshots");
    path.into()
}

fn name_of(file: &str) -> Option<SnapshotName> {
    SnapshotName::try_from(file.strip_suffix(SUFFIX)?.to_owned()).ok()
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(path, flags)
}

/// The market's time and real time when a snapshot was kept.
fn kept(snapshot: &Connection) -> rusqlite::Result<(Instant, Instant)> {
    snapshot.query_row(READ, [], |row| Ok((Instant(row.get(0)?), Instant(row.get(1)?))))
}

/// Reads all of a snapshot: a damaged page must not come into the market.
fn check(snapshot: &Connection) -> rusqlite::Result<()> {
    let sound: String = snapshot.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if sound == "ok" {
        return Ok(());
    }
    let damaged = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
    Err(rusqlite::Error::SqliteFailure(damaged, Some(sound)))
}

fn none(name: &SnapshotName) -> Fault {
    Fault::not_found(format!("There is no snapshot {}.", **name))
}

fn unreadable(error: &io::Error) -> Fault {
    let why = error.kind();
    Fault::refused(Code::Conflict, format!("The snapshot cannot be read: {why}."))
}

/// What an error of SQLite means for who keeps or restores a snapshot.
fn why(error: &rusqlite::Error) -> &'static str {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => "it is damaged",
        Some(ErrorCode::DiskFull) => "the disk is full",
        Some(ErrorCode::Unknown) | None => "it is no snapshot",
        Some(_) => "the file cannot be used",
    }
}
