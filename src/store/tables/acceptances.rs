//! `acceptances`: work that a worker took and has not submitted.

use crate::fault::Fault;
use crate::shapes::words::words;
use crate::store::Tx;
use crate::store::db::row::from_row;
use crate::store::db::sql::sql;
use crate::time::Instant;

/// A selection of holds, in the order of the fields that are read.
macro_rules! select_acceptances {
    ($rest:literal) => {
        concat!(
            "SELECT a.state, a.assignment_id, a.hit_key, a.worker_id, a.accept_at, a.deadline_at, \
            h.id FROM acceptances a JOIN hits h ON h.key = a.hit_key WHERE ",
            $rest
        )
    };
}

statements! {
    FIND = select_acceptances!("a.assignment_id = $1");
    FIND_OWNED = select_acceptances!("a.assignment_id = $1 AND h.requester_id = $2 \
        AND h.status <> 'Disposed'");
    IN_WORK_COUNT = "SELECT count(*) FROM acceptances WHERE state = 'Accepted'";
    BEFORE = "SELECT (SELECT count(*) FROM workers WHERE id = $2), \
        (SELECT count(*) FROM acceptances \
            WHERE hit_key = $1 AND worker_id = $2 AND state = 'Accepted'), \
        (SELECT count(*) FROM assignments WHERE hit_key = $1 AND worker_id = $2), \
        (SELECT count(*) FROM hits h JOIN worker_blocks b ON b.requester_id = h.requester_id \
            WHERE h.key = $1 AND b.worker_id = $2)";
    ADD = "INSERT INTO acceptances \
            (assignment_id, hit_key, worker_id, state, accept_at, deadline_at) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    OF_HITS = select_acceptances!("a.hit_key > $1 AND a.hit_key <= $2 \
        ORDER BY a.hit_key, a.accept_at, a.assignment_id");
    END = "UPDATE acceptances SET state = $2 WHERE assignment_id = $1";
    REMOVE = "DELETE FROM acceptances WHERE assignment_id = $1";
}

words! {
    store
    /// What became of work that was taken; submitted work is an assignment instead.
    State {
        /// The worker is at it.
        Accepted = "Accepted",
        /// The worker gave it back.
        Returned = "Returned",
        /// The worker's time ran out.
        Abandoned = "Abandoned",
    }
}

/// One worker's hold on one place of a HIT.
#[derive(Debug, Clone)]
pub struct Acceptance {
    /// The id that the assignment has now and after submission.
    pub assignment_id: String,
    /// The HIT's number in the store.
    pub hit_key: i64,
    /// The HIT's id.
    pub hit_id: String,
    /// Whose it is.
    pub worker_id: String,
    /// What became of it.
    pub state: State,
    /// When it was taken.
    pub accept_at: Instant,
    /// When it is abandoned unless submitted before.
    pub deadline_at: Instant,
}

from_row! { Acceptance: state, assignment_id, hit_key, worker_id, accept_at, deadline_at, hit_id }

/// The hold with that assignment id, whoever owns the HIT.
pub async fn find(tx: &mut Tx, assignment_id: &str) -> Result<Option<Acceptance>, Fault> {
    sql(FIND).bind(assignment_id).one(tx).await
}

/// The hold with that assignment id, on a HIT of this requester.
pub async fn find_owned(
    tx: &mut Tx,
    requester_id: &str,
    assignment_id: &str,
) -> Result<Option<Acceptance>, Fault> {
    sql(FIND_OWNED).bind(assignment_id).bind(requester_id).one(tx).await
}

/// What is there of a worker who wants to take a place.
#[derive(Debug, Clone, Copy)]
pub struct Before {
    /// The store knows the worker.
    pub known: bool,
    /// The worker is at this HIT, or submitted work for it.
    pub taken: bool,
    /// The HIT's requester does not want the worker.
    pub blocked: bool,
}

/// Whether the worker is known, was at this HIT, or is blocked.
pub async fn before(tx: &mut Tx, hit_key: i64, worker_id: &str) -> Result<Before, Fault> {
    let (known, at_it, done, blocked): (i64, i64, i64, i64) =
        sql(BEFORE).bind(hit_key).bind(worker_id).only(tx).await?;
    Ok(Before { known: known > 0, taken: at_it + done > 0, blocked: blocked > 0 })
}

/// A worker takes a place, or took one in a world, whatever became of it.
pub async fn add(tx: &mut Tx, taken: &Acceptance) -> Result<(), Fault> {
    let statement = sql(ADD).bind(&taken.assignment_id).bind(taken.hit_key);
    let statement = statement.bind(&taken.worker_id).bind(taken.state);
    statement.bind(taken.accept_at).bind(taken.deadline_at).run(tx).await
}

/// Remembers that it was returned or abandoned.
pub async fn end(tx: &mut Tx, assignment_id: &str, state: State) -> Result<(), Fault> {
    sql(END).bind(assignment_id).bind(state).run(tx).await
}

/// Takes it away, because it became an assignment.
pub async fn remove(tx: &mut Tx, assignment_id: &str) -> Result<(), Fault> {
    sql(REMOVE).bind(assignment_id).run(tx).await
}

/// Every hold that was not submitted, on HITs behind the number `after` up to the number `last`, in
/// the order of the HITs.
pub async fn of_hits(tx: &mut Tx, after: i64, last: i64) -> Result<Vec<Acceptance>, Fault> {
    sql(OF_HITS).bind(after).bind(last).read_all(tx, ("acceptances", 1)).await
}

/// How many assignments workers have accepted and not submitted, of all HITs.
pub async fn in_work_count(tx: &mut Tx) -> Result<i64, Fault> {
    sql(IN_WORK_COUNT).only(tx).await
}
