//! Keeping a market and going back to it, against loading its dump.

use std::time::Instant;

use anyhow::{Result, ensure};

use crate::Scale;
use crate::http::{Connection, Prepared, f, median, plain};
use crate::server::Server;
use crate::table::{Goal, Line, Table, progress};
use crate::worlds::{EACH, world};

/// Assignments of the market.
const ASSIGNMENTS: i64 = 20_000;
const JSON: &str = "content-type: application/json\r\n";

pub async fn measure(table: &mut Table, scale: Scale) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite:{}", folder.path().join("snapshots.db").display());
    on(table, scale, &url, "SQLite").await?;
    let Ok(url) = std::env::var("MTURK_LOCAL_TEST_DATABASE") else {
        progress("left out on PostgreSQL: MTURK_LOCAL_TEST_DATABASE names none");
        return Ok(());
    };
    on(table, scale, &url, "PostgreSQL").await
}

async fn on(table: &mut Table, scale: Scale, url: &str, store: &str) -> Result<()> {
    let ours = Server::ours(Some(url))?;
    let mut connection = Connection::open(ours.port).await?;
    let generated = world(ASSIGNMENTS / EACH);
    ask(&mut connection, &plain("PUT", "/_mturk/world", JSON, &generated)).await?;
    let dump = plain("GET", "/_mturk/world", "", "");
    let dump = String::from_utf8(connection.ask(&dump).await?.1.to_vec())?;
    let load = plain("PUT", "/_mturk/world", JSON, &dump);
    let keep = plain("POST", "/_mturk/snapshots/bench", "", "");
    let restore = plain("POST", "/_mturk/snapshots/bench/restore", "", "");
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..scale.rounds {
        for (times, request) in times.iter_mut().zip([&load, &keep, &restore]) {
            times.push(ask(&mut connection, request).await?);
        }
    }
    let [load, keep, restore] = times.map(median);
    for (what, took) in [("keeping", keep), ("restoring", restore)] {
        table.add(Line {
            what: format!("{store}: {what} a market of {ASSIGNMENTS} assignments, ms"),
            base: format!("{:.0}", load * 1e3),
            ours: format!("{:.0}", took * 1e3),
            ratio: took / load,
            goal: Goal::AtMost(0.1),
            note: format!("against loading its dump ({:.0} MB)", f(dump.len()) / 1e6),
        });
    }
    Ok(())
}

/// How many seconds the answer takes.
async fn ask(connection: &mut Connection, request: &Prepared) -> Result<f64> {
    let begun = Instant::now();
    let (status, body) = connection.ask(request).await?;
    ensure!(status == 200, "{status}: {}", String::from_utf8_lossy(body));
    Ok(begun.elapsed().as_secs_f64())
}
