//! HIT layouts: a page of HTML with placeholders, kept by a requester, from which HITs are made.
//!
//! Source: "HITLayout" in the API reference and "Templating" in the developer guide. A layout was
//! made on the requester's web site; here a world file brings it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Match, Regex};

use super::{MAX_BYTES, QuestionFault, check_characters, html5, pages, parse, unreadable};
use crate::fault::Fault;
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
pub(in crate::rules) static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\$\{([A-Za-z_][A-Za-z0-9_.-]*)\}").expect("the expression is a constant")
});

/// What might be meant as a placeholder.
static MEANT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\$\{[^{}\r\n]{0,100}\}").expect("the expression is a constant"));

/// What looks like a placeholder and is none, such as `${my name}`.
pub(in crate::rules) fn no_placeholders(text: &str) -> impl Iterator<Item = Match<'_>> {
    MEANT.find_iter(text).filter(|found| !PLACEHOLDER.is_match(found.as_str()))
}

/// Why such a text stays as it is, without a full stop.
pub(in crate::rules) fn no_placeholder(text: &str) -> String {
    format!("{text} stays as it is: a variable is a letter or _, then letters, digits, _, . and -")
}

/// What the requester site put before a template or layout without a form of its own.
///
/// Facts: the same text stands in unrelated public projects.
const BEFORE: &str = "<!DOCTYPE html>
<html>
<head>
<title>HIT</title>
<meta http-equiv=\"Content-Type\" content=\"text/html; charset=UTF-8\"/>
<script type=\"text/javascript\" \
src=\"https://s3.amazonaws.com/mturk-public/externalHIT_v1.js\"></script>
</head>
<body>
<form name=\"mturk_form\" method=\"post\" id=\"mturk_form\" \
action=\"https://www.mturk.com/mturk/externalSubmit\">
<input type=\"hidden\" value=\"\" name=\"assignmentId\" id=\"assignmentId\"/>
";

/// What it put behind.
const BEHIND: &str = "
<p class=\"text-center\"><input type=\"submit\" id=\"submitButton\" class=\"btn btn-primary\" \
value=\"Submit\" /></p>
</form>
<script type=\"text/javascript\">turkSetAssignmentID();</script>
</body>
</html>
";

/// Assumed: an element that brings its form counts as one.
static FORM: LazyLock<Regex> = LazyLock::new(|| {
    let forms = "form|crowd-form|crowd-entity-annotation";
    let pattern = format!(r"(?is)<!--.*?-->|<({forms})[\s/>]");
    Regex::new(&pattern).expect("the expression is a constant")
});

/// The page of a template or layout, in a form if that has none of its own.
pub(in crate::rules) fn form_around<'p>(layout: &str, page: &'p str) -> Cow<'p, str> {
    // The others are comments.
    let has_form = FORM.captures_iter(layout).any(|found| found.get(1).is_some());
    if has_form { page.into() } else { [BEFORE, page, BEHIND].concat().into() }
}

impl Layout {
    /// The names of the placeholders.
    pub fn names(&self) -> BTreeSet<&str> {
        let found = PLACEHOLDER.captures_iter(&self.html);
        found.filter_map(|found| found.get(1)).map(|name| name.as_str()).collect()
    }

    /// The question document of a HIT with these values: an `HTMLQuestion`.
    ///
    /// Values are put in as they are, neither escaped nor searched for placeholders. A layout
    /// without a form gets one, as a template does.
    ///
    /// # Errors
    /// The names are not those of the placeholders, or one stands twice; the document is too long;
    /// a value has characters or HTML that no question may have.
    /// Source: the documentation of `HITLayoutParameter` for the rules. Assumed: the sentences, but
    /// for the one on missing names, which is recorded; their order; that the length is that of the
    /// document with the form that it gets.
    pub fn question(&self, parameters: &[HitLayoutParameter]) -> Result<String, Fault> {
        let mut values = BTreeMap::new();
        for HitLayoutParameter { name, value } in parameters {
            if values.insert(name.as_str(), value.as_str()).is_some() {
                return Err(Fault::parameter(format!(
                    "The HITLayoutParameter {name} is given twice."
                )));
            }
        }
        let wanted = self.names();
        let missing = wanted.iter().filter(|name| !values.contains_key(*name));
        let missing: Vec<&str> = missing.copied().collect();
        if !missing.is_empty() {
            return Err(without(&missing));
        }
        if let Some(name) = values.keys().find(|name| !wanted.contains(*name)) {
            return Err(Fault::parameter(format!("The HITLayout has no parameter {name}.")));
        }
        // Assumed: an emoji in a value is refused as one in a question.
        values.values().try_for_each(|value| check_characters(value))?;
        let too_long = || unreadable(QuestionFault::TooLong);
        let (page, spans) = self.filled(&values).ok_or_else(too_long)?;
        let document = pages::document(&form_around(&self.html, &page), self.frame_height);
        if document.len() > MAX_BYTES {
            return Err(too_long());
        }
        parse(&document).map_err(unreadable)?;
        let errors = html5::errors(&page, &|offset| {
            let next = spans.partition_point(|span| span.end <= offset);
            spans.get(next).is_some_and(|span| span.contains(&offset))
        });
        if errors.is_empty() { Ok(document) } else { Err(html5::refusal(&errors, &page)) }
    }

