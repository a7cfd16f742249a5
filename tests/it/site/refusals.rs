//! Why a worker cannot accept: each reason its own sentence, the control API's.

use rstest::rstest;
use serde_json::{Value, json};

use super::{group, location};
use crate::world::World;

const NO_MORE: &str = "There are no more of these HITs available.";
const EXPIRED: &str = "This HIT has expired. There are no more of these HITs available.";
const ALREADY: &str =
    "You have already accepted or completed this HIT. A worker can do a HIT only once.";

/// What every way to accept says to a worker: the group's button, the HIT's own, and the control
/// API by HIT and by group. It is the same sentence; and the preview's, unless that shows the HIT.
async fn said(world: &World, worker: &'static str, hit: &str) -> String {
    let (browser, group) = (world.browser(worker), group(world, hit).await);
    let random = browser.refused(&group).await;
    let own = format!("/projects/{group}/tasks/{hit}/accept?format=json");
    assert_eq!(browser.post(&own, "").await.json()["message"], random);
    for wanted in [json!({"HITId": hit}), json!({"HITGroupId": group})] {
        let path = format!("/workers/{worker}/accept");
        let (status, told) = world.control("POST", &path, wanted).await;
        assert_eq!((status, &told["error"]["message"]), (422, &json!(random)));
    }
    random
}

#[tokio::test]
async fn refusals_are_those_of_the_control_api() {
    let world = World::with(|options| options.market.queue_limit = 2).await;
    let one = |title: &str| json!({"Title": title, "MaxAssignments": 1, "LifetimeInSeconds": 60});
    let hit = world.create_hit(one("First")).await;
    let browser = world.browser("A1");
    browser.accept(&group(&world, &hit).await).await;
    assert_eq!(said(&world, "A1", &hit).await, ALREADY);
    assert_eq!(said(&world, "A2", &hit).await, NO_MORE);
    let preview = format!("/projects/{}/tasks", group(&world, &hit).await);
    assert!(browser.get(&preview).await.contains(ALREADY));
    assert!(world.browser("A2").get(&preview).await.contains(NO_MORE));
    let [second, third] = [
        world.create_hit(json!({"Title": "Second"})).await,
        world.create_hit(json!({"Title": "Third"})).await,
    ];
    browser.accept(&group(&world, &second).await).await;
    let full = "You have accepted the maximum number of HITs allowed, which is 2.";
    assert_eq!(said(&world, "A1", &third).await, full);
    let block = json!({"WorkerId": "A3", "Reason": "Bots"});
    world.ok("CreateWorkerBlock", block).await;
    let blocked = said(&world, "A3", &third).await;
    assert!(blocked.contains("prevent you from working"), "{blocked}");
    let page = format!("/projects/{}/tasks", group(&world, &third).await);
    assert!(world.browser("A3").get(&page).await.contains(&blocked));
    world.advance("60s").await;
    assert_eq!(said(&world, "A2", &hit).await, EXPIRED);
    assert!(world.browser("A2").get(&preview).await.contains(EXPIRED));
}

#[rstest]
#[case(1, true)]
#[case(2, false)]
#[tokio::test]
async fn a_preview_offers_no_more_than_a_queue_holds(#[case] held: usize, #[case] offered: bool) {
    let world = World::with(|options| options.market.queue_limit = 2).await;
    let browser = world.browser("A1");
    let mut hits = Vec::new();
    for number in 0..=held {
        hits.push(world.create_hit(json!({"Title": format!("T{number}")})).await);
    }
    let wanted = format!("/projects/{}/tasks", group(&world, &hits[held]).await);
    for hit in &hits[..held] {
        assert!(browser.get(&wanted).await.contains("Accept this HIT"));
        browser.accept(&group(&world, hit).await).await;
    }
    let page = browser.get(&wanted).await;
    let full = "You have accepted the maximum number of HITs allowed, which is 2. Submit or return \
        a HIT from your queue, then accept this one. <a href=\"/tasks\">Go to your queue</a>";
    assert_eq!(page.contains("Accept this HIT"), offered, "{page}");
    assert_eq!(page.contains(full), !offered, "{page}");
    assert!(page.contains("ASSIGNMENT_ID_NOT_AVAILABLE"), "it can be looked at all the same");
    for other in [world.browser("A2").get(&wanted).await, world.stranger().get(&wanted).await] {
        assert!(other.contains("Accept this HIT"), "{other}");
    }
    // Who gives one back may accept again.
    let held = browser.json("/tasks").await;
    let id = held["tasks"][0]["assignment_id"].as_str().unwrap();
    world.done("POST", &format!("/assignments/{id}/return"), Value::Null).await;
    assert!(browser.get(&wanted).await.contains("Accept this HIT"));
}

