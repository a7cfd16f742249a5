//! What the image is built from: all that the build needs is let in.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Files that the compiler does not name, but cargo, its macros and the image's scripts read.
const READ_BESIDES: [&str; 8] = [
    ".cargo/config.toml",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "askama.toml",
    "container/build-static.sh",
    "container/tree.sh",
];

/// The names that `.dockerignore` lets in, where it keeps everything else out.
fn let_in(root: &Path) -> Vec<String> {
    let text = fs::read_to_string(root.join(".dockerignore")).unwrap();
    let rules: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(rules[0], "*", "everything is kept out");
    let names = rules[1..].iter().map(|rule| rule.strip_prefix('!').unwrap().to_owned());
    names.collect()
}

/// The files of this repository that the library was compiled from, as the compiler told cargo.
fn compiled(root: &Path) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_BIN_EXE_mturk-local")).parent().unwrap().join("deps");
    let told = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let ours = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.starts_with("mturk_local-") && path.extension().is_some_and(|kind| kind == "d")
    };
    let all = told.filter(ours).filter_map(|path| {
        let written = path.metadata().ok()?.modified().ok()?;
        let text = fs::read_to_string(path).ok()?;
        // The tests of the library are compiled from more.
        let is_library = text.contains(".rlib:") && text.contains("src/lib.rs");
        is_library.then_some((written, text))
    });
    let (_, latest) = all.max_by_key(|(written, _)| *written).unwrap();
    let inside = |path: &str| {
        let path = root.join(path.trim_end_matches(':')).canonicalize().ok()?;
        Some(path.strip_prefix(root).ok()?.to_str()?.to_owned())
    };
    let inside = latest.split_whitespace().filter_map(inside);
    // Its tests read files of their own.
    let needed = |path: &String| !path.starts_with("target/") && !path.starts_with("tests/");
    inside.filter(|path| needed(path) && root.join(path).is_file()).collect()
}

#[test]
fn the_build_of_the_image_gets_every_file_it_needs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let names = let_in(root);
    let compiled = compiled(root);
    for known in ["src/lib.rs", "fixtures/minimal.json", "migrations/0014_market.sql"] {
        assert!(compiled.contains(known), "{known}: {compiled:?}");
    }
    let besides = READ_BESIDES.map(str::to_owned);
    for path in compiled.into_iter().chain(besides) {
        assert!(root.join(&path).exists(), "{path}");
        let within = |name: &String| path == *name || path.starts_with(&format!("{name}/"));
        assert!(names.iter().any(within), "{path} is kept out by .dockerignore");
    }
}

#[test]
fn what_is_let_in_is_there_and_named_once() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let names = let_in(root);
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{names:?}");
    for name in names {
        assert!(root.join(&name).exists(), "{name}");
    }
}
