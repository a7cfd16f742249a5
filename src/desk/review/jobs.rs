//! Measures of much work: counted in the background, one count for a requester at a time.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;

use crate::desk::batches::Key;
use crate::desk::head::Head;
use crate::desk::live;
use crate::desk::page::Page;
use crate::desk::review::measures::{self, Limits};
use crate::desk::review::query;
use crate::desk::session::Session;
use crate::desk::state::Desk;
use crate::engine::Engine;
use crate::fault::Fault;
use crate::rules::frame::encoded;
use crate::store::requesters::Requester;
use crate::views::desk::review::{self, Scope};
use crate::views::show;
use crate::web::page::{self, go, render};

/// Where a requester's count is shown.
const PAGE: &str = "/requester/measures";
/// So much is counted in the background.
const LIMITS: Limits = Limits { rows: 200_000, bytes: 256 << 20, turns: 20_000 };
/// So many counts are under way at a time; others wait for a place.
const AT_ONCE: usize = 2;
/// So many counts are kept, done or not; the oldest ones go.
pub const KEPT: usize = 32;

/// The counts of a server.
#[derive(Debug)]
pub struct Jobs {
    /// By requester id, with the number of the count.
    jobs: Mutex<HashMap<String, (usize, Arc<Job>)>>,
    begun_count: AtomicUsize,
    places: Arc<Semaphore>,
}

impl Default for Jobs {
    fn default() -> Self {
        let places = Arc::new(Semaphore::new(AT_ONCE));
        Self { jobs: Mutex::default(), begun_count: AtomicUsize::new(0), places }
    }
}

/// One count. It ends when nobody keeps it.
#[derive(Debug)]
struct Job {
    scope: Scope,
    title: String,
    /// How many assignments there are, if that is known.
    all: Option<i64>,
    shared: Arc<Shared>,
    task: AbortHandle,
}

impl Drop for Job {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What the task tells.
#[derive(Debug, Default)]
struct Shared {
    read_count: AtomicUsize,
    /// The measures as HTML, or why there are none.
    result: OnceLock<Result<String, &'static str>>,
}

/// How far a count is, or what came of it.
#[derive(Debug, Template)]
#[template(path = "desk_measuring.html")]
pub struct Measuring {
    read_count: usize,
    all: Option<i64>,
    result: Option<Result<String, &'static str>>,
}

impl Jobs {
    fn known(&self) -> MutexGuard<'_, HashMap<String, (usize, Arc<Job>)>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn of(&self, requester_id: &str) -> Option<Arc<Job>> {
        self.known().get(requester_id).map(|(_, job)| Arc::clone(job))
    }

    /// How far the requester's count is, as HTML; none if there is none.
    ///
    /// # Errors
    /// It cannot be drawn.
    pub fn drawn(&self, requester_id: &str) -> Result<Option<String>, Fault> {
        self.of(requester_id).map(|job| render(&job.measuring())).transpose()
    }

    /// Whether the requester has no count that is under way.
    pub fn is_done(&self, requester_id: &str) -> bool {
        self.of(requester_id).is_none_or(|job| job.shared.result.get().is_some())
    }

    /// Keeps a count in place of the requester's last one, and of the oldest if there are too many.
    fn keep(&self, requester_id: &str, job: Job) {
        let number = self.begun_count.fetch_add(1, Ordering::Relaxed);
        let mut known = self.known();
        known.insert(requester_id.to_owned(), (number, Arc::new(job)));
        if known.len() > KEPT {
            let oldest = known.iter().min_by_key(|(_, (number, _))| *number);
            if let Some(id) = oldest.map(|(id, _)| id.clone()) {
                known.remove(&id);
            }
        }
    }
}

impl Job {
    fn begin(
        desk: &Desk,
        requester: &Arc<Requester>,
        (scope, title, all): (Scope, String, Option<i64>),
    ) -> Self {
        let shared = Arc::<Shared>::default();
        let count = count(
            (Arc::clone(&desk.engine), Arc::clone(requester)),
            scope.clone(),
            (Arc::clone(&desk.jobs.places), Arc::clone(&shared)),
        );
        let task = tokio::spawn(count).abort_handle();
        Self { scope, title, all, shared, task }
    }

