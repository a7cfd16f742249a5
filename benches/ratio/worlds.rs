//! Loading and dumping a large world over HTTP, as `mturk-local load` and `dump` do, and one ten
//! times as large: how fast, and how much memory that takes.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::Scale;
use crate::data::{ANSWER, QUESTION};
use crate::http::{Connection, Prepared, f, median, plain};
use crate::server::{Server, program};
use crate::table::{Goal, Line, Table};

/// Assignments of one HIT.
pub const EACH: i64 = 100;
/// So many are loaded in a second, if no base is named.
const WANTED: f64 = 50_000.0;
/// Memory that is given back is given back by then.
const SOON: Duration = Duration::from_secs(10);

/// What one program took for one world.
#[derive(Default)]
struct Taken {
    load_s: Vec<f64>,
    dump_s: Vec<f64>,
    load_cpu_s: Vec<f64>,
    dump_cpu_s: Vec<f64>,
    peak_mib: f64,
    idle_mib: f64,
    afterwards_mib: f64,
}

/// Wall time and CPU time of something.
type Times = fn(&Taken) -> [&Vec<f64>; 2];

pub async fn measure(table: &mut Table, scale: Scale) -> Result<()> {
    let base = std::env::var_os("MTURK_LOCAL_BASE").map(PathBuf::from);
    let mut peaks = Vec::new();
    for times in [1, 10] {
        let assignments = scale.rows / 10 * times;
        let world = world(assignments / EACH);
        let request = plain("PUT", "/_mturk/world", "content-type: application/json\r\n", &world);
        let (mut ours, mut theirs) = (Taken::default(), Taken::default());
        for _ in 0..if times == 1 { scale.rounds } else { 1 } {
            if let Some(base) = &base {
                once(base, &request, assignments, &mut theirs).await?;
            }
            once(&program(), &request, assignments, &mut ours).await?;
        }
        let what = format!("a world of {assignments} assignments ({:.0} MB)", f(world.len()) / 1e6);
        let count = f(usize::try_from(assignments)?);
        let theirs = base.is_some().then_some(theirs);
        speeds(table, &what, count, &ours, theirs.as_ref());
        memory(table, &what, &ours, theirs.as_ref());
        peaks.push(ours.peak_mib);
    }
    table.add(Line {
        what: "the peak of ten times the world".to_owned(),
        base: format!("{:.0} MiB", peaks[0]),
        ours: format!("{:.0} MiB", peaks[1]),
        ratio: peaks[1] / peaks[0],
        goal: Goal::AtMost(1.3),
        note: "against the peak of the world".to_owned(),
    });
    Ok(())
}

/// Loads and dumps a world once.
async fn once(
    program: &Path,
    request: &Prepared,
    assignments: i64,
    taken: &mut Taken,
) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite:{}", folder.path().join("worlds.db").display());
    let server = Server::of(program, Some(&url))?;
    let mut connection = Connection::open(server.port).await?;
    taken.idle_mib = server.memory_mib("RssAnon")?;
    let (begun, cpu_us) = (Instant::now(), server.cpu_us()?);
    let (status, body) = connection.ask(request).await?;
    taken.load_s.push(begun.elapsed().as_secs_f64());
    let answer: Value = serde_json::from_slice(body)?;
    let is_loaded = status == 200 && answer["Loaded"]["Assignments"] == assignments;
    ensure!(is_loaded, "{status}: {answer}");
    taken.load_cpu_s.push((server.cpu_us()? - cpu_us) / 1e6);
    let (begun, cpu_us) = (Instant::now(), server.cpu_us()?);
    let (status, _) = connection.ask(&plain("GET", "/_mturk/world", "", "")).await?;
    ensure!(status == 200, "{status}");
    taken.dump_s.push(begun.elapsed().as_secs_f64());
    taken.dump_cpu_s.push((server.cpu_us()? - cpu_us) / 1e6);
    taken.peak_mib = server.memory_mib("VmHWM")?;
    tokio::time::sleep(SOON).await;
    taken.afterwards_mib = server.memory_mib("RssAnon")?;
    Ok(())
}

fn speeds(table: &mut Table, what: &str, count: f64, ours: &Taken, theirs: Option<&Taken>) {
    let parts: [(&str, Times, f64); 2] = [
        ("loaded", |taken| [&taken.load_s, &taken.load_cpu_s], 3.0),
        ("dumped", |taken| [&taken.dump_s, &taken.dump_cpu_s], 4.0),
    ];
    for (how, times, wanted) in parts {
        let [speed, cpu] = times(ours).map(|times| count / median(times.clone()));
        let base = theirs.map(|theirs| times(theirs).map(|times| count / median(times.clone())));
        let (base, goal) = match base {
            Some([base, _]) => (base, Goal::AtLeast(wanted)),
            None if how == "loaded" => (WANTED, Goal::AtLeast(1.0)),
            None => (WANTED, Goal::Shown),
        };
        table.add(Line {
            what: format!("{what}, {how}, assignments a second"),
            base: format!("{base:.0}"),
            ours: format!("{speed:.0}"),
            ratio: speed / base,
            goal,
            note: format!("{cpu:.0} for each second of CPU"),
        });
    }
}

fn memory(table: &mut Table, what: &str, ours: &Taken, theirs: Option<&Taken>) {
    let mib = |mib: f64| format!("{mib:.0} MiB");
    if let Some(theirs) = theirs {
        table.add(Line {
            what: format!("{what}, peak of memory"),
            base: mib(theirs.peak_mib),
            ours: mib(ours.peak_mib),
            ratio: ours.peak_mib / theirs.peak_mib,
            goal: Goal::Shown,
            note: format!("the base has {} of its own afterwards", mib(theirs.afterwards_mib)),
        });
    }
    table.add(Line {
        what: format!("{what}, memory of its own 10 s afterwards"),
        base: format!("{:.1} MiB idle", ours.idle_mib),
        ours: mib(ours.afterwards_mib),
        ratio: ours.afterwards_mib / ours.idle_mib,
        goal: Goal::AtMost(1.5),
        note: format!("peak: {}", mib(ours.peak_mib)),
    });
}

/// A market with so many HITs.
pub fn world(hits: i64) -> String {
    let hits: Vec<String> = (0..hits).map(|number| hit(number).to_string()).collect();
    format!("{{\"HITs\":[{}]}}", hits.join(","))
}

fn hit(hit: i64) -> Value {
    let work = |n: i64| {
        json!({
            "WorkerId": format!("A{:013}", n), "AssignmentStatus": "Submitted",
            "SubmitTime": "-10m", "Answer": ANSWER,
        })
    };
    json!({
        "HITId": format!("3{hit:029}"), "Title": "Sentiment", "Description": "Say what it is like",
        "Reward": "0.05", "MaxAssignments": EACH + 1, "CreationTime": "-2h", "Question": QUESTION,
        "Assignments": (0..EACH).map(work).collect::<Vec<_>>(),
    })
}
