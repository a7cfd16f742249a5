//! What a worker is qualified for, and what can be requested.

use std::collections::HashMap;

use crate::actions::requirements::Held;
use crate::fault::Fault;
use crate::rules::qualification::request::availability;
use crate::rules::qualification::requirement::Value;
use crate::rules::qualification::system::System;
use crate::shapes::qualification::RequestStatus;
use crate::store::qualification_requests::{self, QualificationRequest};
use crate::store::qualification_types::{self, Filter, Place, QualificationType, TypeSummary};
use crate::store::qualifications::{self, Own};
use crate::time::Instant;
use crate::turn::Turn;
use crate::views::cut;

pub use crate::rules::qualification::request::Availability;

/// So many are on a page.
const PAGE: i64 = 30;

/// A worker's qualifications, and a page of those that can be requested.
#[derive(Debug)]
pub struct Qualifications {
    /// What the worker has, by type.
    pub own: Vec<Own>,
    /// Where the worker's next page begins.
    pub more: Option<String>,
    /// What can be requested, by name, but for what the worker has and cannot request again.
    pub others: Vec<TypeView>,
    /// Where their next page begins.
    pub next: Option<Place>,
}

/// Reads them.
pub async fn qualifications(
    turn: &mut Turn,
    worker_id: &str,
    search: &str,
    own_after: &str,
    after: &Place,
) -> Result<Qualifications, Fault> {
    let tx = &mut turn.tx;
    let mut own = qualifications::of_worker(tx, worker_id, own_after, PAGE + 1).await?;
    let more = cut(&mut own, PAGE).map(|last| last.type_id.clone());
    let query = search.trim().to_lowercase();
    let query = Some(query.as_str()).filter(|query| !query.is_empty());
    let filter = Filter { owner: None, requestable: true, query };
    let mut others = qualification_types::list(tx, filter, after, PAGE + 1).await?;
    let next = cut(&mut others, PAGE);
    let next = next.map(|last| Place(last.name.to_lowercase(), last.id.clone()));
    Ok(Qualifications { own, more, others: views(turn, worker_id, others).await?, next })
}

/// What the worker has and can do of these types, read with two statements.
async fn views(
    turn: &mut Turn,
    worker_id: &str,
    types: Vec<QualificationType>,
) -> Result<Vec<TypeView>, Fault> {
    let ids: Vec<&str> = types.iter().map(|of| of.id.as_str()).collect();
    let held = Held::of(turn, worker_id, ids.iter().copied()).await?;
    let requests = qualification_requests::latest_of(&mut turn.tx, worker_id, &ids).await?;
    let requests: HashMap<_, _> = requests.into_iter().collect();
    let others = types.into_iter().map(|of| {
        let (value, latest) = (held.value(&of.id), requests.get(&of.id).copied());
        let availability = availability(of.terms(), latest, value.is_some(), turn.now);
        let summary = TypeSummary::of(&of);
        TypeView { id: of.id, summary, system: None, value, availability, request: None }
    });
    let can_act = |availability| {
        matches!(availability, Availability::Now | Availability::InTest(_) | Availability::Pending)
    };
    Ok(others.filter(|other| other.value.is_none() || can_act(other.availability)).collect())
}

/// A qualification type, and what the worker has and can do of it.
#[derive(Debug)]
pub struct TypeView {
    /// Its id.
    pub id: String,
    /// What workers read of it.
    pub summary: TypeSummary,
    /// The one of the system, if it is such.
    pub system: Option<&'static System>,
    /// What the worker has; none if nothing.
    pub value: Option<Value>,
    /// What the worker can do about it.
    pub availability: Availability,
    /// The worker's latest request, on the type's own page.
    pub request: Option<QualificationRequest>,
}

impl TypeView {
    /// The latest request, if it has this status.
    pub fn request_with(&self, status: RequestStatus) -> Option<&QualificationRequest> {
        self.request.as_ref().filter(|request| request.status == status)
    }

    /// The test that the worker is at.
    pub fn test(&self) -> Option<&str> {
        let in_test = matches!(self.availability, Availability::InTest(_));
        self.request.as_ref().filter(|_| in_test)?.test.as_deref()
    }

    /// Until when it can be submitted.
    pub const fn test_due_at(&self) -> Option<Instant> {
        match self.availability {
            Availability::InTest(due_at) => Some(due_at),
            _ => None,
        }
    }
}

/// Reads it.
///
/// # Errors
/// There is none with that id.
pub async fn view(turn: &mut Turn, type_id: &str, worker_id: &str) -> Result<TypeView, Fault> {
    let value = Held::of(turn, worker_id, [type_id]).await?.value(type_id);
    let id = type_id.to_owned();
    if let Some(system) = System::find(type_id) {
        let (summary, system, availability) =
            (TypeSummary::system(system), Some(system), Availability::Closed);
        return Ok(TypeView { id, summary, system, value, availability, request: None });
    }
    let found = qualification_types::find(&mut turn.tx, type_id).await?;
    let of = found.ok_or_else(|| Fault::qualification_type_does_not_exist(type_id))?;
    let request = qualification_requests::latest(&mut turn.tx, type_id, worker_id).await?;
    let latest = request.as_ref().map(QualificationRequest::latest);
    let availability = availability(of.terms(), latest, value.is_some(), turn.now);
    Ok(TypeView { id, summary: TypeSummary::of(&of), system: None, value, availability, request })
}
