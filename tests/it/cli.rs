//! The command line: arguments, the environment, exit codes, what stands on which stream.

pub mod environment;
mod exec;
mod files;
mod help;
mod log;
mod owned_files;
mod server;
mod signals;
mod values;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use assert_cmd::Command;
use predicates::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};
use tempfile::TempDir;

use server::{Server, said_at_start};

/// The program, with nothing in its environment that would change what it does.
fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mturk-local"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("MTURK_LOCAL_") {
            command.env_remove(name);
        }
    }
    // A program reports the databases that killed ones left: those of other tests stand elsewhere.
    command.env("TMPDIR", &*TEMPORARY);
    command
}

/// For what the programs of these tests keep until they end.
static TEMPORARY: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cli-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
});

#[rstest]
#[case(&["--help"], "Usage: mturk-local")]
#[case(&["--version"], env!("CARGO_PKG_VERSION"))]
#[case(&["fixtures"], "every-status       ")]
#[case(&["fixtures"], "layouts-and-files  A HIT layout")]
#[case(&["fixtures", "minimal"], "3MINIMAL00000000000000000HIT01")]
#[case(&["completions", "bash"], "_MTURK_LOCAL_COMPLETE=")]
#[case(&["man"], ".TH mturk-local-load 1")]
#[case(&["man", "health"], "MTURK_LOCAL_TIMEOUT")]
#[case(&["submit", "--help"], "--answer <QUESTION=VALUE>")]
#[case(&["exec", "--help"], "AWS_ENDPOINT_URL_MTURK")]
fn what_is_asked_for_is_on_standard_output(#[case] arguments: &[&str], #[case] said: &str) {
    let said = predicate::str::contains(said);
    program().args(arguments).assert().success().stdout(said).stderr("");
}

#[rstest]
#[case(&["--listen", "nonsense"], "--listen")]
#[case(&["--listen", "0.0.0.0:0"], "--allow-remote")]
#[case(&["--auth", "some"], "--auth")]
#[case(&["--clock", "soon"], "--clock")]
#[case(&["--clock", "1969-12-31T00:00:00Z"], "1970")]
#[case(&["--seed", "x"], "--seed")]
#[case(&["--database", "mysql://u:secret@h/d"], "--database")]
#[case(&["--credential", "onlysecret"], "--credential")]
#[case(&["--public-url", "localhost"], "--public-url")]
#[case(&["--cors-origin", "*"], "--cors-origin")]
#[case(&["--allow-outbound", "http://a.test"], "--allow-outbound")]
#[case(&["--robot-key-env", "sk-secret"], "--robot-key-env (MTURK_LOCAL_ROBOT_KEY_ENV)")]
#[case(&["--fixture", "nope"], "cannot read the world nope")]
#[case(&["--fixture", "/"], "cannot read the world /")]
#[case(&["--ready-file", "/nowhere/at/all"], "--ready-file")]
#[case(&["--frobnicate"], "--frobnicate")]
#[case(&["frobnicate"], "frobnicate")]
#[case(&["exec", "--"], "CMD")]
#[case(&["exec", "--", "/no/such/program"], "cannot run /no/such/program")]
#[case(&["fixtures", "nope"], "there is no built-in world nope")]
#[case(&["man", "nope"], "there is no command nope")]
#[case(&["health", "--timeout", "soon"], "--timeout")]
#[case(&["reset", "--empty", "--requester", "K"], "--requester")]
#[case(&["submit", "--hit", "3H", "--answer", "x"], "QUESTION=VALUE")]
#[case(&["clock", "--endpoint", "ftp://x"], "--endpoint")]
#[case(&["load", "/no/such/file"], "cannot read the world /no/such/file")]
fn a_bad_option_exits_2_and_is_named(#[case] arguments: &[&str], #[case] named: &str) {
    let said = predicate::str::contains(named).and(predicate::str::contains("secret").not());
    program().args(arguments).assert().code(2).stdout("").stderr(said);
}

#[test]
fn an_empty_environment_value_is_none() {
    let names = ["SEED", "DATABASE", "FIXTURE", "CLOCK", "LISTEN", "AUTH"];
    let mut command = program();
    for name in names {
        command.env(format!("MTURK_LOCAL_{name}"), "");
    }
    command.args(["exec", "--", "true"]).assert().success();
}

