//! `assignments`: submitted work.
//!
//! A row holds the assignment as the API shows it, rendered when it was written, so that a page is
//! put together without reading what is in it: the whole of a listing is one statement that knows
//! the owner, the filter and the page. `LIMIT $n + 0` is meant: SQLite plans a statement anew at
//! each execution when LIMIT is a bare marker.

use crate::fault::Fault;
use crate::money::Cents;
use crate::rules::page::Page;
use crate::rules::qualification::system::Done;
use crate::shapes::assignment::{Assignment, AssignmentStatus};
use crate::store::Tx;
use crate::store::hit_types::stored;
use crate::store::hits::{self, Hit, select_hits};
use crate::store::joined::joined;
use crate::store::many::insert_many;
use crate::store::sql::{Joined, Row, Statement, sql};
use crate::time::Instant;

/// The number of the requester's HIT, which is not deleted. It is one value, so that both databases
/// read a HIT's assignments in their order and no further than the page.
macro_rules! of_owned_hit {
    () => {
        "= (SELECT h.key FROM hits h \
            WHERE h.id = $1 AND h.requester_id = $2 AND h.status <> 'Disposed')"
    };
}

/// A page of all work.
macro_rules! page {
    () => {
        concat!(
            "SELECT a.position, a.document FROM assignments a WHERE a.hit_key ",
            of_owned_hit!(),
            " AND a.position > $3 ORDER BY a.position LIMIT $4 + 0"
        )
    };
}

/// The places of work in one status.
macro_rules! places {
    ($status:literal) => {
        concat!(
            "SELECT s.hit_key, s.position FROM assignments s WHERE s.hit_key ",
            of_owned_hit!(),
            " AND s.position > $3 AND s.status = ",
            $status
        )
    };
}

/// A page of assignments whose places come from one arm for each status.
///
/// The inner query reads nothing but the index by status, which makes both databases take it even
/// where the status is rare. Documents are looked up place by place, in the order of the places, so
/// that nobody has to sort them.
macro_rules! page_of_statuses {
    ($($arm:expr),*) => {
        concat!(
            "SELECT position, (SELECT a.document FROM assignments a WHERE \
            a.hit_key = page.hit_key AND a.position = page.position) AS document FROM (",
            $($arm,)*
            " ORDER BY 2 LIMIT $4 + 0) page"
        )
    };
}

macro_rules! page_of_one_status {
    () => {
        page_of_statuses!(places!("$5"))
    };
}

macro_rules! page_of_two_statuses {
    () => {
        page_of_statuses!(places!("$5"), " UNION ALL ", places!("$6"))
    };
}

/// The places of a page alone.
macro_rules! places_of {
    ($page:expr) => {
        concat!("SELECT position FROM (", $page, ") page ORDER BY position")
    };
}

statements! {
    PAGE = page!();
    PAGE_PLACES = places_of!(page!());
    PAGE_JOINED = joined!(page!());
    PAGE_OF_ONE_STATUS = page_of_one_status!();
    PAGE_OF_ONE_STATUS_JOINED = joined!(page_of_one_status!());
    PAGE_OF_ONE_STATUS_PLACES = places_of!(page_of_one_status!());
    PAGE_OF_TWO_STATUSES = page_of_two_statuses!();
    PAGE_OF_TWO_STATUSES_JOINED = joined!(page_of_two_statuses!());
    PAGE_OF_TWO_STATUSES_PLACES = places_of!(page_of_two_statuses!());
    AT = concat!("SELECT a.document FROM assignments a WHERE a.hit_key ", of_owned_hit!(),
        " AND a.position = $3");
    FIND_OWNED = select_hits!(and ", a.hit_key, a.position, a.document";
        "JOIN assignments a ON a.hit_key = h.key \
        WHERE a.id = $1 AND h.requester_id = $2 AND h.status <> 'Disposed'");
    EVER_OWNED = "SELECT a.hit_key, a.position, a.document \
        FROM assignments a JOIN hits h ON h.key = a.hit_key \
        WHERE a.id = $1 AND h.requester_id = $2";
    DOCUMENT = "SELECT hit_key, position, document FROM assignments WHERE id = $1";
    HIT_KEY = "SELECT hit_key FROM assignments WHERE id = $1";
    BATCH = "SELECT hit_key, position, document FROM assignments \
        WHERE hit_key = $1 AND position > $2 ORDER BY position LIMIT 500";
    ANY = "SELECT id FROM assignments LIMIT 1";
    LAST_PLACE = "SELECT max(position) FROM assignments WHERE hit_key = $1 AND position < $2";
    ADD = "INSERT INTO assignments \
            (hit_key, position, id, worker_id, status, document, reward_cents) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    DONE = "SELECT count(*), count(*) FILTER (WHERE status = 'Approved'), \
            count(*) FILTER (WHERE status = 'Rejected') FROM assignments WHERE worker_id = $1";
    KEEP = "UPDATE assignments SET status = $3, document = $4 WHERE hit_key = $1 AND position = $2";
}

