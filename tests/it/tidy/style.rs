//! Sizes, and words that have no place in any file.

use regex::Regex;

use super::source::{Part, Source, sources};

const MOST_LINES: usize = 500;
const MOST_COLUMNS: usize = 100;
const LONGEST_FUNCTION: usize = 60;

fn everything() -> Vec<&'static Source> {
    [sources("src"), sources("tests")].into_iter().flatten().collect()
}

#[test]
fn files_are_short() {
    for source in everything() {
        let lines = source.text.lines().count();
        assert!(lines <= MOST_LINES, "{} has {lines} lines", source.path);
    }
}

#[test]
fn lines_are_short() {
    let mut long = Vec::new();
    for source in everything() {
        for (number, line) in source.text.lines().enumerate() {
            // Recorded bytes stand as they were recorded.
            let recorded = line.trim_start().starts_with("r#");
            if line.chars().count() > MOST_COLUMNS && !recorded {
                long.push(format!("{}:{}", source.path, number + 1));
            }
        }
    }
    assert!(long.is_empty(), "more than {MOST_COLUMNS} columns:\n{}", long.join("\n"));
}

#[test]
fn functions_are_short() {
    let begin = Regex::new(r"^( *)(pub(\([a-z]+\))? )?(const )?(async )?fn (\w+)").unwrap();
    let mut long = Vec::new();
    for source in sources("src") {
        let lines: Vec<&str> = source.part(Part::Code).lines().collect();
        for (number, line) in lines.iter().enumerate() {
            let Some(found) = begin.captures(line) else { continue };
            let end = format!("{}}}", &found[1]);
            let length = lines[number..].iter().position(|line| *line == end).unwrap_or(0) + 1;
            if length > LONGEST_FUNCTION {
                long.push(format!("{}: {} has {length} lines", source.path, &found[6]));
            }
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn nothing_is_allowed_put_off_or_waited_for() {
    // Spelled in two parts, so that this file has none of them.
    let words = [
        concat!(r"#!?\[al", r"low\b"),
        concat!(r"\bTO", r"DO\b"),
        concat!(r"\bFIX", r"ME\b"),
        concat!(r"\bto", r"do!"),
        concat!(r"\bunimple", r"mented!"),
        concat!(r"#\[ig", r"nore"),
    ];
    let never = Regex::new(&words.join("|")).unwrap();
    let wait = Regex::new(concat!(r"\bsl", r"eep(_until)?\(")).unwrap();
    let mut found = Vec::new();
    for source in everything() {
        let tested = source.path.starts_with("tests/") || source.path.contains("/tests");
        for (number, line) in source.text.lines().enumerate() {
            if never.is_match(line) || tested && wait.is_match(line) {
                found.push(format!("{}:{}: {}", source.path, number + 1, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_file_says_first_what_it_is() {
    for source in everything() {
        let of_units = source.path.starts_with("src/") && source.path.contains("/tests");
        assert!(of_units || source.text.starts_with("//! "), "{}", source.path);
    }
}
