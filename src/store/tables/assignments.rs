//! `assignments`: submitted work.
//!
//! A row holds the assignment as the API shows it, rendered when it was written, so that a page is
//! put together without reading what is in it: the whole of a listing is one statement that knows
//! the owner, the filter and the page. `LIMIT $n + 0` is meant: SQLite plans a statement anew at
//! each execution when LIMIT is a bare marker.

use crate::fault::Fault;
use crate::money::Cents;
use crate::rules::page::Page;
use crate::rules::qualification::system::WorkCounts;
use crate::shapes::assignment::{Assignment, AssignmentStatus};
use crate::store::Tx;
use crate::store::db::insert_many::{change_many, insert_many};
use crate::store::db::json_page::json_page;
use crate::store::db::row::{Columns, FromRow, document, from_row, stored};
use crate::store::db::sql::{JsonPage, Statement, bind, sql};
use crate::store::db::value::{Arg, set_of};
use crate::store::hits::{Hit, select_hits};
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
    BY_STATUS = "SELECT count(*) FILTER (WHERE status = 'Submitted'), \
        count(*) FILTER (WHERE status = 'Approved'), \
        count(*) FILTER (WHERE status = 'Rejected') FROM assignments";
    PAGE = page!();
    PAGE_PLACES = places_of!(page!());
    PAGE_AS_JSON = json_page!(page!());
    PAGE_OF_ONE_STATUS = page_of_one_status!();
    PAGE_OF_ONE_STATUS_AS_JSON = json_page!(page_of_one_status!());
    PAGE_OF_ONE_STATUS_PLACES = places_of!(page_of_one_status!());
    PAGE_OF_TWO_STATUSES = page_of_two_statuses!();
    PAGE_OF_TWO_STATUSES_AS_JSON = json_page!(page_of_two_statuses!());
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
    DOCUMENTS = "SELECT id, hit_key, position, document FROM assignments \
        WHERE id IN (SELECT key FROM json_each($1))";
    OF_WORKER = "SELECT hit_key, position, document FROM assignments \
        WHERE id = $1 AND worker_id = $2";
    HIT_KEY = "SELECT hit_key FROM assignments WHERE id = $1";
    BATCH = "SELECT hit_key, position, document, id FROM assignments \
        WHERE hit_key = $1 AND position > $2 ORDER BY position LIMIT 500";
    BATCH_OF_HITS = "SELECT hit_key, position, id, document FROM assignments \
        WHERE (hit_key, position) > ($1, $2) AND hit_key <= $3 \
        ORDER BY hit_key, position LIMIT 100";
    ANY = "SELECT id FROM assignments LIMIT 1";
    LAST_PLACE = "SELECT max(position) FROM assignments WHERE hit_key = $1 AND position < $2";
    ADD = "INSERT INTO assignments \
            (hit_key, position, id, worker_id, status, document, reward_cents) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    DONE = "SELECT count(*), count(*) FILTER (WHERE status = 'Approved'), \
            count(*) FILTER (WHERE status = 'Rejected') FROM assignments WHERE worker_id = $1";
    SAVE = "UPDATE assignments SET status = $3, document = $4 WHERE hit_key = $1 AND position = $2";
    SAVE_MANY = "UPDATE assignments SET status = v.column3, document = v.column4 \
        FROM (VALUES (CAST($1 AS BIGINT), CAST($2 AS BIGINT), $3, $4)) v \
        WHERE assignments.hit_key = v.column1 AND assignments.position = v.column2";
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
    Whole(JsonPage),
    /// The places of its documents, which are too long to be held in memory together.
    Long(Vec<i64>),
}

impl Listed {
    /// How many documents it has.
    pub fn count(&self) -> i64 {
        match self {
            Self::Whole(page) => page.count,
            Self::Long(places) => i64::try_from(places.len()).unwrap_or(i64::MAX),
        }
    }

