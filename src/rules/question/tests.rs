use super::{ExternalQuestion, HtmlQuestion, Question, parse};
use rstest::rstest;

mod hostile;

const BASE: &str = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas";

/// The document with the namespace of each root put in where it says `@`.
fn full(xml: &str) -> String {
    let date = if xml.contains("<External") { "2006-07-14/External" } else { "2011-11-11/HTML" };
    xml.replacen('@', &format!("xmlns='{BASE}/{date}Question.xsd'"), 1)
}

/// What parsing says: the fault's text, or nothing.
fn message(xml: &str) -> String {
    parse(xml).map_or_else(|fault| fault.to_string(), |_| String::new())
}

fn external(url: &str, frame_height: u32) -> Question {
    Question::External(ExternalQuestion { url: url.to_owned(), frame_height })
}

fn html(content: &str, frame_height: u32) -> Question {
    Question::Html(HtmlQuestion { content: content.to_owned(), frame_height })
}

#[rstest]
#[case(
    "<ExternalQuestion @><ExternalURL>https://a.example/?b&amp;c=d</ExternalURL>\
    <FrameHeight>400</FrameHeight></ExternalQuestion>",
    external("https://a.example/?b&c=d", 400)
)]
#[case(
    "\n\u{feff} <?xml version='1.0' encoding='UTF-8'?>\r\n<!-- x --><?x y?>\r\n\
    <ExternalQuestion @>\r\n<ExternalURL>\n http://localhost:1 \n</ExternalURL> <!-- y -->\
    <FrameHeight> 0 </FrameHeight>\r\n</ExternalQuestion>\n",
    external("http://localhost:1", 0)
)]
#[case(
    "<ExternalQuestion @><ExternalURL><![CDATA[http://a/?b&c]]></ExternalURL>\
    <FrameHeight>+020000</FrameHeight></ExternalQuestion>",
    external("http://a/?b&c", 20000)
)]
#[case(
    "<ExternalQuestion @><ExternalURL>http://a<!-- --></ExternalURL>\
    <FrameHeight>99999999999999999999</FrameHeight></ExternalQuestion>",
    external("http://a", u32::MAX)
)]
#[case(
    "<ExternalQuestion @ xmlns:i='http://www.w3.org/2001/XMLSchema-instance' \
    i:schemaLocation='a b'><ExternalURL>http://a</ExternalURL><FrameHeight>-0</FrameHeight>\
    </ExternalQuestion>",
    external("http://a", 0)
)]
#[case(
    "<HTMLQuestion @><HTMLContent><![CDATA[<!DOCTYPE html>\r\n<p>R&D</p>]]></HTMLContent>\
    <FrameHeight>0</FrameHeight></HTMLQuestion>",
    html("<!DOCTYPE html>\n<p>R&D</p>", 0)
)]
#[case(
    "<HTMLQuestion @><HTMLContent> &lt;p>é&#128512;</HTMLContent>\
    <FrameHeight>1</FrameHeight></HTMLQuestion>",
    html(" <p>é😀", 1)
)]
fn reads(#[case] xml: &str, #[case] expected: Question) {
    assert_eq!(parse(&full(xml)), Ok(expected));
}

#[test]
fn reads_prefixed_names() {
    let xml = format!(
        "<q:ExternalQuestion xmlns:q='{BASE}/2006-07-14/ExternalQuestion.xsd'><q:ExternalURL>\
         http://a</q:ExternalURL><q:FrameHeight>1</q:FrameHeight></q:ExternalQuestion>"
    );
    assert_eq!(parse(&xml), Ok(external("http://a", 1)));
}

#[rstest]
#[case("", "The document is empty.")]
#[case(
    " \n",
    "Line 2, column 1: the XML is not well-formed: the document does not have \
    a root node."
)]
#[case("who what?", "Line 1, column 1: the XML is not well-formed: unknown token.")]
#[case("{\"a\": 1}", "Line 1, column 1: the XML is not well-formed: unknown token.")]
#[case(
    "<a>",
    "Line 1, column 4: the XML is not well-formed: the root node was opened but \
    never closed."
)]
#[case("<a\n", "Line 2, column 1: the XML is not well-formed: unexpected end of stream.")]
#[case("\n <a></b>", "Line 2, column 5: the XML is not well-formed: expected 'a' tag, not 'b'.")]
#[case("<a/><b/>", "Line 1, column 5: the XML is not well-formed: unknown token.")]
#[case(
    "<a>\u{1}</a>",
    "Line 1, column 4: the XML is not well-formed: \
    a non-XML character '\\u{1}' found."
)]
#[case(
    "<a>é\0</a>",
    "Line 1, column 5: the XML is not well-formed: \
    a non-XML character '\\0' found."
)]
#[case(
    "<a>\r\n&#0;</a>",
    "Line 2, column 1: the XML is not well-formed: \
    malformed entity reference; the character & is written &amp;."
)]
#[case(
    "<a b='1' b='2'/>",
    "Line 1, column 10: the XML is not well-formed: \
    attribute 'b' is already defined."
)]
#[case(
    " \n<!DOCTYPE a><a/>",
    "Line 2, column 1: found a document type declaration, \
    which is not allowed; HTML belongs in a CDATA section."
)]
#[case(
    "<a>&nbsp;</a>",
    "Line 1, column 4: the XML is not well-formed: \
    unknown entity reference 'nbsp'; the character & is written &amp;."
)]
#[case(
    "<AnswerKey/>",
    "Line 1, column 1: found the element AnswerKey where ExternalQuestion, \
    HTMLQuestion or QuestionForm was expected."
)]
#[case(
    "<ExternalQuestion/>",
    "Line 1, column 1: the element ExternalQuestion is in no namespace \
    where http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2006-07-14/\
    ExternalQuestion.xsd was expected."
)]
#[case(
    "<HTMLQuestion xmlns='urn:x'/>",
    "Line 1, column 1: the element HTMLQuestion is in \
    \"urn:x\" where http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2011-11-11/\
    HTMLQuestion.xsd was expected."
)]
fn refuses_a_document(#[case] xml: &str, #[case] expected: &str) {
    assert_eq!(message(xml), expected);
}

