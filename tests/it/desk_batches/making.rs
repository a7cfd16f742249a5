//! From the empty list to a published batch.

use axum::http::header::CONTENT_SECURITY_POLICY;
use mturk_local::emulator::Options;
use mturk_local::turn::Profile;
use serde_json::json;

use super::{NEW, TEMPLATE, drafted, fields, has, hits, published, shown};
use crate::desk::{Browser, location};
use crate::site::frame;
use crate::world::World;

async fn of_test(world: &World) -> Browser {
    Browser::of(world, "test").await
}

#[tokio::test]
async fn a_batch_is_made_in_two_steps() {
    let world = World::new().await;
    let mut browser = of_test(&world).await;
    has(&browser.get(&world, "/batches").await, &["You have no batches yet", "/batches/new"]);
    has(&browser.get(&world, NEW).await, &["value=\"categorize\"", "value=\"survey-link\""]);
    let draft = drafted(&mut browser, &world, "name,other\ncat,1\n\"dog\ntwo\",2\n").await;
    assert!(hits(&world).await.is_empty(), "nothing is made before it is published");
    let preview = browser.get(&world, &draft).await;
    let texts = ["row 1 of 2", "<dd>4</dd>", "$0.20", "$0.04", "$0.24", "play money"];
    has(&preview, &texts);
    has(&preview, &["<strong>Line 1, other</strong>: the template does not name this column"]);
    has(&preview, &["?row=2\">Next row", "Publish 2 HITs", "sandbox=\"allow-scripts"]);
    let second = browser.get(&world, &format!("{draft}?row=2")).await;
    has(&second, &["id=\"strip\"", "/assets/strip.js"]);
    has(&second, &["row 2 of 2", "The cells of line 3", "dog\ntwo", "?row=1\">Previous row"]);
    assert!(!second.text.contains("Next row"));
    has(&browser.get(&world, &format!("{draft}?row=99")).await, &["row 2 of 2"]);
    let page = browser.get_any(&world, &frame(&second.text)).await;
    has(&page, &["<p>dog\ntwo</p>", "mturk_form"]);
    let policy = page.headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.starts_with("sandbox ") && !policy.contains("allow-same-origin"), "{policy}");
    let made = browser.post(&world, &draft, &[]).await;
    assert_eq!(location(&made), "/requester/batches/1?done=create");
    let again = browser.post(&world, &draft, &[]).await;
    assert_eq!(location(&again), "/requester/batches/1", "two clicks make one batch");
    assert_eq!(location(&browser.get(&world, &draft).await), "/requester/batches/1");
    world.done("POST", "/clock", json!({"advance": "0s"})).await;
    let page = browser.get(&world, "/batches/1?done=create").await;
    has(&page, &["The batch is being published.", "2 of 2 HITs made", "0 of 4 assignments"]);
    has(&page, &["<dt>A HIT lasts</dt><dd>7 days</dd>", "<dd>3 days after submission</dd>"]);
    has(&browser.get(&world, "/batches").await, &["Name it", "2 of 2 HITs", "4 not taken"]);
    assert_eq!(hits(&world).await.len(), 2);
}

#[tokio::test]
async fn what_was_entered_is_kept_and_every_problem_has_its_line() {
    let world = World::new().await;
    let mut browser = of_test(&world).await;
    browser.get(&world, NEW).await;
    let typed = [("title", "Mine <b>"), ("reward", "lots"), ("rate", "high"), ("description", "")];
    let file: [(&str, &str, &[u8]); 1] = [("data", "my.csv", b"title\ncat\n")];
    let refused = browser.upload(&world, NEW, &fields(&typed), &file).await;
    assert_eq!(refused.status, 400);
    has(&refused, &["“lots” is not an amount", "“high” is not a whole number", "A description is"]);
    has(&refused, &["value=\"Mine &#60;b&#62;\"", "value=\"lots\"", "Kept: my.csv, 10 bytes"]);
    has(&refused, &["&#60;p&#62;${name}&#60;/p&#62;"]);
    let kept = refused.text.split("name=\"draft\" value=\"").nth(1).unwrap();
    let kept = kept.split('"').next().unwrap();
    // The kept file is read, without being sent again.
    let refused = browser.upload(&world, NEW, &fields(&[("draft", kept)]), &[]).await;
    assert_eq!(refused.status, 400);
    has(&refused, &["<strong>Line 1, name</strong>: the template has ${name}", "Kept: my.csv"]);
    let bad = "name,b\n1\n2,3,4\n\"open,1\n";
    let refused =
        browser.upload(&world, NEW, &fields(&[]), &[("data", "b.csv", bad.as_bytes())]).await;
    has(&refused, &["<strong>Line 4</strong>: a quotation mark has no partner"]);
    let pasted = fields(&[("rows", "name\n1,2\n3,4\n")]);
    let refused = browser.upload(&world, NEW, &pasted, &[]).await;
    has(&refused, &["<strong>Line 2</strong>: the row has 2 cells", "<strong>Line 3</strong>"]);
    has(&refused, &["\nname\n1,2\n3,4\n</textarea>"]);
    let long = "t".repeat(129);
    let titled = fields(&[("title", &long), ("rows", "name\n1")]);
    has(&browser.upload(&world, NEW, &titled, &[]).await, &["Title", &long]);
    let lost = fields(&[("draft", "gone")]);
    let refused = browser.upload(&world, NEW, &lost, &[]).await;
    has(&refused, &["What you entered before is not kept any more", "Choose a CSV file, or paste"]);
}

