//! Settling within a turn: doing what has fallen due, in order, each at its own instant.

use std::any::Any;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;

use crate::fault::Fault;
use crate::store::timers::{self, Entry};
use crate::store::world;
use crate::time::Instant;
use crate::timers::count_together;
use crate::turn::Turn;

/// So many timers are settled in one transaction.
pub(super) const BATCH: i64 = 64;
/// So many at most where no other process works and nobody waits, if they can be settled together:
/// what they have in common is written once.
pub(super) const LARGE_BATCH: i64 = 4096;
/// So many are read at a time.
const READ: i64 = 256;
/// So many are settled in one transaction although other turns wait.
const LEAST: i64 = 8;
/// A reason is kept up to this length, in bytes.
const LONGEST_REASON: usize = 1000;

/// How a batch is settled.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// So many timers at most.
    pub(super) most: i64,
    /// So many although other turns wait.
    pub(super) least: i64,
    /// Whether a serialization conflict is the timer's own failure.
    pub(super) conflicts_fail: bool,
}

impl Limits {
    pub(super) const USUAL: Self = Self { most: BATCH, least: LEAST, conflicts_fail: false };
}

/// Settles everything that is due at the turn's instant within the turn, and lets the clock go.
pub(super) async fn all(turn: &mut Turn) -> Result<(), Fault> {
    let (until, mut count) = (turn.arrived_at, 0);
    turn.asks_until = Some(until);
    loop {
        let settled = part(turn, until, Limits { most: READ, ..Limits::USUAL }).await?;
        count += settled.count;
        if settled.last.is_none() {
            turn.asks_until = None;
            return hold(turn, None, count, until).await;
        }
    }
}

/// Settles a batch of the timers that are due at `until`. The clock, and the turn's instant, are
/// held at the last of them if more are due, and are `until` if not.
pub(super) async fn batch(turn: &mut Turn, until: Instant, limits: Limits) -> Result<(), Fault> {
    let before = turn.arrived_at;
    let mut settled = part(turn, until, limits).await?;
    while settled.has_more && settled.count < limits.most && settled.alone < BATCH {
        let Settled { count, alone, last, .. } = settled;
        let left = Limits { most: limits.most - count, least: limits.least - count, ..limits };
        let more = part(turn, until, left).await?;
        let last = more.last.or(last);
        settled = Settled { count: count + more.count, alone: alone + more.alone, last, ..more };
    }
    let next = timers::next(&mut turn.tx).await?;
    let more = next.is_some_and(|next| next.due_at <= until);
    let at = more.then(|| settled.last.map_or(before, |last| last.max(before)));
    hold(turn, at, settled.count, until).await
}

/// Holds the clock at an instant, or lets it go.
async fn hold(
    turn: &mut Turn,
    at: Option<Instant>,
    settled: i64,
    until: Instant,
) -> Result<(), Fault> {
    if at.is_some() || turn.clock.held_at().is_some() {
        world::set_held(&mut turn.tx, at, settled).await?;
        turn.clock = turn.clock.held(at);
    }
    turn.has_settled = true;
    turn.move_to(at.unwrap_or(until));
    Ok(())
}

/// What was settled.
#[derive(Debug, Default)]
struct Settled {
    /// How many timers, those that failed not among them.
    count: i64,
    /// How many were tried one by one.
    alone: i64,
    /// The instant of the last one.
    last: Option<Instant>,
    /// Whether others may be due, which were not read, and no other turn waits.
    has_more: bool,
}

