//! A market with things of every kind, all of one requester, and requests that succeed on them.
//!
//! Every text that only the owner may see has the word [`SECRET`] in it.

use mturk_local::engine::StartAt;
use mturk_local::time::Instant;
use mturk_local::wire::model;
use mturk_local::worlds::Worlds;
use mturk_local::worlds::builtin::Builtin;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::events::to_queue;
use crate::forms::{FORM, filled, hand_in};
use crate::qualified::{KEY, TEST};
use crate::reviews::{answer, create, known, plurality};
use crate::shape::sample_of;
use crate::world::{QUESTION, START, World, changed};

/// What no stranger may read.
pub const SECRET: &str = "SECRET";

/// Three people who work for the owner.
const ANNA: &str = "A1ANNA0000000";
const BEN: &str = "A1BEN00000000";
const CHEN: &str = "A1CHEN0000000";

/// The market, the owner's ids in it, and all of it as a world file.
pub struct Full {
    pub world: World,
    dump: Value,
    /// Ends the deliveries.
    _stop: watch::Sender<bool>,
    /// Open, worked on, reviewed, with review policies, all work submitted, with a form.
    pub hits: Vec<String>,
    /// Of the open HIT, and one without a HIT.
    pub hit_types: Vec<String>,
    /// Approved, submitted and rejected work, work in hand, and work with a file.
    pub assignments: Vec<String>,
    /// Without and with a test.
    pub types: Vec<String>,
    /// What waits for the owner's decision.
    pub requests: Vec<String>,
    /// Of HITs.
    pub layouts: Vec<String>,
}

impl Full {
    /// Makes it, in the worlds `demo` and `qualified`.
    pub async fn new() -> Self {
        Self::at(Instant(START * 1000)).await
    }

    /// As [`Full::new`], with the clock standing there.
    pub async fn at(at: Instant) -> Self {
        let texts =
            ["demo", "qualified"].map(|name| Builtin::find(name).unwrap().text().to_owned());
        let worlds = Worlds::read(texts.to_vec()).unwrap();
        let world = World::with(|options| {
            options.worlds = Some(worlds);
            options.start.at = Some(StartAt::Instant(at));
        })
        .await;
        let (stop, stopped) = watch::channel(false);
        let emulator = world.emulator.clone();
        tokio::spawn(async move { emulator.deliver(stopped).await });
        // It takes letters before it waits for anything.
        tokio::task::yield_now().await;
        let [hits, hit_types, assignments, types, requests, layouts] = [(); 6].map(|()| Vec::new());
        let mut full = Self {
            world,
            dump: Value::Null,
            _stop: stop,
            hits,
            hit_types,
            assignments,
            types,
            requests,
            layouts,
        };
        full.make_types().await;
        full.make_hits().await;
        full.make_work().await;
        full.make_forms().await;
        full.dump = full.world.done("GET", "/world", Value::Null).await;
        full
    }

    /// Everything as it was made.
    pub async fn restore(&self) {
        self.world.done("PUT", "/world", self.dump.clone()).await;
    }

    async fn make_types(&mut self) {
        let world = &self.world;
        let plain = world.qualify(json!({"Name": "Reads", "Keywords": "public"})).await;
        let [test, key] = [TEST, KEY].map(|text| text.replace("capital", SECRET));
        let tested = json!({"Name": "Knows", "Test": test, "AnswerKey": key,
            "TestDurationInSeconds": 60, "RetryDelayInSeconds": 60});
        let tested = world.qualify(tested).await;
        world.grant(&plain, ANNA, 7).await;
        world.grant(&plain, CHEN, 3).await;
        let revoked = json!({"QualificationTypeId": plain, "WorkerId": CHEN, "Reason": SECRET});
        world.ok("DisassociateQualificationFromWorker", revoked).await;
        self.requests = vec![world.pending(BEN, &plain).await];
        self.types = vec![plain, tested];
    }

