//! `qualification_types`: what workers can be qualified for. Deleted ones stay, as `Disposing`.

use std::collections::HashMap;

use serde::Serialize;

use crate::fault::Fault;
use crate::rules::qualification::request::RequestTerms;
use crate::rules::qualification::system::{CREATED_AT, System};
use crate::shapes::qualification::{GrantRules, QualificationTypeStatus};
use crate::store::Tx;
use crate::store::db::row::from_row;
use crate::store::db::sql::{Statement, bind, sql};
use crate::store::db::value::{Arg, set_of};
use crate::time::Instant;

/// A selection of whole types, in the order in which they are read.
macro_rules! select_types {
    ($($rest:literal),*) => {
        concat!(
            "SELECT t.key, t.id, t.requester_id, t.name, t.description, t.keywords, t.status, \
            t.created_at, t.test, t.test_duration_s, t.answer_key, t.retry_delay_s, \
            t.is_requestable, t.auto_granted, t.auto_granted_value FROM qualification_types t ",
            $($rest),*
        )
    };
}

/// A page of types by name: `$whose` they are, and what else is wanted of them.
macro_rules! page_of_types {
    ($whose:literal, $more:literal) => {
        select_types!(
            "WHERE t.status <> 'Disposing' AND (t.sort_name, t.id) > ($1, $2) \
            AND (t.is_requestable OR NOT $3) ",
            $whose,
            $more,
            " ORDER BY t.sort_name, t.id LIMIT $4 + 0"
        )
    };
}

statements! {
    ADD = "INSERT INTO qualification_types (id, requester_id, sort_name, searchable, name, \
            status, is_requestable, auto_granted, auto_granted_value, created_at, retry_delay_s, \
            test_duration_s, keywords, description, test, answer_key) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
    SAVE = "UPDATE qualification_types SET searchable = $2, status = $3, auto_granted = $4, \
            auto_granted_value = $5, retry_delay_s = $6, test_duration_s = $7, description = $8, \
            test = $9, answer_key = $10 WHERE id = $1";
    FIND = select_types!("WHERE t.id = $1");
    OWNED = select_types!("WHERE t.id = $1 AND t.requester_id = $2");
    STATUSES = "SELECT id, status FROM qualification_types \
        WHERE id IN (SELECT key FROM json_each($1))";
    NAME_TAKEN = "SELECT t.id FROM qualification_types t \
        WHERE t.requester_id = $1 AND t.name = $2 AND (t.status <> 'Disposing' OR EXISTS \
        (SELECT 1 FROM hit_requirements r WHERE r.qualification_type_id = t.id))";
    NAMED = "SELECT t.id FROM qualification_types t \
        WHERE t.requester_id = $1 AND t.name = $2 AND t.status <> 'Disposing'";
    ALL = select_types!("ORDER BY t.key");
    PLACE = "SELECT sort_name, id FROM qualification_types WHERE key = $1";
    LIST = page_of_types!("", "");
    LIST_OWNED = page_of_types!("AND t.requester_id = $5", "");
    SEARCH = page_of_types!("", "AND t.searchable LIKE $5 ESCAPE '!'");
    SEARCH_OWNED =
        page_of_types!("AND t.requester_id = $5", " AND t.searchable LIKE $6 ESCAPE '!'");
    SUMMARIES = "SELECT id, name, description, keywords, \
            is_requestable AND status = 'Active', test IS NOT NULL \
        FROM qualification_types WHERE id IN (SELECT key FROM json_each($1))";
}

/// A qualification type; in JSON, as the API shows it to its owner.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct QualificationType {
    /// Its number in the store; 0 before it is there, and for the system's.
    #[serde(skip)]
    pub key: i64,
    /// 30 characters.
    #[serde(rename = "QualificationTypeId")]
    pub id: String,
    /// Whose it is.
    #[serde(skip)]
    pub requester_id: String,
    /// When it was made.
    #[serde(rename = "CreationTime")]
    pub created_at: Instant,
    /// Its requester has no other one of this name.
    pub name: String,
    /// For workers.
    pub description: String,
    /// Separated by commas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keywords: Option<String>,
    /// Whether it is in use.
    #[serde(rename = "QualificationTypeStatus")]
    pub status: QualificationTypeStatus,
    /// How it is had.
    #[serde(flatten)]
    pub grant_rules: GrantRules,
}

