//! What a requester paid to workers, by time.

use crate::fault::Fault;
use crate::shapes::payment::Payment;
use crate::store::payments::Place;
use crate::store::{bonus_payments, requesters, reward_payments, workers};
use crate::time::{Instant, Since};
use crate::turn::Turn;

/// Which payments.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Whether the latest come first.
    pub is_latest_first: bool,
    /// Where the list goes on.
    pub from: Place,
    /// Only those to this worker, whatever the case of the letters; all if empty.
    pub worker: String,
    /// So many are read.
    pub count: usize,
}

/// A page of payments.
#[derive(Debug, Default)]
pub struct Payments {
    /// The payments.
    pub payments: Vec<Payment>,
    /// Where the next page goes on; none at the end.
    pub next: Option<Place>,
}

/// A page of what the turn's requester paid.
pub async fn page(turn: &mut Turn, wanted: &Wanted) -> Result<Payments, Fault> {
    let requester_id = turn.requester.id.clone();
    page_of(turn, &requester_id, wanted).await
}

/// A page of what that requester paid.
async fn page_of(turn: &mut Turn, requester_id: &str, wanted: &Wanted) -> Result<Payments, Fault> {
    let Wanted { is_latest_first, from, worker, count } = wanted;
    let most = i64::try_from(count + 1).unwrap_or(i64::MAX);
    let tx = &mut turn.tx;
    let mut payments =
        reward_payments::list(tx, requester_id, *is_latest_first, from, most).await?;
    payments
        .extend(bonus_payments::payments(tx, requester_id, *is_latest_first, from, most).await?);
    payments.sort_by_cached_key(Place::of);
    if *is_latest_first {
        payments.reverse();
    }
    let has_more = payments.len() > *count;
    payments.truncate(*count);
    let next = payments.last().filter(|_| has_more).map(Place::of);
    let ids: Vec<&str> = payments.iter().map(|paid| paid.worker_id.as_str()).collect();
    let robots = workers::robots_among(&mut turn.tx, &ids).await?;
    for paid in &mut payments {
        paid.robot = robots.contains(&paid.worker_id);
    }
    payments.retain(|paid| worker.is_empty() || paid.worker_id.eq_ignore_ascii_case(worker));
    Ok(Payments { payments, next })
}

/// What payments a program asks for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The access key or the id of who paid.
    pub requester: String,
    /// From when on; all if absent.
    pub since: Option<Since>,
    /// Only those to this worker; all if empty.
    pub worker: String,
    /// Where the page before ended.
    pub after: Option<Place>,
    /// So many are read.
    pub count: usize,
}

/// A page of what a program asks for, the oldest first.
pub async fn asked(turn: &mut Turn, asked: &Asked) -> Result<Payments, Fault> {
    let requester_id = requesters::id_of(&mut turn.tx, &asked.requester).await?;
    let since = asked.since.map(|since| Place::before(since.at(turn.now)));
    let from = asked.after.clone().or(since);
    let from = from.unwrap_or_else(|| Place::before(Instant(i64::MIN)));
    let (worker, count) = (asked.worker.clone(), asked.count);
    let wanted = Wanted { is_latest_first: false, from, worker, count };
    page_of(turn, &requester_id, &wanted).await
}
