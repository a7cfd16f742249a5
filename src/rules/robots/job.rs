//! A HIT that a robot has in hand, with everything that its answer depends on.

use serde::Serialize;
use serde_json::Value;

use crate::rules::frame::{Accepted, FrameParameters, address};
use crate::rules::question::answers::Repeated;
use crate::rules::question::fields::{self, Fields};
use crate::rules::question::{Question, parse};
use crate::rules::robots::answers::{Plan, Task, Worker, plan};
use crate::rules::robots::parameters::{Parameters, parameters};
use crate::rules::robots::random::Random;
use crate::shapes::answer::Given;
use crate::shapes::answerer::Answers;

/// What a robot has in hand.
#[derive(Debug, Clone)]
pub struct Job {
    /// How the script answers.
    pub answers: Answers,
    /// Whether pages of `ExternalQuestion` are fetched.
    pub opens_external_url: bool,
    /// The script's seed.
    pub seed: i64,
    /// Which of the script's draws this one is: chance follows from that and the seed.
    pub draw: i64,
    /// The HIT.
    pub hit: JobHit,
    /// How many assignments of the HIT were submitted before this one.
    pub nth: usize,
    /// The assignment.
    pub assignment_id: String,
    /// Who works.
    pub worker: JobWorker,
    /// The worker's number among those of the script, from 0.
    pub worker_number: usize,
    /// How many workers the script has.
    pub workers: usize,
}

/// A HIT, as those are told who are asked.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct JobHit {
    #[serde(rename = "HITId")]
    pub hit_id: String,
    #[serde(rename = "HITTypeId")]
    pub hit_type_id: String,
    pub title: String,
    pub description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keywords: Option<String>,
    pub reward: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requester_annotation: Option<String>,
    pub question: String,
}

/// Who works, as those are told who are asked.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct JobWorker {
    /// The worker id.
    pub worker_id: String,
    /// The script's traits.
    pub traits: Value,
}

/// What is known of a job's question.
#[derive(Debug, Clone)]
pub struct Known {
    /// The question.
    pub question: Question,
    /// Its fields.
    pub fields: Fields,
    /// The HIT's parameters.
    pub parameters: Parameters,
}

/// What others answered about a job.
#[derive(Debug, Clone, Default)]
pub struct Replies {
    /// Their answers.
    pub given: Given,
    /// The fields of the page, if one was fetched.
    pub page: Option<Fields>,
}

impl Job {
    /// The answer document, if nobody has to be asked for it.
    ///
    /// # Errors
    /// A sentence that says why there is no answer: the work is to be returned.
    pub fn answer(&self) -> Option<Result<String, String>> {
        let question = match self.question() {
            Ok(question) => question,
            Err(why) => return Some(Err(why)),
        };
        if self.page(&question, "").is_some() {
            return None;
        }
        let known = self.known(question, None);
        let plan = self.plan(&known);
        plan.asked.is_empty().then(|| document(&known, &plan.given))
    }

    /// The answer document, with what others answered.
    ///
    /// # Errors
    /// A sentence that says why there is no answer: the work is to be returned.
    pub fn answer_with(&self, replies: Replies) -> Result<String, String> {
        let known = self.known(self.question()?, replies.page);
        let mut given = self.plan(&known).given;
        given.0.extend(replies.given.0);
        document(&known, &given)
    }

    /// The question.
    ///
    /// # Errors
    /// It is damaged.
    pub fn question(&self) -> Result<Question, String> {
        parse(&self.hit.question).map_err(|why| why.to_string())
    }

    /// The page that must be fetched before the fields are known: its address. Sample pages are at
    /// `submit_to`.
    pub fn page(&self, question: &Question, submit_to: &str) -> Option<String> {
        let Question::External(page) = question else { return None };
        let accepted = Some(Accepted {
            assignment_id: &self.assignment_id,
            worker_id: &self.worker.worker_id,
            submit_to,
        });
        let parameters = FrameParameters { hit_id: &self.hit.hit_id, accepted };
        let whole = |url: String| {
            if url.starts_with('/') { format!("{submit_to}{url}") } else { url }
        };
        self.opens_external_url.then(|| whole(address(&page.url, &parameters)))
    }

    /// What is known of the question, with the fields of its page if that was fetched.
    pub fn known(&self, question: Question, page: Option<Fields>) -> Known {
        let fields = page.unwrap_or_else(|| fields::of(&question));
        let annotation = self.hit.requester_annotation.as_deref();
        let parameters = parameters(&question, &fields, annotation);
        Known { question, fields, parameters }
    }

    /// What is answered at once, and what others are asked.
    pub fn plan(&self, known: &Known) -> Plan {
        let task = Task {
            fields: &known.fields,
            parameters: &known.parameters,
            hit_id: &self.hit.hit_id,
            nth: self.nth,
            worker: Worker {
                worker_id: &self.worker.worker_id,
                number: self.worker_number,
                of: self.workers,
                traits: &self.worker.traits,
            },
            seed: self.seed,
        };
        plan(
            &self.answers,
            &task,
            &mut Random::new(self.seed, &["answers", &self.draw.to_string()]),
        )
    }
}

/// The answer document of these answers.
///
/// # Errors
/// A sentence that says why they are none.
fn document(known: &Known, given: &Given) -> Result<String, String> {
    fields::document(&known.question, &known.fields, given, Repeated::Join)
        .map_err(|why| why.to_string())
}
