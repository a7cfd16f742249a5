//! Help texts: each command has examples, and what `-h` and `--help` show fits a terminal.

use clap::{Command, CommandFactory as _};
use mturk_local::config::examples::{self, COMMANDS};
use mturk_local::config::{Cli, help};
use regex::Regex;

use super::environment::options;
use super::program;

/// Every command with its words, the program itself among them, on a terminal of 80 columns.
fn commands() -> Vec<(String, Command)> {
    fn add(command: &Command, all: &mut Vec<(String, Command)>) {
        let name = command.get_bin_name().unwrap_or("mturk-local");
        let path = name.strip_prefix("mturk-local").unwrap().trim_start().to_owned();
        all.push((path, command.clone()));
        let own = command.get_subcommands().filter(|command| command.get_name() != "help");
        own.for_each(|command| add(command, all));
    }
    let mut whole = help::complete(Cli::command()).term_width(80);
    whole.build();
    let mut all = Vec::new();
    add(&whole, &mut all);
    assert!(all.len() > 15);
    all
}

#[test]
fn each_command_has_three_examples_and_a_page() {
    let summary = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/src/SUMMARY.md"));
    let all = commands();
    for (path, command) in &all {
        let help = examples::of(path)
            .unwrap_or_else(|| panic!("src/config/examples.rs has no examples for {path:?}"));
        assert!(summary.contains(&format!("({}.md)", help.page)), "{path}: {}", help.page);
        let shown = command.clone().render_long_help().to_string();
        for example in &help.examples {
            let both = format!("  {}:\n    {}\n", example.what, example.line);
            assert!(shown.contains(&both), "{path}: {both}");
        }
    }
    for help in COMMANDS {
        let is_there = all.iter().any(|(path, _)| path == help.command);
        assert!(is_there, "there is no command {}", help.command);
    }
}

/// The calls of the program in a line of a shell, cut into words.
fn calls(line: &str) -> Vec<Vec<&str>> {
    let call = Regex::new(r"(?:^|[ (])(mturk-local(?: [^|&)>]*)?)(?:$|[|&)>])").unwrap();
    let calls = call.captures_iter(line).map(|found| found.get(1).unwrap().as_str());
    let bare = |word| str::trim_matches(word, ['"', '\'']);
    calls.map(|call| call.split_whitespace().map(bare).collect()).collect()
}

#[test]
fn the_program_takes_each_example() {
    for help in COMMANDS {
        for example in &help.examples {
            let calls = calls(example.line);
            let of_command = format!("mturk-local {}", help.command);
            let is_of_command =
                |words: &Vec<&str>| words.join(" ").starts_with(of_command.trim_end());
            assert!(calls.iter().any(is_of_command), "{}", example.line);
            for words in calls {
                let taken = Cli::command().try_get_matches_from(&words);
                assert!(taken.is_ok(), "{words:?}: {}", taken.unwrap_err());
            }
        }
    }
}

#[test]
fn a_line_of_a_shell_is_cut_into_calls() {
    let line = r#"eval "$(mturk-local env)" && mturk-local dump > mturk-local.json"#;
    assert_eq!(calls(line), [vec!["mturk-local", "env"], vec!["mturk-local", "dump"]]);
    assert_eq!(calls("mturk-local man | man -l -"), [["mturk-local", "man"]]);
}

#[test]
fn help_fits_a_terminal_and_its_short_form_a_screen() {
    for (path, mut command) in commands() {
        let (short, long) = (command.render_help(), command.render_long_help());
        let (short, long) = (short.to_string(), long.to_string());
        for line in short.lines().chain(long.lines()) {
            assert!(line.chars().count() <= 80, "{path}: {line}");
        }
        let has_the_server_s_options = ["", "serve"].contains(&path.as_str());
        let screen = if has_the_server_s_options { 42 } else { 24 };
        assert!(short.lines().count() <= screen, "{path}:\n{short}");
        // A page of the manual is a little narrower.
        let examples = long.lines().skip_while(|line| *line != "Examples:");
        let lines = examples.filter_map(|line| line.strip_prefix("    "));
        assert!(lines.clone().count() >= 3, "{long}");
        lines.for_each(|line| assert!(line.chars().count() <= 71, "{line}"));
    }
}

#[test]
fn help_is_no_wider_on_a_wide_terminal() {
    let help = program().env("COLUMNS", "200").args(["serve", "--help"]).output().unwrap().stdout;
    let help = String::from_utf8(help).unwrap();
    assert_eq!(help.lines().map(|line| line.chars().count()).max(), Some(80), "{help}");
}

#[test]
fn each_option_is_described_and_stands_below_a_heading() {
    for (command, option) in options() {
        let long = option.get_long().unwrap();
        // The other commands have few options of their own.
        let has_heading = option.get_help_heading().is_some();
        let has_many = ["serve", "exec"].contains(&command.as_str());
        assert!(has_heading || !has_many, "{command} --{long}");
        let help = option.get_help().unwrap().to_string();
        assert!(help.starts_with(char::is_uppercase), "--{long}: {help}");
        assert!(!help.ends_with(['.', ':', ',', ' ']), "--{long}: {help}");
    }
    for (path, command) in commands() {
        let about = command.get_about().unwrap().to_string();
        assert!(about.starts_with(char::is_uppercase) && !about.ends_with('.'), "{path}: {about}");
        for option in command.get_arguments() {
            let help = option.get_long_help().or(option.get_help()).unwrap().to_string();
            let text = help.split("\n[env: ").next().unwrap();
            let is_clap_s = ["help", "version"].contains(&option.get_id().as_str());
            assert!(is_clap_s || text.ends_with(['.', '…']), "{path} {}: {help}", option.get_id());
        }
    }
}
