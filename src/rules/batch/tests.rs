use rstest::rstest;
use serde_json::{Value, json};

use super::results::{HitFacts, Line, Rates, Results};
use super::review::{MAX_DECISIONS, read};
use super::template::{Template, number};
use super::*;
use crate::rules::csv::Formulas;
use crate::rules::question::{Question, parse};
use crate::shapes::batch::{Decision, Mark};
use crate::time::Instant;

fn new(changes: &Value) -> NewBatch {
    let mut new = json!({"Title": "t", "Description": "d", "Reward": "0.05",
        "Template": "<p>${a} ${b} ${a}</p>", "Data": "a,b,c\n1,2,3\n"});
    new.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    serde_json::from_value(new).unwrap()
}

fn refused(changes: &Value) -> Vec<String> {
    match check(new(changes)).unwrap_err() {
        Refused::Fault(fault) => vec![fault.to_string()],
        Refused::Table(problems) => problems
            .iter()
            .map(|one| format!("{} {}: {}", one.line, one.column, one.reason))
            .collect(),
    }
}

#[test]
fn variables_are_columns() {
    let checked = check(new(&json!({}))).unwrap();
    assert_eq!(checked.variables, ["a", "b"]);
    let reason = "the template does not name this column; the results will have it";
    assert_eq!(checked.table.notes, [TableNote::new(1, "c", reason)]);
    assert!(checked.first_page().contains("<p>1 2 1</p>"));
    assert_eq!(
        refused(&json!({"Data": "\na\n"})),
        ["2 b: the template has ${b}: there is no column", "2 : there is no row below the header"]
    );
    assert_eq!(refused(&json!({"Data": ""})), ["1 : the file is empty"]);
}

#[test]
fn problems_of_rows_hide_none_of_the_columns() {
    let row = "2 : the row has 1 cells, and the header has 2";
    let missing = "1 b: the template has ${b}: there is no column";
    let surplus = "1 c: the template does not name this column; the results will have it";
    assert_eq!(refused(&json!({"Data": "a,c\n1\n1,2\n"})), [missing, surplus, row]);
    assert_eq!(refused(&json!({"Data": "a,c\n1\n"})), [missing, surplus, row]);
    let many = refused(&json!({"Data": "a,c\n".to_owned() + &"1\n".repeat(200)}));
    assert_eq!((many.len(), &*many[0], &*many[1]), (101, missing, row));
    assert_eq!(many[100], "100 : and 102 more problems");
    let marks = read(b"AssignmentId,Approve\nx,x\nx\n").unwrap().problems.result().unwrap_err();
    assert_eq!(marks.iter().map(|one| one.line).collect::<Vec<_>>(), [2, 3]);
}

#[test]
fn what_is_no_variable_is_told_with_its_line() {
    let html = "<p>${a}</p>\n\r\n${my col} ${} ${1}\n${a-b.c_1} ${\n}";
    let found = template::notes(html);
    let lines: Vec<usize> = found.iter().map(|note| note.line).collect();
    assert_eq!(lines, [3, 3, 3]);
    let reason = "${my col} stays as it is: a variable is a letter or _, then letters, digits, _, \
                  . and -";
    assert_eq!(found[0].reason, reason);
    assert_eq!(template::notes(&"${}".repeat(200)).len(), 100);
    let checked = check(new(&json!({"Template": "${a} ${b}\n${ c }"}))).unwrap();
    assert_eq!(checked.template_notes[0].line, 2);
}

#[rstest]
#[case(json!({"Title": ""}))]
#[case(json!({"Name": ""}))]
#[case(json!({"Name": "x".repeat(129)}))]
#[case(json!({"Template": ""}))]
#[case(json!({"Template": "\u{1}"}))]
#[case(json!({"Template": "x".repeat(MAX_TEMPLATE_BYTES + 1)}))]
#[case(json!({"MaxAssignments": 0}))]
#[case(json!({"LifetimeInSeconds": 29}))]
#[case(json!({"FrameHeight": -1}))]
#[case(json!({"AssignmentDurationInSeconds": 29}))]
fn values_have_limits(#[case] changes: Value) {
    assert!(matches!(check(new(&changes)), Err(Refused::Fault(_))));
}

#[test]
fn pages_have_limits() {
    let cell = "x".repeat(250 << 10);
    let data = format!("a\n{cell}\n");
    let page = |uses: usize| json!({"Template": "<form>${a}".repeat(uses), "Data": data});
    assert!(check(new(&page(4))).is_ok());
    assert_eq!(refused(&page(5)), ["2 : the page would have more than 1 MiB"]);
    let long = "<form>${a}".to_owned() + &"x".repeat(400 << 10);
    let many =
        |rows: usize| json!({"Template": long, "Data": format!("a\n{}", "x\n".repeat(rows))});
    assert!(check(new(&many(600))).is_ok());
    assert_eq!(refused(&many(700)), ["1 : all pages would have more than 256 MiB"]);
}

