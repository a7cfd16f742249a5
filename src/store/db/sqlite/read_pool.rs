//! Read connections of SQLite. One that is idle keeps its snapshot as long as nothing is committed:
//! to take a snapshot costs locks that all connections share. An old snapshot keeps the WAL from
//! beginning anew, so each commit releases those of idle connections.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OpenFlags};

use crate::fault::Fault;
use crate::store::db::json_page::JsonPage;
use crate::store::db::row::Row;
use crate::store::db::sqlite::connection::connect;
use crate::store::db::sqlite::files::Files;
use crate::store::db::sqlite::statement;
use crate::store::db::value::Arg;

/// The operating system caches the file too.
const SMALL: &str = "PRAGMA cache_size = -8000";

/// The connections that nobody uses. One is opened when it is needed; a turn that reads hardly ever
/// waits while it has one, so there are not many more than threads.
#[derive(Debug)]
pub struct ReadPool {
    files: Arc<Files>,
    /// None once the store is closed.
    idle: Mutex<Option<Vec<Reader>>>,
    /// How often the writer has committed.
    commits: AtomicU64,
    /// Idle connections keep no snapshot for now.
    releases_all: AtomicBool,
}

impl ReadPool {
    pub(super) const fn new(files: Arc<Files>) -> Self {
        let (commits, releases_all) = (AtomicU64::new(0), AtomicBool::new(false));
        Self { files, idle: Mutex::new(Some(Vec::new())), commits, releases_all }
    }

    /// A connection that sees all that was committed until now, and nothing else until it is
    /// returned.
    ///
    /// # Errors
    /// The store is closed, or none can be opened.
    pub fn take(self: &Arc<Self>) -> Result<ReadConnection, Fault> {
        self.files.check_noticed()?;
        let idle = self.idle().as_mut().ok_or_else(closed)?.pop();
        let mut reader = idle.map_or_else(|| self.open(), Ok)?;
        reader.begin(self.commits())?;
        Ok(ReadConnection { reader: Some(Mutex::new(reader)), pool: Arc::clone(self) })
    }

    fn open(&self) -> Result<Reader, Fault> {
        self.files.check_places()?;
        let connection = connect(self.files.path(), OpenFlags::SQLITE_OPEN_READ_ONLY, SMALL)?;
        // The file may have been replaced while it was opened.
        self.files.check_places()?;
        Ok(Reader { connection, commits: None })
    }

    /// Takes a connection back, without its snapshot if that is old. A commit from now on finds it
    /// here.
    fn put_back(&self, mut reader: Reader) {
        if let Some(idle) = &mut *self.idle() {
            if self.releases_all.load(Ordering::Acquire) || reader.commits != Some(self.commits()) {
                reader.release();
            }
            idle.push(reader);
        }
    }

    /// Closes all; those in use are closed when they are returned.
    pub fn close(&self) {
        drop(self.idle().take());
    }

    /// Releases the snapshots of idle connections: the commit that follows can begin the WAL anew.
    pub(super) fn before_commit(&self) {
        self.idle().iter_mut().flatten().for_each(Reader::release);
    }

    /// After a commit, before anybody learns of it: all snapshots are old, also those that were
    /// taken meanwhile.
    pub(super) fn after_commit(&self) {
        self.commits.fetch_add(1, Ordering::AcqRel);
        self.before_commit();
    }

    /// Runs `run` while no idle connection keeps a snapshot. It must not panic.
    pub(super) fn without_snapshots<T>(&self, run: impl FnOnce() -> T) -> T {
        self.releases_all.store(true, Ordering::Release);
        self.before_commit();
        let done = run();
        self.releases_all.store(false, Ordering::Release);
        done
    }

    fn commits(&self) -> u64 {
        self.commits.load(Ordering::Acquire)
    }

    fn idle(&self) -> MutexGuard<'_, Option<Vec<Reader>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn closed() -> Fault {
    Fault::Service("the store is closed".into())
}

