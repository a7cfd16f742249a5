//! Turns in a group: one fails, one goes away, one cannot be committed.

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, query_scalar};

use super::*;

const ADD: &str = "INSERT INTO t (x) VALUES ($1)";
/// A second one breaks a constraint at once; an odd child breaks one at the commit.
const TABLES: &str = "PRAGMA journal_mode = WAL; CREATE TABLE t (x BIGINT UNIQUE); \
    CREATE TABLE child (x BIGINT REFERENCES t (x) DEFERRABLE INITIALLY DEFERRED)";

struct Table {
    writer: Writer,
    reader: SqliteConnection,
    _folder: tempfile::TempDir,
}

async fn table() -> Table {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteConnectOptions::new().filename(folder.path().join("t.db"));
    let options = options.create_if_missing(true);
    let mut first = options.connect().await.unwrap();
    sqlx::raw_sql(TABLES).execute(&mut first).await.unwrap();
    let reader = options.connect().await.unwrap();
    Table { writer: Writer::new(first), reader, _folder: folder }
}

impl Table {
    async fn committed(&mut self) -> Vec<i64> {
        query_scalar("SELECT x FROM t ORDER BY x").fetch_all(&mut self.reader).await.unwrap()
    }
}

async fn add(seat: &mut Seat, text: &'static str, x: i64) -> Result<(), Fault> {
    let (text, args, connection) = seat.send(text, &[Arg::from(x)])?;
    let done = sqlx::query_with(text, args).execute(connection).await;
    seat.came(done).map(drop)
}

/// A turn that is done with, while another waits behind it.
async fn left_open(writer: &Writer, x: i64, behind: &Writer) -> Left {
    let mut seat = writer.seat().await;
    add(&mut seat, ADD, x).await.unwrap();
    leave(seat, behind).await
}

async fn leave(seat: Seat, behind: &Writer) -> Left {
    let waiting = Waiting::behind(behind);
    let told = tokio::spawn(seat.commit());
    // The group grows when the turn has left its seat.
    drop(Arc::clone(&behind.0.desk).lock_owned().await);
    waiting.ends();
    told
}
type Left = tokio::task::JoinHandle<Result<(), Fault>>;

#[tokio::test]
async fn turns_share_a_commit_and_are_told_after_it() {
    let mut t = table().await;
    let first = left_open(&t.writer, 1, &t.writer).await;
    let second = left_open(&t.writer, 2, &t.writer).await;
    assert_eq!(t.committed().await, [0; 0]);
    assert!(!first.is_finished() && !second.is_finished());
    let mut last = t.writer.seat().await;
    add(&mut last, ADD, 3).await.unwrap();
    last.commit().await.unwrap();
    assert_eq!(t.committed().await, [1, 2, 3]);
    assert_eq!((first.await.unwrap(), second.await.unwrap()), (Ok(()), Ok(())));
}

#[tokio::test]
async fn a_failing_turn_takes_back_its_own_work_alone() {
    let mut t = table().await;
    let first = left_open(&t.writer, 1, &t.writer).await;
    for _ in 0..2 {
        let mut failing = t.writer.seat().await;
        add(&mut failing, ADD, 2).await.unwrap();
        let waiting = Waiting::behind(&t.writer);
        assert!(add(&mut failing, ADD, 1).await.is_err());
        let undone = tokio::spawn(failing.undo());
        drop(Arc::clone(&t.writer.0.desk).lock_owned().await);
        waiting.ends();
        assert!(!undone.is_finished());
    }
    let mut last = t.writer.seat().await;
    add(&mut last, ADD, 3).await.unwrap();
    last.commit().await.unwrap();
    assert_eq!(first.await.unwrap(), Ok(()));
    assert_eq!((t.committed().await, t.writer.lost()), (vec![1, 3], 0));
}

#[tokio::test]
async fn a_turn_that_fails_alone_leaves_nothing_behind() {
    let mut t = table().await;
    let mut failing = t.writer.seat().await;
    add(&mut failing, ADD, 1).await.unwrap();
    failing.undo().await.unwrap();
    let mut next = t.writer.seat().await;
    add(&mut next, ADD, 2).await.unwrap();
    next.commit().await.unwrap();
    assert_eq!(t.committed().await, [2]);
}

/// A panic drops the seat. The group is committed although nobody comes after.
#[tokio::test]
async fn a_turn_that_goes_away_is_taken_back_and_the_others_are_committed() {
    let mut t = table().await;
    let first = left_open(&t.writer, 1, &t.writer).await;
    let mut gone = t.writer.seat().await;
    add(&mut gone, ADD, 2).await.unwrap();
    drop(gone);
    assert_eq!(first.await.unwrap(), Ok(()));
    assert_eq!(t.committed().await, [1]);
}

