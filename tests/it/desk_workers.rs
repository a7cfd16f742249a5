//! The requester's desk: who worked, what can be done about one worker, and the table of all.

use serde_json::{Value, json};

use crate::desk::{Browser, location};
use crate::world::{Reply, World};

/// The cells of a worker's row, without markup.
fn row(page: &str, worker: &str) -> Vec<String> {
    let link = format!("<a href=\"/requester/workers/{worker}\">");
    let (_, rest) = page.split_once(&link).unwrap_or_else(|| panic!("{worker}: {page}"));
    let row = rest.split("</tr>").next().unwrap();
    let plain = |cell: &str| {
        let parts = cell.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
        parts.collect::<String>().trim().to_owned()
    };
    row.replace("</th>", "</td>").split("</td>").map(plain).collect()
}

/// The workers of a page, in its order.
fn workers(page: &str) -> Vec<String> {
    let links = page.split("<th scope=\"row\"><a href=\"/requester/workers/").skip(1);
    links.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

/// The workers of a list, read page by page, and how many pages there are.
async fn all(browser: &mut Browser, world: &World, path: &str) -> (Vec<String>, usize) {
    let (mut path, mut found, mut pages) = (path.to_owned(), Vec::new(), 0);
    loop {
        let page = browser.get(world, &path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text);
        found.extend(workers(&page.text));
        pages += 1;
        let Some(next) = page.text.split("rel=\"next\" href=\"/requester").nth(1) else {
            return (found, pages);
        };
        path = next.split('"').next().unwrap().replace("&#38;", "&");
    }
}

async fn messages(world: &World) -> Vec<Value> {
    world.done("GET", "/messages", Value::Null).await["Messages"].as_array().unwrap().clone()
}

async fn new_type(world: &World, name: &str) -> String {
    let new = json!({"Name": name, "Description": "x", "QualificationTypeStatus": "Active"});
    let made = world.ok("CreateQualificationType", new).await;
    made["QualificationType"]["QualificationTypeId"].as_str().unwrap().to_owned()
}

async fn score(world: &World, of: &str, worker: &str) -> Option<i64> {
    let asked = json!({"QualificationTypeId": of, "WorkerId": worker});
    let (status, answer) = world.call("GetQualificationScore", asked).await;
    (status == 200).then(|| answer["Qualification"]["IntegerValue"].as_i64().unwrap())
}

async fn blocks(world: &World) -> Vec<(String, String)> {
    let found = world.ok("ListWorkerBlocks", json!({})).await;
    let text = |of: &Value, name: &str| of[name].as_str().unwrap().to_owned();
    let blocks = found["WorkerBlocks"].as_array().unwrap().clone();
    blocks.iter().map(|of| (text(of, "WorkerId"), text(of, "Reason"))).collect()
}

#[tokio::test]
async fn workers_are_listed_with_what_became_of_their_work() {
    let world = World::new().await;
    let mut hits = Vec::new();
    for _ in 0..3 {
        hits.push(world.create_hit(json!({})).await);
    }
    let [first, second, third] = [&hits[0], &hits[1], &hits[2]];
    let approved = world.work("A1ANNA", first).await;
    world.ok("ApproveAssignment", json!({"AssignmentId": approved})).await;
    let rejected = world.work("A1ANNA", second).await;
    let no = json!({"AssignmentId": rejected, "RequesterFeedback": "no"});
    world.ok("RejectAssignment", no).await;
    world.work("A1ANNA", third).await;
    world.advance("1h").await;
    world.work("A1BEN", first).await;
    world.ok("CreateWorkerBlock", json!({"WorkerId": "A1BEN", "Reason": "too <fast>"})).await;
    let theirs = world.by("other").create_hit(json!({})).await;
    world.by("other").work("A1CHEN", &theirs).await;
    let mut browser = Browser::of(&world, "test").await;
    let page = browser.get(&world, "/workers").await.text;
    assert_eq!(workers(&page), ["A1ANNA", "A1BEN"]);
    let anna = ["A1ANNA", "3", "1", "1", "1", "50 %", "1 hour ago", "", ""];
    assert_eq!(row(&page, "A1ANNA"), anna);
    let ben = ["A1BEN", "1", "0", "0", "1", "–", "now", "blocked too &#60;fast&#62;", ""];
    assert_eq!(row(&page, "A1BEN"), ben);
    let after_all = json!({"AssignmentId": rejected, "OverrideRejection": true});
    world.ok("ApproveAssignment", after_all).await;
    world.advance("40d").await;
    let page = browser.get(&world, "/workers").await.text;
    assert_eq!(row(&page, "A1ANNA")[1..6], ["3", "3", "0", "0", "100 %"]);
    let dump = world.done("GET", "/world", Value::Null).await;
    world.done("PUT", "/world", dump).await;
    let page = browser.get(&world, "/workers").await.text;
    assert_eq!(row(&page, "A1ANNA")[1..6], ["3", "3", "0", "0", "100 %"], "after a load");
    assert_eq!(row(&page, "A1BEN")[1..6], ["1", "1", "0", "0", "100 %"]);
}

#[tokio::test]
async fn a_list_of_workers_is_searched_sorted_and_paged() {
    let world = World::new().await;
    let mut hits = Vec::new();
    for _ in 0..3 {
        hits.push(world.create_hit(json!({"MaxAssignments": 60})).await);
    }
    let name = |number: usize| format!("A1W{number:02}");
    for number in 0..60_usize {
        for hit in hits.iter().take(1 + number % 3) {
            world.work(&name(number), hit).await;
        }
    }
    let mut browser = Browser::of(&world, "test").await;
    let by_id: Vec<String> = (0..60).map(name).collect();
    assert_eq!(all(&mut browser, &world, "/workers").await, (by_id, 2));
    let mut by_work: Vec<usize> = (0..60).collect();
    by_work.sort_by_key(|number| (std::cmp::Reverse(number % 3), *number));
    let by_work: Vec<String> = by_work.into_iter().map(name).collect();
    assert_eq!(all(&mut browser, &world, "/workers?sort=most").await, (by_work, 2));
    let some = all(&mut browser, &world, "/workers?search=a1w1").await.0;
    assert_eq!(some, (10..20).map(name).collect::<Vec<_>>());
    assert_eq!(all(&mut browser, &world, "/workers?search=A1X").await.0, [""; 0]);
    for sort in ["latest", "waiting", "worst"] {
        let (mut found, pages) = all(&mut browser, &world, &format!("/workers?sort={sort}")).await;
        found.sort();
        assert_eq!((found.len(), pages), (60, 2), "{sort}");
        found.dedup();
        assert_eq!(found.len(), 60, "{sort}");
    }
}

#[tokio::test]
async fn blocked_workers_are_listed_who_never_worked() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"MaxAssignments": 60})).await;
    let name = |number: usize| format!("A1W{number:02}");
    for number in 0..60 {
        if number % 2 == 0 {
            world.work(&name(number), &hit).await;
        }
        if number % 3 > 0 {
            let block = json!({"WorkerId": name(number), "Reason": "odd"});
            world.ok("CreateWorkerBlock", block).await;
        }
    }
    let theirs = json!({"WorkerId": "A1W99", "Reason": "odd"});
    world.by("other").ok("CreateWorkerBlock", theirs).await;
    let mut browser = Browser::of(&world, "test").await;
    let known: Vec<String> =
        (0..60).filter(|number| number % 2 == 0 || number % 3 > 0).map(name).collect();
    assert_eq!(all(&mut browser, &world, "/workers").await, (known.clone(), 1));
    let page = browser.get(&world, "/workers?search=A1W01").await.text;
    assert_eq!(row(&page, "A1W01"), ["A1W01", "0", "0", "0", "0", "–", "–", "blocked odd", ""]);
    let latest = all(&mut browser, &world, "/workers?sort=latest").await.0;
    assert_eq!(latest.len(), known.len());
    assert_eq!(latest[0], "A1W00", "those who worked come first");
    assert_eq!(latest[30], "A1W01");
    let file = browser.get(&world, "/workers.csv").await.text;
    let strangers = file.lines().filter(|line| line.starts_with("\"A1W01\",\"0\""));
    assert_eq!(strangers.count(), 1, "{file}");
}

