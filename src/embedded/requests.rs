//! Requests with options. They are sent when you await them.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use form_urlencoded::Serializer;
use serde_json::{Value, json};

use crate::embedded::{Emulator, Error};
use crate::rules::frame::encoded;

type Answer<'e> = Pin<Box<dyn Future<Output = Result<Value, Error>> + Send + 'e>>;

/// A submission of a worker. See [`Emulator::submit`].
#[derive(Debug)]
#[must_use = "it is submitted when it is awaited"]
pub struct Submission<'e> {
    emulator: &'e Emulator,
    path: String,
    body: Result<Value, Error>,
}

impl<'e> Submission<'e> {
    pub(super) fn new(
        emulator: &'e Emulator,
        hit_id: &str,
        answers: serde_json::Result<Value>,
    ) -> Self {
        let path = format!("/_mturk/hits/{}/submissions", encoded(hit_id));
        let body = answers.map(|answers| json!({"Answers": answers})).map_err(Error::request);
        Self { emulator, path, body }
    }

    /// The id of the worker, such as `A1ANNA0000000`. The worker may be new.
    pub fn worker_id(self, id: &str) -> Self {
        self.with("WorkerId", id)
    }

    /// When the worker accepted: RFC 3339, epoch seconds, or relative to now, such as `-10m`.
    pub fn accept_time(self, at: &str) -> Self {
        self.with("AcceptTime", at)
    }

    /// When the worker submitted, in one of the same forms.
    pub fn submit_time(self, at: &str) -> Self {
        self.with("SubmitTime", at)
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        if let Ok(body) = &mut self.body {
            body[name] = value.into();
        }
        self
    }
}

impl<'e> IntoFuture for Submission<'e> {
    type Output = Result<Value, Error>;
    type IntoFuture = Answer<'e>;

    fn into_future(self) -> Answer<'e> {
        let Self { emulator, path, body } = self;
        Box::pin(async move { emulator.control("POST", &path, Some(body?)).await })
    }
}

/// What to wait for. See [`Emulator::wait`].
#[derive(Debug)]
#[must_use = "it waits when it is awaited"]
pub struct Wait<'e> {
    emulator: &'e Emulator,
    query: Vec<(&'static str, String)>,
}

impl<'e> Wait<'e> {
    pub(super) fn new(emulator: &'e Emulator, hit_id: &str) -> Self {
        Self { emulator, query: vec![("HITId", hit_id.to_owned())] }
    }

    /// The HIT has this status, such as `Reviewable`.
    pub fn status(self, status: &str) -> Self {
        self.with("status", status.to_owned())
    }

    /// At least `count` assignments were submitted, including those that were reviewed since.
    pub fn submitted(self, count: u32) -> Self {
        self.with("submitted", count.to_string())
    }

    /// At least `count` assignments are approved.
    pub fn approved(self, count: u32) -> Self {
        self.with("approved", count.to_string())
    }

    /// At least `count` assignments are rejected.
    pub fn rejected(self, count: u32) -> Self {
        self.with("rejected", count.to_string())
    }

    /// Gives up after this much real time, at most 55 seconds. It is then refused with the code
    /// `Timeout` and a message with the state of the HIT.
    pub fn timeout(self, limit: Duration) -> Self {
        self.with("timeout", format!("{}ms", limit.as_millis()))
    }

    fn with(mut self, name: &'static str, value: String) -> Self {
        self.query.push((name, value));
        self
    }
}

impl<'e> IntoFuture for Wait<'e> {
    type Output = Result<Value, Error>;
    type IntoFuture = Answer<'e>;

    fn into_future(self) -> Answer<'e> {
        let query = Serializer::new(String::new()).extend_pairs(self.query).finish();
        Box::pin(async move {
            let path = format!("/_mturk/wait?{query}");
            let mut answer = self.emulator.control("GET", &path, None).await?;
            Ok(answer["HIT"].take())
        })
    }
}
