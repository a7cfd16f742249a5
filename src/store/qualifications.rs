//! `qualifications`: which workers have which, or had it.

use crate::fault::Fault;
use crate::rules::page::Page;
use crate::rules::qualification::requirement::Value;
use crate::shapes;
use crate::shapes::qualification::QualificationStatus;
use crate::store::Tx;
use crate::store::sql::{Row, Statement, sql};
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
        AND qualification_type_id IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    LIST = "SELECT q.key, q.qualification_type_id, q.worker_id, q.value, q.grant_at, q.status \
        FROM qualification_types t CROSS JOIN qualifications q \
        WHERE t.id = $1 AND t.requester_id = $2 AND q.qualification_type_id = t.id \
        AND q.status = $3 AND q.key < $4 \
        ORDER BY q.key DESC LIMIT $5 + 0";
    OF_WORKER = "SELECT q.qualification_type_id, t.name, t.description, r.name, q.value, \
            q.grant_at \
        FROM qualifications q JOIN qualification_types t ON t.id = q.qualification_type_id \
        LEFT JOIN requesters r ON r.id = t.requester_id \
        WHERE q.worker_id = $1 AND q.status = 'Granted' AND q.qualification_type_id > $2 \
        ORDER BY q.qualification_type_id LIMIT $3 + 0";
    ALL = "SELECT key, qualification_type_id, worker_id, value, grant_at, status \
        FROM qualifications ORDER BY key";
}

/// A worker's qualification, granted or revoked.
#[derive(Debug, Clone)]
pub struct Qualification {
    /// Its number in the store; 0 before it is there.
    pub key: i64,
    /// What for.
    pub type_id: String,
    /// Whose.
    pub worker_id: String,
    /// None for one that only exists.
    pub value: Option<i64>,
    /// When it was granted last.
    pub grant_at: Instant,
    /// Whether the worker still has it.
    pub status: QualificationStatus,
}

impl Qualification {
    /// The qualification as the API shows it.
    #[must_use]
    pub fn shape(self) -> shapes::qualification::Qualification {
        shapes::qualification::Qualification {
            qualification_type_id: self.type_id,
            worker_id: self.worker_id,
            grant_time: self.grant_at,
            integer_value: self.value,
            status: self.status,
        }
    }
}

fn qualification(row: &Row) -> Result<Qualification, Fault> {
    let word: String = row.get(5)?;
    let status = QualificationStatus::parse(&word);
    Ok(Qualification {
        key: row.get(0)?,
        type_id: row.get(1)?,
        worker_id: row.get(2)?,
        value: row.get(3)?,
        grant_at: row.get(4)?,
        status: status.ok_or_else(|| Fault::Service(format!("unknown status: {word}")))?,
    })
}

/// Puts a qualification into the store; false if the worker has one of the type.
///
/// # Errors
/// The database failed.
pub async fn add(tx: &mut Tx, new: &Qualification) -> Result<bool, Fault> {
    let statement = sql(ADD).bind(&new.type_id).bind(&new.worker_id).bind(new.value);
    Ok(statement.bind(new.grant_at).bind(new.status.as_str()).run(tx).await? > 0)
}

/// Gives a worker a qualification, or the one that the worker has or had this value.
///
/// # Errors
/// The database failed.
pub async fn grant(
    tx: &mut Tx,
    type_id: &str,
    worker_id: &str,
    value: i64,
    now: Instant,
) -> Result<(), Fault> {
    sql(GRANT).bind(type_id).bind(worker_id).bind(value).bind(now).run(tx).await.map(drop)
}

/// Takes a qualification from a worker; it stays known as revoked.
///
/// # Errors
/// The database failed.
pub async fn revoke(tx: &mut Tx, type_id: &str, worker_id: &str) -> Result<(), Fault> {
    sql(REVOKE).bind(worker_id).bind(type_id).run(tx).await.map(drop)
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
    let row = sql(FIND_OWNED).bind(worker_id).bind(type_id).bind(requester_id).one(tx).await?;
    let Some(row) = row else {
        let said = "You requested a Qualification that does not exist.";
        return Err(Fault::request("QualificationDoesNotExist", said));
    };
    let found = qualification(&row)?;
    if found.status == QualificationStatus::Revoked {
        let said = "This operation can be called with a status of: Granted";
        return Err(Fault::request("InvalidQualificationState", said));
    }
    Ok(found)
}

/// Whether the worker has the qualification.
///
/// # Errors
/// The database failed.
pub async fn is_granted(tx: &mut Tx, type_id: &str, worker_id: &str) -> Result<bool, Fault> {
    Ok(sql(IS_GRANTED).bind(worker_id).bind(type_id).one(tx).await?.is_some())
}

/// What the worker has of ten types at most.
///
/// # Errors
/// The database failed.
pub async fn values(
    tx: &mut Tx,
    worker_id: &str,
    type_ids: &[&str],
) -> Result<Vec<(String, Value)>, Fault> {
    let ten = (0..10).map(|index| type_ids.get(index).copied().unwrap_or_default());
    let statement = ten.fold(sql(VALUES).bind(worker_id), Statement::bind);
    let read = |row: &Row| {
        let value: Option<i64> = row.get(1)?;
        Ok((row.get(0)?, value.map_or(Value::None, Value::Integer)))
    };
    statement.all(tx).await?.iter().map(read).collect()
}

/// A page of the qualifications of the requester's type, newest first.
///
/// A type of somebody else and an unknown one give an empty page alike.
///
/// # Errors
/// The database failed.
pub async fn list(
    tx: &mut Tx,
    requester_id: &str,
    type_id: &str,
    status: QualificationStatus,
    page: Page,
) -> Result<Vec<Qualification>, Fault> {
    let before = page.after.unwrap_or(i64::MAX);
    let statement = sql(LIST).bind(type_id).bind(requester_id).bind(status.as_str());
    statement.bind(before).bind(page.size).all(tx).await?.iter().map(qualification).collect()
}

/// Every qualification, in the order in which they came.
///
/// # Errors
/// The database failed.
pub async fn all(tx: &mut Tx) -> Result<Vec<Qualification>, Fault> {
    sql(ALL).all(tx).await?.iter().map(qualification).collect()
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

/// Up to `count` qualifications that a worker has, by type, after a type.
///
/// # Errors
/// The database failed.
pub async fn of_worker(
    tx: &mut Tx,
    worker_id: &str,
    after: &str,
    count: i64,
) -> Result<Vec<Own>, Fault> {
    let own = |row: &Row| {
        Ok(Own {
            type_id: row.get(0)?,
            name: row.get(1)?,
            description: row.get(2)?,
            requester_name: row.get::<Option<String>>(3)?.unwrap_or_default(),
            value: row.get(4)?,
            grant_at: row.get(5)?,
        })
    };
    let rows = sql(OF_WORKER).bind(worker_id).bind(after).bind(count).all(tx).await?;
    rows.iter().map(own).collect()
}
