//! Dumping: the whole market as a world that loads again.

mod batches;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

use crate::actions::robots::crowds;
use crate::fault::Fault;
use crate::money::Funds;
use crate::rules::page::Page;
use crate::shapes::assignment::{Assignment, AssignmentStatus};
use crate::shapes::fault_rule::FaultRule;
use crate::shapes::review::{ReviewActionDetail, ReviewPolicyLevel};
use crate::shapes::scalar::{AccessKey, At, Id, Key, WorkerId};
use crate::shapes::webhook::Webhook;
use crate::store::webhooks::Registered;
use crate::store::{
    acceptances, assignments, bonus_payments, faults, hit_layouts, hit_types, hits, messages,
    notifications, qualification_requests, qualification_types, qualifications, requesters,
    review_reports, timers, uploaded_files, webhooks, worker_blocks, workers,
};
use crate::time::Time;
use crate::turn::{Profile, Turn};
use crate::worlds::entries::files::{FileEntry, LayoutEntry};
use crate::worlds::entries::hits::{AssignmentEntry, HitEntry, HitTypeEntry, WorkStatus};
use crate::worlds::entries::people::{BlockEntry, BonusEntry, MessageEntry, RequesterEntry};
use crate::worlds::entries::qualifications::{GrantEntry, QualificationTypeEntry, RequestEntry};
use crate::worlds::entries::reviews::{ActionEntry, ReportEntry};
use crate::worlds::entries::world::World;
use crate::worlds::read_entry::canonical;

/// Whether a dump names the secrets of requesters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrets {
    /// It does not.
    Left,
    /// It does, so that a market elsewhere can verify the same signatures.
    Named,
}

/// The market as a world.
///
/// Times are absolute. The order of a list is that of its statement in the store: requesters,
/// workers, HIT layouts and HIT types by id, most others as the market got them. Page tokens and
/// unique request tokens are not part of a world.
///
/// # Errors
/// A row cannot be read: a dump is whole, or none. The fault names its table and its key.
pub async fn dump(turn: &mut Turn, secrets: Secrets) -> Result<Value, Fault> {
    Ok(canonical(&World {
        now: Some(At(turn.arrived_at)),
        ordered: Some(true),
        requesters: Some(requesters(turn, secrets).await?),
        workers: Some(workers::list(&mut turn.tx, "", i64::MAX).await?),
        qualification_types: Some(entries(qualification_types::all(&mut turn.tx).await?)),
        qualifications: Some(entries(qualifications::all(&mut turn.tx).await?)),
        // Decided ones too: from them follows when the worker may ask again.
        qualification_requests: Some(entries(qualification_requests::all(&mut turn.tx).await?)),
        hit_layouts: Some(entries(hit_layouts::all(&mut turn.tx).await?)),
        hit_types: Some(hit_types(turn).await?),
        hits: Some(hits(turn).await?),
        uploaded_files: Some(files(turn).await?),
        batches: Some(batches::all(turn).await?),
        bonus_payments: Some(entries(bonus_payments::all(&mut turn.tx).await?)),
        worker_blocks: Some(entries(worker_blocks::all(&mut turn.tx).await?)),
        messages: Some(entries(messages::list(&mut turn.tx, 0, i64::MAX).await?)),
        faults: Some(faults(turn).await?),
        webhooks: Some(webhooks(turn, secrets).await?),
        robots: Some(crowds::dump(turn).await?),
        ..World::default()
    }))
}

fn entries<R, E: From<R>>(rows: Vec<R>) -> Vec<E> {
    rows.into_iter().map(E::from).collect()
}

/// Without their numbers.
async fn faults(turn: &mut Turn) -> Result<Vec<FaultRule>, Fault> {
    let all = faults::list(&mut turn.tx).await?.into_iter();
    Ok(all.map(|rule| FaultRule { fault: None, ..rule }).collect())
}

