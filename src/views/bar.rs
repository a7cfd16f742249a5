//! What is always in sight: who works here, and what time it is.

use crate::fault::Fault;
use crate::rules::frame::encoded;
use crate::rules::posted::urlencoded;
use crate::store::{worker_history, workers};
use crate::time::Instant;
use crate::turn::Turn;

/// The head of every page.
#[derive(Debug, Clone, Default)]
pub struct Bar {
    /// The worker, if one was chosen.
    pub worker: Option<AtWork>,
    /// The market's time, to the millisecond: pages count down from it.
    pub now: Instant,
    /// `real`, `offset` or `frozen`; empty if the time is not known.
    pub clock: &'static str,
    /// The address of the page: its path and query.
    pub here: String,
    /// A worker whom the address names and who was not taken at once.
    pub prompt: Option<Prompt>,
}

impl Bar {
    /// Where another worker is chosen, who then comes back here; from that page itself, to where
    /// it leads.
    pub fn choice(&self) -> String {
        let (page, query) = self.here.split_once('?').unwrap_or((&self.here, ""));
        let own = || urlencoded(query.as_bytes()).into_iter().find(|(name, _)| name == "next");
        let next = match page {
            "/workers" => own().map(|(_, next)| next).unwrap_or_default(),
            _ => self.here.clone(),
        };
        if next.is_empty() {
            return "/workers".to_owned();
        }
        format!("/workers?next={}", encoded(&next))
    }
}

/// A worker whom an address names, and why that one is not taken at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prompt {
    /// It takes a click, since another site may have sent the browser.
    Worker(String),
    /// It is no worker's id.
    NoId(String),
    /// Nobody knows the worker, and only known ones may work.
    Unknown(String),
}

/// The chosen worker.
#[derive(Debug, Clone)]
pub struct AtWork {
    /// The id.
    pub id: String,
    /// The name, or the id again.
    pub name: String,
    /// How many HITs are in hand.
    pub held: i64,
}

/// Reads it.
pub async fn bar(turn: &mut Turn, worker_id: Option<&str>) -> Result<Bar, Fault> {
    let (now, clock) = (turn.arrived_at, turn.clock.mode());
    let mut bar = Bar { now, clock, ..Bar::default() };
    if let Some(id) = worker_id {
        let known = workers::find(&mut turn.tx, id).await?;
        let name = known.and_then(|known| known.name).unwrap_or_else(|| id.to_owned());
        let held = worker_history::held(&mut turn.tx, id).await?;
        bar.worker = Some(AtWork { id: id.to_owned(), name, held });
    }
    Ok(bar)
}
