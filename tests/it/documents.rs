//! The tables of the book are what the sources say.
//!
//! What is emulated of an operation is the first paragraph of its file, what is assumed is every
//! mark `Assumed:` in it. The page of commands has the examples of `--help`. With
//! `MTURK_LOCAL_UPDATE` set, both are written anew. The table of options is written by hand, and
//! has what clap has.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

use clap::CommandFactory as _;
use mturk_local::config::examples::COMMANDS;
use mturk_local::config::{Cli, help};
use mturk_local::ops::OPERATIONS;
use regex::Regex;

use crate::cli::environment::options;
use crate::tidy::operations::file_of;

const OPERATIONS_PAGE: &str = "docs/src/operations.md";
const BEGIN: &str = "<!-- Written by tests/it/documents.rs from src/ops. -->\n";
const END: &str = "<!-- End of the table. -->\n";
const MARK: &str = "Assumed: ";
const COMMANDS_PAGE: &str = "docs/src/commands.md";
const COMMANDS_BEGIN: &str = "<!-- Written by tests/it/documents.rs from src/config. -->\n";
const COMMANDS_END: &str = "<!-- End of the commands. -->\n";

#[test]
fn the_table_of_operations_is_what_the_sources_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    is_written(OPERATIONS_PAGE, BEGIN, END, &written(root));
}

#[test]
fn the_page_of_commands_has_the_examples_of_the_program() {
    let mut whole = help::complete(Cli::command());
    whole.build();
    let mut text = String::new();
    for help in COMMANDS {
        let words = help.command.split_whitespace();
        let command = words.fold(&whole, |command, name| command.find_subcommand(name).unwrap());
        let about = command.get_about().unwrap();
        let name = format!("mturk-local {}", help.command);
        write!(
            text,
            "## `{}`\n\n{about}. See [{1}]({1}.md).\n\n```sh,elsewhere\n",
            name.trim_end(),
            help.page
        )
        .unwrap();
        for example in &help.examples {
            writeln!(text, "# {}:\n{}", example.what, example.line).unwrap();
        }
        text.push_str("```\n\n");
    }
    is_written(COMMANDS_PAGE, COMMANDS_BEGIN, COMMANDS_END, &text);
}

/// The page has this text between the two marks; with `MTURK_LOCAL_UPDATE` set it gets it.
fn is_written(page: &str, begin: &str, end: &str, wanted: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(begin).unwrap();
    let (found, after) = rest.split_once(end).unwrap();
    if env::var_os("MTURK_LOCAL_UPDATE").is_some() {
        fs::write(&path, format!("{before}{begin}{wanted}{end}{after}")).unwrap();
        return;
    }
    let advice = "MTURK_LOCAL_UPDATE=1 cargo test --test it documents writes it";
    assert!(found == wanted, "{page}: {advice}:\n{wanted}");
}

/// A row says `--option VALUE`, its variable, and in the meaning every value of a choice and the
/// default.
#[test]
fn the_table_of_options_has_what_the_program_has() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/src/options.md");
    let page = fs::read_to_string(page).unwrap();
    let row =
        Regex::new(r"(?m)^\| (?:`-\w`, )?`--([a-z-]+)(?: ([^`]+))?` \| `([A-Z_]+)` \| (.+) \|$")
            .unwrap();
    let mut rows: BTreeMap<&str, (&str, &str, &str)> = BTreeMap::new();
    for found in row.captures_iter(&page) {
        let [option, variable, meaning] = [1, 3, 4].map(|part| found.get(part).unwrap().as_str());
        let value = found.get(2).map_or("", |value| value.as_str());
        assert!(rows.insert(option, (value, variable, meaning)).is_none(), "{option} stands twice");
    }
    let mut seen = Vec::new();
    for (command, arg) in options() {
        let option = arg.get_long().unwrap().to_owned();
        let (value, variable, meaning) =
            rows.get(option.as_str()).unwrap_or_else(|| panic!("--{option} has no row"));
        assert_eq!(arg.get_env().unwrap(), *variable, "--{option}");
        let choices = arg.get_possible_values();
        let is_choice = !choices.is_empty() && arg.get_action().takes_values();
        for choice in choices.iter().filter(|_| is_choice) {
            let name = choice.get_name();
            assert!(meaning.contains(&format!("`{name}`")), "--{option} of {command}: {name}");
        }
        for default in arg.get_default_values().iter().filter(|_| arg.get_action().takes_values()) {
            let default = format!("`{}`", default.to_str().unwrap());
            assert!(meaning.contains(&default), "--{option} of {command}: {default}");
        }
        assert_eq!(value.is_empty(), !arg.get_action().takes_values(), "--{option}");
        seen.push(option);
    }
    let unknown: Vec<_> = rows.keys().filter(|row| !seen.iter().any(|seen| seen == *row)).collect();
    assert!(unknown.is_empty(), "there is no {unknown:?}");
}

fn written(root: &Path) -> String {
    let mut table = String::from("| operation | emulated | assumed |\n|---|---|---|\n");
    for entry in OPERATIONS {
        let path = format!("src/ops/{}.rs", file_of(entry.name));
        let source = fs::read_to_string(root.join(path)).unwrap();
        let [emulated, assumed] = said(entry.name, &source);
        writeln!(table, "| {} | {emulated} | {assumed} |", entry.name).unwrap();
    }
    table
}

/// What a source says of its operation: what is emulated, what is assumed.
fn said(name: &str, source: &str) -> [String; 2] {
    let paragraphs = paragraphs(source);
    let first = paragraphs[0].strip_prefix(&format!("{name}: "));
    let first = first.unwrap_or_else(|| panic!("{name}: its file does not begin with its name"));
    let emulated = first.split(MARK).next().unwrap().trim_end();
    let marks = paragraphs.iter().flat_map(|paragraph| paragraph.split(MARK).skip(1));
    let assumed: Vec<&str> = marks.map(|mark| mark.trim_end().trim_end_matches('.')).collect();
    [emulated.trim_end_matches('.'), &assumed.join("; ")].map(|text| text.replace('|', "\\|"))
}

/// The comments of a source, a paragraph each.
fn paragraphs(source: &str) -> Vec<String> {
    let mut paragraphs = vec![String::new()];
    for line in source.lines().map(str::trim_start) {
        let text = ["//!", "///", "//"].iter().find_map(|mark| line.strip_prefix(mark));
        match (text.map(str::trim), paragraphs.last_mut().unwrap()) {
            (Some(text), last) if !text.is_empty() => {
                if !last.is_empty() {
                    last.push(' ');
                }
                last.push_str(text);
            }
            (_, last) if !last.is_empty() => paragraphs.push(String::new()),
            _ => {}
        }
    }
    paragraphs
}

#[test]
fn a_source_is_read_by_paragraphs_of_its_comments() {
    let source = "//! GetIt: what\n//! it is. Assumed: one.\n//!\n//! More.\n\nfn f() {\n\
                  /// No\n/// Assumed: two\n    /// lines.\n    ///\n    /// # Errors\n    x;\n";
    assert_eq!(said("GetIt", source), ["what it is", "one; two lines"]);
}
