use super::html;
use proptest::prelude::*;
use regex::Regex;
use rstest::rstest;
use std::sync::LazyLock;

#[rstest]
#[case("", "")]
#[case(" I <i>love</i> it ", " I <i>love</i> it ")]
#[case("<p>a<br/>b<br></br>c</p>", "<p>a<br>b<br>c</p>")]
#[case("<p/>", "<p></p>")]
#[case("<b><i>x</i></b>", "<b><i>x</i></b>")]
#[case("&nbsp;&eacute;&copy;&diams;", "\u{a0}é©♦")]
#[case("1 &lt; 2 &amp;&#38; \"3\" > 0", "1 &lt; 2 &amp;&amp; &quot;3&quot; &gt; 0")]
#[case("<![CDATA[<script>]]>", "&lt;script&gt;")]
#[case("<font size='4' color=\"red\">x</font>", "<font size=\"4\" color=\"red\">x</font>")]
#[case("<i title='&quot;&gt;'>x</i>", "<i title=\"&quot;&gt;\">x</i>")]
#[case(
    "<a href='https://a.example/?b&amp;c' target='_blank'>x</a>",
    "<a href=\"https://a.example/?b&amp;c\" target=\"_blank\">x</a>"
)]
#[case("<a href=' HTTP://a.example '>x</a>", "<a href=\" HTTP://a.example \">x</a>")]
#[case("<a href='mailto:a@b.example'/>", "<a href=\"mailto:a@b.example\"></a>")]
#[case("<a href='telnet://a.example'/>", "<a href=\"telnet://a.example\"></a>")]
#[case(
    "<img alt='' src='http://a.example/x.png' />",
    "<img alt=\"\" src=\"http://a.example/x.png\">"
)]
#[case(
    "<img alt='' src='ftp://a.example' usemap='#m' longdesc='a/b'/>",
    "<img alt=\"\" src=\"ftp://a.example\" usemap=\"#m\" longdesc=\"a/b\">"
)]
#[case(
    "<map name='m' id='m'><area alt='x' shape='rect' coords='0,0,1,1'/></map>",
    "<map name=\"m\"><area alt=\"x\" shape=\"rect\" coords=\"0,0,1,1\"></map>"
)]
#[case(
    "<table border=\"1\">\n<tr> <td colspan=\"2\" lang='en'/></tr>\n</table>",
    "<table border=\"1\">\n<tr> <td colspan=\"2\" lang=\"en\"></td></tr>\n</table>"
)]
#[case(
    "<ul><li>a<ol start='2'><li>b</li></ol></li></ul><dl><dt>c</dt><dd>d</dd></dl>",
    "<ul><li>a<ol start=\"2\"><li>b</li></ol></li></ul><dl><dt>c</dt><dd>d</dd></dl>"
)]
#[case("<pre width='80'>a <code>b</code></pre>", "<pre width=\"80\">a <code>b</code></pre>")]
#[case(
    "<blockquote cite='#a'><p><q cite='http://a.example'>x</q></p></blockquote>",
    "<blockquote cite=\"#a\"><p><q cite=\"http://a.example\">x</q></p></blockquote>"
)]
fn is_written_as_html(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(html(text).unwrap(), expected);
}

