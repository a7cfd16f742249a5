//! The log of a file, which grows with every commit, and who copies it into the file.
//!
//! To copy it takes as long as a hundred turns, mostly to wait for the disk, so a task of its own
//! does it while turns go on. When little is left, the writer copies the rest between two turns:
//! then nobody adds to the log, and if nobody looks at an older state either, all of it is in the
//! file, and it begins anew. If somebody always does, the log grows until it is worth a moment:
//! the writer waits for those who look, and who is done meanwhile keeps no snapshot.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::store::sqlite::shelf::Shelf;
use crate::store::sqlite::{BUSY_FOR, connect};

/// A log of so many pages is copied: 32 MiB.
pub(super) const LONG: u32 = 4096;
/// A part of that is little: the writer copies it itself.
const PARTS: u32 = 16;
/// So many times as long is much too long.
const MUCH: u32 = 2;
/// So long the writer waits then. Who looks is done in less, as a rule.
const MOMENT: Duration = Duration::from_millis(20);
/// The task copies what is written meanwhile, but not for ever.
const ROUNDS: usize = 8;

/// The log of a file.
#[derive(Debug)]
pub(super) struct Log {
    path: PathBuf,
    /// What the writer's connection was told besides the common settings.
    settings: String,
    /// It is copied when it has so many pages.
    long: u32,
    /// It is left alone until it has so many: whoever looks at an old state keeps it from beginning
    /// anew.
    until: u32,
    copying: Option<JoinHandle<()>>,
}

impl Log {
    pub(super) const fn new(path: PathBuf, settings: String, long: u32) -> Self {
        Self { path, settings, long, until: long, copying: None }
    }

    /// After each commit of the writer.
    pub(super) fn has_grown(&mut self, writer: &Connection, readers: &Shelf) {
        let Ok(pages) = checkpoint(writer, "NOOP") else { return };
        if pages < self.long {
            self.until = self.long;
        }
        if pages < self.until || self.copying.as_ref().is_some_and(|task| !task.is_finished()) {
            return;
        }
        match (self.copying.take(), Handle::try_current()) {
            (None, Ok(runtime)) => {
                let (path, settings) = (self.path.clone(), self.settings.clone());
                let few = self.long / PARTS;
                self.copying = Some(runtime.spawn_blocking(move || copy(&path, &settings, few)));
            }
            _ => self.copy_rest(writer, readers, pages),
        }
    }

    fn copy_rest(&mut self, writer: &Connection, readers: &Shelf, pages: u32) {
        let copied = if pages < MUCH * self.long {
            checkpoint(writer, "PASSIVE")
        } else {
            readers.without_snapshots(|| begin_anew(writer))
        };
        if let Err(error) = copied {
            tracing::warn!(%error, "the log cannot be copied into the database file");
        }
        self.until = pages + self.long / PARTS;
    }

    /// Waits for the task, if there is one.
    pub(super) async fn rests(&mut self) {
        if let Some(task) = self.copying.take() {
            // What it did not copy stays in the log.
            let _ = task.await;
        }
    }
}

/// Copies until little is left. What goes wrong is left to the writer, which says what it was.
fn copy(path: &Path, settings: &str, few: u32) {
    let Ok(connection) = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, settings) else { return };
    let mut before = 0;
    for _ in 0..ROUNDS {
        match checkpoint(&connection, "PASSIVE") {
            Ok(pages) if pages.abs_diff(before) > few => before = pages,
            _ => return,
        }
    }
}

/// Copies all and gives the log's room back, if those who look are done in a moment.
fn begin_anew(writer: &Connection) -> rusqlite::Result<u32> {
    writer.busy_timeout(MOMENT)?;
    let copied = checkpoint(writer, "TRUNCATE");
    writer.busy_timeout(BUSY_FOR)?;
    copied
}

/// Lets SQLite copy what `mode` says, and tells how many pages the log has.
fn checkpoint(connection: &Connection, mode: &str) -> rusqlite::Result<u32> {
    let mut statement = connection.prepare_cached(&format!("PRAGMA wal_checkpoint({mode})"))?;
    statement.query_row([], |row| row.get(1))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;
    use crate::store::sqlite::readers::Readers;

    const OURS: &str = "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; \
        CREATE TABLE t (x)";

    struct File {
        writer: Connection,
        readers: Arc<Readers>,
        log: Log,
        folder: tempfile::TempDir,
    }

    fn file() -> File {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.db");
        let writer = Connection::open(&path).unwrap();
        writer.execute_batch(OURS).unwrap();
        let readers = Arc::new(Readers::new(path.clone()));
        File { writer, readers, log: Log::new(path, String::new(), 64), folder }
    }

    impl File {
        /// Writes some ten pages.
        fn commit(&mut self) {
            let readers = self.readers.shelf();
            readers.before_commit();
            self.writer.execute_batch("INSERT INTO t VALUES (randomblob(40000))").unwrap();
            readers.after_commit();
            self.log.has_grown(&self.writer, &readers);
        }

        fn bytes(&self) -> u64 {
            std::fs::metadata(self.folder.path().join("t.db-wal")).unwrap().len()
        }
    }

    #[tokio::test]
    async fn a_task_copies_and_the_writer_ends_it() {
        let mut file = file();
        while file.log.copying.is_none() {
            assert!(file.bytes() < 1_000_000, "nobody copies");
            file.commit();
        }
        file.log.copying.as_mut().unwrap().await.unwrap();
        let before = file.bytes();
        (0..8).for_each(|_| file.commit());
        assert!(file.log.copying.is_none() && file.bytes() <= before + 50_000, "it began anew");
        file.log.rests().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn the_log_stays_short_however_much_is_written() {
        let mut file = file();
        for _ in 0..500 {
            file.commit();
            tokio::task::yield_now().await;
        }
        assert!(file.bytes() < 10_000_000, "{} bytes of 20,000,000", file.bytes());
        file.log.rests().await;
    }

    #[test]
    fn without_a_runtime_the_writer_copies_all() {
        let mut file = file();
        (0..100).for_each(|_| file.commit());
        assert!(file.bytes() < 500_000, "{} bytes of 4,000,000", file.bytes());
    }

    #[test]
    fn it_stays_short_where_somebody_always_looks() {
        let mut file = file();
        let (readers, over) = (Arc::clone(&file.readers), AtomicBool::new(false));
        std::thread::scope(|threads| {
            for _ in 0..3 {
                threads.spawn(|| {
                    while !over.load(Ordering::Relaxed) {
                        let mut reader = readers.reader().unwrap();
                        reader.rows("SELECT sum(length(x)) FROM t", &[], 1).unwrap();
                    }
                });
            }
            (0..500).for_each(|_| file.commit());
            over.store(true, Ordering::Relaxed);
        });
        assert!(file.bytes() < 5_000_000, "{} bytes of 20,000,000", file.bytes());
    }

    #[test]
    fn who_looks_at_an_old_state_lets_the_log_grow_and_nothing_else() {
        let mut file = file();
        let old = Connection::open(file.folder.path().join("t.db")).unwrap();
        old.execute_batch("BEGIN; SELECT count(*) FROM t").unwrap();
        (0..50).for_each(|_| file.commit());
        assert!(file.bytes() > 1_500_000);
        old.execute_batch("COMMIT").unwrap();
        (0..50).for_each(|_| file.commit());
        assert!(file.bytes() < 3_000_000, "it began anew");
        let count: i64 = old.query_row("SELECT count(*) FROM t", [], |row| row.get(0)).unwrap();
        assert_eq!(count, 100);
    }
}
