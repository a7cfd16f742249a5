//! Review policies: reading them, and their results and actions.
//!
//! Facts: API reference, "Assignment Review Policies" and "HIT Review Policies", and the reference
//! of the older API with the same back end.

mod answers;
pub mod known_answers;
mod parameters;
pub mod plurality;

pub use known_answers::KnownAnswers;
pub use plurality::Plurality;

use crate::fault::Fault;
use crate::shapes::review::ReviewPolicy;

/// The policy of each submitted assignment.
pub const SCORE_MY_KNOWN_ANSWERS: &str = "ScoreMyKnownAnswers/2011-09-01";
/// The policy of a HIT whose work is all in.
pub const SIMPLE_PLURALITY: &str = "SimplePlurality/2011-09-01";

/// When a policy extends its HIT, and how far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extension {
    /// If the score is less than this, in percent.
    pub if_less_than: i64,
    /// Places in all, no more.
    pub max_assignments: i64,
    /// The HIT lasts at least so long from then on.
    pub minimum_time_s: i64,
}

/// What a policy decides on an assignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is approved, with this feedback.
    Approve(Option<String>),
    /// It is rejected, with this feedback.
    Reject(String),
}

/// The actions that follow from an assignment's score.
///
/// Assumed: where both thresholds are met, both are tried, approval first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Thresholds {
    /// From this score on the assignment is approved.
    pub approve_at_least: Option<i64>,
    /// What an approved worker reads.
    pub approve_reason: Option<String>,
    /// Below this score the assignment is rejected.
    pub reject_less_than: Option<i64>,
    /// What a rejected worker reads.
    pub reject_reason: Option<String>,
}

impl Thresholds {
    /// The decisions on an assignment with this score.
    pub fn verdicts(&self, score: i64) -> Vec<Verdict> {
        let approved = self.approve_at_least.is_some_and(|least| score >= least);
        let rejected = self.reject_less_than.is_some_and(|least| score < least);
        let approve = approved.then(|| Verdict::Approve(self.approve_reason.clone()));
        // If no reason is given, it is left blank (API reference).
        let reject = || Verdict::Reject(self.reject_reason.clone().unwrap_or_default());
        approve.into_iter().chain(rejected.then(reject)).collect()
    }
}

/// The policies of a HIT, read.
#[derive(Debug, Clone, Default)]
pub struct Policies {
    /// Of each assignment.
    pub known_answers: Option<KnownAnswers>,
    /// Of the HIT.
    pub plurality: Option<Plurality>,
}

/// Reads a HIT's policies, which must be the ones that exist at their level.
pub fn read(
    assignment: Option<&ReviewPolicy>,
    hit: Option<&ReviewPolicy>,
) -> Result<Policies, Fault> {
    check_name("AssignmentReviewPolicy", assignment, SCORE_MY_KNOWN_ANSWERS)?;
    check_name("HITReviewPolicy", hit, SIMPLE_PLURALITY)?;
    Ok(Policies {
        known_answers: assignment.map(KnownAnswers::read).transpose()?,
        plurality: hit.map(Plurality::read).transpose()?,
    })
}

fn check_name(member: &str, policy: Option<&ReviewPolicy>, known: &str) -> Result<(), Fault> {
    match policy {
        Some(policy) if policy.policy_name != known => {
            Err(Fault::invalid_parameter(member, &policy.policy_name))
        }
        _ => Ok(()),
    }
}

/// `part` of `whole` in percent, rounded down as in the documentation's table.
fn percent(part: usize, whole: usize) -> i64 {
    i64::try_from(part * 100 / whole.max(1)).unwrap_or(100)
}

#[cfg(test)]
mod tests;