async fn webhooks(turn: &mut Turn, secrets: Secrets) -> Result<Vec<Webhook>, Fault> {
    let all = webhooks::list(&mut turn.tx).await?.into_iter();
    let entries = all.map(|Registered { webhook, secret, .. }| Webhook {
        secret: (secrets == Secrets::Named).then_some(secret),
        ..webhook
    });
    Ok(entries.collect())
}

async fn requesters(turn: &mut Turn, secrets: Secrets) -> Result<Vec<RequesterEntry>, Fault> {
    let all = requesters::all(&mut turn.tx).await?.into_iter();
    let counts = turn.market.profile == Profile::Production;
    let entries = all.map(|(known, balance)| RequesterEntry {
        access_key_id: AccessKey::known(known.requester.access_key.clone()),
        secret_access_key: known.secret.filter(|_| secrets == Secrets::Named),
        requester_id: Some(known.requester.id.clone()),
        account_id: Some(known.requester.account.clone()),
        name: Some(known.requester.name.clone()),
        available_balance: Some(Funds(balance.available)),
        on_hold_balance: counts.then(|| balance.on_hold.to_string().into()),
    });
    Ok(entries.collect())
}

impl From<qualification_types::QualificationType> for QualificationTypeEntry {
    fn from(of: qualification_types::QualificationType) -> Self {
        Self {
            requester: Some(AccessKey::known(of.requester_id)),
            qualification_type_id: Some(Id::known(of.id)),
            creation_time: Some(Time::At(of.created_at)),
            name: Key::known(of.name),
            description: Some(of.description),
            keywords: of.keywords,
            qualification_type_status: Some(of.status),
            test: of.grant_rules.test,
            test_duration_in_seconds: of.grant_rules.test_duration_s,
            answer_key: of.grant_rules.answer_key,
            retry_delay_in_seconds: of.grant_rules.retry_delay_s,
            is_requestable: Some(of.grant_rules.is_requestable),
            auto_granted: Some(of.grant_rules.auto_granted),
            auto_granted_value: of.grant_rules.auto_granted_value,
        }
    }
}

impl From<qualifications::Qualification> for GrantEntry {
    fn from(granted: qualifications::Qualification) -> Self {
        Self {
            requester: None,
            qualification_type_id: Id::known(granted.type_id),
            worker_id: WorkerId::known(granted.worker_id),
            grant_time: Some(Time::At(granted.grant_at)),
            integer_value: granted.value,
            status: Some(granted.status),
        }
    }
}

impl From<qualification_requests::QualificationRequest> for RequestEntry {
    fn from(request: qualification_requests::QualificationRequest) -> Self {
        Self {
            qualification_request_id: Some(Key::known(request.id)),
            qualification_type_id: Id::known(request.type_id),
            worker_id: WorkerId::known(request.worker_id),
            status: Some(request.status),
            request_time: Some(Time::At(request.ask_at)),
            deadline: request.test_due_at.map(Time::At),
            submit_time: Some(Time::At(request.submit_at)),
            test: request.test,
            answer_key: request.answer_key,
            answer: request.answer,
        }
    }
}

impl From<hit_layouts::HitLayout> for LayoutEntry {
    fn from(of: hit_layouts::HitLayout) -> Self {
        Self {
            requester: Some(AccessKey::known(of.requester_id)),
            hit_layout_id: Some(Id::known(of.id)),
            name: of.name,
            html_content: of.layout.html,
            frame_height: u32::try_from(of.layout.frame_height).ok(),
        }
    }
}

