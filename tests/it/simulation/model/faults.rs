//! Rules by which calls fail.

use super::Model;

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// It is refused, and not done.
    Throttled,
    /// The market fails, and it is not done.
    Fails,
    /// It is done, and the answer is lost.
    Lost,
}

/// The next calls of an operation fail.
#[derive(Debug, Clone)]
pub struct Rule {
    pub operation: &'static str,
    pub how: How,
    /// How often it may still apply.
    pub times: i64,
}

impl Model {
    /// The rule that applies to a call of the operation, if there is one: the oldest.
    pub fn rule_for(&self, operation: &str) -> Option<usize> {
        self.faults.iter().position(|rule| rule.operation == operation)
    }

    /// The rule applies once.
    pub fn use_rule(&mut self, at: usize) -> How {
        let rule = &mut self.faults[at];
        rule.times -= 1;
        let how = rule.how;
        self.faults.retain(|rule| rule.times > 0);
        how
    }
}
