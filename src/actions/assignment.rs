//! A worker accepts a HIT, returns it or runs out of time, and submits work.

use crate::actions::events::emit;
use crate::actions::hit::save_hit;
use crate::actions::requirements;
use crate::actions::review::policies::{review_assignment, review_if_over};
use crate::actions::worker::register;
use crate::fault::{Code, Fault};
use crate::rules;
use crate::rules::hit::{hit_expired, no_more_hits};
use crate::rules::page::Page;
use crate::shapes::assignment::{Assignment, AssignmentStatus};
use crate::shapes::hit::HitStatus::{self, Assignable, Reviewable, Reviewing, Unassignable};
use crate::shapes::notification::EventType;
use crate::store::acceptances::{self, Acceptance, State};
use crate::store::assignments::{self, Placed};
use crate::store::hit_groups::{self, Listed};
use crate::store::hits::{self, Hit};
use crate::store::requester_workers::{self, MoreWork};
use crate::store::timers::Kind;
use crate::store::worker_history;
use crate::time::{Instant, Span};
use crate::turn::Turn;

/// The oldest open HIT of a HIT type or HIT group that the worker has not taken.
///
/// # Errors
/// The worker site's refusals, where there is none.
pub async fn next_hit(turn: &mut Turn, type_or_group: &str, worker_id: &str) -> Result<Hit, Fault> {
    if let Some(hit) = hits::offer(&mut turn.tx, type_or_group, worker_id).await? {
        return Ok(hit);
    }
    Err(match hit_groups::find(&mut turn.tx, type_or_group).await? {
        Some(listed) => why_none(turn, &listed, worker_id).await?,
        None => no_more_hits(),
    })
}

/// Why the worker has none to accept, by the HITs of the type that expire last.
///
/// An open one is the worker's own, since it was not offered. If the type has no other HIT, the
/// sentence is about that one; if it has, all of them are full, or have expired.
async fn why_none(turn: &mut Turn, of: &Listed, worker_id: &str) -> Result<Fault, Fault> {
    if !latest(turn, of, Assignable).await?.is_empty() {
        return Ok(already_taken());
    }
    let mut all = Vec::new();
    for status in [Unassignable, Reviewable, Reviewing] {
        all.append(&mut latest(turn, of, status).await?);
    }
    if let [only] = &*all
        && worker_history::own(&mut turn.tx, only.key, worker_id).await?.is_some()
    {
        return Ok(already_taken());
    }
    let is_over = all.iter().all(|hit| hit.standing.expired(turn.now));
    Ok(if is_over && !all.is_empty() { hit_expired() } else { no_more_hits() })
}

async fn latest(turn: &mut Turn, of: &Listed, status: HitStatus) -> Result<Vec<Hit>, Fault> {
    let two = Page { after: None, size: 2 };
    let (requester_id, type_id) = (&of.requester_id, Some(of.hit_type.id.as_str()));
    hits::list_status(&mut turn.tx, requester_id, type_id, status, two).await
}

/// The worker is at this HIT, or did it before. Assumed: the sentence.
pub fn already_taken() -> Fault {
    Fault::refused(
        Code::AssignmentAlreadyExists,
        "You have already accepted or completed this HIT. A worker can do a HIT only once.",
    )
}

/// The requester blocked the worker. Assumed: all but the words "prevent you from working".
pub fn blocked() -> Fault {
    Fault::refused(Code::WorkerBlocked, "The settings of this requester prevent you from working.")
}

/// Takes a place of `hit` for the worker, as of the instant `at`.
///
/// # Errors
/// The worker site's refusals: no place left, the worker was here before, is blocked, is not known,
/// does not meet the HIT's requirements, or has too much in hand.
pub async fn accept(
    turn: &mut Turn,
    hit: &mut Hit,
    worker_id: &str,
    at: Instant,
) -> Result<Acceptance, Fault> {
    has_room(turn, worker_id).await?;
    let taken = accept_unsaved(turn, hit, worker_id, at).await?;
    acceptances::add(&mut turn.tx, &taken).await?;
    turn.set_timer(Kind::Abandonment, &taken.assignment_id, taken.deadline_at).await?;
    save_hit(turn, hit).await?;
    Ok(taken)
}

