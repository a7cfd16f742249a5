//! Forms that workers fill in on a page of this site, here without the page.

use axum::body::Body;
use axum::http::Request;
use mturk_local::actions::assignment::{check_question, open_acceptance, open_hit};
use mturk_local::actions::form::{CheckedForm, submit_form};
use mturk_local::fault::Fault;
use mturk_local::rules::question::filling::{Filling, Problem, SentFile, answers};
use mturk_local::rules::question::{Question, parse};
use mturk_local::shapes::assignment::Assignment;
use mturk_local::store::hits;
use mturk_local::store::requesters::Requester;
use serde_json::json;

use crate::world::World;

/// A form with a text that must be there and a file.
pub const FORM: &str = concat!(
    "<QuestionForm xmlns=\"http://mechanicalturk.amazonaws.com/",
    "AWSMechanicalTurkDataSchemas/2005-10-01/QuestionForm.xsd\">",
    "<Question><QuestionIdentifier>title</QuestionIdentifier><IsRequired>true</IsRequired>",
    "<QuestionContent><Text>Its title</Text></QuestionContent>",
    "<AnswerSpecification><FreeTextAnswer/></AnswerSpecification></Question>",
    "<Question><QuestionIdentifier>song</QuestionIdentifier>",
    "<QuestionContent><Text>A song</Text></QuestionContent>",
    "<AnswerSpecification><FileUploadAnswer><MaxFileSizeInBytes>1000</MaxFileSizeInBytes>",
    "<MinFileSizeInBytes>3</MinFileSizeInBytes></FileUploadAnswer></AnswerSpecification>",
    "</Question></QuestionForm>"
);

/// What a worker filled in: a title and, unless it is empty, a file.
pub fn filled(title: &str, song: &[u8]) -> Filling {
    let file = SentFile {
        field: "Answer_2".to_owned(),
        file_name: "a \"song\"\n\0é.ogg".to_owned(),
        content_type: "audio/ogg".to_owned(),
        content: song.to_vec(),
    };
    Filling {
        texts: vec![("Answer_1".to_owned(), title.to_owned())],
        files: if song.is_empty() { vec![] } else { vec![file] },
    }
}

/// Hands a filled-in form in.
pub async fn hand_in(
    world: &World,
    assignment_id: &str,
    filled: Filling,
) -> Result<Result<Assignment, Vec<Problem>>, Fault> {
    hand_in_form(world, FORM, assignment_id, filled).await
}

async fn hand_in_form(
    world: &World,
    form: &str,
    assignment_id: &str,
    filled: Filling,
) -> Result<Result<Assignment, Vec<Problem>>, Fault> {
    let Ok(Question::Form(form)) = parse(form) else { panic!("it is a form") };
    let checked = match answers(&form, &filled) {
        Ok(answers) => CheckedForm { answers, files: filled.files },
        Err(problems) => return Ok(Err(problems)),
    };
    let input = (assignment_id.to_owned(), checked);
    let engine = world.emulator.engine();
    let handed = engine.write(Requester::default(), input, |turn, (assignment_id, checked)| {
        Box::pin(async move {
            let taken = open_acceptance(turn, assignment_id, None).await?;
            let mut hit = hits::by_key(&mut turn.tx, taken.hit_key).await?;
            submit_form(turn, &mut hit, taken, checked).await
        })
    });
    handed.await.map(Ok)
}

/// A HIT with the form, and work on it with a file; the ids of both.
pub async fn song(world: &World, worker: &str) -> (String, String) {
    let hit = world.create_hit(json!({"Question": FORM})).await;
    let work = world.accept(worker, &hit).await;
    hand_in(world, &work, filled("Song", b"la la")).await.unwrap().unwrap();
    (hit, work)
}

#[tokio::test]
async fn what_conforms_is_submitted_and_what_does_not_stays_with_the_worker() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"Question": FORM})).await;
    let work = world.accept("A1ANNA", &hit).await;
    let problems = hand_in(&world, &work, filled("", b"la")).await.unwrap().unwrap_err();
    let said: Vec<_> = problems.iter().map(|one| one.question_identifier.as_str()).collect();
    assert_eq!(said, ["title", "song"]);
    assert_eq!(world.standing(&hit).await, "Assignable 2 available 1 pending 0 completed");
    let done = hand_in(&world, &work, filled("Song", b"la la")).await.unwrap().unwrap();
    let key = done.answer.split("UploadedFileKey>").nth(1).unwrap().trim_end_matches("</");
    assert_eq!(
        done.answer.split_once("FormAnswers.xsd\">").unwrap().1,
        format!(
            "<Answer><QuestionIdentifier>title</QuestionIdentifier><FreeText>Song</FreeText>\
             </Answer><Answer><QuestionIdentifier>song</QuestionIdentifier>\
             <UploadedFileSizeInBytes>5</UploadedFileSizeInBytes>\
             <UploadedFileKey>{key}</UploadedFileKey></Answer></QuestionFormAnswers>"
        )
    );
    let again = hand_in(&world, &work, filled("Song", b"")).await.unwrap_err();
    assert!(again.to_string().contains("submitted before"), "{again}");
}

