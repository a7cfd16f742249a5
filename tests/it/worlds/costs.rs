//! What it costs to read worlds grows as they do: instructions are counted, by valgrind.

use std::env;
use std::process::Command;

use mturk_local::worlds::Worlds;
use regex::Regex;
use rstest::rstest;

/// Where the files of the counted run stand, as a JSON array of texts.
const FILES: &str = "MTURK_LOCAL_TEST_FILES";

/// Instructions are counted where this is set, since 24 runs of valgrind take minutes.
const COUNTS: &str = "MTURK_LOCAL_TEST_INSTRUCTIONS";

/// A HIT on lines of its own, with a member that no HIT has.
fn unknown_member(index: usize) -> String {
    format!("{{\n \"Title\": \"{index}\",\n \"Unknown\": 1,\n \"Reward\": \"0.05\"\n}}")
}

fn unknown_members(count: usize) -> Vec<String> {
    let hits: Vec<String> = (0..count).map(unknown_member).collect();
    vec![format!("{{\"HITs\": [{}]}}", hits.join(",\n"))]
}

fn sound_hits(count: usize) -> Vec<String> {
    let hits: Vec<String> = (0..count).map(|n| format!(r#"{{"HITId": "3H{n}"}}"#)).collect();
    vec![format!("{{\"HITs\": [{}]}}", hits.join(",\n"))]
}

fn members_of_one_object(count: usize) -> Vec<String> {
    let members: Vec<String> = (0..count).map(|n| format!("\"M{n}\": 0")).collect();
    vec![format!("{{\"HITs\": [{{{}}}]}}", members.join(",\n"))]
}

fn one_member_many_times(count: usize) -> Vec<String> {
    let members = vec!["\"Title\": \"\""; count];
    vec![format!("{{\"HITs\": [{{{}}}]}}", members.join(",\n"))]
}

/// Each file has a page of one HIT's report.
fn pages_of_one_report(count: usize) -> Vec<String> {
    let page = |n| {
        let result = format!(r#"{{"ActionId": "3A{n}", "Key": "k", "Value": "v"}}"#);
        format!(r#"{{"HITId": "3H", "HITReviewReport": {{"ReviewResults": [{result}]}}}}"#)
    };
    (0..count).map(page).collect()
}

/// The first file says much of a HIT, each other one contradicts it.
fn many_against_one(count: usize) -> Vec<String> {
    let hit = |title: &str| format!(r#"{{"HITs": [{{"HITId": "3H", "Title": "{title}"}}]}}"#);
    let all = (0..count).map(|n| hit(&n.to_string()));
    std::iter::once(hit(&"x".repeat(100 * count))).chain(all).collect()
}

fn many_unlike_members(count: usize) -> Vec<String> {
    let hit = |n: usize| format!(r#"{{"HITs": [{{"HITId": "3H", "M{n}": {n}}}]}}"#);
    (0..count).map(hit).collect()
}

fn deep(count: usize) -> Vec<String> {
    let nested = [vec!["["; 20 * count], vec!["]"; 20 * count]].concat().concat();
    vec![format!("{{\"HITs\": [{{\"Title\": {nested}, \"Answers\": {nested}}}]}}")]
}

/// The run that is counted: nothing but reading.
#[test]
fn counted() {
    let Ok(path) = env::var(FILES) else { return };
    let texts: Vec<String> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let _ = Worlds::read(texts).map(|worlds| worlds.check().is_ok());
}

/// How many instructions it takes to read these files.
fn instructions(texts: &[String]) -> u64 {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("files.json");
    std::fs::write(&path, serde_json::to_vec(texts).unwrap()).unwrap();
    let run = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env::current_exe().unwrap())
        .args(["--exact", "worlds::costs::counted", "--test-threads=1"])
        .env(FILES, &path)
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&run.stderr);
    let collected = Regex::new(r"Collected : (\d+)").unwrap();
    let count = collected.captures(&output).unwrap_or_else(|| panic!("no count: {output}"));
    count[1].parse().unwrap()
}

#[rstest]
#[case(unknown_members)]
#[case(sound_hits)]
#[case(members_of_one_object)]
#[case(one_member_many_times)]
#[case(pages_of_one_report)]
#[case(many_against_one)]
#[case(many_unlike_members)]
#[case(deep)]
fn reading_is_linear(#[case] files: fn(usize) -> Vec<String>) {
    if env::var_os(COUNTS).is_none() {
        return;
    }
    let [small, medium, large] = [400, 800, 1600].map(|count| instructions(&files(count)));
    // What a start costs is in each of them.
    #[expect(clippy::cast_precision_loss, reason = "a ratio")]
    let ratio = (large - medium) as f64 / (medium - small) as f64;
    assert!(ratio < 2.5, "{small}, {medium}, {large}: {ratio}");
}
