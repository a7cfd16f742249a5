//! Asks those who answer for robots: addresses, language models, and the pages of requesters.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use axum::http::{Method, Request, Response};

use crate::engine::compute;
use crate::outbound::{Limits, Outbound, OutboundError};
use crate::rules::question::fields;
use crate::rules::robots::answers::Asked;
use crate::rules::robots::asking::{self, Question};
use crate::rules::robots::job::{Job, Replies};
use crate::shapes::answer::Given;
use crate::turn::{Answered, Answerers, BoxFuture};

/// Who is asked has this long to answer. Models on small machines are slow.
const LIMITS: Limits = Limits { bytes: asking::MOST_BYTES, time: Duration::from_mins(2) };
/// A page is fetched in this time.
const PAGE_TIME: Duration = Duration::from_secs(30);
/// The most bytes of a page.
const PAGE_BYTES: usize = 1 << 20;

/// Asks through the client for allowed hosts.
#[derive(Debug, Clone)]
pub struct Asker {
    outbound: Outbound,
    /// Where pages are told to submit to.
    submit_to: Arc<str>,
}

impl Asker {
    /// Asks whom the policy of `outbound` allows. Pages are told to submit to the origin
    /// `submit_to`.
    pub fn new(outbound: Outbound, submit_to: &str) -> Self {
        Self { outbound, submit_to: submit_to.into() }
    }

    async fn job(&self, job: Job) -> Answered {
        let question = job.question()?;
        let html = match job.page(&question, &self.submit_to) {
            Some(url) => Some(self.page(&url).await?),
            None => None,
        };
        let read = compute(move || {
            let known = job.known(question, html.as_deref().map(fields::of_page));
            let (plan, text) = (job.plan(&known), asking::text(&known, html.as_deref()));
            (job, known, plan.asked, text, html.is_some())
        });
        let (job, known, asked, text, is_page) = read.await.map_err(|fault| fault.to_string())?;
        let mut given = Given::default();
        for (asked, names) in &asked {
            let question = Question::new(asked, names, &known);
            let body = question.body(&job, &known, &text)?;
            given.0.extend(question.read(&self.ask(asked, body).await?)?);
        }
        Ok(Replies { given, page: is_page.then_some(known.fields) })
    }

    /// The body of the answer of whom is asked.
    async fn ask(&self, asked: &Asked, body: String) -> Result<Bytes, String> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(asked.url())
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json");
        let mut request = request.body(Bytes::from(body)).map_err(|error| error.to_string())?;
        if let Some(variable) = key(asked) {
            let key = self
                .outbound
                .policy()
                .bearer(variable, &asked.url())
                .map_err(|error| sentence(&error))?;
            request.headers_mut().insert(AUTHORIZATION, key);
        }
        whole(self.outbound.send(request, LIMITS).await)
    }

    /// The HTML of a page.
    async fn page(&self, url: &str) -> Result<String, String> {
        let request = Request::builder().uri(url).header(ACCEPT, "text/html");
        let request = request.body(Bytes::new()).map_err(|error| error.to_string())?;
        let limits = Limits { bytes: PAGE_BYTES, time: PAGE_TIME };
        let body = whole(self.outbound.send(request, limits).await)?;
        Ok(String::from_utf8_lossy(&body).into_owned())
    }
}

/// The variable that holds the key of whom is asked.
fn key(asked: &Asked) -> Option<&str> {
    match asked {
        Asked::OpenAi(model) => model.api_key_env.as_deref(),
        Asked::Http(_) => None,
    }
}

/// The body of a response, if it was successful.
fn whole(response: Result<Response<Bytes>, OutboundError>) -> Result<Bytes, String> {
    let response = response.map_err(|error| sentence(&error))?;
    let status = response.status();
    if status.is_success() {
        return Ok(response.into_body());
    }
    let more = if status.is_redirection() { "; no redirect is followed" } else { "" };
    Err(format!("The answer has the status {}{more}.", status.as_u16()))
}

fn sentence(error: &OutboundError) -> String {
    format!("Nobody answered: {error}.")
}

impl Answerers for Asker {
    fn refusal(&self, asked: &Asked) -> Option<String> {
        let (policy, url) = (self.outbound.policy(), asked.url());
        // A path is that of a sample page.
        let url = if url.starts_with('/') { format!("{}{url}", self.submit_to) } else { url };
        let refused = policy.check(&url).err();
        let no_key = || key(asked).and_then(|variable| policy.bearer(variable, &url).err());
        refused.or_else(no_key).map(|error| error.to_string())
    }

    fn answer(&self, job: Job) -> BoxFuture<'static, Answered> {
        let asker = self.clone();
        Box::pin(async move { asker.job(job).await })
    }
}
