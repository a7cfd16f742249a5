//! Reads one file of an archive: objects, lists or JSON lines. The content tells what an entry is.

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::money::Funds;
use crate::time::When;
use crate::worlds::archive::item::{Item, Noticed};
use crate::worlds::archive::kind::Kind;
use crate::worlds::node::{Node, Object};
use crate::worlds::parallel;
use crate::worlds::problem::{Place, Problem, Reading, without_position};

/// What is nested deeper is left out. It bounds the recursion.
const DEEPEST: usize = 100;

/// What one file holds.
#[derive(Debug, Default)]
pub struct File {
    /// The entries, grouped by kind, the earliest first.
    pub items: Vec<(Kind, Item)>,
    /// The last balance, and when it was saved.
    pub balance: Option<(Option<i64>, String)>,
    /// The market's time, if the file is a dump.
    pub now: Option<String>,
    /// Whether it has a list of the API, which may be empty.
    pub has_list: bool,
    /// What could not be read and is left out. If there are no entries, that is the whole file.
    pub problems: Vec<Problem>,
    /// See `Noticed`.
    pub naive_times: usize,
    /// See `Noticed`.
    pub unknown_members: BTreeSet<String>,
    /// Whether it is a table, of which all or nothing is read.
    pub is_table: bool,
    /// What a person might want to know about the file.
    pub notes: Vec<String>,
    /// The numbers of the batches of a dump.
    pub batches: Vec<i64>,
}

/// Decodes the text of a file: UTF-16 if it begins with a byte order mark, or else UTF-8.
///
/// # Errors
/// For a person: what the file is instead of text, and what to do.
pub fn decode(bytes: Vec<u8>) -> Result<String, String> {
    let not_text = match bytes.as_slice() {
        [0x1f, 0x8b, ..] | [b'P', b'K', 3, 4, ..] => "compressed: unpack it first",
        [0x80, 2..=5, ..] => {
            "a Python pickle, not JSON: open it in Python and save it with json.dump"
        }
        [0xff, 0xfe, rest @ ..] => return utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => return utf16(rest, u16::from_be_bytes),
        _ => {
            let text = String::from_utf8(bytes);
            return text.map_err(|error| {
                let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
                let line = before.split(|byte| *byte == b'\n').count();
                format!("line {line}: not UTF-8 text: save it as UTF-8")
            });
        }
    };
    Err(not_text.to_owned())
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, String> {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
    String::from_utf16(&units)
        .map_err(|_| "not UTF-16 text, although it begins with a UTF-16 mark".to_owned())
}

/// Reads a file's text.
///
/// # Errors
/// For a person: what the file is instead of JSON.
pub fn read(text: String) -> Result<File, String> {
    let texts = [text];
    let reading = Reading::new(&texts);
    let pieces = pieces(&reading)?;
    let mut walk = Walk::default();
    for piece in pieces {
        walk.value(&piece, None, None, 0);
    }
    let Walk { found, balance, now, has_list, batches, .. } = walk;
    let read = parallel::map(found, |found: Found<'_>| {
        let (item, noticed) = found.kind.read(&found.node, found.hit_id.as_deref());
        let Found { kind, saved_at, list, .. } = found;
        (kind, item.map(|item| Item { list, saved_at, ..item }), noticed)
    });
    let mut file = File { balance, now, has_list, batches, ..File::default() };
    let mut lists: BTreeMap<Kind, Vec<Item>> = BTreeMap::new();
    for (kind, item, Noticed { naive_times, unknown_members }) in read {
        file.naive_times += naive_times;
        file.unknown_members.extend(unknown_members);
        lists.entry(kind).or_default().extend(item);
    }
    for (kind, list) in lists {
        file.items.extend(oldest_first(list).into_iter().map(|item| (kind, item)));
    }
    drop(file.problems);
    let problems = reading.into_problems().with_lines(&texts);
    Ok(File { problems, ..file })
}

