//! A visit: who comes by, what they take (a page or JSON), and where the server stands for them.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::Response;

use crate::engine::Engine;
use crate::fault::Fault;
use crate::rules::page::PageKey;
use crate::rules::posted::{Field, urlencoded};
use crate::rules::url::own_origin;
use crate::rules::worker::well_formed;
use crate::rules::worker_cookie;
use crate::store::requesters::Requester;
use crate::store::workers;
use crate::turn::{Access, BoxFuture, Turn};
use crate::views::bar::{Bar, Offer, bar};
use crate::web::page::inside;
use crate::web::{Site, Web};

const WORKER_ID: &str = "that is A followed by capital letters and digits, 64 characters at most";

/// Where the worker's id is kept.
pub const COOKIE: &str = "mturk_local_worker";

/// One request for a page.
#[derive(Debug)]
pub struct Visit {
    engine: Arc<Engine>,
    /// How the site is to be.
    pub site: Arc<Site>,
    /// The chosen worker.
    pub worker_id: Option<String>,
    /// Whether the choice came with this request and is to be kept.
    switched: bool,
    /// What the query says of another worker, if it was not followed.
    pub offer: Option<Offer>,
    /// Whether JSON is wanted.
    pub json: bool,
    /// Whether a page of another site may have made the browser come here.
    pub foreign: bool,
    /// The path and the query, for coming back.
    pub here: String,
    /// `GET`, or what sends something.
    pub method: Method,
    /// The page of this site that led here, if a browser says so.
    pub came_from: Option<String>,
    /// The query.
    pub query: Vec<Field>,
    /// Where this server is for pages in the frame, without a slash at its end.
    pub submit_to: String,
    /// Seals the cookie; a fault if the database failed while it was asked who comes by.
    key: Result<PageKey, Fault>,
}

impl FromRequestParts<Web> for Visit {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Self::Rejection> {
        let query = urlencoded(parts.uri.query().unwrap_or_default().as_bytes());
        let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let foreign = is_foreign(parts);
        let mut key = web.engine.page_key().await;
        let (asked, offer) = match value(&query, "workerId") {
            None => (None, None),
            Some(id) => match offer(&web.engine, id, foreign).await {
                Ok(None) => (Some(id.to_owned()), None),
                Ok(offer) => (None, offer),
                Err(fault) => {
                    key = Err(fault);
                    (None, None)
                }
            },
        };
        let json = value(&query, "format") == Some("json")
            || text(header::ACCEPT).is_some_and(|accept| accept.starts_with("application/json"));
        let refused = matches!(offer, Some(Offer::NoId(_) | Offer::Unknown(_)));
        let kept = key.as_ref().ok().and_then(|key| kept(&parts.headers, key));
        Ok(Self {
            engine: Arc::clone(&web.engine),
            site: Arc::clone(&web.site),
            switched: asked.is_some(),
            offer,
            // In JSON nothing would tell that the worker has not changed.
            worker_id: asked.or_else(|| kept.filter(|_| !(json && refused))),
            json,
            foreign,
            here: here(parts).to_owned(),
            method: parts.method.clone(),
            came_from: came_from(parts),
            submit_to: own_origin(web.site.public_url.as_deref(), text(header::HOST)),
            query,
            key,
        })
    }
}

/// Whether a page of another site, or one without an origin, may have made a browser send this.
///
/// Browsers say who did in `Sec-Fetch-Site`, but only to https and to loopback. Elsewhere a browser
/// is foreign whatever it asks for with GET: its `Referer` proves nothing, since HTML in a frame
/// can have the browser send one of this very origin. Writes were looked at by the gate. Programs
/// that are no browsers come on their own account.
fn is_foreign(parts: &Parts) -> bool {
    let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "cross-site" | "same-site");
    }
    let agent = text("user-agent").unwrap_or_default();
    parts.method.is_safe() && agent.starts_with("Mozilla/")
}

fn here(parts: &Parts) -> &str {
    parts.uri.path_and_query().map_or("/", |here| here.as_str())
}

/// The page that `Referer` names, if it is one of this site, and another than the one asked for.
///
/// It proves nothing, so it is good for a link and no more.
fn came_from(parts: &Parts) -> Option<String> {
    let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let (_, rest) = text(header::REFERER)?.split_once("://")?;
    let page = inside(rest.strip_prefix(text(header::HOST)?)?)?;
    (!parts.method.is_safe() || page != here(parts)).then(|| page.to_owned())
}

/// Why a worker that the query names is not taken at once; none if that worker is.
async fn offer(engine: &Arc<Engine>, id: &str, foreign: bool) -> Result<Option<Offer>, Fault> {
    if !well_formed(id) {
        return Ok(Some(Offer::NoId(id.chars().take(64).collect())));
    }
    if engine.market().known_workers_only && !is_known(engine, id).await? {
        return Ok(Some(Offer::Unknown(id.to_owned())));
    }
    Ok(foreign.then(|| Offer::Worker(id.to_owned())))
}

