//! `events`: what happened, and what of it awaits delivery.

use crate::fault::Fault;
use crate::shapes::notification::{EventType, Transport};
use crate::store::Tx;
use crate::store::notifications::transport;
use crate::store::sql::{Row, sql};
use crate::time::Instant;

/// Rows from this number on have none yet that can be shown.
const UNNUMBERED: i64 = 1 << 62;
/// So many get their number at a time.
const NUMBERED_TOGETHER: i64 = 1000;

/// So many events are looked at by one statement: a filter that lets little through holds up
/// nobody for long.
const LOOKED_AT_TOGETHER: i64 = 5000;

/// The columns of an event, in the order in which [`event`] reads them.
macro_rules! select_events {
    ($rest:literal) => {
        concat!(
            "SELECT e.key, e.event_type, e.event_at, e.requester_id, e.hit_type_id, e.hit_id, \
            e.assignment_id, e.worker_id, e.document_id, e.delivered_at, d.transport, d.address, \
            d.failures, d.failure FROM events e \
            LEFT JOIN destinations d ON d.key = e.destination_key ",
            $rest
        )
    };
}

statements! {
    ADD = "INSERT INTO events (event_type, event_at, requester_id, hit_type_id, hit_id, \
            assignment_id, worker_id, destination_key) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, (SELECT n.destination_key FROM notifications n \
            WHERE n.hit_type_id = $4 AND n.active AND n.transport <> 'Email' \
            AND n.event_types LIKE '%\"' || $1 || '\"%')) \
        RETURNING destination_key";
    ADD_TEST = "INSERT INTO events (event_type, event_at, requester_id, hit_type_id, hit_id, \
            assignment_id) VALUES ($1, $2, $3, $4, $5, $6)";
    AHEAD = "SELECT (SELECT min(e.key) FROM events e WHERE e.key > $1), \
        (SELECT max(e.key) FROM events e WHERE e.key < 4611686018427387904)";
    LIST = select_events!("WHERE e.key > $1 AND e.key <= $9 \
        AND ($3 = '' OR e.event_type = $3) AND ($4 = '' OR e.hit_id = $4) \
        AND ($5 = '' OR e.assignment_id = $5) AND ($6 = '' OR e.hit_type_id = $6) \
        AND ($7 = '' OR e.requester_id = $7) AND ($8 = '' OR e.worker_id = $8) \
        ORDER BY e.key LIMIT $2 + 0");
    UNNUMBERED_ONE = "SELECT key FROM events WHERE key >= $1 ORDER BY key LIMIT 1";
    LAST_NUMBER = "SELECT last_number FROM event_numbers WHERE id = 1";
    NUMBER = "UPDATE events SET key = n.number FROM (SELECT key AS was, \
            row_number() OVER (ORDER BY key) + $1 AS number FROM events WHERE key >= $2 \
            ORDER BY key LIMIT $3 + 0) n WHERE events.key = n.was";
    SET_LAST_NUMBER = "UPDATE event_numbers SET last_number = $1 WHERE id = 1";
    WAITING = select_events!("WHERE e.destination_key = $1 AND e.delivered_at IS NULL \
        ORDER BY e.key LIMIT $2 + 0");
    SET_DOCUMENT = "UPDATE events SET document_id = $3 \
        WHERE destination_key = $1 AND delivered_at IS NULL AND key = $2";
    DELIVERED = "UPDATE events SET delivered_at = $3 \
        WHERE destination_key = $1 AND delivered_at IS NULL AND document_id = $2";
    ENDS = "SELECT (SELECT min(e.key) FROM events e), \
        (SELECT max(e.key) FROM events e WHERE e.key < 4611686018427387904)";
    FORGET = "DELETE FROM events WHERE key IN (SELECT e.key FROM events e WHERE e.key < $1 \
        AND (e.destination_key IS NULL OR e.delivered_at IS NOT NULL) \
        ORDER BY e.key LIMIT 1000)";
    GIVE_UP = "DELETE FROM events WHERE key IN (SELECT e.key FROM events e WHERE e.key < $1 \
        ORDER BY e.key LIMIT 1000)";
    WAITING_COUNT = "SELECT count(*) FROM events \
        WHERE destination_key IS NOT NULL AND delivered_at IS NULL";
}

