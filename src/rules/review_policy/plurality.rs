//! `SimplePlurality/2011-09-01`: the assignments of a HIT are compared with one another.

use std::collections::HashMap;

use crate::fault::Fault;
use crate::rules::limits::{ASSIGNMENTS, Range};
use crate::rules::review_policy::answers::{Values, by_question};
use crate::rules::review_policy::parameters::{Parameters, thresholds};
use crate::rules::review_policy::{Extension, Thresholds, percent};
use crate::shapes::review::ReviewPolicy;

/// Scores. Assumed: a range, since the reference names none.
const SCORE: Range = Range { min: 0, max: 101 };
/// `ExtendIfHITAgreementScoreIsLessThan`.
const EXTEND: Range = Range { min: 1, max: 100 };
/// `ExtendMaximumAssignments`, for which the reference names no range.
const EXTEND_MAXIMUM: Range = ASSIGNMENTS;
/// How many questions can be compared (documentation of the policy).
const MOST_QUESTIONS: usize = 15;
/// Longer answers are left out (API reference).
const LONGEST: usize = 256;

/// The policy, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plurality {
    /// The questions that are compared, in the order of the request.
    questions: Vec<String>,
    /// Above this share of equal answers a question has an agreed one.
    threshold: i64,
    /// Whether rejected work is left out.
    pub disregard_rejected: bool,
    /// Work with a lower known answer score is left out.
    pub disregard_score_less_than: Option<i64>,
    /// What follows from a worker's score.
    pub thresholds: Thresholds,
    /// When the HIT gets one place more.
    pub extension: Option<Extension>,
}

/// The answers of one assignment to the policy's questions; none for one that is too long.
pub type AnswerSheet = Vec<Option<Values>>;

/// What is agreed on one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgreedAnswer {
    /// The answer; several values are joined by `|`.
    pub answer: String,
    /// How many of the workers gave it, in percent.
    pub score: i64,
}

/// How far one assignment agrees with the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreement {
    /// Agreed questions that it answers alike.
    pub correct: usize,
    /// Agreed questions that it answers otherwise.
    pub incorrect: usize,
    /// The first in percent of both; none where nothing is agreed on.
    pub score: Option<i64>,
}

/// The result of the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluralityResult {
    /// Each question, and what is agreed on it.
    pub questions: Vec<(String, Option<AgreedAnswer>)>,
    /// Of each sheet, in their order.
    pub sheets: Vec<Agreement>,
    /// How many questions have an agreed answer, in percent.
    pub score: i64,
}

impl Plurality {
    /// Reads the policy's parameters.
    ///
    /// Assumed: the older name of the approval's threshold is taken too;
    /// DisregardAssignmentIfRejected may be absent, as in the documentation's samples, and so may
    /// ExtendMinimumTimeInSeconds, as a requester reported.
    pub fn read(policy: &ReviewPolicy) -> Result<Self, Fault> {
        let mut given = Parameters::of(policy)?;
        let questions = questions(&mut given)?;
        let threshold = given.number("QuestionAgreementThreshold", SCORE)?;
        let threshold = threshold.ok_or_else(|| given.missing("QuestionAgreementThreshold"))?;
        let disregard_rejected = yes_or_no(&mut given, "DisregardAssignmentIfRejected")?;
        let disregard_score_less_than =
            given.number("DisregardAssignmentIfKnownAnswerScoreIsLessThan", SCORE)?;
        let (approve, reject) =
            ("ApproveIfWorkerAgreementScoreIsAtLeast", "RejectIfWorkerAgreementScoreIsLessThan");
        let thresholds = thresholds(&mut given, approve, reject, SCORE)?;
        let threshold_of_hit = ("ExtendIfHITAgreementScoreIsLessThan", EXTEND);
        let extension = given.extension(threshold_of_hit, (EXTEND_MAXIMUM, None))?;
        given.finish()?;
        Ok(Self {
            questions,
            threshold,
            disregard_rejected,
            disregard_score_less_than,
            thresholds,
            extension,
        })
    }

