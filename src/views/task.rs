//! A HIT as a worker sees it: before it is accepted, and at work.

use crate::acts::accept::{already_taken, blocked, has_room};
use crate::acts::offer::offer;
use crate::fault::Fault;
use crate::store::acceptances::{self, Acceptance, State};
use crate::store::hit_groups::{self, Listed};
use crate::store::hits::{self, Hit};
use crate::store::{assignments, worker_history};
use crate::time::{Instant, Span};
use crate::turn::Turn;
use crate::views::guard::{Standing, name, standings};

/// A HIT before it is accepted.
#[derive(Debug)]
pub struct Preview {
    /// Its type.
    pub listed: Listed,
    /// The HIT that would be accepted, or why there is none.
    pub hit: Result<Box<Hit>, Fault>,
    /// How the worker stands to its requirements.
    pub standings: Vec<Standing>,
    /// Why the worker can have no more HITs in hand.
    pub full: Option<Fault>,
    /// An assignment, and its HIT, that the worker has in hand in this group.
    pub in_hand: Option<(String, String)>,
}

/// The group that an id names.
///
/// # Errors
/// There is none; the database failed.
pub async fn group(turn: &mut Turn, type_or_group: &str) -> Result<Listed, Fault> {
    let found = hit_groups::find(&mut turn.tx, type_or_group).await?;
    found.ok_or_else(|| no_such_group(type_or_group))
}

/// There is no such group, or none that this worker may see: the two are not told apart.
#[must_use]
pub fn no_such_group(type_or_group: &str) -> Fault {
    Fault::not_found(format!("There is no HIT group and no HIT type {type_or_group}."))
}

/// The next HIT of a group, or one of its HITs.
///
/// # Errors
/// There is no such group; the database failed.
pub async fn preview(
    turn: &mut Turn,
    type_or_group: &str,
    hit_id: Option<&str>,
    worker_id: Option<&str>,
) -> Result<Preview, Fault> {
    let listed = group(turn, type_or_group).await?;
    let who = worker_id.unwrap_or_default();
    let type_id = &listed.hit_type.id;
    let found = match hit_id {
        Some(id) => one(turn, type_id, id, who).await?,
        None => told(offer(turn, type_id, who).await)?,
    };
    let hit = match found {
        Ok(hit) if acceptances::before(&mut turn.tx, hit.key, who).await?.blocked => Err(blocked()),
        found => found,
    };
    let requirements = listed.hit_type.values.requirements.as_slice();
    let mut standings =
        standings(turn, worker_id, &[requirements]).await?.pop().unwrap_or_default();
    name(turn, &mut standings).await?;
    let in_hand = worker_history::in_hand_of_type(&mut turn.tx, who, type_id).await?;
    let full = told(has_room(turn, who).await)?.err();
    Ok(Preview { hit: hit.map(Box::new), standings, full, in_hand, listed })
}

/// A refusal of the worker is part of what is shown; any other fault is none.
fn told<T>(done: Result<T, Fault>) -> Result<Result<T, Fault>, Fault> {
    match done {
        Err(fault) if !matches!(fault, Fault::Worker { .. }) => Err(fault),
        done => Ok(done),
    }
}

/// A HIT of the type that the worker could accept.
async fn one(
    turn: &mut Turn,
    type_id: &str,
    hit_id: &str,
    worker_id: &str,
) -> Result<Result<Hit, Fault>, Fault> {
    let found = hits::find(&mut turn.tx, hit_id).await?;
    let Some(hit) = found.filter(|hit| hit.hit_type.id == type_id) else {
        return Ok(Err(Fault::hit_does_not_exist(hit_id)));
    };
    if worker_history::own(&mut turn.tx, hit.key, worker_id).await?.is_some() {
        return Ok(Err(already_taken()));
    }
    let open = hit.standing.accept(turn.now);
    Ok(open.map(|_| hit))
}

/// An assignment, whatever became of it.
#[derive(Debug)]
pub struct Work {
    /// The assignment.
    pub assignment_id: String,
    /// Whose it is.
    pub worker_id: String,
    /// The HIT.
    pub hit: Hit,
    /// What workers read of its requester.
    pub requester_name: String,
    /// When it was accepted.
    pub accept_at: Instant,
    /// Until when it can be handed in.
    pub deadline_at: Instant,
    /// `Assigned`, `Returned`, `Abandoned`, or what the API shows.
    pub state: &'static str,
    /// What its requester wrote in reviewing it.
    pub feedback: Option<String>,
}

impl Work {
    /// Whether it can be handed in.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state == "Assigned"
    }
}

/// The assignment with that id.
///
/// # Errors
/// There is none; the database failed.
pub async fn work(turn: &mut Turn, assignment_id: &str) -> Result<Work, Fault> {
    if let Some(taken) = acceptances::find(&mut turn.tx, assignment_id).await? {
        return held(turn, taken).await;
    }
    let found = assignments::find(&mut turn.tx, assignment_id).await?;
    let placed = found
        .ok_or_else(|| Fault::not_found(format!("Assignment {assignment_id} does not exist.")))?;
    let (hit, requester_name) = of_hit(turn, placed.hit_key).await?;
    let work = placed.assignment;
    let duration = Span::seconds(hit.hit_type.values.assignment_duration_s);
    Ok(Work {
        assignment_id: work.assignment_id,
        worker_id: work.worker_id,
        hit,
        requester_name,
        accept_at: work.accept_time,
        deadline_at: work.accept_time + duration,
        state: work.assignment_status.as_str(),
        feedback: work.requester_feedback,
    })
}

/// An assignment that was not handed in.
async fn held(turn: &mut Turn, taken: Acceptance) -> Result<Work, Fault> {
    let (hit, requester_name) = of_hit(turn, taken.hit_key).await?;
    let state = match taken.state {
        State::Accepted => "Assigned",
        other => other.as_str(),
    };
    Ok(Work {
        assignment_id: taken.assignment_id,
        worker_id: taken.worker_id,
        hit,
        requester_name,
        accept_at: taken.accept_at,
        deadline_at: taken.deadline_at,
        state,
        feedback: None,
    })
}

/// The HIT of an assignment, and what workers read of its requester.
async fn of_hit(turn: &mut Turn, hit_key: i64) -> Result<(Hit, String), Fault> {
    let hit = hits::by_key(&mut turn.tx, hit_key).await?;
    let requester_name = group(turn, &hit.hit_type.id).await?.requester_name;
    Ok((hit, requester_name))
}