    /// The place of the last one.
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
        statuses.iter().fold(statement, |statement, status| statement.bind(*status))
    };
    let [text, json_page, places] = match statuses.len() {
        1 => [PAGE_OF_ONE_STATUS, PAGE_OF_ONE_STATUS_AS_JSON, PAGE_OF_ONE_STATUS_PLACES],
        2 => [PAGE_OF_TWO_STATUSES, PAGE_OF_TWO_STATUSES_AS_JSON, PAGE_OF_TWO_STATUSES_PLACES],
        _ => [PAGE, PAGE_AS_JSON, PAGE_PLACES],
    };
    if let Some(page) = chosen(text).json_page(json_page, tx, page.size, room).await? {
        return Ok(Listed::Whole(page));
    }
    chosen(places).all(tx).await.map(Listed::Long)
}

/// The document at a place of the requester's HIT.
pub async fn at(
    tx: &mut Tx,
    requester_id: &str,
    hit_id: &str,
    place: i64,
) -> Result<Option<String>, Fault> {
    sql(AT).bind(hit_id).bind(requester_id).bind(place).one(tx).await
}

/// The assignment with that id, with its HIT, if the HIT is the requester's and not deleted.
pub async fn owned(
    tx: &mut Tx,
    requester_id: &str,
    id: &str,
) -> Result<Option<(Placed, Hit)>, Fault> {
    let found: Option<(Hit, Placed)> = sql(FIND_OWNED).bind(id).bind(requester_id).one(tx).await?;
    Ok(found.map(|(hit, placed)| (placed, hit)))
}

/// The assignment with that id, if its HIT is or was the requester's.
pub async fn ever_owned(
    tx: &mut Tx,
    requester_id: &str,
    id: &str,
) -> Result<Option<Placed>, Fault> {
    sql(EVER_OWNED).bind(id).bind(requester_id).one(tx).await
}

/// The assignment with that id, whoever owns the HIT: for workers and timers.
pub async fn find(tx: &mut Tx, id: &str) -> Result<Option<Placed>, Fault> {
    sql(DOCUMENT).bind(id).one(tx).await
}

/// The number of the HIT of the assignment with that id, which is not read itself.
pub async fn hit_key(tx: &mut Tx, id: &str) -> Result<Option<i64>, Fault> {
    sql(HIT_KEY).bind(id).one(tx).await
}

from_row! { Placed: hit_key, position, assignment }

impl FromRow for Assignment {
    fn read(columns: &mut Columns<'_>) -> Result<Self, Fault> {
        stored(&columns.next::<String>()?)
    }
}

/// Submitted work of that worker.
pub async fn of_worker(tx: &mut Tx, id: &str, worker_id: &str) -> Result<Option<Placed>, Fault> {
    sql(OF_WORKER).bind(id).bind(worker_id).one(tx).await
}

/// Puts submitted work into the store.
pub async fn add(tx: &mut Tx, placed: &Placed, reward: Cents) -> Result<(), Fault> {
    Rendered::new(placed, reward)?.bind(sql(ADD)).run(tx).await
}

/// Those of the assignments with these ids that there are, by id, whoever owns their HITs: for
/// timers.
pub async fn find_many(tx: &mut Tx, ids: &[&str]) -> Result<Vec<(String, Placed)>, Fault> {
    sql(DOCUMENTS).bind(Arg::Set(&set_of(ids))).all(tx).await
}

/// What changed in an assignment, ready to be stored.
#[derive(Debug)]
pub struct Changed {
    hit_key: i64,
    position: i64,
    status: AssignmentStatus,
    document: String,
}

impl Changed {
    /// Renders the assignment as it is now.
    ///
    /// # Errors
    /// It cannot be shown as JSON.
    pub fn new(placed: &Placed) -> Result<Self, Fault> {
        let Placed { hit_key, position, assignment } = placed;
        let (status, document) = (assignment.assignment_status, document(assignment)?);
        Ok(Self { hit_key: *hit_key, position: *position, status, document })
    }

