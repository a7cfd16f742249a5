//! Remarks on a page of HTML.

use std::collections::{BTreeSet, HashMap};

use super::elements::{crowd, may_be, nearest};
use super::{Remarks, is_plain_http, short};
use crate::rules::question::answers::RESERVED;
use crate::rules::question::layout::{PLACEHOLDER, no_placeholder, no_placeholders};
use crate::rules::question::markup::{Piece, Tag, read};

/// How a script of the page may submit it.
const SUBMITS: [&str; 4] = [".submit(", "requestSubmit", "externalSubmit", ".click("];
/// How a script of the page may name the assignment or the form's destination.
const SETS_UP: [&str; 3] = ["turkGetSubmitToHost", "turkSubmitTo", ".action"];

/// Remarks on a page.
pub(super) fn check(html: &str, found: &mut Remarks) {
    let mut page = Page { lines: Lines { html, at: 0, line: 1 }, ..Page::default() };
    read(html, &mut |piece| page.see(piece, found));
    page.finish(found);
}

/// Remarks on each variable in a text that has no value, and on what looks like a variable.
pub(super) fn placeholders(text: &str, line: Option<usize>, found: &mut Remarks) {
    let names = PLACEHOLDER.captures_iter(text).filter_map(|found| found.get(1));
    let names: BTreeSet<&str> = names.map(|name| name.as_str()).collect();
    for name in names {
        let name = short(name);
        found.add(line, || format!("${{{name}}} has no value: workers see it as it is."));
    }
    for odd in no_placeholders(text) {
        found.add(line, || no_placeholder(&short(odd.as_str())) + ".");
    }
}

/// That an address is not loaded by Amazon's pages.
pub(super) fn mixed(url: &str) -> String {
    let url = short(url);
    format!("{url} is http. Amazon's pages are https, and browsers may not load it: use https.")
}

/// A `form`, a `crowd-form`, or an element that brings one.
struct Form {
    name: String,
    line: usize,
    is_crowd: bool,
    action: Option<String>,
    has_button: bool,
    has_assignment_id: bool,
}

/// The lines of a page, for places that only grow.
#[derive(Default)]
struct Lines<'h> {
    html: &'h str,
    at: usize,
    line: usize,
}

impl Lines<'_> {
    fn of(&mut self, offset: usize) -> usize {
        let between = self.html.get(self.at..offset).unwrap_or_default();
        self.line += between.matches('\n').count();
        self.at = self.at.max(offset);
        self.line
    }
}

/// A script that a page loads.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Loaded {
    /// `crowd-html-elements.js`.
    Crowd,
    /// `externalHIT_v1.js`.
    ExternalHit,
    Other,
}

/// What was seen of a page.
#[derive(Default)]
struct Page<'h> {
    lines: Lines<'h>,
    forms: Vec<Form>,
    /// The one that is open.
    form: Option<usize>,
    /// How many templates are open: nothing in them is part of the page.
    templates: usize,
    /// How many drawings and formulas are open: their elements are not those of HTML.
    foreign: usize,
    is_script: bool,
    /// The texts of all scripts.
    script: String,
    /// What it loads.
    loaded: BTreeSet<Loaded>,
    uses_crowd: bool,
    has_loose_button: bool,
    /// How often a name stands for a field that has one value.
    names: HashMap<String, usize>,
    /// What was most likely meant by an element that is not known.
    likely: HashMap<String, Option<&'static str>>,
}