/// A connection, and how many commits its snapshot has seen, if it has one.
#[derive(Debug)]
struct Reader {
    connection: Connection,
    commits: Option<u64>,
}

impl Reader {
    /// Begins a read transaction that sees so many commits, or more, unless this is one.
    fn begin(&mut self, commits: u64) -> rusqlite::Result<()> {
        if self.commits != Some(commits) || self.connection.is_autocommit() {
            self.release();
            self.connection.prepare_cached("BEGIN")?.raw_execute()?;
            self.commits = Some(commits);
        }
        Ok(())
    }

    /// Ends the read transaction, which has nothing to lose.
    fn release(&mut self) {
        self.commits = None;
        if !self.connection.is_autocommit() {
            let commit = self.connection.prepare_cached("COMMIT");
            let _ = commit.and_then(|mut commit| commit.raw_execute());
        }
    }
}

/// A connection, for one turn.
#[derive(Debug)]
pub struct ReadConnection {
    /// There until it is returned. The mutex, which is never locked, lets a turn be shared.
    reader: Option<Mutex<Reader>>,
    pool: Arc<ReadPool>,
}

impl ReadConnection {
    /// Up to `most` rows.
    pub fn rows(&mut self, text: &str, args: &[Arg<'_>], most: usize) -> Result<Vec<Row>, Fault> {
        let mut statement = statement::prepare(self.connection()?, text)?;
        Ok(statement::rows(&mut statement, args, most)?)
    }

    /// A page of about `most` rows behind a prefix of so many bytes; none if it is too long.
    pub fn json_page(
        &mut self,
        text: &str,
        args: &[Arg<'_>],
        most: i64,
        prefix_bytes: usize,
    ) -> Result<Option<JsonPage>, Fault> {
        let most = usize::try_from(most).unwrap_or(1);
        let mut statement = statement::prepare(self.connection()?, text)?;
        Ok(statement::json_page(&mut statement, args, most, prefix_bytes)?)
    }

    /// Releases the snapshot: the turn is about to wait for something else.
    pub fn release_snapshot(&mut self) {
        if let Ok(reader) = self.reader() {
            reader.release();
        }
    }

    /// What reads.
    pub(in crate::store) fn connection(&mut self) -> Result<&Connection, Fault> {
        Ok(&self.reader()?.connection)
    }

    fn reader(&mut self) -> Result<&mut Reader, Fault> {
        let reader = self.reader.as_mut().ok_or_else(closed)?;
        Ok(reader.get_mut().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for ReadConnection {
    fn drop(&mut self) {
        if let Some(reader) = self.reader.take().map(Mutex::into_inner) {
            self.pool.put_back(reader.unwrap_or_else(PoisonError::into_inner));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNT: &str = "SELECT count(*) FROM t WHERE x >= $1";

    /// A file with a table, its writer and its read connections. The WAL is copied at ten pages.
    fn table(folder: &std::path::Path) -> (Connection, Arc<ReadPool>) {
        let path = folder.join("t.db");
        let writer = Connection::open(&path).unwrap();
        let settings = "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 10";
        writer.execute_batch(&format!("{settings}; CREATE TABLE t (x)")).unwrap();
        (writer, Arc::new(ReadPool::new(Files::of_test(&path))))
    }

    fn commit(writer: &Connection, pool: &ReadPool) {
        writer.execute_batch("BEGIN; INSERT INTO t VALUES (randomblob(10000))").unwrap();
        pool.before_commit();
        writer.execute_batch("COMMIT").unwrap();
        pool.after_commit();
    }

    fn count(read: &mut ReadConnection) -> i64 {
        read.rows(COUNT, &[Arg::from(0)], 1).unwrap()[0].get(0).unwrap()
    }

    #[test]
    fn connections_are_handed_on_and_closed() {
        let folder = tempfile::tempdir().unwrap();
        let (_writer, pool) = table(folder.path());
        let idle = || pool.idle().as_ref().unwrap().len();
        for n in 0..20 {
            let mut read = pool.take().unwrap();
            let found = read.rows("SELECT $1 + 1", &[Arg::from(n)], 1).unwrap();
            assert_eq!(found[0].get::<i64>(0).unwrap(), n + 1);
            assert!(read.rows("CREATE TABLE u (x)", &[], 1).is_err(), "it only reads");
        }
        assert_eq!(idle(), 1);
        let (one, two) = (pool.take().unwrap(), pool.take().unwrap());
        drop((one, two));
        assert_eq!(idle(), 2);
        let kept = pool.take().unwrap();
        pool.close();
        drop(kept);
        assert!(pool.take().is_err());
    }

    #[test]
    fn a_turn_sees_what_was_committed_before_it_and_nothing_after() {
        let folder = tempfile::tempdir().unwrap();
        let (writer, pool) = table(folder.path());
        for seen in 0..5 {
            let mut read = pool.take().unwrap();
            assert_eq!(count(&mut read), seen);
            commit(&writer, &pool);
            assert_eq!(count(&mut read), seen, "it keeps its snapshot");
        }
        let mut read = pool.take().unwrap();
        assert_eq!(count(&mut read), 5);
        commit(&writer, &pool);
        read.release_snapshot();
        assert_eq!(count(&mut read), 6);
    }

    #[test]
    fn a_snapshot_is_taken_once_while_nothing_is_committed() {
        let folder = tempfile::tempdir().unwrap();
        let (writer, pool) = table(folder.path());
        assert_eq!(count(&mut pool.take().unwrap()), 0);
        // A commit that the pool does not learn of is not seen.
        writer.execute_batch("INSERT INTO t VALUES (1)").unwrap();
        assert_eq!(count(&mut pool.take().unwrap()), 0);
        pool.after_commit();
        assert_eq!(count(&mut pool.take().unwrap()), 1);
    }

    #[test]
    fn no_idle_connection_keeps_a_snapshot_from_before_a_commit() {
        let folder = tempfile::tempdir().unwrap();
        let (writer, pool) = table(folder.path());
        let kept = || {
            let idle = pool.idle();
            idle.iter().flatten().filter(|reader| !reader.connection.is_autocommit()).count()
        };
        drop((pool.take().unwrap(), pool.take().unwrap()));
        assert_eq!(kept(), 2);
        pool.before_commit();
        let (mut early, mut late) = (pool.take().unwrap(), pool.take().unwrap());
        assert_eq!((count(&mut early), count(&mut late)), (0, 0));
        drop(early);
        writer.execute_batch("INSERT INTO t VALUES (1)").unwrap();
        pool.after_commit();
        drop(late);
        assert_eq!(kept(), 0);
        let mut released = pool.take().unwrap();
        released.release_snapshot();
        drop(released);
        assert_eq!(kept(), 0);
        let (idle, used) = (pool.take().unwrap(), pool.take().unwrap());
        drop(idle);
        pool.without_snapshots(|| {
            assert_eq!(kept(), 0);
            drop(used);
            assert_eq!(kept(), 0, "who is done keeps none");
        });
        drop(pool.take().unwrap());
        assert_eq!(kept(), 1, "then as before");
    }

    #[test]
    fn the_wal_begins_anew_while_connections_are_idle() {
        let folder = tempfile::tempdir().unwrap();
        let (writer, pool) = table(folder.path());
        for _ in 0..200 {
            let (mut one, mut two) = (pool.take().unwrap(), pool.take().unwrap());
            count(&mut one);
            count(&mut two);
            drop((one, two));
            commit(&writer, &pool);
        }
        let wal = std::fs::metadata(folder.path().join("t.db-wal")).unwrap().len();
        assert!(wal < 500_000, "{wal} bytes of 2,000,000 that were written");
    }
}
