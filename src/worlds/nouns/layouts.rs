//! HIT layouts.

use crate::worlds::fields::{Fields, Place};
use crate::worlds::nouns::{Owner, owner};

/// An entry of `HITLayouts`.
#[derive(Debug)]
pub struct LayoutEntry {
    pub place: Place,
    pub owner: Owner,
    pub id: Option<String>,
    pub name: Option<String>,
    pub html: String,
    pub frame_height: Option<u32>,
}

/// Reads an entry of `HITLayouts`.
pub fn layout(fields: &mut Fields<'_>, first: &Owner) -> Option<LayoutEntry> {
    let entry = LayoutEntry {
        place: fields.place().clone(),
        owner: owner(fields, first),
        id: fields.id("HITLayoutId"),
        name: fields.take("Name"),
        html: fields.take("HTMLContent").unwrap_or_default(),
        frame_height: fields.take("FrameHeight"),
    };
    fields.need(!entry.html.is_empty(), "HTMLContent").then_some(entry)
}
