//! The work on HITs: what was submitted, and what workers took and did not submit.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::fault::Fault;
use crate::shapes::assignment::AssignmentStatus;
use crate::shapes::scalar::{Id, WorkerId};
use crate::store::acceptances::{self, Acceptance, State};
use crate::store::assignments::{self, Stored};
use crate::store::db::row::stored;
use crate::time::{Instant, Time};
use crate::turn::Turn;
use crate::worlds::dump::writer::Writer;
use crate::worlds::entries::hits::{AssignmentEntry, WorkStatus};
use crate::worlds::read_entry::canonical;

/// The work on some HITs that follow one another, in their order.
pub struct Works {
    /// The number of the last of the HITs.
    last: i64,
    /// The place behind which the next page begins.
    after: (i64, i64),
    page: VecDeque<Stored>,
    held: VecDeque<Acceptance>,
}

impl Works {
    /// The work on HITs behind the number `after`, up to the number `last`.
    pub async fn of(turn: &mut Turn, after: i64, last: i64) -> Result<Self, Fault> {
        let held = acceptances::of_hits(&mut turn.tx, after, last).await?.into();
        Ok(Self { last, after: (after, i64::MAX), page: VecDeque::new(), held })
    }

    /// Writes the work on the next of the HITs.
    pub async fn write(
        &mut self,
        turn: &mut Turn,
        out: &mut Writer<'_>,
        hit_key: i64,
    ) -> Result<(), Fault> {
        loop {
            while let Some(work) = self.page.pop_front_if(|work| work.hit_key == hit_key) {
                let submitted: Submitted<'_> = stored(&work.document).map_err(|fault| {
                    Fault::Service(format!("assignments, row {}: {}", work.id, why(fault)))
                })?;
                out.entry(&submitted)?;
            }
            if !self.page.is_empty() {
                break;
            }
            let page = assignments::batch_of_hits(&mut turn.tx, self.after, self.last).await?;
            let Some(last) = page.last() else { break };
            self.after = (last.hit_key, last.position);
            self.page = page.into();
        }
        while let Some(held) = self.held.pop_front_if(|held| held.hit_key == hit_key) {
            out.entry(&canonical(&AssignmentEntry::from(held)))?;
        }
        Ok(())
    }
}

fn why(fault: Fault) -> String {
    if let Fault::Service(why) = fault { why } else { fault.to_string() }
}

/// An [`AssignmentEntry`] as it is written, from the document in the store: its texts are not taken
/// apart.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Submitted<'d> {
    #[serde(borrow)]
    assignment_id: &'d RawValue,
    #[serde(borrow)]
    worker_id: &'d RawValue,
    assignment_status: AssignmentStatus,
    auto_approval_time: Absolute,
    accept_time: Absolute,
    submit_time: Absolute,
    #[serde(skip_serializing_if = "Option::is_none")]
    approval_time: Option<Absolute>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rejection_time: Option<Absolute>,
    #[serde(borrow)]
    answer: &'d RawValue,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    requester_feedback: Option<&'d RawValue>,
}

/// A time as worlds have it, from the form of the API.
#[derive(Deserialize)]
struct Absolute(Instant);

impl Serialize for Absolute {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Time::At(self.0).serialize(serializer)
    }
}

impl From<Acceptance> for AssignmentEntry {
    fn from(held: Acceptance) -> Self {
        Self {
            assignment_id: Some(Id::known(held.assignment_id)),
            worker_id: Some(WorkerId::known(held.worker_id)),
            assignment_status: Some(match held.state {
                State::Accepted => WorkStatus::Accepted,
                State::Returned => WorkStatus::Returned,
                State::Abandoned => WorkStatus::Abandoned,
            }),
            accept_time: Some(Time::At(held.accept_at)),
            deadline: Some(Time::At(held.deadline_at)),
            ..Self::default()
        }
    }
}
