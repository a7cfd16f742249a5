//! `hit_requirements`: which HITs that are not deleted require a qualification type.

use crate::fault::Fault;
use crate::rules::page::Page;
use crate::store::Tx;
use crate::store::db::sql::sql;
use crate::store::hits::{Hit, select_hits};

statements! {
    ADD = "INSERT INTO hit_requirements (qualification_type_id, requester_id, position, hit_key) \
        SELECT $2, requester_id, position, key FROM hits WHERE key = $1 ON CONFLICT DO NOTHING";
    REMOVE = "DELETE FROM hit_requirements WHERE hit_key = $1";
    LIST = select_hits!("JOIN hit_requirements r ON h.key = r.hit_key \
        WHERE r.qualification_type_id = $1 AND r.requester_id = $2 \
        AND r.position < $3 ORDER BY r.position DESC LIMIT $4 + 0");
}

/// Remembers what a HIT in the store requires.
pub async fn add(tx: &mut Tx, hit: &Hit) -> Result<(), Fault> {
    for requirement in &hit.hit_type.values.requirements {
        let id = requirement.qualification_type_id.as_str();
        sql(ADD).bind(hit.key).bind(id).run(tx).await?;
    }
    Ok(())
}

/// Forgets what a HIT requires.
pub async fn remove(tx: &mut Tx, hit: &Hit) -> Result<(), Fault> {
    if hit.hit_type.values.requirements.is_empty() {
        return Ok(());
    }
    sql(REMOVE).bind(hit.key).run(tx).await
}

/// A page of the requester's HITs that require a qualification type, newest first.
pub async fn list(
    tx: &mut Tx,
    requester_id: &str,
    type_id: &str,
    page: Page,
) -> Result<Vec<Hit>, Fault> {
    let before = page.after.unwrap_or(i64::MAX);
    let statement = sql(LIST).bind(type_id).bind(requester_id).bind(before).bind(page.size);
    statement.all(tx).await
}
