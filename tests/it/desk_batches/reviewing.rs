//! A batch that is made: watched, changed, and reviewed by a file.

use futures_util::StreamExt as _;
use mturk_local::emulator::Options;
use mturk_local::turn::Profile;
use serde_json::json;

use super::{has, hits, published, shown, submit};
use crate::desk::live::{opened, said, stream_of};
use crate::desk::{Browser, location};
use crate::world::World;

async fn made(data: &str) -> (World, Browser, String) {
    let world = World::new().await;
    let mut browser = Browser::of(&world, "test").await;
    let path = published(&mut browser, &world, data).await;
    (world, browser, path)
}

/// Uploads a file with marks, and goes to the page that says what it decides.
async fn uploaded(browser: &mut Browser, world: &World, path: &str, file: &str) -> String {
    let file = [("file", "reviewed.csv", file.as_bytes())];
    let sent = browser.upload(world, &format!("{path}/review"), &[], &file).await;
    location(&sent).strip_prefix("/requester").unwrap().to_owned()
}

#[tokio::test]
async fn a_reviewed_file_is_shown_before_it_is_applied() {
    let (world, mut browser, path) = made("name\ncat\ndog\n").await;
    let ids = hits(&world).await;
    let first = submit(&world, &ids[0], "A1ANNA", "=cat").await;
    let second = submit(&world, &ids[1], "A1ANNA", "dog").await;
    let page = browser.get(&world, &path).await;
    has(&page, &["2 submitted", "2 of 4 assignments"]);
    let results = browser.get(&world, &format!("{path}/results.csv")).await;
    has(&results, &["\"Answer.animal\",\"Approve\",\"Reject\"", "\"=cat\""]);
    assert_eq!(results.headers["content-type"], "text/csv; charset=utf-8");
    let harmless = browser.get(&world, &format!("{path}/results.csv?harmless=true")).await;
    has(&harmless, &["\"'=cat\""]);
    let kept = browser.get(&world, &format!("{path}/results.csv?harmless=false")).await;
    has(&kept, &["\"=cat\""]);
    let marked =
        format!("AssignmentId,Approve,Reject\n{first},x,\n{second},,not a <b>dog</b> \u{e9}\n");
    let latin: Vec<u8> = marked.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let file = [("file", "reviewed.csv", &*latin)];
    browser.get(&world, &path).await;
    let sent = browser.upload(&world, &format!("{path}/review"), &[], &file).await;
    let confirm = location(&sent).strip_prefix("/requester").unwrap().to_owned();
    let page = browser.get(&world, &confirm).await;
    has(&page, &["<dt>Approve</dt><dd>1</dd><dt>Reject</dt><dd>1</dd>", "Apply 2 decisions"]);
    has(&page, &["<strong>Line 3</strong>: not UTF-8", "not a &#60;b&#62;dog&#60;/b&#62; é"]);
    assert_eq!(shown(&world).await["Assignments"]["Submitted"], 2, "nothing is done yet");
    let applied = browser.post(&world, &confirm, &[]).await;
    assert_eq!(location(&applied), format!("/requester{path}?done=review"));
    world.done("POST", "/clock", json!({"advance": "0s"})).await;
    let page = browser.get(&world, &format!("{path}?done=review")).await;
    has(&page, &["1 approved", "1 rejected", "2 of 2 decisions applied", "$0.06"]);
    for again in [browser.post(&world, &confirm, &[]).await, browser.get(&world, &confirm).await] {
        assert_eq!(location(&again), format!("/requester{path}"), "it is applied once");
    }
    let confirm = uploaded(&mut browser, &world, &path, &marked).await;
    has(&browser.get(&world, &confirm).await, &["<dt>In force already</dt><dd>2</dd>"]);
    let applied = browser.post(&world, &confirm, &[]).await;
    assert_eq!(location(&applied), format!("/requester{path}?done=nothing"));
}

