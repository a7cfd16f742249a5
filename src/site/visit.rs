//! A request for a page: who works, whether a page or JSON is expected, and the server's own
//! address.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::{self, AsHeaderName};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::response::Response;

use crate::engine::Engine;
use crate::fault::{Code, Fault};
use crate::ids::WORKER_ID;
use crate::rules::frame_host::Sender;
use crate::rules::page::PageKey;
use crate::rules::posted::{Field, urlencoded};
use crate::rules::url::own_origin;
use crate::rules::worker::well_formed;
use crate::rules::worker_cookie;
use crate::site::address::inside;
use crate::site::state::SiteState;
use crate::store::requesters::Requester;
use crate::store::workers;
use crate::turn::Action;
use crate::views::bar::{Bar, Prompt, bar};
use crate::views::show;
use crate::web::cookie;
use crate::web::frames::Frames;
use crate::web::origin::Origin;

/// The cookie that holds the worker's id.
pub const COOKIE: &str = "mturk_local_worker";

/// One request for a page. Handlers and middleware of one request share it.
#[derive(Debug)]
pub struct Visit {
    /// The engine and the options of the site.
    pub site: SiteState,
    /// The chosen worker.
    pub worker_id: Option<String>,
    /// Whether the choice came with this request and is to be stored.
    switched: bool,
    /// What the query names as another worker, if it was not followed.
    pub prompt: Option<Prompt>,
    /// Whether JSON is expected.
    pub json: bool,
    /// Whether a page of another site may have made the browser come here.
    pub foreign: bool,
    /// The path and the query, for coming back.
    pub here: String,
    /// `GET`, or what sends something.
    pub method: Method,
    /// The page of this site that led here, if a browser names it.
    pub came_from: Option<String>,
    /// The query.
    pub query: Vec<Field>,
    /// Where this server is for pages in the frame, without a slash at its end.
    pub submit_to: String,
    /// Where it is for the browser.
    pub origin: Origin,
    /// Which page sent it.
    sender: [Option<String>; 2],
    /// Seals the cookie; a fault if the database failed while the worker was read.
    key: Result<PageKey, Fault>,
}

impl FromRequestParts<SiteState> for Arc<Visit> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, site: &SiteState) -> Result<Self, Infallible> {
        if let Some(visit) = parts.extensions.get::<Self>() {
            return Ok(Self::clone(visit));
        }
        let visit = Self::new(Visit::new(parts, site).await);
        parts.extensions.insert(Self::clone(&visit));
        Ok(visit)
    }
}

fn header_text(headers: &HeaderMap, name: impl AsHeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Whether a page of another site, or one without an origin, may have made a browser send this.
///
/// Browsers name it in `Sec-Fetch-Site`, but only to https and to loopback. Elsewhere a browser
/// is foreign whatever it requests with GET: its `Referer` proves nothing, since HTML in a frame
/// can have the browser send one of this very origin. The host and origin check has passed all
/// writes. Programs that are no browsers come on their own account.
fn is_foreign(parts: &Parts) -> bool {
    if let Some(site) = header_text(&parts.headers, "sec-fetch-site") {
        return matches!(site, "cross-site" | "same-site");
    }
    let agent = header_text(&parts.headers, header::USER_AGENT).unwrap_or_default();
    parts.method.is_safe() && agent.starts_with("Mozilla/")
}

fn here(parts: &Parts) -> &str {
    parts.uri.path_and_query().map_or("/", |here| here.as_str())
}

/// The page that `Referer` names, if it is one of this site, and another than the requested one.
///
/// It proves nothing, so it is good for a link and no more.
fn came_from(parts: &Parts) -> Option<String> {
    let (_, rest) = header_text(&parts.headers, header::REFERER)?.split_once("://")?;
    let page = inside(rest.strip_prefix(header_text(&parts.headers, header::HOST)?)?)?;
    (!parts.method.is_safe() || page != here(parts)).then(|| page.to_owned())
}

/// Why a worker that the query names is not taken at once; none if that worker is.
async fn prompt(engine: &Arc<Engine>, id: &str, foreign: bool) -> Result<Option<Prompt>, Fault> {
    if !well_formed(id) {
        return Ok(Some(Prompt::NoId(id.chars().take(64).collect())));
    }
    if engine.market().known_workers_only && !is_known(engine, id).await? {
        return Ok(Some(Prompt::Unknown(id.to_owned())));
    }
    Ok(foreign.then(|| Prompt::Worker(id.to_owned())))
}

/// Whether there is such a worker.
async fn is_known(engine: &Arc<Engine>, id: &str) -> Result<bool, Fault> {
    let found = engine.read(Requester::default(), id.to_owned(), |turn, id| {
        Box::pin(workers::find(&mut turn.tx, id))
    });
    Ok(found.await?.is_some())
}

/// The first field of that name.
pub fn value<'f>(fields: &'f [Field], name: &str) -> Option<&'f str> {
    fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// The worker whom a cookie of that name names.