/// One assignment and where it lies.
#[derive(Debug, Clone)]
pub struct Placed {
    /// The number of its HIT.
    pub hit_key: i64,
    /// Its place in the HIT.
    pub position: i64,
    /// What the API shows.
    pub assignment: Assignment,
}

/// A page of submitted work.
#[derive(Debug)]
pub enum Listed {
    /// Its documents.
    Whole(Joined),
    /// The places of its documents, which are too long to be held in memory together.
    Long(Vec<i64>),
}

impl Listed {
    /// How many documents it has.
    #[must_use]
    pub fn count(&self) -> i64 {
        match self {
            Self::Whole(page) => page.count,
            Self::Long(places) => i64::try_from(places.len()).unwrap_or(i64::MAX),
        }
    }

    /// The place of the last one.
    #[must_use]
    pub fn last(&self) -> Option<i64> {
        match self {
            Self::Whole(page) => page.last,
            Self::Long(places) => places.last().copied(),
        }
    }
}

/// A page of the submitted work of the requester's HIT, in the order of submission.
///
/// A HIT of somebody else, a deleted one and an unknown one give an empty page alike. `statuses`
/// may name one, two or all; naming none means all. Before the documents there is `room` for what
/// the answer begins with.
///
/// # Errors
/// The database failed.
pub async fn page(
    tx: &mut Tx,
    requester_id: &str,
    hit_id: &str,
    statuses: &[AssignmentStatus],
    page: Page,
    room: usize,
) -> Result<Listed, Fault> {
    let after = page.after.unwrap_or(i64::MIN);
    let chosen = |text: &'static str| -> Statement<'_> {
        let statement = sql(text).bind(hit_id).bind(requester_id).bind(after).bind(page.size);
        let statuses = if statuses.len() < AssignmentStatus::ALL.len() { statuses } else { &[] };
        statuses.iter().fold(statement, |statement, status| statement.bind(status.as_str()))
    };
    let [text, joined, places] = match statuses.len() {
        1 => [PAGE_OF_ONE_STATUS, PAGE_OF_ONE_STATUS_JOINED, PAGE_OF_ONE_STATUS_PLACES],
        2 => [PAGE_OF_TWO_STATUSES, PAGE_OF_TWO_STATUSES_JOINED, PAGE_OF_TWO_STATUSES_PLACES],
        _ => [PAGE, PAGE_JOINED, PAGE_PLACES],
    };
    if let Some(page) = chosen(text).joined(joined, tx, page.size, room).await? {
        return Ok(Listed::Whole(page));
    }
    let places = chosen(places).all(tx).await?;
    places.iter().map(|row| row.get(0)).collect::<Result<_, _>>().map(Listed::Long)
}

/// The document at a place of the requester's HIT.
///
/// # Errors
/// The database failed.
pub async fn at(
    tx: &mut Tx,
    requester_id: &str,
    hit_id: &str,
    place: i64,
) -> Result<Option<String>, Fault> {
    let row = sql(AT).bind(hit_id).bind(requester_id).bind(place).one(tx).await?;
    row.map(|row| row.get(0)).transpose()
}

/// The assignment with that id, with its HIT, if the HIT is the requester's and not deleted.
///
/// # Errors
/// The database failed.
pub async fn owned(
    tx: &mut Tx,
    requester_id: &str,
    id: &str,
) -> Result<Option<(Placed, Hit)>, Fault> {
    let row = sql(FIND_OWNED).bind(id).bind(requester_id).one(tx).await?;
    row.map(|row| Ok((placed(&row, hits::COLUMNS)?, hits::hit(&row, 0)?))).transpose()
}

/// The assignment with that id, if its HIT is or was the requester's.
///
/// # Errors
/// The database failed.
pub async fn ever_owned(
    tx: &mut Tx,
    requester_id: &str,
    id: &str,
) -> Result<Option<Placed>, Fault> {
    let row = sql(EVER_OWNED).bind(id).bind(requester_id).one(tx).await?;
    row.map(|row| placed(&row, 0)).transpose()
}

