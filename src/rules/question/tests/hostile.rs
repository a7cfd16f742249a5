use super::{full, message};
use crate::fault::Fault;
use crate::rules::question::form::tests::{form_xml, question_xml};
use crate::rules::question::html5;
use crate::rules::question::{MAX_BYTES, MAX_STORED_BYTES, QuestionFault, check, parse};
use html5gum::emitters::callback::CallbackEvent;
use proptest::prelude::*;

fn html_of(bytes: usize) -> String {
    let rest = full(
        "<HTMLQuestion @><HTMLContent></HTMLContent><FrameHeight>0</FrameHeight></HTMLQuestion>",
    );
    let filling = "é".repeat((bytes - rest.len()) / 2) + &"x".repeat((bytes - rest.len()) % 2);
    rest.replace("</HTMLContent>", &(filling + "</HTMLContent>"))
}

#[test]
fn size_counts_in_bytes() {
    let (fits, too_long) = (html_of(MAX_BYTES), html_of(MAX_BYTES + 1));
    assert_eq!((fits.len(), too_long.len()), (65_535, 65_536));
    assert!(check(&fits).is_ok() && parse(&too_long).is_ok());
    let fault = Fault::from(check(&too_long).unwrap_err()).to_string();
    assert!(fault.contains("a maximum length of 65535"), "{fault}");
    let most = html_of(MAX_STORED_BYTES + 1);
    assert!(parse(&html_of(MAX_STORED_BYTES)).is_ok());
    assert_eq!(parse(&most), Err(QuestionFault::TooLong));
    assert_eq!(message(&" ".repeat(MAX_STORED_BYTES + 1)), "The document is too long.");
}

#[test]
fn a_message_repeats_little_of_the_document() {
    let long = "x".repeat(30_000);
    for xml in [
        format!("<{long}/>"),
        format!("<a>&{long};</a>"),
        format!("<HTMLQuestion xmlns='{long}'/>"),
        full(&format!("<ExternalQuestion @ {long}=''/>")),
        full(&format!("<ExternalQuestion @>{long}</ExternalQuestion>")),
        full(&format!("<ExternalQuestion @><{long}/></ExternalQuestion>")),
        full(&format!("<ExternalQuestion @><ExternalURL>{long}</ExternalURL></ExternalQuestion>")),
    ] {
        let message = message(&xml);
        assert!((10..400).contains(&message.len()), "{message}");
    }
}

#[test]
fn a_tag_with_many_attributes_overflows_no_stack() {
    for attribute in [" a=\"x\"", " a='x'", " a=x", " a", "/a=''", " a=''b=\"\"", " a = ''"] {
        for tag in ["<p", "</p", "<script"] {
            let page = format!("x{tag}{}>y", attribute.repeat(20_000));
            assert!(html5::errors(&page, &|_| true).len() < 20, "{tag}{attribute}");
        }
    }
    for (count, is_read) in [(100, true), (101, false)] {
        let page = format!("<p{}>y", " a=''".repeat(count));
        let mut text_is_read = false;
        html5::read(&page, &mut |event, _| {
            text_is_read |= matches!(event, CallbackEvent::String { .. });
        });
        assert_eq!(text_is_read, is_read, "{count}");
    }
}

#[test]
fn bombs_are_refused_at_once() {
    let laughs: Vec<_> = (1..10).map(|n| format!("<!ENTITY l{n} '&l{0};&l{0};'>", n - 1)).collect();
    let laughs = laughs.concat();
    let billion = format!("<!DOCTYPE l [<!ENTITY l0 'ha'>{laughs}]><l>&l9;</l>");
    let outside = "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>";
    let subset = "<!DOCTYPE a SYSTEM 'http://a.example/a.dtd'><a/>";
    for xml in [&billion, outside, subset] {
        assert!(message(xml).starts_with("Line 1, column 1: found a document type declaration"));
    }
    let deep = "<a>".repeat(20_000);
    assert_eq!(message(&deep), "Line 1, column 193: elements are nested deeper than 64 levels.");
    let wide: Vec<_> = (0..5_000).map(|n| format!(" a{n}=''")).collect();
    let wide = wide.concat();
    assert_eq!(
        message(&format!("<a{wide}/>")),
        "Line 1, column 1: an element has more than 64 attributes."
    );
}

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = parse(&text);
    }

    #[test]
    fn no_markup_panics(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..24)) {
        let _ = parse(&full(&pieces.concat()));
        let content = format!("<Overview><FormattedContent>{}", pieces.concat());
        let question = question_xml("q", "<FreeTextAnswer/>");
        let _ = parse(&form_xml(&format!("{content}</FormattedContent></Overview>{question}")));
    }
}

const PIECES: &[&str] = &[
    "<ExternalQuestion @>",
    "</ExternalQuestion>",
    "<ExternalURL>",
    "</ExternalURL>",
    "http://é",
    "<FrameHeight>1</FrameHeight>",
    "<HTMLQuestion @>",
    "</HTMLQuestion>",
    "<HTMLContent>",
    "</HTMLContent>",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<?x ",
    "?>",
    "&amp;",
    "&#233;",
    "&",
    "<",
    ">",
    "\r\n",
    " ",
    "\u{feff}",
    "'",
    "\"",
    "<a b='",
    "/>",
    "é",
    "<!DOCTYPE",
    "😀",
];
