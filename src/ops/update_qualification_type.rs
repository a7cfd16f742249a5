//! UpdateQualificationType: all of a type but its name and keywords.

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::ops::Operation;
use crate::rules::limits;
use crate::rules::qualification::new_type::Ways;
use crate::shapes::qualification::{QualificationType as Shape, QualificationTypeStatus};
use crate::store::qualification_types;
use crate::turn::{Access, Turn};

/// `UpdateQualificationType`.
#[derive(Debug)]
pub struct UpdateQualificationType;

/// The request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Input {
    pub qualification_type_id: String,
    pub description: Option<String>,
    pub qualification_type_status: Option<QualificationTypeStatus>,
    pub test: Option<String>,
    pub answer_key: Option<String>,
    pub test_duration_in_seconds: Option<i64>,
    pub retry_delay_in_seconds: Option<i64>,
    pub auto_granted: Option<bool>,
    pub auto_granted_value: Option<i64>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Output {
    pub qualification_type: Shape,
}

impl Operation for UpdateQualificationType {
    const NAME: &'static str = "UpdateQualificationType";
    const ACCESS: Access = Access::Write;
    type Input = Input;
    type Output = Output;

    async fn run(turn: &mut Turn, input: Input) -> Result<Output, Fault> {
        let Turn { tx, requester, .. } = turn;
        let id = &input.qualification_type_id;
        let mut of = qualification_types::owned(tx, &requester.id, id).await?;
        if let Some(description) = input.description {
            limits::one_to("Description", &description, limits::DESCRIPTION)?;
            of.description = description;
        }
        of.status = input.qualification_type_status.unwrap_or(of.status);
        let sent = Ways {
            test: input.test,
            test_duration_s: input.test_duration_in_seconds,
            answer_key: input.answer_key,
            auto_granted_value: input.auto_granted_value,
            retry_delay_s: input.retry_delay_in_seconds,
            ..Ways::default()
        };
        of.ways = of.ways.updated(sent, input.auto_granted)?;
        qualification_types::keep(tx, &of).await?;
        Ok(Output { qualification_type: of.shape(&requester.id) })
    }
}
