//! The steps of a history.

use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use super::qualify::qualify;
use super::{Made, Step, pick};
use crate::events;
use crate::forms;
use crate::reviews;
use crate::world::{World, hit};

/// Takes a step, which may be refused.
pub async fn take(world: &World, step: Step, made: &mut Made) {
    let Made { hits, works, .. } = made;
    match step {
        Step::Create(other) => {
            let owner = if other { world.by("other") } else { world.clone() };
            hits.push(owner.create_hit(json!({"MaxAssignments": 4})).await);
        }
        Step::Submit(index) => {
            let path = format!("/hits/{}/submissions", pick(hits, index));
            let work = world.control("POST", &path, json!({"Answers": {"a": index}})).await.1;
            works.extend(work["AssignmentId"].as_str().map(str::to_owned));
        }
        Step::Song(index) => {
            let (hit, work) = forms::song(world, &format!("A1SINGER{index}")).await;
            hits.push(hit);
            works.push(work);
        }
        Step::Lay(index) => {
            let html = format!("<p>{index} ${{a}}</p>");
            let layout = json!({"HITLayoutId": format!("3LAYOUT{index}"), "HTMLContent": html});
            world.control("POST", "/world", json!({"HITLayouts": [layout]})).await;
            let values = json!([{"Name": "a", "Value": "x"}]);
            let of_layout = json!({"HITLayoutId": format!("3LAYOUT{index}"), "Question": null,
                "HITLayoutParameters": values});
            hits.push(world.create_hit(of_layout).await);
        }
        Step::Accept(index) => {
            let path = format!("/workers/A1WORKER{index}/accept");
            let taken = world.control("POST", &path, json!({"HITId": pick(hits, index)})).await.1;
            made.taken.extend(taken["AssignmentId"].as_str().map(str::to_owned));
        }
        Step::Approve(index) => {
            world.call("ApproveAssignment", json!({"AssignmentId": pick(works, index)})).await;
        }
        Step::Reject(index) => {
            let body = json!({"AssignmentId": pick(works, index), "RequesterFeedback": "no"});
            world.call("RejectAssignment", body).await;
        }
        Step::Expire(index) => {
            let body = json!({"HITId": pick(hits, index), "ExpireAt": 0});
            world.call("UpdateExpirationForHIT", body).await;
        }
        Step::Delete(index) => {
            world.call("DeleteHIT", json!({"HITId": pick(hits, index)})).await;
        }
        Step::CreateReviewed(index) => {
            let mut policies = reviews::known(&json!({"AnswerKey": {"a": [index.to_string()]},
                "ApproveIfKnownAnswerScoreIsAtLeast": "100",
                "ExtendIfKnownAnswerScoreIsLessThan": "100"}));
            let compare = reviews::plurality(&json!({"QuestionIds": "a",
                "QuestionAgreementThreshold": "50",
                "RejectIfWorkerAgreementScoreIsLessThan": "50"}));
            policies["HITReviewPolicy"] = compare["HITReviewPolicy"].clone();
            hits.push(reviews::create(world, 3, policies).await);
        }
        Step::Bonus(index) => {
            let id = pick(works, index);
            let sent = json!({"AssignmentId": id, "WorkerId": worker(world, &id).await,
                "BonusAmount": "0.25", "Reason": "good"});
            world.call("SendBonus", sent).await;
        }
        Step::Block(index) => {
            let sent = json!({"WorkerId": format!("A1WORKER{index}"), "Reason": "bad"});
            world.call("CreateWorkerBlock", sent).await;
        }
        Step::Unblock(index) => {
            let sent = json!({"WorkerId": format!("A1WORKER{index}")});
            world.call("DeleteWorkerBlock", sent).await;
        }
        Step::Notify(index) => {
            let worker = worker(world, &pick(works, index)).await;
            let sent = json!({"Subject": "s", "MessageText": "t", "WorkerIds": [worker]});
            world.call("NotifyWorkers", sent).await;
        }
        Step::Tell(index) => {
            let (_, answer) = world.call("GetHIT", json!({"HITId": pick(hits, index)})).await;
            let notification = (index % 3 > 0).then(|| events::to_queue(&format!("q{index}")));
            let sent = json!({"HITTypeId": answer["HIT"]["HITTypeId"],
                "Notification": notification, "Active": index % 2 == 0});
            world.call("UpdateNotificationSettings", sent).await;
        }
        Step::Wait(hours) => {
            let sent = json!({"advance": format!("{hours}h")});
            world.control("POST", "/clock", sent).await;
        }
        step => change(world, step, made).await,
    }
}

