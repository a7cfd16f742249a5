//! Markets made by a few large statements, on SQLite or PostgreSQL.

use anyhow::{Context as _, Result};
use mturk_local::engine::Engine;
use mturk_local::ids::requester_of;
use mturk_local::rules::page::PageKey;
use mturk_local::shapes::assignment::{Assignment, AssignmentStatus};
use mturk_local::store::db::sql::sql;
use mturk_local::store::{Store, world};
use mturk_local::time::{Instant, real_now};
use mturk_local::turn::Market;

/// 318 bytes of answer, as in the prototypes.
pub const ANSWER: &str = "<?xml version=\"1.0\" encoding=\"ASCII\"?><QuestionFormAnswers \
    xmlns=\"http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/\
    QuestionFormAnswers.xsd\"><Answer><QuestionIdentifier>sentiment</QuestionIdentifier>\
    <FreeText>The text is rather positive, I would say, though not in every line of it.\
    </FreeText></Answer></QuestionFormAnswers>";

/// A question form as people send it.
pub const QUESTION: &str = "<HTMLQuestion xmlns=\"http://mechanicalturk.amazonaws.com/\
    AWSMechanicalTurkDataSchemas/2011-11-11/HTMLQuestion.xsd\"><HTMLContent><![CDATA[<!DOCTYPE \
    html><html><body><form name=\"mturk_form\" method=\"post\" action=\"externalSubmit\"><p>Is the \
    text below positive, negative or neutral?</p><blockquote>The quick brown fox jumps over the \
    lazy dog, and nobody minds.</blockquote><input type=\"radio\" name=\"s\" value=\"pos\"><input \
    type=\"radio\" name=\"s\" value=\"neg\"><input type=\"submit\"></form></body></html>]]>\
    </HTMLContent><FrameHeight>450</FrameHeight></HTMLQuestion>";

const TYPE: &str = "INSERT INTO hit_types (id, group_id, requester_id, fingerprint, title, \
        description, keywords, reward_cents, assignment_duration_s, auto_approval_delay_s, \
        requirements) \
    VALUES ('3TYPE', '3GROUP', $1, 'f', 'Sentiment', 'Say what a text is like', 'text, mood', 5, \
        600, 2592000, '[]') ON CONFLICT DO NOTHING";

/// `$3` HITs whose ids go on from number `$4`, in status `$5`.
const HITS: &str = "INSERT INTO hits (id, requester_id, hit_type_id, question, arrived_at, \
        created_at, expire_at, max_assignments, pending_count, submitted_count, approved_count, \
        rejected_count, status, last_assignment_position) \
    WITH RECURSIVE n (i) AS (SELECT $4 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $4 + $3) \
    SELECT '3HIT' || substr(CAST(1000000000 + i AS TEXT), 2), $1, '3TYPE', $6, $2, $2, \
        $2 + 2592000000 + i, 1000000000, 0, 0, 0, 0, $5, 0 FROM n";

/// `$2` assignments, `$3` for each HIT, from HIT number `$4` on, one millisecond after another from
/// `$5` in steps of `$6`; each thousandth is rejected. `$1` is the document.
const WORK: &str = "INSERT INTO assignments (hit_key, position, id, worker_id, status, document) \
    WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $2), \
    made (i, hit, id, worker, status) AS (SELECT i, $4 + i / $3, \
        '3' || substr(CAST(100000000000000 + $4 * 10000000 + i AS TEXT), 2) || 'ASSIGNMENTXXXXX', \
        'A' || substr(CAST(10000000000000 + i AS TEXT), 2), \
        CASE WHEN i % 1000 = 500 THEN 'Rejected' ELSE 'Submitted' END FROM n) \
    SELECT h.key, ($5 + i % $3 * $6) * 1048576 + i % $3, made.id, made.worker, made.status, \
        replace(replace(replace(replace($1, '@A', made.id), '@W', made.worker), '@H', h.id), \
            '@S', made.status) \
    FROM made JOIN hits h ON h.id = '3HIT' || substr(CAST(1000000000 + hit AS TEXT), 2)";

