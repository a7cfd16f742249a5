//! `faults`: rules by which calls fail; `throttles`: how many calls of a requester there were in a
//! second.

use crate::fault::Fault;
use crate::shapes::fault_rule::{FaultRule, Preset};
use crate::shapes::operation::Operation;
use crate::store::Tx;
use crate::store::db::row::{Columns, FromRow, document, stored};
use crate::store::db::sql::sql;
use crate::time::Instant;

statements! {
    ADD = "INSERT INTO faults (operation, requester_id, document) VALUES ($1, $2, $3) \
        RETURNING key";
    SAVE = "UPDATE faults SET document = $2 WHERE key = $1";
    REMOVE = "DELETE FROM faults WHERE key = $1";
    REMOVE_ALL = "DELETE FROM faults";
    REMOVE_CALLS = "DELETE FROM throttles WHERE fault_key = $1";
    REMOVE_ALL_CALLS = "DELETE FROM throttles";
    OF_CALL = "SELECT key, document FROM faults \
        WHERE operation IN ($1, '*') AND requester_id IN ($2, '') ORDER BY key";
    OF_EVENT = "SELECT key, document FROM faults \
        WHERE operation = 'event' AND requester_id IN ($1, '') ORDER BY key";
    LIST = "SELECT key, document FROM faults ORDER BY key";
    COUNT = "SELECT count(*) FROM faults";
    CALL = "INSERT INTO throttles (fault_key, requester_id, second, calls) VALUES ($1, $2, $3, 1) \
        ON CONFLICT (fault_key, requester_id) DO UPDATE SET second = excluded.second, \
            calls = CASE WHEN throttles.second = excluded.second \
                THEN throttles.calls + 1 ELSE 1 END \
        RETURNING calls";
}

/// The rule, with its number.
impl FromRow for FaultRule {
    fn read(columns: &mut Columns<'_>) -> Result<Self, Fault> {
        let (key, text): (i64, String) = columns.next()?;
        let rule: Self = stored(&text)?;
        Ok(Self { fault: Some(key), ..rule })
    }
}

/// Adds a rule about the calls of a requester, or of all; returns its number.
pub async fn add(tx: &mut Tx, rule: &FaultRule, requester_id: Option<&str>) -> Result<i64, Fault> {
    let operation = match rule.preset {
        Some(Preset::Duplicates) => "event",
        _ => rule.operation.unwrap_or(Operation::Any).as_str(),
    };
    let text = document(&FaultRule { fault: None, ..rule.clone() })?;
    sql(ADD).bind(operation).bind(requester_id.unwrap_or_default()).bind(&text).only(tx).await
}

/// Saves what has become of a rule; one that is used up goes.
pub async fn save(tx: &mut Tx, rule: &FaultRule) -> Result<(), Fault> {
    let key = rule.fault.unwrap_or_default();
    if rule.times == Some(0) {
        return sql(REMOVE).bind(key).run(tx).await;
    }
    let text = document(&FaultRule { fault: None, ..rule.clone() })?;
    sql(SAVE).bind(key).bind(&text).run(tx).await
}

/// Removes one rule, or all; how many there were.
pub async fn remove(tx: &mut Tx, key: Option<i64>) -> Result<u64, Fault> {
    let Some(key) = key else {
        sql(REMOVE_ALL_CALLS).run(tx).await?;
        return sql(REMOVE_ALL).changes(tx).await;
    };
    sql(REMOVE_CALLS).bind(key).run(tx).await?;
    sql(REMOVE).bind(key).changes(tx).await
}

/// The rules that match a call, the oldest first.
pub async fn of_call(
    tx: &mut Tx,
    operation: Operation,
    requester_id: &str,
) -> Result<Vec<FaultRule>, Fault> {
    sql(OF_CALL).bind(operation.as_str()).bind(requester_id).all(tx).await
}

/// The rules that match the events of a requester, the oldest first.
pub async fn of_event(tx: &mut Tx, requester_id: &str) -> Result<Vec<FaultRule>, Fault> {
    sql(OF_EVENT).bind(requester_id).all(tx).await
}

/// Every rule, the oldest first.
pub async fn list(tx: &mut Tx) -> Result<Vec<FaultRule>, Fault> {
    sql(LIST).all(tx).await
}

/// How many rules there are.
pub async fn count(tx: &mut Tx) -> Result<i64, Fault> {
    sql(COUNT).only(tx).await
}

/// Counts a call; how many it makes in its second of real time.
pub async fn call(
    tx: &mut Tx,
    rule: &FaultRule,
    requester_id: &str,
    real: Instant,
) -> Result<i64, Fault> {
    let (key, second) = (rule.fault.unwrap_or_default(), real.0.div_euclid(1000));
    sql(CALL).bind(key).bind(requester_id).bind(second).only(tx).await
}
