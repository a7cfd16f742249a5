//! CreateQualificationType: something that workers can be qualified for.

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::ops::Operation;
use crate::rules::qualification::new_type::{Ways, check_texts};
use crate::shapes::qualification::{QualificationType as Shape, QualificationTypeStatus};
use crate::store::qualification_types::{self, QualificationType};
use crate::turn::{Access, Turn};

/// `CreateQualificationType`.
#[derive(Debug)]
pub struct CreateQualificationType;

/// The request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Input {
    pub name: String,
    pub keywords: Option<String>,
    pub description: String,
    pub qualification_type_status: QualificationTypeStatus,
    pub retry_delay_in_seconds: Option<i64>,
    pub test: Option<String>,
    pub answer_key: Option<String>,
    pub test_duration_in_seconds: Option<i64>,
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

impl Operation for CreateQualificationType {
    const NAME: &'static str = "CreateQualificationType";
    const ACCESS: Access = Access::Write;
    type Input = Input;
    type Output = Output;

    async fn run(turn: &mut Turn, input: Input) -> Result<Output, Fault> {
        check_texts(&input.name, &input.description, input.keywords.as_deref())?;
        let ways = Ways::check(Ways {
            test: input.test,
            test_duration_s: input.test_duration_in_seconds,
            answer_key: input.answer_key,
            auto_granted: input.auto_granted.unwrap_or(false),
            auto_granted_value: input.auto_granted_value,
            retry_delay_s: input.retry_delay_in_seconds,
        })?;
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
            is_requestable: true,
            ways,
        };
        qualification_types::add(tx, &new).await?;
        Ok(Output { qualification_type: new.shape(&requester.id) })
    }
}

/// The service's sentence, kept by its clients.
fn exists() -> Fault {
    let said = "You have already created a QualificationType with this name. A QualificationType's \
        name must be unique among all of the QualificationTypes created by the same user.";
    Fault::request("QualificationTypeAlreadyExists", said)
}
