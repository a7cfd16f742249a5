//! The log of a file, which grows with every commit, and who copies it into the file.
//!
//! To copy it takes as long as a hundred turns, mostly to wait for the disk, so a task of its own
//! does it while turns go on. When little is left, the writer copies the rest between two turns:
//! then nobody adds to the log, and if nobody looks at an older state either, all of it is in the
//! file, and it begins anew. If somebody always does, the log grows until it is worth a moment:
//! the writer waits for those who look, and who is done meanwhile keeps no snapshot.

use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::store::sqlite::files::Files;
use crate::store::sqlite::shelf::Shelf;
use crate::store::sqlite::{BUSY_FOR, connect};

/// A log of so many pages is copied: 32 MiB.
pub(super) const LONG: u32 = 4096;
/// A part of that is little: the writer copies it itself.
const PARTS: u32 = 16;
/// So many times as long is much too long.
const MUCH: u32 = 2;
/// It is worth waiting then if all but this part is copied: nobody looks at a state of long ago.
const ALMOST: u32 = 4;
/// So long the writer waits. Who looks is done in less, as a rule.
const MOMENT: Duration = Duration::from_millis(20);
/// The task copies what is written meanwhile, but not for ever.
const ROUNDS: usize = 8;

/// The log of a file.
#[derive(Debug)]
pub(super) struct Log {
    files: Arc<Files>,
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
    pub(super) const fn new(files: Arc<Files>, settings: String, long: u32) -> Self {
        Self { files, settings, long, until: long, copying: None }
    }

    /// After each commit of the writer.
    pub(super) fn has_grown(&mut self, writer: &Connection, readers: &Shelf) {
        let Ok(Some(grown)) = checkpoint(writer, "NOOP") else { return };
        if grown.pages < self.long {
            self.until = self.long;
        }
        if grown.pages < self.until || self.copying.as_ref().is_some_and(|task| !task.is_finished())
        {
            return;
        }
        match (self.copying.take(), Handle::try_current()) {
            (None, Ok(runtime)) => {
                let (files, settings) = (Arc::clone(&self.files), self.settings.clone());
                let few = self.long / PARTS;
                self.copying = Some(runtime.spawn_blocking(move || copy(&files, &settings, few)));
            }
            _ => self.copy_rest(writer, readers, grown.pages),
        }
    }

    fn copy_rest(&mut self, writer: &Connection, readers: &Shelf, pages: u32) {
        // Nothing helps while somebody looks at a state of long ago: it is tried ever more rarely.
        self.until = pages + pages / PARTS;
        let files = Arc::clone(&self.files);
        let tried = files.while_copying(|| {
            checkpoint(writer, "PASSIVE").and_then(|copied| match copied {
                Some(now) if pages >= MUCH * self.long && now.left() <= self.long / ALMOST => {
                    self.until = pages + self.long / PARTS;
                    readers.without_snapshots(|| begin_anew(writer))
                }
                _ => Ok(copied),
            })
        });
        if let Ok(Err(error)) = tried {
            tracing::warn!(%error, "the log cannot be copied into the database file");
        }
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
fn copy(files: &Files, settings: &str, few: u32) {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
    let Ok(()) = files.check_places() else { return };
    let Ok(connection) = connect(files.path(), flags, settings) else { return };
    let mut before = 0;
    for _ in 0..ROUNDS {
        let copied = files.while_copying(|| checkpoint(&connection, "PASSIVE"));
        match copied.unwrap_or(Ok(None)) {
            Ok(Some(Grown { pages, .. })) if pages.abs_diff(before) > few => before = pages,
            _ => return,
        }
    }
}

/// Copies all and gives the log's room back, if those who look are done in a moment.
fn begin_anew(writer: &Connection) -> rusqlite::Result<Option<Grown>> {
    writer.busy_timeout(MOMENT)?;
    let tried = checkpoint(writer, "TRUNCATE");
    writer.busy_timeout(BUSY_FOR)?;
    tried
}

/// How many pages a log has, and how many of them were copied.
#[derive(Debug, Clone, Copy)]
struct Grown {
    pages: u32,
    copied: u32,
}

impl Grown {
    const fn left(self) -> u32 {
        self.pages.saturating_sub(self.copied)
    }
}

/// Lets SQLite copy what `mode` says, and tells how it stands then; none while another program is
/// about it.
fn checkpoint(connection: &Connection, mode: &str) -> rusqlite::Result<Option<Grown>> {
    let mut statement = connection.prepare_cached(&format!("PRAGMA wal_checkpoint({mode})"))?;
    let (pages, copied): (i64, i64) =
        statement.query_row([], |row| Ok((row.get(1)?, row.get(2)?)))?;
    let count = |number: i64| u32::try_from(number).ok();
    Ok(count(pages).zip(count(copied)).map(|(pages, copied)| Grown { pages, copied }))
}

#[cfg(test)]
mod tests {
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
        let files = Files::of_test(&path);
        let readers = Arc::new(Readers::new(Arc::clone(&files)));
        File { writer, readers, log: Log::new(files, String::new(), 64), folder }
    }

    impl File {
        /// Writes some ten pages, and tells how many bytes the log has then.
        fn commit(&mut self) -> u64 {
            let readers = self.readers.shelf();
            readers.before_commit();
            self.writer.execute_batch("INSERT INTO t VALUES (randomblob(40000))").unwrap();
            readers.after_commit();
            self.log.has_grown(&self.writer, &readers);
            self.bytes()
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
        for _ in 0..8 {
            file.commit();
        }
        assert!(file.log.copying.is_none() && file.bytes() <= before + 50_000, "it began anew");
        file.log.rests().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn the_log_stays_short_however_much_is_written() {
        let mut file = file();
        for n in 0..500 {
            let bytes = file.commit();
            assert!(bytes < 5_000_000, "{bytes} bytes of 20,000,000");
            if n % 20 == 0 {
                file.log.rests().await;
            }
        }
        file.log.rests().await;
    }

    #[test]
    fn without_a_runtime_the_writer_copies_all() {
        let mut file = file();
        let most = (0..100).map(|_| file.commit()).max().unwrap();
        assert!(most < 500_000, "{most} bytes of 4,000,000");
    }

    #[test]
    fn it_becomes_short_again_where_somebody_always_looks() {
        let mut file = file();
        file.log.long = 256;
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
                        let mut reader = readers.reader().unwrap();
                        reader
                            .rows("SELECT sum(length(x)) FROM t WHERE rowid < 20", &[], 1)
                            .unwrap();
                    }
                });
            }
        });
        let (fell, patience) = writing.join().unwrap();
        assert!(fell, "the log's room was given back");
        assert_eq!(patience, 5000, "after it has waited it is as it was");
    }

    #[test]
    fn who_looks_at_an_old_state_lets_the_log_grow_and_nothing_else() {
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
