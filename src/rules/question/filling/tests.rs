use super::{Filling, MAX_FILE_BYTES, Problem, SentFile, answers, other_value};
use crate::rules::question::answers as documents;
use crate::rules::question::form::tests::{form, form_xml, question_xml};
use crate::rules::question::specification::AnswerSpecification;
use proptest::prelude::*;
use rstest::rstest;

/// What is filled in, from `1=text;2=a;2=b;2o=else`: number, `o` for "Other", value.
fn filling(values: &str) -> Filling {
    let one = |value: &str| {
        let (name, text) = value.split_once('=').unwrap();
        let name = match name.strip_suffix('o') {
            Some(number) => format!("Answer_{number}_OtherSelection"),
            None => format!("Answer_{name}"),
        };
        (name, text.to_owned())
    };
    let texts = values.split(';').filter(|value| !value.is_empty()).map(one).collect();
    Filling { texts, files: vec![] }
}

/// The document's answers without what is around them, or the sentences of the problems.
fn message(parts: &str, filling: &Filling) -> Result<String, Vec<String>> {
    let form = form(&form_xml(parts)).unwrap();
    let made = answers(&form, filling).map_err(|problems| {
        let message = |one: Problem| format!("{}: {}", one.question_identifier, one.message);
        problems.into_iter().map(message).collect::<Vec<_>>()
    })?;
    let xml = made.xml().unwrap();
    assert_eq!(documents::parse(&xml).unwrap(), made.0);
    let inner = xml.split_once("FormAnswers.xsd\">").map_or("", |(_, inner)| inner);
    Ok(inner.trim_end_matches("</QuestionFormAnswers>").to_owned())
}

fn required(question: &str) -> String {
    question.replace("</QuestionIdentifier>", "</QuestionIdentifier><IsRequired>1</IsRequired>")
}

const REQUIRED: &str = "This field is required.";
const FORMAT: &str = "Invalid input supplied.";

#[rstest]
#[case("", "", Ok("<none>"))]
#[case("", "1=", Ok("<none>"))]
#[case("", "1= ", Ok(" "))]
#[case("", "1=a\r\nb\rc", Ok("a\nb&#13;c"))]
#[case("", "1=first;1=second", Ok("first"))]
#[case("<IsNumeric minValue='-2' maxValue='10'/>", "1=10", Ok("10"))]
#[case("<IsNumeric minValue='-2' maxValue='10'/>", "1= -2.0 ", Ok(" -2.0 "))]
#[case(
    "<IsNumeric minValue='-2' maxValue='10'/>",
    "1=10.01",
    Err("Invalid numeric value. Must be at least -2. Must be at most 10.")
)]
#[case("<IsNumeric minValue='-2'/>", "1=-2.1", Err("Invalid numeric value. Must be at least -2."))]
#[case("<IsNumeric maxValue='5'/>", "1=NaN", Err("Invalid numeric value. Must be at most 5."))]
#[case("<IsNumeric/>", "1=1e3", Err("Invalid numeric value."))]
#[case("<IsNumeric/>", "1=.", Err("Invalid numeric value."))]
#[case("<IsNumeric/>", "1=inf", Err("Invalid numeric value."))]
#[case("<IsNumeric/>", "1=+.5", Ok("+.5"))]
#[case("<Length minLength='2' maxLength='3'/>", "", Err(REQUIRED))]
#[case(
    "<Length minLength='2' maxLength='3'/>",
    "1=a",
    Err("Invalid entry length. Must be at least 2 characters. Must be at most 3 characters.")
)]
#[case("<Length minLength='2' maxLength='3'/>", "1=é😀", Ok("&#233;&#128512;"))]
#[case("<Length maxLength='3'/>", "1=a\r\nb", Ok("a\nb"))]
#[case(
    "<Length maxLength='3'/>",
    "1=abcd",
    Err("Invalid entry length. Must be at most 3 characters.")
)]
#[case("<AnswerFormatRegex regex='^a'/>", "1=b", Err(FORMAT))]
#[case("<AnswerFormatRegex regex='^A' flags='i'/>", "1=ab", Ok("ab"))]
#[case(
    "<AnswerFormatRegex regex='a' errorText='No a!'/><AnswerFormatRegex regex='b' \
    errorText='No b!'/>",
    "1=a",
    Err("No b!")
)]
#[case("<AnswerFormatRegex regex='(?=x)'/>", "1=a", Ok("a"))]
fn texts_conform(
    #[case] constraints: &str,
    #[case] values: &str,
    #[case] expected: Result<&str, &str>,
) {
    let field = match constraints {
        "" => "<FreeTextAnswer/>".to_owned(),
        inner => format!("<FreeTextAnswer><Constraints>{inner}</Constraints></FreeTextAnswer>"),
    };
    let expected = match expected {
        Ok("<none>") => Ok(String::new()),
        Ok(text) => Ok(format!(
            "<Answer><QuestionIdentifier>q</QuestionIdentifier><FreeText>{text}</FreeText></Answer>"
        )),
        Err(message) => Err(vec![format!("q: {message}")]),
    };
    assert_eq!(message(&question_xml("q", &field), &filling(values)), expected);
}