#[tokio::test]
async fn a_sample_replaces_the_template_and_nothing_else() {
    let world = World::new().await;
    let mut browser = of_test(&world).await;
    browser.get(&world, NEW).await;
    let file: [(&str, &str, &[u8]); 1] = [("data", "my.csv", b"text\nI like it\n")];
    let chosen = [("sample", "sentiment"), ("title", "How do they feel?")];
    let page = browser.upload(&world, NEW, &fields(&chosen), &file).await;
    assert_eq!(page.status, 200);
    has(&page, &["would replace your template", "name=\"replace\" value=\"sentiment\""]);
    has(&page, &["name=&#34;animal&#34;", "Kept: my.csv"]);
    let replaced = [("replace", "sentiment"), chosen[1]];
    let page = browser.upload(&world, NEW, &fields(&replaced), &file).await;
    assert_eq!(page.status, 200);
    has(&page, &["value=\"How do they feel?\"", "the column <code>text</code>", "Kept: my.csv"]);
    assert!(!page.text.contains("name=&#34;animal&#34;"));
    // Nothing of one's own is lost.
    let begun = mturk_local::rules::batch::samples::Sample::find("sentiment").unwrap().html;
    for template in ["", " \r\n", &begun.replace('\n', "\r\n")] {
        let chosen = fields(&[("template", template), ("sample", "transcribe")]);
        let page = browser.upload(&world, NEW, &chosen, &[]).await;
        assert!(!page.text.contains("would replace your template"), "{}", page.text);
    }
    let own: [(&str, &str, &[u8]); 1] = [("template_file", "own.html", b"\xef\xbb\xbf${mine}")];
    let page = browser.upload(&world, NEW, &fields(&[("title", "")]), &own).await;
    has(&page, &["the column <code>mine</code>", "A title is needed."]);
    let not_utf8: [(&str, &str, &[u8]); 1] = [("template_file", "own.html", b"\xe9")];
    let page = browser.upload(&world, NEW, &fields(&[("rows", "name\n1")]), &not_utf8).await;
    has(&page, &["The file own.html: it is not UTF-8."]);
}

#[tokio::test]
async fn a_form_that_is_changed_comes_back_as_it_was() {
    let world = World::new().await;
    let mut browser = of_test(&world).await;
    browser.get(&world, NEW).await;
    let more = fields(&[
        ("masters", "yes"),
        ("locale", "US-WA"),
        ("visibility", "PreviewAndAccept"),
        ("lifetime", "2"),
        ("lifetime_unit", "3600"),
        ("rows", "name\ncat\n"),
    ]);
    let sent = browser.upload(&world, NEW, &more, &[]).await;
    let id = location(&sent).rsplit('/').next().unwrap().to_owned();
    let form = browser.get(&world, &format!("{NEW}?draft={id}")).await;
    has(&form, &["value=\"yes\" checked", "value=\"US-WA\"", "\"PreviewAndAccept\" selected"]);
    has(&form, &["<option value=\"3600\" selected", "\nname\ncat\n</textarea>"]);
    let made = browser.post(&world, &format!("/batches/drafts/{id}"), &[]).await;
    location(&made);
    world.done("POST", "/clock", json!({"advance": "0s"})).await;
    let page = browser.get(&world, "/batches/1").await;
    has(&page, &["Masters must", "Worker_Locale must be one of US-WA", "<dd>2 hours</dd>"]);
    let hit = world.hit(&hits(&world).await[0]).await;
    assert_eq!(hit["QualificationRequirements"].as_array().unwrap().len(), 2);
    has(&browser.get(&world, &format!("{NEW}?draft=gone")).await, &["is not kept any more"]);
}

