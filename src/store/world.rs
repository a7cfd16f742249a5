//! `world`: the one row that says what time it is, how ids are made, and how tokens are sealed.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::fault::Fault;
use crate::ids::{self, Ids};
use crate::rules::page::PageKey;
use crate::store::Tx;
use crate::store::sql::{Row, sql};
use crate::time::{Clock, Instant, Pace, UsedTime};

/// What a turn is sure of: what time it is in `world`, and when the next timer falls due.
macro_rules! certainties {
    () => {
        "w.clock_offset_ms, w.clock_frozen_at, \
        (SELECT min(due_at) FROM timers WHERE failure IS NULL), w.held_at"
    };
}
pub(super) use certainties;

statements! {
    BEGIN = "INSERT INTO world \
            (id, clock_offset_ms, clock_frozen_at, seed, ids_made, page_key, begun) \
        VALUES (1, 0, NULL, $1, 0, $2, FALSE) ON CONFLICT (id) DO UPDATE \
        SET seed = excluded.seed, ids_made = 0, page_key = excluded.page_key \
        WHERE NOT world.begun";
    SET_BEGUN = "UPDATE world SET begun = TRUE WHERE id = 1 AND NOT begun";
    OPENING = concat!(
        "SELECT ", certainties!(), ", w.seed, w.ids_made, w.page_key, w.settled_count, \
            w.time_used_until, w.time_floor FROM world w WHERE w.id = 1"
    );
    CERTAINTIES = concat!("SELECT ", certainties!(), " FROM world w WHERE w.id = 1");
    SET_CLOCK = "UPDATE world SET clock_offset_ms = $1, clock_frozen_at = $2, held_at = $3 \
        WHERE id = 1";
    SET_HELD = "UPDATE world SET held_at = $1, settled_count = settled_count + $2 WHERE id = 1";
    CLAIM = "UPDATE world SET settled_count = settled_count WHERE id = 1";
    ADMIN_TOKEN = "SELECT admin_token FROM world WHERE id = 1";
    KEEP_ADMIN_TOKEN = "UPDATE world SET admin_token = $1 WHERE id = 1 AND admin_token IS NULL";
    SET_USED_TIME = "UPDATE world SET time_used_until = $1, time_floor = $2 WHERE id = 1";
    COUNT_ANEW = "UPDATE world SET settled_count = 0, write_tried = FALSE WHERE id = 1";
    TRY_WRITE = "UPDATE world SET write_tried = NOT write_tried WHERE id = 1";
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
    /// How many timers were ever settled while the clock was held.
    pub settled_count: i64,
    /// The real time that turns have used.
    pub used: UsedTime,
}

/// Makes the row, or makes it anew as long as the market has not begun.
///
/// # Errors
/// The database failed.
pub async fn begin(tx: &mut Tx, seed: Option<i64>) -> Result<(), Fault> {
    let mut ids = seed.map_or(Ids::Random, |seed| Ids::Seeded { seed, count: -1 });
    let page_key = STANDARD.encode(ids.bytes());
    sql(BEGIN).bind(seed).bind(&page_key).run(tx).await.map(drop)
}

/// The market begins with this turn; false if it has begun.
///
/// # Errors
/// The database failed.
pub async fn set_begun(tx: &mut Tx) -> Result<bool, Fault> {
    Ok(sql(SET_BEGUN).run(tx).await? > 0)
}

/// Reads the row.
///
/// # Errors
/// The database failed, or has no such row.
pub async fn opening(tx: &mut Tx) -> Result<Opening, Fault> {
    let row = sql(OPENING).only(tx).await?;
    Ok(Opening {
        clock: clock(&row, 0)?,
        next_due_at: row.get(2)?,
        ids: match row.get(4)? {
            Some(seed) => Ids::Seeded { seed, count: row.get(5)? },
            None => Ids::Random,
        },
        page_key: page_key(&row.get::<String>(6)?)?,
        settled_count: row.get(7)?,
        used: UsedTime { until: row.get(8)?, floor: row.get(9)? },
    })
}

