//! `qualification_types` as workers meet them in the requirements of HITs: by name.

use std::collections::HashMap;

use crate::fault::Fault;
use crate::rules::qualification::system::System;
use crate::shapes::qualification::QualificationTypeStatus;
use crate::store::Tx;
use crate::store::hit_groups::{name_twenty, twenty};
use crate::store::qualification_types::QualificationType;

statements! {
    ABOUT = concat!(
        "SELECT id, name, description, keywords, is_requestable AND status = 'Active', \
            test IS NOT NULL \
        FROM qualification_types WHERE id IN ",
        twenty!()
    );
}

/// What workers read of a qualification type that a HIT requires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Its name.
    pub name: String,
    /// For workers.
    pub description: String,
    /// Separated by commas.
    pub keywords: Option<String>,
    /// Whether workers can ask for it at all: its requester says so, and it is active.
    pub is_requestable: bool,
    /// Whether a test comes first.
    pub has_test: bool,
}

impl About {
    /// Of a type that a requester made.
    #[must_use]
    pub fn of(of: &QualificationType) -> Self {
        Self {
            name: of.name.clone(),
            description: of.description.clone(),
            keywords: of.keywords.clone(),
            is_requestable: of.is_requestable && of.status == QualificationTypeStatus::Active,
            has_test: of.ways.test.is_some(),
        }
    }

    /// Of a type that the market keeps itself.
    #[must_use]
    pub fn system(system: &System) -> Self {
        let shape = system.shape();
        Self {
            name: shape.name,
            description: shape.description,
            keywords: None,
            is_requestable: false,
            has_test: false,
        }
    }
}

/// What workers read of these types, deleted ones included, by id.
///
/// # Errors
/// The database failed.
pub async fn about(tx: &mut Tx, ids: &[String]) -> Result<HashMap<String, About>, Fault> {
    let mut found = HashMap::new();
    for some in ids.chunks(20) {
        for row in name_twenty(ABOUT, some).all(tx).await? {
            let about = About {
                name: row.get(1)?,
                description: row.get(2)?,
                keywords: row.get(3)?,
                is_requestable: row.get(4)?,
                has_test: row.get(5)?,
            };
            found.insert(row.get(0)?, about);
        }
    }
    Ok(found)
}
