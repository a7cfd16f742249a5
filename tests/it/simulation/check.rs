//! Whether the market is what the model says. To add an invariant, add a line to [`market`].

use rusqlite::OpenFlags;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};

use super::chance::Chance;
use super::lists::List;
use super::model::{Model, REQUESTERS, State, prefix, worker};
use super::process::{as_requester, is_postgres};
use crate::world::World;

/// Every invariant, one after the other.
pub async fn market(world: &World, model: &Model, chance: &mut Chance) -> Result<(), String> {
    for list in List::all(model, chance) {
        list.check(world, model, chance.between(1, 12)).await?;
    }
    clock(world, model).await?;
    balances(world, model).await?;
    sums(world).await?;
    deleted_hits(world, model).await?;
    events(world, model).await?;
    snapshots(world, model).await?;
    faults_and_robots(world, model).await?;
    timers_and_work_in_hand(world, model).await
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: &T, expected: &T) -> Result<(), String> {
    if found == expected {
        return Ok(());
    }
    Err(format!("{what}:\n{found:#?}\nand not\n{expected:#?}"))
}

async fn clock(world: &World, model: &Model) -> Result<(), String> {
    let shown = world.done("GET", "/clock", Value::Null).await;
    let now = chrono::DateTime::parse_from_rfc3339(shown["now"].as_str().unwrap_or_default());
    same("the time", &now.unwrap().timestamp_millis(), &model.now)
}

/// What a requester began with is available, on hold or paid, to the cent.
async fn balances(world: &World, model: &Model) -> Result<(), String> {
    for by in 0..REQUESTERS.len() {
        let balance = as_requester(world, by).ok("GetAccountBalance", json!({})).await;
        let cents = |name: &str| -> i64 {
            let text = balance[name].as_str().unwrap_or("0").replace('.', "");
            text.parse().unwrap()
        };
        let found = (cents("AvailableBalance"), cents("OnHoldBalance"));
        same("available and on hold", &found, &model.balance(by))?;
    }
    Ok(())
}

/// What is counted beside assignments and bonuses is their sum.
async fn sums(world: &World) -> Result<(), String> {
    let work = "SELECT h.requester_id || ' ' || a.worker_id || ' ' || count(*) || ' ' || \
            count(*) FILTER (WHERE a.status = 'Approved') || ' ' || \
            count(*) FILTER (WHERE a.status = 'Rejected') || ' ' || max(a.position / 1048576) \
        FROM assignments a JOIN hits h ON h.key = a.hit_key GROUP BY h.requester_id, a.worker_id";
    let counted = "SELECT requester_id || ' ' || worker_id || ' ' || submitted_count || ' ' || \
            approved_count || ' ' || rejected_count || ' ' || last_submit_at \
        FROM requester_workers";
    let approved = "SELECT h.requester_id || ' ' || a.id || ' ' || a.worker_id || ' ' || \
            a.hit_key || ' ' || a.reward_cents \
        FROM assignments a JOIN hits h ON h.key = a.hit_key WHERE a.status = 'Approved'";
    let rewarded = "SELECT requester_id || ' ' || assignment_id || ' ' || worker_id || ' ' || \
            hit_key || ' ' || reward_cents FROM reward_payments";
    let begun = "SELECT id || ' ' || opening_cents FROM requesters";
    let held_and_paid = "SELECT r.id || ' ' || (r.balance_cents + r.on_hold_cents \
        + (SELECT coalesce(sum(p.cost_cents), 0) FROM reward_payments p \
            WHERE p.requester_id = r.id) \
        + (SELECT coalesce(sum(b.cost_cents), 0) FROM bonus_payments b \
            WHERE b.requester_id = r.id)) FROM requesters r";
    for (what, kept, expected) in [
        ("work of each worker", counted, work),
        ("rewards of approved work", rewarded, approved),
        ("what requesters began with", begun, held_and_paid),
    ] {
        let (mut kept, mut expected) = (rows(world, kept).await, rows(world, expected).await);
        kept.sort();
        expected.sort();
        same(what, &kept, &expected)?;
    }
    Ok(())
}

async fn deleted_hits(world: &World, model: &Model) -> Result<(), String> {
    for hit in model.hits.iter().filter(|hit| hit.is_disposed()) {
        let shown = as_requester(world, hit.owner).hit(&hit.id).await;
        same("a deleted HIT", &shown["HITStatus"], &json!("Disposed"))?;
    }
    Ok(())
}

/// No event is lost or doubled, and they are in order, each at its own instant. On PostgreSQL those
/// of turns that ran at once may alternate; such turns are about different HITs.
async fn events(world: &World, model: &Model) -> Result<(), String> {
    let mut found = Vec::new();
    let mut last = 0;
    loop {
        let path = format!("/events?after={last}&limit=50");
        let page = world.done("GET", &path, Value::Null).await["Events"].take();
        let Some(events) = page.as_array().filter(|events| !events.is_empty()) else { break };
        for event in events {
            let number = event["Event"].as_i64().unwrap_or_default();
            if number <= last {
                return Err(format!("event {number} comes after {last}"));
            }
            last = number;
            let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
            let at = chrono::DateTime::parse_from_rfc3339(&text("EventTimestamp")).unwrap();
            let [kind, hit, who] = ["EventType", "HITId", "WorkerId"].map(text);
            found.push(format!("{kind} {} {hit} {who}", at.timestamp_millis()));
        }
    }
    let mut expected: Vec<String> = model
        .events
        .iter()
        .map(|event| {
            let who = event.worker.map(worker).unwrap_or_default();
            format!("{} {} {} {who}", event.kind, event.at, model.hits[event.hit].id)
        })
        .collect();
    if is_postgres() {
        let of_hit = |event: &String| event.split(' ').nth(2).map(str::to_owned);
        found.sort_by_key(of_hit);
        expected.sort_by_key(of_hit);
    }
    same("events", &found, &expected)
}

