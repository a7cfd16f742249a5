//! Imports point down only.

use regex::Regex;

use super::source::{Part, sources};

/// The modules of each layer, from the bottom. Those of one layer do not know each other.
const LAYERS: [&[&str]; 20] = [
    &["digest", "spool"],
    &["fault", "time", "ids", "money"],
    &["shapes"],
    &["rules"],
    &["store"],
    &["turn"],
    &["actions"],
    &["ops", "views", "timers", "worlds"],
    &["engine"],
    &["sigv4", "http_client", "outbound", "journal", "metrics", "advice"],
    &["web"],
    &["wire", "site", "console", "desk", "control", "notify", "answerers", "host_check"],
    &["emulator", "parsers"],
    &["config", "tls"],
    &["serve"],
    &["intercept", "embedded", "preview"],
    &["cli"],
    &["client"],
    &["program"],
    &["main", "lib"],
];

/// The layer of a module, counted from the bottom.
pub fn rank(module: &str) -> usize {
    let layer = LAYERS.iter().position(|modules| modules.contains(&module));
    layer.unwrap_or_else(|| panic!("{module} stands in no layer: say in tidy/layers.rs in which"))
}

#[test]
fn imports_point_down() {
    let import = Regex::new(r"\b(?:crate|mturk_local)::(\w+)").unwrap();
    let several = Regex::new(r"\b(?:crate|mturk_local)::\{").unwrap();
    let mut breaches = Vec::new();
    for source in sources("src") {
        let code = source.part(Part::Code);
        assert!(!several.is_match(code), "{}: one import a line", source.path);
        let from = source.module();
        for (number, line) in code.lines().enumerate() {
            for to in import.captures_iter(line).map(|found| found.get(1).unwrap().as_str()) {
                if to != from && rank(to) >= rank(from) {
                    breaches.push(format!("{}:{}: {from} imports {to}", source.path, number + 1));
                }
            }
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn architecture_draws_these_layers() {
    let text = include_str!("../../../ARCHITECTURE.md");
    let mut drawing = &text[text.find("```text").unwrap()..];
    for layer in LAYERS.iter().rev() {
        let line = format!("\n {}", layer.join(", "));
        let found =
            drawing.find(&line).unwrap_or_else(|| panic!("{line}: not next in the drawing"));
        drawing = &drawing[found + line.len()..];
    }
}

#[test]
fn no_module_reaches_out_through_its_parents() {
    let climb = Regex::new(r"\bsuper::super::super\b").unwrap();
    let reach = Regex::new(r"\bsuper::").unwrap();
    for source in sources("src") {
        let top = source.path.matches('/').count() == 1;
        let pattern = if top { &reach } else { &climb };
        assert_eq!(source.places(Part::Code, pattern), [""; 0]);
    }
}
