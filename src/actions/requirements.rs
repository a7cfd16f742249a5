//! Qualifications that HITs require: whether they exist, and whether a worker meets them.

use std::collections::{BTreeSet, HashMap};

use crate::fault::{Code, Fault, Refusal};
use crate::rules::qualification::requirement;
use crate::rules::qualification::requirement::{Action, Unmet, Value, describe, describe_value};
use crate::rules::qualification::system::{Subject, System, WorkCounts};
use crate::shapes::qualification::{QualificationRequirement, QualificationTypeStatus};
use crate::shapes::worker::Worker;
use crate::store::{assignments, qualification_types, qualifications, workers};
use crate::turn::{Profile, Turn};

/// Whether HITs can be made with these requirements.
///
/// Assumed: types of other requesters can be required; the Masters of the other market cannot.
///
/// # Errors
/// `QualificationTypeDoesNotExist` for the first type that does not, or is deleted;
/// `InvalidQualificationTypeState` for one that is inactive.
pub async fn check_types(
    turn: &mut Turn,
    requirements: &[QualificationRequirement],
) -> Result<(), Fault> {
    let mut made = BTreeSet::new();
    for requirement in requirements {
        let id = requirement.qualification_type_id.as_str();
        match System::find(id) {
            Some(system) if exists(turn, system) => {}
            Some(_) => return Err(Fault::qualification_type_does_not_exist(id)),
            None => drop(made.insert(id)),
        }
    }
    if made.is_empty() {
        return Ok(());
    }
    let ids: Vec<&str> = made.into_iter().collect();
    let statuses = qualification_types::statuses(&mut turn.tx, &ids).await?;
    for id in ids {
        match statuses.iter().find(|(known, _)| known == id) {
            Some((_, QualificationTypeStatus::Active)) => {}
            Some((_, QualificationTypeStatus::Inactive)) => {
                return Err(Fault::invalid_qualification_type_state("Active"));
            }
            _ => return Err(Fault::qualification_type_does_not_exist(id)),
        }
    }
    Ok(())
}

/// Whether the market has this system type.
pub fn exists(turn: &Turn, system: &System) -> bool {
    let [sandbox, production] = system.exists;
    match turn.market.profile {
        Profile::Sandbox => sandbox,
        Profile::Production => production,
    }
}

/// What a worker has of some qualification types.
#[derive(Debug)]
pub struct Held {
    traits: Option<Worker>,
    done: WorkCounts,
    values: HashMap<String, Value>,
}

impl Held {
    /// What the worker has of these types.
    ///
    /// One statement for all types that requesters made; the worker's traits and history are read
    /// where a system type is among them.
    pub async fn of(
        turn: &mut Turn,
        worker_id: &str,
        type_ids: impl IntoIterator<Item = &str>,
    ) -> Result<Self, Fault> {
        let ids: BTreeSet<&str> = type_ids.into_iter().collect();
        let systems: Vec<Subject> =
            ids.iter().filter_map(|id| System::find(id)).map(|system| system.subject).collect();
        let made: Vec<&str> = ids.into_iter().filter(|id| System::find(id).is_none()).collect();
        let tx = &mut turn.tx;
        let traits = if systems.is_empty() { None } else { workers::find(tx, worker_id).await? };
        let counted =
            |subject: &Subject| matches!(subject, Subject::Approved | Subject::PercentApproved);
        let done = if systems.iter().any(counted) {
            assignments::done(tx, worker_id).await?
        } else {
            WorkCounts::default()
        };
        let values = match &*made {
            [] => Vec::new(),
            made => qualifications::values(tx, worker_id, made).await?,
        };
        Ok(Self { traits, done, values: values.into_iter().collect() })
    }

    /// What the worker has of a type that was read; none if nothing.
    pub fn value(&self, type_id: &str) -> Option<Value> {
        match System::find(type_id) {
            Some(system) => system.value(self.traits.as_ref(), self.done),
            None => self.values.get(type_id).cloned(),
        }
    }
}

/// The types that requirements name.
pub fn type_ids<'r>(
    requirements: impl IntoIterator<Item = &'r QualificationRequirement>,
) -> impl Iterator<Item = &'r str> {
    requirements.into_iter().map(|requirement| &*requirement.qualification_type_id)
}

/// The first requirement that keeps the worker from an action on a HIT, with what the worker has.
pub async fn unmet<'r>(
    turn: &mut Turn,
    worker_id: &str,
    requirements: &'r [QualificationRequirement],
    action: Action,
) -> Result<Option<Unmet<'r>>, Fault> {
    if requirements.is_empty() {
        return Ok(None);
    }
    let held = Held::of(turn, worker_id, type_ids(requirements)).await?;
    Ok(requirement::unmet(requirements, action, |id| held.value(id)).next())
}

/// Whether nothing keeps the worker from working on a HIT with these requirements.
///
/// # Errors
/// `DoesNotMeetRequirements`; its reasons name each requirement that is not met and the worker's
/// own value. Recorded of the sentence: "you do not meet those Qualifications". Assumed: the rest.
pub async fn check_worker(
    turn: &mut Turn,
    worker_id: &str,
    requirements: &[QualificationRequirement],
) -> Result<(), Fault> {
    if requirements.is_empty() {
        return Ok(());
    }
    let held = Held::of(turn, worker_id, type_ids(requirements)).await?;
    let mut reasons = Vec::new();
    for unmet in requirement::unmet(requirements, Action::Accept, |id| held.value(id)) {
        let name = name_of(turn, &unmet.requirement.qualification_type_id).await?;
        let (wanted, own) = (describe(unmet.requirement), describe_value(unmet.value.as_ref()));
        reasons.push(format!("{name} {wanted}: {own}."));
    }
    if reasons.is_empty() {
        return Ok(());
    }
    let message = "This HIT requires Qualifications, and you do not meet those Qualifications.";
    Err(Refusal { reasons, ..Refusal::new(Code::DoesNotMeetRequirements, message) }.into())
}

/// What a qualification type is called; a HIT requires at most ten.
async fn name_of(turn: &mut Turn, id: &str) -> Result<String, Fault> {
    if let Some(system) = System::find(id) {
        return Ok(system.name.to_owned());
    }
    let found = qualification_types::find(&mut turn.tx, id).await?;
    Ok(found.map_or_else(|| id.to_owned(), |found| found.name))
}
