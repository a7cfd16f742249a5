//! One file is one operation, known by name there alone, and tested in a file of its own.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use mturk_local::ops;
use mturk_local::shapes::operation::Operation;
use mturk_local::wire::model;
use regex::Regex;

use super::source::{Part, sources};

/// `CreateHITWithHITType` in a file's name: `create_hit_with_hit_type`.
pub fn file_of(operation: &str) -> String {
    let mut name = String::new();
    for c in in_rust(operation).chars() {
        if c.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(c.to_ascii_lowercase());
    }
    name
}

/// `CreateHITWithHITType` as a Rust type: `CreateHitWithHitType`.
fn in_rust(operation: &str) -> String {
    operation.replace("HIT", "Hit").replace("URL", "Url")
}

/// The names of the files in a folder, without `.rs`.
fn files(folder: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    names.filter_map(|name| name.to_str().unwrap().strip_suffix(".rs").map(str::to_owned)).collect()
}

fn built() -> BTreeSet<String> {
    ops::OPERATIONS.iter().map(|entry| file_of(entry.name)).collect()
}

#[test]
fn each_file_is_one_operation_and_the_reverse() {
    let mut files = files("src/ops");
    assert!(files.remove("list"), "what operations that list have in common");
    assert!(files.remove("lag"), "what some operations do not show at once");
    assert_eq!(files, built());
    assert_eq!(ops::OPERATIONS.len(), model::OPERATIONS.len(), "every operation is built");
    assert!(ops::OPERATIONS.is_sorted_by(|a, b| a.name < b.name));
    let named = Operation::ALL.iter().map(|one| one.as_str()).filter(|name| *name != "*");
    assert!(named.eq(ops::OPERATIONS.iter().map(|entry| entry.name)));
    for entry in ops::OPERATIONS {
        assert!(model::operation(entry.name).is_some(), "the API has no {}", entry.name);
    }
}

#[test]
fn each_operation_has_tests_of_its_own() {
    assert_eq!(files("tests/it/ops"), built());
    for source in sources("tests/it/ops") {
        assert!(source.text.contains("test]\n"), "{} tests nothing", source.path);
    }
}

/// What lists operations, or shows calls of them to people.
const NAMING: [&str; 2] = ["src/shapes/operation.rs", "src/config/examples.rs"];

#[test]
fn no_other_module_knows_an_operation_by_name() {
    let names = model::OPERATIONS.iter().flat_map(|shape| [shape.name.into(), in_rust(shape.name)]);
    let names: Vec<String> = names.collect();
    let pattern = Regex::new(&format!(r"\b({})\b", names.join("|"))).unwrap();
    let found: Vec<String> = sources("src")
        .iter()
        .filter(|source| !source.is_in("ops") && !source.path.starts_with("src/wire/model"))
        .filter(|source| !NAMING.contains(&source.path.as_str()))
        .flat_map(|source| source.places(Part::CodeAndStrings, &pattern))
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn names_of_files_follow_from_names_of_operations() {
    assert_eq!(file_of("CreateHITWithHITType"), "create_hit_with_hit_type");
    assert_eq!(file_of("ListHITs"), "list_hits");
    assert_eq!(file_of("GetFileUploadURL"), "get_file_upload_url");
}
