use super::{Application, Binary, Content, EmbeddedBinary, Media};
use crate::rules::question::form::Part;
use crate::rules::question::form::tests::{form, form_xml, question_xml};
use crate::rules::question::{LocatedError, QuestionFault};
use rstest::rstest;

/// What an overview with this content holds.
fn content(xml: &str) -> Result<Vec<Content>, QuestionFault> {
    let overview = format!("<Overview>\n{xml}</Overview>");
    let form = form(&form_xml(&(overview + &question_xml("q", "<FreeTextAnswer/>"))))?;
    Ok(form
        .parts
        .into_iter()
        .find_map(|part| match part {
            Part::Overview(content) => Some(content),
            Part::Question(_) => None,
        })
        .unwrap())
}

fn binary(media: Media, sub_type: Option<&str>, url: &str) -> Content {
    let (sub_type, alt_text) = (sub_type.map(str::to_owned), "alt".to_owned());
    Content::Binary(Binary { media, sub_type, data_url: url.to_owned(), alt_text })
}

fn program(kind: &'static str, url: &str, file_name: &str) -> Content {
    let [url, file_name, width, height] = [url, file_name, "2", "1"].map(str::to_owned);
    Content::Application(Application { kind, url, file_name, width, height, parameters: vec![] })
}

#[test]
fn the_later_schema_has_no_programs() {
    let xml = "<Overview><Application><Flash/></Application></Overview>";
    let form = form_xml(&(xml.to_owned() + &question_xml("q", "<FreeTextAnswer/>")));
    let message = crate::rules::question::parse(&form.replace("2005-10-01", "2017-11-06"));
    let expected = "Line 2, column 11: the element Application is not supported since 2017-12-12; \
                    use HTMLQuestion or ExternalQuestion for interactive content.";
    assert_eq!(message.unwrap_err().to_string(), expected);
}

#[rstest]
#[case(
    "<Binary><MimeType><Type>image</Type><SubType>gif</SubType></MimeType>\
    <DataURL> http://a </DataURL><AltText>alt</AltText></Binary>",
    binary(Media::Image, Some("gif"), "http://a")
)]
#[case(
    "<Binary><MimeType><Type>audio</Type></MimeType><DataURL>https://a</DataURL>\
    <AltText>alt</AltText></Binary>",
    binary(Media::Audio, None, "https://a")
)]
#[case(
    "<Binary><MimeType><Type>video</Type><SubType/></MimeType><DataURL>http://a</DataURL>\
    <AltText>alt</AltText></Binary>",
    binary(Media::Video, Some(""), "http://a")
)]
#[case("<FormattedContent><![CDATA[<br></br>R&amp;D&nbsp;]]></FormattedContent>",
    Content::Formatted("<br>R&amp;D\u{a0}".to_owned()))]
#[case("<FormattedContent>&lt;p&gt;R&amp;amp;D&lt;/p&gt;</FormattedContent>",
    Content::Formatted("<p>R&amp;D</p>".to_owned()))]
#[case("<FormattedContent/>", Content::Formatted(String::new()))]
#[case("<EmbeddedBinary><EmbeddedMimeType><Type>application</Type><SubType>x</SubType>\
    </EmbeddedMimeType><DataURL>http://a</DataURL><AltText>b</AltText><Width>40%</Width>\
    <Height>300</Height><ApplicationParameter><Name>n</Name><Value>v</Value></ApplicationParameter>\
    </EmbeddedBinary>", Content::EmbeddedBinary(EmbeddedBinary {
        mime_type: "application".to_owned(), sub_type: "x".to_owned(),
        data_url: "http://a".to_owned(), alt_text: "b".to_owned(), width: "40%".to_owned(),
        height: "300".to_owned(), parameters: vec![("n".to_owned(), "v".to_owned())],
    }))]
#[case(
    "<Application><Flash><FlashMovieURL>http://a/b.swf</FlashMovieURL><Width>2</Width>\
    <Height>1</Height></Flash></Application>",
    program("Flash", "http://a/b.swf", "")
)]
#[case(
    "<Application><JavaApplet><AppletPath>http://a/</AppletPath><AppletFilename>b.class\
    </AppletFilename><Width>2</Width><Height>1</Height></JavaApplet></Application>",
    program("JavaApplet", "http://a/", "b.class")
)]
fn is_read(#[case] xml: &str, #[case] expected: Content) {
    assert_eq!(content(xml), Ok(vec![expected]));
}

