//! `qualification_types`, `qualifications` and `qualification_requests`.

use crate::fault::Fault;
use crate::store::Tx;
use crate::store::sql::{Row, sql};
use crate::time::Instant;

statements! {
    ADD_TYPE = "INSERT INTO qualification_types (id, requester_id, name, description, keywords, \
            status, created_at, retry_delay_s, test, test_duration_s, answer_key, is_requestable, \
            auto_granted, auto_granted_value) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    TYPE_EXISTS = "SELECT key FROM qualification_types \
        WHERE id = $1 OR (requester_id = $2 AND name = $3)";
    TYPES = "SELECT id, requester_id, name, description, keywords, status, created_at, \
            retry_delay_s, test, test_duration_s, answer_key, is_requestable, auto_granted, \
            auto_granted_value FROM qualification_types ORDER BY key";
    ADD_GRANT = "INSERT INTO qualifications \
            (qualification_type_id, worker_id, value, grant_at, status) \
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    GRANTS = "SELECT qualification_type_id, worker_id, value, grant_at, status \
        FROM qualifications ORDER BY qualification_type_id, worker_id";
    ADD_REQUEST = "INSERT INTO qualification_requests \
            (id, qualification_type_id, worker_id, answer, submit_at) \
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    REQUESTS = "SELECT id, qualification_type_id, worker_id, answer, submit_at \
        FROM qualification_requests ORDER BY submit_at, id";
}

/// A qualification type of some requester.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns are named by the API")]
pub struct QualificationType {
    pub id: String,
    pub requester_id: String,
    pub name: String,
    pub description: String,
    pub keywords: Option<String>,
    pub status: String,
    pub created_at: Instant,
    pub retry_delay_s: Option<i64>,
    pub test: Option<String>,
    pub test_duration_s: Option<i64>,
    pub answer_key: Option<String>,
    pub is_requestable: bool,
    pub auto_granted: bool,
    pub auto_granted_value: Option<i64>,
}

fn qualification_type(row: &Row) -> Result<QualificationType, Fault> {
    Ok(QualificationType {
        id: row.get(0)?,
        requester_id: row.get(1)?,
        name: row.get(2)?,
        description: row.get(3)?,
        keywords: row.get(4)?,
        status: row.get(5)?,
        created_at: row.get(6)?,
        retry_delay_s: row.get(7)?,
        test: row.get(8)?,
        test_duration_s: row.get(9)?,
        answer_key: row.get(10)?,
        is_requestable: row.get(11)?,
        auto_granted: row.get(12)?,
        auto_granted_value: row.get(13)?,
    })
}

/// A worker's qualification, granted or revoked.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns are named by the API")]
pub struct Qualification {
    pub type_id: String,
    pub worker_id: String,
    pub value: Option<i64>,
    pub grant_at: Instant,
    pub status: String,
}

/// A worker's request that awaits the requester.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns are named by the API")]
pub struct QualificationRequest {
    pub id: String,
    pub type_id: String,
    pub worker_id: String,
    pub answer: Option<String>,
    pub submit_at: Instant,
}

/// Puts a type into the store.
///
/// # Errors
/// The database failed.
pub async fn add_type(tx: &mut Tx, new: &QualificationType) -> Result<(), Fault> {
    sql(ADD_TYPE)
        .bind(&new.id)
        .bind(&new.requester_id)
        .bind(&new.name)
        .bind(&new.description)
        .bind(new.keywords.as_deref())
        .bind(&new.status)
        .bind(new.created_at)
        .bind(new.retry_delay_s)
        .bind(new.test.as_deref())
        .bind(new.test_duration_s)
        .bind(new.answer_key.as_deref())
        .bind(new.is_requestable)
        .bind(new.auto_granted)
        .bind(new.auto_granted_value)
        .run(tx)
        .await?;
    Ok(())
}

/// Whether there is a type with that id, or one of that name of the requester.
///
/// # Errors
/// The database failed.
pub async fn type_exists(
    tx: &mut Tx,
    id: &str,
    requester_id: &str,
    name: &str,
) -> Result<bool, Fault> {
    Ok(sql(TYPE_EXISTS).bind(id).bind(requester_id).bind(name).one(tx).await?.is_some())
}

/// Every type, in the order in which they were made.
///
/// # Errors
/// The database failed.
pub async fn types(tx: &mut Tx) -> Result<Vec<QualificationType>, Fault> {
    sql(TYPES).all(tx).await?.iter().map(qualification_type).collect()
}

/// Puts a qualification into the store; false if the worker has one of the type.
///
/// # Errors
/// The database failed.
pub async fn add(tx: &mut Tx, new: &Qualification) -> Result<bool, Fault> {
    let statement = sql(ADD_GRANT).bind(&new.type_id).bind(&new.worker_id).bind(new.value);
    Ok(statement.bind(new.grant_at).bind(&new.status).run(tx).await? > 0)
}

/// Every qualification.
///
/// # Errors
/// The database failed.
pub async fn all(tx: &mut Tx) -> Result<Vec<Qualification>, Fault> {
    let read = |row: &Row| {
        Ok(Qualification {
            type_id: row.get(0)?,
            worker_id: row.get(1)?,
            value: row.get(2)?,
            grant_at: row.get(3)?,
            status: row.get(4)?,
        })
    };
    sql(GRANTS).all(tx).await?.iter().map(read).collect()
}

/// Puts a request into the store; false if there is one with its id.
///
/// # Errors
/// The database failed.
pub async fn add_request(tx: &mut Tx, new: &QualificationRequest) -> Result<bool, Fault> {
    let statement = sql(ADD_REQUEST).bind(&new.id).bind(&new.type_id).bind(&new.worker_id);
    Ok(statement.bind(new.answer.as_deref()).bind(new.submit_at).run(tx).await? > 0)
}

/// Every request.
///
/// # Errors
/// The database failed.
pub async fn requests(tx: &mut Tx) -> Result<Vec<QualificationRequest>, Fault> {
    let read = |row: &Row| {
        Ok(QualificationRequest {
            id: row.get(0)?,
            type_id: row.get(1)?,
            worker_id: row.get(2)?,
            answer: row.get(3)?,
            submit_at: row.get(4)?,
        })
    };
    sql(REQUESTS).all(tx).await?.iter().map(read).collect()
}
