//! Crowds come and go, and are shown.

use crate::actions::assignment::{open_acceptance, return_assignment};
use crate::actions::robots::answers::refusal;
use crate::actions::robots::waiting::{arrival_subject, note, work_subject};
use crate::digest::sha256;
use crate::fault::Fault;
use crate::rules::robots::script::{Progress, Robot, Working};
use crate::rules::robots::{pace, script};
use crate::shapes::scalar::{At, Id};
use crate::shapes::worker::Worker;
use crate::store::acceptances::State;
use crate::store::robots::{self, Crowd, Work};
use crate::store::timers::{self, Kind};
use crate::store::workers;
use crate::turn::Turn;

/// Adds a crowd with its workers, as far as it has come; returns it with its number.
///
/// `requester_id` is that of the requester whose HITs it wants, if it names one.
pub async fn add(
    turn: &mut Turn,
    script: &Robot,
    requester_id: Option<&str>,
) -> Result<Robot, Fault> {
    let now = turn.arrived_at;
    let has_begun = script.progress.is_some();
    let progress = script.progress.clone().unwrap_or_default();
    let script = Robot { robot: None, progress: None, off: None, ..script.clone() };
    let prefix = match script.worker_id_prefix.clone() {
        Some(prefix) => prefix,
        None => new_prefix(turn, &script).await?,
    };
    let script = Robot { worker_id_prefix: Some(prefix), ..script };
    let waits = progress.waits.unwrap_or(false);
    // Nothing happens before the time at which a crowd is added.
    let next_at = progress.next_arrival.map(|at| if waits { at.0 } else { at.0.max(now) });
    let mut crowd = Crowd {
        key: 0,
        waits,
        next_at: next_at.unwrap_or_else(|| pace::first_arrival(&script, now)),
        progress: Progress { working: None, ..progress.clone() },
        script,
    };
    crowd.key = robots::add(&mut turn.tx, &crowd, requester_id).await?;
    let all: Vec<Worker> =
        (0..crowd.script.worker_count()).map(|number| crowd.script.worker(number)).collect();
    if has_begun {
        // Their traits may have been changed since.
        workers::put_missing(&mut turn.tx, &all, turn.now).await?;
    } else {
        workers::put_many(&mut turn.tx, &all, turn.now).await?;
    }
    for working in progress.working.iter().flatten() {
        add_work(turn, &crowd, working).await?;
    }
    if !crowd.waits {
        let subject = arrival_subject(crowd.key);
        turn.set_timer(Kind::RobotArrival, &subject, crowd.next_at).await?;
    }
    shown(turn, crowd).await
}

async fn add_work(turn: &mut Turn, crowd: &Crowd, working: &Working) -> Result<(), Fault> {
    let work = Work {
        number: working.worker,
        assignment_id: working.assignment_id.to_string(),
        look: working.look,
        outcome: working.outcome,
    };
    robots::add_work(&mut turn.tx, crowd.key, &work).await?;
    let end_at = working.time.map_or(turn.arrived_at, |at| at.0.max(turn.arrived_at));
    turn.set_timer(Kind::RobotWork, &work_subject(crowd.key, work.number), end_at).await
}

/// The beginning of worker ids that no crowd has or had: it follows from the seed and the name.
///
/// Crowds with the same seed and name took the first beginnings in order, and workers stay, so the
/// first that is free is found by halving.
async fn new_prefix(turn: &mut Turn, script: &Robot) -> Result<String, Fault> {
    let (mut taken, mut free) = (-1, 0);
    while is_taken(turn, &nth_prefix(script, free)).await? {
        (taken, free) = (free, 2 * free + 1);
    }
    while free - taken > 1 {
        let middle = i64::midpoint(taken, free);
        if is_taken(turn, &nth_prefix(script, middle)).await? {
            taken = middle;
        } else {
            free = middle;
        }
    }
    Ok(nth_prefix(script, free))
}

fn nth_prefix(script: &Robot, nth: i64) -> String {
    let name = script.name.as_deref().unwrap_or_default();
    let digest = sha256([&script.seed().to_be_bytes()[..], &nth.to_be_bytes(), name.as_bytes()]);
    let letter = |byte: &u8| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]);
    format!("A{}", digest.iter().take(7).map(letter).collect::<String>())
}

