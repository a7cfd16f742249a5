//! How much there is, for the start page.

use crate::fault::Fault;
use crate::store::timers::Kind;
use crate::store::{hits, timers};
use crate::turn::Turn;

/// So much is counted.
pub const MOST: i64 = 1000;

/// Counts, up to [`MOST`].
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    /// HITs that workers can accept.
    pub open: i64,
    /// Answers that nobody has reviewed: each waits to be approved automatically.
    pub to_review: i64,
}

/// Reads them.
pub async fn counts(turn: &mut Turn) -> Result<Counts, Fault> {
    let open = hits::open_count(&mut turn.tx, MOST).await?;
    let to_review = timers::of_kind_count(&mut turn.tx, Kind::AutoApproval, MOST).await?;
    Ok(Counts { open, to_review })
}