#[tokio::test]
async fn hostile_cells_and_templates_stay_in_their_frame() {
    let world = World::new().await;
    let mut browser = of_test(&world).await;
    browser.get(&world, NEW).await;
    let script = "<script>alert(1)</script>";
    let long = format!("{}</dd>{script}", "x".repeat(250_000));
    let rows = format!("name,{script}\n{script},=1+1\n{long},2\n");
    let hostile = fields(&[("title", script), ("description", script), ("name", script)]);
    let data = [("data", script, rows.as_bytes())];
    let sent = browser.upload(&world, NEW, &hostile, &data).await;
    let draft = location(&sent).strip_prefix("/requester").unwrap().to_owned();
    for row in 1..=2 {
        let preview = browser.get(&world, &format!("{draft}?row={row}")).await;
        assert!(!preview.text.contains(script), "{}", preview.text);
        assert!(preview.text.len() < 20_000, "{}", preview.text.len());
    }
    let second = browser.get(&world, &format!("{draft}?row=2")).await.text;
    let framed = browser.get_any(&world, &frame(&second)).await.text;
    assert!(framed.contains(&long), "a page of its own");
    location(&browser.post(&world, &draft, &[]).await);
    world.done("POST", "/clock", json!({"advance": "0s"})).await;
    for path in ["/batches", "/batches/1", "/hits?batch=1", "/batches/1/answers"] {
        let page = browser.get(&world, path).await;
        assert_eq!(page.status, 200);
        assert!(!page.text.contains(script), "{path}: {}", page.text);
    }
    let id = location(&browser.upload(&world, NEW, &hostile, &data).await).to_owned();
    let form =
        browser.get(&world, &format!("{NEW}?draft={}", id.rsplit('/').next().unwrap())).await;
    assert!(!form.text.contains(script) && form.text.contains("&#60;script&#62;"));
}

#[tokio::test]
async fn uploads_have_limits() {
    let world = World::new().await;
    let mut browser = of_test(&world).await;
    browser.get(&world, NEW).await;
    let row = "cat\n".repeat(1000);
    let table = |bytes: usize| format!("name\n{}", row.repeat(bytes / row.len() + 1));
    for (bytes, said) in [
        (16 << 20, "The file big.csv: it has more than 16 MiB."),
        (40 << 20, "The file big.csv: it has more than 16 MiB."),
        (100 << 10, "there are more than 20000 rows"),
    ] {
        let data = table(bytes);
        let data = [("data", "big.csv", data.as_bytes())];
        let mut browser = browser.clone();
        let refused = browser.upload(&world, NEW, &fields(&[("keywords", "mine")]), &data).await;
        assert_eq!(refused.status, 400);
        has(&refused, &[said, "value=\"mine\"", "value=\"Name it\"", "&#60;p&#62;${name}"]);
        if !said.contains("MiB") {
            continue;
        }
        // The fields behind the file are not lost either.
        let fields = [("data", "big.csv", data[0].2), ("template_file", "own.html", b"${mine}")];
        let refused = browser.upload(&world, NEW, &[], &fields).await;
        has(&refused, &[said, "the column <code>mine</code>"]);
    }
    let template = "x".repeat((512 << 10) + 1);
    let long = fields(&[("template", &template), ("rows", "name\n1\n")]);
    let refused = browser.upload(&world, NEW, &long, &[]).await;
    assert_eq!(refused.status, 400);
    // A table of few bytes that takes much memory.
    let columns: Vec<String> = (0..499).map(|number| format!("c{number}")).collect();
    let wide =
        format!("name,{}\n{}", columns.join(","), format!("1{}\n", ",".repeat(499)).repeat(9000));
    let data = [("data", "wide.csv", wide.as_bytes())];
    let refused = browser.upload(&world, NEW, &fields(&[]), &data).await;
    assert_eq!(refused.status, 400);
    has(&refused, &["more than 96 MiB of memory"]);
    assert!(hits(&world).await.is_empty());
}

