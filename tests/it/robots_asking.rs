//! Robots that ask others for their answers: an address, a language model, and pages elsewhere.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::Request;
use axum::response::IntoResponse;
use mturk_local::outbound::Policy;
use mturk_local::rules::outbound::AllowedHost;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

use crate::world::World;

/// What was asked: `METHOD path`, the header `Authorization`, and the body.
type Seen = Arc<Mutex<Vec<(String, String, Value)>>>;

/// A server on this machine that answers by a function of path and body; its address, and what it
/// was asked. Each answer takes a permit.
async fn server(
    answer: fn(&str, &Value) -> (u16, String),
    permits: Arc<Semaphore>,
) -> (String, Seen) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let seen = Seen::default();
    let noted = Arc::clone(&seen);
    let routes = Router::new().fallback(move |request: Request| {
        let (noted, permits) = (Arc::clone(&noted), Arc::clone(&permits));
        async move {
            let (parts, body) = request.into_parts();
            let body: Bytes = to_bytes(body, usize::MAX).await.unwrap();
            let body: Value = serde_json::from_slice(&body).unwrap_or_default();
            let key = parts.headers.get("authorization");
            let key = key.map_or("", |key| key.to_str().unwrap()).to_owned();
            let path = parts.uri.path_and_query().unwrap().to_string();
            noted.lock().unwrap().push((format!("{} {path}", parts.method), key, body.clone()));
            permits.acquire().await.unwrap().forget();
            let (status, text) = answer(&path, &body);
            let status = axum::http::StatusCode::from_u16(status).unwrap();
            let kind = [("content-type", "text/html"), ("location", "/elsewhere")];
            (status, kind, text).into_response()
        }
    });
    tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    (address, seen)
}

fn always() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(100_000))
}

/// A market that may ask this host.
async fn market(host: &str) -> World {
    let policy = policy(host);
    World::with(|options| options.outbound = policy).await
}

fn policy(host: &str) -> Policy {
    Policy {
        hosts: vec![AllowedHost::parse(host).unwrap()],
        key_variables: vec!["PATH".to_owned()],
    }
}

const PAGE: &str = "<p>Which animal?</p><input type=radio name=label value=cat required> Cat\
    <input type=radio name=label value=dog> Dog<input type=hidden name=item value=7>";

fn html(page: &str) -> String {
    format!(
        "<HTMLQuestion xmlns=\"http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/\
         2011-11-11/HTMLQuestion.xsd\"><HTMLContent><![CDATA[{page}]]></HTMLContent>\
         <FrameHeight>0</FrameHeight></HTMLQuestion>"
    )
}

fn external(url: &str) -> String {
    format!(
        "<ExternalQuestion xmlns=\"http://mechanicalturk.amazonaws.com/\
         AWSMechanicalTurkDataSchemas/2006-07-14/ExternalQuestion.xsd\"><ExternalURL>{url}\
         </ExternalURL><FrameHeight>400</FrameHeight></ExternalQuestion>"
    )
}

async fn hit_of(world: &World, question: &str, assignments: i64) -> String {
    let changes = json!({"Question": question, "MaxAssignments": assignments});
    world.create_hit(changes).await
}

async fn crowd(world: &World, script: Value) -> Value {
    world.done("POST", "/robots", script).await["Robots"][0].take()
}

async fn progress(world: &World) -> Value {
    world.done("GET", "/robots", Value::Null).await["Robots"][0]["Progress"].take()
}

/// Submission times and answers of a HIT, the earliest first.
async fn submitted(world: &World, hit_id: &str) -> Vec<(String, String)> {
    let asked = json!({"HITId": hit_id, "MaxResults": 100});
    let list = world.ok("ListAssignmentsForHIT", asked).await;
    let all = list["Assignments"].as_array().unwrap().iter();
    let one = |work: &Value| {
        (work["SubmitTime"].to_string(), work["Answer"].as_str().unwrap().to_owned())
    };
    let mut all: Vec<_> = all.map(one).collect();
    all.sort();
    all
}

fn a_label(_: &str, asked: &Value) -> (u16, String) {
    // What follows from the question alone: a cat for every other worker.
    let worker = asked["Worker"]["WorkerId"].as_str().unwrap_or_default();
    let label = if worker.ends_with(['1', '3', '5']) { "cat" } else { "dog" };
    (200, json!({"Answers": {"label": label}}).to_string())
}

