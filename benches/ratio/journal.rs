//! What the journal of requests costs: the instructions of a list with it and without it, by callgrind.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::Scale;
use crate::data::{Work, fill, hit_id};
use crate::http::{Connection, f};
use crate::lists::request;
use crate::server::{Server, program};
use crate::table::{Goal, Line, Table, progress};

const HITS: i64 = 100;
const EACH: i64 = 100;
/// Lists in a short life of the server, and in a long one: what a start costs is in both.
const LISTS: [i64; 2] = [200, 1200];
const MOST: f64 = 1.03;

pub async fn measure(table: &mut Table, _: Scale) -> Result<()> {
    if Command::new("valgrind").arg("--version").output().is_err() {
        progress("left out: there is no valgrind");
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite:{}", folder.path().join("journal.db").display());
    let work =
        Work { first_hit: 0, hits: HITS, for_each: EACH, status: "Assignable", step_ms: 1000 };
    fill(&url, &[work]).await?;
    for size in [100, 10] {
        let mut costs = [0.0; 2];
        for (cost, journal) in costs.iter_mut().zip(["0", "16777216"]) {
            let [short, long] = LISTS;
            let more = instructions(folder.path(), &url, journal, size, long).await?
                - instructions(folder.path(), &url, journal, size, short).await?;
            *cost = more / f(usize::try_from(long - short)?);
        }
        let [without, with] = costs;
        table.add(Line {
            what: format!("the journal: ListAssignmentsForHIT, {size} a page, instructions"),
            base: format!("{without:.0}"),
            ours: format!("{with:.0}"),
            ratio: with / without,
            goal: Goal::AtMost(MOST),
            note: "callgrind; base: --journal 0".to_owned(),
        });
    }
    Ok(())
}

/// The instructions of a server that answers so many lists, from its start to its end.
async fn instructions(
    folder: &Path,
    url: &str,
    journal: &str,
    size: i64,
    lists: i64,
) -> Result<f64> {
    let log = folder.join("callgrind.log");
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    command.arg(format!("--log-file={}", log.display())).arg(program());
    command.args(["--listen", "127.0.0.1:0", "-q", "--database", url, "--journal", journal]);
    let server = Server::start(&mut command)?;
    let mut connection = Connection::open(server.port).await?;
    for n in 0..lists {
        let (status, body) =
            connection.ask(&request(server.port, &hit_id(n % HITS), size, None)?).await?;
        ensure!(status == 200, "{status}: {}", String::from_utf8_lossy(body));
    }
    drop(connection);
    server.stop()?;
    let text = std::fs::read_to_string(&log)?;
    let count = text.lines().find_map(|line| line.split("Collected : ").nth(1));
    Ok(count.context("callgrind counted nothing")?.trim().parse()?)
}