#[tokio::test]
async fn a_worker_with_many_qualifications_has_pages_of_them() {
    let world = World::new().await;
    for number in 0..101 {
        let of = new_type(&world, &format!("Type {number:03}")).await;
        if number < 45 {
            let to = json!({"QualificationTypeId": of, "WorkerId": "A1ANNA", "IntegerValue": 1});
            world.ok("AssociateQualificationWithWorker", to).await;
        }
    }
    let mut browser = Browser::of(&world, "test").await;
    let (mut path, mut found, mut pages) = ("/workers/A1ANNA".to_owned(), Vec::new(), 0);
    loop {
        let page = browser.get(&world, &path).await.text;
        assert!(page.contains("These are the first 100 by name."), "{page}");
        let names = page.split("</a>: ").filter_map(|before| before.rsplit("\">").next());
        found.extend(names.filter(|name| name.starts_with("Type")).map(str::to_owned));
        pages += 1;
        let Some(next) = page.split("href=\"/requester/workers/A1ANNA?qualifications=").nth(1)
        else {
            break;
        };
        path = format!("/workers/A1ANNA?qualifications={}", next.split('#').next().unwrap());
    }
    found.sort();
    let expected: Vec<String> = (0..45).map(|number| format!("Type {number:03}")).collect();
    assert_eq!((found, pages), (expected, 3));
}

