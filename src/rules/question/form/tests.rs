use crate::rules::question::content::Content;
use crate::rules::question::form::{FormQuestion, Part, QuestionForm};
use crate::rules::question::specification::{AnswerSpecification, FreeTextAnswer};
use crate::rules::question::{Question, QuestionFault, parse};
use rstest::rstest;

pub(in crate::rules::question) const BASE: &str =
    "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas";

/// A form of 2005 with these parts.
pub(in crate::rules::question) fn form_xml(parts: &str) -> String {
    format!("<QuestionForm xmlns='{BASE}/2005-10-01/QuestionForm.xsd'>\n{parts}</QuestionForm>")
}

/// A question with this content and answer specification.
pub(in crate::rules::question) fn question_xml(identifier: &str, answer: &str) -> String {
    format!(
        "<Question><QuestionIdentifier>{identifier}</QuestionIdentifier><QuestionContent>\
         <Text>t</Text></QuestionContent><AnswerSpecification>{answer}</AnswerSpecification>\
         </Question>"
    )
}

pub(in crate::rules::question) fn form(xml: &str) -> Result<QuestionForm, QuestionFault> {
    parse(xml).map(|question| match question {
        Question::Form(form) => form,
        other => panic!("not a form: {other:?}"),
    })
}

#[test]
fn parts_keep_their_order() {
    let xml = form_xml(
        "<Overview><Title>One</Title><Text> a <![CDATA[<b>]]></Text></Overview>\
         <Question><QuestionIdentifier>q1</QuestionIdentifier><DisplayName>First</DisplayName>\
         <IsRequired>true</IsRequired><QuestionContent><Title/></QuestionContent>\
         <AnswerSpecification><FreeTextAnswer/></AnswerSpecification></Question>\
         <Overview><List><ListItem>x</ListItem><ListItem>y</ListItem></List></Overview>",
    );
    let text = |text: &str| text.to_owned();
    let question = FormQuestion {
        identifier: text("q1"),
        display_name: Some(text("First")),
        is_required: true,
        content: vec![Content::Title(String::new())],
        answer: AnswerSpecification::FreeText(FreeTextAnswer::default()),
    };
    let first = vec![Content::Title(text("One")), Content::Text(text(" a <b>"))];
    let last = vec![Content::List(vec![text("x"), text("y")])];
    let parts = vec![Part::Overview(first), Part::Question(question), Part::Overview(last)];
    assert_eq!(form(&xml), Ok(QuestionForm { parts }));
}

#[rstest]
#[case("2005-10-01", true)]
#[case("2017-11-06", true)]
#[case("2006-07-14", false)]
fn two_versions_are_known(#[case] date: &str, #[case] known: bool) {
    let xml = form_xml(&question_xml("q", "<FreeTextAnswer/>"));
    let parsed = parse(&xml.replace("2005-10-01", date));
    assert_eq!(parsed.is_ok(), known, "{parsed:?}");
}

#[rstest]
#[case("true", Some(true))]
#[case("1", Some(true))]
#[case("\n false ", Some(false))]
#[case("0", Some(false))]
#[case("True", None)]
#[case("yes", None)]
#[case("", None)]
fn booleans_are_of_xml_schema(#[case] text: &str, #[case] expected: Option<bool>) {
    let required = format!("</QuestionIdentifier><IsRequired>{text}</IsRequired>");
    let question =
        question_xml("q", "<FreeTextAnswer/>").replace("</QuestionIdentifier>", &required);
    let form = form(&form_xml(&question)).ok();
    assert_eq!(form.and_then(|form| form.questions().next().map(|q| q.is_required)), expected);
}

#[rstest]
#[case("<FreeTextAnswer/>", false)]
#[case("<FreeTextAnswer><Constraints><Length/></Constraints></FreeTextAnswer>", false)]
#[case(
    "<FreeTextAnswer><Constraints><Length minLength='0'/></Constraints></FreeTextAnswer>",
    false
)]
#[case("<FreeTextAnswer><Constraints><Length minLength='1'/></Constraints></FreeTextAnswer>", true)]
fn a_least_length_makes_a_question_required(#[case] answer: &str, #[case] expected: bool) {
    let form = form(&form_xml(&question_xml("q", answer))).unwrap();
    assert!(form.questions().all(|question| question.must_be_answered() == expected));
}

#[rstest]
#[case(
    "",
    "Line 2, column 1: found the end of QuestionForm where Overview or Question was \
    expected."
)]
#[case(
    "<Overview><Text>x</Text></Overview>",
    "Line 1, column 1: QuestionForm has no element Question."
)]
#[case(
    "<Section/>",
    "Line 2, column 1: found the element Section where Overview or Question was \
    expected."
)]
#[case(
    "<Overview>\n</Overview>",
    "Line 3, column 1: found the end of Overview where Title, Text, \
    List, FormattedContent, Binary or EmbeddedBinary was expected."
)]
#[case(
    "<Overview><DisplayName/></Overview>",
    "Line 2, column 11: found the element DisplayName \
    where Title, Text, List, FormattedContent, Binary or EmbeddedBinary was expected."
)]
#[case(
    "<Question/>",
    "Line 2, column 1: found the end of Question where the element \
    QuestionIdentifier was expected."
)]
#[case(
    "<Question><QuestionIdentifier>q</QuestionIdentifier><IsRequired>1</IsRequired>\n\
    <DisplayName/></Question>",
    "Line 3, column 1: found the element DisplayName where the element QuestionContent was \
    expected."
)]
#[case(
    "<Question><QuestionIdentifier>q</QuestionIdentifier><QuestionContent><Text/>\
    </QuestionContent>\n</Question>",
    "Line 3, column 1: found the end of Question where the element AnswerSpecification was \
    expected."
)]
fn a_form_is_refused(#[case] parts: &str, #[case] expected: &str) {
    assert_eq!(form(&form_xml(parts)).unwrap_err().to_string(), expected);
}

#[test]
fn identifiers_are_unique() {
    let parts =
        question_xml("q", "<FreeTextAnswer/>") + "\n" + &question_xml("q", "<FreeTextAnswer/>");
    let fault = form(&form_xml(&parts)).unwrap_err();
    let expected = "Line 3, column 11: the QuestionIdentifier \"q\" occurs twice.";
    assert_eq!(fault.to_string(), expected);
    assert!(form(&form_xml(&parts.replacen(">q<", ">Q<", 1))).is_ok());
}
