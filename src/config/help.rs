//! What `-h` and `--help` show besides the description of the options.

use std::fmt::Write as _;

use clap::{Arg, Command};

use crate::config::examples::{self, CommandHelp};

/// The widest line.
const WIDTH: usize = 80;
/// The options that `-h` shows of commands that have all options of the server; the others hide
/// what is rarely used where it is defined.
const SHORT: [(&str, &[&str]); 2] = [
    ("", &["listen", "database", "fixture"]),
    ("exec", &["fixture", "clock", "freeze", "no-intercept", "log-file"]),
];

/// The command line with what its help shows: examples, and each option with its variable.
#[must_use]
pub fn complete(command: Command) -> Command {
    add(with_sentences(command).max_term_width(WIDTH), "")
}

/// The command line, in which each option is described by whole sentences.
#[must_use]
pub fn with_sentences(command: Command) -> Command {
    command.mut_args(sentences).mut_subcommands(with_sentences)
}

fn sentences(option: Arg) -> Arg {
    let Some(help) = option.get_long_help().or(option.get_help()) else { return option };
    let mut text = help.to_string();
    if !text.ends_with(['.', '…']) {
        text.push('.');
    }
    option.long_help(text)
}

fn add(command: Command, path: &str) -> Command {
    let short = SHORT.iter().find(|(of, _)| *of == path).map(|(_, options)| *options);
    let typed = format!("mturk-local {path}");
    let mut command = command
        .mut_args(|option| shortened(with_variable(option), short))
        .after_help(format!("All options, with examples: {} --help", typed.trim_end()));
    if let Some(help) = examples::of(path) {
        command = command.after_long_help(examples_and_more(help));
    }
    // `mturk-local help COMMAND` shows the help of all commands.
    command = command.disable_help_subcommand(!path.is_empty());
    let names: Vec<String> =
        command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    names.into_iter().fold(command, |command, name| {
        let path = format!("{path} {name}");
        command.mut_subcommand(name, |sub| add(sub, path.trim_start()))
    })
}

/// Names the variable in `--help` only. Its value, which may be a password, is never shown.
fn with_variable(option: Arg) -> Arg {
    let (Some(variable), Some(help)) = (option.get_env(), option.get_long_help()) else {
        return option;
    };
    let text = format!("{help}\n[env: {}]", variable.to_string_lossy());
    option.hide_env(true).long_help(text)
}

fn shortened(option: Arg, shown: Option<&[&str]>) -> Arg {
    let is_shown = |option: &Arg| match (shown, option.get_long()) {
        (Some(shown), Some(long)) => shown.contains(&long),
        _ => !option.is_hide_short_help_set(),
    };
    let is_hidden = !is_shown(&option);
    option.hide_short_help(is_hidden)
}

fn examples_and_more(help: &CommandHelp) -> String {
    let mut text = String::from("Examples:");
    for example in &help.examples {
        let _ = write!(text, "\n  {}:\n    {}\n", example.what, example.line);
    }
    let page = help.command.split(' ').next().filter(|name| !name.is_empty());
    let page = page.unwrap_or("serve");
    let _ = write!(
        text,
        "\nRead more:\n  mturk-local man {page} | man -l -\n  docs/src/{}.md, a page of the book",
        help.page
    );
    text
}
