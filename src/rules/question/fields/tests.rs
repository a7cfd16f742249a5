use serde_json::json;

use super::*;
use crate::rules::question::answers::Repeated;
use crate::rules::question::{Question, pages, parse};
use crate::shapes::answer::Given;

fn page(html: &str) -> Question {
    parse(&pages::document(html, 0)).unwrap()
}

/// The fields as JSON, without what stands for "nothing".
fn fields(html: &str) -> serde_json::Value {
    serde_json::to_value(of_page(html).fields).unwrap()
}

fn posted(html: &str, given: &str) -> Vec<(String, String)> {
    of_page(html).posted(&serde_json::from_str(given).unwrap())
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn a_page_has_the_fields_of_its_form() {
    let html = "<form id=search><input name=q></form>\
        <form action='https://www.mturk.com/mturk/externalSubmit'>\
        <input type=hidden name=assignmentId><input type=hidden name=item value=7>\
        <p>Animal: <input type=radio name=label value=cat required> A <b>cat</b><br>\
        <label><input type=radio name=label value=dog>A dog</label></p>\
        <label for=n>How many?</label><input id=n name=count type=number min=1 max=9>\
        <input type=checkbox name=sure value=yes> I am sure\
        <select name=breed><option value=''>Choose</option><option>Persian\
        <option value=si>Siamese</select>\
        <textarea name=why maxlength=50 required placeholder='Why?'></textarea>\
        <input name=mail type=email pattern='.+@.+'><input name=off disabled>\
        <template><input name=t></template><input type=submit></form>";
    assert_eq!(
        fields(html),
        json!([
            {"Name": "item", "Required": false, "Type": "Hidden", "Value": "7"},
            {"Name": "label", "Required": true, "Type": "Choice", "Least": 1, "Most": 1,
             "Options": [{"Value": "cat", "Label": "A cat"}, {"Value": "dog", "Label": "A dog"}]},
            {"Name": "count", "Label": "How many?", "Required": false, "Type": "Number",
             "Min": 1.0, "Max": 9.0},
            {"Name": "sure", "Required": false, "Type": "Choice", "Least": 0, "Most": 1,
             "Options": [{"Value": "yes", "Label": "I am sure"}]},
            {"Name": "breed", "Required": false, "Type": "Choice", "Least": 1, "Most": 1,
             "Options": [{"Value": "Persian", "Label": "Persian"},
                         {"Value": "si", "Label": "Siamese"}]},
            {"Name": "why", "Label": "Why?", "Required": true, "Type": "Text", "Format": "text",
             "MaxLength": 50},
            {"Name": "mail", "Required": false, "Type": "Text", "Format": "email",
             "Patterns": [{"Regex": "^(?:.+@.+)$"}]},
        ])
    );
    assert_eq!(
        posted(html, r#"{"label":"cat","sure":true,"count":3,"breed":"si","made":["a","b"]}"#),
        pairs(&[
            ("item", "7"),
            ("label", "cat"),
            ("count", "3"),
            ("sure", "yes"),
            ("breed", "si"),
            ("why", ""),
            ("mail", ""),
            ("made", "a"),
            ("made", "b"),
        ])
    );
    assert_eq!(posted("<input type=checkbox name=a>", r#"{"a":false}"#), []);
}

#[test]
fn a_page_without_a_form_has_all_its_fields() {
    let names =
        |html: &str| of_page(html).fields.into_iter().map(|field| field.name).collect::<Vec<_>>();
    assert_eq!(names("<input name=a><form><input name=b></form><input name=c>"), ["a", "b", "c"]);
    assert_eq!(names("<fieldset disabled><input name=a></fieldset><input name=b>"), ["b"]);
    assert_eq!(names("<input type=hidden name=a><input type=radio name=a>"), ["a"]);
    assert_eq!(names("<script>'<input name=a>'</script><!--<input name=b>--><input>"), [""; 0]);
    let buttons = "<button name=x value=1>One</button><button name=x value=2></button>\
        <button name=y>";
    assert_eq!(
        fields(buttons),
        json!([{"Name": "x", "Required": true, "Type": "Choice", "Least": 1, "Most": 1,
                "Options": [{"Value": "1", "Label": "One"}, {"Value": "2"}]}])
    );
}

const CROWD: &str = "<crowd-form><input type=hidden name=item value=7>\
    <crowd-input name=text label=Name required></crowd-input>\
    <crowd-slider name=size max=10></crowd-slider>\
    <crowd-checkbox name=box value=a>A</crowd-checkbox>\
    <crowd-checkbox name=box value=b>B</crowd-checkbox>\
    <crowd-radio-group><crowd-radio-button name=r value=x>X</crowd-radio-button>\
    <crowd-radio-button name=s value=y>Y</crowd-radio-button></crowd-radio-group>\
    <crowd-classifier name=kind categories=\"['cat', 'it\\'s a dog']\" header=Which>\
    <classification-target>Text</classification-target></crowd-classifier>\
    <crowd-classifier-multi-select name=many categories='[\"a\", \"b\"]'>\
    </crowd-classifier-multi-select>\
    <crowd-bounding-box name=boxes labels=\"['car']\" src=x.png></crowd-bounding-box>\
    <select name=list multiple><option>1<option>2</select></crowd-form>";

#[test]
fn a_crowd_form_has_the_fields_of_its_elements() {
    let fields = of_page(CROWD);
    assert_eq!(fields.form, Form::Crowd { is_flat: false });
    let names: Vec<&str> = fields.open().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["text", "size", "box", "r", "kind", "many", "boxes", "list"]);
    assert_eq!(
        serde_json::to_value(fields.find("kind")).unwrap(),
        json!({"Name": "kind", "Label": "Which", "Required": true, "Type": "Choice", "Least": 1,
               "Most": 1, "Options": [{"Value": "cat"}, {"Value": "it's a dog"}]})
    );
    assert_eq!(
        serde_json::to_value(fields.find("boxes")).unwrap(),
        json!({"Name": "boxes", "Required": true, "Type": "Annotation", "Widget": "BoundingBox",
               "Labels": ["car"]})
    );
}

#[test]
fn an_element_that_brings_its_form_is_posted_as_one() {
    let page = "<form action=/search><input name=q></form><crowd-entity-annotation name=e \
        labels=\"[{label: 'x'}]\" text=t></crowd-entity-annotation><input name=outside>";
    let fields = of_page(page);
    let names: Vec<&str> = fields.open().map(|field| field.name.as_str()).collect();
    assert_eq!((fields.form, names), (Form::Crowd { is_flat: false }, vec!["e"]));
}

#[test]
fn a_crowd_form_posts_one_text_or_each_path() {
    let given = r#"{"text":"t","size":3,"box":["b"],"r":"y","kind":"cat",
        "many":["a","b"],"boxes":"{\"boundingBoxes\":[]}","list":["2"]}"#;
    let sent = posted(CROWD, given);
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].0, "taskAnswers");
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&sent[0].1).unwrap(),
        json!([{
            "item": "7", "text": "t", "size": 3, "box": {"a": false, "b": true},
            "r": {"x": false}, "s": {"y": true}, "kind": {"label": "cat"},
            "many": {"labels": ["a", "b"]}, "boxes": {"boundingBoxes": []}, "list": ["2"],
        }])
    );
    let flat = CROWD.replace("<crowd-form>", "<crowd-form answer-format=flatten-objects>");
    let sent = posted(&flat, given);
    for pair in pairs(&[("box.b", "true"), ("kind.label", "cat"), ("many.labels", "[\"a\",\"b\"]")])
    {
        assert!(sent.contains(&pair), "{sent:?}");
    }
}

