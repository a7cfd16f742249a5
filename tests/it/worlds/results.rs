//! Saved results of batches become batches.

use axum::body::Body;
use axum::http::Request;
use mturk_local::worlds::Problem;
use mturk_local::worlds::archive::{Archive, Made, read_bytes};
use serde_json::{Value, json};

use super::dump;
use crate::world::World;

const HEADER: &str = "HITId,HITTypeId,Title,Reward,CreationTime,MaxAssignments,\
    RequesterAnnotation,AssignmentId,WorkerId,AssignmentStatus,AcceptTime,SubmitTime,\
    ApprovalTime,WorkTimeInSeconds,Input.url,Answer.label,Approve";

fn row(hit: &str, work: &str, worker: &str, url: &str, label: &str) -> String {
    format!(
        "{hit},3TYPE,Name it,$0.05,Fri Nov 27 12:00:00 PST 2015,2,BatchId:77;OriginalHit\
         TemplateId:9;,{work},{worker},Approved,Fri Nov 27 12:01:00 PST 2015,Fri Nov 27 12:03:00 \
         PST 2015,Sat Nov 28 09:00:00 PST 2015,120,{url},\"{label}\",x"
    )
}

fn file(rows: &[String]) -> String {
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

fn results() -> String {
    file(&[
        row("3HIT1", "3WORK1", "A1ANNA0000000", "https://a.example/1", "a \"\"cat\"\""),
        row("3HIT2", "3WORK2", "A1ANNA0000000", "https://a.example/2", ""),
        row("3HIT1", "3WORK3", "A2BERT0000000", "https://a.example/1", "dog,\nno"),
    ])
}

fn archive(files: &[&str]) -> (Archive, Vec<String>) {
    let mut archive = Archive::default();
    let add = |(index, text): (usize, &&str)| {
        let file = read_bytes(text.as_bytes().to_vec()).unwrap();
        assert_eq!(file.problems, [], "{text}");
        archive.add(&format!("x/{index}.csv"), file, None)
    };
    let lines = files.iter().enumerate().map(add).collect();
    (archive, lines)
}

fn json_of(made: &Made) -> Value {
    serde_json::from_str(&made.text).unwrap()
}

async fn cells(world: &World, id: i64) -> Vec<Vec<String>> {
    let request = Request::get(format!("/_mturk/batches/{id}/results.csv"));
    let request = request.header("host", "localhost").body(Body::empty()).unwrap();
    let reply = world.send(request).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let mut reader = csv::ReaderBuilder::new();
    let mut reader = reader.has_headers(false).from_reader(reply.text.as_bytes());
    let record = |record: csv::StringRecord| record.iter().map(str::to_owned).collect();
    reader.records().map(|one| record(one.unwrap())).collect()
}

fn column<'r>(cells: &'r [Vec<String>], name: &str) -> Vec<&'r str> {
    let place = cells[0].iter().position(|column| column == name).unwrap();
    cells[1..].iter().map(|row| row[place].as_str()).collect()
}

