//! What became of a worker's work.

use crate::fault::Fault;
use crate::money::Cents;
use crate::store::bonus_payments::{self, Bonus};
use crate::store::worker_history::{self, Done, Tally};
use crate::time::{Instant, Span};
use crate::turn::Turn;
use crate::views::cut;

/// So many days are listed.
const DAYS: i64 = 45;
/// So much work is on one page of a day.
const PAGE: usize = 20;

/// A worker's figures.
#[derive(Debug)]
pub struct Dashboard {
    /// Of all time.
    pub totals: Tally,
    /// Of the last days with work, the latest first.
    pub days: Vec<(Instant, Tally)>,
    /// How many bonuses there were.
    pub bonus_count: i64,
    /// What they come to.
    pub bonus_sum: Cents,
    /// The latest of them.
    pub bonuses: Vec<Bonus>,
}

/// Reads them.
pub async fn dashboard(turn: &mut Turn, worker_id: &str) -> Result<Dashboard, Fault> {
    let since = day_of(turn.now) + Span::days(-DAYS);
    let days = worker_history::days(&mut turn.tx, worker_id, (since, turn.now)).await?;
    let before = worker_history::before(&mut turn.tx, worker_id, since).await?;
    let totals = days.iter().fold(before, |sum, (_, tally)| sum.plus(*tally));
    let (bonus_count, bonus_sum, bonuses) =
        bonus_payments::of_worker(&mut turn.tx, worker_id).await?;
    Ok(Dashboard { totals, days, bonus_count, bonus_sum, bonuses })
}

/// The first instant of the day, in UTC.
pub const fn day_of(at: Instant) -> Instant {
    Instant(at.0 - at.0.rem_euclid(86_400_000))
}

/// A page of a day's work.
#[derive(Debug)]
pub struct Day {
    /// The work, the latest first.
    pub works: Vec<Done>,
    /// Where the next page begins.
    pub next: Option<(i64, i64)>,
    /// How much there is in all.
    pub total: i64,
}

/// Reads the page of the day that begins at `day` behind the place `after`; so many pages are
/// passed over.
pub async fn day(
    turn: &mut Turn,
    worker_id: &str,
    day: Instant,
    after: Option<(i64, i64)>,
    passed: usize,
) -> Result<Day, Fault> {
    let skip = passed * PAGE;
    let most = i64::try_from(skip + PAGE).unwrap_or(i64::MAX);
    let mut works = worker_history::of_day(&mut turn.tx, worker_id, day, after, most + 1).await?;
    let next = cut(&mut works, most).map(|last| last.place);
    works.drain(..works.len().min(skip));
    let tallies = worker_history::days(&mut turn.tx, worker_id, (day, day)).await?;
    let total = tallies.iter().map(|(_, tally)| tally.submitted()).sum();
    Ok(Day { works, next, total })
}
