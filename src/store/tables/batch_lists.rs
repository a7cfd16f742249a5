//! `batches`: lists for the pages of their requester, the work on their HITs, and its price.

use crate::fault::Fault;
use crate::rules::hit_type::Values;
use crate::shapes::batch::{Batch, WorkCounts};
use crate::store::Tx;
use crate::store::batches::select_batches;
use crate::store::db::row::from_row;
use crate::store::db::sql::sql;
use crate::store::db::value::{Arg, set_of};

/// How much work the HITs `h` have, in the order in which the columns are read.
macro_rules! counted {
    () => {
        "CAST(coalesce(sum(h.max_assignments), 0) AS BIGINT), \
        CAST(coalesce(sum(h.pending_count), 0) AS BIGINT), \
        CAST(coalesce(sum(h.submitted_count), 0) AS BIGINT), \
        CAST(coalesce(sum(h.approved_count), 0) AS BIGINT), \
        CAST(coalesce(sum(h.rejected_count), 0) AS BIGINT)"
    };
}

statements! {
    NEWEST = select_batches!("WHERE b.requester_id = $1 AND b.key < $2 \
        ORDER BY b.key DESC LIMIT $3 + 0");
    COUNTS = concat!("SELECT r.batch_key, ", counted!(), " \
        FROM batch_rows r JOIN hits h ON h.key = r.hit_key \
        WHERE r.batch_key IN (SELECT CAST(key AS BIGINT) FROM json_each($1)) \
        GROUP BY r.batch_key");
    COUNTS_BY_TYPE = concat!("SELECT t.title, t.description, t.keywords, t.reward_cents, \
            t.assignment_duration_s, t.auto_approval_delay_s, t.requirements, \
            max(h.max_assignments), ", counted!(), " \
        FROM batch_rows r JOIN hits h ON h.key = r.hit_key \
        JOIN hit_types t ON t.id = h.hit_type_id \
        WHERE r.batch_key = $1 AND h.requester_id = $2 \
        GROUP BY t.id, h.max_assignments >= 10");
}

from_row! { WorkCounts: max, pending, submitted, approved, rejected }

/// Those HITs of a batch whose assignments cost the same.
#[derive(Debug)]
pub struct Priced {
    /// Of their HIT type.
    pub values: Values,
    /// How many assignments the largest of them has.
    pub max_assignments: i64,
    /// The work on all of them.
    pub work: WorkCounts,
}

from_row! { Priced: values, max_assignments, work }

/// Up to `count` of the requester's batches before the one with the number `before`, the newest
/// first.
pub async fn newest(
    tx: &mut Tx,
    requester_id: &str,
    (before, count): (i64, i64),
) -> Result<Vec<Batch>, Fault> {
    sql(NEWEST).bind(requester_id).bind(before).bind(count).all(tx).await
}

/// How much work the HITs of each of these batches have; a batch without HITs is left out.
pub async fn counts(tx: &mut Tx, keys: &[i64]) -> Result<Vec<(i64, WorkCounts)>, Fault> {
    let keys: Vec<String> = keys.iter().map(i64::to_string).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    sql(COUNTS).bind(Arg::Set(&set_of(&keys))).all(tx).await
}

/// How much work the HITs of a batch have.
pub async fn counts_of(tx: &mut Tx, key: i64) -> Result<WorkCounts, Fault> {
    let counts = counts(tx, &[key]).await?;
    Ok(counts.first().map(|(_, counts)| *counts).unwrap_or_default())
}

/// The same, apart for each price of an assignment: a HIT's type may be another than the batch's.
pub async fn priced(tx: &mut Tx, requester_id: &str, key: i64) -> Result<Vec<Priced>, Fault> {
    sql(COUNTS_BY_TYPE).bind(key).bind(requester_id).all(tx).await
}
