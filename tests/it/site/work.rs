//! Preview, accept, work, return, and what became of it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{assignment, group, html_question, location};
use crate::world::World;

#[tokio::test]
async fn a_preview_is_found_by_type_and_by_group() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"Title": "<i>T</i> & \"co\""})).await;
    let shown = world.hit(&hit).await;
    let browser = world.browser("A1");
    for name in ["HITTypeId", "HITGroupId"] {
        let id = shown[name].as_str().unwrap();
        let page = browser.get(&format!("/projects/{id}/tasks")).await;
        assert!(page.contains("&#60;i&#62;T&#60;/i&#62; &#38; &#34;co&#34;"), "{page}");
        let src = "src=\"https://example.com/task?assignmentId=ASSIGNMENT_ID_NOT_AVAILABLE\
            &#38;hitId=";
        assert!(page.contains(src) && page.contains("height=\"400\""), "{page}");
        let old = browser.send("GET", &format!("/mturk/preview?groupId={id}"), &[], "").await;
        assert_eq!((old.status, location(&old)), (303, format!("/projects/{id}/tasks")));
        let path = format!("/mturk/preview?format=json&groupId={id}&x=%26");
        let json = browser.send("GET", &path, &[], "").await;
        assert_eq!(location(&json), format!("/projects/{id}/tasks?format=json&x=%26"));
    }
    for id in ["3NONE", "%3Cscript%3E"] {
        let reply = browser.send("GET", &format!("/projects/{id}/tasks"), &[], "").await;
        assert_eq!(reply.status, 404);
        assert!(!reply.text.contains("<script>"), "{}", reply.text);
    }
}

#[tokio::test]
async fn a_hit_at_work_has_its_four_parameters_and_its_time() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let browser = world.browser("A1ANNA");
    let page = browser.accept(&group(&world, &hit).await).await;
    let id = assignment(&page);
    let text = browser.get(&page).await;
    let src = format!(
        "src=\"https://example.com/task?assignmentId={id}&#38;hitId={hit}\
         &#38;turkSubmitTo=http%3A%2F%2Flocalhost&#38;workerId=A1ANNA\""
    );
    assert!(text.contains(&src) && text.contains("10 min"), "{text}");
    let queue = browser.json("/tasks").await;
    let task = &queue["tasks"][0];
    assert_eq!(task["task_id"], hit.as_str());
    assert_eq!(task["assignment_id"], id);
    assert_eq!(task["time_to_deadline_in_seconds"], 600);
    assert_eq!(task["question"]["attributes"]["FrameHeight"], "400");
    let other = world.browser("A2BEN").get(&page).await;
    assert!(other.contains("Another worker") && !other.contains("<iframe"), "{other}");
    let clock = browser.json(&format!("/mturk/clock?assignment_id={id}")).await;
    assert_eq!(
        clock,
        json!({"now_ms": 1_767_225_600_000_i64, "clock": "frozen",
        "deadline_ms": 1_767_226_200_000_i64, "state": "Assigned", "expired": false})
    );
    world.advance("10m").await;
    assert_eq!(
        browser.json(&format!("/mturk/clock?assignment_id={id}")).await["state"],
        "Abandoned"
    );
    assert!(browser.get(&page).await.contains("has run out"));
}

#[tokio::test]
async fn a_hit_is_returned_by_its_worker_alone() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"MaxAssignments": 1})).await;
    let page = world.browser("A1").accept(&group(&world, &hit).await).await;
    let refused = world.browser("A2").post(&page, "_method=delete").await;
    assert_eq!(refused.status, 422);
    assert_eq!(world.standing(&hit).await, "Unassignable 0 available 1 pending 0 completed");
    let returned = world.browser("A1").post(&page, "_method=delete&authenticity_token=x").await;
    assert_eq!(location(&returned), "/tasks?returned=1");
    assert_eq!(world.standing(&hit).await, "Assignable 1 available 0 pending 0 completed");
    assert_eq!(world.browser("A1").post(&page, "_method=delete").await.status, 422);
}

