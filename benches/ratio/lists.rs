//! `ListAssignmentsForHIT` against a bare axum program that answers the same bytes from memory.

use std::sync::Arc;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::Scale;
use crate::data::{Work, fill, hit_id};
use crate::http::{Measured, Prepared, call, f, load, median, once};
use crate::server::Server;
use crate::table::{Goal, Line, Table, progress};

const EACH: i64 = 100;

pub async fn on_sqlite(table: &mut Table, scale: Scale) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite:{}", folder.path().join("lists.db").display());
    compare(table, scale, &url, "SQLite", [0.25, 0.33]).await
}

/// On the PostgreSQL that `MTURK_LOCAL_TEST_DATABASE` names, which should be a throw-away one.
pub async fn on_postgres(table: &mut Table, scale: Scale) -> Result<()> {
    let Ok(url) = std::env::var("MTURK_LOCAL_TEST_DATABASE") else {
        progress("left out: MTURK_LOCAL_TEST_DATABASE names no PostgreSQL");
        return Ok(());
    };
    compare(table, scale, &url, "PostgreSQL", [0.08, 0.10]).await
}

async fn compare(
    table: &mut Table,
    scale: Scale,
    url: &str,
    store: &str,
    goals: [f64; 2],
) -> Result<()> {
    let hits = scale.rows / EACH;
    let work = Work { first_hit: 0, hits, for_each: EACH, status: "Assignable", step_ms: 1000 };
    fill(url, &[work]).await?;
    let folder = tempfile::tempdir()?;
    for (size, goal) in [100, 10].into_iter().zip(goals) {
        let ours = Server::ours(Some(url))?;
        let request = |n| request(ours.port, &hit_id(n), size, None);
        let body = once(ours.port, &request(0)?).await?;
        let answer: Value = serde_json::from_slice(&body)?;
        let count = answer["Assignments"].as_array().map_or(0, Vec::len);
        ensure!(answer["NumResults"] == size && count == usize::try_from(size)?, "no full page");
        let file = folder.path().join(format!("{size}.json"));
        std::fs::write(&file, &body)?;
        let axum = Server::axum(&file)?;
        let requests: Arc<[Prepared]> = (0..hits).map(request).collect::<Result<_>>()?;
        for connections in [1, 16, 64] {
            let pair = pair(&axum, &ours, connections, [&requests; 2], scale).await?;
            let bytes = body.len();
            table.add(Line {
                what: format!("{store}: ListAssignmentsForHIT, {size} a page, {bytes} bytes, {connections} connections, requests/s"),
                base: format!("{:.0}", pair.base.per_second),
                ours: format!("{:.0}", pair.ours.per_second),
                ratio: pair.ratio,
                goal: if connections == 16 { Goal::AtLeast(goal) } else { Goal::Shown },
                note: format!(
                    "CPU {:.0} and {:.0} µs; p99/p50 {:.1} and {:.1}",
                    pair.cpu_base, pair.cpu_ours,
                    pair.base.p99_us / pair.base.median_us,
                    pair.ours.p99_us / pair.ours.median_us,
                ),
            });
        }
    }
    Ok(())
}

pub fn request(
    port: u16,
    hit_id: &str,
    size: i64,
    more: Option<(&str, Value)>,
) -> Result<Prepared> {
    let mut body = json!({"HITId": hit_id, "MaxResults": size});
    if let Some((name, value)) = more {
        body[name] = value;
    }
    call(port, "ListAssignmentsForHIT", &body.to_string())
}

/// Two servers under the same load, sample by sample in turn.
pub struct Pair {
    /// The middle of the ratios of neighbours.
    pub ratio: f64,
    pub base: Measured,
    pub ours: Measured,
    pub cpu_base: f64,
    pub cpu_ours: f64,
}

pub async fn pair(
    base: &Server,
    ours: &Server,
    connections: usize,
    requests: [&Arc<[Prepared]>; 2],
    scale: Scale,
) -> Result<Pair> {
    let mut samples: [Vec<(Measured, f64)>; 2] = [Vec::new(), Vec::new()];
    for round in 0..=scale.rounds {
        let servers = [base, ours].into_iter().zip(requests);
        for ((server, requests), samples) in servers.zip(&mut samples) {
            let cpu = server.cpu_us()?;
            let requests = Arc::clone(requests);
            let measured = load(server.port, connections, requests, scale.time, true).await?;
            let cpu = (server.cpu_us()? - cpu) / f(usize::try_from(measured.count)?);
            // The first of each fills caches.
            if round > 0 {
                samples.push((measured, cpu));
            }
        }
    }
    let ratios = samples[0].iter().zip(&samples[1]).map(|(b, o)| o.0.per_second / b.0.per_second);
    let ratio = median(ratios.collect());
    let [(base, cpu_base), (ours, cpu_ours)] = samples.map(|samples| middle(&samples));
    Ok(Pair { ratio, base, ours, cpu_base, cpu_ours })
}

fn middle(samples: &[(Measured, f64)]) -> (Measured, f64) {
    let of = |field: fn(&Measured) -> f64| median(samples.iter().map(|(m, _)| field(m)).collect());
    let measured = Measured {
        per_second: of(|m| m.per_second),
        median_us: of(|m| m.median_us),
        p99_us: of(|m| m.p99_us),
        count: samples.iter().map(|(m, _)| m.count).sum(),
    };
    (measured, median(samples.iter().map(|(_, cpu)| *cpu).collect()))
}
