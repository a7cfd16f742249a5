//! Webhooks: the event log as signed POSTs, at least once and in order.

use std::sync::Arc;
use std::time::Duration;

use mturk_local::emulator::{Backend, Options};
use mturk_local::outbound::Policy;
use mturk_local::rules::outbound::AllowedHost;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::state::write;
use crate::world::{World, hit};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// More than any step takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a receiver got: its head in lower case, and its body.
type Received = (String, Value);

/// A server that answers each POST with the next status, and then with 200.
struct Receiver {
    url: String,
    received: mpsc::UnboundedReceiver<Received>,
}

impl Receiver {
    async fn answering(statuses: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook?key=k1", listener.local_addr().unwrap());
        let (sender, received) = mpsc::unbounded_channel();
        let mut statuses: Vec<String> = statuses.iter().rev().map(|&one| one.into()).collect();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut text = String::new();
                let read = loop {
                    if let Some((head, body)) = text.split_once("\r\n\r\n")
                        && let Ok(body) = serde_json::from_str(body)
                    {
                        break (head.to_lowercase(), body);
                    }
                    let mut more = [0; 4096];
                    let count = stream.read(&mut more).await.unwrap();
                    text.push_str(std::str::from_utf8(&more[..count]).unwrap());
                };
                let status = statuses.pop().unwrap_or_else(|| "200 OK".into());
                let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.unwrap();
                if sender.send(read).is_err() {
                    return;
                }
            }
        });
        Self { url, received }
    }

    async fn next(&mut self) -> Received {
        timeout(PATIENCE, self.received.recv()).await.unwrap().unwrap()
    }

    /// The types of the next events.
    async fn types(&mut self, count: usize) -> Vec<String> {
        let mut types = Vec::new();
        for _ in 0..count {
            types.push(self.next().await.1["EventType"].as_str().unwrap().to_owned());
        }
        types
    }

    /// Whether nothing comes for a while.
    async fn is_quiet(&mut self) -> bool {
        timeout(Duration::from_millis(300), self.received.recv()).await.is_err()
    }
}

/// Delivers until it is dropped or stopped.
struct Delivering {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Delivering {
    fn start(world: &World) -> Self {
        let (stop, stopped) = watch::channel(false);
        let emulator: Backend = world.emulator.clone();
        let task = tokio::spawn(async move { emulator.deliver(stopped).await });
        Self { stop, task }
    }

    async fn stop(self) {
        self.stop.send(true).unwrap();
        self.task.await.unwrap();
    }
}

fn allowing(hosts: &[&str]) -> impl FnOnce(&mut Options) {
    let hosts = hosts.iter().map(|host| AllowedHost::parse(host).unwrap()).collect();
    move |options: &mut Options| options.outbound = Policy { hosts, ..Policy::default() }
}

async fn add(world: &World, webhook: Value) -> Value {
    world.done("POST", "/webhooks", webhook).await["Webhooks"][0].take()
}

async fn listed(world: &World) -> Vec<Value> {
    world.done("GET", "/webhooks", Value::Null).await["Webhooks"].as_array().unwrap().clone()
}

/// The first webhook, once it is as wanted.
async fn once(world: &World, wanted: impl Fn(&Value) -> bool) -> Value {
    let changes = async {
        let mut changes = world.emulator.engine().changes();
        loop {
            let first = listed(world).await.remove(0);
            if wanted(&first) {
                return first;
            }
            assert!(changes.next().await);
        }
    };
    timeout(PATIENCE, changes).await.unwrap()
}

async fn create_hit(world: &World) -> String {
    let made = world.ok("CreateHIT", hit(json!({}))).await;
    made["HIT"]["HITId"].as_str().unwrap().to_owned()
}

async fn submit(world: &World, hit_id: &str) {
    world.done("POST", &format!("/hits/{hit_id}/submissions"), json!({})).await;
}

fn header<'h>(head: &'h str, name: &str) -> &'h str {
    let line = head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.unwrap_or_else(|| panic!("{name} in {head}"))
}

