//! `qualification_requests`: every request that workers made for qualifications.

use crate::fault::Fault;
use crate::rules::page::Page;
use crate::rules::qualification::request::Latest;
use crate::shapes;
use crate::shapes::qualification::RequestStatus;
use crate::store::Tx;
use crate::store::sql::{Row, Statement, sql};
use crate::time::Instant;

/// A selection of whole requests, in the order in which [`request`] reads them.
macro_rules! select_requests {
    ($($rest:literal),*) => {
        concat!(
            "SELECT id, requester_id, qualification_type_id, worker_id, status, ask_at, \
            test_due_at, submit_at, test, answer_key, answer, position \
            FROM qualification_requests ",
            $($rest),*
        )
    };
}

statements! {
    ADD = "INSERT INTO qualification_requests (id, requester_id, qualification_type_id, \
            worker_id, status, ask_at, test_due_at, submit_at, test, answer_key, answer, \
            arrived_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING";
    KEEP = "UPDATE qualification_requests SET status = $2, submit_at = $3, answer = $4, \
            arrived_at = $5 WHERE id = $1";
    OWNED = select_requests!("WHERE id = $1 AND requester_id = $2");
    LATEST = select_requests!(
        "WHERE worker_id = $1 AND qualification_type_id = $2 ORDER BY key DESC LIMIT 1"
    );
    LATEST_OF = "SELECT r.qualification_type_id, r.status, r.ask_at, r.test_due_at \
        FROM qualification_requests r WHERE r.worker_id = $1 \
        AND r.qualification_type_id IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
        AND r.key = (SELECT max(n.key) FROM qualification_requests n \
            WHERE n.worker_id = $1 AND n.qualification_type_id = r.qualification_type_id)";
    REJECT_PENDING = "UPDATE qualification_requests SET status = 'Rejected' \
        WHERE requester_id = $1 AND qualification_type_id = $2 AND status = 'Pending'";
    LIST = select_requests!(
        "WHERE requester_id = $1 AND status = 'Pending' AND position > $2 \
        ORDER BY position LIMIT $3 + 0"
    );
    LIST_OF_TYPE = select_requests!(
        "WHERE requester_id = $1 AND qualification_type_id = $2 AND status = 'Pending' \
        AND position > $3 ORDER BY position LIMIT $4 + 0"
    );
    ALL = select_requests!("ORDER BY key");
}

/// A worker's request.
#[derive(Debug, Clone)]
pub struct QualificationRequest {
    /// 30 characters.
    pub id: String,
    /// Who owns the type.
    pub requester_id: String,
    /// What for.
    pub type_id: String,
    /// Who asks.
    pub worker_id: String,
    /// What became of it.
    pub status: RequestStatus,
    /// When it was made.
    pub ask_at: Instant,
    /// Until when the test can be handed in.
    pub test_due_at: Option<Instant>,
    /// When the test was handed in, or the request made.
    pub submit_at: Instant,
    /// The millisecond of it, which gives it its place in lists.
    pub arrived_at: Instant,
    /// The test that the worker was given.
    pub test: Option<String>,
    /// The key that the test had then.
    pub answer_key: Option<String>,
    /// What the worker handed in.
    pub answer: Option<String>,
    /// Its place among requests by submission; 0 before it is there.
    pub position: i64,
}

impl QualificationRequest {
    /// What the rules ask of the worker's latest request.
    #[must_use]
    pub const fn latest(&self) -> Latest {
        Latest { status: self.status, ask_at: self.ask_at, test_due_at: self.test_due_at }
    }

    /// The request as the API shows it.
    #[must_use]
    pub fn shape(self) -> shapes::qualification::QualificationRequest {
        shapes::qualification::QualificationRequest {
            qualification_request_id: self.id,
            qualification_type_id: self.type_id,
            worker_id: self.worker_id,
            test: self.test,
            answer: self.answer,
            submit_time: self.submit_at,
        }
    }
}

fn status(row: &Row, index: usize) -> Result<RequestStatus, Fault> {
    let word: String = row.get(index)?;
    let status = RequestStatus::parse(&word);
    status.ok_or_else(|| Fault::Service(format!("unknown status: {word}")))
}

