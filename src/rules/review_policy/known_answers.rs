//! `ScoreMyKnownAnswers/2011-09-01`: each assignment is compared with an answer key.

use std::collections::HashSet;

use crate::fault::Fault;
use crate::rules::limits::{self, Range};
use crate::rules::review_policy::answers::{Values, by_question, values};
use crate::rules::review_policy::parameters::{Parameters, thresholds};
use crate::rules::review_policy::{Extension, Thresholds, percent};
use crate::shapes::review::ReviewPolicy;

/// Scores from "always" to "never".
const SCORE: Range = Range { min: 0, max: 101 };
/// `ExtendMaximumAssignments`.
const EXTEND_MAXIMUM: Range = Range { min: 2, max: 25 };
/// The default of `ExtendMaximumAssignments`.
const EXTEND_DEFAULT: i64 = 5;

/// The policy, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownAnswers {
    /// Questions and their answers, in the order of the key.
    key: Vec<(String, Values)>,
    /// What follows from the score of an assignment.
    pub thresholds: Thresholds,
    /// When the HIT gets one place more.
    pub extension: Option<Extension>,
}

/// The result for one assignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownAnswerResult {
    /// Each question of the key, and whether it was answered as known.
    pub questions: Vec<(String, bool)>,
    /// How many were, in percent.
    pub score: i64,
}

impl KnownAnswerResult {
    /// How many questions were answered as known.
    pub fn correct(&self) -> usize {
        self.questions.iter().filter(|(_, correct)| *correct).count()
    }
}

impl KnownAnswers {
    /// Reads the policy's parameters.
    pub fn read(policy: &ReviewPolicy) -> Result<Self, Fault> {
        let mut given = Parameters::of(policy)?;
        let key = answer_key(&mut given)?;
        let (approve, reject) =
            ("ApproveIfKnownAnswerScoreIsAtLeast", "RejectIfKnownAnswerScoreIsLessThan");
        let thresholds = thresholds(&mut given, approve, reject, SCORE)?;
        let thresholds =
            Thresholds { approve_reason: given.reason("ApproveReason")?, ..thresholds };
        let threshold = ("ExtendIfKnownAnswerScoreIsLessThan", SCORE);
        let most = (EXTEND_MAXIMUM, Some(EXTEND_DEFAULT));
        let extension = given.extension(threshold, most)?;
        given.finish()?;
        Ok(Self { key, thresholds, extension })
    }

    /// Compares an answer document with the key.
    pub fn score(&self, document: &str) -> KnownAnswerResult {
        let given = by_question(document);
        let nothing = Values::new();
        let correct = |(question, known): &(String, Values)| {
            (question.clone(), given.get(question).unwrap_or(&nothing) == known)
        };
        let questions: Vec<(String, bool)> = self.key.iter().map(correct).collect();
        let scored = KnownAnswerResult { questions, score: 0 };
        KnownAnswerResult { score: percent(scored.correct(), scored.questions.len()), ..scored }
    }
}

fn answer_key(given: &mut Parameters<'_>) -> Result<Vec<(String, Values)>, Fault> {
    let entries = given.entries("AnswerKey")?.filter(|entries| !entries.is_empty());
    let (mut key, mut known_questions) = (Vec::new(), HashSet::new());
    for entry in entries.ok_or_else(|| given.missing("AnswerKey"))? {
        let question = entry.key.clone().unwrap_or_default();
        limits::at_most_bytes("Key", &question, limits::MAP_ENTRY_KEY_BYTES)?;
        if question.is_empty() || !known_questions.insert(question.clone()) {
            return Err(Fault::invalid_parameter("AnswerKey", &question));
        }
        let known = entry.values.iter().flatten().map(String::as_str);
        key.push((question, values(known)));
    }
    Ok(key)
}
