//! `hits`: the HITs of every requester.

use serde::ser::{Error as _, SerializeMap as _};
use serde::{Serialize, Serializer};
use serde_json::to_value;

use crate::fault::Fault;
use crate::money::Cents;
use crate::rules::hit::{Phase, Standing};
use crate::rules::page::Page;
use crate::shapes::hit::HitStatus;
use crate::shapes::review::ReviewPolicy;
use crate::store::Tx;
use crate::store::db::insert_many::change_many;
use crate::store::db::row::{Columns, FromRow, document, from_row, stored};
use crate::store::db::sql::{Statement, bind, sql};
use crate::store::db::value::{Arg, set_of};
use crate::store::hit_groups;
use crate::store::hit_types::HitType;
use crate::time::Instant;

/// The columns of a HIT after those of its type, in the order in which they are read.
macro_rules! select_hits {
    ($($rest:expr),*) => { crate::store::hits::select_hits!(and ""; $($rest),*) };
    (and $more:literal; $($rest:expr),*) => {
        concat!(
            "SELECT ", crate::store::hit_types::hit_type_columns!(), ", \
            h.status, h.key, h.id, h.requester_id, h.question, h.requester_annotation, \
            h.created_at, h.expire_at, h.max_assignments, \
            h.pending_count, h.submitted_count, h.approved_count, h.rejected_count, \
            h.last_assignment_position, h.position, h.expiry_position, h.held_cents, \
            (h.assignment_review_policy IS NOT NULL OR h.hit_review_policy IS NOT NULL), \
            h.hit_layout_id", $more, " \
            FROM hits h JOIN hit_types t ON t.id = h.hit_type_id ",
            $($rest),*
        )
    };
}
pub(super) use select_hits;

/// How many assignments HITs have in work, submitted, approved and rejected.
macro_rules! select_counts {
    ($rest:literal) => {
        concat!(
            "SELECT CAST(coalesce(sum(h.pending_count), 0) AS BIGINT), \
            CAST(coalesce(sum(h.submitted_count), 0) AS BIGINT), \
            CAST(coalesce(sum(h.approved_count), 0) AS BIGINT), \
            CAST(coalesce(sum(h.rejected_count), 0) AS BIGINT) FROM hits h ",
            $rest
        )
    };
}

/// The first open HIT of a type, in one order, that a worker has not taken.
macro_rules! open_for {
    ($order:literal) => {
        select_hits!(
            "WHERE h.hit_type_id = $1 AND h.status = 'Assignable' AND NOT EXISTS \
            (SELECT 1 FROM assignments a WHERE a.hit_key = h.key AND a.worker_id = $2) \
            AND NOT EXISTS \
            (SELECT 1 FROM acceptances a WHERE a.hit_key = h.key AND a.worker_id = $2 \
                AND a.state = 'Accepted') \
            ORDER BY h.position",
            $order,
            " LIMIT 1"
        )
    };
}

