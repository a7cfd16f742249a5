//! The answers of a world as the table that programs for crowds read: task, worker, label.

use serde_json::Value;

use crate::rules::question::answers::{Answer, AnswerValue, parse};

/// One submitted assignment.
struct Work<'w> {
    hit_id: &'w str,
    worker_id: &'w str,
    answers: Vec<Answer>,
}

/// A CSV of the submitted answers of a dumped world, in its order, rejected ones included.
///
/// A task is a HIT; where an assignment of the world answers several questions, a task is a HIT and
/// a question, as `HITId/question`. What cannot be read is left out, and so are files.
pub fn csv(world: &Value) -> String {
    let hits = world["HITs"].as_array().map(Vec::as_slice).unwrap_or_default();
    let works: Vec<Work<'_>> = hits.iter().flat_map(work).collect();
    let are_several = works.iter().any(|work| work.answers.len() > 1);
    let mut csv = "task,worker,label\n".to_owned();
    for Work { hit_id, worker_id, answers } in &works {
        for answer in answers {
            let Some(label) = label(&answer.value) else { continue };
            let task = if are_several {
                format!("{hit_id}/{}", answer.question_identifier)
            } else {
                (*hit_id).to_owned()
            };
            let row = [cell(&task), cell(worker_id), cell(&label)].join(",");
            csv.push_str(&row);
            csv.push('\n');
        }
    }
    csv
}

fn work(hit: &Value) -> impl Iterator<Item = Work<'_>> {
    let all = hit["Assignments"].as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter().filter_map(|assignment| {
        Some(Work {
            hit_id: hit["HITId"].as_str()?,
            worker_id: assignment["WorkerId"].as_str()?,
            answers: parse(assignment["Answer"].as_str()?).ok()?,
        })
    })
}

fn label(value: &AnswerValue) -> Option<String> {
    match value {
        AnswerValue::FreeText(text) => Some(text.clone()),
        AnswerValue::Selections { identifiers, other } => {
            let chosen: Vec<&str> = identifiers.iter().chain(other).map(String::as_str).collect();
            Some(chosen.join("|"))
        }
        AnswerValue::File { .. } => None,
    }
}

/// A cell, in quotation marks where it needs them.
fn cell(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::rules::question::answers::{Repeated, from_fields};

    fn answer(fields: &[(&str, &str)]) -> String {
        let fields: Vec<(String, String)> =
            fields.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        from_fields(&fields, Repeated::Join).unwrap()
    }

    fn world(answers: &[String]) -> Value {
        let work = answers
            .iter()
            .enumerate()
            .map(|(number, answer)| json!({"WorkerId": format!("A{number}"), "Answer": answer}));
        let work: Vec<Value> = work.chain([json!({"WorkerId": "AHELD"})]).collect();
        json!({"HITs": [{"HITId": "3A", "Assignments": work}, {"HITId": "3B"}]})
    }

    #[test]
    fn a_task_is_a_hit_or_a_question_of_it() {
        let one =
            world(&[answer(&[("q", "cat")]), answer(&[("q", "a \"big\", dog")]), String::new()]);
        assert_eq!(csv(&one), "task,worker,label\n3A,A0,cat\n3A,A1,\"a \"\"big\"\", dog\"\n");
        let two = world(&[answer(&[("q", "cat"), ("r", "1")]), answer(&[("q", "dog")])]);
        assert_eq!(csv(&two), "task,worker,label\n3A/q,A0,cat\n3A/r,A0,1\n3A/q,A1,dog\n");
        assert_eq!(csv(&json!({})), "task,worker,label\n");
    }
}
