//! Requesters, workers, and what they have with one another.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use crate::fault::Fault;
use crate::money::Cents;
use crate::rules;
use crate::rules::limits::WORKER_BLOCKS;
use crate::store::bonus_payments::{self, BonusPayment};
use crate::store::messages::{self, Message};
use crate::store::requesters::{self, Credentials, OPENING_BALANCE, Requester};
use crate::store::worker_blocks::{self, WorkerBlock};
use crate::store::workers;
use crate::worlds::entries::people::RequesterEntry;
use crate::worlds::load::Load;
use crate::worlds::merge::Located;

impl Load<'_> {
    pub(super) async fn load_requester(
        &mut self,
        entry: &Located<RequesterEntry>,
    ) -> Result<(), Fault> {
        let derived = Requester::of_key(&entry.access_key_id);
        let requester = Arc::new(Requester {
            id: entry.requester_id.clone().unwrap_or(derived.id),
            account: entry.account_id.clone().unwrap_or(derived.account),
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
        let secret = entry.secret_access_key.clone().or(known.and_then(|known| known.secret));
        let whole = Credentials { requester: Arc::clone(&requester), secret };
        let balance = entry.available_balance.map_or(OPENING_BALANCE, |funds| funds.0);
        requesters::put_whole(&mut self.turn.tx, &whole, balance).await?;
        self.loaded.requesters += 1;
        self.requesters.insert(requester.access_key.clone(), Arc::clone(&requester));
        self.requesters.insert(requester.id.clone(), requester);
        Ok(())
    }

    /// What `get-account-balance` printed of its requester.
    pub(super) async fn load_balances(&mut self) -> Result<(), Fault> {
        for entry in &self.entries.balances {
            let Some(owner) = self.owner(entry).await? else { continue };
            let known = requesters::by_id(&mut self.turn.tx, &owner.id).await?;
            if let Some(known) = known {
                requesters::put_whole(&mut self.turn.tx, &known, entry.0).await?;
            }
        }
        Ok(())
    }

    pub(super) async fn load_workers(&mut self) -> Result<(), Fault> {
        let mut seen = HashSet::new();
        for Located { place, entry: worker, .. } in &self.entries.workers {
            let before = self.problems.count();
            for why in rules::worker::wrong(worker) {
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

    pub(super) async fn load_bonus_payments(&mut self) -> Result<(), Fault> {
        for entry in self.in_order(&self.entries.bonus_payments, |e| (&e.place, e.grant_time)) {
            if entry.bonus_amount <= Cents(0) {
                self.problem(&entry.place, "BonusAmount is missing");
            }
            let owner = self.owner_beside_worker(entry, &entry.worker_id).await?;
            let Some(owner) = owner else { continue };
            let grant_at = self.instant(&entry.place, "GrantTime", entry.grant_time);
            let paid = BonusPayment {
                requester_id: owner.id.clone(),
                assignment_id: entry.assignment_id.to_string(),
                worker_id: entry.worker_id.to_string(),
                amount: entry.bonus_amount,
                // What the requester has is what was left of it.
                cost: Cents(0),
                reason: entry.reason.clone().unwrap_or_default(),
                grant_at: grant_at.unwrap_or(self.turn.now),
            };
            bonus_payments::add(&mut self.turn.tx, &paid).await?;
            self.loaded.bonus_payments += 1;
        }
        Ok(())
    }

    pub(super) async fn load_worker_blocks(&mut self) -> Result<(), Fault> {
        let mut owners = BTreeMap::new();
        for entry in &self.entries.worker_blocks {
            let owner = self.owner_beside_worker(entry, &entry.worker_id).await?;
            let Some(owner) = owner else { continue };
            let block = WorkerBlock {
                requester_id: owner.id.clone(),
                worker_id: entry.worker_id.to_string(),
                reason: entry.reason.clone().unwrap_or_default(),
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

    pub(super) async fn load_messages(&mut self) -> Result<(), Fault> {
        let mut messages = Vec::new();
        for entry in self.in_order(&self.entries.messages, |e| (&e.place, e.send_time)) {
            let owner = self.owner_beside_worker(entry, &entry.worker_id).await?;
            let Some(owner) = owner else { continue };
            let sent_at = self.instant(&entry.place, "SendTime", entry.send_time);
            messages.push(Message {
                requester_id: owner.id.clone(),
                worker_id: entry.worker_id.to_string(),
                subject: entry.subject.clone().unwrap_or_default(),
                text: entry.message_text.clone().unwrap_or_default(),
                sent_at: sent_at.unwrap_or(self.turn.now),
            });
        }
        self.loaded.messages += messages.len();
        messages::add_many(&mut self.turn.tx, &messages).await
    }
}