#[tokio::test]
async fn a_jump_waits_for_each_answer_at_its_instant() {
    let mut histories = Vec::new();
    for jumps in [&["1h"][..], &["30s", "10s", "1m", "1h"]] {
        let (address, seen) = server(a_label, always()).await;
        let world = market(&address).await;
        let hit_id = hit_of(&world, &html(PAGE), 4).await;
        let script = json!({
            "Workers": 4, "Answers": {"*": {"Http": format!("http://{address}/answer")}},
        });
        assert_eq!(crowd(&world, script).await["Off"], Value::Null);
        for jump in jumps {
            world.advance(jump).await;
        }
        assert_eq!(seen.lock().unwrap().len(), 4);
        let (request, _, body) = seen.lock().unwrap()[0].clone();
        assert_eq!((&*request, &body["HIT"]["HITId"]), ("POST /answer", &json!(hit_id)));
        assert_eq!(body["Parameters"], json!({"item": "7"}));
        let done = submitted(&world, &hit_id).await;
        let count = |label: &str| done.iter().filter(|(_, answer)| answer.contains(label)).count();
        assert_eq!((done.len(), count(">cat<"), count(">dog<"), count(">7<")), (4, 2, 2, 4));
        assert_eq!(progress(&world).await["Submitted"], 4);
        histories.push(done);
    }
    assert_eq!(histories[0], histories[1]);
}

#[tokio::test]
async fn those_whose_work_ends_in_one_jump_ask_together() {
    let permits = Arc::new(Semaphore::new(0));
    let (address, seen) = server(a_label, Arc::clone(&permits)).await;
    let world = market(&address).await;
    let hit_id = hit_of(&world, &html(PAGE), 4).await;
    let answers = json!({"label": {"Http": format!("http://{address}/")}});
    crowd(&world, json!({"Workers": 4, "Answers": answers})).await;
    // Nobody is answered before all have asked.
    let asked = async {
        while seen.lock().unwrap().len() < 4 {
            tokio::task::yield_now().await;
        }
        permits.add_permits(4);
    };
    tokio::join!(world.advance("1h"), asked);
    assert_eq!((submitted(&world, &hit_id).await.len(), seen.lock().unwrap().len()), (4, 4));
}

/// The task that keeps time asks too, and the jump waits for what it asked for.
#[tokio::test]
async fn a_jump_waits_whoever_asks() {
    let (address, seen) = server(a_label, always()).await;
    let world = market(&address).await;
    let (stop, stopped) = watch::channel(false);
    let keeper = world.emulator.clone();
    let keeper = tokio::spawn(async move { keeper.keep_time(stopped).await });
    let hit_id = hit_of(&world, &html(PAGE), 9).await;
    let answers = json!({"label": {"Http": format!("http://{address}/")}});
    crowd(&world, json!({"Workers": 9, "Answers": answers})).await;
    world.advance("1h").await;
    assert_eq!((submitted(&world, &hit_id).await.len(), seen.lock().unwrap().len()), (9, 9));
    assert_eq!(world.done("GET", "/clock", Value::Null).await["target"], Value::Null);
    stop.send(true).unwrap();
    keeper.await.unwrap();
}