statements! {
    FIND_OWNED = select_hits!("WHERE h.id = $1 AND h.requester_id = $2");
    FIND = select_hits!("WHERE h.id = $1");
    BY_KEY = select_hits!("WHERE h.key = $1");
    BY_KEYS = select_hits!("WHERE h.key IN (SELECT CAST(key AS BIGINT) FROM json_each($1))");
    BY_IDS = select_hits!("WHERE h.id IN (SELECT key FROM json_each($1))");
    OLDEST_OPEN = open_for!("");
    NEWEST_OPEN = open_for!(" DESC");
    OPEN_COUNT = "SELECT count(*) FROM (SELECT 1 AS one FROM hits h \
        WHERE h.status = 'Assignable' LIMIT $1 + 0) counted";
    TYPE_OF_GROUP = "SELECT id FROM hit_types WHERE group_id = $1";
    EXISTS = "SELECT key FROM hits WHERE id = $1 AND requester_id = $2 AND status <> 'Disposed'";
    ADD = "INSERT INTO hits (id, requester_id, hit_type_id, question, requester_annotation, \
            assignment_review_policy, hit_review_policy, created_at, expire_at, max_assignments, \
            pending_count, submitted_count, approved_count, rejected_count, status, \
            last_assignment_position, held_cents, hit_layout_id, arrived_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0, 0, 0, $11, 0, $12, $13, $14) \
        RETURNING key, position";
    SAVE_COUNTS = "UPDATE hits SET max_assignments = $5, pending_count = $6, \
            submitted_count = $7, approved_count = $8, rejected_count = $9, \
            last_assignment_position = $10, held_cents = $11 \
        WHERE key = $1 AND status = $2 AND expire_at = $3 AND hit_type_id = $4";
    SAVE = "UPDATE hits SET status = $2, expire_at = $3, hit_type_id = $4, \
            max_assignments = $5, pending_count = $6, submitted_count = $7, approved_count = $8, \
            rejected_count = $9, last_assignment_position = $10, held_cents = $11 WHERE key = $1";
    SAVE_MANY = "UPDATE hits SET status = v.column2, expire_at = v.column3, \
            hit_type_id = v.column4, max_assignments = v.column5, pending_count = v.column6, \
            submitted_count = v.column7, approved_count = v.column8, rejected_count = v.column9, \
            last_assignment_position = v.column10, held_cents = v.column11 \
        FROM (VALUES (CAST($1 AS BIGINT), $2, CAST($3 AS BIGINT), $4, CAST($5 AS BIGINT), \
            CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($8 AS BIGINT), CAST($9 AS BIGINT), \
            CAST($10 AS BIGINT), CAST($11 AS BIGINT))) v WHERE hits.key = v.column1";
    BATCH = select_hits!(and ", h.assignment_review_policy, h.hit_review_policy, \
        (SELECT d.due_at FROM timers d WHERE d.kind = 'disposal' AND d.subject = h.id)";
        "WHERE h.key > $1 ORDER BY h.key LIMIT 100");
    COUNTS = select_counts!("WHERE h.requester_id = $1");
    COUNTS_OF_ALL = select_counts!("");
    BY_STATUS = "SELECT count(*) FILTER (WHERE status = 'Assignable'), \
        count(*) FILTER (WHERE status = 'Unassignable'), \
        count(*) FILTER (WHERE status = 'Reviewable'), \
        count(*) FILTER (WHERE status = 'Reviewing'), \
        count(*) FILTER (WHERE status = 'Disposed') FROM hits";
    POLICIES = "SELECT assignment_review_policy, hit_review_policy, id FROM hits \
        WHERE key = $1";
    LIST = select_hits!("WHERE h.requester_id = $1 AND h.status <> 'Disposed' AND h.position < $2 \
        ORDER BY h.position DESC LIMIT $3 + 0");
    LIST_STATUS = select_hits!("WHERE h.requester_id = $1 AND h.status = $2 \
        AND h.expiry_position < $3 ORDER BY h.expiry_position DESC LIMIT $4 + 0");
    LIST_STATUS_OF_TYPE = select_hits!("WHERE h.requester_id = $1 AND h.hit_type_id = $2 \
        AND h.status = $3 AND h.expiry_position < $4 \
        ORDER BY h.expiry_position DESC LIMIT $5 + 0");
}

/// A HIT as the store keeps it.
#[derive(Debug, Clone)]
pub struct Hit {
    /// Its number in the store; 0 before it is there.
    pub key: i64,
    /// 30 characters.
    pub id: String,
    /// Whose it is.
    pub requester_id: String,
    /// What it has in common with others.
    pub hit_type: HitType,
    /// The question document as sent.
    pub question: String,
    /// The layout from which it was made.
    pub layout_id: Option<String>,
    /// The requester's own note.
    pub requester_annotation: Option<String>,
    /// When it was made.
    pub created_at: Instant,
    /// Counters, end and phase.
    pub standing: Standing,
    /// The status that was kept last.
    pub status: HitStatus,
    /// The place of its latest submission.
    pub last_assignment_position: i64,
    /// Its place among the requester's HITs by creation.
    pub position: i64,
    /// Its place among the requester's HITs by expiration.
    pub expiry_position: i64,
    /// What of the requester's money is on hold for it.
    pub held: Cents,
    /// Whether it has a review policy.
    pub has_policies: bool,
}

