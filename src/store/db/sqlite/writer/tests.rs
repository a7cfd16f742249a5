//! Turns in a group: one fails, one goes away, one cannot be committed.

use rusqlite::Connection;

use super::*;
use crate::store::db::sqlite::checkpoint::{Checkpointer, LONG_WAL};
use crate::store::db::sqlite::files::Files;
use crate::store::db::sqlite::read_pool::ReadPool;

const ADD: &str = "INSERT INTO t (x) VALUES ($1)";
/// A second one breaks a constraint at once; an odd child breaks one at the commit.
const TABLES: &str = "PRAGMA journal_mode = WAL; CREATE TABLE t (x BIGINT UNIQUE); \
    CREATE TABLE child (x BIGINT REFERENCES t (x) DEFERRABLE INITIALLY DEFERRED)";

struct Table {
    writer: Writer,
    reader: Connection,
    _folder: tempfile::TempDir,
}

fn table() -> Table {
    let folder = tempfile::tempdir().unwrap();
    let open = || {
        let connection = Connection::open(folder.path().join("t.db")).unwrap();
        connection.execute_batch("PRAGMA foreign_keys = ON").unwrap();
        connection
    };
    let first = open();
    first.execute_batch(TABLES).unwrap();
    let path = folder.path().join("t.db");
    let files = Files::of_test(&path);
    let checkpointer = Checkpointer::new(Arc::clone(&files), String::new(), LONG_WAL);
    let readers = Arc::new(ReadPool::new(Arc::clone(&files)));
    let writer = Writer::new(WriterState::new(first, files, readers, checkpointer));
    Table { writer, reader: open(), _folder: folder }
}

impl Table {
    fn committed(&self) -> Vec<i64> {
        let mut statement = self.reader.prepare("SELECT x FROM t ORDER BY x").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }
}

fn add(write: &mut WriteTransaction, text: &str, x: i64) -> Result<(), Fault> {
    write.execute(text, &[Arg::from(x)]).map(drop)
}

/// A turn that is done with, while another waits behind it.
async fn left_open(writer: &Writer, x: i64, behind: &Writer) -> Left {
    let mut write = writer.begin().await;
    add(&mut write, ADD, x).unwrap();
    leave(write, behind).await
}

async fn leave(write: WriteTransaction, behind: &Writer) -> Left {
    let waiting = Waiting::behind(behind);
    let told = tokio::spawn(write.commit());
    // The group grows when the turn has left the writer.
    drop(Arc::clone(&behind.0.state).lock_owned().await);
    waiting.ends();
    told
}
type Left = tokio::task::JoinHandle<Result<(), Fault>>;

#[tokio::test]
async fn turns_share_a_commit_and_are_told_after_it() {
    let t = table();
    let first = left_open(&t.writer, 1, &t.writer).await;
    let second = left_open(&t.writer, 2, &t.writer).await;
    assert_eq!(t.committed(), [0; 0]);
    assert!(!first.is_finished() && !second.is_finished());
    let mut last = t.writer.begin().await;
    add(&mut last, ADD, 3).unwrap();
    last.commit().await.unwrap();
    assert_eq!(t.committed(), [1, 2, 3]);
    assert_eq!((first.await.unwrap(), second.await.unwrap()), (Ok(()), Ok(())));
}

#[tokio::test]
async fn a_failing_turn_takes_back_its_own_work_alone() {
    let t = table();
    let first = left_open(&t.writer, 1, &t.writer).await;
    for _ in 0..2 {
        let mut failing = t.writer.begin().await;
        add(&mut failing, ADD, 2).unwrap();
        let waiting = Waiting::behind(&t.writer);
        assert!(add(&mut failing, ADD, 1).is_err());
        let undone = tokio::spawn(failing.rollback());
        drop(Arc::clone(&t.writer.0.state).lock_owned().await);
        waiting.ends();
        assert!(!undone.is_finished());
    }
    let mut last = t.writer.begin().await;
    add(&mut last, ADD, 3).unwrap();
    last.commit().await.unwrap();
    assert_eq!(first.await.unwrap(), Ok(()));
    assert_eq!((t.committed(), t.writer.rollback_epoch()), (vec![1, 3], 0));
}

#[tokio::test]
async fn a_turn_that_fails_alone_leaves_nothing_behind() {
    let t = table();
    let mut failing = t.writer.begin().await;
    add(&mut failing, ADD, 1).unwrap();
    failing.rollback().await.unwrap();
    let mut next = t.writer.begin().await;
    add(&mut next, ADD, 2).unwrap();
    next.commit().await.unwrap();
    assert_eq!(t.committed(), [2]);
}

/// A panic drops the write. The group is committed although nobody comes after.
#[tokio::test]
async fn a_turn_that_goes_away_is_taken_back_and_the_others_are_committed() {
    let t = table();
    let first = left_open(&t.writer, 1, &t.writer).await;
    let mut gone = t.writer.begin().await;
    add(&mut gone, ADD, 2).unwrap();
    drop(gone);
    assert_eq!(first.await.unwrap(), Ok(()));
    assert_eq!(t.committed(), [1]);
}

