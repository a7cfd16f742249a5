//! `acceptances`: work that a worker took and has not handed in.

use crate::fault::Fault;
use crate::store::Tx;
use crate::store::sql::{Row, sql};
use crate::time::Instant;

statements! {
    FIND = "SELECT a.assignment_id, a.hit_key, a.worker_id, a.state, a.accept_at, \
            a.deadline_at, h.id \
        FROM acceptances a JOIN hits h ON h.key = a.hit_key WHERE a.assignment_id = $1";
    FIND_OWNED = "SELECT a.assignment_id, a.hit_key, a.worker_id, a.state, a.accept_at, \
            a.deadline_at, h.id \
        FROM acceptances a JOIN hits h ON h.key = a.hit_key \
        WHERE a.assignment_id = $1 AND h.requester_id = $2 AND h.status <> 'Disposed'";
    BEFORE = "SELECT (SELECT count(*) FROM workers WHERE id = $2), \
        (SELECT count(*) FROM acceptances \
            WHERE hit_key = $1 AND worker_id = $2 AND state = 'Accepted'), \
        (SELECT count(*) FROM assignments WHERE hit_key = $1 AND worker_id = $2), \
        (SELECT count(*) FROM hits h JOIN worker_blocks b ON b.requester_id = h.requester_id \
            WHERE h.key = $1 AND b.worker_id = $2)";
    ADD = "INSERT INTO acceptances \
            (assignment_id, hit_key, worker_id, state, accept_at, deadline_at) \
        VALUES ($1, $2, $3, 'Accepted', $4, $5)";
    ADD_WHOLE = "INSERT INTO acceptances \
            (assignment_id, hit_key, worker_id, state, accept_at, deadline_at) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    OF_HIT = "SELECT a.assignment_id, a.hit_key, a.worker_id, a.state, a.accept_at, a.deadline_at, \
            h.id \
        FROM acceptances a JOIN hits h ON h.key = a.hit_key WHERE a.hit_key = $1 \
        ORDER BY a.accept_at, a.assignment_id";
    END = "UPDATE acceptances SET state = $2 WHERE assignment_id = $1";
    REMOVE = "DELETE FROM acceptances WHERE assignment_id = $1";
}

/// What became of work that was taken; handed-in work is an assignment instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The worker is at it.
    Accepted,
    /// The worker gave it back.
    Returned,
    /// The worker's time ran out.
    Abandoned,
}

impl State {
    /// The word in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "Accepted",
            Self::Returned => "Returned",
            Self::Abandoned => "Abandoned",
        }
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
    /// When it is abandoned unless handed in before.
    pub deadline_at: Instant,
}

/// Reads a hold whose columns begin at `first`.
pub(super) fn acceptance(row: &Row, first: usize) -> Result<Acceptance, Fault> {
    let word: String = row.get(first + 3)?;
    let states = [State::Accepted, State::Returned, State::Abandoned];
    let state = states.into_iter().find(|state| state.as_str() == word);
    Ok(Acceptance {
        assignment_id: row.get(first)?,
        hit_key: row.get(first + 1)?,
        worker_id: row.get(first + 2)?,
        state: state.ok_or_else(|| Fault::Service(format!("unknown state: {word}")))?,
        accept_at: row.get(first + 4)?,
        deadline_at: row.get(first + 5)?,
        hit_id: row.get(first + 6)?,
    })
}

/// The hold with that assignment id, whoever owns the HIT.
///
/// # Errors
/// The database failed.
pub async fn find(tx: &mut Tx, assignment_id: &str) -> Result<Option<Acceptance>, Fault> {
    sql(FIND).bind(assignment_id).one(tx).await?.as_ref().map(|row| acceptance(row, 0)).transpose()
}

/// The hold with that assignment id, on a HIT of this requester.
///
/// # Errors
/// The database failed.
pub async fn find_owned(
    tx: &mut Tx,
    requester_id: &str,
    assignment_id: &str,
) -> Result<Option<Acceptance>, Fault> {
    let row = sql(FIND_OWNED).bind(assignment_id).bind(requester_id).one(tx).await?;
    row.as_ref().map(|row| acceptance(row, 0)).transpose()
}

/// What is there of a worker who wants to take a place.
#[derive(Debug, Clone, Copy)]
pub struct Before {
    /// The worker came by before, or was made known.
    pub known: bool,
    /// The worker is at this HIT, or handed in work for it.
    pub taken: bool,
    /// The HIT's requester does not want the worker.
    pub blocked: bool,
}

/// Whether the worker is known, was at this HIT, or is blocked.
///
/// # Errors
/// The database failed.
pub async fn before(tx: &mut Tx, hit_key: i64, worker_id: &str) -> Result<Before, Fault> {
    let row = sql(BEFORE).bind(hit_key).bind(worker_id).only(tx).await?;
    let count = |index| row.get::<i64>(index);
    Ok(Before { known: count(0)? > 0, taken: count(1)? + count(2)? > 0, blocked: count(3)? > 0 })
}

/// A worker takes a place.
///
/// # Errors
/// The database failed.
pub async fn add(tx: &mut Tx, taken: &Acceptance) -> Result<(), Fault> {
    let statement = sql(ADD).bind(&taken.assignment_id).bind(taken.hit_key);
    let statement = statement.bind(&taken.worker_id).bind(taken.accept_at);
    statement.bind(taken.deadline_at).run(tx).await?;
    Ok(())
}

/// Remembers that it was returned or abandoned.
///
/// # Errors
/// The database failed.
pub async fn end(tx: &mut Tx, assignment_id: &str, state: State) -> Result<(), Fault> {
    sql(END).bind(assignment_id).bind(state.as_str()).run(tx).await?;
    Ok(())
}

/// Takes it away, because it became an assignment.
///
/// # Errors
/// The database failed.
pub async fn remove(tx: &mut Tx, assignment_id: &str) -> Result<(), Fault> {
    sql(REMOVE).bind(assignment_id).run(tx).await?;
    Ok(())
}

/// Puts a hold of a world into the store, whatever became of it.
///
/// # Errors
/// The database failed.
pub async fn add_whole(tx: &mut Tx, held: &Acceptance) -> Result<(), Fault> {
    let statement = sql(ADD_WHOLE).bind(&held.assignment_id).bind(held.hit_key);
    let statement = statement.bind(&held.worker_id).bind(held.state.as_str());
    statement.bind(held.accept_at).bind(held.deadline_at).run(tx).await?;
    Ok(())
}

/// Every hold on a HIT that was not handed in.
///
/// # Errors
/// The database failed.
pub async fn of_hit(tx: &mut Tx, hit_key: i64) -> Result<Vec<Acceptance>, Fault> {
    sql(OF_HIT).bind(hit_key).all(tx).await?.iter().map(|row| acceptance(row, 0)).collect()
}
