use rstest::rstest;

use super::*;
use crate::rules::question::{ExternalQuestion, HtmlQuestion, parse};

const SCRIPT: &str =
    "<script src=\"https://s3.amazonaws.com/mturk-public/externalHIT_v1.js\"></script>";
const CROWD: &str = "<script src=\"https://assets.crowd.aws/crowd-html-elements.js\"></script>";

fn shown(remarks: &[Remark]) -> Vec<String> {
    remarks.iter().map(ToString::to_string).collect()
}

fn of_html(html: &str) -> Vec<String> {
    shown(&of(&Question::Html(HtmlQuestion { content: html.to_owned(), frame_height: 0 })))
}

fn of_url(url: &str, frame_height: u32) -> Vec<String> {
    shown(&of(&Question::External(ExternalQuestion { url: url.to_owned(), frame_height })))
}

/// A form as it should be, with this in it.
fn form(inside: &str) -> String {
    format!(
        "<form action=\"https://www.mturk.com/mturk/externalSubmit\">\
         <input type=hidden name=assignmentId>{inside}<button>Send</button></form>"
    )
}

fn crowd(inside: &str) -> String {
    format!("{CROWD}<crowd-form>{inside}</crowd-form>")
}

#[rstest]
#[case(&form("<input name=a><input type=hidden name=hitId><select name=b></select>"))]
#[case(&form("<input type=radio name=a value=1><input type=radio name=a value=2>"))]
#[case(&form("<input type=checkbox name=a value=1><input type=checkbox name=a value=2>"))]
#[case(&form("<input name=a placeholder=$x><p>$a {a} $</p><style>p{}</style>"))]
#[case(&form("<a href=http://a.example/>A link</a><img src=//a.example/x.png>"))]
#[case(&form("<script>const text = `${name}`;</script><img src=http://localhost:80/x>"))]
#[case(&form("<template><input><crowd-thing></crowd-thing></template>"))]
#[case(&format!("{SCRIPT}<form id=mturk_form><input name=a><input type=submit></form>"))]
#[case(&format!("<form id=search action=/find></form>{}", form("")))]
#[case(
    "<form><input type=hidden name=assignmentId></form><script>f.action = u; f.submit()</script>"
)]
#[case("<div id=root></div><script>form.requestSubmit()</script>")]
#[case(&crowd("<crowd-input name=a></crowd-input><crowd-classifier name=b></crowd-classifier>"))]
#[case(&form("<svg><g><circle r=1></circle></g></svg><my-chart></my-chart><center>x</center>"))]
#[case(&crowd("<crowd-checkbox name=a></crowd-checkbox><crowd-checkbox name=a></crowd-checkbox>"))]
#[case(&format!("{CROWD}<crowd-entity-annotation name=a></crowd-entity-annotation>"))]
#[case(&crowd("<form><crowd-line name=a></crowd-line></form><crowd-input name=b></crowd-input>"))]
fn there_is_no_remark_on_a_page_that_is_in_order(#[case] html: &str) {
    assert_eq!(of_html(html), [""; 0], "{html}");
}

#[rstest]
#[case(&form("\n<p>${b}\n${a} ${a}</p>"),
    &["Line 2: ${b} has no value", "Line 3: ${a} has no value"])]
#[case(&form("<img src=\"${image_url}\">"), &["Line 1: ${image_url} has no value"])]
#[case("<p>Hello</p>", &["The page has no <form> and no <crowd-form>"])]
#[case("<p>Hello</p><script src=app.js></script>", &["The page has no <form> and no <crowd-form>"])]
#[case("\n<form action=/save><input type=hidden name=assignmentId><button></button></form>",
    &["Line 2: The form is sent to /save, not to …/mturk/externalSubmit"])]
#[case("<form><input type=hidden name=assignmentId><button></button></form>",
    &["Line 1: The form is sent nowhere, not to"])]
#[case("<form action=/mturk/externalSubmit><input name=assignmentid><button></button></form>",
    &["Line 1: The form has no field assignmentId, and"])]
#[case("<form action=/mturk/externalSubmit><input name=assignmentId></form>",
    &["Line 1: The form has no submit button."])]
#[case("<form action=/mturk/externalSubmit><input name=assignmentId><button type=button></form>",
    &["Line 1: The form has no submit button."])]
#[case(&form("<input><textarea id=why></textarea>"),
    &["Line 1: <input> has no name: ", "Line 1: <textarea> with the id “why” has no name: "])]
#[case(&form("<input name=a><input name=a><input name=a>"),
    &["Line 1: Several fields have the name “a”: "])]
