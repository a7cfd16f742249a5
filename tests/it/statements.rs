//! Every statement of the store, prepared and planned by the database that it is for.
//!
//! No page, look-up or change may read what it does not need. SQLite's plans are kept as text, so
//! that a change of one is seen; PostgreSQL's follow its statistics, so of them only what must not
//! happen is looked for.

use std::fmt::Write;

use mturk_local::store::statements;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection};

use crate::world::World;

/// Steps of SQLite's plans that would be refused elsewhere: in which statements (by how the name
/// begins), and why that is bounded.
const ALLOWED: [(&str, &str, &str); 30] = [
    ("USE TEMP B-TREE FOR GROUP BY", "batch_lists.COUNTS_BY_TYPE", "the HITs that are added up"),
    ("SCAN passed", "robots.PASS", "32 rows, which the subquery limits"),
    ("SCAN r USING INDEX robots_idle", "robots.IDLE", "the crowds that wait alone"),
    ("SCAN arrivals", "robots.HAS_STEPS", "one row, which the subquery limits"),
    ("SCAN work", "robots.HAS_STEPS", "one row, which the subquery limits"),
    ("SCAN json_each", "", "the ids that are looked for"),
    ("SCAN v", "", "the values of rows that are written together"),
    ("SCAN page", "review_reports.PAGE", "one page, which the subquery limits"),
    ("SCAN page", "assignments.PAGE", "one page, which the subquery limits"),
    ("SCAN assignments", "assignments.ANY", "the first row, whichever it is"),
    ("SCAN timers USING INDEX timers_by_due", "timers.NEXT", "the first row"),
    ("SCAN timers USING INDEX timers_set_aside", "timers.", "those that failed alone"),
    ("SCAN snapshots", "snapshots.", "a hundred rows at most"),
    ("SCAN d", "notifications.", "the destinations, which are few"),
    ("SCAN n", "events.NUMBER", "a thousand rows, which the subquery limits"),
    ("SCAN (subquery", "events.NUMBER", "a thousand rows, which the subquery limits"),
    ("USE TEMP B-TREE FOR LAST 2", "acceptances.OF_HITS", "a dump: the holds on each HIT"),
    ("SCAN counted", "hit_groups.SIZES", "as many as are ranked, which the subquery limits"),
    ("SCAN counted", "hit_groups.COUNTS", "as many as are counted, which the subquery limits"),
    ("SCAN newest", "hit_groups.TAKEN_BY", "as many as are counted, which the subquery limits"),
    ("SCAN counted", "worker_blocks.COUNT", "as many as may be, which the subquery limits"),
    ("USE TEMP B-TREE FOR ORDER BY", "faults.OF_", "the rules that match, which are bounded"),
    ("SCAN days", "worker_history.DAYS", "some weeks"),
    ("SCAN s", "worker_history.DAYS", "the three statuses"),
    ("SCAN span", "review.SPAN_END", "as many HITs as are read, which the subquery limits"),
    ("SCAN h USING COVERING INDEX hits_to_work_on", "hits.OPEN_COUNT", "as many as are counted"),
    ("SCAN counted", "hits.OPEN_COUNT", "as many as are counted, which the subquery limits"),
    ("SCAN counted", "timers.OF_KIND", "as many as are counted, which the subquery limits"),
    ("SCAN page", "worker_history.FOR_REQUESTER", "one page, which the subquery limits"),
    ("SCAN page", "worker_history.OF_DAY", "one page, which the subquery limits"),
];

/// Statements (by how the name begins) that are about whole tables, and why.
const WHOLE: [(&str, &str); 30] = [
    ("robots.FORGET_ALL_PLACES", "a load may open HITs anywhere"),
    ("robots.ALL", "the crowds are shown, and dumped"),
    ("robots.COUNTS", "the crowds are bounded"),
    ("reset.ROBOTS_OF", "a reset of one requester walks the crowds once"),
    ("snapshots.ALL", "a hundred rows at most"),
    ("snapshots.REMOVE_ALL", "one row"),
    ("notifications.RELEASE_ALL", "the destinations, which are few"),
    ("hit_layouts.ALL", "a dump writes them all"),
    ("reset.NO_", "a reset empties the table"),
    ("reset.TIMERS_OF_", "a reset of one requester walks the timers once"),
    ("reset.EVENTS_OF", "a reset of one requester walks the events once"),
    ("events.WAITING_COUNT", "a reset counts what is lost"),
    ("reset.QUALIFICATION_REQUESTS_OF", "a reset of one requester walks the requests once"),
    ("qualification_types.ALL", "a dump writes them all"),
    ("timers.COUNTS", "metrics count them all"),
    ("hits.BY_STATUS", "metrics count them all"),
    ("assignments.BY_STATUS", "metrics count them all"),
    ("acceptances.IN_WORK_COUNT", "metrics count them all"),
    ("hits.COUNTS_OF_ALL", "a wait for all HITs adds them up"),
    ("reset.FAULTS_OF", "a reset of one requester walks the rules once"),
    ("faults.REMOVE_ALL", "all rules go, and what they counted"),
    ("faults.LIST", "the rules are shown, and dumped"),
    ("faults.COUNT", "the rules are bounded"),
    ("reset.DESTINATIONS_OF_WEBHOOKS", "a reset of one requester walks the webhooks once"),
    ("reset.WEBHOOKS_OF", "a reset of one requester walks the webhooks once"),
    ("webhooks.LIST", "a hundred at most"),
    ("webhooks.COUNT", "a hundred at most"),
    ("webhooks.LOWEST", "a hundred at most"),
    ("requesters.ALL", "a dump writes them all"),
    ("requesters.SECRETS", "a market that is replaced keeps them all"),
];

