//! `qualification_types`: what workers can be qualified for. Deleted ones stay, as `Disposing`.

use crate::fault::Fault;
use crate::rules::qualification::new_type::Ways;
use crate::rules::qualification::request::Terms;
use crate::shapes;
use crate::shapes::qualification::QualificationTypeStatus;
use crate::store::Tx;
use crate::store::sql::{Row, Statement, sql};
use crate::time::Instant;

/// A selection of whole types, in the order in which [`qualification_type`] reads them.
macro_rules! select_types {
    ($($rest:literal),*) => {
        concat!(
            "SELECT t.key, t.id, t.requester_id, t.name, t.description, t.keywords, t.status, \
            t.created_at, t.retry_delay_s, t.test, t.test_duration_s, t.answer_key, \
            t.is_requestable, t.auto_granted, t.auto_granted_value FROM qualification_types t ",
            $($rest),*
        )
    };
}

pub(super) use select_types;

statements! {
    ADD = "INSERT INTO qualification_types (id, requester_id, sort_name, searchable, name, \
            status, is_requestable, auto_granted, auto_granted_value, created_at, retry_delay_s, \
            test_duration_s, keywords, description, test, answer_key) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
    KEEP = "UPDATE qualification_types SET searchable = $2, status = $3, auto_granted = $4, \
            auto_granted_value = $5, retry_delay_s = $6, test_duration_s = $7, description = $8, \
            test = $9, answer_key = $10 WHERE id = $1";
    FIND = select_types!("WHERE t.id = $1");
    OWNED = select_types!("WHERE t.id = $1 AND t.requester_id = $2");
    STATUSES = "SELECT id, status FROM qualification_types \
        WHERE id IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    NAME_TAKEN = "SELECT t.id FROM qualification_types t \
        WHERE t.requester_id = $1 AND t.name = $2 AND (t.status <> 'Disposing' OR EXISTS \
        (SELECT 1 FROM hit_requirements r WHERE r.qualification_type_id = t.id))";
    ALL = select_types!("ORDER BY t.key");
}

/// A qualification type of some requester.
#[derive(Debug, Clone)]
pub struct QualificationType {
    /// Its number in the store; 0 before it is there.
    pub key: i64,
    /// 30 characters.
    pub id: String,
    /// Whose it is.
    pub requester_id: String,
    /// Its requester has no other one of this name.
    pub name: String,
    /// For workers.
    pub description: String,
    /// Separated by commas.
    pub keywords: Option<String>,
    /// Whether it is in use.
    pub status: QualificationTypeStatus,
    /// When it was made.
    pub created_at: Instant,
    /// Whether workers can ask for it at all.
    pub is_requestable: bool,
    /// How it is had.
    pub ways: Ways,
}

impl QualificationType {
    /// The type as the API shows it to a requester: test and key are the owner's alone.
    ///
    /// Assumed: that others do not see the test either.
    #[must_use]
    pub fn shape(self, requester_id: &str) -> shapes::qualification::QualificationType {
        let is_owner = self.requester_id == requester_id;
        let Ways { test, answer_key, .. } = self.ways;
        shapes::qualification::QualificationType {
            qualification_type_id: self.id,
            creation_time: self.created_at,
            name: self.name,
            description: self.description,
            keywords: self.keywords,
            qualification_type_status: self.status,
            test: test.filter(|_| is_owner),
            test_duration_in_seconds: self.ways.test_duration_s,
            answer_key: answer_key.filter(|_| is_owner),
            retry_delay_in_seconds: self.ways.retry_delay_s,
            is_requestable: self.is_requestable,
            auto_granted: self.ways.auto_granted,
            auto_granted_value: self.ways.auto_granted_value,
        }
    }

    /// What it says to who asks.
    #[must_use]
    pub const fn terms(&self) -> Terms {
        Terms {
            status: self.status,
            is_requestable: self.is_requestable,
            has_test: self.ways.test.is_some(),
            retry_delay_s: self.ways.retry_delay_s,
        }
    }

    /// All that a search looks at, in small letters; no query can have what stands between.
    fn searchable(&self) -> String {
        let keywords = self.keywords.as_deref().unwrap_or_default();
        format!("{}\u{1f}{keywords}\u{1f}{}", self.name, self.description).to_lowercase()
    }
}