/// Somebody counts on one who waits, and that one gives up.
#[tokio::test]
async fn a_group_is_committed_when_the_one_behind_it_gives_up() {
    let t = table();
    let mut write = t.writer.begin().await;
    add(&mut write, ADD, 1).unwrap();
    let waiting = Waiting::behind(&t.writer);
    let left = tokio::spawn(write.commit());
    drop(Arc::clone(&t.writer.0.state).lock_owned().await);
    drop(waiting);
    assert_eq!(left.await.unwrap(), Ok(()));
    assert_eq!(t.committed(), [1]);
}

const ODD: &str = "INSERT INTO child (x) VALUES ($1)";

/// The commit is the first to see it: who wrote it is not known any more.
#[tokio::test]
async fn everyone_is_told_when_the_commit_fails() {
    let t = table();
    let first = left_open(&t.writer, 1, &t.writer).await;
    let mut write = t.writer.begin().await;
    add(&mut write, ODD, 9).unwrap();
    let odd = leave(write, &t.writer).await;
    let mut last = t.writer.begin().await;
    add(&mut last, ADD, 3).unwrap();
    assert!(last.commit().await.is_err());
    assert!(first.await.unwrap().is_err() && odd.await.unwrap().is_err());
    assert_eq!(t.committed(), [0; 0]);
    assert!(t.writer.rollback_epoch() > 0);
    let mut next = t.writer.begin().await;
    add(&mut next, ADD, 4).unwrap();
    next.commit().await.unwrap();
    assert_eq!(t.committed(), [4]);
}

#[tokio::test]
async fn the_last_turn_fails_alone_if_the_others_can_be_committed() {
    let t = table();
    let first = left_open(&t.writer, 1, &t.writer).await;
    let mut last = t.writer.begin().await;
    add(&mut last, ADD, 2).unwrap();
    add(&mut last, ODD, 9).unwrap();
    assert!(last.commit().await.is_err());
    assert_eq!(first.await.unwrap(), Ok(()));
    assert_eq!((t.committed(), t.writer.rollback_epoch()), (vec![1], 1));
}

/// A full disk fails the turn that fills it. SQLite keeps the others, or tells that it does not.
#[tokio::test]
async fn a_turn_that_fills_the_disk_fails_alone() {
    let t = table();
    let first = left_open(&t.writer, 1, &t.writer).await;
    let mut full = t.writer.begin().await;
    full.rows("PRAGMA max_page_count = 1", &[], 1).unwrap();
    let large = "INSERT INTO t (x) WITH RECURSIVE n (x) AS (SELECT 10 UNION ALL \
        SELECT x + 1 FROM n LIMIT 100000) SELECT x + $1 FROM n";
    assert!(add(&mut full, large, 0).is_err());
    assert!(add(&mut full, ADD, 2).is_err(), "a turn that failed does not go on");
    full.rollback().await.unwrap();
    assert_eq!(first.await.unwrap(), Ok(()));
    assert_eq!(t.committed(), [1]);
    let mut next = t.writer.begin().await;
    next.rows("PRAGMA max_page_count = 1000000", &[], 1).unwrap();
    add(&mut next, ADD, 5).unwrap();
    next.commit().await.unwrap();
    assert_eq!(t.committed(), [1, 5]);
}

/// SQLite rolls back by itself when it must: nobody of the group is told of success.
#[tokio::test]
async fn everyone_is_told_when_sqlite_rolls_back_by_itself() {
    let t = table();
    for fails_in_reading in [false, true] {
        let before = t.writer.rollback_epoch();
        let first = left_open(&t.writer, 1, &t.writer).await;
        let mut last = t.writer.begin().await;
        if !fails_in_reading {
            add(&mut last, ADD, 2).unwrap();
        }
        assert!(last.rows("SELECT x FROM nothing", &[], 1).is_err());
        last.state.connection().unwrap().execute_batch("ROLLBACK").unwrap();
        assert!(last.rollback().await.is_err());
        assert!(first.await.unwrap().is_err());
        assert_eq!((t.committed(), t.writer.rollback_epoch()), (vec![], before + 1));
    }
    let mut next = t.writer.begin().await;
    add(&mut next, ADD, 4).unwrap();
    next.commit().await.unwrap();
    assert_eq!(t.committed(), [4]);
}

#[tokio::test]
async fn closing_commits_what_is_open() {
    let t = table();
    let first = left_open(&t.writer, 1, &t.writer).await;
    t.writer.close().await;
    assert_eq!(first.await.unwrap(), Ok(()));
    assert_eq!(t.committed(), [1]);
    assert!(add(&mut t.writer.begin().await, ADD, 2).is_err());
}
