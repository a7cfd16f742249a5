//! A jump of the clock over auto-approvals and ends of HITs, against another build.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::Scale;
use crate::data::{ANSWER, QUESTION};
use crate::http::{Connection, Prepared, f, median, plain};
use crate::server::{Server, program};
use crate::table::{Goal, Line, Table, progress};

/// Assignments of one HIT, each of which is approved; one place stays free, so the HIT ends too.
const EACH: i64 = 5;
const WORKERS: i64 = 5_000;
/// All work was submitted within so many minutes.
const MINUTES: i64 = 1_400;
const JSON: &str = "content-type: application/json\r\n";

/// The build that is compared with.
const BASE: &str = "MTURK_LOCAL_BASE";

pub async fn measure(table: &mut Table, scale: Scale) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite:{}", folder.path().join("jump.db").display());
    on(table, scale, &url, ("SQLite", 1.0 / 5.0)).await?;
    let Ok(url) = std::env::var("MTURK_LOCAL_TEST_DATABASE") else {
        progress("left out on PostgreSQL: MTURK_LOCAL_TEST_DATABASE names none");
        return Ok(());
    };
    on(table, scale, &url, ("PostgreSQL", 1.0 / 3.0)).await
}

/// CPU of the server and time for each timer, in microseconds.
#[derive(Default)]
struct Figures {
    cpu: Vec<f64>,
    wall: Vec<f64>,
}

async fn on(table: &mut Table, scale: Scale, url: &str, (store, goal): (&str, f64)) -> Result<()> {
    let hits = scale.hits / 5;
    let load = plain("PUT", "/_mturk/world", JSON, &world(hits).to_string());
    let base = std::env::var_os(BASE).map(PathBuf::from);
    let (mut ours, mut theirs) = (Figures::default(), Figures::default());
    for _ in 0..scale.rounds {
        if let Some(base) = &base {
            jump(base, url, &load, hits, &mut theirs).await?;
        }
        jump(&program(), url, &load, hits, &mut ours).await?;
    }
    for (what, ours, theirs) in [("CPU", ours.cpu, theirs.cpu), ("time", ours.wall, theirs.wall)] {
        let (ours, theirs) = (median(ours), base.as_ref().map(|_| median(theirs)));
        table.add(Line {
            what: format!("{store}: {what} of a jump over {} timers, µs a timer", hits * 6),
            base: theirs.map_or_else(String::new, |theirs| format!("{theirs:.1}")),
            ours: format!("{ours:.1}"),
            ratio: theirs.map_or(1.0, |theirs| ours / theirs),
            goal: if base.is_some() { Goal::AtMost(goal) } else { Goal::Shown },
            note: base.as_ref().map_or_else(|| format!("{BASE} names no base"), |_| String::new()),
        });
    }
    Ok(())
}

async fn jump(
    program: &Path,
    url: &str,
    load: &Prepared,
    hits: i64,
    figures: &mut Figures,
) -> Result<()> {
    let server = Server::of(program, Some(url))?;
    let mut connection = Connection::open(server.port).await?;
    // The clock goes back from where the jump before took it.
    for request in [&plain("POST", "/_mturk/reset", JSON, "{}"), load] {
        let (status, body) = connection.ask(request).await?;
        ensure!(status == 200, "{status}: {}", String::from_utf8_lossy(body));
    }
    let (cpu, begun) = (server.cpu_us()?, Instant::now());
    let advance = plain("POST", "/_mturk/clock", JSON, "{\"advance\":\"31d\"}");
    let (status, body) = connection.ask(&advance).await?;
    let (wall, cpu) = (begun.elapsed().as_secs_f64() * 1e6, server.cpu_us()? - cpu);
    let answer: Value = serde_json::from_slice(body)?;
    let count = hits * (EACH + 1);
    ensure!(status == 200 && answer["settled"] == count, "{status}: {answer}");
    let count = f(usize::try_from(count)?);
    figures.cpu.push(cpu / count);
    figures.wall.push(wall / count);
    server.stop()
}

/// A market with so many HITs, whose work was submitted one piece after the other.
fn world(hits: i64) -> Value {
    let hit = |hit: i64| {
        let work = |n: i64| {
            let number = hit * EACH + n;
            json!({
                "WorkerId": format!("A{:013}", number * 7_919 % WORKERS),
                "AssignmentStatus": "Submitted", "Answer": ANSWER,
                "SubmitTime": format!("-{}m", MINUTES - number * MINUTES / (hits * EACH)),
            })
        };
        json!({
            "HITId": format!("3{hit:029}"), "Title": "Sentiment", "Reward": "0.05",
            "Description": "Say what it is like", "MaxAssignments": EACH + 1,
            "CreationTime": "-2d", "Expiration": format!("+{}m", 10_000 + hit % MINUTES),
            "Question": QUESTION, "Assignments": (0..EACH).map(work).collect::<Vec<_>>(),
        })
    };
    json!({"HITs": (0..hits).map(hit).collect::<Vec<_>>()})
}
