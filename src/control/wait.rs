//! `/_mturk/wait`: an answer that comes when something has happened.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::control::events::{changed, changes_for};
use crate::control::json::{Answer, Failure, Params, after};
use crate::engine::{Changes, Engine};
use crate::fault::Fault;
use crate::shapes::event::Event;
use crate::shapes::hit::HitStatus;
use crate::shapes::notification::EventType;
use crate::shapes::scalar::Id;
use crate::store::events::Filter;
use crate::store::hits::{self, Hit};
use crate::store::requesters::{self, Requester};
use crate::store::robots;
use crate::time::{END_OF_FUTURE, Span};

/// An answer may take so long if `timeout` is absent, in milliseconds.
const USUAL_MS: i64 = 30_000;
/// The server gives up requests that take a minute.
const LONGEST_MS: i64 = 55_000;

/// What to wait for: the state of a HIT, a number of assignments of all HITs, an event, or robots
/// that have nothing to do.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WaitQuery {
    /// The HIT that must have that state, or that the event is about.
    #[serde(rename = "HITId")]
    #[param(nullable = false)]
    hit_id: Option<String>,
    /// The access key or the RequesterId of the requester who owns the HITs or the event.
    #[serde(rename = "Requester")]
    #[param(nullable = false)]
    requester: Option<String>,
    /// The HIT's status.
    #[param(nullable = false)]
    status: Option<HitStatus>,
    /// At least this many assignments of the HIT, or of all HITs together, were submitted. Those
    /// that were reviewed since are included.
    #[param(minimum = 0, maximum = 1_000_000_000, nullable = false)]
    submitted: Option<i64>,
    /// At least this many are approved.
    #[param(minimum = 0, maximum = 1_000_000_000, nullable = false)]
    approved: Option<i64>,
    /// At least this many are rejected.
    #[param(minimum = 0, maximum = 1_000_000_000, nullable = false)]
    rejected: Option<i64>,
    /// The type of the event.
    #[param(nullable = false)]
    event: Option<EventType>,
    /// `true`: no robot has a step before the market's time stands. While the clock runs, no robot
    /// has a step at all.
    #[param(nullable = false)]
    idle: Option<bool>,
    /// The number of the last event that you have seen. Without it, any stored event matches.
    #[param(minimum = 0, maximum = 9_223_372_036_854_775_807_u64, nullable = false)]
    after: Option<i64>,
    /// How long, in real time, at most 55 s; 30 s if absent.
    #[param(value_type = Option<Span>, nullable = false)]
    timeout: Option<String>,
}

/// The status of a HIT, and how many of its assignments are in each state.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Standing {
    #[serde(rename = "HITId")]
    hit_id: Id,
    #[serde(rename = "HITStatus")]
    hit_status: HitStatus,
    #[schema(minimum = 0)]
    available: i64,
    /// Accepted, and the worker is at it.
    #[schema(minimum = 0)]
    pending: i64,
    /// Submitted, awaiting review.
    #[schema(minimum = 0)]
    submitted: i64,
    #[schema(minimum = 0)]
    approved: i64,
    #[schema(minimum = 0)]
    rejected: i64,
}

impl From<Hit> for Standing {
    fn from(hit: Hit) -> Self {
        let standing = hit.standing;
        Self {
            hit_id: Id::known(hit.id),
            hit_status: hit.status,
            available: standing.available(),
            pending: standing.pending,
            submitted: standing.submitted,
            approved: standing.approved,
            rejected: standing.rejected,
        }
    }
}

/// How many assignments of all HITs, including deleted HITs, are in each state.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct AllWork {
    /// Accepted, and the worker is at it.
    #[schema(minimum = 0)]
    pending: i64,
    /// Submitted, awaiting review.
    #[schema(minimum = 0)]
    submitted: i64,
    #[schema(minimum = 0)]
    approved: i64,
    #[schema(minimum = 0)]
    rejected: i64,
}

/// What was waited for: one of the four.
#[derive(Default, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Waited {
    #[serde(rename = "HIT", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    hit: Option<Standing>,
    #[serde(rename = "Work", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    work: Option<AllWork>,
    #[serde(rename = "Event", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    event: Option<Event>,
    /// No robot has anything to do.
    #[serde(rename = "Idle", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    idle: Option<bool>,
}

