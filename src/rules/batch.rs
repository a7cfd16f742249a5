//! Batches: HITs made from a template and a table, as the requester site made them.

pub mod results;
pub mod review;
pub mod samples;
pub mod template;

use crate::fault::Fault;
use crate::money::{Cents, Funds};
use crate::rules::batch::template::Template;
use crate::rules::csv::{self, Problems, Table};
use crate::rules::hit_type::Values;
use crate::rules::{fees, limits};
use crate::shapes::batch::{Cost, NewBatch};
use crate::shapes::hit::HitTypeMembers;
use crate::shapes::table::TableNote;

/// The longest template, in bytes.
pub const MAX_TEMPLATE_BYTES: usize = 512 << 10;
/// The longest page of a HIT, in bytes.
pub const MAX_PAGE_BYTES: usize = 1 << 20;
/// All pages of a batch together have so many bytes at most.
pub const MAX_ALL_BYTES: usize = 256 << 20;

/// So many problems of the work on a batch are noted at most.
pub const MOST_PROBLEMS: usize = csv::MOST_PROBLEMS;

/// Height of a frame in pixels.
const FRAME_HEIGHT: limits::Range = limits::Range { min: 0, max: 100_000 };

/// Why a batch, or a review of one, is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// A value that is not in the table.
    Fault(Fault),
    /// Every problem of the table.
    Table(Vec<TableNote>),
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Vec<TableNote>> for Refused {
    fn from(problems: Vec<TableNote>) -> Self {
        Self::Table(problems)
    }
}

/// A batch that can be made.
#[derive(Debug, Clone)]
pub struct CheckedBatch {
    /// What was sent, without the table.
    pub new: NewBatch,
    /// The values of its HIT type.
    pub values: Values,
    /// What stands for each variable.
    pub table: Table,
    /// The variables of the template, in the order of their names.
    pub variables: Vec<String>,
    /// What a person might want to know about the template; the lines are its own.
    pub template_notes: Vec<TableNote>,
}

impl CheckedBatch {
    /// What it costs if all work is approved.
    ///
    /// Assumed: fees are those of its HITs.
    pub fn cost(&self) -> Cost {
        let (max, hits) = (self.new.max_assignments, self.table.rows.len());
        let count = max.saturating_mul(i64::try_from(hits).unwrap_or(i64::MAX));
        let all = |one: Cents| Cents(one.0.saturating_mul(count)).bounded();
        let (rewards, total) = (all(self.values.reward), all(fees::assignment(&self.values, max)));
        let fees = Funds(total - rewards);
        Cost { assignments: count, rewards: Funds(rewards), fees, total: Funds(total) }
    }

    /// The page of the first HIT.
    pub fn first_page(&self) -> String {
        let cells = self.table.rows.first().map_or(&[][..], |row| &row.cells);
        Template::new(&self.new.template, 0).page(&self.table.columns, cells)
    }
}

/// Checks what a batch is to be made from.
///
/// # Errors
/// A value outside its limits; or every problem of the table: those of [`csv::read`] and of
/// [`check_table`] together.
pub fn check(mut new: NewBatch) -> Result<CheckedBatch, Refused> {
    let values = check_settings(&new)?;
    let data = std::mem::take(&mut new.data);
    let (mut table, of_rows) = csv::read_with_problems(data.as_bytes(), csv::Limits::DATA)?;
    let variables = check_with(&mut table, &new.template, of_rows)?;
    let template_notes = template::notes(&new.template);
    Ok(CheckedBatch { new, values, table, variables, template_notes })
}

/// Checks what a batch is to be made from besides its table, and returns the values of its HIT
/// type.
///
/// # Errors
/// A value outside its limits.
pub fn check_settings(new: &NewBatch) -> Result<Values, Fault> {
    let values = Values::check(members(new))?;
    limits::ASSIGNMENTS.check("MaxAssignments", new.max_assignments)?;
    limits::LIFETIME_S.check("LifetimeInSeconds", new.lifetime_in_seconds)?;
    FRAME_HEIGHT.check("FrameHeight", new.frame_height)?;
    if let Some(name) = &new.name {
        limits::one_to("Name", name, limits::TITLE)?;
    }
    limits::one_to("Template", &new.template, usize::MAX)?;
    limits::at_most_bytes("Template", &new.template, MAX_TEMPLATE_BYTES)?;
    if !crate::rules::text::is_clean(&new.template) {
        return Err(Fault::parameter("The Template has control characters."));
    }
    Ok(values)
}

