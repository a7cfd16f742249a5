//! `AnswerKey`: how the answers to a test become a value.
//!
//! Source: `AnswerKey.xsd` of 2005-10-01, the only version, and the documentation of the structure.

use std::collections::{BTreeSet, HashMap};
use std::ops::RangeInclusive;

use super::QuestionFault;
use super::answers::{self, Answer, AnswerValue};
use super::located_error::LocatedError;
use super::namespaces::ANSWER_KEY;
use super::xml::{self, Children, Element};

/// The integers of the schema, and of a qualification's value.
const INTEGERS: RangeInclusive<i64> = -2_147_483_648..=2_147_483_647;

/// How a test is scored.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerKey {
    questions: Vec<KeyQuestion>,
    mapping: Mapping,
}

/// The scores of one question's answers.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyQuestion {
    /// Which question of the test it is.
    pub identifier: String,
    /// Sets of choices, each with its score.
    options: Vec<(BTreeSet<String>, i64)>,
    default_score: i64,
}

/// How the sum of scores becomes the value.
#[derive(Debug, Clone, PartialEq)]
enum Mapping {
    Sum,
    Percentage { max: i64 },
    Scale { factor: f64 },
    Range { ranges: Vec<(RangeInclusive<i64>, i64)>, otherwise: i64 },
}

/// Reads an answer key.
pub fn parse(text: &str) -> Result<AnswerKey, QuestionFault> {
    super::read(text, super::MAX_BYTES, answer_key)
}

/// The value that a worker gets for an answer document.
///
/// None if the key or the document cannot be read: then the requester has to review it.
pub fn score(answer_key: &str, answer: &str) -> Option<i64> {
    let (key, given) = (parse(answer_key).ok()?, answers::parse(answer).ok()?);
    Some(key.value(&given))
}

impl AnswerKey {
    /// The questions that are scored.
    pub fn questions(&self) -> &[KeyQuestion] {
        &self.questions
    }

    /// The value for these answers.
    pub fn value(&self, given: &[Answer]) -> i64 {
        let mut made = HashMap::new();
        for answer in given {
            made.entry(answer.question_identifier.as_str()).or_insert(&answer.value);
        }
        let made = |question: &KeyQuestion| made.get(question.identifier.as_str()).copied();
        let sum = self.questions.iter().map(|question| question.score(made(question))).sum();
        self.mapping.value(sum).clamp(*INTEGERS.start(), *INTEGERS.end())
    }
}

impl KeyQuestion {
    /// The choices that it knows, each as often as a set has it.
    pub fn choices(&self) -> impl Iterator<Item = &str> {
        self.options.iter().flat_map(|(set, _)| set).map(String::as_str)
    }

    /// The score of the option whose choices are exactly those that were made.
    fn score(&self, made: Option<&AnswerValue>) -> i64 {
        let chosen: BTreeSet<&str> = match made {
            // Something else in the worker's own words is none of the options.
            Some(AnswerValue::Selections { identifiers, other: None }) => {
                identifiers.iter().map(String::as_str).collect()
            }
            _ => return self.default_score,
        };
        let is_it =
            |set: &BTreeSet<String>| set.iter().map(String::as_str).eq(chosen.iter().copied());
        let option = self.options.iter().find(|(set, _)| is_it(set));
        option.map_or(self.default_score, |(_, score)| *score)
    }
}

impl Mapping {
    /// Assumed: halves are rounded up, and a scaled sum to the nearest integer.
    fn value(&self, sum: i64) -> i64 {
        match self {
            Self::Sum => sum,
            Self::Percentage { max } => (200 * sum + max).div_euclid(2 * max),
            #[expect(
                clippy::cast_precision_loss,
                clippy::cast_possible_truncation,
                reason = "sums of a document's scores are small; a cast of too much is the most"
            )]
            Self::Scale { factor } => (sum as f64 * factor + 0.5).floor() as i64,
            Self::Range { ranges, otherwise } => {
                let found = ranges.iter().find(|(range, _)| range.contains(&sum));
                found.map_or(*otherwise, |(_, value)| *value)
            }
        }
    }
}

fn answer_key(root: Element<'_>) -> Result<AnswerKey, LocatedError> {
    if root.name() != "AnswerKey" {
        return Err(root.unexpected("AnswerKey"));
    }
    root.in_namespace(&[ANSWER_KEY])?;
    root.read(|children| {
        let questions = children.at_least_one("Question", question)?;
        let mapping = children.optional("QualificationValueMapping").map(mapping).transpose()?;
        Ok(AnswerKey { questions, mapping: mapping.unwrap_or(Mapping::Sum) })
    })
}

fn question(element: Element<'_>) -> Result<KeyQuestion, LocatedError> {
    element.read(|children| {
        let identifier = children.text("QuestionIdentifier")?;
        let options = children.at_least_one("AnswerOption", option)?;
        let default = children.optional("DefaultScore");
        let default_score = default.map_or(Ok(0), |score| score.integer(&INTEGERS))?;
        Ok(KeyQuestion { identifier, options, default_score })
    })
}

fn option(element: Element<'_>) -> Result<(BTreeSet<String>, i64), LocatedError> {
    element.read(|children| {
        let set = children.at_least_one("SelectionIdentifier", Element::text)?;
        Ok((set.into_iter().collect(), integer(children, "AnswerScore")?))
    })
}

fn integer(children: &mut Children<'_>, name: &str) -> Result<i64, LocatedError> {
    children.required(name)?.integer(&INTEGERS)
}

const MAPPINGS: &str = "PercentageMapping, ScaleMapping or RangeMapping";

fn mapping(element: Element<'_>) -> Result<Mapping, LocatedError> {
    let kind = element.read(|children| children.any(MAPPINGS))?;
    kind.read(|inner| match kind.name() {
        "PercentageMapping" => {
            // Assumed: a maximum below 1, of which there is no percentage, is refused.
            let max = inner.required("MaximumSummedScore")?.integer(&(1..=*INTEGERS.end()))?;
            Ok(Mapping::Percentage { max })
        }
        "ScaleMapping" => {
            Ok(Mapping::Scale { factor: factor(inner.required("SummedScoreMultiplier")?)? })
        }
        "RangeMapping" => {
            let ranges = inner.at_least_one("SummedScoreRange", range)?;
            let otherwise = integer(inner, "OutOfRangeQualificationValue")?;
            Ok(Mapping::Range { ranges, otherwise })
        }
        _ => Err(kind.unexpected(MAPPINGS)),
    })
}

fn factor(element: Element<'_>) -> Result<f64, LocatedError> {
    let text = element.text()?;
    let factor: Option<f64> = xml::trim(&text).parse().ok();
    factor.filter(|factor| factor.is_finite()).ok_or_else(|| element.found(&text, "a number"))
}

fn range(element: Element<'_>) -> Result<(RangeInclusive<i64>, i64), LocatedError> {
    element.read(|children| {
        let lower = integer(children, "InclusiveLowerBound")?;
        let upper = integer(children, "InclusiveUpperBound")?;
        Ok((lower..=upper, integer(children, "QualificationValue")?))
    })
}

#[cfg(test)]
mod tests;
