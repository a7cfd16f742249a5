//! From exec to the ready line, idle memory, and the size of the binary.

use std::time::Duration;

use anyhow::Result;

use crate::Scale;
use crate::http::median;
use crate::server::{Server, program};
use crate::table::{Goal, Line, Table};

pub async fn measure(table: &mut Table, scale: Scale) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("empty.json");
    std::fs::write(&file, "{}")?;
    let kept = format!("sqlite:{}", folder.path().join("kept.db").display());
    drop(Server::ours(Some(&kept))?);
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..scale.rounds * 6 {
        times[0].push(Server::axum(&file)?.ready.as_secs_f64() * 1e3);
        times[1].push(Server::ours(None)?.ready.as_secs_f64() * 1e3);
        times[2].push(Server::ours(Some(&kept))?.ready.as_secs_f64() * 1e3);
    }
    let [base, fresh, kept] = times.map(median);
    let line = |what: &str, base: String, ours: String, ratio, goal, note: &str| Line {
        what: what.into(),
        base,
        ours,
        ratio,
        goal,
        note: note.into(),
    };
    let ms = |ms: f64| format!("{ms:.1} ms");
    let what = "start to the ready line, a new store, against a bare axum program";
    table.add(line(what, ms(base), ms(fresh), fresh / base, Goal::AtMost(3.0), "p50"));
    let what = "the same, on a kept file";
    table.add(line(what, ms(base), ms(kept), kept / base, Goal::AtMost(3.0), "p50"));
    let what = "start, a new store, as a part of 30 ms";
    table.add(line(what, ms(30.0), ms(fresh), fresh / 30.0, Goal::AtMost(1.0), ""));
    let servers = (Server::axum(&file)?, Server::ours(None)?);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (least, ours) = (servers.0.rss_mib()?, servers.1.rss_mib()?);
    let mib = |mib: f64| format!("{mib:.1} MiB");
    let note = format!("a bare axum program has {least:.1} MiB");
    let what = "idle memory, as a part of 15 MiB";
    table.add(line(what, mib(15.0), mib(ours), ours / 15.0, Goal::AtMost(1.0), &note));
    let size = u32::try_from(std::fs::metadata(program())?.len())?;
    let size = f64::from(size) / 1e6;
    let mb = |mb: f64| format!("{mb:.1} MB");
    let what = "the binary, as a part of 15 MB";
    table.add(line(what, mb(15.0), mb(size), size / 15.0, Goal::AtMost(1.0), ""));
    Ok(())
}
