//! Many at once: one wins, nobody is lost, and who hangs up leaves nothing half done.

use std::collections::BTreeSet;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::shape;
use crate::world::{World, hit};

/// Answers of `count` calls that are made at the same time, the n-th by `call(n)`.
async fn together<F>(count: usize, call: impl Fn(usize) -> F) -> Vec<(u16, Value)>
where
    F: Future<Output = (u16, Value)> + Send + 'static,
{
    let mut calls = JoinSet::new();
    (0..count).for_each(|n| drop(calls.spawn(call(n))));
    calls.join_all().await
}

fn successes(answers: &[(u16, Value)]) -> Vec<&Value> {
    answers.iter().filter(|(status, _)| *status == 200).map(|(_, answer)| answer).collect()
}

/// The different texts of the refusals.
fn refusals(answers: &[(u16, Value)]) -> BTreeSet<String> {
    answers
        .iter()
        .filter(|(status, _)| *status != 200)
        .map(|(_, answer)| match answer.get("error") {
            Some(error) => error["code"].as_str().unwrap().to_owned(),
            None => shape::fault(answer),
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_forty_approvals_one_succeeds() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let work = world.work("A1ANNA", &hit).await;
    let answers = together(40, |_| {
        let (world, work) = (world.clone(), work.clone());
        async move { world.call("ApproveAssignment", json!({"AssignmentId": work})).await }
    });
    let answers = answers.await;
    assert_eq!(successes(&answers).len(), 1);
    let expected = "RequestError InvalidAssignmentState: \
                    This operation can be called with a status of: Submitted";
    assert_eq!(refusals(&answers), BTreeSet::from([expected.to_owned()]));
    assert_eq!(world.standing(&hit).await, "Assignable 2 available 0 pending 1 completed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn work_is_approved_or_rejected_but_not_both() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let work = world.work("A1ANNA", &hit).await;
    let answers = together(20, |n| {
        let (world, work) = (world.clone(), work.clone());
        let operation = if n % 2 == 0 { "ApproveAssignment" } else { "RejectAssignment" };
        let asked = json!({"AssignmentId": work, "RequesterFeedback": operation});
        async move { world.call(operation, asked).await }
    });
    assert_eq!(successes(&answers.await).len(), 1);
    let shown = world.ok("GetAssignment", json!({"AssignmentId": work})).await;
    let shown = &shown["Assignment"];
    let approved = shown["RequesterFeedback"] == "ApproveAssignment";
    assert_eq!(shown.get("ApprovalTime").is_some(), approved);
    assert_eq!(shown.get("RejectionTime").is_none(), approved);
    assert_eq!(world.standing(&hit).await, "Assignable 2 available 0 pending 1 completed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_workers_five_get_the_five_places() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"MaxAssignments": 5})).await;
    let hit_type = world.hit(&hit).await["HITTypeId"].take();
    let answers = together(20, |n| {
        let (world, hit, hit_type) = (world.clone(), hit.clone(), hit_type.clone());
        let wanted =
            if n % 2 == 0 { json!({"HITId": hit}) } else { json!({"HITTypeId": hit_type}) };
        async move { world.control("POST", &format!("/workers/A{n}/accept"), wanted).await }
    });
    let answers = answers.await;
    assert_eq!(successes(&answers).len(), 5);
    assert_eq!(refusals(&answers), BTreeSet::from(["NoMoreHITs".to_owned()]));
    assert_eq!(world.standing(&hit).await, "Unassignable 0 available 5 pending 0 completed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_worker_gets_one_place_of_a_hit() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"MaxAssignments": 9})).await;
    let answers = together(20, |n| {
        let (world, hit) = (world.clone(), hit.clone());
        async move {
            if n % 2 == 0 {
                return world.control("POST", "/workers/A1/accept", json!({"HITId": hit})).await;
            }
            let path = format!("/hits/{hit}/submissions");
            world.control("POST", &path, json!({"WorkerId": "A1"})).await
        }
    });
    let answers = answers.await;
    assert_eq!(successes(&answers).len(), 1);
    assert_eq!(refusals(&answers), BTreeSet::from(["AssignmentAlreadyExists".to_owned()]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thirty_requests_with_one_token_make_one_hit() {
    let world = World::new().await;
    let answers = together(30, |n| {
        let world = world.clone();
        let asked = hit(json!({"UniqueRequestToken": "t", "Title": format!("Title {n}")}));
        async move { world.call("CreateHIT", asked).await }
    });
    let answers = answers.await;
    let [made] = successes(&answers)[..] else { panic!("{answers:?}") };
    let id = made["HIT"]["HITId"].as_str().unwrap();
    let expected =
        format!("RequestError HitAlreadyExists: The HIT with ID \"{id}\" already exists.");
    assert_eq!(refusals(&answers), BTreeSet::from([expected]));
    assert_eq!(world.ok("ListHITs", json!({})).await["NumResults"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn equal_hit_types_made_at_once_are_one() {
    let world = World::new().await;
    let values = json!({"Title": "t", "Description": "d", "Reward": "0.05",
        "AssignmentDurationInSeconds": 60});
    let answers = together(20, |_| {
        let (world, values) = (world.by("newcomer"), values.clone());
        async move { world.call("CreateHITType", values).await }
    });
    let answers = answers.await;
    assert_eq!(successes(&answers).len(), 20);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn work_submitted_at_once_is_all_read_by_one_who_pages_meanwhile() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"MaxAssignments": 100})).await;
    let mut workers = JoinSet::new();
    for n in 0..60 {
        let (world, hit) = (world.clone(), hit.clone());
        workers.spawn(async move { world.work(&format!("A{n}"), &hit).await });
    }
    let (mut read, mut asked) = (Vec::new(), json!({"HITId": hit, "MaxResults": 7}));
    for round in 0.. {
        assert!(round < 10_000, "{} pieces of work are never listed", 60 - read.len());
        let mut page = world.ok("ListAssignmentsForHIT", asked.clone()).await;
        let items = page["Assignments"].as_array().unwrap();
        read.extend(items.iter().map(|item| item["AssignmentId"].as_str().unwrap().to_owned()));
        if read.len() >= 60 {
            break;
        }
        if let Some(token) = page.get_mut("NextToken") {
            asked["NextToken"] = token.take();
        }
        tokio::task::yield_now().await;
    }
    let mut done = workers.join_all().await;
    done.sort_unstable();
    read.sort_unstable();
    assert_eq!(read, done);
    assert_eq!(world.standing(&hit).await, "Assignable 40 available 0 pending 0 completed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_timer_falls_due_once_however_many_look() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"AutoApprovalDelayInSeconds": 60})).await;
    for n in 0..3 {
        world.work(&format!("A{n}"), &hit).await;
    }
    let answers = together(20, |n| {
        let (world, hit) = (world.clone(), hit.clone());
        async move {
            match n {
                7 => world.control("POST", "/clock", json!({"advance": "60s"})).await,
                _ => world.call("GetHIT", json!({"HITId": hit})).await,
            }
        }
    });
    assert_eq!(successes(&answers.await).len(), 20);
    assert_eq!(world.standing(&hit).await, "Reviewable 0 available 0 pending 3 completed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_on_one_store_agree() {
    let world = World::new().await;
    if !world.is_postgres() {
        return;
    }
    let neighbour = world.neighbour().await;
    let hit = world.create_hit(json!({"MaxAssignments": 5})).await;
    let answers = together(20, |n| {
        let world = if n % 2 == 0 { world.clone() } else { neighbour.clone() };
        let hit = hit.clone();
        async move {
            world.control("POST", &format!("/workers/A{n}/accept"), json!({"HITId": hit})).await
        }
    });
    assert_eq!(successes(&answers.await).len(), 5);
    world.advance("10m").await;
    for process in [&world, &neighbour] {
        let standing = process.standing(&hit).await;
        assert_eq!(standing, "Assignable 5 available 0 pending 0 completed");
    }
}

/// Polls a future so many times, then drops it, as the server does when a client goes away.
async fn hang_up_after<T>(polls: usize, call: impl Future<Output = T>) {
    let mut call = pin!(call);
    for _ in 0..polls {
        let ended = poll_fn(|context| Poll::Ready(call.as_mut().poll(context).is_ready())).await;
        if ended {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_hangs_up_leaves_the_store_usable() {
    let world = World::new().await;
    let hit_id = world.create_hit(json!({"MaxAssignments": 1000})).await;
    let before = world.ok("ListHITs", json!({"MaxResults": 100})).await["NumResults"].take();
    for polls in 0..60 {
        let create = world.call("CreateHIT", hit(json!({})));
        let list = world.call("ListAssignmentsForHIT", json!({"HITId": hit_id}));
        let path = format!("/hits/{hit_id}/submissions");
        let submit = world.control("POST", &path, json!({}));
        let jump = world.control("POST", "/clock", json!({"advance": "1ms"}));
        hang_up_after(polls, create).await;
        hang_up_after(polls, list).await;
        hang_up_after(polls, submit).await;
        hang_up_after(polls, jump).await;
    }
    assert_eq!(before, 1);
    let last = world.create_hit(json!({})).await;
    assert_eq!(world.standing(&last).await, "Assignable 3 available 0 pending 0 completed");
    // What was begun goes on in the background; in the end, work counts where it is listed.
    for _ in 0..1000 {
        let asked = json!({"HITId": hit_id, "MaxResults": 100});
        let listed = world.ok("ListAssignmentsForHIT", asked).await["NumResults"].take();
        let free = world.hit(&hit_id).await["NumberOfAssignmentsAvailable"].take();
        if free.as_i64().unwrap() == 1000 - listed.as_i64().unwrap() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("{}", world.standing(&hit_id).await);
}
