//! QuestionForms on the site: of a HIT, and of a qualification test.

use serde_json::{Value, json};

use super::{answers, assignment, group, location};
use crate::forms::FORM;
use crate::qualified::tested;
use crate::world::{Reply, World};

/// A form of two fields, the second a file, as a browser posts it.
fn parts(title: &str, song: &str) -> String {
    format!(
        "--X\r\nContent-Disposition: form-data; name=\"Answer_1\"\r\n\r\n{title}\r\n\
         --X\r\nContent-Disposition: form-data; name=\"Answer_2\"; filename=\"s.ogg\"\r\n\
         Content-Type: audio/ogg\r\n\r\n{song}\r\n--X--\r\n"
    )
}

async fn hand_in(world: &World, path: &str, body: &str) -> Reply {
    let headers = [
        ("origin", "http://localhost"),
        ("sec-fetch-site", "same-origin"),
        ("content-type", "multipart/form-data; boundary=X"),
    ];
    world.browser("A1ANNA").send("POST", path, &headers, body).await
}

#[tokio::test]
async fn a_form_is_looked_at_filled_in_and_submitted() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"Question": FORM})).await;
    let (browser, group) = (world.browser("A1ANNA"), group(&world, &hit).await);
    let preview = browser.get(&format!("/projects/{group}/tasks")).await;
    assert!(preview.contains("Its title") && preview.contains("disabled"), "{preview}");
    let page = browser.accept(&group).await;
    let id = assignment(&page);
    let path = format!("/projects/{group}/tasks/{hit}/submit?assignment_id={id}");
    let text = browser.get(&page).await;
    let action = format!("enctype=\"multipart/form-data\" action=\"{path}\"");
    assert!(text.contains(&action) && text.contains("name=\"Answer_1\""), "{text}");
    let back = hand_in(&world, &path, &parts("", "la")).await;
    assert_eq!(back.status, 200, "{}", back.text);
    assert!(back.text.contains("name=\"Answer_1\"") && answers(&world, &hit).await.is_empty());
    let json = hand_in(&world, &format!("{path}&format=json"), &parts("", "la la")).await;
    assert_eq!(json.status, 422, "{}", json.text);
    let done = hand_in(&world, &path, &parts("<Song>", "la la")).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let answers = answers(&world, &hit).await;
    assert!(answers[0].contains("<FreeText>&lt;Song&gt;</FreeText>"), "{answers:?}");
    let asked = json!({"AssignmentId": id, "QuestionIdentifier": "song"});
    assert!(world.ok("GetFileUploadURL", asked).await["FileUploadURL"].is_string());
}

#[tokio::test]
async fn another_workers_form_is_not_submitted() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"Question": FORM})).await;
    let work = world.accept("A2BEN", &hit).await;
    let path = format!("/projects/{}/tasks/{hit}/submit", group(&world, &hit).await);
    let path = format!("{path}?assignment_id={work}&format=json");
    let refused = hand_in(&world, &path, &parts("Song", "la la")).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert!(refused.text.contains("Another worker") && answers(&world, &hit).await.is_empty());
}

#[tokio::test]
async fn a_test_is_taken_on_its_page() {
    let world = World::new().await;
    for (choice, value) in [("paris", 80), ("rome", 5)] {
        let id = world.qualify(tested(json!({"Name": choice}))).await;
        let (browser, path) = (world.browser("A1ANNA"), format!("/qualifications/{id}"));
        let asked = browser.post(&format!("{path}/request"), "").await;
        assert_eq!(location(&asked), format!("{path}?now=test"));
        let page = browser.get(&path).await;
        assert!(page.contains("The capital of France?") && page.contains("Paris"), "{page}");
        let field = page.split("name=\"Answer_1\"").nth(1).unwrap();
        assert!(!field.is_empty() && !page.contains("disabled"), "{page}");
        let body = format!(
            "--X\r\nContent-Disposition: form-data; name=\"Answer_1\"\r\n\r\n{choice}\r\n--X--\r\n"
        );
        let handed = hand_in(&world, &format!("{path}/test"), &body).await;
        assert_eq!(handed.status, 303, "{}", handed.text);
        world.decide(&id, value).await;
    }
}

impl World {
    /// What the worker waits for is decided by the requester, or was by the key.
    async fn decide(&self, type_id: &str, value: i64) {
        let asked = json!({"QualificationTypeId": type_id});
        let waiting = self.ok("ListQualificationRequests", asked.clone()).await;
        let requests: Vec<Value> = waiting["QualificationRequests"].as_array().unwrap().clone();
        for request in requests {
            let answer = request["Answer"].as_str().unwrap();
            assert!(answer.contains("SelectionIdentifier"), "{answer}");
            let id = &request["QualificationRequestId"];
            let granted = json!({"QualificationRequestId": id, "IntegerValue": value});
            self.ok("AcceptQualificationRequest", granted).await;
        }
        let asked = json!({"QualificationTypeId": type_id, "WorkerId": "A1ANNA"});
        let has = self.ok("GetQualificationScore", asked).await;
        assert_eq!(has["Qualification"]["IntegerValue"], value);
    }
}