/// What is read after each change.
enum Target {
    Hit(String),
    /// The HITs of the requester with this key or id, or all.
    Work(Option<String>),
    /// Behind the event of this number.
    Event(Filter, i64),
    /// No robot has a step.
    Idle,
}

impl Target {
    /// The changes that concern it.
    async fn changes(&self, engine: &Arc<Engine>) -> Result<Changes, Fault> {
        Ok(match self {
            Self::Hit(id) => engine.changes_of(id),
            Self::Work(Some(name)) => engine.changes_of(&requester_id(engine, name).await?),
            Self::Event(filter, _) => changes_for(engine, filter),
            Self::Work(None) | Self::Idle => engine.changes(),
        })
    }

    /// The present state, as a sentence.
    async fn standing(&self, engine: &Arc<Engine>) -> Result<String, Fault> {
        let id = match self {
            Self::Hit(id) => id,
            Self::Work(requester) => {
                let AllWork { pending, submitted, approved, rejected } =
                    all_work(engine, requester.as_deref()).await?;
                return Ok(format!(
                    "All HITs together: {pending} pending, {submitted} submitted, {approved} \
                     approved, {rejected} rejected."
                ));
            }
            Self::Idle => return Ok("A robot has a step to take.".to_owned()),
            Self::Event(_, after) => {
                return Ok(format!("No event behind number {after} was such a one."));
            }
        };
        let Standing { hit_status, available, pending, submitted, approved, rejected, .. } =
            standing(engine, id).await?;
        Ok(format!(
            "The HIT is {}: {available} available, {pending} pending, {submitted} submitted, \
             {approved} approved, {rejected} rejected.",
            hit_status.as_str()
        ))
    }
}

impl WaitQuery {
    fn target(&self) -> Result<Target, Fault> {
        let counts = [self.submitted, self.approved, self.rejected];
        if counts.iter().flatten().any(|count| *count < 0) {
            return Err(Fault::unreadable("a count is not negative"));
        }
        let of_hit = self.status.is_some() || counts.iter().any(Option::is_some);
        if self.idle == Some(true) {
            let is_alone = !of_hit && self.hit_id.is_none() && self.event.is_none();
            let is_alone = is_alone && self.requester.is_none() && self.after.is_none();
            let why = "idle cannot be combined with anything but timeout";
            return if is_alone { Ok(Target::Idle) } else { Err(Fault::unreadable(why)) };
        }
        match (&self.hit_id, self.event) {
            (Some(id), None) if of_hit && self.after.is_none() && self.requester.is_none() => {
                Ok(Target::Hit(id.clone()))
            }
            (None, None) if of_hit && self.after.is_none() && self.status.is_none() => {
                Ok(Target::Work(self.requester.clone()))
            }
            (hit_id, Some(_)) if !of_hit => {
                let hit_id = hit_id.clone().unwrap_or_default();
                let filter = Filter { event_type: self.event, hit_id, ..Filter::default() };
                Ok(Target::Event(filter, after(self.after, "an event")?))
            }
            _ => Err(Fault::unreadable(
                "wanted is HITId with status, submitted, approved or rejected; or submitted, \
                 approved or rejected of all HITs, perhaps with Requester; or else event, perhaps \
                 with HITId, Requester and after; or else idle=true",
            )),
        }
    }

    fn time(&self) -> Result<Duration, Fault> {
        let span = self.timeout.as_deref().map_or(Some(Span(USUAL_MS)), Span::parse);
        let ms = span.map(|span| span.0).filter(|ms| (0..=LONGEST_MS).contains(ms));
        let ms = ms.ok_or_else(|| Fault::unreadable("timeout is a span from 0s to 55s"))?;
        Ok(Duration::from_millis(ms.unsigned_abs()))
    }

    /// Whether so many are submitted, approved and rejected.
    fn are_met(&self, [submitted, approved, rejected]: [i64; 3]) -> bool {
        let received = submitted + approved + rejected;
        self.submitted.is_none_or(|count| received >= count)
            && self.approved.is_none_or(|count| approved >= count)
            && self.rejected.is_none_or(|count| rejected >= count)
    }

    fn is_met(&self, hit: &Standing) -> bool {
        self.status.is_none_or(|status| hit.hit_status == status)
            && self.are_met([hit.submitted, hit.approved, hit.rejected])
    }