#[test]
fn the_server_s_variables_do_not_trouble_the_other_commands() {
    program().env("MTURK_LOCAL_SEED", "x").arg("fixtures").assert().success();
}

#[test]
fn problems_of_a_fixture_are_told_with_file_line_and_path() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("bad.json");
    std::fs::write(&path, "{\"HITs\": [\n {\"Title\": 5},\n {\"Colour\": 1}]}").unwrap();
    let path = path.to_str().unwrap();
    let said = format!(
        "mturk-local: {path}, line 2: HITs[0].Title: invalid type: integer `5`, expected a \
         string\n{path}, line 3: HITs[1].Colour: there is no such member\n"
    );
    program().args(["--fixture", path]).assert().code(2).stdout("").stderr(said);
}

#[test]
fn a_fixture_comes_from_standard_input_too() {
    let world = r#"{"HITs": [{"HITId": "3STDIN", "Title": "t"}]}"#;
    let mut command = program();
    command.args(["exec", "-q", "--fixture", "-", "--", "sh", "-c"]);
    let dump = format!("{} dump --endpoint $AWS_ENDPOINT_URL_MTURK", program_path());
    command.arg(dump).write_stdin(world);
    command.assert().success().stdout(predicate::str::contains("3STDIN"));
}

fn program_path() -> &'static str {
    env!("CARGO_BIN_EXE_mturk-local")
}

#[test]
fn commands_without_a_server_exit_1_and_say_where_they_looked() {
    let endpoint = "http://127.0.0.1:9";
    for arguments in [vec!["clock"], vec!["dump"], vec!["reset"], vec!["health"]] {
        let said = predicate::str::contains("no server answers at http://127.0.0.1:9");
        program().args(arguments).args(["--endpoint", endpoint]).assert().code(1).stderr(said);
    }
}

#[test]
fn a_server_that_says_nothing_does_not_hold_health_up() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    let arguments = ["health", "--wait", "--timeout", "300ms", "--endpoint", &endpoint];
    program().args(arguments).assert().code(1).stderr(predicate::str::contains("no answer"));
}