impl Page<'_> {
    fn see(&mut self, piece: Piece<'_>, found: &mut Remarks) {
        match piece {
            Piece::Start(tag, at) => {
                let line = self.lines.of(at);
                self.start(&tag, line, found);
            }
            Piece::End(name) => self.end(&name),
            // In a script `${…}` is part of a text in JavaScript.
            Piece::Text(text, _) if self.is_script => self.script.push_str(text),
            Piece::Text(text, at) if text.contains("${") => {
                let line = self.lines.of(at);
                for (number, text) in text.split('\n').enumerate() {
                    placeholders(text, Some(line + number), found);
                }
            }
            Piece::Text(..) => {}
        }
    }

    fn start(&mut self, tag: &Tag, line: usize, found: &mut Remarks) {
        for (_, value) in tag.attributes.iter().filter(|(_, value)| value.contains("${")) {
            placeholders(value, Some(line), found);
        }
        assets(tag, line, found);
        match tag.name.as_str() {
            "template" => self.templates += 1,
            "script" => self.script(tag),
            _ if self.templates > 0 => {}
            "form" | "crowd-form" | "crowd-entity-annotation" => self.open_form(tag, line),
            "input" | "textarea" | "select" | "button" => self.control(tag, line, found),
            _ => {}
        }
        if self.templates > 0 {
            return;
        }
        if tag.name.starts_with("crowd-") || crowd(&tag.name).is_some() {
            self.crowd_element(tag, line, found);
        } else if self.foreign == 0 && !may_be(&tag.name) {
            self.unknown(tag, "HTML", line, found);
        }
        self.foreign += usize::from(is_foreign(&tag.name));
    }

    fn end(&mut self, name: &str) {
        match name {
            "template" => self.templates = self.templates.saturating_sub(1),
            "script" => self.is_script = false,
            "svg" | "math" => self.foreign = self.foreign.saturating_sub(1),
            "form" | "crowd-form" | "crowd-entity-annotation" => {
                self.form = self.form.filter(|form| self.forms[*form].name != name);
            }
            _ => {}
        }
    }

    fn script(&mut self, tag: &Tag) {
        self.is_script = true;
        let Some(src) = tag.get("src") else { return };
        self.loaded.insert(if src.contains("crowd-html-elements") {
            Loaded::Crowd
        } else if src.contains("externalHIT_v1") {
            Loaded::ExternalHit
        } else {
            Loaded::Other
        });
    }

    fn open_form(&mut self, tag: &Tag, line: usize) {
        if self.form.is_some() {
            return;
        }
        self.form = Some(self.forms.len());
        self.forms.push(Form {
            name: tag.name.clone(),
            line,
            is_crowd: tag.name != "form",
            action: tag.get("action").map(str::to_owned),
            has_button: false,
            has_assignment_id: false,
        });
    }

    fn control(&mut self, tag: &Tag, line: usize, found: &mut Remarks) {
        let default = if tag.name == "button" { "submit" } else { "text" };
        let kind = tag.get("type").map(|kind| kind.trim().to_ascii_lowercase());
        let kind = kind.filter(|kind| !kind.is_empty()).unwrap_or_else(|| default.to_owned());
        let is_input = tag.name == "input";
        if tag.name == "button"
            || is_input && matches!(&*kind, "submit" | "image" | "button" | "reset")
        {
            self.button(&kind, tag);
            return;
        }
        let is_box = is_input && matches!(&*kind, "radio" | "checkbox");
        match tag.get("name").filter(|name| !name.is_empty()) {
            None => nameless(tag, line, found),
            Some("assignmentId") => {
                if let Some(form) = self.form {
                    self.forms[form].has_assignment_id = true;
                }
            }
            Some(name) if RESERVED.contains(&name) => {
                if kind != "hidden" {
                    let why = "Amazon uses this name for its own";
                    found.add(Some(line), || format!("The answer has no field {name}: {why}."));
                }
            }
            Some(name) if is_box => {
                if kind == "radio" && tag.get("value").is_none() {
                    let name = short(name);
                    let why = "has no value: its answer is “on”";
                    found.add(Some(line), || format!("A radio button of “{name}” {why}."));
                }
            }
            Some(name) => self.named(name, line, found),
        }
    }

    fn button(&mut self, kind: &str, tag: &Tag) {
        if !matches!(kind, "submit" | "image") {
            return;
        }
        match self.form.filter(|_| tag.get("form").is_none()) {
            Some(form) => self.forms[form].has_button = true,
            None => self.has_loose_button |= tag.get("form").is_some(),
        }
    }

    /// A field that has one value. The second one of a name gets a remark.
    fn named(&mut self, name: &str, line: usize, found: &mut Remarks) {
        let count = self.names.entry(name.to_owned()).or_default();
        *count += 1;
        if *count == 2 {
            let name = short(name);
            let why = "the answer has one value for all of them";
            found.add(Some(line), || format!("Several fields have the name “{name}”: {why}."));
        }
    }

    fn unknown(&mut self, tag: &Tag, kind: &str, line: usize, found: &mut Remarks) {
        let likely = &mut self.likely;
        found.add(Some(line), || {
            let meant = likely.entry(tag.name.clone()).or_insert_with_key(|name| nearest(name));
            let meant = meant.map(|meant| format!(" Is it <{meant}>?")).unwrap_or_default();
            format!("<{}> is not a known {kind} element.{meant}", short(&tag.name))
        });
    }

    fn crowd_element(&mut self, tag: &Tag, line: usize, found: &mut Remarks) {
        self.uses_crowd = true;
        let Some(element) = crowd(&tag.name) else {
            return self.unknown(tag, "crowd", line, found);
        };
        let name = element.name;
        if !element.is_field {
            return;
        }
        if !self.form.is_some_and(|form| self.forms[form].is_crowd) {
            let why = "its answer is not submitted";
            found.add(Some(line), || format!("<{name}> is outside of a <crowd-form>: {why}."));
        }
        let is_one_of = matches!(name, "crowd-checkbox" | "crowd-radio-button");
        match tag.get("name").filter(|name| !name.is_empty()) {
            None => nameless(tag, line, found),
            Some(name) if !is_one_of => self.named(name, line, found),
            Some(_) => {}
        }
    }

    /// What can be said when all was seen.
    fn finish(self, found: &mut Remarks) {
        let is_drawn = [Loaded::Crowd, Loaded::Other].iter().any(|one| self.loaded.contains(one));
        if self.uses_crowd && !is_drawn {
            found.add(None, || NO_CROWD.to_owned());
        }
        if self.forms.is_empty() {
            if !self.does(&SUBMITS) {
                found.add(None, || NO_FORM.to_owned());
            }
        } else if !self.forms.iter().any(|form| form.is_crowd) {
            self.finish_form(found);
        }
    }

    /// Whether a script has one of these words.
    fn does(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.script.contains(word))
    }

    /// Remarks on the form that is sent to the marketplace, or else on the first one.
    fn finish_form(&self, found: &mut Remarks) {
        let arrives =
            |form: &&Form| form.action.as_deref().is_some_and(|to| to.contains("/externalSubmit"));
        let Some(form) = self.forms.iter().find(arrives).or_else(|| self.forms.first()) else {
            return;
        };
        let (line, submits) = (Some(form.line), self.does(&SUBMITS));
        let is_helped = self.loaded.contains(&Loaded::ExternalHit);
        if !arrives(&form) && !is_helped && !submits && !self.does(&SETS_UP) {
            let to = form.action.as_deref().filter(|to| !to.is_empty()).map(short);
            let to = to.map_or_else(|| "nowhere".to_owned(), |to| format!("to {to}"));
            found.add(line, || {
                format!("The form is sent {to}, not to …/mturk/externalSubmit{LOST}.")
            });
        }
        let names_assignment = self.script.contains("assignmentId");
        if !form.has_assignment_id && !is_helped && !names_assignment {
            let why = "and the page does not load externalHIT_v1.js, which would fill it in";
            found.add(line, || format!("The form has no field assignmentId, {why}{LOST}."));
        }
        if !form.has_button && !self.has_loose_button && !submits {
            found.add(line, || "The form has no submit button.".to_owned());
        }
    }
}

