//! What a policy found and did, in the words of the API.

use crate::fault::{Code, Fault, Refusal};
use crate::rules::review_policy::known_answers::KnownAnswerResult;
use crate::rules::review_policy::plurality::{AgreedAnswer, Agreement, PluralityResult};
use crate::shapes::review::{ReviewActionDetail, ReviewActionStatus, ReviewResultDetail};
use crate::store::assignments::Placed;
use crate::store::review_reports::Entry;
use crate::time::Instant;

/// A report as it grows.
pub(super) struct Report {
    /// In the order in which things happened.
    pub entries: Vec<Entry>,
    /// The id of the review, which every result names.
    review_id: String,
}

/// What a result is about: its id, and of what kind that is.
type Subject<'a> = (&'a str, &'static str);

impl Report {
    pub(super) const fn new(review_id: String) -> Self {
        Self { entries: Vec::new(), review_id }
    }

    /// What is found of one assignment by its known answers.
    pub(super) fn known_answers(
        &mut self,
        assignment_id: &str,
        scored: &KnownAnswerResult,
        now: Instant,
    ) {
        let (correct, all) = (scored.correct(), scored.questions.len());
        let answers = if all == 1 { "one known answer" } else { &format!("{all} known answers") };
        let subject = (assignment_id, "Assignment");
        self.reviewed(subject, now, format!("Reviewed {answers}; {correct}/{all} correct"));
        for (question, correct) in &scored.questions {
            let value = i64::from(*correct).to_string();
            self.found(subject, Some(question), "KnownAnswerCorrect", value);
        }
        self.found(subject, None, "KnownAnswerScore", scored.score.to_string());
    }

    /// What is found of a HIT whose work is compared.
    pub(super) fn plurality(
        &mut self,
        hit_id: &str,
        works: &[Placed],
        found: &PluralityResult,
        now: Instant,
    ) {
        let agreed = found.questions.iter().filter(|(_, agreed)| agreed.is_some()).count();
        let (all, compared) = (found.questions.len(), works.len());
        let many = format!("{compared} assignments");
        let those = if compared == 1 { "one assignment" } else { &many };
        let result = format!("Compared {those}; {agreed}/{all} questions agreed");
        self.reviewed((hit_id, "HIT"), now, result);
        for (question, agreed) in &found.questions {
            self.question((hit_id, "Question"), question, agreed.as_ref());
        }
        for (work, agreement) in works.iter().zip(&found.sheets) {
            self.worker(&work.assignment.assignment_id, *agreement);
        }
        self.found((hit_id, "HIT"), None, "HitAgreementScore", found.score.to_string());
    }

    fn question(&mut self, subject: Subject<'_>, question: &str, agreed: Option<&AgreedAnswer>) {
        let question = Some(question);
        self.found(subject, question, "AgreedAnswerFound", agreed.is_some().to_string());
        if let Some(AgreedAnswer { answer, score }) = agreed {
            self.found(subject, question, "AgreedAnswer", answer.clone());
            self.found(subject, question, "AnswerAgreementScore", score.to_string());
        }
    }

    fn worker(&mut self, assignment_id: &str, agreement: Agreement) {
        let subject = (assignment_id, "Assignment");
        if let Some(score) = agreement.score {
            self.found(subject, None, "WorkerAgreementScore", score.to_string());
        }
        for (key, count) in [
            ("PluralityAnswersCorrect", agreement.correct),
            ("PluralityAnswersIncorrect", agreement.incorrect),
        ] {
            self.found(subject, None, key, count.to_string());
        }
    }

    fn found(&mut self, subject: Subject<'_>, question: Option<&str>, key: &str, value: String) {
        self.entries.push(Entry::Result(ReviewResultDetail {
            action_id: self.review_id.clone(),
            subject_id: subject.0.to_owned(),
            subject_type: subject.1.to_owned(),
            question_id: question.map(str::to_owned),
            key: key.to_owned(),
            value,
        }));
    }

    fn reviewed(&mut self, target: Subject<'_>, now: Instant, result: String) {
        let (status, id) = (ReviewActionStatus::Succeeded, self.review_id.clone());
        self.act(id, "review", target, now, (status, result, None));
    }

    /// An action was tried.
    ///
    /// # Errors
    /// What is no refusal: the store's failures.
    pub(super) fn did(
        &mut self,
        action_id: String,
        name: &str,
        target: Subject<'_>,
        now: Instant,
        outcome: Result<&'static str, Fault>,
    ) -> Result<(), Fault> {
        let outcome = match outcome {
            Ok(result) => (ReviewActionStatus::Succeeded, result.to_owned(), None),
            Err(Fault::Refused(refusal)) => {
                let Refusal { code, message, .. } = *refusal;
                let code_of_service = format!("AWS.MechanicalTurk.{code}");
                (ReviewActionStatus::Failed, failure(code, message), Some(code_of_service))
            }
            Err(fault) => return Err(fault),
        };
        self.act(action_id, name, target, now, outcome);
        Ok(())
    }

    fn act(
        &mut self,
        action_id: String,
        name: &str,
        target: Subject<'_>,
        now: Instant,
        (status, result, error_code): (ReviewActionStatus, String, Option<String>),
    ) {
        self.entries.push(Entry::Action(ReviewActionDetail {
            action_id,
            action_name: name.to_owned(),
            target_id: target.0.to_owned(),
            target_type: target.1.to_owned(),
            status,
            complete_time: now,
            result,
            error_code,
        }));
    }
}

/// The sentence on a wrong state is the documentation's.
fn failure(code: Code, message: String) -> String {
    if code == Code::InvalidAssignmentState {
        return "Assignment was in an invalid state for this operation.".to_owned();
    }
    message
}
