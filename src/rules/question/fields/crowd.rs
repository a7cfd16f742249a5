//! The fields of a `crowd-form`.
//!
//! What the elements of this program submit is in `site/crowd`. Source of the others, which mark
//! something: "Crowd HTML Elements Reference" of Amazon SageMaker, where each shows its output.

use serde_json::Value;

use super::annotation::{Annotation, Widget};
use super::control::{Control, Tag, label, number, text};
use super::found::Found;
use super::{Choice, Field, Kind, MOST, Opt, Posted};

pub(super) fn see(found: &mut Found, control: &Control) {
    match control.tag.name.as_str() {
        "crowd-input" if control.kind("text") == "number" => {
            found.add(control, number(control, None), Posted::Text);
        }
        "crowd-input" => found.add(control, text(control, &control.kind("text")), Posted::Text),
        "crowd-text-area" => found.add(control, text(control, "text"), Posted::Text),
        "crowd-slider" => found.add(control, number(control, Some((0.0, 100.0))), Posted::Number),
        "crowd-rating" => {
            let kind = match number(control, Some((1.0, 5.0))) {
                Kind::Number { max, .. } => Kind::Number { min: Some(1.0), max, step: Some(1.0) },
                other => other,
            };
            found.add(control, kind, Posted::Number);
        }
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
/// group's name, or else that of its first button.
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
    let required = control.is_required();
    let least = usize::from(required).min(options.len());
    let kind = Kind::Choice(Choice { most: 1, least, other: false, options });
    let (label, posted) = (label(control), Posted::Checked);
    found.put(&name.clone(), Field { name, label, required, kind, posted });
}

/// A list as pages write it: JSON, or with single quotation marks. An object stands for its member
/// `label`.
fn list(text: Option<&str>) -> Vec<String> {
    let text = text.unwrap_or("[]");
    let read = |text: &str| serde_json::from_str::<Vec<Value>>(text).ok();
    let objects = || text.contains('{').then(|| read(&text.replace('\'', "\"")));
    let values = read(text).or_else(|| objects()?);
    let mut list = values.map_or_else(|| quoted(text), |all| all.iter().map(name).collect());
    list.truncate(MOST);
    list
}

fn name(value: &Value) -> String {
    let label = value.get("label").unwrap_or(value);
    label.as_str().map_or_else(|| label.to_string(), str::to_owned)
}

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
