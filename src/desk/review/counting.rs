//! Counts of measures in the background: one for a requester at a time.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use askama::Template;
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;

use crate::desk::review::measures::{self, Limits};
use crate::engine::Engine;
use crate::fault::Fault;
use crate::store::requesters::Requester;
use crate::views::desk::review::{Scope, Subject};
use crate::web::page::render;

/// So much is counted in the background.
const LIMITS: Limits = Limits { rows: 200_000, bytes: 256 << 20, turns: 20_000 };
/// So many counts are under way at a time; others wait for a place.
const AT_ONCE: usize = 2;
/// So many counts are kept, done or not.
pub const KEPT: usize = 32;

/// The counts of a server.
#[derive(Debug)]
pub struct Jobs {
    /// By requester id, with the number of the count.
    known: Mutex<HashMap<String, (usize, Arc<Job>)>>,
    begun_count: AtomicUsize,
    places: Arc<Semaphore>,
}

impl Default for Jobs {
    fn default() -> Self {
        let places = Arc::new(Semaphore::new(AT_ONCE));
        Self { known: Mutex::default(), begun_count: AtomicUsize::new(0), places }
    }
}

/// One count. It ends when nobody keeps it.
#[derive(Debug)]
pub struct Job {
    /// What is measured.
    pub scope: Scope,
    /// The title of the HIT.
    pub title: String,
    /// How many assignments there are, if that is known.
    all: Option<i64>,
    /// How often the market had been reset when it began.
    resets: i64,
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
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The requester's count of the market as it is now.
    ///
    /// # Errors
    /// The store fails.
    pub async fn current(
        &self,
        engine: &Arc<Engine>,
        requester_id: &str,
    ) -> Result<Option<Arc<Job>>, Fault> {
        let (resets, _) = engine.resets().await?;
        Ok(self.of(requester_id, resets))
    }

    /// The requester's count of a market that was reset so often. Others are forgotten.
    fn of(&self, requester_id: &str, resets: i64) -> Option<Arc<Job>> {
        let mut known = self.known();
        known.retain(|_, (_, job)| job.resets == resets);
        known.get(requester_id).map(|(_, job)| Arc::clone(job))
    }

    /// Forgets the requester's count, which ends it.
    pub fn forget(&self, requester_id: &str) {
        self.known().remove(requester_id);
    }

    /// Begins a count of the requester's, in place of the last one.
    pub fn begin(
        &self,
        engine: &Arc<Engine>,
        requester: &Arc<Requester>,
        (scope, subject, resets): (Scope, Subject, i64),
    ) {
        let shared = Arc::<Shared>::default();
        let count = count(
            (Arc::clone(engine), Arc::clone(requester)),
            scope.clone(),
            (Arc::clone(&self.places), Arc::clone(&shared)),
        );
        let task = tokio::spawn(count).abort_handle();
        let Subject { title, count: all, .. } = subject;
        self.keep(&requester.id, Job { scope, title, all, resets, shared, task });
    }

    /// Keeps a count in place of the requester's last one; if there are too many, in place of
    /// the oldest that is done, or else of the oldest.
    fn keep(&self, requester_id: &str, job: Job) {
        let number = self.begun_count.fetch_add(1, Ordering::Relaxed);
        let mut known = self.known();
        known.insert(requester_id.to_owned(), (number, Arc::new(job)));
        if known.len() > KEPT {
            let oldest = known.iter().min_by_key(|(_, (number, job))| (!job.is_done(), *number));
            if let Some(id) = oldest.map(|(id, _)| id.clone()) {
                known.remove(&id);
            }
        }
    }
}

impl Measuring {
    /// Whether it goes on.
    pub const fn is_under_way(&self) -> bool {
        self.result.is_none()
    }
}

impl Job {
    /// Whether it is not under way any more.
    pub fn is_done(&self) -> bool {
        self.shared.result.get().is_some()
    }

    /// How far it is.
    pub fn measuring(&self) -> Measuring {
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
    let mut closing = engine.closing();
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
    let result = result.map_err(|fault| {
        if fault.refusal().is_some() {
            return "What was to be measured is gone.";
        }
        tracing::error!(%fault, "measuring failed");
        "The market's store failed; the log of the server says why."
    });
    // It is set here alone.
    let _ = shared.result.set(result);
}
