//! `hits`: the HITs of every requester.

mod hit;

use crate::fault::Fault;
use crate::rules::page::Page;
use crate::shapes::hit::HitStatus;
use crate::shapes::review::ReviewPolicy;
use crate::store::Tx;
use crate::store::hit_groups;
use crate::store::hit_types;
use crate::store::sql::{Row, Statement, sql};
use crate::time::Instant;

pub(super) use hit::{COLUMNS, hit, select_hits};
pub use hit::{Hit, Policies};

statements! {
    FIND_OWNED = select_hits!("WHERE h.id = $1 AND h.requester_id = $2");
    FIND = select_hits!("WHERE h.id = $1");
    BY_KEY = select_hits!("WHERE h.key = $1");
    OLDEST_OPEN = select_hits!("WHERE h.hit_type_id = $1 AND h.status = 'Assignable' \
        AND NOT EXISTS \
        (SELECT 1 FROM assignments a WHERE a.hit_key = h.key AND a.worker_id = $2) \
        AND NOT EXISTS \
        (SELECT 1 FROM acceptances a WHERE a.hit_key = h.key AND a.worker_id = $2 \
            AND a.state = 'Accepted') \
        ORDER BY h.position LIMIT 1");
    TYPE_OF_GROUP = "SELECT id FROM hit_types WHERE group_id = $1";
    EXISTS = "SELECT key FROM hits WHERE id = $1 AND requester_id = $2 AND status <> 'Disposed'";
    ADD = "INSERT INTO hits (id, requester_id, hit_type_id, question, requester_annotation, \
            assignment_review_policy, hit_review_policy, created_at, expire_at, max_assignments, \
            pending_count, submitted_count, approved_count, rejected_count, status, \
            last_assignment_position, held_cents, hit_layout_id, arrived_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0, 0, 0, $11, 0, $12, $13, $14) \
        RETURNING key";
    KEEP_COUNTS = "UPDATE hits SET max_assignments = $5, pending_count = $6, \
            submitted_count = $7, approved_count = $8, rejected_count = $9, \
            last_assignment_position = $10, held_cents = $11 \
        WHERE key = $1 AND status = $2 AND expire_at = $3 AND hit_type_id = $4";
    KEEP = "UPDATE hits SET status = $2, expire_at = $3, hit_type_id = $4, \
            max_assignments = $5, pending_count = $6, submitted_count = $7, approved_count = $8, \
            rejected_count = $9, last_assignment_position = $10, held_cents = $11 WHERE key = $1";
    BATCH = select_hits!("WHERE h.key > $1 ORDER BY h.key LIMIT 100");
    POLICIES = "SELECT assignment_review_policy, hit_review_policy FROM hits WHERE key = $1";
    LIST = select_hits!("WHERE h.requester_id = $1 AND h.status <> 'Disposed' AND h.position < $2 \
        ORDER BY h.position DESC LIMIT $3 + 0");
    LIST_STATUS = select_hits!("WHERE h.requester_id = $1 AND h.status = $2 \
        AND h.expiry_position < $3 ORDER BY h.expiry_position DESC LIMIT $4 + 0");
    LIST_STATUS_OF_TYPE = select_hits!("WHERE h.requester_id = $1 AND h.hit_type_id = $2 \
        AND h.status = $3 AND h.expiry_position < $4 \
        ORDER BY h.expiry_position DESC LIMIT $5 + 0");
}

fn first(row: Option<&Row>) -> Result<Option<Hit>, Fault> {
    row.map(|row| hit(row, 0)).transpose()
}

/// The requester's HIT with that id, deleted ones included.
///
/// # Errors
/// No such HIT, or another requester's; the database failed.
pub async fn owned(tx: &mut Tx, requester_id: &str, id: &str) -> Result<Hit, Fault> {
    let found = first(sql(FIND_OWNED).bind(id).bind(requester_id).one(tx).await?.as_ref())?;
    found.ok_or_else(|| Fault::hit_does_not_exist(id))
}

/// The HIT with that id, whoever owns it: for workers and timers.
///
/// # Errors
/// The database failed.
pub async fn find(tx: &mut Tx, id: &str) -> Result<Option<Hit>, Fault> {
    first(sql(FIND).bind(id).one(tx).await?.as_ref())
}

/// The HIT with that number, which an acceptance or assignment names.
///
/// # Errors
/// The database failed.
pub async fn by_key(tx: &mut Tx, key: i64) -> Result<Hit, Fault> {
    let found = first(sql(BY_KEY).bind(key).one(tx).await?.as_ref())?;
    found.ok_or_else(|| Fault::Service(format!("HIT number {key} is gone")))
}

/// The oldest open HIT of a HIT type or HIT group that the worker has not taken.
///
/// # Errors
/// The database failed.
pub async fn offer(
    tx: &mut Tx,
    type_or_group: &str,
    worker_id: &str,
) -> Result<Option<Hit>, Fault> {
    let row = sql(TYPE_OF_GROUP).bind(type_or_group).one(tx).await?;
    let hit_type_id = row.map_or(Ok(type_or_group.to_owned()), |row| row.get(0))?;
    let row = sql(OLDEST_OPEN).bind(&hit_type_id).bind(worker_id).one(tx).await?;
    first(row.as_ref())
}

