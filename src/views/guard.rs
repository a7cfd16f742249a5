//! What keeps a worker from seeing, previewing or accepting a HIT: decided here alone.

use std::collections::BTreeSet;

use crate::actions::requirements::{Held, type_ids};
use crate::fault::Fault;
use crate::rules::qualification::requirement::{Value, describe, describe_value, guards, is_met};
use crate::rules::qualification::system::System;
use crate::shapes::qualification::QualificationRequirement;
use crate::store::qualification_types;
use crate::turn::Turn;

pub use crate::rules::qualification::requirement::Action;
pub use crate::store::qualification_types::TypeSummary;

/// A requirement, and whether the worker meets it.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The requirement.
    pub requirement: QualificationRequirement,
    /// Whether the worker meets it.
    pub met: bool,
    /// The qualification type, where it was read.
    pub summary: Option<TypeSummary>,
    /// What the worker has; none if nothing.
    pub value: Option<Value>,
}

impl Standing {
    /// Whether it keeps the worker from an action.
    pub fn prevents(&self, action: Action) -> bool {
        guards(&self.requirement, action) && !self.met
    }

    /// The requirement and what the worker has, as text; a type without a name has its id.
    pub fn text(&self) -> String {
        let summary = self.summary.as_ref();
        let name = summary.map_or(&self.requirement.qualification_type_id, |summary| &summary.name);
        let (required, own) = (describe(&self.requirement), describe_value(self.value.as_ref()));
        format!("{name} {required}: {own}.")
    }
}

/// Whether a worker meets the requirements of some HIT types, in their order. What the worker has
/// is read once for all of them. Without a worker it is
/// nothing.
pub async fn standings(
    turn: &mut Turn,
    worker_id: Option<&str>,
    of_types: &[&[QualificationRequirement]],
) -> Result<Vec<Vec<Standing>>, Fault> {
    let all: Vec<&QualificationRequirement> = of_types.iter().copied().flatten().collect();
    let held = match worker_id {
        Some(id) if !all.is_empty() => Some(Held::of(turn, id, type_ids(all)).await?),
        _ => None,
    };
    let standing = |requirement: &QualificationRequirement| {
        let id = &requirement.qualification_type_id;
        let value = held.as_ref().and_then(|held| held.value(id));
        Standing {
            requirement: requirement.clone(),
            met: is_met(requirement, value.as_ref()),
            summary: System::find(id).map(TypeSummary::system),
            value,
        }
    };
    Ok(of_types.iter().map(|those| those.iter().map(standing).collect()).collect())
}

/// Adds the summaries of their types to standings: with one statement.
pub async fn add_summaries<'s>(
    turn: &mut Turn,
    standings: impl IntoIterator<Item = &'s mut Standing>,
) -> Result<(), Fault> {
    let unnamed = standings.into_iter().filter(|standing| standing.summary.is_none());
    let mut unnamed: Vec<_> = unnamed.collect();
    let id = |standing: &&mut Standing| standing.requirement.qualification_type_id.clone();
    let ids: BTreeSet<String> = unnamed.iter().map(id).collect();
    let ids: Vec<String> = ids.into_iter().collect();
    let found = qualification_types::summaries(&mut turn.tx, &ids).await?;
    for standing in &mut unnamed {
        standing.summary = found.get(&standing.requirement.qualification_type_id).cloned();
    }
    Ok(())
}
