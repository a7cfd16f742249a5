//! `exec`: a server for as long as a command runs.

use predicates::prelude::*;
use rstest::rstest;

use super::{program, program_path};

#[rstest]
#[case("exit 0", 0)]
#[case("exit 7", 7)]
#[case("kill -9 $$", 137)]
fn exec_ends_as_its_command_ends(#[case] script: &str, #[case] code: i32) {
    program().args(["exec", "-q", "--", "sh", "-c", script]).assert().code(code);
}

#[test]
fn exec_tells_its_command_where_the_server_is() {
    let script = "echo $AWS_ENDPOINT_URL_MTURK $AWS_REGION $AWS_ACCESS_KEY_ID";
    let said = predicate::str::is_match("^http://127.0.0.1:[0-9]+ us-east-1 AK1\n$").unwrap();
    let arguments =
        ["exec", "--auth", "strict", "--credential", "AK1:s1", "--", "sh", "-c", script];
    program().args(arguments).assert().success().stdout(said);
}

#[test]
fn commands_under_exec_find_its_server() {
    let mut command = program();
    command.env("MTURK_LOCAL_ENDPOINT", "http://127.0.0.1:9");
    command.args(["exec", "-q", "--fixture", "minimal", "--", program_path(), "dump"]);
    command.assert().success().stdout(predicate::str::contains("3MINIMAL00000000000000000HIT01"));
}

#[test]
fn nothing_tells_clients_under_exec_to_pass_the_endpoint_over() {
    let mut command = program();
    command.env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
    let script = "echo $AWS_IGNORE_CONFIGURED_ENDPOINT_URLS";
    command.args(["exec", "-q", "--", "sh", "-c", script]).assert().success().stdout("false\n");
}

#[test]
fn exec_writes_the_ready_line_to_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ready");
    let mut command = program();
    command.args(["exec", "-q", "--ready-file"]).arg(&file).args(["--", "cat"]).arg(&file);
    let line = predicate::str::is_match("^mturk-local ready on http://127.0.0.1:[0-9]+\n$");
    command.assert().success().stdout(line.unwrap());
}

#[rstest]
#[case(&["exec", "--help"], &["--help"])]
#[case(&["man", "exec"], &["man", "serve"])]
fn exec_says_that_it_listens_elsewhere(#[case] of_exec: &[&str], #[case] of_serve: &[&str]) {
    let (free, usual) = ("[default: a free port of 127.0.0.1]", "[default: 127.0.0.1:1770]");
    let said = |arguments: &[&str]| {
        let said = program().args(arguments).output().unwrap().stdout;
        String::from_utf8(said).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let (of_exec, of_serve) = (said(of_exec), said(of_serve));
    assert!(of_exec.contains(free) && !of_exec.contains(usual), "{of_exec}");
    assert!(of_serve.contains(usual) && !of_serve.contains(free), "{of_serve}");
}

#[test]
fn a_command_without_the_dashes_is_told_what_to_type() {
    let said = "type: mturk-local exec --fixture three-pages -- pytest -x";
    let arguments = ["exec", "--fixture", "three-pages", "pytest", "-x"];
    program().args(arguments).assert().code(2).stderr(predicate::str::contains(said));
}
