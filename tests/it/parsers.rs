//! Each parser is fuzzed, and its instructions are counted.

use std::fs;
use std::path::Path;

use mturk_local::parsers::{PARSERS, read};

fn file(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn each_parser_is_fuzzed_and_counted() {
    let cases = file("benches/instructions/cases.rs");
    for (name, _) in PARSERS {
        assert!(cases.contains(&format!("(\"{name}\", ")), "nothing doubles what {name} reads");
    }
    // tests/run fuzzes what has seeds.
    let seeds = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds")).unwrap();
    assert_eq!(seeds.count(), PARSERS.len());
}

#[test]
fn each_parser_reads_its_seeds() {
    for (name, _) in PARSERS {
        let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(name);
        let seeds: Vec<_> = fs::read_dir(seeds).unwrap().map(|seed| seed.unwrap().path()).collect();
        assert!(!seeds.is_empty(), "{name} has no seed");
        for seed in seeds {
            read(name, &fs::read(seed).unwrap());
        }
    }
    read("no such parser", b"");
}
