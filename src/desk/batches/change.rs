//! What the forms of a batch ask for.

use crate::actions::batches;
use crate::desk::batches::entered::UNITS;
use crate::fault::{Code, Fault};
use crate::shapes::batch::Batch;
use crate::shapes::words::words;
use crate::time::{Instant, Span};
use crate::turn::Turn;
use crate::views::show;
use crate::web::form::Form;

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

impl Change {
    /// What the page says when it has begun.
    pub const fn done(self) -> &'static str {
        match self {
            Self::Extend => "The HITs of this batch are being extended.",
            Self::Republish => "Rejected work of this batch is being published again.",
            Self::Publish => "The rest of this batch is being published.",
            Self::Cancel => "The HITs of this batch expire. What was submitted stays.",
        }
    }

    /// What to do about a refusal; empty if the sentence says it.
    pub const fn advice(self, code: Code) -> &'static str {
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
        let unit = form.get("unit");
        let unit = UNITS.iter().find(|(known, _)| *known == unit);
        let unit_s = unit.and_then(|(unit, _)| unit.parse::<i64>().ok()).unwrap_or_default();
        let ms = count.checked_mul(unit_s).and_then(|seconds| seconds.checked_mul(1000));
        let ms = ms.filter(|ms| *ms <= Span::days(366).0);
        let ms = ms.ok_or_else(|| not_a_number(form.get("length")))?;
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
    let number = text.parse().ok().filter(|number| *number >= 0);
    number.ok_or_else(|| not_a_number(text))
}

fn not_a_number(text: &str) -> Fault {
    let shown = show::excerpt(text, 60).text;
    Fault::unreadable(format!("“{shown}” is not a whole number that a batch could have."))
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