#[rstest]
#[case("a<script>x</script>", 1, "found the tag script, which is not allowed")]
#[case("<style/>", 0, "found the tag style, which is not allowed")]
#[case("<div/>", 0, "found the tag div, which is not allowed")]
#[case("<span/>", 0, "found the tag span, which is not allowed")]
#[case("<BR/>", 0, "found the tag BR, which is not allowed")]
#[case("<iframe/>", 0, "found the tag iframe, which is not allowed")]
#[case("<FormattedContent/>", 0, "found the tag FormattedContent, which is not allowed")]
#[case("<p xmlns='urn:x'/>", 0, "found the tag p, which is not allowed")]
#[case("<p xmlns:x='urn:x'><x:b/></p>", 19, "found the tag b, which is not allowed")]
#[case("<p class='x'/>", 3, "found the attribute class, which is not allowed in the tag p")]
#[case("<p id='x'/>", 3, "found the attribute id, which is not allowed in the tag p")]
#[case("<p style='x'/>", 3, "found the attribute style, which is not allowed in the tag p")]
#[case("<b onclick='x'/>", 3, "found the attribute onclick, which is not allowed in the tag b")]
#[case("<br dir='x'/>", 4, "found the attribute dir, which is not allowed in the tag br")]
#[case("<p xml:lang='en'/>", 3, "found the attribute lang, which is not allowed in the tag p")]
#[case("<img src='http://a.example'/>", 0, "the tag img must have the attribute alt")]
#[case("<img alt=''/>", 0, "the tag img must have the attribute src")]
#[case("<map name='m'><area/></map>", 14, "the tag area must have the attribute alt")]
#[case("<map/>", 0, "the tag map must have the attribute name")]
#[case("a<!-- b -->", 1, "found a comment or processing instruction, which is not allowed")]
#[case("<?php x?>", 0, "found a comment or processing instruction, which is not allowed")]
#[case("<ul>a</ul>", 4, "found the text \"a\" directly in ul, which holds none")]
#[case("<br>a</br>", 4, "found the text \"a\" directly in br, which holds none")]
#[case("<p><ul/></p>", 3, "found the tag ul in p, which does not hold it")]
#[case("<li/>", 0, "found the tag li in FormattedContent, which does not hold it")]
#[case("<a><b><a/></b></a>", 99, "")]
#[case("<a><a/></a>", 3, "found the tag a in a, which does not hold it")]
#[case(
    "<pre><img src='http://a' alt=''/></pre>",
    5,
    "found the tag img in pre, which does not hold it"
)]
#[case("<p>x", 4, "the XML is not well-formed: expected 'p' tag, not 'FormattedContent'")]
#[case("<b><i>x</b></i>", 7, "the XML is not well-formed: expected 'i' tag, not 'b'")]
#[case("<p align=left/>", 9, "the XML is not well-formed: expected a quote not 'l'")]
#[case(
    "R&D",
    1,
    "the XML is not well-formed: malformed entity reference; \
    the character & is written &amp;"
)]
#[case(
    "é &foo;",
    3,
    "the XML is not well-formed: unknown entity reference 'foo'; \
    the character & is written &amp;"
)]
#[case(
    "<!DOCTYPE a>",
    0,
    "found a document type declaration, which is not allowed; \
    HTML belongs in a CDATA section"
)]
fn is_refused(#[case] text: &str, #[case] at: usize, #[case] details: &str) {
    match html(text) {
        Ok(written) => assert_eq!(at, 99, "{text} gave {written}"),
        Err(error) => assert_eq!((error.at, error.details.as_str()), (at, details)),
    }
}

#[rstest]
#[case("javascript:alert(1)")]
#[case("JavaScript://a.example/%0aalert(1)")]
#[case("data:text/html,x")]
#[case("file:///etc/passwd")]
#[case("page.html")]
#[case("#top")]
#[case("//a.example")]
#[case("http:a.example")]
#[case("java\tscript:alert(1)")]
#[case("")]
fn an_address_of_another_scheme_is_refused(#[case] url: &str) {
    let error = html(&format!("<a href='{url}'>x</a>")).unwrap_err();
    assert_eq!(error.at, 3);
    assert!(error.details.contains(" in href where a URL of http, https, ftp"), "{error:?}");
    assert!(html(&format!("<img alt='' src='{url}'/>")).is_err());
}

#[rstest]
#[case("javascript:alert(1)", false)]
#[case("page.html?a:b", true)]
#[case("a/b:c", true)]
#[case("https://a.example", true)]
fn an_address_of_a_source_may_be_relative(#[case] url: &str, #[case] fits: bool) {
    assert_eq!(html(&format!("<q cite='{url}'>x</q>")).is_ok(), fits);
}

#[test]
fn the_wrapper_cannot_be_left() {
    for text in ["</FormattedContent>", "</FormattedContent><FormattedContent>", "]]>"] {
        assert!(html(text).is_err(), "{text}");
    }
}

#[test]
fn depth_is_bounded() {
    let nested = |depth: usize| "<b>".repeat(depth) + &"</b>".repeat(depth);
    assert!(html(&nested(64)).is_ok());
    assert_eq!(html(&nested(65)).unwrap_err().details, "elements are nested deeper than 64 levels");
}

#[test]
fn a_picture_has_no_name() {
    let text = "<img src='http://a' alt='' name='querySelector'/>";
    assert_eq!(html(text).unwrap(), "<img src=\"http://a\" alt=\"\">");
}

