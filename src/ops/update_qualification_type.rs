//! UpdateQualificationType: all of a type but its name and keywords.

use serde::Deserialize;

use crate::fault::Fault;
use crate::ops::Member;
use crate::rules::limits;
use crate::shapes::qualification::{GrantRules, QualificationTypeStatus};
use crate::store::qualification_types::{self, QualificationType};
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub qualification_type_id: String,
    pub description: Option<String>,
    pub qualification_type_status: Option<QualificationTypeStatus>,
    pub auto_granted: Option<bool>,
    #[serde(flatten)]
    pub grant_rules: GrantRules,
}

pub(super) async fn run(turn: &mut Turn, input: Input) -> Result<Member<QualificationType>, Fault> {
    let Turn { tx, requester, .. } = turn;
    let id = &input.qualification_type_id;
    let mut of = qualification_types::owned(tx, &requester.id, id).await?;
    if let Some(description) = input.description {
        limits::one_to("Description", &description, limits::DESCRIPTION)?;
        of.description = description;
    }
    of.status = input.qualification_type_status.unwrap_or(of.status);
    of.grant_rules = of.grant_rules.updated(input.grant_rules, input.auto_granted)?;
    qualification_types::save(tx, &of).await?;
    Ok(Member("QualificationType", of))
}
