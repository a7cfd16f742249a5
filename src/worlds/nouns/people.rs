//! Requesters, workers, and what they have with one another.

use crate::money::{Cents, Funds};
use crate::shapes::qualification::Locale;
use crate::shapes::worker::Worker;
use crate::time::When;
use crate::worlds::fields::{Fields, Place};
use crate::worlds::nouns::{Happened, Owner, owner};

/// An entry of `Requesters`.
#[derive(Debug)]
pub struct RequesterEntry {
    pub place: Place,
    pub access_key: String,
    pub secret: Option<String>,
    pub id: Option<String>,
    pub account: Option<String>,
    pub name: Option<String>,
    pub balance: Option<Cents>,
}

/// Reads an entry of `Requesters`.
pub fn requester(fields: &mut Fields<'_>) -> Option<RequesterEntry> {
    // It follows from the HITs.
    fields.pass_over(&["OnHoldBalance"]);
    let entry = RequesterEntry {
        place: fields.place().clone(),
        access_key: fields.access_key("AccessKeyId").unwrap_or_default(),
        secret: fields.take("SecretAccessKey"),
        id: fields.take("RequesterId"),
        account: fields.take("AccountId"),
        name: fields.take("Name"),
        balance: available(fields),
    };
    fields.need(!entry.access_key.is_empty(), "AccessKeyId").then_some(entry)
}

fn available(fields: &mut Fields<'_>) -> Option<Cents> {
    fields.take::<Funds>("AvailableBalance").map(|funds| funds.0)
}

/// What `get-account-balance` printed, at the top of a file.
#[derive(Debug)]
pub struct BalanceEntry {
    pub place: Place,
    pub owner: Owner,
    pub available: Cents,
}

/// Reads the balance at the top of a file.
pub fn balance(fields: &mut Fields<'_>, first: &Owner) -> Option<BalanceEntry> {
    // It follows from the HITs.
    fields.pass_over(&["OnHoldBalance"]);
    let place = fields.peek("AvailableBalance")?.place().clone();
    let available = available(fields)?;
    Some(BalanceEntry { place, owner: first.clone(), available })
}

/// An entry of `Workers`.
#[derive(Debug)]
pub struct WorkerEntry {
    pub place: Place,
    pub worker: Worker,
}

/// Reads an entry of `Workers`.
pub fn worker(fields: &mut Fields<'_>) -> Option<WorkerEntry> {
    let worker = Worker {
        worker_id: fields.worker_id("WorkerId").unwrap_or_default(),
        name: fields.take("Name"),
        locale: fields.take::<Locale>("Locale"),
        hits_approved: fields.take("HITsApproved"),
        percent_approved: fields.take("PercentApproved"),
        masters: fields.take("Masters").unwrap_or(false),
        adult: fields.take("Adult").unwrap_or(false),
    };
    let entry = WorkerEntry { place: fields.place().clone(), worker };
    fields.need(!entry.worker.worker_id.is_empty(), "WorkerId").then_some(entry)
}

/// An entry of `BonusPayments`.
#[derive(Debug)]
pub struct BonusEntry {
    pub place: Place,
    pub owner: Owner,
    pub worker_id: String,
    pub assignment_id: String,
    pub amount: Cents,
    pub reason: String,
    pub grant_time: Option<When>,
}

/// Reads an entry of `BonusPayments`.
pub fn bonus(fields: &mut Fields<'_>, first: &Owner) -> Option<BonusEntry> {
    let entry = BonusEntry {
        place: fields.place().clone(),
        owner: owner(fields, first),
        worker_id: fields.worker_id("WorkerId").unwrap_or_default(),
        assignment_id: fields.id("AssignmentId").unwrap_or_default(),
        amount: fields.take("BonusAmount").unwrap_or_default(),
        reason: fields.take("Reason").unwrap_or_default(),
        grant_time: fields.time("GrantTime"),
    };
    let named = fields.need(!entry.worker_id.is_empty(), "WorkerId");
    let named = fields.need(!entry.assignment_id.is_empty(), "AssignmentId") && named;
    (fields.need(entry.amount > Cents(0), "BonusAmount") && named).then_some(entry)
}

/// An entry of `WorkerBlocks`.
#[derive(Debug)]
pub struct BlockEntry {
    pub place: Place,
    pub owner: Owner,
    pub worker_id: String,
    pub reason: String,
}

/// Reads an entry of `WorkerBlocks`.
pub fn block(fields: &mut Fields<'_>, first: &Owner) -> Option<BlockEntry> {
    let entry = BlockEntry {
        place: fields.place().clone(),
        owner: owner(fields, first),
        worker_id: fields.worker_id("WorkerId").unwrap_or_default(),
        reason: fields.take("Reason").unwrap_or_default(),
    };
    fields.need(!entry.worker_id.is_empty(), "WorkerId").then_some(entry)
}

/// An entry of `Messages`.
#[derive(Debug)]
pub struct MessageEntry {
    pub place: Place,
    pub owner: Owner,
    pub worker_id: String,
    pub subject: String,
    pub text: String,
    pub send_time: Option<When>,
}

/// Reads an entry of `Messages`.
pub fn message(fields: &mut Fields<'_>, first: &Owner) -> Option<MessageEntry> {
    let entry = MessageEntry {
        place: fields.place().clone(),
        owner: owner(fields, first),
        worker_id: fields.worker_id("WorkerId").unwrap_or_default(),
        subject: fields.take("Subject").unwrap_or_default(),
        text: fields.take("MessageText").unwrap_or_default(),
        send_time: fields.time("SendTime"),
    };
    fields.need(!entry.worker_id.is_empty(), "WorkerId").then_some(entry)
}

impl Happened for BonusEntry {
    fn place(&self) -> &Place {
        &self.place
    }

    fn when(&self) -> Option<&When> {
        self.grant_time.as_ref()
    }
}

impl Happened for MessageEntry {
    fn place(&self) -> &Place {
        &self.place
    }

    fn when(&self) -> Option<&When> {
        self.send_time.as_ref()
    }
}
