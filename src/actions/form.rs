//! A worker submits a form that the marketplace drew, with its files.

use crate::actions::assignment::submit;
use crate::fault::Fault;
use crate::rules::question::answers::{AnswerValue, QuestionFormAnswers};
use crate::rules::question::filling::SentFile;
use crate::shapes::assignment::Assignment;
use crate::store::acceptances::Acceptance;
use crate::store::hits::Hit;
use crate::store::uploaded_files::{self, UploadedFile};
use crate::turn::Turn;

/// A form that was filled in as it requires.
#[derive(Debug, Clone)]
pub struct CheckedForm {
    /// The answers, in which the key of a file is its number among `files`.
    pub answers: QuestionFormAnswers,
    /// All files that were sent.
    pub files: Vec<SentFile>,
}

/// Submits what was filled in; saves the files that are part of the answer.
///
/// # Errors
/// The time for it had run out.
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
