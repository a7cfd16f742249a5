//! The program as a process that serves.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A serving process; it is killed with the test.
pub struct Server {
    child: Child,
    /// Where it answers.
    pub url: String,
}

impl Server {
    /// Starts one on a free port and waits for its ready line.
    pub fn start(arguments: &[&str]) -> Self {
        Self::start_loud(&[&["--quiet"][..], arguments].concat())
    }

    /// As [`Server::start`], with the log that the arguments ask for.
    pub fn start_loud(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_mturk-local"))
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("mturk-local ready on ").unwrap().to_owned();
        Self { child, url }
    }
}

/// What a server says on standard error until it answers.
pub fn said_at_start(arguments: &[&str]) -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mturk-local"))
        .args(["--listen", "127.0.0.1:0"])
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
    child.kill().unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stderr).unwrap()
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}
