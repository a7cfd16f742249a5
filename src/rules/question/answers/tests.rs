use super::{
    Answer, AnswerFault, AnswerValue, MAX_BYTES, Repeated, check, from_fields, from_form, parse,
};
use crate::rules::question::LocatedError;
use crate::rules::question::form::QuestionForm;
use crate::rules::question::form::tests::{form, form_xml, question_xml};
use crate::rules::text::is_xml;
use proptest::prelude::*;
use rstest::rstest;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"ASCII\"?><QuestionFormAnswers xmlns=\"\
    http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/\
    QuestionFormAnswers.xsd\">";
/// What stands between two values.
const NEXT: &str = "</FreeText></Answer><Answer><QuestionIdentifier>";
const TAIL: &str = "</QuestionFormAnswers>";

fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// What was given, from `question=value,value;question`; a question without `=` has no values.
fn given(values: &str) -> Vec<(String, Vec<String>)> {
    let questions = values.split(';').filter(|question| !question.is_empty());
    let pair = |question: &str| match question.split_once('=') {
        None => (question.to_owned(), Vec::new()),
        Some((name, values)) => (name.to_owned(), values.split(',').map(str::to_owned).collect()),
    };
    questions.map(pair).collect()
}

#[test]
fn fields_are_written_byte_for_byte() {
    let posted = fields(&[
        ("assignmentId", "3ABC"),
        ("taskAnswers", "[{\"a\":{\"on\":true},'b':\"R&D <x> ]]>\"}]"),
        ("colour", "red"),
        ("workerId", "A1"),
        ("name é", "José 😀\nline\ttwo\r\n"),
        ("colour", "green"),
        ("empty", ""),
        ("hitId", "3H"),
        ("turkSubmitTo", "https://a.example"),
        ("hitid", "kept"),
        ("colour", ""),
        ("bad\u{0}\u{b}", "a\u{1}b\u{ffff}c\u{7f}"),
    ]);
    let expected = [
        r#"taskAnswers</QuestionIdentifier><FreeText>[{"a":{"on":true},'b':"#,
        r#""R&amp;D &lt;x&gt; ]]&gt;"}]"#,
        NEXT,
        "colour</QuestionIdentifier><FreeText>red|green|",
        NEXT,
        "name &#233;</QuestionIdentifier><FreeText>Jos&#233; &#128512;\nline\ttwo&#13;\n",
        NEXT,
        "empty</QuestionIdentifier><FreeText>",
        NEXT,
        "hitid</QuestionIdentifier><FreeText>kept",
        NEXT,
        "bad</QuestionIdentifier><FreeText>abc\u{7f}",
    ];
    let (head, expected) = (format!("{HEAD}<Answer><QuestionIdentifier>"), expected.concat());
    assert_eq!(
        written(&posted, Repeated::Join),
        format!("{head}{expected}</FreeText></Answer>{TAIL}")
    );
}

/// The document of fields that are not too long.
fn written(fields: &[(String, String)], repeated: Repeated) -> String {
    from_fields(fields, repeated).unwrap()
}

/// Whatever grows most when it is written: entities, references, small fields.
#[test]
fn a_document_that_is_too_long_is_refused_and_not_written_to_the_end() {
    let one = |text: &str, times| vec![("f".to_owned(), text.repeat(times))];
    let frame = one("", 1);
    let room = MAX_BYTES - written(&frame, Repeated::Join).len();
    assert_eq!(written(&one("x", room), Repeated::Join).len(), MAX_BYTES);
    let too_long = Err(AnswerFault::TooLong(MAX_BYTES));
    let small = |count: usize| (0..count).map(|n| (format!("{n}"), String::new())).collect();
    for fields in [
        one("x", room + 1),
        one("&", room / 5 + 1),
        one("\r", 2 * MAX_BYTES),
        one("\u{1f600}", room / 9 + 1),
        small(200_000),
    ] {
        for repeated in [Repeated::Join, Repeated::Last] {
            assert_eq!(from_fields(&fields, repeated), too_long);
        }
    }
    let document = written(&one("x", room), Repeated::Join);
    assert_eq!((check(&document), check(&format!("{document} "))), (Ok(()), too_long.map(drop)));
    let mut cut = String::new();
    super::write_element("FreeText", &"&".repeat(2 * MAX_BYTES), &mut cut);
    assert!(cut.len() < MAX_BYTES + 100, "{}", cut.len());
}

#[test]
fn no_field_gives_an_empty_document() {
    assert_eq!(written(&[], Repeated::Join), "");
    assert_eq!(written(&fields(&[("workerId", "A1"), ("hitId\u{0}", "x")]), Repeated::Join), "");
    assert_eq!(parse(""), Ok(Vec::new()));
}

