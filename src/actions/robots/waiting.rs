//! Crowds that wait for a HIT look again when something has changed.

use crate::fault::Fault;
use crate::rules::robots::answers::asked;
use crate::rules::robots::pace::arrival_after_wait;
use crate::rules::robots::script::Robot;
use crate::store::hits::Hit;
use crate::store::robots::{self, Crowd};
use crate::store::timers::Kind;
use crate::store::world;
use crate::turn::Turn;

/// A HIT can be accepted: the crowds that want it look again.
pub async fn wake_for(turn: &mut Turn, hit: &Hit) -> Result<(), Fault> {
    if !turn.has_robots {
        return Ok(());
    }
    robots::forget_places(&mut turn.tx, hit).await?;
    let idle = robots::idle_for(&mut turn.tx, hit).await?;
    wake_each(turn, idle).await
}

/// What a worker has or may do has changed: if that is a robot, its crowd looks again.
pub async fn wake_of(turn: &mut Turn, worker_id: &str) -> Result<(), Fault> {
    if !turn.has_robots {
        return Ok(());
    }
    let mut idle = robots::idle(&mut turn.tx).await?;
    idle.retain(|crowd| crowd.script.has_worker(worker_id));
    wake_each(turn, idle).await
}

/// There may be HITs: all crowds look again.
pub async fn wake_all(turn: &mut Turn) -> Result<(), Fault> {
    if !turn.has_robots {
        return Ok(());
    }
    robots::forget_all_places(&mut turn.tx).await?;
    let idle = robots::idle(&mut turn.tx).await?;
    wake_each(turn, idle).await
}

/// It may be allowed by now to ask those who answer, and to open pages: crowds that do so look
/// again.
pub async fn wake_asking(turn: &mut Turn) -> Result<(), Fault> {
    let mut idle = robots::idle(&mut turn.tx).await?;
    let asks = |script: &Robot| script.answers.as_ref().is_some_and(|all| !asked(all).is_empty());
    idle.retain(|crowd| asks(&crowd.script) || crowd.script.opens_pages());
    wake_each(turn, idle).await
}

async fn wake_each(turn: &mut Turn, idle: Vec<Crowd>) -> Result<(), Fault> {
    for mut crowd in idle {
        crowd.progress.misses = 0;
        wake(turn, &mut crowd).await?;
        robots::save(&mut turn.tx, &crowd).await?;
    }
    Ok(())
}

/// Sets the timer of a crowd that waits. The crowd is not saved.
pub async fn wake(turn: &mut Turn, crowd: &mut Crowd) -> Result<(), Fault> {
    if std::mem::take(&mut crowd.waits) {
        let Crowd { script, next_at, progress, .. } = &*crowd;
        crowd.next_at = arrival_after_wait(script, progress.looks, *next_at, turn.arrived_at);
        turn.set_timer(Kind::RobotArrival, &arrival_subject(crowd.key), crowd.next_at).await?;
    }
    Ok(())
}

/// How many digits numbers have in the subjects of timers: those of one instant go in the order of
/// the numbers.
const DIGITS: usize = 19;

/// The subject of the timer for a crowd's next worker.
pub fn arrival_subject(key: i64) -> String {
    format!("{key:0DIGITS$}")
}

/// The subject of the timer for the end of a robot's work.
pub fn work_subject(key: i64, number: i64) -> String {
    format!("{key:0DIGITS$}/{number:06}")
}

/// Notes whether there are robots, so that turns need not query them if there are none.
pub async fn note(turn: &mut Turn) -> Result<(), Fault> {
    let has_robots = robots::counts(&mut turn.tx).await?.0 > 0;
    if turn.has_robots != has_robots {
        turn.has_robots = has_robots;
        world::set_has_robots(&mut turn.tx, has_robots).await?;
    }
    Ok(())
}
