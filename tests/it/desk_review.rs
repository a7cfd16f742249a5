//! The requester's desk: answers as a table, measures, and decisions about them.

mod every;
mod faults;
mod long;
mod measures;

use serde_json::{Value, json};

use crate::desk::{Browser, location};
use crate::forms::song;
use crate::world::World;

/// A worker accepts a HIT, takes so long, and hands in these answers; the assignment's id.
async fn work(world: &World, worker: &str, hit: &str, time: &str, answers: Value) -> String {
    let assignment = world.accept(worker, hit).await;
    world.advance(time).await;
    let path = format!("/assignments/{assignment}/submit");
    world.done("POST", &path, json!({"Answers": answers})).await;
    assignment
}

/// The ids of the assignments on a page, in its order.
fn rows(page: &str) -> Vec<String> {
    let rows = page.split("<tr id=\"w-").skip(1);
    rows.map(|row| row.split('"').next().unwrap().to_owned()).collect()
}

/// What a page shows of an assignment.
fn row<'p>(page: &'p str, id: &str) -> &'p str {
    let (_, rest) = page.split_once(&format!("<tr id=\"w-{id}\"")).expect("the row");
    rest.split("</tr>").next().unwrap()
}

/// Where the next page is.
fn next(page: &str) -> Option<String> {
    let before = page.split("rel=\"next\" href=\"/requester").nth(1)?;
    Some(before.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&"))
}

/// All assignments on a page and those behind it, and how many pages there are.
async fn all(browser: &mut Browser, world: &World, path: &str) -> (Vec<String>, usize) {
    let (mut path, mut found, mut pages) = (path.to_owned(), Vec::new(), 0);
    loop {
        let page = browser.get(world, &path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text);
        found.extend(rows(&page.text));
        pages += 1;
        match next(&page.text) {
            Some(more) => path = more,
            None => return (found, pages),
        }
    }
}

fn nonce(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"nonce\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

async fn status(world: &World, id: &str) -> String {
    let found = world.ok("GetAssignment", json!({"AssignmentId": id})).await;
    found["Assignment"]["AssignmentStatus"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn answers_are_a_table_with_a_column_for_each_field() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let crowd = r#"[{"sentiment":{"label":"Positive"},"stars":4}]"#;
    let anna = work(&world, "A1ANNA", &hit, "90s", json!({"label": "cat", "note": "x"})).await;
    let ben = work(&world, "A1BEN", &hit, "5s", json!({"taskAnswers": crowd})).await;
    let mut browser = Browser::of(&world, "test").await;
    let page = browser.get(&world, &format!("/hits/{hit}/answers")).await.text;
    assert_eq!(rows(&page), [ben.as_str(), anna.as_str()], "the newest first");
    for column in ["sentiment.label", "stars", "label", "note"] {
        assert!(
            page.contains(&format!("<th scope=\"col\" dir=\"auto\">{column}</th>")),
            "{column}"
        );
    }
    let of_anna = row(&page, &anna);
    assert!(of_anna.contains("1 min 30 s") && of_anna.contains(">cat<"), "{of_anna}");
    assert!(row(&page, &ben).contains("Positive") && !row(&page, &ben).contains(">cat<"));
    let oldest = browser.get(&world, &format!("/hits/{hit}/answers?order=oldest")).await.text;
    assert_eq!(rows(&oldest), [anna.as_str(), ben.as_str()]);
    for (query, found) in [
        ("worker=A1ANNA", vec![&anna]),
        ("worker=A1NOBODY", vec![]),
        ("below=90", vec![&ben]),
        ("below=91", vec![&ben, &anna]),
        ("field=label&value=cat", vec![&anna]),
        ("field=label&value=dog", vec![]),
        ("field=stars&value=4", vec![&ben]),
        ("status=Submitted", vec![&ben, &anna]),
        ("status=Rejected", vec![]),
    ] {
        let page = browser.get(&world, &format!("/hits/{hit}/answers?{query}")).await.text;
        assert_eq!(rows(&page).iter().collect::<Vec<_>>(), found, "{query}");
    }
}

#[tokio::test]
async fn each_assignment_of_a_type_is_on_one_page() {
    let world = World::new().await;
    let (mut made, mut hits) = (Vec::new(), Vec::new());
    for _ in 0..4 {
        hits.push(world.create_hit(json!({"MaxAssignments": 40})).await);
    }
    for number in 0..30 {
        for hit in &hits {
            made.push(world.work(&format!("A1W{number:02}"), hit).await);
        }
    }
    made.sort();
    let of_type = world.hit(&hits[0]).await["HITTypeId"].as_str().unwrap().to_owned();
    let mut browser = Browser::of(&world, "test").await;
    for order in ["", "?order=oldest", "?status=Submitted", "?below=1"] {
        let path = format!("/types/{of_type}/answers{order}");
        let (mut found, pages) = all(&mut browser, &world, &path).await;
        found.sort();
        assert_eq!((found, pages), (made.clone(), 3), "{order}");
    }
    let (found, pages) = all(&mut browser, &world, &format!("/hits/{}/answers", hits[1])).await;
    assert_eq!((found.len(), pages), (30, 1));
    world.create_hit(json!({"Title": "Another type"})).await;
    let path = format!("/types/{of_type}/answers?worker=A1W07");
    assert_eq!(all(&mut browser, &world, &path).await.0.len(), 4);
}

#[tokio::test]
async fn the_least_time_on_task_comes_first() {
    let world = World::new().await;
    let hits = [
        world.create_hit(json!({"MaxAssignments": 40})).await,
        world.create_hit(json!({"MaxAssignments": 40})).await,
    ];
    let mut made = Vec::new();
    for number in 0..60_usize {
        let (worker, seconds) = (format!("A1W{number:02}"), number * 7 % 30);
        let time = format!("{seconds}s");
        let id = work(&world, &worker, &hits[number % 2], &time, json!({"label": "cat"})).await;
        made.push((seconds, number % 2, number, id));
    }
    made.sort();
    let expected: Vec<&String> = made.iter().map(|(.., id)| id).collect();
    let of_type = world.hit(&hits[0]).await["HITTypeId"].as_str().unwrap().to_owned();
    let mut browser = Browser::of(&world, "test").await;
    let path = format!("/types/{of_type}/answers?order=fastest");
    let (found, pages) = all(&mut browser, &world, &path).await;
    assert_eq!((found.iter().collect::<Vec<_>>(), pages), (expected, 2));
    let few = format!("{path}&below=1&worker=A1W30");
    assert_eq!(all(&mut browser, &world, &few).await.0.len(), 1);
}

#[tokio::test]
async fn a_file_is_a_link_to_what_was_sent() {
    let world = World::new().await;
    let (hit, work) = song(&world, "A1ANNA").await;
    let mut browser = Browser::of(&world, "test").await;
    let page = browser.get(&world, &format!("/hits/{hit}/answers")).await.text;
    let (_, link) = row(&page, &work).split_once("href=\"/requester/answers/").unwrap();
    let link = link.split('"').next().unwrap().to_owned();
    let led = browser.get(&world, &format!("/answers/{link}")).await;
    let request = axum::http::Request::get(location(&led)).header("host", "localhost:1770");
    let file = world.send(request.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!((file.status, file.text.as_str()), (200, "la la"));
}

#[tokio::test]
async fn a_page_ends_where_another_begins_or_nothing_does() {
    let world = World::new().await;
    for (count, pages) in [(50, 1), (51, 2)] {
        let hit = world.create_hit(json!({"MaxAssignments": 60})).await;
        for number in 0..count {
            world.work(&format!("A1W{number:02}"), &hit).await;
        }
        let mut browser = Browser::of(&world, "test").await;
        let path = format!("/hits/{hit}/answers");
        let found = all(&mut browser, &world, &path).await;
        assert_eq!((found.0.len(), found.1), (count, pages));
    }
}

#[tokio::test]
async fn the_selected_are_decided_and_the_page_shown_again() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"MaxAssignments": 9})).await;
    let mut made = Vec::new();
    for worker in ["A1A", "A1B", "A1C", "A1D", "A1E"] {
        made.push((world.work(worker, &hit).await, worker));
    }
    let value = |at: usize| format!("{} {}", made[at].0, made[at].1);
    let path = format!("/hits/{hit}/answers");
    let mut browser = Browser::of(&world, "test").await;
    browser.get(&world, &path).await;

    let selected = [("do", "approve"), ("assignment", &value(0)), ("assignment", &value(1))];
    let sent = browser.post(&world, &path, &selected).await;
    assert_eq!(location(&sent), format!("/requester{path}?done=approve&count=2"));
    let page = browser.get(&world, &format!("{path}?done=approve&count=2")).await.text;
    assert!(page.contains("2 assignments were approved."), "{page}");
    assert_eq!(status(&world, &made[1].0).await, "Approved");

    let one = browser.post(&world, &path, &[("approve", &value(2))]).await;
    assert_eq!(location(&one), format!("/requester{path}?done=approve&count=1"));

    let unexplained = [("do", "reject"), ("assignment", &value(3))];
    let sent = browser.post(&world, &path, &unexplained).await;
    assert_eq!(sent.status, 400);
    assert!(sent.text.contains("a rejection needs a reason"), "{}", sent.text);
    assert!(row(&sent.text, &made[3].0).contains(" checked"), "what was selected stays so");
    assert_eq!(status(&world, &made[3].0).await, "Submitted");

    let all = [
        ("do", "reject-all"),
        ("feedback", "Not a label"),
        ("shown", &format!("{} Submitted", value(3))),
        ("shown", &format!("{} Submitted", value(4))),
        ("shown", &format!("{} Approved", value(0))),
    ];
    let sent = browser.post(&world, &path, &all).await;
    assert_eq!(location(&sent), format!("/requester{path}?done=reject&count=2"));
    let listed = world.ok("GetAssignment", json!({"AssignmentId": made[4].0})).await;
    assert_eq!(listed["Assignment"]["RequesterFeedback"], "Not a label");

    for (fields, why) in [
        (vec![("do", "approve")], "no assignment is selected"),
        (vec![("do", "nothing")], "Use one of the buttons"),
        (vec![("assignment", made[0].0.as_str())], "Use one of the buttons"),
    ] {
        let sent = browser.post(&world, &path, &fields).await;
        assert_eq!(sent.status, 400, "{fields:?}");
        assert!(sent.text.contains(why), "{fields:?}");
    }
    let value = value(0);
    let many: Vec<(&str, &str)> =
        [("do", "approve")].into_iter().chain((0..51).map(|_| ("assignment", &*value))).collect();
    assert_eq!(browser.post(&world, &path, &many).await.status, 400);
}

