//! The answer of an assignment as columns of a table.

use serde_json::{Map, Value};

use super::answers::{Answer, AnswerFault, AnswerValue, parse};

/// The columns of one answer, at most; the others are counted.
pub const MAX_COLUMNS: usize = 200;

/// The field in which a page of crowd elements hands in what its elements hold.
const CROWD_FIELD: &str = "taskAnswers";

/// One value of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The question or field.
    pub name: String,
    /// What was answered.
    pub value: ColumnValue,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnValue {
    /// A text. What was chosen of several is separated by `|`.
    Text(String),
    /// A file of so many bytes, which answers the question of the column's name.
    File(u64),
}

/// The columns of one answer.
#[derive(Debug, Default)]
pub struct Columns {
    /// The first ones, [`MAX_COLUMNS`] at most.
    pub columns: Vec<Column>,
    /// How many more there are.
    pub left_out: usize,
}

impl Columns {
    fn push(&mut self, column: Column) {
        if self.columns.len() < MAX_COLUMNS {
            self.columns.push(column);
        } else {
            self.left_out += 1;
        }
    }
}

/// The columns of an answer document, in its order.
///
/// What crowd elements handed in is unfolded: a column for each of them, and where an element hands
/// in an object, a column `element.key` for each of its members. Other JSON stays a text.
///
/// # Errors
/// The document cannot be read.
pub fn columns(document: &str) -> Result<Columns, AnswerFault> {
    let mut columns = Columns::default();
    for Answer { question_identifier: name, value } in parse(document)? {
        let value = match value {
            AnswerValue::FreeText(text) if name == CROWD_FIELD => match pages(&text) {
                Some(pages) => {
                    unfold(pages, &mut columns);
                    continue;
                }
                None => ColumnValue::Text(text),
            },
            AnswerValue::FreeText(text) => ColumnValue::Text(text),
            AnswerValue::Selections { identifiers, other } => {
                let chosen: Vec<String> = identifiers.into_iter().chain(other).collect();
                ColumnValue::Text(chosen.join("|"))
            }
            AnswerValue::File { size, .. } => ColumnValue::File(size),
        };
        columns.push(Column { name, value });
    }
    Ok(columns)
}

/// The objects of `[{"element": …}]`; none if the text is something else.
fn pages(text: &str) -> Option<Vec<Map<String, Value>>> {
    serde_json::from_str(text).ok()
}

fn unfold(pages: Vec<Map<String, Value>>, columns: &mut Columns) {
    for (element, value) in pages.into_iter().flatten() {
        match value {
            Value::Object(members) if !members.is_empty() => {
                for (key, value) in members {
                    columns.push(column(format!("{element}.{key}"), value));
                }
            }
            value => columns.push(column(element, value)),
        }
    }
}

/// A text as it is; other values as JSON.
fn column(name: String, value: Value) -> Column {
    let text = match value {
        Value::String(text) => text,
        value => value.to_string(),
    };
    Column { name, value: ColumnValue::Text(text) }
}

#[cfg(test)]
mod tests {
    use super::super::answers::{Answer, QuestionFormAnswers, Repeated, from_fields};
    use super::*;

    fn of_fields(fields: &[(&str, &str)]) -> Vec<(String, String)> {
        let fields: Vec<(String, String)> =
            fields.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        shown(columns(&from_fields(&fields, Repeated::Join).unwrap()).unwrap())
    }

    fn shown(Columns { columns, .. }: Columns) -> Vec<(String, String)> {
        let text = |value| match value {
            ColumnValue::Text(text) => text,
            ColumnValue::File(size) => format!("{size} bytes"),
        };
        columns.into_iter().map(|column| (column.name, text(column.value))).collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn fields_are_columns_in_their_order() {
        let given = [("z", "=1+1"), ("a", "<b>"), ("json", r#"{"x":1}"#)];
        assert_eq!(of_fields(&given), pairs(&given));
        assert_eq!(columns("").unwrap().columns, []);
        assert!(columns("<html>").is_err());
    }

    #[test]
    fn crowd_elements_are_unfolded_one_level() {
        let json = r#"[{"sentiment":{"label":"Positive"},"stars":4,
            "box":{"boundingBoxes":[{"top":1}],"size":{"width":2}},"none":{},"note":"a"}]"#;
        let expected = [
            ("sentiment.label", "Positive"),
            ("stars", "4"),
            ("box.boundingBoxes", r#"[{"top":1}]"#),
            ("box.size", r#"{"width":2}"#),
            ("none", "{}"),
            ("note", "a"),
            ("other", "b"),
        ];
        assert_eq!(of_fields(&[("taskAnswers", json), ("other", "b")]), pairs(&expected));
        for text in ["[1]", "{}", "[{\"a\":1}", "yes"] {
            assert_eq!(of_fields(&[("taskAnswers", text)]), pairs(&[("taskAnswers", text)]));
        }
    }

    #[test]
    fn choices_and_files() {
        let answer = |name: &str, value| Answer { question_identifier: name.to_owned(), value };
        let identifiers = vec!["red".to_owned(), "blue".to_owned()];
        let chosen = AnswerValue::Selections { identifiers, other: Some("teal".to_owned()) };
        let file = AnswerValue::File { size: 12, key: "3F".to_owned() };
        let document = QuestionFormAnswers(vec![answer("c", chosen), answer("f", file)]).xml();
        let found = shown(columns(&document.unwrap()).unwrap());
        assert_eq!(found, pairs(&[("c", "red|blue|teal"), ("f", "12 bytes")]));
    }

    #[test]
    fn an_answer_has_so_many_columns_at_most() {
        let names: Vec<String> = (0..=MAX_COLUMNS).map(|number| format!("f{number}")).collect();
        let fields: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "x")).collect();
        assert_eq!(of_fields(&fields).len(), MAX_COLUMNS);
        assert_eq!(of_fields(&fields[..MAX_COLUMNS - 1]).len(), MAX_COLUMNS - 1);
        let members: Vec<String> = names.iter().map(|name| format!("\"{name}\":1")).collect();
        let json = format!("[{{\"e\":{{{}}}}}]", members.join(","));
        assert_eq!(of_fields(&[("taskAnswers", &json)]).len(), MAX_COLUMNS);
        let fields = [("taskAnswers".to_owned(), json), ("more".to_owned(), "x".to_owned())];
        let document = from_fields(&fields, Repeated::Join).unwrap();
        assert_eq!(columns(&document).unwrap().left_out, 2, "one member, and one field");
    }
}
