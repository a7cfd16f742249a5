//! What keeps a worker from seeing, previewing or accepting a HIT: the one place to ask.

use crate::acts::qualify::Held;
use crate::fault::Fault;
use crate::rules::qualification::requirement::{guards, in_words, is_met};
use crate::rules::qualification::system::System;
use crate::shapes::qualification::{Comparator, QualificationRequirement};
use crate::store::qualification_types;
use crate::turn::Turn;

pub use crate::rules::qualification::requirement::Action;

/// A requirement, and how the worker stands to it.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The requirement.
    pub requirement: QualificationRequirement,
    /// Whether the worker meets it.
    pub met: bool,
    /// What is wanted of the type, in words.
    pub words: String,
    /// The name of the qualification type, where it was asked for.
    pub name: Option<String>,
    /// What the worker has; none if nothing.
    pub value: Option<String>,
}

impl Standing {
    /// Whether it keeps the worker from an action.
    #[must_use]
    pub fn prevents(&self, action: Action) -> bool {
        guards(&self.requirement, action) && !self.met
    }
}

/// How a worker stands to the requirements of some HIT types, in their order. What the worker has
/// is read once for all of them. Nobody has nothing.
///
/// # Errors
/// The database failed.
pub async fn standings(
    turn: &mut Turn,
    worker_id: Option<&str>,
    of_types: &[&[QualificationRequirement]],
) -> Result<Vec<Vec<Standing>>, Fault> {
    let all: Vec<&QualificationRequirement> = of_types.iter().copied().flatten().collect();
    let held = match worker_id {
        Some(id) if !all.is_empty() => Some(Held::of(turn, id, all).await?),
        _ => None,
    };
    let standing = |requirement: &QualificationRequirement| {
        let id = &requirement.qualification_type_id;
        let value = held.as_ref().and_then(|held| held.value(id));
        Standing {
            requirement: requirement.clone(),
            met: is_met(requirement, value.as_ref()),
            words: in_words(requirement).replacen(id, "", 1).trim().to_owned(),
            name: System::find(id).map(|system| system.name.to_owned()),
            value: value.map(|value| value.to_string()),
        }
    };
    Ok(of_types.iter().map(|those| those.iter().map(standing).collect()).collect())
}

/// Gives the standings of one HIT the names of their types; a HIT has at most ten.
///
/// # Errors
/// The database failed.
pub async fn name(turn: &mut Turn, standings: &mut [Standing]) -> Result<(), Fault> {
    for standing in standings.iter_mut().filter(|one| one.name.is_none()) {
        let id = &standing.requirement.qualification_type_id;
        let found = qualification_types::find(&mut turn.tx, id).await?;
        standing.name = found.map(|found| found.name);
    }
    Ok(())
}

/// What a worker has of one qualification type; none if nothing.
///
/// # Errors
/// The database failed.
pub async fn value_of(
    turn: &mut Turn,
    worker_id: &str,
    type_id: &str,
) -> Result<Option<String>, Fault> {
    let requirement = QualificationRequirement {
        qualification_type_id: type_id.to_owned(),
        comparator: Comparator::Exists,
        integer_values: None,
        locale_values: None,
        required_to_preview: None,
        actions_guarded: None,
    };
    let held = Held::of(turn, worker_id, [&requirement]).await?;
    Ok(held.value(type_id).map(|value| value.to_string()))
}
