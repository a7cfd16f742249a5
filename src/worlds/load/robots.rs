//! Crowds of robots.

use std::collections::HashSet;

use crate::actions::robots::{crowds, waiting};
use crate::fault::Fault;
use crate::rules::robots::script::{MOST_SCRIPTS, MOST_WORKERS, Robot, Working};
use crate::store::acceptances::{self, State};
use crate::store::requesters;
use crate::store::robots;
use crate::worlds::load::Load;
use crate::worlds::merge::Located;

impl Load<'_> {
    pub(super) async fn load_robots(&mut self) -> Result<(), Fault> {
        // HITs may have come, and qualifications. Crowds of the files know what they wait for.
        waiting::wake_all(self.turn).await?;
        if self.are_too_many().await? {
            return Ok(());
        }
        for entry in &self.entries.robots {
            self.load_crowd(entry).await?;
        }
        waiting::note(self.turn).await
    }

    /// Whether there would be more scripts or workers than may be: a problem.
    async fn are_too_many(&mut self) -> Result<bool, Fault> {
        let Some(last) = self.entries.robots.last() else { return Ok(false) };
        let (mut scripts, mut workers) = robots::counts(&mut self.turn.tx).await?;
        scripts += i64::try_from(self.entries.robots.len()).unwrap_or(i64::MAX);
        // What is out of bounds is a problem of its own.
        let new = self.entries.robots.iter().map(|entry| entry.worker_count());
        workers += new.filter(|count| (1..=MOST_WORKERS).contains(count)).sum::<i64>();
        if scripts > MOST_SCRIPTS {
            self.problem(&last.place, format!("more than {MOST_SCRIPTS} scripts"));
        }
        if workers > MOST_WORKERS {
            self.problem(&last.place, format!("more than {MOST_WORKERS} robots together"));
        }
        Ok(scripts > MOST_SCRIPTS || workers > MOST_WORKERS)
    }

    async fn load_crowd(&mut self, entry: &Located<Robot>) -> Result<(), Fault> {
        let before = self.problems.count();
        for (path, why) in entry.problems() {
            self.problem(&entry.place, format!("{path}: {why}"));
        }
        if let Some(prefix) = &entry.worker_id_prefix
            && robots::has_prefix(&mut self.turn.tx, prefix).await?
        {
            let why = "WorkerIdPrefix: another crowd has workers whose ids begin so";
            self.problem(&entry.place, why);
        }
        let progress = entry.progress.as_ref();
        let working = progress.and_then(|progress| progress.working.as_deref());
        self.check_working(entry, working.unwrap_or_default()).await?;
        if self.problems.count() > before {
            return Ok(());
        }
        let wanted = entry.hits.as_ref().and_then(|hits| hits.requester.as_ref());
        let requester_id = match wanted {
            Some(name) => Some(requesters::id_of(&mut self.turn.tx, name).await?),
            None => None,
        };
        let crowd = crowds::add(self.turn, entry, requester_id.as_deref()).await?;
        self.workers.extend((0..crowd.worker_count()).map(|number| crowd.worker_id(number)));
        self.loaded.crowds.push(crowd);
        self.loaded.robots += 1;
        Ok(())
    }

    /// Whether each robot has what it is said to have in hand.
    async fn check_working(
        &mut self,
        entry: &Located<Robot>,
        working: &[Working],
    ) -> Result<(), Fault> {
        let mut seen = HashSet::new();
        for (index, Working { worker, assignment_id, time, .. }) in working.iter().enumerate() {
            let at = format!("Progress.Working[{index}]");
            let taken = acceptances::find(&mut self.turn.tx, assignment_id).await?;
            let is_own = taken.is_some_and(|taken| {
                taken.state == State::Accepted && taken.worker_id == entry.worker_id(*worker)
            });
            if !is_own {
                let why = format!("{at}.AssignmentId: the worker has not accepted it");
                self.problem(&entry.place, why);
            }
            if time.is_none() {
                self.problem(&entry.place, format!("{at}.Time is missing"));
            }
            if !seen.insert(*worker) {
                self.problem(&entry.place, format!("{at}.Worker stands twice"));
            }
        }
        Ok(())
    }
}
