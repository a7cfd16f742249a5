//! What one worker did: work in hand, submitted work, and what it earned.
//!
//! Sums and days are read from the index `assignments_of_worker` alone, so that they cost the same
//! however large the HITs are that the worker worked on.

use std::collections::BTreeMap;

use crate::fault::Fault;
use crate::money::Cents;
use crate::shapes::assignment::{Assignment, AssignmentStatus};
use crate::shapes::hit::HitStatus;
use crate::store::Tx;
use crate::store::acceptances::Acceptance;
use crate::store::db::row::{Columns, FromRow, from_row};
use crate::store::db::sql::sql;
use crate::store::hits::{Hit, select_hits};
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
    IN_HAND = select_hits!(and ", a.state, a.assignment_id, a.hit_key, a.worker_id, a.accept_at, \
            a.deadline_at, h.id, coalesce(r.name, '')";
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
        "SELECT a.document, t.title, t.reward_cents, h.requester_id, coalesce(r.name, ''), \
            t.group_id, page.position, page.hit_key FROM (",
        places_of!("Submitted"), " UNION ALL ", places_of!("Approved"), " UNION ALL ",
        places_of!("Rejected"),
        " ORDER BY 2 DESC, 1 DESC LIMIT $5 + 0) page \
        JOIN assignments a ON a.hit_key = page.hit_key AND a.position = page.position \
        JOIN hits h ON h.key = page.hit_key JOIN hit_types t ON t.id = h.hit_type_id \
        LEFT JOIN requesters r ON r.id = h.requester_id"
    );
    FOR_REQUESTER = concat!(
        "SELECT page.position, page.hit_key, h.id, h.status, t.title, a.id, a.status, \
            a.reward_cents FROM (",
        places_of!("Submitted"), " UNION ALL ", places_of!("Approved"), " UNION ALL ",
        places_of!("Rejected"),
        " ORDER BY 2 DESC, 1 DESC LIMIT $5 + 0) page \
        LEFT JOIN hits h ON h.key = page.hit_key AND h.requester_id = $6 \
        LEFT JOIN hit_types t ON t.id = h.hit_type_id \
        LEFT JOIN assignments a ON a.hit_key = h.key AND a.position = page.position"
    );
    OWN = "SELECT id, status FROM assignments WHERE hit_key = $1 AND worker_id = $2 \
        UNION ALL SELECT assignment_id, state FROM acceptances \
        WHERE hit_key = $1 AND worker_id = $2 AND state = 'Accepted'";
    IN_HAND_BY_TYPE = "SELECT h.hit_type_id, a.assignment_id, h.id FROM acceptances a \
        JOIN hits h ON h.key = a.hit_key \
        WHERE a.worker_id = $1 AND a.state = 'Accepted' LIMIT $2 + 0";
}

/// How many HITs the worker is at.
pub async fn held(tx: &mut Tx, worker_id: &str) -> Result<i64, Fault> {
    sql(HELD).bind(worker_id).only(tx).await
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

from_row! { InHand: hit, taken, requester_name }

/// What the worker is at, the nearest deadline first; at most [`MOST_HELD`].
pub async fn in_hand(tx: &mut Tx, worker_id: &str) -> Result<Vec<InHand>, Fault> {
    let mut found: Vec<InHand> = sql(IN_HAND).bind(worker_id).bind(MOST_HELD).all(tx).await?;
    found.sort_by(|a, b| {
        let place = |held: &InHand| (held.taken.deadline_at, held.taken.assignment_id.clone());
        place(a).cmp(&place(b))
    });
    Ok(found)
}

/// Counts and sums of submitted work by status.
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

    fn add(&mut self, status: AssignmentStatus, count: i64, sum: Cents) {
        match status {
            AssignmentStatus::Submitted => (self.pending, self.expected) = (count, sum),
            AssignmentStatus::Approved => (self.approved, self.earned) = (count, sum),
            AssignmentStatus::Rejected => self.rejected = count,
        }
    }
}

/// What the worker submitted before an instant.
pub async fn before(tx: &mut Tx, worker_id: &str, at: Instant) -> Result<Tally, Fault> {
    let mut tally = Tally::default();
    for (status, count, sum) in sql(BEFORE).bind(worker_id).bind(at.0 << 20).all(tx).await? {
        tally.add(status, count, sum);
    }
    Ok(tally)
}