async fn part(turn: &mut Turn, until: Instant, limits: Limits) -> Result<Settled, Fault> {
    let (mut settled, set_before) = (Settled::default(), turn.earliest_set.take());
    let most = limits.most.min(READ);
    let due = timers::due(&mut turn.tx, until, most).await?;
    let (mut rest, mut alone, mut others_wait) = (&due[..], 0, false);
    while let Some(entry) = rest.first() {
        // A timer may bring forth another that is due before the next in this list.
        let is_overtaken = turn.earliest_set.is_some_and(|at| at <= entry.due_at);
        others_wait = settled.count >= limits.least && turn.tx.others_wait();
        if is_overtaken || others_wait {
            break;
        }
        let (run, after) = rest.split_at(if alone > 0 { 1 } else { count_together(rest).max(1) });
        let done = match run {
            [entry] => Some(try_one(turn, entry, limits.conflicts_fail).await?.into()),
            run => try_together(turn, run).await?,
        };
        let Some(done) = done else {
            alone = run.len();
            continue;
        };
        (rest, alone) = (after, alone.saturating_sub(1));
        settled.last = run.last().map(|entry| entry.due_at);
        settled.count += done;
        if let [_] = run {
            settled.alone += 1;
        } else {
            // Others may come to wait, or read.
            tokio::task::yield_now().await;
        }
        if settled.alone >= BATCH {
            break;
        }
    }
    tokio::task::yield_now().await;
    // A robot that asks others is looked at again once it has its answer.
    let is_open = !others_wait && turn.asks.is_empty();
    let are_unread = rest.is_empty() && usize::try_from(most).is_ok_and(|most| due.len() >= most);
    let are_set = turn.earliest_set.is_some_and(|at| at <= until);
    settled.has_more = is_open && (are_unread || are_set);
    turn.earliest_set = [set_before, turn.earliest_set].into_iter().flatten().min();
    Ok(settled)
}

/// Settles timers together, and tells how many; or takes back what that did: which of them fails
/// shows when they are settled one by one.
async fn try_together(turn: &mut Turn, run: &[Entry]) -> Result<Option<i64>, Fault> {
    begin_savepoint(turn).await?;
    let before = (turn.ids.clone(), turn.earliest_set, turn.has_undelivered);
    let firing = Box::pin(crate::timers::fire_together(turn, run));
    match AssertUnwindSafe(firing).catch_unwind().await {
        Ok(Ok(true)) => return Ok(i64::try_from(run.len()).ok()),
        Ok(Err(fault @ (Fault::Unavailable(_) | Fault::SerializationConflict))) => {
            return Err(fault);
        }
        _ => {}
    }
    turn.tx.rollback_to_savepoint().await?;
    turn.deferred = None;
    (turn.ids, turn.earliest_set, turn.has_undelivered) = before;
    Ok(None)
}

/// Does what a timer is for, or takes back what it did and sets it aside; whether it was done.
async fn try_one(turn: &mut Turn, entry: &Entry, conflicts_fail: bool) -> Result<bool, Fault> {
    turn.move_to(entry.due_at);
    begin_savepoint(turn).await?;
    let before = (turn.ids.clone(), turn.earliest_set, turn.has_undelivered);
    let firing = Box::pin(crate::timers::fire(turn, entry));
    let reason = match AssertUnwindSafe(firing).catch_unwind().await {
        Ok(Ok(())) => return Ok(true),
        Ok(Err(fault @ Fault::Unavailable(_))) => return Err(fault),
        Ok(Err(Fault::SerializationConflict)) if !conflicts_fail => {
            return Err(Fault::SerializationConflict);
        }
        Ok(Err(fault)) => fault.to_string(),
        Err(panic) => panic_message(&*panic),
    };
    turn.tx.rollback_to_savepoint().await?;
    (turn.ids, turn.earliest_set, turn.has_undelivered) = before;
    let reason = storable(&reason);
    let Entry { kind, subject, due_at } = entry;
    tracing::error!(kind, subject, %due_at, reason, "a timer failed and is set aside");
    timers::set_aside(&mut turn.tx, entry, &reason).await?;
    Ok(false)
}

/// Begins a savepoint in place of the one before: each that is open costs every change.
async fn begin_savepoint(turn: &mut Turn) -> Result<(), Fault> {
    turn.tx.begin_savepoint(!turn.has_savepoint).await?;
    turn.has_savepoint = true;
    Ok(())
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("a panic: {}", text.unwrap_or("without a message"))
}

/// A reason as it can be stored anywhere.
fn storable(reason: &str) -> String {
    let plain = reason.replace(char::is_control, " ");
    plain[..plain.floor_char_boundary(LONGEST_REASON)].to_owned()
}