#[tokio::test]
async fn one_worker_shows_all_work_for_this_requester_alone() {
    let world = World::new().await;
    let (mut made, lab) = (Vec::new(), world.by("other"));
    for number in 0..60 {
        let hit = world.create_hit(json!({})).await;
        made.push(world.work("A1ANNA", &hit).await);
        if number % 3 == 0 {
            let theirs = lab.create_hit(json!({"Title": "Secret"})).await;
            lab.work("A1ANNA", &theirs).await;
        }
    }
    let mut browser = Browser::of(&world, "test").await;
    let (mut path, mut found) = ("/workers/A1ANNA".to_owned(), Vec::new());
    loop {
        let page = browser.get(&world, &path).await.text;
        assert!(!page.contains("Secret"), "{page}");
        let ids = page.split(">Answer ").skip(1);
        found.extend(ids.map(|rest| rest.split('<').next().unwrap().to_owned()));
        let Some(next) = page.split("rel=\"next\" href=\"/requester").nth(1) else { break };
        path = next.split('"').next().unwrap().to_owned();
    }
    made.reverse();
    assert_eq!(found, made, "the latest first");
    let stranger = Browser::of(&world, "third").await.get(&world, "/workers/A1ANNA").await;
    assert!(stranger.text.contains("has not worked for you"), "{}", stranger.text);
    assert!(!stranger.text.contains("Answer "));
    for id in ["ANNA%00", "a1anna", "B1", "A"] {
        assert_eq!(browser.get(&world, &format!("/workers/{id}")).await.status, 404, "{id}");
    }
}

#[tokio::test]
async fn a_robots_work_is_marked() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    world.done("PUT", "/workers/A1ROBOT", json!({"Robot": true})).await;
    world.work("A1ROBOT", &hit).await;
    world.work("A1ANNA", &hit).await;
    let mut browser = Browser::of(&world, "test").await;
    let page = browser.get(&world, "/workers").await.text;
    assert_eq!(row(&page, "A1ROBOT")[0], "A1ROBOT robot");
    let table = browser.get(&world, "/workers.csv").await.text;
    let ends = table.lines().map(|line| line.rsplit_once(',').unwrap().1);
    assert!(table.starts_with("\"Worker ID\""), "{table}");
    assert!(ends.eq(["\"Robot\"", "\"\"", "\"yes\""]), "{table}");
    assert_eq!(row(&page, "A1ANNA")[0], "A1ANNA");
}

