//! What a worker has of the qualifications that HITs require, and what keeps a worker from a HIT.

use std::collections::{BTreeSet, HashMap};

use crate::fault::Fault;
use crate::rules::qualification::requirement;
use crate::rules::qualification::requirement::{Action, Unmet, Value, in_words, own_in_words};
use crate::rules::qualification::system::{About, Done, System};
use crate::shapes::qualification::QualificationRequirement;
use crate::shapes::worker::Worker;
use crate::store::{assignments, qualification_types, qualifications, workers};
use crate::turn::Turn;

/// What a worker has of some qualification types.
#[derive(Debug)]
pub struct Held {
    traits: Option<Worker>,
    done: Done,
    values: HashMap<String, Value>,
}

impl Held {
    /// What the worker has of the types that `requirements` name, of one HIT or of many.
    ///
    /// One statement for ten types that requesters made; the worker's traits and history are read
    /// where a system type is among them.
    ///
    /// # Errors
    /// The database failed.
    pub async fn of(
        turn: &mut Turn,
        worker_id: &str,
        requirements: impl IntoIterator<Item = &QualificationRequirement>,
    ) -> Result<Self, Fault> {
        let ids = requirements.into_iter().map(|one| one.qualification_type_id.as_str());
        let ids: BTreeSet<&str> = ids.collect();
        let systems: Vec<About> =
            ids.iter().filter_map(|id| System::find(id)).map(|system| system.about).collect();
        let made: Vec<&str> = ids.into_iter().filter(|id| System::find(id).is_none()).collect();
        let tx = &mut turn.tx;
        let traits = if systems.is_empty() { None } else { workers::find(tx, worker_id).await? };
        let counted = |about: &About| matches!(about, About::Approved | About::PercentApproved);
        let done = if systems.iter().any(counted) {
            assignments::done(tx, worker_id).await?
        } else {
            Done::default()
        };
        let mut values = HashMap::new();
        for ten in made.chunks(10) {
            values.extend(qualifications::values(tx, worker_id, ten).await?);
        }
        Ok(Self { traits, done, values })
    }

    /// What the worker has of a type that was asked for; none if nothing.
    #[must_use]
    pub fn value(&self, type_id: &str) -> Option<Value> {
        match System::find(type_id) {
            Some(system) => system.value(self.traits.as_ref(), self.done),
            None => self.values.get(type_id).cloned(),
        }
    }
}

/// The first requirement that keeps the worker from an action on a HIT, with what the worker has.
///
/// # Errors
/// The database failed.
pub async fn unmet<'r>(
    turn: &mut Turn,
    worker_id: &str,
    requirements: &'r [QualificationRequirement],
    action: Action,
) -> Result<Option<Unmet<'r>>, Fault> {
    if requirements.is_empty() {
        return Ok(None);
    }
    let held = Held::of(turn, worker_id, requirements).await?;
    Ok(requirement::unmet(requirements, action, |id| held.value(id)).next())
}

/// Whether nothing keeps the worker from working on a HIT with these requirements.
///
/// # Errors
/// `DoesNotMeetRequirements`; its reasons tell each requirement that is not met and the worker's
/// own value. Recorded of the sentence: "you do not meet those Qualifications". Assumed: the rest.
pub async fn check(
    turn: &mut Turn,
    worker_id: &str,
    requirements: &[QualificationRequirement],
) -> Result<(), Fault> {
    if requirements.is_empty() {
        return Ok(());
    }
    let held = Held::of(turn, worker_id, requirements).await?;
    let mut reasons = Vec::new();
    for unmet in requirement::unmet(requirements, Action::Accept, |id| held.value(id)) {
        let name = name_of(turn, &unmet.requirement.qualification_type_id).await?;
        let (wanted, own) = (in_words(unmet.requirement), own_in_words(unmet.value.as_ref()));
        reasons.push(format!("{name} {wanted}: {own}."));
    }
    if reasons.is_empty() {
        return Ok(());
    }
    Err(Fault::Worker {
        code: "DoesNotMeetRequirements",
        message: "This HIT requires Qualifications, and you do not meet those Qualifications."
            .to_owned(),
        reasons,
    })
}

/// What a qualification type is called; a HIT requires at most ten.
async fn name_of(turn: &mut Turn, id: &str) -> Result<String, Fault> {
    if let Some(system) = System::find(id) {
        return Ok(system.name.to_owned());
    }
    let found = qualification_types::find(&mut turn.tx, id).await?;
    Ok(found.map_or_else(|| id.to_owned(), |found| found.name))
}
