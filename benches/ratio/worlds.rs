//! Loading a large world over HTTP, as `mturk-local load` does.

use std::time::Instant;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::Scale;
use crate::data::{ANSWER, QUESTION};
use crate::http::{Connection, f, median, plain};
use crate::server::Server;
use crate::table::{Goal, Line, Table};

/// Assignments of one HIT.
pub const EACH: i64 = 100;
/// So many a second are wanted.
const WANTED: f64 = 50_000.0;

pub async fn measure(table: &mut Table, scale: Scale) -> Result<()> {
    let assignments = scale.rows / 10;
    let world = world(assignments / EACH).to_string();
    let request = plain("PUT", "/_mturk/world", "content-type: application/json\r\n", &world);
    let (mut speeds, mut resident) = (Vec::new(), 0.0);
    for _ in 0..scale.rounds {
        let folder = tempfile::tempdir()?;
        let url = format!("sqlite:{}", folder.path().join("worlds.db").display());
        let ours = Server::ours(Some(&url))?;
        let mut connection = Connection::open(ours.port).await?;
        let begun = Instant::now();
        let (status, body) = connection.ask(&request).await?;
        let took = begun.elapsed().as_secs_f64();
        let answer: Value = serde_json::from_slice(body)?;
        ensure!(
            status == 200 && answer["Loaded"]["Assignments"] == assignments,
            "{status}: {answer}"
        );
        speeds.push(f(usize::try_from(assignments)?) / took);
        resident = ours.rss_mib()?;
    }
    let speed = median(speeds);
    let mb = f(world.len()) / 1e6;
    table.add(Line {
        what: format!("a world of {assignments} assignments ({mb:.0} MB), assignments a second"),
        base: format!("{WANTED:.0}"),
        ours: format!("{speed:.0}"),
        ratio: speed / WANTED,
        goal: Goal::AtLeast(1.0),
        note: format!("{resident:.0} MiB resident afterwards"),
    });
    Ok(())
}

/// A market with so many HITs.
pub fn world(hits: i64) -> Value {
    let hits: Vec<Value> = (0..hits).map(hit).collect();
    json!({"HITs": hits})
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
