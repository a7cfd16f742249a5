//! The list of HITs.

use serde_json::json;

use super::Browser;
use crate::world::World;

/// The ids of the HITs on a page, in its order.
fn ids(page: &str) -> Vec<String> {
    let rows = page.split("<h2><a href=\"/requester/hits/").skip(1);
    rows.map(|row| row.split('"').next().unwrap().to_owned()).collect()
}

/// Where the next page is.
fn next(page: &str) -> Option<String> {
    let before = page.split("rel=\"next\" href=\"/requester").nth(1)?;
    Some(before.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&"))
}

#[tokio::test]
async fn every_hit_is_on_one_page_whatever_the_order() {
    let world = World::new().await;
    let mut made = Vec::new();
    for number in 0..120 {
        let lifetime = 3600 + (number * 7) % 13 * 60;
        made.push(world.create_hit(json!({"LifetimeInSeconds": lifetime})).await);
    }
    world.by("OTHER").create_hit(json!({})).await;
    let mut browser = Browser::of(&world, "test").await;
    let hit = world.hit(&made[0]).await;
    let of_type = format!("?type={}", hit["HITTypeId"].as_str().unwrap());
    let mut newest = Vec::new();
    for query in
        ["", "?sort=soonest", "?sort=latest", "?status=Assignable", &of_type, "?search=label"]
    {
        let (mut path, mut found, mut pages) = (format!("/hits{query}"), Vec::new(), 0);
        loop {
            let page = browser.get(&world, &path).await;
            assert_eq!(page.status, 200, "{path}: {}", page.text);
            found.extend(ids(&page.text));
            pages += 1;
            match next(&page.text) {
                Some(more) => path = more,
                None => break,
            }
        }
        assert_eq!((found.len(), pages), (120, 3), "{query}");
        if query.is_empty() {
            newest = found.clone();
        }
        let mut sorted = found;
        sorted.sort();
        let mut all = made.clone();
        all.sort();
        assert_eq!(sorted, all, "{query}: none twice, none lost");
    }
    made.reverse();
    assert_eq!(newest, made);
}

#[tokio::test]
async fn hostile_texts_stay_texts() {
    let world = World::new().await;
    let hostile = "</h2><script>alert(1)</script>\"'<img src=x>";
    world.create_hit(json!({"Title": hostile, "RequesterAnnotation": hostile})).await;
    let mut browser = Browser::of(&world, "test").await;
    let page = browser.get(&world, "/hits?search=%3Cscript%3E&sort=%22%3E%3Cb%3E").await;
    assert!(page.text.contains("&#60;script&#62;"), "{}", page.text);
    assert!(!page.text.contains("<script>alert") && !page.text.contains("<img src=x"));
    assert!(!page.text.contains("<b>"));
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("script-src 'self'") && policy.contains("frame-ancestors 'none'"));
}