#[tokio::test]
async fn what_another_reviewer_decided_is_said_beside_the_row() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let first = world.work("A1A", &hit).await;
    let second = world.work("A1B", &hit).await;
    let path = format!("/hits/{hit}/answers?status=Submitted");
    let (mut one, mut other) =
        (Browser::of(&world, "test").await, Browser::of(&world, "test").await);
    for browser in [&mut one, &mut other] {
        browser.get(&world, &path).await;
    }
    let (of_first, of_second) = (format!("{first} A1A"), format!("{second} A1B"));
    one.post(&world, &path, &[("approve", &of_first)]).await;
    let both = [
        ("do", "reject-all"),
        ("feedback", "No"),
        ("shown", &format!("{of_first} Submitted")),
        ("shown", &format!("{of_second} Submitted")),
    ];
    let late = other.post(&world, &path, &both).await;
    assert_eq!(late.status, 409);
    assert!(late.text.contains("1 of 2 were done."), "{}", late.text);
    assert!(late.text.contains("This assignment is already approved."));
    assert_eq!(status(&world, &first).await, "Approved");
    assert_eq!(status(&world, &second).await, "Rejected");
    let again = other.post(&world, &format!("/hits/{hit}/answers"), &both).await;
    assert_eq!(again.status, 409);
    assert!(row(&again.text, &second).contains("already rejected"), "{}", again.text);
}