#[tokio::test]
async fn own_work_is_named_before_what_became_of_the_hit() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"MaxAssignments": 2, "LifetimeInSeconds": 60})).await;
    let work = world.work("A1", &hit).await;
    assert_eq!(said(&world, "A1", &hit).await, ALREADY);
    world.ok("ApproveAssignment", json!({"AssignmentId": work})).await;
    world.advance("60s").await;
    assert_eq!(said(&world, "A1", &hit).await, ALREADY);
    let path = format!("/projects/{}/tasks/accept_random", group(&world, &hit).await);
    let page = world.browser("A1").post(&path, "").await;
    assert!(page.text.contains("href=\"/tasks\""), "{}", page.text);
}

/// A group of two HITs: how many places each has, how many seconds it lives, who did it; and what
/// is said to A1.
#[rstest]
#[case([(1, 600, "A1"), (1, 600, "A2")], NO_MORE)]
#[case([(2, 600, "A1"), (1, 600, "A2")], ALREADY)]
#[case([(1, 30, "A1"), (2, 60, "A2")], EXPIRED)]
#[case([(1, 600, "A2"), (2, 60, "A2")], NO_MORE)]
#[tokio::test]
async fn of_a_group_the_reason_is_told_that_holds_for_all(
    #[case] hits: [(i64, i64, &str); 2],
    #[case] expected: &str,
) {
    let world = World::new().await;
    let mut last = String::new();
    for (places, lifetime, worker) in hits {
        let sent = json!({"MaxAssignments": places, "LifetimeInSeconds": lifetime});
        last = world.create_hit(sent).await;
        world.work(worker, &last).await;
    }
    world.advance("60s").await;
    let group = group(&world, &last).await;
    assert_eq!(world.browser("A1").refused(&group).await, expected);
    let next = format!("/projects/{group}/tasks/next?auto_accept=true");
    let onward = world.browser("A1").post(&next, "").await;
    assert_eq!(location(&onward), "/projects?submitted=last");
}

async fn requiring(world: &World, guard: &str) -> (String, String) {
    let id = world.qualify(json!({})).await;
    let requirements = json!([
        {"QualificationTypeId": id, "Comparator": "GreaterThan", "IntegerValues": [80],
            "ActionsGuarded": guard},
        {"QualificationTypeId": "00000000000000000071", "Comparator": "In", "ActionsGuarded": guard,
            "LocaleValues": [{"Country": "US"}, {"Country": "CA"}]},
        {"QualificationTypeId": "00000000000000000040", "Comparator": "LessThan",
            "IntegerValues": [5], "ActionsGuarded": guard},
    ]);
    let hit = world.create_hit(json!({"QualificationRequirements": requirements})).await;
    (id, hit)
}

#[tokio::test]
async fn each_unmet_requirement_is_named_with_the_workers_value() {
    let world = World::new().await;
    let (id, hit) = requiring(&world, "Accept").await;
    world.done("PUT", "/workers/A1", json!({"Locale": {"Country": "FR"}})).await;
    let (browser, group_id) = (world.browser("A1"), group(&world, &hit).await);
    let unmet = [
        "Knows Paris must be more than 80: you do not have it.",
        "Worker_Locale must be one of US, CA: yours is FR.",
    ];
    assert_eq!(
        said(&world, "A1", &hit).await,
        format!(
            "This HIT requires Qualifications, and you do not meet those Qualifications. {} {}",
            unmet[0], unmet[1]
        )
    );
    let path = format!("/projects/{group_id}/tasks");
    let refused = browser.post(&format!("{path}/accept_random"), "").await;
    let heading = "<h1>This HIT requires Qualifications, and you do not meet those \
        Qualifications.</h1>";
    let list = format!("<ul><li>{}</li><li>{}</li></ul>", unmet[0], unmet[1]);
    assert!(refused.text.contains(&format!("{heading}{list}")), "{}", refused.text);
    assert!(refused.text.contains(&format!("href=\"{path}\"")), "{}", refused.text);
    let refused = browser.post(&format!("{path}/{hit}/accept"), "").await;
    assert!(refused.text.contains(&format!("href=\"{path}?hit_id={hit}\"")), "{}", refused.text);
    let page = browser.get(&path).await;
    for words in unmet {
        assert!(page.contains(words), "{page}");
    }
    assert!(page.contains("Worker_NumberHITsApproved must be less than 5: yours is 0."), "{page}");
    assert!(page.contains(&format!("/qualifications/{id}")), "{page}");
    assert!(page.contains("you do not meet 2 requirements above"), "{page}");
    assert!(!page.contains("Accept the HIT to work on it") && !page.contains("Accept this HIT"));
    let nobody = world.stranger().get(&path).await;
    assert!(nobody.contains("Only workers who meet the requirements"), "{nobody}");
    world.grant(&id, "A1", 90).await;
    world.done("PUT", "/workers/A1", json!({"Locale": {"Country": "CA"}})).await;
    let page = browser.get(&path).await;
    assert!(page.contains("Accept the HIT to work on it"), "{page}");
    browser.accept(&group_id).await;
}

