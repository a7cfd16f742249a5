//! What a robot answers.

use serde_json::Value;

use crate::rules::robots::job::{Job, JobHit, JobWorker};
use crate::store::hits::Hit;
use crate::store::robots::{Crowd, Work};

/// The answer of a robot.
#[derive(Debug)]
pub enum RobotAnswer {
    /// It is known: the document, or why there is none. The work is returned then.
    Known(Result<String, String>),
    /// Somebody outside the market must be asked for it.
    AskOutside(Box<Job>),
}

/// The answer to a HIT that a robot has in hand.
pub fn answer(crowd: &Crowd, work: &Work, hit: &Hit) -> RobotAnswer {
    let job = job(crowd, work, hit);
    match job.answer() {
        Some(known) => RobotAnswer::Known(known),
        None => RobotAnswer::AskOutside(Box::new(job)),
    }
}

/// Everything on which the answer depends.
fn job(crowd: &Crowd, work: &Work, hit: &Hit) -> Job {
    let (script, values) = (&crowd.script, &hit.hit_type.values);
    let traits = script.traits.as_ref().map(serde_json::to_value);
    let count = |number: i64| usize::try_from(number).unwrap_or_default();
    Job {
        answers: script.answers.clone().unwrap_or_default(),
        opens_external_url: script.open_external_url.unwrap_or(false),
        seed: script.seed(),
        draw: work.look,
        hit: JobHit {
            hit_id: hit.id.clone(),
            hit_type_id: hit.hit_type.id.clone(),
            title: values.title.clone(),
            description: values.description.clone(),
            keywords: values.keywords.clone(),
            reward: values.reward.to_string(),
            requester_annotation: hit.requester_annotation.clone(),
            question: hit.question.clone(),
        },
        hit_number: hit.key,
        nth: count(work.nth),
        assignment_id: work.assignment_id.clone(),
        worker: JobWorker {
            worker_id: script.worker_id(work.number),
            traits: traits.and_then(Result::ok).unwrap_or(Value::Null),
        },
        worker_number: count(work.number),
        workers: count(script.worker_count()),
    }
}