async fn is_taken(turn: &mut Turn, prefix: &str) -> Result<bool, Fault> {
    let last = format!("{prefix}{}", "9".repeat(script::DIGITS));
    Ok(robots::has_prefix(&mut turn.tx, prefix).await?
        || robots::has_workers(&mut turn.tx, prefix, &last).await?)
}

const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Every crowd, the oldest first, with its progress.
pub async fn list(turn: &mut Turn) -> Result<Vec<Robot>, Fault> {
    let mut list = Vec::new();
    for crowd in robots::all(&mut turn.tx).await? {
        list.push(shown(turn, crowd).await?);
    }
    Ok(list)
}

/// A crowd as answers show it.
async fn shown(turn: &mut Turn, crowd: Crowd) -> Result<Robot, Fault> {
    let tx = &mut turn.tx;
    let at_work = robots::at_work(tx, crowd.key).await?;
    let (from, to) = (work_subject(crowd.key, 0), work_subject(crowd.key + 1, 0));
    let next_work_at = robots::next_work_at(tx, (&from, &to)).await?;
    let arrival_at = (!crowd.waits).then_some(crowd.next_at);
    let next_step = [arrival_at, next_work_at].into_iter().flatten().min();
    let off = refusal(turn, &crowd.script);
    let mut robot = Robot { off, ..crowd.shown() };
    if let Some(progress) = &mut robot.progress {
        progress.at_work = Some(at_work);
        progress.next_step = next_step.map(At);
    }
    Ok(robot)
}

/// Every crowd as worlds have it: without its number, and with what its workers have in hand.
pub async fn dump(turn: &mut Turn) -> Result<Vec<Robot>, Fault> {
    let mut list = Vec::new();
    for crowd in robots::all(&mut turn.tx).await? {
        let key = crowd.key;
        let mut working = Vec::new();
        for work in robots::work_of(&mut turn.tx, key).await? {
            let subject = work_subject(key, work.number);
            let end_at = timers::when(&mut turn.tx, Kind::RobotWork, &subject).await?;
            working.push(Working {
                worker: work.number,
                assignment_id: Id::known(work.assignment_id),
                look: work.look,
                outcome: work.outcome,
                time: end_at.map(At),
            });
        }
        let shown = crowd.shown();
        let progress = shown.progress.map(|progress| Progress {
            working: (!working.is_empty()).then_some(working),
            ..progress
        });
        list.push(Robot { robot: None, progress, ..shown });
    }
    Ok(list)
}

/// Removes one crowd, or all; what the robots have in hand is returned. How many were removed.
pub async fn remove(turn: &mut Turn, number: Option<i64>) -> Result<u64, Fault> {
    let crowds = match number {
        Some(number) => robots::find(&mut turn.tx, number).await?.into_iter().collect(),
        None => robots::all(&mut turn.tx).await?,
    };
    if let ([one], Some(_)) = (&crowds[..], number) {
        let script = &one.script;
        let (first, last) = (script.worker_id(0), script.worker_id(script.worker_count() - 1));
        robots::forget_places_of(&mut turn.tx, &first, &last).await?;
    } else if number.is_none() {
        robots::forget_all_places(&mut turn.tx).await?;
    }
    for crowd in &crowds {
        remove_one(turn, crowd.key).await?;
    }
    note(turn).await?;
    Ok(crowds.len() as u64)
}

async fn remove_one(turn: &mut Turn, key: i64) -> Result<(), Fault> {
    robots::remove(&mut turn.tx, key).await?;
    turn.drop_timer(Kind::RobotArrival, &arrival_subject(key)).await?;
    for work in robots::work_of(&mut turn.tx, key).await? {
        robots::end_work(&mut turn.tx, key, work.number).await?;
        turn.drop_timer(Kind::RobotWork, &work_subject(key, work.number)).await?;
        match open_acceptance(turn, &work.assignment_id, None).await {
            Ok(taken) => return_assignment(turn, &taken, State::Returned).await?,
            Err(fault) if fault.refusal().is_some() => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(())
}