#[tokio::test]
async fn a_worker_is_blocked_told_paid_and_scored_by_forms() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let id = world.work("A1ANNA", &hit).await;
    let of = new_type(&world, "Careful").await;
    let mut browser = Browser::of(&world, "test").await;
    browser.get(&world, "/workers/A1ANNA").await;
    let early =
        browser.post(&world, "/workers/A1ANNA/message", &[("subject", "Hi"), ("text", "x")]);
    assert!(early.await.text.contains("has not done any work for you"), "not reviewed yet");
    world.ok("ApproveAssignment", json!({"AssignmentId": id})).await;
    let page = browser.get(&world, "/workers/A1ANNA").await.text;
    let nonce = page.split("name=\"nonce\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let forms: [(&str, &[(&str, &str)]); 5] = [
        ("message", &[("subject", "Thanks"), ("text", "Good <work>")]),
        ("bonus", &[("assignment", &id), ("amount", "0.50"), ("reason", "fast"), ("nonce", nonce)]),
        ("grant", &[("type", &of), ("score", "85")]),
        ("block", &[("reason", "one more")]),
        ("block", &[("reason", "another")]),
    ];
    for (change, fields) in forms {
        let done = browser.post(&world, &format!("/workers/A1ANNA/{change}"), fields).await;
        assert_eq!(location(&done), format!("/requester/workers/A1ANNA?done={change}"));
    }
    assert_eq!(messages(&world).await[0]["MessageText"], "Good <work>");
    assert_eq!(messages(&world).await.len(), 1, "a score without the mark tells nobody");
    assert_eq!(score(&world, &of, "A1ANNA").await, Some(85));
    assert_eq!(blocks(&world).await, [("A1ANNA".to_owned(), "another".to_owned())]);
    let page = browser.get(&world, "/workers/A1ANNA?done=bonus").await.text;
    for part in ["The bonus was paid.", "$0.50", "“fast”", "Careful</a>: 85", "another"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let again = browser.post(&world, "/workers/A1ANNA/bonus", forms[1].1).await;
    assert_eq!(again.status, 409);
    assert!(again.text.contains("not paid again") && again.text.contains(nonce), "{}", again.text);
    for change in ["unblock", "revoke"] {
        let path = format!("/workers/A1ANNA/{change}");
        let done = browser.post(&world, &path, &[("type", &*of)]).await;
        assert!(location(&done).ends_with(change));
    }
    assert_eq!((score(&world, &of, "A1ANNA").await, blocks(&world).await), (None, Vec::new()));
}

#[tokio::test]
async fn what_is_refused_is_said_beside_its_form() {
    let world = World::new().await;
    let of = new_type(&world, "Careful").await;
    let theirs = new_type(&world.by("other"), "Theirs").await;
    let mut browser = Browser::of(&world, "test").await;
    browser.get(&world, "/workers/A1ANNA").await;
    let long = "x".repeat(2001);
    for (change, fields, why) in [
        ("block", vec![("reason", "")], "minimum length of 1"),
        ("block", vec![("reason", &*long)], "maximum length of 2000"),
        ("message", vec![("subject", ""), ("text", "x")], "minimum length of 1"),
        ("grant", vec![("type", &*of), ("score", "2147483648")], "is not a score"),
        ("grant", vec![("type", &*theirs), ("score", "1")], "does not exist"),
        ("revoke", vec![("type", &*of)], "does not have this qualification"),
        ("bonus", vec![("nonce", "0-1")], "older than 23 hours"),
    ] {
        let page = browser.post(&world, &format!("/workers/A1ANNA/{change}"), &fields).await;
        assert!((400..=409).contains(&page.status), "{change}: {}", page.status);
        assert!(
            page.text.contains("id=\"refused\"") && page.text.contains(why),
            "{why}: {}",
            page.text
        );
    }
    let fits = [("reason", &long[1..])];
    assert_eq!(browser.post(&world, "/workers/A1ANNA/block", &fits).await.status, 303);
    assert_eq!(browser.post(&world, "/workers/A1ANNA/promote", &[]).await.status, 404);
    let blank = browser.get(&world, "/workers/A1ANNA/block").await;
    assert_eq!(blank.status, 405);
    assert!(blank.text.contains("This is the address of a form, not of a page."));
    assert_eq!(
        browser.post_without_token(&world, "/workers/A1ANNA/unblock", &[]).await.status,
        403
    );
}

