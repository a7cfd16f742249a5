//! `timers`: what will happen by itself, and when.

use crate::fault::Fault;
use crate::store::Tx;
use crate::store::many::insert_many;
use crate::store::sql::{Row, sql};
use crate::time::Instant;

statements! {
    SET = "INSERT INTO timers (kind, subject, due_at) VALUES ($1, $2, $3) \
        ON CONFLICT (kind, subject) DO UPDATE SET due_at = excluded.due_at";
    DROP = "DELETE FROM timers WHERE kind = $1 AND subject = $2";
    SET_MANY = "INSERT INTO timers (kind, subject, due_at) VALUES ($1, $2, $3)";
    WHEN = "SELECT due_at FROM timers WHERE kind = $1 AND subject = $2";
    DUE = "SELECT kind, subject, due_at FROM timers WHERE due_at <= $1 \
        ORDER BY due_at, kind, subject LIMIT $2 + 0";
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

/// A row as a timer, or the word for its kind, which this program does not know.
fn timer(row: &Row) -> Result<Result<Timer, (String, String)>, Fault> {
    let (word, subject): (String, String) = (row.get(0)?, row.get(1)?);
    let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == word);
    let Some(kind) = kind else { return Ok(Err((word, subject))) };
    Ok(Ok(Timer { kind, subject, due_at: row.get(2)? }))
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

/// Up to `count` timers that are due at `now`, in order.
///
/// A damaged row, whose kind nobody knows, is taken away with a word in the log: it would stop
/// every turn after it.
///
/// # Errors
/// The database failed.
pub async fn due(tx: &mut Tx, now: Instant, count: i64) -> Result<Vec<Timer>, Fault> {
    loop {
        let rows = sql(DUE).bind(now).bind(count).all(tx).await?;
        let mut due = Vec::with_capacity(rows.len());
        for row in &rows {
            match timer(row)? {
                Ok(timer) => due.push(timer),
                Err((kind, subject)) => {
                    tracing::error!(kind, subject, "a damaged timer is taken away");
                    sql(DROP).bind(&kind).bind(&subject).run(tx).await?;
                }
            }
        }
        if rows.is_empty() || !due.is_empty() {
            return Ok(due);
        }
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
