//! Dumping: the whole market as a world that loads again.

mod batches;
mod hits;
mod work;
mod writer;

use std::sync::Weak;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Serialize;

use crate::actions::robots::crowds;
use crate::fault::Fault;
use crate::money::Funds;
use crate::shapes::fault_rule::FaultRule;
use crate::shapes::scalar::{AccessKey, At, Id, Key, WorkerId};
use crate::shapes::webhook::Webhook;
use crate::shapes::worker::Worker;
use crate::spool::Spool;
use crate::store::webhooks::Registered;
use crate::store::{
    Tx, bonus_payments, faults, hit_layouts, hit_types, messages, notifications,
    qualification_requests, qualification_types, qualifications, requesters, uploaded_files,
    webhooks, worker_blocks, workers,
};
use crate::time::Time;
use crate::turn::{BoxFuture, Profile, Turn};
use crate::worlds::dump::writer::Writer;
use crate::worlds::entries::files::{FileEntry, LayoutEntry};
use crate::worlds::entries::hits::HitTypeEntry;
use crate::worlds::entries::people::{BlockEntry, BonusEntry, MessageEntry, RequesterEntry};
use crate::worlds::entries::qualifications::{GrantEntry, QualificationTypeEntry, RequestEntry};
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
/// It is written part by part, for as long as `waiting` is there.
///
/// # Errors
/// A row cannot be read: a dump is whole, or none. The fault names its table and its key.
pub async fn dump(turn: &mut Turn, secrets: Secrets, waiting: &Weak<()>) -> Result<Spool, Fault> {
    let mut out = Writer::new(waiting);
    out.begin_object()?;
    out.member("Now", &At(turn.arrived_at))?;
    out.member("Ordered", &true)?;
    people(turn, &mut out, secrets).await?;
    out.begin_list("HITLayouts")?;
    for layout in hit_layouts::all(&mut turn.tx).await? {
        out.entry(&canonical(&LayoutEntry::from(layout)))?;
    }
    out.end_list()?;
    hit_types(turn, &mut out).await?;
    hits::write(turn, &mut out).await?;
    files(turn, &mut out).await?;
    batches::write(turn, &mut out).await?;
    rest(turn, &mut out, secrets).await?;
    out.end_object()?;
    out.finish()
}

/// Requesters, workers, and their qualifications.
async fn people(turn: &mut Turn, out: &mut Writer<'_>, secrets: Secrets) -> Result<(), Fault> {
    out.member("Requesters", &canonical(&requesters(turn, secrets).await?))?;
    pages::<_, _, Worker>(
        (turn, out),
        "Workers",
        |tx, after: &String| Box::pin(workers::list(tx, after, 500)),
        |worker| worker.worker_id.clone(),
    )
    .await?;
    let types = qualification_types::all(&mut turn.tx).await?.into_iter();
    let types: Vec<QualificationTypeEntry> = types.map(Into::into).collect();
    out.member("QualificationTypes", &canonical(&types))?;
    pages::<_, _, GrantEntry>(
        (turn, out),
        "Qualifications",
        |tx, after: &i64| Box::pin(qualifications::batch(tx, *after)),
        |granted| granted.key,
    )
    .await?;
    // Decided ones too: from them follows when the worker may ask again.
    pages::<_, _, RequestEntry>(
        (turn, out),
        "QualificationRequests",
        |tx, after: &String| Box::pin(qualification_requests::batch(tx, after)),
        |request| request.id.clone(),
    )
    .await
}

/// What stands behind HITs and batches.
async fn rest(turn: &mut Turn, out: &mut Writer<'_>, secrets: Secrets) -> Result<(), Fault> {
    pages::<_, _, BonusEntry>(
        (turn, out),
        "BonusPayments",
        |tx, after: &i64| Box::pin(bonus_payments::batch(tx, *after)),
        |(key, _)| *key,
    )
    .await?;
    pages::<_, _, BlockEntry>(
        (turn, out),
        "WorkerBlocks",
        |tx, after: &i64| Box::pin(worker_blocks::batch(tx, *after)),
        |(key, _)| *key,
    )
    .await?;
    pages::<_, _, MessageEntry>(
        (turn, out),
        "Messages",
        |tx, after: &i64| Box::pin(messages::list(tx, *after, 500)),
        |(_, key)| *key,
    )
    .await?;
    out.member("Faults", &canonical(&faults(turn).await?))?;
    out.member("Webhooks", &canonical(&webhooks(turn, secrets).await?))?;
    out.member("Robots", &canonical(&crowds::dump(turn).await?))
}

/// Reads the page behind a key.
type Batch<R, K> = for<'t> fn(&'t mut Tx, &'t K) -> BoxFuture<'t, Result<Vec<R>, Fault>>;

/// Writes a list that is read page by page.
async fn pages<R, K: Default, E: From<R> + Serialize>(
    (turn, out): (&mut Turn, &mut Writer<'_>),
    name: &str,
    batch: Batch<R, K>,
    key: fn(&R) -> K,
) -> Result<(), Fault> {
    out.begin_list(name)?;
    let mut after = K::default();
    loop {
        let page = batch(&mut turn.tx, &after).await?;
        let Some(last) = page.last() else { return out.end_list() };
        after = key(last);
        for row in page {
            out.entry(&canonical(&E::from(row)))?;
        }
    }
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

async fn hit_types(turn: &mut Turn, out: &mut Writer<'_>) -> Result<(), Fault> {
    out.begin_list("HITTypes")?;
    let mut after = String::new();
    loop {
        let batch = hit_types::batch(&mut turn.tx, &after).await?;
        let Some((last, _)) = batch.last() else { return out.end_list() };
        let mut settings = notifications::between(&mut turn.tx, &after, &last.id).await?;
        after.clone_from(&last.id);
        for (hit_types::HitType { id, group_id, values }, requester_id) in batch {
            let settings = settings.remove(&id);
            out.entry(&canonical(&HitTypeEntry {
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
            }))?;
        }
    }
}

async fn files(turn: &mut Turn, out: &mut Writer<'_>) -> Result<(), Fault> {
    out.begin_list("UploadedFiles")?;
    let mut key = String::new();
    while let Some(file) = uploaded_files::after(&mut turn.tx, &key).await? {
        key.clone_from(&file.key);
        out.entry(&canonical(&FileEntry::from(file)))?;
    }
    out.end_list()
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

impl From<(i64, bonus_payments::BonusPayment)> for BonusEntry {
    fn from((_, paid): (i64, bonus_payments::BonusPayment)) -> Self {
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

impl From<(i64, worker_blocks::WorkerBlock)> for BlockEntry {
    fn from((_, block): (i64, worker_blocks::WorkerBlock)) -> Self {
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
