//! The JSON twins of pages, in the shapes of the closed site.
//!
//! Source: the types of public clients of that site. Assumed: `DiscoverHit`, built like the words
//! for the other actions, and that a place among `qualification_values` is `US` or `US-WA`.

use serde_json::{Value, json};

use crate::rules::qualification::requirement::Value as Own;
use crate::rules::question::Question;
use crate::shapes::qualification::ActionsGuarded;
use crate::store::acceptances::Acceptance;
use crate::store::hit_groups::{Count, Listed};
use crate::store::hits::Hit;
use crate::store::worker_history::InHand;
use crate::time::Instant;
use crate::views::groups::Group;
use crate::views::guard::{About, Action, Standing};
use crate::web::visit::Visit;

/// A group in the list.
pub fn project(group: &Group) -> Value {
    let Group { listed, count, standings } = group;
    let mut project = of_type(listed);
    let more = json!({
        "assignable_hits_count": count.open,
        "creation_time": count.created_at.rfc3339(),
        "last_updated_time": count.updated_at.rfc3339(),
        "latest_expiration_time": count.expire_at.rfc3339(),
        "caller_meets_requirements": group.allows(Action::Accept),
        "caller_meets_preview_requirements": group.allows(Action::Preview),
        "project_requirements": standings.iter().map(requirement).collect::<Vec<_>>(),
    });
    if let (Value::Object(project), Value::Object(more)) = (&mut project, more) {
        project.extend(more);
    }
    project
}

fn of_type(listed: &Listed) -> Value {
    let (id, values) = (&listed.hit_type.group_id, &listed.hit_type.values);
    json!({
        "hit_set_id": id,
        "title": values.title,
        "description": values.description,
        "keywords": values.keywords,
        "requester_id": listed.requester_id,
        "requester_name": listed.requester_name,
        "requester_url": format!("/requesters/{}/projects", listed.requester_id),
        "monetary_reward": reward(values.reward.0),
        "assignment_duration_in_seconds": values.assignment_duration_s,
        "accept_project_task_url": format!("/projects/{id}/tasks/accept_random"),
        "project_tasks_url": format!("/projects/{id}/tasks"),
    })
}

/// An amount.
#[expect(clippy::cast_precision_loss, reason = "the site's clients read dollars as a number")]
pub fn reward(cents: i64) -> Value {
    json!({"amount_in_dollars": cents as f64 / 100.0, "currency_code": "USD"})
}

fn requirement(standing: &Standing) -> Value {
    let Standing { requirement, met, about, .. } = standing;
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
        "qualification_type": about.as_ref().map(|about| qualification_type(id, about)),
        "qualification_request_url":
            request_url(id, about.as_ref().is_some_and(|about| about.is_requestable)),
    })
}

/// Where a qualification is asked for, if it can be.
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
pub fn qualification_type(id: &str, about: &About) -> Value {
    json!({
        "qualification_type_id": id,
        "name": about.name,
        "description": about.description,
        "keywords": about.keywords,
        "has_test": about.has_test,
        "is_requestable": about.is_requestable,
        "visibility": true,
    })
}

/// What is shown in the frame.
pub fn question(visit: &Visit, hit: &Hit, address: Option<&str>, shown: &Question) -> Value {
    let (kind, value, height) = match shown {
        Question::External(page) => ("ExternalURL", address.unwrap_or_default(), page.frame_height),
        Question::Html(page) => ("HTMLQuestion", address.unwrap_or_default(), page.frame_height),
        Question::Form(_) => ("QuestionForm", hit.question.as_str(), 0),
    };
    let value = match value.strip_prefix('/') {
        Some(_) => format!("{}{value}", &visit.submit_to),
        None => value.to_owned(),
    };
    json!({"type": kind, "value": value,
        "attributes": {"FrameHeight": height.to_string(), "FrameSourceAttribute": "src"}})
}

/// A HIT in hand.
pub fn task(taken: &Acceptance, group_id: &str, now: Instant) -> Value {
    let (hit, id) = (&taken.hit_id, &taken.assignment_id);
    let url = format!("/projects/{group_id}/tasks/{hit}?assignment_id={id}");
    json!({
        "task_id": hit,
        "assignment_id": id,
        "accepted_at": taken.accept_at.rfc3339(),
        "deadline": taken.deadline_at.rfc3339(),
        "time_to_deadline_in_seconds": (taken.deadline_at.0 - now.0) / 1000,
        "state": "Assigned",
        "task_url": url,
        "expired_task_action_url": format!("/projects/{group_id}/tasks"),
    })
}

/// A HIT in hand with its question and its project.
pub fn in_hand(visit: &Visit, one: &InHand, now: Instant) -> Value {
    let listed = Listed {
        hit_type: one.hit.hit_type.clone(),
        requester_id: one.hit.requester_id.clone(),
        requester_name: one.requester_name.clone(),
        listed_at: None,
        open: false,
    };
    let mut task = task(&one.taken, &one.hit.hit_type.group_id, now);
    let project = Group { listed, count: Count::default(), standings: Vec::new() };
    task["project"] = of_type(&project.listed);
    if let Ok(shown) = crate::rules::question::parse(&one.hit.question) {
        let address = super::question::address(visit, &one.hit, &shown, Some(&one.taken));
        task["question"] = question(visit, &one.hit, address.as_deref(), &shown);
    }
    task
}
