//! Each parser is fuzzed, and its instructions are counted.

use std::fs;
use std::path::Path;

use mturk_local::parsers::{PARSERS, read};

fn file(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn each_parser_has_a_fuzz_target_and_is_counted() {
    let (targets, cases) = (file("fuzz/Cargo.toml"), file("benches/instructions/cases.rs"));
    let known: Vec<&str> = PARSERS.iter().map(|(name, _)| *name).collect();
    for name in &known {
        let target = format!("name = \"{name}\"\npath = \"target.rs\"");
        assert!(targets.contains(&target), "fuzz/Cargo.toml has no target {name}");
        assert!(cases.contains(&format!("(\"{name}\", ")), "nothing doubles what {name} reads");
    }
    assert_eq!(targets.matches("[[bin]]").count(), known.len());
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