/// Reads a whole type.
pub(super) fn qualification_type(row: &Row) -> Result<QualificationType, Fault> {
    Ok(QualificationType {
        key: row.get(0)?,
        id: row.get(1)?,
        requester_id: row.get(2)?,
        name: row.get(3)?,
        description: row.get(4)?,
        keywords: row.get(5)?,
        status: status(row, 6)?,
        created_at: row.get(7)?,
        is_requestable: row.get(12)?,
        ways: Ways {
            retry_delay_s: row.get(8)?,
            test: row.get(9)?,
            test_duration_s: row.get(10)?,
            answer_key: row.get(11)?,
            auto_granted: row.get(13)?,
            auto_granted_value: row.get(14)?,
        },
    })
}

fn status(row: &Row, index: usize) -> Result<QualificationTypeStatus, Fault> {
    let word: String = row.get(index)?;
    let status = QualificationTypeStatus::parse(&word);
    status.ok_or_else(|| Fault::Service(format!("unknown status: {word}")))
}

fn first(row: Option<&Row>) -> Result<Option<QualificationType>, Fault> {
    row.map(qualification_type).transpose()
}

/// Puts a type into the store.
///
/// # Errors
/// The database failed.
pub async fn add(tx: &mut Tx, new: &QualificationType) -> Result<(), Fault> {
    let (sort_name, searchable) = (new.name.to_lowercase(), new.searchable());
    sql(ADD)
        .bind(&new.id)
        .bind(&new.requester_id)
        .bind(&sort_name)
        .bind(&searchable)
        .bind(&new.name)
        .bind(new.status.as_str())
        .bind(new.is_requestable)
        .bind(new.ways.auto_granted)
        .bind(new.ways.auto_granted_value)
        .bind(new.created_at)
        .bind(new.ways.retry_delay_s)
        .bind(new.ways.test_duration_s)
        .bind(new.keywords.as_deref())
        .bind(&new.description)
        .bind(new.ways.test.as_deref())
        .bind(new.ways.answer_key.as_deref())
        .run(tx)
        .await
        .map(drop)
}

/// Keeps what changed in a type.
///
/// # Errors
/// The database failed.
pub async fn keep(tx: &mut Tx, of: &QualificationType) -> Result<(), Fault> {
    let searchable = of.searchable();
    sql(KEEP)
        .bind(&of.id)
        .bind(&searchable)
        .bind(of.status.as_str())
        .bind(of.ways.auto_granted)
        .bind(of.ways.auto_granted_value)
        .bind(of.ways.retry_delay_s)
        .bind(of.ways.test_duration_s)
        .bind(&of.description)
        .bind(of.ways.test.as_deref())
        .bind(of.ways.answer_key.as_deref())
        .run(tx)
        .await
        .map(drop)
}

/// The type with that id, whoever owns it, deleted ones included.
///
/// # Errors
/// The database failed.
pub async fn find(tx: &mut Tx, id: &str) -> Result<Option<QualificationType>, Fault> {
    first(sql(FIND).bind(id).one(tx).await?.as_ref())
}

/// The requester's type with that id, unless it is deleted.
///
/// # Errors
/// No such type, or another requester's; it is deleted; the database failed.
pub async fn owned(tx: &mut Tx, requester_id: &str, id: &str) -> Result<QualificationType, Fault> {
    let found = first(sql(OWNED).bind(id).bind(requester_id).one(tx).await?.as_ref())?;
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
    match sql(OWNED).bind(id).bind(requester_id).one(tx).await? {
        Some(_) => Ok(()),
        None => Err(Fault::qualification_type_does_not_exist(id)),
    }
}

/// The status of each of ten types at most that exists.
///
/// # Errors
/// The database failed.
pub async fn statuses(
    tx: &mut Tx,
    ids: &[&str],
) -> Result<Vec<(String, QualificationTypeStatus)>, Fault> {
    let ten = (0..10).map(|index| ids.get(index).copied().unwrap_or_default());
    let rows = ten.fold(sql(STATUSES), Statement::bind).all(tx).await?;
    rows.iter().map(|row| Ok((row.get(0)?, status(row, 1)?))).collect()
}

/// Whether the requester has a type of that name, or a deleted one that HITs still require.
///
/// # Errors
/// The database failed.
pub async fn name_is_taken(tx: &mut Tx, requester_id: &str, name: &str) -> Result<bool, Fault> {
    Ok(sql(NAME_TAKEN).bind(requester_id).bind(name).one(tx).await?.is_some())
}

/// Every type, in the order in which they were made.
///
/// # Errors
/// The database failed.
pub async fn all(tx: &mut Tx) -> Result<Vec<QualificationType>, Fault> {
    sql(ALL).all(tx).await?.iter().map(qualification_type).collect()
}
