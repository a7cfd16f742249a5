//! The fields of a `crowd-form`.
//!
//! What the elements of this program submit is in `site/crowd`. Source of the others, which mark
//! something: "Crowd HTML Elements Reference" of Amazon SageMaker, where each shows its output.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::annotation::{Annotation, Widget};
use super::control::{Control, Tag, label, number, text};
use super::found::Found;
use super::{Choice, Field, Kind, MOST, Opt, Pattern, Posted};

pub(super) fn see(found: &mut Found, control: &Control) {
    match control.tag.name.as_str() {
        "crowd-input" if control.kind("text") == "number" => {
            found.add(control, number(control, None), Posted::Text);
        }
        "crowd-input" if control.kind("text") == "file" => {
            found.add(control, Kind::File, Posted::Text);
        }
        "crowd-input" => found.add(control, typed(control, &control.kind("text")), Posted::Text),
        "crowd-text-area" => found.add(control, typed(control, "text"), Posted::Text),
        "crowd-slider" => found.add(control, number(control, Some((0.0, 100.0))), Posted::Number),
        "crowd-checkbox" | "crowd-toggle-button" => found.option(control, Posted::Checked, false),
        "crowd-radio-button" => found.option(control, Posted::Checked, true),
        "crowd-radio-group" => radio_group(found, control),
        "crowd-classifier" | "crowd-image-classifier" => {
            let kind = one_of(list(control.tag.get("categories")), 1);
            required(found, control, kind, Posted::Label);
        }
        "crowd-classifier-multi-select" | "crowd-image-classifier-multi-select" => {
            let categories = list(control.tag.get("categories"));
            let most = categories.len();
            required(found, control, one_of(categories, most), Posted::Labels);
        }
        name => {
            let Some(widget) = Widget::of(name) else { return };
            let labels = list(control.tag.get("labels"));
            let text = control.tag.get("text").map(str::to_owned);
            let kind = Kind::Annotation(Annotation { widget, labels, text });
            required(found, control, kind, Posted::Json);
        }
    }
}

/// A text. The pattern of a crowd element is one for each character.
fn typed(control: &Control, format: &str) -> Kind {
    let mut kind = text(control, format);
    if let (Kind::Text(text), Some(regex)) = (&mut kind, control.tag.get("allowed-pattern")) {
        text.patterns.push(Pattern { regex: format!("^(?:{regex})*$"), ignore_case: false });
    }
    kind
}

/// A field that must be filled in whatever its tag says.
fn required(found: &mut Found, control: &Control, kind: Kind, posted: Posted) {
    let Some(name) = control.name() else { return };
    let (name, label) = (name.to_owned(), label(control));
    found.put(&name.clone(), Field { name, label, required: true, kind, posted });
}

fn one_of(values: Vec<String>, most: usize) -> Kind {
    let option = |value| Opt { value, label: None, name: None };
    let options: Vec<Opt> = values.into_iter().map(option).collect();
    let least = options.len().min(1);
    Kind::Choice(Choice { least, most: most.min(options.len()), other: false, options })
}

/// The buttons of a group: one is chosen, and each is posted by its own name. The field has the
/// group's name, or else that of its first button. `required` of the group is not enforced.
fn radio_group(found: &mut Found, control: &Control) {
    let is_open = |tag: &Tag| tag.get("disabled").is_none();
    let buttons: Vec<_> = control.options.iter().filter(|(tag, _)| is_open(tag)).collect();
    let first = buttons.iter().find_map(|(tag, _)| tag.get("name"));
    let Some(name) = control.name().or(first).map(str::to_owned) else { return };
    let options = buttons.iter().map(|(tag, text)| Opt {
        value: tag.get("value").unwrap_or("on").to_owned(),
        label: Some(text.clone()).filter(|text| !text.is_empty()),
        name: tag.get("name").filter(|own| *own != name).map(str::to_owned),
    });
    let options: Vec<Opt> = options.collect();
    let kind = Kind::Choice(Choice { most: 1, least: 0, other: false, options });
    let (label, posted) = (label(control), Posted::Checked);
    found.put(&name.clone(), Field { name, label, required: false, kind, posted });
}

/// A list as pages write it: JSON, or with single quotation marks. An object stands for its member
/// `name` or `label`; names of members may have no quotation marks, and commas may be too many.
fn list(text: Option<&str>) -> Vec<String> {
    let text = text.unwrap_or("[]");
    let read = |text: &str| serde_json::from_str::<Vec<Value>>(text).ok();
    let objects = || text.contains('{').then(|| read(&strict(text)));
    let values = read(text).or_else(|| objects()?);
    let mut list = values.map_or_else(|| quoted(text), |all| all.iter().map(name).collect());
    list.truncate(MOST);
    list
}

fn name(value: &Value) -> String {
    let label = value.get("name").or_else(|| value.get("label")).unwrap_or(value);
    label.as_str().map_or_else(|| label.to_string(), str::to_owned)
}

/// The text with double quotation marks, also around names of members, and no comma at an end.
fn strict(text: &str) -> String {
    let text = text.replace('\'', "\"");
    COMMA.replace_all(&NAME.replace_all(&text, "$1\"$2\":"), "$1").into_owned()
}

static NAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"([{,]\s*)([A-Za-z_]\w*)\s*:").expect("the expression is a constant")
});
static COMMA: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r",\s*([\]}])").expect("the expression is a constant"));

/// The texts within single or double quotation marks.
fn quoted(text: &str) -> Vec<String> {
    let (mut items, mut open, mut item) = (Vec::new(), None, String::new());
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match open {
            None if matches!(c, '\'' | '"') => open = Some(c),
            None => {}
            Some(end) if c == end => {
                items.push(std::mem::take(&mut item));
                open = None;
            }
            Some(_) if c == '\\' => item.extend(characters.next()),
            Some(_) => item.push(c),
        }
    }
    items
}
