//! The work on HITs: read, given its places, and written in few statements.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};

use crate::fault::Fault;
use crate::money::Cents;
use crate::rules::assignment::place;
use crate::rules::question::answers;
use crate::shapes::assignment::{Assignment, AssignmentStatus};
use crate::store::acceptances::{self, Acceptance, State};
use crate::store::assignments::{self, Placed, Rendered};
use crate::store::hits::Hit;
use crate::store::requester_workers::{self, MoreWork};
use crate::store::reward_payments::{self, RewardPayment};
use crate::store::timers::{Kind, Timer};
use crate::time::Instant;
use crate::worlds::entries::hits::{AssignmentEntry, WorkStatus};
use crate::worlds::load::Load;
use crate::worlds::load::plan::Plan;
use crate::worlds::load::work::{self, Work};
use crate::worlds::merge::Located;
use crate::worlds::parallel;

/// So many rows are held back before they are written.
const HELD_BACK: usize = 5000;

/// Rows that wait to be written.
#[derive(Default)]
pub(super) struct Works {
    /// Whether the store had work before: then every id is looked for there.
    store_has_work: bool,
    /// The hashes of the ids: an id that is told to stand twice by mistake is not told so again.
    ids: HashSet<u64>,
    hashes: RandomState,
    placed: Vec<(Placed, Cents)>,
    held: Vec<Acceptance>,
    pub timers: Vec<Timer>,
    /// By requester and worker.
    counts: HashMap<(String, String), MoreWork>,
    paid: Vec<RewardPayment>,
}

/// The work on one HIT.
#[derive(Default)]
pub(super) struct Done {
    /// With the instant of arrival, whose order is theirs.
    submitted: Vec<(Instant, Assignment)>,
    held: Vec<Acceptance>,
    /// The last place in the HIT up to the earliest of this work.
    last: i64,
}

impl Works {
    pub(super) async fn begin(load: &mut Load<'_>) -> Result<Self, Fault> {
        let store_has_work = assignments::any(&mut load.turn.tx).await?;
        Ok(Self { store_has_work, ..Self::default() })
    }

    /// Reads the work on a HIT and counts it. What is held back is written when there is much of
    /// it.
    pub(super) async fn read(
        &mut self,
        load: &mut Load<'_>,
        plan: &mut Plan<'_>,
    ) -> Result<Done, Fault> {
        if self.placed.len() >= HELD_BACK {
            self.write(load).await?;
        }
        let form = plan.work.iter().any(|entry| entry.answers.is_some());
        let form = form.then(|| answers::form(&plan.hit.question)).flatten();
        let (mut done, mut workers) = (Done::default(), HashSet::new());
        for entry in &plan.work {
            let ids = self.ids(load, &plan.hit, entry, &mut workers).await?;
            match work::read(entry, (&plan.hit, form.as_ref()), ids, load.turn.now) {
                Ok(work) => done.take(&mut plan.hit, work),
                // What could not be read may be why.
                Err(_) if entry.is_incomplete => {}
                Err(all) => {
                    for (names, why) in all {
                        load.problem(entry.place.of(names), why);
                    }
                }
            }
        }
        done.submitted.sort_by_key(|(arrived_at, _)| *arrived_at);
        if let (true, Some((at, _))) = (plan.hit.key != 0, done.submitted.first()) {
            let last = assignments::last_place(&mut load.turn.tx, plan.hit.key, *at).await?;
            done.last = last.unwrap_or(0);
            // Work can be added to a HIT of the store only behind the work that is there.
            if done.last < plan.hit.last_assignment_position {
                let why = "the HIT in the store has later work already; replace the world instead";
                load.problem(plan.place, why);
            }
        }
        Ok(done)
    }

    /// The ids of an entry's assignment and worker; a problem if somebody else has them.
    async fn ids(
        &mut self,
        load: &mut Load<'_>,
        hit: &Hit,
        entry: &Located<AssignmentEntry>,
        workers: &mut HashSet<String>,
    ) -> Result<(String, String), Fault> {
        let worker_id = entry.worker_id.as_deref().cloned();
        let worker_id = worker_id.unwrap_or_else(|| load.turn.ids.worker());
        let assignment_id = load.id(entry.assignment_id.as_ref());
        load.worker(&entry.place, &worker_id);
        let given_up =
            matches!(entry.assignment_status, Some(WorkStatus::Returned | WorkStatus::Abandoned));
        let mut again = !given_up && !workers.insert(worker_id.clone());
        let mut taken = !self.ids.insert(self.hashes.hash_one(&assignment_id));
        if self.store_has_work || hit.key != 0 {
            let tx = &mut load.turn.tx;
            taken |= assignments::hit_key(tx, &assignment_id).await?.is_some();
            taken |= acceptances::find(tx, &assignment_id).await?.is_some();
            again |= acceptances::before(tx, hit.key, &worker_id).await?.taken;
        }
        if taken {
            load.problem(&entry.place, format!("the assignment {assignment_id} stands twice"));
        }
        if again {
            let why = format!("the worker {worker_id} has done the HIT {} already", hit.id);
            load.problem(entry.place.of(&["WorkerId"]), why);
        }
        load.loaded.assignments += 1;
        Ok((assignment_id, worker_id))
    }

