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

#[tokio::test]
async fn the_list_is_filtered_by_status_type_and_text() {
    let world = World::new().await;
    let first = world.create_hit(json!({"Title": "Cats", "RequesterAnnotation": "Run 7"})).await;
    let second = world.create_hit(json!({"Title": "Dogs"})).await;
    let done = world.create_hit(json!({"Title": "Cats and dogs", "MaxAssignments": 1})).await;
    world.work("A1ANNA", &done).await;
    let type_id = world.hit(&second).await["HITTypeId"].as_str().unwrap().to_owned();
    let mut browser = Browser::of(&world, "test").await;
    for (query, found) in [
        ("", &[&done, &second, &first][..]),
        ("status=Reviewable", &[&done]),
        ("status=Assignable&sort=newest", &[&second, &first]),
        ("status=Unassignable", &[]),
        ("status=Disposed", &[]),
        ("status=odd", &[&done, &second, &first]),
        ("search=CAT", &[&done, &first]),
        ("search=cat%20DOG", &[&done]),
        ("search=run%207", &[&first]),
        ("search=bird", &[]),
        (&*format!("search={second}"), &[&second]),
        (&*format!("type={type_id}"), &[&second]),
        ("type=3NONE", &[]),
        ("after=0", &[]),
    ] {
        let page = browser.get(&world, &format!("/hits?{query}")).await;
        assert_eq!(page.status, 200, "{query}");
        assert!(ids(&page.text).iter().eq(found.iter().copied()), "{query}: {}", page.text);
        assert_eq!(page.text.contains("No HIT matches"), found.is_empty(), "{query}");
    }
    for (query, why) in
        [("status=odd", "“odd” is not a status"), ("sort=odd", "“odd” is not an order")]
    {
        let page = browser.get(&world, &format!("/hits?{query}")).await.text;
        assert!(page.contains(why), "{query}: {page}");
    }
    let plain = browser.get(&world, "/hits?status=Assignable&sort=soonest").await.text;
    assert!(!plain.contains("is no"), "{plain}");
    let long = format!("/hits?search={}", "%C3%A9".repeat(5000));
    assert_eq!(browser.get(&world, &long).await.status, 200);
}

#[tokio::test]
async fn the_order_is_by_creation_or_expiration() {
    let world = World::new().await;
    let mut made = Vec::new();
    for hours in [3, 1, 2] {
        made.push(world.create_hit(json!({"LifetimeInSeconds": hours * 3600})).await);
    }
    let mut browser = Browser::of(&world, "test").await;
    for (sort, order) in
        [("newest", [2, 1, 0]), ("soonest", [1, 2, 0]), ("latest", [0, 2, 1]), ("odd", [2, 1, 0])]
    {
        let page = browser.get(&world, &format!("/hits?sort={sort}")).await.text;
        assert!(ids(&page).iter().eq(order.map(|at| &made[at])), "{sort}");
    }
    let of_type = world.hit(&made[0]).await["HITTypeId"].as_str().unwrap().to_owned();
    for (query, is_offered, is_told) in [
        ("", true, false),
        ("sort=newest", true, false),
        (&format!("type={of_type}"), false, false),
        (&format!("type={of_type}&sort=newest"), false, true),
        ("status=Disposed", false, false),
        ("status=Disposed&sort=newest", false, true),
    ] {
        let page = browser.get(&world, &format!("/hits?{query}")).await.text;
        assert_eq!(page.contains("<option value=\"newest\""), is_offered, "{query}: {page}");
        assert_eq!(page.contains("Those that expire last are first."), is_told, "{query}: {page}");
    }
    let page = browser.get(&world, "/hits?sort=soonest").await.text;
    assert!(page.contains("title=\"2026-01-01 01:00:00 UTC\">expires in 1 hour<"), "{page}");
    world.advance("90m").await;
    let page = browser.get(&world, "/hits?sort=soonest").await.text;
    assert!(page.contains("expired 30 minutes ago"), "{page}");
}

#[tokio::test]
async fn a_search_reads_so_many_hits_and_goes_on_from_there() {
    let world = World::new().await;
    let oldest = world.create_hit(json!({"Title": "The needle"})).await;
    for _ in 0..2010 {
        world.create_hit(json!({"Title": "Hay"})).await;
    }
    let mut browser = Browser::of(&world, "test").await;
    let page = browser.get(&world, "/hits?search=needle").await.text;
    assert!(ids(&page).is_empty() && page.contains("2000 HITs were searched"), "{page}");
    assert!(page.contains("Search on"), "{page}");
    let page = browser.get(&world, &next(&page).unwrap()).await.text;
    assert_eq!(ids(&page), [oldest]);
    assert_eq!(next(&page), None);
}

#[tokio::test]
async fn an_address_that_cannot_be_read_is_answered_by_a_page() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, "test").await;
    for path in ["/hits?after=x", "/hits?after=", "/live?since=x", "/hits?after=1&after=2"] {
        let page = browser.get(&world, path).await;
        assert_eq!(page.status, 400, "{path}");
        assert!(page.headers["content-type"].to_str().unwrap().starts_with("text/html"), "{path}");
        assert!(page.text.contains("<h1>This page cannot be shown</h1>"), "{path}: {}", page.text);
        assert!(
            page.text.contains("Go to your HITs") && page.headers.contains_key("x-frame-options")
        );
    }
}
