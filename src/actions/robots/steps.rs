//! The steps of robots: a worker comes and looks for a HIT, and the work on it ends. Each is a
//! timer.

use crate::actions::assignment::{accept, open_acceptance, return_assignment, submit};
use crate::actions::requirements::unmet;
use crate::actions::robots::answers::{Ending, ending, is_shut, refusal, work_of};
use crate::actions::robots::waiting::{arrival_subject, wake, work_subject};
use crate::fault::Fault;
use crate::rules::qualification::requirement::Action;
use crate::rules::robots::pace;
use crate::rules::robots::script::Outcome;
use crate::store::acceptances::{self, Acceptance, State};
use crate::store::hits::{self, Hit};
use crate::store::robots::{self, Crowd, Work};
use crate::store::timers::Kind;
use crate::time::{Instant, Span};
use crate::turn::Turn;

/// So many workers look for a HIT in one step at most, if they come at the same instant.
const TOGETHER: usize = 32;

/// What a worker who looks for a HIT finds.
enum Found {
    Hit(Box<Hit>),
    /// There are HITs that others may do.
    NoneForWorker,
    /// There is no HIT that the crowd wants.
    None,
}

/// A worker of a crowd comes; those who come at the same instant too.
///
/// # Errors
/// The database failed.
pub async fn arrive(turn: &mut Turn, subject: &str) -> Result<(), Fault> {
    let key = subject.parse().unwrap_or_default();
    let Some(mut crowd) = robots::find(&mut turn.tx, key).await? else { return Ok(()) };
    if refusal(turn, &crowd.script).is_some() {
        crowd.waits = true;
        return robots::save(&mut turn.tx, &crowd).await;
    }
    for _ in 0..TOGETHER {
        arrive_one(turn, &mut crowd).await?;
        if crowd.waits || crowd.next_at > turn.arrived_at {
            break;
        }
    }
    if !crowd.waits {
        turn.set_timer(Kind::RobotArrival, &arrival_subject(key), crowd.next_at).await?;
    }
    robots::save(&mut turn.tx, &crowd).await
}

/// The next worker who has nothing in hand looks for a HIT. When none of them has found one, the
/// crowd waits.
async fn arrive_one(turn: &mut Turn, crowd: &mut Crowd) -> Result<(), Fault> {
    let now = turn.arrived_at;
    let look = crowd.progress.looks;
    crowd.next_at = pace::next_arrival(&crowd.script, look, now).unwrap_or(now);
    let Some(number) = free_worker(turn, crowd).await? else {
        crowd.waits = true;
        return Ok(());
    };
    let workers = crowd.script.worker_count();
    match look_for_hit(turn, crowd, number).await? {
        Found::Hit(_) => {
            (crowd.progress.misses, crowd.progress.next_worker) = (0, (number + 1) % workers);
        }
        Found::NoneForWorker => {
            crowd.progress.misses += 1;
            crowd.progress.next_worker = (number + 1) % workers;
            let at_work = robots::at_work(&mut turn.tx, crowd.key).await?;
            crowd.waits = crowd.progress.misses >= workers - at_work;
        }
        Found::None => crowd.waits = true,
    }
    Ok(())
}

/// The first worker from the next one on who has nothing in hand.
async fn free_worker(turn: &mut Turn, crowd: &Crowd) -> Result<Option<i64>, Fault> {
    let workers = crowd.script.worker_count();
    let mut number = crowd.progress.next_worker;
    if robots::work(&mut turn.tx, crowd.key, number).await?.is_none() {
        return Ok(Some(number));
    }
    let at_work = robots::at_work(&mut turn.tx, crowd.key).await?;
    if at_work >= workers {
        return Ok(None);
    }
    for _ in 0..at_work {
        number = (number + 1) % workers;
        if robots::work(&mut turn.tx, crowd.key, number).await?.is_none() {
            return Ok(Some(number));
        }
    }
    Ok(None)
}

/// A worker looks for a HIT and accepts it, if there is one.
async fn look_for_hit(turn: &mut Turn, crowd: &mut Crowd, number: i64) -> Result<Found, Fault> {
    let look = crowd.progress.looks;
    crowd.progress.looks += 1;
    let worker_id = crowd.script.worker_id(number);
    let mut hit = match find(turn, crowd, &worker_id).await? {
        Found::Hit(hit) => hit,
        none => return Ok(none),
    };
    let at = turn.now;
    let taken = match accept(turn, &mut hit, &worker_id, at).await {
        Ok(taken) => taken,
        Err(fault) if fault.refusal().is_some() => return Ok(Found::NoneForWorker),
        Err(fault) => return Err(fault),
    };
    crowd.progress.accepted += 1;
    begin_work(turn, crowd, number, look, taken).await?;
    Ok(Found::Hit(hit))
}

