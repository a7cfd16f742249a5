//! Asking for answers of robots, outside any transaction.

use std::sync::Arc;

use futures_util::future::join_all;

use crate::actions::robots::waiting::wake_asking;
use crate::engine::Engine;
use crate::fault::Fault;
use crate::store::requesters::Requester;
use crate::store::timers::Kind;
use crate::turn::{Ask, Outside};

impl Engine {
    /// Crowds that ask others look for HITs again: by now it may be allowed to ask them.
    pub async fn wake_asking_crowds(self: &Arc<Self>) -> Result<(), Fault> {
        if !self.current().await?.has_robots {
            return Ok(());
        }
        self.write(Requester::default(), (), |turn, ()| Box::pin(wake_asking(turn))).await
    }

    /// What robots ask, and what they were answered.
    pub const fn outside(&self) -> &Arc<Outside> {
        &self.outside
    }

    /// Asks what robots want to know. Returns when the answers are there for which the clock is
    /// held, or the market closes; the others come in turns of their own.
    pub async fn ask_outside(self: &Arc<Self>) {
        let (held, others): (Vec<Ask>, Vec<Ask>) =
            self.outside.wanted().into_iter().partition(|ask| ask.holds_clock);
        for ask in others {
            let engine = Arc::clone(self);
            tokio::spawn(async move {
                let subject = ask.subject.clone();
                engine.ask_one(ask).await;
                engine.end_work_now(subject).await;
            });
        }
        if held.is_empty() {
            return;
        }
        let mut changes = self.changes.subscribe();
        tokio::select! {
            _ = join_all(held.into_iter().map(|ask| self.ask_one(ask))) => {}
            _ = changes.wait_for(|is_closed| *is_closed) => {}
        }
    }

    async fn ask_one(&self, ask: Ask) {
        let (reset_count, assignment_id) = (ask.reset_count, ask.job.assignment_id.clone());
        let answered = self.outside.answer(ask.job).await;
        self.outside.put(reset_count, assignment_id, answered);
    }

    /// The timer that ends a robot's work is due.
    async fn end_work_now(self: &Arc<Self>, subject: String) {
        let set = self.write(Requester::default(), subject, |turn, subject| {
            Box::pin(turn.set_timer(Kind::RobotWork, subject, turn.arrived_at))
        });
        if let Err(fault) = set.await {
            tracing::warn!(%fault, "the answer of a robot is submitted later");
        }
    }
}
