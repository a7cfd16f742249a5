//! `AnswerKey`: how the answers to a test become a value.
//!
//! Source: `AnswerKey.xsd` of 2005-10-01, the only version, and the documentation of the structure.

use std::collections::{BTreeSet, HashMap};
use std::ops::RangeInclusive;

use super::answers::{self, Answer, AnswerValue};
use super::xml::{self, Children, Element, Flaw};
use super::{MAX_BYTES, QuestionFault};

const NAMESPACE: &str = concat!(
    "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/",
    "2005-10-01/AnswerKey.xsd"
);

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
///
/// # Errors
/// A [`QuestionFault`] names an offence and its place.
pub fn parse(text: &str) -> Result<AnswerKey, QuestionFault> {
    if text.len() > MAX_BYTES {
        return Err(QuestionFault::TooLong);
    }
    if text.is_empty() {
        return Err(QuestionFault::Empty);
    }
    Ok(xml::read(text, answer_key)?)
}

/// The value that a worker gets for an answer document.
///
/// None if the key or the document cannot be read: then the requester has to look at it.
#[must_use]
pub fn score(answer_key: &str, answer: &str) -> Option<i64> {
    let (key, given) = (parse(answer_key).ok()?, answers::parse(answer).ok()?);
    Some(key.value(&given))
}

impl AnswerKey {
    /// The questions that are scored.
    #[must_use]
    pub fn questions(&self) -> &[KeyQuestion] {
        &self.questions
    }

    /// The value for these answers.
    #[must_use]
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
    /// The choices that it knows, each as often as it stands in a set.
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

fn answer_key(root: Element<'_>) -> Result<AnswerKey, Flaw> {
    if root.name() != "AnswerKey" {
        return Err(root.unexpected("AnswerKey"));
    }
    root.in_namespace(&[NAMESPACE])?;
    let mut children = root.children()?;
    let questions = children.at_least_one("Question")?.into_iter().map(question);
    let questions = questions.collect::<Result<_, _>>()?;
    let mapping = children.optional("QualificationValueMapping").map(mapping).transpose()?;
    children.end()?;
    Ok(AnswerKey { questions, mapping: mapping.unwrap_or(Mapping::Sum) })
}

fn question(element: Element<'_>) -> Result<KeyQuestion, Flaw> {
    let mut children = element.children()?;
    let identifier = children.required("QuestionIdentifier")?.text()?;
    let options = children.at_least_one("AnswerOption")?.into_iter().map(option);
    let options = options.collect::<Result<_, _>>()?;
    let default = children.optional("DefaultScore").map(|score| score.integer(&INTEGERS));
    let default_score = default.transpose()?.unwrap_or(0);
    children.end()?;
    Ok(KeyQuestion { identifier, options, default_score })
}

fn option(element: Element<'_>) -> Result<(BTreeSet<String>, i64), Flaw> {
    let mut children = element.children()?;
    let set = children.at_least_one("SelectionIdentifier")?.into_iter().map(Element::text);
    let set = set.collect::<Result<_, _>>()?;
    let score = integer(&mut children, "AnswerScore")?;
    children.end()?;
    Ok((set, score))
}

fn integer(children: &mut Children<'_>, name: &str) -> Result<i64, Flaw> {
    children.required(name)?.integer(&INTEGERS)
}

const MAPPINGS: &str = "PercentageMapping, ScaleMapping or RangeMapping";

fn mapping(element: Element<'_>) -> Result<Mapping, Flaw> {
    let mut children = element.children()?;
    let kind = children.any(MAPPINGS)?;
    children.end()?;
    let mut inner = kind.children()?;
    let mapping = match kind.name() {
        "PercentageMapping" => {
            // Assumed: a maximum below 1, of which there is no percentage, is refused.
            let max = inner.required("MaximumSummedScore")?.integer(&(1..=*INTEGERS.end()))?;
            Mapping::Percentage { max }
        }
        "ScaleMapping" => {
            Mapping::Scale { factor: factor(inner.required("SummedScoreMultiplier")?)? }
        }
        "RangeMapping" => {
            let ranges = inner.at_least_one("SummedScoreRange")?.into_iter().map(range);
            let ranges = ranges.collect::<Result<_, _>>()?;
            let otherwise = integer(&mut inner, "OutOfRangeQualificationValue")?;
            Mapping::Range { ranges, otherwise }
        }
        _ => return Err(kind.unexpected(MAPPINGS)),
    };
    inner.end()?;
    Ok(mapping)
}

fn factor(element: Element<'_>) -> Result<f64, Flaw> {
    let text = element.text()?;
    let factor: Option<f64> = xml::trim(&text).parse().ok();
    factor.filter(|factor| factor.is_finite()).ok_or_else(|| element.found(&text, "a number"))
}

fn range(element: Element<'_>) -> Result<(RangeInclusive<i64>, i64), Flaw> {
    let mut children = element.children()?;
    let lower = integer(&mut children, "InclusiveLowerBound")?;
    let upper = integer(&mut children, "InclusiveUpperBound")?;
    let value = integer(&mut children, "QualificationValue")?;
    children.end()?;
    Ok((lower..=upper, value))
}

#[cfg(test)]
mod tests;
