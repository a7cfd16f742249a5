//! `hit_types` as workers see them: groups of open HITs.
//!
//! A list reads the types that have `listed_at`, in the order of an index, so many at a time. The
//! mark is set when a HIT opens, and moved at most once a minute; it is taken away by the list that
//! finds a type without open HITs. So neither state nor closing HITs writes to a row that others
//! of the type want too (on PostgreSQL a counter there would make every two of them collide), and
//! a list reads no HITs but those that it counts, at most [`MOST_COUNTED`] of a group.

use crate::fault::Fault;
use crate::money::Cents;
use crate::store::Tx;
use crate::store::db::row::{Columns, FromRow, from_row};
use crate::store::db::sql::{Statement, sql};
use crate::store::db::value::{Arg, set_of};
use crate::store::hit_types::{HitType, hit_type_columns};
use crate::time::Instant;

/// The most open HITs of a group that are counted; a larger group has "at least" as many.
pub const MOST_COUNTED: i64 = 10_000;
/// Groups of so many HITs and more are equally large when groups are ranked by size.
pub const MOST_RANKED: i64 = 200;
/// The most groups that are ranked by size: the newest.
pub const RANKED: i64 = 500;

/// A selection of listed types, in the order of the fields of [`Listed`].
macro_rules! select_listed {
    ($rest:literal) => {
        concat!(
            "SELECT ", hit_type_columns!(), ", t.requester_id, coalesce(r.name, ''), t.listed_at, \
            EXISTS (SELECT 1 FROM hits h WHERE h.hit_type_id = t.id AND h.status = 'Assignable') \
            FROM hit_types t LEFT JOIN requesters r ON r.id = t.requester_id ",
            $rest
        )
    };
}

statements! {
    NEWEST = select_listed!("WHERE t.listed_at IS NOT NULL AND (t.listed_at, t.id) < ($1, $2) \
        AND t.reward_cents >= $3 ORDER BY t.listed_at DESC, t.id DESC LIMIT $4 + 0");
    OLDEST = select_listed!("WHERE t.listed_at IS NOT NULL AND (t.listed_at, t.id) > ($1, $2) \
        AND t.reward_cents >= $3 ORDER BY t.listed_at, t.id LIMIT $4 + 0");
    HIGHEST = select_listed!("WHERE t.listed_at IS NOT NULL AND (t.reward_cents, t.id) < ($1, $2) \
        AND t.reward_cents >= $3 ORDER BY t.reward_cents DESC, t.id DESC LIMIT $4 + 0");
    LOWEST = select_listed!("WHERE t.listed_at IS NOT NULL AND (t.reward_cents, t.id) > ($1, $2) \
        AND t.reward_cents >= $3 ORDER BY t.reward_cents, t.id LIMIT $4 + 0");
    OF_REQUESTER = select_listed!("WHERE t.listed_at IS NOT NULL \
        AND (t.listed_at, t.id) < ($1, $2) AND t.reward_cents >= $3 AND t.requester_id = $5 \
        ORDER BY t.listed_at DESC, t.id DESC LIMIT $4 + 0");
    SIZES = "SELECT t.id, t.listed_at, (SELECT count(*) FROM (SELECT 1 AS one FROM hits h \
            WHERE h.hit_type_id = t.id AND h.status = 'Assignable' LIMIT $2 + 0) counted) \
        FROM hit_types t WHERE t.listed_at IS NOT NULL AND t.reward_cents >= $1 \
        ORDER BY t.listed_at DESC, t.id DESC LIMIT $3 + 0";
    FIND = select_listed!("WHERE t.id = $1");
    OF_GROUP = select_listed!("WHERE t.group_id = $1");
    BY_ID = concat!(
        "SELECT ", hit_type_columns!(), ", t.requester_id, coalesce(r.name, ''), t.listed_at, true \
        FROM hit_types t LEFT JOIN requesters r ON r.id = t.requester_id \
        WHERE t.id IN (SELECT key FROM json_each($1))"
    );
    COUNTS = "SELECT t.id, (SELECT count(*) FROM (SELECT 1 AS one FROM hits h \
            WHERE h.hit_type_id = t.id AND h.status = 'Assignable' LIMIT $2 + 0) counted), \
        (SELECT min(h.position) FROM hits h \
            WHERE h.hit_type_id = t.id AND h.status = 'Assignable'), \
        (SELECT max(h.position) FROM hits h \
            WHERE h.hit_type_id = t.id AND h.status = 'Assignable'), \
        (SELECT max(h.expiry_position) FROM hits h WHERE h.requester_id = t.requester_id \
            AND h.hit_type_id = t.id AND h.status = 'Assignable') \
        FROM hit_types t WHERE t.id IN (SELECT key FROM json_each($1))";
    TAKEN_BY = "SELECT t.id FROM hit_types t WHERE t.id IN (SELECT key FROM json_each($1)) \
        AND NOT EXISTS (SELECT 1 FROM (SELECT h.key FROM hits h \
                WHERE h.hit_type_id = t.id AND h.status = 'Assignable' \
                ORDER BY h.position DESC LIMIT $3 + 0) newest \
            WHERE NOT EXISTS (SELECT 1 FROM assignments a \
                WHERE a.hit_key = newest.key AND a.worker_id = $2) \
            AND NOT EXISTS (SELECT 1 FROM acceptances a \
                WHERE a.hit_key = newest.key AND a.worker_id = $2 AND a.state = 'Accepted'))";
    LIST = "UPDATE hit_types SET listed_at = $2 \
        WHERE id = $1 AND (listed_at IS NULL OR listed_at < $3)";
    UNLIST = "UPDATE hit_types SET listed_at = NULL WHERE id = $1 AND NOT EXISTS \
        (SELECT 1 FROM hits h WHERE h.hit_type_id = $1 AND h.status = 'Assignable')";
}