#[tokio::test]
async fn the_dashboard_adds_up_what_became_of_the_work() {
    let world = World::new().await;
    let lasting = json!({"MaxAssignments": 1, "Reward": "0.50", "LifetimeInSeconds": 864_000});
    let hit = world.create_hit(lasting.clone()).await;
    let second = world.create_hit(lasting).await;
    let work = world.work("A1", &hit).await;
    world.advance("1d").await;
    let rejected = world.work("A1", &second).await;
    world
        .ok("ApproveAssignment", json!({"AssignmentId": work, "RequesterFeedback": "Good <b>"}))
        .await;
    let feedback = json!({"AssignmentId": rejected, "RequesterFeedback": "No"});
    world.ok("RejectAssignment", feedback).await;
    world
        .ok(
            "SendBonus",
            json!({"WorkerId": "A1", "AssignmentId": work, "BonusAmount": "1.25",
        "Reason": "Thanks"}),
        )
        .await;
    world
        .ok(
            "NotifyWorkers",
            json!({"Subject": "Hello <you>", "MessageText": "A\nB",
        "WorkerIds": ["A1"]}),
        )
        .await;
    let browser = world.browser("A1");
    let figures = browser.json("/dashboard").await;
    let day = |date: &str, approved: i64, earnings: f64| {
        json!({"date": date, "submitted": 1, "approved": approved, "rejected": 1 - approved,
            "pending": 0, "earnings": earnings})
    };
    assert_eq!(
        figures["daily_hit_statistics_overview"],
        json!([day("2026-01-02", 0, 0.0), day("2026-01-01", 1, 0.5)])
    );
    assert_eq!(
        figures["hits_overview"],
        json!({"approved": 1, "pending": 0, "rejected": 1,
        "approval_rate": 50.0, "rejection_rate": 50.0})
    );
    assert_eq!(
        figures["earnings_to_date"],
        json!({"rewards": 0.5, "bonuses": 1.25, "total": 1.75})
    );
    let done = browser.json("/status_details/2026-01-01").await;
    assert_eq!((&done["page_number"], &done["total_num_results"]), (&json!(1), &json!(1)));
    assert_eq!(done["results"][0]["requester_feedback"], "Good <b>");
    assert!(browser.get("/status_details/2026-01-01").await.contains("Good &#60;b&#62;"));
    assert!(browser.get("/dashboard").await.contains("Thanks"));
    assert!(browser.get("/messages").await.contains("Hello &#60;you&#62;"));
    world.advance("60d").await;
    let later = browser.json("/dashboard").await;
    assert_eq!(later["daily_hit_statistics_overview"], json!([]));
    for name in ["hits_overview", "earnings_to_date"] {
        assert_eq!(later[name], figures[name]);
    }
    let nobody = world.browser("A2").json("/dashboard").await;
    assert_eq!(nobody["daily_hit_statistics_overview"], json!([]));
    assert!(!world.browser("A2").get("/messages").await.contains("Hello"));
}

/// A market in which A1 did so many HITs at one instant.
async fn worked(count: usize) -> World {
    let world = World::new().await;
    for _ in 0..count {
        let hit = world.create_hit(json!({"MaxAssignments": 1})).await;
        world.work("A1", &hit).await;
    }
    world
}

#[tokio::test]
async fn pages_of_a_day_go_on_at_equal_times() {
    let world = worked(23).await;
    let browser = world.browser("A1");
    let first = browser.get("/status_details/2026-01-01").await;
    let (_, next) = first.split_once("rel=\"next\" href=\"").unwrap();
    let next = next.split('"').next().unwrap();
    let second = browser.get(&format!("/status_details/2026-01-01{next}")).await;
    let count = |page: &str| page.matches("class=\"group card\"").count();
    assert_eq!((count(&first), count(&second)), (20, 3));
    assert!(!second.contains("rel=\"next\""));
    let path = "/status_details/2026-01-01?page_number=";
    for (number, found) in [(1, 20), (2, 3), (3, 0)] {
        let page = browser.json(&format!("{path}{number}")).await;
        let counts = [&page["page_number"], &page["num_results"], &page["total_num_results"]];
        assert_eq!(counts, [&json!(number), &json!(found), &json!(23)]);
        assert_eq!(page["next_page_url"].is_string(), number == 1);
    }
}

