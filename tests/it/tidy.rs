//! The rules of ARCHITECTURE.md that a reader of the sources can check, checked.
//!
//! A source is read as text, without its comments and without its tests. Each rule says what it
//! looks for and where that may stand; a breach names file and line.

mod cycles;
mod layers;
pub mod operations;
mod sheets;
mod source;
mod style;

use regex::Regex;

use source::{Part, Source, sources};

/// Fails with every place in `src` where `pattern` stands, unless `may` allows it there.
fn nowhere(what: &str, part: Part, pattern: &str, may: impl Fn(&Source) -> bool) {
    let pattern = Regex::new(pattern).unwrap();
    let found: Vec<String> = sources("src")
        .iter()
        .filter(|source| !may(source))
        .flat_map(|source| source.places(part, &pattern))
        .collect();
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

#[test]
fn only_the_store_knows_its_database() {
    let store = |source: &Source| source.is_in("store");
    nowhere("sqlx outside the store", Part::Code, r"\bsqlx\b", store);
    let statement = concat!(
        r"\b(SELECT|INSERT INTO|DELETE FROM|UPDATE \w+ SET|CREATE (TABLE|INDEX)",
        r"|BEGIN|COMMIT|ROLLBACK)\b"
    );
    nowhere("SQL outside the store", Part::CodeAndStrings, statement, store);
}

#[test]
fn no_page_is_reached_by_counting() {
    nowhere("OFFSET", Part::CodeAndStrings, r"\bOFFSET\b", |_| false);
}

#[test]
fn rules_and_shapes_are_pure() {
    let elsewhere = |source: &Source| !source.is_in("rules") && !source.is_in("shapes");
    let impure = concat!(
        r"\basync\b|\.await\b|\b(axum|tokio|hyper|sqlx)::|\bcrate::(store|turn)\b",
        r"|\bstd::(fs|net|env|process|thread)\b"
    );
    nowhere("not pure", Part::Code, impure, elsewhere);
}

#[test]
fn http_stays_above_the_engine() {
    let above = |source: &Source| layers::rank(source.module()) > layers::rank("engine");
    nowhere("axum or hyper too low", Part::Code, r"\b(axum|hyper|tower|tower_http)::", above);
}

#[test]
fn time_and_chance_have_one_source_each() {
    let time = |source: &Source| source.path == "src/time/clock.rs";
    nowhere("real time", Part::Code, r"\bUtc::now\b|\bLocal::now\b|\bSystemTime::now\b", time);
    let ids = |source: &Source| source.module() == "ids";
    nowhere("random ids", Part::Code, r"\bUuid::new_v|\bgetrandom::|\brand::", ids);
}

#[test]
fn below_the_operations_json_has_types() {
    let typed = ["rules", "shapes", "store", "actions"];
    // Answers have the names of a requester's fields.
    let free = ["src/rules/robots/", "src/rules/question/fields/", "src/rules/question/columns.rs"];
    let elsewhere = |source: &Source| {
        let is_free = free.iter().any(|folder| source.path.starts_with(folder));
        is_free || !typed.iter().any(|module| source.is_in(module))
    };
    let untyped = r"\bserde_json::(Value|json|\{)";
    nowhere("untyped JSON", Part::Code, untyped, elsewhere);
}

/// A turn that is taken again after a conflict must leave nothing behind of the first attempt.
#[test]
fn a_turn_answers_by_its_result_alone() {
    let turns = ["wire", "control", "site", "ops", "actions", "views", "timers", "embedded"];
    let elsewhere = |source: &Source| !turns.iter().any(|module| source.is_in(module));
    nowhere("shared state beside turns", Part::Code, r"\b(Atomic[A-Z]\w+|Mutex)\b", elsewhere);
}

#[test]
fn what_cannot_fail_says_why() {
    nowhere("unwrap outside tests", Part::Code, r"\.unwrap\(\)", |_| false);
}