/// A HIT type that workers can find.
#[derive(Debug, Clone)]
pub struct Listed {
    /// What it says.
    pub hit_type: HitType,
    /// Whose it is.
    pub requester_id: String,
    /// What workers read of the requester.
    pub requester_name: String,
    /// Since when, to the minute; none if no HIT was open when that was last checked.
    pub listed_at: Option<Instant>,
    /// Whether a HIT is open now.
    pub open: bool,
}

/// The open HITs of a group.
#[derive(Debug, Clone, Copy, Default)]
pub struct Count {
    /// How many, up to [`MOST_COUNTED`].
    pub open: i64,
    /// When the oldest of them was made.
    pub created_at: Instant,
    /// When the newest was.
    pub updated_at: Instant,
    /// When the last of them expires, to the second.
    pub expire_at: Instant,
}

/// The order of a list, and where it goes on: what it is ordered by, and the id, of the last group
/// that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The latest listed first.
    Newest,
    /// The latest listed last.
    Oldest,
    /// The highest reward first.
    Highest,
    /// The lowest reward first.
    Lowest,
}

impl Order {
    /// Before everything.
    pub fn start(self) -> (i64, String) {
        match self {
            Self::Newest | Self::Highest => (i64::MAX, String::new()),
            Self::Oldest | Self::Lowest => (i64::MIN, String::new()),
        }
    }

    /// The place of a group in this order.
    pub fn place(self, listed: &Listed) -> (i64, String) {
        let value = match self {
            Self::Newest | Self::Oldest => listed.listed_at.map_or(0, |at| at.0),
            Self::Highest | Self::Lowest => listed.hit_type.values.reward.0,
        };
        (value, listed.hit_type.id.clone())
    }

    const fn statement(self) -> &'static str {
        match self {
            Self::Newest => NEWEST,
            Self::Oldest => OLDEST,
            Self::Highest => HIGHEST,
            Self::Lowest => LOWEST,
        }
    }
}

from_row! { Listed: hit_type, requester_id, requester_name, listed_at, open }

/// Up to `count` listed types after a place; of one requester, the newest first, if one is named.
pub async fn walk(
    tx: &mut Tx,
    order: Order,
    (value, id): (i64, &str),
    least: Cents,
    count: i64,
    requester_id: Option<&str>,
) -> Result<Vec<Listed>, Fault> {
    let text = requester_id.map_or(order.statement(), |_| OF_REQUESTER);
    let statement = sql(text).bind(value).bind(id).bind(least).bind(count);
    let statement = requester_id.into_iter().fold(statement, Statement::bind);
    statement.all(tx).await
}

/// The newest groups with their sizes: id, place by listing, and open HITs up to [`MOST_RANKED`].
pub async fn sizes(tx: &mut Tx, least: Cents) -> Result<Vec<(String, i64, i64)>, Fault> {
    sql(SIZES).bind(least).bind(MOST_RANKED).bind(RANKED).all(tx).await
}

/// The type that a HITTypeId or a HITGroupId names.
pub async fn find(tx: &mut Tx, type_or_group: &str) -> Result<Option<Listed>, Fault> {
    match sql(FIND).bind(type_or_group).one(tx).await? {
        Some(found) => Ok(Some(found)),
        None => sql(OF_GROUP).bind(type_or_group).one(tx).await,
    }
}

/// These types, in any order.
pub async fn named(tx: &mut Tx, ids: &[String]) -> Result<Vec<Listed>, Fault> {
    sql(BY_ID).bind(Arg::Set(&set_of(ids))).all(tx).await
}

/// The open HITs of these types, in any order, by type.
pub async fn counts(tx: &mut Tx, ids: &[String]) -> Result<Vec<(String, Count)>, Fault> {
    sql(COUNTS).bind(Arg::Set(&set_of(ids))).bind(MOST_COUNTED).all(tx).await
}

/// Those of these types whose open HITs the worker has all taken, the newest [`MOST_COUNTED`] of
/// each looked at. Workers take the oldest HIT first, so one that is left is found at once.
pub async fn taken_by(tx: &mut Tx, ids: &[String], worker_id: &str) -> Result<Vec<String>, Fault> {
    sql(TAKEN_BY).bind(Arg::Set(&set_of(ids))).bind(worker_id).bind(MOST_COUNTED).all(tx).await
}

impl FromRow for Count {
    fn read(columns: &mut Columns<'_>) -> Result<Self, Fault> {
        let open = columns.next()?;
        let mut at = |bits: u32, unit| -> Result<Instant, Fault> {
            let position: Option<i64> = columns.next()?;
            Ok(Instant((position.unwrap_or(0) >> bits) * unit).whole_second())
        };
        let (created_at, updated_at, expire_at) = (at(20, 1)?, at(20, 1)?, at(29, 1000)?);
        Ok(Self { open, created_at, updated_at, expire_at })
    }
}

/// A HIT of the type opened at `at`.
pub async fn list(tx: &mut Tx, hit_type_id: &str, at: Instant) -> Result<(), Fault> {
    sql(LIST).bind(hit_type_id).bind(at).bind(at.0 - 60_000).run(tx).await
}

/// Takes a type off the list, unless a HIT of it is open.
pub async fn unlist(tx: &mut Tx, hit_type_id: &str) -> Result<(), Fault> {
    sql(UNLIST).bind(hit_type_id).run(tx).await
}
