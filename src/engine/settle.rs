//! Settling: doing what has fallen due, in order, each at its own instant.
//!
//! Timers are settled in batches, each in a transaction of its own, and other turns come between
//! two of them. Until the last one is settled the market's clock is held at the instant of the last
//! settled batch.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt as _;

use crate::engine::stay::Stay;
use crate::engine::{ATTEMPTS, Engine, back_off, is_due_at};
use crate::fault::Fault;
use crate::store::timers::{self, Entry};
use crate::store::world;
use crate::time::Instant;
use crate::turn::Turn;

/// So many timers are settled in one transaction at most.
const BATCH: i64 = 64;
/// So many are settled in one transaction although other turns wait.
const LEAST: i64 = 8;
/// A timer is set aside that has lost so many races in a row: it is no race.
const BLAMED: u32 = ATTEMPTS / 2;
/// A reason is kept up to this length, in bytes.
const LONGEST_REASON: usize = 1000;

/// How a batch is settled.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// So many timers at most.
    most: i64,
    /// Whether a lost race is the timer's own failure.
    blames: bool,
}

impl Limits {
    pub(super) const USUAL: Self = Self { most: BATCH, blames: false };
}

impl Engine {
    /// Settles everything that is due; if the market closes before, only a part. One task of the
    /// process does it at a time, and the others wait for it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn settle(&self) -> Result<(), Fault> {
        let _alone = self.settling.lock().await;
        let (mut lost, mut most) = (0, BATCH);
        while !self.is_closed() {
            match self.settle_batch(Limits { most, blames: lost >= BLAMED }).await {
                Ok(true) => return Ok(()),
                Ok(false) => {
                    (lost, most) = (0, (most * 2).min(BATCH));
                    // A batch on SQLite takes its thread for itself: others come between two.
                    tokio::task::yield_now().await;
                }
                Err(Fault::LostRace) if lost < ATTEMPTS => {
                    back_off(lost).await;
                    // A shorter batch meets fewer other turns.
                    (lost, most) = (lost + 1, (most / 2).max(1));
                }
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }

    /// Settles to the end, even when nobody waits for it any more.
    pub(super) async fn settle_apart(self: &Arc<Self>) -> Result<(), Fault> {
        let engine = Arc::clone(self);
        Stay::new(async move { engine.settle().await }).await
    }

    /// When the next timer falls due, in milliseconds from now; none while the clock stands.
    ///
    /// # Errors
    /// The database failed.
    pub async fn due_in_ms(&self) -> Result<Option<i64>, Fault> {
        let opening = self.current().await?;
        if opening.clock.held_at().is_some() {
            return Ok(Some(0));
        }
        let now = self.told(opening.clock).now;
        let running = opening.clock.is_running();
        let due = opening.next_due_at.filter(|due| running || *due <= now);
        Ok(due.map(|due| (due.0 - now.0).max(0)))
    }

    /// Before a turn while the clock is held: if no task of this process settles what is due, the
    /// turn settles one batch.
    pub(super) async fn help(&self) -> Result<(), Fault> {
        if !self.is_held() {
            return Ok(());
        }
        let Ok(_alone) = self.settling.try_lock() else { return Ok(()) };
        match self.settle_batch(Limits::USUAL).await {
            // Another process was quicker.
            Ok(_) | Err(Fault::LostRace) => Ok(()),
            Err(fault) => Err(fault),
        }
    }

    /// Settles one batch, even when nobody waits for it any more.
    pub(super) async fn settle_some(self: &Arc<Self>) -> Result<(), Fault> {
        let engine = Arc::clone(self);
        let settled = Stay::new(async move {
            for attempt in 0..ATTEMPTS {
                match engine.settle_batch(Limits::USUAL).await {
                    Err(Fault::LostRace) => back_off(attempt).await,
                    settled => return settled.map(drop),
                }
            }
            Ok(())
        });
        settled.await
    }

    /// Settles a batch; whether nothing more is due.
    async fn settle_batch(&self, limits: Limits) -> Result<bool, Fault> {
        let (mut turn, known) = self.begin(Arc::default()).await?;
        let (until, is_held) = (turn.clock.target(turn.real.at), turn.clock.held_at().is_some());
        if !is_held && !is_due_at(known.next_due_at, until) {
            return turn.tx.undo().await.map(|()| true);
        }
        // Of several processes one settles, and the others learn of it before they have begun.
        let claims = is_held && self.store.is_shared();
        let settled = async {
            if claims {
                world::claim(&mut turn.tx).await?;
            }
            batch(&mut turn, until, limits).await
        };
        let done = match settled.await {
            Ok(()) => {
                let is_done = turn.clock.held_at().is_none();
                self.commit(turn, known).await.map(|()| is_done)
            }
            Err(fault) => turn.tx.undo().await.and(Err(fault)),
        };
        self.note(&done);
        done
    }
}

/// Settles everything that is due at the turn's instant within the turn, and lets the clock go.
pub(super) async fn all(turn: &mut Turn) -> Result<(), Fault> {
    let (until, mut count) = (turn.arrived_at, 0);
    loop {
        let settled =
            part(turn, until, Limits { most: i64::from(u16::MAX), blames: false }).await?;
        count += settled.count;
        if settled.last.is_none() {
            return hold(turn, None, count, until).await;
        }
    }
}

/// Settles a batch of the timers that are due at `until`. The clock, and the turn's instant, are
/// held at the last of them if more are due, and are `until` if not.
pub(super) async fn batch(turn: &mut Turn, until: Instant, limits: Limits) -> Result<(), Fault> {
    let before = turn.arrived_at;
    let settled = part(turn, until, limits).await?;
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
    /// The instant of the last one.
    last: Option<Instant>,
}

async fn part(turn: &mut Turn, until: Instant, limits: Limits) -> Result<Settled, Fault> {
    let (mut settled, set_before) = (Settled::default(), turn.earliest_set.take());
    let due = timers::due(&mut turn.tx, until, limits.most).await?;
    for entry in &due {
        // A timer may bring forth another that is due before the next in this list.
        let is_overtaken = turn.earliest_set.is_some_and(|at| at <= entry.due_at);
        if is_overtaken || settled.count >= LEAST && turn.tx.others_wait() {
            break;
        }
        turn.move_to(entry.due_at);
        let is_first = settled.last.is_none();
        settled.count += i64::from(try_one(turn, entry, is_first, limits.blames).await?);
        settled.last = Some(entry.due_at);
    }
    turn.earliest_set = [set_before, turn.earliest_set].into_iter().flatten().min();
    Ok(settled)
}

/// Does what a timer is for, or takes back what it did and sets it aside; whether it was done.
async fn try_one(
    turn: &mut Turn,
    entry: &Entry,
    is_first: bool,
    blames: bool,
) -> Result<bool, Fault> {
    turn.tx.begin_part(is_first).await?;
    let before = (turn.ids.clone(), turn.earliest_set, turn.has_letters);
    let firing = Box::pin(crate::timers::fire(turn, entry));
    let reason = match AssertUnwindSafe(firing).catch_unwind().await {
        Ok(Ok(())) => return Ok(true),
        Ok(Err(fault @ Fault::Unavailable(_))) => return Err(fault),
        Ok(Err(Fault::LostRace)) if !blames => return Err(Fault::LostRace),
        Ok(Err(fault)) => fault.to_string(),
        Err(panic) => words(&*panic),
    };
    turn.tx.take_part_back().await?;
    (turn.ids, turn.earliest_set, turn.has_letters) = before;
    let reason = cut(&reason);
    let Entry { kind, subject, due_at } = entry;
    tracing::error!(kind, subject, %due_at, reason, "a timer failed and is set aside");
    timers::set_aside(&mut turn.tx, entry, &reason).await?;
    Ok(false)
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("a panic: {}", text.unwrap_or("without words"))
}

/// A reason as it can be stored anywhere.
fn cut(reason: &str) -> String {
    let plain = reason.replace(char::is_control, " ");
    plain[..plain.floor_char_boundary(LONGEST_REASON)].to_owned()
}
