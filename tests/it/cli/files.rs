//! World files that cannot be read or are too long, and what is said while others load.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;

use predicates::prelude::*;
use serde_json::json;
use tempfile::TempDir;

use super::server::{Server, said_at_start};
use super::{program, program_path};

const NOBODY: u32 = 65534;

/// A file of these bytes, as an argument.
fn file(folder: &TempDir, name: &str, bytes: &[u8]) -> String {
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn what_is_wrong_with_any_file_is_told_at_once() {
    let folder = TempDir::new().unwrap();
    let bad = file(&folder, "bad.json", b"{\n\"HITs\": [{\"Title\": 5}]}");
    let no_text = file(&folder, "latin.json", b"{\"About\": \"caf\xe9\"}");
    let no_json = file(&folder, "no.json", b"HITs");
    let gone = format!("{bad}.gone");
    let directory = folder.path().to_str().unwrap();
    let files = [&gone, &bad, directory, &no_text, &no_json];
    let said = |option: &str| {
        format!(
            "mturk-local: {option}cannot read the world {gone}: No such file or directory (os \
             error 2)\n\
             {option}cannot read the world {directory}: Is a directory (os error 21)\n\
             {option}the world {no_text} is not UTF-8 text\n\
             {bad}, line 2: HITs[0].Title: invalid type: integer `5`, expected a string\n\
             {no_json}, line 1: not JSON: expected value\n"
        )
    };
    program().arg("load").args(files).assert().code(2).stdout("").stderr(said(""));
    let fixtures = files.map(|name| ["--fixture", name]).concat();
    let option = "--fixture (MTURK_LOCAL_FIXTURE): ";
    program().args(fixtures).assert().code(2).stdout("").stderr(said(option));
}

#[test]
fn a_file_that_nobody_may_read_is_named() {
    let folder = TempDir::new().unwrap();
    let closed = file(&folder, "closed.json", b"{}");
    fs::set_permissions(&closed, Permissions::from_mode(0o000)).unwrap();
    let owner = fs::metadata(&closed).unwrap().uid();
    let mut command = std::process::Command::new(program_path());
    if owner == 0 {
        // Root may read everything.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        let copy = folder.path().join("program");
        if fs::hard_link(program_path(), &copy).is_err() {
            fs::copy(program_path(), &copy).unwrap();
        }
        command = std::process::Command::new(copy);
        command.uid(NOBODY).gid(NOBODY).current_dir("/");
    }
    let done = command.args(["load", &closed]).output().unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    let wanted = "cannot read the world ";
    assert_eq!(said, format!("mturk-local: {wanted}{closed}: Permission denied (os error 13)\n"));
    assert_eq!(done.status.code(), Some(2));
}

/// Its length is enough to know; it holds nothing that is JSON.
#[test]
fn a_file_longer_than_a_server_takes_is_not_read() {
    let folder = TempDir::new().unwrap();
    let half = folder.path().join("half.json");
    File::create(&half).unwrap().set_len((256 << 20) + 1).unwrap();
    let half = half.to_str().unwrap();
    let said = predicate::str::contains("half.json: more than the 512 MiB that a server takes");
    program().args(["load", half, half]).assert().code(2).stdout("").stderr(said);
}

/// A world of two HITs, with so much work on the first that it is written before the second.
fn much_work() -> String {
    let work = |count: usize| vec![json!({}); count];
    let hit = |count: usize| json!({"MaxAssignments": count, "Assignments": work(count)});
    json!({"HITs": [hit(5000), hit(1)]}).to_string()
}

#[test]
fn a_long_load_says_how_far_it_is() {
    let folder = TempDir::new().unwrap();
    let world = file(&folder, "much.json", much_work().as_bytes());
    let said = said_at_start(&["--fixture", &world]);
    let lines: Vec<&str> = said.lines().filter(|line| line.contains("loading")).collect();
    assert_eq!(lines.len(), 2, "{said}");
    for (line, count) in lines.iter().zip([5000, 5001]) {
        assert!(line.ends_with(&format!("loading assignments={count}")), "{line}");
    }
}

#[test]
fn a_load_without_work_does_not_count_it() {
    let said = said_at_start(&["--fixture", "minimal"]);
    assert!(!said.contains("assignments="), "{said}");
}

#[test]
fn load_says_what_it_is_at() {
    let server = Server::start(&[]);
    let mut command = program();
    command.args(["load", "minimal", "qualified"]).env("MTURK_LOCAL_ENDPOINT", &server.url);
    let said = predicates::str::starts_with("mturk-local: loading 2 file(s) …\n");
    command.assert().success().stderr(said);
}

#[test]
fn load_names_the_owner_of_what_names_none() {
    let server = Server::start(&[]);
    let folder = TempDir::new().unwrap();
    let saved = file(&folder, "saved.json", br#"{"HITs": [{"HITId": "3SAVED", "Title": "T"}]}"#);
    for (arguments, owner) in [(&[] as &[&str], "test"), (&["--requester", "AK+1@x"], "AK+1@x")] {
        let mut command = program();
        command.args(["load", "--replace", &saved]).args(arguments);
        let said = predicates::str::contains(format!("\"{owner}\" (access key {owner}, id A"));
        command.env("MTURK_LOCAL_ENDPOINT", &server.url).assert().success().stderr(said);
    }
    // Work belongs to who has its HIT, whoever is named.
    let work = br#"{"Assignments": [{"HITId": "3SAVED", "WorkerId": "A1ANNA", "Answers": {}}]}"#;
    let work = file(&folder, "work.json", work);
    let mut command = program();
    command.args(["load", &work, "--requester", "AKOTHER"]);
    let said = predicates::str::contains("\"AK+1@x\" (access key AK+1@x, id A");
    command.env("MTURK_LOCAL_ENDPOINT", &server.url).assert().success().stderr(said);
}
