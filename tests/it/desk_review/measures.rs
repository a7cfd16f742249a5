//! Much work: pages of it, and measures that are counted in the background.

use axum::body::Body;
use axum::http::Request;
use futures_util::StreamExt as _;
use serde_json::{Value, json};

use super::{all, work};
use crate::desk::{Browser, location};
use crate::world::World;

/// Until the count of this browser's requester is done, or has failed.
async fn counted(world: &World, browser: &Browser) {
    let cookies = browser.cookies.iter().map(|(name, value)| format!("{name}={value}"));
    let request = Request::get("/requester/live?measuring=1").header("host", "localhost:1770");
    let request = request.header("cookie", cookies.collect::<Vec<_>>().join("; "));
    let stream = world.front.answer(request.body(Body::empty()).unwrap()).await;
    let mut stream = stream.into_body().into_data_stream();
    let mut said = String::new();
    while let Some(chunk) = stream.next().await {
        said.push_str(str::from_utf8(&chunk.unwrap()).unwrap());
    }
    assert!(said.contains("event: done"), "{said}");
}

#[tokio::test]
async fn measures_are_counted_in_the_background_for_one_requester_at_a_time() {
    let world = World::new().await;
    let mut hits = Vec::new();
    for labels in [["cat", "cat"], ["cat", "dog"], ["dog", "dog"]] {
        let hit = world.create_hit(json!({})).await;
        for (worker, label) in ["A1A", "A1B"].iter().zip(labels) {
            work(&world, worker, &hit, "30s", json!({"label": label})).await;
        }
        hits.push(hit);
    }
    let of_type = world.hit(&hits[0]).await["HITTypeId"].as_str().unwrap().to_owned();
    let mut browser = Browser::of(&world, "test").await;
    let none = browser.get(&world, "/measures").await.text;
    assert!(none.contains("Nothing is measured"), "{none}");
    let begun = browser.post(&world, &format!("/types/{of_type}/measures"), &[]).await;
    assert_eq!(location(&begun), "/requester/measures");
    counted(&world, &browser).await;
    let page = browser.get(&world, "/measures").await.text;
    for shown in ["66.7 %", ">0.444<", "6 assignments by 2 workers", "<svg"] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert!(!page.contains("data-stream"), "nothing is under way");
    // Another count takes its place.
    location(&browser.post(&world, &format!("/hits/{}/measures", hits[0]), &[]).await);
    counted(&world, &browser).await;
    let page = browser.get(&world, "/measures").await.text;
    assert!(page.contains("2 assignments by 2 workers"), "{page}");
    let mut stranger = Browser::of(&world, "OTHER").await;
    assert!(stranger.get(&world, "/measures").await.text.contains("Nothing is measured"));
    for path in [format!("/types/{of_type}/measures"), format!("/hits/{}/measures", hits[0])] {
        assert_eq!(stranger.post(&world, &path, &[]).await.status, 404);
        assert_eq!(stranger.post_without_token(&world, &path, &[]).await.status, 403);
    }
    location(&browser.post(&world, "/measures/cancel", &[]).await);
    assert!(browser.get(&world, "/measures").await.text.contains("Nothing is measured"));
    location(&browser.post(&world, &format!("/hits/{}/measures", hits[0]), &[]).await);
    counted(&world, &browser).await;
    world.done("POST", "/reset", json!({})).await;
    let page = browser.get(&world, "/measures").await.text;
    assert!(page.contains("Nothing is measured"), "a reset forgets it: {page}");
}

/// A world with so many HITs of one type, on each of which so many workers have submitted.
fn much(hits: usize, of_each: usize) -> Value {
    let answer = "<QuestionFormAnswers xmlns=\"http://mechanicalturk.amazonaws.com/\
        AWSMechanicalTurkDataSchemas/2005-10-01/QuestionFormAnswers.xsd\"><Answer>\
        <QuestionIdentifier>label</QuestionIdentifier><FreeText>cat</FreeText></Answer>\
        </QuestionFormAnswers>";
    let mut made = Vec::new();
    let mut assignments = Vec::new();
    for hit in 0..hits {
        let id = format!("3HIT{hit:026}");
        made.push(json!({
            "HITId": id, "Title": "Much", "Description": "D", "Reward": "0.01",
            "CreationTime": "2026-01-01T00:00:00Z", "Expiration": "2026-01-02T00:00:00Z",
            "MaxAssignments": of_each, "AssignmentDurationInSeconds": 600,
            "AutoApprovalDelayInSeconds": 2_592_000, "HITStatus": "Reviewable",
            "Question": crate::world::hit(json!({}))["Question"]
        }));
        for number in 0..of_each {
            assignments.push(json!({
                "AssignmentId": format!("3ASS{hit:013}{number:013}"), "HITId": id,
                "WorkerId": format!("A1W{number:04}"), "AssignmentStatus": "Submitted",
                "AcceptTime": "2026-01-01T00:00:00Z", "SubmitTime": "2026-01-01T00:00:10Z",
                "AutoApprovalTime": "2026-01-31T00:00:10Z", "Answer": answer
            }));
        }
    }
    json!({"HITs": made, "Assignments": assignments})
}

#[tokio::test]
async fn five_thousand_assignments_of_a_type_scroll_by_pages() {
    let world = World::new().await;
    world.advance("1m").await;
    world.done("POST", "/world", much(50, 101)).await;
    let of_type = world.hit(&format!("3HIT{:026}", 0)).await;
    let of_type = of_type["HITTypeId"].as_str().unwrap().to_owned();
    let mut browser = Browser::of(&world, "test").await;
    for order in ["newest", "oldest"] {
        let path = format!("/types/{of_type}/answers?order={order}");
        let (mut found, pages) = all(&mut browser, &world, &path).await;
        assert_eq!((found.len(), pages), (5050, 101), "{order}");
        found.sort();
        found.dedup();
        assert_eq!(found.len(), 5050, "{order}: none twice");
    }
    let page = browser.get(&world, &format!("/types/{of_type}/answers?measures=all")).await.text;
    assert!(page.contains("Measure all of them in the background"), "{page}");
    assert!(page.contains("More follow, which are not counted here"));
    location(&browser.post(&world, &format!("/types/{of_type}/measures"), &[]).await);
    counted(&world, &browser).await;
    let page = browser.get(&world, "/measures").await.text;
    assert!(page.contains("5050 assignments by 101 workers"), "{page}");
}
