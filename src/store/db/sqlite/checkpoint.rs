//! Checkpoints: when the WAL is copied into the database file, and by whom.
//!
//! A checkpoint takes as long as a hundred turns, mostly to wait for the disk, so a task of its own
//! does it while turns go on. The writer copies what is left between two turns: then nobody adds to
//! the WAL, and if nobody reads an older snapshot either, the next commit begins it anew. If
//! somebody always does, the writer waits for a moment.
//!
//! ```text
//!   short ── LONG_WAL pages ──► a task copies ── done, a commit ──► the writer copies the rest
//!     ▲                                                                 │            │
//!     ├── nobody reads an old snapshot ◄────────────────────────────────┘            │
//!     └── TRUNCATE within a MOMENT ◄── MUCH times as long, almost all copied ◄───────┘
//! ```

use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::store::db::sqlite::connection::{BUSY_FOR, connect};
use crate::store::db::sqlite::files::Files;
use crate::store::db::sqlite::read_pool::ReadPool;

/// A WAL of so many pages is copied: 32 MiB.
pub(super) const LONG_WAL: u32 = 4096;
/// A part of that is little: the writer copies it itself.
const PARTS: u32 = 16;
/// So many times as long is much too long.
const MUCH: u32 = 2;
/// It is worth waiting then if all but this part is copied: nobody reads a snapshot of long ago.
const ALMOST: u32 = 4;
/// So long the writer waits. Reads are done in less, as a rule.
const MOMENT: Duration = Duration::from_millis(20);
/// The task copies what is written meanwhile, but not for ever.
const ROUNDS: usize = 8;

/// Decides after each commit whether the WAL is copied.
#[derive(Debug)]
pub(super) struct Checkpointer {
    files: Arc<Files>,
    /// The settings of the writer's connection besides the common ones.
    settings: String,
    /// The WAL is copied when it has so many pages.
    long: u32,
    /// It is left alone until it has so many: an old snapshot keeps it from beginning anew.
    until: u32,
    task: Option<JoinHandle<()>>,
}

impl Checkpointer {
    pub(super) const fn new(files: Arc<Files>, settings: String, long: u32) -> Self {
        Self { files, settings, long, until: long, task: None }
    }

    pub(super) fn after_commit(&mut self, writer: &Connection, readers: &ReadPool) {
        let Ok(Some(wal)) = checkpoint(writer, "NOOP") else { return };
        if wal.pages < self.long {
            self.until = self.long;
        }
        if wal.pages < self.until || self.task.as_ref().is_some_and(|task| !task.is_finished()) {
            return;
        }
        match (self.task.take(), Handle::try_current()) {
            (None, Ok(runtime)) => {
                let (files, settings) = (Arc::clone(&self.files), self.settings.clone());
                let few = self.long / PARTS;
                self.task = Some(runtime.spawn_blocking(move || copy(&files, &settings, few)));
            }
            _ => self.copy_rest(writer, readers, wal.pages),
        }
    }

    fn copy_rest(&mut self, writer: &Connection, readers: &ReadPool, pages: u32) {
        // Nothing helps while somebody reads a snapshot of long ago: it is tried ever more rarely.
        self.until = pages + pages / PARTS;
        let files = Arc::clone(&self.files);
        let tried = files.while_copying(|| {
            checkpoint(writer, "PASSIVE").and_then(|copied| match copied {
                Some(now) if pages >= MUCH * self.long && now.left() <= self.long / ALMOST => {
                    self.until = pages + self.long / PARTS;
                    readers.without_snapshots(|| truncate(writer))
                }
                _ => Ok(copied),
            })
        });
        if let Ok(Err(error)) = tried {
            tracing::warn!(%error, "the WAL cannot be copied into the database file");
        }
    }

    /// Waits for the task, if there is one.
    pub(super) async fn finish(&mut self) {
        if let Some(task) = self.task.take() {
            // What it did not copy stays in the WAL.
            let _ = task.await;
        }
    }
}

/// Copies until little is left. What goes wrong is left to the writer, which says what it was.
fn copy(files: &Files, settings: &str, few: u32) {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
    let Ok(()) = files.check_places() else { return };
    let Ok(connection) = connect(files.path(), flags, settings) else { return };
    let mut before = 0;
    for _ in 0..ROUNDS {
        let copied = files.while_copying(|| checkpoint(&connection, "PASSIVE"));
        match copied.unwrap_or(Ok(None)) {
            Ok(Some(Wal { pages, .. })) if pages.abs_diff(before) > few => before = pages,
            _ => return,
        }
    }
}

/// Copies all and gives the WAL's room back, if those who read are done in a moment.
fn truncate(writer: &Connection) -> rusqlite::Result<Option<Wal>> {
    writer.busy_timeout(MOMENT)?;
    let tried = checkpoint(writer, "TRUNCATE");
    writer.busy_timeout(BUSY_FOR)?;
    tried
}

