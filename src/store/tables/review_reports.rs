//! `review_reports`: what review policies found and did.

use crate::fault::Fault;
use crate::rules::page::Page;
use crate::shapes::review::{ReviewActionDetail, ReviewPolicyLevel, ReviewResultDetail};
use crate::store::Tx;
use crate::store::db::insert_many::insert_many;
use crate::store::db::row::{Columns, FromRow, document, stored};
use crate::store::db::sql::sql;

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
        match self {
            Self::Result(result) => document(result),
            Self::Action(action) => document(action),
        }
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

impl FromRow for Reported {
    fn read(columns: &mut Columns<'_>) -> Result<Self, Fault> {
        let word: String = columns.next()?;
        let part = Part::ALL.into_iter().find(|part| part.as_str() == word);
        let part = part.ok_or_else(|| Fault::Service(format!("unknown part: {word}")))?;
        let document: String = columns.next()?;
        let entry = if part.actions {
            Entry::Action(stored(&document)?)
        } else {
            Entry::Result(stored(&document)?)
        };
        Ok(Self { level: part.level, entry, place: columns.next()? })
    }
}

/// Remembers what a policy of a HIT found and did, in this order.
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
    let mut found: Vec<Reported> = statement.read_all(tx, ("review_reports", 2)).await?;
    found.sort_by_key(|reported| reported.place);
    Ok(found)
}
