//! `timers`: what will happen by itself, and when.

use crate::fault::Fault;
use crate::shapes::words::words;
use crate::store::Tx;
use crate::store::db::insert_many::{change_many, insert_many, write_many};
use crate::store::db::row::from_row;
use crate::store::db::sql::{Statement, sql};
use crate::time::Instant;

statements! {
    SET = "INSERT INTO timers (kind, subject, due_at) VALUES ($1, $2, $3) \
        ON CONFLICT (kind, subject) DO UPDATE SET due_at = excluded.due_at, failure = NULL";
    DROP = "DELETE FROM timers WHERE kind = $1 AND subject = $2";
    TAKE = "DELETE FROM timers WHERE kind = $1 AND subject = $2 AND due_at = $3";
    TAKE_MANY = "DELETE FROM timers WHERE (kind, subject, due_at) IN \
        (VALUES ($1, $2, CAST($3 AS BIGINT)))";
    SET_MANY = "INSERT INTO timers (kind, subject, due_at) VALUES ($1, $2, $3)";
    WHEN = "SELECT due_at FROM timers WHERE kind = $1 AND subject = $2";
    DUE = "SELECT kind, subject, due_at FROM timers WHERE due_at <= $1 AND failure IS NULL \
        ORDER BY due_at, kind, subject LIMIT $2 + 0";
    NEXT = "SELECT kind, subject, due_at FROM timers WHERE failure IS NULL \
        ORDER BY due_at, kind, subject LIMIT 1";
    SET_ASIDE = "UPDATE timers SET failure = $3 WHERE kind = $1 AND subject = $2";
    ASIDE = "SELECT kind, subject, due_at, failure FROM timers WHERE failure IS NOT NULL \
        ORDER BY due_at, kind, subject LIMIT $1 + 0";
    COUNTS = "SELECT (SELECT count(*) FROM timers WHERE due_at <= $1 AND failure IS NULL), \
        (SELECT count(*) FROM timers WHERE failure IS NOT NULL), (SELECT count(*) FROM timers)";
    ASIDE_COUNT = "SELECT count(*) FROM timers WHERE failure IS NOT NULL";
    OF_KIND_COUNT = "SELECT count(*) FROM (SELECT 1 AS one FROM timers \
        WHERE kind = $1 LIMIT $2 + 0) counted";
    RETRY = "UPDATE timers SET failure = NULL, due_at = $3 \
        WHERE kind = $1 AND subject = $2 AND failure IS NOT NULL";
    RETRY_ALL = "UPDATE timers SET failure = NULL, due_at = $1 WHERE failure IS NOT NULL";
}

words! {
    store
    /// What happens when a timer falls due. At one instant they go in this order, which is that of
    /// the words.
    Kind {
        /// A worker ran out of time; the subject is the assignment.
        Abandonment = "abandonment",
        /// Nobody reviewed the work; the subject is the assignment.
        AutoApproval = "auto_approval",
        /// Work on a batch goes on; the subject is the batch's number.
        Batch = "batch",
        /// Nobody wants the HIT any more; the subject is the HIT.
        Disposal = "disposal",
        /// A HIT's lifetime is over; the subject is the HIT.
        Expiry = "expiry",
        /// A worker of a crowd of robots comes; the subject is the crowd's number.
        RobotArrival = "robot_arrival",
        /// A robot's work ends; the subject is the crowd's number and the worker's.
        RobotWork = "robot_work",
    }
}

/// An action that waits for its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timer {
    /// What happens.
    pub kind: Kind,
    /// To what: an assignment id or a HIT id.
    pub subject: String,
    /// When.
    pub due_at: Instant,
}

impl Timer {
    fn bind<'q>(&'q self, statement: Statement<'q>) -> Statement<'q> {
        statement.bind(self.kind).bind(&self.subject).bind(self.due_at)
    }
}

/// A row of the table, whose kind may be one that this program does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The word for what happens.
    pub kind: String,
    /// To what.
    pub subject: String,
    /// When.
    pub due_at: Instant,
}

impl Entry {
    /// The timer that it is; none if this program does not know its kind.
    pub fn timer(&self) -> Option<Timer> {
        let kind = Kind::parse(&self.kind)?;
        Some(Timer { kind, subject: self.subject.clone(), due_at: self.due_at })
    }
}

from_row! { Entry: kind, subject, due_at }