fn clock(row: &Row, first: usize) -> Result<Clock, Fault> {
    let pace = match row.get(first + 1)? {
        Some(at) => Pace::Frozen { at },
        None => Pace::Running { offset_ms: row.get(first)? },
    };
    Ok(Clock::new(pace, row.get(first + 3)?))
}

/// What a turn took for granted without having looked: the clock of an earlier turn, and that no
/// timer is due by it. Its first statement tells whether that is so.
#[derive(Debug, Clone, Copy)]
pub struct Granted {
    clock: Clock,
    now: Instant,
}

impl Granted {
    /// That the clock is still `clock`, and nothing due at `now`.
    #[must_use]
    pub const fn new(clock: Clock, now: Instant) -> Self {
        Self { clock, now }
    }

    /// Looks whether it is so.
    ///
    /// # Errors
    /// It is not so: the turn has to be taken again. Or the database failed.
    pub(super) async fn look(self, tx: &mut Tx) -> Result<(), Fault> {
        self.check(&sql(CERTAINTIES).only(tx).await?, 0)
    }

    /// Holds it against the certainties that begin at column `first`.
    ///
    /// # Errors
    /// It is not so: the turn has to be taken again. Or the row is damaged.
    pub(super) fn check(self, row: &Row, first: usize) -> Result<(), Fault> {
        let next_due_at: Option<Instant> = row.get(first + 2)?;
        let is_held = self.clock.held_at().is_some();
        let is_due = !is_held && next_due_at.is_some_and(|due| due <= self.now);
        if clock(row, first)? == self.clock && !is_due { Ok(()) } else { Err(Fault::LostRace) }
    }
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
    let (offset_ms, frozen_at) = match clock.pace() {
        Pace::Running { offset_ms } => (offset_ms, None),
        Pace::Frozen { at } => (0, Some(at.0)),
    };
    let held_at = clock.held_at().map(|at| at.0);
    sql(SET_CLOCK).bind(offset_ms).bind(frozen_at).bind(held_at).run(tx).await?;
    Ok(())
}

/// Holds the clock at an instant, or lets it go, after so many more timers were settled.
///
/// # Errors
/// The database failed.
pub async fn set_held(tx: &mut Tx, at: Option<Instant>, settled: i64) -> Result<(), Fault> {
    sql(SET_HELD).bind(at.map(|at| at.0)).bind(settled).run(tx).await?;
    Ok(())
}

/// Forgets how many timers were settled.
///
/// # Errors
/// The database failed.
pub async fn count_anew(tx: &mut Tx) -> Result<(), Fault> {
    sql(COUNT_ANEW).run(tx).await.map(drop)
}

/// Writes something that means nothing, to see whether the database takes it.
///
/// # Errors
/// It does not.
pub async fn try_write(tx: &mut Tx) -> Result<(), Fault> {
    sql(TRY_WRITE).run(tx).await.map(drop)
}

/// Writes the row as it is: of processes that settle one store at once, all but one wait here and
/// find out at once, not after a whole batch.
///
/// # Errors
/// The database failed, or another process was quicker.
pub async fn claim(tx: &mut Tx) -> Result<(), Fault> {
    sql(CLAIM).run(tx).await.map(drop)
}

/// The admin token of the store, which is `new` if it had none.
///
/// # Errors
/// The database failed.
pub async fn admin_token(tx: &mut Tx, new: &str) -> Result<String, Fault> {
    sql(KEEP_ADMIN_TOKEN).bind(new).run(tx).await?;
    sql(ADMIN_TOKEN).only(tx).await?.get(0)
}

/// Keeps what real time turns have used.
///
/// # Errors
/// The database failed.
pub async fn set_used(tx: &mut Tx, used: UsedTime) -> Result<(), Fault> {
    sql(SET_USED_TIME).bind(used.until).bind(used.floor).run(tx).await.map(drop)
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