/// Whether the worker may have one more HIT in hand.
///
/// # Errors
/// `QueueFull`.
pub async fn has_room(turn: &mut Turn, worker_id: &str) -> Result<(), Fault> {
    let limit = turn.market.queue_limit;
    let held = if limit == 0 { 0 } else { worker_history::held(&mut turn.tx, worker_id).await? };
    rules::worker::check_queue(held, limit)
}

/// Takes a place of `hit` that is not saved: the work is submitted within the same turn.
pub async fn accept_unsaved(
    turn: &mut Turn,
    hit: &mut Hit,
    worker_id: &str,
    at: Instant,
) -> Result<Acceptance, Fault> {
    let before = acceptances::before(&mut turn.tx, hit.key, worker_id).await?;
    if !before.known {
        register(turn, worker_id).await?;
    }
    if before.taken {
        return Err(already_taken());
    }
    if before.blocked {
        return Err(blocked());
    }
    requirements::check_worker(turn, worker_id, &hit.hit_type.values.requirements).await?;
    hit.standing = hit.standing.accept(turn.now)?;
    let assignment_id = turn.ids.entity();
    emit(turn, hit, EventType::AssignmentAccepted, Some((&assignment_id, worker_id))).await?;
    Ok(Acceptance {
        assignment_id,
        hit_key: hit.key,
        hit_id: hit.id.clone(),
        worker_id: worker_id.to_owned(),
        state: State::Accepted,
        accept_at: at,
        deadline_at: at + Span::seconds(hit.hit_type.values.assignment_duration_s),
    })
}

/// Frees the place; `state` says why.
pub async fn return_assignment(
    turn: &mut Turn,
    taken: &Acceptance,
    state: State,
) -> Result<(), Fault> {
    acceptances::end(&mut turn.tx, &taken.assignment_id, state).await?;
    turn.drop_timer(Kind::Abandonment, &taken.assignment_id).await?;
    let mut hit = hits::by_key(&mut turn.tx, taken.hit_key).await?;
    hit.standing = hit.standing.return_place();
    let event_type = match state {
        State::Abandoned => EventType::AssignmentAbandoned,
        State::Accepted | State::Returned => EventType::AssignmentReturned,
    };
    emit(turn, &hit, event_type, Some((&taken.assignment_id, &taken.worker_id))).await?;
    let was = hit.status;
    save_hit(turn, &mut hit).await?;
    review_if_over(turn, &mut hit, was).await
}

/// The acceptance that can be submitted now, of whichever requester's HIT; if a worker is named,
/// only that worker's own.
///
/// # Errors
/// The worker site's refusals: unknown, returned, abandoned, submitted before, another worker's.
pub async fn open_acceptance(
    turn: &mut Turn,
    assignment_id: &str,
    worker_id: Option<&str>,
) -> Result<Acceptance, Fault> {
    if let Some(taken) = acceptances::find(&mut turn.tx, assignment_id).await? {
        return match taken.state {
            State::Accepted if worker_id.is_some_and(|worker_id| worker_id != taken.worker_id) => {
                Err(Fault::refused(Code::NotYours, "Another worker accepted this assignment."))
            }
            State::Accepted => Ok(taken),
            State::Returned => {
                Err(refused(Code::AssignmentReturned, "This assignment was returned before."))
            }
            State::Abandoned => Err(too_late()),
        };
    }
    if assignments::find(&mut turn.tx, assignment_id).await?.is_some() {
        return Err(refused(Code::AssignmentSubmitted, "This assignment was submitted before."));
    }
    Err(Fault::not_found(format!("Assignment {assignment_id} does not exist.")))
}

/// The worker site's page on failed submissions began with this sentence. Assumed: `why`.
fn too_late() -> Fault {
    refused(Code::AssignmentAbandoned, "The time for this assignment has run out.")
}

