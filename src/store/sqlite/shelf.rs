//! Where connections lie that nobody uses, each with its snapshot as long as that is of use.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OpenFlags};

use crate::fault::Fault;
use crate::store::sqlite::connect;
use crate::store::sqlite::files::Files;

/// Most of what is read comes by the mapping.
const SMALL: &str = "PRAGMA cache_size = -8000";

/// Where connections lie that nobody uses.
#[derive(Debug)]
pub(super) struct Shelf {
    pub(super) files: Arc<Files>,
    /// None once the store is closed.
    idle: Mutex<Option<Vec<Looking>>>,
    /// How often the writer has committed.
    commits: AtomicU64,
    /// Nobody who is done keeps a snapshot.
    bare: AtomicBool,
}

/// A connection, and how many commits its snapshot has seen, if it has one.
#[derive(Debug)]
pub(super) struct Looking {
    pub(super) connection: Connection,
    commits: Option<u64>,
}

impl Shelf {
    pub(super) fn new(files: Arc<Files>) -> Self {
        let (commits, bare) = (AtomicU64::new(0), AtomicBool::new(false));
        Self { files, idle: Mutex::new(Some(Vec::new())), commits, bare }
    }

    /// A connection with a snapshot that has seen every commit until now.
    pub(super) fn take(&self) -> Result<Looking, Fault> {
        self.files.check_noticed()?;
        let idle = self.idle().as_mut().ok_or_else(closed)?.pop();
        let mut looking = idle.map_or_else(|| Looking::new(&self.files), Ok)?;
        looking.look_at(self.commits())?;
        Ok(looking)
    }

    /// Takes a connection back, without its snapshot if that is of no use. Whoever commits from now
    /// on finds it here.
    pub(super) fn give_back(&self, mut looking: Looking) {
        if let Some(idle) = &mut *self.idle() {
            let bare = self.bare.load(Ordering::Acquire);
            if bare || looking.commits != Some(self.commits()) {
                looking.let_go();
            }
            idle.push(looking);
        }
    }

    /// Closes all; those in use are closed when they are given back.
    pub(super) fn close(&self) {
        drop(self.idle().take());
    }

    /// Before a commit: what nobody uses keeps no old snapshot, so that the log can begin anew.
    pub(super) fn before_commit(&self) {
        self.let_go();
    }

    /// After a commit, before anybody is told of it: all snapshots are old, also those that were
    /// taken meanwhile.
    pub(super) fn after_commit(&self) {
        self.commits.fetch_add(1, Ordering::AcqRel);
        self.let_go();
    }

    /// Runs what wants nobody to have a snapshot but those in the middle of a turn. It does not
    /// panic.
    pub(super) fn without_snapshots<T>(&self, run: impl FnOnce() -> T) -> T {
        self.bare.store(true, Ordering::Release);
        self.let_go();
        let done = run();
        self.bare.store(false, Ordering::Release);
        done
    }

    fn let_go(&self) {
        self.idle().iter_mut().flatten().for_each(Looking::let_go);
    }

    fn commits(&self) -> u64 {
        self.commits.load(Ordering::Acquire)
    }

    pub(super) fn idle(&self) -> MutexGuard<'_, Option<Vec<Looking>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Looking {
    fn new(files: &Files) -> Result<Self, Fault> {
        files.check_places()?;
        let connection = connect(files.path(), OpenFlags::SQLITE_OPEN_READ_ONLY, SMALL)?;
        // The file may have been replaced while it was opened.
        files.check_places()?;
        Ok(Self { connection, commits: None })
    }

    /// Has a snapshot that has seen so many commits, or more.
    fn look_at(&mut self, commits: u64) -> rusqlite::Result<()> {
        if self.commits != Some(commits) || self.connection.is_autocommit() {
            self.let_go();
            self.connection.prepare_cached("BEGIN")?.raw_execute()?;
            self.commits = Some(commits);
        }
        Ok(())
    }

    pub(super) fn let_go(&mut self) {
        self.commits = None;
        if !self.connection.is_autocommit() {
            // A transaction that only looked has nothing to lose.
            let _ = self.connection.prepare_cached("COMMIT").and_then(|mut s| s.raw_execute());
        }
    }
}

pub(super) fn closed() -> Fault {
    Fault::Service("the store is closed".into())
}
