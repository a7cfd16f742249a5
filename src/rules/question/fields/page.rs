//! The fields of a page of HTML, in the order in which they stand.

use super::control::{Control, Tag, number, text};
use super::found::Found;
use super::reader::{self, FormTag};
use super::{Choice, Field, Fields, Form, Kind, Opt, Posted, crowd};

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
}
