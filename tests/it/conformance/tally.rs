//! How many checks each operation passes, kept in a file that may only grow.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

use serde_json::Value;

use super::requests::Kind;

const FILE: &str = "tests/it/conformance/checks.txt";
const COLUMNS: [&str; 8] =
    ["succeeds", "absent", "bounds", "enums", "types", "unknown", "total", "shown"];

/// The checks of one operation.
#[derive(Default)]
pub struct Row {
    succeeds: usize,
    kinds: BTreeMap<Kind, usize>,
    shown: BTreeSet<String>,
}

impl Row {
    /// A check that was passed.
    pub fn count(&mut self, kind: Kind) {
        *self.kinds.entry(kind).or_default() += 1;
    }

    /// An answer that was a success and of the model's shape.
    pub fn succeeded(&mut self) {
        self.succeeds += 1;
    }

    /// The members that an answer had; one that no answer has is not checked.
    pub fn saw(&mut self, answer: &Value) {
        self.shown.extend(members(answer));
    }

    fn numbers(&self) -> [usize; 8] {
        let of = |kind| self.kinds.get(&kind).copied().unwrap_or_default();
        let kinds = [Kind::Absent, Kind::Bound, Kind::Enum, Kind::Type, Kind::Unknown].map(of);
        let [absent, bounds, enums, types, unknown] = kinds;
        let total = self.succeeds + kinds.iter().sum::<usize>();
        [self.succeeds, absent, bounds, enums, types, unknown, total, self.shown.len()]
    }
}

/// The paths of all members of an answer, whatever stands how often in its lists.
pub fn members(answer: &Value) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    collect("", answer, &mut paths);
    paths
}

fn collect(path: &str, value: &Value, paths: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = format!("{path}.{name}");
                collect(&path, value, paths);
                paths.insert(path);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(path, item, paths)),
        _ => {}
    }
}

/// Prints the table and compares it with the file: no number may be smaller than there, and none
/// larger where `CI` is set, so that the file does not lag behind.
pub fn compare(rows: &BTreeMap<&str, Row>) {
    let table = table(rows);
    eprint!("{table}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    if env::var_os("MTURK_LOCAL_UPDATE").is_some() {
        fs::write(&path, &table).unwrap();
    }
    let told = told(&fs::read_to_string(&path).unwrap(), &table, env::var_os("CI").is_some());
    let advice = "set MTURK_LOCAL_UPDATE=1 if that is meant";
    assert!(told.is_empty(), "{advice}:\n{}", told.join("\n"));
}

/// What is less in the second table than in the first; and what is more, if they must be equal.
fn told(before: &str, now: &str, equal: bool) -> Vec<String> {
    let mut told = fallen(before, now);
    if equal {
        told.extend(fallen(now, before).iter().map(|line| format!("the other way round: {line}")));
    }
    told
}

fn table(rows: &BTreeMap<&str, Row>) -> String {
    let mut text = format!("{:36}", "operation");
    for column in COLUMNS {
        write!(text, "{column:>10}").unwrap();
    }
    for (operation, row) in rows {
        write!(text, "\n{operation:36}").unwrap();
        for number in row.numbers() {
            write!(text, "{number:>10}").unwrap();
        }
    }
    text + "\n"
}

/// What is less in the second table than in the first.
fn fallen(before: &str, now: &str) -> Vec<String> {
    let numbers = |line: &str| -> Vec<usize> {
        line.split_whitespace().skip(1).map(|number| number.parse().unwrap()).collect()
    };
    let name = |line: &str| line.split_whitespace().next().unwrap_or_default().to_owned();
    let mut fallen = Vec::new();
    for line in before.lines().skip(1) {
        let same = now.lines().skip(1).find(|other| name(other) == name(line));
        let now = same.map_or_else(|| vec![0; COLUMNS.len()], numbers);
        for ((column, before), now) in COLUMNS.iter().zip(numbers(line)).zip(now) {
            if now < before {
                fallen.push(format!("{} {column}: {before} before, {now} now", name(line)));
            }
        }
    }
    fallen
}

#[test]
fn a_number_that_falls_is_told() {
    let before = "operation succeeds absent\nGetHIT 1 2\nListHITs 1 0\n";
    assert!(fallen(before, "operation\nListHITs 1 5\nGetHIT 1 2\nNew 0 0\n").is_empty());
    assert_eq!(
        fallen(before, "operation\nGetHIT 1 1\n"),
        ["GetHIT absent: 2 before, 1 now", "ListHITs succeeds: 1 before, 0 now"]
    );
}

#[test]
fn a_file_that_lags_behind_is_told_where_it_must_not() {
    let (old, new) = ("operation succeeds\nGetHIT 1\n", "operation succeeds\nGetHIT 2\nNew 1\n");
    assert!(told(old, new, false).is_empty() && told(new, new, true).is_empty());
    assert_eq!(
        told(old, new, true),
        [
            "the other way round: GetHIT succeeds: 2 before, 1 now",
            "the other way round: New succeeds: 1 before, 0 now"
        ]
    );
    assert_eq!(told(new, old, false).len(), 2);
}