async fn hit_types(turn: &mut Turn) -> Result<Vec<HitTypeEntry>, Fault> {
    let mut entries = Vec::new();
    let mut after = String::new();
    loop {
        let batch = hit_types::batch(&mut turn.tx, &after).await?;
        let Some((last, _)) = batch.last() else { return Ok(entries) };
        let mut settings = notifications::between(&mut turn.tx, &after, &last.id).await?;
        after.clone_from(&last.id);
        for (hit_types::HitType { id, group_id, values }, requester_id) in batch {
            let settings = settings.remove(&id);
            entries.push(HitTypeEntry {
                requester: Some(AccessKey::known(requester_id)),
                hit_type_id: Some(Id::known(id)),
                hit_group_id: Some(Id::known(group_id)),
                title: Some(values.title),
                description: Some(values.description),
                keywords: values.keywords,
                reward: Some(values.reward),
                assignment_duration_in_seconds: Some(values.assignment_duration_s),
                auto_approval_delay_in_seconds: Some(values.auto_approval_delay_s),
                qualification_requirements: Some(values.requirements),
                active: settings.as_ref().map(|settings| settings.active),
                notification: settings.map(|settings| settings.specification),
            });
        }
    }
}

async fn hits(turn: &mut Turn) -> Result<Vec<HitEntry>, Fault> {
    let mut entries = Vec::new();
    let mut after = 0;
    loop {
        let batch = hits::batch(&mut turn.tx, after).await?;
        let Some(last) = batch.last() else { return Ok(entries) };
        after = last.key;
        for hit in batch {
            entries.push(hit_entry(turn, hit).await?);
        }
    }
}

async fn hit_entry(turn: &mut Turn, hit: hits::Hit) -> Result<HitEntry, Fault> {
    let policies = hits::policies(&mut turn.tx, hit.key).await?;
    let disposal = timers::when(&mut turn.tx, timers::Kind::Disposal, &hit.id).await?;
    Ok(HitEntry {
        assignment_review_report: report(turn, &hit, ReviewPolicyLevel::Assignment).await?,
        hit_review_report: report(turn, &hit, ReviewPolicyLevel::Hit).await?,
        assignments: Some(work(turn, &hit).await?),
        requester: Some(AccessKey::known(hit.requester_id)),
        hit_id: Some(Id::known(hit.id)),
        hit_type_id: Some(Id::known(hit.hit_type.id)),
        hit_layout_id: hit.layout_id.map(Id::known),
        creation_time: Some(Time::At(hit.created_at)),
        expiration: Some(Time::At(hit.standing.expire_at)),
        hit_status: Some(hit.status),
        max_assignments: Some(hit.standing.max),
        requester_annotation: hit.requester_annotation,
        assignment_review_policy: policies.assignment,
        hit_review_policy: policies.hit,
        disposal_time: disposal.map(Time::At),
        question: Some(hit.question),
        ..HitEntry::default()
    })
}

async fn work(turn: &mut Turn, hit: &hits::Hit) -> Result<Vec<AssignmentEntry>, Fault> {
    let mut entries = Vec::new();
    let mut after = i64::MIN;
    loop {
        let batch = assignments::batch(&mut turn.tx, hit.key, after).await?;
        let Some(last) = batch.last() else { break };
        after = last.position;
        entries.extend(batch.into_iter().map(|placed| placed.assignment.into()));
    }
    let held = acceptances::of_hit(&mut turn.tx, hit.key).await?;
    entries.extend(held.into_iter().map(AssignmentEntry::from));
    Ok(entries)
}

impl From<Assignment> for AssignmentEntry {
    fn from(work: Assignment) -> Self {
        Self {
            assignment_id: Some(Id::known(work.assignment_id)),
            worker_id: Some(WorkerId::known(work.worker_id)),
            assignment_status: Some(match work.assignment_status {
                AssignmentStatus::Submitted => WorkStatus::Submitted,
                AssignmentStatus::Approved => WorkStatus::Approved,
                AssignmentStatus::Rejected => WorkStatus::Rejected,
            }),
            auto_approval_time: Some(Time::At(work.auto_approval_time)),
            accept_time: Some(Time::At(work.accept_time)),
            submit_time: Some(Time::At(work.submit_time)),
            approval_time: work.approval_time.map(Time::At),
            rejection_time: work.rejection_time.map(Time::At),
            answer: Some(work.answer),
            requester_feedback: work.requester_feedback,
            ..Self::default()
        }
    }
}