#[tokio::test]
async fn a_file_with_problems_decides_nothing() {
    let (world, mut browser, path) = made("name\ncat\n").await;
    let id = submit(&world, &hits(&world).await[0], "A1ANNA", "cat").await;
    browser.get(&world, &path).await;
    let upload = format!("{path}/review");
    for (file, said) in [
        (
            format!("AssignmentId,Approve\n{id},x\n3NONE,x\n"),
            "<strong>Line 3, AssignmentId</strong>",
        ),
        (format!("AssignmentId,Approve,Reject\n{id},x,y\n"), "<strong>Line 2, Reject</strong>"),
        ("Name,Approve\n1,x\n".to_owned(), "<strong>Line 1, AssignmentId</strong>"),
        (String::new(), "the file is empty"),
    ] {
        let file = [("file", "r.csv", file.as_bytes())];
        let refused = browser.upload(&world, &upload, &[], &file).await;
        assert_eq!(refused.status, 400);
        has(&refused, &[said, "nothing of it was applied"]);
    }
    let none = browser.upload(&world, &upload, &[], &[]).await;
    assert_eq!(none.status, 400);
    has(&none, &["Choose the results file"]);
    let large = vec![b' '; 70 << 20];
    let refused = browser.upload(&world, &upload, &[], &[("file", "r.csv", &large)]).await;
    has(&refused, &["the file has more than 64 MiB", "nothing of it was applied"]);
    let damaged = browser.upload(&world, &upload, &[], &[("file\r\n\r\n", "", b"")]).await;
    assert_eq!(damaged.status, 400);
    has(&damaged, &["no multipart/form-data", "cat"]);
    let unmarked = format!("AssignmentId,Approve\n{id},\n");
    let confirm = uploaded(&mut browser, &world, &path, &unmarked).await;
    has(&browser.get(&world, &confirm).await, &["there is nothing to apply"]);
    let marked = format!("AssignmentId,Reject\n{id},no\n");
    let confirm = uploaded(&mut browser, &world, &path, &marked).await;
    world.ok("ApproveAssignment", json!({"AssignmentId": id})).await;
    let refused = browser.post(&world, &confirm, &[]).await;
    assert_eq!(refused.status, 400);
    has(&refused, &["<strong>Line 2, Reject</strong>: the assignment is approved already"]);
    let of_other = confirm.replace("/batches/1/", "/batches/2/");
    assert_eq!(browser.get(&world, &of_other).await.status, 404);
    assert_eq!(browser.post(&world, &of_other, &[]).await.status, 404);
}

#[tokio::test]
async fn a_batch_is_extended_and_canceled() {
    let (world, mut browser, path) = made("name\ncat\n").await;
    browser.get(&world, &path).await;
    let extend = format!("{path}/extend");
    for (fields, said) in [
        (&[("count", "many")][..], "“many” is not a whole number"),
        (&[("count", "-1")], "“-1” is not a whole number"),
        (&[], "AdditionalAssignments or Expiration is wanted"),
        (&[("length", "367"), ("unit", "86400")], "“367” is not"),
        (&[("length", "9223372036854775807"), ("unit", "86400")], "is not a whole number"),
        (&[("count", "1000000001")], "AdditionalAssignments"),
    ] {
        let refused = browser.post(&world, &extend, fields).await;
        assert_eq!(refused.status, 400, "{fields:?}: {}", refused.text);
        has(&refused, &["That was not done.", said]);
        for (name, value) in fields.iter().filter(|(name, _)| *name != "unit") {
            has(&refused, &[&format!("name=\"{name}\"")]);
            has(&refused, &[&format!("value=\"{value}\"")]);
        }
    }
    let more = [("count", "3"), ("length", "10"), ("unit", "86400")];
    let done = browser.post(&world, &extend, &more).await;
    assert_eq!(location(&done), "/requester/batches/1?done=extend");
    world.done("POST", "/clock", json!({"advance": "0s"})).await;
    let page = browser.get(&world, &format!("{path}?done=extend")).await;
    has(&page, &["are being extended", "0 of 5 assignments", "1 of 1 HITs extended"]);
    let hit = world.hit(&hits(&world).await[0]).await;
    assert_eq!(hit["Expiration"].as_f64(), Some(1_768_089_600.0), "ten days from now");
    let ten = browser.post(&world, &extend, &[("count", "9")]).await;
    location(&ten);
    world.done("POST", "/clock", json!({"advance": "0s"})).await;
    has(&browser.get(&world, &path).await, &["Not all could be done.", "<strong>Line 2</strong>"]);
    location(&browser.post(&world, &format!("{path}/cancel"), &[]).await);
    world.done("POST", "/clock", json!({"advance": "0s"})).await;
    let page = browser.get(&world, &path).await;
    has(&page, &[">Canceled<", "1 of 1 HITs expired", "$0.00, fees included"]);
    for gone in ["/extend\"", "/republish\"", "/cancel\""] {
        assert!(!page.text.contains(gone), "{gone}");
    }
    let refused = browser.post(&world, &extend, &[("count", "1")]).await;
    assert_eq!(refused.status, 409);
    has(&refused, &["The batch is Canceled"]);
    let refused = browser.post(&world, &format!("{path}/publish"), &[]).await;
    assert_eq!(refused.status, 409);
    has(&refused, &["That was not done."]);
}

