//! `hit_types`: what HITs of one kind have in common. The same values are the same HIT type.

use crate::fault::Fault;
use crate::rules::hit_type::Values;
use crate::store::Tx;
use crate::store::sql::{Row, sql};

/// The columns of a HIT type, in the order in which [`hit_type`] reads them.
macro_rules! hit_type_columns {
    () => {
        "t.id, t.group_id, t.title, t.description, t.keywords, t.reward_cents, \
         t.assignment_duration_s, t.auto_approval_delay_s, t.requirements"
    };
}
pub(super) use hit_type_columns;

/// How many columns that are.
pub(super) const COLUMNS: usize = 9;

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

/// Reads a HIT type whose columns begin at `first`.
pub(super) fn hit_type(row: &Row, first: usize) -> Result<HitType, Fault> {
    let requirements: String = row.get(first + 8)?;
    Ok(HitType {
        id: row.get(first)?,
        group_id: row.get(first + 1)?,
        values: Values {
            title: row.get(first + 2)?,
            description: row.get(first + 3)?,
            keywords: row.get(first + 4)?,
            reward: row.get(first + 5)?,
            assignment_duration_s: row.get(first + 6)?,
            auto_approval_delay_s: row.get(first + 7)?,
            requirements: stored(&requirements)?,
        },
    })
}

/// A document that this program wrote into the store.
pub(super) fn stored<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|e| Fault::Service(format!("damaged document: {e}")))
}

/// The requester's HIT type with that id.
///
/// # Errors
/// The database failed.
pub async fn find(tx: &mut Tx, requester_id: &str, id: &str) -> Result<Option<HitType>, Fault> {
    let row = sql(FIND).bind(id).bind(requester_id).one(tx).await?;
    row.as_ref().map(|row| hit_type(row, 0)).transpose()
}

/// The requester's HIT type with these values: the one that exists, or a new one with these ids.
///
/// # Errors
/// The database failed.
pub async fn find_or_add(
    tx: &mut Tx,
    requester_id: &str,
    values: Values,
    new_ids: impl FnOnce() -> (String, String),
) -> Result<HitType, Fault> {
    let requirements = requirements_text(&values)?;
    let fingerprint = values.fingerprint(&requirements);
    let row = sql(BY_VALUES).bind(requester_id).bind(&fingerprint).one(tx).await?;
    if let Some(row) = row {
        return hit_type(&row, 0);
    }
    let (id, group_id) = new_ids();
    let hit_type = HitType { id, group_id, values };
    add(tx, requester_id, &hit_type, &fingerprint).await?;
    Ok(hit_type)
}

/// Puts a HIT type of a world into the store.
///
/// Where another one of the same values stands already, under another id, both are kept: the closed
/// service told them apart by what it did not show.
///
/// # Errors
/// The database failed.
pub async fn add_of_world(
    tx: &mut Tx,
    requester_id: &str,
    hit_type: &HitType,
) -> Result<(), Fault> {
    let requirements = requirements_text(&hit_type.values)?;
    let fingerprint = hit_type.values.fingerprint(&requirements);
    let row = sql(BY_VALUES).bind(requester_id).bind(&fingerprint).one(tx).await?;
    let taken = row.map(|_| format!("{fingerprint} {}", hit_type.id));
    add(tx, requester_id, hit_type, &taken.unwrap_or(fingerprint)).await
}

fn requirements_text(values: &Values) -> Result<String, Fault> {
    serde_json::to_string(&values.requirements).map_err(|e| Fault::Service(e.to_string()))
}

async fn add(
    tx: &mut Tx,
    requester_id: &str,
    hit_type: &HitType,
    fingerprint: &str,
) -> Result<(), Fault> {
    let HitType { id, group_id, values } = hit_type;
    let Values { title, description, keywords, .. } = values;
    let requirements = requirements_text(values)?;
    sql(ADD)
        .bind(id)
        .bind(group_id)
        .bind(requester_id)
        .bind(fingerprint)
        .bind(title)
        .bind(description)
        .bind(keywords.as_deref())
        .bind(values.reward)
        .bind(values.assignment_duration_s)
        .bind(values.auto_approval_delay_s)
        .bind(&requirements)
        .run(tx)
        .await?;
    Ok(())
}

/// The id of the requester whose HIT type that is.
///
/// # Errors
/// The database failed.
pub async fn whose(tx: &mut Tx, id: &str) -> Result<Option<String>, Fault> {
    sql(WHOSE).bind(id).one(tx).await?.map(|row| row.get(0)).transpose()
}

/// Whether some HIT type has this group.
///
/// # Errors
/// The database failed.
pub async fn group_is_taken(tx: &mut Tx, group_id: &str) -> Result<bool, Fault> {
    Ok(sql(GROUP_TAKEN).bind(group_id).one(tx).await?.is_some())
}

/// Up to 500 HIT types after the id `after`, with the ids of their requesters.
///
/// # Errors
/// The database failed.
pub async fn batch(tx: &mut Tx, after: &str) -> Result<Vec<(HitType, String)>, Fault> {
    let rows = sql(ALL).bind(after).all(tx).await?;
    rows.iter().map(|row| Ok((hit_type(row, 0)?, row.get(COLUMNS)?))).collect()
}