#[tokio::test]
async fn a_webhook_gets_the_events_after_its_registration_in_order() {
    let world = World::with(allowing(&["127.0.0.1"])).await;
    let _delivering = Delivering::start(&world);
    let mut receiver = Receiver::answering(&[]).await;
    let early = create_hit(&world).await;
    let added = add(&world, json!({"Url": receiver.url, "Description": "mine"})).await;
    assert!(added["Secret"].as_str().unwrap().starts_with("whsec_"), "{added}");
    assert_eq!((&added["After"], &added["Off"]), (&json!(1), &Value::Null));
    submit(&world, &early).await;
    create_hit(&world).await;
    let expected = world.done("GET", "/events?after=1", Value::Null).await["Events"].take();
    for event in expected.as_array().unwrap() {
        let (head, body) = receiver.next().await;
        assert_eq!(body, *event);
        assert!(head.starts_with("post /hook?key=k1 http/1.1"), "{head}");
        assert_eq!(header(&head, "mturk-local-event"), event["Event"].to_string());
        assert_eq!(header(&head, "webhook-id").len(), 40);
        assert!(header(&head, "webhook-signature").starts_with("v1,"));
    }
    let last = expected.as_array().unwrap().last().unwrap()["Event"].clone();
    let shown = once(&world, |shown| shown["After"] == last).await;
    let expected = json!({"Webhook": added["Webhook"], "Url": receiver.url, "After": last,
        "Description": "mine"});
    assert_eq!(shown, expected, "no secret, and no failure");
    assert!(receiver.is_quiet().await);
}

#[tokio::test]
async fn a_webhook_gets_what_it_asked_for() {
    let world = World::with(allowing(&["127.0.0.1"])).await;
    let _delivering = Delivering::start(&world);
    let mut receiver = Receiver::answering(&[]).await;
    let early = create_hit(&world).await;
    let other = world.by("OTHER");
    create_hit(&other).await;
    let wanted = json!({"Url": receiver.url, "Requester": "OTHER", "After": 0,
        "Events": ["HITCreated", "AssignmentSubmitted"]});
    add(&world, wanted).await;
    submit(&world, &early).await;
    let hit_id = create_hit(&other).await;
    submit(&world, &hit_id).await;
    let types = receiver.types(3).await;
    assert_eq!(types, ["HITCreated", "HITCreated", "AssignmentSubmitted"]);
    assert!(receiver.is_quiet().await);
    let removed = world.done("DELETE", "/webhooks", Value::Null).await;
    assert_eq!(removed, json!({"Removed": 1}));
    create_hit(&other).await;
    assert!(receiver.is_quiet().await);
    assert_eq!(listed(&world).await, [Value::Null; 0]);
}

#[tokio::test]
async fn events_that_a_webhook_does_not_get_cost_no_turn_that_writes() {
    let world = World::with(allowing(&["127.0.0.1"])).await;
    let _delivering = Delivering::start(&world);
    let mut receiver = Receiver::answering(&[]).await;
    add(&world, json!({"Url": receiver.url, "Events": ["AssignmentSubmitted"]})).await;
    let hit_id = create_hit(&world).await;
    // On a shared store events get their numbers in turns of their own.
    let is_shared = world.is_postgres();
    let mut changes = world.emulator.engine().changes();
    assert!(receiver.is_quiet().await);
    assert!(is_shared || !changes.has_changed());
    assert_eq!(listed(&world).await[0]["After"], 0);
    // Those of a market that is gone are not passed over.
    world.done("POST", "/snapshots/one", Value::Null).await;
    for _ in 0..20 {
        create_hit(&world).await;
    }
    assert!(receiver.is_quiet().await);
    world.done("POST", "/snapshots/one/restore", Value::Null).await;
    submit(&world, &hit_id).await;
    let (_, body) = receiver.next().await;
    assert_eq!(
        (&body["HITId"], &body["EventType"]),
        (&json!(hit_id), &json!("AssignmentSubmitted"))
    );
    let number = body["Event"].as_i64().unwrap();
    once(&world, |shown| shown["After"].as_i64() >= Some(number)).await;
    // Many events together are passed over in the store too.
    let many = "INSERT INTO events (event_type, event_at, requester_id, hit_type_id, hit_id) \
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) \
        SELECT 'Ping', 0, 'R', 'T', 'H' FROM n";
    write(&world, many).await;
    create_hit(&world).await;
    once(&world, |shown| shown["After"].as_i64() >= Some(number + 1000)).await;
    changes.mark_seen();
    assert!(receiver.is_quiet().await);
    assert!(is_shared || !changes.has_changed());
}