#[tokio::test]
async fn rejected_work_is_published_again_once() {
    let (world, mut browser, path) = made("name\ncat\n").await;
    let id = submit(&world, &hits(&world).await[0], "A1ANNA", "cat").await;
    world.ok("RejectAssignment", json!({"AssignmentId": id, "RequesterFeedback": "no"})).await;
    browser.get(&world, &path).await;
    for _ in 0..2 {
        let done = browser.post(&world, &format!("{path}/republish"), &[]).await;
        assert_eq!(location(&done), "/requester/batches/1?done=republish");
        world.done("POST", "/clock", json!({"advance": "0s"})).await;
    }
    let page = browser.get(&world, &format!("{path}?done=republish")).await;
    has(&page, &["is being published again", "1 of 3 assignments", "1 rejected"]);
}

#[tokio::test]
async fn a_batch_that_stopped_goes_on() {
    let world = World::with(|options: &mut Options| {
        options.market.profile = Profile::Production;
    })
    .await;
    let rows: Vec<String> = (0..2000).map(|number| format!("{number}\n")).collect();
    let new = json!({"Title": "Many", "Description": "D", "Reward": "4.00",
        "Template": "${name}", "Data": format!("name\n{}", rows.concat())});
    world.done("POST", "/batches", new).await;
    let dear = json!({"Reward": "5000.00", "MaxAssignments": 1, "LifetimeInSeconds": 3600});
    let hit_id = world.create_hit(dear).await;
    world.done("POST", "/clock", json!({"advance": "1s"})).await;
    let mut browser = Browser::of(&world, "test").await;
    let page = browser.get(&world, "/batches/1").await;
    has(&page, &[">Stopped<", "HITs were not made", "Publish the rest", "<strong>Line "]);
    world.ok("UpdateExpirationForHIT", json!({"HITId": hit_id, "ExpireAt": 0})).await;
    location(&browser.post(&world, "/batches/1/publish", &[]).await);
    world.done("POST", "/clock", json!({"advance": "1s"})).await;
    let page = browser.get(&world, "/batches/1").await;
    has(&page, &[">Published<", "2000 of 2000 HITs made", "$9600.00"]);
    assert!(!page.text.contains("Publish the rest"));
}

