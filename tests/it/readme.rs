//! The README's table of operations is what the sources say.
//!
//! What is emulated is the first paragraph of an operation's file, what is assumed is every mark
//! `Assumed:` in it. With `MTURK_LOCAL_UPDATE` set the table is written anew.

use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

use mturk_local::ops::OPERATIONS;

use crate::tidy::operations::file_of;

const BEGIN: &str = "<!-- Written by tests/it/readme.rs from src/ops. -->\n";
const END: &str = "<!-- End of the table. -->\n";
const MARK: &str = "Assumed: ";

#[test]
fn the_table_of_operations_is_what_the_sources_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let (before, rest) = readme.split_once(BEGIN).unwrap();
    let (table, after) = rest.split_once(END).unwrap();
    let written = written(root);
    if env::var_os("MTURK_LOCAL_UPDATE").is_some() {
        let readme = format!("{before}{BEGIN}{written}{END}{after}");
        fs::write(root.join("README.md"), readme).unwrap();
        return;
    }
    let advice = "MTURK_LOCAL_UPDATE=1 cargo test --test it readme writes the table";
    assert!(table == written, "{advice}:\n{written}");
}

fn written(root: &Path) -> String {
    let mut table = String::from("| operation | emulated | assumed |\n|---|---|---|\n");
    for entry in OPERATIONS {
        let path = format!("src/ops/{}.rs", file_of(entry.name));
        let source = fs::read_to_string(root.join(&path)).unwrap();
        let [emulated, assumed] = said(entry.name, &source);
        writeln!(table, "| [{}]({path}) | {emulated} | {assumed} |", entry.name).unwrap();
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
