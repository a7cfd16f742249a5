//! Reads one entry: serde reads what is right, and every part that is wrong is reported.
//!
//! serde stops at the first error. So where it meets one, each member is read alone, and each
//! element of a list and each member of an object within it, until what is wrong is found. The rest
//! makes the entry, so that its other problems are found too. An entry is read once for each level
//! of its types at most.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde::de::value::MapDeserializer;
use serde_json::{Map, Value};
use utoipa::openapi::{RefOr, Schema};

use crate::rules::text::json_holds_nul;
use crate::shapes::scalar::AccessKey;
use crate::worlds::entries::Entry;
use crate::worlds::node::{Member, Node, Object};
use crate::worlds::problem::without_position;

const NO_SUCH_MEMBER: &str = "there is no such member";

/// No type is so deep.
const DEEPEST: usize = 8;

/// An entry as one file has it.
#[derive(Debug)]
pub struct Copied<'a, T> {
    pub node: Node<'a>,
    pub entry: T,
    /// What makes it one with other entries.
    pub id: Option<String>,
    /// The owner that it names: an access key or a requester id.
    pub requester: Option<String>,
    /// Whether something of it could not be read.
    pub is_incomplete: bool,
    /// Required members that are not there.
    pub missing: Vec<String>,
    /// Whether a required member is there and could not be read.
    pub is_unusable: bool,
    /// Members that are lists of entries, which are read apart.
    pub nested: Vec<(&'static str, Node<'a>)>,
}

/// The names of the members that no entry of the kind can do without.
pub fn required<T: Entry>() -> Vec<String> {
    match T::schema() {
        RefOr::T(Schema::Object(object)) => object.required,
        _ => Vec::new(),
    }
}

/// Reads an entry.
pub fn read<'a, T: Entry>(node: Node<'a>, required: &[String]) -> Copied<'a, T> {
    let mut object = node.object();
    if node.is_top() {
        object.members.retain(|(name, _)| T::OF_FILE.contains(&name.as_ref()));
    }
    let nested = T::NESTED.iter().filter_map(|name| Some((*name, object.take(name)?))).collect();
    let (entry, bad) = match whole(&object.members) {
        Some(entry) => (entry, Vec::new()),
        None => in_parts(&object),
    };
    let lacks = |name: &&String| object.raw(name).is_none_or(|raw| raw.get() == "\"\"");
    let key = object.raw("Requester").and_then(|raw| serde_json::from_str(raw.get()).ok());
    Copied {
        entry,
        id: id::<T>(&object).filter(|_| !T::ID.iter().any(|name| bad.iter().any(|b| b == name))),
        requester: key.map(|key: AccessKey| key.to_string()),
        is_incomplete: !bad.is_empty(),
        missing: required.iter().filter(lacks).cloned().collect(),
        is_unusable: bad.iter().any(|name| required.contains(name)),
        nested,
        node,
    }
}

fn id<T: Entry>(object: &Object<'_>) -> Option<String> {
    let text = |name: &&str| serde_json::from_str(object.raw(name)?.get()).ok();
    let parts: Vec<String> = T::ID.iter().map(text).collect::<Option<_>>()?;
    let id = parts.join(" ");
    (!parts.is_empty() && T::is_id(&id)).then_some(id)
}

