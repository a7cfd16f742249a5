//! `hit_types`: what HITs of one kind have in common. The same values are the same HIT type.

use crate::fault::Fault;
use crate::rules::hit_type::Values;
use crate::store::Tx;
use crate::store::db::row::{document, from_row};
use crate::store::db::sql::{bind, sql};

/// The columns of a HIT type, in the order in which they are read.
macro_rules! hit_type_columns {
    () => {
        "t.id, t.group_id, t.title, t.description, t.keywords, t.reward_cents, \
         t.assignment_duration_s, t.auto_approval_delay_s, t.requirements"
    };
}
pub(super) use hit_type_columns;

statements! {
    BY_VALUES = concat!("SELECT ", hit_type_columns!(), " FROM hit_types t \
        WHERE t.requester_id = $1 AND t.fingerprint = $2");
    FIND = concat!("SELECT ", hit_type_columns!(), " FROM hit_types t \
        WHERE t.id = $1 AND t.requester_id = $2");
    WHOSE = "SELECT requester_id FROM hit_types WHERE id = $1";
    GROUP_TAKEN = "SELECT id FROM hit_types WHERE group_id = $1";
    ALL = concat!("SELECT ", hit_type_columns!(), ", t.requester_id FROM hit_types t \
        WHERE t.id > $1 ORDER BY t.id LIMIT 500");
    ADD = "INSERT INTO hit_types (id, group_id, requester_id, fingerprint, title, description, \
            keywords, reward_cents, assignment_duration_s, auto_approval_delay_s, requirements) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
}

/// A HIT type of some requester.
#[derive(Debug, Clone)]
pub struct HitType {
    /// 30 characters.
    pub id: String,
    /// The group in which workers see its HITs.
    pub group_id: String,
    /// What it says.
    pub values: Values,
}

from_row! { HitType: id, group_id, values }
from_row! { Values: title, description, keywords, reward, assignment_duration_s,
auto_approval_delay_s, requirements }

/// The requester's HIT type with that id.
pub async fn find(tx: &mut Tx, requester_id: &str, id: &str) -> Result<Option<HitType>, Fault> {
    sql(FIND).bind(id).bind(requester_id).one(tx).await
}

/// The requester's HIT type with these values: the one that exists, or a new one with these ids.
pub async fn find_or_add(
    tx: &mut Tx,
    requester_id: &str,
    values: Values,
    new_ids: impl FnOnce() -> (String, String),
) -> Result<HitType, Fault> {
    let fingerprint = values.fingerprint(&document(&values.requirements)?);
    if let Some(found) = sql(BY_VALUES).bind(requester_id).bind(&fingerprint).one(tx).await? {
        return Ok(found);
    }
    let (id, group_id) = new_ids();
    let hit_type = HitType { id, group_id, values };
    add(tx, requester_id, &hit_type, &fingerprint).await?;
    Ok(hit_type)
}

/// Puts a HIT type of a world into the store.
///
/// Where another one of the same values stands already, under another id, both are kept: the closed
/// service distinguished them by what it did not show.
pub async fn add_of_world(
    tx: &mut Tx,
    requester_id: &str,
    hit_type: &HitType,
) -> Result<(), Fault> {
    let mut fingerprint = hit_type.values.fingerprint(&document(&hit_type.values.requirements)?);
    if sql(BY_VALUES).bind(requester_id).bind(&fingerprint).any(tx).await? {
        fingerprint = format!("{fingerprint} {}", hit_type.id);
    }
    add(tx, requester_id, hit_type, &fingerprint).await
}

async fn add(
    tx: &mut Tx,
    requester_id: &str,
    hit_type: &HitType,
    fingerprint: &str,
) -> Result<(), Fault> {
    let HitType { id, group_id, values } = hit_type;
    let Values { title, description, keywords, .. } = values;
    let requirements = document(&values.requirements)?;
    bind!(sql(ADD); id, group_id, requester_id, fingerprint, title, description,
        keywords.as_deref(), values.reward, values.assignment_duration_s,
        values.auto_approval_delay_s, &requirements)
    .run(tx)
    .await
}

/// The id of the requester whose HIT type that is.
pub async fn whose(tx: &mut Tx, id: &str) -> Result<Option<String>, Fault> {
    sql(WHOSE).bind(id).one(tx).await
}

/// Whether some HIT type has this group.
pub async fn group_is_taken(tx: &mut Tx, group_id: &str) -> Result<bool, Fault> {
    sql(GROUP_TAKEN).bind(group_id).any(tx).await
}

/// Up to 500 HIT types after the id `after`, with the ids of their requesters.
pub async fn batch(tx: &mut Tx, after: &str) -> Result<Vec<(HitType, String)>, Fault> {
    sql(ALL).bind(after).read_all(tx, ("hit_types", 0)).await
}
