//! A HIT before it is accepted.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use serde_json::json;

use crate::fault::Fault;
use crate::store::hit_groups::Count;
use crate::views::bar::Bar;
use crate::views::groups::Group;
use crate::views::guard::{Action, Standing};
use crate::views::task::{self, Preview, no_such_group};
use crate::web::json::{project, question};
use crate::web::page::{self, Page, answer, go, html};
use crate::web::question::{address, read, shown};
use crate::web::refusal::{Said, said};
use crate::web::show;
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "preview.html")]
struct Shown<'a> {
    bar: Bar,
    here: &'a str,
    group: Group,
    hit: Option<Box<crate::store::hits::Hit>>,
    why_not: Option<Said>,
    full: Option<Said>,
    question: String,
    in_hand: Option<(String, String)>,
    may_accept: bool,
    unmet: usize,
}

/// `GET /projects/{group}/tasks`.
pub async fn show(Path(group): Path<String>, visit: Visit) -> Response {
    let page = preview(&visit, group).await;
    answer(&visit, page).await
}

/// `GET /mturk/preview?groupId=`.
pub async fn old(visit: Visit) -> Response {
    let page =
        group_of(&visit).map(|group| go(&format!("/projects/{group}/tasks{}", more(&visit))));
    answer(&visit, page).await
}

/// The rest of the query of an old address, for the new one.
fn more(visit: &Visit) -> String {
    let named = |name: &str| ["groupId", "hitTypeId"].contains(&name);
    let kept = visit.query.iter().filter(|(name, _)| !named(name));
    let pairs = kept.map(|(name, value)| format!("{}={}", show::path(name), show::path(value)));
    let query = pairs.collect::<Vec<_>>().join("&");
    if query.is_empty() { query } else { format!("?{query}") }
}

/// The group or type in the query of an old address.
///
/// # Errors
/// There is none.
pub fn group_of(visit: &Visit) -> Result<String, Fault> {
    let group = visit.asked("groupId").or_else(|| visit.asked("hitTypeId"));
    group.map(show::path).ok_or_else(|| Fault::not_found("The address names no groupId."))
}

async fn preview(visit: &Visit, group: String) -> Page {
    let hit_id = visit.asked("hit_id").map(str::to_owned);
    let named = group.clone();
    let asked = Arc::new((group, hit_id, visit.worker_id.clone()));
    let (bar, found) = visit
        .look(move |turn| {
            let asked = Arc::clone(&asked);
            Box::pin(async move {
                task::preview(turn, &asked.0, asked.1.as_deref(), asked.2.as_deref()).await
            })
        })
        .await?;
    let Preview { listed, hit, standings, full, in_hand } = found;
    let group = Group { listed, count: Count::default(), standings };
    if !group.allows(Action::Discover) {
        return Err(no_such_group(&named));
    }
    let (hit, why_not) = match hit {
        Ok(hit) => (Some(hit), None),
        Err(fault) => (None, Some(fault)),
    };
    let hit = hit.filter(|_| group.allows(Action::Preview));
    if visit.json {
        return as_json(visit, &group, hit.as_deref(), why_not);
    }
    let question = hit.as_deref().map(|hit| shown(visit, hit, None)).transpose()?;
    html(&Shown {
        here: &visit.here,
        may_accept: group.allows(Action::Accept),
        unmet: group.standings.iter().filter(|standing| !standing.met).count(),
        question: question.unwrap_or_default(),
        why_not: why_not.map(|fault| said(fault, visit.came_from.as_deref())),
        full: full.map(|fault| said(fault, None)),
        bar,
        group,
        hit,
        in_hand,
    })
}

fn as_json(
    visit: &Visit,
    group: &Group,
    hit: Option<&crate::store::hits::Hit>,
    why_not: Option<Fault>,
) -> Page {
    if let Some(fault) = why_not {
        return Err(fault);
    }
    let mut answer = json!({"project": project(group)});
    if let Some(hit) = hit {
        let read = read(hit)?;
        let address = address(visit, hit, &read, None);
        answer["task_id"] = json!(hit.id);
        answer["question"] = question(visit, hit, address.as_deref(), &read);
    }
    page::json(answer)
}

impl Shown<'_> {
    /// The requirements, those that are not met first.
    fn standings(&self) -> Vec<&Standing> {
        let mut standings: Vec<_> = self.group.standings.iter().collect();
        standings.sort_by_key(|standing| standing.met);
        standings
    }
}
