//! What mturk-local costs, as ratios to something measured in the same run; see `benches/README.md`.
//!
//! Figures of one run can be compared, figures of two cannot: the machine is another a minute later.

mod clients;
mod data;
mod depth;
mod desk;
mod http;
mod journal;
mod jump;
mod lists;
mod musl;
mod pages;
mod peer;
mod server;
mod snapshots;
mod start;
mod table;
mod worlds;
mod writes;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::table::{Table, progress, say};

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    /// Assignments in a store.
    pub rows: i64,
    /// HITs in a large store.
    pub hits: i64,
    /// One sample.
    pub time: Duration,
    /// Samples of each, in turn with those of the base.
    pub rounds: usize,
}

const WHOLE: Scale =
    Scale { rows: 1_000_000, hits: 100_000, time: Duration::from_secs(2), rounds: 5 };
const QUICK: Scale =
    Scale { rows: 100_000, hits: 20_000, time: Duration::from_millis(500), rounds: 3 };

/// Parts in the order in which they run.
const PARTS: [&str; 14] = [
    "lists",
    "postgres",
    "journal",
    "depth",
    "pages",
    "desk",
    "writes",
    "clients",
    "worlds",
    "jump",
    "snapshots",
    "start",
    "musl",
    "peer",
];

fn main() -> Result<ExitCode> {
    // `cargo bench` adds an option of its own.
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    if let [serve, file] = &args[..]
        && serve == "--serve"
    {
        server::serve(file)?;
    }
    let quick = args.iter().any(|arg| arg == "--quick");
    let named: Vec<&String> = args.iter().filter(|arg| *arg != "--quick").collect();
    if let Some(unknown) = named.iter().find(|name| !PARTS.contains(&name.as_str())) {
        bail!("no such part: {unknown} (there are: {})", PARTS.join(" "));
    }
    let parts = PARTS.iter().filter(|part| named.is_empty() || named.iter().any(|n| n == *part));
    // The load must not be able to take more than one core from the server.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let table = runtime.block_on(run(parts.copied(), if quick { QUICK } else { WHOLE }))?;
    say(&format!("\n{} goals were not met.", table.missed()));
    Ok(ExitCode::SUCCESS)
}

async fn run(parts: impl Iterator<Item = &'static str>, scale: Scale) -> Result<Table> {
    let mut table = Table::default();
    for part in parts {
        progress(part);
        match part {
            "lists" => lists::on_sqlite(&mut table, scale).await?,
            "postgres" => lists::on_postgres(&mut table, scale).await?,
            "journal" => journal::measure(&mut table, scale).await?,
            "depth" => depth::measure(&mut table, scale).await?,
            "pages" => pages::measure(&mut table, scale).await?,
            "desk" => desk::measure(&mut table, scale).await?,
            "writes" => writes::measure(&mut table, scale).await?,
            "clients" => clients::measure(&mut table, scale).await?,
            "worlds" => worlds::measure(&mut table, scale).await?,
            "jump" => jump::measure(&mut table, scale).await?,
            "snapshots" => snapshots::measure(&mut table, scale).await?,
            "start" => start::measure(&mut table, scale).await?,
            "musl" => musl::measure(&mut table, scale).await?,
            _ => peer::measure(&mut table, scale).await?,
        }
    }
    Ok(table)
}