#[tokio::test]
async fn broken_answers_return_the_work() {
    for (status, answer) in [
        (200, r#"{"Answers":{"label":"cow"}}"#),
        (200, "{}"),
        (200, "nonsense"),
        (500, r#"{"Answers":{"label":"cat"}}"#),
        (302, ""),
    ] {
        let (address, seen) = match (status, answer) {
            (500, _) => server(|_, _| (500, String::new()), always()).await,
            (302, _) => server(|_, _| (302, String::new()), always()).await,
            (_, "{}") => server(|_, _| (200, "{}".to_owned()), always()).await,
            (_, "nonsense") => server(|_, _| (200, "nonsense".to_owned()), always()).await,
            _ => {
                let cow = |_: &str, _: &Value| (200, r#"{"Answers":{"label":"cow"}}"#.to_owned());
                server(cow, always()).await
            }
        };
        let world = market(&address).await;
        let hit_id = hit_of(&world, &html(PAGE), 1).await;
        crowd(&world, json!({"Answers": {"label": {"Http": format!("http://{address}/")}}})).await;
        world.advance("1h").await;
        let progress = progress(&world).await;
        assert_eq!((&progress["Submitted"], &progress["Returned"]), (&json!(0), &json!(1)));
        assert_eq!(seen.lock().unwrap().len(), 1, "no redirect is followed");
        assert!(world.standing(&hit_id).await.contains("1 available 0 pending"));
    }
}

#[tokio::test]
async fn a_crowd_is_off_until_its_host_is_allowed() {
    let (address, seen) = server(a_label, always()).await;
    let world = World::new().await;
    let hit_id = hit_of(&world, &html(PAGE), 1).await;
    let script = json!({"Answers": {"label": {"Http": format!("http://{address}/")}}});
    let off = crowd(&world, script).await["Off"].take();
    let expected = format!("the option --allow-outbound {address} allows it");
    assert!(off.as_str().unwrap().ends_with(&expected), "{off}");
    world.advance("1h").await;
    assert_eq!(progress(&world).await["Accepted"], 0);
    assert_eq!(seen.lock().unwrap().len(), 0);
    let dump = world.done("GET", "/world", Value::Null).await;
    assert_eq!(dump["Robots"][0]["Off"], Value::Null);
    let policy = policy(&address);
    let world = world.restarted_with(|options| options.outbound = policy).await;
    let robots = world.done("GET", "/robots", Value::Null).await;
    assert_eq!(robots["Robots"][0]["Off"], Value::Null);
    world.advance("1h").await;
    assert_eq!(submitted(&world, &hit_id).await.len(), 1);
}

fn a_completion(path: &str, asked: &Value) -> (u16, String) {
    if path != "/v1/chat/completions" {
        return (404, String::new());
    }
    let form = &asked["response_format"]["json_schema"]["schema"];
    let first = form["properties"]["label"]["enum"][0].clone();
    let answer = json!({"label": first}).to_string();
    let message = json!({"role": "assistant", "content": answer});
    (200, json!({"choices": [{"message": message, "finish_reason": "stop"}]}).to_string())
}

#[tokio::test]
async fn a_model_answers_with_the_key_of_a_named_variable() {
    let (address, seen) = server(a_completion, always()).await;
    let world = market(&address).await;
    let hit_id = hit_of(&world, &html(PAGE), 1).await;
    let model = |key: &str| {
        let base_url = format!("http://{address}/v1");
        let model = json!({"BaseUrl": base_url, "Model": "m", "Persona": "You hurry.",
            "ApiKeyEnv": key});
        json!({"Answers": {"*": {"OpenAI": model}}})
    };
    let mut in_clear = model("PATH");
    in_clear["Answers"]["*"]["OpenAI"]["BaseUrl"] = json!("http://a.test/v1");
    let (status, refused) = world.control("POST", "/robots", in_clear).await;
    assert_eq!(status, 400);
    assert!(refused.to_string().contains("no key is sent over plain http"), "{refused}");
    let off = crowd(&world, model("HOME")).await["Off"].take();
    assert!(off.as_str().unwrap().contains("--robot-key-env HOME"), "{off}");
    world.done("DELETE", "/robots", Value::Null).await;
    crowd(&world, model("PATH")).await;
    world.advance("1h").await;
    assert!(submitted(&world, &hit_id).await[0].1.contains("<FreeText>cat</FreeText>"));
    let (_, key, body) = seen.lock().unwrap()[0].clone();
    assert_eq!(key, format!("Bearer {}", std::env::var("PATH").unwrap().trim()));
    assert_eq!(body["messages"][0]["content"], "You hurry.");
    assert!(body["messages"][1]["content"].as_str().unwrap().contains("Which animal?"));
}

fn a_page(path: &str, _: &Value) -> (u16, String) {
    let assignment = path.split_once("assignmentId=").map_or("", |(_, rest)| rest);
    let assignment = assignment.split('&').next().unwrap_or_default();
    (
        200,
        format!(
            "<form action='http://x/mturk/externalSubmit'><input type=hidden name=assignmentId \
             value={assignment}><input type=hidden name=seen value={assignment}>\
             <select name=mood><option>good<option>bad</select><input name=n type=number min=3 \
             max=3></form>"
        ),
    )
}

#[tokio::test]
async fn the_page_of_an_external_question_is_filled_in() {
    let (address, seen) = server(a_page, always()).await;
    let world = market(&address).await;
    let hit_id = hit_of(&world, &external(&format!("http://{address}/task?item=1")), 2).await;
    let script = json!({"Workers": 2, "OpenExternalURL": true, "Answers": {"mood": "bad"}});
    crowd(&world, script).await;
    world.advance("1h").await;
    let asked = seen.lock().unwrap()[0].0.clone();
    for part in ["GET /task?item=1&assignmentId=3", &hit_id, "turkSubmitTo=http", "workerId=A"] {
        assert!(asked.contains(part), "{asked}");
    }
    let done = submitted(&world, &hit_id).await;
    assert_eq!(done.len(), 2);
    for (_, answer) in &done {
        for part in [">bad<", ">3<", "<QuestionIdentifier>seen</QuestionIdentifier><FreeText>3"] {
            assert!(answer.contains(part), "{answer}");
        }
        assert!(!answer.contains("assignmentId"), "{answer}");
    }
    // A HIT whose page is at a host that is not allowed is left to others.
    let other = hit_of(&world, &external("http://127.0.0.1:1/task"), 1).await;
    world.advance("1h").await;
    assert!(world.standing(&other).await.contains("0 pending 0 completed"));
    assert_eq!(progress(&world).await["Accepted"], 2);
}

#[tokio::test]
async fn while_the_clock_runs_work_is_submitted_when_it_is_answered() {
    let permits = Arc::new(Semaphore::new(0));
    let (address, seen) = server(a_label, Arc::clone(&permits)).await;
    let world = market(&address).await;
    let (stop, stopped) = watch::channel(false);
    let keeper = world.emulator.clone();
    let keeper = tokio::spawn(async move { keeper.keep_time(stopped).await });
    world.done("POST", "/clock", json!({"resume": true})).await;
    let hit_id = hit_of(&world, &html(PAGE), 1).await;
    let answers = json!({"label": {"Http": format!("http://{address}/")}});
    crowd(&world, json!({"WorkTime": {"Min": "0s"}, "Answers": answers})).await;
    while seen.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    let clock = world.done("GET", "/clock", Value::Null).await;
    assert_eq!(clock["target"], Value::Null, "the clock goes on: {clock}");
    assert!(world.standing(&hit_id).await.contains("1 pending 0 completed"));
    permits.add_permits(1);
    let path = format!("/wait?HITId={hit_id}&submitted=1");
    world.done("GET", &path, Value::Null).await;
    assert_eq!(submitted(&world, &hit_id).await.len(), 1);
    stop.send(true).unwrap();
    keeper.await.unwrap();
}

/// Each draws once from a list beside the asked field, whenever it was that they asked.
#[tokio::test]
async fn lists_beside_asked_fields_are_drawn_when_the_work_is_submitted() {
    let permits = Arc::new(Semaphore::new(0));
    let (address, seen) = server(a_label, Arc::clone(&permits)).await;
    let world = market(&address).await;
    let (stop, stopped) = watch::channel(false);
    let keeper = world.emulator.clone();
    let keeper = tokio::spawn(async move { keeper.keep_time(stopped).await });
    world.done("POST", "/clock", json!({"resume": true})).await;
    let hit_id = hit_of(&world, &html(PAGE), 3).await;
    let answers = json!({
        "label": {"Http": format!("http://{address}/")}, "extra": ["red", "green", "blue"],
    });
    let script = json!({"Workers": 3, "WorkTime": {"Min": "0s"}, "Answers": answers});
    crowd(&world, script).await;
    while seen.lock().unwrap().len() < 3 {
        tokio::task::yield_now().await;
    }
    permits.add_permits(3);
    world.done("GET", &format!("/wait?HITId={hit_id}&submitted=3"), Value::Null).await;
    let done = submitted(&world, &hit_id).await;
    for colour in [">red<", ">green<", ">blue<"] {
        let count = done.iter().filter(|(_, answer)| answer.contains(colour)).count();
        assert_eq!(count, 1, "{colour}: {done:?}");
    }
    stop.send(true).unwrap();
    keeper.await.unwrap();
}

#[tokio::test]
async fn robots_that_are_removed_ask_no_more() {
    for all in [false, true] {
        let (silent, unanswered) = server(a_label, Arc::new(Semaphore::new(0))).await;
        let (address, seen) = server(a_label, always()).await;
        let mut both = policy(&address);
        both.hosts.extend(policy(&silent).hosts);
        let world = World::with(|options| options.outbound = both).await;
        hit_of(&world, &html(PAGE), 20).await;
        let asks = |address: &str| json!({"*": {"Http": format!("http://{address}/")}});
        crowd(&world, json!({"Workers": 20, "Answers": asks(&silent)})).await;
        let removed = async {
            while unanswered.lock().unwrap().len() < 8 {
                tokio::task::yield_now().await;
            }
            let (method, path) = if all { ("POST", "/reset") } else { ("DELETE", "/robots") };
            world.done(method, path, Value::Null).await;
        };
        tokio::join!(world.advance("1h"), removed);
        let hit_id = hit_of(&world, &html(PAGE), 2).await;
        crowd(&world, json!({"Workers": 2, "Answers": asks(&address)})).await;
        world.advance("1h").await;
        let done = submitted(&world, &hit_id).await.len();
        assert_eq!((done, unanswered.lock().unwrap().len()), (2, 8));
        assert!(seen.lock().unwrap().len() >= 2);
    }
}

#[tokio::test]
async fn every_problem_of_the_answers_is_named() {
    let world = World::new().await;
    let script = json!({"Answers": {"a": {"Http": "x"}, "b": {"Accuracy": 2}, "c": {}}});
    let (status, refused) = world.control("POST", "/robots", script).await;
    assert_eq!(status, 400, "{refused}");
    let text = refused.to_string();
    for part in ["Answers.a.Http", "Answers.b.Accuracy: must be", "Answers.b: a rule", "Answers.c:"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
}

/// A call settles what is due too, before the task that keeps time does.
#[tokio::test]
async fn a_question_is_asked_whichever_turn_settles() {
    let (address, seen) = server(a_label, always()).await;
    let world = market(&address).await;
    let answers = json!({"label": {"Http": format!("http://{address}/")}});
    crowd(&world, json!({"WorkTime": {"Min": "0s"}, "Answers": answers})).await;
    world.done("POST", "/clock", json!({"resume": true})).await;
    let hit_id = hit_of(&world, &html(PAGE), 1).await;
    world.create_hit(json!({})).await;
    assert!(world.standing(&hit_id).await.contains("1 pending 0 completed"));
    world.emulator.engine().ask_outside().await;
    let path = format!("/wait?HITId={hit_id}&submitted=1&timeout=10s");
    world.done("GET", &path, Value::Null).await;
    assert_eq!(seen.lock().unwrap().len(), 1);
}

/// Until `done`, ten seconds at most.
async fn until(done: impl Fn() -> bool) {
    let wait = async {
        while !done() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), wait).await.unwrap();
}

#[tokio::test]
async fn a_crowd_that_is_added_during_a_jump_lets_others_have_their_answers() {
    let permits = Arc::new(Semaphore::new(0));
    let (address, seen) = server(a_label, Arc::clone(&permits)).await;
    let world = market(&address).await;
    let hit_id = hit_of(&world, &html(PAGE), 4).await;
    let answers = json!({"label": {"Http": format!("http://{address}/")}});
    crowd(&world, json!({"Workers": 4, "Answers": answers})).await;
    let added = async {
        until(|| !seen.lock().unwrap().is_empty()).await;
        let answered = async {
            until(|| seen.lock().unwrap().len() == 4).await;
            permits.add_permits(4);
        };
        tokio::join!(crowd(&world, json!({"Workers": 1})), answered);
    };
    tokio::join!(world.advance("1h"), added);
    let progress = progress(&world).await;
    assert_eq!((&progress["Submitted"], &progress["Returned"]), (&json!(4), &json!(0)));
    assert_eq!(submitted(&world, &hit_id).await.len(), 4);
}

/// What falls due by the time that a world says is settled in one turn, which cannot wait.
#[tokio::test]
async fn a_world_that_moves_the_clock_lets_questions_wait() {
    let (address, seen) = server(a_label, always()).await;
    let world = market(&address).await;
    let changes = json!({"Question": html(PAGE), "AssignmentDurationInSeconds": 86400});
    let hit_id = world.create_hit(changes).await;
    crowd(&world, json!({"Answers": {"label": {"Http": format!("http://{address}/")}}})).await;
    world.advance("0s").await;
    let later = json!({"Now": "2026-01-01T12:00:00Z"});
    world.done("POST", "/world", later).await;
    assert!(world.standing(&hit_id).await.contains("1 pending 0 completed"));
    world.advance("1s").await;
    assert_eq!(progress(&world).await["Returned"], 0);
    assert_eq!((submitted(&world, &hit_id).await.len(), seen.lock().unwrap().len()), (1, 1));
}

#[tokio::test]
async fn a_crowd_that_is_off_leaves_what_it_has_in_hand() {
    let (address, seen) = server(a_label, always()).await;
    let world = market(&address).await;
    let first = hit_of(&world, &html(PAGE), 1).await;
    let second = hit_of(&world, &html(PAGE), 1).await;
    crowd(&world, json!({"Answers": {"label": {"Http": format!("http://{address}/")}}})).await;
    world.advance("1s").await;
    assert!(world.standing(&first).await.contains("1 pending"));
    let world = world.restarted_with(|options| options.outbound = Policy::default()).await;
    world.advance("3m").await;
    assert!(world.standing(&first).await.contains("1 pending"));
    world.advance("10d").await;
    let progress = progress(&world).await;
    let counts = ["Accepted", "Submitted", "Returned", "Abandoned"].map(|name| &progress[name]);
    assert_eq!(counts, [&json!(1), &json!(0), &json!(0), &json!(1)]);
    assert!(world.standing(&second).await.contains("0 pending 0 completed"));
    assert_eq!(seen.lock().unwrap().len(), 0);
}