#[tokio::test]
async fn hits_and_answers_of_a_batch_are_listed_apart() {
    let (world, mut browser, path) = made("name\ncat\ndog\ncow\n").await;
    let other = published(&mut browser, &world, "name\npig\n").await;
    let ids = hits(&world).await;
    let mut made = Vec::new();
    for (hit, worker) in [(0, "A1"), (0, "A2"), (1, "A1"), (2, "A1"), (3, "A9")] {
        made.push(submit(&world, &ids[hit], worker, &format!("of {worker}")).await);
    }
    let rows = |text: &str| -> Vec<String> {
        let rows = text.split("<tr id=\"w-").skip(1);
        rows.map(|row| row.split('"').next().unwrap().to_owned()).collect()
    };
    let page = browser.get(&world, &format!("{path}/answers")).await;
    has(&page, &["Batch 1</a>", "4 submitted", &ids[2]]);
    let newest: Vec<&String> = made[..4].iter().rev().collect();
    assert_eq!(rows(&page.text).iter().collect::<Vec<_>>(), newest);
    let oldest = browser.get(&world, &format!("{path}/answers?order=oldest")).await;
    assert_eq!(rows(&oldest.text), made[..4]);
    let one =
        browser.get(&world, &format!("{path}/answers?order=oldest&after=1.{}", i64::MAX)).await;
    assert_eq!(rows(&one.text), made[2..4], "from the second row on");
    let back = browser.get(&world, &format!("{path}/answers?after=2.{}", i64::MIN)).await;
    assert_eq!(rows(&back.text), [made[1].as_str(), &made[0]]);
    for odd in [i64::MIN, i64::MAX, 0] {
        for order in ["oldest", "newest"] {
            let path = format!("{path}/answers?order={order}&after={odd}.{odd}");
            assert_eq!(browser.get(&world, &path).await.status, 200);
        }
    }
    let measured = browser.get(&world, &format!("{path}/answers?measures=all")).await;
    has(&measured, &["4 assignments by 2 workers"]);
    browser.get(&world, &format!("{path}/answers")).await;
    let of = format!("{} A1", made[0]);
    let decided = browser
        .post(&world, &format!("{path}/answers"), &[("do", "approve"), ("assignment", &of)])
        .await;
    assert!(location(&decided).starts_with("/requester/batches/1/answers?done=approve&count=1"));
    has(&browser.get(&world, &format!("{other}/answers")).await, &["1 submitted"]);

    let list = browser.get(&world, "/hits?batch=1").await;
    has(&list, &["The HITs of a batch", &ids[0], &ids[1], &ids[2]]);
    assert!(!list.text.contains(&ids[3]), "{}", list.text);
    assert!(list.text.find(&ids[2]) < list.text.find(&ids[0]), "the last row first");
    for (query, wanted) in [("status=Assignable", 2), ("status=Disposed", 0), ("search=name", 3)] {
        let list = browser.get(&world, &format!("/hits?batch=1&{query}")).await;
        let found = list.text.matches("class=\"card hit\"").count();
        assert_eq!(found, wanted, "{query}: {}", list.text);
    }
    has(&browser.get(&world, "/hits?batch=nine").await, &["No HIT matches"]);
}

#[tokio::test]
async fn hits_of_a_batch_have_pages() {
    let rows: Vec<String> = (0..120).map(|number| format!("{number}\n")).collect();
    let (world, mut browser, _) = made(&format!("name\n{}", rows.concat())).await;
    for _ in 0..20 {
        world.done("POST", "/clock", json!({"advance": "0s"})).await;
    }
    assert_eq!(shown(&world).await["PublishedCount"], 120);
    let (mut path, mut found) = ("/hits?batch=1".to_owned(), Vec::new());
    loop {
        let page = browser.get(&world, &path).await.text;
        let links = page.split("<h2><a href=\"/requester/hits/").skip(1);
        found.extend(links.map(|link| link.split('"').next().unwrap().to_owned()));
        let Some((_, next)) = page.split_once("rel=\"next\" href=\"/requester") else { break };
        path = next.split('"').next().unwrap().replace("&#38;", "&");
    }
    assert_eq!(found.len(), 120);
    found.sort();
    found.dedup();
    assert_eq!(found.len(), 120, "each once");
}

