//! `qualifications`: which workers have which, or had it.

use std::collections::HashMap;

use serde::Serialize;

use crate::fault::{Code, Fault};
use crate::rules::page::Page;
use crate::rules::qualification::requirement::Value;
use crate::shapes::qualification::QualificationStatus;
use crate::store::Tx;
use crate::store::db::row::{Columns, FromRow, from_row};
use crate::store::db::sql::sql;
use crate::store::db::value::{Arg, set_of};
use crate::time::Instant;

statements! {
    ADD = "INSERT INTO qualifications \
            (qualification_type_id, worker_id, value, grant_at, status) \
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    GRANT = "INSERT INTO qualifications \
            (qualification_type_id, worker_id, value, grant_at, status) \
        VALUES ($1, $2, $3, $4, 'Granted') \
        ON CONFLICT (worker_id, qualification_type_id) DO UPDATE SET value = excluded.value, \
            grant_at = excluded.grant_at, status = excluded.status";
    REVOKE = "UPDATE qualifications SET status = 'Revoked' \
        WHERE worker_id = $1 AND qualification_type_id = $2";
    FIND_OWNED = "SELECT q.key, q.qualification_type_id, q.worker_id, q.value, q.grant_at, \
            q.status \
        FROM qualifications q JOIN qualification_types t ON t.id = q.qualification_type_id \
        WHERE q.worker_id = $1 AND q.qualification_type_id = $2 AND t.requester_id = $3";
    IS_GRANTED = "SELECT 1 FROM qualifications \
        WHERE worker_id = $1 AND qualification_type_id = $2 AND status = 'Granted'";
    VALUES = "SELECT qualification_type_id, value FROM qualifications \
        WHERE worker_id = $1 AND status = 'Granted' \
        AND qualification_type_id IN (SELECT key FROM json_each($2))";
    LIST = "SELECT q.key, q.qualification_type_id, q.worker_id, q.value, q.grant_at, q.status \
        FROM qualification_types t CROSS JOIN qualifications q \
        WHERE t.id = $1 AND t.requester_id = $2 AND q.qualification_type_id = t.id \
        AND q.status = $3 AND q.key < $4 \
        ORDER BY q.key DESC LIMIT $5 + 0";
    OF_WORKER = "SELECT q.qualification_type_id, t.name, t.description, coalesce(r.name, ''), \
            q.value, q.grant_at \
        FROM qualifications q JOIN qualification_types t ON t.id = q.qualification_type_id \
        LEFT JOIN requesters r ON r.id = t.requester_id \
        WHERE q.worker_id = $1 AND q.status = 'Granted' AND q.qualification_type_id > $2 \
        ORDER BY q.qualification_type_id LIMIT $3 + 0";
    OF_OWNER = "SELECT q.qualification_type_id, t.name, q.value \
        FROM qualifications q JOIN qualification_types t ON t.id = q.qualification_type_id \
        WHERE q.worker_id = $1 AND t.requester_id = $2 AND q.status = 'Granted' \
        AND t.status <> 'Disposing' AND q.qualification_type_id > $3 \
        ORDER BY q.qualification_type_id LIMIT $4 + 0";
    // By worker and type: many workers may have one type.
    OF_WORKERS = "SELECT q.worker_id, q.qualification_type_id, q.value FROM qualifications q \
        WHERE q.worker_id IN (SELECT key FROM json_each($2)) \
        AND coalesce(q.status, '') = 'Granted' \
        AND q.qualification_type_id IN (SELECT key FROM json_each($3)) \
        AND $1 = (SELECT t.requester_id FROM qualification_types t \
            WHERE t.id = q.qualification_type_id)";
    BATCH = "SELECT key, qualification_type_id, worker_id, value, grant_at, status \
        FROM qualifications WHERE key > $1 ORDER BY key LIMIT 500";
}

/// A worker's qualification, granted or revoked; in JSON, as the API shows it.
#[derive(Debug, Clone, Serialize)]
pub struct Qualification {
    /// Its number in the store; 0 before it is there.
    #[serde(skip)]
    pub key: i64,
    /// What for.
    #[serde(rename = "QualificationTypeId")]
    pub type_id: String,
    /// Whose.
    #[serde(rename = "WorkerId")]
    pub worker_id: String,
    /// When it was granted last.
    #[serde(rename = "GrantTime")]
    pub grant_at: Instant,
    /// None for one that only exists.
    #[serde(rename = "IntegerValue", skip_serializing_if = "Option::is_none")]
    pub value: Option<i64>,
    /// Whether the worker still has it.
    #[serde(rename = "Status")]
    pub status: QualificationStatus,
}

from_row! { Qualification: key, type_id, worker_id, value, grant_at, status }

/// Puts a qualification into the store; false if the worker has one of the type.
pub async fn add(tx: &mut Tx, new: &Qualification) -> Result<bool, Fault> {
    let statement = sql(ADD).bind(&new.type_id).bind(&new.worker_id).bind(new.value);
    Ok(statement.bind(new.grant_at).bind(new.status).changes(tx).await? > 0)
}