    /// Where it lies: its HIT's number, and its place in the HIT.
    pub const fn place(&self) -> (i64, i64) {
        (self.hit_key, self.position)
    }

    fn bind<'q>(&'q self, statement: Statement<'q>) -> Statement<'q> {
        bind!(statement; self.hit_key, self.position, self.status, &self.document)
    }
}

/// Keeps what changed in an assignment.
pub async fn save(tx: &mut Tx, placed: &Placed) -> Result<(), Fault> {
    Changed::new(placed)?.bind(sql(SAVE)).run(tx).await
}

/// Keeps what changed in many assignments, each of which comes once.
pub async fn save_many(tx: &mut Tx, changed: &[Changed]) -> Result<(), Fault> {
    let texts = (SAVE, SAVE_MANY);
    change_many(tx, texts, 4, changed, |statement, changed| changed.bind(statement)).await?;
    Ok(())
}

/// The last taken place in the HIT up to and including the second `at`.
pub async fn last_place(tx: &mut Tx, hit_key: i64, at: Instant) -> Result<Option<i64>, Fault> {
    let end = (at.whole_second().0 + 1000) << 20;
    sql(LAST_PLACE).bind(hit_key).bind(end).only(tx).await
}

/// What the worker did, for whichever requester.
pub async fn done(tx: &mut Tx, worker_id: &str) -> Result<WorkCounts, Fault> {
    let (submitted, approved, rejected) = sql(DONE).bind(worker_id).only(tx).await?;
    Ok(WorkCounts { submitted, approved, rejected })
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
        Ok(Self { placed, reward, document: document(&placed.assignment)? })
    }

    fn bind<'q>(&'q self, statement: Statement<'q>) -> Statement<'q> {
        let assignment = &self.placed.assignment;
        statement
            .bind(self.placed.hit_key)
            .bind(self.placed.position)
            .bind(&assignment.assignment_id)
            .bind(&assignment.worker_id)
            .bind(assignment.assignment_status)
            .bind(&self.document)
            .bind(self.reward)
    }
}

/// Puts much submitted work into the store.
pub async fn add_many(tx: &mut Tx, works: &[Rendered<'_>]) -> Result<(), Fault> {
    insert_many(tx, ADD, 7, works, |statement, work| work.bind(statement)).await
}

/// Up to 500 assignments of a HIT after the place `after`.
pub async fn batch(tx: &mut Tx, hit_key: i64, after: i64) -> Result<Vec<Placed>, Fault> {
    sql(BATCH).bind(hit_key).bind(after).read_all(tx, ("assignments", 3)).await
}

/// Submitted work as it is stored.
#[derive(Debug)]
pub struct Stored {
    /// The number of its HIT.
    pub hit_key: i64,
    /// Its place in the HIT.
    pub position: i64,
    /// Its id.
    pub id: String,
    /// What the API shows.
    pub document: String,
}

from_row! { Stored: hit_key, position, id, document }

/// Up to 100 assignments behind a place, of HITs up to the number `last`, HIT by HIT.
pub async fn batch_of_hits(
    tx: &mut Tx,
    (hit_key, position): (i64, i64),
    last: i64,
) -> Result<Vec<Stored>, Fault> {
    sql(BATCH_OF_HITS).bind(hit_key).bind(position).bind(last).all(tx).await
}

/// Whether there is any submitted work at all.
pub async fn any(tx: &mut Tx) -> Result<bool, Fault> {
    sql(ANY).any(tx).await
}

/// How much submitted work there is in each status, in the order of [`AssignmentStatus::ALL`].
pub async fn count_by_status(tx: &mut Tx) -> Result<[i64; AssignmentStatus::ALL.len()], Fault> {
    Ok(<(i64, i64, i64)>::into(sql(BY_STATUS).only(tx).await?))
}
