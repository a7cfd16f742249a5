//! The lists about qualifications, and the operations on people: requests, blocks, mail.

use aws_sdk_mturk::Client;
use serde_json::{Value, json};

use crate::calls::{number, text};
use crate::{Refused, answers};

/// The operations that are done here.
pub const KNOWS: &[&str] = &[
    "AcceptQualificationRequest",
    "CreateWorkerBlock",
    "DeleteWorkerBlock",
    "ListHITsForQualificationType",
    "ListQualificationRequests",
    "ListQualificationTypes",
    "ListWorkerBlocks",
    "ListWorkersWithQualificationType",
    "NotifyWorkers",
    "RejectQualificationRequest",
];

/// Does one of them.
pub async fn call(client: &Client, operation: &str, input: &Value) -> Result<Value, Refused> {
    let [worker, reason] = ["WorkerId", "Reason"].map(|name| text(input, name));
    let request = text(input, "QualificationRequestId");
    Ok(match operation {
        "AcceptQualificationRequest" => {
            let accept = client.accept_qualification_request();
            let accept = accept.set_qualification_request_id(request);
            let accept = accept.set_integer_value(number(input, "IntegerValue"));
            accept.send().await.map(|_| json!({}))?
        }
        "RejectQualificationRequest" => {
            let reject = client.reject_qualification_request();
            let reject = reject.set_qualification_request_id(request).set_reason(reason);
            reject.send().await.map(|_| json!({}))?
        }
        "CreateWorkerBlock" => {
            let block = client.create_worker_block().set_worker_id(worker).set_reason(reason);
            block.send().await.map(|_| json!({}))?
        }
        "DeleteWorkerBlock" => {
            let lift = client.delete_worker_block().set_worker_id(worker).set_reason(reason);
            lift.send().await.map(|_| json!({}))?
        }
        "NotifyWorkers" => notify(client, input).await?,
        name => list(client, name, input).await?,
    })
}

async fn notify(client: &Client, input: &Value) -> Result<Value, Refused> {
    let workers = input["WorkerIds"].as_array().into_iter().flatten();
    let mail = client
        .notify_workers()
        .set_subject(text(input, "Subject"))
        .set_message_text(text(input, "MessageText"))
        .set_worker_ids(Some(workers.map(|id| id.as_str().unwrap().to_owned()).collect()));
    let done = mail.send().await?;
    let statuses = done.notify_workers_failure_statuses().iter().map(|status| {
        let code = status.notify_workers_failure_code().map(|code| code.as_str());
        json!({"WorkerId": status.worker_id(), "NotifyWorkersFailureCode": code})
    });
    Ok(json!({"NotifyWorkersFailureStatuses": statuses.collect::<Vec<_>>()}))
}

async fn list(client: &Client, operation: &str, input: &Value) -> Result<Value, Refused> {
    let (size, token) = (number(input, "MaxResults"), text(input, "NextToken"));
    Ok(match operation {
        "ListHITsForQualificationType" => {
            let list = client.list_hits_for_qualification_type();
            let list = list.set_qualification_type_id(text(input, "QualificationTypeId"));
            let page = list.set_max_results(size).set_next_token(token).send().await?;
            answers::page("HITs", page.next_token(), page.hits(), answers::hit)
        }
        "ListQualificationTypes" => {
            let list = client
                .list_qualification_types()
                .set_must_be_requestable(input["MustBeRequestable"].as_bool())
                .set_must_be_owned_by_caller(input["MustBeOwnedByCaller"].as_bool());
            let page = list.set_max_results(size).set_next_token(token).send().await?;
            let (token, items) = (page.next_token(), page.qualification_types());
            answers::page("QualificationTypes", token, items, answers::qualification_type)
        }
        "ListQualificationRequests" => {
            let list = client.list_qualification_requests();
            let page = list.set_max_results(size).set_next_token(token).send().await?;
            let items = page.qualification_requests();
            answers::page("QualificationRequests", page.next_token(), items, |one| {
                json!({"QualificationRequestId": one.qualification_request_id(),
                    "WorkerId": one.worker_id()})
            })
        }
        "ListWorkersWithQualificationType" => {
            let list = client.list_workers_with_qualification_type();
            let list = list.set_qualification_type_id(text(input, "QualificationTypeId"));
            let page = list.set_max_results(size).set_next_token(token).send().await?;
            let items = page.qualifications();
            answers::page(
                "Qualifications",
                page.next_token(),
                items,
                |one| json!({"WorkerId": one.worker_id(), "IntegerValue": one.integer_value()}),
            )
        }
        "ListWorkerBlocks" => {
            let list = client.list_worker_blocks();
            let page = list.set_max_results(size).set_next_token(token).send().await?;
            answers::page(
                "WorkerBlocks",
                page.next_token(),
                page.worker_blocks(),
                |one| json!({"WorkerId": one.worker_id(), "Reason": one.reason()}),
            )
        }
        other => panic!("the story has no {other}"),
    })
}