#[case(&form("<input type=radio name=a>"), &["Line 1: A radio button of “a” has no value"])]
#[case(&form("<input name=workerId>"), &["Line 1: The answer has no field workerId"])]
#[case(&form("<img src=http://a.example/x.png>\n<link href='HTTP://a.example/y.css'>"),
    &["Line 1: http://a.example/x.png is http. ", "Line 2: HTTP://a.example/y.css is http. "])]
#[case("<crowd-form><crowd-input name=a></crowd-input></crowd-form>",
    &["The page has crowd elements but does not load crowd-html-elements.js"])]
#[case(&crowd("<crowd-inputs name=a></crowd-inputs>"),
    &["Line 1: <crowd-inputs> is not a known crowd element. Is it <crowd-input>?"])]
#[case(&crowd("<crowd-something-else></crowd-something-else>"),
    &["Line 1: <crowd-something-else> is not a known crowd element."])]
#[case(&crowd("<crowd-rating name=a></crowd-rating>"),
    &["Line 1: <crowd-rating> is not a known crowd element."])]
#[case(&form("<batton>Send</batton><blinker></blinker>"),
    &["Line 1: <batton> is not a known HTML element. Is it <button>?",
        "Line 1: <blinker> is not a known HTML element."])]
#[case(&crowd("<crowd-input></crowd-input>"), &["Line 1: <crowd-input> has no name"])]
#[case(&format!("{CROWD}{}", form("<crowd-input name=a></crowd-input>")),
    &["Line 1: <crowd-input> is outside of a <crowd-form>: its answer is not submitted."])]
fn what_a_page_lacks_has_a_remark(#[case] html: &str, #[case] expected: &[&str]) {
    let found = of_html(html);
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found}");
    }
}

#[test]
fn an_address_is_https_or_of_this_machine() {
    for good in
        ["https://a.example/x", "http://localhost:5000/x", "http://127.0.0.1/", "http://[::1]/"]
    {
        assert_eq!(of_url(good, 400), [""; 0], "{good}");
    }
    let [found] = &of_url("http://a.example/x", 0)[..] else { panic!() };
    assert!(found.starts_with("The page is at http://a.example/x. Amazon's pages are https"));
    assert_eq!(
        of_url("https://a.example/${id}", 0),
        ["${id} has no value: workers see it as it is."]
    );
    assert_eq!(
        of_url("https://a.example", 99),
        ["FrameHeight makes the frame only 99 pixels high."]
    );
    assert_eq!(of_url("https://a.example", 100), [""; 0]);
}

#[test]
fn a_form_s_peculiarities_have_remarks() {
    let question = |required: &str, answer: &str| {
        format!(
            "<QuestionForm xmlns=\"http://mechanicalturk.amazonaws.com/\
             AWSMechanicalTurkDataSchemas/2005-10-01/QuestionForm.xsd\"><Question>\
             <QuestionIdentifier>q</QuestionIdentifier>\
             <IsRequired>{required}</IsRequired><QuestionContent><Text>t</Text></QuestionContent>\
             <AnswerSpecification>{answer}</AnswerSpecification></Question></QuestionForm>"
        )
    };
    let choice = |style: &str, most: u32| {
        format!(
            "<SelectionAnswer><MaxSelectionCount>{most}</MaxSelectionCount>\
             <StyleSuggestion>{style}</StyleSuggestion><Selections>\
             <Selection><SelectionIdentifier>a</SelectionIdentifier><Text>A</Text></Selection>\
             <Selection><SelectionIdentifier>b</SelectionIdentifier><Binary>\
             <MimeType><Type>image</Type></MimeType><DataURL>http://a.example/b.png</DataURL>\
             <AltText>B</AltText></Binary></Selection></Selections></SelectionAnswer>"
        )
    };
    let regex = |regex: &str| {
        format!(
            "<FreeTextAnswer><Constraints><AnswerFormatRegex regex=\"{regex}\"/></Constraints>\
             </FreeTextAnswer>"
        )
    };
    let file = "<FileUploadAnswer><MaxFileSizeInBytes>9</MaxFileSizeInBytes>\
        <MinFileSizeInBytes>1</MinFileSizeInBytes></FileUploadAnswer>";
    let of_form = |required, answer: &str| shown(&of(&parse(&question(required, answer)).unwrap()));
    let text = "<FreeTextAnswer/>";
    assert_eq!(of_form("true", text), [""; 0]);
    assert!(of_form("false", text)[0].starts_with("No question must be answered"));
    assert_eq!(of_form("true", &regex("[0-9]+")), [""; 0]);
    assert!(of_form("true", &regex("(?=a)b"))[0].contains("browser alone checks"));
    assert!(of_form("true", file)[0].contains("asks for a file"));
    let found = of_form("true", &choice("radiobutton", 2));
    assert!(found[0].contains("allows 2 choices, but its style"), "{found:?}");
    assert!(found[1].starts_with("http://a.example/b.png is http."), "{found:?}");
    assert_eq!(of_form("true", &choice("checkbox", 2)).len(), 1);
}