fn sample() -> QuestionForm {
    let selections = "<Selections><Selection><SelectionIdentifier>a</SelectionIdentifier><Text/>\
        </Selection><Selection><SelectionIdentifier>b</SelectionIdentifier><Text/></Selection>";
    let upload = "<FileUploadAnswer><MaxFileSizeInBytes>2</MaxFileSizeInBytes><MinFileSizeInBytes>1\
        </MinFileSizeInBytes></FileUploadAnswer>";
    let choice =
        |other| format!("<SelectionAnswer>{selections}{other}</Selections></SelectionAnswer>");
    let parts = [
        question_xml("text", "<FreeTextAnswer/>"),
        question_xml("one", &choice("")),
        question_xml("any", &choice("<OtherSelection/>")),
        question_xml("file", upload),
    ];
    form(&form_xml(&parts.concat())).unwrap()
}

#[rstest]
#[case("", "")]
#[case("text=1 < é", "text</QuestionIdentifier><FreeText>1 &lt; &#233;</FreeText>")]
#[case("text=", "text</QuestionIdentifier><FreeText></FreeText>")]
#[case("text=x;text=y", "text</QuestionIdentifier><FreeText>x|y</FreeText>")]
#[case("text", "")]
#[case("one", "one</QuestionIdentifier>")]
#[case(
    "one=b,a,b",
    "one</QuestionIdentifier>\
    <SelectionIdentifier>b</SelectionIdentifier><SelectionIdentifier>a</SelectionIdentifier>"
)]
#[case(
    "any=else,a,",
    "any</QuestionIdentifier>\
    <SelectionIdentifier>a</SelectionIdentifier><OtherSelectionText>else</OtherSelectionText>"
)]
#[case("any=else", "any</QuestionIdentifier><OtherSelectionText>else</OtherSelectionText>")]
fn a_filled_in_form_is_written(#[case] values: &str, #[case] expected: &str) {
    let written = from_form(&sample(), &given(values)).unwrap();
    let expected = match expected {
        "" => String::new(),
        answer => format!("{HEAD}<Answer><QuestionIdentifier>{answer}</Answer>{TAIL}"),
    };
    assert_eq!(written, expected);
    assert_eq!(check(&written), Ok(()));
}

#[test]
fn answers_are_in_the_order_of_the_form() {
    let values = given("any=a;text=x;one=a");
    let answers = parse(&from_form(&sample(), &values).unwrap()).unwrap();
    let names: Vec<_> = answers.iter().map(|answer| answer.question_identifier.as_str()).collect();
    assert_eq!(names, ["text", "one", "any"]);
}

#[rstest]
#[case("text=x;other", "The form has no question \"other\".")]
#[case("one=a,c", "The question \"one\" does not take \"c\".")]
#[case("any=c,a,d", "The question \"any\" does not take \"d\".")]
#[case("file=c", "The question \"file\" is answered by a file, not by a value.")]
fn a_filled_in_form_is_refused(#[case] values: &str, #[case] expected: &str) {
    assert_eq!(from_form(&sample(), &given(values)).unwrap_err().to_string(), expected);
}

/// The answers of a document with these elements in one `Answer`, on a line of its own.
fn parsed(elements: &str) -> Result<Vec<Answer>, AnswerFault> {
    parse(&format!("{HEAD}\n<Answer>{elements}</Answer></QuestionFormAnswers>"))
}

const Q: &str = "<QuestionIdentifier>q</QuestionIdentifier>";

#[rstest]
#[case("<FreeText> x &amp;\n</FreeText>", AnswerValue::FreeText(" x &\n".to_owned()))]
#[case("<FreeText/>", AnswerValue::FreeText(String::new()))]
#[case("", AnswerValue::Selections { identifiers: vec![], other: None })]
#[case("<SelectionIdentifier>a</SelectionIdentifier><SelectionIdentifier>b</SelectionIdentifier>",
    AnswerValue::Selections { identifiers: vec!["a".to_owned(), "b".to_owned()], other: None })]
#[case("<SelectionIdentifier/><OtherSelectionText>x</OtherSelectionText>",
    AnswerValue::Selections { identifiers: vec![String::new()], other: Some("x".to_owned()) })]
#[case("<UploadedFileSizeInBytes> 12 </UploadedFileSizeInBytes><UploadedFileKey>k\
    </UploadedFileKey>",
    AnswerValue::File { size: 12, key: "k".to_owned() })]
fn an_answer_is_read(#[case] elements: &str, #[case] value: AnswerValue) {
    let answer = Answer { question_identifier: "q".to_owned(), value };
    assert_eq!(parsed(&format!("{Q}{elements}")), Ok(vec![answer]));
}

#[rstest]
#[case(
    "\n<FreeText/><QuestionIdentifier/>",
    1,
    "found the element FreeText where the element QuestionIdentifier was expected"
)]
#[case("\n", 1, "found the end of Answer where the element QuestionIdentifier was expected")]
#[case(&format!("{Q}\n<FreeText/><FreeText/>"), 12,
    "found the element FreeText where the end of Answer was expected")]
#[case(&format!("{Q}\n<FreeText><b/></FreeText>"), 11, "found the element b in FreeText, which \
    holds text only; markup belongs in a CDATA section")]
