//! `qualification_requests`: every request that workers made for qualifications.

use serde::Serialize;

use crate::fault::{Code, Fault};
use crate::rules::page::Page;
use crate::rules::qualification::request::LatestRequest;
use crate::shapes::qualification::RequestStatus;
use crate::store::Tx;
use crate::store::db::row::from_row;
use crate::store::db::sql::{bind, sql};
use crate::store::db::value::{Arg, set_of};
use crate::time::Instant;

/// A selection of whole requests, in the order in which they are read.
macro_rules! select_requests {
    ($($rest:literal),*) => {
        concat!(
            "SELECT id, requester_id, qualification_type_id, worker_id, status, ask_at, \
            test_due_at, submit_at, test, answer_key, answer, arrived_at, position \
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
    SAVE = "UPDATE qualification_requests SET status = $2, submit_at = $3, answer = $4, \
            arrived_at = $5 WHERE id = $1";
    OWNED = select_requests!("WHERE id = $1 AND requester_id = $2");
    LATEST = select_requests!(
        "WHERE worker_id = $1 AND qualification_type_id = $2 ORDER BY key DESC LIMIT 1"
    );
    LATEST_OF = "SELECT r.qualification_type_id, r.status, r.ask_at, r.test_due_at \
        FROM qualification_requests r WHERE r.worker_id = $1 \
        AND r.qualification_type_id IN (SELECT key FROM json_each($2)) \
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
    BATCH = select_requests!(
        "WHERE key > coalesce((SELECT key FROM qualification_requests WHERE id = $1), 0) \
        ORDER BY key LIMIT 100"
    );
}

/// A worker's request; in JSON, what the API shows of it.
#[derive(Debug, Clone, Serialize)]
pub struct QualificationRequest {
    /// 30 characters.
    #[serde(rename = "QualificationRequestId")]
    pub id: String,
    /// Who owns the type.
    #[serde(skip)]
    pub requester_id: String,
    /// What for.
    #[serde(rename = "QualificationTypeId")]
    pub type_id: String,
    /// Who asks.
    #[serde(rename = "WorkerId")]
    pub worker_id: String,
    /// What became of it.
    #[serde(skip)]
    pub status: RequestStatus,
    /// When it was made.
    #[serde(skip)]
    pub ask_at: Instant,
    /// Until when the test can be submitted.
    #[serde(skip)]
    pub test_due_at: Option<Instant>,
    /// The test that the worker was given.
    #[serde(rename = "Test", skip_serializing_if = "Option::is_none")]
    pub test: Option<String>,
    /// The key that the test had then.
    #[serde(skip)]
    pub answer_key: Option<String>,
    /// What the worker submitted.
    #[serde(rename = "Answer", skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// When the test was submitted, or the request made.
    #[serde(rename = "SubmitTime")]
    pub submit_at: Instant,
    /// The millisecond of it, which gives it its place in lists.
    #[serde(skip)]
    pub arrived_at: Instant,
    /// Its place among requests by submission; 0 before it is there.
    #[serde(skip)]
    pub position: i64,
}

impl QualificationRequest {
    /// What the rules ask of the worker's latest request.
    pub const fn latest(&self) -> LatestRequest {
        LatestRequest { status: self.status, ask_at: self.ask_at, test_due_at: self.test_due_at }
    }
}

from_row! { QualificationRequest: id, requester_id, type_id, worker_id, status, ask_at, test_due_at,
submit_at, test, answer_key, answer, arrived_at, position }
from_row! { LatestRequest: status, ask_at, test_due_at }

/// Puts a request into the store; false if there is one with its id.
pub async fn add(tx: &mut Tx, new: &QualificationRequest) -> Result<bool, Fault> {
    let statement = bind!(sql(ADD); &new.id, &new.requester_id, &new.type_id, &new.worker_id,
        new.status, new.ask_at, new.test_due_at, new.submit_at, new.test.as_deref(),
        new.answer_key.as_deref(), new.answer.as_deref(), new.arrived_at);
    Ok(statement.changes(tx).await? > 0)
}

/// Keeps what changed in a request.
pub async fn save(tx: &mut Tx, of: &QualificationRequest) -> Result<(), Fault> {
    let statement = sql(SAVE).bind(&of.id).bind(of.status).bind(of.submit_at);
    statement.bind(of.answer.as_deref()).bind(of.arrived_at).run(tx).await
}

/// The worker's latest requests for these types, by type.
pub async fn latest_of(
    tx: &mut Tx,
    worker_id: &str,
    type_ids: &[&str],
) -> Result<Vec<(String, LatestRequest)>, Fault> {
    sql(LATEST_OF).bind(worker_id).bind(Arg::Set(&set_of(type_ids))).all(tx).await
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
    let found = sql(OWNED).bind(id).bind(requester_id).one(tx).await?;
    found.ok_or_else(|| {
        let message = format!("QualificationRequest {id} does not exist.");
        Fault::refused(Code::QualificationRequestDoesNotExist, message)
    })
}

/// The worker's latest request for the type.
pub async fn latest(
    tx: &mut Tx,
    type_id: &str,
    worker_id: &str,
) -> Result<Option<QualificationRequest>, Fault> {
    sql(LATEST).bind(worker_id).bind(type_id).one(tx).await
}

/// Rejects every request for the requester's type that awaits a decision.
pub async fn reject_pending(tx: &mut Tx, requester_id: &str, type_id: &str) -> Result<(), Fault> {
    sql(REJECT_PENDING).bind(requester_id).bind(type_id).run(tx).await
}

/// A page of the requests that await the requester, of one type or of all, oldest first.
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
    statement.bind(after).bind(page.size).all(tx).await
}

/// Up to 100 requests behind the one with the id `after`, in the order in which they were made.
pub async fn batch(tx: &mut Tx, after: &str) -> Result<Vec<QualificationRequest>, Fault> {
    sql(BATCH).bind(after).read_all(tx, ("qualification_requests", 0)).await
}
