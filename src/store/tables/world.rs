//! `world`: the one row that says what time it is, how ids are made, and how tokens are sealed.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::fault::Fault;
use crate::ids::Ids;
use crate::rules::page::PageKey;
use crate::store::Tx;
use crate::store::db::clock_check::clock_and_next_timer;
use crate::store::db::row::{Columns, FromRow, from_row};
use crate::store::db::sql::sql;
use crate::time::{Clock, Instant, Pace, UsedTime};

statements! {
    BEGIN = "INSERT INTO world \
            (id, clock_offset_ms, clock_frozen_at, seed, ids_made, page_key, begun) \
        VALUES (1, 0, NULL, $1, 0, $2, FALSE) ON CONFLICT (id) DO UPDATE \
        SET seed = excluded.seed, ids_made = 0, page_key = excluded.page_key \
        WHERE NOT world.begun";
    SET_BEGUN = "UPDATE world SET begun = TRUE WHERE id = 1 AND NOT begun";
    STATE = concat!(
        "SELECT ", clock_and_next_timer!(), ", w.seed, w.ids_made, w.page_key, w.settled_count, \
            w.time_used_until, w.time_floor, w.reset_count, w.has_robots \
            FROM world w WHERE w.id = 1"
    );
    SET_CLOCK = "UPDATE world SET clock_offset_ms = $1, clock_frozen_at = $2, held_at = $3 \
        WHERE id = 1";
    SET_HAS_FAULTS = "UPDATE world SET has_faults = $1 WHERE id = 1";
    SET_HAS_ROBOTS = "UPDATE world SET has_robots = $1 WHERE id = 1";
    SET_HELD = "UPDATE world SET held_at = $1, settled_count = settled_count + $2 WHERE id = 1";
    COUNT_RESET = "UPDATE world SET reset_count = reset_count + 1 WHERE id = 1";
    SURVIVING = "SELECT admin_token, time_used_until, time_floor, reset_count \
        FROM world WHERE id = 1";
    SURVIVE = "UPDATE world SET admin_token = $1, time_used_until = $2, time_floor = $3, \
        reset_count = $4 WHERE id = 1";
    CLAIM = "UPDATE world SET settled_count = settled_count WHERE id = 1";
    ADMIN_TOKEN = "SELECT admin_token FROM world WHERE id = 1";
    SAVE_ADMIN_TOKEN = "UPDATE world SET admin_token = $1 WHERE id = 1 AND admin_token IS NULL";
    SET_USED_TIME = "UPDATE world SET time_used_until = $1, time_floor = $2 WHERE id = 1";
    COUNT_ANEW = "UPDATE world SET settled_count = 0 WHERE id = 1";
    TRY_WRITE = "INSERT INTO write_trials (id, filler) VALUES (1, $1) \
        ON CONFLICT (id) DO UPDATE SET filler = excluded.filler";
    END_TRIAL = "DELETE FROM write_trials WHERE id = 1";
    SET_IDS_MADE = "UPDATE world SET ids_made = $1 WHERE id = 1";
}

/// So many bytes are written to see whether the database takes writes.
const TRIAL_BYTES: usize = 64 << 10;

/// What a turn must know before it begins.
#[derive(Debug, Clone)]
pub struct MarketState {
    /// The market's clock.
    pub clock: Clock,
    /// Where the next id comes from.
    pub ids: Ids,
    /// Seals page tokens.
    pub page_key: PageKey,
    /// When the next timer falls due.
    pub next_due_at: Option<Instant>,
    /// Whether there are rules by which calls fail.
    pub has_faults: bool,
    /// How many timers were ever settled while the clock was held.
    pub settled_count: i64,
    /// The real time that turns have used.
    pub used: UsedTime,
    /// How often the whole market was reset, replaced or restored.
    pub reset_count: i64,
    /// Whether there are robots.
    pub has_robots: bool,
}

/// What outlives the restore of a snapshot.
#[derive(Debug, Clone)]
pub struct Surviving {
    admin_token: Option<String>,
    used: UsedTime,
    reset_count: i64,
}

/// Makes the row, or makes it anew as long as the market has not begun.
pub async fn begin(tx: &mut Tx, seed: Option<i64>) -> Result<(), Fault> {
    let mut ids = seed.map_or(Ids::Random, |seed| Ids::Seeded { seed, count: -1 });
    let page_key = STANDARD.encode(ids.bytes());
    sql(BEGIN).bind(seed).bind(&page_key).run(tx).await
}

/// The market begins with this turn; false if it has begun.
pub async fn set_begun(tx: &mut Tx) -> Result<bool, Fault> {
    Ok(sql(SET_BEGUN).changes(tx).await? > 0)
}

/// Reads the row.
///
/// # Errors
/// The database failed, or has no such row.
pub async fn state(tx: &mut Tx) -> Result<MarketState, Fault> {
    sql(STATE).only(tx).await
}

