//! The model of the API against botocore's: every fact of one is a fact of the other.
//!
//! botocore's model is read where it is installed and never copied: from the file that
//! `MTURK_LOCAL_BOTOCORE_MODEL` names, else from a virtual environment `.venv` in the project.
//! Without it the comparison is left out, except in CI.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use mturk_local::wire::model::{Constraint, Member, OPERATIONS, OperationShape, Shape};
use serde_json::{Map, Value, json};

use crate::answers::members;

const MODEL: &str = "site-packages/botocore/data/mturk/2017-01-17/service-2.json.gz";

#[test]
fn the_model_states_what_botocore_states() {
    let Some(botocore) = botocore_model() else { return };
    let differences = compare(&botocore);
    let listed: Vec<_> = differences.iter().map(String::as_str).collect();
    assert!(listed.is_empty(), "{} differences:\n{}", listed.len(), listed.join("\n"));
}

/// The comparison would be worth nothing if it passed a changed fact.
#[test]
fn the_comparison_sees_each_kind_of_fact() {
    let Some(botocore) = botocore_model() else { return };
    for (pointer, changed) in [
        ("/operations/GetHIT", None),
        ("/operations/GetHIT/output", None),
        ("/operations/GetHITs", Some(json!({}))),
        ("/shapes/GetHITRequest/required", None),
        ("/shapes/ListHITsRequest/required", Some(json!(["NextToken"]))),
        ("/shapes/GetHITRequest/required/1", Some(json!("HitId"))),
        ("/shapes/HIT/members/Title", None),
        ("/shapes/HIT/members/Titles", Some(json!({"shape": "String"}))),
        ("/shapes/HIT/members/Title/shape", Some(json!("Integer"))),
        ("/shapes/HIT/members/Title/min", Some(json!(1))),
        ("/shapes/HITList/type", Some(json!("map"))),
        ("/shapes/HITList/max", Some(json!(9))),
        ("/shapes/IntegerList/member/shape", Some(json!("Long"))),
        ("/shapes/EntityId/min", None),
        ("/shapes/EntityId/max", Some(json!(63))),
        ("/shapes/EntityId/pattern", Some(json!("^[A-Z]+$"))),
        ("/shapes/ResultSize/min", Some(json!(0))),
        ("/shapes/ResultSize/max", None),
        ("/shapes/Long/max", Some(json!(9))),
        ("/shapes/Comparator/enum/9", None),
        ("/shapes/Comparator/enum/10", Some(json!("Like"))),
        ("/shapes/String/sensitive", Some(json!(true))),
    ] {
        let mut botocore = botocore.clone();
        change(&mut botocore, pointer, changed);
        assert!(!compare(&botocore).is_empty(), "a change of {pointer} is not seen");
    }
}

/// Sets the value at the pointer, or takes it away.
fn change(model: &mut Value, pointer: &str, value: Option<Value>) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match (model.pointer_mut(parent).unwrap(), value) {
        (Value::Object(fields), Some(value)) => drop(fields.insert(key.to_owned(), value)),
        (Value::Object(fields), None) => drop(fields.remove(key).unwrap()),
        (Value::Array(items), Some(value)) => items.insert(key.parse().unwrap(), value),
        (Value::Array(items), None) => drop(items.remove(key.parse().unwrap())),
        (other, _) => panic!("{pointer}: {other}"),
    }
}

fn botocore_model() -> Option<Value> {
    let Some(path) = model_path() else {
        assert!(std::env::var_os("CI").is_none(), "botocore's model of the API is not installed");
        eprintln!("left out: botocore's model of the API is not installed");
        return None;
    };
    let mut text = String::new();
    let file = fs::File::open(&path).unwrap();
    GzDecoder::new(file).read_to_string(&mut text).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

fn model_path() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("MTURK_LOCAL_BOTOCORE_MODEL") {
        return Some(path.into());
    }
    let lib = Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/lib");
    let mut found: Vec<_> = fs::read_dir(lib)
        .ok()?
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("python"))
        .map(|entry| entry.path().join(MODEL))
        .filter(|path| path.is_file())
        .collect();
    found.sort();
    found.pop()
}

fn compare(botocore: &Value) -> BTreeSet<String> {
    let mut comparison = Comparison { shapes: &botocore["shapes"], differences: BTreeSet::new() };
    let theirs = botocore["operations"].as_object().unwrap();
    comparison.same_names("operations", &names(OPERATIONS.iter().map(|o| o.name)), &keys(theirs));
    for ours in OPERATIONS {
        if let Some(theirs) = theirs.get(ours.name) {
            comparison.operation(ours, theirs);
        }
    }
    comparison.differences
}

/// Walks both models side by side; differences are named by botocore's shapes, so that one in a
/// shared shape is reported once.
struct Comparison<'a> {
    shapes: &'a Value,
    differences: BTreeSet<String>,
}