pub fn worker_in_cookie(headers: &HeaderMap, name: &str, key: &PageKey) -> Option<String> {
    cookie::values(headers, name).find_map(|value| worker_cookie::worker_id(key, value))
}

impl Visit {
    async fn new(parts: &Parts, site: &SiteState) -> Self {
        let query = urlencoded(parts.uri.query().unwrap_or_default().as_bytes());
        let foreign = is_foreign(parts);
        let key = site.engine.page_key().await;
        let named = value(&query, "workerId");
        let prompt = match named {
            Some(id) => prompt(&site.engine, id, foreign).await,
            None => Ok(None),
        };
        let chosen = named.filter(|_| prompt == Ok(None)).map(str::to_owned);
        let (prompt, key) = match prompt {
            Ok(prompt) => (prompt, key),
            Err(fault) => (None, Err(fault)),
        };
        let json = value(&query, "format") == Some("json")
            || header_text(&parts.headers, header::ACCEPT)
                .is_some_and(|accept| accept.starts_with("application/json"));
        let refused = matches!(prompt, Some(Prompt::NoId(_) | Prompt::Unknown(_)));
        let public_url = site.options.public_url.as_deref();
        let origin = Origin::of(parts, public_url);
        let cookie = origin.cookie_name(COOKIE);
        let in_cookie =
            key.as_ref().ok().and_then(|key| worker_in_cookie(&parts.headers, &cookie, key));
        Self {
            site: site.clone(),
            switched: chosen.is_some(),
            prompt,
            // JSON would not show that the worker has not changed.
            worker_id: chosen.or_else(|| in_cookie.filter(|_| !(json && refused))),
            json,
            foreign,
            here: here(parts).to_owned(),
            method: parts.method.clone(),
            came_from: came_from(parts),
            sender: ["origin", "sec-fetch-site"]
                .map(|name| header_text(&parts.headers, name).map(str::to_owned)),
            origin,
            submit_to: own_origin(
                public_url,
                parts.extensions.get(),
                header_text(&parts.headers, header::HOST),
            ),
            query,
            key,
        }
    }

    /// A value of the query.
    pub fn param(&self, name: &str) -> Option<&str> {
        value(&self.query, name)
    }

    /// The group or type in the query of an old address.
    pub fn group(&self) -> Result<String, Fault> {
        let group = self.param("groupId").or_else(|| self.param("hitTypeId"));
        group.map(show::path).ok_or_else(|| Fault::not_found("The address names no groupId."))
    }

    /// Whether a switch of the query is on.
    pub fn is_on(&self, name: &str) -> bool {
        self.param(name).is_some_and(|value| matches!(value, "true" | "1" | "on"))
    }

