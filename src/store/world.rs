//! `world`: the one row that says what time it is, how ids are made, and how tokens are sealed.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::fault::Fault;
use crate::ids::{self, Ids};
use crate::rules::page::PageKey;
use crate::store::Tx;
use crate::store::sql::{Row, sql};
use crate::time::{Clock, Instant};

statements! {
    BEGIN = "INSERT INTO world (id, clock_offset_ms, clock_frozen_at, seed, ids_made, page_key) \
        VALUES (1, 0, NULL, $1, 0, $2) ON CONFLICT (id) DO NOTHING";
    OPENING = "SELECT w.clock_offset_ms, w.clock_frozen_at, w.seed, w.ids_made, w.page_key, \
        (SELECT min(due_at) FROM timers) FROM world w WHERE w.id = 1";
    SET_CLOCK = "UPDATE world SET clock_offset_ms = $1, clock_frozen_at = $2 WHERE id = 1";
    SET_IDS_MADE = "UPDATE world SET ids_made = $1 WHERE id = 1";
}

/// What a turn must know before it begins.
#[derive(Debug, Clone)]
pub struct Opening {
    /// The market's clock.
    pub clock: Clock,
    /// Where the next id comes from.
    pub ids: Ids,
    /// Seals page tokens.
    pub page_key: PageKey,
    /// When the next timer falls due.
    pub next_due_at: Option<Instant>,
}

/// Makes the row; false if the database has one.
///
/// # Errors
/// The database failed.
pub async fn begin(tx: &mut Tx, seed: Option<i64>) -> Result<bool, Fault> {
    let mut ids = seed.map_or(Ids::Random, |seed| Ids::Seeded { seed, count: -1 });
    let page_key = STANDARD.encode(ids.bytes());
    Ok(sql(BEGIN).bind(seed).bind(&page_key).run(tx).await? > 0)
}

/// Reads the row.
///
/// # Errors
/// The database failed, or has no such row.
pub async fn opening(tx: &mut Tx) -> Result<Opening, Fault> {
    let row = sql(OPENING).only(tx).await?;
    Ok(Opening {
        clock: clock(&row)?,
        ids: match row.get(2)? {
            Some(seed) => Ids::Seeded { seed, count: row.get(3)? },
            None => Ids::Random,
        },
        page_key: page_key(&row.get::<String>(4)?)?,
        next_due_at: row.get(5)?,
    })
}

fn clock(row: &Row) -> Result<Clock, Fault> {
    Ok(match row.get(1)? {
        Some(at) => Clock::Frozen { at },
        None => Clock::Running { offset_ms: row.get(0)? },
    })
}

fn page_key(text: &str) -> Result<PageKey, Fault> {
    let bytes = STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.map(PageKey).ok_or_else(|| Fault::Service("the page key in the store is damaged".into()))
}

/// Changes the clock.
///
/// # Errors
/// The database failed.
pub async fn set_clock(tx: &mut Tx, clock: Clock) -> Result<(), Fault> {
    let (offset_ms, frozen_at) = match clock {
        Clock::Running { offset_ms } => (offset_ms, None),
        Clock::Frozen { at } => (0, Some(at.0)),
    };
    sql(SET_CLOCK).bind(offset_ms).bind(frozen_at).run(tx).await?;
    Ok(())
}

/// Remembers how many ids a seeded world has made.
///
/// # Errors
/// The database failed.
pub async fn keep_ids(tx: &mut Tx, ids: &Ids) -> Result<(), Fault> {
    if let ids::Ids::Seeded { count, .. } = ids {
        sql(SET_IDS_MADE).bind(*count).run(tx).await?;
    }
    Ok(())
}
