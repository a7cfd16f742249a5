//! Who is let in.

use mturk_local::control::admin::AdminToken;
use mturk_local::emulator::Credential;
use serde_json::json;

use super::{Browser, location, strict};
use crate::world::World;

#[tokio::test]
async fn in_open_mode_one_click_chooses_a_requester() {
    let world = World::new().await;
    let mut browser = Browser::default();
    let asked = browser.get(&world, "/hits?search=a%20b").await;
    assert_eq!(location(&asked), "/requester/choose?next=%2Frequester%2Fhits%3Fsearch%3Da%2520b");
    let nobody = browser.get(&world, "/choose").await;
    assert!(nobody.text.contains("Nobody has called the API yet"), "{}", nobody.text);
    world.by("ANNA").create_hit(json!({"Title": "Of Anna"})).await;
    world.by("BERT").create_hit(json!({"Title": "Of Bert"})).await;
    let page = browser.get(&world, "/choose?next=%2Frequester%2Fhits%3Fsort%3Dlatest").await;
    for key in ["ANNA", "BERT"] {
        assert!(page.text.contains(&format!("name=\"key\" value=\"{key}\"")), "{}", page.text);
    }
    let next = "/requester/hits?sort=latest";
    assert!(page.text.contains(&format!("name=\"next\" value=\"{next}\"")), "{}", page.text);
    let chosen = browser.post(&world, "/choose", &[("key", "BERT"), ("next", next)]).await;
    assert_eq!(location(&chosen), next);
    let cookie = chosen.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("mturk_local_requester_1770="), "{cookie}");
    for part in ["Path=/requester;", "HttpOnly", "SameSite=Strict", "Max-Age=43200"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let list = browser.get(&world, "/hits").await;
    assert_eq!(list.status, 200);
    assert!(list.text.contains("Of Bert") && !list.text.contains("Of Anna"));
    assert!(list.text.contains("<strong>BERT</strong>"));
    let signed_out = browser.post(&world, "/sign-out", &[]).await;
    assert_eq!(location(&signed_out), "/requester/choose");
    assert_eq!(browser.get(&world, "/hits").await.status, 303);
}

#[tokio::test]
async fn any_plain_text_is_an_access_key_in_open_mode() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, "NEW").await;
    let empty = browser.get(&world, "/hits").await.text;
    assert!(empty.contains("You have no HITs yet"));
    assert!(empty.contains("AWS_ACCESS_KEY_ID=NEW AWS_SECRET_ACCESS_KEY=test"), "{empty}");
    assert!(empty.contains("AWS_ENDPOINT_URL_MTURK=http://localhost:1770"), "{empty}");
    for key in ["", "a b", "<script>", "é", "a/b", &"x".repeat(129)] {
        let refused = browser.post(&world, "/choose", &[("key", key)]).await;
        assert_eq!(refused.status, 400, "{key}");
        assert!(!refused.text.contains("<script>"));
    }
    let control = browser.post(&world, "/choose", &[("key", "a\0b")]).await;
    assert_eq!(control.status, 400);
    assert_eq!(browser.get(&world, "/hits?type=%00").await.status, 400);
}

