//! The journal: what was asked of the Requester API, and what was answered.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::world::{Reply, World, hit};

async fn list(world: &World, query: &str) -> Vec<Value> {
    let page = world.done("GET", &format!("/requests{query}"), Value::Null).await;
    page["Requests"].as_array().unwrap().clone()
}

fn hint(call: &Value) -> (&str, &str) {
    (call["Error"]["Rule"].as_str().unwrap(), call["Error"]["Hint"].as_str().unwrap_or_default())
}

async fn lines(world: &World, query: &str, accept: &str) -> Reply {
    let request = Request::get(format!("/_mturk/requests{query}")).header("host", "localhost");
    world.send(request.header("accept", accept).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn each_call_is_there_with_request_and_answer() {
    let world = World::new().await;
    let made = world.send(world.request("CreateHIT", hit(json!({})).to_string())).await;
    world.by("OTHER").ok("ListHITs", json!({"MaxResults": 1})).await;
    let [first, second] = &*list(&world, "").await else { panic!() };
    assert_eq!((&first["Number"], &second["Number"]), (&json!(1), &json!(2)));
    assert_eq!(first["RequestId"], made.headers["x-amzn-requestid"].to_str().unwrap());
    assert_eq!((&first["Operation"], &first["Requester"]), (&json!("CreateHIT"), &json!("test")));
    assert_eq!((&first["Request"], &first["Answer"]), (&hit(json!({})), &made.json()));
    assert_eq!((&first["Status"], &first["IsCut"]), (&json!(200), &json!(false)));
    assert!(first["Microseconds"].is_u64() && first["Time"].is_string());
    assert!(first.get("Error").is_none());
    assert_eq!(second["Requester"], "OTHER");
    assert_eq!(second["Answer"], json!({"NumResults": 0, "HITs": []}));
}

#[tokio::test]
async fn a_refusal_says_which_rule_and_what_to_look_at() {
    let world = World::new().await;
    let hit_id = world.create_hit(json!({})).await;
    let hit_type = world.hit(&hit_id).await["HITTypeId"].as_str().unwrap().to_owned();
    let other = world.by("OTHER");
    let of_type = json!({"HITTypeId": hit_type, "LifetimeInSeconds": 60,
        "Question": hit(json!({}))["Question"]});
    other.fault("CreateHITWithHITType", of_type).await;
    other.fault("GetHIT", json!({"HITId": hit_id})).await;
    other.fault("GetHIT", json!({"HITId": "3NOBODY"})).await;
    other.fault("ListHITs", json!({"MaxResults": 101})).await;
    world.fault("DeleteHIT", json!({"HITId": hit_id})).await;
    world.send(world.request("NoSuch", "{}")).await;
    let found = list(&world, "?error=any").await;
    let found: Vec<_> = found.iter().map(hint).collect();
    let [of_type, of_other, of_nobody] = [
        format!("HITTypeId {hit_type}: belongs to another requester, test"),
        format!("HITId {hit_id}: belongs to another requester, test"),
        "HITId 3NOBODY: no requester owns it".to_owned(),
    ];
    assert_eq!(
        found,
        [
            ("Ownership", &*of_type),
            ("Ownership", &of_other),
            ("Ownership", &of_nobody),
            ("Model", "MaxResults 101: at most 100"),
            ("State", ""),
            ("Protocol", ""),
        ]
    );
}

#[tokio::test]
async fn calls_are_filtered_and_paged() {
    let world = World::new().await;
    let other = world.by("OTHER");
    for _ in 0..3 {
        world.ok("ListHITs", json!({})).await;
        other.ok("GetAccountBalance", json!({})).await;
        other.fault("GetHIT", json!({"HITId": "3NOBODY"})).await;
    }
    for (query, numbers) in [
        ("?operation=ListHITs", &[1, 4, 7][..]),
        ("?requester=OTHER&limit=3", &[2, 3, 5]),
        ("?requester=OTHER&after=3", &[5, 6, 8, 9]),
        ("?error=HITDoesNotExist", &[3, 6, 9]),
        ("?error=AWS.MechanicalTurk.HITDoesNotExist&limit=1", &[3]),
        ("?error=ServiceFault", &[]),
        ("?text=hitdoesnotexist", &[3, 6, 9]),
        ("?text=hitdoesnotexist&after=3&limit=1", &[6]),
        ("?text=hitdoesnotexist&operation=ListHITs", &[]),
        ("?requester=NOBODY", &[]),
        ("?after=9", &[]),
    ] {
        let found = list(&world, query).await;
        let found: Vec<_> = found.iter().map(|call| call["Number"].as_i64().unwrap()).collect();
        assert_eq!(found, numbers, "{query}");
    }
    for query in ["?operation=Nothing", "?limit=0", "?after=-1", "?format=xml"] {
        let path = format!("/requests{query}");
        assert_eq!(world.control("GET", &path, Value::Null).await.0, 400, "{query}");
    }
    let jsonl = lines(&world, "?error=any", "application/x-ndjson").await;
    assert_eq!(jsonl.headers["content-type"], "application/x-ndjson");
    assert_eq!(jsonl.text, lines(&world, "?error=any&format=jsonl", "*/*").await.text);
    let numbers = jsonl.text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    assert_eq!(numbers.map(|call| call["Number"].as_i64().unwrap()).collect::<Vec<_>>(), [3, 6, 9]);
}

#[tokio::test]
async fn long_calls_come_in_several_pages() {
    let world = World::new().await;
    let long = json!({"Zeros": vec![0; 450_000]}).to_string();
    for _ in 0..5 {
        world.send(world.request("ListHITs", long.clone())).await;
    }
    let mut pages = Vec::new();
    let mut after = json!(0);
    while let calls = list(&world, &format!("?after={after}")).await
        && let Some(last) = calls.last()
    {
        assert_eq!(last["Request"]["Zeros"].as_array().unwrap().len(), 450_000);
        after = last["Number"].clone();
        pages.push(calls.len());
    }
    assert_eq!(pages, [3, 2]);
}

#[tokio::test]
async fn what_lets_in_is_masked() {
    let world = World::new().await;
    let url = "https://me:hush@example.com/?id=1&amp;X-Amz-Signature=hush&amp;token=hush";
    let question = hit(json!({}))["Question"].as_str().unwrap().replace("https://example.com", url);
    let secret = json!({"SecretAccessKey": "hush", "UniqueRequestToken": "seen"});
    world.send(world.request("CreateHIT", hit(secret).to_string())).await;
    let with_url = hit(json!({"Question": question}));
    world.send(world.request("CreateHIT", with_url.to_string())).await;
    world.send(world.request("CreateHIT", "no JSON: http://x/?sig=hush")).await;
    let shown = lines(&world, "", "application/json").await.text;
    assert!(!shown.contains("hush") && shown.contains("seen"), "{shown}");
    let [_, _, no_json] = &*list(&world, "").await else { panic!() };
    assert_eq!(no_json["Request"], "no JSON: http://x/?sig=…");
}

#[tokio::test]
async fn it_is_emptied_and_may_be_off() {
    let world = World::new().await;
    world.ok("ListHITs", json!({})).await;
    assert_eq!(world.done("DELETE", "/requests", Value::Null).await, json!({"Removed": 1}));
    assert_eq!(list(&world, "").await, [Value::Null; 0]);
    world.create_hit(json!({})).await;
    assert_eq!(list(&world, "").await[0]["Number"], 2);
    world.done("POST", "/reset", json!({"Requester": "test"})).await;
    assert_eq!(list(&world, "").await.len(), 1);
    world.done("POST", "/reset", json!({})).await;
    assert_eq!(list(&world, "").await, [Value::Null; 0]);
    let off = World::with(|options| options.journal_bytes = 0).await;
    off.ok("ListHITs", json!({})).await;
    for method in ["GET", "DELETE"] {
        let (status, answer) = off.control(method, "/requests", Value::Null).await;
        assert_eq!((status, &answer["error"]["code"]), (409, &json!("Conflict")));
    }
}

#[tokio::test]
async fn old_calls_go_and_are_counted() {
    let world = World::with(|options| options.journal_bytes = 4000).await;
    for _ in 0..50 {
        world.ok("ListHITs", json!({})).await;
    }
    let page = world.done("GET", "/requests", Value::Null).await;
    let kept = page["Requests"].as_array().unwrap();
    assert!(kept.len() > 3 && kept.len() < 20, "{}", kept.len());
    assert_eq!(page["Dropped"], 50 - kept.len());
    assert_eq!(kept.last().unwrap()["Number"], 50);
}
