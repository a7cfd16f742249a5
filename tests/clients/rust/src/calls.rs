//! The operations of the story, each through the SDK's own builder.

use aws_sdk_mturk::Client;
use aws_sdk_mturk::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_mturk::operation::approve_assignment::ApproveAssignmentError;
use aws_sdk_mturk::primitives::DateTime;
use aws_sdk_mturk::types::QualificationTypeStatus;
use serde_json::{Value, json};

use crate::{Refused, answers, people, policies};

impl<E: ProvideErrorMetadata, R> From<SdkError<E, R>> for Refused {
    fn from(error: SdkError<E, R>) -> Self {
        let text = |text: Option<&str>| text.map(str::to_owned);
        Self { code: text(error.code()), message: text(error.message()), turk_error_code: None }
    }
}

/// Does one operation.
pub async fn call(client: &Client, operation: &str, input: &Value) -> Result<Value, Refused> {
    match operation {
        "ApproveAssignment" => approve(client, input).await,
        name if people::KNOWS.contains(&name) => people::call(client, name, input).await,
        name if policies::KNOWS.contains(&name) => policies::call(client, name, input).await,
        name if name.contains("Qualification") => qualify(client, name, input).await,
        name if name.contains("HIT") => hit(client, name, input).await,
        name => work(client, name, input).await,
    }
}

/// A member that is a text.
pub fn text(input: &Value, name: &str) -> Option<String> {
    input[name].as_str().map(str::to_owned)
}

/// A member that is a number.
pub fn number(input: &Value, name: &str) -> Option<i32> {
    input[name].as_i64().map(|number| i32::try_from(number).unwrap())
}

async fn hit(client: &Client, operation: &str, input: &Value) -> Result<Value, Refused> {
    let [hit, hit_type] = ["HITId", "HITTypeId"].map(|name| text(input, name));
    Ok(match operation {
        "CreateHITType" => {
            let made = client
                .create_hit_type()
                .set_title(text(input, "Title"))
                .set_description(text(input, "Description"))
                .set_keywords(text(input, "Keywords"))
                .set_reward(text(input, "Reward"))
                .set_assignment_duration_in_seconds(input["AssignmentDurationInSeconds"].as_i64());
            json!({"HITTypeId": made.send().await?.hit_type_id()})
        }
        "CreateHITWithHITType" => {
            let made = client
                .create_hit_with_hit_type()
                .set_hit_type_id(hit_type)
                .set_max_assignments(number(input, "MaxAssignments"))
                .set_lifetime_in_seconds(input["LifetimeInSeconds"].as_i64())
                .set_question(text(input, "Question"));
            json!({"HIT": made.send().await?.hit().map(answers::hit)})
        }
        "GetHIT" => {
            let got = client.get_hit().set_hit_id(hit).send().await?;
            json!({"HIT": got.hit().map(answers::hit)})
        }
        "UpdateExpirationForHIT" => {
            let at = input["ExpireAt"].as_i64().map(DateTime::from_secs);
            let update = client.update_expiration_for_hit().set_hit_id(hit).set_expire_at(at);
            update.send().await.map(|_| json!({}))?
        }
        "UpdateHITTypeOfHIT" => {
            let update = client.update_hit_type_of_hit().set_hit_id(hit).set_hit_type_id(hit_type);
            update.send().await.map(|_| json!({}))?
        }
        "ListHITs" => {
            let list = client
                .list_hits()
                .set_max_results(number(input, "MaxResults"))
                .set_next_token(text(input, "NextToken"));
            let page = list.send().await?;
            answers::page("HITs", page.next_token(), page.hits(), answers::hit)
        }
        "ListReviewableHITs" => {
            let list = client
                .list_reviewable_hits()
                .set_max_results(number(input, "MaxResults"))
                .set_next_token(text(input, "NextToken"));
            let page = list.send().await?;
            answers::page("HITs", page.next_token(), page.hits(), answers::hit)
        }
        "UpdateHITReviewStatus" => {
            let update = client.update_hit_review_status().set_hit_id(hit);
            update.send().await.map(|_| json!({}))?
        }
        "CreateAdditionalAssignmentsForHIT" => {
            let count = number(input, "NumberOfAdditionalAssignments");
            let more = client.create_additional_assignments_for_hit().set_hit_id(hit);
            let more = more.set_number_of_additional_assignments(count);
            more.send().await.map(|_| json!({}))?
        }
        "DeleteHIT" => client.delete_hit().set_hit_id(hit).send().await.map(|_| json!({}))?,
        "ListAssignmentsForHIT" => {
            let list = client
                .list_assignments_for_hit()
                .set_hit_id(hit)
                .set_max_results(number(input, "MaxResults"))
                .set_next_token(text(input, "NextToken"));
            answers::assignments(&list.send().await?)
        }
        other => panic!("the story has no {other}"),
    })
}