impl From<acceptances::Acceptance> for AssignmentEntry {
    fn from(held: acceptances::Acceptance) -> Self {
        Self {
            assignment_id: Some(Id::known(held.assignment_id)),
            worker_id: Some(WorkerId::known(held.worker_id)),
            assignment_status: Some(match held.state {
                acceptances::State::Accepted => WorkStatus::Accepted,
                acceptances::State::Returned => WorkStatus::Returned,
                acceptances::State::Abandoned => WorkStatus::Abandoned,
            }),
            accept_time: Some(Time::At(held.accept_at)),
            deadline: Some(Time::At(held.deadline_at)),
            ..Self::default()
        }
    }
}

/// What the policy of a level found and did; nothing where it has not run.
async fn report(
    turn: &mut Turn,
    hit: &hits::Hit,
    level: ReviewPolicyLevel,
) -> Result<Option<ReportEntry>, Fault> {
    if !hit.has_policies {
        return Ok(None);
    }
    let parts: Vec<_> =
        review_reports::Part::ALL.into_iter().filter(|part| part.level == level).collect();
    let everything = Page { after: None, size: i64::MAX };
    let (mut results, mut actions) = (Vec::new(), Vec::new());
    for reported in review_reports::page(&mut turn.tx, hit.key, &parts, everything).await? {
        match reported.entry {
            review_reports::Entry::Result(result) => results.push(result),
            review_reports::Entry::Action(action) => actions.push(action.into()),
        }
    }
    let is_empty = results.is_empty() && actions.is_empty();
    let report = ReportEntry { review_results: Some(results), review_actions: Some(actions) };
    Ok((!is_empty).then_some(report))
}

impl From<ReviewActionDetail> for ActionEntry {
    fn from(action: ReviewActionDetail) -> Self {
        Self {
            action_id: Some(Id::known(action.action_id)),
            action_name: action.action_name,
            target_id: Some(Id::known(action.target_id)),
            target_type: Some(action.target_type),
            status: Some(action.status),
            complete_time: Some(Time::At(action.complete_time)),
            result: Some(action.result),
            error_code: action.error_code,
        }
    }
}

async fn files(turn: &mut Turn) -> Result<Vec<FileEntry>, Fault> {
    let mut entries = Vec::new();
    let mut key = String::new();
    while let Some(file) = uploaded_files::after(&mut turn.tx, &key).await? {
        key.clone_from(&file.key);
        entries.push(file.into());
    }
    Ok(entries)
}

impl From<uploaded_files::UploadedFile> for FileEntry {
    fn from(file: uploaded_files::UploadedFile) -> Self {
        Self {
            assignment_id: Id::known(file.assignment_id),
            question_identifier: Some(file.question_identifier),
            uploaded_file_key: Key::known(file.key),
            file_name: Some(file.file_name),
            content_type: Some(file.content_type),
            content: STANDARD.encode(file.content),
        }
    }
}

impl From<bonus_payments::BonusPayment> for BonusEntry {
    fn from(paid: bonus_payments::BonusPayment) -> Self {
        Self {
            requester: Some(AccessKey::known(paid.requester_id)),
            worker_id: WorkerId::known(paid.worker_id),
            bonus_amount: paid.amount,
            assignment_id: Id::known(paid.assignment_id),
            reason: Some(paid.reason),
            grant_time: Some(Time::At(paid.grant_at)),
        }
    }
}

impl From<worker_blocks::WorkerBlock> for BlockEntry {
    fn from(block: worker_blocks::WorkerBlock) -> Self {
        Self {
            requester: Some(AccessKey::known(block.requester_id)),
            worker_id: WorkerId::known(block.worker_id),
            reason: Some(block.reason),
        }
    }
}

impl From<(messages::Message, i64)> for MessageEntry {
    fn from((sent, _): (messages::Message, i64)) -> Self {
        Self {
            requester: Some(AccessKey::known(sent.requester_id)),
            worker_id: WorkerId::known(sent.worker_id),
            subject: Some(sent.subject),
            message_text: Some(sent.text),
            send_time: Some(Time::At(sent.sent_at)),
        }
    }
}