/// Gives a worker a qualification, or the one that the worker has or had this value.
pub async fn grant(
    tx: &mut Tx,
    type_id: &str,
    worker_id: &str,
    value: i64,
    now: Instant,
) -> Result<(), Fault> {
    sql(GRANT).bind(type_id).bind(worker_id).bind(value).bind(now).run(tx).await
}

/// Takes a qualification from a worker; it stays known as revoked.
pub async fn revoke(tx: &mut Tx, type_id: &str, worker_id: &str) -> Result<(), Fault> {
    sql(REVOKE).bind(worker_id).bind(type_id).run(tx).await
}

/// The worker's qualification of a type of this requester; it is granted.
///
/// Recorded: the two faults, of GetQualificationScore's clients. Assumed: they are those of every
/// operation on one qualification.
///
/// # Errors
/// The worker never had it, or it is of nobody's or another requester's type; it is revoked; the
/// database failed.
pub async fn granted(
    tx: &mut Tx,
    requester_id: &str,
    type_id: &str,
    worker_id: &str,
) -> Result<Qualification, Fault> {
    let statement = sql(FIND_OWNED).bind(worker_id).bind(type_id).bind(requester_id);
    let Some(found) = statement.one::<Qualification>(tx).await? else {
        let message = "You requested a Qualification that does not exist.";
        return Err(Fault::refused(Code::QualificationDoesNotExist, message));
    };
    if found.status == QualificationStatus::Revoked {
        let message = "This operation can be called with a status of: Granted";
        return Err(Fault::refused(Code::InvalidQualificationState, message));
    }
    Ok(found)
}

/// Whether the worker has the qualification.
pub async fn is_granted(tx: &mut Tx, type_id: &str, worker_id: &str) -> Result<bool, Fault> {
    sql(IS_GRANTED).bind(worker_id).bind(type_id).any(tx).await
}

/// What the worker has of these types.
pub async fn values(
    tx: &mut Tx,
    worker_id: &str,
    type_ids: &[&str],
) -> Result<Vec<(String, Value)>, Fault> {
    sql(VALUES).bind(worker_id).bind(Arg::Set(&set_of(type_ids))).all(tx).await
}

impl FromRow for Value {
    fn read(columns: &mut Columns<'_>) -> Result<Self, Fault> {
        Ok(columns.next::<Option<_>>()?.map_or(Self::None, Self::Integer))
    }
}

/// A page of the qualifications of the requester's type, newest first.
///
/// A type of somebody else and an unknown one give an empty page alike.
pub async fn list(
    tx: &mut Tx,
    requester_id: &str,
    type_id: &str,
    status: QualificationStatus,
    page: Page,
) -> Result<Vec<Qualification>, Fault> {
    let before = page.after.unwrap_or(i64::MAX);
    let statement = sql(LIST).bind(type_id).bind(requester_id).bind(status);
    statement.bind(before).bind(page.size).all(tx).await
}

/// Up to 500 qualifications behind the number `after`, in the order in which they came.
pub async fn batch(tx: &mut Tx, after: i64) -> Result<Vec<Qualification>, Fault> {
    sql(BATCH).bind(after).read_all(tx, ("qualifications", 0)).await
}

/// A worker's qualification of a type of the requester.
#[derive(Debug, Clone)]
pub struct Scored {
    /// What for.
    pub type_id: String,
    /// Its name.
    pub name: String,
    /// None for one that only exists.
    pub value: Option<i64>,
}

from_row! { Scored: type_id, name, value }

/// Up to `count` qualifications of the requester's types that the worker has, by type, after a
/// type.
pub async fn of_owner(
    tx: &mut Tx,
    (requester_id, worker_id): (&str, &str),
    after: &str,
    count: i64,
) -> Result<Vec<Scored>, Fault> {
    sql(OF_OWNER).bind(worker_id).bind(requester_id).bind(after).bind(count).all(tx).await
}

/// What these workers have of these types of the requester: by worker and type.
pub async fn of_workers(
    tx: &mut Tx,
    requester_id: &str,
    worker_ids: &[&str],
    type_ids: &[&str],
) -> Result<HashMap<(String, String), Option<i64>>, Fault> {
    let (workers, types) = (set_of(worker_ids), set_of(type_ids));
    let statement = sql(OF_WORKERS).bind(requester_id).bind(Arg::Set(&workers));
    let found: Vec<(String, String, Option<i64>)> =
        statement.bind(Arg::Set(&types)).all(tx).await?;
    Ok(found.into_iter().map(|(worker, of, value)| ((worker, of), value)).collect())
}

/// A qualification as its worker sees it.
#[derive(Debug, Clone)]
pub struct Own {
    /// What for.
    pub type_id: String,
    /// Its name.
    pub name: String,
    /// What it says.
    pub description: String,
    /// What workers read of its requester.
    pub requester_name: String,
    /// None for one that only exists.
    pub value: Option<i64>,
    /// When it was granted last.
    pub grant_at: Instant,
}

from_row! { Own: type_id, name, description, requester_name, value, grant_at }

/// Up to `count` qualifications that a worker has, by type, after a type.
pub async fn of_worker(
    tx: &mut Tx,
    worker_id: &str,
    after: &str,
    count: i64,
) -> Result<Vec<Own>, Fault> {
    sql(OF_WORKER).bind(worker_id).bind(after).bind(count).all(tx).await
}