#[tokio::test]
async fn a_rejection_is_taken_back_within_thirty_days() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let path = format!("/hits/{hit}/answers");
    let mut browser = Browser::of(&world, "test").await;
    let mut rejected = [const { String::new() }; 2];
    for (worker, rejected) in ["A1A", "A1B"].iter().zip(&mut rejected) {
        let id = world.work(worker, &hit).await;
        let sent = json!({"AssignmentId": id, "RequesterFeedback": "No"});
        world.ok("RejectAssignment", sent).await;
        *rejected = format!("{id} {worker}");
    }
    let page = browser.get(&world, &path).await.text;
    assert!(page.contains("Approve after all"));
    let shown = rejected.each_ref().map(|of| format!("{of} Rejected"));
    let sent =
        [("do", "override"), ("assignment", rejected[0].as_str()), ("shown", shown[0].as_str())];
    location(&browser.post(&world, &path, &sent).await);
    assert_eq!(status(&world, rejected[0].split(' ').next().unwrap()).await, "Approved");
    world.advance("30d").await;
    assert!(browser.get(&world, &path).await.text.contains("Approve after all"));
    world.advance("1s").await;
    assert!(!browser.get(&world, &path).await.text.contains("Approve after all"));
    let sent =
        [("do", "override"), ("assignment", rejected[1].as_str()), ("shown", shown[1].as_str())];
    let late = browser.post(&world, &path, &sent).await;
    assert_eq!(late.status, 409);
    assert!(late.text.contains("More than 30 days"), "{}", late.text);
}

