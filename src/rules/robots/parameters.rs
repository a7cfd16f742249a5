//! The parameters of a HIT, and texts with their names in it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::rules::posted::urlencoded;
use crate::rules::question::Question;
use crate::rules::question::fields::{Fields, Kind};
use crate::rules::question::layout::PLACEHOLDER;

/// The parameters of a HIT by name.
pub type Parameters = BTreeMap<String, String>;

/// The parameters of a HIT: the query of an `ExternalURL`, the hidden fields of a page, the members
/// of an annotation that is a JSON object, and the whole annotation as `RequesterAnnotation`. Of
/// one name, the later of these counts.
pub fn parameters(question: &Question, fields: &Fields, annotation: Option<&str>) -> Parameters {
    let mut parameters = Parameters::new();
    if let Question::External(page) = question {
        let query = page.url.split('#').next().and_then(|url| url.split_once('?'));
        parameters.extend(urlencoded(query.map_or("", |(_, query)| query).as_bytes()));
    }
    for field in &fields.fields {
        if let Kind::Hidden { value } = &field.kind {
            parameters.insert(field.name.clone(), value.clone());
        }
    }
    if let Some(annotation) = annotation {
        if let Ok(Value::Object(members)) = serde_json::from_str(annotation) {
            parameters.extend(members.into_iter().map(|(name, value)| (name, text(value))));
        }
        parameters.insert("RequesterAnnotation".to_owned(), annotation.to_owned());
    }
    parameters
}

fn text(value: Value) -> String {
    if let Value::String(text) = value { text } else { value.to_string() }
}

/// The text with the value of each parameter in the place of `${name}`; none if it names one that
/// the HIT does not have.
pub fn filled(text: &str, parameters: &Parameters) -> Option<String> {
    let mut names = PLACEHOLDER.captures_iter(text).filter_map(|found| found.get(1));
    if names.any(|name| !parameters.contains_key(name.as_str())) {
        return None;
    }
    Some(with_known(text, parameters))
}

/// The same; what the HIT does not have stays as it is.
pub fn with_known(text: &str, parameters: &Parameters) -> String {
    let value = |found: &regex::Captures<'_>| {
        let value = found.get(1).and_then(|name| parameters.get(name.as_str()));
        value.map_or_else(|| found[0].to_owned(), Clone::clone)
    };
    PLACEHOLDER.replace_all(text, value).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::question::fields::of_page;
    use crate::rules::question::{ExternalQuestion, HtmlQuestion};

    #[test]
    fn parameters_come_from_address_page_and_annotation() {
        let url = "https://h/x?a=1&b=%C3%A9#y?c=2".to_owned();
        let external = Question::External(ExternalQuestion { url, frame_height: 0 });
        let found = parameters(&external, &Fields::default(), Some(r#"{"a":2,"c":[1],"d":"x"}"#));
        let expected = [
            ("RequesterAnnotation", r#"{"a":2,"c":[1],"d":"x"}"#),
            ("a", "2"),
            ("b", "é"),
            ("c", "[1]"),
            ("d", "x"),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(found, Parameters::from(expected));
        let content = "<input type=hidden name=gold value=cat><input name=x>".to_owned();
        let fields = of_page(&content);
        let page = Question::Html(HtmlQuestion { content, frame_height: 0 });
        let found = parameters(&page, &fields, Some("plain"));
        assert_eq!(filled("${gold} ${RequesterAnnotation}", &found).unwrap(), "cat plain");
        assert_eq!(filled("${gold} ${x}", &found), None);
        assert_eq!(with_known("${gold} ${x} $", &found), "cat ${x} $");
    }
}
