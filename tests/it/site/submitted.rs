//! What a worker handed in, seen again.

use mturk_local::wire::caller::Auth;
use serde_json::json;

use super::{assignment, group, location};
use crate::forms::song;
use crate::world::World;

#[tokio::test]
async fn a_worker_sees_what_was_handed_in_right_after_and_from_the_dashboard() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let group = group(&world, &hit).await;
    let browser = world.browser("A1ANNA");
    let task = browser.accept(&group).await;
    let id = assignment(&task).to_owned();
    let page = browser.get(&task).await;
    assert!(page.contains(&format!("name=\"assignment\" value=\"{id}\"")), "{page}");
    let fields =
        format!("assignmentId={id}&label=cat&label=dog&note=&%3Cb%3E=%3Cscript%3Ealert(1)");
    assert_eq!(browser.post("/mturk/externalSubmit", &fields).await.status, 200);
    let next = format!("/projects/{group}/tasks/next");
    let led = browser.post(&next, &format!("assignment={id}")).await;
    assert_eq!(location(&led), format!("/projects?submitted=1&assignment={id}"));
    let list = browser.get(&location(&led)).await;
    assert!(
        list.contains(&format!("<a href=\"/submitted/{id}\">See what you handed in")),
        "{list}"
    );
    let day = browser.get("/status_details/2026-01-01").await;
    assert!(day.contains(&format!("href=\"/submitted/{id}\"")), "{day}");
    let page = browser.get(&format!("/submitted/{id}")).await;
    for part in [
        "Label a picture",
        ">Submitted</span>",
        "<dt dir=\"auto\">label</dt>",
        "cat|dog",
        "<span class=\"faint\">empty</span>",
        "&#60;b&#62;",
        "&#60;script&#62;alert(1)",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("<script>alert"), "{page}");
    let sent = json!({"AssignmentId": id, "RequesterFeedback": "<i>Good</i>"});
    world.ok("ApproveAssignment", sent).await;
    let page = browser.get(&format!("/submitted/{id}")).await;
    assert!(page.contains(">Approved</span>") && page.contains("&#60;i&#62;Good"), "{page}");
    let shown = browser.json(&format!("/submitted/{id}")).await;
    assert!(shown["answer"].as_str().unwrap().contains("cat|dog"), "{shown}");
}

#[tokio::test]
async fn a_form_of_the_site_leads_to_what_was_handed_in_and_its_file() {
    let world = World::new().await;
    let (_, id) = song(&world, "A1ANNA").await;
    let browser = world.browser("A1ANNA");
    let page = browser.get(&format!("/submitted/{id}")).await;
    let (_, link) = page.split_once(&format!("href=\"/submitted/{id}/file")).expect("a link");
    let link = format!("/submitted/{id}/file{}", link.split('"').next().unwrap());
    let led = browser.send("GET", &link, &[], "").await;
    assert_eq!(browser.get(&location(&led)).await, "la la");
    let other = world.browser("A1BEN").send("GET", &link, &[], "").await;
    assert_eq!(other.status, 404, "{}", other.text);
}

#[tokio::test]
async fn nobody_else_sees_it_and_in_strict_mode_nobody() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let id = world.work("A1ANNA", &hit).await;
    let held = world.accept("A1BEN", &hit).await;
    let foreign = world.browser("A1BEN").send("GET", &format!("/submitted/{id}"), &[], "").await;
    let missing = world.browser("A1BEN").send("GET", "/submitted/3NONE", &[], "").await;
    assert_eq!((foreign.status, missing.status), (404, 404));
    assert_eq!(foreign.text.replace(&id, "3NONE"), missing.text);
    let open = world.browser("A1BEN").send("GET", &format!("/submitted/{held}"), &[], "").await;
    assert_eq!(open.status, 404, "it is not submitted");
    let strict = World::with(|options| options.auth = Auth::Strict).await;
    let page = strict.browser("A1ANNA").send("GET", &format!("/submitted/{id}"), &[], "").await;
    assert!(page.status == 404 && page.text.contains("--auth strict"), "{}", page.text);
}

#[tokio::test]
async fn a_hostile_answer_is_text_and_bounded() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let id = world.accept("A1ANNA", &hit).await;
    let long = format!("<script>alert(1)</script>{}", "&".repeat(1_000_000));
    let answers = json!({"Answers": {"long": long, "formula": "=1+1"}});
    world.done("POST", &format!("/assignments/{id}/submit"), answers).await;
    let page = world.browser("A1ANNA").get(&format!("/submitted/{id}")).await;
    assert!(page.contains("=1+1") && page.len() < 40_000, "{}", page.len());
    assert!(!page.contains("<script>alert"));
}