/// Whether there is such a worker.
async fn is_known(engine: &Arc<Engine>, id: &str) -> Result<bool, Fault> {
    let id = Arc::new(id.to_owned());
    let found = engine.turn(Access::Read, Requester::default(), move |turn| {
        let id = Arc::clone(&id);
        Box::pin(async move { workers::find(&mut turn.tx, &id).await })
    });
    Ok(found.await?.is_some())
}

/// The first field of that name.
pub fn value<'f>(fields: &'f [Field], name: &str) -> Option<&'f str> {
    fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// The worker whom the request's cookie names.
pub fn kept(headers: &HeaderMap, key: &PageKey) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';'));
    let found = pairs.find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))?;
    worker_cookie::worker_id(key, found)
}

impl Visit {
    /// A value of the query.
    pub fn asked(&self, name: &str) -> Option<&str> {
        value(&self.query, name)
    }

    /// Whether a switch of the query is on.
    pub fn is_on(&self, name: &str) -> bool {
        self.asked(name).is_some_and(|value| matches!(value, "true" | "1" | "on"))
    }

    /// The number of the page that is wanted, and how many pages are passed over to get there.
    ///
    /// Behind a cursor the number is only what the page is called; without one there are `most`.
    pub fn page_number(&self, is_behind_cursor: bool, most: usize) -> (usize, usize) {
        let asked = self.asked("page_number").and_then(|number| number.parse().ok());
        let number: usize = asked.unwrap_or(1).max(1);
        if is_behind_cursor { (number, 0) } else { (number.min(most), number.min(most) - 1) }
    }

    /// The chosen worker. Nobody stands in for one whom the address names and who cannot be had.
    ///
    /// # Errors
    /// Nobody was chosen; the database failed.
    pub fn worker(&self) -> Result<String, Fault> {
        self.key.as_ref().map_err(Clone::clone)?;
        match (&self.offer, &self.worker_id) {
            (Some(Offer::NoId(text)), _) => Err(Fault::worker(
                "NoWorker",
                format!("“{text}” in the address is no worker id: {WORKER_ID}."),
            )),
            (Some(Offer::Unknown(id)), _) => Err(Fault::worker(
                "UnknownWorker",
                format!("There is no worker {id}, and only known workers may work here."),
            )),
            (_, Some(worker_id)) => Ok(worker_id.clone()),
            (_, None) => {
                Err(Fault::worker("NoWorker", "Choose a worker first: nobody is at work here yet."))
            }
        }
    }

    /// A cookie that keeps the choice of a worker for a year; an empty id forgets it.
    pub fn cookie(&self, worker_id: &str) -> Option<HeaderValue> {
        let (value, age) = match (worker_id, &self.key) {
            ("", _) => (String::new(), 0),
            (_, Ok(key)) => (worker_cookie::value(key, worker_id), 31_536_000),
            (_, Err(_)) => return None,
        };
        let is_https = self.site.public_url.as_deref().is_some_and(|url| url.starts_with("https:"));
        let secure = if is_https { "; Secure" } else { "" };
        let attributes = format!("Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}");
        HeaderValue::from_str(&format!("{COOKIE}={value}; {attributes}")).ok()
    }

    /// Whether nobody may work here but workers who were made known before.
    pub fn knows_only_known(&self) -> bool {
        self.engine.market().known_workers_only
    }

    /// Looks at the market, and at who works here.
    ///
    /// # Errors
    /// What `deed` answers; the database failed.
    pub async fn look<T, F>(&self, deed: F) -> Result<(Bar, T), Fault>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t mut Turn) -> BoxFuture<'t, Result<T, Fault>> + Send + Sync + 'static,
    {
        let (worker, deed) = (self.worker_id.clone(), Arc::new(deed));
        let looked = self.engine.turn(Access::Read, Requester::default(), move |turn| {
            let (worker, deed) = (worker.clone(), Arc::clone(&deed));
            Box::pin(async move {
                let found = deed(turn).await?;
                Ok((bar(turn, worker.as_deref()).await?, found))
            })
        });
        let (bar, found) = looked.await?;
        Ok((Bar { offer: self.offer.clone(), ..bar }, found))
    }

    /// Looks at the market alone.
    ///
    /// # Errors
    /// What `action` answers; the database failed.
    pub async fn read<T, F>(&self, action: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t mut Turn) -> BoxFuture<'t, Result<T, Fault>> + Send + Sync + 'static,
    {
        self.engine.turn(Access::Read, Requester::default(), action).await
    }

    /// The bar alone.
    ///
    /// # Errors
    /// The database failed.
    pub async fn bar(&self) -> Result<Bar, Fault> {
        Ok(self.look(|_| Box::pin(async { Ok(()) })).await?.0)
    }

    /// Does something.
    ///
    /// # Errors
    /// What `deed` answers; the database failed.
    pub async fn act<T, F>(&self, deed: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t mut Turn) -> BoxFuture<'t, Result<T, Fault>> + Send + Sync + 'static,
    {
        self.engine.turn(Access::Write, Requester::default(), deed).await
    }

    /// The answer, with the choice of a worker that came with the request.
    pub fn keep_choice(&self, mut response: Response) -> Response {
        let chosen = self.worker_id.as_deref().filter(|_| self.switched);
        if let Some(cookie) = chosen.and_then(|id| self.cookie(id)) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }
}
