//! One HIT as its requester sees it.

use crate::fault::Fault;
use crate::rules::qualification::requirement::describe;
use crate::shapes::event::Event;
use crate::shapes::review::{PolicyParameter, ReviewPolicy};
use crate::store::events;
use crate::store::hits::{self, Hit};
use crate::time::Instant;
use crate::turn::Turn;
use crate::views::guard::{add_summaries, standings};

/// So many events are shown.
pub const EVENTS: i64 = 50;

/// A HIT, and what is known of it besides.
#[derive(Debug)]
pub struct HitView {
    /// The HIT.
    pub hit: Hit,
    /// What workers must have, a sentence on each.
    pub requirements: Vec<String>,
    /// The review policies: of each assignment, and of the HIT.
    pub policies: Vec<PolicyView>,
    /// What happened last, the latest first.
    pub events: Vec<Event>,
    /// The market's time.
    pub now: Instant,
}

/// A review policy.
#[derive(Debug)]
pub struct PolicyView {
    /// Its name.
    pub name: String,
    /// What it is told, each with its values; an entry of a map behind the name of the map.
    pub parameters: Vec<(String, String)>,
}

impl From<ReviewPolicy> for PolicyView {
    fn from(policy: ReviewPolicy) -> Self {
        let mut parameters = Vec::new();
        for PolicyParameter { key, values, map_entries } in policy.parameters.unwrap_or_default() {
            let key = key.unwrap_or_default();
            for entry in map_entries.unwrap_or_default() {
                let name = format!("{key}, {}", entry.key.unwrap_or_default());
                parameters.push((name, entry.values.unwrap_or_default().join(", ")));
            }
            parameters.extend(values.map(|values| (key, values.join(", "))));
        }
        Self { name: policy.policy_name, parameters }
    }
}

/// Reads a HIT of the turn's requester, deleted ones included.
///
/// # Errors
/// No such HIT, or another requester's.
pub async fn hit(turn: &mut Turn, hit_id: &str) -> Result<HitView, Fault> {
    let hit = hits::owned(&mut turn.tx, &turn.requester.id, hit_id).await?;
    let required = hit.hit_type.values.requirements.as_slice();
    let mut standings = standings(turn, None, &[required]).await?.pop().unwrap_or_default();
    add_summaries(turn, &mut standings).await?;
    let requirements = standings.iter().map(|standing| {
        let id = &standing.requirement.qualification_type_id;
        let name = standing.summary.as_ref().map_or(id, |summary| &summary.name);
        format!("{name} {}", describe(&standing.requirement))
    });
    let requirements = requirements.collect();
    let requester_id = &turn.requester.id;
    let events = events::latest_of_hit(&mut turn.tx, requester_id, &hit.id, EVENTS).await?;
    let policies = policies(turn, &hit).await?;
    Ok(HitView { hit, requirements, policies, events, now: turn.now })
}

async fn policies(turn: &mut Turn, hit: &Hit) -> Result<Vec<PolicyView>, Fault> {
    if !hit.has_policies {
        return Ok(Vec::new());
    }
    let stored = hits::policies(&mut turn.tx, hit.key).await?;
    Ok([stored.assignment, stored.hit].into_iter().flatten().map(PolicyView::from).collect())
}
