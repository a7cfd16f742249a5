//! The program removes and overwrites only files that it made itself.

use std::fs;
use std::path::Path;

use rstest::rstest;
use tempfile::TempDir;

use super::program;

const LINE: &str = "mturk-local ready on http://127.0.0.1:1770\n";

/// Everything below `folder`, with its content.
fn content(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(content(&path));
        } else {
            let bytes = fs::read(&path).unwrap_or_default();
            found.push((path.to_string_lossy().into_owned(), bytes));
        }
    }
    found.sort();
    found
}

#[test]
fn a_start_leaves_the_files_of_a_user_in_the_temporary_folder_alone() {
    let temporary = TempDir::new().unwrap();
    let mine = temporary.path().join("mturk-local-mine");
    fs::create_dir(&mine).unwrap();
    let url = format!("sqlite:{}", mine.join("market.db").display());
    program().args(["exec", "-q", "--database", &url, "--", "true"]).assert().success();
    fs::write(mine.join("thesis"), "two years of work").unwrap();
    let before = content(temporary.path());
    assert_eq!(before.len(), 2);
    for _ in 0..2 {
        let mut command = program();
        command.env("TMPDIR", temporary.path()).args(["exec", "-q", "--", "true"]);
        command.assert().success();
        assert!(content(temporary.path()) == before);
    }
}

#[rstest]
#[case::text("a thesis\n")]
#[case::more_than_the_line("mturk-local ready on http://127.0.0.1:1770\nand a thesis\n")]
fn a_file_that_is_no_ready_file_is_not_replaced_by_one(#[case] text: &str) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("ready");
    fs::write(&file, text).unwrap();
    let mut command = program();
    command.args(["exec", "-q", "--ready-file"]).arg(&file).args(["--", "true"]);
    command.assert().code(2).stderr(predicates::str::contains("--ready-file"));
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
}

#[test]
fn a_link_is_not_replaced_by_a_ready_file() {
    let folder = TempDir::new().unwrap();
    let (file, link) = (folder.path().join("file"), folder.path().join("link"));
    fs::write(&file, LINE).unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let mut command = program();
    command.args(["exec", "-q", "--ready-file"]).arg(&link).args(["--", "true"]);
    command.assert().code(2);
    assert_eq!(fs::read_link(&link).unwrap(), file);
}

#[rstest]
#[case::none(None)]
#[case::empty(Some(""))]
#[case::of_an_earlier_server(Some(LINE))]
fn a_ready_file_is_written_and_removed(#[case] before: Option<&str>) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("ready");
    let beside = folder.path().join("ready.part");
    fs::write(&beside, "mine").unwrap();
    if let Some(text) = before {
        fs::write(&file, text).unwrap();
    }
    let mut command = program();
    command.args(["exec", "-q", "--ready-file"]).arg(&file).args(["--", "cat"]).arg(&file);
    command.assert().success().stdout(predicates::str::starts_with("mturk-local ready on"));
    assert!(!file.exists());
    assert_eq!(fs::read_to_string(&beside).unwrap(), "mine");
}

#[test]
fn a_ready_file_that_holds_something_else_at_the_end_stays() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("ready");
    let mut command = program();
    command.args(["exec", "-q", "--ready-file"]).arg(&file).args(["--", "sh", "-c"]);
    command.arg("echo mine > \"$0\"").arg(&file).assert().success();
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine\n");
}

/// Made by sqlx as this program's is, which alone does not make it this program's.
#[test]
fn a_database_of_another_program_is_not_changed() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("other.db");
    let other = rusqlite::Connection::open(&path).unwrap();
    let tables = "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, checksum BLOB); \
        INSERT INTO _sqlx_migrations VALUES (1, x'00'); CREATE TABLE thesis (x)";
    other.execute_batch(tables).unwrap();
    drop(other);
    let before = content(folder.path());
    let url = format!("sqlite:{}", path.display());
    program().args(["exec", "-q", "--database", &url, "--", "true"]).assert().code(4);
    assert!(content(folder.path()) == before);
}

#[test]
fn the_log_of_a_database_that_is_missing_is_not_deleted() {
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("m.db-wal");
    fs::write(&log, "work").unwrap();
    let url = format!("sqlite:{}", folder.path().join("m.db").display());
    program().args(["exec", "-q", "--database", &url, "--", "true"]).assert().code(4);
    assert_eq!(fs::read_to_string(&log).unwrap(), "work");
}
