//! Requirements decide who may accept, preview and see a HIT.

use mturk_local::actions::requirements::unmet;
use mturk_local::fault::Fault;
use mturk_local::rules::qualification::requirement::{Action, Value as Own};
use mturk_local::store::hits;
use mturk_local::store::requesters::Requester;
use mturk_local::turn::Profile;
use rstest::rstest;
use serde_json::{Value, json};

use crate::world::World;

const APPROVED: &str = "00000000000000000040";
const PERCENT: &str = "000000000000000000L0";
const LOCALE: &str = "00000000000000000071";
const ADULT: &str = "00000000000000000060";
const MASTERS: &str = "2ARFPLSP75KLA8M8DH1HTEQVJT3SY6";
const MASTERS_OF_PRODUCTION: &str = "2F1QJWKUDD8XADTFD2Q0G6UTO95ALH";

async fn requiring(world: &World, requirement: Value) -> String {
    world
        .create_hit(json!({"QualificationRequirements": [requirement], "MaxAssignments": 500}))
        .await
}

/// A worker tries to accept: `accepted`, or the end of the refusal's sentence.
async fn try_accept(world: &World, worker: &str, hit: &str) -> String {
    let path = format!("/workers/{worker}/accept");
    let (status, answer) = world.control("POST", &path, json!({"HITId": hit})).await;
    if status == 200 {
        return "accepted".to_owned();
    }
    assert_eq!((status, &answer["error"]["code"]), (422, &json!("DoesNotMeetRequirements")));
    let said = answer["error"]["message"].as_str().unwrap();
    let begin = "This HIT requires Qualifications, and you do not meet those Qualifications. ";
    said.strip_prefix(begin).unwrap().trim_end_matches('.').to_owned()
}

#[tokio::test]
async fn a_requester_s_qualification_decides() {
    let world = World::new().await;
    let id = world.qualify(json!({})).await;
    let hit = requiring(
        &world,
        json!({"QualificationTypeId": id, "Comparator": "GreaterThan", "IntegerValues": [50]}),
    )
    .await;
    let refused = |own: &str| format!("Knows Paris must be more than 50: {own}");
    assert_eq!(try_accept(&world, "A1ANNA", &hit).await, refused("you do not have it"));
    world.grant(&id, "A1ANNA", 50).await;
    assert_eq!(try_accept(&world, "A1ANNA", &hit).await, refused("yours is 50"));
    world.grant(&id, "A1ANNA", 51).await;
    assert_eq!(try_accept(&world, "A1ANNA", &hit).await, "accepted");
    world.grant(&id, "A2BERT", 99).await;
    let revoked = json!({"QualificationTypeId": id, "WorkerId": "A2BERT"});
    world.ok("DisassociateQualificationFromWorker", revoked).await;
    assert_eq!(try_accept(&world, "A2BERT", &hit).await, refused("you do not have it"));
    assert_eq!(world.standing(&hit).await, "Assignable 499 available 1 pending 0 completed");
}

#[tokio::test]
async fn submissions_and_offers_of_a_type_are_refused_too() {
    let world = World::new().await;
    let hit =
        requiring(&world, json!({"QualificationTypeId": MASTERS, "Comparator": "Exists"})).await;
    let path = format!("/hits/{hit}/submissions");
    for body in [json!({}), json!({"WorkerId": "A1ANNA"})] {
        let (status, answer) = world.control("POST", &path, body).await;
        assert_eq!((status, &answer["error"]["code"]), (422, &json!("DoesNotMeetRequirements")));
    }
    let wanted = json!({"HITTypeId": world.hit(&hit).await["HITTypeId"]});
    assert_eq!(world.control("POST", "/workers/A1ANNA/accept", wanted.clone()).await.0, 422);
    world.done("PUT", "/workers/A1ANNA", json!({"Masters": true})).await;
    world.work("A1ANNA", &hit).await;
    world.done("PUT", "/workers/A2BERT", json!({"Masters": true})).await;
    world.done("POST", "/workers/A2BERT/accept", wanted).await;
}

/// A requirement, traits of a worker who meets it, and of one who does not.
#[rstest]
#[case(json!({"QualificationTypeId": ADULT, "Comparator": "EqualTo", "IntegerValues": [1]}),
    json!({"Adult": true}), json!({}), "yours is 0")]
#[case(json!({"QualificationTypeId": LOCALE, "Comparator": "EqualTo",
    "LocaleValues": [{"Country": "US", "Subdivision": "WA"}]}),
    json!({"Locale": {"Country": "US", "Subdivision": "WA"}}),
    json!({"Locale": {"Country": "US", "Subdivision": "NY"}}), "yours is US-NY")]
#[case(json!({"QualificationTypeId": LOCALE, "Comparator": "NotIn",
    "LocaleValues": [{"Country": "CA"}, {"Country": "FR"}]}),
    json!({"Locale": {"Country": "US"}}), json!({"Locale": {"Country": "FR"}}), "yours is FR")]