#[test]
fn the_cost_has_fees() {
    let cost =
        check(new(&json!({"MaxAssignments": 10, "Data": "a,b\n1,2\n3,4\n"}))).unwrap().cost();
    let expected = json!({"Assignments": 20, "Rewards": "1.00", "Fees": "0.40", "Total": "1.40"});
    assert_eq!(serde_json::to_value(cost).unwrap(), expected);
    let dear = check(new(&json!({"MaxAssignments": 1_000_000_000, "Reward": "1000000000"})));
    assert_eq!(dear.unwrap().cost().total.0, Cents::MOST_IN_ALL);
}

#[rstest]
#[case("<p>x</p>", true)]
#[case("<FORM action='x'>", false)]
#[case("<crowd-form>", false)]
#[case("<crowd-form\nx>", false)]
#[case("<formula>", true)]
#[case("form", true)]
fn a_form_is_put_around_a_template_without_one(#[case] html: &str, #[case] is_wrapped: bool) {
    let page = Template::new(html, 0).page(&[], &[]);
    assert_eq!(page != html, is_wrapped);
    assert!(page.contains(html));
    assert_eq!(page.contains("name=\"assignmentId\""), is_wrapped);
}

#[test]
fn a_question_may_be_long_and_have_an_emoji() {
    let html = "<form>]]> \u{1f600} ${a} ${other}".to_owned() + &"x".repeat(70_000);
    let columns = ["a".to_owned()];
    let question = Template::new(&html, 450).question(&columns, &["${a} <b>".to_owned()]);
    let Question::Html(page) = parse(&question).unwrap() else { panic!() };
    assert_eq!(page.frame_height, 450);
    assert!(page.content.starts_with("<form>]]> \u{1f600} ${a} <b> ${other}xxx"));
}

#[test]
fn the_annotation_names_batch_and_template() {
    let number = number("<p>");
    assert!((100_000_000..1_000_000_000).contains(&number));
    assert_eq!(number, super::template::number("<p>"));
    assert_ne!(number, super::template::number("<b>"));
    let text = annotation(7, number);
    assert_eq!(text, format!("BatchId:7;OriginalHitTemplateId:{number};"));
    assert_eq!(batch_of(&text), Some(7));
    for other in ["", "BatchId:;", "BatchId:7", "BatchId:-1;", "x", "BatchId:x;", "BatchId:+5;"] {
        assert_eq!(batch_of(other), None, "{other}");
    }
    assert_eq!(batch_of(&annotation(MAX_NUMBER, 1)), Some(MAX_NUMBER));
    assert_eq!(batch_of(&annotation(MAX_NUMBER + 1, 1)), None);
}

#[test]
fn marks_are_read() {
    let text = "AssignmentId,RequesterAnnotation,Approve,Reject,Answer.x\n\
        3A,BatchId:2;,x,,1\n3B,BatchId:2;,, too short ,2\n3C,BatchId:2;, ,,3\n";
    let entry = |line, id: &str, decision, reason: &str| Mark {
        line,
        assignment_id: id.to_owned(),
        decision,
        reason: reason.to_owned(),
    };
    let read = read(text.as_bytes()).unwrap();
    assert_eq!(read.batch, Some((2, 2)));
    let expected =
        [entry(2, "3A", Decision::Approve, ""), entry(3, "3B", Decision::Reject, "too short")];
    assert_eq!(read.entries, expected);
}

#[test]
fn every_problem_of_a_review_is_named() {
    let problems = |text: &str| -> Vec<String> {
        let found = read(text.as_bytes()).and_then(|read| read.problems.result());
        let listed = found.unwrap_err();
        listed.iter().map(|one| format!("{} {}: {}", one.line, one.column, one.reason)).collect()
    };
    assert_eq!(
        problems("x\n1\n"),
        [
            "1 AssignmentId: there is no such column",
            "1 Approve: there is neither this column nor Reject"
        ]
    );
    let long = "x".repeat(1025);
    let text = format!(
        "AssignmentId,Approve,Reject,RequesterAnnotation\n3A,x,x,BatchId:1;\n,x,,BatchId:1;\n\
         3A,,{long},BatchId:2;\n3A,x,,\n"
    );
    let expected = [
        "2 Reject: Approve has a mark too",
        "3 AssignmentId: this is not an id of an assignment",
        "4 RequesterAnnotation: this is a row of another batch",
        "4 Reject: the reason has more than 1024 characters",
        "5 AssignmentId: another row is about this assignment",
    ];
    assert_eq!(problems(&text), expected);
    let many = |count: usize| {
        let rows: Vec<String> = (0..count).map(|number| format!("3A{number},x\n")).collect();
        "AssignmentId,Approve\n".to_owned() + &rows.concat()
    };
    assert_eq!(read(many(MAX_DECISIONS).as_bytes()).unwrap().entries.len(), MAX_DECISIONS);
    let reason = "20002 : there are more than 20000 decisions: upload it in parts";
    assert_eq!(problems(&many(MAX_DECISIONS + 1)), [reason]);
}