/// The oldest HIT that a crowd wants and the worker may do. Of a HIT type whose next page may not
/// be opened, there is none.
async fn find(turn: &mut Turn, crowd: &Crowd, worker_id: &str) -> Result<Found, Fault> {
    let (mut after, mut found) = ((Instant(i64::MIN), String::new()), Found::None);
    loop {
        let types = robots::wanted(&mut turn.tx, crowd.key, worker_id, (after.0, &after.1)).await?;
        let Some(last) = types.last() else { return Ok(found) };
        after = (last.listed_at, last.id.clone());
        found = Found::NoneForWorker;
        for of in types {
            let is_kept_out = of.is_blocked
                || unmet(turn, worker_id, &of.requirements, Action::Accept).await?.is_some();
            if !is_kept_out
                && let Some(hit) = robots::offer(&mut turn.tx, &of.id, worker_id).await?
                && !is_shut(turn, &crowd.script, &hit)
            {
                return Ok(Found::Hit(Box::new(hit)));
            }
        }
    }
}

/// Decides how the work ends and when. Work that takes no time ends at once.
async fn begin_work(
    turn: &mut Turn,
    crowd: &mut Crowd,
    number: i64,
    look: i64,
    taken: Acceptance,
) -> Result<(), Fault> {
    // Less than the HIT says by the fraction of the second that its times drop.
    let allowed = Span(taken.deadline_at.0 - turn.arrived_at.0);
    let (outcome, taking) = pace::work(&crowd.script, look, allowed);
    let work = Work { number, assignment_id: taken.assignment_id.clone(), look, outcome };
    if taking == Span(0) {
        match ending(turn, crowd, &work, &taken).await? {
            Ending::Asked => return robots::add_work(&mut turn.tx, crowd.key, &work).await,
            ending => return end(turn, crowd, ending, taken).await,
        }
    }
    let end_at = match outcome {
        Outcome::Abandon => taken.deadline_at,
        Outcome::Submit | Outcome::Return => turn.arrived_at + taking,
    };
    robots::add_work(&mut turn.tx, crowd.key, &work).await?;
    turn.set_timer(Kind::RobotWork, &work_subject(crowd.key, number), end_at).await
}

/// A robot's work ends.
///
/// # Errors
/// The database failed.
pub async fn finish(turn: &mut Turn, subject: &str) -> Result<(), Fault> {
    let Some((mut crowd, work)) = work_of(turn, subject).await? else { return Ok(()) };
    let (key, number) = (crowd.key, work.number);
    let taken = open_acceptance(turn, &work.assignment_id, None).await;
    if let Ok(taken) = &taken
        && turn.arrived_at < taken.deadline_at
        && refusal(turn, &crowd.script).is_some()
    {
        // A crowd that is off does nothing: the work is left until its time runs out.
        crowd.waits = true;
        turn.set_timer(Kind::RobotWork, subject, taken.deadline_at).await?;
        return robots::save(&mut turn.tx, &crowd).await;
    }
    let ending = match &taken {
        Ok(taken) => ending(turn, &crowd, &work, taken).await?,
        Err(_) => Ending::Return,
    };
    if let Ending::Asked = ending {
        return Ok(());
    }
    robots::end_work(&mut turn.tx, key, number).await?;
    match taken {
        Ok(taken) => end(turn, &mut crowd, ending, taken).await?,
        // The time ran out, or somebody else submitted or returned it.
        Err(fault) if fault.refusal().is_some() => {
            let left = acceptances::find(&mut turn.tx, &work.assignment_id).await?;
            let is_abandoned = left.is_some_and(|left| left.state == State::Abandoned);
            crowd.progress.abandoned += i64::from(is_abandoned);
        }
        Err(fault) => return Err(fault),
    }
    look_again(turn, &mut crowd, number).await?;
    robots::save(&mut turn.tx, &crowd).await
}

/// Ends the work on an assignment.
async fn end(
    turn: &mut Turn,
    crowd: &mut Crowd,
    ending: Ending,
    taken: Acceptance,
) -> Result<(), Fault> {
    if let Ending::Submit(document) = ending {
        let mut hit = hits::by_key(&mut turn.tx, taken.hit_key).await?;
        let at = turn.now;
        submit(turn, &mut hit, taken, document, at).await?;
        crowd.progress.submitted += 1;
        return Ok(());
    }
    crowd.progress.returned += 1;
    return_assignment(turn, &taken, State::Returned).await
}

/// A worker who has nothing in hand any more: looks for the next HIT at once, or comes again.
async fn look_again(turn: &mut Turn, crowd: &mut Crowd, number: i64) -> Result<(), Fault> {
    if refusal(turn, &crowd.script).is_some() {
        crowd.waits = true;
        return Ok(());
    }
    if crowd.script.arrival.is_none() {
        return look_while_free(turn, crowd, number).await;
    }
    if crowd.waits {
        // All others have looked.
        let at_work = robots::at_work(&mut turn.tx, crowd.key).await?;
        crowd.progress.misses = crowd.script.worker_count() - at_work - 1;
        crowd.progress.next_worker = number;
        wake(turn, crowd).await?;
    }
    Ok(())
}

/// A worker looks for HITs until one takes time, or there is none for the worker.
async fn look_while_free(turn: &mut Turn, crowd: &mut Crowd, number: i64) -> Result<(), Fault> {
    for _ in 0..TOGETHER {
        let Found::Hit(_) = look_for_hit(turn, crowd, number).await? else { return Ok(()) };
        if robots::work(&mut turn.tx, crowd.key, number).await?.is_some() {
            return Ok(());
        }
    }
    crowd.progress.misses = 0;
    wake(turn, crowd).await
}
