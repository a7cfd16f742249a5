//! ListReviewPolicyResultsForHIT: what a HIT's review policies found and did, as it happened.

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::ops::Member;
use crate::ops::list::PageRequest;
use crate::shapes::review::{
    ReviewActionDetail, ReviewPolicy, ReviewPolicyLevel, ReviewResultDetail,
};
use crate::store::hits;
use crate::store::review_reports::{self, Entry, Part, Reported};
use crate::turn::Turn;

/// Entries on a page when the request does not say.
///
/// Assumed: pages of 100, as many as there can be, since the older API's default is 400.
const DEFAULT_SIZE: i64 = 100;

/// Which reports.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Filter {
    /// Assumed: a deleted HIT has its reports.
    #[serde(rename = "HITId")]
    pub hit_id: String,
    /// Absent or empty means both.
    pub policy_levels: Option<Vec<ReviewPolicyLevel>>,
    /// True if absent, as in the older API.
    pub retrieve_actions: Option<bool>,
    /// True if absent, as in the older API.
    pub retrieve_results: Option<bool>,
}

impl Filter {
    fn includes(&self, level: ReviewPolicyLevel) -> bool {
        let levels = self.policy_levels.as_deref().unwrap_or_default();
        levels.is_empty() || levels.contains(&level)
    }

    fn parts(&self) -> Vec<Part> {
        let wanted = |part: &Part| {
            let kind = if part.actions { self.retrieve_actions } else { self.retrieve_results };
            kind.unwrap_or(true) && self.includes(part.level)
        };
        Part::ALL.into_iter().filter(wanted).collect()
    }

    fn named(&self, level: ReviewPolicyLevel, policy: Option<ReviewPolicy>) -> Option<PolicyName> {
        let policy = policy.filter(|_| self.includes(level));
        policy.map(|policy| Member("PolicyName", policy.policy_name))
    }
}

/// A policy by its name alone.
type PolicyName = Member<String>;

/// What one policy found and did; both lists are there even when empty.
#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReviewReport {
    pub review_results: Vec<ReviewResultDetail>,
    pub review_actions: Vec<ReviewActionDetail>,
}

/// The answer; a level without a policy, or that the request leaves out, is absent.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    #[serde(rename = "HITId")]
    pub hit_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignment_review_policy: Option<PolicyName>,
    #[serde(rename = "HITReviewPolicy", skip_serializing_if = "Option::is_none")]
    pub hit_review_policy: Option<PolicyName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignment_review_report: Option<ReviewReport>,
    #[serde(rename = "HITReviewReport", skip_serializing_if = "Option::is_none")]
    pub hit_review_report: Option<ReviewReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

pub(super) async fn run(turn: &mut Turn, mut input: PageRequest<Filter>) -> Result<Output, Fault> {
    let hit = hits::owned(&mut turn.tx, &turn.requester.id, &input.filter.hit_id).await?;
    input.max_results.get_or_insert(DEFAULT_SIZE);
    let parts = input.filter.parts();
    let names: String = parts.iter().map(|part| part.as_str()).collect();
    let list = input.list(turn, "ListReviewPolicyResultsForHIT", vec![&hit.id, &names])?;
    let found = review_reports::page(&mut turn.tx, hit.key, &parts, list.page).await?;
    let next_token = found.last().map(|last| list.token(last.place));
    let policies = hits::policies(&mut turn.tx, hit.key).await?;
    let of_assignment = input.filter.named(ReviewPolicyLevel::Assignment, policies.assignment);
    let of_hit = input.filter.named(ReviewPolicyLevel::Hit, policies.hit);
    let (assignments, hits) = reports(found);
    Ok(Output {
        hit_id: hit.id.clone(),
        assignment_review_report: of_assignment.as_ref().map(|_| assignments),
        hit_review_report: of_hit.as_ref().map(|_| hits),
        assignment_review_policy: of_assignment,
        hit_review_policy: of_hit,
        next_token,
    })
}

/// The reports of assignments and of the HIT.
fn reports(found: Vec<Reported>) -> (ReviewReport, ReviewReport) {
    let (mut assignments, mut hit) = (ReviewReport::default(), ReviewReport::default());
    for Reported { level, entry, .. } in found {
        let report = match level {
            ReviewPolicyLevel::Assignment => &mut assignments,
            ReviewPolicyLevel::Hit => &mut hit,
        };
        match entry {
            Entry::Result(result) => report.review_results.push(result),
            Entry::Action(action) => report.review_actions.push(action),
        }
    }
    (assignments, hit)
}