/// The entries, the oldest first: a list of the API that begins with the latest is reversed.
fn oldest_first(mut list: Vec<Item>) -> Vec<Item> {
    let goes_back = list.first().map(|item| item.at) > list.last().map(|item| item.at);
    if goes_back && list.is_sorted_by(|one, other| one.at >= other.at) {
        list.reverse();
    }
    list
}

/// The JSON values of a file: one, or several one after another.
fn pieces<'a>(reading: &'a Reading<'a>) -> Result<Vec<Node<'a>>, String> {
    let text = reading.texts[0].as_str();
    let trimmed = text.trim_start_matches('\u{feff}');
    let shift = text.len() - trimmed.len();
    if let Some(why) = not_json(trimmed) {
        return Err(why.to_owned());
    }
    let mut values = serde_json::Deserializer::from_str(trimmed).into_iter::<&RawValue>();
    let mut pieces = Vec::new();
    loop {
        let at = shift + values.byte_offset();
        match values.next() {
            None => return Ok(pieces),
            Some(Ok(raw)) => pieces.push(piece(reading, at, raw)),
            Some(Err(error)) => {
                let lines = lines(reading, trimmed, shift);
                return lines.ok_or_else(|| {
                    format!("line {}: not JSON: {}", error.line(), without_position(&error))
                });
            }
        }
    }
}

fn piece<'a>(reading: &'a Reading<'a>, at: usize, raw: &'a RawValue) -> Node<'a> {
    Node { reading, raw, place: Place::new(0, at, String::new()) }
}

/// The values of JSON lines, some of which are broken; `None` if the first line is broken.
fn lines<'a>(reading: &'a Reading<'a>, text: &'a str, shift: usize) -> Option<Vec<Node<'a>>> {
    let (mut pieces, mut at) = (Vec::new(), shift);
    for line in text.split_inclusive('\n') {
        match serde_json::from_str::<&RawValue>(line.trim_end()) {
            _ if line.trim().is_empty() => {}
            Ok(raw) => pieces.push(piece(reading, at, raw)),
            Err(_) if pieces.is_empty() => return None,
            Err(error) => {
                let place = Place::new(0, at, String::new());
                reading.problems().add(&place, format!("not JSON: {}", without_position(&error)));
            }
        }
        at += line.len();
    }
    Some(pieces)
}

/// What a text is instead of JSON, by how it begins; `None` if it may be JSON.
fn not_json(text: &str) -> Option<&'static str> {
    let first = text.trim_start();
    let within = first.trim_start_matches(['[', '{', ' ', '\n']);
    let is_json = first.starts_with(['{', '[']);
    if is_json && within.starts_with(['\'', '(']) || first.starts_with("datetime.") {
        return Some(
            "Python's repr, not JSON: save answers with json.dump(answer, file, default=str)",
        );
    }
    let columns = first.lines().next().unwrap_or_default();
    if !is_json && columns.contains("HITId") && columns.contains('\t') {
        return Some("a table with tabs: save it as CSV");
    }
    if !is_json && columns.contains(',') {
        return Some("no JSON, and no results of a batch: those have a column HITId");
    }
    (!is_json).then_some("not JSON: saved answers begin with { or [")
}

/// An entry that was found.
struct Found<'a> {
    kind: Kind,
    node: Node<'a>,
    /// The HIT in which it stands.
    hit_id: Option<String>,
    saved_at: Option<i64>,
    /// See `Item::list`.
    list: usize,
}

#[derive(Default)]
struct Walk<'a> {
    found: Vec<Found<'a>>,
    balance: Option<(Option<i64>, String)>,
    now: Option<String>,
    has_list: bool,
    batches: Vec<i64>,
    /// When the answer that is being read was saved.
    saved_at: Option<i64>,
    /// How many lists were found so far.
    lists: usize,
    /// The number of the list that is being read; 0 is the file itself.
    list: usize,
}