/// The entry of these members, if all of them are right.
pub fn whole<T: DeserializeOwned>(members: &[Member<'_>]) -> Option<T> {
    if members.iter().any(|(_, raw)| json_holds_nul(raw.get())) {
        return None;
    }
    let members = members.iter().map(|(name, raw)| (name.as_ref(), *raw));
    T::deserialize(MapDeserializer::new(members)).ok()
}

/// The entry without what cannot be read, and the names of the members that are not whole. An
/// unknown member does not make an entry less.
fn in_parts<T: Entry>(object: &Object<'_>) -> (T, Vec<String>) {
    let (mut sound, mut bad) = (Vec::new(), Vec::new());
    for (name, raw) in &object.members {
        let (node, frame) = (object.child(name, raw), Frame::default().member(name));
        // What is null is absent.
        let is_known = || frame.failure::<T>("null").is_none_or(|(why, _)| why != NO_SUCH_MEMBER);
        if node.text() == "null" && is_known() {
            continue;
        }
        let mut problems = 0;
        let left = without_problems::<T>(&node, &frame, &mut problems);
        sound.extend(left.map(|text| member(name, &text)));
        bad.extend((problems > 0).then(|| name.to_string()));
    }
    let text = format!("{{{}}}", sound.join(","));
    (serde_json::from_str(&text).unwrap_or_default(), bad)
}

/// Reads what is not part of an entry. What is wrong with it is reported.
pub fn read_apart<T: DeserializeOwned + Default>(node: &Node<'_>) -> T {
    let text = without_problems::<T>(node, &Frame::default(), &mut 0);
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

fn member(name: &str, text: &str) -> String {
    format!("{}:{text}", Value::from(name))
}

/// What encloses a part of an entry, so that the part can be read alone.
#[derive(Default)]
struct Frame {
    before: String,
    after: String,
    depth: usize,
}

impl Frame {
    fn member(&self, name: &str) -> Self {
        self.within(&format!("{{{}", member(name, "")), '}')
    }

    fn within(&self, before: &str, after: char) -> Self {
        let (before, depth) = (format!("{}{before}", self.before), self.depth + 1);
        Self { before, after: format!("{after}{}", self.after), depth }
    }

    /// Why the part cannot be read here, and whether what is wrong lies within it.
    fn failure<T: DeserializeOwned>(&self, text: &str) -> Option<(String, bool)> {
        if json_holds_nul(text) {
            let reason = "no text holds the character U+0000".to_owned();
            return Some((reason, text.starts_with(['{', '['])));
        }
        let whole = format!("{}{text}{}", self.before, self.after);
        let reader = &mut serde_json::Deserializer::from_str(&whole);
        let error = serde_path_to_error::deserialize::<_, T>(reader).err()?;
        let depth = error.path().iter().count();
        let reason = without_position(error.inner());
        // What encloses it is not whole, since it has nothing but the part.
        (depth >= self.depth).then(|| (plain(reason), depth > self.depth))
    }
}

/// serde's reason in the words of this program.
fn plain(reason: String) -> String {
    if reason.starts_with("unknown field") {
        return NO_SUCH_MEMBER.to_owned();
    }
    let missing = reason.strip_prefix("missing field `").and_then(|name| name.strip_suffix('`'));
    missing.map(|name| format!("{name} is missing")).unwrap_or(reason)
}

/// The text of a part without what cannot be read, each of which is reported; none if nothing is
/// left. Counts the problems that leave the entry incomplete.
fn without_problems<T: DeserializeOwned>(
    node: &Node<'_>,
    frame: &Frame,
    problems: &mut usize,
) -> Option<String> {
    let Some((mut reason, is_within)) = frame.failure::<T>(node.text()) else {
        return Some(node.text().to_owned());
    };
    if is_within && frame.depth < DEEPEST {
        let before = *problems;
        let rest = rest::<T>(node, frame, problems);
        match frame.failure::<T>(&rest) {
            None => return Some(rest),
            // It lacks what could not be read.
            Some(_) if *problems > before => return None,
            Some((why, _)) => reason = why,
        }
    }
    *problems += usize::from(reason != NO_SUCH_MEMBER);
    node.problem(reason);
    None
}

/// A list or an object without what cannot be read of it.
fn rest<T: DeserializeOwned>(node: &Node<'_>, frame: &Frame, problems: &mut usize) -> String {
    if node.text().starts_with('[') {
        let frame = frame.within("[", ']');
        let elements = node.elements();
        let rest = elements.iter().filter_map(|node| without_problems::<T>(node, &frame, problems));
        return format!("[{}]", rest.collect::<Vec<_>>().join(","));
    }
    let object = node.object();
    let rest = object.nodes().filter_map(|(name, node)| {
        let text = without_problems::<T>(&node, &frame.member(name), problems)?;
        Some(member(name, &text))
    });
    format!("{{{}}}", rest.collect::<Vec<_>>().join(","))
}

/// What a value holds, in the one form in which a dump writes it; what is absent is not there.
pub fn canonical<T: Serialize>(value: &T) -> Value {
    let mut value = serde_json::to_value(value).unwrap_or_default();
    remove_nulls(&mut value);
    value
}

fn remove_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, value| !value.is_null());
            members.values_mut().for_each(remove_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(remove_nulls),
        _ => {}
    }
}

