//! The batches of imported results: their tables, and the pages of their HITs, which are made up.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value, json};

use crate::rules::batch::check_table;
use crate::rules::batch::template::{Template, is_variable};
use crate::rules::csv::{self, Limits, Row, Table};
use crate::rules::limits;
use crate::time::Instant;
use crate::worlds::archive::item::{BatchRow, Item, REWARD, TITLE};
use crate::worlds::archive::results::cells;

/// What makes the HITs of results one batch: its number, or else the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BatchOf {
    Number(i64),
    File(usize),
}

/// A batch of which results were saved.
#[derive(Debug)]
pub struct Batch<'a> {
    pub of: BatchOf,
    /// For people.
    pub name: String,
    /// Whether the server has it, or all of it.
    pub is_there: bool,
    /// Whether the server refused it.
    pub is_refused: bool,
    /// Its HITs, in the order of their rows.
    pub hits: Vec<&'a Item>,
}

/// The batches, and what was made up for them.
#[derive(Debug, Default)]
pub struct Pages {
    /// The entries of a world.
    pub entries: Vec<Value>,
    /// Which batches these are, and their names.
    pub names: Vec<(BatchOf, String)>,
    /// Lines of the report.
    pub lines: Vec<String>,
    /// By the id of a HIT: the document of its question.
    questions: HashMap<String, String>,
}

impl Pages {
    /// The batches that the server lacks, and the pages of all.
    pub fn of(batches: &[Batch<'_>]) -> Self {
        let mut pages = Self::default();
        for batch in batches {
            pages.add(batch);
        }
        if !pages.questions.is_empty() {
            let count = pages.questions.len();
            pages.lines.push(format!(
                "made up: the template of batches, which shows their inputs; pages of HITs: {count}"
            ));
        }
        pages
    }

    fn add(&mut self, batch: &Batch<'_>) {
        let mut table = table(batch);
        let html = template(&table.columns);
        let checked = csv::check(&table, Limits::DATA)
            .and_then(|()| check_table(&mut table, &html).map(drop));
        if let Err(problems) = checked {
            let why = problems.first().map_or("", |problem| &problem.reason);
            let name = &batch.name;
            self.lines.push(format!("{name}: left out, only its HITs are imported: {why}"));
            return;
        }
        let template = Template::new(&html, 0);
        for (hit, row) in batch.hits.iter().zip(&table.rows) {
            let question = template.question(&table.columns, &row.cells);
            self.questions.insert(hit.key.clone(), question);
        }
        if batch.is_there {
            let name = &batch.name;
            self.lines.push(format!("{name}: on the server already; new HITs are not added to it"));
        } else if !batch.is_refused {
            self.entries.push(entry(batch, &table, &html));
            self.names.push((batch.of, batch.name.clone()));
        }
    }

    /// The HIT, with what results do not say of it.
    pub fn amended<'a>(
        &self,
        text: Cow<'a, str>,
        item: &Item,
        (first, last): (Option<Instant>, Option<Instant>),
    ) -> Cow<'a, str> {
        if item.row.is_none() {
            return text;
        }
        let mut hit: Map<String, Value> = serde_json::from_str(&text).unwrap_or_default();
        let times = [("CreationTime", first), ("Expiration", last)];
        for (name, at) in times.iter().filter_map(|(name, at)| Some((*name, (*at)?))) {
            hit.entry(name).or_insert_with(|| at.rfc3339().into());
        }
        if let Some(question) = self.questions.get(&item.key) {
            hit.entry("Question").or_insert_with(|| question.as_str().into());
        }
        Value::Object(hit).to_string().into()
    }
}

fn table(batch: &Batch<'_>) -> Table {
    let rows = || batch.hits.iter().filter_map(|hit| hit.row.as_ref());
    let columns: BTreeSet<&String> = rows().flat_map(|row| row.cells.keys()).collect();
    let columns: Vec<String> = columns.into_iter().cloned().collect();
    let row = |row: &BatchRow| Row { line: row.line, cells: cells(&row.cells, &columns) };
    let rows = rows().map(row).collect();
    Table { line: 1, columns, rows, notes: Vec::new() }
}

/// A page that shows the inputs. Results do not have the template.
fn template(columns: &[String]) -> String {
    let shown = columns.iter().filter(|name| is_variable(name));
    let shown: Vec<String> =
        shown.map(|name| format!("<dt>{name}</dt><dd>${{{name}}}</dd>\n")).collect();
    let shown = shown.concat();
    format!(
        "<p>This HIT comes from the results of a batch. Its page is not known; these are its \
         inputs.</p>\n<dl>\n{shown}</dl>\n"
    )
}

fn entry(batch: &Batch<'_>, table: &Table, template: &str) -> Value {
    let hits: Vec<Map<String, Value>> = batch
        .hits
        .iter()
        .map(|hit| serde_json::from_str(&hit.json()).unwrap_or_default())
        .collect();
    let rows: Vec<Value> = batch
        .hits
        .iter()
        .zip(&table.rows)
        .map(|(hit, row)| json!({"Line": row.line, "Cells": row.cells, "HITId": hit.key}))
        .collect();
    let time = |hit: &Map<String, Value>, name: &str| {
        Instant::parse(hit.get(name)?.as_str()?, Instant::default())
    };
    let created_at = hits.iter().filter_map(|hit| time(hit, "CreationTime")).min();
    let first = hits.first().cloned().unwrap_or_default();
    let given = |name: &str, otherwise: Value| first.get(name).cloned().unwrap_or(otherwise);
    let title = given("Title", TITLE.into());
    let mut settings = json!({
        "Name": batch.name,
        "Description": given("Description", title.clone()),
        "Title": title,
        "Reward": given("Reward", REWARD.into()),
        "Template": template,
    });
    let copied =
        ["Keywords", "MaxAssignments", "AssignmentDurationInSeconds", "AutoApprovalDelayInSeconds"];
    for name in copied {
        if let Some(value) = first.get(name) {
            settings[name] = value.clone();
        }
    }
    if let (Some(begin), Some(end)) = (time(&first, "CreationTime"), time(&first, "Expiration")) {
        let limits::Range { min, max } = limits::LIFETIME_S;
        settings["LifetimeInSeconds"] = ((end.0 - begin.0) / 1000).clamp(min, max).into();
    }
    let mut entry = json!({"Settings": settings, "Columns": table.columns, "Rows": rows});
    if let BatchOf::Number(number) = batch.of {
        entry["BatchId"] = number.into();
    }
    if let Some(at) = created_at {
        entry["CreationTime"] = at.rfc3339().into();
    }
    if let Some(id) = first.get("HITTypeId") {
        entry["HITTypeId"] = id.clone();
    }
    entry
}

/// Puts the HITs of one batch together.
pub fn grouped<'a>(
    hits: impl Iterator<Item = (usize, &'a Item)>,
) -> BTreeMap<BatchOf, Vec<&'a Item>> {
    let mut groups: BTreeMap<BatchOf, Vec<&'a Item>> = BTreeMap::new();
    for (file, item) in hits {
        let Some(row) = &item.row else { continue };
        let of = row.batch.map_or(BatchOf::File(file), BatchOf::Number);
        groups.entry(of).or_default().push(item);
    }
    groups
}
