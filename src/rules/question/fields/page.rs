//! The fields of a page of HTML, in the order in which they stand.

mod control;
mod reader;

use std::collections::HashMap;

use super::{Choice, Field, Fields, Form, Kind, Opt, Pattern, Posted, Text, crowd};
use crate::rules::question::answers::RESERVED;
pub(super) use control::{Control, Tag, label, number};
use reader::FormTag;

pub(super) fn fields(html: &str) -> Fields {
    let page = reader::read(html);
    let of_marketplace = page.forms.iter().position(|form| form.is_marketplace);
    let chosen = of_marketplace.or_else(|| page.forms.iter().position(|form| form.is_crowd));
    let form = match chosen.and_then(|form| page.forms.get(form)) {
        Some(FormTag { is_crowd: true, is_flat, .. }) => Form::Crowd { is_flat: *is_flat },
        _ => Form::Page,
    };
    let mut found = Found { is_crowd: form != Form::Page, ..Found::default() };
    for control in &page.controls {
        if !control.is_disabled && (chosen.is_none() || control.form == chosen) {
            found.see(control);
        }
    }
    Fields { fields: found.fields, form }
}

/// The fields that were found, and where each name stands.
#[derive(Default)]
pub(super) struct Found {
    fields: Vec<Field>,
    places: HashMap<String, usize>,
    is_crowd: bool,
    /// The name of the buttons that submit the form.
    button: Option<String>,
}

impl Found {
    fn see(&mut self, control: &Control) {
        match control.tag.name.as_str() {
            "input" => self.input(control),
            "textarea" => self.add(control, text(control, "text"), Posted::Text),
            "select" => self.select(control),
            "button" if control.kind("submit") == "submit" => self.submit(control),
            name if name.starts_with("crowd-") => crowd::see(self, control),
            _ => {}
        }
    }

    fn input(&mut self, control: &Control) {
        let checked = if self.is_crowd { Posted::Checked } else { Posted::Text };
        match control.kind("text").as_str() {
            "radio" => self.option(control, checked, true),
            "checkbox" => self.option(control, checked, false),
            "submit" | "image" => self.submit(control),
            "button" | "reset" | "file" => {}
            "hidden" => {
                let value = control.tag.get("value").unwrap_or_default().to_owned();
                self.add(control, Kind::Hidden { value }, Posted::Text);
            }
            "range" => self.add(control, number(control, Some((0.0, 100.0))), Posted::Text),
            "number" => self.add(control, number(control, None), Posted::Text),
            format => self.add(control, text(control, format), Posted::Text),
        }
    }

    fn select(&mut self, control: &Control) {
        let value = |(tag, text): &(Tag, String)| {
            Some(tag.get("value").unwrap_or(text).to_owned()).filter(|value| !value.is_empty())
        };
        let of = |option: &(Tag, String)| {
            let label = Some(option.1.clone()).filter(|label| !label.is_empty());
            Some(Opt { value: value(option)?, label, name: None })
        };
        let is_open = |(tag, _): &&(Tag, String)| tag.get("disabled").is_none();
        let options: Vec<Opt> = control.options.iter().filter(is_open).filter_map(of).collect();
        let several = control.tag.get("multiple").is_some();
        let least = usize::from(!several || control.is_required()).min(options.len());
        let most = if several { options.len() } else { options.len().min(1) };
        let posted = if several { Posted::List } else { Posted::Text };
        self.add(control, Kind::Choice(Choice { options, least, most, other: false }), posted);
    }

    /// A button that submits: those that share the first one's name are options, one of which is
    /// chosen by the submission.
    fn submit(&mut self, control: &Control) {
        let Some(name) = control.name() else { return };
        if !self.is_crowd && *self.button.get_or_insert_with(|| name.to_owned()) == name {
            self.option(control, Posted::Text, true);
            let place = self.places.get(name).copied();
            if let Some(Field { kind: Kind::Choice(choice), required, .. }) =
                place.map(|place| &mut self.fields[place])
            {
                (choice.least, *required) = (1, true);
            }
        }
    }

    /// A box or a button that is an option of the field of its name.
    pub(super) fn option(&mut self, control: &Control, posted: Posted, is_one_of: bool) {
        let Some(name) = control.name() else { return };
        let value = control.tag.get("value").unwrap_or("on").to_owned();
        let option = Opt { value, label: control.text(), name: None };
        let required = control.is_required();
        let place = self.places.get(name).copied();
        if let Some(Field { kind: Kind::Choice(choice), required: is_required, .. }) =
            place.map(|place| &mut self.fields[place])
        {
            choice.options.push(option);
            *is_required |= required;
            choice.least = usize::from(*is_required);
            choice.most = if is_one_of { 1 } else { choice.options.len() };
            return;
        }
        let least = usize::from(required);
        let kind = Kind::Choice(Choice { options: vec![option], least, most: 1, other: false });
        self.put(name, Field { name: name.to_owned(), label: None, required, kind, posted });
    }

    pub(super) fn add(&mut self, control: &Control, kind: Kind, posted: Posted) {
        let Some(name) = control.name() else { return };
        let (label, required) = (label(control), control.is_required());
        self.put(name, Field { name: name.to_owned(), label, required, kind, posted });
    }

    /// Of two fields of one name the first one counts, unless the page itself fills it in.
    pub(super) fn put(&mut self, name: &str, field: Field) {
        if RESERVED.contains(&name) {
            return;
        }
        match self.places.get(name) {
            None => {
                self.places.insert(name.to_owned(), self.fields.len());
                self.fields.push(field);
            }
            Some(place) => {
                let known = &mut self.fields[*place];
                if matches!(known.kind, Kind::Hidden { .. }) {
                    *known = field;
                }
            }
        }
    }
}

/// A text field.
pub(super) fn text(control: &Control, format: &str) -> Kind {
    let tag = &control.tag;
    let length = |names: [&str; 2]| {
        names.iter().find_map(|name| tag.get(name)).and_then(|length| length.trim().parse().ok())
    };
    // A pattern of HTML matches the whole text.
    let pattern = tag
        .get("pattern")
        .map(|regex| Pattern { regex: format!("^(?:{regex})$"), ignore_case: false });
    let value = match tag.name.as_str() {
        "textarea" => Some(control.inner.as_str()),
        _ => tag.get("value"),
    };
    let known = |format: &&str| {
        let types =
            ["email", "url", "tel", "date", "time", "month", "week", "datetime-local", "color"];
        types.contains(format)
    };
    Kind::Text(Text {
        format: Some(format).filter(known).unwrap_or("text").to_owned(),
        min_length: length(["minlength", "min-length"]),
        max_length: length(["maxlength", "max-length"]),
        patterns: pattern.into_iter().collect(),
        value: value.filter(|value| !value.is_empty()).map(str::to_owned),
    })
}