/// As [`canonical`], of an object.
pub fn canonical_members<T: Serialize>(value: &T) -> Map<String, Value> {
    match canonical(value) {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::worlds::{Refusal, Worlds};

    fn problems(text: &str) -> Vec<String> {
        let problems = match Worlds::read(vec![text.to_owned()]).map(|worlds| worlds.check()) {
            Ok(Ok(())) => Vec::new(),
            Ok(Err(Refusal::Problems(problems))) | Err(problems) => problems,
            Ok(Err(Refusal::Fault(fault))) => panic!("{fault}"),
        };
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_problem_has_its_line_and_path() {
        let found = problems(
            r#"{"A": 1,
              "HITs": [
                {"Title": 5, "X": null,
                 "QualificationRequirements": [
                    {"QualificationTypeId": "3Q",
                     "Comparator": "Like"}, {"Comparator": "In"}]},
                {"Assignments": [{}, {"AnswerS": 1,
                    "Answers": {"q": {}}}]}],
              "D": null}"#,
        );
        assert_eq!(
            found,
            [
                "line 1: A: there is no such member",
                "line 3: HITs[0].Title: invalid type: integer `5`, expected a string",
                "line 3: HITs[0].X: there is no such member",
                "line 6: HITs[0].QualificationRequirements[0].Comparator: unknown variant `Like`, \
                 expected one of `LessThan`, `LessThanOrEqualTo`, `GreaterThan`, \
                 `GreaterThanOrEqualTo`, `EqualTo`, `NotEqualTo`, `Exists`, `DoesNotExist`, `In`, \
                 `NotIn`",
                "line 6: HITs[0].QualificationRequirements[1]: QualificationTypeId is missing",
                "line 7: HITs[1].Assignments[1].AnswerS: there is no such member",
                "line 8: HITs[1].Assignments[1].Answers.q: an answer is a text or a list of texts",
                "line 9: D: there is no such member",
            ]
        );
    }

    #[test]
    fn what_is_required_is_looked_for() {
        let found = problems(
            r#"{"UploadedFiles": [{"Content": "", "FileName": 1}], "WorkerBlocks": [{"Reason": ""}],
                "Qualifications": [{"WorkerId": null, "QualificationTypeId": "q"}]}"#,
        );
        assert_eq!(
            found,
            [
                "line 1: UploadedFiles[0]: AssignmentId is missing",
                "line 1: UploadedFiles[0]: UploadedFileKey is missing",
                "line 1: UploadedFiles[0]: Content is missing",
                "line 1: UploadedFiles[0].FileName: invalid type: integer `1`, expected a string",
                "line 1: WorkerBlocks[0]: WorkerId is missing",
                "line 2: Qualifications[0]: WorkerId is missing",
                "line 2: Qualifications[0].QualificationTypeId: \"q\": an id is made of capital \
                 letters and digits, at most 64",
            ]
        );
    }

    #[test]
    fn no_text_holds_nul() {
        let work = |text: &str| format!(r#"{{"Workers": [{{"WorkerId": "A1", "Name": {text}}}]}}"#);
        assert_eq!(
            problems(&work(r#""a\u0000b""#)),
            ["line 1: Workers[0].Name: no text holds the character U+0000"]
        );
        assert_eq!(problems(&work(r#""a\\\u0000""#)).len(), 1);
        for fine in [r#""a\\u0000""#, r#""\u0001""#] {
            assert_eq!(problems(&work(fine)), [""; 0], "{fine}");
        }
        let nested = r#"{"HITs": [{"Assignments": [{"Answers": {"q": ["a", "\u0000"]}}]}]}"#;
        assert_eq!(
            problems(nested),
            ["line 1: HITs[0].Assignments[0].Answers.q[1]: no text holds the character U+0000"]
        );
    }

    #[test]
    fn what_is_no_json_is_reported_once() {
        assert_eq!(problems("{\n\"A\": }"), ["line 2: not JSON: expected value"]);
        assert_eq!(problems(""), ["line 1: not JSON: EOF while parsing a value"]);
        assert_eq!(problems("[1]"), ["line 1: invalid type: sequence, expected an object"]);
        let twice = "{\"About\":1,\"About\":2}";
        assert_eq!(problems(twice), ["line 1: About: this member stands twice"]);
        let twice = "{\"HITs\":[{\"Title\":\"1\",\n\"Title\":2}]}";
        assert_eq!(problems(twice), ["line 2: HITs[0].Title: this member stands twice"]);
    }
}
