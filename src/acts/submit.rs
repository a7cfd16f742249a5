//! A worker hands work in.

use crate::acts::emit::emit;
use crate::acts::keep_hit::keep_hit;
use crate::acts::review::{review_assignment, review_if_over};
use crate::fault::Fault;
use crate::rules;
use crate::shapes::assignment::{Assignment, AssignmentStatus};
use crate::shapes::notification::EventType;
use crate::store::acceptances::{self, Acceptance, State};
use crate::store::assignments::{self, Placed};
use crate::store::hits::{self, Hit};
use crate::store::timers::Kind;
use crate::time::{Instant, Span};
use crate::turn::Turn;

/// The acceptance that can be handed in now, of whichever requester's HIT; if a worker is named,
/// only that worker's own.
///
/// # Errors
/// The worker site's refusals: unknown, returned, abandoned, handed in before, another worker's.
pub async fn open_acceptance(
    turn: &mut Turn,
    assignment_id: &str,
    worker_id: Option<&str>,
) -> Result<Acceptance, Fault> {
    if let Some(taken) = acceptances::find(&mut turn.tx, assignment_id).await? {
        return match taken.state {
            State::Accepted if worker_id.is_some_and(|worker_id| worker_id != taken.worker_id) => {
                Err(Fault::worker("NotYours", "Another worker accepted this assignment."))
            }
            State::Accepted => Ok(taken),
            State::Returned => {
                Err(refused("AssignmentReturned", "This assignment was returned before."))
            }
            State::Abandoned => Err(too_late()),
        };
    }
    if assignments::find(&mut turn.tx, assignment_id).await?.is_some() {
        return Err(refused("AssignmentSubmitted", "This assignment was submitted before."));
    }
    Err(Fault::not_found(format!("Assignment {assignment_id} does not exist.")))
}

/// The worker site's page on failed submissions began with this sentence. Assumed: `why`.
fn too_late() -> Fault {
    refused("AssignmentAbandoned", "The time for this assignment has run out.")
}

fn refused(code: &'static str, why: &str) -> Fault {
    let message = format!("There was a problem submitting your results for this HIT. {why}");
    Fault::worker(code, message)
}

/// The question that an assignment answers, which `worker_id`, if there is one, has in hand.
///
/// An answer is read and checked before the turn that hands it in, since it may be long. That turn
/// looks again, and at the question with [`check_question`].
///
/// # Errors
/// As [`open_acceptance`].
pub async fn open_question(
    turn: &mut Turn,
    assignment_id: &str,
    worker_id: Option<&str>,
) -> Result<String, Fault> {
    let taken = open_acceptance(turn, assignment_id, worker_id).await?;
    Ok(hits::by_key(&mut turn.tx, taken.hit_key).await?.question)
}

/// Whether `hit` asks the question for which an answer was made: after a reset its id may be that
/// of another HIT.
///
/// # Errors
/// It does not.
pub fn check_question(hit: &Hit, question: &str) -> Result<(), Fault> {
    if hit.question == question { Ok(()) } else { Err(Fault::hit_does_not_exist(&hit.id)) }
}

/// Hands in `answer` for what was taken, as of the instant `at`; review policies do their work.
///
/// # Errors
/// The database failed.
pub async fn submit(
    turn: &mut Turn,
    hit: &mut Hit,
    taken: Acceptance,
    answer: String,
    at: Instant,
) -> Result<Assignment, Fault> {
    acceptances::remove(&mut turn.tx, &taken.assignment_id).await?;
    turn.drop_timer(Kind::Abandonment, &taken.assignment_id).await?;
    hand_in(turn, hit, taken, answer, at).await
}

/// Hands in `answer` for what was taken and not kept, as of the instant `at`.
///
/// # Errors
/// The time for it had run out by then; the database failed.
pub async fn hand_in(
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
    turn.set_timer(Kind::AutoApproval, &placed.assignment.assignment_id, at + delay).await?;
    hit.standing = hit.standing.submit();
    hit.last_assignment_position = hit.last_assignment_position.max(position);
    let was = hit.status;
    let work = Some((&*placed.assignment.assignment_id, &*placed.assignment.worker_id));
    emit(turn, hit, EventType::AssignmentSubmitted, work).await?;
    // Assumed: a HIT that its policy extends at once does not become reviewable before.
    review_assignment(turn, hit, &mut placed).await?;
    keep_hit(turn, hit).await?;
    review_if_over(turn, hit, was).await?;
    if hit.has_policies {
        return Ok(reviewed(turn, placed).await?.assignment);
    }
    Ok(placed.assignment)
}

/// The work as the HIT's policy left it.
async fn reviewed(turn: &mut Turn, placed: Placed) -> Result<Placed, Fault> {
    let found = assignments::find(&mut turn.tx, &placed.assignment.assignment_id).await?;
    Ok(found.unwrap_or(placed))
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
