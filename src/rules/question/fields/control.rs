//! A control of a page: its tag, and the texts in it and around it.

use super::{Kind, Pattern, Text};
pub use crate::rules::question::markup::Tag;

/// A control of a page.
#[derive(Debug, Default)]
pub struct Control {
    pub tag: Tag,
    /// Which of the page's forms it is in.
    pub form: Option<usize>,
    /// Whether it or a set of fields around it is disabled.
    pub is_disabled: bool,
    /// The text within it.
    pub inner: String,
    /// The text behind it, up to the next control or the end of the line.
    pub after: String,
    /// The text of its label.
    pub label: Option<String>,
    /// What can be chosen, each with its text.
    pub options: Vec<(Tag, String)>,
}

impl Control {
    /// Its name, if it has one.
    pub fn name(&self) -> Option<&str> {
        self.tag.get("name").filter(|name| !name.is_empty())
    }

    /// Its type in small letters, or `default`.
    pub fn kind(&self, default: &str) -> String {
        let kind = self.tag.get("type").map(|kind| kind.trim().to_ascii_lowercase());
        kind.filter(|kind| !kind.is_empty()).unwrap_or_else(|| default.to_owned())
    }

    pub fn is_required(&self) -> bool {
        self.tag.get("required").is_some()
    }

    /// What a worker reads of a box or of a button.
    pub fn text(&self) -> Option<String> {
        let texts = [Some(self.inner.as_str()), self.label.as_deref(), Some(self.after.as_str())];
        let mut texts = texts.into_iter().flatten().map(str::trim);
        texts.find(|text| !text.is_empty()).map(str::to_owned)
    }
}

/// What stands beside a field: its label, or else what stands in its place.
pub fn label(control: &Control) -> Option<String> {
    let label = control.label.as_deref().map(str::trim).filter(|label| !label.is_empty());
    let named = ["label", "header", "aria-label", "placeholder", "title"];
    let named = || named.iter().find_map(|name| control.tag.get(name)).filter(|n| !n.is_empty());
    label.or_else(named).map(str::to_owned)
}

/// A field for a number, with a range if the page names none.
pub fn number(control: &Control, range: Option<(f64, f64)>) -> Kind {
    let of = |name| control.tag.get(name).and_then(|value: &str| value.trim().parse().ok());
    let finite = |number: &f64| number.is_finite();
    Kind::Number {
        min: of("min").filter(finite).or(range.map(|(min, _)| min)),
        max: of("max").filter(finite).or(range.map(|(_, max)| max)),
        step: of("step").filter(|step| step.is_finite() && *step > 0.0),
    }
}

/// A text field.
pub fn text(control: &Control, format: &str) -> Kind {
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
