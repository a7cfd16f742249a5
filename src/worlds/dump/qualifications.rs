//! Dumping qualification types, who has which, and every request.

use serde_json::{Value, json};

use crate::fault::Fault;
use crate::store::{qualification_requests, qualification_types, qualifications};
use crate::turn::Turn;
use crate::worlds::dump::{object, time};

pub(super) async fn types(turn: &mut Turn) -> Result<Vec<Value>, Fault> {
    let all = qualification_types::all(&mut turn.tx).await?;
    Ok(all
        .into_iter()
        .map(|of| {
            object(json!({
                "Requester": of.requester_id,
                "QualificationTypeId": of.id,
                "CreationTime": time(of.created_at),
                "Name": of.name,
                "Description": of.description,
                "Keywords": of.keywords,
                "QualificationTypeStatus": of.status,
                "Test": of.ways.test,
                "TestDurationInSeconds": of.ways.test_duration_s,
                "AnswerKey": of.ways.answer_key,
                "RetryDelayInSeconds": of.ways.retry_delay_s,
                "IsRequestable": of.is_requestable,
                "AutoGranted": of.ways.auto_granted,
                "AutoGrantedValue": of.ways.auto_granted_value,
            }))
        })
        .collect())
}

pub(super) async fn grants(turn: &mut Turn) -> Result<Vec<Value>, Fault> {
    let all = qualifications::all(&mut turn.tx).await?;
    Ok(all
        .into_iter()
        .map(|held| {
            object(json!({
                "QualificationTypeId": held.type_id,
                "WorkerId": held.worker_id,
                "GrantTime": time(held.grant_at),
                "IntegerValue": held.value,
                "Status": held.status,
            }))
        })
        .collect())
}

/// Decided requests are dumped too: they say when the worker may ask again.
pub(super) async fn requests(turn: &mut Turn) -> Result<Vec<Value>, Fault> {
    let all = qualification_requests::all(&mut turn.tx).await?;
    Ok(all
        .into_iter()
        .map(|asked| {
            object(json!({
                "QualificationRequestId": asked.id,
                "QualificationTypeId": asked.type_id,
                "WorkerId": asked.worker_id,
                "Status": asked.status,
                "RequestTime": time(asked.ask_at),
                "Deadline": asked.test_due_at.map(time),
                "SubmitTime": time(asked.submit_at),
                "Test": asked.test,
                "AnswerKey": asked.answer_key,
                "Answer": asked.answer,
            }))
        })
        .collect())
}