#[tokio::test]
async fn pages_of_a_day_in_json_are_numbered_and_hold_each_work_once() {
    let world = worked(43).await;
    let browser = world.browser("A1");
    for first in [1, 2] {
        let mut path = format!("/status_details/2026-01-01?page_number={first}&format=json");
        let mut seen = BTreeSet::new();
        for number in first..=3 {
            let page: Value = serde_json::from_str(&browser.get(&path).await).unwrap();
            assert_eq!(page["page_number"], number, "{path}");
            let works = page["results"].as_array().unwrap().iter();
            seen.extend(works.map(|work| work["assignment_id"].to_string()));
            assert_eq!(page["next_page_url"].is_null(), number == 3, "{path}");
            path = page["next_page_url"].as_str().unwrap_or_default().to_owned();
        }
        assert_eq!(seen.len(), 43 - 20 * (first - 1));
    }
}

#[tokio::test]
async fn a_worker_is_chosen_made_and_kept() {
    let world = World::new().await;
    let stranger = world.stranger();
    let refused = stranger.send("GET", "/tasks", &[], "").await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("/workers?next=%2Ftasks"), "{}", refused.text);
    let chosen = stranger.post("/workers", "workerId=A1ANNA&next=%2Ftasks").await;
    assert_eq!(location(&chosen), "/tasks");
    let cookie = chosen.headers["set-cookie"].to_str().unwrap();
    let sealed = world.cookie("A1ANNA").await;
    assert_eq!(cookie, format!("{sealed}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000"));
    let made = stranger.post("/workers", "new=1&country=&subdivision=").await;
    assert!(made.headers["set-cookie"].to_str().unwrap().starts_with("mturk_local_worker="));
    assert_eq!(
        world.done("GET", "/workers", Value::Null).await["Workers"].as_array().unwrap().len(),
        1
    );
    assert_eq!(stranger.post("/workers", "workerId=bad%3B%20x").await.status, 400);
    let switched = stranger.send("GET", "/tasks?workerId=A2", &[], "").await;
    assert_eq!(switched.status, 200);
    let cookie = switched.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with(&world.cookie("A2").await));
}

#[tokio::test]
async fn html_of_a_hit_comes_as_it_was_sent_without_an_origin() {
    let world = World::new().await;
    let amazon = "https://s3.amazonaws.com/mturk-public/externalHIT_v1.js";
    let content = &format!(
        "<p>é\t&amp; <script src='{amazon}'></script>\
         <form action=\"https://www.mturk.com/mturk/externalSubmit\">"
    );
    let hit = world.create_hit(json!({"Question": html_question(content)})).await;
    let browser = world.browser("A1");
    let reply = browser.send("GET", &format!("/mturk/frame/{hit}"), &[], "").await;
    let expected = "<script src=\"/assets/closed-sites.js\" \
        data-submit-to=\"http://localhost\"></script>\
        <script src=\"/assets/report.js\"></script>\
        <p>é\t&amp; <script src='/assets/externalHIT_v1.js'></script>\
        <form action=\"http://localhost/mturk/externalSubmit\">";
    assert_eq!((reply.status, reply.text.as_str()), (200, expected));
    let policy = reply.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("sandbox ") && !policy.contains("allow-same-origin"), "{policy}");
    let page = browser.get(&format!("/projects/{}/tasks", group(&world, &hit).await)).await;
    assert!(page.contains("class=\"embed-responsive-item fit\""), "{page}");
    assert!(!page.contains("allow-same-origin"), "{page}");
    for path in ["/mturk/frame/3NONE", "/mturk/frame/3NONE?assignmentId=3X"] {
        let refused = browser.send("GET", path, &[], "").await;
        assert_eq!(refused.status, 404);
        assert!(refused.text.contains("<h1>This page cannot be shown</h1>"), "{}", refused.text);
        let policy = refused.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("script-src 'self';"), "{policy}");
    }
    assert!(policy.ends_with("; form-action 'self' http://localhost"), "{policy}");
    let elsewhere = html_question("<form method=post action='https://docs.example:8443/f'>");
    let hit = world.create_hit(json!({"Question": elsewhere})).await;
    let reply = browser.send("GET", &format!("/mturk/frame/{hit}"), &[], "").await;
    let policy = reply.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.ends_with(" http://localhost https://docs.example:8443"), "{policy}");
}