/// The assignment with that id, whoever owns the HIT: for workers and timers.
///
/// # Errors
/// The database failed.
pub async fn find(tx: &mut Tx, id: &str) -> Result<Option<Placed>, Fault> {
    sql(DOCUMENT).bind(id).one(tx).await?.map(|row| placed(&row, 0)).transpose()
}

/// The number of the HIT of the assignment with that id, which is not read itself.
///
/// # Errors
/// The database failed.
pub async fn hit_key(tx: &mut Tx, id: &str) -> Result<Option<i64>, Fault> {
    sql(HIT_KEY).bind(id).one(tx).await?.map(|row| row.get(0)).transpose()
}

/// Reads an assignment whose columns begin at `first`.
fn placed(row: &Row, first: usize) -> Result<Placed, Fault> {
    let document: String = row.get(first + 2)?;
    let (hit_key, position) = (row.get(first)?, row.get(first + 1)?);
    Ok(Placed { hit_key, position, assignment: stored(&document)? })
}

/// Puts submitted work into the store.
///
/// # Errors
/// The database failed.
pub async fn add(tx: &mut Tx, placed: &Placed, reward: Cents) -> Result<(), Fault> {
    let assignment = &placed.assignment;
    let document = render(assignment)?;
    let statement = sql(ADD).bind(placed.hit_key).bind(placed.position);
    let statement = statement.bind(&assignment.assignment_id).bind(&assignment.worker_id);
    let statement = statement.bind(assignment.assignment_status.as_str()).bind(&document);
    statement.bind(reward).run(tx).await.map(drop)
}

/// Keeps what changed in an assignment.
///
/// # Errors
/// The database failed.
pub async fn keep(tx: &mut Tx, placed: &Placed) -> Result<(), Fault> {
    let document = render(&placed.assignment)?;
    let status = placed.assignment.assignment_status.as_str();
    let statement = sql(KEEP).bind(placed.hit_key).bind(placed.position);
    statement.bind(status).bind(&document).run(tx).await?;
    Ok(())
}

fn render(assignment: &Assignment) -> Result<String, Fault> {
    serde_json::to_string(assignment).map_err(|e| Fault::Service(e.to_string()))
}

/// The last taken place in the HIT up to and including the second `at`.
///
/// # Errors
/// The database failed.
pub async fn last_place(tx: &mut Tx, hit_key: i64, at: Instant) -> Result<Option<i64>, Fault> {
    let end = (at.whole_second().0 + 1000) << 20;
    sql(LAST_PLACE).bind(hit_key).bind(end).only(tx).await?.get(0)
}

/// What the worker did, for whichever requester.
///
/// # Errors
/// The database failed.
pub async fn done(tx: &mut Tx, worker_id: &str) -> Result<Done, Fault> {
    let row = sql(DONE).bind(worker_id).only(tx).await?;
    Ok(Done { submitted: row.get(0)?, approved: row.get(1)?, rejected: row.get(2)? })
}

/// Submitted work that is ready to be stored.
#[derive(Debug)]
pub struct Rendered<'w> {
    placed: &'w Placed,
    reward: Cents,
    document: String,
}

impl<'w> Rendered<'w> {
    /// Renders work on a HIT that pays `reward`.
    ///
    /// # Errors
    /// It cannot be shown as JSON.
    pub fn new(placed: &'w Placed, reward: Cents) -> Result<Self, Fault> {
        Ok(Self { placed, reward, document: render(&placed.assignment)? })
    }
}

/// Puts much submitted work into the store.
///
/// # Errors
/// The database failed.
pub async fn add_many(tx: &mut Tx, works: &[Rendered<'_>]) -> Result<(), Fault> {
    insert_many(tx, ADD, 7, works, |statement, Rendered { placed, reward, document }| {
        let assignment = &placed.assignment;
        statement
            .bind(placed.hit_key)
            .bind(placed.position)
            .bind(&assignment.assignment_id)
            .bind(&assignment.worker_id)
            .bind(assignment.assignment_status.as_str())
            .bind(document)
            .bind(*reward)
    })
    .await
}

/// Up to 500 assignments of a HIT after the place `after`.
///
/// # Errors
/// The database failed.
pub async fn batch(tx: &mut Tx, hit_key: i64, after: i64) -> Result<Vec<Placed>, Fault> {
    sql(BATCH).bind(hit_key).bind(after).all(tx).await?.iter().map(|row| placed(row, 0)).collect()
}

/// Whether there is any submitted work at all.
///
/// # Errors
/// The database failed.
pub async fn any(tx: &mut Tx) -> Result<bool, Fault> {
    Ok(sql(ANY).one(tx).await?.is_some())
}
