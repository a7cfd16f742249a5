//! ListReviewPolicyResultsForHIT: what a HIT's review policies found and did, as it happened.

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::ops::Operation;
use crate::rules::page::Listing;
use crate::shapes::review::{
    ReviewActionDetail, ReviewPolicy, ReviewPolicyLevel, ReviewResultDetail,
};
use crate::store::hits;
use crate::store::review_reports::{self, Entry, Part, Reported};
use crate::turn::{Access, Turn};

/// Entries on a page when the request does not say.
///
/// Assumed: pages of 100, as many as there can be, since the older API's default is 400.
const DEFAULT_SIZE: i64 = 100;

/// `ListReviewPolicyResultsForHIT`.
#[derive(Debug)]
pub struct ListReviewPolicyResultsForHit;

/// The request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    /// Assumed: a deleted HIT has its reports.
    #[serde(rename = "HITId")]
    pub hit_id: String,
    /// Absent or empty means both.
    pub policy_levels: Option<Vec<ReviewPolicyLevel>>,
    /// True if absent, as in the older API.
    pub retrieve_actions: Option<bool>,
    /// True if absent, as in the older API.
    pub retrieve_results: Option<bool>,
    /// From the page before.
    pub next_token: Option<String>,
    /// Results and actions of both levels together.
    pub max_results: Option<i64>,
}

/// A policy by its name alone.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct PolicyName {
    pub policy_name: String,
}

/// What one policy found and did; both lists are there even when empty.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct ReviewReport {
    pub review_results: Vec<ReviewResultDetail>,
    pub review_actions: Vec<ReviewActionDetail>,
}

/// The answer; a level without a policy, or that was not asked for, is absent.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
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

impl Operation for ListReviewPolicyResultsForHit {
    const NAME: &'static str = "ListReviewPolicyResultsForHIT";
    const ACCESS: Access = Access::Read;
    type Input = Input;
    type Output = Output;

    async fn run(turn: &mut Turn, input: Input) -> Result<Output, Fault> {
        let Turn { tx, requester, page_key, .. } = turn;
        let hit = hits::owned(tx, &requester.id, &input.hit_id).await?;
        let parts = wanted(&input);
        let words: String = parts.iter().map(|part| part.as_str()).collect();
        let list = Listing {
            requester_id: &requester.id,
            operation: Self::NAME,
            chosen_by: &[&hit.id, &words],
        };
        let size = Some(input.max_results.unwrap_or(DEFAULT_SIZE));
        let page = list.page(page_key, input.next_token.as_deref(), size)?;
        let found = review_reports::page(tx, hit.key, &parts, page).await?;
        let next_token = found.last().map(|last| list.seal(page_key, last.place));
        let policies = hits::policies(tx, hit.key).await?;
        let of_assignment = named(&input, ReviewPolicyLevel::Assignment, policies.assignment);
        let of_hit = named(&input, ReviewPolicyLevel::Hit, policies.hit);
        let (assignments, hits) = reports(found);
        Ok(Output {
            hit_id: hit.id,
            assignment_review_report: of_assignment.as_ref().map(|_| assignments),
            hit_review_report: of_hit.as_ref().map(|_| hits),
            assignment_review_policy: of_assignment,
            hit_review_policy: of_hit,
            next_token,
        })
    }
}

fn is_wanted(input: &Input, level: ReviewPolicyLevel) -> bool {
    let levels = input.policy_levels.as_deref().unwrap_or_default();
    levels.is_empty() || levels.contains(&level)
}

fn wanted(input: &Input) -> Vec<Part> {
    let kind = |part: &Part| {
        let wanted = if part.actions { input.retrieve_actions } else { input.retrieve_results };
        wanted.unwrap_or(true)
    };
    let parts = Part::ALL.into_iter().filter(|part| is_wanted(input, part.level));
    parts.filter(kind).collect()
}

fn named(
    input: &Input,
    level: ReviewPolicyLevel,
    policy: Option<ReviewPolicy>,
) -> Option<PolicyName> {
    let wanted = policy.filter(|_| is_wanted(input, level));
    wanted.map(|policy| PolicyName { policy_name: policy.policy_name })
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