#[test]
fn what_is_empty_is_not_among_the_answers_of_a_crowd_form() {
    let html = "<crowd-form><crowd-input name=a></crowd-input><input name=b>\
        <crowd-input name=f type=file></crowd-input><crowd-checkbox name=c></crowd-checkbox>\
        <crowd-classifier name=d categories=\"['x']\"></crowd-classifier></crowd-form>";
    let answers = r#"[{"c":{"on":false}}]"#;
    assert_eq!(posted(html, "{}"), pairs(&[("taskAnswers", answers)]));
}

#[test]
fn crowd_elements_have_what_their_attributes_say() {
    let html = "<crowd-form><crowd-input name=digits allowed-pattern='[0-9]'></crowd-input>\
        <crowd-radio-group required><crowd-radio-button name=r value=x></crowd-radio-button>\
        </crowd-radio-group><crowd-classifier-multi-select name=m \
        categories=\"[{name: 'a'}, {name: 'b', parentName: '',},]\">\
        </crowd-classifier-multi-select>";
    assert_eq!(
        fields(html),
        json!([
            {"Name": "digits", "Required": false, "Type": "Text", "Format": "text",
             "Patterns": [{"Regex": "^(?:[0-9])*$"}]},
            {"Name": "r", "Required": false, "Type": "Choice", "Least": 0, "Most": 1,
             "Options": [{"Value": "x"}]},
            {"Name": "m", "Required": true, "Type": "Choice", "Least": 1, "Most": 2,
             "Options": [{"Value": "a"}, {"Value": "b"}]},
        ])
    );
}

