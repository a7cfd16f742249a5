//! Which fault rule applies to a call, and to an event.

use crate::fault::Fault;
use crate::rules::faults::{LAG_S, applies};
use crate::shapes::fault_rule::{FaultRule, Preset};
use crate::shapes::operation::Operation;
use crate::store::{faults, world};
use crate::turn::Turn;

/// What the rules do to a call.
#[derive(Debug, Default)]
pub struct Taken {
    /// The rule that applies.
    pub rule: Option<FaultRule>,
    /// For how many seconds the market hides new HITs and work, as `sandbox-lag` says.
    pub lag_s: Option<i64>,
}

/// Finds the rule for a call of the turn's requester. The counts of the rules change with the turn.
pub async fn take(turn: &mut Turn, operation: Operation) -> Result<Taken, Fault> {
    let mut taken = Taken::default();
    let requester_id = turn.requester.id.clone();
    for rule in faults::of_call(&mut turn.tx, operation, &requester_id).await? {
        let does_apply = match rule.preset {
            Some(Preset::SandboxLag) => {
                taken.lag_s = taken.lag_s.max(Some(rule.seconds.unwrap_or(LAG_S)));
                false
            }
            Some(Preset::Throttle) => {
                let real = turn.real.at;
                let calls = faults::call(&mut turn.tx, &rule, &requester_id, real).await?;
                calls > rule.per_second.unwrap_or(i64::MAX)
            }
            _ => count(turn, &rule).await?,
        };
        if does_apply && taken.rule.is_none() {
            taken.rule = Some(rule);
            break;
        }
    }
    Ok(taken)
}

/// Whether an event of this requester is delivered twice.
pub async fn is_duplicated(turn: &mut Turn, requester_id: &str) -> Result<bool, Fault> {
    for rule in faults::of_event(&mut turn.tx, requester_id).await? {
        if count(turn, &rule).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether the rule applies now. Saves its counts.
async fn count(turn: &mut Turn, rule: &FaultRule) -> Result<bool, Fault> {
    let mut asked = rule.clone();
    let does_apply = applies(&mut asked);
    if asked != *rule {
        faults::save(&mut turn.tx, &asked).await?;
        if asked.times == Some(0) {
            note(turn).await?;
        }
    }
    Ok(does_apply)
}

/// Notes whether there are rules, so that turns need not query them if there are none.
pub async fn note(turn: &mut Turn) -> Result<(), Fault> {
    let has_faults = faults::count(&mut turn.tx).await? > 0;
    if turn.has_faults != has_faults {
        turn.has_faults = has_faults;
        world::set_has_faults(&mut turn.tx, has_faults).await?;
    }
    Ok(())
}
