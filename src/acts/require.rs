//! A HIT type requires qualifications: of types that exist and are in use.

use std::collections::BTreeSet;

use crate::fault::Fault;
use crate::rules::qualification::system::System;
use crate::shapes::qualification::{QualificationRequirement, QualificationTypeStatus};
use crate::store::qualification_types;
use crate::turn::{Profile, Turn};

/// Whether HITs can be made with these requirements.
///
/// Assumed: types of other requesters can be required; the Masters of the other market cannot.
///
/// # Errors
/// `QualificationTypeDoesNotExist` for the first type that does not, or is deleted;
/// `InvalidQualificationTypeState` for one that is inactive.
pub async fn require(
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
    for ten in ids.chunks(10) {
        let statuses = qualification_types::statuses(&mut turn.tx, ten).await?;
        for id in ten {
            let known = statuses.iter().find(|(known, _)| known == id);
            match known.map(|(_, status)| *status) {
                Some(QualificationTypeStatus::Active) => {}
                Some(QualificationTypeStatus::Inactive) => {
                    return Err(Fault::invalid_qualification_type_state("Active"));
                }
                _ => return Err(Fault::qualification_type_does_not_exist(id)),
            }
        }
    }
    Ok(())
}

/// Whether the market has this system type.
#[must_use]
pub fn exists(turn: &Turn, system: &System) -> bool {
    let [sandbox, production] = system.exists;
    match turn.market.profile {
        Profile::Sandbox => sandbox,
        Profile::Production => production,
    }
}