/// Uploads a file with a reason.
async fn upload(
    browser: &mut Browser,
    world: &World,
    file: impl AsRef<[u8]>,
    reason: &str,
) -> Reply {
    let file = [("table", "w.csv", file.as_ref())];
    browser.upload(world, "/workers/upload", &[("reason", reason)], &file).await
}

#[tokio::test]
async fn a_table_of_workers_is_downloaded_filled_in_and_applied() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"LifetimeInSeconds": 30 * 86_400})).await;
    let of = new_type(&world, "Careful").await;
    for worker in ["A1ANNA", "A1BEN"] {
        let id = world.work(worker, &hit).await;
        world.ok("ApproveAssignment", json!({"AssignmentId": id})).await;
        world.advance("20d").await;
    }
    let given = json!({"QualificationTypeId": of, "WorkerId": "A1BEN", "IntegerValue": 5});
    world.ok("AssociateQualificationWithWorker", given).await;
    world.ok("CreateWorkerBlock", json!({"WorkerId": "A1BEN", "Reason": "old"})).await;
    let mut browser = Browser::of(&world, "test").await;
    let file = browser.get(&world, "/workers.csv").await;
    assert_eq!(file.headers["content-disposition"], "attachment; filename=\"workers.csv\"");
    let expected = "\"Worker ID\",\"Number of HITs approved or rejected - Lifetime\",\
        \"Number of HITs approved - Lifetime\",\"Your approval rate - Lifetime\",\
        \"Number of HITs approved or rejected - Last 30 Days\",\
        \"Number of HITs approved - Last 30 Days\",\"Your approval rate - Last 30 Days\",\
        \"Number of HITs approved or rejected - Last 7 Days\",\
        \"Number of HITs approved - Last 7 Days\",\"Your approval rate - Last 7 Days\",\
        \"CURRENT-BlockStatus\",\"UPDATE-BlockStatus\",\"CURRENT-Careful\",\"UPDATE-Careful\"\n\
        \"A1ANNA\",\"1\",\"1\",\"100%\",\"0\",\"0\",\"\",\"0\",\"0\",\"\",\
        \"Never Blocked\",\"\",\"\",\"\"\n\
        \"A1BEN\",\"1\",\"1\",\"100%\",\"1\",\"1\",\"100%\",\"0\",\"0\",\"\",\
        \"Blocked\",\"\",\"5\",\"\"\n";
    assert_eq!(file.text, expected);
    let filled = file.text.replace("Blocked\",\"\",\"\",\"\"", "Blocked\",\"Block\",\"\",\"90\"");
    let filled =
        filled.replace("Blocked\",\"\",\"5\",\"\"", "Blocked\",\"Unblock\",\"5\",\"Revoke\"");
    let refused = upload(&mut browser, &world, &filled, "").await;
    assert_eq!(refused.status, 400);
    assert!(
        refused.text.contains("Line 2, UPDATE-BlockStatus: give the reason"),
        "{}",
        refused.text
    );
    assert_eq!(score(&world, &of, "A1BEN").await, Some(5), "nothing was done");
    let done = upload(&mut browser, &world, &filled, "sl\0ow\u{1b}").await;
    assert_eq!(location(&done), "/requester/workers/upload?done=4&same=0");
    assert_eq!(blocks(&world).await, [("A1ANNA".to_owned(), "slow".to_owned())]);
    assert_eq!(score(&world, &of, "A1ANNA").await, Some(90));
    assert_eq!(score(&world, &of, "A1BEN").await, None);
    let again = upload(&mut browser, &world, &filled, "slow").await;
    assert_eq!(location(&again), "/requester/workers/upload?done=0&same=4", "nothing twice");
}

