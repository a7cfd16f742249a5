//! `review_reports`: what review policies found and did.

use crate::fault::Fault;
use crate::rules::page::Page;
use crate::shapes::review::{ReviewActionDetail, ReviewPolicyLevel, ReviewResultDetail};
use crate::store::Tx;
use crate::store::hit_types::stored;
use crate::store::many::insert_many;
use crate::store::sql::{Row, sql};

statements! {
    ADD = "INSERT INTO review_reports (hit_key, part, document) VALUES ($1, $2, $3)";
    PAGE = "SELECT page.part, (SELECT r.document FROM review_reports r WHERE r.key = page.key), \
        page.key FROM \
        (SELECT key, part FROM review_reports WHERE hit_key = $1 AND part = $4 AND key > $2 \
        UNION ALL \
        SELECT key, part FROM review_reports WHERE hit_key = $1 AND part = $5 AND key > $2 \
        UNION ALL \
        SELECT key, part FROM review_reports WHERE hit_key = $1 AND part = $6 AND key > $2 \
        UNION ALL \
        SELECT key, part FROM review_reports WHERE hit_key = $1 AND part = $7 AND key > $2 \
        ORDER BY 1 LIMIT $3 + 0) page";
}

/// One of the four lists of a HIT's reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Whose policy.
    pub level: ReviewPolicyLevel,
    /// Whether it holds actions, or else results.
    pub actions: bool,
}

impl Part {
    /// Every list.
    pub const ALL: [Self; 4] = [
        Self { level: ReviewPolicyLevel::Assignment, actions: false },
        Self { level: ReviewPolicyLevel::Assignment, actions: true },
        Self { level: ReviewPolicyLevel::Hit, actions: false },
        Self { level: ReviewPolicyLevel::Hit, actions: true },
    ];

    /// The word in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match (self.level, self.actions) {
            (ReviewPolicyLevel::Assignment, false) => "AssignmentResult",
            (ReviewPolicyLevel::Assignment, true) => "AssignmentAction",
            (ReviewPolicyLevel::Hit, false) => "HITResult",
            (ReviewPolicyLevel::Hit, true) => "HITAction",
        }
    }
}

/// A result or an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// What was found.
    Result(ReviewResultDetail),
    /// What was done.
    Action(ReviewActionDetail),
}

impl Entry {
    fn document(&self) -> Result<String, Fault> {
        let text = match self {
            Self::Result(result) => serde_json::to_string(result),
            Self::Action(action) => serde_json::to_string(action),
        };
        text.map_err(|e| Fault::Service(e.to_string()))
    }
}

/// An entry of a page.
#[derive(Debug)]
pub struct Reported {
    /// Whose policy it was.
    pub level: ReviewPolicyLevel,
    /// What it says.
    pub entry: Entry,
    /// Its place among all entries.
    pub place: i64,
}

fn reported(row: &Row) -> Result<Reported, Fault> {
    let word: String = row.get(0)?;
    let part = Part::ALL.into_iter().find(|part| part.as_str() == word);
    let part = part.ok_or_else(|| Fault::Service(format!("unknown part of a report: {word}")))?;
    let document: String = row.get(1)?;
    let entry = if part.actions {
        Entry::Action(stored(&document)?)
    } else {
        Entry::Result(stored(&document)?)
    };
    Ok(Reported { level: part.level, entry, place: row.get(2)? })
}

/// Remembers what a policy of a HIT found and did, in this order.
///
/// # Errors
/// The database failed.
pub async fn add(
    tx: &mut Tx,
    hit_key: i64,
    level: ReviewPolicyLevel,
    entries: &[Entry],
) -> Result<(), Fault> {
    let row = |entry: &Entry| {
        let part = Part { level, actions: matches!(entry, Entry::Action(_)) };
        Ok((part.as_str(), entry.document()?))
    };
    let rows: Vec<(&str, String)> = entries.iter().map(row).collect::<Result<_, Fault>>()?;
    insert_many(tx, ADD, 3, &rows, |statement, (part, document)| {
        statement.bind(hit_key).bind(*part).bind(document)
    })
    .await
}

/// A page of these parts of a HIT's reports, in the order in which things happened.
///
/// # Errors
/// The database failed.
pub async fn page(
    tx: &mut Tx,
    hit_key: i64,
    parts: &[Part],
    page: Page,
) -> Result<Vec<Reported>, Fault> {
    let after = page.after.unwrap_or(0);
    let statement = sql(PAGE).bind(hit_key).bind(after).bind(page.size);
    let word = |part: Part| if parts.contains(&part) { part.as_str() } else { "" };
    let statement = Part::ALL.into_iter().fold(statement, |sql, part| sql.bind(word(part)));
    let mut found: Vec<Reported> =
        statement.all(tx).await?.iter().map(reported).collect::<Result<_, _>>()?;
    found.sort_by_key(|reported| reported.place);
    Ok(found)
}