const NO_CROWD: &str = "The page has crowd elements but does not load crowd-html-elements.js: \
    workers do not see them, and cannot submit.";
const NO_FORM: &str = "The page has no <form> and no <crowd-form>: unless a script makes one, \
    workers cannot submit.";
const LOST: &str = ". Unless a script sets it, no work arrives";

fn nameless(tag: &Tag, line: usize, found: &mut Remarks) {
    let (element, id) = (short(&tag.name), tag.get("id").filter(|id| !id.is_empty()).map(short));
    let which = id.map(|id| format!(" with the id “{id}”")).unwrap_or_default();
    let why = "unless a script reads it, its answer is lost";
    found.add(Some(line), || format!("<{element}>{which} has no name: {why}."));
}

/// Whether what is inside an element are not elements of HTML.
fn is_foreign(name: &str) -> bool {
    matches!(name, "svg" | "math")
}

/// Remarks on what a tag loads.
fn assets(tag: &Tag, line: usize, found: &mut Remarks) {
    let attribute = match tag.name.as_str() {
        "img" | "script" | "audio" | "video" | "source" | "track" | "iframe" | "embed" => "src",
        "link" => "href",
        "object" => "data",
        _ => return,
    };
    if let Some(url) = tag.get(attribute).filter(|url| is_plain_http(url)) {
        found.add(Some(line), || mixed(url));
    }
}
