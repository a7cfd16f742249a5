//! Many clients at once: test suites that each have a key of their own, and those who wait.

use std::fmt::Write as _;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::Scale;
use crate::data::QUESTION;
use crate::http::{Connection, Prepared, call_by, f, load, median, plain};
use crate::server::Server;
use crate::table::{Goal, Line, Table};

/// Clients with a key each.
const CLIENTS: usize = 200;
/// Workers who do a client's HIT.
const WORKERS: usize = 3;
/// Who waits: half of them for a HIT, half for its events.
const WAITING: usize = 3000;

pub async fn measure(table: &mut Table, scale: Scale) -> Result<()> {
    suites(table, scale).await?;
    waiting(table, scale).await
}

/// Each creates a HIT, has it done, lists the work, approves it and resets what it has.
async fn suites(table: &mut Table, scale: Scale) -> Result<()> {
    let server = Server::ours(None)?;
    let (mut ratios, mut times) = (Vec::new(), Vec::new());
    for _ in 0..scale.rounds {
        let all: Vec<_> = (0..CLIENTS)
            .map(|n| tokio::spawn(suite(server.port, format!("AKIDSUITE{n}"))))
            .collect();
        let mut taken = Vec::new();
        for one in all {
            taken.push(one.await??);
        }
        taken.sort_by(f64::total_cmp);
        // The median of the slowest tenth.
        ratios.push(taken[CLIENTS * 19 / 20] / taken[CLIENTS / 2]);
        times.push(taken[CLIENTS / 2]);
    }
    let ratio = median(ratios);
    let usual = median(times);
    table.add(Line {
        what: format!("{CLIENTS} clients at once with a key each: the slowest tenth"),
        base: format!("{usual:.0} ms, the median client"),
        ours: format!("{:.0} ms", usual * ratio),
        ratio,
        goal: Goal::AtMost(3.0),
        note: String::new(),
    });
    Ok(())
}

/// Milliseconds from the first request to the last answer.
async fn suite(port: u16, key: String) -> Result<f64> {
    let begun = Instant::now();
    let mut to = Connection::open(port).await?;
    let kind = "content-type: application/json\r\n";
    let hit_id = create(&mut to, port, &key, WORKERS).await?;
    for worker in 0..WORKERS {
        let body = json!({"WorkerId": format!("A{key}{worker}"), "Answers": {"s": "pos"}});
        let path = format!("/_mturk/hits/{hit_id}/submissions");
        answer(&mut to, &plain("POST", &path, kind, &body.to_string())).await?;
    }
    let body = json!({"HITId": hit_id}).to_string();
    let listed = answer(&mut to, &call_by(&key, port, "ListAssignmentsForHIT", &body)?).await?;
    let works = listed["Assignments"].as_array().context("no list")?;
    ensure!(works.len() == WORKERS, "{listed}");
    for work in works {
        let body = json!({"AssignmentId": work["AssignmentId"]}).to_string();
        answer(&mut to, &call_by(&key, port, "ApproveAssignment", &body)?).await?;
    }
    let reset = json!({"Requester": key}).to_string();
    answer(&mut to, &plain("POST", "/_mturk/reset", kind, &reset)).await?;
    Ok(begun.elapsed().as_secs_f64() * 1e3)
}

async fn create(to: &mut Connection, port: u16, key: &str, places: usize) -> Result<String> {
    let body = json!({
        "Title": "Sentiment", "Description": "Say what a text is like", "Reward": "0.05",
        "AssignmentDurationInSeconds": 600, "LifetimeInSeconds": 86400, "Question": QUESTION,
        "MaxAssignments": places,
    });
    let made = answer(to, &call_by(key, port, "CreateHIT", &body.to_string())?).await?;
    Ok(made["HIT"]["HITId"].as_str().context("no HIT")?.to_owned())
}

async fn answer(to: &mut Connection, request: &[u8]) -> Result<Value> {
    let (status, body) = to.ask(request).await?;
    ensure!(status == 200, "{status}: {}", String::from_utf8_lossy(body));
    Ok(if body.is_empty() { Value::Null } else { serde_json::from_slice(body)? })
}

/// CPU of a submission while others wait for HITs that it does not concern.
async fn waiting(table: &mut Table, scale: Scale) -> Result<()> {
    let (quiet, watched) = (Server::ours(None)?, Server::ours(None)?);
    let before = watched.rss_mib()?;
    let (work, _) = market(&quiet).await?;
    let (watched_work, hit_ids) = market(&watched).await?;
    let mut open = Vec::new();
    for n in 0..WAITING {
        let hit_id = &hit_ids[n % hit_ids.len()];
        open.push(if n % 2 == 0 {
            let path = format!("/_mturk/wait?HITId={hit_id}&submitted=1&timeout=55s");
            begun(&watched, &path).await?
        } else {
            let path = format!("/_mturk/events?stream=1&HITId={hit_id}");
            begun(&watched, &path).await?
        });
    }
    let memory = (watched.rss_mib()? - before) * 1024.0 / f(WAITING);
    let mut costs = [Vec::new(), Vec::new()];
    for _ in 0..scale.rounds {
        for (n, (server, work)) in
            [(&quiet, &work), (&watched, &watched_work)].into_iter().enumerate()
        {
            let from = server.cpu_us()?;
            let measured = load(server.port, 1, [work.clone()].into(), scale.time, true).await?;
            costs[n].push((server.cpu_us()? - from) / f(usize::try_from(measured.count)?));
        }
    }
    drop(open);
    let [alone, among] = costs.map(median);
    table.add(Line {
        what: format!("CPU of a submission while {WAITING} wait for other HITs"),
        base: format!("{alone:.0} µs, nobody waits"),
        ours: format!("{among:.0} µs"),
        ratio: among / alone,
        goal: Goal::AtMost(1.2),
        note: format!("{memory:.0} KiB for each who waits"),
    });
    Ok(())
}

/// A HIT that anybody can work on, as a request that does so, and others that nobody works on.
async fn market(server: &Server) -> Result<(Prepared, Vec<String>)> {
    let mut to = Connection::open(server.port).await?;
    let open = create(&mut to, server.port, "test", 1_000_000_000).await?;
    let mut others = Vec::new();
    for _ in 0..100 {
        others.push(create(&mut to, server.port, "test", 1).await?);
    }
    let body = json!({"Answers": {"s": "pos"}}).to_string();
    let path = format!("/_mturk/hits/{open}/submissions");
    Ok((plain("POST", &path, "content-type: application/json\r\n", &body), others))
}

/// A request whose answer does not come, or does not end; it is open once the server has read it.
async fn begun(server: &Server, path: &str) -> Result<TcpStream> {
    let mut stream = TcpStream::connect(("127.0.0.1", server.port)).await?;
    let mut request = String::new();
    write!(request, "GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")?;
    stream.write_all(request.as_bytes()).await?;
    if path.contains("stream=1") {
        let mut some = [0; 512];
        let read = stream.read(&mut some).await?;
        ensure!(some[..read].starts_with(b"HTTP/1.1 200"), "no stream");
    }
    Ok(stream)
}