#[case(json!({"QualificationTypeId": APPROVED, "Comparator": "GreaterThan",
    "IntegerValues": [9]}), json!({"HITsApproved": 10}), json!({"HITsApproved": 9}), "yours is 9")]
#[case(json!({"QualificationTypeId": PERCENT, "Comparator": "GreaterThanOrEqualTo",
    "IntegerValues": [95]}), json!({}), json!({"PercentApproved": 94}), "yours is 94")]
#[case(json!({"QualificationTypeId": MASTERS, "Comparator": "DoesNotExist"}),
    json!({}), json!({"Masters": true}), "you have it")]
#[tokio::test]
async fn what_the_system_knows_decides(
    #[case] requirement: Value,
    #[case] good: Value,
    #[case] bad: Value,
    #[case] own: &str,
) {
    let world = World::new().await;
    let hit = requiring(&world, requirement).await;
    world.done("PUT", "/workers/A1GOOD", good).await;
    world.done("PUT", "/workers/A2BAD", bad).await;
    assert_eq!(try_accept(&world, "A1GOOD", &hit).await, "accepted");
    let said = try_accept(&world, "A2BAD", &hit).await;
    assert!(said.ends_with(&format!(": {own}")), "{said}");
}

#[tokio::test]
async fn work_in_this_market_counts() {
    let world = World::new().await;
    let hit = requiring(
        &world,
        json!({"QualificationTypeId": APPROVED, "Comparator": "GreaterThanOrEqualTo",
            "IntegerValues": [2]}),
    )
    .await;
    for owner in [&world, &world.by("another")] {
        let done = owner.create_hit(json!({})).await;
        assert!(try_accept(&world, "A1ANNA", &hit).await.contains("yours"));
        let work = world.work("A1ANNA", &done).await;
        owner.ok("ApproveAssignment", json!({"AssignmentId": work})).await;
    }
    assert_eq!(try_accept(&world, "A1ANNA", &hit).await, "accepted", "for whichever requester");
}

#[tokio::test]
async fn the_share_counts_from_a_hundred_assignments_on() {
    let world = World::new().await;
    let hit = requiring(
        &world,
        json!({"QualificationTypeId": PERCENT, "Comparator": "EqualTo", "IntegerValues": [100]}),
    )
    .await;
    let given = json!({"HITsApproved": 97});
    for worker in ["A1ANNA", "A2BERT"] {
        world.done("PUT", &format!("/workers/{worker}"), given.clone()).await;
        for number in 0..3 {
            let done = world.create_hit(json!({})).await;
            let work = world.work(worker, &done).await;
            if number < 2 || worker == "A1ANNA" {
                let sent = json!({"AssignmentId": work, "RequesterFeedback": "no"});
                world.ok("RejectAssignment", sent).await;
            }
            if number == 1 {
                assert!(try_accept_is_open(&world, worker, &hit).await);
            }
        }
        assert!(!try_accept_is_open(&world, worker, &hit).await, "the hundredth is submitted");
    }
}

/// Whether nothing keeps the worker from accepting; without accepting.
async fn try_accept_is_open(world: &World, worker: &str, hit: &str) -> bool {
    kept_from(world, worker, hit, Action::Accept).await.is_none()
}

/// The type of the requirement that keeps a worker from an action, and what the worker has.
async fn kept_from(
    world: &World,
    worker: &str,
    hit: &str,
    action: Action,
) -> Option<(String, Option<Own>)> {
    let asked = (worker.to_owned(), hit.to_owned(), action);
    let engine = world.emulator.engine();
    let found = engine.read(Requester::default(), asked, |turn, (worker, hit, action)| {
        Box::pin(async move {
            let hit = hits::find(&mut turn.tx, hit).await?.unwrap();
            let requirements = &hit.hit_type.values.requirements;
            let unmet = unmet(turn, worker, requirements, *action).await?;
            Ok::<_, Fault>(
                unmet.map(|unmet| (unmet.requirement.qualification_type_id.clone(), unmet.value)),
            )
        })
    });
    found.await.unwrap()
}

#[tokio::test]
async fn each_guard_keeps_from_its_actions() {
    let world = World::new().await;
    let id = world.qualify(json!({})).await;
    for (guard, kept) in [
        ("Accept", [false, false, true]),
        ("PreviewAndAccept", [false, true, true]),
        ("DiscoverPreviewAndAccept", [true, true, true]),
    ] {
        let required = json!({"QualificationTypeId": id, "Comparator": "In",
            "IntegerValues": [4, 6], "ActionsGuarded": guard});
        let hit = requiring(&world, required).await;
        world.grant(&id, "A1ANNA", 5).await;
        for (action, kept) in
            [Action::Discover, Action::Preview, Action::Accept].into_iter().zip(kept)
        {
            let unmet = kept_from(&world, "A1ANNA", &hit, action).await;
            let expected = kept.then(|| (id.clone(), Some(Own::Integer(5))));
            assert_eq!(unmet, expected, "{guard} {action:?}");
        }
        world.grant(&id, "A1ANNA", 6).await;
        assert_eq!(kept_from(&world, "A1ANNA", &hit, Action::Discover).await, None);
        assert_eq!(try_accept(&world, "A1ANNA", &hit).await, "accepted");
    }
}

