//! A HIT before it is accepted.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use serde_json::json;

use crate::fault::Fault;
use crate::site::explanation::{Explanation, explain};
use crate::site::json::{project, question};
use crate::site::page::{self, Page, go, html};
use crate::site::question::shown;
use crate::site::visit::Visit;
use crate::store::hits::Hit;
use crate::views::bar::Bar;
use crate::views::groups::Group;
use crate::views::guard::{Action, Standing};
use crate::views::show;
use crate::views::task::{self, Preview};
use crate::web::question::read;

#[derive(Template)]
#[template(path = "preview.html")]
struct PreviewPage {
    bar: Bar,
    group: Group,
    hit: Option<Box<Hit>>,
    why_not: Option<Explanation>,
    full: Option<Explanation>,
    newer: Option<Box<Hit>>,
    question: String,
}

/// `GET /projects/{group}/tasks`.
pub async fn show(Path(group): Path<String>, visit: Arc<Visit>) -> Page {
    let hit_id = visit.param("hit_id").map(str::to_owned);
    let input = (group, hit_id, visit.worker_id.clone());
    let (bar, found) = visit
        .read_with_bar(input, |turn, (group, hit_id, worker_id)| {
            Box::pin(task::preview(turn, group, hit_id.as_deref(), worker_id.as_deref()))
        })
        .await?;
    let Preview { group, hit, full, newer } = found;
    let (hit, why_not) = match hit {
        Ok(hit) => (Some(hit), None),
        Err(fault) => (None, Some(fault)),
    };
    let hit = hit.filter(|_| group.allows(Action::Preview));
    if visit.json {
        return as_json(&visit, &group, hit.as_deref(), why_not);
    }
    let question = match hit.as_deref() {
        Some(hit) => shown(&visit, hit, None).await?,
        None => String::new(),
    };
    html(&PreviewPage {
        question,
        why_not: why_not.map(|fault| explain(fault, visit.came_from.as_deref())),
        full: full.map(|fault| explain(fault, None)),
        bar,
        group,
        hit,
        newer,
    })
}

/// `GET /mturk/preview?groupId=`.
pub async fn old(visit: Arc<Visit>) -> Page {
    go(&format!("/projects/{}/tasks{}", visit.group()?, more(&visit)))
}

/// The rest of the query of an old address, for the new one.
fn more(visit: &Visit) -> String {
    let named = |name: &str| ["groupId", "hitTypeId"].contains(&name);
    let others = visit.query.iter().filter(|(name, _)| !named(name));
    let pairs = others.map(|(name, value)| format!("{}={}", show::path(name), show::path(value)));
    let query = pairs.collect::<Vec<_>>().join("&");
    if query.is_empty() { query } else { format!("?{query}") }
}

fn as_json(visit: &Visit, group: &Group, hit: Option<&Hit>, why_not: Option<Fault>) -> Page {
    if let Some(fault) = why_not {
        return Err(fault.into());
    }
    let mut answer = json!({"project": project(group)});
    if let Some(hit) = hit {
        answer["task_id"] = json!(hit.id);
        answer["question"] = question(visit, hit, &read(hit)?, None)?;
    }
    page::json(answer)
}

impl PreviewPage {
    fn may_accept(&self) -> bool {
        self.group.allows(Action::Accept)
    }

    fn unmet(&self) -> usize {
        self.group.standings.iter().filter(|standing| !standing.met).count()
    }

    /// The requirements, those that are not met first.
    fn standings(&self) -> Vec<&Standing> {
        let mut standings: Vec<_> = self.group.standings.iter().collect();
        standings.sort_by_key(|standing| standing.met);
        standings
    }
}
