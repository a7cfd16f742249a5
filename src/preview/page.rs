//! The page: a draft in a preview, at work and on a phone.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State as Shared};
use axum::response::Response;
use serde::Deserialize;

use crate::engine::compute;
use crate::fault::Fault;
use crate::preview::state::{Shown, State, hit_id};
use crate::rules::frame_address::Shown as Html;
use crate::rules::question::Question;
use crate::web::frames::Frames;
use crate::web::origin::Origin;
use crate::web::page::answer;
use crate::web::strip::{self, Fold};

/// Whose the draft is, in the name of the host of its frames.
const REQUESTER: &str = "PREVIEW";

/// Which row.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RowQuery {
    /// Its number, from 1; what is none is the first one.
    row: String,
}

impl RowQuery {
    /// Its number, from 0.
    pub fn number(&self) -> usize {
        self.row.parse::<usize>().unwrap_or(1).max(1) - 1
    }
}

/// A frame of the page.
struct Pane {
    /// What stands above it, and beside what its page reports.
    label: &'static str,
    /// What a link names to show something in it.
    name: &'static str,
    src: String,
    /// None of a form, which is our own page.
    sandbox: Option<&'static str>,
    height: u32,
}

/// Where a row is among all, from 1.
struct Place {
    number: usize,
    last: usize,
    previous: Option<usize>,
    next: Option<usize>,
}

/// What can be shown of the draft.
struct Panes {
    all: Vec<Pane>,
    place: Option<Place>,
    strip: String,
    /// The row, from 1, whose address is asked.
    probed: Option<usize>,
}

#[derive(Template)]
#[template(path = "preview_panes.html")]
struct Page<'a> {
    name: String,
    worker_id: &'a str,
    version: String,
    shown: Result<Panes, Vec<String>>,
}

/// `GET /`.
pub async fn show(
    Shared(state): Shared<Arc<State>>,
    origin: Origin,
    Query(query): Query<RowQuery>,
) -> Response {
    let number = state.current.borrow().number;
    let shown = match state.row(query.number()).await {
        Ok(shown) => panes(&state, &origin, shown).await.map(Ok),
        Err(problems) => Ok(Err(problems)),
    };
    let page = shown.and_then(|shown| {
        let (name, version) = (state.sources.named.shown(), state.version(number));
        let page = Page { name, worker_id: &state.worker_id, version, shown };
        answer(&page)
    });
    page.unwrap_or_else(|fault| super::submission::refused("This page cannot be shown", fault))
}

async fn panes(state: &State, origin: &Origin, shown: Shown) -> Result<Panes, Fault> {
    let submit_to = origin.as_str();
    let Shown { row, rows, question, draft } = shown;
    let hit_id = hit_id(row);
    let made = [
        ("Preview", "preview", None),
        ("Work", "work", Some(submit_to)),
        ("Phone", "phone", Some(submit_to)),
    ];
    let frames = Frames { hosts: &state.frames, key: &state.key, around: origin };
    let all = made
        .into_iter()
        .map(|(label, name, submit_to)| {
            let parameters = state.parameters(&hit_id, submit_to);
            let shown = Html::Preview { hit_id: hit_id.clone(), worker_id: None };
            let frame = frames.of(&question, REQUESTER, shown, &parameters);
            let (src, sandbox, height) = match frame {
                Some(frame) => (frame.src, Some(frame.sandbox), frame.height),
                None => (super::forms::address(&parameters), None, 0),
            };
            Pane { label, name, src, sandbox, height }
        })
        .collect();
    let has_origin = frames.own(REQUESTER).is_some();
    let is_probed = matches!(question, Question::External(_));
    let has_table = draft.has_table();
    let strip = compute(move || {
        let mut remarks = draft.remarks(row, &question);
        strip::add_origin(&mut remarks, &question, has_origin);
        strip::html(&question, Some(&remarks), Fold::Open)
    });
    let place = Place {
        number: row + 1,
        last: rows,
        previous: (row > 0).then_some(row),
        next: (row + 1 < rows).then_some(row + 2),
    };
    Ok(Panes {
        all,
        place: has_table.then_some(place),
        strip: strip.await??,
        probed: is_probed.then_some(row + 1),
    })
}