    /// The page, and where in it the values are; none if it becomes too long.
    fn filled(&self, values: &BTreeMap<&str, &str>) -> Option<(String, Vec<Range<usize>>)> {
        let value = |found: &Captures<'_>| {
            found.get(1).and_then(|name| values.get(name.as_str())).copied().unwrap_or_default()
        };
        let longest = PLACEHOLDER.captures_iter(&self.html).map(|found| value(&found).len());
        if longest.sum::<usize>() > MAX_BYTES {
            return None;
        }
        let (mut page, mut spans, mut copied) = (String::new(), Vec::new(), 0);
        for found in PLACEHOLDER.captures_iter(&self.html) {
            let placeholder = found.get_match();
            page.push_str(&self.html[copied..placeholder.start()]);
            let start = page.len();
            page.push_str(value(&found));
            spans.push(start..page.len());
            copied = placeholder.end();
        }
        page.push_str(&self.html[copied..]);
        Some((page, spans))
    }
}

/// Recorded for one missing name. Assumed: the code; that all are listed, in alphabetical order.
fn without(missing: &[&str]) -> Fault {
    let names = missing.join(", ");
    Fault::parameter(format!(
        "Your request is missing required parameters. Required parameters include \
         HITLayoutParameter. You have not provided all required HITLayout parameters. Missing \
         parameter names: {names}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::question::Question;
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
            .question(&parameters(&[("b_2", "R & D"), ("a", "${b_2} $1 <i>")]))
            .unwrap();
        match parse(&made).unwrap() {
            Question::Html(page) => {
                let expected = "<p>${b_2} $1 <i> R & D ${b_2} $1 <i></p> ${ a} $a {a} ${1}";
                let expected = [BEFORE, expected, BEHIND].concat();
                assert_eq!((page.content, page.frame_height), (expected, 450));
            }
            other => panic!("{other:?}"),
        }
    }

    #[rstest]
    #[case("${a}", &[("a", "x"), ("b", "y")], "The HITLayout has no parameter b.")]
    #[case("${a}", &[("a", "x"), ("a", "y")], "The HITLayoutParameter a is given twice.")]
    #[case("plain", &[("", "x")], "The HITLayout has no parameter .")]
    fn names_must_match(#[case] html: &str, #[case] given: &[(&str, &str)], #[case] message: &str) {
        let fault = layout(html).question(&parameters(given)).unwrap_err();
        assert_eq!(fault, Fault::parameter(message));
    }

    #[test]
    fn all_missing_names_are_listed() {
        let layout = layout("<img src='${image_url}'>${b}${a}${b}");
        let message = |given: &[(&str, &str)]| layout.question(&parameters(given)).unwrap_err();
        let recorded = "InvalidParameterValue: Your request is missing required parameters. \
            Required parameters include HITLayoutParameter. You have not provided all required \
            HITLayout parameters. Missing parameter names: ";
        let one = message(&[("a", ""), ("b", "")]).to_string();
        assert_eq!(one, format!("{recorded}image_url"));
        assert_eq!(message(&[("image_url", "")]).to_string(), format!("{recorded}a, b"));
        assert_eq!(message(&[("c", "")]).to_string(), format!("{recorded}a, b, image_url"));
    }

    /// Errors of the layout itself are not the caller's; values are read where they stand.
    #[rstest]
    #[case("AT&T <a b='c'd><p><body> ${a}", "R & D", None)]
    #[case("<a href='?x=1${a}'>", "&y=2&z", None)]
    #[case("<script>if (a ${a} b) {}</script>", "&&b", None)]
    #[case("<p>${b}${a}", "AT&T", Some("[1,6]"))]
    #[case("<p>\n${a}<p b='${a}'>", "AT&T", Some("[2,3]"))]
    #[case("<p b='${a}'>", "x'c='y", Some("[1,9]"))]
    #[case("<body>${a}", "<body>", Some("[1,12]"))]
    #[case("é${a}", "\u{1f600}", Some("QuestionXML"))]
    fn values_are_checked_as_html5(
        #[case] html: &str,
        #[case] value: &str,
        #[case] place: Option<&str>,
    ) {
        let html = html.to_owned() + "<!--${b}-->";
        let made = layout(&html).question(&parameters(&[("a", value), ("b", "")]));
        match place {
            None => drop(made.unwrap()),
            Some(place) => {
                let message = made.unwrap_err().to_string();
                assert!(message.contains(place), "{message}");
                assert!(message.matches("<! [").count() <= 1, "{message}");
            }
        }
    }

    #[test]
    fn the_result_has_the_size_of_a_question() {
        let short = layout("${a}").question(&parameters(&[("a", "x")])).unwrap().len();
        let fits = "x".repeat(MAX_BYTES - short + 1);
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
        let expected = [BEFORE, expected, BEHIND].concat();
        assert_eq!((page.content, page.frame_height), (expected, 450));
    }

    #[rstest]
    #[case("<form >${a}</form>", true)]
    #[case("<Form/>${a}", true)]
    #[case("<crowd-form\n>${a}</crowd-form>", true)]
    #[case("<crowd-entity-annotation text='x'>${a}</crowd-entity-annotation>", true)]
    #[case("<!-- a --><form>${a}</form><!-- b -->", true)]
    #[case("<!-- <form>\n</form> -->${a}", false)]
    #[case("<formula>${a}", false)]
    #[case("<x-form>${a}", false)]
    #[case("${a}", false)]
    fn a_form_of_its_own_is_in_the_layout(#[case] html: &str, #[case] is_own: bool) {
        // A form in a value is none of the layout's.
        let made = layout(html).question(&parameters(&[("a", "<form>")])).unwrap();
        assert_eq!(!made.contains("id=\"mturk_form\""), is_own, "{made}");
    }
}
