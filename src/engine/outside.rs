//! Asking for answers of robots, outside any transaction.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt as _;

use crate::actions::robots::answers::end_now;
use crate::actions::robots::waiting::wake_asking;
use crate::engine::Engine;
use crate::fault::Fault;
use crate::store::requesters::Requester;
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

    /// Asks what robots want to know. Returns when an answer is there for which the clock is held,
    /// or the market closes; the others come in turns of their own.
    pub async fn ask_outside(self: &Arc<Self>) {
        let (mut answered, mut changes) =
            (self.outside.answered.subscribe(), self.changes.subscribe());
        let (wanted, mut holds_clock) = self.outside.wanted();
        for ask in wanted {
            holds_clock |= ask.holds_clock;
            tokio::spawn(Arc::clone(self).ask_one(ask));
        }
        if holds_clock {
            tokio::select! {
                _ = answered.changed() => {}
                _ = changes.wait_for(|is_closed| *is_closed) => {}
            }
        }
    }

    async fn ask_one(self: Arc<Self>, ask: Ask) {
        let (reset_count, assignment_id) = (ask.reset_count, ask.job.assignment_id.clone());
        let answered = AssertUnwindSafe(self.outside.answer(ask.job)).catch_unwind().await;
        let answered = answered.unwrap_or_else(|_| Err("It panicked.".to_owned()));
        self.outside.put(reset_count, assignment_id.clone(), answered);
        if !ask.holds_clock {
            self.end_work_now(ask.subject, assignment_id).await;
        }
    }

    /// The timer that ends a robot's work is due.
    async fn end_work_now(self: &Arc<Self>, subject: String, assignment_id: String) {
        let input = (subject, assignment_id);
        let set = self.write(Requester::default(), input, |turn, (subject, assignment_id)| {
            Box::pin(end_now(turn, subject, assignment_id))
        });
        if let Err(fault) = set.await {
            tracing::warn!(%fault, "the answer of a robot is submitted later");
        }
    }
}