#[rstest]
#[case(
    "\n<ExternalQuestion @>\n</ExternalQuestion>",
    "Line 3, column 1: found the end of ExternalQuestion where the element ExternalURL was \
    expected."
)]
#[case(
    "<ExternalQuestion\n@/>",
    "Line 1, column 1: found the end of ExternalQuestion where the element ExternalURL was \
    expected."
)]
#[case(
    "<ExternalQuestion @>\n <FrameHeight>1</FrameHeight></ExternalQuestion>",
    "Line 2, column 2: found the element FrameHeight where the element ExternalURL was expected."
)]
#[case(
    "<ExternalQuestion @>\n<ExternalURL>http://a</ExternalURL></ExternalQuestion>",
    "Line 2, column 36: found the end of ExternalQuestion where the element FrameHeight was \
    expected."
)]
#[case(
    "<ExternalQuestion @><ExternalURL>http://a</ExternalURL><FrameHeight>1</FrameHeight>\r\
    <Extra/></ExternalQuestion>",
    "Line 2, column 1: found the element Extra where the end of ExternalQuestion was expected."
)]
#[case(
    "<ExternalQuestion @>\n é <b/></ExternalQuestion>",
    "Line 2, column 2: found the text \"é\" in ExternalQuestion, which holds elements only."
)]
#[case(
    "<ExternalQuestion @>\n<![CDATA[x]]></ExternalQuestion>",
    "Line 2, column 1: found the text \"x\" in ExternalQuestion, which holds elements only."
)]
#[case(
    "<ExternalQuestion @\nid='x'/>",
    "Line 2, column 1: found the attribute id, which ExternalQuestion does not have."
)]
#[case(
    "<ExternalQuestion @\nxmlns:i='http://www.w3.org/2001/XMLSchema-instance'\ni:nil='1'/>",
    "Line 3, column 1: found the attribute nil, which ExternalQuestion does not have."
)]
#[case(
    "<ExternalQuestion @>\n<ExternalURL xmlns='urn:x'/></ExternalQuestion>",
    "Line 2, column 1: the element ExternalURL is in \"urn:x\", not in the namespace of \
    ExternalQuestion."
)]
#[case(
    "<ExternalQuestion @>\n<ExternalURL>/a</ExternalURL></ExternalQuestion>",
    "Line 2, column 1: found \"/a\" in ExternalURL where an absolute http or https URL with a \
    host was expected."
)]
#[case(
    "<ExternalQuestion @>\n<ExternalURL>http://a?b&c</ExternalURL></ExternalQuestion>",
    "Line 2, column 24: the XML is not well-formed: malformed entity reference; \
    the character & is written &amp;."
)]
#[case(
    "<ExternalQuestion @><ExternalURL>http://a</ExternalURL>\n<FrameHeight>-1</FrameHeight>\
    </ExternalQuestion>",
    "Line 2, column 1: found \"-1\" in FrameHeight where an integer of at least 0 was expected."
)]
#[case(
    "<ExternalQuestion @><ExternalURL>http://a</ExternalURL>\n<FrameHeight/></ExternalQuestion>",
    "Line 2, column 1: found \"\" in FrameHeight where an integer of at least 0 was expected."
)]
#[case(
    "<ExternalQuestion @><ExternalURL>http://a</ExternalURL>\n<FrameHeight>1.5</FrameHeight>\
    </ExternalQuestion>",
    "Line 2, column 1: found \"1.5\" in FrameHeight where an integer of at least 0 was expected."
)]
#[case(
    "<HTMLQuestion @>\n<HTMLContent/><FrameHeight>1</FrameHeight></HTMLQuestion>",
    "Line 2, column 1: HTMLContent is empty."
)]
#[case(
    "<HTMLQuestion @><HTMLContent>\n <p>x</p></HTMLContent><FrameHeight>1</FrameHeight>\
    </HTMLQuestion>",
    "Line 2, column 2: found the element p in HTMLContent, which holds text only; \
    markup belongs in a CDATA section."
)]
#[case(
    "<HTMLQuestion @>\n<HTMLContent>x</HTMLContent></HTMLQuestion>",
    "Line 2, column 29: found the end of HTMLQuestion where the element FrameHeight was expected."
)]
#[case(
    "<HTMLQuestion @>\n<FrameHeight>1</FrameHeight><HTMLContent>x</HTMLContent></HTMLQuestion>",
    "Line 2, column 1: found the element FrameHeight where the element HTMLContent was expected."
)]
#[case(
    "<HTMLQuestion @>\n<HTMLContent><!doctype html></HTMLContent></HTMLQuestion>",
    "Line 2, column 14: found a document type declaration, which is not allowed; \
    HTML belongs in a CDATA section."
)]
fn refuses_a_structure(#[case] xml: &str, #[case] expected: &str) {
    assert_eq!(message(&full(xml)), expected);
}