    async fn make_hits(&mut self) {
        let requirement = json!([{"QualificationTypeId": self.types[0], "Comparator": "Exists"}]);
        let secret = |changes: Value| {
            let hit = json!({"Title": SECRET, "Description": SECRET, "Keywords": SECRET,
                "RequesterAnnotation": SECRET, "Question": QUESTION.replace("task", SECRET)});
            changed(hit, changes)
        };
        let world = &self.world;
        let open = secret(json!({"QualificationRequirements": requirement}));
        let mut policies = known(&json!({"AnswerKey": {"K": [SECRET]},
            "ApproveIfKnownAnswerScoreIsAtLeast": "100", "ApproveReason": SECRET}));
        let compare = plurality(&json!({"QuestionIds": "Q", "QuestionAgreementThreshold": "50"}));
        policies["HITReviewPolicy"] = compare["HITReviewPolicy"].clone();
        self.hits = vec![
            world.create_hit(open).await,
            world.create_hit(secret(json!({"MaxAssignments": 9}))).await,
            world.create_hit(secret(json!({"MaxAssignments": 1}))).await,
            create(world, 2, secret(policies)).await,
            world.create_hit(secret(json!({"MaxAssignments": 1}))).await,
        ];
        let open = world.hit(&self.hits[0]).await;
        let other = json!({"Title": SECRET, "Description": SECRET, "Reward": "2.00",
            "AssignmentDurationInSeconds": 60});
        let other = world.ok("CreateHITType", other).await;
        let id = |value: &Value| value["HITTypeId"].as_str().unwrap().to_owned();
        self.hit_types = vec![id(&open), id(&other)];
        let told = json!({"HITTypeId": self.hit_types[0], "Notification": to_queue(SECRET)});
        world.ok("UpdateNotificationSettings", told).await;
    }

    async fn make_work(&mut self) {
        let world = &self.world;
        let [approved, submitted, rejected] = [ANNA, BEN, CHEN];
        let mut made = Vec::new();
        for worker in [approved, submitted, rejected] {
            let done = answer(world, worker, &self.hits[1], json!({"q": SECRET})).await;
            made.push(done["AssignmentId"].as_str().unwrap().to_owned());
        }
        made.push(world.accept("A1DALIA000000", &self.hits[1]).await);
        let feedback = |id: &str| json!({"AssignmentId": id, "RequesterFeedback": SECRET});
        world.ok("ApproveAssignment", feedback(&made[0])).await;
        world.ok("RejectAssignment", feedback(&made[2])).await;
        let reviewed = world.work(ANNA, &self.hits[2]).await;
        world.ok("ApproveAssignment", feedback(&reviewed)).await;
        for (worker, key) in [(ANNA, SECRET), (BEN, "other")] {
            answer(world, worker, &self.hits[3], json!({"K": key, "Q": SECRET})).await;
        }
        world.work(BEN, &self.hits[4]).await;
        let bonus = json!({"AssignmentId": made[0], "WorkerId": ANNA, "BonusAmount": "3.21",
            "Reason": SECRET});
        world.ok("SendBonus", bonus).await;
        world.ok("CreateWorkerBlock", json!({"WorkerId": CHEN, "Reason": SECRET})).await;
        let mail = json!({"Subject": SECRET, "MessageText": SECRET, "WorkerIds": [ANNA]});
        world.ok("NotifyWorkers", mail).await;
        self.assignments = made;
    }

    async fn make_forms(&mut self) {
        let layout = "3LAYOUT00000000000000000000001";
        let page = format!("<p>{SECRET}</p>");
        let layouts = json!([{"HITLayoutId": layout, "Name": SECRET, "HTMLContent": page}]);
        self.world.done("POST", "/world", json!({"HITLayouts": layouts})).await;
        self.layouts = vec![layout.to_owned()];
        let hit = self.world.create_hit(json!({"Title": SECRET, "Question": FORM})).await;
        let work = self.world.accept(ANNA, &hit).await;
        let handed = hand_in(&self.world, &work, filled(SECRET, SECRET.as_bytes())).await;
        handed.unwrap().unwrap();
        self.hits.push(hit);
        self.assignments.push(work);
    }