/// The HIT as the API shows it. Recorded: its members come in alphabetical order.
impl Serialize for Hit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (hit_type, values, standing) = (&self.hit_type, &self.hit_type.values, &self.standing);
        let mut hit = serializer.serialize_map(None)?;
        hit.serialize_entry("AssignmentDurationInSeconds", &values.assignment_duration_s)?;
        hit.serialize_entry("AutoApprovalDelayInSeconds", &values.auto_approval_delay_s)?;
        hit.serialize_entry("CreationTime", &self.created_at)?;
        hit.serialize_entry("Description", &values.description)?;
        hit.serialize_entry("Expiration", &standing.expire_at)?;
        hit.serialize_entry("HITGroupId", &hit_type.group_id)?;
        hit.serialize_entry("HITId", &self.id)?;
        if let Some(layout_id) = &self.layout_id {
            hit.serialize_entry("HITLayoutId", layout_id)?;
        }
        // Amazon's content review does not exist here.
        hit.serialize_entry("HITReviewStatus", "NotReviewed")?;
        hit.serialize_entry("HITStatus", &self.status)?;
        hit.serialize_entry("HITTypeId", &hit_type.id)?;
        if let Some(keywords) = &values.keywords {
            hit.serialize_entry("Keywords", keywords)?;
        }
        hit.serialize_entry("MaxAssignments", &standing.max)?;
        hit.serialize_entry("NumberOfAssignmentsAvailable", &standing.available())?;
        hit.serialize_entry("NumberOfAssignmentsCompleted", &standing.completed())?;
        hit.serialize_entry("NumberOfAssignmentsPending", &standing.pending)?;
        // Their members too; the store keeps another order.
        let mut requirements = to_value(&values.requirements).map_err(S::Error::custom)?;
        requirements.sort_all_objects();
        hit.serialize_entry("QualificationRequirements", &requirements)?;
        hit.serialize_entry("Question", &self.question)?;
        if let Some(annotation) = &self.requester_annotation {
            hit.serialize_entry("RequesterAnnotation", annotation)?;
        }
        hit.serialize_entry("Reward", &values.reward)?;
        hit.serialize_entry("Title", &values.title)?;
        hit.end()
    }
}

impl FromRow for Hit {
    fn read(columns: &mut Columns<'_>) -> Result<Self, Fault> {
        let hit_type = columns.next()?;
        let status = columns.next()?;
        let phase = match status {
            HitStatus::Reviewing => Phase::Reviewing,
            HitStatus::Disposed => Phase::Disposed,
            _ => Phase::Open,
        };
        Ok(Self {
            hit_type,
            key: columns.next()?,
            id: columns.next()?,
            requester_id: columns.next()?,
            question: columns.next()?,
            requester_annotation: columns.next()?,
            created_at: columns.next()?,
            standing: Standing {
                expire_at: columns.next()?,
                max: columns.next()?,
                pending: columns.next()?,
                submitted: columns.next()?,
                approved: columns.next()?,
                rejected: columns.next()?,
                phase,
            },
            status,
            last_assignment_position: columns.next()?,
            position: columns.next()?,
            expiry_position: columns.next()?,
            held: columns.next()?,
            has_policies: columns.next()?,
            layout_id: columns.next()?,
        })
    }
}

/// How many assignments a requester's HITs have, or all HITs: in work, submitted and awaiting
/// review, approved, rejected.
pub async fn counts(tx: &mut Tx, requester_id: Option<&str>) -> Result<[i64; 4], Fault> {
    let statement = match requester_id {
        Some(id) => sql(COUNTS).bind(id),
        None => sql(COUNTS_OF_ALL),
    };
    let (pending, submitted, approved, rejected) = statement.only(tx).await?;
    Ok([pending, submitted, approved, rejected])
}