/// Whether the requester has that HIT and has not deleted it.
///
/// # Errors
/// The database failed.
pub async fn exists(tx: &mut Tx, requester_id: &str, id: &str) -> Result<bool, Fault> {
    Ok(sql(EXISTS).bind(id).bind(requester_id).one(tx).await?.is_some())
}

/// Puts a new HIT into the store and gives it its number; its place in lists is that of the
/// millisecond `arrived_at`.
///
/// # Errors
/// The database failed.
pub async fn add(
    tx: &mut Tx,
    hit: &mut Hit,
    policies: &Policies,
    arrived_at: Instant,
) -> Result<(), Fault> {
    let text = |policy: Option<&ReviewPolicy>| {
        let text = policy.map(serde_json::to_string).transpose();
        text.map_err(|e| Fault::Service(e.to_string()))
    };
    let (of_assignment, of_hit) =
        (text(policies.assignment.as_ref())?, text(policies.hit.as_ref())?);
    let statement = sql(ADD)
        .bind(&hit.id)
        .bind(&hit.requester_id)
        .bind(&hit.hit_type.id)
        .bind(&hit.question)
        .bind(hit.requester_annotation.as_deref())
        .bind(of_assignment.as_deref())
        .bind(of_hit.as_deref())
        .bind(hit.created_at)
        .bind(hit.standing.expire_at)
        .bind(hit.standing.max)
        .bind(hit.status.as_str())
        .bind(hit.held)
        .bind(hit.layout_id.as_deref())
        .bind(arrived_at);
    hit.key = statement.only(tx).await?.get(0)?;
    if hit.status == HitStatus::Assignable {
        hit_groups::list(tx, &hit.hit_type.id, arrived_at).await?;
    }
    Ok(())
}

/// Keeps what changed in a HIT.
///
/// # Errors
/// The database failed.
pub async fn keep(tx: &mut Tx, hit: &Hit) -> Result<(), Fault> {
    if sql_keep(KEEP_COUNTS, hit).run(tx).await? == 0 {
        sql_keep(KEEP, hit).run(tx).await?;
    }
    Ok(())
}

/// One text or the other, which take the same values. What no index has is kept without touching
/// the indexes, if the rest is as it was: SQLite would write them all anew.
fn sql_keep<'h>(text: &'static str, hit: &'h Hit) -> Statement<'h> {
    let standing = &hit.standing;
    sql(text)
        .bind(hit.key)
        .bind(hit.status.as_str())
        .bind(standing.expire_at)
        .bind(&hit.hit_type.id)
        .bind(standing.max)
        .bind(standing.pending)
        .bind(standing.submitted)
        .bind(standing.approved)
        .bind(standing.rejected)
        .bind(hit.last_assignment_position)
        .bind(hit.held)
}

/// A page of the requester's HITs, newest first, without deleted ones.
///
/// # Errors
/// The database failed.
pub async fn list(tx: &mut Tx, requester_id: &str, page: Page) -> Result<Vec<Hit>, Fault> {
    let before = page.after.unwrap_or(i64::MAX);
    let rows = sql(LIST).bind(requester_id).bind(before).bind(page.size).all(tx).await?;
    rows.iter().map(|row| hit(row, 0)).collect()
}

/// A page of the requester's HITs in one status, latest expiration first.
///
/// # Errors
/// The database failed.
pub async fn list_status(
    tx: &mut Tx,
    requester_id: &str,
    hit_type_id: Option<&str>,
    status: HitStatus,
    page: Page,
) -> Result<Vec<Hit>, Fault> {
    let before = page.after.unwrap_or(i64::MAX);
    let statement = match hit_type_id {
        Some(id) => sql(LIST_STATUS_OF_TYPE).bind(requester_id).bind(id),
        None => sql(LIST_STATUS).bind(requester_id),
    };
    let statement = statement.bind(status.as_str()).bind(before).bind(page.size);
    statement.all(tx).await?.iter().map(|row| hit(row, 0)).collect()
}

/// Up to 100 HITs after the number `after`, in the order in which they were made.
///
/// # Errors
/// The database failed.
pub async fn batch(tx: &mut Tx, after: i64) -> Result<Vec<Hit>, Fault> {
    sql(BATCH).bind(after).all(tx).await?.iter().map(|row| hit(row, 0)).collect()
}

/// The review policies of a HIT.
///
/// # Errors
/// The database failed.
pub async fn policies(tx: &mut Tx, key: i64) -> Result<Policies, Fault> {
    let row = sql(POLICIES).bind(key).only(tx).await?;
    let policy = |index| {
        let text: Option<String> = row.get(index)?;
        text.as_deref().map(hit_types::stored).transpose()
    };
    Ok(Policies { assignment: policy(0)?, hit: policy(1)? })
}