    /// Every id that has an owner, but those of qualification types, which all may see.
    pub fn private_ids(&self) -> impl Iterator<Item = &String> {
        let lists = [&self.hits, &self.hit_types, &self.assignments, &self.requests, &self.layouts];
        lists.into_iter().flatten()
    }

    /// The owner's ids that a member of this name can hold.
    pub fn ids(&self, member: &str) -> &[String] {
        match member {
            "HITId" => &self.hits,
            "HITTypeId" => &self.hit_types,
            "AssignmentId" => &self.assignments,
            "QualificationTypeId" => &self.types,
            "QualificationRequestId" => &self.requests,
            "HITLayoutId" => &self.layouts,
            _ => &[],
        }
    }

    /// A value for a member that suits this market, whatever the operation.
    pub fn value(&self, member: &model::Member) -> Value {
        match member.name {
            "WorkerId" => ANNA.into(),
            "WorkerIds" => json!([ANNA]),
            "Question" => QUESTION.into(),
            "QuestionIdentifier" => "song".into(),
            name => match self.ids(name).first() {
                Some(id) => id.as_str().into(),
                None => sample_of(&member.shape),
            },
        }
    }

    /// A request that succeeds after [`Full::restore`].
    pub fn good(&self, operation: &str) -> Value {
        let members = model::operation(operation).unwrap().input;
        let required = members.iter().filter(|member| member.required);
        let request = required.map(|member| (member.name.to_owned(), self.value(member)));
        changed(request.collect(), self.particular(operation))
    }

    /// What an operation wants besides, or instead.
    fn particular(&self, operation: &str) -> Value {
        let requirement = json!({"QualificationTypeId": self.types[0], "Comparator": "In",
            "IntegerValues": [1, 7], "ActionsGuarded": "PreviewAndAccept"});
        let hit = json!({"Question": QUESTION, "MaxAssignments": 2, "RequesterAnnotation": "r"});
        match operation {
            "ApproveAssignment" | "RejectAssignment" => {
                json!({"AssignmentId": self.assignments[1]})
            }
            "CreateHIT" => {
                changed(hit, json!({"Keywords": "k", "QualificationRequirements": [requirement]}))
            }
            "CreateHITWithHITType" => hit,
            "CreateQualificationType" => json!({"Name": "Another", "Keywords": "k", "Test": TEST,
                "AnswerKey": KEY, "TestDurationInSeconds": 60, "RetryDelayInSeconds": 9}),
            "DeleteHIT" => json!({"HITId": self.hits[2]}),
            "GetFileUploadURL" => json!({"AssignmentId": self.assignments[4]}),
            "GetQualificationType" | "UpdateQualificationType" => {
                json!({"QualificationTypeId": self.types[1]})
            }
            "ListAssignmentsForHIT" => json!({"HITId": self.hits[1]}),
            "ListBonusPayments" => json!({"AssignmentId": self.assignments[0]}),
            "ListReviewPolicyResultsForHIT" => json!({"HITId": self.hits[3]}),
            "SendTestEventNotification" => {
                json!({"Notification": to_queue("another"), "TestEventType": "Ping"})
            }
            "UpdateNotificationSettings" => {
                json!({"Notification": to_queue("another"), "Active": true})
            }
            "UpdateExpirationForHIT" => json!({"ExpireAt": START + 500_000}),
            "UpdateHITReviewStatus" => json!({"HITId": self.hits[4]}),
            "UpdateHITTypeOfHIT" => json!({"HITTypeId": self.hit_types[1]}),
            _ => json!({}),
        }
    }
}