impl<'a> Walk<'a> {
    /// Finds the entries in a value. `kind` is their kind, if the member that holds them tells it.
    fn value(&mut self, node: &Node<'a>, kind: Option<Kind>, hit: Option<&str>, depth: usize) {
        let is_nested = node.text().starts_with(['[', '{']);
        if depth > DEEPEST && is_nested {
            node.problem("nested too deeply: left out");
            return;
        }
        match node.text().as_bytes().first() {
            Some(b'[') => self.list(node, kind, hit, depth),
            Some(b'{') => {
                let object = node.object();
                match kind.or_else(|| Kind::of(&object)) {
                    Some(kind) => self.entry(kind, &object, hit, depth),
                    None => self.answer(&object, depth),
                }
            }
            _ => {}
        }
    }

    fn list(&mut self, node: &Node<'a>, kind: Option<Kind>, hit: Option<&str>, depth: usize) {
        let before = self.list;
        self.lists += 1;
        self.list = self.lists;
        for element in node.elements() {
            self.value(&element, kind, hit, depth + 1);
        }
        self.list = before;
    }

    fn entry(&mut self, kind: Kind, object: &Object<'a>, hit: Option<&str>, depth: usize) {
        // The output of `list-review-policy-results-for-hit` is a HIT and an answer at once.
        let saved_at = saved_at(object).or(self.saved_at);
        let (node, hit_id) = (object.node.clone(), hit.map(str::to_owned));
        self.found.push(Found { kind, node, hit_id, saved_at, list: self.list });
        let work = object.member(Kind::Assignment.list()).filter(|_| kind == Kind::Hit);
        let hit: Option<String> = object.raw("HITId").and_then(text);
        if let Some(work) = work {
            self.value(&work, Some(Kind::Assignment), hit.as_deref(), depth + 1);
        }
    }

    /// The answer of an operation, a world, or any other object that holds answers.
    fn answer(&mut self, object: &Object<'a>, depth: usize) {
        let before = self.saved_at;
        self.saved_at = saved_at(object).or(before);
        for (name, node) in object.nodes() {
            let is_list = node.text().starts_with('[');
            let is_plain = !node.text().starts_with(['[', '{']);
            match name {
                "ResponseMetadata" => {}
                "AvailableBalance" if is_plain => self.set_balance(&node),
                "Now" if is_plain => self.set_now(&node),
                "Batches" if is_list => self.batches.extend(numbers(&node)),
                list if is_list => {
                    let kind = Kind::of_list(list);
                    self.has_list |= kind.is_some();
                    self.value(&node, kind, None, depth + 1);
                }
                single => self.value(&node, Kind::of_single(single), None, depth + 1),
            }
        }
        self.saved_at = before;
    }

    fn set_balance(&mut self, node: &Node<'_>) {
        if node.read::<Funds>().is_some() {
            self.balance = text(node.raw).map(|balance| (self.saved_at, balance));
        }
    }

    fn set_now(&mut self, node: &Node<'_>) {
        let Some(now) = node.read::<When>() else { return };
        match now.absolute() {
            Ok(_) => self.now = text(node.raw),
            Err(why) => node.problem(why),
        }
    }
}

fn text(raw: &RawValue) -> Option<String> {
    serde_json::from_str(raw.get()).ok()
}

/// The numbers of batches.
fn numbers(list: &Node<'_>) -> Vec<i64> {
    let number = |node: Node<'_>| serde_json::from_str(node.object().raw("BatchId")?.get()).ok();
    list.elements().into_iter().filter_map(number).collect()
}

/// When boto3 received the answer, in epoch seconds.
fn saved_at(answer: &Object<'_>) -> Option<i64> {
    let metadata: Value = serde_json::from_str(answer.raw("ResponseMetadata")?.get()).ok()?;
    let date = metadata["HTTPHeaders"]["date"].as_str()?;
    DateTime::parse_from_rfc2822(date).map(|at| at.timestamp()).ok()
}
