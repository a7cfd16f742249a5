//! CreateQualificationType: something that workers can be qualified for.

use serde::Deserialize;

use crate::fault::{Code, Fault};
use crate::ops::Member;
use crate::rules::faults::QUALIFICATION_TYPE_EXISTS;
use crate::rules::qualification::new_type::check_texts;
use crate::shapes::qualification::{GrantRules, QualificationTypeStatus};
use crate::store::qualification_types::{self, QualificationType};
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub name: String,
    pub keywords: Option<String>,
    pub description: String,
    pub qualification_type_status: QualificationTypeStatus,
    #[serde(flatten)]
    pub grant_rules: GrantRules,
}

pub(super) async fn run(turn: &mut Turn, input: Input) -> Result<Member<QualificationType>, Fault> {
    check_texts(&input.name, &input.description, input.keywords.as_deref())?;
    let grant_rules = GrantRules::check(GrantRules { is_requestable: true, ..input.grant_rules })?;
    let Turn { tx, requester, ids, now, .. } = turn;
    if qualification_types::name_is_taken(tx, &requester.id, &input.name).await? {
        return Err(exists());
    }
    let new = QualificationType {
        key: 0,
        id: ids.entity(),
        requester_id: requester.id.clone(),
        name: input.name,
        description: input.description,
        keywords: input.keywords,
        status: input.qualification_type_status,
        created_at: *now,
        grant_rules,
    };
    qualification_types::add(tx, &new).await?;
    Ok(Member("QualificationType", new))
}

fn exists() -> Fault {
    Fault::refused(Code::QualificationTypeAlreadyExists, QUALIFICATION_TYPE_EXISTS)
}
