//! The work on HITs: read, given its places, and written in few statements.

use std::collections::{HashMap, HashSet};

use crate::fault::Fault;
use crate::money::Cents;
use crate::rules::assignment::place;
use crate::rules::question::answers;
use crate::shapes::assignment::AssignmentStatus;
use crate::store::acceptances::{self, Acceptance, State};
use crate::store::assignments::{self, Placed, Rendered};
use crate::store::hits::Hit;
use crate::store::reviewed_workers::{self, ReviewedWorker};
use crate::store::timers::{Kind, Timer};
use crate::time::Instant;
use crate::worlds::load::Load;
use crate::worlds::load::hits::Plan;
use crate::worlds::nouns::hits::{AssignmentEntry, WorkStatus};
use crate::worlds::parallel;
use crate::worlds::work::{self, Work};

/// So many rows are held back before they are written.
const HELD_BACK: usize = 5000;

/// Rows that wait to be written.
pub(super) struct Works {
    /// Whether the store had work before: then every id is looked for there.
    store_has_work: bool,
    ids: HashSet<String>,
    placed: Vec<(Placed, Cents)>,
    held: Vec<Acceptance>,
    timers: Vec<Timer>,
    /// By requester and worker: when the latest reviewed work was submitted.
    reviewed: HashMap<(String, String), Instant>,
    now: Instant,
}

/// The work on one HIT.
#[derive(Default)]
pub(super) struct Done {
    pub pending: i64,
    pub submitted: i64,
    pub approved: i64,
    pub rejected: i64,
    /// With the instant of arrival, whose order is theirs.
    placed: Vec<(Instant, Placed)>,
    held: Vec<Acceptance>,
    /// The last place in the HIT up to the earliest of this work.
    last: i64,
}

impl Works {
    pub(super) async fn begin(load: &mut Load<'_>) -> Result<Self, Fault> {
        Ok(Self {
            store_has_work: assignments::any(&mut load.turn.tx).await?,
            ids: HashSet::new(),
            placed: Vec::new(),
            held: Vec::new(),
            timers: Vec::new(),
            reviewed: HashMap::new(),
            now: load.turn.now,
        })
    }

    /// Reads the work on a HIT. What is held back is written when there is much of it.
    pub(super) async fn read(
        &mut self,
        load: &mut Load<'_>,
        plan: &Plan<'_>,
    ) -> Result<Done, Fault> {
        if self.placed.len() >= HELD_BACK {
            self.write(load).await?;
        }
        let form = plan.entries.iter().any(|entry| entry.answers.is_some());
        let form = form.then(|| answers::form(&plan.hit.question)).flatten();
        let mut done = Done::default();
        let mut workers = HashSet::new();
        for entry in &plan.entries {
            let ids = self.ids(load, plan, entry, &mut workers).await?;
            let (assignment_id, worker_id) = &ids;
            let hit = (&plan.hit, form.as_ref());
            match work::read(entry, hit, (assignment_id, worker_id), self.now) {
                Ok(work) => done.take(&plan.hit, work, ids),
                // What could not be read may be why.
                Err(_) if entry.flawed => {}
                Err(all) => {
                    for (names, why) in all {
                        load.problem(entry.place.of(names), why);
                    }
                }
            }
        }
        done.placed.sort_by_key(|(arrived_at, _)| *arrived_at);
        if let (true, Some((at, _))) = (plan.hit.key != 0, done.placed.first()) {
            let last = assignments::last_place(&mut load.turn.tx, plan.hit.key, *at).await?;
            done.last = last.unwrap_or(0);
            refuse_between(load, plan, &done);
        }
        Ok(done)
    }

    /// The ids of an entry's assignment and worker; a problem if somebody else has them.
    async fn ids(
        &mut self,
        load: &mut Load<'_>,
        plan: &Plan<'_>,
        entry: &AssignmentEntry,
        workers: &mut HashSet<String>,
    ) -> Result<(String, String), Fault> {
        let ids = &mut load.turn.ids;
        let worker_id = entry.worker_id.clone().unwrap_or_else(|| ids.worker());
        let assignment_id = entry.id.clone().unwrap_or_else(|| ids.entity());
        load.worker(&entry.place, &worker_id);
        let given_up = matches!(entry.status, WorkStatus::Returned | WorkStatus::Abandoned);
        let mut again = !given_up && !workers.insert(worker_id.clone());
        let mut taken = !self.ids.insert(assignment_id.clone());
        if self.store_has_work || plan.hit.key != 0 {
            let tx = &mut load.turn.tx;
            taken |= assignments::hit_key(tx, &assignment_id).await?.is_some();
            taken |= acceptances::find(tx, &assignment_id).await?.is_some();
            again |= acceptances::before(tx, plan.hit.key, &worker_id).await?.taken;
        }
        if taken {
            load.problem(&entry.place, format!("the assignment {assignment_id} stands twice"));
        }
        if again {
            let hit_id = &plan.hit.id;
            let why = format!("the worker {worker_id} has done the HIT {hit_id} already");
            load.problem(entry.place.of(&["WorkerId"]), why);
        }
        load.loaded.assignments += 1;
        Ok((assignment_id, worker_id))
    }