#[rstest]
#[case("<List/>", 1, "found the end of List where the element ListItem was expected")]
#[case("<List><Text/></List>", 7, "found the element Text where the element ListItem was expected")]
#[case(
    "<List><ListItem/><Text/></List>",
    18,
    "found the element Text where the end of List was expected"
)]
#[case(
    "<Title>a<b/></Title>",
    9,
    "found the element b in Title, which holds text only; \
    markup belongs in a CDATA section"
)]
#[case(
    "<Binary><MimeType><Type>text</Type></MimeType></Binary>",
    19,
    "found \"text\" in Type where image, audio or video was expected"
)]
#[case(
    "<Binary><MimeType><Type>image</Type></MimeType><AltText/></Binary>",
    48,
    "found the element AltText where the element DataURL was expected"
)]
#[case(
    "<Binary><MimeType><Type>image</Type></MimeType><DataURL>ftp://a</DataURL></Binary>",
    48,
    "found \"ftp://a\" in DataURL where an http or https URL was expected"
)]
#[case(
    "<Binary><MimeType><Type>image</Type></MimeType><DataURL>http://a</DataURL></Binary>",
    75,
    "found the end of Binary where the element AltText was expected"
)]
#[case(
    "<EmbeddedBinary><EmbeddedMimeType><Type>x</Type></EmbeddedMimeType></EmbeddedBinary>",
    49,
    "found the end of EmbeddedMimeType where the element SubType was expected"
)]
#[case(
    "<Application><Movie/></Application>",
    14,
    "found the element Movie where Flash or JavaApplet was expected"
)]
#[case(
    "<Application><Flash><FlashMovieURL>javascript:x</FlashMovieURL></Flash></Application>",
    21,
    "found \"javascript:x\" in FlashMovieURL where an http or https URL was expected"
)]
#[case(
    "<Movie/>",
    1,
    "found the element Movie where Title, Text, List, FormattedContent, Binary \
    or EmbeddedBinary was expected"
)]
fn is_refused(#[case] xml: &str, #[case] column: u32, #[case] details: &str) {
    let error = LocatedError { line: 3, column, details: details.to_owned(), in_xhtml: false };
    assert_eq!(content(xml), Err(QuestionFault::Malformed(error)));
}

#[rstest]
#[case("<FormattedContent><![CDATA[é<p>\r\n <div/></p>]]></FormattedContent>", 4, 2)]
#[case("<FormattedContent>\n&lt;b&gt;é&lt;div/&gt;&lt;/b&gt;</FormattedContent>", 4, 11)]
#[case("<FormattedContent>a<!-- x --> <![CDATA[<]]>div/></FormattedContent>", 3, 40)]
#[case("<FormattedContent\n><![CDATA[<div/>]]></FormattedContent>", 4, 11)]
fn bad_xhtml_is_found_in_the_source(#[case] xml: &str, #[case] line: u32, #[case] column: u32) {
    let details = "found the tag div, which is not allowed".to_owned();
    let error = LocatedError { line, column, details, in_xhtml: true };
    assert_eq!(content(xml), Err(QuestionFault::Malformed(error)));
}

#[test]
fn xhtml_that_is_not_well_formed_is_found_in_the_source() {
    let fault = content("<FormattedContent><![CDATA[<p>a]]></FormattedContent>").unwrap_err();
    let details = "the XML is not well-formed: expected 'p' tag, not 'FormattedContent'".to_owned();
    let error = LocatedError { line: 3, column: 35, details, in_xhtml: true };
    assert_eq!(fault, QuestionFault::Malformed(error));
}

#[test]
fn markup_without_cdata_is_no_matter_of_xhtml() {
    let fault = content("<FormattedContent><p>a</p></FormattedContent>").unwrap_err();
    let QuestionFault::Malformed(error) = fault else { panic!("{fault}") };
    assert_eq!((error.line, error.column, error.in_xhtml), (3, 19, false));
}