async fn snapshots(world: &World, model: &Model) -> Result<(), String> {
    let shown = world.done("GET", "/snapshots", Value::Null).await["Snapshots"].take();
    let shown = shown.as_array().cloned().unwrap_or_default();
    let found: Vec<String> =
        shown.iter().map(|one| format!("{} {}", one["Name"], one["Now"])).collect();
    let now = |at: i64| chrono::DateTime::from_timestamp_millis(at).unwrap();
    let shown = |(name, kept): (&String, &Model)| {
        let now = now(kept.now).to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
        format!("\"{name}\" \"{now}\"")
    };
    same("snapshots", &found, &model.snapshots.iter().map(shown).collect())
}

async fn faults_and_robots(world: &World, model: &Model) -> Result<(), String> {
    let list = async |path: &str, name: &str| {
        let shown = world.done("GET", path, Value::Null).await[name].take();
        shown.as_array().cloned().unwrap_or_default()
    };
    let rules = list("/faults", "Faults").await;
    let rules = rules.iter().map(|rule| json!([rule["Operation"], rule["Times"]])).collect();
    let expected = model.faults.iter().map(|rule| json!([rule.operation, rule.times]));
    same::<Vec<Value>>("fault rules", &rules, &expected.collect())?;
    let crowds = list("/robots", "Robots").await;
    let crowds = crowds.iter().map(|crowd| crowd["WorkerIdPrefix"].clone()).collect();
    let expected = model.crowds.iter().map(|crowd| json!(prefix(crowd.number)));
    same::<Vec<Value>>("crowds", &crowds, &expected.collect())
}

/// The table of timers is what the states say; and so is the work that workers have in hand, of
/// which requesters see the number alone: one assignment per worker and HIT.
async fn timers_and_work_in_hand(world: &World, model: &Model) -> Result<(), String> {
    let text = "SELECT kind || ' ' || subject || ' ' || due_at AS row FROM timers UNION ALL \
        SELECT 'in hand ' || a.assignment_id || ' ' || h.id || ' ' || a.worker_id \
        FROM acceptances a JOIN hits h ON h.key = a.hit_key WHERE a.state = 'Accepted'";
    let timers = model.timers().into_iter();
    let mut expected: Vec<String> =
        timers.map(|(due_at, kind, subject)| format!("{kind} {subject} {due_at}")).collect();
    for hit in &model.hits {
        let in_hand = hit.works.iter().filter(|work| work.state == State::Accepted);
        let shown = in_hand.map(|work| format!("{} {} {}", work.id, hit.id, worker(work.worker)));
        expected.extend(shown.map(|shown| format!("in hand {shown}")));
    }
    expected.sort();
    let mut found = rows(world, text).await;
    found.sort();
    same("timers and work in hand", &found, &expected)
}

/// SQLite's own check of its file.
pub async fn integrity(world: &World) -> Result<(), String> {
    if is_postgres() {
        return Ok(());
    }
    same("integrity", &rows(world, "PRAGMA integrity_check").await, &vec!["ok".to_owned()])
}

/// Looks into the store behind the program's back.
async fn rows(world: &World, text: &str) -> Vec<String> {
    if is_postgres() {
        let mut connection = PgConnection::connect(&world.database).await.unwrap();
        let text = AssertSqlSafe(text.to_owned());
        let rows = sqlx::query(text).fetch_all(&mut connection).await.unwrap();
        return rows.iter().map(|row| row.get(0)).collect();
    }
    let file = world.database.trim_start_matches("sqlite:");
    let look = rusqlite::Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY);
    let look = look.unwrap();
    let mut statement = look.prepare(text).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

/// Takes from the market the ids of what was made without an answer.
pub async fn learn(world: &World, model: &mut Model) {
    if !model.has_unknown_ids() {
        return;
    }
    let dumped = world.done("GET", "/world", Value::Null).await;
    let list = |value: &Value, name: &str| value[name].as_array().cloned().unwrap_or_default();
    let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    for shown in list(&dumped, "HITs") {
        let name = text(&shown, "RequesterAnnotation");
        let Some(hit) = model.hits.iter_mut().find(|hit| hit.name == name) else { continue };
        set(&mut hit.id, text(&shown, "HITId"));
        for done in list(&shown, "Assignments") {
            let who = text(&done, "WorkerId");
            let ended = ["Returned", "Abandoned"].contains(&&*text(&done, "AssignmentStatus"));
            let work = hit.works.iter_mut().find(|work| worker(work.worker) == who);
            if let Some(work) = work.filter(|_| !ended) {
                set(&mut work.id, text(&done, "AssignmentId"));
            }
        }
    }
    for shown in list(&dumped, "QualificationTypes") {
        let of = model.types.iter_mut().find(|of| of.name == text(&shown, "Name"));
        if let Some(of) = of {
            set(&mut of.id, text(&shown, "QualificationTypeId"));
        }
    }
    for shown in list(&dumped, "QualificationRequests") {
        let (id, who) = (text(&shown, "QualificationTypeId"), text(&shown, "WorkerId"));
        let of = model.types.iter_mut().find(|of| of.id == id);
        let Some(of) = of else { continue };
        let request = of.requests.iter_mut().find(|(known, _)| worker(**known) == who);
        if let Some((_, request)) = request {
            set(&mut request.id, text(&shown, "QualificationRequestId"));
        }
    }
}

/// What was answered stays: a known id is kept, and what the market has instead is found out.
fn set(known: &mut String, id: String) {
    if known.is_empty() {
        *known = id;
    }
}
