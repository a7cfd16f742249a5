//! The JSON representation of pages, in the shapes of the closed site.
//!
//! Source: the types of public clients of that site. Assumed: `DiscoverHit`, built like the words
//! for the other actions, and that a place among `qualification_values` is `US` or `US-WA`.

use serde_json::{Value, json};

use crate::fault::Fault;
use crate::money::Cents;
use crate::rules::qualification::requirement::Value as Own;
use crate::rules::question::{Question, parse};
use crate::shapes::qualification::ActionsGuarded;
use crate::site::address;
use crate::site::question::plain_frame;
use crate::site::visit::Visit;
use crate::store::acceptances::Acceptance;
use crate::store::hit_types::HitType;
use crate::store::hits::Hit;
use crate::store::worker_history::InHand;
use crate::time::Instant;
use crate::views::groups::Group;
use crate::views::guard::{Action, Standing, TypeSummary};
use crate::web::question::Frame;

/// A group in the list.
pub fn project(group: &Group) -> Value {
    let Group { listed, count, standings, .. } = group;
    let mut project = of_type(&listed.hit_type, &listed.requester_id, &listed.requester_name);
    project["assignable_hits_count"] = json!(count.open);
    project["creation_time"] = json!(count.created_at.rfc3339());
    project["last_updated_time"] = json!(count.updated_at.rfc3339());
    project["latest_expiration_time"] = json!(count.expire_at.rfc3339());
    project["caller_meets_requirements"] = json!(group.allows(Action::Accept));
    project["caller_meets_preview_requirements"] = json!(group.allows(Action::Preview));
    project["project_requirements"] = standings.iter().map(requirement).collect();
    project
}

fn of_type(hit_type: &HitType, requester_id: &str, requester_name: &str) -> Value {
    let (id, values) = (&hit_type.group_id, &hit_type.values);
    json!({
        "hit_set_id": id,
        "title": values.title,
        "description": values.description,
        "keywords": values.keywords,
        "requester_id": requester_id,
        "requester_name": requester_name,
        "requester_url": format!("/requesters/{requester_id}/projects"),
        "monetary_reward": reward(values.reward),
        "assignment_duration_in_seconds": values.assignment_duration_s,
        "accept_project_task_url": format!("/projects/{id}/tasks/accept_random"),
        "project_tasks_url": format!("/projects/{id}/tasks"),
    })
}

/// An amount.
pub fn reward(amount: Cents) -> Value {
    json!({"amount_in_dollars": dollars(amount), "currency_code": "USD"})
}

/// An amount as the site's clients read it.
#[expect(clippy::cast_precision_loss, reason = "dollars are a number there")]
pub fn dollars(amount: Cents) -> f64 {
    amount.0 as f64 / 100.0
}

fn requirement(standing: &Standing) -> Value {
    let Standing { requirement, met, summary, .. } = standing;
    let id = &requirement.qualification_type_id;
    let integers = requirement.integer_values.iter().flatten().copied().map(Own::Integer);
    let places = requirement.locale_values.iter().flatten().cloned().map(Own::Place);
    let values: Vec<_> = integers.chain(places).map(|value| value.to_string()).collect();
    let action = match requirement.actions_guarded {
        Some(ActionsGuarded::DiscoverPreviewAndAccept) => "DiscoverHit",
        Some(ActionsGuarded::PreviewAndAccept) => "PreviewHit",
        _ => "AcceptHit",
    };
    json!({
        "qualification_type_id": id,
        "comparator": requirement.comparator,
        "worker_action": action,
        "qualification_values": values,
        "caller_meets_requirement": met,
        "caller_qualification_value": own_value(standing.value.as_ref()),
        "qualification_type": summary.as_ref().map(|summary| qualification_type(id, summary)),
        "qualification_request_url":
            request_url(id, summary.as_ref().is_some_and(|summary| summary.is_requestable)),
    })
}

/// Where a qualification is requested, if it can be.
pub fn request_url(id: &str, can_be: bool) -> Option<String> {
    can_be.then(|| format!("/qualifications/{id}/request"))
}

/// What a worker has of a qualification; nulls where there is nothing.
pub fn own_value(value: Option<&Own>) -> Value {
    let (integer, place) = match value {
        Some(Own::Integer(number)) => (Some(number), None),
        Some(Own::Place(place)) => (None, Some(place)),
        Some(Own::None) | None => (None, None),
    };
    json!({
        "integer_value": integer,
        "locale_value": {
            "country": place.map(|place| &place.country),
            "subdivision": place.and_then(|place| place.subdivision.as_ref()),
        },
    })
}

/// A qualification type. Assumed: every one is visible.
pub fn qualification_type(id: &str, summary: &TypeSummary) -> Value {
    json!({
        "qualification_type_id": id,
        "name": summary.name,
        "description": summary.description,
        "keywords": summary.keywords,
        "has_test": summary.has_test,
        "is_requestable": summary.is_requestable,
        "visibility": true,
    })
}

/// What is shown in the frame, or the form.
pub fn question(
    visit: &Visit,
    hit: &Hit,
    question: &Question,
    taken: Option<&Acceptance>,
) -> Result<Value, Fault> {
    let (kind, value, height) = match plain_frame(visit, hit, question, taken)? {
        Some(Frame { kind, src, height, .. }) if src.starts_with('/') => {
            (kind, format!("{}{src}", visit.submit_to), height)
        }
        Some(Frame { kind, src, height, .. }) => (kind, src, height),
        None => ("QuestionForm", hit.question.clone(), 0),
    };
    Ok(json!({"type": kind, "value": value,
        "attributes": {"FrameHeight": height.to_string(), "FrameSourceAttribute": "src"}}))
}

/// A HIT in hand.
pub fn task(taken: &Acceptance, group_id: &str, now: Instant) -> Value {
    json!({
        "task_id": taken.hit_id,
        "assignment_id": taken.assignment_id,
        "accepted_at": taken.accept_at.rfc3339(),
        "deadline": taken.deadline_at.rfc3339(),
        "time_to_deadline_in_seconds": (taken.deadline_at.0 - now.0) / 1000,
        "state": "Assigned",
        "task_url": address::of_task(group_id, taken),
        "expired_task_action_url": format!("/projects/{group_id}/tasks"),
    })
}

/// A HIT in hand with its question and its project.
pub fn in_hand(
    visit: &Visit,
    InHand { taken, hit, requester_name }: &InHand,
    now: Instant,
) -> Result<Value, Fault> {
    let mut task = task(taken, &hit.hit_type.group_id, now);
    task["project"] = of_type(&hit.hit_type, &hit.requester_id, requester_name);
    if let Ok(shown) = parse(&hit.question) {
        task["question"] = question(visit, hit, &shown, Some(taken))?;
    }
    Ok(task)
}
