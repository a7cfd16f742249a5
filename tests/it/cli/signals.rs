//! Signals: what a command under `exec` gets, and a start that waits for its input.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdout, Command, Stdio};

use rstest::rstest;
use tempfile::TempDir;

/// The program in a process group of its own, as a shell starts it.
fn start(arguments: &[&str], input: Stdio) -> (Child, BufReader<ChildStdout>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mturk-local"))
        .args(arguments)
        .stdin(input)
        .stdout(Stdio::piped())
        .process_group(0)
        .spawn()
        .unwrap();
    let said = BufReader::new(child.stdout.take().unwrap());
    (child, said)
}

/// Sends a signal to the program alone, or to its whole group, as a terminal does.
fn signal(child: &Child, name: &str, group: bool) {
    let to = if group { format!("-{}", child.id()) } else { child.id().to_string() };
    let sent = Command::new("kill").args(["-s", name, "--", &to]).status().unwrap();
    assert!(sent.success());
}

fn exec(script: &str) -> (Child, BufReader<ChildStdout>) {
    let (child, mut said) = start(&["exec", "-q", "--", "sh", "-c", script], Stdio::null());
    let mut line = String::new();
    said.read_line(&mut line).unwrap();
    assert_eq!(line, "begun\n");
    (child, said)
}

/// The exit code, and what the command said at last.
fn end(mut child: Child, mut said: BufReader<ChildStdout>) -> (Option<i32>, String) {
    let mut rest = String::new();
    said.read_to_string(&mut rest).unwrap();
    (child.wait().unwrap().code(), rest)
}

const CLEANS_UP: &str = "trap 'echo cleaned up; exit 5' TERM INT; echo begun; \
    while :; do sleep 0.05; done";

#[rstest]
#[case::terminated("TERM", false)]
#[case::from_the_terminal("INT", true)]
fn a_command_may_clean_up(#[case] name: &str, #[case] group: bool) {
    let (child, said) = exec(CLEANS_UP);
    signal(&child, name, group);
    assert_eq!(end(child, said), (Some(5), "cleaned up\n".to_owned()));
}

#[test]
fn a_command_that_a_signal_ends_counts_as_in_shells() {
    let (child, said) = exec("echo begun; exec sleep 60");
    signal(&child, "TERM", false);
    assert_eq!(end(child, said).0, Some(128 + 15));
}

#[rstest]
#[case("TERM")]
#[case("INT")]
fn a_second_signal_ends_a_command_that_does_not_care(#[case] name: &str) {
    let script = "trap 'echo heard' TERM INT; echo begun; \
        while :; do sleep 0.05; done";
    let (mut child, mut said) = exec(script);
    signal(&child, name, true);
    let mut line = String::new();
    said.read_line(&mut line).unwrap();
    assert_eq!(line, "heard\n", "the first is the command's own");
    assert_eq!(child.try_wait().unwrap(), None);
    // Two signals count as one if the first was not seen yet.
    while child.try_wait().unwrap().is_none() {
        signal(&child, name, false);
    }
    assert_eq!(end(child, said).0, Some(128 + 9));
}

#[rstest]
#[case("TERM", &[], 0)]
#[case("INT", &[], 0)]
#[case("TERM", &["exec"], 128 + 15)]
#[case("INT", &["exec"], 128 + 2)]
fn a_start_that_waits_for_a_pipe_can_be_ended(
    #[case] name: &str,
    #[case] before: &[&str],
    #[case] code: i32,
) {
    let folder = TempDir::new().unwrap();
    let pipe = folder.path().join("pipe");
    let log = folder.path().join("ready");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    // The ready file of an earlier run goes when the signals are heard and before the pipe is read.
    for fixture in ["-", pipe.to_str().unwrap()] {
        std::fs::write(&log, "mturk-local ready on http://127.0.0.1:1770\n").unwrap();
        let mut arguments = before.to_vec();
        arguments.extend(["-q", "--listen", "127.0.0.1:0", "--fixture", fixture]);
        arguments.extend(["--ready-file", log.to_str().unwrap()]);
        if !before.is_empty() {
            arguments.extend(["--", "true"]);
        }
        let (mut child, _said) = start(&arguments, Stdio::piped());
        while log.exists() {
            assert_eq!(child.try_wait().unwrap(), None);
            std::thread::yield_now();
        }
        // To wait for it would close its input.
        let _input = child.stdin.take();
        signal(&child, name, false);
        assert_eq!(child.wait().unwrap().code(), Some(code), "{fixture}");
    }
}
