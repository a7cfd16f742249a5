//! Values of options: what would be misread is refused, and no output shows a password.

use std::time::Duration;

use predicates::prelude::*;
use rstest::rstest;

use super::environment::options;
use super::program;

/// Values that an option does not take; none where every text is one, or where it has no value.
fn bad(option: &str) -> &'static [&'static str] {
    match option {
        "listen" | "control-listen" => {
            &["", "nonsense", "1770", "localhost", "localhost:99999", "http://localhost:1"]
        }
        "database" => &[
            "",
            "market.db",
            "mysql://h/d",
            "sqlite:",
            "sqlite::memory:",
            "sqlite:m.db?mode=rw",
            "sqlite:file:m.db",
            "postgres://h/d?sslmod=require",
            "postgres://h/d?timeout",
        ],
        "fixture" => &["", "nope"],
        "auth" | "profile" | "workers" | "submit-through" | "repeated-fields" | "log" => {
            &["", "other", "OPEN"]
        }
        "admin-token" => &["", "a b", "\u{e9}"],
        "tls-listen" => &["", "nonsense", "127.0.0.1:0"],
        "admin-token-file" => &["", "/", "/dev/null"],
        "credential" => &["", "a", "a:", ":b", "a/b:c", "a b:c"],
        "frame-url" => {
            &["", "x", "http://", "http://a/x", "http://u:p@a", "https://a.*.test", "http://*"]
        }
        "public-url" => &[
            "",
            "x",
            "ftp://x",
            "http://",
            "http://x/y",
            "http://u:p@x",
            "http://x:0",
            "http://x y",
            "http://x?y",
            "http://x;script-src *",
        ],
        "clock" => &["", "soon", "1969-12-31T23:59:59Z"],
        "seed" | "assignments" => &["", "x", "1.5", "9223372036854775808"],
        "queue" => &["", "-1", "101", "x"],
        "allow-host" => &["", "*", "http://x", "x:80", "x/y", "a b", "*.", "a.*.b", "u@x", ".x"],
        "cors-origin" => &["", "*", "null", "http://x/y", "http://u@x", "http://*.x", "x"],
        "sqs-endpoint" | "sns-endpoint" | "aws-endpoint" => {
            &["", "x", "https://x", "http://", "http://u:p@x", "http://x?y", "http://x:0"]
        }
        "aws-region" => &["", "a b", "us_east_1"],
        "output" | "ready-file" | "log-file" | "tls-cert" | "tls-key" | "tls-ca-out"
        | "dump-on-exit" | "data" | "template" => &["", "/nowhere/x", "/"],
        "endpoint" => {
            &["", "x", "https://x", "http://", "http://u:p@x", "http://x/y", "http://x?y"]
        }
        "allow-outbound" => &["", " ", "https://x", "x/y", "u@x", "x:0", "x:y", "*", "a.*"],
        "robot-key-env" => &["", " ", "A=B"],
        "listen-port" => &["", "-1", "65536", "x"],
        "journal" => &["", "-1", "1.5", "16M"],
        "after" => &["", "-1", "9223372036854775808"],
        "limit" | "batch" => &["", "-1", "x"],
        "since" => &["", "soon", "2026-13-01"],
        "format" => &["", "other", "CSV"],
        "hit" => &["", "../reset", "3h", "3H/x"],
        "answer" => &["", "x", "=x"],
        "timeout" => &["", "soon", "-1s"],
        "duration" | "lifetime" | "auto-approval" => &["", "soon", "-1s", "1.5"],
        // Switches, texts and amounts that the server checks, and names that it knows.
        "freeze"
        | "allow-remote"
        | "verbose"
        | "quiet"
        | "replace"
        | "dry-run"
        | "empty"
        | "wait"
        | "with-secrets"
        | "tls-self-signed"
        | "no-intercept"
        | "no-open"
        | "follow"
        | "labels"
        | "harmless"
        | "title"
        | "description"
        | "keywords"
        | "name"
        | "reward"
        | "until"
        | "operation"
        | "error"
        | "text"
        | "requester"
        | "worker"
        | "aws-access-key-id"
        | "aws-secret-access-key"
        | "aws-session-token" => &[],
        other => panic!("which values does --{other} not take?"),
    }
}

/// A command that ends soon, with this option.
fn command(name: &str, option: &str) -> assert_cmd::Command {
    let mut command = program();
    command.args(name.split(' ')).arg(option).timeout(Duration::from_secs(30));
    let is_missing = |other: &str| !option.starts_with(&format!("--{other}="));
    match name {
        "load" => command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/minimal.json")),
        "import" => command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/every-status.json")),
        "preview" | "batch review" => {
            command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md"))
        }
        "submit" if !option.starts_with("--hit") => command.args(["--hit", "3H"]),
        "batch results" | "batch extend" | "batch republish" => command.arg("1"),
        "batch create" => {
            if is_missing("template") {
                command.args(["--template", "sentiment"]);
            }
            if is_missing("data") {
                command.args(["--data", concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")]);
            }
            &mut command
        }
        "exec" => command.args(["--", "true"]),
        "snapshot" => command.arg("list"),
        _ => &mut command,
    };
    command
}

#[test]
fn no_option_takes_a_value_that_it_would_misread() {
    let mut tried = 0;
    // What `exec` takes, `serve` takes.
    for (name, arg) in options().into_iter().filter(|(name, _)| name != "serve") {
        let long = arg.get_long().unwrap();
        for value in bad(long) {
            let said = predicate::str::contains(format!("--{long}"));
            let done = command(&name, &format!("--{long}={value}")).assert();
            done.code(2).stdout("").stderr(said);
            tried += 1;
        }
    }
    assert!(tried > 100, "{tried}");
}

#[test]
fn one_key_has_one_secret() {
    let mut command = program();
    let said = predicate::str::contains("has the key AK twice")
        .and(predicate::str::contains("hunter2").not());
    command.args(["exec", "--credential", "AK:hunter2", "--credential", "AK:other", "--", "true"]);
    command.assert().code(2).stdout("").stderr(said);
}

/// Neither what is refused nor what is taken, nor a help text, shows a password of an address.
#[rstest]
#[case("http://user:hunter2@127.0.0.1:9/x")]
#[case("https://user:hunter2@host.invalid")]
#[case("postgres://user:hunter2@127.0.0.1:9/x")]
#[case("postgres://user:hunter2@127.0.0.1:9/x?sslmod=1")]
#[case("postgres://user:a?hunter2@127.0.0.1:9/x")]
fn no_output_shows_the_password_of_an_address(#[case] url: &str) {
    let hidden = || predicate::str::contains("hunter2").not();
    for (name, arg) in options().into_iter().filter(|(name, _)| name != "serve") {
        let long = arg.get_long().unwrap();
        let takes_value = arg.get_action().takes_values();
        // Keys are no addresses, and a file may have any name.
        if !takes_value || long.starts_with("aws-") && long != "aws-endpoint" {
            continue;
        }
        command(&name, &format!("--{long}={url}")).assert().stdout(hidden()).stderr(hidden());
        let variable = arg.get_env().unwrap();
        let help = name.split(' ').chain(["--help"]);
        program().args(help).env(variable, url).assert().success().stdout(hidden());
    }
    program().arg(url).assert().code(2).stderr(hidden());
    program().args(["load", url]).assert().code(2).stderr(hidden());
    program().args(["exec", "-v", "--fixture", url, "--", "true"]).assert().stderr(hidden());
}
