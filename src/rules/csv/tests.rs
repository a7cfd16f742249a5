use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::shapes::table::TableNote;

const MAX_ROWS: usize = Limits::DATA.rows;

fn table(text: &[u8]) -> (Vec<String>, Vec<(usize, Vec<String>)>) {
    let read = read(text, Limits::DATA).unwrap();
    (read.columns, read.rows.into_iter().map(|row| (row.line, row.cells)).collect())
}

fn problems(text: &[u8]) -> Vec<String> {
    let listed = read(text, Limits::DATA).unwrap_err();
    listed.iter().map(|one| format!("{} {}: {}", one.line, one.column, one.reason)).collect()
}

#[rstest]
#[case(b"a,b\n1,2\n", 2)]
#[case(b"a,b\r\n1,2", 2)]
#[case(b"a,b\r1,2\r", 2)]
#[case(b"\xef\xbb\xbfa,b\n1,2\n", 2)]
#[case(b"\n\na,b\n\n\n1,2\n\n", 6)]
#[case(b" a ,\"b\"\n\"1\",\"2\"\n", 2)]
#[case(b"a,b\n,\n,\n1,2\n,", 4)]
fn the_same_table(#[case] text: &[u8], #[case] line: usize) {
    let words = |texts: [&str; 2]| texts.map(str::to_owned).to_vec();
    assert_eq!(table(text), (words(["a", "b"]), vec![(line, words(["1", "2"]))]));
}

#[test]
fn cells_hold_quotation_marks_commas_and_line_breaks() {
    let text = b"a,b\n\"x\n\"\"y\"\"\r\nz\",\"1,2\"\nlast,5\" nail\n";
    let (_, rows) = table(text);
    let expected = [(2, ["x\n\"y\"\r\nz", "1,2"]), (5, ["last", "5\" nail"])];
    let expected = expected.map(|(line, cells)| (line, cells.map(str::to_owned).to_vec()));
    assert_eq!(rows, expected);
}

#[test]
fn every_problem_is_named_with_its_line() {
    assert_eq!(problems(b""), ["1 : the file is empty"]);
    assert_eq!(problems(b"\n\n"), ["1 : the file is empty"]);
    let header = problems(b"a,b,a,\n1,2,3,4\n");
    assert_eq!(header, ["1 a: the column stands twice", "1 : column 4 has no name"]);
    let ragged = problems(b"a,b\n1\n\n\"x\ny\",2\n1,2,3\n\x01,2\n");
    let expected = [
        "2 : the row has 1 cells, and the header has 2",
        "6 : the row has 3 cells, and the header has 2",
        "7 a: the cell has control characters",
    ];
    assert_eq!(ragged, expected);
    for open in [&b"a,b\n1,2\n3,\"4"[..], b"a,b\n1,2\n\"3,4\n5,6\n", b"a,b\n1,2\n3,\"4\n"] {
        assert_eq!(problems(open), ["3 : a quotation mark has no partner"]);
    }
    assert_eq!(problems(b"\xff\xfea\0"), ["1 : the file is UTF-16: save it as CSV with UTF-8"]);
}

#[test]
fn latin_1_is_read_and_told() {
    let read = read(b"a\nx\ncaf\xe9 \x93quoted\x94\n", Limits::DATA).unwrap();
    assert_eq!(read.rows[1].cells, ["café “quoted”"]);
    let reason = "not UTF-8 from here on: the file is read as Latin-1";
    assert_eq!(read.notes, [TableNote::new(3, "", reason)]);
}

#[test]
fn a_table_has_limits() {
    let columns = |count: usize| {
        let names: Vec<String> = (0..count).map(|number| format!("c{number}")).collect();
        names.join(",") + "\n"
    };
    assert!(read(columns(MAX_COLUMNS).as_bytes(), Limits::DATA).is_ok());
    assert_eq!(problems(columns(501).as_bytes()), ["1 : there are more than 500 columns"]);
    let rows = |count: usize| "a\n".to_owned() + &"x\n".repeat(count);
    assert_eq!(read(rows(MAX_ROWS).as_bytes(), Limits::DATA).unwrap().rows.len(), MAX_ROWS);
    let many = problems(rows(MAX_ROWS + 2).as_bytes());
    assert_eq!(many, ["20002 : there are more than 20000 rows"]);
    let cell = |bytes: usize| "a\n".to_owned() + &"x".repeat(bytes);
    assert!(read(cell(MAX_CELL_BYTES).as_bytes(), Limits::DATA).is_ok());
    let long = problems(cell(MAX_CELL_BYTES + 1).as_bytes());
    assert_eq!(long, ["2 a: the cell has more than 256 KiB"]);
    assert_eq!(
        problems(&vec![b'x'; Limits::DATA.bytes + 1]),
        ["1 : the file has more than 16 MiB"]
    );
    let ragged = problems(("a,b\n".to_owned() + &"x\n".repeat(150)).as_bytes());
    assert_eq!((ragged.len(), &*ragged[100]), (101, "101 : and 50 more problems"));
}

