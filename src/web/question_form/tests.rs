use super::{Use, render_form, stretches};
use crate::rules::question::filling::{Filling, Problem};
use crate::rules::question::{Question, QuestionForm, parse};
use regex::Regex;

const EVERY_KIND: &str = include_str!("../../../tests/clients/browser/form.xml");

fn form(xml: &str) -> QuestionForm {
    match parse(xml).unwrap() {
        Question::Form(form) => form,
        other => panic!("{other:?}"),
    }
}

fn drawn(values: &Filling, problems: &[Problem], purpose: Use) -> String {
    render_form(&form(EVERY_KIND), values, problems, purpose)
}

fn filling(texts: &[(&str, &str)]) -> Filling {
    let texts = texts.iter().map(|&(name, text)| (name.to_owned(), text.to_owned())).collect();
    Filling { texts, files: Vec::new() }
}

#[test]
fn every_kind_of_content_and_field_is_drawn() {
    let html = drawn(&Filling::default(), &[], Use::Work);
    insta::assert_snapshot!("every_kind", html);
}

#[test]
fn text_is_never_markup() {
    let hostile = "\"'><script>x</script></textarea>";
    let html = drawn(
        &filling(&[("Answer_1", hostile), ("Answer_4", hostile)]),
        &[Problem { question_identifier: "line".to_owned(), message: hostile.to_owned() }],
        Use::Work,
    );
    let scripts = html.matches("<script").count();
    assert_eq!((scripts, html.matches("</textarea>").count()), (1, 2), "{html}");
}

#[test]
fn what_was_filled_in_is_shown_again() {
    let values = filling(&[
        ("Answer_1", "abc"),
        ("Answer_5", "Other_"),
        ("Answer_5_OtherSelection", "mauve"),
        ("Answer_6", "b"),
        ("Answer_6", "d"),
        ("Answer_8", "d2"),
        ("Answer_9", "c1"),
        ("Answer_9", "c3"),
    ]);
    let html = drawn(&values, &[], Use::Work);
    assert!(html.contains("value=\"abc\"") && html.contains("value=\"mauve\""));
    let chosen = Regex::new("value=\"([^\"]*)\"[^>]*? (?:checked|selected)[ >]").unwrap();
    let chosen: Vec<_> = chosen.captures_iter(&html).map(|found| found[1].to_owned()).collect();
    assert_eq!(chosen, ["Other_", "b", "d", "d2", "c1", "c3"]);
    // A field that was left empty does not get its default text back.
    assert!(drawn(&filling(&[]), &[], Use::Work).contains("123 &#34;yes&#34;"));
    assert!(!drawn(&filling(&[("Answer_3", "")]), &[], Use::Work).contains("123 &#34;yes&#34;"));
}

#[test]
fn a_problem_stands_with_its_question() {
    let problem = Problem { question_identifier: "radio".to_owned(), message: "Choose!".into() };
    let html = drawn(&Filling::default(), &[problem], Use::Work);
    assert_eq!(html.matches("has-problem").count(), 1);
    assert!(
        html.contains("<p class=\"problem\" id=\"Answer_5_problem\" role=\"alert\">Choose!</p>")
    );
}

#[test]
fn in_a_preview_every_field_is_disabled() {
    let fields = Regex::new("<(?:input|select|textarea)[^>]*>").unwrap();
    let html = drawn(&Filling::default(), &[], Use::Preview);
    let all: Vec<_> = fields.find_iter(&html).map(|field| field.as_str().to_owned()).collect();
    assert_eq!(all.len(), 21);
    assert!(all.iter().all(|field| field.contains(" disabled")), "{all:#?}");
    assert!(!drawn(&Filling::default(), &[], Use::Work).contains(" disabled"));
}

#[test]
fn the_later_schema_is_drawn_the_same() {
    let drawn = |version: &str| {
        // The later one has no Application.
        let text = EVERY_KIND.replace("2005-10-01", version);
        let without = Regex::new("(?s)<Application>.*</Application>").unwrap().replace(&text, "");
        let (start, _) = without.rsplit_once("<Question>").unwrap();
        let form = form(&format!("{start}</QuestionForm>"));
        render_form(&form, &Filling::default(), &[], Use::Work).clone()
    };
    let later = drawn("2017-11-06");
    assert!(later.contains("name=\"Answer_1\""));
    assert_eq!(later, drawn("2005-10-01"));
}

#[test]
fn addresses_in_texts_are_found() {
    let text = "See (https://a.example/x?y=1&z), or http://b.example. https:// is none.";
    let found = stretches(text);
    let links: Vec<_> = found.iter().filter(|one| one.is_link).map(|one| one.text).collect();
    assert_eq!(links, ["https://a.example/x?y=1&z", "http://b.example"]);
    assert_eq!(found.iter().map(|one| one.text).collect::<String>(), text);
}
