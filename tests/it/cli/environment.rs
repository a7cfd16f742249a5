//! The environment: every option has a variable, and a wrong value is named.

use std::collections::BTreeSet;

use clap::{Arg, Command, CommandFactory as _};
use mturk_local::config::Cli;
use predicates::prelude::*;
use rstest::rstest;

use super::program;

/// Options by the command that has them, such as `batch create`; the server's stand with `serve`.
/// What a command shares with those below it stands with the command.
pub fn options() -> Vec<(String, Arg)> {
    let mut whole = Cli::command();
    whole.build();
    let mut found = Vec::new();
    for command in whole.get_subcommands() {
        add(command, "", &mut found);
    }
    found
}

fn add(command: &Command, above: &str, found: &mut Vec<(String, Arg)>) {
    if command.get_name() == "help" {
        return;
    }
    let (is_below, name) = (!above.is_empty(), format!("{above}{}", command.get_name()));
    let own = command.get_arguments().filter(|arg| {
        let is_shared = is_below && arg.is_global_set();
        arg.get_long().is_some()
            && !is_shared
            && !["help", "version"].contains(&arg.get_id().as_str())
    });
    found.extend(own.map(|arg| (name.clone(), arg.clone())));
    for below in command.get_subcommands() {
        add(below, &format!("{name} "), found);
    }
}

fn variable(arg: &Arg) -> String {
    arg.get_env().map(|name| name.to_str().unwrap().to_owned()).unwrap_or_default()
}

#[test]
fn every_option_has_a_variable_of_its_name() {
    let all = options();
    assert!(all.len() > 90, "{}", all.len());
    assert!(all.iter().any(|(command, _)| command == "batch create"));
    for (command, arg) in all {
        let long = arg.get_long().unwrap().to_owned();
        let wanted = format!("MTURK_LOCAL_{}", long.to_uppercase().replace('-', "_"));
        let found = variable(&arg);
        // Those have the names that Amazon's own tools read.
        let is_amazon_s = found.starts_with("AWS_");
        assert!(found == wanted || is_amazon_s, "{command} --{long}: {found:?}");
        let help = program().args(command.split(' ')).arg("--help").output().unwrap().stdout;
        let help = String::from_utf8(help).unwrap();
        let named = help.split_whitespace().any(|word| {
            word.trim_matches(|c: char| "[]=:".contains(c)).split('=').next() == Some(&found)
        });
        assert!(named || arg.is_hide_set(), "{command} --help: {found}");
    }
}

const CREATE: &[&str] = &["batch", "create", "--data", "README.md"];
const CREATE_FROM_SAMPLE: &[&str] =
    &["batch", "create", "--data", "README.md", "--template", "sentiment"];