#[tokio::test]
async fn a_bonus_is_paid_once_however_often_its_form_is_sent() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let id = world.work("A1A", &hit).await;
    let path = format!("/hits/{hit}/answers");
    let mut browser = Browser::of(&world, "test").await;
    let of_form = nonce(&browser.get(&world, &path).await.text);
    let selected = format!("{id} A1A");
    let bonus = |amount: &'static str, nonce: &str| {
        let fields = [("do", "bonus"), ("amount", amount), ("reason", "Good"), ("nonce", nonce)];
        let fields = fields.into_iter().chain([("assignment", selected.as_str())]);
        fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<Vec<_>>()
    };
    let paid = async || {
        let listed = world.ok("ListBonusPayments", json!({"HITId": hit})).await;
        listed["NumResults"].as_i64().unwrap()
    };
    for (amount, status, why, count) in [
        ("", 400, "needs an amount", 0),
        ("much", 400, "BonusAmount", 0),
        ("0.10", 303, "", 1),
        ("0.10", 409, "already paid. It was not paid again", 1),
    ] {
        let fields = bonus(amount, &of_form);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
        let sent = browser.post(&world, &path, &fields).await;
        assert!(sent.status == status || sent.status == 409 && status == 400, "{}", sent.text);
        assert!(sent.text.contains(why), "{amount}: {}", sent.text);
        assert_eq!(paid().await, count, "{amount}");
    }
    let fields = bonus("0.10", &nonce(&browser.get(&world, &path).await.text));
    let fields: Vec<_> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    location(&browser.post(&world, &path, &fields).await);
    assert_eq!(paid().await, 2, "another page may pay another one");
    // The market forgets tokens after a day.
    world.advance("24h").await;
    let late = browser.post(&world, &path, &fields).await;
    assert_eq!(late.status, 400, "{}", late.text);
    assert!(late.text.contains("older than 23 hours"), "{}", late.text);
    assert_eq!(paid().await, 2);
    let fields = bonus("0.10", &nonce(&late.text));
    let fields: Vec<_> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    location(&browser.post(&world, &path, &fields).await);
    assert_eq!(paid().await, 3, "the page that refused may pay");
}

#[tokio::test]
async fn hostile_answers_are_text() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"Title": "<i>T</i>"})).await;
    let script = "<script>alert(1)</script>";
    let long = format!("{script}{}", "&".repeat(1_000_000));
    let given = json!({"<b>f</b>": script, "formula": "=1+1", "long": long});
    let id = work(&world, "A1A", &hit, "1s", given).await;
    let mut browser = Browser::of(&world, "test").await;
    let path = format!("/hits/{hit}/answers");
    for address in [
        path.clone(),
        format!("{path}?measures=all"),
        format!("{path}?field=%3Cb%3Ef%3C/b%3E&value=%3Cscript%3Ealert(1)%3C/script%3E"),
    ] {
        let page = browser.get(&world, &address).await;
        assert_eq!(page.status, 200);
        assert!(!page.text.contains("<script>alert") && !page.text.contains("<b>f"), "{address}");
        assert!(!page.text.contains("<i>T") && page.text.len() < 400_000, "{}", page.text.len());
    }
    let page = browser.get(&world, &path).await.text;
    assert!(page.contains("=1+1") && page.contains("The whole answer as text"));
    let whole = browser.get(&world, &format!("/answers/{id}")).await;
    assert_eq!(whole.headers["content-type"], "text/plain; charset=utf-8");
    assert_eq!(whole.headers["x-content-type-options"], "nosniff");
    assert!(whole.text.len() > 1_000_000);
    assert!(whole.headers["content-security-policy"].to_str().unwrap().contains("'none'"));
}

#[tokio::test]
async fn many_long_answers_end_a_page_early() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"MaxAssignments": 9})).await;
    let mut made = Vec::new();
    for number in 0..7 {
        let long = json!({"long": "x".repeat(900_000)});
        made.push(work(&world, &format!("A1W{number}"), &hit, "1s", long).await);
    }
    made.reverse();
    let mut browser = Browser::of(&world, "test").await;
    let path = format!("/hits/{hit}/answers");
    let page = browser.get(&world, &path).await.text;
    assert!(page.contains("This page ends early"), "{}", rows(&page).len());
    let (found, pages) = all(&mut browser, &world, &path).await;
    assert_eq!((found, pages), (made, 2));
}

