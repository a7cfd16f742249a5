//! What the pages of the console share.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use tokio::sync::Semaphore;

use crate::engine::Engine;
use crate::journal::Journal;
use crate::rules::admin_token::AdminToken;
use crate::time::real_now;
use crate::web::attempts::Attempts;
use crate::web::origin::HasPublicOrigin;

/// Where the console is.
pub const ROOT: &str = "/requester/console";
/// So many pages are kept up to date at a time.
pub const MAX_STREAMS: usize = 16;
/// A page is kept up to date for so long by one stream. Then it opens another one, for which it is
/// checked again who may see it.
const STREAM_TIME: Duration = Duration::from_mins(10);

/// What the pages share.
#[derive(Debug, Clone)]
pub struct Console {
    /// Takes the turns that read.
    pub engine: Arc<Engine>,
    /// The latest calls, if they are written down.
    pub journal: Option<Arc<Journal>>,
    /// What a browser must show to be let in; none if everybody may.
    pub token: Option<AdminToken>,
    /// What the server's addresses begin with, if not with the caller's `Host`.
    pub public_origin: Option<String>,
    /// The control API, which does what the forms ask for.
    pub control: Router,
    /// Whether the worker's site is at the same address.
    pub has_site: bool,
    /// Which server this is: when it started, in milliseconds of real time.
    pub run: i64,
    /// Room for pages that are kept up to date.
    pub streams: Arc<Semaphore>,
    /// How long one stream keeps a page up to date.
    pub stream_time: Duration,
    /// Wrong tokens.
    pub attempts: Arc<Attempts>,
}

impl Console {
    /// The console of a market; `control` has the routes of the control API, and the worker's
    /// site may be at the same address.
    #[must_use]
    pub fn new(
        engine: Arc<Engine>,
        journal: Option<Arc<Journal>>,
        (token, public_origin): (Option<AdminToken>, Option<String>),
        (control, has_site): (Router, bool),
    ) -> Self {
        Self {
            engine,
            journal,
            token,
            public_origin,
            control,
            has_site,
            run: real_now().0,
            streams: Arc::new(Semaphore::new(MAX_STREAMS)),
            stream_time: STREAM_TIME,
            attempts: Arc::new(Attempts::new("admin tokens")),
        }
    }
}

impl FromRequestParts<Console> for Console {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, console: &Self) -> Result<Self, Infallible> {
        Ok(console.clone())
    }
}

impl HasPublicOrigin for Console {
    fn public_origin(&self) -> Option<&str> {
        self.public_origin.as_deref()
    }
}