#[test]
fn so_many_remarks_are_made() {
    let many = |count: usize| of_html(&form(&"<input>".repeat(count)));
    assert_eq!(many(MOST).len(), MOST);
    assert!(many(MOST).iter().all(|remark| remark.contains("has no name")));
    assert_eq!(many(MOST + 1).len(), MOST);
    assert_eq!(many(MOST + 1)[MOST - 1], "There are 2 more remarks.");
    let without_form = of_html(&"<input>".repeat(MOST + 1));
    assert!(without_form[0].starts_with("The page has no <form>"), "{without_form:?}");
    assert_eq!(without_form[MOST - 1], "There are 3 more remarks.");
    let long = of_html(&form(&format!("<img src='http://a.example/{}\n'>", "x".repeat(5000))));
    assert!(long[0].chars().count() < 250 && !long[0].contains('\n'), "{long:?}");
}

#[test]
fn no_text_is_made_of_what_is_not_listed() {
    let (mut found, mut made) = (Remarks::default(), 0);
    for line in 1..2 * MOST {
        found.add(Some(line), || {
            made += 1;
            String::new()
        });
    }
    assert_eq!((made, found.finish().len()), (MOST, MOST));
}

#[test]
fn frames_are_forbidden_by_headers() {
    let ours = "http://127.0.0.1:1770";
    let html =
        Answered { status: 200, content_type: "text/html; charset=utf-8", ..Answered::default() };
    let found = |answered: &Answered<'_>| shown(&framing(answered, ours));
    assert_eq!(found(&html), [""; 0]);
    assert_eq!(found(&Answered { status: 302, ..html }), [""; 0]);
    assert_eq!(found(&Answered { status: 404, ..html }), ["The server answers with status 404."]);
    let json = Answered { content_type: "application/json", ..html };
    assert_eq!(found(&json), ["The server answers with application/json instead of text/html."]);
    for (options, policies, expected) in [
        (&["DENY"][..], &[][..], "X-Frame-Options: DENY"),
        (&["sameorigin"], &[], "X-Frame-Options: SAMEORIGIN"),
        (&["allow-from https://a.example"], &[], ""),
        (&["DENY"], &["frame-ancestors *"], ""),
        (&["DENY"], &["default-src 'self'"], "X-Frame-Options: DENY"),
        (&[], &["frame-ancestors 'none'"], "neither here nor in Amazon's"),
        (&[], &["default-src 'self'; Frame-Ancestors 'self'"], "neither here"),
        (&[], &["frame-ancestors https://*.mturk.com"], ", but not here"),
        (&[], &["frame-ancestors http://127.0.0.1:1770"], "show it here, but not in"),
        (&[], &["frame-ancestors http://127.0.0.1:*  *.mturk.com"], ""),
        (&[], &["frame-ancestors http://127.0.0.1 *.mturk.com"], ", but not here"),
        (&[], &["frame-ancestors http: https:"], ""),
        (&[], &["frame-ancestors http://127.0.0.1:1770 https://*.mturk.com:443"], ""),
        (&[], &["frame-ancestors http://127.0.0.1:1770 http://*.mturk.com:80"], ""),
        (
            &[],
            &["frame-ancestors http://127.0.0.1:1770 *.mturk.com:8443"],
            "here, but not in Amazon's",
        ),
        (
            &[],
            &["frame-ancestors http://127.0.0.1:1770 worker.mturk.com"],
            "here, but not in the frames of workersandbox.mturk.com",
        ),
        (&[], &["frame-ancestors https:"], ", but not here"),
        (&[], &["frame-ancestors *, frame-ancestors"], "neither here"),
    ] {
        let answered = Answered { frame_options: options, policies, ..html };
        let found = found(&answered).join(" ");
        assert_eq!(found.is_empty(), expected.is_empty(), "{options:?} {policies:?}: {found}");
        assert!(found.contains(expected), "{options:?} {policies:?}: {found}");
    }
}