/// Shows what a fault of the model carries besides its message.
async fn approve(client: &Client, input: &Value) -> Result<Value, Refused> {
    let approve = client.approve_assignment().set_assignment_id(text(input, "AssignmentId"));
    match approve.set_requester_feedback(text(input, "RequesterFeedback")).send().await {
        Ok(_) => Ok(json!({})),
        Err(error) => {
            let code = match error.as_service_error() {
                Some(ApproveAssignmentError::RequestError(fault)) => fault.turk_error_code(),
                _ => None,
            };
            let turk_error_code = code.map(str::to_owned);
            Err(Refused { turk_error_code, ..error.into() })
        }
    }
}

async fn work(client: &Client, operation: &str, input: &Value) -> Result<Value, Refused> {
    let assignment = text(input, "AssignmentId");
    Ok(match operation {
        "GetAccountBalance" => {
            let balance = client.get_account_balance().send().await?;
            json!({"AvailableBalance": balance.available_balance()})
        }
        "GetAssignment" => {
            let got = client.get_assignment().set_assignment_id(assignment).send().await?;
            json!({"Assignment": got.assignment().map(answers::assignment)})
        }
        "GetFileUploadURL" => {
            let get = client.get_file_upload_url().set_assignment_id(assignment);
            let get = get.set_question_identifier(text(input, "QuestionIdentifier"));
            json!({"FileUploadURL": get.send().await?.file_upload_url()})
        }
        "RejectAssignment" => {
            let reject = client.reject_assignment().set_assignment_id(assignment);
            let reject = reject.set_requester_feedback(text(input, "RequesterFeedback"));
            reject.send().await.map(|_| json!({}))?
        }
        "SendBonus" => {
            let bonus = client
                .send_bonus()
                .set_assignment_id(assignment)
                .set_worker_id(text(input, "WorkerId"))
                .set_bonus_amount(text(input, "BonusAmount"))
                .set_reason(text(input, "Reason"));
            bonus.send().await.map(|_| json!({}))?
        }
        "ListBonusPayments" => {
            let list = client.list_bonus_payments().set_assignment_id(assignment);
            answers::bonuses(&list.send().await?)
        }
        other => panic!("the story has no {other}"),
    })
}

async fn qualify(client: &Client, operation: &str, input: &Value) -> Result<Value, Refused> {
    let [type_id, worker] = ["QualificationTypeId", "WorkerId"].map(|name| text(input, name));
    Ok(match operation {
        "CreateQualificationType" => {
            let status = input["QualificationTypeStatus"].as_str();
            let made = client
                .create_qualification_type()
                .set_name(text(input, "Name"))
                .set_description(text(input, "Description"))
                .set_qualification_type_status(status.map(QualificationTypeStatus::from));
            let made = made.send().await?;
            json!({"QualificationType": made.qualification_type().map(answers::qualification_type)})
        }
        "UpdateQualificationType" => {
            let update = client.update_qualification_type().set_qualification_type_id(type_id);
            let update = update.set_description(text(input, "Description"));
            update.send().await.map(|_| json!({}))?
        }
        "GetQualificationType" => {
            let get = client.get_qualification_type().set_qualification_type_id(type_id);
            let got = get.send().await?;
            json!({"QualificationType": got.qualification_type().map(answers::qualification_type)})
        }
        "AssociateQualificationWithWorker" => {
            let give = client
                .associate_qualification_with_worker()
                .set_qualification_type_id(type_id)
                .set_worker_id(worker)
                .set_integer_value(number(input, "IntegerValue"));
            give.send().await.map(|_| json!({}))?
        }
        "GetQualificationScore" => {
            let score = client.get_qualification_score().set_qualification_type_id(type_id);
            answers::score(&score.set_worker_id(worker).send().await?)
        }
        "DisassociateQualificationFromWorker" => {
            let take = client.disassociate_qualification_from_worker();
            let take = take.set_qualification_type_id(type_id).set_worker_id(worker);
            take.send().await.map(|_| json!({}))?
        }
        "DeleteQualificationType" => {
            let delete = client.delete_qualification_type().set_qualification_type_id(type_id);
            delete.send().await.map(|_| json!({}))?
        }
        other => panic!("the story has no {other}"),
    })
}
