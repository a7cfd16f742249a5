//! Temporary databases, each in a folder of its own.
//!
//! A folder carries a mark: a file that names the folder and its database by device and inode. A
//! folder that somebody else made, copied or restored has no mark that fits, and is left alone. The
//! mark is written while the database is locked, so a marked folder without a lock is left over.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use crate::store::db::sqlite::files::FileId;
use crate::store::db::sqlite::snapshots;

const PREFIX: &str = "mturk-local-";
const DATABASE: &str = "market.db";
const MARK: &str = "mturk-local.temporary";
/// A longer file is no mark.
const LONGEST_MARK: u64 = 1024;

/// The folder of a temporary database. On drop its files are removed, and it too if it has no
/// others.
#[derive(Debug)]
pub(super) struct Temporary(PathBuf);

impl Temporary {
    /// Makes a folder, after those that killed processes left over are removed.
    pub(super) fn new() -> io::Result<Self> {
        let place = std::env::temp_dir();
        sweep(&place);
        // Other users of the machine may not read the market, whatever the umask is.
        let owner_alone = fs::Permissions::from_mode(0o700);
        let mut folder = tempfile::Builder::new();
        let folder = folder.prefix(PREFIX).permissions(owner_alone).tempdir_in(place)?;
        Ok(Self(folder.keep()))
    }

    pub(super) fn database(&self) -> PathBuf {
        self.0.join(DATABASE)
    }

    /// Marks the folder as one to be removed. Its database is there and locked.
    pub(super) fn mark(&self) -> io::Result<()> {
        let text = format!("{}{}", head(&self.0)?, database_line(&self.0)?);
        let marked = fs::write(self.0.join(MARK), text);
        marked.inspect_err(|_| drop(fs::remove_file(self.database())))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if is_marked(&self.0) {
            remove(&self.0);
        } else {
            // It was never marked, or is not this program's any more: then it is not empty.
            let _ = fs::remove_dir(&self.0);
        }
    }
}

/// A database that somebody opens by its path is to be kept: removes the mark beside it.
pub(super) fn unmark(database: &Path) -> io::Result<()> {
    // It may be named by a symbolic link, or without its folder.
    let Ok(database) = database.canonicalize() else { return Ok(()) };
    let folder = database.parent().unwrap_or(Path::new(""));
    if database.file_name() == Some(DATABASE.as_ref()) && is_marked(folder) {
        fs::remove_file(folder.join(MARK))?;
    }
    Ok(())
}

/// Removes the temporary databases of processes that were killed.
fn sweep(place: &Path) {
    let Ok(entries) = fs::read_dir(place) else { return };
    for entry in entries.flatten() {
        let named = entry.file_name().as_encoded_bytes().starts_with(PREFIX.as_bytes());
        let folder = entry.path();
        if named && is_marked(&folder) {
            remove_unused(&folder);
        }
    }
}

/// Removes the folder's files unless a process has its database.
fn remove_unused(folder: &Path) {
    let database = OpenOptions::new().write(true).open(folder.join(DATABASE));
    let is_free = match &database {
        Ok(file) => file.try_lock().is_ok(),
        // A process was killed while it removed its files.
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    };
    if is_free {
        let removed = if remove(folder) { "" } else { "; other files in it stay" };
        let folder = folder.display();
        tracing::info!("removed the temporary database of a killed process: {folder}{removed}");
    }
}

