//! `requester_workers`: who worked for whom, and how much.

use std::collections::BTreeMap;

use crate::fault::Fault;
use crate::shapes::assignment::Assignment;
use crate::store::Tx;
use crate::store::db::insert_many::write_many;
use crate::store::db::row::from_row;
use crate::store::db::sql::{Statement, sql};
use crate::store::db::value::{Arg, set_of};
use crate::store::hits::Hit;
use crate::time::Instant;

/// A selection of workers of a requester, in the order in which they are read.
macro_rules! select_workers {
    ($rest:literal) => {
        concat!(
            "SELECT w.worker_id, w.submitted_count, w.approved_count, w.rejected_count, \
            w.last_submit_at, b.reason, coalesce(t.robot, FALSE) FROM requester_workers w \
            LEFT JOIN worker_blocks b \
                ON b.requester_id = w.requester_id AND b.worker_id = w.worker_id \
            LEFT JOIN workers t ON t.id = w.worker_id WHERE w.requester_id = $1 AND ",
            $rest
        )
    };
}

statements! {
    ADD = "INSERT INTO requester_workers (requester_id, worker_id, submitted_count, \
            approved_count, rejected_count, last_submit_at, reviewed_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (requester_id, worker_id) DO UPDATE SET \
            submitted_count = requester_workers.submitted_count + excluded.submitted_count, \
            approved_count = requester_workers.approved_count + excluded.approved_count, \
            rejected_count = requester_workers.rejected_count + excluded.rejected_count, \
            last_submit_at = CASE WHEN excluded.last_submit_at > requester_workers.last_submit_at \
                THEN excluded.last_submit_at ELSE requester_workers.last_submit_at END, \
            reviewed_at = CASE WHEN excluded.reviewed_at <= requester_workers.reviewed_at \
                THEN requester_workers.reviewed_at \
                ELSE coalesce(excluded.reviewed_at, requester_workers.reviewed_at) END";
    REVIEWED_AT = "SELECT reviewed_at FROM requester_workers \
        WHERE requester_id = $1 AND worker_id = $2";
    REVIEWED_AMONG = "SELECT worker_id FROM requester_workers WHERE requester_id = $1 \
        AND worker_id IN (SELECT key FROM json_each($2)) AND reviewed_at IS NOT NULL";
    LIST = select_workers!("w.worker_id >= $2 AND w.worker_id <= $3 \
        ORDER BY w.worker_id LIMIT $4 + 0");
    FIND = select_workers!("w.worker_id = $2");
    LIST_BLOCKED = "SELECT b.worker_id, coalesce(w.submitted_count, 0), \
            coalesce(w.approved_count, 0), coalesce(w.rejected_count, 0), w.last_submit_at, \
            b.reason, coalesce(t.robot, FALSE) FROM worker_blocks b LEFT JOIN requester_workers w \
            ON w.requester_id = b.requester_id AND w.worker_id = b.worker_id \
        LEFT JOIN workers t ON t.id = b.worker_id \
        WHERE b.requester_id = $1 AND b.worker_id >= $2 AND b.worker_id <= $3 \
        ORDER BY b.worker_id LIMIT $4 + 0";
}

/// How much more a worker did for a requester.
#[derive(Debug, Clone)]
pub struct MoreWork {
    /// For whom.
    pub requester_id: String,
    /// Who.
    pub worker_id: String,
    /// So much was submitted.
    pub submitted: i64,
    /// So much was approved.
    pub approved: i64,
    /// So much was rejected; less than nothing where a rejection was taken back.
    pub rejected: i64,
    /// When the latest of it was submitted.
    pub last_submit_at: Instant,
    /// When the latest was submitted that was approved or rejected.
    pub reviewed_at: Option<Instant>,
}

impl MoreWork {
    /// Nothing more yet, for who did a piece of work on a HIT.
    pub fn none(hit: &Hit, work: &Assignment) -> Self {
        Self {
            requester_id: hit.requester_id.clone(),
            worker_id: work.worker_id.clone(),
            submitted: 0,
            approved: 0,
            rejected: 0,
            last_submit_at: work.submit_time,
            reviewed_at: None,
        }
    }

    /// Nothing more yet, for whose piece of work was approved or rejected.
    pub fn reviewed(hit: &Hit, work: &Assignment) -> Self {
        Self { reviewed_at: Some(work.submit_time), ..Self::none(hit, work) }
    }

