//! A worker hands in a form that the marketplace drew, with its files.

use crate::acts::submit::submit;
use crate::fault::Fault;
use crate::rules::question::answers::AnswerValue;
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

impl FilledForm {
    /// What is checked, each file under a new key.
    fn filling(&self, turn: &mut Turn) -> Filling {
        let file = |sent: &SentFile| {
            let size = sent.content.len() as u64;
            (sent.field.clone(), File { size, key: turn.ids.entity() })
        };
        let files = self.files.iter().map(file).collect();
        Filling { texts: self.texts.clone(), files }
    }
}

/// What became of it.
#[derive(Debug)]
pub enum Handed {
    /// It was handed in.
    In(Box<Assignment>),
    /// It does not conform to the form: nothing happened, and the worker still has it.
    Back(Vec<Problem>),
}

/// Hands in what was filled into `form`, the form of `hit`, if it conforms; keeps the files that
/// are part of the answer.
///
/// # Errors
/// The time for it had run out; the database failed.
pub async fn submit_form(
    turn: &mut Turn,
    hit: &mut Hit,
    taken: Acceptance,
    form: &QuestionForm,
    filled: &FilledForm,
) -> Result<Handed, Fault> {
    let filling = filled.filling(turn);
    let answers = match answers(form, &filling) {
        Ok(answers) => answers,
        Err(problems) => return Ok(Handed::Back(problems)),
    };
    for answer in &answers.0 {
        let AnswerValue::File { key, .. } = &answer.value else { continue };
        let sent = filling.files.iter().zip(&filled.files).find(|((_, file), _)| file.key == *key);
        if let Some((_, sent)) = sent {
            let file = UploadedFile {
                hit_key: hit.key,
                key: key.clone(),
                assignment_id: taken.assignment_id.clone(),
                question_identifier: answer.question_identifier.clone(),
                file_name: plain(&sent.file_name),
                content_type: plain(&sent.content_type),
                content: sent.content.clone(),
            };
            uploaded_files::add(&mut turn.tx, &file).await?;
        }
    }
    let at = turn.now;
    Ok(Handed::In(Box::new(submit(turn, hit, taken, answers.xml()?, at).await?)))
}

/// A name without characters that no name has and not every database keeps.
fn plain(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).collect()
}
