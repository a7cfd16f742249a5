//! A database file that is moved, replaced, deleted or written while it is open.

use std::process::Command;

use rstest::rstest;
use tempfile::TempDir;

use super::*;
use crate::store::db::sqlite::Sqlite;

const COUNT: &str = "SELECT count(*) FROM t";

impl Files {
    /// Those of a database that stays open until the end of all tests.
    pub(in crate::store::db::sqlite) fn of_test(path: &Path) -> Arc<Self> {
        let file = std::mem::ManuallyDrop::new(Arc::new(File::open(path).unwrap()));
        Self::new(path, &file).unwrap()
    }
}

struct Open {
    sqlite: Sqlite,
    folder: TempDir,
}

/// A kept database with a table of one row, and a backup of it from before.
async fn open() -> Open {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("market")).unwrap();
    let sqlite = Sqlite::open(&folder.path().join("market/m.db")).unwrap();
    let open = Open { sqlite, folder };
    open.backup();
    open.write("CREATE TABLE t (x)").await.unwrap();
    open.write("INSERT INTO t VALUES (1)").await.unwrap();
    open
}

impl Open {
    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn backup(&self) {
        let connection = Connection::open(self.at("market/m.db")).unwrap();
        let backup = self.at("backup.db");
        connection.execute("VACUUM INTO ?1", [backup.to_str().unwrap()]).unwrap();
    }

    async fn write(&self, text: &str) -> Result<(), Fault> {
        let mut write = self.sqlite.writer.begin().await;
        write.execute(text, &[])?;
        write.commit().await
    }
}

fn rows(path: &Path) -> Option<i64> {
    Connection::open(path).unwrap().query_row(COUNT, [], |row| row.get(0)).ok()
}

/// What is done to the files, and where the database then is whose work must be complete.
type Attack = fn(&Open) -> Option<PathBuf>;

#[rstest]
#[case::moved(|open: &Open| {
    fs::rename(open.at("market/m.db"), open.at("elsewhere.db")).unwrap();
    Some(open.at("elsewhere.db"))
})]
#[case::deleted(|open: &Open| {
    fs::remove_file(open.at("market/m.db")).unwrap();
    None
})]
#[case::replaced_by_a_backup(|open: &Open| {
    fs::rename(open.at("market/m.db"), open.at("elsewhere.db")).unwrap();
    fs::copy(open.at("backup.db"), open.at("market/m.db")).unwrap();
    Some(open.at("elsewhere.db"))
})]
#[case::replaced_by_a_link(|open: &Open| {
    fs::rename(open.at("market/m.db"), open.at("elsewhere.db")).unwrap();
    std::os::unix::fs::symlink(open.at("backup.db"), open.at("market/m.db")).unwrap();
    Some(open.at("elsewhere.db"))
})]
#[case::folder_moved(|open: &Open| {
    fs::rename(open.at("market"), open.at("moved")).unwrap();
    Some(open.at("moved/m.db"))
})]
#[case::folder_deleted(|open: &Open| {
    fs::remove_dir_all(open.at("market")).unwrap();
    None
})]
#[case::overwritten_by_a_backup(|open: &Open| {
    fs::copy(open.at("backup.db"), open.at("market/m.db")).unwrap();
    None
})]
#[case::overwritten_behind_a_checkpoint(|open: &Open| {
    let checkpoint = "PRAGMA wal_checkpoint(PASSIVE)";
    let connection = Connection::open(open.at("market/m.db")).unwrap();
    let copied = open.sqlite.files.while_copying(|| {
        connection.query_row(checkpoint, [], |row| row.get::<_, i64>(2)).unwrap()
    });
    assert!(copied.unwrap() > 0);
    fs::copy(open.at("backup.db"), open.at("market/m.db")).unwrap();
    None
})]
#[case::overwritten_by_as_many_bytes(|open: &Open| {
    let length = fs::metadata(open.at("market/m.db")).unwrap().len();
    fs::write(open.at("market/m.db"), vec![b'x'; usize::try_from(length).unwrap()]).unwrap();
    None
})]
#[tokio::test]
async fn no_write_is_answered_once_the_file_is_another(#[case] attack: Attack) {
    let open = open().await;
    let mut early = open.sqlite.readers.take().unwrap();
    let complete = attack(&open);
    let refused = open.write("INSERT INTO t VALUES (2)").await;
    assert!(matches!(refused, Err(Fault::Service(_))), "{refused:?}");
    assert!(open.sqlite.file_change().is_some());
    assert!(open.write("INSERT INTO t VALUES (4)").await.is_err());
    assert!(open.sqlite.readers.take().is_err());
    // Who was reading before may end.
    let _ = early.rows(COUNT, &[], 1);
    drop(early);
    open.sqlite.close().await;
    if let Some(path) = complete {
        assert_eq!(rows(&path), Some(2), "what was committed is in the file that was opened");
    }
}