/// What other lists are made of, one item for each HIT. `$1` is the requester, `$2` an instant.
const AROUND: [&str; 7] = [
    "INSERT INTO qualification_types (id, requester_id, sort_name, searchable, name, status, \
            is_requestable, auto_granted, created_at, description) \
        SELECT '3QUAL' || h.key, $1, 'reader ' || h.key, 'reader ' || h.key, 'Reader ' || h.key, \
            'Active', TRUE, FALSE, $2, 'Reads well' FROM hits h",
    "INSERT INTO qualifications (qualification_type_id, worker_id, value, grant_at, status) \
        SELECT '3QUAL1', 'A' || CAST(h.key AS TEXT), 1, $2, 'Granted' FROM hits h \
        WHERE h.requester_id = $1",
    "INSERT INTO qualification_requests (id, requester_id, qualification_type_id, worker_id, \
            status, ask_at, arrived_at, submit_at) \
        SELECT '3REQUEST' || h.key, $1, '3QUAL1', 'AX' || h.key, 'Pending', $2, $2, $2 \
        FROM hits h",
    "INSERT INTO hit_requirements (qualification_type_id, requester_id, position, hit_key) \
        SELECT '3QUAL1', $1, h.position, h.key FROM hits h WHERE h.created_at <= $2",
    "INSERT INTO bonus_payments (requester_id, hit_id, assignment_id, worker_id, amount_cents, \
            reason, grant_at) SELECT $1, h.id, '3ASSIGNMENT', 'A1', 5, 'Well done', $2 FROM hits h",
    "INSERT INTO worker_blocks (requester_id, worker_id, reason) \
        SELECT $1, 'A' || CAST(h.key AS TEXT), 'Noise' FROM hits h WHERE h.created_at <= $2",
    "INSERT INTO review_reports (hit_key, part, document) \
        SELECT h.key, 'AssignmentResult', '{\"ActionId\":\"1\",\"SubjectId\":\"3A\",\
            \"SubjectType\":\"Assignment\",\"QuestionId\":\"q\",\"Key\":\"k\",\
            \"Value\":\"1\"}' FROM hits h WHERE h.requester_id = $1 AND h.created_at <= $2",
];

/// What is made.
pub struct Work {
    pub first_hit: i64,
    pub hits: i64,
    pub for_each: i64,
    pub status: &'static str,
    /// Milliseconds from one submission to the next: 0 for all at once.
    pub step_ms: i64,
}

/// The id of HIT number `n`.
pub fn hit_id(n: i64) -> String {
    format!("3HIT{n:09}")
}

/// The id of assignment number `n` of the work that begins at a HIT.
pub fn assignment_id(first_hit: i64, n: i64) -> String {
    format!("3{:014}ASSIGNMENTXXXXX", first_hit * 10_000_000 + n)
}

/// When the work was submitted.
pub fn submitted_at() -> i64 {
    (real_now().0 / 86_400_000 - 1) * 86_400_000
}

/// Puts an item of every other list beside each HIT.
pub async fn surround(url: &str) -> Result<()> {
    let engine = Engine::new(Store::open(Some(url)).await?, Market::default(), None).await?;
    let mut tx = engine.store().write().await?;
    let (requester, at) = (requester_of("test"), submitted_at());
    for text in AROUND {
        sql(text).bind(&requester).bind(at).run(&mut tx).await?;
    }
    tx.commit().await?;
    engine.store().close().await;
    Ok(())
}

/// Fills a database, and gives the key of its page tokens.
pub async fn fill(url: &str, all: &[Work]) -> Result<PageKey> {
    let store = Store::open(Some(url)).await?;
    let engine = Engine::new(store, Market::default(), None).await?;
    let mut tx = engine.store().write().await?;
    let (requester, at) = (requester_of("test"), submitted_at());
    sql(TYPE).bind(&requester).run(&mut tx).await?;
    let document = document(at)?;
    for Work { first_hit, hits, for_each, status, step_ms } in all {
        let statement = sql(HITS).bind(&requester).bind(at).bind(*hits).bind(*first_hit);
        statement.bind(*status).bind(QUESTION).run(&mut tx).await?;
        if *for_each > 0 {
            let statement = sql(WORK).bind(&document).bind(hits * for_each).bind(*for_each);
            statement.bind(*first_hit).bind(at).bind(*step_ms).run(&mut tx).await?;
        }
    }
    let state = world::state(&mut tx).await?;
    tx.commit().await?;
    engine.store().close().await;
    Ok(state.page_key)
}

fn document(at: i64) -> Result<String> {
    let assignment = Assignment {
        assignment_id: "@A".into(),
        worker_id: "@W".into(),
        hit_id: "@H".into(),
        assignment_status: AssignmentStatus::Submitted,
        auto_approval_time: Instant(at + 2_592_000_000),
        accept_time: Instant(at - 60_000),
        submit_time: Instant(at),
        approval_time: None,
        rejection_time: None,
        answer: ANSWER.into(),
        requester_feedback: None,
    };
    let text = serde_json::to_string(&assignment)?;
    let status = "\"AssignmentStatus\":\"Submitted\"";
    text.contains(status).then_some(()).context("the shape of an assignment changed")?;
    Ok(text.replace(status, "\"AssignmentStatus\":\"@S\""))
}