#[tokio::test]
async fn a_hidden_group_is_told_from_none_by_nothing() {
    let world = World::new().await;
    let (id, hit) = requiring(&world, "DiscoverPreviewAndAccept").await;
    let group_id = group(&world, &hit).await;
    let browser = world.browser("A1");
    let answer = async |method: &str, path: String| {
        let headers = [("origin", "http://localhost")];
        let reply = browser.send(method, &path, &headers, "").await;
        (reply.status, reply.text)
    };
    for (method, rest) in [
        ("GET", ""),
        ("GET", "?format=json"),
        ("POST", "/accept_random"),
        ("POST", "/accept_random?format=json"),
        ("GET", "/accept_random?format=json"),
    ] {
        let hidden = answer(method, format!("/projects/{group_id}/tasks{rest}")).await;
        let none = answer(method, format!("/projects/3NONE/tasks{rest}")).await;
        assert_eq!((hidden.0, hidden.1.replace(&group_id, "3NONE")), none, "{method} {rest}");
        assert_eq!(none.0, 404);
    }
    let own = format!("/projects/{group_id}/tasks/{hit}/accept");
    assert_eq!(answer("POST", own).await.0, 404);
    world.grant(&id, "A1", 90).await;
    world.done("PUT", "/workers/A1", json!({"Locale": {"Country": "CA"}})).await;
    browser.accept(&group_id).await;
}

/// What is wrong is told with what to do, and with a way back to the page that it was sent from.
#[rstest]
#[case("/workers", "new=1&country=X1", "/workers?next=/tasks", 400, "A country is two letters")]
#[case("/workers", "workerId=b", "/workers?next=/tasks", 400, "is no worker id")]
#[case("/projects/3G/tasks/3H", "", "/projects/3G/tasks/3H?assignment_id=3A", 400, "_method=")]
#[case("/qualifications/3Q/request", "", "/qualifications/3Q", 404, "does not exist")]
#[case("/projects/3G/tasks/accept_random", "", "/projects?search=a", 404, "There is no HIT group")]
#[tokio::test]
async fn what_cannot_be_done_has_advice_and_a_way_back(
    #[case] path: &str,
    #[case] fields: &str,
    #[case] from: &str,
    #[case] status: u16,
    #[case] told: &str,
) {
    let world = World::new().await;
    let send = async |referer: &str| {
        let form = ("content-type", "application/x-www-form-urlencoded");
        let headers = [("origin", "http://localhost"), form, ("referer", referer)];
        let reply = world.browser("A1").send("POST", path, &headers, fields).await;
        assert_eq!(reply.status, status, "{}", reply.text);
        assert!(reply.text.contains(told) && !reply.text.contains("<p></p>"), "{}", reply.text);
        reply.text
    };
    let back = format!("<a class=\"button\" href=\"{from}\">Go back</a>");
    assert!(send(&format!("http://localhost{from}")).await.contains(&back), "{back}");
    for elsewhere in [
        format!("http://evil.example{from}"),
        format!("http://localhost.evil.example{from}"),
        "http://localhost//evil.example".to_owned(),
        "http://localhost/projects/3G/tasks/accept_random".to_owned(),
    ] {
        let page = send(&elsewhere).await;
        assert!(!page.contains("Go back") && page.contains("Find other HITs"), "{page}");
    }
}

#[tokio::test]
async fn a_worker_is_chosen_for_the_page_from_which_something_was_sent() {
    let world = World::new().await;
    let headers = [("origin", "http://localhost"), ("referer", "http://localhost/projects?a=1")];
    let path = "/projects/3G/tasks/accept_random";
    let page = world.stranger().send("POST", path, &headers, "").await.text;
    let choose = "href=\"/workers?next=%2Fprojects%3Fa%3D1\">Choose a worker</a>";
    assert_eq!(page.matches(choose).count(), 2, "{page}");
    // What was only looked at is come back to.
    let page = world.stranger().send("GET", "/tasks", &headers, "").await.text;
    assert!(page.contains("href=\"/workers?next=%2Ftasks\">Choose a worker</a>"), "{page}");
}

#[tokio::test]
async fn a_worker_who_is_unknown_and_nobody_accept_nothing() {
    let world = World::with(|options| options.market.known_workers_only = true).await;
    let hit = world.create_hit(json!({})).await;
    assert_eq!(said(&world, "A1", &hit).await, "There is no worker with this id.");
    let group = group(&world, &hit).await;
    let told = world.stranger().refused(&group).await;
    assert_eq!(told, "Choose a worker first: nobody is at work here yet.");
    assert_eq!(world.done("GET", "/workers", Value::Null).await["Workers"], json!([]));
}
