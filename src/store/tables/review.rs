//! Submitted work as its requester goes through it: of a HIT, of a batch, or of all HITs of a type.
//!
//! Work is read in the order of the HITs' numbers (in a batch, of its rows), and of submission in
//! each HIT, or backwards. So a page goes on from one place whatever is submitted, decided or
//! expires meanwhile.

use crate::fault::Fault;
use crate::shapes::assignment::AssignmentStatus;
use crate::store::Tx;
use crate::store::db::row::from_row;
use crate::store::db::sql::{Statement, sql};
use crate::store::db::value::{Arg, set_of};

/// Longer documents, in characters, are not read with the rows.
pub const LONG: i64 = 65_536;
/// Of so many HITs of a type work is read at a time.
pub const SPAN: i64 = 500;

/// Rows behind a place, some of them with their documents. `$key` is the first part of a place.
macro_rules! rows {
    (forward $of:literal) => {
        rows!(forward $of, "h.key", "hits h")
    };
    (backward $of:literal) => {
        rows!(backward $of, "h.key", "hits h")
    };
    (forward $of:literal, $key:literal, $from:literal) => {
        rows!($of, $key, $from, "$3 AND $4", (">", "-9223372036854775807", ""))
    };
    (backward $of:literal, $key:literal, $from:literal) => {
        rows!($of, $key, $from, "$4 AND $3", ("<", "9223372036854775807", " DESC"))
    };
    ($of:literal, $key:literal, $from:literal, $range:literal,
        ($beyond:literal, $start:literal, $order:literal)) => {
        concat!(
            "SELECT ",
            $key,
            ", a.position, h.id, a.id, a.worker_id, a.status, \
            coalesce(w.robot, FALSE), CASE WHEN $7 IN ('', a.status) \
                AND $8 IN ('', a.worker_id) AND length(a.document) <= 65536 THEN a.document END \
            FROM ",
            $from,
            " JOIN assignments a ON a.hit_key = h.key \
            LEFT JOIN workers w ON w.id = a.worker_id \
            WHERE h.requester_id = $1 AND h.status <> 'Disposed' AND ",
            $of,
            " = $2 AND ",
            $key,
            " BETWEEN ",
            $range,
            " AND a.position ",
            $beyond,
            " CASE WHEN ",
            $key,
            " = $3 THEN CAST($5 AS BIGINT) ELSE ",
            $start,
            " END ORDER BY ",
            $key,
            $order,
            ", a.position",
            $order,
            " LIMIT $6 + 0"
        )
    };
}

statements! {
    OF_HIT = rows!(forward "h.id");
    OF_HIT_BACKWARD = rows!(backward "h.id");
    OF_TYPE = rows!(forward "h.hit_type_id");
    OF_TYPE_BACKWARD = rows!(backward "h.hit_type_id");
    OF_BATCH = rows!(forward "r.batch_key", "r.number",
        "batch_rows r JOIN hits h ON h.key = r.hit_key");
    OF_BATCH_BACKWARD = rows!(backward "r.batch_key", "r.number",
        "batch_rows r JOIN hits h ON h.key = r.hit_key");
    LAST_ROW = "SELECT published_count FROM batches WHERE key = $2 AND requester_id = $1";
    SPAN_END = "SELECT count(*), coalesce(max(key), 0) FROM (SELECT key FROM hits \
        WHERE requester_id = $1 AND hit_type_id = $2 AND key >= $3 \
        ORDER BY key LIMIT 500) span";
    SPAN_END_BACKWARD = "SELECT count(*), coalesce(min(key), 0) FROM (SELECT key FROM hits \
        WHERE requester_id = $1 AND hit_type_id = $2 AND key <= $3 \
        ORDER BY key DESC LIMIT 500) span";
    DECIDED = "SELECT a.id, a.worker_id, a.status FROM assignments a \
        JOIN hits h ON h.key = a.hit_key WHERE a.id IN (SELECT key FROM json_each($2)) \
        AND h.requester_id || '' = $1 AND h.status <> 'Disposed'";
}

/// Whose work it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// That of one HIT, by its id.
    Hit(String),
    /// That of all HITs of a type, by its id.
    Type(String),
    /// That of a batch, by its number.
    Batch(i64),
}

/// Where work lies: the number of its HIT (in a batch, of its row), and its place in the HIT.
pub type Place = (i64, i64);

/// Which work is read.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Of which HITs.
    pub scope: Scope,
    /// Whether the latest comes first.
    pub backward: bool,
    /// Documents of work in this status alone are read.
    pub status: Option<AssignmentStatus>,
    /// Documents of this worker's work alone are read; empty for all.
    pub worker_id: String,
    /// Where the reading before ended.
    pub after: Option<Place>,
}

