//! Review policies: which ones a HIT can have.

use crate::fault::Fault;
use crate::shapes::review::ReviewPolicy;

/// The policy of each submitted assignment.
pub const SCORE_MY_KNOWN_ANSWERS: &str = "ScoreMyKnownAnswers/2011-09-01";
/// The policy of a HIT whose work is all in.
pub const SIMPLE_PLURALITY: &str = "SimplePlurality/2011-09-01";

/// Whether a HIT's policies are the ones that exist at their level.
///
/// # Errors
/// `ParameterValidationError` that names the policy.
pub fn check(assignment: Option<&ReviewPolicy>, hit: Option<&ReviewPolicy>) -> Result<(), Fault> {
    check_name("AssignmentReviewPolicy", assignment, SCORE_MY_KNOWN_ANSWERS)?;
    check_name("HITReviewPolicy", hit, SIMPLE_PLURALITY)
}

fn check_name(member: &str, policy: Option<&ReviewPolicy>, known: &str) -> Result<(), Fault> {
    match policy {
        Some(policy) if policy.policy_name != known => {
            Err(Fault::invalid_parameter(member, &policy.policy_name))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_level_has_one_policy() {
        let policy = |name: &str| Some(ReviewPolicy { policy_name: name.into(), parameters: None });
        let (known, plurality) = (policy(SCORE_MY_KNOWN_ANSWERS), policy(SIMPLE_PLURALITY));
        assert!(check(None, None).is_ok());
        assert!(check(known.as_ref(), plurality.as_ref()).is_ok());
        assert!(check(plurality.as_ref(), None).is_err());
        assert!(check(None, known.as_ref()).is_err());
    }
}