#[test]
fn a_running_server_is_loaded_worked_on_dumped_and_reset() {
    let server = Server::start(&["--fixture", "minimal", "--clock", "2026-01-01T00:00:00Z"]);
    let ask = |arguments: &[&str]| -> Value {
        let mut command = program();
        command.args(arguments).args(["--endpoint", &server.url]);
        let answer = command.assert().success().get_output().stdout.clone();
        serde_json::from_slice(&answer).unwrap()
    };
    assert_eq!(ask(&["health", "--wait"])["status"], "ok");
    let hit = "3MINIMAL00000000000000000HIT01";
    let work = ask(&["submit", "--hit", hit, "--worker", "A1ANNA0000000", "--answer", "q=yes"]);
    assert_eq!(work["AssignmentStatus"], "Submitted");
    assert_eq!(ask(&["clock", "freeze"])["mode"], "frozen");
    assert_eq!(ask(&["clock", "advance", "31d"])["settled"], 2);
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("more.json");
    std::fs::write(&file, r#"{"HITs": [{"HITId": "3MORE", "Title": "t"}]}"#).unwrap();
    let loaded = ask(&["load", file.to_str().unwrap()]);
    assert_eq!((&loaded["Loaded"]["HITs"], &loaded["Loaded"]["Workers"]), (&json!(1), &json!(0)));
    let dumped = ask(&["dump"]);
    assert_eq!(dumped["HITs"].as_array().unwrap().len(), 2);
    assert_eq!(dumped["HITs"][0]["Assignments"][0]["AssignmentStatus"], "Approved");
    let again = program()
        .args(["load", file.to_str().unwrap(), "--endpoint", &server.url])
        .assert()
        .code(2);
    again.stderr(predicate::str::contains("more.json, line 1: HITs[0]: there is a HIT 3MORE"));
    assert_eq!(ask(&["reset"])["mode"], "offset");
    assert_eq!(ask(&["dump"])["HITs"].as_array().unwrap().len(), 1);
    ask(&["reset", "--empty"]);
    assert_eq!(ask(&["dump"])["HITs"], json!([]));
    let refused =
        program().args(["submit", "--hit", "3NONE", "--endpoint", &server.url]).assert().code(1);
    refused.stdout("").stderr(predicate::str::contains("Hit 3NONE does not exist."));
}

#[test]
fn standard_error_names_the_worker_site() {
    let said = said_at_start(&[]);
    assert!(said.contains("worker site at http://127.0.0.1:"), "{said}");
    let said = said_at_start(&["--public-url", "https://turk.test"]);
    assert!(said.contains("worker site at https://turk.test/"), "{said}");
}

#[test]
fn the_address_is_taken() {
    let server = Server::start(&[]);
    let said = predicate::str::contains("the address is in use");
    let address = server.url.trim_start_matches("http://");
    program().args(["--listen", address]).assert().code(3).stdout("").stderr(said);
}

#[test]
fn a_reader_that_has_read_enough_is_no_failure() {
    let script = format!("set -o pipefail; {} fixtures demo | head -c 10", program_path());
    let mut shell = Command::new("bash");
    let done = shell.args(["-c", &script]).assert().success();
    done.stderr("").stdout(predicate::str::starts_with("{\n  \"About"));
}

#[rstest]
#[case(&["fixtures", "demo"])]
#[case(&["openapi"])]
#[case(&["man"])]
#[case(&["completions", "bash"])]
#[case(&["dump"])]
fn output_that_cannot_be_written_exits_1(#[case] arguments: &[&str]) {
    let server = Server::start(&["--fixture", "minimal"]);
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let done = std::process::Command::new(program_path())
        .args(arguments)
        .env("MTURK_LOCAL_ENDPOINT", &server.url)
        .stdout(full)
        .output()
        .unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(said.contains("cannot write to standard output"), "{said}");
    assert_eq!(done.status.code(), Some(1));
}

#[rstest]
#[case("man")]
#[case("completions zsh")]
#[case("openapi")]
fn a_closed_pipe_is_no_failure(#[case] arguments: &str) {
    let script = format!("set -o pipefail; {} {arguments} | head -c 1", program_path());
    Command::new("bash").args(["-c", &script]).assert().success().stderr("");
}

#[test]
fn problems_of_a_loaded_file_are_told_at_once_with_its_own_lines() {
    let server = Server::start(&[]);
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("bad.json");
    let text = "\u{feff}\n\n{\"HITs\": [{\"Reward\": 1}],\n\"Assignments\": [{\"HITId\": \"3X\"}]}";
    std::fs::write(&file, text).unwrap();
    let path = file.to_str().unwrap();
    let mut command = program();
    command.args(["load", path, "--endpoint", &server.url]);
    let said = format!("{path}, line 4: Assignments[0]: there is no HIT 3X");
    let first = format!("mturk-local: {path}, line 3: HITs[0].Reward: ");
    let said = predicate::str::contains(said).and(predicate::str::contains(first));
    command.assert().code(2).stdout("").stderr(said);
    // Without a server, what can be told is told.
    let said = predicate::str::contains("HITs[0].Reward");
    let mut command = program();
    command.args(["load", path, "--endpoint", "http://127.0.0.1:9"]);
    command.assert().code(2).stderr(said);
}

#[test]
fn a_dump_replaces_what_it_is_of() {
    let clock = ["--clock", "2026-01-01T00:00:00Z", "--freeze"];
    let server = Server::start(&[&clock[..], &["--fixture", "minimal"]].concat());
    let ask = |arguments: &[&str]| -> Vec<u8> {
        let mut command = program();
        command.args(arguments).env("MTURK_LOCAL_ENDPOINT", &server.url);
        command.assert().success().get_output().stdout.clone()
    };
    ask(&["clock", "advance", "1h"]);
    ask(&["submit", "--hit", "3MINIMAL00000000000000000HIT01"]);
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("dump.json");
    let dumped = ask(&["dump"]);
    std::fs::write(&file, &dumped).unwrap();
    ask(&["load", "--replace", file.to_str().unwrap()]);
    assert_eq!(ask(&["dump"]), dumped);
    let clock: Value = serde_json::from_slice(&ask(&["clock"])).unwrap();
    assert_eq!(clock["now"], "2026-01-01T01:00:00Z");
}