/// A choice of a, b and c.
fn choice(least: u32, most: u32, other: &str) -> String {
    let one = |id: &str| {
        format!(
            "<Selection><SelectionIdentifier>{id}</SelectionIdentifier><Text>x</Text></Selection>"
        )
    };
    let field = format!(
        "<SelectionAnswer><MinSelectionCount>{least}</MinSelectionCount><MaxSelectionCount>{most}\
         </MaxSelectionCount><Selections>{}{}{}{other}</Selections></SelectionAnswer>",
        one("a"),
        one("b"),
        one("Other")
    );
    question_xml("q", &field)
}

const OTHER: &str = "<OtherSelection><Constraints><Length maxLength='4'/></Constraints>\
    </OtherSelection>";

#[rstest]
#[case((1, 1, ""), "", Ok(""))]
#[case((1, 1, ""), "1=", Ok(""))]
#[case((1, 1, ""), "1=b", Ok("b"))]
#[case((1, 1, ""), "1=x", Err("This is none of the choices."))]
#[case((1, 1, ""), "1=Other_", Err("This is none of the choices."))]
#[case((1, 1, ""), "1=a;1=b", Err("Invalid number of selections. Must be at most 1."))]
#[case((2, 3, ""), "1=b;1=a;1=a", Ok("a b"))]
#[case((2, 3, ""), "1=a",
    Err("Invalid number of selections. Must be at least 2. Must be at most 3."))]
#[case((1, 2, ""), "1=a;1=b;1=Other", Err("Invalid number of selections. Must be at most 2."))]
#[case((1, 1, OTHER), "1=Other_;1o=else", Ok("+else"))]
#[case((1, 1, OTHER), "1=Other", Ok("Other"))]
#[case((1, 1, OTHER), "1o=else", Ok("+else"))]
#[case((1, 1, OTHER), "1=a;1o=else", Ok("a"))]
#[case((1, 1, OTHER), "1=Other_", Err(REQUIRED))]
#[case((1, 1, OTHER), "1=Other_;1o=", Err(REQUIRED))]
#[case((1, 1, OTHER), "1=Other_;1o=elses",
    Err("Invalid entry length. Must be at most 4 characters."))]
#[case((1, 1, OTHER), "1=a;1=Other_;1o=else",
    Err("Invalid number of selections. Must be at most 1."))]
#[case((1, 2, OTHER), "1=a;1=Other_;1o=else", Ok("a +else"))]
fn choices_conform(
    #[case] (least, most, other): (u32, u32, &str),
    #[case] values: &str,
    #[case] expected: Result<&str, &str>,
) {
    let answer = |chosen: &str| {
        let one = |value: &str| match value.strip_prefix('+') {
            Some(text) => format!("<OtherSelectionText>{text}</OtherSelectionText>"),
            None => format!("<SelectionIdentifier>{value}</SelectionIdentifier>"),
        };
        let chosen: String = chosen.split_whitespace().map(one).collect();
        format!("<Answer><QuestionIdentifier>q</QuestionIdentifier>{chosen}</Answer>")
    };
    let expected = expected.map(answer).map_err(|message| vec![format!("q: {message}")]);
    assert_eq!(message(&choice(least, most, other), &filling(values)), expected);
}

