//! Archives: what researchers saved, in whatever form, becomes a world.

use mturk_local::worlds::Problem;
use mturk_local::worlds::archive::{Archive, Kind, Made, decode, in_words, read};
use rstest::rstest;
use serde_json::{Value, json};

use super::dump;
use super::saved::{ASSIGNMENTS, BLOCKS, BONUSES, GRANTS, HITS, TYPES};
use crate::world::World;

const HIT: &str = "3SAVED0000000000000000000HIT01";

/// The archive of these files, and the line about each.
fn archive(files: &[&str]) -> (Archive, Vec<String>) {
    let mut archive = Archive::default();
    let add = |(index, text): (usize, &&str)| {
        let file = read((*text).to_owned()).unwrap();
        archive.add(&format!("{index}.json"), file, None)
    };
    let lines = files.iter().enumerate().map(add).collect();
    (archive, lines)
}

fn json_of(made: &Made) -> Value {
    serde_json::from_str(&made.text).unwrap()
}

async fn imported(files: &[&str]) -> World {
    let world = World::new().await;
    let (archive, _) = archive(files);
    world.done("POST", "/world", json_of(&archive.made())).await;
    world
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The times of a value as `json.dump(…, default=str)` writes them.
fn with_python_times(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let seconds = value.as_f64().filter(|_| name.ends_with("Time"));
                #[expect(clippy::cast_possible_truncation, reason = "whole seconds")]
                match seconds.and_then(|at| chrono::DateTime::from_timestamp(at as i64, 0)) {
                    Some(at) => *value = at.format("%Y-%m-%d %H:%M:%S+00:00").to_string().into(),
                    None => with_python_times(value),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(with_python_times),
        _ => {}
    }
}

fn lines(values: &[Value], end: &str) -> String {
    values.iter().map(Value::to_string).collect::<Vec<_>>().join(end)
}

/// The same answers in the forms in which people keep them.
fn forms() -> Vec<Vec<String>> {
    let all = [HITS, ASSIGNMENTS, BONUSES, TYPES, GRANTS, BLOCKS].map(value);
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap();
    let entries = |value: &Value| {
        let list = value.as_object().unwrap().values().find_map(Value::as_array);
        list.unwrap().clone()
    };
    let mut python = all.clone();
    python.iter_mut().for_each(with_python_times);
    let mut by_hit = json!({});
    by_hit[HIT] = json!(entries(&all[1]));
    vec![
        all.iter().map(Value::to_string).collect(),
        python.iter().map(pretty).collect(),
        vec![json!(all).to_string()],
        vec![lines(&all, "\n")],
        // Bare lists, and lines of entries.
        all.iter().map(|answer| json!(entries(answer)).to_string()).collect(),
        vec![lines(&all.iter().flat_map(entries).collect::<Vec<_>>(), "\r\n")],
        vec![
            format!("\u{feff}{}", json!({"study": {"a": all[0], "b": all[2..]}})),
            by_hit.to_string(),
        ],
        // All of it twice.
        all.iter().chain(&all).map(Value::to_string).collect(),
    ]
}

#[tokio::test]
async fn every_form_of_saved_answers_is_the_same_archive() {
    let loaded = World::new().await;
    loaded
        .done("POST", "/world", json!(forms()[0].iter().map(|f| value(f)).collect::<Vec<_>>()))
        .await;
    let expected = dump(&loaded).await;
    for (index, form) in forms().iter().enumerate() {
        let files: Vec<&str> = form.iter().map(String::as_str).collect();
        let world = imported(&files).await;
        assert_eq!(dump(&world).await, expected, "form {index}");
        assert_eq!(archive(&files).0.notes(), [""; 0], "form {index}");
    }
}

#[tokio::test]
async fn what_the_archive_speaks_of_and_has_not_is_made_up_and_told() {
    let requirement = json!({"QualificationTypeId": "3NEEDED", "Comparator": "Exists"});
    let hit = json!({"HITId": "3H", "Title": "T", "MaxAssignments": 1,
        "Expiration": "2019-08-31 00:00:00-07:00", "CreationTime": "2019-08-30 00:00:00-07:00",
        "QualificationRequirements": [requirement]});
    let work = |id: &str, hit: &str, worker: &str| {
        json!({"AssignmentId": id, "HITId": hit, "WorkerId": worker,
            "AssignmentStatus": "Submitted",
            "AcceptTime": "2019-08-30 12:00:00-07:00", "SubmitTime": "2019-08-30 12:05:00-07:00"})
    };
    let works =
        json!([work("3W1", "3H", "A1"), work("3W2", "3H", "A2"), work("3W3", "3GONE", "A1")]);
    let (archive, lines) = archive(&[&hit.to_string(), &works.to_string(), GRANTS]);
    assert_eq!(lines[1], "1.json: 3 assignments of 2 HITs");
    let made = archive.made();
    let told = [
        "made up: 1 HIT known only from assignments or reviews (title \"Unknown HIT\", reward \
         0.00)",
        "made up: 2 qualification types known only by id (name \"Unknown qualification …\")",
        "raised: MaxAssignments of 1 HIT, to fit the assignments",
    ];
    assert_eq!(made.made_up, told);
    assert_eq!(
        in_words(&made.counts),
        "2 qualification types, 1 qualification, 2 HITs, 3 assignments"
    );
    let world = World::new().await;
    world.done("POST", "/world", json_of(&made)).await;
    let gone = world.hit("3GONE").await;
    assert_eq!((&gone["Title"], &gone["Reward"]), (&json!("Unknown HIT"), &json!("0.00")));
    assert_eq!(gone["CreationTime"], gone["Expiration"]);
    assert_eq!(world.standing("3GONE").await, "Reviewable 0 available 0 pending 0 completed");
    assert_eq!(world.hit("3H").await["MaxAssignments"], 2);
    let needed = json!({"QualificationTypeId": "3NEEDED"});
    let needed = world.ok("GetQualificationType", needed).await;
    assert_eq!(needed["QualificationType"]["Name"], "Unknown qualification 3NEEDED");
}

#[tokio::test]
async fn a_hit_of_which_only_reviews_are_known_takes_no_work() {
    let results = json!({"HITId": "3R", "NextToken": "x", "HITReviewReport": {"ReviewResults": [
        {"ActionId": "3A", "SubjectId": "3R", "SubjectType": "HIT", "QuestionId": "q",
         "Key": "k", "Value": "v"}]}});
    let world = imported(&[&results.to_string()]).await;
    let hit = world.hit("3R").await;
    assert_eq!((&hit["Title"], &hit["HITStatus"]), (&json!("Unknown HIT"), &json!("Reviewable")));
}

#[tokio::test]
async fn an_import_twice_adds_nothing() {
    let files = [HITS, ASSIGNMENTS, BONUSES, TYPES, GRANTS, BLOCKS];
    let world = imported(&files).await;
    let before = dump(&world).await;
    let (mut archive, _) = archive(&files);
    archive.know(read(before.to_string()).unwrap(), None);
    assert_eq!(
        archive.already_there(),
        "1 qualification type, 1 qualification, 1 HIT, 2 assignments, 1 bonus payment, 1 blocked \
         worker"
    );
    // The system's own qualification types are nobody's to load.
    let made = json_of(&archive.made());
    let lists: Vec<&String> = made.as_object().unwrap().keys().collect();
    assert_eq!(lists, ["About", "QualificationTypes"]);
    world.done("POST", "/world", made).await;
    assert_eq!(dump(&world).await, before);
}

#[tokio::test]
async fn work_is_added_to_hits_of_the_server_and_blocks_are_of_their_owner() {
    let world = imported(&[HITS, BLOCKS]).await;
    let known = || read_dump(&world);
    let (mut more, _) = archive(&[ASSIGNMENTS, BLOCKS]);
    more.know(known().await, Some("test"));
    assert_eq!(more.already_there(), "1 blocked worker");
    assert_eq!(more.made().made_up, [""; 0]);
    world.done("POST", "/world?requester=test", json_of(&more.made())).await;
    assert_eq!(world.standing(HIT).await, "Reviewable 1 available 0 pending 1 completed");
    let (mut other, _) = archive(&[BLOCKS]);
    other.know(known().await, Some("AKOTHER"));
    world.done("POST", "/world?requester=AKOTHER", json_of(&other.made())).await;
    assert_eq!(dump(&world).await["WorkerBlocks"].as_array().unwrap().len(), 2);
}

async fn read_dump(world: &World) -> mturk_local::worlds::archive::File {
    read(dump(world).await.to_string()).unwrap()
}

/// Of two copies that contradict each other the one saved later counts, wherever it stands.
#[rstest]
#[case([("Fri, 30 Aug 2019 23:00:00 GMT", 3), ("Sat, 31 Aug 2019 23:00:00 GMT", 9)])]
#[case([("Sat, 31 Aug 2019 23:00:00 GMT", 9), ("Fri, 30 Aug 2019 23:00:00 GMT", 3)])]
fn the_copy_that_was_saved_later_counts(#[case] copies: [(&str, i64); 2]) {
    let files = copies.map(|(date, max)| {
        json!({"HIT": {"HITId": "3H", "Title": "T", "MaxAssignments": max},
            "ResponseMetadata": {"HTTPHeaders": {"date": date}}})
        .to_string()
    });
    let (archive, lines) = archive(&[&files[0], &files[1]]);
    assert_eq!(json_of(&archive.made())["HITs"][0]["MaxAssignments"], 9);
    assert_eq!(
        lines[1],
        "1.json: 1 HIT, 1 of them also in other files; conflicts with 0.json in MaxAssignments of \
         1 HIT: the copy saved later is used"
    );
}

#[test]
fn reviewed_work_counts_whenever_it_was_saved() {
    let work = |status: &str, more: Value| {
        let mut work = json!({"AssignmentId": "3W", "HITId": "3H", "WorkerId": "A1",
            "AssignmentStatus": status});
        work.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        work.to_string()
    };
    let approved = work("Approved", json!({"ApprovalTime": "2019-08-30 12:00:00"}));
    let (archive, lines) = archive(&[&approved, &work("Submitted", json!({"Answer": ""}))]);
    let made = json_of(&archive.made())["Assignments"].take();
    assert_eq!(made[0]["AssignmentStatus"], "Approved");
    assert_eq!(
        (&made[0]["ApprovalTime"], &made[0]["Answer"]),
        (&json!("2019-08-30T12:00:00Z"), &json!(""))
    );
    assert!(
        lines[1].ends_with("1 assignment of 1 HIT, 1 of them also in other files"),
        "{lines:?}"
    );
    assert_eq!(archive.notes(), ["times without a time zone, read as UTC: 1"]);
    assert_eq!(archive.count(Kind::Assignment), 1);
}

/// Sends what is made until the server takes it, as the command does.
async fn load(world: &World, archive: &mut Archive) -> Vec<String> {
    for _ in 0..5 {
        let made = archive.made();
        let (status, mut answer) = world.control("POST", "/world", json_of(&made)).await;
        if status == 200 {
            return archive.take_left_out();
        }
        let problems = answer["error"]["problems"].take();
        let problems: Vec<Problem> = serde_json::from_value(problems).unwrap();
        archive.leave_out(&made, &problems).unwrap();
    }
    panic!("it is still refused: {:?}", archive.take_left_out());
}

#[tokio::test]
async fn what_the_server_refuses_is_left_out_and_the_rest_is_loaded() {
    let work = |id: &str, worker: &str, submitted: &str| {
        json!({"AssignmentId": id, "HITId": "3H", "WorkerId": worker,
            "AcceptTime": "2019-08-30 12:00:00Z", "SubmitTime": submitted})
    };
    let (fine, early) = ("2019-08-30 12:05:00Z", "2019-08-30 11:00:00Z");
    let hit = json!({"HITId": "3H", "Title": "T", "HITStatus": "Reviewing",
        "MaxAssignments": 9, "Expiration": "2030-01-01 00:00:00Z"});
    let works =
        json!([work("3A1", "A1", fine), work("3A2", "A2", early), work("3A3", "A3", early)]);
    let (mut archive, _) = archive(&[&hit.to_string(), &works.to_string()]);
    let world = World::new().await;
    assert_eq!(
        load(&world, &mut archive).await,
        [
            "0.json: left out the status of 1 HIT (3H: with this work and end it cannot be \
             Reviewing)",
            "1.json: left out 2 assignments (the first: 3A3: it was submitted before it was \
             accepted)"
        ]
    );
    assert_eq!(world.standing("3H").await, "Assignable 8 available 0 pending 0 completed");
    // A HIT without room for more work refuses all of it at once.
    let more: Vec<Value> =
        (0..20).map(|n| work(&format!("3B{n}"), &format!("A9{n}"), fine)).collect();
    let more = read(json!(more).to_string()).unwrap();
    archive.add("more.json", more, None);
    archive.know(read_dump(&world).await, None);
    assert_eq!(
        load(&world, &mut archive).await,
        ["more.json: left out 20 assignments (the first: 3B0: 21 assignments in 9 places)"]
    );
}

/// A refusal names up to 200 entries. What several of them name is one line.
#[tokio::test]
async fn what_several_answers_refuse_is_summed() {
    let work = |n: usize| {
        json!({"AssignmentId": format!("3A{n}"), "HITId": "3H", "WorkerId": format!("A{n}"),
            "AcceptTime": "2019-08-30 12:00:00Z", "SubmitTime": "2019-08-30 11:00:00Z"})
    };
    let works: Vec<Value> = (0..450).map(work).collect();
    let hit = json!({"HITId": "3H", "Title": "T"});
    let (mut archive, _) = archive(&[&hit.to_string(), &json!(works).to_string()]);
    let left = load(&World::new().await, &mut archive).await;
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(left[0].starts_with("1.json: left out 450 assignments (the first: "), "{left:?}");
}

#[test]
fn what_cannot_be_read_is_named_with_line_and_path() {
    let file = "{\"AssignmentId\": \"3A\", \"WorkerId\": \"A1\", \"HITId\": \"3H\",\n \
                \"SubmitTime\": \"yesterday\"}\n{\"Assignments\": [{\"AssignmentId\": \"3B\"}]}";
    let problems: Vec<String> =
        read(file.to_owned()).unwrap().problems.iter().map(ToString::to_string).collect();
    let no_time = "line 2: SubmitTime: \"yesterday\" is no time: RFC 3339, epoch seconds, or a \
                   span from now such as -2h or +30d (in 3A)";
    assert_eq!(problems, [no_time, "line 3: Assignments[0]: HITId is missing"]);
    let lines = "{\"HITId\": \"3H\", \"Title\": \"T\"}\n{\"HITId\": \"3I\", \"Ti\n";
    let file = read(lines.to_owned()).unwrap();
    assert_eq!(file.items.len(), 1);
    assert!(file.problems[0].to_string().starts_with("line 2: not JSON: EOF"), "{file:?}");
}

#[rstest]
#[case::repr(b"{'HITs': []}", "Python's repr, not JSON")]
#[case::reprs(b"[{'HITs': []}]", "Python's repr, not JSON")]
#[case::table(b"a,b\n", "no JSON, and no results of a batch")]
#[case::tabs(b"HITId\tTitle\n", "a table with tabs")]
#[case::text(b"dear diary", "not JSON: saved answers begin with { or [")]
#[case::empty(b"", "not JSON")]
#[case::broken(b"{\n\"HITs\": [", "line 2: not JSON: EOF while parsing")]
#[case::gzip(b"\x1f\x8b\x08", "compressed: unpack it first")]
#[case::pickle(b"\x80\x04\x95", "a Python pickle")]
#[case::latin(b"{\n\"a\": \"\xe9\"}", "line 2: not UTF-8 text")]
fn what_is_no_json_is_told_by_what_it_is(#[case] bytes: &[u8], #[case] told: &str) {
    let why = decode(bytes.to_vec()).and_then(read).unwrap_err();
    assert!(why.starts_with(told), "{why}");
}

#[test]
fn what_powershell_saves_is_read() {
    let text = json!({"HITId": "3H", "Title": "T\u{e9}"}).to_string();
    let units: Vec<u16> = text.encode_utf16().collect();
    for (mark, bytes) in [
        ([0xff, 0xfe], units.iter().flat_map(|unit| unit.to_le_bytes()).collect::<Vec<u8>>()),
        ([0xfe, 0xff], units.iter().flat_map(|unit| unit.to_be_bytes()).collect()),
    ] {
        let file = decode([&mark[..], &bytes].concat()).and_then(read).unwrap();
        assert!(file.items[0].1.json().contains("T\u{e9}"));
    }
}

#[test]
fn members_of_one_s_own_are_left_out_and_told() {
    let hit = json!({"HITId": "3H", "Title": "T", "_id": {"$oid": "1"}, "condition": "A"});
    let (archive, lines) = archive(&[&hit.to_string()]);
    assert_eq!(lines, ["0.json: 1 HIT"]);
    assert_eq!(json_of(&archive.made())["HITs"][0], json!({"HITId": "3H", "Title": "T"}));
    let told = "left out members that the API does not have: _id, condition";
    assert_eq!(archive.notes(), [told]);
}

#[tokio::test]
async fn a_dump_is_an_archive_too() {
    let world = super::begun(&[mturk_local::worlds::builtin::Builtin::find("every-status")
        .unwrap()
        .text()])
    .await;
    let dumped = dump(&world).await;
    let again = imported(&[&dumped.to_string()]).await;
    let (before, after) = (&dumped["HITs"], &dump(&again).await["HITs"]);
    let ids = |hits: &Value| {
        let mut ids: Vec<String> =
            hits.as_array().unwrap().iter().map(|hit| hit["HITId"].to_string()).collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(before), ids(after));
}

/// Saved answers may stand deep in objects of one's own.
#[rstest]
#[case::within_four(4)]
#[case::within_forty(40)]
fn entries_are_found_at_any_usual_depth(#[case] depth: usize) {
    let work = |id: &str| json!({"AssignmentId": id, "WorkerId": format!("A{id}")});
    let hit = json!({"HITId": "3H", "Title": "T", "Assignments": [work("3W1"), work("3W2")]});
    let nested = (0..depth).fold(json!([{"HITs": [hit]}]), |within, _| json!({"own": within}));
    let (archive, lines) = archive(&[&nested.to_string()]);
    assert_eq!(lines, ["0.json: 1 HIT, 2 assignments of 1 HIT"]);
    assert_eq!(archive.count(Kind::Assignment), 2);
}

#[test]
fn what_is_nested_too_deeply_is_reported() {
    let hit = json!({"HITId": "3H", "Title": "T"});
    let nested = format!("{}{hit}{}", "[".repeat(102), "]".repeat(102));
    let file = read(nested).unwrap();
    assert!(file.items.is_empty());
    let problem = file.problems[0].to_string();
    assert!(problem.ends_with("nested too deeply: left out"), "{problem}");
}

fn bonus(more: &Value) -> Value {
    let mut bonus = json!({"WorkerId": "A1SAVED000002", "BonusAmount": "1.00",
        "AssignmentId": "3SAVED000000000000000000WORK02"});
    bonus.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    bonus
}

/// The server adds the members that a bonus payment lacks. It is the same payment then.
#[rstest]
#[case::without_time(&json!({"Reason": "r"}))]
#[case::without_reason(&json!({"GrantTime": "2019-08-30 12:00:00Z"}))]
#[case::with_a_span(&json!({"Reason": "r", "GrantTime": "-2h"}))]
#[case::with_a_fraction(&json!({"Reason": "r", "GrantTime": "2019-08-30 12:00:00.250Z"}))]
#[tokio::test]
async fn a_bonus_is_imported_once(#[case] more: &Value) {
    let page = json!({"BonusPayments": [bonus(more)]}).to_string();
    let files = [HITS, ASSIGNMENTS, &page];
    let world = imported(&files).await;
    let (mut again, _) = archive(&files);
    again.know(read_dump(&world).await, None);
    assert!(again.already_there().ends_with("1 bonus payment"), "{}", again.already_there());
    world.done("POST", "/world", json_of(&again.made())).await;
    assert_eq!(dump(&world).await["BonusPayments"].as_array().unwrap().len(), 1);
}

/// Equal payments in one list are different; those of another list are their copies.
#[test]
fn equal_bonuses_are_counted_in_each_list() {
    let at = |time: &str| bonus(&json!({"Reason": "r", "GrantTime": time}));
    let (one, other) = (at("2019-08-30 12:00:00Z"), at("2019-08-30 13:00:00Z"));
    let page = json!({"BonusPayments": [one, one, other]}).to_string();
    for files in [vec![format!("{page}\n{page}")], vec![page.clone(), page.clone()]] {
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        assert_eq!(archive(&files).0.count(Kind::BonusPayment), 3);
    }
    let later = json!({"BonusPayments": [other]}).to_string();
    assert_eq!(archive(&[&page, &later]).0.count(Kind::BonusPayment), 3);
    // A list in the middle of a file, and one whose payment may be either of two.
    let within = format!("{}\n{page}", json!({"HITs": [{"HITId": "3H", "Title": "T"}]}));
    assert_eq!(archive(&[&within]).0.count(Kind::BonusPayment), 3);
    let unknown = json!({"BonusPayments": [bonus(&json!({"Reason": "r"}))]}).to_string();
    assert_eq!(archive(&[&page, &unknown, &unknown]).0.count(Kind::BonusPayment), 3);
}

/// The pages of a report are joined once, however many there are; what is in two pages is in the
/// report once.
#[test]
fn many_pages_of_a_report_are_joined() {
    let page = |number: usize| {
        let result = |number: usize| {
            json!({"ActionId": format!("3A{number}"), "SubjectId": "3R", "SubjectType": "HIT",
                "QuestionId": "q", "Key": "k", "Value": "v".repeat(1000)})
        };
        json!({"HITId": "3R", "HITReviewReport":
            {"ReviewResults": [result(number), result(number + 1)]}})
        .to_string()
    };
    let pages: Vec<String> = (0..500).map(page).collect();
    let (archive, _) = archive(&[&pages.join("\n")]);
    let made = json_of(&archive.made());
    assert_eq!(made["HITs"][0]["HITReviewReport"]["ReviewResults"].as_array().unwrap().len(), 501);
}

#[rstest]
#[case::balance("AvailableBalance", "$10,000.00", "not an amount of dollars")]
#[case::now("Now", "see below", "\"see below\"")]
#[case::too_late("Now", "9000-01-01T00:00:00Z", "")]
#[tokio::test]
async fn a_bad_head_member_is_left_out(#[case] name: &str, #[case] value: &str, #[case] why: &str) {
    let mut file = json!({"HITs": [{"HITId": "3H", "Title": "T"}]});
    file[name] = value.into();
    let world = World::new().await;
    let (archive, lines) = archive(&[&file.to_string()]);
    let start = format!("0.json: 1 HIT; left out: line 1: {name}: {why}");
    assert!(lines[0].starts_with(&start), "{lines:?}");
    world.done("POST", "/world", json_of(&archive.made())).await;
    assert_eq!(world.hit("3H").await["Title"], "T");
}

#[test]
fn the_balance_is_in_the_report() {
    let (archive, lines) = archive(&["{\"AvailableBalance\": \"12.34\"}", HITS]);
    assert_eq!(lines, ["0.json: the account balance", "1.json: 1 HIT"]);
    assert_eq!(archive.made().in_words(), "1 HIT, the account balance");
}
