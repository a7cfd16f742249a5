//! What keeps a worker from seeing, previewing or accepting a HIT: the one place to ask.

use std::collections::BTreeSet;

use crate::acts::qualify::Held;
use crate::fault::Fault;
use crate::rules::qualification::requirement::{Value, guards, in_words, is_met, own_in_words};
use crate::rules::qualification::system::System;
use crate::shapes::qualification::{Comparator, QualificationRequirement};
use crate::store::qualification_types_named;
use crate::turn::Turn;

pub use crate::rules::qualification::requirement::Action;
pub use crate::store::qualification_types_named::About;

/// A requirement, and how the worker stands to it.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The requirement.
    pub requirement: QualificationRequirement,
    /// Whether the worker meets it.
    pub met: bool,
    /// What is wanted of the type, in words.
    pub words: String,
    /// The qualification type, where it was asked for.
    pub about: Option<About>,
    /// What the worker has; none if nothing.
    pub value: Option<Value>,
    /// The same in words.
    pub own: String,
}

impl Standing {
    /// Whether it keeps the worker from an action.
    #[must_use]
    pub fn prevents(&self, action: Action) -> bool {
        guards(&self.requirement, action) && !self.met
    }

    /// The name of the type, or its id.
    #[must_use]
    pub fn name(&self) -> &str {
        let about = self.about.as_ref();
        about.map_or(&self.requirement.qualification_type_id, |about| &about.name)
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
            words: in_words(requirement),
            about: System::find(id).map(About::system),
            own: own_in_words(value.as_ref()),
            value,
        }
    };
    Ok(of_types.iter().map(|those| those.iter().map(standing).collect()).collect())
}

/// Tells the standings of some HITs what their types are: twenty types with one statement.
///
/// # Errors
/// The database failed.
pub async fn name<'s>(
    turn: &mut Turn,
    standings: impl IntoIterator<Item = &'s mut Standing>,
) -> Result<(), Fault> {
    let mut unnamed: Vec<_> = standings.into_iter().filter(|one| one.about.is_none()).collect();
    let ids: BTreeSet<String> =
        unnamed.iter().map(|one| one.requirement.qualification_type_id.clone()).collect();
    let ids: Vec<String> = ids.into_iter().collect();
    let found = qualification_types_named::about(&mut turn.tx, &ids).await?;
    for standing in &mut unnamed {
        standing.about = found.get(&standing.requirement.qualification_type_id).cloned();
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
) -> Result<Option<Value>, Fault> {
    let requirement = QualificationRequirement {
        qualification_type_id: type_id.to_owned(),
        comparator: Comparator::Exists,
        integer_values: None,
        locale_values: None,
        required_to_preview: None,
        actions_guarded: None,
    };
    let held = Held::of(turn, worker_id, [&requirement]).await?;
    Ok(held.value(type_id))
}