#[tokio::test]
async fn requesters_stand_on_pages() {
    let world = World::new().await;
    for number in 100..201 {
        world.by(&format!("KEY{number}")).create_hit(json!({})).await;
    }
    let mut browser = Browser::default();
    let keys = |page: &str| -> Vec<String> {
        let rest = page.split("name=\"key\" value=\"KEY").skip(1);
        rest.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    let first = browser.get(&world, "/choose").await.text;
    assert_eq!(keys(&first), (100..200).map(|n| n.to_string()).collect::<Vec<_>>());
    assert!(first.contains("&after=KEY199"), "{first}");
    let second = browser.get(&world, "/choose?after=KEY199").await.text;
    assert_eq!(keys(&second), ["200"]);
    assert!(!second.contains("rel=\"next\""));
}

#[tokio::test]
async fn in_strict_mode_a_secret_opens_ones_own_things_alone() {
    let world = World::with(strict).await;
    let mut browser = Browser::default();
    assert_eq!(
        location(&browser.get(&world, "/").await),
        "/requester/sign-in?next=%2Frequester%2F"
    );
    assert_eq!(location(&browser.get(&world, "/choose").await), "/requester/sign-in?next=");
    let page = browser.get(&world, "/sign-in").await.text;
    assert!(page.contains("type=\"password\"") && page.contains("sign in to the console"));
    for (key, secret) in [("KNOWN", "hush too"), ("KNOWN", ""), ("NOBODY", "hush"), ("", "")] {
        let refused = browser.post(&world, "/sign-in", &[("key", key), ("secret", secret)]).await;
        assert_eq!(refused.status, 403, "{key} {secret}");
        assert!(refused.text.contains("no requester with that access key and secret"));
    }
    assert_eq!(browser.get(&world, "/hits").await.status, 303);
    let right = [("key", "KNOWN"), ("secret", "hush"), ("next", "//evil.example")];
    let signed_in = browser.post(&world, "/sign-in", &right).await;
    assert_eq!(location(&signed_in), "/requester/hits");
    assert!(!signed_in.headers["set-cookie"].to_str().unwrap().contains("hush"));
    let list = browser.get(&world, "/hits").await;
    assert!(list.status == 200 && list.text.contains("<strong>KNOWN</strong>"));
    assert!(list.text.contains("AWS_SECRET_ACCESS_KEY=your-secret"), "it is not shown");
    let another = browser.post(&world, "/choose", &[("key", "OTHER")]).await;
    assert_eq!(location(&another), "/requester/sign-in", "it takes the admin token");
    let changed = world.restarted_with(|options| {
        strict(options);
        options.credentials[0].secret = "changed".to_owned();
    });
    let world = changed.await;
    assert_eq!(browser.get(&world, "/hits").await.status, 303, "another secret ends it");
}

#[tokio::test]
async fn wrong_secrets_are_counted_and_lock_nobody_out() {
    let world = World::with(strict).await;
    let mut browser = Browser::default();
    browser.get(&world, "/sign-in").await;
    let wrong = [("key", "KNOWN"), ("secret", "wrong")];
    for _ in 0..10 {
        assert_eq!(browser.post(&world, "/sign-in", &wrong).await.status, 403);
    }
    assert_eq!(browser.post(&world, "/sign-in", &wrong).await.status, 429);
    let right = browser.post(&world, "/sign-in", &[("key", "KNOWN"), ("secret", "hush")]).await;
    assert_eq!(location(&right), "/requester/hits");
}

#[tokio::test]
async fn a_secret_is_not_sent_in_the_clear() {
    let world = World::with(|options| {
        strict(options);
        options.host_check.any_address = true;
    })
    .await;
    let mut browser = Browser { host: Some("10.0.0.5:1770"), ..Browser::default() };
    let page = browser.get(&world, "/sign-in").await.text;
    assert!(page.contains("plain HTTP") && !page.contains("type=\"password\""));
    let here = Browser { host: None, ..browser.clone() }.get(&world, "/sign-in").await;
    assert!(here.text.contains("type=\"password\""));
    browser.form_token = {
        let mut near = Browser { host: None, ..browser.clone() };
        near.get(&world, "/sign-in").await;
        near.form_token
    };
    let sent = browser.post(&world, "/sign-in", &[("key", "KNOWN"), ("secret", "hush")]).await;
    assert_eq!(sent.status, 403);
    assert!(!sent.headers.contains_key("set-cookie"));
}

#[tokio::test]
async fn who_holds_the_admin_token_may_be_any_requester() {
    let world = World::with(|options| {
        strict(options);
        options.control.token = AdminToken::new("admin");
    })
    .await;
    let mut browser = Browser::default();
    browser.get(&world, "/console/sign-in").await;
    let signed_in = browser.post(&world, "/console/sign-in", &[("token", "admin")]).await;
    assert_eq!(location(&signed_in), "/requester/console");
    let page = browser.get(&world, "/choose").await;
    assert!(page.text.contains("value=\"KNOWN\"") && page.text.contains("value=\"OTHER\""));
    let unknown = browser.post(&world, "/choose", &[("key", "NOBODY")]).await;
    assert!(unknown.status == 400 && unknown.text.contains("There is no requester"));
    location(&browser.post(&world, "/choose", &[("key", "OTHER")]).await);
    let list = browser.get(&world, "/hits").await.text;
    assert!(list.contains("<strong>OTHER</strong>") && list.contains("href=\"/requester/choose\""));
    browser.get(&world, "/console").await;
    location(&browser.post(&world, "/console/sign-out", &[]).await);
    assert_eq!(browser.get(&world, "/hits").await.status, 303, "the choice was the admin's");
}

#[tokio::test]
async fn a_known_secret_is_asked_for_where_there_is_an_admin_token() {
    let credential =
        || Credential { access_key: "KNOWN".into(), secret: "hush".into(), name: None };
    let open = World::with(|options| options.credentials = vec![credential()]).await;
    Browser::of(&open, "KNOWN").await;
    let guarded = World::with(|options| {
        options.credentials = vec![credential()];
        options.control.token = AdminToken::new("admin");
    })
    .await;
    Browser::of(&guarded, "ANYBODY").await;
    let mut browser = Browser::default();
    browser.get(&guarded, "/choose").await;
    let asked = browser.post(&guarded, "/choose", &[("key", "KNOWN")]).await;
    assert_eq!(location(&asked), "/requester/sign-in?key=KNOWN&next=");
    let page = browser.get(&guarded, "/sign-in?key=KNOWN").await.text;
    assert!(page.contains("value=\"KNOWN\""), "{page}");
    let right = browser.post(&guarded, "/sign-in", &[("key", "KNOWN"), ("secret", "hush")]).await;
    assert_eq!(location(&right), "/requester/hits");
    assert_eq!(browser.get(&guarded, "/hits").await.status, 200);
}

#[tokio::test]
async fn only_a_form_of_ones_own_page_is_taken() {
    let world = World::new().await;
    let mut stranger = Browser::default();
    let without = stranger.post_without_token(&world, "/choose", &[("key", "ANNA")]).await;
    assert_eq!(without.status, 403);
    assert!(without.text.contains("Nothing was changed"), "{}", without.text);
    let (mut anna, bert) = (Browser::of(&world, "ANNA").await, Browser::of(&world, "BERT").await);
    for token in ["", "x", &bert.form_token] {
        let foreign = anna.post_without_token(&world, "/sign-out", &[("csrf", token)]).await;
        assert_eq!(foreign.status, 403, "{token}");
    }
    assert_eq!(anna.get(&world, "/hits").await.status, 200, "nothing was changed");
    assert_eq!(anna.post(&world, "/sign-out", &[]).await.status, 303);
}

#[tokio::test]
async fn the_desk_moves_with_the_control_api() {
    let world = World::with(|options| options.control.is_apart = true).await;
    let mut browser = Browser::default();
    assert_eq!(browser.get(&world, "/choose").await.status, 404);
    let front = world.emulator.control_front();
    for path in ["/requester/choose", "/assets/desk.css", "/assets/site.css"] {
        let request = axum::http::Request::get(path).header("host", "localhost");
        let answer = front.answer(request.body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!(answer.status(), 200, "{path}");
    }
}