/// How many HITs there are in each status, in the order of [`HitStatus::ALL`].
pub async fn count_by_status(tx: &mut Tx) -> Result<[i64; HitStatus::ALL.len()], Fault> {
    Ok(<(i64, i64, i64, i64, i64)>::into(sql(BY_STATUS).only(tx).await?))
}

/// The review policies of a HIT.
#[derive(Debug, Clone, Default)]
pub struct Policies {
    /// `AssignmentReviewPolicy`.
    pub assignment: Option<ReviewPolicy>,
    /// `HITReviewPolicy`.
    pub hit: Option<ReviewPolicy>,
}

from_row! { Policies: assignment, hit }

impl FromRow for Option<ReviewPolicy> {
    fn read(columns: &mut Columns<'_>) -> Result<Self, Fault> {
        columns.next::<Option<String>>()?.as_deref().map(stored).transpose()
    }
}

impl Policies {
    /// Whether there is one.
    pub const fn any(&self) -> bool {
        self.assignment.is_some() || self.hit.is_some()
    }
}

/// The requester's HIT with that id, deleted ones included.
///
/// # Errors
/// No such HIT, or another requester's; the database failed.
pub async fn owned(tx: &mut Tx, requester_id: &str, id: &str) -> Result<Hit, Fault> {
    let found = sql(FIND_OWNED).bind(id).bind(requester_id).one(tx).await?;
    found.ok_or_else(|| Fault::hit_does_not_exist(id))
}

/// The HIT with that id, whoever owns it: for workers and timers.
pub async fn find(tx: &mut Tx, id: &str) -> Result<Option<Hit>, Fault> {
    sql(FIND).bind(id).one(tx).await
}

/// The HIT with that number, which an acceptance or assignment names.
pub async fn by_key(tx: &mut Tx, key: i64) -> Result<Hit, Fault> {
    let found = sql(BY_KEY).bind(key).one(tx).await?;
    found.ok_or_else(|| Fault::Service(format!("HIT number {key} is gone")))
}

/// Those of the HITs with these numbers that there are.
pub async fn by_keys(tx: &mut Tx, keys: impl Iterator<Item = i64>) -> Result<Vec<Hit>, Fault> {
    let keys: Vec<String> = keys.map(|key| key.to_string()).collect();
    sql(BY_KEYS).bind(Arg::Set(&set_of(&keys))).all(tx).await
}

/// Those of the HITs with these ids that there are, whoever owns them: for timers.
pub async fn find_many(tx: &mut Tx, ids: &[&str]) -> Result<Vec<Hit>, Fault> {
    sql(BY_IDS).bind(Arg::Set(&set_of(ids))).all(tx).await
}

/// The oldest open HIT of a HIT type or HIT group that the worker has not taken.
pub async fn offer(
    tx: &mut Tx,
    type_or_group: &str,
    worker_id: &str,
) -> Result<Option<Hit>, Fault> {
    let of_group: Option<String> = sql(TYPE_OF_GROUP).bind(type_or_group).one(tx).await?;
    let hit_type_id = of_group.as_deref().unwrap_or(type_or_group);
    sql(OLDEST_OPEN).bind(hit_type_id).bind(worker_id).one(tx).await
}

/// The newest open HIT of a HIT type that the worker has not taken.
pub async fn newest_open(
    tx: &mut Tx,
    hit_type_id: &str,
    worker_id: &str,
) -> Result<Option<Hit>, Fault> {
    sql(NEWEST_OPEN).bind(hit_type_id).bind(worker_id).one(tx).await
}

/// How many HITs of the market are open, counted up to `most`.
pub async fn open_count(tx: &mut Tx, most: i64) -> Result<i64, Fault> {
    sql(OPEN_COUNT).bind(most).only(tx).await
}

/// Whether the requester has that HIT and has not deleted it.
pub async fn exists(tx: &mut Tx, requester_id: &str, id: &str) -> Result<bool, Fault> {
    sql(EXISTS).bind(id).bind(requester_id).any(tx).await
}