impl QualificationType {
    /// A type that the market keeps itself.
    pub fn of_system(system: &System) -> Self {
        Self {
            key: 0,
            id: system.id.to_owned(),
            requester_id: String::new(),
            created_at: CREATED_AT,
            name: system.name.to_owned(),
            description: system.subject.description().to_owned(),
            keywords: None,
            status: QualificationTypeStatus::Active,
            grant_rules: GrantRules::default(),
        }
    }

    /// What the requester sees of it: test and key are the owner's alone.
    ///
    /// Assumed: that others do not see the test either.
    #[must_use]
    pub fn shown_to(mut self, requester_id: &str) -> Self {
        if self.requester_id != requester_id {
            (self.grant_rules.test, self.grant_rules.answer_key) = (None, None);
        }
        self
    }

    /// Its place in lists.
    pub fn place(&self) -> Place {
        Place(self.name.to_lowercase(), self.id.clone())
    }

    /// What it says to who asks.
    pub const fn terms(&self) -> RequestTerms {
        RequestTerms {
            status: self.status,
            is_requestable: self.grant_rules.is_requestable,
            has_test: self.grant_rules.test.is_some(),
            retry_delay_s: self.grant_rules.retry_delay_s,
        }
    }

    /// All that a search reads, in small letters; no query can have what separates the parts.
    pub fn searchable(&self) -> String {
        let keywords = self.keywords.as_deref().unwrap_or_default();
        format!("{}\u{1f}{keywords}\u{1f}{}", self.name, self.description).to_lowercase()
    }
}

from_row! { QualificationType: key, id, requester_id, name, description, keywords, status,
created_at, grant_rules }
from_row! { GrantRules: test, test_duration_s, answer_key, retry_delay_s, is_requestable,
auto_granted, auto_granted_value }

/// Puts a type into the store.
pub async fn add(tx: &mut Tx, new: &QualificationType) -> Result<(), Fault> {
    let (sort_name, searchable) = (new.name.to_lowercase(), new.searchable());
    bind!(sql(ADD); &new.id, &new.requester_id, &sort_name, &searchable, &new.name, new.status,
        new.grant_rules.is_requestable, new.grant_rules.auto_granted,
        new.grant_rules.auto_granted_value, new.created_at, new.grant_rules.retry_delay_s,
        new.grant_rules.test_duration_s, new.keywords.as_deref(), &new.description,
        new.grant_rules.test.as_deref(), new.grant_rules.answer_key.as_deref())
    .run(tx)
    .await
}

/// Keeps what changed in a type.
pub async fn save(tx: &mut Tx, of: &QualificationType) -> Result<(), Fault> {
    let searchable = of.searchable();
    bind!(sql(SAVE); &of.id, &searchable, of.status, of.grant_rules.auto_granted,
        of.grant_rules.auto_granted_value, of.grant_rules.retry_delay_s,
        of.grant_rules.test_duration_s, &of.description, of.grant_rules.test.as_deref(),
        of.grant_rules.answer_key.as_deref())
    .run(tx)
    .await
}

/// The type with that id, whoever owns it, deleted ones included.
pub async fn find(tx: &mut Tx, id: &str) -> Result<Option<QualificationType>, Fault> {
    sql(FIND).bind(id).one(tx).await
}

/// The requester's type with that id, unless it is deleted.
///
/// # Errors
/// No such type, or another requester's; it is deleted; the database failed.
pub async fn owned(tx: &mut Tx, requester_id: &str, id: &str) -> Result<QualificationType, Fault> {
    let found: Option<QualificationType> = sql(OWNED).bind(id).bind(requester_id).one(tx).await?;
    let found = found.ok_or_else(|| Fault::qualification_type_does_not_exist(id))?;
    if found.status == QualificationTypeStatus::Disposing {
        return Err(Fault::invalid_qualification_type_state("Active,Inactive"));
    }
    Ok(found)
}

/// Whether the requester has a type with that id, or had one.
///
/// # Errors
/// No such type, or another requester's; the database failed.
pub async fn known(tx: &mut Tx, requester_id: &str, id: &str) -> Result<(), Fault> {
    let is_known = sql(OWNED).bind(id).bind(requester_id).any(tx).await?;
    is_known.then_some(()).ok_or_else(|| Fault::qualification_type_does_not_exist(id))
}

/// The status of each of these types that exists.
pub async fn statuses(
    tx: &mut Tx,
    ids: &[&str],
) -> Result<Vec<(String, QualificationTypeStatus)>, Fault> {
    sql(STATUSES).bind(Arg::Set(&set_of(ids))).all(tx).await
}