fn refused(code: Code, why: &str) -> Fault {
    let message = format!("There was a problem submitting your results for this HIT. {why}");
    Fault::refused(code, message)
}

/// The question that an assignment answers, which `worker_id`, if there is one, has in hand.
///
/// An answer is read and checked before the turn that submits it, since it may be long. That turn
/// reads it again, and the question with [`check_question`].
pub async fn open_hit(
    turn: &mut Turn,
    assignment_id: &str,
    worker_id: Option<&str>,
) -> Result<Hit, Fault> {
    let taken = open_acceptance(turn, assignment_id, worker_id).await?;
    hits::by_key(&mut turn.tx, taken.hit_key).await
}

/// Whether `hit` asks the question for which an answer was made: after a reset its id may be that
/// of another HIT.
///
/// # Errors
/// It does not.
pub fn check_question(hit: &Hit, question: &str) -> Result<(), Fault> {
    if hit.question == question { Ok(()) } else { Err(Fault::hit_does_not_exist(&hit.id)) }
}

/// Submits `answer` for what was taken, as of the instant `at`; review policies do their work.
pub async fn submit(
    turn: &mut Turn,
    hit: &mut Hit,
    taken: Acceptance,
    answer: String,
    at: Instant,
) -> Result<Assignment, Fault> {
    acceptances::remove(&mut turn.tx, &taken.assignment_id).await?;
    turn.drop_timer(Kind::Abandonment, &taken.assignment_id).await?;
    submit_unsaved(turn, hit, taken, answer, at).await
}

/// Submits `answer` for what was taken and not saved, as of the instant `at`.
///
/// # Errors
/// The time for it had run out by then.
pub async fn submit_unsaved(
    turn: &mut Turn,
    hit: &mut Hit,
    taken: Acceptance,
    answer: String,
    at: Instant,
) -> Result<Assignment, Fault> {
    if at > taken.deadline_at {
        return Err(too_late());
    }
    let position = place(turn, hit, at).await?;
    let delay = Span::seconds(hit.hit_type.values.auto_approval_delay_s);
    let assignment = Assignment {
        assignment_id: taken.assignment_id,
        worker_id: taken.worker_id,
        hit_id: hit.id.clone(),
        assignment_status: AssignmentStatus::Submitted,
        auto_approval_time: at + delay,
        accept_time: taken.accept_at,
        submit_time: at,
        approval_time: None,
        rejection_time: None,
        answer,
        requester_feedback: None,
    };
    let mut placed = Placed { hit_key: hit.key, position, assignment };
    assignments::add(&mut turn.tx, &placed, hit.hit_type.values.reward).await?;
    let more = MoreWork { submitted: 1, ..MoreWork::none(hit, &placed.assignment) };
    requester_workers::add(&mut turn.tx, &more).await?;
    turn.set_timer(Kind::AutoApproval, &placed.assignment.assignment_id, at + delay).await?;
    hit.standing = hit.standing.submit();
    hit.last_assignment_position = hit.last_assignment_position.max(position);
    let was = hit.status;
    let work = Some((&*placed.assignment.assignment_id, &*placed.assignment.worker_id));
    emit(turn, hit, EventType::AssignmentSubmitted, work).await?;
    // Assumed: a HIT that its policy extends at once does not become reviewable before.
    review_assignment(turn, hit, &mut placed).await?;
    save_hit(turn, hit).await?;
    review_if_over(turn, hit, was).await?;
    if hit.has_policies {
        // The work as the policies left it.
        let found = assignments::find(&mut turn.tx, &placed.assignment.assignment_id).await?;
        return Ok(found.unwrap_or(placed).assignment);
    }
    Ok(placed.assignment)
}

/// Behind all other work of the HIT, or, for an instant in the past, behind the work of then.
async fn place(turn: &mut Turn, hit: &Hit, at: Instant) -> Result<i64, Fault> {
    let last = if at < turn.now {
        assignments::last_place(&mut turn.tx, hit.key, at).await?.unwrap_or(0)
    } else {
        hit.last_assignment_position
    };
    Ok(rules::assignment::place(turn.arrival_of(None, at), last))
}
