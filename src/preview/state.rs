//! What the pages of a preview share.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};

use crate::engine::compute;
use crate::ids::{self, Ids};
use crate::preview::files::{Sources, Stamp};
use crate::rules::frame::{Accepted, FrameParameters};
use crate::rules::frame_host::FrameHosts;
use crate::rules::page::PageKey;
use crate::rules::preview::Draft;
use crate::rules::question::Question;
use crate::web::origin::HasPublicOrigin;

/// How often the files are checked for changes.
const EVERY: Duration = Duration::from_millis(250);
/// The most pages that are kept up to date at a time.
const STREAMS: usize = 32;
/// The most addresses that are asked at a time.
const PROBES: usize = 4;
/// The ids of HITs begin so; the number of the row follows.
const HIT: &str = "3PREVIEW";
/// The digits of that number.
const DIGITS: usize = 22;

/// The draft as its files had it last.
#[derive(Debug, Clone)]
pub struct Current {
    /// Counts the changes.
    pub number: u64,
    /// The draft, or why there is none, a sentence each.
    pub draft: Result<Arc<Draft>, Vec<String>>,
}

/// What the pages share.
#[derive(Debug)]
pub struct State {
    pub sources: Sources,
    pub worker_id: String,
    /// Nobody else knows it, so that no other page can hand something in.
    pub assignment_id: String,
    /// Where HTML has an origin of its own.
    pub frames: FrameHosts,
    /// Seals the addresses of frames with HTML.
    pub key: PageKey,
    /// Another start has another one.
    pub run: String,
    pub current: watch::Sender<Current>,
    pub streams: Arc<Semaphore>,
    pub probes: Semaphore,
    stamps: [Stamp; 2],
}

impl HasPublicOrigin for Arc<State> {
    fn public_origin(&self) -> Option<&str> {
        None
    }
}

/// A row of the draft.
#[derive(Debug)]
pub struct Shown {
    /// Its number, from 0.
    pub row: usize,
    /// How many there are.
    pub rows: usize,
    /// What workers see.
    pub question: Question,
    /// The draft that it is of.
    pub draft: Arc<Draft>,
}

impl State {
    /// Reads the draft.
    pub async fn read(sources: Sources, worker_id: &str, frames: FrameHosts) -> Self {
        let (stamps, draft) = read(&sources).await;
        Self {
            sources,
            worker_id: worker_id.to_owned(),
            assignment_id: Ids::Random.entity(),
            frames,
            key: PageKey(ids::random()),
            run: ids::request_id(),
            current: watch::Sender::new(Current { number: 0, draft }),
            streams: Arc::new(Semaphore::new(STREAMS)),
            probes: Semaphore::new(PROBES),
            stamps,
        }
    }

    /// Reads the draft anew when a file changes, until `stop` is true.
    pub async fn watch(&self, mut stop: watch::Receiver<bool>) {
        let mut stamps = self.stamps;
        loop {
            tokio::select! {
                _ = stop.wait_for(|stopped| *stopped) => return,
                () = tokio::time::sleep(EVERY) => {}
            }
            let sources = self.sources.clone();
            let Ok(now) = compute(move || sources.stamps()).await else { continue };
            if now == stamps {
                continue;
            }
            let (read_at, draft) = read(&self.sources).await;
            stamps = read_at;
            self.current.send_modify(|current| {
                *current = Current { number: current.number + 1, draft };
            });
        }
    }

    /// What tells one state of the draft from another.
    pub fn version(&self, number: u64) -> String {
        format!("{}-{number}", self.run)
    }

    /// The row of this number, from 0, or the last one.
    ///
    /// # Errors
    /// Why nothing can be shown.
    pub async fn row(&self, row: usize) -> Result<Shown, Vec<String>> {
        let draft = self.current.borrow().draft.clone()?;
        let made = compute(move || {
            let rows = draft.rows();
            let row = row.min(rows - 1);
            let question = draft.question(row).map_err(|why| vec![why])?;
            Ok(Shown { row, rows, question, draft })
        });
        made.await.unwrap_or_else(|fault| Err(vec![fault.to_string()]))
    }

    /// The parameters of a frame, at work or not.
    pub fn parameters<'a>(
        &'a self,
        hit_id: &'a str,
        submit_to: Option<&'a str>,
    ) -> FrameParameters<'a> {
        let accepted = submit_to.map(|submit_to| Accepted {
            assignment_id: &self.assignment_id,
            worker_id: &self.worker_id,
            submit_to,
        });
        FrameParameters { hit_id, accepted }
    }
}

/// The id of the HIT of a row.
pub fn hit_id(row: usize) -> String {
    format!("{HIT}{row:0DIGITS$}")
}

/// The row of a HIT.
pub fn row_of(hit_id: &str) -> Option<usize> {
    hit_id.strip_prefix(HIT)?.parse().ok()
}

/// The draft, and the state of its files before it was read: what is written meanwhile is another
/// change.
async fn read(sources: &Sources) -> ([Stamp; 2], Result<Arc<Draft>, Vec<String>>) {
    let sources = sources.clone();
    let read = compute(move || (sources.stamps(), sources.draft().map(Arc::new))).await;
    read.unwrap_or_else(|fault| ([None; 2], Err(vec![fault.to_string()])))
}