/// An event that is to be remembered.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    /// What happened.
    pub event_type: EventType,
    /// When.
    pub at: Instant,
    /// Whose HIT it is.
    pub requester_id: &'a str,
    /// The HIT's type.
    pub hit_type_id: &'a str,
    /// To which HIT.
    pub hit_id: &'a str,
    /// To which assignment.
    pub assignment_id: Option<&'a str>,
    /// Whose assignment.
    pub worker_id: Option<&'a str>,
}

/// Remembers an event; it awaits delivery if the HIT type's settings want that. True if so.
///
/// # Errors
/// The database failed.
pub async fn add(tx: &mut Tx, new: New<'_>) -> Result<bool, Fault> {
    let statement = sql(ADD).bind(new.event_type.as_str()).bind(new.at).bind(new.requester_id);
    let statement = statement.bind(new.hit_type_id).bind(new.hit_id).bind(new.assignment_id);
    let row = statement.bind(new.worker_id).only(tx).await?;
    Ok(row.get::<Option<i64>>(0)?.is_some())
}

/// Remembers a test event, which was delivered already or is not delivered anywhere.
///
/// # Errors
/// The database failed.
pub async fn add_test(tx: &mut Tx, new: New<'_>) -> Result<(), Fault> {
    let statement = sql(ADD_TEST).bind(new.event_type.as_str()).bind(new.at).bind(new.requester_id);
    statement.bind(new.hit_type_id).bind(new.hit_id).bind(new.assignment_id).run(tx).await.map(drop)
}

/// Where an event goes, and how far it got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// How.
    pub transport: Transport,
    /// Where to.
    pub address: String,
    /// In which document, from the first attempt on.
    pub document_id: Option<String>,
    /// When, in real time.
    pub delivered_at: Option<Instant>,
    /// How often the destination failed since it last succeeded.
    pub failures: i64,
    /// Why it failed last.
    pub failure: Option<String>,
}

/// An event as it is remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the columns are named by the API")]
pub struct Event {
    /// Its number.
    pub number: i64,
    pub event_type: EventType,
    pub at: Instant,
    pub requester_id: String,
    pub hit_type_id: String,
    pub hit_id: String,
    pub assignment_id: Option<String>,
    pub worker_id: Option<String>,
    /// None if nobody wants to be told.
    pub delivery: Option<Delivery>,
}

fn event(row: &Row) -> Result<Event, Fault> {
    let word: String = row.get(1)?;
    let event_type = EventType::parse(&word);
    let to: Option<String> = row.get(10)?;
    Ok(Event {
        number: row.get(0)?,
        event_type: event_type.ok_or_else(|| Fault::Service(format!("unknown event: {word}")))?,
        at: row.get(2)?,
        requester_id: row.get(3)?,
        hit_type_id: row.get(4)?,
        hit_id: row.get(5)?,
        assignment_id: row.get(6)?,
        worker_id: row.get(7)?,
        delivery: to.map(|word| delivery(row, &word)).transpose()?,
    })
}

fn delivery(row: &Row, word: &str) -> Result<Delivery, Fault> {
    Ok(Delivery {
        transport: transport(word)?,
        address: row.get(11)?,
        document_id: row.get(8)?,
        delivered_at: row.get(9)?,
        failures: row.get::<Option<i64>>(12)?.unwrap_or(0),
        failure: row.get(13)?,
    })
}

/// Which events are wanted; an empty word means any.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the columns are named by the API")]
pub struct Filter {
    pub event_type: String,
    pub hit_id: String,
    pub assignment_id: String,
    pub hit_type_id: String,
    pub requester_id: String,
    pub worker_id: String,
}

/// Events that a filter let through, and how far it came.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// The oldest first.
    pub events: Vec<Event>,
    /// The number of the last event that was looked at, whether or not it is among them: who goes
    /// on from here misses nothing, and looks at nothing twice.
    pub last: i64,
    /// Whether nothing stands behind it.
    pub is_end: bool,
}

