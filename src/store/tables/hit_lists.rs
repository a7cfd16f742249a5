//! `hits`: lists for pages, without the questions.

use crate::fault::Fault;
use crate::money::Cents;
use crate::rules::hit::{Phase, Standing};
use crate::shapes::hit::HitStatus;
use crate::store::Tx;
use crate::store::db::row::{Columns, FromRow, from_row};
use crate::store::db::sql::sql;
use crate::store::db::value::{Arg, set_of};
use crate::time::Instant;

macro_rules! select_listed {
    ($rest:literal) => {
        select_listed!("h.position", $rest)
    };
    ($position:literal, $rest:literal) => {
        concat!(
            "SELECT h.id, t.id, t.title, t.reward_cents, h.requester_annotation, h.created_at, \
            h.status, h.expire_at, h.max_assignments, h.pending_count, h.submitted_count, \
            h.approved_count, h.rejected_count, ",
            $position,
            ", h.expiry_position FROM hits h JOIN hit_types t ON t.id = h.hit_type_id ",
            $rest
        )
    };
}

statements! {
    NEWEST = select_listed!("WHERE h.requester_id = $1 AND h.status <> 'Disposed' \
        AND h.position < $2 ORDER BY h.position DESC LIMIT $3 + 0");
    HOLDING = "SELECT h.position, h.id, t.title, h.held_cents \
        FROM hits h JOIN hit_types t ON t.id = h.hit_type_id \
        WHERE h.requester_id = $1 AND h.status <> 'Disposed' AND h.position < $2 \
        ORDER BY h.position DESC LIMIT $3 + 0";
    SOONEST = select_listed!("WHERE h.requester_id = $1 AND h.status = $2 \
        AND h.expiry_position > $3 ORDER BY h.expiry_position LIMIT $4 + 0");
    LATEST = select_listed!("WHERE h.requester_id = $1 AND h.status = $2 \
        AND h.expiry_position < $3 ORDER BY h.expiry_position DESC LIMIT $4 + 0");
    SOONEST_OF_TYPE = select_listed!("WHERE h.requester_id = $1 AND h.hit_type_id = $5 \
        AND h.status = $2 AND h.expiry_position > $3 \
        ORDER BY h.expiry_position LIMIT $4 + 0");
    LATEST_OF_TYPE = select_listed!("WHERE h.requester_id = $1 AND h.hit_type_id = $5 \
        AND h.status = $2 AND h.expiry_position < $3 \
        ORDER BY h.expiry_position DESC LIMIT $4 + 0");
    OF_BATCH = select_listed!("r.number", "JOIN batch_rows r ON r.hit_key = h.key \
        WHERE h.requester_id = $1 AND r.batch_key = $4 AND r.number < $2 \
        ORDER BY r.number DESC LIMIT $3 + 0");
    NAMED = select_listed!("WHERE h.id IN (SELECT key FROM json_each($2)) \
        AND h.requester_id || '' = $1");
}

/// A HIT, and what it holds of its requester's money.
#[derive(Debug, Clone)]
pub struct Holding {
    /// Its place among the requester's HITs by creation.
    pub position: i64,
    /// 30 characters.
    pub id: String,
    /// What workers read.
    pub title: String,
    /// What is on hold for it.
    pub held: Cents,
}

from_row! { Holding: position, id, title, held }

/// What up to `count` of the requester's HITs hold that were made before the place `before`, the
/// newest first; a deleted one holds nothing.
pub async fn holding(
    tx: &mut Tx,
    requester_id: &str,
    before: i64,
    count: i64,
) -> Result<Vec<Holding>, Fault> {
    sql(HOLDING).bind(requester_id).bind(before).bind(count).all(tx).await
}

