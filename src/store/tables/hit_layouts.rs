//! `hit_layouts`: pages with placeholders, from which a requester makes HITs.

use crate::fault::Fault;
use crate::rules::question::layout::Layout;
use crate::store::Tx;
use crate::store::db::row::from_row;
use crate::store::db::sql::sql;

statements! {
    FIND_OWNED = "SELECT html, frame_height FROM hit_layouts WHERE id = $1 AND requester_id = $2";
    EXISTS = "SELECT id FROM hit_layouts WHERE id = $1";
    ADD = "INSERT INTO hit_layouts (id, requester_id, name, html, frame_height) \
        VALUES ($1, $2, $3, $4, $5)";
    ALL = "SELECT id, requester_id, name, html, frame_height FROM hit_layouts ORDER BY id";
}

/// A layout with what it is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HitLayout {
    /// 30 characters.
    pub id: String,
    /// Whose it is.
    pub requester_id: String,
    /// What the requester calls it.
    pub name: Option<String>,
    /// The page.
    pub layout: Layout,
}

/// The requester's layout with that id.
pub async fn find(tx: &mut Tx, requester_id: &str, id: &str) -> Result<Option<Layout>, Fault> {
    sql(FIND_OWNED).bind(id).bind(requester_id).one(tx).await
}

from_row! { Layout: html, frame_height }
from_row! { HitLayout: id, requester_id, name, layout }

/// Whether anybody has a layout with that id.
pub async fn exists(tx: &mut Tx, id: &str) -> Result<bool, Fault> {
    sql(EXISTS).bind(id).any(tx).await
}

/// Keeps a layout.
pub async fn add(tx: &mut Tx, new: &HitLayout) -> Result<(), Fault> {
    let statement = sql(ADD).bind(&new.id).bind(&new.requester_id).bind(new.name.as_deref());
    statement.bind(&new.layout.html).bind(new.layout.frame_height).run(tx).await
}

/// Every layout.
pub async fn all(tx: &mut Tx) -> Result<Vec<HitLayout>, Fault> {
    sql(ALL).read_all(tx, ("hit_layouts", 0)).await
}
