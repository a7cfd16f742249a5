//! Writes over HTTP against one prepared insert for each transaction, by sqlx alone.

use std::path::Path;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use crate::Scale;
use crate::data::{QUESTION, Work, assignment_id, fill, hit_id};
use crate::http::{Prepared, call, f, load, median, once, plain};
use crate::server::Server;
use crate::table::{Goal, Line, Table};

/// HITs for submissions, each with room for everybody.
const HITS: i64 = 100;

pub async fn measure(table: &mut Table, scale: Scale) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite:{}", folder.path().join("writes.db").display());
    let open = Work { first_hit: 0, hits: HITS, for_each: 0, status: "Assignable", step_ms: 0 };
    let each = scale.rows / HITS;
    let done =
        Work { first_hit: HITS, hits: HITS, for_each: each, status: "Assignable", step_ms: 1 };
    fill(&url, &[open, done]).await?;
    let ours = Server::ours(Some(&url))?;
    let alone = alone(folder.path()).await?;
    let mut approved = 0;
    for (what, requests) in [
        ("CreateHIT", Some(create(&ours).await?)),
        ("submission", Some(submissions())),
        ("ApproveAssignment", None),
    ] {
        for connections in [1, 64] {
            let (mut ratios, mut figures) = (Vec::new(), [Vec::new(), Vec::new()]);
            let mut cpu = Vec::new();
            for round in 0..=scale.rounds {
                let base = inserts(&alone, connections, scale.time).await?;
                let again = requests.is_some();
                let now = match &requests {
                    Some(requests) => Arc::clone(requests),
                    None => approvals(&ours, approved, HITS * each)?,
                };
                let before = ours.cpu_us()?;
                let measured = load(ours.port, connections, now, scale.time, again).await?;
                if !again {
                    approved += i64::try_from(measured.count)? + 64;
                }
                if round > 0 {
                    ratios.push(measured.per_second / base);
                    figures[0].push(base);
                    figures[1].push(measured.per_second);
                    cpu.push((ours.cpu_us()? - before) / f(usize::try_from(measured.count)?));
                }
            }
            let [base, mine] = figures.map(|figures| format!("{:.0}", median(figures)));
            table.add(Line {
                what: format!(
                    "{what}, {connections} connections, a second, against inserts by sqlx alone"
                ),
                base,
                ours: mine,
                ratio: median(ratios),
                goal: Goal::AtLeast(0.5),
                note: format!("CPU {:.0} µs", median(cpu)),
            });
        }
    }
    Ok(())
}

/// A file of the same kind beside ours, with one table.
async fn alone(folder: &Path) -> Result<SqlitePool> {
    let url = format!("sqlite:{}", folder.join("alone.db").display());
    let options = SqliteConnectOptions::from_str(&url)?
        .create_if_missing(true)
        .page_size(8192)
        .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal);
    let pool = SqlitePoolOptions::new().max_connections(1).test_before_acquire(false);
    let pool = pool.connect_with(options).await?;
    sqlx::query("CREATE TABLE plain (id INTEGER PRIMARY KEY, body TEXT)").execute(&pool).await?;
    Ok(pool)
}

async fn inserts(pool: &SqlitePool, tasks: usize, time: Duration) -> Result<f64> {
    let begun = Instant::now();
    let tasks: Vec<_> = (0..tasks)
        .map(|_| {
            let pool = pool.clone();
            tokio::spawn(async move {
                let mut count = 0_usize;
                while begun.elapsed() < time {
                    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
                    let insert = sqlx::query("INSERT INTO plain (body) VALUES ($1)").bind(QUESTION);
                    insert.execute(&mut *tx).await?;
                    tx.commit().await?;
                    count += 1;
                }
                anyhow::Ok(count)
            })
        })
        .collect();
    let mut count = 0;
    for task in tasks {
        count += task.await??;
    }
    Ok(f(count) / begun.elapsed().as_secs_f64())
}

async fn create(ours: &Server) -> Result<Arc<[Prepared]>> {
    let body = json!({
        "Title": "Sentiment", "Description": "Say what a text is like", "Reward": "0.05",
        "AssignmentDurationInSeconds": 600, "LifetimeInSeconds": 86400, "Question": QUESTION,
    });
    let request = call(ours.port, "CreateHIT", &body.to_string())?;
    let answer: Value = serde_json::from_slice(&once(ours.port, &request).await?)?;
    anyhow::ensure!(answer["HIT"]["HITId"].is_string(), "no HIT: {answer}");
    Ok([request].into())
}

fn submissions() -> Arc<[Prepared]> {
    let body = json!({"Answers": {"s": "pos"}}).to_string();
    let path = |n| format!("/_mturk/hits/{}/submissions", hit_id(n));
    let headers = "content-type: application/json\r\n";
    (0..HITS).map(|n| plain("POST", &path(n), headers, &body)).collect()
}

/// Approvals of work that none was given for before, more than a sample can use.
fn approvals(ours: &Server, from: i64, to: i64) -> Result<Arc<[Prepared]>> {
    let request = |n| {
        let body = json!({"AssignmentId": assignment_id(HITS, n)}).to_string();
        call(ours.port, "ApproveAssignment", &body)
    };
    // Each thousandth was rejected.
    (from..to.min(from + 50_000)).filter(|n| n % 1000 != 500).map(request).collect()
}
