//! What one worker did: work in hand, work handed in, and what it earned.
//!
//! Sums and days are read from the index `assignments_of_worker` alone, so that they cost the same
//! however large the HITs are that the worker worked on.

use crate::fault::Fault;
use crate::money::Cents;
use crate::shapes::assignment::{Assignment, AssignmentStatus};
use crate::store::Tx;
use crate::store::acceptances::{self, Acceptance};
use crate::store::hit_types::stored;
use crate::store::hits::{self, Hit, select_hits};
use crate::store::sql::{Row, sql};
use crate::time::{Instant, Span};

/// So many holds are shown of a worker.
pub const MOST_HELD: i64 = 100;
/// A day in the numbers by which submissions are ordered.
const DAY: i64 = 86_400_000 << 20;

/// The places of one status in a day, the latest first.
macro_rules! places_of {
    ($status:literal) => {
        concat!(
            "SELECT hit_key, position FROM assignments WHERE worker_id = $1 AND status = '",
            $status,
            "' AND position >= $2 AND (position, hit_key) < ($3, $4)"
        )
    };
}

statements! {
    HELD = "SELECT count(*) FROM acceptances WHERE worker_id = $1 AND state = 'Accepted'";
    IN_HAND = select_hits!(and ", a.assignment_id, a.hit_key, a.worker_id, a.state, a.accept_at, \
            a.deadline_at, h.id, r.name";
        "JOIN acceptances a ON a.hit_key = h.key LEFT JOIN requesters r ON r.id = h.requester_id \
        WHERE a.worker_id = $1 AND a.state = 'Accepted' LIMIT $2 + 0");
    TOTALS = "SELECT status, count(*), CAST(sum(reward_cents) AS BIGINT) FROM assignments \
        WHERE worker_id = $1 GROUP BY status";
    BONUSES = "SELECT count(*), CAST(coalesce(sum(amount_cents), 0) AS BIGINT) \
        FROM bonus_payments WHERE worker_id = $1";
    LATEST_BONUSES = "SELECT b.amount_cents, b.reason, b.grant_at, b.assignment_id, r.name \
        FROM bonus_payments b LEFT JOIN requesters r ON r.id = b.requester_id \
        WHERE b.worker_id = $1 ORDER BY b.grant_at DESC LIMIT $2 + 0";
    DAYS = "SELECT position / 90596966400000, status, count(*), \
            CAST(sum(reward_cents) AS BIGINT) FROM assignments \
        WHERE worker_id = $1 AND status IN ('Submitted', 'Approved', 'Rejected') \
            AND position >= $2 GROUP BY 1, 2";
    OF_DAY = concat!(
        "SELECT page.position, page.hit_key, a.document, h.id, t.title, t.reward_cents, \
            h.requester_id, r.name, t.group_id FROM (",
        places_of!("Submitted"), " UNION ALL ", places_of!("Approved"), " UNION ALL ",
        places_of!("Rejected"),
        " ORDER BY 2 DESC, 1 DESC LIMIT $5 + 0) page \
        JOIN assignments a ON a.hit_key = page.hit_key AND a.position = page.position \
        JOIN hits h ON h.key = page.hit_key JOIN hit_types t ON t.id = h.hit_type_id \
        LEFT JOIN requesters r ON r.id = h.requester_id"
    );
    OWN = "SELECT id, status FROM assignments WHERE hit_key = $1 AND worker_id = $2 \
        UNION ALL SELECT assignment_id, state FROM acceptances \
        WHERE hit_key = $1 AND worker_id = $2 AND state = 'Accepted'";
    IN_HAND_OF_TYPE = "SELECT a.assignment_id, h.id FROM acceptances a \
        JOIN hits h ON h.key = a.hit_key \
        WHERE a.worker_id = $1 AND a.state = 'Accepted' AND h.hit_type_id = $2 LIMIT 1";
}

/// How many HITs the worker is at.
///
/// # Errors
/// The database failed.
pub async fn held(tx: &mut Tx, worker_id: &str) -> Result<i64, Fault> {
    sql(HELD).bind(worker_id).only(tx).await?.get(0)
}

/// A HIT that the worker is at.
#[derive(Debug, Clone)]
pub struct InHand {
    /// The hold.
    pub taken: Acceptance,
    /// The HIT.
    pub hit: Hit,
    /// What workers read of its requester.
    pub requester_name: String,
}

/// What the worker is at, the nearest deadline first; at most [`MOST_HELD`].
///
/// # Errors
/// The database failed.
pub async fn in_hand(tx: &mut Tx, worker_id: &str) -> Result<Vec<InHand>, Fault> {
    let rows = sql(IN_HAND).bind(worker_id).bind(MOST_HELD).all(tx).await?;
    let read = |row: &Row| {
        Ok(InHand {
            hit: hits::hit(row, 0)?,
            taken: acceptances::acceptance(row, hits::COLUMNS)?,
            requester_name: row.get::<Option<String>>(hits::COLUMNS + 7)?.unwrap_or_default(),
        })
    };
    let mut found: Vec<InHand> = rows.iter().map(read).collect::<Result<_, Fault>>()?;
    found.sort_by(|a, b| {
        let place = |one: &InHand| (one.taken.deadline_at, one.taken.assignment_id.clone());
        place(a).cmp(&place(b))
    });
    Ok(found)
}

/// Counts and sums of handed-in work by status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Awaiting review.
    pub pending: i64,
    /// Approved.
    pub approved: i64,
    /// Rejected.
    pub rejected: i64,
    /// What was approved.
    pub earned: Cents,
    /// What awaits review.
    pub expected: Cents,
}

