//! Asking for answers of robots, outside any transaction.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;

use crate::actions::robots::answers::{end_now, work_of};
use crate::actions::robots::waiting::wake_asking;
use crate::engine::Engine;
use crate::fault::Fault;
use crate::rules::robots::job::Job;
use crate::store::requesters::Requester;
use crate::turn::{Answered, Ask, Key, Outside};

/// While somebody is asked, it is looked after this time whether the answer is wanted still.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

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
        let (mut answered, mut closing) = (self.outside.answered.subscribe(), self.closing());
        let (wanted, mut holds_clock) = self.outside.wanted();
        for ask in wanted {
            holds_clock |= ask.holds_clock;
            tokio::spawn(Arc::clone(self).ask_one(ask));
        }
        if holds_clock {
            tokio::select! {
                _ = answered.changed() => {}
                _ = closing.wait_for(|is_closed| *is_closed) => {}
            }
        }
    }

    async fn ask_one(self: Arc<Self>, ask: Ask) {
        let Ask { job, reset_count, subject, holds_clock } = ask;
        let key = (reset_count, job.assignment_id.clone());
        let permit = self.outside.at_once.acquire().await;
        let answered = self.while_wanted(&subject, &key, job).await;
        drop(permit);
        let Some(answered) = answered else { return self.outside.forget(&key) };
        self.outside.put(key.clone(), answered);
        if !holds_clock {
            self.end_work_now(subject, key.1).await;
        }
    }

    /// The answer to a job; none as soon as the robot has it in hand no more.
    async fn while_wanted(
        self: &Arc<Self>,
        subject: &str,
        key: &Key,
        job: Job,
    ) -> Option<Answered> {
        if !self.is_wanted(subject, key).await {
            return None;
        }
        let answer = AssertUnwindSafe(self.outside.answer(job)).catch_unwind();
        let until_unwanted = async {
            while self.is_wanted(subject, key).await {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        };
        tokio::select! {
            answered = answer => {
                Some(answered.unwrap_or_else(|_| Err("It panicked.".to_owned())))
            }
            () = until_unwanted => None,
        }
    }

    /// Whether the robot of a timer has this assignment in hand. If that cannot be read, it may.
    async fn is_wanted(self: &Arc<Self>, subject: &str, key: &Key) -> bool {
        let input = (subject.to_owned(), key.clone());
        let read = self.read(Requester::default(), input, |turn, (subject, (reset_count, id))| {
            Box::pin(async move {
                let of = work_of(turn, subject).await?;
                let has_it = of.is_some_and(|(_, work)| work.assignment_id == *id);
                Ok::<_, Fault>(has_it && turn.reset_count == *reset_count)
            })
        });
        !self.is_closed() && read.await.unwrap_or(true)
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