#[test]
fn what_must_be_answered_is() {
    let (text, file) = ("<FreeTextAnswer/>", FILE);
    let parts = [question_xml("t", text), choice(0, 1, ""), question_xml("f", file)].concat();
    assert!(message(&parts, &filling("")).is_ok());
    let all = ["t", "q", "f"].map(|question| format!("{question}: {REQUIRED}")).to_vec();
    assert_eq!(message(&required(&parts), &filling("1=")), Err(all));
}

const FILE: &str = "<FileUploadAnswer><MaxFileSizeInBytes>2000</MaxFileSizeInBytes>\
    <MinFileSizeInBytes>10</MinFileSizeInBytes></FileUploadAnswer>";

#[rstest]
#[case(2000, 10, true)]
#[case(2000, 9, false)]
#[case(2000, 2000, true)]
#[case(2000, 2001, false)]
#[case(2_000_000_000, MAX_FILE_BYTES, true)]
#[case(2_000_000_000, MAX_FILE_BYTES + 1, false)]
fn files_have_their_size(#[case] most: u64, #[case] size: u64, #[case] fits: bool) {
    let parts = question_xml("q", &FILE.replace("2000", &most.to_string()));
    let file = SentFile {
        field: "Answer_1".to_owned(),
        file_name: String::new(),
        content_type: String::new(),
        content: vec![0; usize::try_from(size).unwrap()],
    };
    let sent = Filling { texts: vec![], files: vec![file] };
    let answer = format!(
        "<Answer><QuestionIdentifier>q</QuestionIdentifier><UploadedFileSizeInBytes>{size}\
         </UploadedFileSizeInBytes><UploadedFileKey>0</UploadedFileKey></Answer>"
    );
    let most = most.min(MAX_FILE_BYTES);
    let problem =
        format!("q: Invalid file size. Must be at least 10 bytes. Must be at most {most} bytes.");
    assert_eq!(message(&parts, &sent), if fits { Ok(answer) } else { Err(vec![problem]) });
}

#[test]
fn answers_stand_in_the_form_s_order_and_strangers_are_passed_over() {
    let parts = question_xml("z", "<FreeTextAnswer/>") + &question_xml("a", "<FreeTextAnswer/>");
    let sent = filling("2=two;9=x;1=one;assignmentId=3");
    let made = answers(&form(&form_xml(&parts)).unwrap(), &sent).unwrap();
    let order: Vec<_> = made.0.iter().map(|one| one.question_identifier.as_str()).collect();
    assert_eq!(order, ["z", "a"]);
}

#[test]
fn other_is_a_value_that_no_choice_has() {
    let form = form(&form_xml(&choice(1, 1, OTHER))).unwrap();
    let question = form.questions().next().unwrap();
    let AnswerSpecification::Selection(field) = &question.answer else { panic!() };
    assert_eq!(other_value(field), "Other_");
}

proptest! {
    /// Whatever is posted: it is refused, or makes a document that holds what it should.
    #[test]
    fn nothing_posted_makes_a_bad_document(
        texts in prop::collection::vec(("Answer_[1-3](_OtherSelection)?", ".{0,6}"), 0..6)
    ) {
        let text = "<FreeTextAnswer><Constraints><Length maxLength='3'/></Constraints>\
            </FreeTextAnswer>";
        let parts = [question_xml("1", text), choice(1, 2, OTHER), question_xml("3", FILE)];
        let form = form(&form_xml(&parts.concat())).unwrap();
        if let Ok(made) = answers(&form, &Filling { texts, files: vec![] }) {
            let read = documents::parse(&made.xml().unwrap()).unwrap();
            prop_assert_eq!(read.len(), made.0.len());
        }
    }
}