/// How many pages a WAL has, and how many of them were copied.
#[derive(Debug, Clone, Copy)]
struct Wal {
    pages: u32,
    copied: u32,
}

impl Wal {
    const fn left(self) -> u32 {
        self.pages.saturating_sub(self.copied)
    }
}

/// Runs a checkpoint, and tells how the WAL is then; none while another program runs one.
fn checkpoint(connection: &Connection, mode: &str) -> rusqlite::Result<Option<Wal>> {
    let mut statement = connection.prepare_cached(&format!("PRAGMA wal_checkpoint({mode})"))?;
    let (pages, copied): (i64, i64) =
        statement.query_row([], |row| Ok((row.get(1)?, row.get(2)?)))?;
    let count = |number: i64| u32::try_from(number).ok();
    Ok(count(pages).zip(count(copied)).map(|(pages, copied)| Wal { pages, copied }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; \
        CREATE TABLE t (x)";

    struct File {
        writer: Connection,
        readers: Arc<ReadPool>,
        checkpointer: Checkpointer,
        folder: tempfile::TempDir,
    }

    fn file() -> File {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.db");
        let writer = Connection::open(&path).unwrap();
        writer.execute_batch(OURS).unwrap();
        let files = Files::of_test(&path);
        let readers = Arc::new(ReadPool::new(Arc::clone(&files)));
        File { writer, readers, checkpointer: Checkpointer::new(files, String::new(), 64), folder }
    }

    impl File {
        /// Writes some ten pages, and tells how many bytes the WAL has then.
        fn commit(&mut self) -> u64 {
            let insert = "BEGIN; INSERT INTO t VALUES (randomblob(40000))";
            self.writer.execute_batch(insert).unwrap();
            self.readers.before_commit();
            self.writer.execute_batch("COMMIT").unwrap();
            self.readers.after_commit();
            self.checkpointer.after_commit(&self.writer, &self.readers);
            self.bytes()
        }

        fn bytes(&self) -> u64 {
            std::fs::metadata(self.folder.path().join("t.db-wal")).unwrap().len()
        }
    }

    #[tokio::test]
    async fn a_task_copies_and_the_writer_ends_it() {
        let mut file = file();
        while file.checkpointer.task.is_none() {
            assert!(file.bytes() < 1_000_000, "nobody copies");
            file.commit();
        }
        file.checkpointer.task.as_mut().unwrap().await.unwrap();
        let before = file.bytes();
        for _ in 0..8 {
            file.commit();
        }
        assert!(
            file.checkpointer.task.is_none() && file.bytes() <= before + 50_000,
            "it began anew"
        );
        file.checkpointer.finish().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn the_log_stays_short_however_much_is_written() {
        let mut file = file();
        for n in 0..500 {
            let bytes = file.commit();
            assert!(bytes < 5_000_000, "{bytes} bytes of 20,000,000");
            if n % 20 == 0 {
                file.checkpointer.finish().await;
            }
        }
        file.checkpointer.finish().await;
    }

    #[test]
    fn without_a_runtime_the_writer_copies_all() {
        let mut file = file();
        let most = (0..100).map(|_| file.commit()).max().unwrap();
        assert!(most < 500_000, "{most} bytes of 4,000,000");
    }

    #[test]
    fn it_becomes_short_again_where_somebody_always_reads() {
        let mut file = file();
        file.checkpointer.long = 256;
        let readers = Arc::clone(&file.readers);
        let writing = std::thread::spawn(move || {
            let bytes: Vec<u64> = (0..500).map(|_| file.commit()).collect();
            let patience = "PRAGMA busy_timeout";
            (
                !bytes.is_sorted(),
                file.writer.query_row(patience, [], |row| row.get::<_, i64>(0)).unwrap(),
            )
        });
        std::thread::scope(|threads| {
            for _ in 0..3 {
                threads.spawn(|| {
                    while !writing.is_finished() {
                        let mut reader = readers.take().unwrap();
                        reader
                            .rows("SELECT sum(length(x)) FROM t WHERE rowid < 20", &[], 1)
                            .unwrap();
                    }
                });
            }
        });
        let (fell, patience) = writing.join().unwrap();
        assert!(fell, "the WAL's room was given back");
        assert_eq!(patience, 5000, "after it has waited it is as it was");
    }

    #[test]
    fn an_old_snapshot_lets_the_wal_grow_and_nothing_else() {
        let mut file = file();
        let old = Connection::open(file.folder.path().join("t.db")).unwrap();
        old.execute_batch("BEGIN; SELECT count(*) FROM t").unwrap();
        assert!((0..50).all(|_| file.commit() < 3_000_000) && file.bytes() > 1_500_000);
        old.execute_batch("COMMIT").unwrap();
        assert!((0..50).all(|_| file.commit() < 3_000_000), "it began anew");
        let count: i64 = old.query_row("SELECT count(*) FROM t", [], |row| row.get(0)).unwrap();
        assert_eq!(count, 100);
    }
}