/// 2026-11-27T12:00:00Z.
const AT: Instant = Instant(1_795_780_800_000);

fn line(id: &str, answer: &str) -> Line {
    let hit = HitFacts {
        id: "3HIT".into(),
        hit_type_id: "3TYPE".into(),
        title: "t, \"x\"".into(),
        description: "d".into(),
        keywords: None,
        reward: Cents(5),
        created_at: AT,
        max: 3,
        annotation: Some("BatchId:1;".into()),
        duration_s: 60,
        delay_s: 70,
        expire_at: AT,
    };
    let assignment = json!({"AssignmentId": id, "WorkerId": "A1", "HITId": "3HIT",
        "AssignmentStatus": "Submitted", "AutoApprovalTime": AT, "AcceptTime": AT,
        "SubmitTime": Instant(AT.0 + 42_000), "Answer": answer});
    let assignment = serde_json::from_value(assignment).unwrap();
    Line { hit, cells: vec!["2".into(), "1".into()], assignment }
}

#[test]
fn results_have_the_columns_of_the_closed_site() {
    let xmlns = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/\
        QuestionFormAnswers.xsd";
    let answer = |pairs: &[(&str, &str)]| {
        let one = |(name, text): &(&str, &str)| {
            format!(
                "<Answer><QuestionIdentifier>{name}</QuestionIdentifier>\
                 <FreeText>{text}</FreeText></Answer>"
            )
        };
        let all: Vec<String> = pairs.iter().map(one).collect();
        let all = all.concat();
        format!("<QuestionFormAnswers xmlns=\"{xmlns}\">{all}</QuestionFormAnswers>")
    };
    let mut results = Results { columns: vec!["b".into(), "a".into()], ..Results::default() };
    results.lines.push(line("3A", &answer(&[("y", "=1"), ("x", "2")])));
    results.lines.push(line("3B", ""));
    let rates = Rates { lifetime: (4, 5), days_30: (2, 3), days_7: (0, 0) };
    results.rates.insert("A1".into(), rates);
    let csv = results.csv(Formulas::Harmless, usize::MAX).unwrap();
    let lines: Vec<&str> = csv.lines().collect();
    let header = "\"HITId\",\"HITTypeId\",\"Title\",\"Description\",\"Keywords\",\"Reward\",\
        \"CreationTime\",\"MaxAssignments\",\"RequesterAnnotation\",\
        \"AssignmentDurationInSeconds\",\"AutoApprovalDelayInSeconds\",\"Expiration\",\
        \"NumberOfSimilarHITs\",\"LifetimeInSeconds\",\"AssignmentId\",\"WorkerId\",\
        \"AssignmentStatus\",\"AcceptTime\",\"SubmitTime\",\"AutoApprovalTime\",\
        \"ApprovalTime\",\"RejectionTime\",\"RequesterFeedback\",\"WorkTimeInSeconds\",\
        \"LifetimeApprovalRate\",\"Last30DaysApprovalRate\",\"Last7DaysApprovalRate\",\
        \"Input.a\",\"Input.b\",\"Answer.x\",\"Answer.y\",\"Approve\",\"Reject\"";
    assert_eq!(lines[0], header);
    let date = "\"Fri Nov 27 12:00:00 UTC 2026\"";
    let first = format!(
        "\"3HIT\",\"3TYPE\",\"t, \"\"x\"\"\",\"d\",\"\",\"$0.05\",{date},\"3\",\"BatchId:1;\",\
         \"60\",\"70\",{date},\"\",\"\",\"3A\",\"A1\",\"Submitted\",{date},\
         \"Fri Nov 27 12:00:42 UTC 2026\",{date},\"\",\"\",\"\",\"42\",\"80% (4/5)\",\
         \"66% (2/3)\",\"0% (0/0)\",\"1\",\"2\",\"2\",\"'=1\",\"\",\"\""
    );
    assert_eq!(lines[1], first);
    assert!(lines[2].ends_with("\"1\",\"2\",\"\",\"\",\"\",\"\""), "{}", lines[2]);
    assert_eq!(lines.len(), 3);
    assert_eq!(results.csv(Formulas::Kept, usize::MAX).unwrap(), csv.replace("'=1", "=1"));
    assert!(results.csv(Formulas::Kept, 5 * csv.len()).is_some());
    assert_eq!(results.csv(Formulas::Kept, csv.len() / 2), None);
}