impl FromRow for MarketState {
    fn read(columns: &mut Columns<'_>) -> Result<Self, Fault> {
        let (clock, next_due_at, has_faults) = columns.next()?;
        let (seed, count, page_key): (Option<i64>, i64, String) = columns.next()?;
        let bytes = STANDARD.decode(page_key).ok().and_then(|bytes| bytes.try_into().ok());
        let damaged = || Fault::Service("the page key in the store is damaged".into());
        Ok(Self {
            clock,
            next_due_at,
            has_faults,
            ids: seed.map_or(Ids::Random, |seed| Ids::Seeded { seed, count }),
            page_key: bytes.map(PageKey).ok_or_else(damaged)?,
            settled_count: columns.next()?,
            used: columns.next()?,
            reset_count: columns.next()?,
            has_robots: columns.next()?,
        })
    }
}

from_row! { UsedTime: until, floor }
from_row! { Surviving: admin_token, used, reset_count }

/// What is to outlive the restore of a snapshot.
pub async fn surviving(tx: &mut Tx) -> Result<Surviving, Fault> {
    sql(SURVIVING).only(tx).await
}

/// Puts it back.
pub async fn survive(tx: &mut Tx, kept: &Surviving) -> Result<(), Fault> {
    let Surviving { admin_token, used, reset_count } = kept;
    let statement = sql(SURVIVE).bind(admin_token.as_deref()).bind(used.until).bind(used.floor);
    statement.bind(*reset_count).run(tx).await
}

/// Counts that the market was reset, replaced or restored.
pub async fn count_reset(tx: &mut Tx) -> Result<(), Fault> {
    sql(COUNT_RESET).run(tx).await
}

/// Changes the clock.
pub async fn set_clock(tx: &mut Tx, clock: Clock) -> Result<(), Fault> {
    let (offset_ms, frozen_at) = match clock.pace() {
        Pace::Running { offset_ms } => (offset_ms, None),
        Pace::Frozen { at } => (0, Some(at)),
    };
    sql(SET_CLOCK).bind(offset_ms).bind(frozen_at).bind(clock.held_at()).run(tx).await
}

/// Notes whether there are rules by which calls fail.
pub async fn set_has_faults(tx: &mut Tx, has_faults: bool) -> Result<(), Fault> {
    sql(SET_HAS_FAULTS).bind(has_faults).run(tx).await
}

/// Notes whether there are robots.
pub async fn set_has_robots(tx: &mut Tx, has_robots: bool) -> Result<(), Fault> {
    sql(SET_HAS_ROBOTS).bind(has_robots).run(tx).await
}

/// Holds the clock at an instant, or lets it go, after so many more timers were settled.
pub async fn set_held(tx: &mut Tx, at: Option<Instant>, settled: i64) -> Result<(), Fault> {
    sql(SET_HELD).bind(at).bind(settled).run(tx).await
}

/// Forgets how many timers were settled.
pub async fn reset_counters(tx: &mut Tx) -> Result<(), Fault> {
    sql(COUNT_ANEW).run(tx).await
}

/// Writes as much as a large request does, to see whether the database takes it; [`end_trial`], in
/// another turn, removes it: what one transaction writes and removes takes no room on the disk.
///
/// # Errors
/// The database does not take it.
pub async fn try_write(tx: &mut Tx) -> Result<(), Fault> {
    let mut ids = Ids::Random;
    let mut filler = String::with_capacity(TRIAL_BYTES);
    while filler.len() < TRIAL_BYTES {
        // PostgreSQL would compress what repeats itself.
        STANDARD.encode_string(ids.bytes(), &mut filler);
    }
    sql(TRY_WRITE).bind(&filler).run(tx).await
}

/// Removes what [`try_write`] wrote.
pub async fn end_trial(tx: &mut Tx) -> Result<(), Fault> {
    sql(END_TRIAL).run(tx).await
}

/// Writes the row as it is: of processes that settle one store at once, all but one wait here and
/// find out at once, not after a whole batch.
///
/// # Errors
/// The database failed, or another process was quicker.
pub async fn claim(tx: &mut Tx) -> Result<(), Fault> {
    sql(CLAIM).run(tx).await
}

/// The admin token of the store, which is `new` if it had none.
pub async fn admin_token(tx: &mut Tx, new: &str) -> Result<String, Fault> {
    sql(SAVE_ADMIN_TOKEN).bind(new).run(tx).await?;
    sql(ADMIN_TOKEN).only(tx).await
}

/// Keeps what real time turns have used.
pub async fn set_used(tx: &mut Tx, used: UsedTime) -> Result<(), Fault> {
    sql(SET_USED_TIME).bind(used.until).bind(used.floor).run(tx).await
}

/// Remembers how many ids a seeded world has made.
pub async fn save_ids(tx: &mut Tx, ids: &Ids) -> Result<(), Fault> {
    if let Ids::Seeded { count, .. } = ids {
        sql(SET_IDS_MADE).bind(*count).run(tx).await?;
    }
    Ok(())
}
