//! What the forms of a batch ask for.

use crate::actions::batches;
use crate::desk::fields::{no_whole_number, seconds, whole_number};
use crate::desk::forms;
use crate::fault::{Code, Fault};
use crate::shapes::batch::Batch;
use crate::shapes::words::words;
use crate::time::{Instant, Span};
use crate::turn::Turn;
use crate::web::form::Form;

/// The end of the sentence that refuses a number.
const OF_BATCH: &str = "that a batch could have";

words! { store
    /// What can be done with a batch.
    Change {
        /// Each HIT gets more assignments, or more time.
        Extend = "extend",
        /// Each HIT gets as many more assignments as were rejected.
        Republish = "republish",
        /// The rest is published after all.
        Publish = "publish",
        /// Its HITs expire.
        Cancel = "cancel",
    }
}

impl forms::Change for Change {
    fn done(self) -> &'static str {
        match self {
            Self::Extend => "The HITs of this batch are being extended.",
            Self::Republish => "Rejected work of this batch is being published again.",
            Self::Publish => "The rest of this batch is being published.",
            Self::Cancel => "The HITs of this batch expire. What was submitted stays.",
        }
    }

    fn advice(self, code: Code) -> &'static str {
        match (self, code) {
            (Self::Extend, Code::BadRequest) => {
                "Give a number of assignments, or a time of a year at most, or both."
            }
            _ => "",
        }
    }
}

/// A change with what was entered for it.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    change: Change,
    /// Of each HIT.
    additional: i64,
    /// From now.
    time: Option<Span>,
}

impl Wanted {
    /// Reads the form of a change.
    ///
    /// # Errors
    /// A field holds no number, or none that could be meant.
    pub fn read(change: Change, form: &Form) -> Result<Self, Fault> {
        let (additional, count) = (number(form, "count")?, number(form, "length")?);
        let length_s = if count == 0 { Some(0) } else { seconds(count, form.get("unit")) };
        let ms = length_s.and_then(|length_s| length_s.checked_mul(1000));
        let ms = ms.filter(|ms| *ms <= Span::days(366).0);
        let ms = ms.ok_or_else(|| no_whole_number(form.get("length"), OF_BATCH))?;
        let time = (ms > 0).then_some(Span(ms));
        Ok(Self { change, additional, time })
    }
}

/// What a field holds; nothing if it is empty.
fn number(form: &Form, field: &str) -> Result<i64, Fault> {
    let text = form.get(field);
    if text.is_empty() {
        return Ok(0);
    }
    let number = Some(whole_number(text, OF_BATCH)?).filter(|number| *number >= 0);
    number.ok_or_else(|| no_whole_number(text, OF_BATCH))
}

/// Begins a change of a batch of the turn's requester.
///
/// # Errors
/// There is no such batch; its state does not allow it; a value outside its limits.
pub async fn begin(turn: &mut Turn, key: i64, wanted: Wanted) -> Result<Batch, Fault> {
    let owner = turn.requester.id.clone();
    let until: Option<Instant> = wanted.time.map(|time| turn.now + time);
    match wanted.change {
        Change::Extend => {
            batches::extend(turn, (key, Some(&owner)), wanted.additional, until).await
        }
        Change::Republish => batches::republish(turn, (key, Some(&owner)), until).await,
        Change::Publish => batches::publish(turn, key, Some(&owner)).await,
        Change::Cancel => batches::cancel(turn, key, Some(&owner)).await,
    }
}
