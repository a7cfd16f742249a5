//! Loading worlds within a turn.

use crate::engine::settle;
use crate::turn::Turn;
use crate::worlds::{Loaded, Refusal, Worlds};

/// Loads worlds at the time that they say if it is later than the market's: what falls due by that
/// happens first, in this very turn. So does what is still due while the clock is held.
pub(super) async fn bring_in(
    turn: &mut Turn,
    worlds: &Worlds,
    owner: Option<&str>,
) -> Result<Loaded, Refusal> {
    if turn.clock.held_at().is_some() {
        turn.move_to(turn.clock.target(turn.real.at));
    }
    turn.touched.everything = true;
    worlds.move_clock(turn).await?;
    settle::all(turn).await?;
    worlds.load(turn, owner).await
}