/// The worker's days with work from one to another, the latest first: each the day's first
/// instant, and a tally.
///
/// Each piece of work is read once: a day's count and sum come as one text.
pub async fn days(
    tx: &mut Tx,
    worker_id: &str,
    (first, last): (Instant, Instant),
) -> Result<Vec<(Instant, Tally)>, Fault> {
    let mut days: BTreeMap<i64, Tally> = BTreeMap::new();
    let number = |at: Instant| at.0.div_euclid(86_400_000);
    let statement = sql(DAYS).bind(worker_id).bind(number(first)).bind(number(last));
    for (day, status, both) in statement.all::<(_, _, String)>(tx).await? {
        let both = both
            .split_once(' ')
            .and_then(|(count, sum)| Some((count.parse::<i64>().ok()?, sum.parse::<i64>().ok()?)));
        let (count, sum) = both.ok_or_else(|| Fault::Service("a day beyond counting".into()))?;
        if count > 0 {
            days.entry(day).or_default().add(status, count, Cents(sum));
        }
    }
    Ok(days.into_iter().rev().map(|(day, tally)| (Instant(0) + Span::days(day), tally)).collect())
}

/// Submitted work, with what workers read of its HIT.
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

/// A page of what the worker submitted on the day that begins at `day`, the latest first.
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
    let mut found: Vec<Done> = statement.bind(count).all(tx).await?;
    found.sort_by_key(|done| std::cmp::Reverse(done.place));
    Ok(found)
}

from_row! { Done: assignment, title, reward, requester_id, requester_name, group_id, place }

/// Work of a worker, as the requester of its HIT sees it.
#[derive(Debug, Clone)]
pub struct ForRequester {
    /// The HIT.
    pub hit_id: String,
    /// What became of the HIT.
    pub hit_status: HitStatus,
    /// The HIT's title.
    pub title: String,
    /// The work.
    pub assignment_id: String,
    /// What became of it.
    pub status: AssignmentStatus,
    /// What it earns.
    pub reward: Cents,
    /// When it was submitted.
    pub submit_at: Instant,
    /// Where a page goes on after it.
    pub place: (i64, i64),
}

/// The place of some work, and the work itself if it is the requester's.
struct Perhaps {
    place: (i64, i64),
    work: Option<ForRequester>,
}

impl FromRow for Perhaps {
    fn read(columns: &mut Columns<'_>) -> Result<Self, Fault> {
        let place: (i64, i64) = columns.next()?;
        let submit_at = Instant(place.0 >> 20);
        let (hit_id, hit_status, title): (Option<_>, Option<_>, Option<_>) = columns.next()?;
        let (assignment_id, status, reward): (Option<_>, Option<_>, Option<i64>) =
            columns.next()?;
        let work = || {
            Some(ForRequester {
                hit_id: hit_id?,
                hit_status: hit_status?,
                title: title?,
                assignment_id: assignment_id?,
                status: status?,
                reward: Cents(reward?),
                submit_at,
                place,
            })
        };
        Ok(Self { place, work: work() })
    }
}

/// Among the next `count` pieces of work that a worker submitted before a place, the latest first:
/// those for this requester, and the place of the last one; none at the end.
pub async fn for_requester(
    tx: &mut Tx,
    (requester_id, worker_id): (&str, &str),
    before: (i64, i64),
    count: usize,
) -> Result<(Vec<ForRequester>, Option<(i64, i64)>), Fault> {
    let most = i64::try_from(count).unwrap_or(i64::MAX);
    let statement = sql(FOR_REQUESTER).bind(worker_id).bind(i64::MIN);
    let statement = statement.bind(before.0).bind(before.1).bind(most).bind(requester_id);
    let mut found: Vec<Perhaps> = statement.all(tx).await?;
    found.sort_by_key(|work| std::cmp::Reverse(work.place));
    let last = found.last().filter(|_| found.len() == count).map(|work| work.place);
    Ok((found.into_iter().filter_map(|work| work.work).collect(), last))
}

/// The worker's own assignment of a HIT, and its status; none if there is none, or it was given
/// back.
pub async fn own(
    tx: &mut Tx,
    hit_key: i64,
    worker_id: &str,
) -> Result<Option<(String, String)>, Fault> {
    sql(OWN).bind(hit_key).bind(worker_id).one(tx).await
}

/// An assignment and its HIT that the worker is at, by HIT type; among [`MOST_HELD`] holds.
pub async fn in_hand_by_type(
    tx: &mut Tx,
    worker_id: &str,
) -> Result<BTreeMap<String, (String, String)>, Fault> {
    let statement = sql(IN_HAND_BY_TYPE).bind(worker_id).bind(MOST_HELD);
    let held: Vec<(String, String, String)> = statement.all(tx).await?;
    Ok(held.into_iter().map(|(of_type, assignment, hit)| (of_type, (assignment, hit))).collect())
}