/// The steps that change what is there.
async fn change(world: &World, step: Step, made: &mut Made) {
    let Made { hits, taken, .. } = made;
    match step {
        Step::GiveBack(index) => {
            let path = format!("/assignments/{}/return", pick(taken, index));
            world.control("POST", &path, json!({})).await;
        }
        Step::Again(index) => {
            let like = world.call("GetHIT", json!({"HITId": pick(hits, index)})).await.1;
            let mut new = hit(json!({"MaxAssignments": 2, "HITTypeId": like["HIT"]["HITTypeId"]}));
            let members = new.as_object_mut().unwrap();
            let of_type = ["Title", "Description", "Reward", "AssignmentDurationInSeconds"];
            members.retain(|name, _| !of_type.contains(&name.as_str()));
            let new = world.call("CreateHITWithHITType", new).await.1;
            hits.extend(new["HIT"]["HITId"].as_str().map(str::to_owned));
        }
        Step::Retype(index, to) => {
            let like = world.call("GetHIT", json!({"HITId": pick(hits, to)})).await.1;
            let sent = json!({"HITId": pick(hits, index), "HITTypeId": like["HIT"]["HITTypeId"]});
            world.call("UpdateHITTypeOfHIT", sent).await;
        }
        Step::More(index) => {
            let sent = json!({"HITId": pick(hits, index), "NumberOfAdditionalAssignments": 1});
            world.call("CreateAdditionalAssignmentsForHIT", sent).await;
        }
        Step::Review(index, revert) => {
            let sent = json!({"HITId": pick(hits, index), "Revert": revert});
            world.call("UpdateHITReviewStatus", sent).await;
        }
        step => reach(world, step, made).await,
    }
}

/// The steps to the ends of amounts and of time.
async fn reach(world: &World, step: Step, made: &mut Made) {
    match step {
        Step::Rich(owes) => {
            // Who owes makes nothing any more, so it is somebody else.
            let (key, sign) = if owes { ("debtor", "-") } else { ("test", "") };
            let funds = json!({"AccessKeyId": key,
                "AvailableBalance": format!("{sign}10000000000000000.00")});
            world.done("POST", "/world", json!({"Requesters": [funds]})).await;
        }
        Step::Dear(index) => {
            let dear = json!({"Reward": "1000000000.00", "MaxAssignments": 1_000_000_000,
                "LifetimeInSeconds": 31_536_000, "AssignmentDurationInSeconds": 31_536_000});
            let new = world.call("CreateHIT", hit(dear)).await.1;
            made.hits.extend(new["HIT"]["HITId"].as_str().map(str::to_owned));
            let id = pick(&made.works, index);
            let bonus = json!({"AssignmentId": id, "WorkerId": worker(world, &id).await,
                "BonusAmount": "1000000000.00", "Reason": "very good"});
            world.call("SendBonus", bonus).await;
        }
        Step::End => {
            let end = json!({"set": "2199-12-31T12:00:00Z"});
            world.control("POST", "/clock", end).await;
        }
        step => batch(world, step, made).await,
    }
}

/// The steps that make batches and change them.
async fn batch(world: &World, step: Step, made: &mut Made) {
    match step {
        Step::Batch(index) => {
            let rows = (0..index).map(|row| format!("{row},\"a, \"\"b\"\"\n\"\n"));
            let new = json!({"Title": format!("Batch {index}"), "Description": "Look",
                "Reward": "0.01", "Template": "<p>${x}</p>", "MaxAssignments": 9,
                "Data": format!("x,y\n{}", rows.collect::<String>())});
            let (_, answer) = world.control("POST", "/batches", new).await;
            let Some(id) = answer["Batch"]["BatchId"].as_i64() else { return };
            made.batches.push(id.to_string());
            let annotation = format!("BatchId:{id};");
            let listed = world.ok("ListHITs", json!({"MaxResults": 100})).await;
            let of_batch = listed["HITs"].as_array().unwrap().iter().filter(|hit| {
                let own = hit["RequesterAnnotation"].as_str();
                own.is_some_and(|own| own.starts_with(&annotation))
            });
            made.hits.extend(of_batch.map(|hit| hit["HITId"].as_str().unwrap().to_owned()));
        }
        Step::Mark(index) => {
            let (id, mark) = (pick(&made.works, index), ["x,", ",no"][index % 2]);
            for batch in &made.batches {
                let text = format!("AssignmentId,Approve,Reject\n{id},{mark}\n");
                let request = Request::post(format!("/_mturk/batches/{batch}/review"));
                let request = request.header("host", "localhost").body(Body::from(text)).unwrap();
                world.send(request).await;
            }
        }
        Step::Republish(index) => {
            let path = format!("/batches/{}", pick(&made.batches, index));
            let (method, path) = match index % 5 {
                0 => ("DELETE", path),
                1 => ("POST", path + "/publish"),
                _ => ("POST", path + "/republish"),
            };
            world.control(method, &path, json!({})).await;
        }
        step => qualify(world, step, made).await,
    }
}

/// Who did the work; somebody, if the default requester has no such work.
async fn worker(world: &World, id: &str) -> String {
    let (_, answer) = world.call("GetAssignment", json!({"AssignmentId": id})).await;
    answer["Assignment"]["WorkerId"].as_str().unwrap_or("A1NOBODY").to_owned()
}