/// Whether this program made the folder, for this user, and its database is the one it made.
fn is_marked(folder: &Path) -> bool {
    let own = |folder: &Path| {
        let found = folder.symlink_metadata()?;
        Ok(found.is_dir() && found.uid() == rustix::process::geteuid().as_raw())
    };
    let compare = || -> io::Result<bool> {
        let text = mark_of(folder)?;
        let head = head(folder)?;
        match database_line(folder) {
            Ok(line) => Ok(text == format!("{head}{line}")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(text.starts_with(&head)),
            Err(error) => Err(error),
        }
    };
    own(folder).and_then(|own: bool| if own { compare() } else { Ok(false) }).unwrap_or(false)
}

fn mark_of(folder: &Path) -> io::Result<String> {
    let mark = folder.join(MARK);
    let found = mark.symlink_metadata()?;
    if found.is_file() && found.len() <= LONGEST_MARK {
        return fs::read_to_string(mark);
    }
    Err(io::ErrorKind::InvalidData.into())
}

/// What a mark says before it names the database.
fn head(folder: &Path) -> io::Result<String> {
    let folder = FileId::of(&folder.symlink_metadata()?);
    Ok(format!("mturk-local made this folder and removes its own files in it.\nfolder {folder}\n"))
}

fn database_line(folder: &Path) -> io::Result<String> {
    let found = folder.join(DATABASE).symlink_metadata()?;
    if !found.is_file() {
        return Err(io::ErrorKind::InvalidData.into());
    }
    Ok(format!("{DATABASE} {}\n", FileId::of(&found)))
}

/// Removes the program's own files, and the folder; false if that has others.
fn remove(folder: &Path) -> bool {
    snapshots::remove_all(&folder.join(DATABASE));
    // The mark goes last, so that the next start goes on after a kill in between.
    for name in [&format!("{DATABASE}-wal"), &format!("{DATABASE}-shm"), DATABASE, MARK] {
        // What cannot be removed keeps the folder.
        let _ = fs::remove_file(folder.join(name));
    }
    fs::remove_dir(folder).is_ok()
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    /// A temporary database as a killed process leaves it, in `place`.
    fn left_over(place: &Path, name: &str) -> PathBuf {
        let temporary = Temporary(place.join(name));
        fs::create_dir(&temporary.0).unwrap();
        File::create(temporary.database()).unwrap();
        temporary.mark().unwrap();
        fs::write(temporary.0.join("market.db-wal"), "x").unwrap();
        let snapshots = temporary.0.join("market.db.snapshots");
        fs::create_dir(&snapshots).unwrap();
        fs::write(snapshots.join("one.db"), "x").unwrap();
        fs::write(snapshots.join("~mturk-local-unfinished"), "x").unwrap();
        let folder = temporary.0.clone();
        std::mem::forget(temporary);
        folder
    }

    #[test]
    fn what_a_killed_process_left_over_is_removed() {
        let place = tempfile::tempdir().unwrap();
        left_over(place.path(), "mturk-local-a");
        let half = left_over(place.path(), "mturk-local-b");
        fs::remove_file(half.join(DATABASE)).unwrap();
        let used = left_over(place.path(), "mturk-local-c");
        let lock = File::options().write(true).open(used.join(DATABASE)).unwrap();
        lock.lock().unwrap();
        let shared = left_over(place.path(), "mturk-local-d");
        fs::write(shared.join("thesis"), "mine").unwrap();
        sweep(place.path());
        let mut left: Vec<_> = fs::read_dir(place.path()).unwrap().map(Result::unwrap).collect();
        left.sort_by_key(fs::DirEntry::file_name);
        assert_eq!(left.iter().map(fs::DirEntry::path).collect::<Vec<_>>(), [&used, &*shared]);
        assert!(used.join(MARK).exists() && used.join("market.db-wal").exists());
        let rest: Vec<_> = fs::read_dir(&shared).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(rest, ["thesis"]);
        let own = left_over(place.path(), "mturk-local-e");
        fs::write(own.join("market.db.snapshots/thesis.txt"), "mine").unwrap();
        sweep(place.path());
        let rest = fs::read_dir(own.join("market.db.snapshots")).unwrap();
        assert_eq!(rest.map(|e| e.unwrap().file_name()).collect::<Vec<_>>(), ["thesis.txt"]);
    }

    /// Each way in which a folder is not this program's any more, or never was.
    #[test]
    fn what_somebody_else_made_stays() {
        let place = tempfile::tempdir().unwrap();
        let other = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        let without = left_over(place.path(), "mturk-local-mine");
        fs::remove_file(without.join(MARK)).unwrap();
        let original = left_over(place.path(), "mturk-local-original");
        let copy = at("mturk-local-copy");
        fs::create_dir(&copy).unwrap();
        for name in [DATABASE, MARK] {
            fs::copy(original.join(name), copy.join(name)).unwrap();
        }
        fs::rename(&original, other.path().join("original")).unwrap();
        std::os::unix::fs::symlink(other.path().join("original"), at("mturk-local-link")).unwrap();
        let replaced = left_over(place.path(), "mturk-local-replaced");
        fs::write(replaced.join("new"), "").unwrap();
        fs::rename(replaced.join("new"), replaced.join(DATABASE)).unwrap();
        let linked = left_over(place.path(), "mturk-local-linked");
        fs::rename(linked.join(MARK), other.path().join(MARK)).unwrap();
        std::os::unix::fs::symlink(other.path().join(MARK), linked.join(MARK)).unwrap();
        let kept = left_over(place.path(), "mturk-local-kept");
        unmark(&kept.join(DATABASE)).unwrap();
        let by_link = left_over(place.path(), "mturk-local-by-link");
        let link = other.path().join("link.db");
        std::os::unix::fs::symlink(by_link.join(DATABASE), &link).unwrap();
        unmark(&link).unwrap();
        let unnamed = left_over(place.path(), "mine");
        sweep(place.path());
        let linked = [at("mturk-local-link"), linked, by_link];
        for folder in linked.into_iter().chain([without, copy, replaced, kept, unnamed]) {
            assert!(folder.join(DATABASE).exists(), "{}", folder.display());
        }
        assert!(other.path().join("original").join("market.db-wal").exists());
    }

    #[test]
    fn at_its_end_a_process_removes_its_own_files_alone() {
        let temporary = Temporary::new().unwrap();
        let folder = temporary.0.clone();
        File::create(temporary.database()).unwrap();
        temporary.mark().unwrap();
        fs::write(folder.join("thesis"), "mine").unwrap();
        drop(temporary);
        let rest: Vec<_> = fs::read_dir(&folder).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(rest, ["thesis"]);
        fs::remove_file(folder.join("thesis")).unwrap();
        drop(Temporary(folder.clone()));
        assert!(!folder.exists(), "it had no mark any more, and was empty");
    }
}