/// Whether a step reads more than was asked for, or sorts what an index could have sorted.
fn is_dear(step: &str) -> bool {
    let scan = step.starts_with("SCAN ") && step != "SCAN CONSTANT ROW";
    scan || step.contains("USE TEMP B-TREE") || step.contains("AUTOMATIC")
}

async fn sqlite(world: &World) -> SqliteConnection {
    SqliteConnection::connect(&world.database).await.unwrap()
}

/// The plan of a statement, a line for each step, indented by what it is part of.
async fn plan(connection: &mut SqliteConnection, text: &str) -> String {
    let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {text}"));
    let rows = sqlx::query(explain).fetch_all(connection).await.unwrap();
    let (mut plan, mut depths) = (String::new(), vec![(0_i64, 0_usize)]);
    for row in rows {
        let (id, parent, detail): (i64, i64, String) = (row.get(0), row.get(1), row.get(3));
        let depth = depths.iter().find(|(known, _)| *known == parent).unwrap().1;
        depths.push((id, depth + 1));
        writeln!(plan, "{:indent$}{detail}", "", indent = 4 + 2 * depth).unwrap();
    }
    plan
}

#[tokio::test]
async fn sqlite_plans_every_statement_as_it_is_kept() {
    let world = World::new().await;
    if world.is_postgres() {
        return;
    }
    let mut connection = sqlite(&world).await;
    let (mut plans, mut dear) = (String::new(), Vec::new());
    for (table, name, text) in statements() {
        let (name, plan) = (format!("{table}.{name}"), plan(&mut connection, text).await);
        let steps = plan.lines().map(str::trim).filter(|step| is_dear(step));
        dear.extend(
            steps
                .filter(|step| !is_allowed(&name, step))
                .map(|step| (name.clone(), step.to_owned())),
        );
        write!(plans, "{name}\n{plan}").unwrap();
    }
    assert!(dear.is_empty(), "{dear:#?}");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("plans_of_sqlite", plans));
}

fn is_allowed(name: &str, step: &str) -> bool {
    let here =
        |(of, begin, _): &(&str, &str, &str)| step.starts_with(of) && name.starts_with(begin);
    is_whole(name) || ALLOWED.iter().any(here)
}

fn is_whole(name: &str) -> bool {
    WHOLE.iter().any(|(begin, _)| name.starts_with(begin))
}

/// Twenty pieces of rejected work among 20,000 of one HIT, all submitted at the same instant.
async fn rare_status(world: &World) -> (String, Vec<String>) {
    let hit = world.create_hit(json!({"MaxAssignments": 30_000})).await;
    let work = world.work("A1ANNA", &hit).await;
    let text = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 20000) \
        INSERT INTO assignments (hit_key, position, id, worker_id, status, document) \
        SELECT a.hit_key, a.position + n, '3W' || n, 'AW' || n, \
            CASE WHEN n % 1000 = 7 THEN 'Rejected' ELSE 'Approved' END, \
            replace(replace(a.document, a.id, '3W' || n), 'Submitted', \
                CASE WHEN n % 1000 = 7 THEN 'Rejected' ELSE 'Approved' END) \
        FROM n CROSS JOIN assignments a WHERE a.id = $1";
    let mut connection = sqlite(world).await;
    sqlx::query(text).bind(work).execute(&mut connection).await.unwrap();
    (hit, (0..20).map(|n| format!("3W{}", n * 1000 + 7)).collect())
}

/// The shortest of some times that `text` takes, in seconds.
async fn shortest(connection: &mut SqliteConnection, text: &str, hit: &str) -> f64 {
    let requester = mturk_local::ids::requester_of("test");
    let mut shortest = f64::MAX;
    for _ in 0..20 {
        let begun = std::time::Instant::now();
        let query = sqlx::query(AssertSqlSafe(text)).bind(hit).bind(&requester);
        let query = query.bind(i64::MIN).bind(10).bind("Rejected").bind("Submitted");
        let rows = query.fetch_all(&mut *connection).await.unwrap();
        shortest = shortest.min(begun.elapsed().as_secs_f64());
        assert_eq!(rows.len(), 10);
    }
    shortest
}

