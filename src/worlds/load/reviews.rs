//! Review policies of HITs, and what they found and did.

use crate::fault::Fault;
use crate::rules::review_policy;
use crate::shapes::review::{
    ReviewActionDetail, ReviewActionStatus, ReviewPolicy, ReviewPolicyLevel,
};
use crate::shapes::scalar::Id;
use crate::store::hits::Policies;
use crate::store::review_reports::{self, Entry};
use crate::worlds::entries::hits::HitEntry;
use crate::worlds::entries::reviews::{ActionEntry, ReportEntry};
use crate::worlds::load::Load;
use crate::worlds::merge::Located;
use crate::worlds::problem::Place;

/// Whether nothing but the name of a policy is known.
fn is_by_name(policy: &ReviewPolicy) -> bool {
    let names = [review_policy::SCORE_MY_KNOWN_ANSWERS, review_policy::SIMPLE_PLURALITY];
    policy.parameters.is_none() && names.contains(&policy.policy_name.as_str())
}

impl Load<'_> {
    /// The policies that a world gives a HIT; a problem if they are none that a HIT can have.
    pub(super) fn policies(&mut self, given: &Located<HitEntry>) -> Policies {
        let policies = Policies {
            assignment: given.assignment_review_policy.clone(),
            hit: given.hit_review_policy.clone(),
        };
        let (of_assignment, of_hit) = (policies.assignment.as_ref(), policies.hit.as_ref());
        for (name, assignment, hit) in
            [("AssignmentReviewPolicy", of_assignment, None), ("HITReviewPolicy", None, of_hit)]
        {
            // Saved results name a policy without its parameters: it does nothing any more.
            if !assignment.or(hit).is_some_and(is_by_name) {
                self.check(&given.place, name, review_policy::read(assignment, hit).map(drop));
            }
        }
        policies
    }

    pub(super) async fn load_reports(
        &mut self,
        hit_key: i64,
        given: &Located<HitEntry>,
    ) -> Result<(), Fault> {
        for (level, report) in [
            (ReviewPolicyLevel::Assignment, &given.assignment_review_report),
            (ReviewPolicyLevel::Hit, &given.hit_review_report),
        ] {
            let Some(report) = report else { continue };
            let entries = self.entries(&given.place, report);
            review_reports::add(&mut self.turn.tx, hit_key, level, &entries).await?;
        }
        Ok(())
    }

    fn entries(&mut self, place: &Place, report: &ReportEntry) -> Vec<Entry> {
        let results = report.review_results.iter().flatten().cloned().map(Entry::Result);
        let actions = report.review_actions.iter().flatten();
        results.chain(actions.map(|done| Entry::Action(self.action(place, done)))).collect()
    }

    fn action(&mut self, place: &Place, done: &ActionEntry) -> ReviewActionDetail {
        let complete_time = self.instant(place, "CompleteTime", done.complete_time);
        let id = |id: Option<&Id>| id.map(|id| id.to_string()).unwrap_or_default();
        ReviewActionDetail {
            action_id: id(done.action_id.as_ref()),
            action_name: done.action_name.clone(),
            target_id: id(done.target_id.as_ref()),
            target_type: done.target_type.clone().unwrap_or_default(),
            status: done.status.unwrap_or(ReviewActionStatus::Succeeded),
            complete_time: complete_time.unwrap_or(self.turn.now),
            result: done.result.clone().unwrap_or_default(),
            error_code: done.error_code.clone(),
        }
    }
}