#[tokio::test]
async fn an_event_is_sent_again_until_it_is_taken() {
    let world = World::with(allowing(&["127.0.0.1"])).await;
    let _delivering = Delivering::start(&world);
    let redirect = "307 Temporary Redirect\r\nlocation: http://127.0.0.1:1/";
    let mut receiver = Receiver::answering(&["500 Internal Server Error", redirect]).await;
    add(&world, json!({"Url": receiver.url})).await;
    create_hit(&world).await;
    let (first, body) = receiver.next().await;
    let failing = once(&world, |shown| shown["Failures"] == 1).await;
    assert_eq!(failing["Failure"], "HTTP status 500 Internal Server Error");
    assert!(failing["NextAttempt"].is_string());
    create_hit(&world).await;
    let (second, _) = receiver.next().await;
    let failing = once(&world, |shown| shown["Failures"] == 2).await;
    assert!(failing["Failure"].as_str().unwrap().contains("redirects are not followed"));
    let retried = world.done("POST", "/webhooks/retry", Value::Null).await;
    assert_eq!(retried["Webhooks"][0]["Failures"], 2);
    let (third, again) = receiver.next().await;
    assert_eq!(again, body, "the order stays");
    let ids = [first, second, third].map(|head| header(&head, "webhook-id").to_owned());
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(receiver.next().await.1["Event"], 2);
    let shown = once(&world, |shown| shown["After"] == 2).await;
    assert_eq!(shown["Failures"], Value::Null);
    let (status, _) = world.control("POST", "/webhooks/retry?webhook=no", Value::Null).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_webhook_is_off_until_its_host_is_allowed() {
    let world = World::with(allowing(&["127.0.0.1"])).await;
    let delivering = Delivering::start(&world);
    let mut receiver = Receiver::answering(&[]).await;
    let url = receiver.url.replace("127.0.0.1", "localhost");
    let added = add(&world, json!({"Url": url, "After": 0})).await;
    let off = added["Off"].as_str().unwrap();
    assert!(off.starts_with("the host localhost:") && off.contains("--allow-outbound"), "{off}");
    create_hit(&world).await;
    assert!(receiver.is_quiet().await);
    assert_eq!(listed(&world).await[0]["Off"], off);
    delivering.stop().await;
    let world = world.restarted_with(allowing(&["localhost"])).await;
    let _delivering = Delivering::start(&world);
    assert_eq!(receiver.types(1).await, ["HITCreated"]);
    let shown = once(&world, |shown| shown["After"] == 1).await;
    assert_eq!(shown["Off"], Value::Null);
}

#[tokio::test]
async fn what_a_webhook_has_not_got_is_kept() {
    let world = World::with(allowing(&["127.0.0.1"])).await;
    add(&world, json!({"Url": "http://127.0.0.1:1/", "After": 1})).await;
    for _ in 0..4 {
        create_hit(&world).await;
    }
    let engine = Arc::clone(world.emulator.engine());
    engine.prune_events_to(1, 100).await.unwrap();
    let first = world.done("GET", "/events", Value::Null).await["Events"][0]["Event"].take();
    assert_eq!(first, 2);
    engine.prune_events_to(1, 2).await.unwrap();
    let first = world.done("GET", "/events", Value::Null).await["Events"][0]["Event"].take();
    assert_eq!(first, 3, "within bounds");
    world.done("DELETE", "/webhooks", Value::Null).await;
    engine.prune_events_to(1, 100).await.unwrap();
    let first = world.done("GET", "/events", Value::Null).await["Events"][0]["Event"].take();
    assert_eq!(first, 4);
}

#[tokio::test]
async fn webhooks_are_part_of_the_market() {
    let world = World::with(allowing(&[])).await;
    create_hit(&world.by("OTHER")).await;
    let named = json!({"Url": "https://a.test/x", "Events": ["Ping"], "Secret": SECRET,
        "Requester": "OTHER", "Description": "d"});
    let both = json!([named, {"Url": "http://b.test/"}]);
    let added = world.done("POST", "/webhooks", both).await;
    assert_eq!(added["Webhooks"][0]["Secret"], SECRET);
    let dumped = world.done("GET", "/world", Value::Null).await;
    let plain = json!({"Url": "https://a.test/x", "Events": ["Ping"], "Requester": "OTHER",
        "Description": "d"});
    assert_eq!(dumped["Webhooks"], json!([plain, {"Url": "http://b.test/"}]));
    assert!(!dumped.to_string().contains("whsec_"));
    world.done("POST", "/snapshots/two", Value::Null).await;
    world.done("POST", "/reset", json!({"Requester": "OTHER"})).await;
    assert_eq!(listed(&world).await[0]["Url"], "http://b.test/");
    world.done("POST", "/reset", json!({})).await;
    assert_eq!(listed(&world).await, [Value::Null; 0]);
    let loaded = world.done("POST", "/world", dumped.clone()).await;
    assert_eq!(loaded["Loaded"]["Webhooks"], 2);
    assert!(listed(&world).await.iter().all(|one| one["Off"].is_string()));
    world.done("DELETE", "/webhooks", Value::Null).await;
    world.done("POST", "/snapshots/two/restore", Value::Null).await;
    let back = listed(&world).await;
    assert_eq!(back.len(), 2);
    assert_eq!(back[0]["Webhook"], added["Webhooks"][0]["Webhook"]);
}

#[tokio::test]
async fn every_problem_of_a_webhook_is_named() {
    let world = World::new().await;
    let bad = json!([{"Url": "x", "Secret": "hush", "Events": []}, {"Events": ["No"], "Odd": 1}]);
    let (status, answer) = world.control("POST", "/webhooks", bad).await;
    assert_eq!((status, &answer["error"]["code"]), (400, &json!("BadWorld")));
    let text = answer.to_string();
    for problem in ["0]: Url", "0]: Secret", "0]: Events", "1].Events[0]", "1].Odd", "1]: Url"] {
        assert!(text.contains(&format!("Webhooks[{problem}")), "{problem} in {text}");
    }
    assert!(!text.contains("hush"));
    let many: Vec<Value> = (0..100).map(|n| json!({"Url": format!("http://h{n}.test")})).collect();
    world.done("POST", "/webhooks", json!(many)).await;
    let (status, answer) = world.control("POST", "/webhooks", many[0].clone()).await;
    assert_eq!(status, 400);
    assert!(answer.to_string().contains("more than 100 webhooks"), "{answer}");
}

#[tokio::test]
async fn a_restored_webhook_gets_the_events_of_the_restored_market() {
    let world = World::with(allowing(&["127.0.0.1"])).await;
    let _delivering = Delivering::start(&world);
    let mut receiver = Receiver::answering(&["500 Internal Server Error"]).await;
    add(&world, json!({"Url": receiver.url})).await;
    world.done("POST", "/snapshots/begun", Value::Null).await;
    let first = create_hit(&world).await;
    assert_eq!(receiver.next().await.1["HITId"], first);
    once(&world, |shown| shown["Failures"] == 1).await;
    world.done("POST", "/snapshots/begun/restore", Value::Null).await;
    let shown = listed(&world).await.remove(0);
    assert_eq!((&shown["After"], &shown["Failures"]), (&json!(0), &Value::Null));
    let other = world.by("OTHER");
    let second = create_hit(&other).await;
    let (_, body) = receiver.next().await;
    assert_eq!((&body["HITId"], &body["EventType"]), (&json!(second), &json!("HITCreated")));
    assert!(receiver.is_quiet().await, "what was lost with the restore is not sent");
}

#[tokio::test]
async fn webhooks_of_a_loaded_world_begin_behind_what_has_happened() {
    let world = World::with(allowing(&["127.0.0.1"])).await;
    let _delivering = Delivering::start(&world);
    let mut receiver = Receiver::answering(&[]).await;
    create_hit(&world).await;
    world.done("POST", "/world", json!({"Webhooks": [{"Url": receiver.url}]})).await;
    let hit_id = create_hit(&world).await;
    assert_eq!(receiver.next().await.1["HITId"], hit_id);
    assert!(receiver.is_quiet().await);
}

/// Takes connections and never answers.
async fn hanging() -> (String, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    (format!("http://{}/", listener.local_addr().unwrap()), listener)
}

#[tokio::test]
async fn receivers_that_hang_keep_nobody_waiting() {
    let world = World::with(allowing(&["127.0.0.1"])).await;
    let _delivering = Delivering::start(&world);
    let (url, _listener) = hanging().await;
    let many: Vec<Value> = (0..20).map(|_| json!({"Url": url})).collect();
    world.done("POST", "/webhooks", json!(many)).await;
    let mut receiver = Receiver::answering(&[]).await;
    add(&world, json!({"Url": receiver.url})).await;
    create_hit(&world).await;
    // An attempt takes ten seconds.
    let types = timeout(Duration::from_secs(8), receiver.types(1)).await;
    assert_eq!(types.unwrap(), ["HITCreated"]);
}

#[tokio::test]
async fn the_head_of_an_answer_is_enough() {
    let world = World::with(allowing(&["127.0.0.1"])).await;
    let _delivering = Delivering::start(&world);
    // A body that ends in the middle.
    let mut receiver = Receiver::answering(&["200 OK\r\ntransfer-encoding: chunked"]).await;
    add(&world, json!({"Url": receiver.url})).await;
    create_hit(&world).await;
    assert_eq!(receiver.next().await.1["Event"], 1);
    let shown = once(&world, |shown| shown["After"] == 1 || shown["Failures"] == 1).await;
    assert_eq!((&shown["After"], &shown["Failures"]), (&json!(1), &Value::Null));
    assert!(receiver.is_quiet().await);
}

#[tokio::test]
async fn a_stop_waits_a_second_for_a_receiver_and_answers_others_before() {
    let world = World::with(allowing(&["127.0.0.1"])).await;
    let delivering = Delivering::start(&world);
    let (url, listener) = hanging().await;
    add(&world, json!({"Url": url})).await;
    create_hit(&world).await;
    let _connection = timeout(PATIENCE, listener.accept()).await.unwrap().unwrap();
    let mut closing = world.emulator.engine().closing();
    let stopped_at = std::time::Instant::now();
    delivering.stop.send(true).unwrap();
    timeout(PATIENCE, closing.wait_for(|is_closed| *is_closed)).await.unwrap().unwrap();
    assert!(!delivering.task.is_finished(), "those who wait for changes come first");
    timeout(PATIENCE, delivering.task).await.unwrap().unwrap();
    assert!(stopped_at.elapsed() < Duration::from_millis(2500));
    let shown = listed(&world).await.remove(0);
    assert_eq!((&shown["After"], &shown["Failures"]), (&json!(0), &Value::Null), "not failed");
}
