//! HIT layouts: a page of HTML with placeholders, kept by a requester, from which HITs are made.
//!
//! Source: "HITLayout" in the API reference and "Templating" in the developer guide. A layout was
//! made on the requester's web site; here a world file brings it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{MAX_BYTES, QuestionFault, html};
use crate::fault::Fault;
use crate::rules::new_hit::unreadable;
use crate::shapes::hit::HitLayoutParameter;

/// A page with placeholders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// HTML in which `${name}` stands for a parameter's value.
    pub html: String,
    /// Height of the frame in pixels; 0 fits it to the worker's window.
    pub frame_height: i64,
}

/// Assumed: a name begins with a letter or `_`, and goes on with those, digits, `.` and `-`.
static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\$\{([A-Za-z_][A-Za-z0-9_.-]*)\}").expect("the expression is a constant")
});

impl Layout {
    /// The names of the placeholders.
    #[must_use]
    pub fn names(&self) -> BTreeSet<&str> {
        let found = PLACEHOLDER.captures_iter(&self.html);
        found.filter_map(|one| one.get(1)).map(|name| name.as_str()).collect()
    }

    /// How long the question document is at least: with nothing for any placeholder.
    #[must_use]
    pub fn least_bytes(&self) -> usize {
        html::document(&PLACEHOLDER.replace_all(&self.html, ""), self.frame_height).len()
    }

    /// The question document of a HIT with these values: an `HTMLQuestion`.
    ///
    /// Values are put in as they are, neither escaped nor searched for placeholders.
    ///
    /// # Errors
    /// The names are not those of the placeholders, or one stands twice; the document is too long.
    /// Source: the documentation of `HITLayoutParameter` for the rules. Assumed: the sentences.
    pub fn question(&self, parameters: &[HitLayoutParameter]) -> Result<String, Fault> {
        let mut values = BTreeMap::new();
        for HitLayoutParameter { name, value } in parameters {
            if values.insert(name.as_str(), value.as_str()).is_some() {
                return Err(refused(&format!("The HITLayoutParameter {name} is given twice.")));
            }
        }
        let wanted = self.names();
        if let Some(name) = wanted.iter().find(|name| !values.contains_key(*name)) {
            return Err(refused(&format!("The HITLayoutParameter {name} is missing.")));
        }
        if let Some(name) = values.keys().find(|name| !wanted.contains(*name)) {
            return Err(refused(&format!("The HITLayout has no parameter {name}.")));
        }
        self.filled(&values).ok_or_else(|| unreadable(QuestionFault::TooLong))
    }

    /// None if it becomes too long; then no more of it is made.
    fn filled(&self, values: &BTreeMap<&str, &str>) -> Option<String> {
        let value = |found: &Captures<'_>| {
            found.get(1).and_then(|name| values.get(name.as_str())).copied().unwrap_or_default()
        };
        let longest = PLACEHOLDER.captures_iter(&self.html).map(|found| value(&found).len());
        if longest.sum::<usize>() > MAX_BYTES {
            return None;
        }
        let page = PLACEHOLDER.replace_all(&self.html, value);
        let document = html::document(&page, self.frame_height);
        (document.len() <= MAX_BYTES).then_some(document)
    }
}

fn refused(message: &str) -> Fault {
    Fault::parameter("InvalidParameterValue", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::question::{Question, parse};
    use rstest::rstest;

    fn layout(html: &str) -> Layout {
        Layout { html: html.to_owned(), frame_height: 450 }
    }

    fn parameters(pairs: &[(&str, &str)]) -> Vec<HitLayoutParameter> {
        let one = |&(name, value): &(&str, &str)| HitLayoutParameter {
            name: name.to_owned(),
            value: value.to_owned(),
        };
        pairs.iter().map(one).collect()
    }

    #[test]
    fn the_question_is_a_page_with_the_values() {
        let made = layout("<p>${a} ${b_2} ${a}</p> ${ a} $a {a} ${1}")
            .question(&parameters(&[("b_2", "R&D"), ("a", "${b_2} $1 <i>")]))
            .unwrap();
        match parse(&made).unwrap() {
            Question::Html(page) => {
                let expected = "<p>${b_2} $1 <i> R&D ${b_2} $1 <i></p> ${ a} $a {a} ${1}";
                assert_eq!((page.content.as_str(), page.frame_height), (expected, 450));
            }
            other => panic!("{other:?}"),
        }
    }

    #[rstest]
    #[case("${a}", &[], "The HITLayoutParameter a is missing.")]
    #[case("${a}", &[("a", "x"), ("b", "y")], "The HITLayout has no parameter b.")]
    #[case("${a}", &[("a", "x"), ("a", "y")], "The HITLayoutParameter a is given twice.")]
    #[case("plain", &[("", "x")], "The HITLayout has no parameter .")]
    fn names_must_match(#[case] html: &str, #[case] given: &[(&str, &str)], #[case] said: &str) {
        let fault = layout(html).question(&parameters(given)).unwrap_err();
        assert_eq!(fault, refused(said));
    }

    #[test]
    fn the_result_has_the_size_of_a_question() {
        let empty = layout("${a}").question(&parameters(&[("a", "")])).unwrap().len();
        let fits = "x".repeat(MAX_BYTES - empty);
        assert!(layout("${a}").question(&parameters(&[("a", &fits)])).is_ok());
        let long = layout("${a}").question(&parameters(&[("a", &(fits + "x"))])).unwrap_err();
        assert!(long.to_string().contains("a maximum length of 65535"), "{long}");
        let many = layout(&"${a}".repeat(10_000));
        assert!(many.question(&parameters(&[("a", &"x".repeat(60_000))])).is_err());
    }

    #[rstest]
    #[case("]]>${a}", "]]>", "]]>]]>")]
    #[case("x]]${a}y", ">", "x]]>y")]
    #[case("]]]>${a}", "]]]]>>", "]]]>]]]]>>")]
    fn what_ends_a_section_of_text_is_kept(
        #[case] html: &str,
        #[case] value: &str,
        #[case] expected: &str,
    ) {
        let made = layout(html).question(&parameters(&[("a", value)])).unwrap();
        let Question::Html(page) = parse(&made).unwrap() else { panic!("{made}") };
        assert_eq!((page.content.as_str(), page.frame_height), (expected, 450));
    }
}