/// A wrong value of each variable, and the arguments that want it; none where no value is wrong.
fn wrong(variable: &str) -> Option<(&'static str, &'static [&'static str])> {
    let serve: &[&str] = &[];
    let to = |value| Some((value, serve));
    match variable {
        "MTURK_LOCAL_AUTH"
        | "MTURK_LOCAL_PROFILE"
        | "MTURK_LOCAL_WORKERS"
        | "MTURK_LOCAL_SUBMIT_THROUGH"
        | "MTURK_LOCAL_REPEATED_FIELDS"
        | "MTURK_LOCAL_LOG"
        | "MTURK_LOCAL_SEED"
        | "MTURK_LOCAL_CLOCK"
        | "MTURK_LOCAL_FREEZE"
        | "MTURK_LOCAL_VERBOSE"
        | "MTURK_LOCAL_QUIET"
        | "MTURK_LOCAL_ALLOW_REMOTE"
        | "MTURK_LOCAL_QUEUE"
        | "MTURK_LOCAL_JOURNAL"
        | "MTURK_LOCAL_PUBLIC_URL"
        | "MTURK_LOCAL_FRAME_URL"
        | "MTURK_LOCAL_CORS_ORIGIN"
        | "MTURK_LOCAL_LISTEN"
        | "MTURK_LOCAL_CONTROL_LISTEN"
        | "MTURK_LOCAL_TLS_LISTEN"
        | "MTURK_LOCAL_TLS_CERT"
        | "MTURK_LOCAL_TLS_KEY"
        | "MTURK_LOCAL_TLS_CA_OUT"
        | "MTURK_LOCAL_TLS_SELF_SIGNED"
        | "MTURK_LOCAL_FIXTURE" => to("nosuch"),
        "MTURK_LOCAL_ALLOW_HOST" => to("*"),
        "MTURK_LOCAL_ADMIN_TOKEN" => to("a secret"),
        "MTURK_LOCAL_ADMIN_TOKEN_FILE" => to("/"),
        "MTURK_LOCAL_NO_INTERCEPT" => Some(("perhaps", &["exec", "--", "true"])),
        "MTURK_LOCAL_WITH_SECRETS" | "MTURK_LOCAL_LABELS" => Some(("perhaps", &["dump"])),
        "AWS_REGION" => to("no region"),
        "MTURK_LOCAL_HIT" => Some(("../reset", &["submit"])),
        "MTURK_LOCAL_DATABASE" => to("mysql://u: secret@h/d"),
        "MTURK_LOCAL_CREDENTIAL" => to("only secret"),
        "MTURK_LOCAL_READY_FILE" | "MTURK_LOCAL_LOG_FILE" | "MTURK_LOCAL_DUMP_ON_EXIT" => {
            to("/nope/x")
        }
        "AWS_ENDPOINT_URL" | "AWS_ENDPOINT_URL_SQS" | "AWS_ENDPOINT_URL_SNS" => to("https://x"),
        "MTURK_LOCAL_ENDPOINT" => Some(("https://x", &["dump"])),
        "MTURK_LOCAL_REPLACE" => Some(("perhaps", &["load", "x"])),
        "MTURK_LOCAL_DRY_RUN" => Some(("perhaps", &["import", "x"])),
        "MTURK_LOCAL_OUTPUT" => Some(("/nope/x", &["import", "fixtures/every-status.json"])),
        "MTURK_LOCAL_EMPTY" => Some(("perhaps", &["reset"])),
        "MTURK_LOCAL_ANSWER" => Some(("yes", &["submit", "--hit", "3H"])),
        "MTURK_LOCAL_WAIT" => Some(("perhaps", &["health"])),
        "MTURK_LOCAL_TIMEOUT" => Some(("soon", &["health"])),
        "MTURK_LOCAL_AFTER" | "MTURK_LOCAL_LIMIT" => Some(("-1", &["requests"])),
        "MTURK_LOCAL_ALLOW_OUTBOUND" => Some(("https://a.test/", &[])),
        "MTURK_LOCAL_ROBOT_KEY_ENV" => Some(("A=B", &[])),
        "MTURK_LOCAL_DATA" => Some(("/nope/x", &["preview", "README.md"])),
        "MTURK_LOCAL_LISTEN_PORT" | "MTURK_LOCAL_NO_OPEN" => {
            Some(("perhaps", &["preview", "README.md"]))
        }
        "MTURK_LOCAL_TEMPLATE" => Some(("/nope/x", CREATE)),
        "MTURK_LOCAL_ASSIGNMENTS"
        | "MTURK_LOCAL_DURATION"
        | "MTURK_LOCAL_LIFETIME"
        | "MTURK_LOCAL_AUTO_APPROVAL" => Some(("soon", CREATE_FROM_SAMPLE)),
        "MTURK_LOCAL_BATCH" => Some(("-1", &["batch", "review", "README.md"])),
        "MTURK_LOCAL_HARMLESS" => Some(("perhaps", &["batch", "results", "1"])),
        "MTURK_LOCAL_SINCE" => Some(("soon", &["payments"])),
        "MTURK_LOCAL_FORMAT" => Some(("nosuch", &["payments"])),
        "MTURK_LOCAL_FOLLOW" => Some(("perhaps", &["requests"])),
        // Names, and what the server checks with all else of a batch.
        "MTURK_LOCAL_TITLE"
        | "MTURK_LOCAL_DESCRIPTION"
        | "MTURK_LOCAL_KEYWORDS"
        | "MTURK_LOCAL_NAME"
        | "MTURK_LOCAL_REWARD"
        | "MTURK_LOCAL_UNTIL"
        | "MTURK_LOCAL_REQUESTER"
        | "MTURK_LOCAL_OPERATION"
        | "MTURK_LOCAL_ERROR"
        | "MTURK_LOCAL_TEXT"
        | "MTURK_LOCAL_WORKER"
        | "AWS_ACCESS_KEY_ID"
        | "AWS_SECRET_ACCESS_KEY"
        | "AWS_SESSION_TOKEN" => None,
        other => panic!("no wrong value is known for {other}"),
    }
}

#[test]
fn a_wrong_value_of_any_variable_exits_2_and_is_named() {
    let variables: BTreeSet<String> = options().iter().map(|(_, arg)| variable(arg)).collect();
    for name in variables {
        let Some((value, arguments)) = wrong(&name) else { continue };
        let said = predicate::str::contains(&name).and(predicate::str::contains(" secret").not());
        let done = program().args(arguments).env(&name, value).assert();
        done.code(2).stdout("").stderr(said);
    }
}

#[rstest]
#[case("MTURK_LOCAL_LISTEN", "0.0.0.0:18131", "--allow-remote")]
#[case("MTURK_LOCAL_LISTEN", "192.0.2.1:1", "cannot listen on")]
#[case("MTURK_LOCAL_CLOCK", "1969-12-31T00:00:00Z", "1970")]
fn other_wrong_values_are_named_too(#[case] name: &str, #[case] value: &str, #[case] why: &str) {
    let said = predicate::str::contains(name).and(predicate::str::contains(why));
    let allow = if value.starts_with("192") { "true" } else { "" };
    let mut command = program();
    command.env(name, value).env("MTURK_LOCAL_ALLOW_REMOTE", allow);
    command.assert().code(2).stdout("").stderr(said);
}

#[test]
fn a_switch_that_is_off_contradicts_nothing() {
    let mut command = program();
    command.env("MTURK_LOCAL_VERBOSE", "false").env("MTURK_LOCAL_EMPTY", "no");
    command.args(["exec", "--quiet", "--", "true"]).assert().success();
    let said = predicate::str::contains("no server answers");
    let mut command = program();
    command.env("MTURK_LOCAL_EMPTY", "0").env("MTURK_LOCAL_ENDPOINT", "http://127.0.0.1:9");
    command.args(["reset", "--requester", "K"]).assert().code(1).stderr(said);
}

#[test]
fn a_variable_that_nothing_reads_is_named() {
    let said = "unknown variable MTURK_LOCAL_FIXTUR; did you mean MTURK_LOCAL_FIXTURE?";
    for arguments in [&["fixtures"] as &[&str], &["exec", "--", "true"]] {
        let mut command = program();
        command.env("MTURK_LOCAL_FIXTUR", "x").args(arguments);
        command.assert().success().stderr(predicate::str::contains(said));
    }
}

#[test]
fn commands_follow_the_address_that_the_server_was_given() {
    let server = super::Server::start(&[]);
    let address = server.url.strip_prefix("http://").unwrap().to_owned();
    let mut health = program();
    health.env("MTURK_LOCAL_LISTEN", &address).arg("health").assert().success();
    program().args(["health", "--listen", &address]).assert().success();
    let mut env = program();
    let line = format!(
        "export AWS_ENDPOINT_URL_MTURK={url} AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1 \
         AWS_ACCESS_KEY_ID=AK1 AWS_SECRET_ACCESS_KEY='a b' MTURK_LOCAL_ENDPOINT={url}\n",
        url = server.url
    );
    env.args(["env", "--listen", &address, "--credential", "AK1:a b"]).assert().stdout(line);
    let mut nowhere = program();
    nowhere.args(["health", "--listen", "127.0.0.1:0"]).assert().code(2);
}
