//! A page as workers see it, while it is written: `mturk-local preview`.
//!
//! There is no market behind it: what a form posts is answered by the document that it would make,
//! and forgotten. A foreign page can neither read the pages nor post to them, and does not know the
//! assignment's id.

mod changes;
mod files;
mod forms;
mod page;
mod probe;
mod state;
mod submission;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::map_response;
use axum::routing::get;
use tokio::sync::watch;

use crate::emulator::Front;
use crate::host_check::HostCheck;
use crate::preview::state::State;
use crate::rules::frame_host::FrameHosts;
use crate::site;
use crate::web::policy;

pub use files::{Named, Sources};

/// A request that takes longer is given up.
const MAX_TIME: Duration = Duration::from_secs(30);

/// A draft, read from its files again whenever they change.
#[derive(Debug, Clone)]
pub struct Preview(Arc<State>);

impl Preview {
    /// Reads the draft. What is wrong with it is shown on the page.
    pub async fn read(sources: Sources, worker_id: &str, frames: FrameHosts) -> Self {
        Self(Arc::new(State::read(sources, worker_id, frames).await))
    }

    /// Reads the draft anew when a file changes, until `stop` is true.
    pub async fn watch(self, stop: watch::Receiver<bool>) {
        self.0.watch(stop).await;
    }

    /// What answers requests, until `stop` is true.
    pub fn front(self, stop: watch::Receiver<bool>) -> Front {
        let frames = self.0.frames.clone();
        let host_check = HostCheck { frames, ..HostCheck::default() };
        let frame = get(forms::show).post(forms::post);
        let submit = get(submission::get).post(submission::post);
        let routes = Router::new()
            .route("/", get(page::show))
            .route("/mturk/frame/{page}", frame)
            .route("/mturk/externalSubmit", submit)
            .route("/probe", get(probe::show))
            .route("/changes", get(changes::show).with_state((Arc::clone(&self.0), stop)))
            .layer(map_response(policy::with_frames))
            .merge(site::assets())
            .with_state(self.0);
        Front::of_pages(host_check, routes, MAX_TIME)
    }
}