/// A tag as it is written: its name, and attributes in quotation marks.
static TAG: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("</?([a-z0-9]+)((?: [a-z]+=\"[^\"<>]*\")*)>").unwrap());
static ATTRIBUTE: LazyLock<Regex> = LazyLock::new(|| Regex::new(" ([a-z]+)=\"([^\"]*)\"").unwrap());
/// The tags of the documentation's table, and those that its schema has besides.
const TAGS: &str = " a area b big blockquote br center cite code col colgroup dd del dl dt em font \
    h1 h2 h3 h4 h5 h6 hr i img ins li map ol p pre q s small strike strong sub sup table tbody td \
    tfoot th thead tr u ul ";

/// Reads what was written as a browser would, and complains about all that must not be there.
fn check(written: &str) {
    for tag in TAG.captures_iter(written) {
        assert!(TAGS.contains(&format!(" {} ", &tag[1])), "{written}");
        for attribute in ATTRIBUTE.captures_iter(&tag[2]) {
            let (name, value) = (&attribute[1], attribute[2].trim().to_lowercase());
            let bad = ["style", "class", "srcdoc", "background", "formaction", "action"];
            assert!(!name.starts_with("on") && !bad.contains(&name), "{written}");
            if ["href", "src", "cite", "longdesc", "usemap"].contains(&name) {
                let colon = value.find(':').unwrap_or(usize::MAX);
                let scheme = colon < value.find(['/', '?', '#']).unwrap_or(usize::MAX);
                let known = ["http:", "https:", "ftp:", "news:", "nntp:", "mailto:", "gopher:"];
                let known = known.iter().chain(&["telnet:"]).any(|one| value.starts_with(one));
                assert!(!scheme || known, "{written}");
            }
        }
    }
    let rest = TAG.replace_all(written, "");
    assert!(!rest.contains(['<', '>']), "{written}");
}

const HOSTILE: &[&str] = &[
    "<script>",
    "</script>",
    "<SCRIPT/x>",
    "<script xmlns='http://www.w3.org/1999/xhtml'>",
    "<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>",
    "<p>",
    "</p>",
    "<b ",
    "<img src='http://a' alt='' ",
    "<img src='javascript:x' alt='",
    "<a href='",
    "javascript:alert(1)",
    "java\tscript:x",
    "&#106;avascript:x",
    "&#x6a;avascript&colon;x",
    "data:text/html,x",
    "HTTPS://a",
    " http://a",
    "'",
    "\"",
    ">",
    "/>",
    "</a>",
    "</b>",
    "onerror='x'",
    " onclick=\"x\"",
    " style='x'",
    " xlink:href='x'",
    " xmlns:p='http://www.w3.org/1999/xhtml'",
    "<p:script>",
    "<iframe srcdoc='x'/>",
    "<![CDATA[",
    "<script>]]>",
    "]]>",
    "<!--",
    "-->",
    "&lt;script&gt;",
    "&quot;",
    "&nbsp;",
    "<?x ?>",
    "<!DOCTYPE a>",
    "</FormattedContent>",
    "<table background='x'><tr><td>",
    "</td></tr></table>",
    "<form action='x'>",
    "<input/>",
    "<base href='x'/>",
    "<q cite='vbscript:x'>",
    "<q cite='a/b:c'>",
    "</q>",
    "\u{0}",
    "\u{2028}",
    "x",
];

/// Tags that are well-formed, with values of any kind.
fn tag() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec!["a", "img", "p", "b", "q", "script", "svg", "font"]);
    let names = vec!["href", "src", "alt", "onclick", "style", "title", "cite", "name", "color"];
    let value = prop_oneof![prop::sample::select(HOSTILE).prop_map(str::to_owned), ".{0,8}"];
    let attribute = (prop::sample::select(names), value).prop_map(|(name, value)| {
        let value = value.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
        format!(" {name}=\"{value}\"")
    });
    (name, prop::collection::vec(attribute, 0..3))
        .prop_map(|(name, attributes)| format!("<{name}{}/>", attributes.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn nothing_hostile_gets_through_in_pieces(
        pieces in prop::collection::vec(prop::sample::select(HOSTILE), 0..8)
    ) {
        if let Ok(written) = html(&pieces.concat()) {
            check(&written);
        }
    }

    #[test]
    fn nothing_hostile_gets_through_in_tags(tags in prop::collection::vec(tag(), 1..4)) {
        if let Ok(written) = html(&tags.concat()) {
            check(&written);
        }
    }
}

#[test]
#[should_panic(expected = "onclick")]
fn the_check_finds_what_it_looks_for() {
    check("<p onclick=\"x\">");
}