    /// Counts still more for the same requester and worker.
    pub fn add(&mut self, more: &Self) {
        self.submitted += more.submitted;
        self.approved += more.approved;
        self.rejected += more.rejected;
        self.last_submit_at = self.last_submit_at.max(more.last_submit_at);
        self.reviewed_at = self.reviewed_at.max(more.reviewed_at);
    }

    fn bind<'q>(&'q self, statement: Statement<'q>) -> Statement<'q> {
        let statement = statement.bind(&self.requester_id).bind(&self.worker_id);
        let statement = statement.bind(self.submitted).bind(self.approved).bind(self.rejected);
        statement.bind(self.last_submit_at).bind(self.reviewed_at)
    }
}

/// Counts more work.
pub async fn add(tx: &mut Tx, more: &MoreWork) -> Result<(), Fault> {
    more.bind(sql(ADD)).run(tx).await
}

/// Counts more work of many, of which no two are the same requester and worker.
pub async fn add_many(tx: &mut Tx, more: &[MoreWork]) -> Result<(), Fault> {
    write_many(tx, ADD, 7, more, |statement, more| more.bind(statement)).await.map(drop)
}

/// When the latest work of the worker was submitted that the requester approved or rejected.
pub async fn reviewed_at(
    tx: &mut Tx,
    requester_id: &str,
    worker_id: &str,
) -> Result<Option<Instant>, Fault> {
    let found = sql(REVIEWED_AT).bind(requester_id).bind(worker_id).one(tx).await?;
    Ok(found.flatten())
}

/// Those of `worker_ids` whose work the requester approved or rejected.
pub async fn reviewed_among(
    tx: &mut Tx,
    requester_id: &str,
    worker_ids: &[String],
) -> Result<Vec<String>, Fault> {
    sql(REVIEWED_AMONG).bind(requester_id).bind(Arg::Set(&set_of(worker_ids))).all(tx).await
}

/// A worker as a requester knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Who.
    pub worker_id: String,
    /// How much the worker submitted.
    pub submitted: i64,
    /// How much of it was approved.
    pub approved: i64,
    /// How much of it was rejected.
    pub rejected: i64,
    /// When the latest was submitted; none of a worker who is blocked, and never worked.
    pub last_submit_at: Option<Instant>,
    /// Why the worker is blocked, if it is.
    pub blocked: Option<String>,
    /// Whether the worker is a robot.
    pub is_robot: bool,
}

from_row! { Known: worker_id, submitted, approved, rejected, last_submit_at, blocked, is_robot }

impl Known {
    /// How much awaits review.
    pub const fn waiting(&self) -> i64 {
        self.submitted - self.approved - self.rejected
    }

    /// How much of what was decided was approved, in percent; none if nothing was decided.
    pub const fn percent(&self) -> Option<i64> {
        match self.decided() {
            0 => None,
            decided => Some(self.approved.saturating_mul(100) / decided),
        }
    }

    /// How much was approved or rejected.
    pub const fn decided(&self) -> i64 {
        self.approved + self.rejected
    }
}

/// Up to `count` workers by id, from `first` on, whose ids begin with `prefix`: those who worked
/// for the requester, and those whom it blocked.
pub async fn list(
    tx: &mut Tx,
    requester_id: &str,
    (prefix, first): (&str, &str),
    count: i64,
) -> Result<Vec<Known>, Fault> {
    // Ids are made of capital letters and digits, 64 at most.
    let end = format!("{prefix}{}", "Z".repeat(64));
    let mut all: BTreeMap<String, Known> = BTreeMap::new();
    for text in [LIST, LIST_BLOCKED] {
        let statement = sql(text).bind(requester_id).bind(first.max(prefix)).bind(&end);
        let found: Vec<Known> = statement.bind(count).all(tx).await?;
        all.extend(found.into_iter().map(|known| (known.worker_id.clone(), known)));
    }
    Ok(all.into_values().take(usize::try_from(count).unwrap_or(usize::MAX)).collect())
}

/// One worker; none if it never worked for the requester.
pub async fn find(
    tx: &mut Tx,
    requester_id: &str,
    worker_id: &str,
) -> Result<Option<Known>, Fault> {
    sql(FIND).bind(requester_id).bind(worker_id).one(tx).await
}
