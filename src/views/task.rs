//! A HIT as a worker sees it: before it is accepted, and at work.

use crate::actions::assignment::{already_taken, blocked, has_room, next_hit};
use crate::fault::Fault;
use crate::store::acceptances::{self, Acceptance, State};
use crate::store::hit_groups::{self, Count, Listed};
use crate::store::hits::{self, Hit};
use crate::store::{assignments, worker_history};
use crate::time::Span;
use crate::turn::Turn;
use crate::views::groups::Group;
use crate::views::guard::{Action, add_summaries, standings};

/// A HIT before it is accepted.
#[derive(Debug)]
pub struct Preview {
    /// Its group, whose HITs are not counted.
    pub group: Group,
    /// The HIT that would be accepted, or why there is none.
    pub hit: Result<Box<Hit>, Fault>,
    /// Why the worker can have no more HITs in hand.
    pub full: Option<Fault>,
    /// The newest HIT that the worker could accept, if another one is shown.
    pub newer: Option<Box<Hit>>,
}

/// The group that an id names.
///
/// # Errors
/// There is none.
pub async fn group(turn: &mut Turn, type_or_group: &str) -> Result<Listed, Fault> {
    let found = hit_groups::find(&mut turn.tx, type_or_group).await?;
    found.ok_or_else(|| no_such_group(type_or_group))
}

/// There is no such group, or none that this worker may see: the two look the same.
pub fn no_such_group(type_or_group: &str) -> Fault {
    Fault::not_found(format!("There is no HIT group and no HIT type {type_or_group}."))
}

/// The newest HIT of a group that the worker could accept, or one of its HITs: who changes a HIT
/// and makes it anew sees what was just made. Workers accept the oldest one first. Assumed: which
/// HIT a preview of the closed site showed is not documented.
///
/// # Errors
/// There is no such group, or none that the worker may see.
pub async fn preview(
    turn: &mut Turn,
    type_or_group: &str,
    hit_id: Option<&str>,
    worker_id: Option<&str>,
) -> Result<Preview, Fault> {
    let listed = group(turn, type_or_group).await?;
    let who = worker_id.unwrap_or_default();
    let type_id = &listed.hit_type.id;
    let newest = hits::newest_open(&mut turn.tx, type_id, who).await?;
    let (found, newest) = match (hit_id, newest) {
        (Some(id), newest) => (hit_of_type(turn, type_id, id, who).await?, newest),
        (None, Some(newest)) => (Ok(newest), None),
        (None, None) => (or_refusal(next_hit(turn, type_id, who).await)?, None),
    };
    let is_older = |newest: &Hit| match &found {
        Ok(hit) => hit.position < newest.position,
        Err(_) => true,
    };
    let newer = newest.filter(is_older).map(Box::new);
    let hit = match found {
        Ok(hit) if acceptances::before(&mut turn.tx, hit.key, who).await?.blocked => Err(blocked()),
        found => found,
    };
    let requirements = listed.hit_type.values.requirements.as_slice();
    let mut standings =
        standings(turn, worker_id, &[requirements]).await?.pop().unwrap_or_default();
    add_summaries(turn, &mut standings).await?;
    let in_hand = worker_history::in_hand_by_type(&mut turn.tx, who).await?.remove(type_id);
    let full = or_refusal(has_room(turn, who).await)?.err();
    let group = Group { listed, count: Count::default(), standings, in_hand, is_done: false };
    if !group.allows(Action::Discover) {
        return Err(no_such_group(type_or_group));
    }
    Ok(Preview { group, hit: hit.map(Box::new), full, newer })
}

/// A refusal is part of what is shown; any other fault is none.
fn or_refusal<T>(done: Result<T, Fault>) -> Result<Result<T, Fault>, Fault> {
    match done {
        Err(fault) if fault.refusal().is_none() => Err(fault),
        done => Ok(done),
    }
}

/// A HIT of the type that the worker could accept.
async fn hit_of_type(
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
    /// Who accepted it, and when; of submitted work too.
    pub taken: Acceptance,
    /// The HIT.
    pub hit: Hit,
    /// What workers read of its requester.
    pub requester_name: String,
    /// `Assigned`, `Returned`, `Abandoned`, or what the API shows.
    pub state: &'static str,
    /// What its requester wrote in reviewing it.
    pub feedback: Option<String>,
}

impl Work {
    /// Whether it can be submitted.
    pub fn is_open(&self) -> bool {
        self.state == "Assigned"
    }
}

/// The assignment with that id.
///
/// # Errors
/// There is none.
pub async fn work(turn: &mut Turn, assignment_id: &str) -> Result<Work, Fault> {
    if let Some(taken) = acceptances::find(&mut turn.tx, assignment_id).await? {
        let (hit, requester_name) = of_hit(turn, taken.hit_key).await?;
        let state = match taken.state {
            State::Accepted => "Assigned",
            other => other.as_str(),
        };
        return Ok(Work { taken, hit, requester_name, state, feedback: None });
    }
    let found = assignments::find(&mut turn.tx, assignment_id).await?;
    let placed = found
        .ok_or_else(|| Fault::not_found(format!("Assignment {assignment_id} does not exist.")))?;
    let (hit, requester_name) = of_hit(turn, placed.hit_key).await?;
    let work = placed.assignment;
    let taken = Acceptance {
        assignment_id: work.assignment_id,
        hit_key: placed.hit_key,
        hit_id: work.hit_id,
        worker_id: work.worker_id,
        state: State::Accepted,
        accept_at: work.accept_time,
        deadline_at: work.accept_time + Span::seconds(hit.hit_type.values.assignment_duration_s),
    };
    let (state, feedback) = (work.assignment_status.as_str(), work.requester_feedback);
    Ok(Work { taken, hit, requester_name, state, feedback })
}

/// The HIT of an assignment, and what workers read of its requester.
async fn of_hit(turn: &mut Turn, hit_key: i64) -> Result<(Hit, String), Fault> {
    let hit = hits::by_key(&mut turn.tx, hit_key).await?;
    let requester_name = group(turn, &hit.hit_type.id).await?.requester_name;
    Ok((hit, requester_name))
}
