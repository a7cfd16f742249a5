//! `robots`: crowds of workers by script; `robot_work`: what each of them has in hand;
//! `robot_places`: how far each of them has come.

use crate::fault::Fault;
use crate::rules::robots::script::{Outcome, Progress, Robot};
use crate::shapes::qualification::QualificationRequirement;
use crate::shapes::scalar::{At, Id};
use crate::store::Tx;
use crate::store::db::row::{Columns, FromRow, document, from_row, stored};
use crate::store::db::sql::{bind, sql};
use crate::store::hits::{Hit, select_hits};
use crate::time::Instant;

/// A selection of crowds, in the order in which their columns are read.
macro_rules! select_robots {
    ($rest:literal) => {
        concat!(
            "SELECT r.document, r.key, r.prefix, r.waits, r.next_at, r.looks, r.next_worker, \
            r.misses, r.accepted, r.submitted, r.returned, r.abandoned FROM robots r ",
            $rest
        )
    };
}

/// The place of the worker $2 among the HITs of the type $1.
macro_rules! place {
    () => {
        "coalesce((SELECT p.position FROM robot_places p \
            WHERE p.worker_id = $2 AND p.hit_type_id = $1), -9223372036854775807)"
    };
}

statements! {
    ADD = "INSERT INTO robots (document, prefix, workers, hit_type_id, hit_group_id, title, \
            requester_id, waits, next_at, looks, next_worker, misses, accepted, submitted, \
            returned, abandoned) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) \
        RETURNING key";
    SAVE = "UPDATE robots SET waits = $2, next_at = $3, looks = $4, next_worker = $5, \
            misses = $6, accepted = $7, submitted = $8, returned = $9, abandoned = $10 \
        WHERE key = $1";
    REMOVE = "DELETE FROM robots WHERE key = $1";
    FIND = select_robots!("WHERE r.key = $1");
    ALL = select_robots!("ORDER BY r.key");
    IDLE = select_robots!("WHERE (r.waits OR r.misses > 0) ORDER BY r.key");
    IDLE_FOR = select_robots!("WHERE (r.waits OR r.misses > 0) AND r.hit_type_id IN ('', $1) \
        AND r.hit_group_id IN ('', $2) AND r.title IN ('', $3) AND r.requester_id IN ('', $4) \
        ORDER BY r.key");
    COUNTS = "SELECT count(*), CAST(coalesce(sum(workers), 0) AS BIGINT) FROM robots";
    HAS_PREFIX = "SELECT EXISTS (SELECT 1 FROM robots WHERE prefix = $1)";
    HAS_WORKERS = "SELECT EXISTS (SELECT 1 FROM workers WHERE id >= $1 AND id <= $2)";
    TYPES = "SELECT t.id, t.requirements, t.listed_at, EXISTS (SELECT 1 FROM worker_blocks b \
            WHERE b.requester_id = t.requester_id AND b.worker_id = $2) \
        FROM hit_types t JOIN robots r ON r.key = $1 \
        WHERE t.listed_at IS NOT NULL AND (t.listed_at, t.id) > ($3, $4) \
            AND r.hit_type_id IN ('', t.id) AND r.hit_group_id IN ('', t.group_id) \
            AND r.title IN ('', t.title) AND r.requester_id IN ('', t.requester_id) \
            AND EXISTS (SELECT 1 FROM hits h \
                WHERE h.hit_type_id = t.id AND h.status = 'Assignable') \
        ORDER BY t.listed_at, t.id LIMIT 20";
    OFFER = select_hits!("WHERE h.hit_type_id = $1 AND h.status = 'Assignable' AND h.position > ",
        place!(), " AND NOT EXISTS \
        (SELECT 1 FROM assignments a WHERE a.hit_key = h.key AND a.worker_id = $2) \
        AND NOT EXISTS \
        (SELECT 1 FROM acceptances a WHERE a.hit_key = h.key AND a.worker_id = $2) \
        ORDER BY h.position LIMIT 1");
    LAST_OPEN = "SELECT max(position) FROM hits WHERE hit_type_id = $1 AND status = 'Assignable'";
    PASS = concat!(
        "INSERT INTO robot_places (worker_id, hit_type_id, position) \
        SELECT CAST($2 AS TEXT), CAST($1 AS TEXT), CAST($3 AS BIGINT) \
        WHERE (SELECT count(*) FROM (SELECT 1 AS one FROM hits h \
            WHERE h.hit_type_id = $1 AND h.status = 'Assignable' AND h.position > ", place!(),
            " AND h.position <= $3 LIMIT 32) passed) = 32 \
        ON CONFLICT (worker_id, hit_type_id) DO UPDATE SET position = excluded.position"
    );
    FORGET_PLACES = "DELETE FROM robot_places WHERE hit_type_id = $1 AND position >= $2";
    FORGET_PLACES_OF = "DELETE FROM robot_places WHERE worker_id >= $1 AND worker_id <= $2";
    FORGET_ALL_PLACES = "DELETE FROM robot_places";
    ADD_WORK = "INSERT INTO robot_work (robot_key, number, assignment_id, look, outcome) \
        VALUES ($1, $2, $3, $4, $5)";
    WORK = "SELECT number, assignment_id, look, outcome FROM robot_work \
        WHERE robot_key = $1 AND number = $2";
    WORK_OF = "SELECT number, assignment_id, look, outcome FROM robot_work \
        WHERE robot_key = $1 ORDER BY number";
    AT_WORK = "SELECT count(*) FROM robot_work WHERE robot_key = $1";
    END_WORK = "DELETE FROM robot_work WHERE robot_key = $1 AND number = $2";
    NEXT_WORK_AT = "SELECT min(due_at) FROM timers WHERE kind = 'robot_work' \
        AND subject >= $1 AND subject < $2 AND failure IS NULL";
    HAS_STEPS = "SELECT (SELECT count(*) FROM (SELECT 1 AS one FROM timers \
            WHERE kind = 'robot_arrival' AND failure IS NULL AND due_at <= $1 LIMIT 1) arrivals) \
        + (SELECT count(*) FROM (SELECT 1 AS one FROM timers \
            WHERE kind = 'robot_work' AND failure IS NULL AND due_at <= $1 LIMIT 1) work)";
}