#[test]
fn formulas_are_kept_or_made_harmless() {
    let cells = ["=1+1", "+1", "-1", "@x", "1-1", "say \"x\"\n", ""];
    let written = |formulas| {
        let mut writer = Writer::new(formulas);
        writer.row(cells);
        writer.finish()
    };
    let kept = "\"=1+1\",\"+1\",\"-1\",\"@x\",\"1-1\",\"say \"\"x\"\"\n\",\"\"\n";
    assert_eq!(written(Formulas::Kept), kept);
    let harmless = "\"'=1+1\",\"'+1\",\"'-1\",\"'@x\",\"1-1\",\"say \"\"x\"\"\n\",\"\"\n";
    assert_eq!(written(Formulas::Harmless), harmless);
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(rows in prop::collection::vec("[\\Pc\n\r\"',=]{1,8}", 1..6)) {
        let mut writer = Writer::new(Formulas::Kept);
        writer.row(["a", "b"]);
        for cell in &rows {
            writer.row([cell, "x"]);
        }
        let read = read(writer.finish().as_bytes(), Limits::DATA).unwrap();
        let cells: Vec<String> = read.rows.into_iter().map(|row| row.cells[0].clone()).collect();
        prop_assert_eq!(cells, rows);
    }

    /// Records are split as the crate `csv` does it.
    #[test]
    fn records_are_those_of_another_reader(text in "[ab,\"\r\n]{0,40}", most in 1..4_usize) {
        let _ = read(text.as_bytes(), Limits::DATA);
        let mut records = Records::new(&text, most);
        let mut other = ::csv::ReaderBuilder::new();
        let mut other = other.has_headers(false).flexible(true).from_reader(text.as_bytes());
        for expected in other.records().map(Result::unwrap) {
            prop_assert!(records.advance().is_some());
            prop_assert_eq!(records.count, expected.len());
            prop_assert_eq!(records.is_blank, expected.iter().all(str::is_empty));
            for place in 0..most {
                prop_assert_eq!(records.get(place), expected.get(place));
            }
        }
        prop_assert_eq!(records.advance(), None);
    }
}

#[test]
fn an_open_quotation_mark_hides_no_other_problem() {
    let found = problems(b"a,b\n1\n2,\"3\n4\n");
    let expected =
        ["2 : the row has 1 cells, and the header has 2", "3 : a quotation mark has no partner"];
    assert_eq!(found, expected);
    assert_eq!(problems(b"a,\"b\n1,2\n"), ["1 : a quotation mark has no partner"]);
}

#[test]
fn cells_without_a_column_are_counted_and_not_kept() {
    let text = format!("a,b\n1,2{}\n", ",".repeat(5_000_000));
    let mut records = Records::new(&text, 2);
    assert_eq!((records.advance(), records.advance()), (Some(1), Some(2)));
    assert_eq!((records.count, records.get(1), records.get(2)), (5_000_002, Some("2"), None));
    assert_eq!(problems(text.as_bytes()), ["2 : the row has 5000002 cells, and the header has 2"]);
}

#[test]
fn of_a_review_only_what_is_needed_is_checked() {
    let long = "x".repeat(MAX_CELL_BYTES + 1);
    let many: Vec<String> = (0..MAX_COLUMNS).map(|number| format!("Answer.{number}")).collect();
    let header = format!("Answer.x,Answer.x ,{},AssignmentId,Approve", many.join(","));
    let row = format!("{long},,{},3A,x", ",".repeat(MAX_COLUMNS - 1));
    let text = format!("{header}\n{row}\n");
    let table = read(text.as_bytes(), Limits::REVIEWED).unwrap();
    assert_eq!(table.columns, ["AssignmentId", "Approve"]);
    assert_eq!(table.rows[0].cells, ["3A", "x"]);
    let twice = read(b"Approve,AssignmentId,Approve\nx,3A,y\n", Limits::REVIEWED).unwrap_err();
    assert_eq!(twice[0].reason, "the column stands twice");
    let wide = |columns: usize| format!("AssignmentId,{}\n", ",".repeat(columns - 2));
    assert!(read(wide(Limits::REVIEWED.columns).as_bytes(), Limits::REVIEWED).is_ok());
    let wider = read(wide(Limits::REVIEWED.columns + 1).as_bytes(), Limits::REVIEWED);
    assert_eq!(wider.unwrap_err()[0].reason, "there are more than 100000 columns");
}

#[test]
fn another_separator_is_named() {
    for (text, what) in [("name;other\ncat;1\n", "semicolons"), ("name\tother\n1,5\t2\n", "tabs")] {
        let problems = read(text.as_bytes(), Limits::DATA).unwrap_err();
        let reason = format!("the file seems to be separated by {what}, not by commas");
        assert_eq!(problems, [TableNote::new(1, "", reason)], "{text}");
    }
    assert!(read(b"name,other;one\n1,2\n", Limits::DATA).is_ok());
    assert!(read(b"name\na;b\n", Limits::DATA).is_ok());
}