impl Comparison<'_> {
    fn operation(&mut self, ours: &OperationShape, theirs: &Value) {
        for (side, members) in [("input", ours.input), ("output", members(ours.name))] {
            let place = format!("{}.{side}", ours.name);
            self.reference(&place, &Shape::Structure(members), &theirs[side]);
        }
    }

    /// A reference to a shape: of an operation, a member, or a list's element.
    fn reference(&mut self, place: &str, ours: &Shape, theirs: &Value) {
        let Some(name) = theirs["shape"].as_str() else {
            return self.differ(place, "a shape", "none");
        };
        self.no_other_facts(place, theirs, &["shape", "documentation", "deprecated"]);
        self.shape(place, ours, name);
    }

    fn shape(&mut self, place: &str, ours: &Shape, name: &str) {
        let theirs = &self.shapes[name];
        let kind = kind_of(ours);
        if theirs["type"] != kind {
            return self.differ(place, kind, &theirs["type"].to_string());
        }
        let known = ["type", "documentation", "member", "members", "required"];
        match ours {
            Shape::String(constraints) | Shape::Integer(constraints) => {
                self.constraints(name, constraints, theirs);
            }
            Shape::Long | Shape::Boolean | Shape::Timestamp => self.constraints(name, &[], theirs),
            Shape::List(element) => {
                self.no_other_facts(name, theirs, &known);
                self.reference(&format!("{name}[]"), element, &theirs["member"]);
            }
            Shape::Structure(members) => {
                self.no_other_facts(name, theirs, &known);
                self.members(name, members, theirs);
            }
        }
    }

    fn members(&mut self, name: &str, ours: &[Member], theirs: &Value) {
        let members = theirs["members"].as_object().unwrap();
        self.same_names(name, &names(ours.iter().map(|member| member.name)), &keys(members));
        let required = ours.iter().filter(|member| member.required).map(|member| member.name);
        let place = format!("{name}.required");
        self.same_names(&place, &names(required), &strings(&theirs["required"]));
        for member in ours {
            if let Some(theirs) = members.get(member.name) {
                self.reference(&format!("{name}.{}", member.name), &member.shape, theirs);
            }
        }
    }

    fn constraints(&mut self, name: &str, ours: &[Constraint], theirs: &Value) {
        let mut facts: Map<String, Value> = theirs.as_object().unwrap().clone();
        facts.retain(|key, _| key != "type" && key != "documentation");
        let ours: Map<String, Value> = ours.iter().map(|c| fact_of(c, &theirs["type"])).collect();
        if ours != facts {
            self.differ(name, &Value::from(ours).to_string(), &Value::from(facts).to_string());
        }
    }

    fn same_names(&mut self, place: &str, ours: &BTreeSet<String>, theirs: &BTreeSet<String>) {
        for name in ours.symmetric_difference(theirs) {
            let [here, there] = if ours.contains(name) { [name, "none"] } else { ["none", name] };
            self.differ(place, here, there);
        }
    }

    fn no_other_facts(&mut self, place: &str, theirs: &Value, known: &[&str]) {
        for (key, value) in theirs.as_object().into_iter().flatten() {
            if !known.contains(&key.as_str()) {
                self.differ(place, "nothing", &format!("{key} {value}"));
            }
        }
    }

    fn differ(&mut self, place: &str, ours: &str, theirs: &str) {
        self.differences.insert(format!("{place}: {ours} here, {theirs} in botocore"));
    }
}

fn kind_of(shape: &Shape) -> &'static str {
    match shape {
        Shape::String(_) => "string",
        Shape::Integer(_) => "integer",
        Shape::Long => "long",
        Shape::Boolean => "boolean",
        Shape::Timestamp => "timestamp",
        Shape::List(_) => "list",
        Shape::Structure(_) => "structure",
    }
}

/// The constraint as botocore writes it; one that does not suit the type gets a key of its own.
fn fact_of(constraint: &Constraint, kind: &Value) -> (String, Value) {
    let (key, value, suits) = match constraint {
        Constraint::MaxLength(max) => ("max", json!(max), "string"),
        Constraint::MinLength(min) => ("min", json!(min), "string"),
        Constraint::Matches(pattern) => ("pattern", json!(pattern.text), "string"),
        Constraint::OneOf(values) => ("enum", json!(values), "string"),
        Constraint::Max(max) => ("max", json!(max), "integer"),
        Constraint::Min(min) => ("min", json!(min), "integer"),
    };
    let key = if kind == suits { key.to_owned() } else { format!("{key} of a {suits}") };
    (key, value)
}

fn names<'a>(names: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    names.map(str::to_owned).collect()
}

fn keys(object: &Map<String, Value>) -> BTreeSet<String> {
    object.keys().cloned().collect()
}

fn strings(list: &Value) -> BTreeSet<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
