//! What one worker did: work in hand, work handed in, and what it earned.
//!
//! Sums and days are read from the index `assignments_of_worker` alone, so that they cost the same
//! however large the HITs are that the worker worked on.

use std::collections::BTreeMap;

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

/// Count and sum of one status before a place.
macro_rules! tally_before {
    ($status:literal) => {
        concat!(
            "SELECT '",
            $status,
            "' AS status, count(*), CAST(coalesce(sum(reward_cents), 0) AS BIGINT) \
            FROM assignments WHERE worker_id = $1 AND position < $2 AND status = '",
            $status,
            "'"
        )
    };
}

statements! {
    HELD = "SELECT count(*) FROM acceptances WHERE worker_id = $1 AND state = 'Accepted'";
    IN_HAND = select_hits!(and ", a.assignment_id, a.hit_key, a.worker_id, a.state, a.accept_at, \
            a.deadline_at, h.id, r.name";
        "JOIN acceptances a ON a.hit_key = h.key LEFT JOIN requesters r ON r.id = h.requester_id \
        WHERE a.worker_id = $1 AND a.state = 'Accepted' LIMIT $2 + 0");
    BEFORE = concat!(
        tally_before!("Submitted"), " UNION ALL ", tally_before!("Approved"), " UNION ALL ",
        tally_before!("Rejected")
    );
    DAYS = "WITH RECURSIVE days (day) AS (SELECT CAST($2 AS BIGINT) \
            UNION ALL SELECT day + 1 FROM days WHERE day < $3), \
        statuses (status) AS (SELECT 'Submitted' UNION ALL SELECT 'Approved' \
            UNION ALL SELECT 'Rejected') \
        SELECT day, status, (SELECT CAST(count(*) AS TEXT) || ' ' || \
                CAST(coalesce(sum(a.reward_cents), 0) AS TEXT) \
            FROM assignments a WHERE a.worker_id = $1 AND a.status = s.status \
            AND a.position >= day * 90596966400000 \
            AND a.position < (day + 1) * 90596966400000) \
        FROM days CROSS JOIN statuses s";
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

    /// With another one.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            pending: self.pending + other.pending,
            approved: self.approved + other.approved,
            rejected: self.rejected + other.rejected,
            earned: self.earned + other.earned,
            expected: self.expected + other.expected,
        }
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

/// What the worker handed in before an instant.
///
/// # Errors
/// The database failed.
pub async fn before(tx: &mut Tx, worker_id: &str, at: Instant) -> Result<Tally, Fault> {
    let mut tally = Tally::default();
    for row in sql(BEFORE).bind(worker_id).bind(at.0 << 20).all(tx).await? {
        tally.add(&row.get::<String>(0)?, row.get(1)?, row.get(2)?);
    }
    Ok(tally)
}

/// The worker's days with work from one to another, the latest first: each the day's first
/// instant, and a tally.
///
/// Each piece of work is read once: a day's count and sum come as one text.
///
/// # Errors
/// The database failed.
pub async fn days(
    tx: &mut Tx,
    worker_id: &str,
    (first, last): (Instant, Instant),
) -> Result<Vec<(Instant, Tally)>, Fault> {
    let mut days: BTreeMap<i64, Tally> = BTreeMap::new();
    let number = |at: Instant| at.0.div_euclid(86_400_000);
    let rows = sql(DAYS).bind(worker_id).bind(number(first)).bind(number(last)).all(tx).await?;
    for row in &rows {
        let both: String = row.get(2)?;
        let both = both
            .split_once(' ')
            .and_then(|(count, sum)| Some((count.parse::<i64>().ok()?, sum.parse::<i64>().ok()?)));
        let (count, sum) = both.ok_or_else(|| Fault::Service("a day beyond counting".into()))?;
        if count > 0 {
            let tally = days.entry(row.get(0)?).or_default();
            tally.add(&row.get::<String>(1)?, count, Cents(sum));
        }
    }
    Ok(days.into_iter().rev().map(|(day, tally)| (Instant(0) + Span::days(day), tally)).collect())
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
