//! Review policies of HITs, and what they found and did.

use crate::fault::Fault;
use crate::rules::review_policy;
use crate::shapes::review::{ReviewActionDetail, ReviewPolicyLevel};
use crate::store::hits::Policies;
use crate::store::review_reports::{self, Entry};
use crate::worlds::fields::Place;
use crate::worlds::load::Load;
use crate::worlds::load::people::sentence;
use crate::worlds::nouns::hits::HitEntry;
use crate::worlds::nouns::reviews::{ActionEntry, ReportEntry};

impl Load<'_> {
    /// The policies that a world gives a HIT; a problem if they are none that a HIT can have.
    pub(super) fn policies(&mut self, place: &Place, given: Option<&HitEntry>) -> Policies {
        let Some(given) = given else { return Policies::default() };
        let policies = Policies {
            assignment: given.assignment_review_policy.clone(),
            hit: given.hit_review_policy.clone(),
        };
        let read = review_policy::read(policies.assignment.as_ref(), policies.hit.as_ref());
        if let Err(fault) = read {
            self.problem(place, sentence(&fault));
        }
        policies
    }

    pub(super) async fn load_reports(
        &mut self,
        hit_key: i64,
        given: &HitEntry,
    ) -> Result<(), Fault> {
        for (level, report) in [
            (ReviewPolicyLevel::Assignment, &given.assignment_review_report),
            (ReviewPolicyLevel::Hit, &given.hit_review_report),
        ] {
            let entries = self.entries(report);
            review_reports::add(&mut self.turn.tx, hit_key, level, &entries).await?;
        }
        Ok(())
    }

    fn entries(&mut self, report: &ReportEntry) -> Vec<Entry> {
        let results = report.results.iter().cloned().map(Entry::Result);
        let actions = report.actions.iter().map(|done| Entry::Action(self.action(done)));
        results.chain(actions.collect::<Vec<_>>()).collect()
    }

    fn action(&mut self, done: &ActionEntry) -> ReviewActionDetail {
        let now = self.turn.now;
        let when = done.complete_time.as_ref();
        ReviewActionDetail {
            action_id: done.action_id.clone(),
            action_name: done.action_name.clone(),
            target_id: done.target_id.clone(),
            target_type: done.target_type.clone(),
            status: done.status,
            complete_time: self.instant(&done.place, "CompleteTime", when, now),
            result: done.result.clone(),
            error_code: done.error_code.clone(),
        }
    }
}
