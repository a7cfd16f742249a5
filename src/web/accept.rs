//! Accepting.

use std::sync::Arc;

use axum::extract::Path;
use axum::response::Response;

use crate::acts;
use crate::acts::offer::offer;
use crate::acts::qualify::unmet;
use crate::fault::Fault;
use crate::rules::hit::no_more_hits;
use crate::store::acceptances::Acceptance;
use crate::store::hits;
use crate::time::Instant;
use crate::turn::Turn;
use crate::views::bar::Offer;
use crate::views::guard::Action;
use crate::views::task::{self, no_such_group};
use crate::web::json::task as as_json;
use crate::web::page::{self, Page, answer, go};
use crate::web::preview::group_of;
use crate::web::show::path;
use crate::web::visit::Visit;

/// `GET` and `POST /projects/{group}/tasks/accept_random`.
pub async fn random(Path(group): Path<String>, visit: Visit) -> Response {
    let page = accept(&visit, group, None).await;
    answer(&visit, page).await
}

/// `GET /mturk/previewandaccept?groupId=`.
pub async fn old(visit: Visit) -> Response {
    let page = match group_of(&visit) {
        Ok(group) => accept(&visit, group, None).await,
        Err(fault) => Err(fault),
    };
    answer(&visit, page).await
}

/// `POST /projects/{group}/tasks/{task}/accept`.
pub async fn this(Path((group, hit_id)): Path<(String, String)>, visit: Visit) -> Response {
    let page = accept(&visit, group, Some(hit_id)).await;
    answer(&visit, page).await
}

/// `POST /projects/{group}/tasks/next`: after a HIT was handed in.
pub async fn next(Path(group): Path<String>, visit: Visit) -> Response {
    let page = onward(&visit, &group).await;
    answer(&visit, page).await
}

/// Where a worker goes who has handed in a HIT of a group: to the next one, if that is wanted.
///
/// # Errors
/// The worker site's refusals, but for the lack of more HITs.
pub async fn onward(visit: &Visit, group: &str) -> Page {
    if !visit.is_on("auto_accept") {
        return Ok(go("/projects?submitted=1"));
    }
    match accept(visit, group.to_owned(), None).await {
        Err(Fault::Worker { code, .. }) if NONE_LEFT.contains(&code) => {
            Ok(go("/projects?submitted=last"))
        }
        page => page,
    }
}

/// What the lack of more HITs is called.
const NONE_LEFT: [&str; 3] = ["NoMoreHITs", "HITExpired", "AssignmentAlreadyExists"];

/// Accepts a HIT, or the next one of the group, and goes to it.
///
/// A link on another site cannot do it: that leads to the preview, where a form of our own does.
async fn accept(visit: &Visit, group: String, hit_id: Option<String>) -> Page {
    if visit.foreign {
        return to_preview(visit, &group);
    }
    let asked = Arc::new((group, hit_id, visit.worker()?));
    let accepted = visit.act(move |turn| {
        let asked = Arc::clone(&asked);
        Box::pin(async move { take(turn, &asked.0, asked.1.as_deref(), &asked.2).await })
    });
    let (taken, group_id, now) = accepted.await?;
    if visit.json {
        return page::json(as_json(&taken, &group_id, now));
    }
    let auto = if visit.is_on("auto_accept") { "&auto_accept=true" } else { "" };
    let (hit_id, id) = (&taken.hit_id, &taken.assignment_id);
    Ok(go(&format!("/projects/{group_id}/tasks/{hit_id}?assignment_id={id}{auto}")))
}

fn to_preview(visit: &Visit, group: &str) -> Page {
    if visit.json {
        return Err(Fault::worker(
            "NotByLink",
            "Another site may have sent this browser, so nothing was accepted. A page of this \
             site accepts with POST, and a program that is no browser with GET, too.",
        ));
    }
    let asked = match &visit.offer {
        Some(Offer::Worker(id)) => format!("?workerId={id}"),
        _ => String::new(),
    };
    Ok(go(&format!("/projects/{}/tasks{asked}", path(group))))
}

async fn take(
    turn: &mut Turn,
    group: &str,
    hit_id: Option<&str>,
    worker_id: &str,
) -> Result<(Acceptance, String, Instant), Fault> {
    let listed = task::group(turn, group).await?;
    let requirements = &listed.hit_type.values.requirements;
    if unmet(turn, worker_id, requirements, Action::Discover).await?.is_some() {
        return Err(no_such_group(group));
    }
    let type_id = &listed.hit_type.id;
    let found = match hit_id {
        Some(id) => hits::find(&mut turn.tx, id).await?.filter(|hit| hit.hit_type.id == *type_id),
        None => Some(offer(turn, type_id, worker_id).await?),
    };
    let mut hit = found.ok_or_else(no_more_hits)?;
    let at = turn.now;
    let taken = acts::accept::accept(turn, &mut hit, worker_id, at).await?;
    Ok((taken, listed.hit_type.group_id, at))
}
