//! `events`: what happened, and what of it awaits delivery.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::fault::Fault;
use crate::shapes::event::{Delivery, Event};
use crate::shapes::notification::EventType;
use crate::store::Tx;
use crate::store::db::insert_many::write_many;
use crate::store::db::row::{Columns, FromRow, from_row};
use crate::store::db::sql::{Statement, bind, sql};
use crate::store::db::value::{Arg, set_of};
use crate::time::Instant;

/// Rows from this number on have none yet that can be shown.
const UNNUMBERED: i64 = 1 << 62;
/// So many get their number at a time.
const NUMBERED_TOGETHER: i64 = 1000;

/// One statement reads so many events at most: a filter that lets little through holds up
/// nobody for long.
pub const SCAN_LIMIT: i64 = 5000;

/// The columns of an event, in the order in which they are read.
macro_rules! select_events {
    ($rest:literal) => {
        concat!(
            "SELECT e.key, e.event_type, e.event_at, e.requester_id, e.hit_type_id, e.hit_id, \
            e.assignment_id, e.worker_id, d.transport, d.address, e.document_id, e.delivered_at, \
            coalesce(d.failures, 0), d.failure FROM events e \
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
    ADD_TO = "INSERT INTO events (event_type, event_at, requester_id, hit_type_id, hit_id, \
            assignment_id, worker_id, destination_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    WANTED = "SELECT n.hit_type_id, n.event_types, n.destination_key FROM notifications n \
        WHERE n.hit_type_id IN (SELECT key FROM json_each($1)) \
        AND n.active AND n.transport <> 'Email'";
    ADD_TEST = "INSERT INTO events (event_type, event_at, requester_id, hit_type_id, hit_id, \
            assignment_id) VALUES ($1, $2, $3, $4, $5, $6)";
    AHEAD = "SELECT (SELECT min(e.key) FROM events e WHERE e.key > $1), \
        (SELECT max(e.key) FROM events e WHERE e.key < 4611686018427387904)";
    LIST = select_events!("WHERE e.key > $1 AND e.key <= $9 \
        AND ($3 = '' OR e.event_type = $3) AND ($4 = '' OR e.hit_id = $4) \
        AND ($5 = '' OR e.assignment_id = $5) AND ($6 = '' OR e.hit_type_id = $6) \
        AND ($7 = '' OR e.requester_id = $7) AND ($8 = '' OR e.worker_id = $8) \
        AND ($10 = 0 OR $10 = (SELECT r.batch_key FROM hits h \
            JOIN batch_rows r ON r.hit_key = h.key WHERE h.id = e.hit_id)) \
        ORDER BY e.key LIMIT $2 + 0");
    LATEST_OF_HIT = select_events!("WHERE e.hit_id = $1 AND e.requester_id = $2 \
        AND e.key < 4611686018427387904 ORDER BY e.key DESC LIMIT $3 + 0");
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

impl<'a> New<'a> {
    fn bind(&self, statement: Statement<'a>) -> Statement<'a> {
        bind!(statement; self.event_type, self.at, self.requester_id, self.hit_type_id,
            self.hit_id, self.assignment_id, self.worker_id)
    }
}

/// Remembers an event; it awaits delivery if the HIT type's settings want that. True if so.
pub async fn add(tx: &mut Tx, new: New<'_>) -> Result<bool, Fault> {
    let destination: Option<i64> = new.bind(sql(ADD)).only(tx).await?;
    Ok(destination.is_some())
}

/// Remembers many events, in this order. True if one of them awaits delivery.
pub async fn add_many(tx: &mut Tx, all: &[New<'_>]) -> Result<bool, Fault> {
    let mut types: Vec<&str> = all.iter().map(|new| new.hit_type_id).collect();
    types.dedup();
    let types = set_of(&types);
    let wanted: Vec<(String, Vec<String>, i64)> =
        sql(WANTED).bind(Arg::Set(&types)).all(tx).await?;
    let destination = |new: &New<'_>| {
        let of_type = wanted.iter().find(|(hit_type_id, ..)| hit_type_id == new.hit_type_id)?;
        let is_wanted = of_type.1.iter().any(|word| word == new.event_type.as_str());
        is_wanted.then_some(of_type.2)
    };
    let all: Vec<_> = all.iter().map(|new| (new, destination(new))).collect();
    write_many(tx, ADD_TO, 8, &all, |statement, (new, destination)| {
        new.bind(statement).bind(*destination)
    })
    .await?;
    Ok(all.iter().any(|(_, destination)| destination.is_some()))
}

/// Remembers a test event, which was delivered already or is not delivered anywhere.
pub async fn add_test(tx: &mut Tx, new: New<'_>) -> Result<(), Fault> {
    let statement = sql(ADD_TEST).bind(new.event_type).bind(new.at).bind(new.requester_id);
    statement.bind(new.hit_type_id).bind(new.hit_id).bind(new.assignment_id).run(tx).await
}

from_row! { Event: number, event_type, at, requester_id, hit_type_id, hit_id, assignment_id,
worker_id, delivery }

impl FromRow for Option<Delivery> {
    fn read(columns: &mut Columns<'_>) -> Result<Self, Fault> {
        let Some(transport) = columns.next()? else { return Ok(None) };
        let (destination, event_doc_id) = (columns.next()?, columns.next()?);
        let delivered = columns.next::<Option<Instant>>()?.is_some();
        let failures: Option<i64> = columns.next()?;
        let failure = columns.next::<Option<String>>()?.filter(|_| !delivered);
        let failures = failures.filter(|_| failure.is_some());
        Ok(Some(Delivery { transport, destination, delivered, event_doc_id, failures, failure }))
    }
}

/// Which events are wanted; an empty word means any.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default, rename_all = "PascalCase")]
#[into_params(parameter_in = Query)]
#[expect(missing_docs, reason = "the columns are named by the API")]
pub struct Filter {
    #[param(nullable = false)]
    pub event_type: Option<EventType>,
    #[serde(rename = "HITId")]
    pub hit_id: String,
    pub assignment_id: String,
    #[serde(rename = "HITTypeId")]
    pub hit_type_id: String,
    /// A requester's id.
    #[serde(rename = "Requester")]
    pub requester_id: String,
    pub worker_id: String,
    /// The number of the batch whose HITs they are about; 0 for any. Pages of the desk ask for it.
    #[serde(skip)]
    #[param(ignore)]
    pub batch: i64,
}

/// Events that a filter let through, and how far it came.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// The oldest first.
    pub events: Vec<Event>,
    /// The number of the last event that was read, whether or not it is among them: who goes on
    /// from here misses nothing, and reads nothing twice.
    pub last: i64,
    /// Whether no event follows it.
    pub is_end: bool,
}

/// Up to `count` events behind the number `after` that the filter lets through, among the next
/// `SCAN_LIMIT`.
pub async fn page(tx: &mut Tx, filter: &Filter, after: i64, count: i64) -> Result<Page, Fault> {
    let ahead: (Option<i64>, Option<i64>) = sql(AHEAD).bind(after).only(tx).await?;
    let Some((next, last)) = ahead.0.zip(ahead.1).filter(|(next, last)| next <= last) else {
        return Ok(Page { events: Vec::new(), last: after, is_end: true });
    };
    let to = last.min(next.saturating_add(SCAN_LIMIT - 1));
    let event_type = filter.event_type.map_or("", EventType::as_str);
    let statement = sql(LIST).bind(after).bind(count).bind(event_type);
    let statement = statement.bind(&filter.hit_id).bind(&filter.assignment_id);
    let statement = statement.bind(&filter.hit_type_id).bind(&filter.requester_id);
    let events: Vec<Event> =
        statement.bind(&filter.worker_id).bind(to).bind(filter.batch).all(tx).await?;
    let is_full = i64::try_from(events.len()).is_ok_and(|found| found >= count);
    let to = events.last().filter(|_| is_full).map_or(to, |event| event.number);
    Ok(Page { events, last: to, is_end: to >= last })
}

/// The latest events of a requester's HIT, up to `count`, the latest first.
pub async fn latest_of_hit(
    tx: &mut Tx,
    requester_id: &str,
    hit_id: &str,
    count: i64,
) -> Result<Vec<Event>, Fault> {
    sql(LATEST_OF_HIT).bind(hit_id).bind(requester_id).bind(count).all(tx).await
}

/// Whether some events have no number yet.
pub async fn any_unnumbered(tx: &mut Tx) -> Result<bool, Fault> {
    sql(UNNUMBERED_ONE).bind(UNNUMBERED).any(tx).await
}

/// Gives some of the events that have none their numbers; how many.
pub async fn number(tx: &mut Tx) -> Result<u64, Fault> {
    let last: i64 = sql(LAST_NUMBER).only(tx).await?;
    let statement = sql(NUMBER).bind(last).bind(UNNUMBERED).bind(NUMBERED_TOGETHER);
    let count = statement.changes(tx).await?;
    let next = last.saturating_add_unsigned(count);
    sql(SET_LAST_NUMBER).bind(next).run(tx).await?;
    Ok(count)
}

/// The first events that await delivery to a destination.
pub async fn waiting(tx: &mut Tx, destination: i64, count: i64) -> Result<Vec<Event>, Fault> {
    sql(WAITING).bind(destination).bind(count).all(tx).await
}

/// Remembers in which document events are delivered, before that is tried.
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
pub async fn delivered(
    tx: &mut Tx,
    destination: i64,
    document_id: &str,
    at: Instant,
) -> Result<(), Fault> {
    sql(DELIVERED).bind(destination).bind(document_id).bind(at).run(tx).await
}

/// The lowest and the highest number, if there are any events.
pub async fn ends(tx: &mut Tx) -> Result<Option<(i64, i64)>, Fault> {
    let (lowest, highest): (Option<i64>, Option<i64>) = sql(ENDS).only(tx).await?;
    Ok(lowest.zip(highest))
}

/// Forgets some events below the number `below` that await no delivery; how many.
pub async fn forget(tx: &mut Tx, below: i64) -> Result<u64, Fault> {
    sql(FORGET).bind(below).changes(tx).await
}

/// Forgets some events below the number `below`, delivered or not; how many.
pub async fn give_up(tx: &mut Tx, below: i64) -> Result<u64, Fault> {
    sql(GIVE_UP).bind(below).changes(tx).await
}

/// How many events await delivery.
pub async fn waiting_count(tx: &mut Tx) -> Result<i64, Fault> {
    sql(WAITING_COUNT).only(tx).await
}
