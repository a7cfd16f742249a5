//! HITs with review policies and requirements, what the policies did, and notifications.

use aws_sdk_mturk::Client;
use aws_sdk_mturk::types::{
    Comparator, EventType, NotificationSpecification, NotificationTransport, ParameterMapEntry,
    PolicyParameter, QualificationRequirement, ReviewActionDetail, ReviewPolicy,
    ReviewResultDetail,
};
use serde_json::{Value, json};

use crate::calls::{number, text};
use crate::{Refused, answers};

/// The operations that are done here.
pub const KNOWS: &[&str] = &[
    "CreateHIT",
    "ListReviewPolicyResultsForHIT",
    "SendTestEventNotification",
    "UpdateNotificationSettings",
];

/// Does one of them.
pub async fn call(client: &Client, operation: &str, input: &Value) -> Result<Value, Refused> {
    let notification = || input.get("Notification").map(notification);
    Ok(match operation {
        "CreateHIT" => create(client, input).await?,
        "ListReviewPolicyResultsForHIT" => {
            let list = client.list_review_policy_results_for_hit();
            let found = list.set_hit_id(text(input, "HITId")).send().await?;
            let report = found.assignment_review_report().map(|report| {
                let actions: Vec<_> = report.review_actions().iter().map(action).collect();
                let results: Vec<_> = report.review_results().iter().map(result).collect();
                json!({"ReviewActions": actions, "ReviewResults": results})
            });
            json!({"AssignmentReviewReport": report})
        }
        "SendTestEventNotification" => {
            let kind = input["TestEventType"].as_str().map(EventType::from);
            let send = client.send_test_event_notification().set_notification(notification());
            send.set_test_event_type(kind).send().await.map(|_| json!({}))?
        }
        "UpdateNotificationSettings" => {
            let update = client
                .update_notification_settings()
                .set_hit_type_id(text(input, "HITTypeId"))
                .set_notification(notification())
                .set_active(input["Active"].as_bool());
            update.send().await.map(|_| json!({}))?
        }
        other => panic!("the story has no {other}"),
    })
}

async fn create(client: &Client, input: &Value) -> Result<Value, Refused> {
    let requirements = elements(input, "QualificationRequirements").map(requirement);
    let create = client
        .create_hit()
        .set_title(text(input, "Title"))
        .set_description(text(input, "Description"))
        .set_reward(text(input, "Reward"))
        .set_max_assignments(number(input, "MaxAssignments"))
        .set_lifetime_in_seconds(input["LifetimeInSeconds"].as_i64())
        .set_assignment_duration_in_seconds(input["AssignmentDurationInSeconds"].as_i64())
        .set_question(text(input, "Question"))
        .set_qualification_requirements(Some(requirements.collect()))
        .set_assignment_review_policy(input.get("AssignmentReviewPolicy").map(policy));
    Ok(json!({"HIT": create.send().await?.hit().map(answers::hit)}))
}

fn elements<'v>(input: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    input[name].as_array().into_iter().flatten()
}

fn texts(input: &Value, name: &str) -> Option<Vec<String>> {
    let list = input[name].as_array()?.iter();
    Some(list.map(|text| text.as_str().unwrap().to_owned()).collect())
}

fn requirement(input: &Value) -> QualificationRequirement {
    QualificationRequirement::builder()
        .set_qualification_type_id(text(input, "QualificationTypeId"))
        .set_comparator(input["Comparator"].as_str().map(Comparator::from))
        .build()
        .unwrap()
}

fn policy(input: &Value) -> ReviewPolicy {
    ReviewPolicy::builder()
        .set_policy_name(text(input, "PolicyName"))
        .set_parameters(Some(elements(input, "Parameters").map(parameter).collect()))
        .build()
        .unwrap()
}

fn parameter(input: &Value) -> PolicyParameter {
    let entry = |input: &Value| {
        let entry = ParameterMapEntry::builder().set_key(text(input, "Key"));
        entry.set_values(texts(input, "Values")).build()
    };
    let entries = input["MapEntries"].as_array();
    PolicyParameter::builder()
        .set_key(text(input, "Key"))
        .set_values(texts(input, "Values"))
        .set_map_entries(entries.map(|entries| entries.iter().map(entry).collect()))
        .build()
}

fn notification(input: &Value) -> NotificationSpecification {
    let types = elements(input, "EventTypes").map(|kind| EventType::from(kind.as_str().unwrap()));
    NotificationSpecification::builder()
        .set_destination(text(input, "Destination"))
        .set_transport(input["Transport"].as_str().map(NotificationTransport::from))
        .set_version(text(input, "Version"))
        .set_event_types(Some(types.collect()))
        .build()
        .unwrap()
}

fn action(action: &ReviewActionDetail) -> Value {
    let status = action.status().map(|status| status.as_str());
    json!({"ActionName": action.action_name(), "Status": status})
}

fn result(result: &ReviewResultDetail) -> Value {
    json!({"Key": result.key(), "Value": result.value()})
}
