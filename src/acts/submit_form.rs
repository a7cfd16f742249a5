//! A worker hands in a form that the marketplace drew, with its files.

use crate::acts::submit::submit;
use crate::fault::Fault;
use crate::rules::question::answers::{AnswerValue, QuestionFormAnswers};
use crate::rules::question::filling::{File, Filling, Problem, SentFile, answers};
use crate::rules::question::form::QuestionForm;
use crate::shapes::assignment::Assignment;
use crate::store::acceptances::Acceptance;
use crate::store::hits::Hit;
use crate::store::uploaded_files::{self, UploadedFile};
use crate::turn::Turn;

/// What a worker filled in.
#[derive(Debug, Clone, Default)]
pub struct FilledForm {
    /// Names and texts of the fields, as they were posted.
    pub texts: Vec<(String, String)>,
    /// Files, as they were posted.
    pub files: Vec<SentFile>,
}

/// A form that was filled in as it wants to be.
#[derive(Debug, Clone)]
pub struct CheckedForm {
    /// The answers, in which the key of a file is its number among `files`.
    answers: QuestionFormAnswers,
    files: Vec<SentFile>,
}

impl FilledForm {
    /// What was filled in, each file under its number.
    #[must_use]
    pub fn filling(&self) -> Filling {
        let files = self.files.iter().enumerate().map(|(number, sent)| {
            let file = File { size: sent.content.len() as u64, key: number.to_string() };
            (sent.field.clone(), file)
        });
        Filling { texts: self.texts.clone(), files: files.collect() }
    }

    /// Checks it against the form. This takes long where much was filled in, so no turn does it.
    ///
    /// # Errors
    /// What does not conform to the form.
    pub fn check(self, form: &QuestionForm) -> Result<CheckedForm, (Self, Vec<Problem>)> {
        match answers(form, &self.filling()) {
            Ok(answers) => Ok(CheckedForm { answers, files: self.files }),
            Err(problems) => Err((self, problems)),
        }
    }
}

/// Hands in what was filled in; keeps the files that are part of the answer.
///
/// # Errors
/// The time for it had run out; the database failed.
pub async fn submit_form(
    turn: &mut Turn,
    hit: &mut Hit,
    taken: Acceptance,
    checked: &CheckedForm,
) -> Result<Assignment, Fault> {
    let mut answers = checked.answers.clone();
    let keys: Vec<String> = checked.files.iter().map(|_| turn.ids.entity()).collect();
    for answer in &mut answers.0 {
        let AnswerValue::File { key, .. } = &mut answer.value else { continue };
        let number: usize = key.parse().unwrap_or_default();
        let Some((sent, new)) = checked.files.get(number).zip(keys.get(number)) else { continue };
        key.clone_from(new);
        let file = UploadedFile {
            hit_key: hit.key,
            key: new.clone(),
            assignment_id: taken.assignment_id.clone(),
            question_identifier: answer.question_identifier.clone(),
            file_name: plain(&sent.file_name),
            content_type: plain(&sent.content_type),
            content: sent.content.clone(),
        };
        uploaded_files::add(&mut turn.tx, &file).await?;
    }
    let at = turn.now;
    submit(turn, hit, taken, answers.xml()?, at).await
}

/// A name without characters that no name has and not every database keeps.
fn plain(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).collect()
}
