use rstest::rstest;

use super::{errors as found, refusal};
use crate::fault::Fault;

fn check(page: &str, counts: &dyn Fn(usize) -> bool) -> Result<(), Fault> {
    let errors = found(page, counts);
    if errors.is_empty() { Ok(()) } else { Err(refusal(&errors, page)) }
}

fn errors(page: &str) -> String {
    let Err(fault) = check(page, &|_| true) else { return String::new() };
    let message = fault.to_string();
    let (_, rest) = message.split_once("Details: Errors: ").unwrap();
    let (errors, content) = rest.split_once(" Invalid content: ").unwrap();
    assert_eq!(content, page);
    errors.to_owned()
}

/// The page of the report in what matters: a form before the body, and where the errors stand.
#[test]
fn the_recorded_page_has_the_recorded_answer() {
    let page = format!(
        "\n<!DOCTYPE html>\n<html lang=\"en\">\n  <head>\n    <script>a && b;</script>{}  \
         </head>\n  <form id='f' action=\"X\">\n    <input type=\"hidden\" name=\"hitId\">\n  \
         </form>\n  <body>{}      <div id=\"container\"style='margin-top:3px'></div>\n</html>",
        "\n".repeat(100),
        "\n".repeat(50),
    );
    let recorded = "InvalidParameterValue";
    let fault = check(&page, &|_| true).unwrap_err().to_string();
    let fault = fault.replace("HTML5ParseError", recorded);
    let expected = format!(
        "{recorded}: There was an error parsing the HTML5 data in your request.  Please make sure \
         the data is well-formed and validates as HTML5. Details: Errors: <! [109,8] An “body” \
         start tag seen but an element of the same type was already open. !> <! [159,26] No space \
         between attributes. !> Invalid content: {page}"
    );
    assert_eq!(fault, expected);
}

const BODY: &str = "An “body” start tag seen but an element of the same type was already open.";
const SPACE: &str = "No space between attributes.";
const AMPERSAND: &str = "“&” did not start a character reference. (“&” probably should have been \
    escaped as “&amp;”.)";

#[rstest]
#[case::twice("<body><p><body class=x>", "[1,23]", BODY)]
#[case::after_its_end("<html><body></body><body></html>", "[1,25]", BODY)]
#[case::behind_text("<html>Hello<body>", "[1,17]", BODY)]
#[case::behind_a_part("<crowd-form></crowd-form><body>", "[1,31]", BODY)]
#[case::behind_a_template("<body><template></template>\n<BODY\n>", "[3,1]", BODY)]
#[case::attributes("<p a=\"1\"b=\"2\">", "[1,9]", SPACE)]
#[case::of_an_end("<p></p a=''b>", "[1,12]", SPACE)]
#[case::of_a_script("é<script src=''async>&a</script>", "[1,16]", SPACE)]
#[case::name("<p>AT&T</p>", "[1,6]", AMPERSAND)]
#[case::at_the_end("x &y", "[1,3]", AMPERSAND)]
#[case::title("<title>AT&T</title>", "[1,10]", AMPERSAND)]
#[case::no_name("é\r\n&nope;", "[2,1]", AMPERSAND)]
#[case::upper_case("&Nbsp;", "[1,1]", AMPERSAND)]
#[case::second_of_two("a &&b", "[1,4]", AMPERSAND)]
#[case::behind_a_script("<script>&a</script>&a", "[1,20]", AMPERSAND)]
fn three_kinds_are_refused(#[case] page: &str, #[case] place: &str, #[case] why: &str) {
    assert_eq!(errors(page), format!("<! {place} {why} !>"), "{page}");
}

#[rstest]
#[case::nothing("")]
#[case::text("Hello")]
#[case::fragment("<p>Which?<input name=q></p>")]
#[case::no_head("<body><p>x</p></body>")]
#[case::whole(
    "<!DOCTYPE html>\n<html>\n<head><title>x</title><meta charset=utf-8>\n\
    <link rel=a href=b><base href=c><style>p > a { }</style><script>a&&b</script></head>\n\
    <body onload=\"a&&b\">x</body></html>"
)]
#[case::comments("<!-- AT&T <body> <a b='c'd> --><body><!-- <body> -->")]
#[case::cdata("<![CDATA[AT&T]]><body>")]
#[case::lone_ampersands("R & D, a &lt; b, &< &>, && &\t& &&& &1 &= &-x &é &")]
#[case::references(
    "&copy &copy; &copyright &amp &amp; &ampx &AMP &lt&gt;&notit; &#38; &#x26 &# \
    &CounterClockwiseContourIntegral; &NotEqualTilde;"
)]
#[case::attributes(
    "<a href=\"?a=b&c=d&e\" title='AT&T' x=&y z = \"&\" w>x</a><br/><br /><p a=1 b/>"
)]
#[case::raw_text(
    "<script>a&&b; x = '<body>' + \"<a b='c'd>\";</script>\n\
    <style>a::after { content: '&b' }</style><noscript>AT&T</noscript>\n\
    <iframe>AT&T</iframe><xmp>AT&T</xmp><noembed>AT&T</noembed><noframes>AT&T</noframes>"
)]
#[case::script_in_script("<script><!-- <script>&a</script> <body><body> --></script>")]
#[case::template("<template><body>x<body></template><body>")]
#[case::nested_templates("<template><template></template><p><body></template> <body>")]
#[case::drawing("<svg><title/><path d=\"M0\"/></svg><a href='?a=1&b=2'>x</a>")]
#[case::unclosed("<p><a href='x&y")]
#[case::plaintext("<body><plaintext>AT&T <body>")]
#[case::other_errors(
    "</p></b><p id=a id=b><table><p></table><a><a><form><form>\0<li a'b <c=d>\n\
    <html><head></head></nothing><? x ?><!x>"
)]
#[case::crowd(
    "<script src=\"https://assets.crowd.aws/crowd-html-elements.js\"></script>\n\
    <crowd-form answer-format='flatten-objects'><crowd-classifier name=\"c\" \
    categories=\"['a', 'b & c', 'd&e']\" header=\"Q&A?\"><classification-target>\
    {{ task.input.text | escape }}</classification-target></crowd-classifier></crowd-form>"
)]
#[case::minified(
    "<!doctype html><meta charset=utf-8><title>x</title><p id=a class=b>x<p>y\
    <input type=hidden name=assignmentId value><button disabled>z</button>"
)]
#[case::byte_order_mark("\u{feff}<!DOCTYPE html><html><head></head><body>x</body></html>")]
fn everything_else_is_taken(#[case] page: &str) {
    assert_eq!(errors(page), "", "{page}");
}

#[test]
fn the_first_ten_errors_are_listed() {
    assert_eq!(errors(&"&a ".repeat(1000)).matches("<!").count(), 10);
    assert!(errors(&"&a ".repeat(1000)).ends_with(&format!("[1,28] {AMPERSAND} !>")));
}

/// Each byte is looked at a few times, whatever the page: a slower check would not come to an end.
#[rstest]
fn a_page_of_a_mebibyte_is_soon_checked(
    #[values("&lt;", "a &copy b\r\n", "<p a='b'>x</p>", "<template>", "<a b=\"&c\" ", "<!--", "&")]
    part: &str,
) {
    assert_eq!(errors(&part.repeat((1 << 20) / part.len())), "");
}
