//! The steps about qualifications, and what the lists about them show.

use serde_json::{Value, json};

use super::{Made, Step, pick};
use crate::qualified::{qualification_type, tested};
use crate::world::{World, changed, hit};

/// The steps about qualifications; three workers meet often.
pub async fn qualify(world: &World, step: Step, made: &mut Made) {
    let Made { hits, types, requests, .. } = made;
    let worker = |index: usize| format!("A1WORKER{}", index % 3);
    match step {
        Step::Qualify(index) => {
            let ways = [
                json!({}),
                json!({"AutoGranted": true, "RetryDelayInSeconds": 3600}),
                tested(json!({"TestDurationInSeconds": 7200})),
                tested(json!({"AnswerKey": null, "RetryDelayInSeconds": 7200})),
            ];
            let new = changed(ways[index % 4].clone(), json!({"Name": format!("N{}", index % 8)}));
            let new = world.call("CreateQualificationType", qualification_type(new)).await.1;
            let id = &new["QualificationType"]["QualificationTypeId"];
            types.extend(id.as_str().map(str::to_owned));
        }
        Step::Ask(of, by) | Step::HandIn(of, by) => {
            let last = if matches!(step, Step::Ask(..)) { "request" } else { "test" };
            let path = format!("/workers/{}/qualifications/{}/{last}", worker(by), pick(types, of));
            let city = if by % 2 == 0 { "paris" } else { "rome" };
            let answers = json!({"Answers": {"capital": city}});
            let sent = world.control("POST", &path, answers).await.1;
            requests.extend(sent["QualificationRequestId"].as_str().map(str::to_owned));
        }
        Step::Decide(index, well) => {
            let operation =
                if well { "AcceptQualificationRequest" } else { "RejectQualificationRequest" };
            world.call(operation, json!({"QualificationRequestId": pick(requests, index)})).await;
        }
        Step::Grant(of, by) | Step::Revoke(of, by) => {
            let body = json!({"QualificationTypeId": pick(types, of), "WorkerId": worker(by)});
            let grants = matches!(step, Step::Grant(..));
            let operation = if grants {
                "AssociateQualificationWithWorker"
            } else {
                "DisassociateQualificationFromWorker"
            };
            world.call(operation, body).await;
        }
        Step::Rewrite(of, how) => {
            let changes = [
                json!({"Description": "another"}),
                json!({"QualificationTypeStatus": "Inactive"}),
                json!({"QualificationTypeStatus": "Active", "RetryDelayInSeconds": 60}),
                tested(json!({"TestDurationInSeconds": 3600})),
            ];
            let mut sent = changes[how % 4].clone();
            sent["QualificationTypeId"] = pick(types, of).into();
            world.call("UpdateQualificationType", sent).await;
        }
        Step::Forget(of) => {
            let body = json!({"QualificationTypeId": pick(types, of)});
            world.call("DeleteQualificationType", body).await;
        }
        _ => {
            let Step::Require(of) = step else { return };
            let required =
                json!([{"QualificationTypeId": pick(types, of), "Comparator": "Exists"}]);
            let new = hit(json!({"QualificationRequirements": required, "MaxAssignments": 2}));
            let new = world.call("CreateHIT", new).await.1;
            hits.extend(new["HIT"]["HITId"].as_str().map(str::to_owned));
        }
    }
}

/// What the lists about qualifications show, whole.
pub async fn lists(world: &World, types: &[String]) -> Vec<Value> {
    let mut shown = vec![
        world.ok("ListQualificationRequests", json!({"MaxResults": 100})).await,
        world.ok("ListQualificationTypes", json!({"MustBeRequestable": true})).await,
    ];
    for id in types {
        for operation in ["ListHITsForQualificationType", "ListWorkersWithQualificationType"] {
            shown.push(world.call(operation, json!({"QualificationTypeId": id})).await.1);
        }
    }
    for page in &mut shown {
        // Tokens are another market's; and messages end in the time.
        page.as_object_mut().unwrap().shift_remove("NextToken");
    }
    shown
}
