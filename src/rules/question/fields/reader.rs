//! Reads the controls of a page, and the forms that they are in.

use std::collections::HashMap;

use super::control::{Control, Tag};
use crate::rules::question::fields::MOST;
use crate::rules::question::markup::{self, Piece};

/// The most bytes of a label.
const LABEL: usize = 300;

/// A form of a page.
#[derive(Debug)]
pub struct FormTag {
    /// The element; one that brings its form stands for it.
    name: String,
    pub is_crowd: bool,
    /// Whether a `crowd-form` posts each field by its path.
    pub is_flat: bool,
    /// Whether it is posted to the marketplace.
    pub is_marketplace: bool,
}

/// What a page holds.
#[derive(Debug, Default)]
pub struct Page {
    pub controls: Vec<Control>,
    pub forms: Vec<FormTag>,
}

pub fn read(html: &str) -> Page {
    let mut reader = Reader::default();
    markup::read(html, &mut |piece| reader.see(piece));
    reader.end()
}

#[derive(Default)]
struct Reader {
    page: Page,
    form: Option<usize>,
    /// How many sets of fields are open, and at which the first disabled one was opened.
    sets: usize,
    disabled_set: Option<usize>,
    /// How many templates are open: nothing in them is part of the page.
    templates: usize,
    /// The labels: the id that each is for, its text, and the controls in it.
    labels: Vec<(Option<String>, String, Vec<usize>)>,
    label: Option<usize>,
    /// The control that takes the text within it.
    inside: Option<usize>,
    /// The control that takes options, and whether one is open.
    list: Option<usize>,
    option_is_open: bool,
    /// The control that takes the text behind it.
    behind: Option<usize>,
}

impl Reader {
    fn see(&mut self, piece: Piece<'_>) {
        match piece {
            Piece::Start(tag, _) => self.start(tag),
            Piece::End(name) => self.end_tag(&name),
            Piece::Text(text, _) => self.text(text),
        }
    }

    fn start(&mut self, tag: Tag) {
        if tag.name == "template" {
            self.templates += 1;
        }
        if self.templates > 0 {
            return;
        }
        if !is_inline(&tag.name) {
            self.behind = None;
        }
        match tag.name.as_str() {
            "form" | "crowd-form" => self.start_form(&tag),
            "crowd-entity-annotation" => {
                self.start_form(&tag);
                self.control(tag);
            }
            "fieldset" => {
                self.sets += 1;
                if tag.get("disabled").is_some() {
                    self.disabled_set.get_or_insert(self.sets);
                }
            }
            "label" => {
                self.label = Some(self.labels.len());
                let of = tag.get("for").map(str::to_owned);
                self.labels.push((of, String::new(), Vec::new()));
            }
            "option" | "crowd-radio-button" if self.list.is_some() => self.option(tag),
            "input" | "textarea" | "select" | "button" => self.control(tag),
            name if name.starts_with("crowd-") => self.control(tag),
            // What a classifier or an annotation is about is its text.
            _ => {}
        }
    }

    fn start_form(&mut self, tag: &Tag) {
        if self.form.is_some() {
            return;
        }
        self.form = Some(self.page.forms.len());
        let action = tag.get("action").unwrap_or_default();
        self.page.forms.push(FormTag {
            name: tag.name.clone(),
            is_crowd: tag.name != "form",
            is_flat: tag.get("answer-format") == Some("flatten-objects"),
            is_marketplace: action.contains("/externalSubmit"),
        });
    }

    fn option(&mut self, tag: Tag) {
        if let Some(list) = self.list {
            let options = &mut self.page.controls[list].options;
            self.option_is_open = options.len() < MOST;
            if self.option_is_open {
                options.push((tag, String::new()));
            }
        }
    }

    fn control(&mut self, tag: Tag) {
        let number = self.page.controls.len();
        if number == MOST {
            return;
        }
        let takes_text = tag.name == "textarea"
            || tag.name == "button"
            || matches!(
                tag.name.as_str(),
                "crowd-checkbox" | "crowd-radio-button" | "crowd-toggle-button"
            );
        if takes_text {
            self.inside = Some(number);
        }
        if matches!(tag.name.as_str(), "select" | "crowd-radio-group") {
            self.list = Some(number);
            self.option_is_open = false;
        }
        if tag.name == "input" {
            self.behind = Some(number);
        }
        if let Some(label) = self.label {
            self.labels[label].2.push(number);
        }
        let is_disabled = tag.get("disabled").is_some() || self.disabled_set.is_some();
        let control = Control { tag, form: self.form, is_disabled, ..Control::default() };
        self.page.controls.push(control);
    }

    fn end_tag(&mut self, name: &str) {
        if name == "template" {
            self.templates = self.templates.saturating_sub(1);
        }
        if self.templates > 0 {
            return;
        }
        if !is_inline(name) {
            self.behind = None;
        }
        match name {
            "form" | "crowd-form" | "crowd-entity-annotation" => {
                self.form = self.form.filter(|form| self.page.forms[*form].name != name);
            }
            "fieldset" => {
                if self.disabled_set == Some(self.sets) {
                    self.disabled_set = None;
                }
                self.sets = self.sets.saturating_sub(1);
            }
            "label" => self.label = None,
            "option" | "crowd-radio-button" if self.list.is_some() => self.option_is_open = false,
            "select" | "crowd-radio-group" => self.list = None,
            "textarea"
            | "button"
            | "crowd-checkbox"
            | "crowd-radio-button"
            | "crowd-toggle-button" => self.inside = None,
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.templates > 0 {
            return;
        }
        if let Some(inside) = self.inside {
            let control = &mut self.page.controls[inside];
            let most = if control.tag.name == "textarea" { usize::MAX } else { LABEL };
            append(&mut control.inner, text, most);
            return;
        }
        if let Some(list) = self.list.filter(|_| self.option_is_open) {
            if let Some((_, label)) = self.page.controls[list].options.last_mut() {
                append(label, text, LABEL);
            }
            return;
        }
        if let Some(label) = self.label {
            append(&mut self.labels[label].1, text, LABEL);
        }
        if let Some(behind) = self.behind {
            append(&mut self.page.controls[behind].after, text, LABEL);
        }
    }

    /// The page, with each control's label.
    fn end(self) -> Page {
        let Self { mut page, labels, .. } = self;
        let mut of_id = HashMap::new();
        for (id, text, within) in &labels {
            for control in within {
                page.controls[*control].label = Some(text.clone());
            }
            if let Some(id) = id {
                of_id.insert(id.as_str(), text);
            }
        }
        for control in &mut page.controls {
            let label = control.tag.get("id").and_then(|id| of_id.get(id));
            if let Some(label) = label {
                control.label = Some((*label).clone());
            }
            for (_, text) in &mut control.options {
                *text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            }
        }
        page
    }
}

/// Appends a text, cut at the end of a character, up to `most` bytes.
fn append(to: &mut String, text: &str, most: usize) {
    let mut end = text.len().min(most.saturating_sub(to.len()));
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    to.push_str(&text[..end]);
}

/// Whether an element does not end the line.
fn is_inline(name: &str) -> bool {
    matches!(name, "a" | "b" | "em" | "font" | "i" | "label" | "small" | "span" | "strong" | "u")
}