/// A crowd as the store keeps it.
#[derive(Debug, Clone)]
pub struct Crowd {
    /// Its number.
    pub key: i64,
    /// The script, with the prefix of the worker ids and without progress.
    pub script: Robot,
    /// Whether it waits for a HIT.
    pub waits: bool,
    /// When the next worker comes, or would come if there were a HIT.
    pub next_at: Instant,
    /// How far it has come otherwise.
    pub progress: Progress,
}

impl FromRow for Crowd {
    fn read(columns: &mut Columns<'_>) -> Result<Self, Fault> {
        let script: Robot = stored(&columns.next::<String>()?)?;
        let (key, prefix, waits, next_at) = columns.next()?;
        let progress = Progress {
            looks: columns.next()?,
            next_worker: columns.next()?,
            misses: columns.next()?,
            accepted: columns.next()?,
            submitted: columns.next()?,
            returned: columns.next()?,
            abandoned: columns.next()?,
            ..Progress::default()
        };
        let script = Robot { worker_id_prefix: Some(prefix), ..script };
        Ok(Self { key, script, waits, next_at, progress })
    }
}

impl Crowd {
    /// The script with its number and its progress.
    pub fn shown(self) -> Robot {
        let progress = Progress {
            waits: self.waits.then_some(true),
            next_arrival: Some(At(self.next_at)),
            ..self.progress
        };
        Robot { robot: Some(self.key), progress: Some(progress), ..self.script }
    }
}

