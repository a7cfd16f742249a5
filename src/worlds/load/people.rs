//! Requesters, workers, bonuses, blocks.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use crate::fault::Fault;
use crate::rules;
use crate::rules::limits::WORKER_BLOCKS;
use crate::shapes::worker::Worker;
use crate::store::bonus_payments::{self, BonusPayment};
use crate::store::messages::{self, Message};
use crate::store::requesters::{self, Known, OPENING_BALANCE, Requester};
use crate::store::worker_blocks::{self, WorkerBlock};
use crate::store::workers;
use crate::worlds::load::Load;
use crate::worlds::nouns::people::{
    BalanceEntry, BlockEntry, BonusEntry, MessageEntry, RequesterEntry, WorkerEntry,
};

impl Load<'_> {
    pub(super) async fn load_requesters(
        &mut self,
        entries: &[RequesterEntry],
    ) -> Result<(), Fault> {
        for entry in entries {
            self.load_requester(entry).await?;
        }
        Ok(())
    }

    async fn load_requester(&mut self, entry: &RequesterEntry) -> Result<(), Fault> {
        let derived = Requester::of_key(&entry.access_key);
        let requester = Arc::new(Requester {
            id: entry.id.clone().unwrap_or(derived.id),
            account: entry.account.clone().unwrap_or(derived.account),
            name: entry.name.clone().unwrap_or(derived.name),
            access_key: derived.access_key,
        });
        if !rules::worker::well_formed(&requester.id) {
            self.problem(&entry.place, format!("{:?} is no requester id", requester.id));
            return Ok(());
        }
        let twice = self.requesters.contains_key(&requester.access_key)
            || self.requesters.contains_key(&requester.id);
        let before = requesters::by_id(&mut self.turn.tx, &requester.id).await?;
        let others = before.is_some_and(|b| b.requester.access_key != requester.access_key);
        let known = requesters::by_key(&mut self.turn.tx, &requester.access_key).await?;
        let renamed = known.as_ref().is_some_and(|known| known.requester.id != requester.id);
        if twice || others || renamed {
            self.problem(&entry.place, "another requester has this key or id");
            return Ok(());
        }
        let secret = entry.secret.clone().or(known.and_then(|known| known.secret));
        let whole = Known { requester: Arc::clone(&requester), secret };
        let balance = entry.balance.unwrap_or(OPENING_BALANCE);
        requesters::put_whole(&mut self.turn.tx, &whole, balance).await?;
        self.loaded.requesters += 1;
        self.requesters.insert(requester.access_key.clone(), Arc::clone(&requester));
        self.requesters.insert(requester.id.clone(), requester);
        Ok(())
    }

    /// What `get-account-balance` printed of its requester.
    pub(super) async fn load_balances(&mut self, entries: &[BalanceEntry]) -> Result<(), Fault> {
        for entry in entries {
            let Some(owner) = self.owner(&entry.place, &entry.owner).await? else { continue };
            let known = requesters::by_id(&mut self.turn.tx, &owner.id).await?;
            if let Some(known) = known {
                requesters::put_whole(&mut self.turn.tx, &known, entry.available).await?;
            }
        }
        Ok(())
    }

    pub(super) async fn load_workers(&mut self, entries: &[WorkerEntry]) -> Result<(), Fault> {
        let mut seen = HashSet::new();
        for WorkerEntry { place, worker } in entries {
            let before = self.problems.count();
            for why in wrong(worker) {
                self.problem(place, why);
            }
            if !seen.insert(&worker.worker_id) {
                self.problem(place, format!("the worker {} stands twice", worker.worker_id));
            }
            if self.problems.count() == before {
                workers::put(&mut self.turn.tx, worker, self.turn.now).await?;
                self.workers.insert(worker.worker_id.clone());
            }
        }
        Ok(())
    }

    pub(super) async fn load_bonus_payments(
        &mut self,
        entries: &[BonusEntry],
    ) -> Result<(), Fault> {
        for entry in self.in_order(entries) {
            let owner = self.owner(&entry.place, &entry.owner).await?;
            let named = self.worker(&entry.place, &entry.worker_id);
            let Some(owner) = owner.filter(|_| named) else { continue };
            let now = self.turn.now;
            let grant_at = self.instant(&entry.place, "GrantTime", entry.grant_time.as_ref(), now);
            let paid = BonusPayment {
                requester_id: owner.id.clone(),
                assignment_id: entry.assignment_id.clone(),
                worker_id: entry.worker_id.clone(),
                amount: entry.amount,
                reason: entry.reason.clone(),
                grant_at,
            };
            bonus_payments::add(&mut self.turn.tx, &paid).await?;
            self.loaded.bonus_payments += 1;
        }
        Ok(())
    }

    pub(super) async fn load_worker_blocks(&mut self, entries: &[BlockEntry]) -> Result<(), Fault> {
        let mut owners = BTreeMap::new();
        for entry in entries {
            let owner = self.owner(&entry.place, &entry.owner).await?;
            let named = self.worker(&entry.place, &entry.worker_id);
            let Some(owner) = owner.filter(|_| named) else { continue };
            let block = WorkerBlock {
                requester_id: owner.id.clone(),
                worker_id: entry.worker_id.clone(),
                reason: entry.reason.clone(),
            };
            if !worker_blocks::add(&mut self.turn.tx, &block).await? {
                self.problem(&entry.place, "this worker is blocked already");
            }
            owners.insert(block.requester_id, &entry.place);
            self.loaded.worker_blocks += 1;
        }
        for (owner, place) in owners {
            let tx = &mut self.turn.tx;
            if worker_blocks::are_full(tx, &owner, "", WORKER_BLOCKS + 1).await? {
                self.problem(place, format!("more than {WORKER_BLOCKS} workers are blocked"));
            }
        }
        Ok(())
    }

    pub(super) async fn load_messages(&mut self, entries: &[MessageEntry]) -> Result<(), Fault> {
        let mut messages = Vec::with_capacity(entries.len());
        for entry in self.in_order(entries) {
            let owner = self.owner(&entry.place, &entry.owner).await?;
            let named = self.worker(&entry.place, &entry.worker_id);
            let Some(owner) = owner.filter(|_| named) else { continue };
            let now = self.turn.now;
            let sent_at = self.instant(&entry.place, "SendTime", entry.send_time.as_ref(), now);
            messages.push(Message {
                requester_id: owner.id.clone(),
                worker_id: entry.worker_id.clone(),
                subject: entry.subject.clone(),
                text: entry.text.clone(),
                sent_at,
            });
        }
        self.loaded.messages += messages.len();
        messages::add_many(&mut self.turn.tx, &messages).await
    }
}

/// Everything that is wrong with a worker: each trait is looked at by itself.
fn wrong(worker: &Worker) -> Vec<&'static str> {
    let nobody = Worker { worker_id: worker.worker_id.clone(), ..Worker::default() };
    let of = worker.clone();
    let alone = [
        Worker { name: of.name, ..nobody.clone() },
        Worker { hits_approved: of.hits_approved, ..nobody.clone() },
        Worker { percent_approved: of.percent_approved, ..nobody.clone() },
        Worker { locale: of.locale, ..nobody },
    ];
    let mut wrong: Vec<_> = alone.iter().filter_map(|w| rules::worker::check(w).err()).collect();
    // What is wrong with the id is wrong each time.
    wrong.dedup();
    wrong
}

/// What a fault says, without its code.
pub(super) fn sentence(fault: &Fault) -> String {
    match fault {
        Fault::Request { message, .. }
        | Fault::Parameter { message, .. }
        | Fault::Control { message, .. } => message.trim_end_matches('.').to_owned(),
        fault => fault.to_string(),
    }
}