/// Whether the requester has a type of that name, or a deleted one that HITs still require.
pub async fn name_is_taken(tx: &mut Tx, requester_id: &str, name: &str) -> Result<bool, Fault> {
    sql(NAME_TAKEN).bind(requester_id).bind(name).any(tx).await
}

/// The id of the requester's type of that name, unless it is deleted.
pub async fn id_of(tx: &mut Tx, requester_id: &str, name: &str) -> Result<Option<String>, Fault> {
    sql(NAMED).bind(requester_id).bind(name).one(tx).await
}

/// Every type, in the order in which they were made.
pub async fn all(tx: &mut Tx) -> Result<Vec<QualificationType>, Fault> {
    sql(ALL).read_all(tx, ("qualification_types", 1)).await
}

/// A place in a list of types: small letters of a name, then an id.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(pub String, pub String);

/// The place of the type with that number.
pub async fn place(tx: &mut Tx, key: i64) -> Result<Option<Place>, Fault> {
    let place: Option<(String, String)> = sql(PLACE).bind(key).one(tx).await?;
    Ok(place.map(|(name, id)| Place(name, id)))
}

/// Which types are listed.
#[derive(Debug, Clone, Copy)]
pub struct Filter<'a> {
    /// Only those of this requester.
    pub owner: Option<&'a str>,
    /// Only those that workers can ask for.
    pub requestable: bool,
    /// Only those with this text, in small letters, in name, keywords or description.
    pub query: Option<&'a str>,
}

impl Filter<'_> {
    /// Whether a text in small letters is of what is searched for.
    pub fn finds(&self, searchable: &str) -> bool {
        self.query.is_none_or(|query| searchable.contains(query))
    }
}

/// Nothing that is searched is longer, in characters: name, keywords and description together.
/// SQLite takes no pattern of more than 50,000 bytes.
const LONGEST: usize = 4000;

/// Up to `size` types behind a place, by name, without deleted ones.
pub async fn list(
    tx: &mut Tx,
    filter: Filter<'_>,
    after: &Place,
    size: i64,
) -> Result<Vec<QualificationType>, Fault> {
    if filter.query.is_some_and(|query| query.chars().count() > LONGEST) {
        return Ok(Vec::new());
    }
    let pattern = filter.query.map(like);
    let text = match (filter.owner, &pattern) {
        (None, None) => LIST,
        (Some(_), None) => LIST_OWNED,
        (None, Some(_)) => SEARCH,
        (Some(_), Some(_)) => SEARCH_OWNED,
    };
    let statement = sql(text).bind(&after.0).bind(&after.1).bind(filter.requestable).bind(size);
    let more = [filter.owner, pattern.as_deref()].into_iter().flatten();
    let statement = more.fold(statement, Statement::bind);
    statement.all(tx).await
}

/// A pattern of texts that contain `text`.
fn like(text: &str) -> String {
    let escaped = text.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{escaped}%")
}

/// What workers read of a qualification type that a HIT requires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeSummary {
    /// Its name.
    pub name: String,
    /// For workers.
    pub description: String,
    /// Separated by commas.
    pub keywords: Option<String>,
    /// Whether workers can ask for it at all: its requester says so, and it is active.
    pub is_requestable: bool,
    /// Whether a test comes first.
    pub has_test: bool,
}

impl TypeSummary {
    /// Of a type that a requester made.
    pub fn of(of: &QualificationType) -> Self {
        Self {
            name: of.name.clone(),
            description: of.description.clone(),
            keywords: of.keywords.clone(),
            is_requestable: of.grant_rules.is_requestable
                && of.status == QualificationTypeStatus::Active,
            has_test: of.grant_rules.test.is_some(),
        }
    }

    /// Of a type that the market keeps itself.
    pub fn system(system: &System) -> Self {
        Self::of(&QualificationType::of_system(system))
    }
}

from_row! { TypeSummary: name, description, keywords, is_requestable, has_test }

/// What workers read of these types, deleted ones included, by id.
pub async fn summaries(tx: &mut Tx, ids: &[String]) -> Result<HashMap<String, TypeSummary>, Fault> {
    let found = sql(SUMMARIES).bind(Arg::Set(&set_of(ids))).all(tx).await?;
    Ok(found.into_iter().collect())
}