#[tokio::test]
async fn results_become_a_batch_with_the_same_results() {
    let (archive, told) = archive(&[&results()]);
    let line = "x/0.csv: 2 HITs, 3 assignments of 2 HITs; made up, as there is no such column: \
                Expiration; marks in Approve and Reject, not applied: 3";
    assert_eq!(told, [line]);
    let made = archive.made();
    let page = "made up: the template of batches, which shows their inputs; pages of HITs: 2";
    assert_eq!(made.made_up, [page]);
    assert_eq!(made.in_words(), "2 HITs, 3 assignments, 1 batch");
    let world = World::new().await;
    let loaded = world.done("POST", "/world", json_of(&made)).await;
    assert_eq!(loaded["Loaded"]["Batches"], 1);
    let shown = world.done("GET", "/batches/77", Value::Null).await;
    assert_eq!((&shown["Status"], &shown["Name"]), (&json!("Published"), &json!("Batch 77")));
    assert_eq!(shown["Assignments"]["Approved"], 3);
    let again = cells(&world, 77).await;
    for (name, expected) in [
        ("HITId", ["3HIT1", "3HIT1", "3HIT2"]),
        ("AssignmentId", ["3WORK1", "3WORK3", "3WORK2"]),
        ("WorkerId", ["A1ANNA0000000", "A2BERT0000000", "A1ANNA0000000"]),
        ("AssignmentStatus", ["Approved"; 3]),
        ("Reward", ["$0.05"; 3]),
        ("CreationTime", ["Fri Nov 27 20:00:00 UTC 2015"; 3]),
        ("SubmitTime", ["Fri Nov 27 20:03:00 UTC 2015"; 3]),
        ("ApprovalTime", ["Sat Nov 28 17:00:00 UTC 2015"; 3]),
        ("WorkTimeInSeconds", ["120"; 3]),
        ("RequesterAnnotation", ["BatchId:77;OriginalHitTemplateId:9;"; 3]),
        ("Input.url", ["https://a.example/1", "https://a.example/1", "https://a.example/2"]),
        ("Answer.label", ["a \"cat\"", "dog,\nno", ""]),
    ] {
        assert_eq!(column(&again, name), expected, "{name}");
    }
    let hit = world.hit("3HIT2").await;
    assert!(hit["Question"].as_str().unwrap().contains("<dd>https://a.example/2</dd>"));
    assert_eq!(hit["HITStatus"], "Reviewable", "nobody works on a page that is made up");
}

/// What this program writes, it reads: every cell comes back.
#[tokio::test]
async fn results_of_this_program_come_back_cell_by_cell() {
    let world = World::new().await;
    let new = json!({"Title": "Name it", "Description": "Look", "Reward": "0.05",
        "Keywords": "a, b", "Template": "<p>${name}</p>", "MaxAssignments": 2,
        "Data": "name,my col\n\"a, \"\"b\"\"\nc\",x\n<b>,\n"});
    world.done("POST", "/batches", new).await;
    world.done("GET", "/batches/1", Value::Null).await;
    let hits = dump(&world).await["HITs"].take();
    for (index, hit) in hits.as_array().unwrap().iter().enumerate() {
        let path = format!("/hits/{}/submissions", hit["HITId"].as_str().unwrap());
        let body =
            json!({"WorkerId": "A1ANNA0000000", "Answers": {"x": format!("=1+{index}\n\"")}});
        let done = world.done("POST", &path, body).await;
        let reject =
            json!({"AssignmentId": done["AssignmentId"], "RequesterFeedback": "no, \"no\""});
        world.ok("RejectAssignment", reject).await;
    }
    let before = cells(&world, 1).await;
    let request = Request::get("/_mturk/batches/1/results.csv").header("host", "localhost");
    let text = world.send(request.body(Body::empty()).unwrap()).await.text;
    let (archive, _) = archive(&[&text]);
    let again = World::new().await;
    again.done("POST", "/world", json_of(&archive.made())).await;
    assert_eq!(cells(&again, 1).await, before);
}

#[tokio::test]
async fn several_files_of_one_batch_are_joined_and_a_file_without_a_number_is_one() {
    let one = file(&[row("3HIT1", "3WORK1", "A1ANNA0000000", "1", "cat")]);
    let two = file(&[
        row("3HIT1", "3WORK2", "A2BERT0000000", "1", "dog"),
        row("3HIT2", "3WORK3", "A1ANNA0000000", "2", "cow"),
    ]);
    let plain = "HITId,AssignmentId,WorkerId,SubmitTime,Input.my col,Odd,Answer.x\n\
        3HIT9,3WORK9,A1ANNA0000000,2015-11-27 12:00:00,5,y,z\n";
    let (mut archive, told) = archive(&[&one, &two, plain]);
    assert!(
        told[2].contains("made up, as there is no such column: AcceptTime, Creation"),
        "{told:?}"
    );
    assert!(archive.notes().iter().any(|note| note.ends_with("does not have: Odd")));
    let made = archive.made();
    assert_eq!(made.in_words(), "3 HITs, 4 assignments, 2 batches");
    let world = World::new().await;
    world.done("POST", "/world", json_of(&made)).await;
    assert_eq!(column(&cells(&world, 77).await, "AssignmentId"), ["3WORK1", "3WORK2", "3WORK3"]);
    let listed = world.done("GET", "/batches", Value::Null).await;
    let other = listed["Batches"].as_array().unwrap().iter().find(|one| one["BatchId"] != 77);
    assert_eq!(other.unwrap()["Name"], "2.csv");
    let id = other.unwrap()["BatchId"].as_i64().unwrap();
    assert_eq!(column(&cells(&world, id).await, "Input.my col"), ["5"]);
    // Again: the server has everything.
    let known = read_bytes(dump(&world).await.to_string().into_bytes()).unwrap();
    archive.know(known, None);
    let made = archive.made();
    assert!(made.counts.is_empty(), "{}", made.text);
    assert_eq!(json_of(&made)["Batches"], Value::Null);
}

