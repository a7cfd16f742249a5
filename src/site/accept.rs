//! Accepting.

use std::sync::Arc;

use axum::extract::Path;

use crate::actions;
use crate::actions::assignment::next_hit;
use crate::actions::requirements::unmet;
use crate::fault::{Code, Fault};
use crate::rules::hit::no_more_hits;
use crate::site::address;
use crate::site::json::task as as_json;
use crate::site::page::{self, Page, PageFault, go};
use crate::site::visit::{Visit, value};
use crate::store::acceptances::Acceptance;
use crate::store::hits;
use crate::time::Instant;
use crate::turn::Turn;
use crate::views::bar::Prompt;
use crate::views::guard::Action;
use crate::views::show::path;
use crate::views::task::{self, no_such_group};
use crate::web::sent::Sent;

/// `GET` and `POST /projects/{group}/tasks/accept_random`.
pub async fn random(Path(group): Path<String>, visit: Arc<Visit>) -> Page {
    accept(&visit, group, None).await
}

/// `GET /mturk/previewandaccept?groupId=`.
pub async fn old(visit: Arc<Visit>) -> Page {
    accept(&visit, visit.group()?, None).await
}

/// `POST /projects/{group}/tasks/{task}/accept`.
pub async fn this(Path((group, hit_id)): Path<(String, String)>, visit: Arc<Visit>) -> Page {
    accept(&visit, group, Some(hit_id)).await
}

/// `POST /projects/{group}/tasks/next`: after a HIT was submitted.
pub async fn next(Path(group): Path<String>, visit: Arc<Visit>, sent: Sent) -> Page {
    let fields = sent.fields().await?;
    onward(&visit, &group, value(&fields, "assignment").unwrap_or_default()).await
}

/// Where a worker goes who has submitted an assignment of a HIT of a group: to the next one, if the
/// worker chose so.
///
/// # Errors
/// The worker site's refusals, but for the lack of more HITs.
pub async fn onward(visit: &Visit, group: &str, assignment_id: &str) -> Page {
    let named = match assignment_id {
        "" => String::new(),
        id => format!("&assignment={}", path(id)),
    };
    if !visit.is_on("auto_accept") {
        return go(&format!("/projects?submitted=1{named}"));
    }
    match accept(visit, group.to_owned(), None).await {
        Err(PageFault(fault)) if fault.code().is_some_and(none_is_left) => {
            go(&format!("/projects?submitted=last{named}"))
        }
        page => page,
    }
}

const fn none_is_left(code: Code) -> bool {
    matches!(code, Code::NoMoreHits | Code::HitExpired | Code::AssignmentAlreadyExists)
}

/// Accepts a HIT, or the next one of the group, and goes to it.
///
/// A link on another site cannot do it: that leads to the preview, where a form of our own does.
async fn accept(visit: &Visit, group: String, hit_id: Option<String>) -> Page {
    if visit.foreign {
        return to_preview(visit, &group);
    }
    let accepted = visit
        .write((group, hit_id, visit.worker()?), |turn, (group, hit_id, worker)| {
            Box::pin(take(turn, group, hit_id.as_deref(), worker))
        });
    let (taken, group_id, now) = accepted.await?;
    if visit.json {
        return page::json(as_json(&taken, &group_id, now));
    }
    go(&(address::of_task(&group_id, &taken) + visit.auto_accept()))
}

fn to_preview(visit: &Visit, group: &str) -> Page {
    if visit.json {
        let message = "Another site may have sent this browser, so nothing was accepted. A page \
            of this site accepts with POST, and a program that is no browser with GET, too.";
        return Err(Fault::refused(Code::NotByLink, message).into());
    }
    let query = match &visit.prompt {
        Some(Prompt::Worker(id)) => format!("?workerId={id}"),
        _ => String::new(),
    };
    go(&format!("/projects/{}/tasks{query}", path(group)))
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
        None => Some(next_hit(turn, type_id, worker_id).await?),
    };
    let mut hit = found.ok_or_else(no_more_hits)?;
    let at = turn.now;
    let taken = actions::assignment::accept(turn, &mut hit, worker_id, at).await?;
    Ok((taken, listed.hit_type.group_id, at))
}
