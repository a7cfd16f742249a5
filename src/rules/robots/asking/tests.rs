use super::*;
use crate::rules::robots::job::{JobHit, JobWorker, Replies};
use crate::shapes::answer::Given;

const PAGE: &str = "<p>Which <b>animal</b>?</p><input type=radio name=label value=c required> Cat\
    <br><input type=radio name=label value=d> Dog<br><input name=count type=number min=1 max=5>\
    <input type=checkbox name=tags value=a><input type=checkbox name=tags value=b>\
    <input type=checkbox name=sure><input name=note maxlength=9><input type=hidden name=item \
    value=7>";

fn job(html: &str) -> Job {
    let question = format!(
        "<HTMLQuestion xmlns=\"http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/\
         2011-11-11/HTMLQuestion.xsd\"><HTMLContent><![CDATA[{html}]]></HTMLContent>\
         <FrameHeight>0</FrameHeight></HTMLQuestion>"
    );
    let hit = JobHit {
        hit_id: "3H".to_owned(),
        title: "Animals".to_owned(),
        description: "Name them".to_owned(),
        requester_annotation: Some("note".to_owned()),
        question,
        ..JobHit::default()
    };
    let worker = JobWorker { worker_id: "A1".to_owned(), traits: json!({"Age": 30}) };
    Job {
        answers: serde_json::from_value(json!({"*": {"Http": "http://h/"}})).unwrap(),
        opens_external_url: false,
        seed: 1,
        draw: 0,
        hit,
        nth: 0,
        assignment_id: "3A".to_owned(),
        worker,
        worker_number: 0,
        workers: 1,
    }
}

fn model() -> Asked {
    let model = json!({"BaseUrl": "http://m/v1", "Model": "m", "Persona": "You are ${Age}."});
    Asked::OpenAi(serde_json::from_value(model).unwrap())
}

/// What is asked, and what a body is read as.
fn ask(asked: &Asked, html: &str, body: &str) -> (Value, Result<Answered, String>) {
    let job = job(html);
    let known = job.known(job.question().unwrap(), None);
    assert_eq!(job.answer(), None);
    let (_, names) = job.plan(&known).asked.remove(0);
    let question = Question::new(asked, &names, &known);
    let sent = question.body(&job, &known, &text(&known, None)).unwrap_or_default();
    (serde_json::from_str(&sent).unwrap_or_default(), question.read(body.as_bytes()))
}

#[test]
fn an_address_is_told_the_hit_with_its_fields() {
    let (sent, _) = ask(&Asked::Http("http://h/".to_owned()), PAGE, "{}");
    assert_eq!(sent["HIT"]["HITId"], "3H");
    assert_eq!(sent["Worker"], json!({"WorkerId": "A1", "Traits": {"Age": 30}}));
    assert_eq!(sent["Parameters"], json!({"RequesterAnnotation": "note", "item": "7"}));
    assert!(sent["Text"].as_str().unwrap().starts_with("Which animal?"));
    let names: Vec<_> = sent["Fields"].as_array().unwrap().iter().map(|f| &f["Name"]).collect();
    assert_eq!(names, ["label", "count", "tags", "sure", "note"]);
    assert_eq!(sent["Fields"][0]["Options"][0], json!({"Value": "c", "Label": "Cat"}));
}

#[test]
fn answers_are_checked_against_their_fields() {
    let read = |answers: Value| {
        let body = json!({"Answers": answers}).to_string();
        ask(&Asked::Http("http://h/".to_owned()), PAGE, &body).1
    };
    let read_back = read(json!({"label": "c", "count": 3, "tags": ["a", "b"], "sure": true}));
    let expected = [
        ("label", vec!["c"]),
        ("count", vec!["3"]),
        ("tags", vec!["a", "b"]),
        ("sure", vec!["on"]),
        ("note", vec![]),
    ];
    let expected = expected.map(|(name, values)| {
        (name.to_owned(), values.into_iter().map(str::to_owned).collect::<Vec<_>>())
    });
    assert_eq!(read_back.unwrap(), expected);
    for (answers, part) in [
        (json!({}), "\"label\" must be answered"),
        (json!({"label": "cat"}), "\"cat\" is no option"),
        (json!({"label": "c", "count": 6}), "the number 6"),
        (json!({"label": "c", "note": "far too long"}), "at most 9 characters"),
        (json!({"label": "c", "odd": 1}), "\"odd\" is no field"),
        (json!({"label": {"x": 1}}), "neither a text nor a list"),
        (json!([1]), "no JSON object"),
    ] {
        let why = read(answers).unwrap_err();
        assert!(why.contains(part), "{why}");
    }
    for (body, part) in [("", "not JSON"), ("{}", "no Answers"), ("[]", "no Answers")] {
        let why = ask(&Asked::Http("http://h/".to_owned()), PAGE, body).1.unwrap_err();
        assert!(why.contains(part), "{why}");
    }
}