impl Tally {
    /// All of it.
    #[must_use]
    pub const fn submitted(&self) -> i64 {
        self.pending + self.approved + self.rejected
    }

    fn add(&mut self, status: &str, count: i64, sum: Cents) {
        match AssignmentStatus::ALL.into_iter().find(|known| known.as_str() == status) {
            Some(AssignmentStatus::Submitted) => (self.pending, self.expected) = (count, sum),
            Some(AssignmentStatus::Approved) => (self.approved, self.earned) = (count, sum),
            Some(AssignmentStatus::Rejected) => self.rejected = count,
            None => {}
        }
    }
}

/// All that the worker handed in.
///
/// # Errors
/// The database failed.
pub async fn totals(tx: &mut Tx, worker_id: &str) -> Result<Tally, Fault> {
    let mut tally = Tally::default();
    for row in sql(TOTALS).bind(worker_id).all(tx).await? {
        tally.add(&row.get::<String>(0)?, row.get(1)?, row.get(2)?);
    }
    Ok(tally)
}

/// The worker's days since an instant, the latest first: each the day's first instant, and a tally.
///
/// # Errors
/// The database failed.
pub async fn days(
    tx: &mut Tx,
    worker_id: &str,
    since: Instant,
) -> Result<Vec<(Instant, Tally)>, Fault> {
    let mut days: Vec<(Instant, Tally)> = Vec::new();
    for row in sql(DAYS).bind(worker_id).bind(since.0 << 20).all(tx).await? {
        let day = Instant(0) + Span::days(row.get(0)?);
        let at = match days.iter().position(|(known, _)| *known == day) {
            Some(at) => at,
            None => {
                days.push((day, Tally::default()));
                days.len() - 1
            }
        };
        days[at].1.add(&row.get::<String>(1)?, row.get(2)?, row.get(3)?);
    }
    days.sort_by_key(|(day, _)| std::cmp::Reverse(*day));
    Ok(days)
}

/// Work that was handed in, with what workers read of its HIT.
#[derive(Debug, Clone)]
pub struct Done {
    /// The work.
    pub assignment: Assignment,
    /// Its HIT's title.
    pub title: String,
    /// What it earns.
    pub reward: Cents,
    /// Whose HIT it is.
    pub requester_id: String,
    /// What workers read of the requester.
    pub requester_name: String,
    /// The HIT's group.
    pub group_id: String,
    /// Where a page goes on after it.
    pub place: (i64, i64),
}

/// A page of what the worker handed in on the day that begins at `day`, the latest first.
///
/// # Errors
/// The database failed.
pub async fn of_day(
    tx: &mut Tx,
    worker_id: &str,
    day: Instant,
    after: Option<(i64, i64)>,
    count: i64,
) -> Result<Vec<Done>, Fault> {
    let first = day.0 << 20;
    let (position, hit_key) = after.unwrap_or((first + DAY, i64::MIN));
    let statement = sql(OF_DAY).bind(worker_id).bind(first).bind(position).bind(hit_key);
    let rows = statement.bind(count).all(tx).await?;
    let mut found: Vec<Done> = rows.iter().map(done).collect::<Result<_, Fault>>()?;
    found.sort_by_key(|done| std::cmp::Reverse(done.place));
    Ok(found)
}

fn done(row: &Row) -> Result<Done, Fault> {
    Ok(Done {
        place: (row.get(0)?, row.get(1)?),
        assignment: stored(&row.get::<String>(2)?)?,
        title: row.get(4)?,
        reward: row.get(5)?,
        requester_id: row.get(6)?,
        requester_name: row.get::<Option<String>>(7)?.unwrap_or_default(),
        group_id: row.get(8)?,
    })
}

/// A bonus.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns are named by the API")]
pub struct Bonus {
    pub amount: Cents,
    pub reason: String,
    pub grant_at: Instant,
    pub assignment_id: String,
    pub requester_name: String,
}

/// How many bonuses the worker got, their sum, and the latest ten.
///
/// # Errors
/// The database failed.
pub async fn bonuses(tx: &mut Tx, worker_id: &str) -> Result<(i64, Cents, Vec<Bonus>), Fault> {
    let row = sql(BONUSES).bind(worker_id).only(tx).await?;
    let rows = sql(LATEST_BONUSES).bind(worker_id).bind(10).all(tx).await?;
    let bonus = |row: &Row| {
        Ok(Bonus {
            amount: row.get(0)?,
            reason: row.get(1)?,
            grant_at: row.get(2)?,
            assignment_id: row.get(3)?,
            requester_name: row.get::<Option<String>>(4)?.unwrap_or_default(),
        })
    };
    let latest = rows.iter().map(bonus).collect::<Result<_, Fault>>()?;
    Ok((row.get(0)?, row.get(1)?, latest))
}

/// The worker's own assignment of a HIT, and its status; none if there is none, or it was given
/// back.
///
/// # Errors
/// The database failed.
pub async fn own(
    tx: &mut Tx,
    hit_key: i64,
    worker_id: &str,
) -> Result<Option<(String, String)>, Fault> {
    let row = sql(OWN).bind(hit_key).bind(worker_id).one(tx).await?;
    row.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

/// An assignment and its HIT that the worker is at, among those of a HIT type.
///
/// # Errors
/// The database failed.
pub async fn in_hand_of_type(
    tx: &mut Tx,
    worker_id: &str,
    hit_type_id: &str,
) -> Result<Option<(String, String)>, Fault> {
    let row = sql(IN_HAND_OF_TYPE).bind(worker_id).bind(hit_type_id).one(tx).await?;
    row.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}
