//! Timers that fall due one after the other, settled together. What they are about is read at once;
//! then the same actions as ever are done, each at its own instant and in order; and what these
//! change is written at once, each row once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::actions::expiration::end_lifetime;
use crate::actions::review::{Approval, approve};
use crate::fault::Fault;
use crate::shapes::hit::HitStatus;
use crate::store::assignments::{self, Placed};
use crate::store::hits::{self, Hit};
use crate::store::timers::{self, Entry, Kind, Timer};
use crate::timers::unless_refused;
use crate::turn::{Deferred, Turn};

/// So many at most: then others who wait are looked after.
const MOST: usize = 64;

/// What the timers are about.
struct Subjects {
    works: HashMap<String, Placed>,
    /// Each with the status that is stored.
    hits: BTreeMap<i64, (Hit, HitStatus)>,
    keys: HashMap<String, i64>,
}

/// How many of `entries`, from the first on, are of kinds that can be settled together.
pub fn count_together(entries: &[Entry]) -> usize {
    let can = |entry: &&Entry| {
        matches!(Kind::parse(&entry.kind), Some(Kind::AutoApproval | Kind::Expiry))
    };
    entries.iter().take(MOST).take_while(can).count()
}

/// Does what timers are for that can be settled together. False if they must be settled one by one
/// after all: then nothing of this is to be kept.
///
/// # Errors
/// One of them fails; the database failed.
pub async fn fire_together(turn: &mut Turn, entries: &[Entry]) -> Result<bool, Fault> {
    let timers: Vec<Timer> = entries.iter().filter_map(Entry::timer).collect();
    let taken = timers::take_many(&mut turn.tx, &timers).await?;
    // One of them may be dropped or moved since they were read.
    if !usize::try_from(taken).is_ok_and(|taken| taken == timers.len()) {
        return Ok(false);
    }
    let mut subjects = read(turn, &timers).await?;
    turn.deferred = Some(Deferred::default());
    for timer in &timers {
        turn.move_to(timer.due_at);
        if !fire(turn, timer, &mut subjects).await? {
            return Ok(false);
        }
    }
    // What they set, or others before them, must not fall due before the last of them.
    let last = turn.arrived_at;
    if turn.earliest_set.is_some_and(|at| at <= last) {
        return Ok(false);
    }
    turn.write_deferred(&subjects.hits).await?;
    Ok(true)
}

async fn fire(turn: &mut Turn, timer: &Timer, of: &mut Subjects) -> Result<bool, Fault> {
    if timer.kind == Kind::AutoApproval {
        let Some(mut placed) = of.works.remove(&timer.subject) else { return Ok(true) };
        let gone = || Fault::Service(format!("HIT number {} is gone", placed.hit_key));
        let (hit, _) = of.hits.get_mut(&placed.hit_key).ok_or_else(gone)?;
        let approved = approve(turn, &mut placed, hit, Approval::default()).await;
        return unless_refused(approved).map(|()| true);
    }
    let key = of.keys.get(&timer.subject);
    let Some((hit, _)) = key.and_then(|key| of.hits.get_mut(key)) else { return Ok(true) };
    // What follows reads and writes more than what is here.
    if hit.has_policies || hit.standing.status(turn.now) == HitStatus::Assignable {
        return Ok(false);
    }
    end_lifetime(turn, hit).await.map(|()| true)
}

async fn read(turn: &mut Turn, timers: &[Timer]) -> Result<Subjects, Fault> {
    let [approved, ended] = [Kind::AutoApproval, Kind::Expiry].map(|kind| {
        let of_kind = timers.iter().filter(|timer| timer.kind == kind);
        of_kind.map(|timer| timer.subject.as_str()).collect::<Vec<_>>()
    });
    let works = assignments::find_many(&mut turn.tx, &approved).await?;
    let mut found = hits::find_many(&mut turn.tx, &ended).await?;
    let keys: BTreeSet<i64> = works.iter().map(|(_, placed)| placed.hit_key).collect();
    let known: BTreeSet<i64> = found.iter().map(|hit| hit.key).collect();
    found.extend(hits::by_keys(&mut turn.tx, keys.difference(&known).copied()).await?);
    Ok(Subjects {
        works: works.into_iter().collect(),
        keys: found.iter().map(|hit| (hit.id.clone(), hit.key)).collect(),
        hits: found.into_iter().map(with_status).collect(),
    })
}

fn with_status(hit: Hit) -> (i64, (Hit, HitStatus)) {
    let (key, status) = (hit.key, hit.status);
    (key, (hit, status))
}