#[case(&format!("{Q}\n<SelectionIdentifier/><FreeText/>"), 23,
    "found the element FreeText where the end of Answer was expected")]
#[case(&format!("{Q}\n<OtherSelectionText/><SelectionIdentifier/>"), 22,
    "found the element SelectionIdentifier where the end of Answer was expected")]
#[case(&format!("{Q}\n<UploadedFileKey/>"), 1,
    "found the element UploadedFileKey where the end of Answer was expected")]
#[case(&format!("{Q}\n<UploadedFileSizeInBytes>1</UploadedFileSizeInBytes>"), 53,
    "found the end of Answer where the element UploadedFileKey was expected")]
#[case(&format!("{Q}\n<UploadedFileSizeInBytes>0</UploadedFileSizeInBytes>"), 1,
    "found \"0\" in UploadedFileSizeInBytes where an integer of at least 1 was expected")]
fn an_answer_is_refused(#[case] elements: &str, #[case] column: u32, #[case] details: &str) {
    let error = LocatedError { line: 3, column, details: details.to_owned(), in_xhtml: false };
    assert_eq!(parsed(elements), Err(AnswerFault::Malformed(error)));
}

#[rstest]
#[case(" \n", None)]
#[case("hello", Some("the XML is not well-formed: unknown token."))]
#[case("<Answers/>", Some("found the element Answers where QuestionFormAnswers was expected."))]
#[case("<QuestionFormAnswers/>", Some("QuestionFormAnswers.xsd was expected."))]
#[case("<!DOCTYPE a><a/>", Some("HTML belongs in a CDATA section."))]
fn a_document_is_checked(#[case] xml: &str, #[case] fault: Option<&str>) {
    let message = check(xml).err().map(|fault| fault.to_string());
    match fault {
        None => assert_eq!(message, None),
        Some(end) => {
            assert!(message.as_ref().is_some_and(|message| message.ends_with(end)), "{message:?}");
        }
    }
}

#[test]
fn a_document_has_an_answer() {
    let fault = check(&format!("{HEAD}{TAIL}")).unwrap_err().to_string();
    let expected = "found the end of QuestionFormAnswers where the element Answer was expected.";
    assert!(fault.ends_with(expected), "{fault}");
    let twice = format!("\u{feff} {HEAD} <Answer>{Q}</Answer><Answer>{Q}</Answer> {TAIL}");
    assert_eq!(parse(&twice).unwrap().len(), 2);
}

#[test]
fn great_documents_cost_their_size() {
    let deep = format!("{HEAD}{}", "<a>".repeat(100_000));
    assert!(check(&deep).unwrap_err().to_string().contains("nested deeper than 64 levels"));
    let spaces: Vec<_> = (0..40).map(|n| format!(" xmlns:p{n}='u'")).collect();
    let prefixed = format!("<a{}>{}</a>", spaces.concat(), "<b xmlns='v'/>".repeat(100_000));
    assert!(check(&prefixed).unwrap_err().to_string().contains("more than 32 namespace prefixes"));
    let many: Vec<_> = (0..20_000).map(|n| (format!("f{n}"), "x".repeat(20))).collect();
    assert_eq!(parse(&written(&many, Repeated::Join)).unwrap().len(), 20_000);
    let same = vec![("f".to_owned(), "x".repeat(20)); 20_000];
    assert_eq!(parse(&written(&same, Repeated::Join)).unwrap().len(), 1);
}

proptest! {
    #[test]
    fn fields_come_back(
        values in prop::collection::btree_map(xml_text(), xml_text(), 0..8)
    ) {
        let posted: Vec<_> = values.into_iter().map(|(name, value)| (name + "_", value)).collect();
        let read = parse(&written(&posted, Repeated::Join)).unwrap();
        let read: Vec<_> = read.into_iter().map(|answer| match answer.value {
            AnswerValue::FreeText(text) => (answer.question_identifier, text),
            other => panic!("{other:?}"),
        }).collect();
        prop_assert_eq!(read, posted);
    }

    #[test]
    fn fields_always_give_a_good_document(posted in any::<Vec<(String, String)>>()) {
        let written = written(&posted, Repeated::Join);
        prop_assert!(written.is_ascii());
        prop_assert_eq!(check(&written), Ok(()));
    }

    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = (check(&text), parsed(&text), parsed(&format!("{Q}\n<FreeText>{text}</FreeText>")));
    }
}

/// Texts that XML can hold, with many of the characters that matter to it.
fn xml_text() -> impl Strategy<Value = String> {
    let special =
        prop::sample::select(vec!['&', '<', '>', '"', '\'', ']', '\r', '\n', '\t', 'é', '😀']);
    let one = prop_oneof![special, any::<char>().prop_map(|c| if is_xml(c) { c } else { 'x' })];
    prop::collection::vec(one, 0..12).prop_map(|characters| characters.into_iter().collect())
}