    /// Gives work its places in `hit` and holds it back.
    pub(super) fn place(&mut self, hit: &mut Hit, done: Done) {
        let mut last = done.last;
        for (arrived_at, mut placed) in done.placed {
            let assignment = &placed.assignment;
            last = place(arrived_at, last);
            (placed.hit_key, placed.position) = (hit.key, last);
            let waits = assignment.assignment_status == AssignmentStatus::Submitted;
            // Saved work that nobody reviewed stays as it was saved.
            if waits && assignment.auto_approval_time > self.now {
                self.timers.push(Timer {
                    kind: Kind::AutoApproval,
                    subject: assignment.assignment_id.clone(),
                    due_at: assignment.auto_approval_time,
                });
            }
            if assignment.assignment_status != AssignmentStatus::Submitted {
                let pair = (hit.requester_id.clone(), assignment.worker_id.clone());
                let latest = self.reviewed.entry(pair).or_insert(assignment.submit_time);
                *latest = assignment.submit_time.max(*latest);
            }
            self.placed.push((placed, hit.hit_type.values.reward));
        }
        hit.last_assignment_position = hit.last_assignment_position.max(last);
        for held in done.held {
            if held.state == State::Accepted {
                self.timers.push(Timer {
                    kind: Kind::Abandonment,
                    subject: held.assignment_id.clone(),
                    due_at: held.deadline_at,
                });
            }
            self.held.push(Acceptance { hit_key: hit.key, ..held });
        }
    }

    /// Holds timers back.
    pub(super) fn set(&mut self, timers: Vec<Timer>) {
        self.timers.extend(timers);
    }

    /// Writes what is held back.
    async fn write(&mut self, load: &mut Load<'_>) -> Result<(), Fault> {
        // With a problem nothing will be kept, and rows may be in one another's way.
        if load.sound && load.problems.is_empty() {
            let rendered = parallel::map(&self.placed, |work| Rendered::new(&work.0, work.1));
            let rendered: Vec<Rendered<'_>> = rendered.into_iter().collect::<Result<_, _>>()?;
            assignments::add_many(&mut load.turn.tx, &rendered).await?;
            for held in &self.held {
                acceptances::add_whole(&mut load.turn.tx, held).await?;
            }
            // In the order in which they will lie, so that neighbours meet the same pages.
            self.timers.sort_unstable_by(|one, other| one.subject.cmp(&other.subject));
            load.turn.set_timers(&self.timers).await?;
            let reviewed: Vec<ReviewedWorker> = self.reviewed.drain().map(reviewed).collect();
            reviewed_workers::remember_many(&mut load.turn.tx, &reviewed).await?;
            if load.loaded.assignments > 0 {
                tracing::info!(assignments = load.loaded.assignments, "loading");
            }
        }
        self.placed.clear();
        self.held.clear();
        self.timers.clear();
        Ok(())
    }

    pub(super) async fn finish(mut self, load: &mut Load<'_>) -> Result<(), Fault> {
        self.write(load).await
    }
}

fn reviewed(((requester_id, worker_id), submit_at): ((String, String), Instant)) -> ReviewedWorker {
    ReviewedWorker { requester_id, worker_id, submit_at }
}

impl Done {
    fn take(&mut self, hit: &Hit, work: Work, (assignment_id, worker_id): (String, String)) {
        match work {
            Work::Submitted { assignment, arrived_at } => {
                match assignment.assignment_status {
                    AssignmentStatus::Submitted => self.submitted += 1,
                    AssignmentStatus::Approved => self.approved += 1,
                    AssignmentStatus::Rejected => self.rejected += 1,
                }
                let placed = Placed { hit_key: 0, position: 0, assignment: *assignment };
                self.placed.push((arrived_at, placed));
            }
            Work::Held { deadline_at, accept_at, state } => {
                self.pending += i64::from(state == State::Accepted);
                let (hit_key, hit_id) = (0, hit.id.clone());
                self.held.push(Acceptance {
                    assignment_id,
                    hit_key,
                    hit_id,
                    worker_id,
                    state,
                    accept_at,
                    deadline_at,
                });
            }
        }
    }
}

/// Work can be added to a HIT of the store only behind the work that is there.
fn refuse_between(load: &mut Load<'_>, plan: &Plan<'_>, done: &Done) {
    if done.last < plan.hit.last_assignment_position {
        let why = "the HIT in the store has later work already; replace the world instead";
        load.problem(&plan.place, why);
    }
}
