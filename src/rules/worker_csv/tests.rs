use super::*;

/// The problems of an upload: `line column: reason`.
fn problems(text: &str) -> Vec<String> {
    let shown =
        |TableNote { line, column, reason }: TableNote| format!("{line} {column}: {reason}");
    let problems = match read(text.as_bytes()) {
        Ok(upload) => upload.problems.result().unwrap_err(),
        Err(problems) => problems,
    };
    problems.into_iter().map(shown).collect()
}

fn changes(text: &str) -> Vec<(usize, String, Update)> {
    let upload = read(text.as_bytes()).unwrap();
    let shown = |Change { line, worker_id, update }: Change| (line, worker_id, update);
    upload.changes.into_iter().map(shown).collect()
}

#[test]
fn a_download_that_is_filled_in_is_an_upload() {
    let mut download = Download::new(&["Good, \"very\" good".to_owned()]);
    let rates = Rates { lifetime: (2, 3), days_30: (1, 1), days_7: (0, 0) };
    let scores = vec![Some("80".to_owned())];
    download.add(Line {
        worker_id: "A1".to_owned(),
        rates,
        is_blocked: true,
        is_robot: false,
        scores,
    });
    let text = download.finish();
    let row = "\"A1\",\"3\",\"2\",\"66%\",\"1\",\"1\",\"100%\",\"0\",\"0\",\"\",\"Blocked\",\"\",\
        \"80\",\"\"\n";
    assert!(text.ends_with(row), "{text}");
    assert_eq!(changes(&text), []);
    let filled = text.replace("\"Blocked\",\"\"", "\"Blocked\",\"Unblock\"");
    let filled = filled.replace("\"80\",\"\"", "\"80\",\"90\"");
    let type_name = "Good, \"very\" good".to_owned();
    let expected =
        [(2, "A1".to_owned(), Update::Unblock), (2, "A1".to_owned(), Update::Score(type_name, 90))];
    assert_eq!(changes(&filled), expected);
}

#[test]
fn robots_are_marked_where_there_are_some() {
    let mut download = Download::new(&[]);
    for (worker_id, is_robot) in [("A1", false), ("A2", true)] {
        let (worker_id, rates) = (worker_id.to_owned(), Rates::default());
        let scores = Vec::new();
        download.add(Line { worker_id, rates, is_blocked: false, is_robot, scores });
    }
    let text = download.finish();
    let ends: Vec<&str> = text.lines().map(|line| line.rsplit_once(',').unwrap().1).collect();
    assert_eq!(ends, ["\"Robot\"", "\"\"", "\"yes\""]);
    assert_eq!(changes(&text.replace("\"Never Blocked\",\"\"", "\"\",\"Block\"")).len(), 2);
}

#[test]
fn words_are_read_in_any_case() {
    let text = "worker id,update-blockstatus,update-Good\nA1,block,REVOKE\nA2,UNBLOCK,-5\nA3,,\n";
    let good = || "Good".to_owned();
    let expected = [
        (2, "A1".to_owned(), Update::Block),
        (2, "A1".to_owned(), Update::Revoke(good())),
        (3, "A2".to_owned(), Update::Unblock),
        (3, "A2".to_owned(), Update::Score(good(), -5)),
    ];
    assert_eq!(changes(text), expected);
    let (line, column) = (1, "update-Good".to_owned());
    let types = [TypeColumn { line, column, type_name: good() }];
    assert_eq!(read(text.as_bytes()).unwrap().types, types);
}

#[test]
fn what_was_assumed_to_read_a_file_is_kept() {
    let good = b"Worker ID,UPDATE-Pass\xe9\nA1,5\n";
    let upload = read(good).unwrap();
    assert_eq!((upload.types[0].type_name.as_str(), upload.notes.len()), ("Passé", 1));
    let bad = read(b"Worker,UPDATE-Pass\xe9\nA1,much\n").unwrap_err();
    assert_eq!(bad.iter().map(|of| of.line).collect::<Vec<_>>(), [1, 1]);
    assert!(bad[0].reason.contains("Latin-1"), "{bad:?}");
}

#[test]
fn two_columns_that_say_the_same_are_a_problem() {
    let text = "Worker ID,worker id,UPDATE-Good,update-Good,UPDATE-BlockStatus,UPDATE-blockstatus";
    let expected = ["worker id", "update-Good", "UPDATE-blockstatus"];
    let expected = expected.map(|column| format!("1 {column}: another column says the same"));
    assert_eq!(problems(&format!("{text}\nA1,A1,1,1,,\n")), expected);
}

#[test]
fn some_qualification_types_have_no_columns() {
    for (name, has) in [
        ("Good", true),
        (" Good", true),
        ("Good ", false),
        ("BlockStatus", false),
        ("blockstatus", false),
    ] {
        assert_eq!(has_columns(name), has, "{name:?}");
    }
}

#[test]
fn every_problem_has_its_line() {
    let text = "Worker ID,UPDATE-BlockStatus,UPDATE-Good\nA1,maybe,1\nbad,,\nA1,,1.5\nA2,Block,\n";
    let expected = [
        "2 UPDATE-BlockStatus: this is neither Block nor Unblock",
        "3 Worker ID: this is no id of a worker",
        "4 Worker ID: another row is about this worker",
        "4 UPDATE-Good: this is neither a score, a whole number from -2147483648 to 2147483647, \
            nor Revoke",
    ];
    assert_eq!(problems(text), expected);
    assert_eq!(problems("Name,UPDATE-Good\nA1,1\n"), ["1 Worker ID: there is no such column"]);
    let nothing = "1 UPDATE-: no column's name begins so: nothing can be changed";
    assert_eq!(problems("Worker ID\nA1\n"), [nothing]);
}

#[test]
fn problems_of_rows_hide_none_of_the_header() {
    let text = "Worker,UPDATE-Good\nA1\nA2,1\n";
    let row = "2 : the row has 1 cells, and the header has 2";
    assert_eq!(problems(text), ["1 Worker ID: there is no such column", row]);
    let expected = [row, "3 Worker ID: this is no id of a worker"];
    let text = "Worker ID,UPDATE-Good\nA1\nbad,1\nA2,1\n";
    assert_eq!(problems(text), expected);
    let changes = read(text.as_bytes()).unwrap().changes;
    assert_eq!(changes.iter().map(|change| change.line).collect::<Vec<_>>(), [4]);
}

#[test]
fn changes_are_bounded() {
    let rows = |count: usize| {
        let rows = (0..count).map(|number| format!("A{number},Block\n"));
        format!("Worker ID,UPDATE-BlockStatus\n{}", rows.collect::<Vec<_>>().concat())
    };
    assert_eq!(changes(&rows(MAX_CHANGES)).len(), MAX_CHANGES);
    let too_many =
        format!("{} : there are more than 5000 changes: upload it in parts", MAX_CHANGES + 2);
    assert_eq!(problems(&rows(MAX_CHANGES + 1)), [too_many]);
}