/// What a robot has in hand.
#[derive(Debug, Clone)]
pub struct Work {
    /// The worker, counted from 0.
    pub number: i64,
    /// What was accepted.
    pub assignment_id: String,
    /// Which look found it.
    pub look: i64,
    /// How it ends.
    pub outcome: Outcome,
}

from_row! { Work: number, assignment_id, look, outcome }

/// Adds a crowd that works for all requesters or for one; returns its number.
pub async fn add(tx: &mut Tx, crowd: &Crowd, requester_id: Option<&str>) -> Result<i64, Fault> {
    let Crowd { script, waits, next_at, progress, .. } = crowd;
    let kept = Robot { robot: None, worker_id_prefix: None, progress: None, ..script.clone() };
    let (text, wanted) = (document(&kept)?, script.hits.clone().unwrap_or_default());
    let id = |id: &Option<Id>| id.as_deref().cloned().unwrap_or_default();
    let (hit_type_id, hit_group_id) = (id(&wanted.hit_type_id), id(&wanted.hit_group_id));
    let statement = bind!(sql(ADD); &text, script.worker_id_prefix.as_deref().unwrap_or_default(),
        script.worker_count(), &hit_type_id, &hit_group_id,
        wanted.title.as_deref().unwrap_or_default(), requester_id.unwrap_or_default(), *waits,
        *next_at, progress.looks, progress.next_worker, progress.misses);
    bind!(statement; progress.accepted, progress.submitted, progress.returned, progress.abandoned)
        .only(tx)
        .await
}

/// Saves how far a crowd has come.
pub async fn save(tx: &mut Tx, crowd: &Crowd) -> Result<(), Fault> {
    let Crowd { key, waits, next_at, progress, .. } = crowd;
    bind!(sql(SAVE); *key, *waits, *next_at, progress.looks, progress.next_worker, progress.misses,
        progress.accepted, progress.submitted, progress.returned, progress.abandoned)
    .run(tx)
    .await
}

/// Removes a crowd; false if there is none.
pub async fn remove(tx: &mut Tx, key: i64) -> Result<bool, Fault> {
    Ok(sql(REMOVE).bind(key).changes(tx).await? > 0)
}

/// The crowd with that number.
pub async fn find(tx: &mut Tx, key: i64) -> Result<Option<Crowd>, Fault> {
    sql(FIND).bind(key).one(tx).await
}

/// Every crowd, the oldest first.
pub async fn all(tx: &mut Tx) -> Result<Vec<Crowd>, Fault> {
    sql(ALL).all(tx).await
}

/// The crowds of which some workers have found no HIT.
pub async fn idle(tx: &mut Tx) -> Result<Vec<Crowd>, Fault> {
    sql(IDLE).all(tx).await
}

/// Those of them that want this HIT.
pub async fn idle_for(tx: &mut Tx, hit: &Hit) -> Result<Vec<Crowd>, Fault> {
    let (of, title) = (&hit.hit_type, &hit.hit_type.values.title);
    let statement = sql(IDLE_FOR).bind(&of.id).bind(&of.group_id).bind(title);
    statement.bind(&hit.requester_id).all(tx).await
}

/// How many crowds there are, and how many workers in all of them.
pub async fn counts(tx: &mut Tx) -> Result<(i64, i64), Fault> {
    sql(COUNTS).only(tx).await
}

/// Whether the worker ids of a crowd begin so.
pub async fn has_prefix(tx: &mut Tx, prefix: &str) -> Result<bool, Fault> {
    sql(HAS_PREFIX).bind(prefix).only(tx).await
}

/// Whether a worker has an id between these two.
pub async fn has_workers(tx: &mut Tx, first: &str, last: &str) -> Result<bool, Fault> {
    sql(HAS_WORKERS).bind(first).bind(last).only(tx).await
}