#[tokio::test]
async fn a_stranger_sees_and_changes_nothing() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let id = world.work("A1A", &hit).await;
    let of_type = world.hit(&hit).await["HITTypeId"].as_str().unwrap().to_owned();
    let mut stranger = Browser::of(&world, "STRANGER").await;
    for path in [
        format!("/hits/{hit}/answers"),
        format!("/types/{of_type}/answers"),
        format!("/answers/{id}"),
        format!("/answers/{id}/file?question=q"),
        "/hits/3UNKNOWN/answers".to_owned(),
    ] {
        let page = stranger.get(&world, &path).await;
        assert_eq!(page.status, 404, "{path}");
        assert!(!page.text.contains("A1A"), "{path}");
    }
    stranger.get(&world, "/hits").await;
    let fields = [("approve", format!("{id} A1A"))];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    let sent = stranger.post(&world, &format!("/hits/{hit}/answers"), &fields).await;
    assert_eq!(sent.status, 404, "{}", sent.text);
    assert_eq!(status(&world, &id).await, "Submitted");
    let mut owner = Browser::of(&world, "test").await;
    let sent = owner.post_without_token(&world, &format!("/hits/{hit}/answers"), &fields).await;
    assert_eq!(sent.status, 403);
    assert_eq!(status(&world, &id).await, "Submitted");
}

#[tokio::test]
async fn measures_stand_beside_the_answers() {
    let world = World::new().await;
    let mut of_type = String::new();
    let given = [["cat", "cat"], ["cat", "dog"], ["dog", "dog"]];
    for labels in given {
        let hit = world.create_hit(json!({})).await;
        for (worker, label) in ["A1A", "A1B"].iter().zip(labels) {
            work(&world, worker, &hit, "30s", json!({"label": label})).await;
        }
        of_type = world.hit(&hit).await["HITTypeId"].as_str().unwrap().to_owned();
    }
    let alone = world.create_hit(json!({})).await;
    work(&world, "A1A", &alone, "30s", json!({"label": "cat"})).await;
    let mut browser = Browser::of(&world, "test").await;
    let page = browser.get(&world, &format!("/types/{of_type}/answers")).await.text;
    assert!(page.contains("measures=all") && !page.contains("Krippendorff"));
    let page = browser.get(&world, &format!("/types/{of_type}/answers?measures=all")).await.text;
    for shown in ["66.7 %", ">0.444<", "in 3 of 4 HITs, 1 tied", "7 assignments by 2 workers"] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert!(page.contains("30 s") && page.contains("<svg"));
    let page = browser.get(&world, &format!("/hits/{alone}/answers")).await.text;
    assert!(page.contains("undefined: only one worker"), "{page}");
}

#[tokio::test]
async fn work_of_robots_is_marked() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"MaxAssignments": 1})).await;
    let script = json!({"Workers": 1, "Answers": {"q": "yes"}, "OpenExternalURL": false});
    let (added, said) = world.control("POST", "/robots", script).await;
    assert_eq!(added, 200, "{said}");
    world.advance("1h").await;
    let mut browser = Browser::of(&world, "test").await;
    let page = browser.get(&world, &format!("/hits/{hit}/answers")).await.text;
    assert!(page.contains("<span class=\"tag\">robot</span>"), "{page}");
    world.done("DELETE", "/robots", Value::Null).await;
    let other = world.create_hit(json!({"MaxAssignments": 1, "Title": "Other"})).await;
    world.work("A1A", &other).await;
    let page = browser.get(&world, &format!("/hits/{other}/answers")).await.text;
    assert!(!page.contains(">robot</span>"));
}

#[tokio::test]
async fn without_answers_the_page_says_the_next_step() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let mut browser = Browser::of(&world, "test").await;
    let page = browser.get(&world, &format!("/hits/{hit}/answers")).await.text;
    assert!(page.contains("No answers yet"));
    let page = browser.get(&world, &format!("/hits/{hit}/answers?worker=A1")).await.text;
    assert!(page.contains("No answer matches"));
    world.ok("UpdateExpirationForHIT", json!({"HITId": hit, "ExpireAt": 0})).await;
    world.ok("DeleteHIT", json!({"HITId": hit})).await;
    assert_eq!(browser.get(&world, &format!("/hits/{hit}/answers")).await.status, 404);
}