fn request(row: &Row) -> Result<QualificationRequest, Fault> {
    Ok(QualificationRequest {
        id: row.get(0)?,
        requester_id: row.get(1)?,
        type_id: row.get(2)?,
        worker_id: row.get(3)?,
        status: status(row, 4)?,
        ask_at: row.get(5)?,
        test_due_at: row.get(6)?,
        submit_at: row.get(7)?,
        test: row.get(8)?,
        answer_key: row.get(9)?,
        answer: row.get(10)?,
        arrived_at: Instant(row.get::<i64>(11)? >> 20),
        position: row.get(11)?,
    })
}

/// Puts a request into the store; false if there is one with its id.
///
/// # Errors
/// The database failed.
pub async fn add(tx: &mut Tx, new: &QualificationRequest) -> Result<bool, Fault> {
    let statement = sql(ADD)
        .bind(&new.id)
        .bind(&new.requester_id)
        .bind(&new.type_id)
        .bind(&new.worker_id)
        .bind(new.status.as_str())
        .bind(new.ask_at)
        .bind(new.test_due_at.map(|at| at.0))
        .bind(new.submit_at)
        .bind(new.test.as_deref())
        .bind(new.answer_key.as_deref())
        .bind(new.answer.as_deref())
        .bind(new.arrived_at);
    Ok(statement.run(tx).await? > 0)
}

/// Keeps what changed in a request.
///
/// # Errors
/// The database failed.
pub async fn keep(tx: &mut Tx, of: &QualificationRequest) -> Result<(), Fault> {
    let statement = sql(KEEP).bind(&of.id).bind(of.status.as_str()).bind(of.submit_at);
    statement.bind(of.answer.as_deref()).bind(of.arrived_at).run(tx).await.map(drop)
}

/// The worker's latest requests for ten types at most, by type.
///
/// # Errors
/// The database failed.
pub async fn latest_of(
    tx: &mut Tx,
    worker_id: &str,
    type_ids: &[&str],
) -> Result<Vec<(String, Latest)>, Fault> {
    let ten = (0..10).map(|index| type_ids.get(index).copied().unwrap_or_default());
    let statement = ten.fold(sql(LATEST_OF).bind(worker_id), Statement::bind);
    let read = |row: &Row| {
        let (status, ask_at, test_due_at) = (status(row, 1)?, row.get(2)?, row.get(3)?);
        Ok((row.get(0)?, Latest { status, ask_at, test_due_at }))
    };
    statement.all(tx).await?.iter().map(read).collect()
}

/// The request with that id, for a type of this requester.
///
/// # Errors
/// No such request, or one for another requester's type; the database failed. Assumed: the
/// sentence.
pub async fn owned(
    tx: &mut Tx,
    requester_id: &str,
    id: &str,
) -> Result<QualificationRequest, Fault> {
    let row = sql(OWNED).bind(id).bind(requester_id).one(tx).await?;
    let found = row.as_ref().map(request).transpose()?;
    found.ok_or_else(|| {
        let said = format!("QualificationRequest {id} does not exist.");
        Fault::request("QualificationRequestDoesNotExist", said)
    })
}

/// The worker's latest request for the type.
///
/// # Errors
/// The database failed.
pub async fn latest(
    tx: &mut Tx,
    type_id: &str,
    worker_id: &str,
) -> Result<Option<QualificationRequest>, Fault> {
    sql(LATEST).bind(worker_id).bind(type_id).one(tx).await?.as_ref().map(request).transpose()
}

/// Rejects every request for the requester's type that awaits a decision.
///
/// # Errors
/// The database failed.
pub async fn reject_pending(tx: &mut Tx, requester_id: &str, type_id: &str) -> Result<(), Fault> {
    sql(REJECT_PENDING).bind(requester_id).bind(type_id).run(tx).await.map(drop)
}

/// A page of the requests that await the requester, of one type or of all, oldest first.
///
/// # Errors
/// The database failed.
pub async fn list(
    tx: &mut Tx,
    requester_id: &str,
    type_id: Option<&str>,
    page: Page,
) -> Result<Vec<QualificationRequest>, Fault> {
    let after = page.after.unwrap_or(i64::MIN);
    let statement = match type_id {
        Some(id) => sql(LIST_OF_TYPE).bind(requester_id).bind(id),
        None => sql(LIST).bind(requester_id),
    };
    statement.bind(after).bind(page.size).all(tx).await?.iter().map(request).collect()
}

/// Every request, in the order in which they were made.
///
/// # Errors
/// The database failed.
pub async fn all(tx: &mut Tx) -> Result<Vec<QualificationRequest>, Fault> {
    sql(ALL).all(tx).await?.iter().map(request).collect()
}