const FORM: &str = r#"<QuestionForm xmlns="SCHEMA">
    <Question><QuestionIdentifier>kind</QuestionIdentifier><DisplayName>Kind</DisplayName>
      <IsRequired>true</IsRequired><QuestionContent><Text>Which?</Text></QuestionContent>
      <AnswerSpecification><SelectionAnswer><MaxSelectionCount>9</MaxSelectionCount><Selections>
        <Selection><SelectionIdentifier>c</SelectionIdentifier><Text>Cat</Text></Selection>
        <Selection><SelectionIdentifier>d</SelectionIdentifier><Text>Dog</Text></Selection>
        <OtherSelection/></Selections></SelectionAnswer></AnswerSpecification></Question>
    <Question><QuestionIdentifier>age</QuestionIdentifier>
      <QuestionContent><Text>How old?</Text></QuestionContent><AnswerSpecification>
      <FreeTextAnswer><Constraints><IsNumeric minValue="1" maxValue="20"/></Constraints>
      </FreeTextAnswer></AnswerSpecification></Question>
    <Question><QuestionIdentifier>zip</QuestionIdentifier>
      <QuestionContent><Text>Where?</Text></QuestionContent><AnswerSpecification>
      <FreeTextAnswer><Constraints><Length minLength="2"/><AnswerFormatRegex regex="^z" flags="i"/>
      </Constraints></FreeTextAnswer></AnswerSpecification></Question></QuestionForm>"#;

#[test]
fn a_form_has_its_questions() {
    let schema = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2017-11-06/\
        QuestionForm.xsd";
    let question = parse(&FORM.replace("SCHEMA", schema)).unwrap();
    let fields = of(&question);
    assert_eq!(
        serde_json::to_value(&fields.fields).unwrap(),
        json!([
            {"Name": "kind", "Label": "Kind", "Required": true, "Type": "Choice", "Least": 1,
             "Most": 3, "Other": true,
             "Options": [{"Value": "c", "Label": "Cat"}, {"Value": "d", "Label": "Dog"}]},
            {"Name": "age", "Label": "How old?", "Required": false, "Type": "Number", "Min": 1.0,
             "Max": 20.0, "Step": 1.0},
            {"Name": "zip", "Label": "Where?", "Required": true, "Type": "Text", "Format": "text",
             "MinLength": 2, "Patterns": [{"Regex": "^z", "IgnoreCase": true}]},
        ])
    );
    let given: Given = serde_json::from_str(r#"{"age":3,"kind":["d","a bird"],"odd":1}"#).unwrap();
    let document = document(&question, &fields, &given, Repeated::Join).unwrap();
    let (_, answers) = document.split_once("QuestionFormAnswers.xsd\">").unwrap();
    assert_eq!(
        answers,
        "<Answer><QuestionIdentifier>kind</QuestionIdentifier>\
         <SelectionIdentifier>d</SelectionIdentifier>\
         <OtherSelectionText>a bird</OtherSelectionText></Answer>\
         <Answer><QuestionIdentifier>age</QuestionIdentifier><FreeText>3</FreeText></Answer>\
         </QuestionFormAnswers>"
    );
}

#[test]
fn a_page_s_answers_make_a_document() {
    let question = page("<input name=a><input type=hidden name=h value='&'>");
    let fields = of(&question);
    let given: Given = serde_json::from_str(r#"{"a":"x","b":["1","2"]}"#).unwrap();
    let document = document(&question, &fields, &given, Repeated::Join).unwrap();
    for piece in
        ["<FreeText>x</FreeText>", "<FreeText>&amp;</FreeText>", "<FreeText>1|2</FreeText>"]
    {
        assert!(document.contains(piece), "{document}");
    }
}

proptest::proptest! {
    #[test]
    fn no_page_panics(html in concat!(
        "(<|>|/|'| |=|name|input|select|option|crowd-radio-group|crowd-radio-button|template|",
        "fieldset|label|form|textarea|[a-z])*"
    )) {
        let fields = of_page(&html);
        fields.posted(&Given::default());
    }
}