/// Up to `count` events behind the number `after` that the filter lets through, among the next
/// `LOOKED_AT_TOGETHER`.
///
/// # Errors
/// The database failed.
pub async fn page(tx: &mut Tx, filter: &Filter, after: i64, count: i64) -> Result<Page, Fault> {
    let ahead = sql(AHEAD).bind(after).only(tx).await?;
    let ends = ahead.get::<Option<i64>>(0)?.zip(ahead.get::<Option<i64>>(1)?);
    let Some((next, last)) = ends.filter(|(next, last)| next <= last) else {
        return Ok(Page { events: Vec::new(), last: after, is_end: true });
    };
    let to = last.min(next.saturating_add(LOOKED_AT_TOGETHER - 1));
    let statement = sql(LIST).bind(after).bind(count).bind(&filter.event_type);
    let statement = statement.bind(&filter.hit_id).bind(&filter.assignment_id);
    let statement = statement.bind(&filter.hit_type_id).bind(&filter.requester_id);
    let rows = statement.bind(&filter.worker_id).bind(to).all(tx).await?;
    let events: Vec<Event> = rows.iter().map(event).collect::<Result<_, Fault>>()?;
    let is_full = i64::try_from(events.len()).is_ok_and(|found| found >= count);
    let to = events.last().filter(|_| is_full).map_or(to, |event| event.number);
    Ok(Page { events, last: to, is_end: to >= last })
}

/// Whether some events have no number yet.
///
/// # Errors
/// The database failed.
pub async fn any_unnumbered(tx: &mut Tx) -> Result<bool, Fault> {
    Ok(sql(UNNUMBERED_ONE).bind(UNNUMBERED).one(tx).await?.is_some())
}

/// Gives some of the events that have none their numbers; how many.
///
/// # Errors
/// The database failed.
pub async fn number(tx: &mut Tx) -> Result<u64, Fault> {
    let last: i64 = sql(LAST_NUMBER).only(tx).await?.get(0)?;
    let statement = sql(NUMBER).bind(last).bind(UNNUMBERED).bind(NUMBERED_TOGETHER);
    let count = statement.run(tx).await?;
    let next = last.saturating_add_unsigned(count);
    sql(SET_LAST_NUMBER).bind(next).run(tx).await?;
    Ok(count)
}

/// The first events that await delivery to a destination.
///
/// # Errors
/// The database failed.
pub async fn waiting(tx: &mut Tx, destination: i64, count: i64) -> Result<Vec<Event>, Fault> {
    sql(WAITING).bind(destination).bind(count).all(tx).await?.iter().map(event).collect()
}

/// Remembers in which document events are delivered, before that is tried.
///
/// # Errors
/// The database failed.
pub async fn set_document(
    tx: &mut Tx,
    destination: i64,
    events: &[Event],
    document_id: &str,
) -> Result<(), Fault> {
    for event in events {
        let statement = sql(SET_DOCUMENT).bind(destination).bind(event.number);
        statement.bind(document_id).run(tx).await?;
    }
    Ok(())
}

/// The events of a document were delivered.
///
/// # Errors
/// The database failed.
pub async fn delivered(
    tx: &mut Tx,
    destination: i64,
    document_id: &str,
    at: Instant,
) -> Result<(), Fault> {
    sql(DELIVERED).bind(destination).bind(document_id).bind(at).run(tx).await.map(drop)
}

/// The lowest and the highest number, if there are any events.
///
/// # Errors
/// The database failed.
pub async fn ends(tx: &mut Tx) -> Result<Option<(i64, i64)>, Fault> {
    let row = sql(ENDS).only(tx).await?;
    Ok(row.get::<Option<i64>>(0)?.zip(row.get::<Option<i64>>(1)?))
}

/// Forgets some events below the number `below` that await no delivery; how many.
///
/// # Errors
/// The database failed.
pub async fn forget(tx: &mut Tx, below: i64) -> Result<u64, Fault> {
    sql(FORGET).bind(below).run(tx).await
}

/// Forgets some events below the number `below`, delivered or not; how many.
///
/// # Errors
/// The database failed.
pub async fn give_up(tx: &mut Tx, below: i64) -> Result<u64, Fault> {
    sql(GIVE_UP).bind(below).run(tx).await
}

/// How many events await delivery.
///
/// # Errors
/// The database failed.
pub async fn waiting_count(tx: &mut Tx) -> Result<i64, Fault> {
    sql(WAITING_COUNT).only(tx).await?.get(0)
}
