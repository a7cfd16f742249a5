//! The strip for the requester on the worker's site, and what the log says of new HITs.

use mturk_local::wire::caller::Auth;
use serde_json::json;

use crate::desk::Browser;
use crate::site::{group, html_question};
use crate::world::World;

const PAGE: &str = "<!doctype html><p>${name}</p><form><input></form>";

#[tokio::test]
async fn whoever_works_in_open_mode_sees_remarks_folded() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"Question": html_question(PAGE)})).await;
    let browser = world.browser("A1");
    let group = group(&world, &hit).await;
    let preview = browser.get(&format!("/projects/{group}/tasks")).await;
    let address = browser.accept(&group).await;
    let work = browser.get(&address).await;
    for page in [preview, work] {
        assert!(page.contains("<details class=\"card strip\" id=\"strip\">"), "{page}");
        assert!(page.contains("<li>Line 1: ${name} has no value"), "{page}");
        assert!(page.contains("/assets/strip.js"), "{page}");
    }
    let frame = browser.get(&format!("/mturk/frame/{hit}")).await;
    let script = "<!doctype html><script src=\"/assets/closed-sites.js\" \
        data-submit-to=\"http://localhost\"></script><script src=\"/assets/report.js\"></script>";
    assert_eq!(frame, PAGE.replace("<!doctype html>", script));
    let long = html_question(&format!("<p>${{name}}</p>{}", "x".repeat(60_000)));
    let hit = world.create_hit(json!({"Question": long, "Title": "Long"})).await;
    let address = format!("/projects/{}/tasks", self::group(&world, &hit).await);
    assert!(browser.get(&address).await.contains("has no value"));
}

#[tokio::test]
async fn workers_in_strict_mode_see_nothing_of_it() {
    let world = World::with(|options| {
        options.auth = Auth::Strict;
        let hit = json!({"HITId": "3STRICT", "Title": "t", "Question": html_question(PAGE)});
        let worlds = json!({"Requesters": [{"AccessKeyId": "lab"}], "HITs": [hit]});
        let worlds = mturk_local::worlds::Worlds::read(vec![worlds.to_string()]).unwrap();
        options.worlds = Some(worlds);
    })
    .await;
    let browser = world.browser("A1");
    let frame = browser.get("/mturk/frame/3STRICT").await;
    let script = "<!doctype html><script src=\"/assets/closed-sites.js\" \
        data-submit-to=\"http://localhost\"></script>";
    assert_eq!(frame, PAGE.replace("<!doctype html>", script));
    let list = browser.get("/projects").await;
    let group = list.split("/projects/").skip(1).find(|rest| rest.contains("/tasks")).unwrap();
    let group = group.split('/').next().unwrap();
    let page = browser.get(&format!("/projects/{group}/tasks")).await;
    assert!(page.contains("<iframe") && !page.contains("strip"), "{page}");
}

#[tokio::test]
async fn a_long_page_is_not_checked() {
    let world = World::with(|options| {
        let page = |length: usize| html_question(&format!("<p>${{a}}{}", "x".repeat(length)));
        let hit =
            |id: &str, length: usize| json!({"HITId": id, "Title": id, "Question": page(length)});
        let hits = [hit("3SHORT", 255 << 10), hit("3LONG", 256 << 10)];
        let worlds = json!({"Requesters": [{"AccessKeyId": "test"}], "HITs": hits});
        let worlds = mturk_local::worlds::Worlds::read(vec![worlds.to_string()]).unwrap();
        options.worlds = Some(worlds);
    })
    .await;
    let browser = world.browser("A1");
    for (hit, is_checked) in [("3SHORT", true), ("3LONG", false)] {
        let page = browser.get(&format!("/projects/{}/tasks", group(&world, hit).await)).await;
        assert_eq!(page.contains("${a} has no value"), is_checked, "{hit}");
        assert_eq!(page.contains("longer than 256 KiB"), !is_checked, "{hit}");
    }
}

#[tokio::test]
async fn a_requester_sees_it_at_the_desk_in_strict_mode_too() {
    let question = html_question(PAGE);
    let world = World::with(|options| {
        crate::desk::strict(options);
        let hit = json!({"HITId": "3STRICT", "Title": "t", "Question": question});
        let worlds = json!({"Requesters": [{"AccessKeyId": "KNOWN"}], "HITs": [hit]});
        options.worlds = Some(mturk_local::worlds::Worlds::read(vec![worlds.to_string()]).unwrap());
    })
    .await;
    let mut browser = Browser::default();
    browser.get(&world, "/sign-in").await;
    browser.post(&world, "/sign-in", &[("key", "KNOWN"), ("secret", "hush")]).await;
    let page = browser.get(&world, "/hits/3STRICT").await;
    assert!(page.text.contains("<li>Line 1: ${name} has no value"), "{}", page.text);
    assert!(page.text.contains("/assets/strip.js"), "{}", page.text);
    let frame = browser.get(&world, "/hits/3STRICT/frame").await;
    assert!(frame.text.contains("<script src=\"/assets/report.js\"></script>"), "{}", frame.text);
}