#[tokio::test]
async fn a_restored_backup_stays_as_it_was_restored() {
    for in_place in [true, false] {
        let open = open().await;
        if !in_place {
            fs::remove_file(open.at("market/m.db")).unwrap();
        }
        fs::copy(open.at("backup.db"), open.at("market/m.db")).unwrap();
        assert!(open.write("INSERT INTO t VALUES (2)").await.is_err());
        open.sqlite.close().await;
        let restored = fs::read(open.at("market/m.db")).unwrap();
        assert!(restored == fs::read(open.at("backup.db")).unwrap(), "in place: {in_place}");
        assert_eq!(rows(&open.at("market/m.db")), None, "the old log is not read into it");
        assert_eq!(open.at("market/m.db-wal-aside-1").exists(), in_place);
    }
}

#[rstest]
#[case::database_deleted("m.db", None)]
#[case::log_deleted("m.db-wal", Some(1))]
#[case::shared_memory_deleted("m.db-shm", Some(1))]
#[tokio::test]
async fn it_is_noticed_without_a_write(#[case] deleted: &str, #[case] kept: Option<i64>) {
    let open = open().await;
    let noticed = tokio::spawn(Arc::clone(&open.sqlite.files).changed());
    fs::remove_file(open.at("market").join(deleted)).unwrap();
    assert!(noticed.await.unwrap().contains("moved, replaced or deleted"));
    assert!(open.write("INSERT INTO t VALUES (2)").await.is_err());
    open.sqlite.close().await;
    assert_eq!(rows(&open.at("market/m.db")), kept);
}

#[tokio::test]
async fn nothing_is_made_of_a_part_of_the_log() {
    let open = open().await;
    File::create(open.at("market/m.db-wal")).unwrap();
    assert!(Arc::clone(&open.sqlite.files).changed().await.contains("another program"));
    open.sqlite.close().await;
    assert_eq!(rows(&open.at("market/m.db")), None);
}

/// They are other processes: one that closes a file drops all its locks on it, SQLite's too.
#[tokio::test]
async fn who_looks_at_the_files_or_touches_them_ends_nothing() {
    let open = open().await;
    let path = open.at("market/m.db");
    // Whoever closes last copies the log and deletes it, unless others hold their locks.
    let read = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); \
        c.execute('SELECT count(*) FROM t').fetchone(); c.close()";
    for _ in 0..3 {
        let touch =
            "touch -d 2001-01-01 \"$0\" && cp \"$0\" \"$0.copy\" && python3 -c \"$1\" \"$0\"";
        let done = Command::new("sh").args(["-c", touch]).arg(&path).arg(read).status().unwrap();
        assert!(done.success());
        open.sqlite.files.check().unwrap();
        open.write("INSERT INTO t VALUES (2)").await.unwrap();
        let touched = Command::new("touch").arg(&path).status().unwrap();
        assert!(touched.success());
    }
    assert_eq!(open.sqlite.file_change(), None);
    open.sqlite.close().await;
    assert_eq!(rows(&path), Some(4));
}

/// Many checkpoints, of which this process knows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_own_checkpoints_are_no_loss() {
    let open = open().await;
    for _ in 0..15 {
        open.write("INSERT INTO t VALUES (randomblob(10000000))").await.unwrap();
    }
    assert_eq!(open.sqlite.file_change(), None);
    let grown = fs::metadata(open.at("market/m.db")).unwrap().len();
    assert!(grown > 10_000_000, "there were checkpoints: {grown} bytes");
}

/// Programs that use SQLite copy from the log when asked to, or as the last one that closes.
#[rstest]
#[tokio::test]
async fn a_checkpoint_of_another_process_loses_nothing(
    #[values("PASSIVE", "RESTART", "TRUNCATE")] mode: &str,
) {
    let open = open().await;
    let path = open.at("market/m.db");
    let checkpoint = format!(
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], timeout=10); \
         print(c.execute('PRAGMA wal_checkpoint({mode})').fetchone())"
    );
    for count in 2..12 {
        let done = Command::new("python3").args(["-c", &checkpoint]).arg(&path).status().unwrap();
        assert!(done.success());
        open.sqlite.files.check().unwrap();
        open.write("INSERT INTO t VALUES (2)").await.unwrap();
        assert_eq!(rows(&path), Some(count));
    }
    assert_eq!(open.sqlite.file_change(), None);
    open.sqlite.close().await;
    assert_eq!(rows(&path), Some(11));
}