/// Sets a timer, or moves it.
pub async fn set(tx: &mut Tx, kind: Kind, subject: &str, due_at: Instant) -> Result<(), Fault> {
    sql(SET).bind(kind).bind(subject).bind(due_at).run(tx).await
}

/// Takes a timer away, if it is there.
pub async fn drop(tx: &mut Tx, kind: Kind, subject: &str) -> Result<(), Fault> {
    sql(DROP).bind(kind).bind(subject).run(tx).await
}

/// Takes a timer away to do what it is for; false if it is not set to that instant any more.
pub async fn take(tx: &mut Tx, timer: &Timer) -> Result<bool, Fault> {
    Ok(timer.bind(sql(TAKE)).changes(tx).await? > 0)
}

/// Takes timers away to do what they are for; how many of them are set to those instants still.
pub async fn take_many(tx: &mut Tx, timers: &[Timer]) -> Result<u64, Fault> {
    let texts = (TAKE, TAKE_MANY);
    change_many(tx, texts, 3, timers, |statement, timer| timer.bind(statement)).await
}

/// Up to `count` timers that are due at `now`, in order.
pub async fn due(tx: &mut Tx, now: Instant, count: i64) -> Result<Vec<Entry>, Fault> {
    sql(DUE).bind(now).bind(count).all(tx).await
}

/// The timer that falls due next.
pub async fn next(tx: &mut Tx) -> Result<Option<Entry>, Fault> {
    sql(NEXT).one(tx).await
}

/// Sets a timer aside that failed: it does not fall due any more until it is tried again.
pub async fn set_aside(tx: &mut Tx, of: &Entry, reason: &str) -> Result<(), Fault> {
    sql(SET_ASIDE).bind(&of.kind).bind(&of.subject).bind(reason).run(tx).await
}

/// Up to `count` timers that are set aside, each with the reason, the earliest first.
pub async fn aside(tx: &mut Tx, count: i64) -> Result<Vec<(Entry, String)>, Fault> {
    sql(ASIDE).bind(count).all(tx).await
}

/// How many timers there are.
#[derive(Debug, Clone, Copy)]
pub struct Counts {
    /// Due and not settled yet.
    pub due: i64,
    /// Failed and set aside.
    pub aside: i64,
    /// Of a later time.
    pub later: i64,
}

/// How many timers there are at `now`. The later ones are what is left of all: to count those
/// alone would read each of them.
pub async fn counts(tx: &mut Tx, now: Instant) -> Result<Counts, Fault> {
    let (due, aside, all): (i64, i64, i64) = sql(COUNTS).bind(now).only(tx).await?;
    Ok(Counts { due, aside, later: all - due - aside })
}

/// How many timers are set aside.
pub async fn aside_count(tx: &mut Tx) -> Result<i64, Fault> {
    sql(ASIDE_COUNT).only(tx).await
}

/// Lets timers that are set aside fall due at `now`: the one of that kind and subject, or all. How
/// many.
pub async fn retry(tx: &mut Tx, one: Option<(&str, &str)>, now: Instant) -> Result<u64, Fault> {
    match one {
        Some((kind, subject)) => sql(RETRY).bind(kind).bind(subject).bind(now).changes(tx).await,
        None => sql(RETRY_ALL).bind(now).changes(tx).await,
    }
}

/// Sets timers of which none is set yet.
pub async fn set_many(tx: &mut Tx, timers: &[Timer]) -> Result<(), Fault> {
    insert_many(tx, SET_MANY, 3, timers, |statement, timer| timer.bind(statement)).await
}

/// Sets timers, or moves them; no two are of the same kind and subject.
pub async fn set_or_move_many(tx: &mut Tx, timers: &[Timer]) -> Result<(), Fault> {
    write_many(tx, SET, 3, timers, |statement, timer| timer.bind(statement)).await?;
    Ok(())
}

/// When that timer falls due, if it is set.
pub async fn when(tx: &mut Tx, kind: Kind, subject: &str) -> Result<Option<Instant>, Fault> {
    sql(WHEN).bind(kind).bind(subject).one(tx).await
}

/// How many timers of a kind there are, counted up to `most`.
pub async fn of_kind_count(tx: &mut Tx, kind: Kind, most: i64) -> Result<i64, Fault> {
    sql(OF_KIND_COUNT).bind(kind).bind(most).only(tx).await
}
