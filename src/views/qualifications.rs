//! What a worker is qualified for, and what can be asked for.

use crate::fault::Fault;
use crate::rules::qualification::request::Latest;
use crate::rules::qualification::system::System;
use crate::shapes::qualification::RequestStatus;
use crate::store::qualification_requests::{self, QualificationRequest};
use crate::store::qualification_type_pages::{self, Filter, Place};
use crate::store::qualification_types::{self, QualificationType};
use crate::store::qualifications::{self, Own};
use crate::time::Instant;
use crate::turn::Turn;
use crate::views::guard::value_of;

/// So many are on a page.
const PAGE: usize = 20;

/// A worker's qualifications, and a page of those that can be asked for.
#[derive(Debug)]
pub struct Qualifications {
    /// What the worker has, by type.
    pub own: Vec<Own>,
    /// Where the worker's next page begins.
    pub more: Option<String>,
    /// What can be asked for, by name.
    pub others: Vec<QualificationType>,
    /// Where their next page begins.
    pub next: Option<Place>,
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
        others,
    })
}

/// A qualification type, and how the worker stands to it.
#[derive(Debug)]
#[expect(missing_docs, reason = "the columns are named by the API")]
pub struct One {
    pub id: String,
    pub name: String,
    pub description: String,
    pub is_requestable: bool,
    /// Whether the market itself keeps it.
    pub is_system: bool,
    pub has_test: bool,
    /// What the worker has; none if nothing.
    pub value: Option<String>,
    /// The worker's latest request.
    pub latest: Option<Latest>,
    /// The test that the worker is at.
    pub test: Option<String>,
    pub now: Instant,
}

impl One {
    /// Whether the requester has yet to decide.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.latest.is_some_and(|latest| latest.status == RequestStatus::Pending)
    }

    /// Until when the worker can hand in the test, if the worker is at it.
    #[must_use]
    pub fn test_due_at(&self) -> Option<Instant> {
        let latest = self.latest.filter(|latest| latest.in_test(self.now));
        latest.and_then(|latest| latest.test_due_at)
    }
}

/// Reads it.
///
/// # Errors
/// There is none with that id; the database failed.
pub async fn one(turn: &mut Turn, type_id: &str, worker_id: &str) -> Result<One, Fault> {
    let value = value_of(turn, worker_id, type_id).await?;
    let now = turn.now;
    if let Some(system) = System::find(type_id) {
        let shape = system.shape();
        let (name, description) = (shape.name, shape.description);
        let id = type_id.to_owned();
        let (is_requestable, has_test) = (false, false);
        let (latest, test, is_system) = (None, None, true);
        return Ok(One {
            id,
            name,
            description,
            is_requestable,
            is_system,
            has_test,
            value,
            latest,
            test,
            now,
        });
    }
    let found = qualification_types::find(&mut turn.tx, type_id).await?;
    let of = found.ok_or_else(|| Fault::qualification_type_does_not_exist(type_id))?;
    let request = qualification_requests::latest(&mut turn.tx, type_id, worker_id).await?;
    Ok(One {
        is_system: false,
        is_requestable: of.is_requestable,
        has_test: of.ways.test.is_some(),
        latest: request.as_ref().map(QualificationRequest::latest),
        test: request.and_then(|request| request.test),
        id: of.id,
        name: of.name,
        description: of.description,
        value,
        now,
    })
}
