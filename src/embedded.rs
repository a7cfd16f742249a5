//! The public API of the library: a server in the process of its caller.

mod builder;
mod clock;
mod error;
mod requests;

use std::fmt::Display;

use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use serde::Serialize;
use serde_json::{Value, json};

use crate::emulator::{Credential, Front};
use crate::fault::ErrorView;
use crate::serve::Tasks;
use crate::sigv4::{REGION, SERVICE, Signer};
use crate::time::wall_clock;

pub use builder::Builder;
pub use clock::Clock;
pub use error::Error;
pub use requests::{Submission, Wait};

/// A server that runs in this process, with a market of its own.
///
/// It runs in tasks of the tokio runtime in which it was started. When you drop it, it stops: it
/// accepts no more connections, finishes the requests in flight, and removes its temporary
/// database. [`Emulator::stop`] also waits for that.
///
/// Several emulators in one process are independent of each other. To share one between tasks, put
/// it into an [`Arc`](std::sync::Arc).
#[derive(Debug)]
pub struct Emulator {
    url: String,
    front: Front,
    /// Who signs calls; nobody if there are no credentials.
    signer: Option<Credential>,
    tasks: Tasks,
}

impl Emulator {
    /// The options of an emulator. The defaults are a temporary database, an empty market, real
    /// time and a free port of 127.0.0.1.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The URL for AWS clients and browsers, such as `http://127.0.0.1:34567`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The market's clock.
    pub const fn clock(&self) -> Clock<'_> {
        Clock(self.tasks.backend())
    }

    /// Calls an operation of the Requester API with the JSON `input`, and returns its output.
    ///
    /// You need no AWS client, no keys and no socket. The requester is the first
    /// [`credential`](Builder::credential), or else `test`.
    ///
    /// # Errors
    /// [`Error::Refused`], with the `TurkErrorCode`.
    pub async fn call(&self, operation: &str, input: impl Serialize) -> Result<Value, Error> {
        let body = serde_json::to_string(&input).map_err(Error::request)?;
        let mut request = Request::post("/")
            .header(header::HOST, self.host())
            .header(header::CONTENT_TYPE, "application/x-amz-json-1.1")
            .header("x-amz-target", format!("MTurkRequesterServiceV20170117.{operation}"))
            .body(body)
            .map_err(Error::request)?;
        if let Some(Credential { access_key, secret, .. }) = &self.signer {
            let (region, service) = (REGION, SERVICE);
            let signer = Signer { access_key, secret, session_token: None, region, service };
            signer.sign(&mut request, wall_clock()).map_err(Error::request)?;
        }
        self.answer(request.map(Body::from)).await
    }

    /// Lets a worker accept the HIT and submit `answers`, an object with a value for each field.
    /// Without [`Submission::worker_id`], it is a new worker.
    ///
    /// Await it to get the assignment, as the control API answers it.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), mturk_local::Error> {
    /// # let turk = mturk_local::Emulator::builder().fixture("minimal").start().await?;
    /// # let hits = turk.call("ListHITs", serde_json::json!({})).await?;
    /// # let hit_id = hits["HITs"][0]["HITId"].as_str().unwrap_or_default();
    /// let answers = serde_json::json!({"label": "cat"});
    /// let work = turk.submit(hit_id, answers).worker_id("A1ANNA0000000").await?;
    /// assert_eq!(work["AssignmentStatus"], "Submitted");
    /// # Ok(())
    /// # }
    /// ```
    pub fn submit(&self, hit_id: &str, answers: impl Serialize) -> Submission<'_> {
        Submission::new(self, hit_id, serde_json::to_value(answers))
    }

    /// Waits until the HIT has the state that you name with the methods of [`Wait`], for up to 30
    /// seconds of real time. Use it if the code under test works in the background.
    ///
    /// Await it to get the status of the HIT, and how many of its assignments have which status.
    pub fn wait(&self, hit_id: &str) -> Wait<'_> {
        Wait::new(self, hit_id)
    }

    /// Adds a world to the market: the text of a world file, or a [`Value`]. Either all of it is
    /// loaded or nothing. Returns what was loaded, and who owns it.
    ///
    /// # Errors
    /// [`Error::Refused`], whose message lists every problem of the world.
    pub async fn load(&self, world: impl Display) -> Result<Value, Error> {
        self.send("POST", "/_mturk/world", world.to_string()).await
    }

    /// The market as a world, without secrets.
    ///
    /// # Errors
    /// The database failed.
    pub async fn dump(&self) -> Result<Value, Error> {
        self.control("GET", "/_mturk/world", None).await
    }

    /// Takes the market back to its start: the same worlds, clock and ids.
    ///
    /// # Errors
    /// The database failed.
    pub async fn reset(&self) -> Result<(), Error> {
        self.control("POST", "/_mturk/reset", None).await.map(drop)
    }

    /// Calls any other route of the control API, for example `GET` and `/_mturk/events`. Returns
    /// the JSON of the answer.
    ///
    /// # Errors
    /// [`Error::Refused`], or [`Error::Request`] if the path is not one of the control API.
    pub async fn control(
        &self,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Result<Value, Error> {
        self.send(method, path, body.map_or_else(String::new, |body| body.to_string())).await
    }

    /// Finishes the requests in flight, for up to 8 seconds, and waits until the database is closed
    /// and, if it is a temporary one, removed.
    ///
    /// # Errors
    /// [`Error::Stop`] if the last writes may be lost.
    pub async fn stop(self) -> Result<(), Error> {
        let Self { tasks, front, .. } = self;
        drop(front);
        Ok(tasks.stop().await?)
    }

    async fn send(&self, method: &str, path: &str, body: String) -> Result<Value, Error> {
        if !path.starts_with("/_mturk/") {
            return Err(Error::request(format_args!(
                "{path:?} is not a path of the control API: those begin with /_mturk/"
            )));
        }
        let mut request =
            Request::builder().method(method).uri(path).header(header::HOST, self.host());
        if let Some(token) = self.tasks.backend().admin_token() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", token.secret()));
        }
        self.answer(request.body(Body::from(body)).map_err(Error::request)?).await
    }

    fn host(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    async fn answer(&self, request: Request<Body>) -> Result<Value, Error> {
        let (mut parts, body) = self.front.answer(request).await.into_parts();
        if !parts.status.is_success() {
            let view = parts.extensions.remove::<ErrorView>().unwrap_or_else(|| ErrorView {
                code: parts.status.as_str().to_owned(),
                message: "the request was refused".to_owned(),
            });
            return Err(Error::Refused { code: view.code, message: view.message });
        }
        let body = to_bytes(body, usize::MAX).await.map_err(Error::request)?;
        if body.is_empty() {
            return Ok(json!({}));
        }
        serde_json::from_slice(&body).map_err(Error::request)
    }
}
