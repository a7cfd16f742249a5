//! Style sheets and templates speak of the same classes.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// The texts of all files below `src` with one of these ends, but not of Bootstrap's.
fn texts(ends: &[&str]) -> Vec<(PathBuf, String)> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if !path.ends_with("bs30") {
                    folders.push(path);
                }
            } else if ends.iter().any(|end| path.extension().is_some_and(|known| known == *end)) {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    found
}

/// The classes that elements of pages have: those that stand in templates, and statuses of work.
fn classes(pages: &[(PathBuf, String)]) -> BTreeSet<&str> {
    let attribute = Regex::new(r#"class="((?:\{[{%].*?[%}]\}|[^"])*)""#).unwrap();
    let word = Regex::new(r"[A-Za-z][\w-]*").unwrap();
    let found = pages.iter().flat_map(|(_, text)| attribute.captures_iter(text));
    let words = found.flat_map(|found| word.find_iter(found.get(1).unwrap().as_str()));
    words.map(|found| found.as_str()).chain(["approved", "rejected", "in-work"]).collect()
}

/// The classes that a selector names.
fn named(selector: &str) -> Vec<String> {
    let class = Regex::new(r"\.([A-Za-z][\w-]*)").unwrap();
    class.captures_iter(selector).map(|one| one[1].to_owned()).collect()
}

#[test]
fn no_sheet_styles_what_no_page_has() {
    let (pages, scripts) = (texts(&["html"]), texts(&["js"]));
    let mut used = classes(&pages);
    let word = Regex::new(r"[A-Za-z][\w-]*").unwrap();
    let selector = Regex::new(SELECTOR).unwrap();
    // Scripts give classes to elements, too.
    let given: Vec<String> =
        scripts.iter().map(|(_, text)| selector.replace_all(text, "").into_owned()).collect();
    used.extend(given.iter().flat_map(|text| word.find_iter(text)).map(|found| found.as_str()));
    let comment = Regex::new(r"(?s)/\*.*?\*/").unwrap();
    let before_rules = Regex::new(r"[^{}]*\{").unwrap();
    let mut unused = Vec::new();
    for (path, text) in texts(&["css"]) {
        let text = comment.replace_all(&text, "");
        let all = before_rules.find_iter(&text).flat_map(|found| named(found.as_str()));
        unused.extend(all.filter(|name| !used.contains(&**name)).map(|name| (path.clone(), name)));
    }
    assert!(unused.is_empty(), "{unused:#?}");
}

const SELECTOR: &str = r#"(?:querySelector(?:All)?|closest|matches)\("([^"]*)"\)"#;

#[test]
fn no_script_of_the_site_looks_for_what_no_page_has() {
    let pages = texts(&["html"]);
    let used = classes(&pages);
    let selector = Regex::new(SELECTOR).unwrap();
    let mut unused = Vec::new();
    for (path, text) in texts(&["js"]) {
        // Pages of requesters have classes of their own.
        let is_theirs = |part: &OsStr| part == "crowd" || part == "annotation";
        if path.components().any(|part| is_theirs(part.as_os_str())) {
            continue;
        }
        let all = selector.captures_iter(&text).flat_map(|found| named(&found[1]));
        unused.extend(all.filter(|name| !used.contains(&**name)).map(|name| (path.clone(), name)));
    }
    assert!(unused.is_empty(), "{unused:#?}");
}
