//! `timers`: what will happen by itself, and when.

use crate::fault::Fault;
use crate::store::Tx;
use crate::store::many::insert_many;
use crate::store::sql::{Row, sql};
use crate::time::Instant;

statements! {
    SET = "INSERT INTO timers (kind, subject, due_at) VALUES ($1, $2, $3) \
        ON CONFLICT (kind, subject) DO UPDATE SET due_at = excluded.due_at, failure = NULL";
    DROP = "DELETE FROM timers WHERE kind = $1 AND subject = $2";
    TAKE = "DELETE FROM timers WHERE kind = $1 AND subject = $2 AND due_at = $3";
    SET_MANY = "INSERT INTO timers (kind, subject, due_at) VALUES ($1, $2, $3)";
    WHEN = "SELECT due_at FROM timers WHERE kind = $1 AND subject = $2";
    DUE = "SELECT kind, subject, due_at FROM timers WHERE due_at <= $1 AND failure IS NULL \
        ORDER BY due_at, kind, subject LIMIT $2 + 0";
    NEXT = "SELECT kind, subject, due_at FROM timers WHERE failure IS NULL \
        ORDER BY due_at, kind, subject LIMIT 1";
    SET_ASIDE = "UPDATE timers SET failure = $3 WHERE kind = $1 AND subject = $2";
    ASIDE = "SELECT kind, subject, due_at, failure FROM timers WHERE failure IS NOT NULL \
        ORDER BY due_at, kind, subject LIMIT $1 + 0";
    ASIDE_COUNT = "SELECT count(*) FROM timers WHERE failure IS NOT NULL";
    RETRY = "UPDATE timers SET failure = NULL, due_at = $3 \
        WHERE kind = $1 AND subject = $2 AND failure IS NOT NULL";
    RETRY_ALL = "UPDATE timers SET failure = NULL, due_at = $1 WHERE failure IS NOT NULL";
}

/// What happens when a timer falls due. At one instant they go in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A worker ran out of time; the subject is the assignment.
    Abandonment,
    /// Nobody reviewed the work; the subject is the assignment.
    AutoApproval,
    /// Nobody wants the HIT any more; the subject is the HIT.
    Disposal,
    /// A HIT's lifetime is over; the subject is the HIT.
    Expiry,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Abandonment, Self::AutoApproval, Self::Disposal, Self::Expiry];

    /// The word in the store; their alphabetic order is the order of deeds at one instant.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Abandonment => "abandonment",
            Self::AutoApproval => "auto_approval",
            Self::Disposal => "disposal",
            Self::Expiry => "expiry",
        }
    }
}

/// A deed that waits for its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timer {
    /// What happens.
    pub kind: Kind,
    /// To what: an assignment id or a HIT id.
    pub subject: String,
    /// When.
    pub due_at: Instant,
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
    /// What it stands for; none if this program does not know its kind.
    #[must_use]
    pub fn timer(&self) -> Option<Timer> {
        let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == self.kind)?;
        Some(Timer { kind, subject: self.subject.clone(), due_at: self.due_at })
    }
}

fn entry(row: &Row) -> Result<Entry, Fault> {
    Ok(Entry { kind: row.get(0)?, subject: row.get(1)?, due_at: row.get(2)? })
}

/// Sets a timer, or moves it.
///
/// # Errors
/// The database failed.
pub async fn set(tx: &mut Tx, kind: Kind, subject: &str, due_at: Instant) -> Result<(), Fault> {
    sql(SET).bind(kind.as_str()).bind(subject).bind(due_at).run(tx).await?;
    Ok(())
}

/// Takes a timer away, if it is there.
///
/// # Errors
/// The database failed.
pub async fn drop(tx: &mut Tx, kind: Kind, subject: &str) -> Result<(), Fault> {
    sql(DROP).bind(kind.as_str()).bind(subject).run(tx).await?;
    Ok(())
}

/// Takes a timer away to do what it is for; false if it is not set to that instant any more.
///
/// # Errors
/// The database failed.
pub async fn take(tx: &mut Tx, timer: &Timer) -> Result<bool, Fault> {
    let Timer { kind, subject, due_at } = timer;
    Ok(sql(TAKE).bind(kind.as_str()).bind(subject).bind(*due_at).run(tx).await? > 0)
}

/// Up to `count` timers that are due at `now`, in order.
///
/// # Errors
/// The database failed.
pub async fn due(tx: &mut Tx, now: Instant, count: i64) -> Result<Vec<Entry>, Fault> {
    sql(DUE).bind(now).bind(count).all(tx).await?.iter().map(entry).collect()
}

/// The timer that falls due next.
///
/// # Errors
/// The database failed.
pub async fn next(tx: &mut Tx) -> Result<Option<Entry>, Fault> {
    sql(NEXT).one(tx).await?.as_ref().map(entry).transpose()
}

/// Sets a timer aside that failed: it does not fall due any more until it is tried again.
///
/// # Errors
/// The database failed.
pub async fn set_aside(tx: &mut Tx, of: &Entry, reason: &str) -> Result<(), Fault> {
    sql(SET_ASIDE).bind(&of.kind).bind(&of.subject).bind(reason).run(tx).await?;
    Ok(())
}

/// Up to `count` timers that are set aside, each with the reason, the earliest first.
///
/// # Errors
/// The database failed.
pub async fn aside(tx: &mut Tx, count: i64) -> Result<Vec<(Entry, String)>, Fault> {
    let rows = sql(ASIDE).bind(count).all(tx).await?;
    rows.iter().map(|row| Ok((entry(row)?, row.get(3)?))).collect()
}

/// How many timers are set aside.
///
/// # Errors
/// The database failed.
pub async fn aside_count(tx: &mut Tx) -> Result<i64, Fault> {
    sql(ASIDE_COUNT).only(tx).await?.get(0)
}

/// Lets timers that are set aside fall due at `now`: the one of that kind and subject, or all. How
/// many.
///
/// # Errors
/// The database failed.
pub async fn retry(tx: &mut Tx, one: Option<(&str, &str)>, now: Instant) -> Result<u64, Fault> {
    match one {
        Some((kind, subject)) => sql(RETRY).bind(kind).bind(subject).bind(now).run(tx).await,
        None => sql(RETRY_ALL).bind(now).run(tx).await,
    }
}

/// Sets timers of which none is set yet.
///
/// # Errors
/// The database failed.
pub async fn set_many(tx: &mut Tx, timers: &[Timer]) -> Result<(), Fault> {
    insert_many(tx, SET_MANY, 3, timers, |statement, timer| {
        statement.bind(timer.kind.as_str()).bind(&timer.subject).bind(timer.due_at)
    })
    .await
}

/// When that timer falls due, if it is set.
///
/// # Errors
/// The database failed.
pub async fn when(tx: &mut Tx, kind: Kind, subject: &str) -> Result<Option<Instant>, Fault> {
    sql(WHEN).bind(kind.as_str()).bind(subject).one(tx).await?.map(|row| row.get(0)).transpose()
}
