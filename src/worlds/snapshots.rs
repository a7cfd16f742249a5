//! Going back to a snapshot.

use crate::fault::Fault;
use crate::store::requesters;
use crate::store::snapshots::{self, Source};
use crate::store::world::Surviving;
use crate::store::{Tx, notifications, world};
use crate::time::Instant;
use crate::turn::Turn;
use crate::worlds::reset::{Beginning, warn_of_waiting};

/// Puts a snapshot in place of the market, its time included.
///
/// As a reset, it leaves the requesters whom options name, all secrets that are known and the admin
/// token.
///
/// # Errors
/// There is no such snapshot, it cannot be restored, or the database failed.
pub async fn restore(turn: &mut Turn, beginning: &Beginning, source: &Source) -> Result<(), Fault> {
    warn_of_waiting(turn).await?;
    let survivors = Survivors::of(turn, beginning).await?;
    match source {
        Source::File(scratch) => {
            let mut rows = snapshots::begin(scratch).await?;
            survivors.add_to(&mut rows, scratch.kept_at).await?;
            rows.commit().await?;
            snapshots::replace(&mut turn.tx, scratch).await?;
        }
        Source::Schema(name) => {
            let kept_at = snapshots::restore(&mut turn.tx, name).await?;
            survivors.add_to(&mut turn.tx, kept_at).await?;
        }
    }
    let state = world::state(&mut turn.tx).await?;
    turn.restart(state);
    Ok(())
}

/// What of the present market outlives a restore.
struct Survivors<'b> {
    beginning: &'b Beginning,
    world: Surviving,
    secrets: Vec<(String, String)>,
    /// Real time.
    now: Instant,
}

impl<'b> Survivors<'b> {
    async fn of(turn: &mut Turn, beginning: &'b Beginning) -> Result<Self, Fault> {
        let world = world::surviving(&mut turn.tx).await?;
        let secrets = requesters::secrets(&mut turn.tx).await?;
        Ok(Self { beginning, world, secrets, now: turn.real.at })
    }

    /// Adds it to the rows of a snapshot.
    async fn add_to(&self, tx: &mut Tx, kept_at: Instant) -> Result<(), Fault> {
        world::survive(tx, &self.world).await?;
        world::count_reset(tx).await?;
        // A clock that ran goes on from the instant at which the snapshot was kept.
        let clock = world::state(tx).await?.clock;
        world::set_clock(tx, clock.set_to(clock.target(kept_at), self.now)).await?;
        notifications::release_all(tx).await?;
        for known in &self.beginning.known {
            requesters::put(tx, known).await?;
        }
        requesters::add_secrets(tx, &self.secrets).await
    }
}