    /// What is waited for, if it is there; of events only new ones are read.
    async fn find(
        &self,
        engine: &Arc<Engine>,
        target: &mut Target,
    ) -> Result<Option<Waited>, Fault> {
        match target {
            Target::Hit(id) => {
                let hit = Some(standing(engine, id).await?).filter(|hit| self.is_met(hit));
                Ok(hit.map(|hit| Waited { hit: Some(hit), ..Waited::default() }))
            }
            Target::Work(requester) => {
                let work = all_work(engine, requester.as_deref()).await?;
                let is_met = self.are_met([work.submitted, work.approved, work.rejected]);
                Ok(is_met.then(|| Waited { work: Some(work), ..Waited::default() }))
            }
            Target::Idle => {
                let is_idle = is_idle(engine).await?;
                Ok(is_idle.then(|| Waited { idle: Some(true), ..Waited::default() }))
            }
            Target::Event(filter, after) => {
                let found = engine.events(filter, *after, 1).await?;
                *after = found.last;
                let event = found.events.into_iter().next();
                Ok(event.map(|event| Waited { event: Some(event), ..Waited::default() }))
            }
        }
    }
}

async fn standing(engine: &Arc<Engine>, id: &str) -> Result<Standing, Fault> {
    let found = engine.read(Requester::default(), id.to_owned(), |turn, id| {
        Box::pin(hits::find(&mut turn.tx, id))
    });
    found.await?.map(Standing::from).ok_or_else(|| Fault::hit_does_not_exist(id))
}

/// Whether no robot has a step before the market's time stands.
async fn is_idle(engine: &Arc<Engine>) -> Result<bool, Fault> {
    let has_steps = engine.read(Requester::default(), (), |turn, ()| {
        Box::pin(async move {
            let is_on_its_way = turn.clock.held_at().is_some();
            let until = if turn.clock.is_running() { END_OF_FUTURE } else { turn.arrived_at };
            Ok::<_, Fault>(is_on_its_way || robots::has_steps(&mut turn.tx, until).await?)
        })
    });
    Ok(!has_steps.await?)
}

async fn all_work(engine: &Arc<Engine>, requester: Option<&str>) -> Result<AllWork, Fault> {
    let id = match requester {
        Some(name) => Some(requester_id(engine, name).await?),
        None => None,
    };
    let counted = engine.read(Requester::default(), id, |turn, id| {
        Box::pin(hits::counts(&mut turn.tx, id.as_deref()))
    });
    let [pending, submitted, approved, rejected] = counted.await?;
    Ok(AllWork { pending, submitted, approved, rejected })
}

/// The id of who is named by a key or an id; a key that nobody used yet may come.
async fn requester_id(engine: &Arc<Engine>, name: &str) -> Result<String, Fault> {
    let found = engine.read(Requester::default(), name.to_owned(), |turn, name| {
        Box::pin(requesters::id_of(&mut turn.tx, name))
    });
    found.await
}

/// Waits until a HIT has that state, all HITs have so many assignments, an event happens, or the
/// robots have nothing to do.
///
/// It answers at once if that is so already.
#[utoipa::path(
    get, path = "/_mturk/wait", operation_id = "wait", tag = "events",
    params(WaitQuery),
    responses(
        (status = 200, description = "It is so.", body = Waited),
        (status = 404, description = "There is no such HIT.", body = Failure),
        (status = 408, description = "It did not become so in time.", body = Failure),
        (status = 503, description = "The server stops.", body = Failure)
    )
)]
pub async fn wait(engine: Arc<Engine>, Params(query): Params<WaitQuery>) -> Answer<Waited> {
    let (mut target, time) = (query.target()?, query.time()?);
    let until = tokio::time::Instant::now() + time;
    if let (Target::Event(filter, _), Some(name)) = (&mut target, &query.requester) {
        filter.requester_id = requester_id(&engine, name).await?;
    }
    let mut changes = target.changes(&engine).await?;
    loop {
        let closed = changes.mark_seen();
        if let Some(found) = query.find(&engine, &mut target).await? {
            return Ok(Json(found));
        }
        if closed {
            let (status, message) = (StatusCode::SERVICE_UNAVAILABLE, "The server stops.");
            return Err(Failure::new(status, "Closing", message));
        }
        let change = tokio::time::timeout_at(until, changed(&engine, &mut changes)).await;
        if change.is_err() {
            let standing = target.standing(&engine).await?;
            let message = format!("It did not become so in time. {standing}");
            return Err(Failure::new(StatusCode::REQUEST_TIMEOUT, "Timeout", message));
        }
    }
}
