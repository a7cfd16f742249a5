//! What a page of answers leaves out or refuses, it says.

use serde_json::{Value, json};

use super::{row, rows, status, work};
use crate::desk::{Browser, location};
use crate::world::World;

#[tokio::test]
async fn a_rejection_is_taken_back_only_where_it_was_shown_and_still_stands() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"MaxAssignments": 9})).await;
    let path = format!("/hits/{hit}/answers");
    let mut browser = Browser::of(&world, "test").await;
    let mut made = Vec::new();
    for worker in ["A1A", "A1B", "A1C", "A1D"] {
        made.push(format!("{} {worker}", world.work(worker, &hit).await));
    }
    let id = |at: usize| made[at].split(' ').next().unwrap();
    let reject = async |at: usize| {
        let sent = json!({"AssignmentId": id(at), "RequesterFeedback": "No"});
        world.ok("RejectAssignment", sent).await;
    };
    reject(0).await;
    reject(1).await;
    let page = browser.get(&world, &path).await.text;
    assert!(row(&page, id(0)).contains(&format!("value=\"{} Rejected\"", made[0])), "{page}");
    assert!(row(&page, id(2)).contains(&format!("value=\"{} Submitted\"", made[2])));
    // Another reviewer rejects the fourth, and takes the rejection of the second back.
    reject(3).await;
    let again = json!({"AssignmentId": id(1), "OverrideRejection": true});
    world.ok("ApproveAssignment", again).await;
    let shown: Vec<String> = ["Rejected", "Rejected", "Submitted", "Submitted"]
        .iter()
        .zip(&made)
        .map(|(status, of)| format!("{of} {status}"))
        .collect();
    let mut fields = vec![("do", "override")];
    fields.extend(made.iter().map(|of| ("assignment", of.as_str())));
    fields.extend(shown.iter().map(|of| ("shown", of.as_str())));
    let sent = browser.post(&world, &path, &fields).await;
    assert_eq!(sent.status, 409, "{}", sent.text);
    assert!(sent.text.contains("1 of 4 were done."), "{}", sent.text);
    assert!(row(&sent.text, id(1)).contains("already approved"), "{}", sent.text);
    for at in [2, 3] {
        assert!(row(&sent.text, id(at)).contains("was not rejected when the page was shown"));
    }
    let mut found = Vec::new();
    for at in 0..4 {
        found.push(status(&world, id(at)).await);
    }
    assert_eq!(found, ["Approved", "Approved", "Submitted", "Rejected"]);
    let unnamed = [("do", "override"), ("assignment", made[3].as_str())];
    assert_eq!(browser.post(&world, &path, &unnamed).await.status, 409, "nothing was shown");
    let stranger = "3NOBODY A1A Rejected";
    let unknown = [("do", "override"), ("assignment", "3NOBODY A1A"), ("shown", stranger)];
    let sent = browser.post(&world, &path, &unknown).await;
    assert!(sent.status == 409 && sent.text.contains("3NOBODY"), "{}", sent.text);
}

#[tokio::test]
async fn each_value_of_a_column_is_shown() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let crowd = r#"[{"label":"cat"},{"label":"dog"}]"#;
    let id = work(&world, "A1A", &hit, "1s", json!({"taskAnswers": crowd})).await;
    let mut browser = Browser::of(&world, "test").await;
    let page = browser.get(&world, &format!("/hits/{hit}/answers")).await.text;
    let of = row(&page, &id);
    assert!(of.contains(">cat<") && of.contains(">dog<"), "{of}");
    assert_eq!(page.matches(">label</th>").count(), 2, "one column, and one measure: {page}");
}

#[tokio::test]
async fn what_is_left_out_is_counted() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, "test").await;
    for (fields, columns, more, measured) in [
        (50, None, None, None),
        (51, None, None, Some("50 fields are measured; 1 other is not.")),
        (100, None, None, Some("50 fields are measured; 50 others are not.")),
        (101, Some("1 more column is not shown"), None, Some("51 others")),
        (200, Some("100 more columns are not shown"), None, Some("150 others")),
        (203, Some("100 more columns"), Some("3 more values"), Some("1 answer has more than 200")),
    ] {
        let hit = world.create_hit(json!({"Title": fields.to_string()})).await;
        let given = (0..fields).map(|number| (format!("f{number}"), json!("x")));
        work(&world, "A1A", &hit, "1s", Value::Object(given.collect())).await;
        let page = browser.get(&world, &format!("/hits/{hit}/answers")).await.text;
        assert_eq!(page.contains("not shown. Open an answer"), columns.is_some(), "{fields}");
        assert_eq!(page.contains("more value"), more.is_some(), "{fields}");
        assert_eq!(page.contains("fields are measured;"), measured.is_some(), "{fields}");
        for text in [columns, more, measured].into_iter().flatten() {
            assert!(page.contains(text), "{fields}: {text}: {page}");
        }
    }
}

#[tokio::test]
async fn a_filter_that_cannot_be_read_is_named() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    world.work("A1A", &hit).await;
    let mut browser = Browser::of(&world, "test").await;
    for (query, why) in [
        ("status=odd", "“odd” is not a status"),
        ("below=9s", "“9s” is not a number of seconds"),
        ("order=%3Cb%3E", "“&#60;b&#62;” is not an order"),
        ("after=x", "This is the first page"),
        ("value=cat", "A value without a field"),
    ] {
        let page = browser.get(&world, &format!("/hits/{hit}/answers?{query}")).await;
        assert_eq!((page.status, rows(&page.text).len()), (200, 1), "{query}");
        assert!(page.text.contains(why), "{query}: {}", page.text);
    }
    let plain = browser.get(&world, &format!("/hits/{hit}/answers?below=9&order=oldest")).await;
    assert!(!plain.text.contains("is no ") && !plain.text.contains("note refusals"));
}

#[tokio::test]
async fn approve_all_is_about_what_the_page_showed_as_submitted() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let id = world.work("A1A", &hit).await;
    let path = format!("/hits/{hit}/answers");
    let mut browser = Browser::of(&world, "test").await;
    browser.get(&world, &path).await;
    for shown in ["", "Approved", "odd", "Submitted"] {
        let value = format!("{id} A1A {shown}");
        let sent = browser.post(&world, &path, &[("do", "approve-all"), ("shown", &value)]).await;
        if shown == "Submitted" {
            location(&sent);
        } else {
            assert_eq!(sent.status, 400, "{shown}");
            assert_eq!(status(&world, &id).await, "Submitted", "{shown}");
        }
    }
    assert_eq!(status(&world, &id).await, "Approved");
}