    /// The answers of a document to the policy's questions.
    ///
    /// Assumed: no answer at all is an answer too, as of check boxes of which none is ticked.
    pub fn sheet(&self, document: &str) -> AnswerSheet {
        let mut given = by_question(document);
        let short = |values: &Values| values.iter().all(|text| text.chars().count() <= LONGEST);
        let answer = |question: &String| {
            Some(given.remove(question).unwrap_or_default()).filter(|values| short(values))
        };
        self.questions.iter().map(answer).collect()
    }

    /// Compares the sheets of a HIT with one another.
    pub fn compare(&self, sheets: &[AnswerSheet]) -> PluralityResult {
        let agreed: Vec<Option<(&Values, i64)>> =
            (0..self.questions.len()).map(|index| self.agreed(sheets, index)).collect();
        let shown = |(question, agreed): (&String, &Option<(&Values, i64)>)| {
            let agreed =
                agreed.map(|(values, score)| AgreedAnswer { answer: joined(values), score });
            (question.clone(), agreed)
        };
        let found = agreed.iter().flatten().count();
        PluralityResult {
            questions: self.questions.iter().zip(&agreed).map(shown).collect(),
            sheets: sheets.iter().map(|sheet| agreement(sheet, &agreed)).collect(),
            score: percent(found, self.questions.len()),
        }
    }

    /// The answer that most sheets give to one question, if they are enough.
    ///
    /// The score must be above the threshold (API reference). Assumed: all alike are agreed at a
    /// threshold of 100 too, as its samples want; of answers that are given equally often the
    /// first one is taken.
    fn agreed<'a>(&self, sheets: &'a [AnswerSheet], index: usize) -> Option<(&'a Values, i64)> {
        let mut counts: HashMap<&Values, (usize, usize)> = HashMap::new();
        let mut all = 0;
        for (order, sheet) in sheets.iter().enumerate() {
            if let Some(values) = sheet.get(index).and_then(Option::as_ref) {
                counts.entry(values).or_insert((0, order)).0 += 1;
                all += 1;
            }
        }
        let most =
            counts.into_iter().max_by_key(|(_, (count, order))| (*count, usize::MAX - *order));
        let (values, (count, _)) = most?;
        let score = percent(count, all);
        (score > self.threshold || score == 100 && self.threshold == 100).then_some((values, score))
    }
}

/// How a sheet agrees; a question on which nothing is agreed does not count, nor does one that the
/// sheet answers at too great a length.
fn agreement(sheet: &AnswerSheet, agreed: &[Option<(&Values, i64)>]) -> Agreement {
    let pairs = sheet.iter().zip(agreed);
    let compared = pairs.filter_map(|(given, agreed)| Some((given.as_ref()?, agreed.as_ref()?.0)));
    let (mut correct, mut incorrect) = (0, 0);
    for (given, agreed) in compared {
        *(if given == agreed { &mut correct } else { &mut incorrect }) += 1;
    }
    let all = correct + incorrect;
    Agreement { correct, incorrect, score: (all > 0).then(|| percent(correct, all)) }
}

fn joined(values: &Values) -> String {
    values.iter().map(String::as_str).collect::<Vec<_>>().join("|")
}

/// `QuestionIds`, one value each or separated by commas.
fn questions(given: &mut Parameters<'_>) -> Result<Vec<String>, Fault> {
    let name = "QuestionIds";
    let values = given.values(name)?.ok_or_else(|| given.missing(name))?;
    let mut questions: Vec<String> = Vec::new();
    for text in values.iter().flat_map(|text| text.split(',')) {
        let question = text.trim();
        let again = questions.iter().any(|before| before == question);
        if question.is_empty() || again || questions.len() == MOST_QUESTIONS {
            return Err(Fault::invalid_parameter(name, text));
        }
        questions.push(question.to_owned());
    }
    if questions.is_empty() {
        return Err(given.missing(name));
    }
    Ok(questions)
}

/// `T` or `F`. Assumed: words are taken too, and in any case of letters.
fn yes_or_no(given: &mut Parameters<'_>, name: &str) -> Result<bool, Fault> {
    let Some(text) = given.text(name)? else { return Ok(false) };
    match text.trim().to_ascii_lowercase().as_str() {
        "t" | "true" => Ok(true),
        "f" | "false" => Ok(false),
        _ => Err(Fault::invalid_parameter(name, text)),
    }
}