#[test]
fn a_model_is_told_the_text_and_the_form_of_its_answer() {
    let (sent, _) = ask(&model(), PAGE, "");
    assert_eq!(sent["model"], "m");
    assert_eq!(sent["messages"][0], json!({"role": "system", "content": "You are 30."}));
    let task = sent["messages"][1]["content"].as_str().unwrap();
    assert!(task.contains("Animals\nName them\n\nWhich animal?"), "{task}");
    assert!(task.contains(r#"{"RequesterAnnotation":"note","item":"7"}"#), "{task}");
    let form = &sent["response_format"]["json_schema"];
    assert_eq!(
        (&form["strict"], &form["schema"]["additionalProperties"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(form["schema"]["required"], json!(["label", "count", "tags", "sure", "note"]));
    assert_eq!(
        form["schema"]["properties"],
        json!({
            "label": {"type": "string", "enum": ["c", "d"], "description": "c: Cat\nd: Dog"},
            "count": {"type": ["number", "null"], "minimum": 1.0, "maximum": 5.0},
            "tags": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]},
                     "description": "Choose 0 to 2."},
            "sure": {"type": "array", "items": {"type": "string", "enum": ["on"]}},
            "note": {"type": ["string", "null"], "description": "At most 9 characters."},
        })
    );
}

#[test]
fn a_completion_is_read_or_says_why_not() {
    let page = "<input type=radio name=label value=c required>";
    let read = |message: Value, finish: &str| {
        let body = json!({"choices": [{"message": message, "finish_reason": finish}]});
        ask(&model(), page, &body.to_string()).1
    };
    let expected = [("label".to_owned(), vec!["c".to_owned()])];
    for content in [r#"{"label":"c"}"#, "```json\n{\"label\": \"c\"}\n```"] {
        assert_eq!(read(json!({"content": content}), "stop").unwrap(), expected);
    }
    for (message, finish, part) in [
        (json!({"refusal": "I will not"}), "stop", "refused: I will not"),
        (json!({"content": "{"}), "length", "did not finish: length"),
        (json!({"content": "A cat"}), "stop", "did not answer by JSON: A cat"),
        (json!({"content": r#"{"label":"x"}"#}), "stop", "\"x\" is no option"),
        (json!({}), "stop", "no chat completion"),
    ] {
        let why = read(message, finish).unwrap_err();
        assert!(why.contains(part), "{why}");
    }
}

#[test]
fn a_page_without_known_fields_takes_any_answers() {
    let html = "<div id=app></div>";
    let http = Asked::Http("http://h/".to_owned());
    let (_, read) = ask(&http, html, r#"{"Answers":{"made":["x",1],"by":"script"}}"#);
    let expected = [
        ("made".to_owned(), vec!["x".to_owned(), "1".to_owned()]),
        ("by".to_owned(), vec!["script".to_owned()]),
    ];
    assert_eq!(read.unwrap(), expected);
    let (sent, _) = ask(&model(), html, "{}");
    assert_eq!(sent, Value::Null, "a model is not asked for nothing");
}

#[test]
fn what_others_answered_stands_beside_the_draw_of_the_submission() {
    let mut job = job(PAGE);
    job.answers =
        serde_json::from_value(json!({"label": {"Http": "http://h/"}, "x": ["a", "b", "c"]}))
            .unwrap();
    let mut drawn: Vec<String> = (0..3)
        .map(|nth| {
            job.nth = nth;
            let given = Given(vec![("label".to_owned(), vec!["d".to_owned()])]);
            let document = job.answer_with(Replies { given, page: None }).unwrap();
            assert!(document.contains("<FreeText>d</FreeText>"), "{document}");
            let (_, x) = document.split_once("<QuestionIdentifier>x</QuestionIdentifier>").unwrap();
            x.trim_start().chars().nth("<FreeText>".len()).unwrap().to_string()
        })
        .collect();
    drawn.sort();
    assert_eq!(drawn, ["a", "b", "c"]);
}

#[test]
fn sample_pages_are_fetched_from_this_server() {
    let mut job = job(PAGE);
    job.opens_external_url = true;
    let page = |url: &str| {
        let question = format!(
            "<ExternalQuestion xmlns=\"http://mechanicalturk.amazonaws.com/\
             AWSMechanicalTurkDataSchemas/2006-07-14/ExternalQuestion.xsd\"><ExternalURL>{url}\
             </ExternalURL><FrameHeight>400</FrameHeight></ExternalQuestion>"
        );
        job.page(&crate::rules::question::parse(&question).unwrap(), "http://here:1").unwrap()
    };
    let sample = page("https://mturk-local.invalid/samples/form");
    assert!(sample.starts_with("http://here:1/samples/form?assignmentId="), "{sample}");
    assert!(page("https://other/form").starts_with("https://other/form?assignmentId="));
}