/// An index of PostgreSQL takes no more than 2.7 kB, after compression.
#[tokio::test]
async fn a_file_answers_a_question_with_a_long_name() {
    let world = World::new().await;
    let name: String =
        (1_u64..800).map(|n| n.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_string()).collect();
    let form = FORM.replace("song", &name);
    let hit = world.create_hit(json!({"Question": form})).await;
    let work = world.accept("A1ANNA", &hit).await;
    let done = hand_in_form(&world, &form, &work, filled("Song", b"la la")).await;
    assert!(done.unwrap().unwrap().answer.contains(&name));
}

/// After a reset an id may be that of another assignment, while an answer is still read.
#[tokio::test]
async fn an_answer_that_was_made_for_another_question_is_refused() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"Question": FORM})).await;
    let work = world.accept("A1ANNA", &hit).await;
    let engine = world.emulator.engine();
    let compared = engine.read(Requester::default(), (hit, work), |turn, (hit, work)| {
        Box::pin(async move {
            let question = open_hit(turn, work, Some("A1ANNA")).await?.question;
            let hit = hits::find(&mut turn.tx, hit).await?.unwrap();
            let other = question.replace("Its title", "Its name");
            Ok::<_, Fault>([
                check_question(&hit, &question).is_ok(),
                check_question(&hit, &other).is_ok(),
            ])
        })
    });
    assert_eq!(compared.await.unwrap(), [true, false]);
}

#[tokio::test]
async fn expressions_over_the_limit_are_taken_and_left_to_the_browser() {
    let world = World::new().await;
    let large: Vec<String> = (0..900).map(|n| format!(".{{{}}}|", 9000 + n)).collect();
    let digits = "01".repeat(250_000);
    for (pattern, answer) in [
        ("{".repeat(60_000), "x"),
        (large.concat(), "x"),
        ("[01]*1[01]{2000}$".to_owned(), &digits),
    ] {
        let field = "<FreeTextAnswer><Constraints><AnswerFormatRegex regex='{}'/></Constraints>\
            </FreeTextAnswer>";
        let form = FORM.replace("<FreeTextAnswer/>", &field.replace("{}", &pattern));
        let hit = world.create_hit(json!({"Question": form})).await;
        let (first, _) = form.split_once("<Question><QuestionIdentifier>song").unwrap();
        let test = format!("{first}</QuestionForm>");
        let name = pattern.get(..9);
        world.qualify(json!({"Name": name, "Test": test, "TestDurationInSeconds": 60})).await;
        let Ok(Question::Form(form)) = parse(&form) else { panic!("it is a form") };
        assert!(answers(&form, &filled(answer, b"")).is_ok(), "{pattern:.20}");
        world.accept("A1ANNA", &hit).await;
    }
}

#[tokio::test]
async fn scripts_and_style_are_part_of_the_program() {
    let world = World::new().await;
    let get = async |path: &str| {
        let request = Request::get(path).header("host", "localhost");
        world.send(request.body(Body::empty()).unwrap()).await
    };
    for (name, kind, said) in [
        ("externalHIT_v1.js", "text/javascript; charset=utf-8", "turkSetAssignmentID"),
        ("crowd-html-elements.js", "text/javascript; charset=utf-8", "crowd-form"),
        ("question-form.js", "text/javascript; charset=utf-8", "question-form"),
        ("question-form.css", "text/css; charset=utf-8", ".question-form"),
        ("bs30/css/bootstrap.min.css", "text/css; charset=utf-8", "Bootstrap v3.4.1"),
    ] {
        let reply = get(&format!("/assets/{name}")).await;
        assert_eq!((reply.status, reply.headers["content-type"].to_str().unwrap()), (200, kind));
        assert!(reply.text.contains(said), "{name}");
    }
    for path in ["/assets/none.js", "/assets/../assets.rs", "/assets/..%2fassets.rs"] {
        assert_eq!(get(path).await.status, 404, "{path}");
    }
}