/// Checks a table against its template, notes what is worth it, and returns the variables.
///
/// # Errors
/// Every problem: a variable without a column, no row, a page that is too long.
pub fn check_table(table: &mut Table, html: &str) -> Result<Vec<String>, Vec<TableNote>> {
    check_with(table, html, Problems::default())
}

/// As [`check_table`], with the problems of rows that were found before. Those of columns are
/// listed first: there are fewer of them.
fn check_with(
    table: &mut Table,
    html: &str,
    of_rows: Problems,
) -> Result<Vec<String>, Vec<TableNote>> {
    let template = Template::new(html, 0);
    let variables: Vec<String> = template.variables().into_iter().map(str::to_owned).collect();
    let (mut problems, known_notes) = (Problems::default(), table.notes.len());
    check_columns(table, &variables, &mut problems);
    if table.rows.is_empty() && of_rows.is_empty() {
        problems.add(table.line, "", "there is no row below the header");
    }
    problems.append(of_rows);
    check_lengths(table, &template, &mut problems);
    if !problems.is_empty() {
        // A column that is missing may be there by another name.
        for note in &table.notes[known_notes..] {
            problems.add(note.line, &note.column, &*note.reason);
        }
    }
    problems.result().map(|()| variables)
}

fn members(new: &NewBatch) -> HitTypeMembers {
    HitTypeMembers {
        title: new.title.clone(),
        description: new.description.clone(),
        keywords: new.keywords.clone(),
        reward: new.reward.to_string(),
        assignment_duration_in_seconds: new.assignment_duration_in_seconds,
        auto_approval_delay_in_seconds: Some(new.auto_approval_delay_in_seconds),
        qualification_requirements: Some(new.qualification_requirements.clone()),
    }
}

/// Each variable has a column; a column without a variable is told.
fn check_columns(table: &mut Table, variables: &[String], problems: &mut Problems) {
    let known: std::collections::BTreeSet<&String> = table.columns.iter().collect();
    for name in variables.iter().filter(|name| !known.contains(name)) {
        problems.add(table.line, name, format!("the template has ${{{name}}}: there is no column"));
    }
    for name in table.columns.iter().filter(|name| !variables.contains(name)) {
        let reason = "the template does not name this column; the results will have it";
        table.notes.push(TableNote::new(table.line, name, reason));
    }
}

fn check_lengths(table: &Table, template: &Template, problems: &mut Problems) {
    let mut all = 0;
    let uses = template.uses(&table.columns);
    for row in &table.rows {
        let values = row.cells.iter().zip(&uses).map(|(cell, uses)| cell.len() * uses);
        let bytes = template.len() + values.sum::<usize>();
        if bytes > MAX_PAGE_BYTES {
            let limit = MAX_PAGE_BYTES >> 20;
            problems.add(row.line, "", format!("the page would have more than {limit} MiB"));
        }
        all += bytes;
    }
    if all > MAX_ALL_BYTES {
        let limit = MAX_ALL_BYTES >> 20;
        problems.add(table.line, "", format!("all pages would have more than {limit} MiB"));
    }
}

/// The greatest number that a batch may bring along; those made later have greater ones.
pub const MAX_NUMBER: i64 = 1_000_000_000_000_000;

/// The `RequesterAnnotation` of the HITs of a batch, as public scripts read it.
pub fn annotation(batch_id: i64, template_number: i64) -> String {
    format!("BatchId:{batch_id};OriginalHitTemplateId:{template_number};")
}

/// The number of the batch in such an annotation.
pub fn batch_of(annotation: &str) -> Option<i64> {
    let (number, _) = annotation.strip_prefix("BatchId:")?.split_once(';')?;
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
    number.parse().ok().filter(|number| is_number && (1..=MAX_NUMBER).contains(number))
}

#[cfg(test)]
mod tests;