/// A HIT type that has open HITs which a crowd wants.
#[derive(Debug)]
pub struct WantedType {
    /// Its id.
    pub id: String,
    /// What it requires of workers.
    pub requirements: Vec<QualificationRequirement>,
    /// Where a list goes on.
    pub listed_at: Instant,
    /// Whether its requester blocked the worker.
    pub is_blocked: bool,
}

from_row! { WantedType: id, requirements, listed_at, is_blocked }

/// The HIT types with open HITs that a crowd wants, behind a place, the oldest first; twenty at
/// most.
pub async fn wanted(
    tx: &mut Tx,
    key: i64,
    worker_id: &str,
    after: (Instant, &str),
) -> Result<Vec<WantedType>, Fault> {
    sql(TYPES).bind(key).bind(worker_id).bind(after.0).bind(after.1).all(tx).await
}

/// The oldest open HIT of a type that the worker has never accepted. Once the worker has passed
/// some, the place is noted: the cost does not grow with what a worker has done.
pub async fn offer(tx: &mut Tx, type_id: &str, worker_id: &str) -> Result<Option<Hit>, Fault> {
    let offered: Option<Hit> = sql(OFFER).bind(type_id).bind(worker_id).one(tx).await?;
    let passed = match &offered {
        Some(hit) => Some(hit.position - 1),
        None => sql(LAST_OPEN).bind(type_id).only(tx).await?,
    };
    if let Some(passed) = passed {
        sql(PASS).bind(type_id).bind(worker_id).bind(passed).run(tx).await?;
    }
    Ok(offered)
}

/// A HIT is open: workers who had passed its position come to it.
pub async fn forget_places(tx: &mut Tx, hit: &Hit) -> Result<(), Fault> {
    sql(FORGET_PLACES).bind(&hit.hit_type.id).bind(hit.position).run(tx).await
}

/// Workers with ids from `first` to `last` are gone.
pub async fn forget_places_of(tx: &mut Tx, first: &str, last: &str) -> Result<(), Fault> {
    sql(FORGET_PLACES_OF).bind(first).bind(last).run(tx).await
}

/// HITs may be open anywhere.
pub async fn forget_all_places(tx: &mut Tx) -> Result<(), Fault> {
    sql(FORGET_ALL_PLACES).run(tx).await
}

/// A robot of a crowd has something in hand.
pub async fn add_work(tx: &mut Tx, key: i64, work: &Work) -> Result<(), Fault> {
    let Work { number, assignment_id, look, outcome } = work;
    bind!(sql(ADD_WORK); key, *number, assignment_id, *look, *outcome).run(tx).await
}

/// What a robot has in hand.
pub async fn work(tx: &mut Tx, key: i64, number: i64) -> Result<Option<Work>, Fault> {
    sql(WORK).bind(key).bind(number).one(tx).await
}

/// What the robots of a crowd have in hand, by worker.
pub async fn work_of(tx: &mut Tx, key: i64) -> Result<Vec<Work>, Fault> {
    sql(WORK_OF).bind(key).all(tx).await
}

/// How many robots of a crowd have something in hand.
pub async fn at_work(tx: &mut Tx, key: i64) -> Result<i64, Fault> {
    sql(AT_WORK).bind(key).only(tx).await
}

/// A robot has nothing in hand any more.
pub async fn end_work(tx: &mut Tx, key: i64, number: i64) -> Result<(), Fault> {
    sql(END_WORK).bind(key).bind(number).run(tx).await
}

/// When the first robot of a crowd ends what it has in hand.
pub async fn next_work_at(tx: &mut Tx, subjects: (&str, &str)) -> Result<Option<Instant>, Fault> {
    sql(NEXT_WORK_AT).bind(subjects.0).bind(subjects.1).only(tx).await
}

/// Whether a robot has a step until that instant.
pub async fn has_steps(tx: &mut Tx, until: Instant) -> Result<bool, Fault> {
    Ok(sql(HAS_STEPS).bind(until).only::<i64>(tx).await? > 0)
}
