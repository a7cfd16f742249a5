//! What was submitted for the HITs of a batch.

use std::collections::HashMap;

use crate::fault::Fault;
use crate::rules::batch::results::{HitFacts, Line, Rates};
use crate::shapes::assignment::AssignmentStatus;
use crate::store::Tx;
use crate::store::db::row::from_row;
use crate::store::db::sql::sql;
use crate::store::db::value::{Arg, set_of};
use crate::time::{Instant, Span};

/// So many assignments are read at a time, and rates of so many workers.
pub const PAGE: usize = 200;

/// Submitted work with its HIT and row, in the order in which the columns are read.
macro_rules! select_lines {
    ($rest:literal) => {
        concat!(
            "SELECT r.number, a.position, h.id, t.id, t.title, t.description, t.keywords, \
            t.reward_cents, h.created_at, h.max_assignments, h.requester_annotation, \
            t.assignment_duration_s, t.auto_approval_delay_s, h.expire_at, r.cells, a.document \
            FROM batch_rows r JOIN hits h ON h.key = r.hit_key \
            JOIN hit_types t ON t.id = h.hit_type_id \
            JOIN assignments a ON a.hit_key = r.hit_key ",
            $rest
        )
    };
}

statements! {
    LINES_OF_ROW = select_lines!("WHERE r.batch_key = $1 AND r.number = $2 AND a.position > $3 \
        ORDER BY a.position LIMIT $4 + 0");
    LINES_OF_NEXT = select_lines!("WHERE r.batch_key = $1 AND r.number > $2 \
        ORDER BY r.number, a.position LIMIT $3 + 0");
    STATUSES = "SELECT a.id, a.status, a.position FROM assignments a \
        WHERE a.id IN (SELECT key FROM json_each($2)) \
            AND $1 = (SELECT r.batch_key FROM batch_rows r WHERE r.hit_key = a.hit_key)";
    RATES = "SELECT a.worker_id, \
            count(*) FILTER (WHERE a.status = 'Approved'), count(*), \
            count(*) FILTER (WHERE a.status = 'Approved' AND a.position >= $3), \
            count(*) FILTER (WHERE a.position >= $3), \
            count(*) FILTER (WHERE a.status = 'Approved' AND a.position >= $4), \
            count(*) FILTER (WHERE a.position >= $4) \
        FROM assignments a WHERE a.worker_id IN (SELECT key FROM json_each($2)) \
            AND a.status IN ('Approved', 'Rejected') \
            AND $1 = (SELECT h.requester_id FROM hits h WHERE h.key = a.hit_key) \
        GROUP BY a.worker_id";
}

from_row! { HitFacts: id, hit_type_id, title, description, keywords, reward, created_at, max,
annotation, duration_s, delay_s, expire_at }
from_row! { Line: hit, cells, assignment }
from_row! { Rates: lifetime, days_30, days_7 }

/// The place of an assignment in the results: row and position.
pub type Place = (i64, i64);

/// Up to [`PAGE`] assignments after a place, each with its own: the rest of the row, then those of
/// the next rows. Each statement begins where it is to go on, however many come before.
pub async fn lines(tx: &mut Tx, key: i64, after: Place) -> Result<Vec<(Place, Line)>, Fault> {
    let (number, position) = after;
    let left = |read: usize| i64::try_from(PAGE - read).unwrap_or_default();
    let of_row = sql(LINES_OF_ROW).bind(key).bind(number).bind(position).bind(left(0));
    let mut lines: Vec<(Place, Line)> = of_row.all(tx).await?;
    if lines.len() < PAGE {
        let of_next = sql(LINES_OF_NEXT).bind(key).bind(number).bind(left(lines.len()));
        lines.extend(of_next.all::<(Place, Line)>(tx).await?);
    }
    Ok(lines)
}

/// The status and the position of each of these assignments that belongs to the batch.
pub async fn statuses(
    tx: &mut Tx,
    key: i64,
    ids: &[&str],
) -> Result<HashMap<String, (AssignmentStatus, i64)>, Fault> {
    let mut statuses = HashMap::new();
    for ids in ids.chunks(500) {
        let found: Vec<(String, (AssignmentStatus, i64))> =
            sql(STATUSES).bind(key).bind(Arg::Set(&set_of(ids))).all(tx).await?;
        statuses.extend(found);
    }
    Ok(statuses)
}

/// How much of the work of these workers the requester approved, as of `now`.
pub async fn rates(
    tx: &mut Tx,
    requester_id: &str,
    workers: &[&str],
    now: Instant,
) -> Result<Vec<(String, Rates)>, Fault> {
    let since = |days: i64| (now.0 - Span::days(days).0) << 20;
    let workers = set_of(workers);
    let statement = sql(RATES).bind(requester_id).bind(Arg::Set(&workers));
    statement.bind(since(30)).bind(since(7)).all(tx).await
}