/// Somebody counts on one who waits, and that one gives up.
#[tokio::test]
async fn a_group_is_committed_when_the_one_behind_it_gives_up() {
    let mut t = table().await;
    let mut seat = t.writer.seat().await;
    add(&mut seat, ADD, 1).await.unwrap();
    let waiting = Waiting::behind(&t.writer);
    let left = tokio::spawn(seat.commit());
    drop(Arc::clone(&t.writer.0.desk).lock_owned().await);
    drop(waiting);
    assert_eq!(left.await.unwrap(), Ok(()));
    assert_eq!(t.committed().await, [1]);
}

const ODD: &str = "INSERT INTO child (x) VALUES ($1)";

/// The commit is the first to see it: who wrote it is not known any more.
#[tokio::test]
async fn everyone_is_told_when_the_commit_fails() {
    let mut t = table().await;
    let first = left_open(&t.writer, 1, &t.writer).await;
    let mut seat = t.writer.seat().await;
    add(&mut seat, ODD, 9).await.unwrap();
    let odd = leave(seat, &t.writer).await;
    let mut last = t.writer.seat().await;
    add(&mut last, ADD, 3).await.unwrap();
    assert!(last.commit().await.is_err());
    assert!(first.await.unwrap().is_err() && odd.await.unwrap().is_err());
    assert_eq!(t.committed().await, [0; 0]);
    assert!(t.writer.lost() > 0);
    let mut next = t.writer.seat().await;
    add(&mut next, ADD, 4).await.unwrap();
    next.commit().await.unwrap();
    assert_eq!(t.committed().await, [4]);
}

#[tokio::test]
async fn the_last_turn_fails_alone_if_the_others_can_be_committed() {
    for text in [ODD, ADD] {
        let mut t = table().await;
        let first = left_open(&t.writer, 1, &t.writer).await;
        let mut last = t.writer.seat().await;
        last.later(ADD, &[Arg::from(2)]).await.unwrap();
        last.later(text, &[Arg::from(if text == ODD { 9 } else { 1 })]).await.unwrap();
        assert!(last.commit().await.is_err());
        assert_eq!(first.await.unwrap(), Ok(()));
        assert_eq!((t.committed().await, t.writer.lost()), (vec![1], 1));
    }
}

#[tokio::test]
async fn what_waits_travels_with_the_next_statement_or_the_commit() {
    let mut t = table().await;
    let between = "INSERT INTO t (x) SELECT $1 + 100 WHERE $2 > $1";
    for (from, together) in [(0, 3_i64), (1000, 30)] {
        let mut seat = t.writer.seat().await;
        for x in from..from + together {
            seat.later(between, &[Arg::from(x), Arg::from(x + 1)]).await.unwrap();
        }
        let (text, args, c) =
            seat.send("SELECT count(*) FROM t WHERE x > $1", &[Arg::from(from)]).unwrap();
        let count: i64 = sqlx::query_scalar_with(text, args).fetch_one(c).await.unwrap();
        assert_eq!(count, together);
        seat.later(ADD, &[Arg::from(from)]).await.unwrap();
        seat.commit().await.unwrap();
        assert_eq!(t.committed().await.len(), usize::try_from(together + 1 + from / 250).unwrap());
    }
    let mut failing = t.writer.seat().await;
    failing.later(ADD, &[Arg::from(5)]).await.unwrap();
    failing.later(ADD, &[Arg::from(1000)]).await.unwrap();
    assert!(failing.commit().await.is_err());
    let mut gone = t.writer.seat().await;
    gone.later(ADD, &[Arg::from(6)]).await.unwrap();
    drop(gone);
    t.writer.seat().await.commit().await.unwrap();
    assert_eq!(t.committed().await.len(), 35);
}

/// A full disk may make SQLite roll back by itself: nobody of the group is told of success.
#[tokio::test]
async fn everyone_is_told_when_the_disk_is_full() {
    let mut t = table().await;
    let first = left_open(&t.writer, 1, &t.writer).await;
    let mut full = t.writer.seat().await;
    add(&mut full, "PRAGMA max_page_count = 1", 0).await.unwrap();
    let large = "INSERT INTO t (x) WITH RECURSIVE n (x) AS (SELECT 10 UNION ALL \
        SELECT x + 1 FROM n LIMIT 100000) SELECT x + $1 FROM n";
    assert!(add(&mut full, large, 0).await.is_err());
    assert!(full.undo().await.is_ok());
    assert!(first.await.unwrap().is_err());
    let mut next = t.writer.seat().await;
    add(&mut next, "PRAGMA max_page_count = 1000000", 0).await.unwrap();
    add(&mut next, ADD, 5).await.unwrap();
    next.commit().await.unwrap();
    assert_eq!(t.committed().await, [5]);
}

#[tokio::test]
async fn closing_commits_what_is_open() {
    let mut t = table().await;
    let first = left_open(&t.writer, 1, &t.writer).await;
    t.writer.close().await;
    assert_eq!(first.await.unwrap(), Ok(()));
    assert_eq!(t.committed().await, [1]);
    assert!(add(&mut t.writer.seat().await, ADD, 2).await.is_err());
}
