//! The parameters of a review policy, taken out one by one.

use std::collections::HashSet;

use crate::fault::Fault;
use crate::rules::limits::{self, Range};
use crate::rules::review_policy::{Extension, Thresholds};
use crate::shapes::review::{ParameterMapEntry, PolicyParameter, ReviewPolicy};

/// `ExtendMinimumTimeInSeconds`.
const MINIMUM_TIME_S: Range = Range { min: 60, max: limits::YEAR_S };

/// The parameters of one policy that were not taken yet.
pub(super) struct Parameters<'a> {
    policy: &'a str,
    left: Vec<&'a PolicyParameter>,
}

impl<'a> Parameters<'a> {
    /// All parameters of a policy.
    ///
    /// # Errors
    /// One has no key, or stands twice. Assumed: the sentences.
    pub(super) fn of(policy: &'a ReviewPolicy) -> Result<Self, Fault> {
        let left: Vec<_> = policy.parameters.iter().flatten().collect();
        let mut known = HashSet::new();
        for parameter in &left {
            let key = parameter.key.as_deref().unwrap_or_default();
            if key.is_empty() || !known.insert(key) {
                return Err(Fault::invalid_parameter("Key", key));
            }
        }
        Ok(Self { policy: &policy.policy_name, left })
    }

    /// The parameter of this name, if it was given.
    fn take(&mut self, name: &str) -> Option<&'a PolicyParameter> {
        let has_name = |parameter: &&PolicyParameter| {
            parameter.key.as_deref().is_some_and(|key| key == name || other_name(key) == name)
        };
        let index = self.left.iter().position(has_name)?;
        Some(self.left.remove(index))
    }

    /// The values of the parameter.
    ///
    /// # Errors
    /// It has entries of a map. Assumed: the sentence.
    pub(super) fn values(&mut self, name: &str) -> Result<Option<&'a [String]>, Fault> {
        let Some(parameter) = self.take(name) else { return Ok(None) };
        if let Some(entry) = parameter.map_entries.iter().flatten().next() {
            return Err(Fault::invalid_parameter(name, entry.key.as_deref().unwrap_or_default()));
        }
        Ok(Some(parameter.values.as_deref().unwrap_or_default()))
    }

    /// The entries of the parameter, which is a map.
    ///
    /// # Errors
    /// It has values besides. Assumed: the sentence.
    pub(super) fn entries(&mut self, name: &str) -> Result<Option<&'a [ParameterMapEntry]>, Fault> {
        let Some(parameter) = self.take(name) else { return Ok(None) };
        let values = parameter.values.as_deref().unwrap_or_default();
        if !values.is_empty() {
            return Err(Fault::invalid_parameter(name, values.join(",")));
        }
        Ok(parameter.map_entries.as_deref())
    }

    /// The one value of the parameter.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<&'a str>, Fault> {
        match self.values(name)? {
            None => Ok(None),
            Some([text]) => Ok(Some(text)),
            Some(values) => Err(Fault::invalid_parameter(name, values.join(","))),
        }
    }

    /// The parameter's number within `range`.
    ///
    /// # Errors
    /// It is no number, or none of the range. Assumed: the latter in the sentence on other numbers.
    pub(super) fn number(&mut self, name: &str, range: Range) -> Result<Option<i64>, Fault> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let number = text.trim().parse().map_err(|_| Fault::invalid_parameter(name, text))?;
        range.check(name, number)?;
        Ok(Some(number))
    }

    /// A sentence for a worker.
    pub(super) fn reason(&mut self, name: &str) -> Result<Option<String>, Fault> {
        let text = self.text(name)?;
        limits::optional_at_most(name, text, limits::REQUESTER_FEEDBACK)?;
        Ok(text.map(str::to_owned))
    }

    /// When the HIT is extended. `most` is the range of its places, and their number if the
    /// parameter is absent. Without the threshold the other parameters have no effect.
    pub(super) fn extension(
        &mut self,
        threshold: (&str, Range),
        most: (Range, Option<i64>),
    ) -> Result<Option<Extension>, Fault> {
        let if_less_than = self.number(threshold.0, threshold.1)?;
        let max = self.number("ExtendMaximumAssignments", most.0)?.or(most.1);
        let time = self.number("ExtendMinimumTimeInSeconds", MINIMUM_TIME_S)?;
        let Some(if_less_than) = if_less_than else { return Ok(None) };
        let max_assignments = max.ok_or_else(|| self.missing("ExtendMaximumAssignments"))?;
        Ok(Some(Extension { if_less_than, max_assignments, minimum_time_s: time.unwrap_or(0) }))
    }

    /// The fault of a missing parameter.
    ///
    /// Assumed: the sentence.
    pub(super) fn missing(&self, name: &str) -> Fault {
        let message =
            format!("The parameter {name} is required for the review policy {}.", self.policy);
        Fault::parameter(message)
    }

    /// Checks that no parameter is left.
    pub(super) fn finish(self) -> Result<(), Fault> {
        match self.left.first() {
            Some(unknown) => {
                let key = unknown.key.as_deref().unwrap_or_default();
                Err(Fault::invalid_parameter("Key", key))
            }
            None => Ok(()),
        }
    }
}

/// The name of a parameter that is also known by `key`: samples spell `QuestionIDs`, and the
/// threshold of approval had another name.
fn other_name(key: &str) -> &str {
    match key {
        "QuestionIDs" => "QuestionIds",
        "ApproveIfWorkerAgreementScoreIsNotLessThan" => "ApproveIfWorkerAgreementScoreIsAtLeast",
        key => key,
    }
}

/// The thresholds of approving and rejecting; names of the scores differ between policies.
pub(super) fn thresholds(
    parameters: &mut Parameters<'_>,
    approve: &str,
    reject: &str,
    range: Range,
) -> Result<Thresholds, Fault> {
    Ok(Thresholds {
        approve_at_least: parameters.number(approve, range)?,
        approve_reason: None,
        reject_less_than: parameters.number(reject, range)?,
        reject_reason: parameters.reason("RejectReason")?,
    })
}