#[tokio::test]
async fn a_rare_status_of_a_big_hit_is_found_by_its_index() {
    let world = World::new().await;
    if world.is_postgres() {
        return;
    }
    let (hit, rejected) = rare_status(&world).await;
    let asked = json!({"HITId": hit, "AssignmentStatuses": ["Rejected"], "MaxResults": 100});
    let listed = world.ok("ListAssignmentsForHIT", asked).await;
    let ids = listed["Assignments"].as_array().unwrap().iter().map(|work| &work["AssignmentId"]);
    assert_eq!(ids.collect::<Vec<_>>(), rejected.iter().collect::<Vec<_>>());
    let mut connection = sqlite(&world).await;
    for name in ["PAGE_OF_ONE_STATUS", "PAGE_OF_TWO_STATUSES"] {
        let (_, _, text) = statements().find(|statement| statement.1 == name).unwrap();
        let indexed = shortest(&mut connection, text, &hit).await;
        // A plus sign keeps SQLite from using an index for the term behind it.
        let walk = text.replace("s.status =", "+s.status =");
        let walked = shortest(&mut connection, &walk, &hit).await;
        assert!(indexed * 3.0 < walked, "{name}: {indexed} s by the index, {walked} s without");
    }
}

#[tokio::test]
async fn postgres_needs_no_sequential_scan() {
    let world = World::new().await;
    if !world.is_postgres() {
        return;
    }
    let mut connection = PgConnection::connect(&world.database).await.unwrap();
    for setting in ["SET enable_seqscan = off", "SET plan_cache_mode = force_generic_plan"] {
        sqlx::query(setting).execute(&mut connection).await.unwrap();
    }
    for (number, (table, name, text)) in statements().enumerate() {
        let prepare = AssertSqlSafe(format!("PREPARE s{number} AS {text}"));
        sqlx::raw_sql(prepare).execute(&mut connection).await.unwrap();
        let nulls = vec!["NULL"; markers(text)].join(", ");
        let values = if nulls.is_empty() { nulls } else { format!("({nulls})") };
        let explain = AssertSqlSafe(format!("EXPLAIN (COSTS OFF) EXECUTE s{number}{values}"));
        let rows = sqlx::raw_sql(explain).fetch_all(&mut connection).await.unwrap();
        let plan: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        let scan = plan.iter().any(|line| line.contains("Seq Scan"));
        assert!(
            !scan || is_whole(&format!("{table}.{name}")),
            "{table}.{name}:\n{}",
            plan.join("\n")
        );
    }
}

/// How many values a statement takes.
fn markers(text: &str) -> usize {
    (1..100).take_while(|number| has_marker(text, *number)).count()
}

fn has_marker(text: &str, number: usize) -> bool {
    let marker = format!("${number}");
    text.match_indices(&marker)
        .any(|(at, _)| !text[at + marker.len()..].starts_with(|next: char| next.is_ascii_digit()))
}

#[test]
fn statements_have_names_of_their_own_and_count_their_markers() {
    let mut names: Vec<_> = statements().map(|(table, name, _)| (table, name)).collect();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
    assert_eq!((markers("SELECT 1"), markers("$1 $2 $1"), markers("$1 $2 $3 $10")), (0, 2, 3));
    for (table, name, text) in statements() {
        let all = text.matches('$').count();
        assert!(markers(text) <= all, "{table}.{name}");
        assert!(!has_marker(text, markers(text) + 2), "{table}.{name} leaves a marker out");
        assert!(!text.contains("LIMIT $") || text.contains("+ 0"), "{table}.{name}");
    }
}

/// Statements that add amounts or multiply numbers, and why the result stays within 64 bits.
const ADDING: [(&str, &str); 11] = [
    ("batch_lists.COUNTS", "twenty thousand HITs with a billion assignments each at most"),
    ("batch_lists.COUNTS_BY_TYPE", "twenty thousand HITs with a billion assignments each at most"),
    ("robots.COUNTS", "a hundred thousand robots at most"),
    ("requesters.PUT_WHOLE", "balances are bounded, and what is added to them is"),
    ("requesters.RAISE_OPENING", "what a HIT holds is bounded, and what it is added to is"),
    ("requesters.MOVE", "only where both amounts and both results are within bounds"),
    ("bonus_payments.TOTAL_OF_WORKER", "ninety million of the largest amount"),
    ("worker_history.BEFORE", "ninety million of the largest amount"),
    ("hits.COUNTS", "each counts a row"),
    ("hits.COUNTS_OF_ALL", "each counts a row"),
    ("worker_history.DAYS", "days are within the market's time; sums as before"),
];

/// Money and counts are added where somebody has seen that the sum cannot overflow.
#[test]
fn sums_are_known() {
    let adds = |text: &str| {
        let text = text.to_lowercase();
        let moved = ["_cents +", "_cents -", "+ a.reward", "sum("];
        moved.iter().any(|sum| text.contains(sum))
    };
    let found: Vec<String> = statements()
        .filter(|(_, _, text)| adds(text))
        .map(|(table, name, _)| format!("{table}.{name}"))
        .collect();
    let mut known: Vec<&str> = ADDING.iter().map(|(name, _)| *name).collect();
    known.sort_unstable();
    let mut found: Vec<&str> = found.iter().map(String::as_str).collect();
    found.sort_unstable();
    assert_eq!(found, known);
}