#[tokio::test]
async fn requirements_name_types_that_exist_and_are_in_use() {
    let world = World::new().await;
    let id = world.by("another").qualify(json!({})).await;
    let sent = |id: &str| {
        crate::world::hit(json!({"QualificationRequirements":
            [{"QualificationTypeId": ADULT, "Comparator": "Exists"},
             {"QualificationTypeId": id, "Comparator": "Exists"}]}))
    };
    world.ok("CreateHIT", sent(&id)).await;
    for unknown in ["3NOBODY", MASTERS_OF_PRODUCTION, "00000000000000000000"] {
        let expected = format!("QualificationType [{unknown}] does not exist.");
        let expected = format!("RequestError QualificationTypeDoesNotExist: {expected}");
        assert_eq!(world.fault("CreateHIT", sent(unknown)).await, expected);
        assert_eq!(world.fault("CreateHITType", sent(unknown)).await, expected);
    }
    let update = json!({"QualificationTypeId": id, "QualificationTypeStatus": "Inactive"});
    world.by("another").ok("UpdateQualificationType", update).await;
    assert_eq!(
        world.fault("CreateHIT", sent(&id)).await,
        "RequestError InvalidQualificationTypeState: \
         This operation can be called with a status of: Active"
    );
}

#[tokio::test]
async fn each_market_has_its_own_masters() {
    let world = World::with(|options| options.market.profile = Profile::Production).await;
    let sent = |id: &str| json!({"QualificationTypeId": id, "Comparator": "Exists"});
    let hit = requiring(&world, sent(MASTERS_OF_PRODUCTION)).await;
    assert!(try_accept(&world, "A1ANNA", &hit).await.ends_with(": you do not have it"));
    let refused = crate::world::hit(json!({"QualificationRequirements": [sent(MASTERS)]}));
    assert!(world.fault("CreateHIT", refused).await.contains("does not exist"));
}

#[tokio::test]
async fn a_deleted_type_takes_its_hit_types_along_and_still_decides_for_its_hits() {
    let world = World::new().await;
    let id = world.qualify(json!({})).await;
    world.grant(&id, "A1ANNA", 1).await;
    let hit = requiring(&world, json!({"QualificationTypeId": id, "Comparator": "Exists"})).await;
    let hit_type = world.hit(&hit).await["HITTypeId"].take();
    world.ok("DeleteQualificationType", json!({"QualificationTypeId": id})).await;
    let another = json!({"HITTypeId": hit_type, "LifetimeInSeconds": 60,
        "Question": crate::world::QUESTION});
    let said = world.fault("CreateHITWithHITType", another).await;
    assert!(said.ends_with("is not valid for the parameter HITTypeId."), "{said}");
    let other = world.create_hit(json!({})).await;
    let moved = json!({"HITId": other, "HITTypeId": hit_type});
    assert!(world.fault("UpdateHITTypeOfHIT", moved).await.contains("HITTypeId"));
    assert!(try_accept(&world, "A2BERT", &hit).await.ends_with(": you do not have it"));
    assert_eq!(try_accept(&world, "A1ANNA", &hit).await, "accepted");
}

#[tokio::test]
async fn workers_are_told_what_was_decided() {
    let world = World::new().await;
    let id = world.qualify(json!({"RetryDelayInSeconds": 0})).await;
    let held = json!({"QualificationTypeId": id, "WorkerId": "A1ANNA"});
    world.grant(&id, "A1ANNA", 1).await;
    let silent = crate::world::changed(held.clone(), json!({"SendNotification": false}));
    world.ok("AssociateQualificationWithWorker", silent).await;
    let gone = crate::world::changed(held, json!({"Reason": "too late"}));
    world.ok("DisassociateQualificationFromWorker", gone).await;
    let request = world.pending("A2BERT", &id).await;
    let refused = json!({"QualificationRequestId": request, "Reason": "not yet"});
    world.ok("RejectQualificationRequest", refused).await;
    let request = world.pending("A2BERT", &id).await;
    world.ok("AcceptQualificationRequest", json!({"QualificationRequestId": request})).await;
    let mail = world.done("GET", "/messages", Value::Null).await;
    let about = format!("This is about the Qualification {id}.");
    let expected = [
        ("A1ANNA", "You were granted a Qualification", about.clone()),
        ("A1ANNA", "A Qualification of yours was revoked", format!("{about}\n\ntoo late")),
        ("A2BERT", "Your request for a Qualification was rejected", format!("{about}\n\nnot yet")),
        ("A2BERT", "You were granted a Qualification", about),
    ];
    let read = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
    let told: Vec<_> = mail["Messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (read(one, "WorkerId"), read(one, "Subject"), read(one, "MessageText")))
        .collect();
    let expected = expected.map(|(who, what, text)| (who.to_owned(), what.to_owned(), text));
    assert_eq!(told, expected);
}