/// Puts a new HIT into the store and gives it its number and its place in lists, which is that of
/// the millisecond `arrived_at`.
pub async fn add(
    tx: &mut Tx,
    hit: &mut Hit,
    policies: &Policies,
    arrived_at: Instant,
) -> Result<(), Fault> {
    let of_assignment = policies.assignment.as_ref().map(document).transpose()?;
    let of_hit = policies.hit.as_ref().map(document).transpose()?;
    let statement = bind!(sql(ADD); &hit.id, &hit.requester_id, &hit.hit_type.id, &hit.question,
        hit.requester_annotation.as_deref(), of_assignment.as_deref(), of_hit.as_deref(),
        hit.created_at, hit.standing.expire_at, hit.standing.max, hit.status, hit.held,
        hit.layout_id.as_deref(), arrived_at);
    (hit.key, hit.position) = statement.only(tx).await?;
    if hit.status == HitStatus::Assignable {
        hit_groups::list(tx, &hit.hit_type.id, arrived_at).await?;
    }
    Ok(())
}

/// Keeps what changed in a HIT.
pub async fn save(tx: &mut Tx, hit: &Hit) -> Result<(), Fault> {
    if bind_save(sql(SAVE_COUNTS), hit).changes(tx).await? == 0 {
        bind_save(sql(SAVE), hit).run(tx).await?;
    }
    Ok(())
}

/// Keeps what changed in many HITs, each of which comes once; `moved` are those that are in another
/// status than before.
pub async fn save_many(tx: &mut Tx, counted: &[&Hit], moved: &[&Hit]) -> Result<(), Fault> {
    for (one, hits) in [(SAVE_COUNTS, counted), (SAVE, moved)] {
        let texts = (one, SAVE_MANY);
        change_many(tx, texts, 11, hits, |statement, hit| bind_save(statement, hit)).await?;
    }
    Ok(())
}

/// One text or the other, which take the same values. What no index has is kept without touching
/// the indexes, if the rest is as it was: SQLite would write them all anew.
fn bind_save<'h>(statement: Statement<'h>, hit: &'h Hit) -> Statement<'h> {
    let standing = &hit.standing;
    bind!(statement; hit.key, hit.status, standing.expire_at, &hit.hit_type.id, standing.max,
        standing.pending, standing.submitted, standing.approved, standing.rejected,
        hit.last_assignment_position, hit.held)
}

/// A page of the requester's HITs, newest first, without deleted ones.
pub async fn list(tx: &mut Tx, requester_id: &str, page: Page) -> Result<Vec<Hit>, Fault> {
    let before = page.after.unwrap_or(i64::MAX);
    sql(LIST).bind(requester_id).bind(before).bind(page.size).all(tx).await
}

/// A page of the requester's HITs in one status, latest expiration first.
pub async fn list_status(
    tx: &mut Tx,
    requester_id: &str,
    hit_type_id: Option<&str>,
    status: HitStatus,
    page: Page,
) -> Result<Vec<Hit>, Fault> {
    let before = page.after.unwrap_or(i64::MAX);
    let statement = match hit_type_id {
        Some(id) => sql(LIST_STATUS_OF_TYPE).bind(requester_id).bind(id),
        None => sql(LIST_STATUS).bind(requester_id),
    };
    let statement = statement.bind(status).bind(before).bind(page.size);
    statement.all(tx).await
}

/// A HIT with its review policies, and when it will be deleted by itself.
pub type Whole = (Hit, Policies, Option<Instant>);

/// Up to 100 HITs after the number `after`, in the order in which they were made.
pub async fn batch(tx: &mut Tx, after: i64) -> Result<Vec<Whole>, Fault> {
    sql(BATCH).bind(after).read_all(tx, ("hits", 11)).await
}

/// The review policies of a HIT.
pub async fn policies(tx: &mut Tx, key: i64) -> Result<Policies, Fault> {
    let found = sql(POLICIES).bind(key).read_all(tx, ("hits", 2)).await?.pop();
    found.ok_or_else(|| Fault::Service(format!("HIT number {key} is gone")))
}
