//! Review policies of HITs, and what they found and did.

use crate::fault::Fault;
use crate::rules::review_policy;
use crate::shapes::review::{ReviewActionDetail, ReviewPolicy, ReviewPolicyLevel};
use crate::store::hits::Policies;
use crate::store::review_reports::{self, Entry};
use crate::worlds::fields::Place;
use crate::worlds::load::Load;
use crate::worlds::load::people::sentence;
use crate::worlds::nouns::hits::HitEntry;
use crate::worlds::nouns::reviews::{ActionEntry, ReportEntry};

/// Whether nothing but the name of a policy is known.
fn is_by_name(policy: &ReviewPolicy) -> bool {
    let names = [review_policy::SCORE_MY_KNOWN_ANSWERS, review_policy::SIMPLE_PLURALITY];
    policy.parameters.is_none() && names.contains(&policy.policy_name.as_str())
}

impl Load<'_> {
    /// The policies that a world gives a HIT; a problem if they are none that a HIT can have.
    pub(super) fn policies(&mut self, place: &Place, given: Option<&HitEntry>) -> Policies {
        let Some(given) = given else { return Policies::default() };
        let policies = Policies {
            assignment: given.assignment_review_policy.clone(),
            hit: given.hit_review_policy.clone(),
        };
        let (of_assignment, of_hit) = (policies.assignment.as_ref(), policies.hit.as_ref());
        for (name, assignment, hit) in
            [("AssignmentReviewPolicy", of_assignment, None), ("HITReviewPolicy", None, of_hit)]
        {
            let read = review_policy::read(assignment, hit);
            // Saved results name a policy without its parameters: it does nothing any more.
            let by_name = assignment.or(hit).is_some_and(is_by_name);
            match read {
                Err(fault) if !by_name => self.problem(place.of(&[name]), sentence(&fault)),
                _ => {}
            }
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
