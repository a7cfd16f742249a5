//! Answers: byte for byte what the API then shows.

use serde_json::{Value, json};

use crate::world::World;

const BEGIN: &str = concat!(
    "<?xml version=\"1.0\" encoding=\"ASCII\"?><QuestionFormAnswers xmlns=\"",
    "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/",
    "QuestionFormAnswers.xsd\">"
);
const END: &str = "</QuestionFormAnswers>";

fn free_text(name: &str, value: &str) -> String {
    format!(
        "<Answer><QuestionIdentifier>{name}</QuestionIdentifier>\
         <FreeText>{value}</FreeText></Answer>"
    )
}

/// What the API shows of work submitted so.
async fn answer(world: &World, hit: &str, sent: Value) -> String {
    let done = world.done("POST", &format!("/hits/{hit}/submissions"), sent).await;
    let asked = json!({"AssignmentId": done["AssignmentId"]});
    let shown = world.ok("GetAssignment", asked).await["Assignment"]["Answer"].take();
    assert_eq!(shown, done["Answer"]);
    shown.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn fields_become_answers_in_the_order_in_which_they_came() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"MaxAssignments": 99})).await;
    for (given, expected) in [
        (json!({"b": "2", "a": "1"}), [free_text("b", "2"), free_text("a", "1")].concat()),
        (json!({"q": ["x", "y"]}), free_text("q", "x|y")),
        (json!({"q": ""}), free_text("q", "")),
        (
            json!({"q": "a\"b'c & <d> é \u{1f600}\nz"}),
            free_text("q", "a\"b'c &amp; &lt;d&gt; &#233; &#128512;\nz"),
        ),
        (json!({"n": 5, "yes": true}), [free_text("n", "5"), free_text("yes", "true")].concat()),
        (
            json!({"assignmentId": "x", "hitId": "x", "workerId": "x", "turkSubmitTo": "x",
                "q": "1"}),
            free_text("q", "1"),
        ),
    ] {
        let shown = answer(&world, &hit, json!({"Answers": given})).await;
        assert_eq!(shown, format!("{BEGIN}{expected}{END}"), "{given}");
    }
    assert_eq!(answer(&world, &hit, json!({"Answers": {}})).await, "");
    assert_eq!(answer(&world, &hit, json!({})).await, "");
}

#[tokio::test]
async fn a_finished_document_is_kept_as_it_is() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let document = format!("{BEGIN}\n  {}\n{END}", free_text("q", "é &#233;"));
    assert_eq!(answer(&world, &hit, json!({"Answer": document})).await, document);
    assert_eq!(answer(&world, &hit, json!({"Answer": ""})).await, "");
    let path = format!("/hits/{hit}/submissions");
    for sent in [
        json!({"Answer": "yes"}),
        json!({"Answer": format!("{BEGIN}{END}")}),
        json!({"Answer": document, "Answers": {}}),
        json!({"Answer": 5}),
        json!({"Answers": "yes"}),
        json!({"Answers": {"q": {"x": 1}}}),
        json!({"Answers": {"q": null}}),
        json!({"Anwsers": {}}),
    ] {
        let (status, said) = world.control("POST", &path, sent.clone()).await;
        assert_eq!((status, &said["error"]["code"]), (400, &json!("BadRequest")), "{sent}");
    }
    assert_eq!(world.standing(&hit).await, "Assignable 1 available 0 pending 0 completed");
}

const FORM: &str = "<QuestionForm xmlns='http://mechanicalturk.amazonaws.com/\
AWSMechanicalTurkDataSchemas/2005-10-01/QuestionForm.xsd'>\
<Question><QuestionIdentifier>name</QuestionIdentifier><QuestionContent><Text>Name?</Text>\
</QuestionContent><AnswerSpecification><FreeTextAnswer/></AnswerSpecification></Question>\
<Question><QuestionIdentifier>pets</QuestionIdentifier><QuestionContent><Text>Pets?</Text>\
</QuestionContent><AnswerSpecification><SelectionAnswer><MaxSelectionCount>2</MaxSelectionCount>\
<Selections><Selection><SelectionIdentifier>cat</SelectionIdentifier><Text>Cat</Text></Selection>\
<Selection><SelectionIdentifier>dog</SelectionIdentifier><Text>Dog</Text></Selection>\
<OtherSelection/></Selections></SelectionAnswer></AnswerSpecification></Question></QuestionForm>";

#[tokio::test]
async fn the_answer_to_a_form_has_its_questions_in_the_form_s_order() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"Question": FORM, "MaxAssignments": 9})).await;
    let pets = |chosen: &str| {
        format!("<Answer><QuestionIdentifier>pets</QuestionIdentifier>{chosen}</Answer>")
    };
    let (cat, dog) = (
        "<SelectionIdentifier>cat</SelectionIdentifier>",
        "<SelectionIdentifier>dog</SelectionIdentifier>",
    );
    let other = "<OtherSelectionText>a gnu &amp; a yak</OtherSelectionText>";
    for (given, expected) in [
        (
            json!({"pets": ["dog", "cat"], "name": "Ann"}),
            free_text("name", "Ann") + &pets(&format!("{dog}{cat}")),
        ),
        (json!({"pets": ["a gnu & a yak", "cat"]}), pets(&format!("{cat}{other}"))),
        (json!({"pets": []}), pets("")),
        (json!({"name": ["a", "b"]}), free_text("name", "a|b")),
    ] {
        let shown = answer(&world, &hit, json!({"Answers": given})).await;
        assert_eq!(shown, format!("{BEGIN}{expected}{END}"), "{given}");
    }
    let path = format!("/hits/{hit}/submissions");
    for given in [json!({"age": "5"}), json!({"pets": ["gnu", "yak"]})] {
        let (status, said) = world.control("POST", &path, json!({"Answers": given})).await;
        assert_eq!((status, &said["error"]["code"]), (400, &json!("BadRequest")), "{given}");
    }
}

#[tokio::test]
async fn what_was_accepted_is_submitted_with_its_answers() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"Question": FORM})).await;
    let work = world.accept("A1", &hit).await;
    let path = format!("/assignments/{work}/submit");
    assert_eq!(world.control("POST", &path, json!({"Answers": {"age": "5"}})).await.0, 400);
    let done = world.done("POST", &path, json!({"Answers": {"name": "Ann"}})).await;
    assert_eq!(done["Answer"], format!("{BEGIN}{}{END}", free_text("name", "Ann")));
}