/// Work as a row has it.
#[derive(Debug, Clone)]
pub struct Submitted {
    /// Where it lies.
    pub place: Place,
    /// Its HIT.
    pub hit_id: String,
    /// The assignment.
    pub assignment_id: String,
    /// Who did it.
    pub worker_id: String,
    /// What became of it.
    pub status: AssignmentStatus,
    /// Whether the worker is a robot.
    pub is_robot: bool,
    /// What the API shows; none if it is long or of other work than is wanted.
    pub document: Option<String>,
}

from_row! { Submitted: place, hit_id, assignment_id, worker_id, status, is_robot, document }

impl Wanted {
    /// Whether that is wanted.
    pub fn wants(&self, row: &Submitted) -> bool {
        self.status.is_none_or(|status| status == row.status)
            && (self.worker_id.is_empty() || self.worker_id == row.worker_id)
    }

    /// Where reading begins.
    fn from(&self) -> Place {
        let start = if self.backward { (i64::MAX, i64::MAX) } else { (i64::MIN, i64::MIN) };
        self.after.unwrap_or(start)
    }
}

/// The next rows, `most` of them at most, and where reading goes on; none at the end.
pub async fn rows(
    tx: &mut Tx,
    requester_id: &str,
    wanted: &Wanted,
    most: i64,
) -> Result<(Vec<Submitted>, Option<Place>), Fault> {
    let (hit_key, position) = wanted.from();
    let text = match (&wanted.scope, wanted.backward) {
        (Scope::Hit(_), false) => OF_HIT,
        (Scope::Hit(_), true) => OF_HIT_BACKWARD,
        (Scope::Type(_), false) => OF_TYPE,
        (Scope::Type(_), true) => OF_TYPE_BACKWARD,
        (Scope::Batch(_), false) => OF_BATCH,
        (Scope::Batch(_), true) => OF_BATCH_BACKWARD,
    };
    let (end, is_last) = match &wanted.scope {
        Scope::Hit(_) => (if wanted.backward { i64::MIN } else { i64::MAX }, true),
        Scope::Type(id) => span_end(tx, requester_id, id, wanted).await?,
        Scope::Batch(key) => rows_end(tx, requester_id, *key, wanted).await?,
    };
    let statement = sql(text).bind(requester_id);
    let statement = match &wanted.scope {
        Scope::Hit(id) | Scope::Type(id) => statement.bind(id),
        Scope::Batch(key) => statement.bind(*key),
    };
    let statement = statement.bind(hit_key).bind(end).bind(position).bind(most);
    let statement: Statement<'_> = statement.bind(wanted.status.map_or("", |of| of.as_str()));
    let found: Vec<Submitted> = statement.bind(&wanted.worker_id).all(tx).await?;
    let is_full = i64::try_from(found.len()).is_ok_and(|count| count >= most);
    let last = found.last().filter(|_| is_full).map(|row| row.place);
    let beyond = (end, if wanted.backward { i64::MIN } else { i64::MAX });
    let next = last.or((!is_last).then_some(beyond));
    Ok((found, next))
}

/// The number of the last HIT of the next [`SPAN`], and whether no HIT comes behind it.
async fn span_end(
    tx: &mut Tx,
    requester_id: &str,
    hit_type_id: &str,
    wanted: &Wanted,
) -> Result<(i64, bool), Fault> {
    let text = if wanted.backward { SPAN_END_BACKWARD } else { SPAN_END };
    let statement = sql(text).bind(requester_id).bind(hit_type_id).bind(wanted.from().0);
    let (count, end): (i64, i64) = statement.only(tx).await?;
    Ok((end, count < SPAN))
}

/// The number of the last of the next [`SPAN`] rows of a batch, and whether no row with a HIT comes
/// behind it.
async fn rows_end(
    tx: &mut Tx,
    requester_id: &str,
    key: i64,
    wanted: &Wanted,
) -> Result<(i64, bool), Fault> {
    let found: Option<i64> = sql(LAST_ROW).bind(requester_id).bind(key).one(tx).await?;
    let (last, (from, _)) = (found.unwrap_or_default(), wanted.from());
    Ok(if wanted.backward {
        let end = from.min(last).max(0) - SPAN + 1;
        (end, end <= 1)
    } else {
        let end = from.clamp(1, last.max(1)) + SPAN - 1;
        (end, end >= last)
    })
}

/// What became of an assignment.
#[derive(Debug, Clone)]
pub struct Decided {
    /// The assignment.
    pub id: String,
    /// Who did it.
    pub worker_id: String,
    /// What became of it.
    pub status: AssignmentStatus,
}

from_row! { Decided: id, worker_id, status }

/// What became of those of these assignments that are of the requester's HITs, in any order.
pub async fn decided(
    tx: &mut Tx,
    requester_id: &str,
    ids: &[String],
) -> Result<Vec<Decided>, Fault> {
    sql(DECIDED).bind(requester_id).bind(Arg::Set(&set_of(ids))).all(tx).await
}
