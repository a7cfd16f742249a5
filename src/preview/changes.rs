//! Tells open pages that the draft has changed.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{Query, State as Shared};
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use serde::Deserialize;
use tokio::sync::watch;

use crate::preview::state::State;

/// What the page shows.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ChangesQuery {
    version: String,
}

/// `GET /changes?version=`: an event as soon as there is another version; the stream ends there.
pub async fn show(
    Shared((state, mut stop)): Shared<(Arc<State>, watch::Receiver<bool>)>,
    Query(query): Query<ChangesQuery>,
) -> Response {
    let Ok(permit) = Arc::clone(&state.streams).try_acquire_owned() else {
        let why = "Too many pages of this preview are open. Close some, and load this one again.\n";
        return (StatusCode::SERVICE_UNAVAILABLE, why).into_response();
    };
    let event = async move {
        let _permit = permit;
        let mut current = state.current.subscribe();
        let is_other = current.wait_for(|now| state.version(now.number) != query.version);
        tokio::select! {
            changed = is_other => changed.ok().map(|_| Event::default().event("changed").data("-")),
            _ = stop.wait_for(|stopped| *stopped) => None,
        }
    };
    let events = stream::once(event);
    let events = futures_util::StreamExt::filter_map(events, |event| async move {
        event.map(Ok::<Event, Infallible>)
    });
    Sse::new(events).keep_alive(KeepAlive::new()).into_response()
}
