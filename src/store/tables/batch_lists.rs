//! `batches`: lists for the pages of their requester.

use crate::fault::Fault;
use crate::shapes::batch::{Batch, WorkCounts};
use crate::store::Tx;
use crate::store::batches::select_batches;
use crate::store::db::sql::sql;
use crate::store::db::value::{Arg, set_of};

statements! {
    NEWEST = select_batches!("WHERE b.requester_id = $1 AND b.key < $2 \
        ORDER BY b.key DESC LIMIT $3 + 0");
    COUNTS_OF_SEVERAL = "SELECT r.batch_key, \
            CAST(coalesce(sum(h.max_assignments), 0) AS BIGINT), \
            CAST(coalesce(sum(h.pending_count), 0) AS BIGINT), \
            CAST(coalesce(sum(h.submitted_count), 0) AS BIGINT), \
            CAST(coalesce(sum(h.approved_count), 0) AS BIGINT), \
            CAST(coalesce(sum(h.rejected_count), 0) AS BIGINT) \
        FROM batch_rows r JOIN hits h ON h.key = r.hit_key \
        WHERE r.batch_key IN (SELECT CAST(key AS BIGINT) FROM json_each($1)) \
        GROUP BY r.batch_key";
}

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
    sql(COUNTS_OF_SEVERAL).bind(Arg::Set(&set_of(&keys))).all(tx).await
}