#[test]
fn every_problem_has_its_line_and_nothing_is_read() {
    let text = file(&[
        row("3HIT1", "3WORK1", "A1ANNA0000000", "1", "cat"),
        row("3HIT2", "", "A1ANNA0000000", "1", "cat").replace("12:03:00 PST", "12:03:00 BST"),
        row("3HIT3", "3WORK3", "A2BERT0000000", "1", "cat").replace(",2,Batch", ",two,Batch"),
        row("3HIT4", "3WORK4", "bad id", "1", "cat").replace("$0.05", "$5c"),
        "3HIT5,3".to_owned(),
    ]);
    let read = read_bytes(text.into_bytes()).unwrap();
    assert!(read.items.is_empty() && read.is_table);
    let found: Vec<String> = read.problems.iter().map(ToString::to_string).collect();
    for (line, begin) in [
        (3, "SubmitTime: \"Fri Nov 27 12:03:00 BST 2015\": no time that is known"),
        (3, "AssignmentId: the cell is empty"),
        (4, "MaxAssignments: \"two\": a whole number is wanted"),
        (5, "Reward: "),
        (5, "WorkerId: "),
        (6, "the row has 2 cells, and the header has 17"),
    ] {
        let begin = format!("line {line}: {begin}");
        assert!(found.iter().any(|one| one.starts_with(&begin)), "{begin}: {found:?}");
    }
}

/// Sends what is made until the server takes it, as the command does.
async fn load(world: &World, archive: &mut Archive) -> (String, Vec<String>) {
    for _ in 0..5 {
        let made = archive.made();
        let (status, mut answer) = world.control("POST", "/world", json_of(&made)).await;
        if status == 200 {
            return (made.in_words(), archive.take_left_out());
        }
        let problems = serde_json::from_value(answer["error"]["problems"].take()).unwrap();
        let problems: Vec<Problem> = problems;
        archive.leave_out(&made, &problems).unwrap();
    }
    panic!("it is still refused: {:?}", archive.take_left_out());
}

/// The settings of a batch are those of its first HIT.
#[tokio::test]
async fn a_batch_whose_first_hit_is_refused_has_the_settings_of_the_next() {
    let long = format!("3HIT1,3OTHER,{}", "x".repeat(200));
    let (mut archive, _) = archive(&[&results().replace("3HIT1,3TYPE,Name it", &long)]);
    let world = World::new().await;
    let (made, left) = load(&world, &mut archive).await;
    assert_eq!(made, "2 HITs, 3 assignments, 1 batch", "{left:?}");
    assert!(left.len() == 1 && left[0].starts_with("x/0.csv: left out 1 HIT (3HIT1"), "{left:?}");
    let shown = world.done("GET", "/batches/77", Value::Null).await;
    assert_eq!((&shown["Title"], &shown["RowCount"]), (&json!("Name it"), &json!(1)));
}

#[tokio::test]
async fn of_a_batch_that_is_refused_the_hits_are_loaded() {
    let world = World::new().await;
    world.done("POST", "/world", json_of(&archive(&[&results()]).0.made())).await;
    let other = results().replace("3HIT", "3HAT").replace("3WORK", "3WALK");
    let (made, left) = load(&world, &mut archive(&[&other]).0).await;
    assert_eq!(made, "2 HITs, 3 assignments");
    let why = "Batch 77: left out, only its HITs are imported: there is a batch 77 already";
    assert_eq!(left, [why]);
    assert_eq!(world.hit("3HAT2").await["Title"], "Name it");
}