    /// What an address has at its end if the next HIT is to be accepted by itself.
    pub fn auto_accept(&self) -> &'static str {
        if self.is_on("auto_accept") { "&auto_accept=true" } else { "" }
    }

    /// The number of the requested page, and how many pages are passed over to get there.
    ///
    /// Behind a cursor the number is only what the page is called; without one there are `most`.
    pub fn page_number(&self, is_behind_cursor: bool, most: usize) -> (usize, usize) {
        let number = self.param("page_number").and_then(|number| number.parse().ok());
        let number: usize = number.unwrap_or(1).max(1);
        if is_behind_cursor { (number, 0) } else { (number.min(most), number.min(most) - 1) }
    }

    /// The chosen worker. If the address names one who cannot be chosen, no other takes the place.
    ///
    /// # Errors
    /// Nobody was chosen.
    pub fn worker(&self) -> Result<String, Fault> {
        self.key.as_ref().map_err(Clone::clone)?;
        match (&self.prompt, &self.worker_id) {
            (Some(Prompt::NoId(text)), _) => Err(Fault::refused(
                Code::NoWorker,
                format!("“{text}” in the address is no worker id: {WORKER_ID}."),
            )),
            (Some(Prompt::Unknown(id)), _) => Err(Fault::refused(
                Code::UnknownWorker,
                format!("There is no worker {id}, and only known workers may work here."),
            )),
            (_, Some(worker_id)) => Ok(worker_id.clone()),
            (_, None) => Err(Fault::refused(
                Code::NoWorker,
                "Choose a worker first: nobody is at work here yet.",
            )),
        }
    }

    /// What makes the frames of the page.
    ///
    /// # Errors
    /// The database failed.
    pub fn frames(&self) -> Result<Frames<'_>, Fault> {
        let key = self.key.as_ref().map_err(Clone::clone)?;
        Ok(Frames { hosts: &self.site.frames, key, around: &self.origin })
    }

    /// Whether the page that sent this may submit the work of a requester's HIT of HTML.
    pub fn may_submit_html(&self, requester_id: &str) -> bool {
        let [origin, site] = self.sender.each_ref().map(Option::as_deref);
        let sender = Sender { origin, site };
        self.site.frames.may_submit(&sender, self.origin.as_str(), requester_id)
    }

    /// Lets the browser keep the choice of a worker that came with the request.
    pub fn keep_choice(&self, response: &mut Response) {
        if let Some(worker_id) = self.worker_id.as_deref().filter(|_| self.switched) {
            self.keep(worker_id, response);
        }
    }

    /// Lets the browser keep the choice of a worker for a year; an empty id forgets it.
    pub fn keep(&self, worker_id: &str, response: &mut Response) {
        let (value, age_s) = match (worker_id, &self.key) {
            ("", _) => (String::new(), 0),
            (_, Ok(key)) => (worker_cookie::value(key, worker_id), 31_536_000),
            (_, Err(_)) => return,
        };
        self.origin.set_cookie(response, (COOKIE, &value), "/", age_s);
    }

    /// Whether only registered workers may work here.
    pub fn only_known_workers(&self) -> bool {
        self.site.engine.market().known_workers_only
    }

    /// Reads the market in a turn, and what every page shows besides.
    pub async fn read_with_bar<I, T>(
        &self,
        input: I,
        action: Action<I, T>,
    ) -> Result<(Bar, T), Fault>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
    {
        let input = (self.worker_id.clone(), input, action);
        let (bar, found) = self
            .read(input, |turn, (worker_id, input, action)| {
                Box::pin(async move {
                    let found = action(turn, input).await?;
                    Ok((bar(turn, worker_id.as_deref()).await?, found))
                })
            })
            .await?;
        Ok((Bar { here: self.here.clone(), prompt: self.prompt.clone(), ..bar }, found))
    }

    /// Reads the market in a turn.
    pub async fn read<I, T>(&self, input: I, action: Action<I, T>) -> Result<T, Fault>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
    {
        self.site.engine.read(Requester::default(), input, action).await
    }

    /// What every page shows.
    pub async fn bar(&self) -> Result<Bar, Fault> {
        Ok(self.read_with_bar((), |_, ()| Box::pin(async { Ok(()) })).await?.0)
    }

    /// Changes the market in a turn.
    pub async fn write<I, T>(&self, input: I, action: Action<I, T>) -> Result<T, Fault>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
    {
        self.site.engine.write(Requester::default(), input, action).await
    }
}