    fn measuring(&self) -> Measuring {
        Measuring {
            read_count: self.shared.read_count.load(Ordering::Relaxed),
            all: self.all,
            result: self.shared.result.get().cloned(),
        }
    }
}

/// Counts until it is done, or the market closes.
async fn count(
    (engine, requester): (Arc<Engine>, Arc<Requester>),
    scope: Scope,
    (places, shared): (Arc<Semaphore>, Arc<Shared>),
) {
    let mut closing = engine.changes();
    let counted = async {
        let _place = places.acquire().await;
        let progress = |count| shared.read_count.store(count, Ordering::Relaxed);
        let measured = measures::read(&engine, &requester, (&scope, None), LIMITS, progress);
        render(&measured.await?)
    };
    let result = tokio::select! {
        _ = closing.wait_for(|is_closed| *is_closed) => return,
        result = counted => result,
    };
    let result = result.map_err(|fault| match fault.refusal() {
        Some(_) => "What was to be measured is gone.",
        None => {
            tracing::error!(%fault, "measuring failed");
            "The market's store failed; the log of the server says why."
        }
    });
    // It is set here alone.
    let _ = shared.result.set(result);
}

#[derive(Template)]
#[template(path = "desk_measures_page.html")]
struct MeasuresPage {
    head: Head,
    shown: Option<(Scope, String, Measuring)>,
}

impl MeasuresPage {
    fn is_under_way(&self) -> bool {
        self.shown.as_ref().is_some_and(|(.., measuring)| measuring.result.is_none())
    }

    fn stream() -> String {
        live::address(&[("measuring", "1")])
    }
}

/// Where a count begins.
pub fn address_of(scope: &Scope) -> String {
    match scope {
        Scope::Hit(id) => format!("/requester/hits/{}/measures", encoded(id)),
        Scope::Type(id) => format!("/requester/types/{}/measures", encoded(id)),
        Scope::Batch(key) => format!("/requester/batches/{key}/measures"),
    }
}

/// `POST /requester/hits/{id}/measures`.
pub async fn of_hit(desk: Desk, session: Session, Path(id): Path<String>) -> Page {
    begin(&desk, &session, Scope::Hit(id)).await
}

/// `POST /requester/types/{id}/measures`.
pub async fn of_type(desk: Desk, session: Session, Path(id): Path<String>) -> Page {
    begin(&desk, &session, Scope::Type(id)).await
}

/// `POST /requester/batches/{id}/measures`.
pub async fn of_batch(desk: Desk, session: Session, Key(key): Key) -> Page {
    begin(&desk, &session, Scope::Batch(key)).await
}

async fn begin(desk: &Desk, session: &Session, scope: Scope) -> Page {
    let requester = &session.requester;
    let read = desk.engine.read(Arc::clone(requester), scope.clone(), |turn, scope| {
        Box::pin(review::subject(turn, scope))
    });
    let subject = read.await?;
    let of = (scope, subject.title, subject.count);
    desk.jobs.keep(&requester.id, Job::begin(desk, requester, of));
    Ok(go(PAGE))
}

/// `GET /requester/measures`: how far the requester's count is, or what came of it.
pub async fn show_page(desk: Desk, session: Session) -> Page {
    let head = Head::read(&desk, &session).await?;
    let job = desk.jobs.of(&session.requester.id);
    let shown = job.map(|job| (job.scope.clone(), job.title.clone(), job.measuring()));
    page::answer(&MeasuresPage { head, shown })
}

/// `POST /requester/measures/cancel`: ends the count, or forgets what came of it.
pub async fn cancel(desk: Desk, session: Session) -> Response {
    desk.jobs.known().remove(&session.requester.id);
    go(PAGE)
}