/// A HIT in a list.
#[derive(Debug, Clone)]
pub struct ListedHit {
    /// 30 characters.
    pub id: String,
    /// The id of its HIT type.
    pub type_id: String,
    /// What workers read.
    pub title: String,
    /// What an assignment earns.
    pub reward: Cents,
    /// The requester's own note.
    pub annotation: Option<String>,
    /// When it was made.
    pub created_at: Instant,
    /// The status that was kept last.
    pub status: HitStatus,
    /// Counters, end and phase.
    pub standing: Standing,
    /// Its place among the requester's HITs by creation; of a batch, the number of its row.
    pub position: i64,
    /// Its place among the requester's HITs by expiration.
    pub expiry_position: i64,
}

impl FromRow for ListedHit {
    fn read(columns: &mut Columns<'_>) -> Result<Self, Fault> {
        let (id, type_id, title) = (columns.next()?, columns.next()?, columns.next()?);
        let (reward, annotation, created_at) = (columns.next()?, columns.next()?, columns.next()?);
        let status = columns.next()?;
        let phase = match status {
            HitStatus::Reviewing => Phase::Reviewing,
            HitStatus::Disposed => Phase::Disposed,
            _ => Phase::Open,
        };
        let standing = Standing {
            expire_at: columns.next()?,
            max: columns.next()?,
            pending: columns.next()?,
            submitted: columns.next()?,
            approved: columns.next()?,
            rejected: columns.next()?,
            phase,
        };
        let (position, expiry_position) = (columns.next()?, columns.next()?);
        Ok(Self {
            id,
            type_id,
            title,
            reward,
            annotation,
            created_at,
            status,
            standing,
            position,
            expiry_position,
        })
    }
}

/// Up to `count` of the requester's HITs made before the place `before`, the newest first, without
/// deleted ones.
pub async fn newest(
    tx: &mut Tx,
    requester_id: &str,
    before: i64,
    count: i64,
) -> Result<Vec<ListedHit>, Fault> {
    sql(NEWEST).bind(requester_id).bind(before).bind(count).all(tx).await
}

/// Up to `count` HITs of the requester's batch with that number, deleted ones included: of the rows
/// before `before`, the last first.
pub async fn of_batch(
    tx: &mut Tx,
    requester_id: &str,
    batch_key: i64,
    (before, count): (i64, i64),
) -> Result<Vec<ListedHit>, Fault> {
    sql(OF_BATCH).bind(requester_id).bind(before).bind(count).bind(batch_key).all(tx).await
}

/// Those of the requester's HITs that have these ids, in any order. The owner is compared as a text
/// that no index has, so that HITs are looked up by their ids.
pub async fn named(
    tx: &mut Tx,
    requester_id: &str,
    ids: &[String],
) -> Result<Vec<ListedHit>, Fault> {
    sql(NAMED).bind(requester_id).bind(Arg::Set(&set_of(ids))).all(tx).await
}

/// The requester's HITs of one status in the order of expiration.
#[derive(Debug, Clone, Copy)]
pub struct ByExpiry<'a> {
    /// Only HITs with this status.
    pub status: HitStatus,
    /// Only HITs of this HIT type.
    pub type_id: Option<&'a str>,
    /// Whether those come first that expire soonest.
    pub is_soonest_first: bool,
    /// The place behind which the list begins.
    pub after: i64,
    /// So many at most.
    pub count: i64,
}

/// Lists them.
pub async fn by_expiry(
    tx: &mut Tx,
    requester_id: &str,
    of: ByExpiry<'_>,
) -> Result<Vec<ListedHit>, Fault> {
    let text = match (of.is_soonest_first, of.type_id) {
        (true, None) => SOONEST,
        (true, Some(_)) => SOONEST_OF_TYPE,
        (false, None) => LATEST,
        (false, Some(_)) => LATEST_OF_TYPE,
    };
    let statement = sql(text).bind(requester_id).bind(of.status).bind(of.after).bind(of.count);
    match of.type_id {
        Some(type_id) => statement.bind(type_id).all(tx).await,
        None => statement.all(tx).await,
    }
}