    /// Gives work its places in `hit` and holds it back; each approved one cost `price`.
    pub(super) fn place(&mut self, hit: &mut Hit, done: Done, price: Cents, now: Instant) {
        let mut last = done.last;
        for (arrived_at, assignment) in done.submitted {
            last = place(arrived_at, last);
            let waits = assignment.assignment_status == AssignmentStatus::Submitted;
            // Saved work that nobody reviewed stays as it was saved.
            if waits && assignment.auto_approval_time > now {
                self.timers.push(Timer {
                    kind: Kind::AutoApproval,
                    subject: assignment.assignment_id.clone(),
                    due_at: assignment.auto_approval_time,
                });
            }
            self.count(hit, &assignment);
            if assignment.assignment_status == AssignmentStatus::Approved {
                let paid_at = assignment.approval_time.unwrap_or(assignment.submit_time);
                self.paid.push(RewardPayment::of(hit, &assignment, paid_at, price));
            }
            let placed = Placed { hit_key: hit.key, position: last, assignment };
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

    /// Counts work of a worker.
    fn count(&mut self, hit: &Hit, work: &Assignment) {
        let pair = (hit.requester_id.clone(), work.worker_id.clone());
        let more = self.counts.entry(pair).or_insert_with(|| MoreWork::none(hit, work));
        more.submitted += 1;
        more.approved += i64::from(work.assignment_status == AssignmentStatus::Approved);
        more.rejected += i64::from(work.assignment_status == AssignmentStatus::Rejected);
        more.last_submit_at = more.last_submit_at.max(work.submit_time);
        if work.assignment_status != AssignmentStatus::Submitted {
            more.reviewed_at = more.reviewed_at.max(Some(work.submit_time));
        }
    }

    /// Writes what is held back.
    pub(super) async fn write(&mut self, load: &mut Load<'_>) -> Result<(), Fault> {
        // With a problem nothing will be kept, and rows may be in one another's way.
        if load.problems.is_empty() {
            let placed: Vec<&(Placed, Cents)> = self.placed.iter().collect();
            let rendered = parallel::map(placed, |work| Rendered::new(&work.0, work.1));
            let rendered: Vec<Rendered<'_>> = rendered.into_iter().collect::<Result<_, _>>()?;
            assignments::add_many(&mut load.turn.tx, &rendered).await?;
            for held in &self.held {
                acceptances::add(&mut load.turn.tx, held).await?;
            }
            // In the order in which they will lie, so that neighbours meet the same pages.
            self.timers.sort_unstable_by(|one, other| one.subject.cmp(&other.subject));
            load.turn.set_timers(&self.timers).await?;
            let counts: Vec<MoreWork> = self.counts.drain().map(|(_, more)| more).collect();
            requester_workers::add_many(&mut load.turn.tx, &counts).await?;
            reward_payments::add_many(&mut load.turn.tx, &self.paid).await?;
            if load.loaded.assignments > 0 {
                tracing::info!(assignments = load.loaded.assignments, "loading");
            }
        }
        self.placed.clear();
        self.held.clear();
        self.counts.clear();
        self.paid.clear();
        self.timers.clear();
        Ok(())
    }
}

impl Done {
    /// Adds work on a HIT and counts it there.
    fn take(&mut self, hit: &mut Hit, work: Work) {
        let standing = &mut hit.standing;
        match work {
            Work::Submitted(arrived_at, assignment) => {
                match assignment.assignment_status {
                    AssignmentStatus::Submitted => standing.submitted += 1,
                    AssignmentStatus::Approved => standing.approved += 1,
                    AssignmentStatus::Rejected => standing.rejected += 1,
                }
                self.submitted.push((arrived_at, *assignment));
            }
            Work::Held(held) => {
                standing.pending += i64::from(held.state == State::Accepted);
                self.held.push(held);
            }
        }
    }
}
