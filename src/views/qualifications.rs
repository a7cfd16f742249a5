//! What a worker is qualified for, and what can be asked for.

use std::collections::HashMap;

use crate::fault::Fault;
use crate::rules::qualification::request::asking;
use crate::rules::qualification::requirement::Value;
use crate::rules::qualification::system::System;
use crate::shapes::qualification::RequestStatus;
use crate::store::qualification_requests::{self, QualificationRequest};
use crate::store::qualification_type_pages::{self, Filter, Place};
use crate::store::qualification_types::{self, QualificationType};
use crate::store::qualification_types_named::About;
use crate::store::qualifications::{self, Own};
use crate::time::Instant;
use crate::turn::Turn;
use crate::views::guard::value_of;

pub use crate::rules::qualification::request::Asking;

/// So many are on a page.
const PAGE: usize = 30;

/// A worker's qualifications, and a page of those that can be asked for.
#[derive(Debug)]
pub struct Qualifications {
    /// What the worker has, by type.
    pub own: Vec<Own>,
    /// Where the worker's next page begins.
    pub more: Option<String>,
    /// What can be asked for, by name, but for what the worker has and cannot ask for again.
    pub others: Vec<Other>,
    /// Where their next page begins.
    pub next: Option<Place>,
}

/// A qualification type that workers can ask for.
#[derive(Debug)]
pub struct Other {
    /// The type.
    pub of: QualificationType,
    /// What the worker has; none if nothing.
    pub value: Option<Value>,
    /// What the worker can do about it.
    pub asking: Asking,
}

/// Reads them.
///
/// # Errors
/// The database failed.
pub async fn qualifications(
    turn: &mut Turn,
    worker_id: &str,
    search: &str,
    own_after: &str,
    after: &Place,
) -> Result<Qualifications, Fault> {
    let count = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let tx = &mut turn.tx;
    let mut own = qualifications::of_worker(tx, worker_id, own_after, count).await?;
    let more = own.len() > PAGE;
    own.truncate(PAGE);
    let query = search.trim().to_lowercase();
    let query = Some(query.as_str()).filter(|query| !query.is_empty());
    let filter = Filter { owner: None, requestable: true, query };
    let mut others = qualification_type_pages::list(tx, filter, after, count).await?;
    let further = others.len() > PAGE;
    others.truncate(PAGE);
    let next = others.last().filter(|_| further);
    Ok(Qualifications {
        more: own.last().filter(|_| more).map(|last| last.type_id.clone()),
        own,
        next: next.map(|last| Place(last.name.to_lowercase(), last.id.clone())),
        others: standing(turn, worker_id, others).await?,
    })
}

/// How the worker stands to these types: two statements for ten of them.
async fn standing(
    turn: &mut Turn,
    worker_id: &str,
    types: Vec<QualificationType>,
) -> Result<Vec<Other>, Fault> {
    let ids: Vec<&str> = types.iter().map(|of| of.id.as_str()).collect();
    let (mut values, mut asked) = (HashMap::new(), HashMap::new());
    for ten in ids.chunks(10) {
        values.extend(qualifications::values(&mut turn.tx, worker_id, ten).await?);
        asked.extend(qualification_requests::latest_of(&mut turn.tx, worker_id, ten).await?);
    }
    let others = types.into_iter().map(|of| {
        let (value, latest) = (values.remove(&of.id), asked.get(&of.id).copied());
        let asking = asking(of.terms(), latest, value.is_some(), turn.now);
        Other { of, value, asking }
    });
    let can_act = |asking| matches!(asking, Asking::Now | Asking::InTest(_) | Asking::Pending);
    Ok(others.filter(|other| other.value.is_none() || can_act(other.asking)).collect())
}

/// A qualification type, and how the worker stands to it.
#[derive(Debug)]
pub struct One {
    /// Its id.
    pub id: String,
    /// What workers read of it.
    pub about: About,
    /// The one that the market itself keeps, if it is such.
    pub system: Option<&'static System>,
    /// What the worker has; none if nothing.
    pub value: Option<Value>,
    /// What the worker can do about it.
    pub asking: Asking,
    /// The worker's latest request.
    pub request: Option<QualificationRequest>,
}

impl One {
    /// The latest request, if it has this status.
    #[must_use]
    pub fn asked(&self, status: RequestStatus) -> Option<&QualificationRequest> {
        self.request.as_ref().filter(|request| request.status == status)
    }

    /// The test that the worker is at.
    #[must_use]
    pub fn test(&self) -> Option<&str> {
        let in_test = matches!(self.asking, Asking::InTest(_));
        self.request.as_ref().filter(|_| in_test)?.test.as_deref()
    }

    /// Until when it can be handed in.
    #[must_use]
    pub const fn test_due_at(&self) -> Option<Instant> {
        match self.asking {
            Asking::InTest(due_at) => Some(due_at),
            _ => None,
        }
    }
}

/// Reads it.
///
/// # Errors
/// There is none with that id; the database failed.
pub async fn one(turn: &mut Turn, type_id: &str, worker_id: &str) -> Result<One, Fault> {
    let (id, value) = (type_id.to_owned(), value_of(turn, worker_id, type_id).await?);
    if let Some(system) = System::find(type_id) {
        let (about, asking) = (About::system(system), Asking::Closed);
        return Ok(One { id, about, system: Some(system), value, asking, request: None });
    }
    let found = qualification_types::find(&mut turn.tx, type_id).await?;
    let of = found.ok_or_else(|| Fault::qualification_type_does_not_exist(type_id))?;
    let request = qualification_requests::latest(&mut turn.tx, type_id, worker_id).await?;
    let latest = request.as_ref().map(QualificationRequest::latest);
    let asking = asking(of.terms(), latest, value.is_some(), turn.now);
    Ok(One { id, about: About::of(&of), system: None, value, asking, request })
}