#[tokio::test]
async fn progress_is_sent_when_it_changes() {
    let (world, mut browser, path) = made("name\ncat\n").await;
    let page = browser.get(&world, &path).await;
    let address = stream_of(&page.text);
    assert_eq!(address, "/requester/live?batch=1");
    let mut stream = opened(&world, &browser, &address).await.into_body().into_data_stream();
    said(&mut stream, &["event: part", "\"id\":\"progress\"", "0 of 2 assignments"]).await;
    submit(&world, &hits(&world).await[0], "A1ANNA", "cat").await;
    said(&mut stream, &["1 submitted", "1 of 2 assignments"]).await;
    // A portion of which nothing could be done is no event.
    location(&browser.post(&world, &format!("{path}/extend"), &[("count", "9")]).await);
    world.done("POST", "/clock", json!({"advance": "0s"})).await;
    said(&mut stream, &["Not all could be done."]).await;
    browser.post(&world, "/sign-out", &[]).await;
    let all = said(&mut stream, &["event: over"]).await;
    assert!(stream.next().await.is_none(), "it ends with the browser's session: {all}");
}

#[tokio::test]
async fn a_stranger_learns_nothing_of_a_batch() {
    let (world, _, _) = made("name\ncat\n").await;
    let stranger = Browser::of(&world, "OTHER").await;
    let address = "/requester/live?batch=1&events=3NONE";
    let mut stream = opened(&world, &stranger, address).await.into_body().into_data_stream();
    submit(&world, &hits(&world).await[0], "A1ANNA", "cat").await;
    let all = said(&mut stream, &["There is no such batch any more.", "event: done"]).await;
    assert!(!all.contains("assignment"), "{all}");
    assert!(stream.next().await.is_none(), "there is nothing to wait for");
}

#[tokio::test]
async fn news_of_a_batch_are_about_its_hits_alone() {
    let (world, mut browser, path) = made("name\ncat\n").await;
    published(&mut browser, &world, "name\npig\n").await;
    let ids = hits(&world).await;
    let page = browser.get(&world, &format!("{path}/answers")).await;
    let address = stream_of(&page.text);
    let mut stream = opened(&world, &browser, &address).await.into_body().into_data_stream();
    submit(&world, &ids[1], "A1ANNA", "pig").await;
    submit(&world, &ids[0], "A1ANNA", "cat").await;
    let all = said(&mut stream, &["event: news", "new answer"]).await;
    assert!(all.contains("1 new answer"), "{all}");
    let list = stream_of(&browser.get(&world, "/hits?batch=1").await.text);
    let (before, _) = list.split_once("&since=").unwrap();
    let mut stream = opened(&world, &browser, before).await.into_body().into_data_stream();
    let all = said(&mut stream, &["event: news", "new HIT"]).await;
    assert!(all.contains("1 new HIT") && !all.contains("HITs"), "{all}");
    // What is new may not be what a filter asks for.
    for filtered in [
        "/hits?batch=1&status=Assignable",
        "/hits?search=cat",
        &format!("{path}/answers?worker=A1ANNA"),
        &format!("{path}/answers?below=9"),
    ] {
        let address = stream_of(&browser.get(&world, filtered).await.text);
        assert!(!address.contains("news="), "{filtered}: {address}");
    }
    let address =
        stream_of(&browser.get(&world, &format!("{path}/answers?order=oldest")).await.text);
    assert!(address.contains("news="), "an order is no filter: {address}");
}

#[tokio::test]
async fn what_is_to_pay_is_at_the_price_of_each_hits_own_type() {
    let (world, mut browser, path) = made("name\ncat\ndog\n").await;
    let ids = hits(&world).await;
    let id = submit(&world, &ids[0], "A1ANNA", "cat").await;
    world.ok("ApproveAssignment", json!({"AssignmentId": id})).await;
    has(&browser.get(&world, &path).await, &[">$0.06<", ">$0.24, fees"]);
    let dear = json!({"Title": "Dear", "Description": "D", "Reward": "1.00",
        "AssignmentDurationInSeconds": 60});
    let dear = world.ok("CreateHITType", dear).await["HITTypeId"].take();
    world.ok("UpdateHITTypeOfHIT", json!({"HITId": ids[1], "HITTypeId": dear})).await;
    // Two at the old price, and two at the new one.
    has(&browser.get(&world, &path).await, &[">$0.06<", ">$2.52, fees", "1 approved"]);
}
