//! Collects the fields that a page has, by name.

use std::collections::HashMap;

use super::control::{Control, label};
use super::{Choice, Field, Kind, Opt, Posted};
use crate::rules::question::answers::RESERVED;

/// The fields that were found, and where each name stands.
#[derive(Default)]
pub struct Found {
    pub fields: Vec<Field>,
    pub places: HashMap<String, usize>,
    pub is_crowd: bool,
    /// The name of the buttons that submit the form.
    pub button: Option<String>,
}

impl Found {
    /// A box or a button that is an option of the field of its name.
    pub fn option(&mut self, control: &Control, posted: Posted, is_one_of: bool) {
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

    pub fn add(&mut self, control: &Control, kind: Kind, posted: Posted) {
        let Some(name) = control.name() else { return };
        let (label, required) = (label(control), control.is_required());
        self.put(name, Field { name: name.to_owned(), label, required, kind, posted });
    }

    /// Of two fields of one name the first one counts, unless the page itself fills it in.
    pub fn put(&mut self, name: &str, field: Field) {
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