#[tokio::test]
async fn a_table_with_problems_changes_nothing() {
    let world = World::with(|options| options.market.known_workers_only = true).await;
    let of = new_type(&world, "Careful").await;
    new_type(&world.by("other"), "Theirs").await;
    world.done("PUT", "/workers/A1ANNA", json!({})).await;
    let mut browser = Browser::of(&world, "test").await;
    browser.get(&world, "/workers/upload").await;
    for (file, why) in [
        ("Worker ID,UPDATE-Careful\nA1ANNA,1\nbad,2\n", "Line 3, Worker ID: this is no id"),
        ("Worker ID,UPDATE-Theirs\nA1ANNA,1\n", "Line 1, UPDATE-Theirs: you have no"),
        ("Worker ID,UPDATE-Careful\nA1ANNA,\"1\n", "a quotation mark has no partner"),
        ("", "the file is empty"),
        (
            "Worker ID,UPDATE-Careful\nA1GHOST,1\nA1ANNA,1\nA1SHADE,2\n",
            "Line 2, Worker ID: there is no worker A1GHOST</li><li>Line 4, Worker ID: there is no \
             worker A1SHADE",
        ),
        (
            "Worker ID,UPDATE-Theirs\nA1ANNA,1\nbad,2\nA1GHOST,3\nA1ANNA,4,5\n",
            "Line 1, UPDATE-Theirs: you have no qualification type of this name</li><li>Line 3, \
             Worker ID: this is no id of a worker</li><li>Line 4, Worker ID: there is no worker \
             A1GHOST</li><li>Line 5: the row has 3 cells",
        ),
        ("Worker ID,UPDATE-Careful,UPDATE- Careful\nA1ANNA,1,2\n", "another column says the same"),
    ] {
        let refused = upload(&mut browser, &world, file, "").await;
        assert_eq!(refused.status, 400, "{file}: {}", refused.text);
        assert!(refused.text.contains(why), "{why}: {}", refused.text);
        assert_eq!(score(&world, &of, "A1ANNA").await, None, "{file}");
    }
    let large = "x".repeat(5 << 20);
    let refused = upload(&mut browser, &world, &large, "they were slow").await;
    assert_eq!(refused.status, 400);
    for part in ["the file has more than 4 MiB", "value=\"they were slow\""] {
        assert!(refused.text.contains(part), "{part}: {}", refused.text);
    }
}

#[tokio::test]
async fn a_table_names_types_by_their_exact_names_and_its_notes_are_shown() {
    let world = World::new().await;
    let cafe = new_type(&world, "Pass\u{e9}").await;
    let spaced = new_type(&world, " Careful").await;
    let careful = new_type(&world, "Careful").await;
    new_type(&world, "BlockStatus").await;
    let hit = world.create_hit(json!({})).await;
    world.work("A1ANNA", &hit).await;
    let mut browser = Browser::of(&world, "test").await;
    browser.get(&world, "/workers/upload").await;
    let file = browser.get(&world, "/workers.csv").await.text;
    let header = file.lines().next().unwrap();
    assert_eq!(header.matches("BlockStatus").count(), 2, "of the block alone: {header}");
    let table = "Worker ID,update-Careful,Update- Careful,UPDATE-  Pass\u{e9}\nA1ANNA,1,2,3\n";
    let latin: Vec<u8> = table.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let done = upload(&mut browser, &world, &latin, "").await;
    assert_eq!(done.status, 200, "{}", done.text);
    for said in ["3 changes made.", "<strong>Line 1</strong>: not UTF-8 from here on"] {
        assert!(done.text.contains(said), "{said}: {}", done.text);
    }
    for (of, expected) in [(careful, 1), (spaced, 2), (cafe, 3)] {
        assert_eq!(score(&world, &of, "A1ANNA").await, Some(expected));
    }
}
