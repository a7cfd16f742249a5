//! The start page, and what newcomers meet next.

use mturk_local::wire::caller::Auth;
use serde_json::json;

use super::group;
use crate::world::World;

const NONE_WAIT: &str = "<strong>0</strong> answers of all requesters wait for review";

#[tokio::test]
async fn the_start_page_has_two_halves_with_counts() {
    let world = World::new().await;
    let page = world.stranger().get("/").await;
    for part in ["<strong>0</strong> HITs are open", NONE_WAIT, "\"/_mturk/world\""] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let hit = world.create_hit(json!({"MaxAssignments": 1})).await;
    world.create_hit(json!({})).await;
    let page = world.stranger().get("/").await;
    assert!(page.contains("<strong>2</strong> HITs are open"), "{page}");
    let work = world.work("A1A", &hit).await;
    let page = world.stranger().get("/").await;
    assert!(page.contains("<strong>1</strong> HIT is open"), "{page}");
    assert!(
        page.contains("<strong>1</strong> answer of all requesters waits for review"),
        "{page}"
    );
    world.ok("ApproveAssignment", json!({"AssignmentId": work})).await;
    assert!(world.stranger().get("/").await.contains(NONE_WAIT));
    for line in [
        "export AWS_ENDPOINT_URL_MTURK=http://localhost\n",
        "export AWS_DEFAULT_REGION=us-east-1\n",
        "export AWS_ACCESS_KEY_ID=test\n",
        "data-copy=\"export\"",
    ] {
        assert!(page.contains(line), "{line}: {page}");
    }
}

#[tokio::test]
async fn in_strict_mode_the_start_page_names_no_counts_and_no_key() {
    let world = World::with(|options| options.auth = Auth::Strict).await;
    let page = world.stranger().get("/").await;
    assert!(!page.contains("open</p>") && !page.contains("for review"), "{page}");
    assert!(!page.contains("\"/_mturk/world\""), "it does not answer: {page}");
    assert!(page.contains("AWS_ACCESS_KEY_ID=your-key") && !page.contains("Any access key"));
}

#[tokio::test]
async fn counts_stop_at_a_thousand() {
    let world = World::new().await;
    for _ in 0..999 {
        world.create_hit(json!({})).await;
    }
    assert!(world.stranger().get("/").await.contains("<strong>999</strong> HITs"));
    world.create_hit(json!({})).await;
    assert!(world.stranger().get("/").await.contains("<strong>1,000+</strong> HITs"));
}

#[tokio::test]
async fn a_preview_shows_the_newest_hit_of_its_group() {
    let world = World::new().await;
    let first = world.create_hit(json!({})).await;
    world.advance("10m").await;
    let second = world.create_hit(json!({})).await;
    let group = group(&world, &first).await;
    let browser = world.browser("A1ANNA");
    let path = format!("/projects/{group}/tasks");
    assert_eq!(browser.json(&path).await["task_id"], second.as_str());
    let page = browser.get(&path).await;
    assert!(page.contains("made <time datetime=\"2026-01-01T00:10:00Z\""), "{page}");
    assert!(!page.contains("A newer HIT of this group"), "{page}");
    // An older one names the newest.
    let page = browser.get(&format!("{path}?hit_id={first}")).await;
    assert!(page.contains("made <time datetime=\"2026-01-01T00:00:00Z\""), "{page}");
    let newer = "title=\"2026-01-01 00:10:00 UTC\">now</time>: <a href=\"/projects/";
    assert!(page.contains("A newer HIT of this group") && page.contains(newer), "{page}");
    // Workers accept the oldest one first, and are then shown what they can still accept.
    assert!(browser.accept(&group).await.contains(&first));
    assert_eq!(browser.json(&path).await["task_id"], second.as_str());
    world.work("A1ANNA", &second).await;
    let page = browser.get(&path).await;
    assert!(page.contains("already accepted or completed"), "{page}");
}

#[tokio::test]
async fn times_are_relative_and_exact_when_pointed_at() {
    let world = World::new().await;
    world.create_hit(json!({})).await;
    world.advance("3h").await;
    let page = world.browser("A1ANNA").get("/projects").await;
    let made = "made <time datetime=\"2026-01-01T00:00:00Z\" title=\"2026-01-01 00:00:00 UTC\">\
        3 hours ago</time>";
    assert!(page.contains(made), "{page}");
    assert!(
        page.contains("title=\"2026-01-02 00:00:00 UTC\">expires in 21 hours</time>"),
        "{page}"
    );
}

#[tokio::test]
async fn empty_pages_say_the_next_step() {
    let world = World::new().await;
    let browser = world.browser("A1ANNA");
    for (path, step) in [
        ("/projects", "mturk-local load demo"),
        ("/projects?search=nothing", "Show all HITs"),
        ("/requesters/A3NOBODY/projects", "HITs of all requesters"),
        ("/tasks", "Find HITs"),
        ("/dashboard", "Find HITs"),
        ("/status_details/2026-01-01", "Find HITs"),
        ("/qualifications", "Ask for one below"),
        ("/qualifications?search=nothing", "Show all"),
        ("/messages", "Find HITs"),
    ] {
        let page = browser.get(path).await;
        assert!(page.contains(step), "{path}: {page}");
    }
}