#[tokio::test]
async fn a_batch_that_costs_too_much_is_told_before_and_not_made() {
    let world = World::with(|options: &mut Options| {
        options.market.profile = Profile::Production;
    })
    .await;
    let mut browser = of_test(&world).await;
    browser.get(&world, NEW).await;
    let dear = fields(&[("reward", "4167.00"), ("assignments", "2"), ("rows", "name\ncat\n")]);
    let sent = browser.upload(&world, NEW, &dear, &[]).await;
    let draft = location(&sent).strip_prefix("/requester").unwrap().to_owned();
    let preview = browser.get(&world, &draft).await;
    has(&preview, &["$10000.00", "$10000.80", "Your balance does not cover this batch."]);
    let refused = browser.post(&world, &draft, &[]).await;
    assert_eq!(refused.status, 409);
    has(&refused, &["The batch was not made.", "row 1 of 1", "Publish 1 HIT"]);
    assert!(hits(&world).await.is_empty());
    has(&browser.get(&world, &draft).await, &["Publish 1 HIT"]);
}

#[tokio::test]
async fn the_list_has_pages_and_the_newest_first() {
    let world = World::new().await;
    let mut browser = of_test(&world).await;
    for number in 0..21 {
        let new = json!({"Title": format!("Number {number}."), "Description": "D", "Reward": "0.05",
            "Template": TEMPLATE, "Data": "name\ncat\n"});
        world.done("POST", "/batches", new).await;
    }
    world.done("POST", "/clock", json!({"advance": "0s"})).await;
    let first = browser.get(&world, "/batches").await;
    let places: Vec<usize> = ["Number 20.", "Number 19.", "Number 1."]
        .map(|title| first.text.find(title).unwrap())
        .into();
    assert!(places.is_sorted() && !first.text.contains("Number 0."));
    has(&first, &["rel=\"next\" href=\"/requester/batches?after=2\""]);
    let second = browser.get(&world, "/batches?after=2").await;
    has(&second, &["Number 0.", "First page", "1 not taken"]);
    assert!(!second.text.contains("Number 1.") && !second.text.contains("rel=\"next\""));
    has(&browser.get(&world, "/batches?after=1").await, &["There are no more batches"]);
    has(&browser.get(&world, "/batches?after=x").await, &["Number 20."]);
}

#[tokio::test]
async fn a_stranger_sees_and_changes_nothing() {
    let world = World::new().await;
    let mut browser = of_test(&world).await;
    let path = published(&mut browser, &world, "name\ncat\n").await;
    let draft = drafted(&mut browser, &world, "name\ncat\n").await;
    let before = shown(&world).await;
    let mut other = Browser::of(&world, "OTHER").await;
    has(&other.get(&world, "/batches").await, &["You have no batches yet"]);
    for path in [
        path.clone(),
        format!("{path}/answers"),
        format!("{path}/results.csv"),
        draft.clone(),
        format!("{draft}/page"),
        "/batches/x".to_owned(),
        "/batches/99".to_owned(),
    ] {
        let page = other.get(&world, &path).await;
        assert_eq!(page.status, 404, "{path}: {}", page.text);
        assert!(!page.text.contains("Name it") && page.text.contains("<!doctype html>"), "{path}");
    }
    has(&other.get(&world, "/hits?batch=1").await, &["No HIT matches"]);
    let id = draft.rsplit('/').next().unwrap();
    let form = other.get(&world, &format!("{NEW}?draft={id}")).await;
    assert!(!form.text.contains("Name it"));
    for (form, fields) in [
        (format!("{path}/extend"), &[("count", "1")][..]),
        (format!("{path}/cancel"), &[]),
        (format!("{path}/publish"), &[]),
        (format!("{path}/republish"), &[]),
        (draft.clone(), &[]),
        (format!("{path}/answers"), &[("do", "approve-all")]),
    ] {
        let refused = other.post(&world, &form, fields).await;
        assert_eq!(refused.status, 404, "{form}: {}", refused.text);
    }
    let marks: [(&str, &str, &[u8]); 1] = [("file", "r.csv", b"AssignmentId,Approve\n3X,x\n")];
    let refused = other.upload(&world, &format!("{path}/review"), &[], &marks).await;
    assert_eq!(refused.status, 404);
    assert_eq!(shown(&world).await, before);
    assert_eq!(browser.get(&world, &draft).await.status, 200, "it is still there");
    assert_eq!(browser.post(&world, &format!("{path}/odd"), &[]).await.status, 404);
    let mut nobody = Browser::default();
    assert_eq!(nobody.get(&world, &path).await.status, 303);
    let unsigned = browser.post_without_token(&world, &draft, &[]).await;
    assert_eq!(unsigned.status, 403);
    let forged = Browser { form_token: "x".to_owned(), ..browser.clone() }
        .upload(&world, NEW, &fields(&[("rows", "name\n1\n")]), &[])
        .await;
    assert_eq!(forged.status, 403);
}
