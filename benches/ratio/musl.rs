//! The static program against the one of the same source that uses glibc.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;

use crate::Scale;
use crate::data::{Work, fill, hit_id};
use crate::http::Prepared;
use crate::lists::{pair, request};
use crate::server::Server;
use crate::table::{Goal, Line, Table, progress};

const HITS: i64 = 1000;

pub async fn measure(table: &mut Table, scale: Scale) -> Result<()> {
    let Some(program) = std::env::var_os("MTURK_LOCAL_MUSL").map(PathBuf::from) else {
        progress("left out: MTURK_LOCAL_MUSL names no static program");
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    let [glibc, musl] = ["glibc.db", "musl.db"].map(|name| folder.path().join(name));
    let url = |path: &PathBuf| format!("sqlite:{}", path.display());
    let work =
        Work { first_hit: 0, hits: HITS, for_each: 100, status: "Assignable", step_ms: 1000 };
    fill(&url(&glibc), &[work]).await?;
    std::fs::copy(&glibc, &musl)?;
    let base = Server::ours(Some(&url(&glibc)))?;
    let ours = Server::of(&program, Some(&url(&musl)))?;
    for size in [100, 10] {
        // The signatures cover the host with its port, which the two do not share: of the one
        // server's requests the other would refuse all.
        let requests = |port| -> Result<Arc<[Prepared]>> {
            (0..HITS).map(|n| request(port, &hit_id(n), size, None)).collect()
        };
        let pair =
            pair(&base, &ours, 16, [&requests(base.port)?, &requests(ours.port)?], scale).await?;
        table.add(Line {
            what: format!("ListAssignmentsForHIT, {size} a page, 16 connections, static program"),
            base: format!("{:.0}", pair.base.per_second),
            ours: format!("{:.0}", pair.ours.per_second),
            ratio: pair.ratio,
            goal: Goal::AtLeast(1.0 / 1.1),
            note: format!("CPU {:.0} and {:.0} µs", pair.cpu_base, pair.cpu_ours),
        });
    }
    let mib = [base.rss_mib()?, ours.rss_mib()?];
    table.add(Line {
        what: "resident memory after that".into(),
        base: format!("{:.0} MiB", mib[0]),
        ours: format!("{:.0} MiB", mib[1]),
        ratio: mib[1] / mib[0],
        goal: Goal::Shown,
        note: String::new(),
    });
    Ok(())
}
