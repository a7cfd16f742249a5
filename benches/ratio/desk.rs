//! Every page of the requester's desk, against the same page in a market a tenth as large.

use std::process::Command;
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::Scale;
use crate::data::{ANSWER, QUESTION};
use crate::http::{Connection, Prepared, f, load, median, once, plain};
use crate::server::{Server, program};
use crate::table::{Goal, Line, Table};

/// Assignments of one HIT; every tenth is approved.
const EACH: i64 = 10;
/// HITs of one HIT type.
const TYPE: i64 = 1000;
/// HITs that are sent in one world.
const TOGETHER: i64 = 1000;
/// The most that the large market may cost, in times of the small one.
const MOST: f64 = 1.2;
/// Rows of the batch.
const ROWS: i64 = 100;
/// Qualification types in each world; workers who have a score of the first one.
const QUALIFICATIONS: i64 = 60;
const QUALIFIED: i64 = 100;
/// The worker whose page is measured did as many HITs of either market: more than a page shows.
const REGULAR: i64 = 1_000_000;
const OF_REGULAR: i64 = 60;
const JSON: &str = "content-type: application/json\r\n";

pub async fn measure(table: &mut Table, scale: Scale) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut servers = Vec::new();
    for hits in [scale.hits / 10, scale.hits] {
        let url = format!("sqlite:{}", folder.path().join(format!("{hits}.db")).display());
        let mut command = Command::new(program());
        command.args(["--listen", "127.0.0.1:0", "-q", "--profile", "production"]);
        let server = Server::start(command.args(["--database", &url]))?;
        fill(&server, hits).await?;
        let cookie = sign_in(server.port).await?;
        servers.push((server, cookie));
    }
    for (what, path) in pages() {
        table.add(line(&servers, scale, what, &path).await?);
    }
    Ok(())
}

/// What it is, and where. All of it stands in both markets.
fn pages() -> Vec<(&'static str, String)> {
    let page = |what, path: &str| (what, format!("/requester/{path}"));
    vec![
        page("HITs", "hits"),
        page("HITs that expire first", "hits?sort=soonest"),
        page("HITs of a type", &format!("hits?type={}", type_id(0))),
        page("a HIT", &format!("hits/{}", hit_id(0))),
        page("answers of a HIT", &format!("hits/{}/answers", hit_id(0))),
        page("answers of a type", &format!("types/{}/answers", type_id(0))),
        page("batches", "batches"),
        page("a batch", "batches/1"),
        page("answers of a batch", "batches/1/answers"),
        page("workers", "workers"),
        page("workers by work", "workers?sort=most"),
        page("a worker", &format!("workers/{}", worker_id(REGULAR))),
        page("qualification types", "qualifications"),
        page("a qualification type", &format!("qualifications/{}", qualification_id(0))),
        page("money", "money"),
        page("what HITs hold", "money/holds"),
    ]
}

/// CPU of the server for each request, in the large market and in the small one.
async fn line(servers: &[(Server, String)], scale: Scale, what: &str, path: &str) -> Result<Line> {
    let mut costs = [Vec::new(), Vec::new()];
    let mut ratios = Vec::new();
    for round in 0..=scale.rounds {
        let mut now = [0.0; 2];
        for (n, (server, cookie)) in servers.iter().enumerate() {
            let request = plain("GET", path, &format!("cookie: {cookie}\r\n"), "");
            if round == 0 {
                ensure!(!once(server.port, &request).await?.is_empty(), "{path} is empty");
            }
            now[n] = cost_us(server, request, scale).await?;
        }
        if round > 0 {
            ratios.push(now[1] / now[0]);
            costs[0].push(now[0]);
            costs[1].push(now[1]);
        }
    }
    let [base, ours] = costs.map(|costs| format!("{:.0} µs", median(costs)));
    Ok(Line {
        what: format!("{what}: {} HITs with {EACH} assignments, against a tenth", scale.hits),
        base,
        ours,
        ratio: median(ratios),
        goal: Goal::AtMost(MOST),
        note: "CPU a request".to_owned(),
    })
}

async fn cost_us(server: &Server, request: Prepared, scale: Scale) -> Result<f64> {
    let before = server.cpu_us()?;
    let measured = load(server.port, 1, Arc::new([request]), scale.time, true).await?;
    Ok((server.cpu_us()? - before) / f(usize::try_from(measured.count)?))
}

/// Chooses the requester `test`; the cookie of its desk.
async fn sign_in(port: u16) -> Result<String> {
    let (cookie, page) = answer(port, &plain("GET", "/requester/choose", CLOSE, "")).await?;
    let token = page.split("name=\"csrf\" value=\"").nth(1).context("no form")?;
    let token = token.split('"').next().unwrap_or_default();
    let headers =
        format!("{CLOSE}cookie: {cookie}\r\ncontent-type: application/x-www-form-urlencoded\r\n");
    let form = format!("csrf={token}&key=test");
    Ok(answer(port, &plain("POST", "/requester/choose", &headers, &form)).await?.0)
}

const CLOSE: &str = "connection: close\r\n";

/// The cookie that an answer sets, and all of the answer.
async fn answer(port: u16, request: &[u8]) -> Result<(String, String)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.write_all(request).await?;
    let mut text = String::new();
    stream.read_to_string(&mut text).await?;
    let cookie = text.split("\r\nset-cookie: ").nth(1).and_then(|rest| rest.split(';').next());
    Ok((cookie.context("no cookie")?.to_owned(), text))
}

fn hit_id(n: i64) -> String {
    format!("3{n:029}")
}

fn worker_id(n: i64) -> String {
    format!("A{n:013}")
}

fn type_id(n: i64) -> String {
    format!("3TYPE{n:025}")
}

fn qualification_id(n: i64) -> String {
    format!("3QUAL{n:025}")
}

async fn fill(server: &Server, hits: i64) -> Result<()> {
    let mut connection = Connection::open(server.port).await?;
    for first in (0..hits).step_by(usize::try_from(TOGETHER)?) {
        let made: Vec<Value> = (first..(first + TOGETHER).min(hits)).map(hit).collect();
        let number = first / TOGETHER * QUALIFICATIONS;
        let types: Vec<Value> = (number..number + QUALIFICATIONS)
            .map(|n| {
                json!({"QualificationTypeId": qualification_id(n), "Name": format!("Reader {n}"),
                    "Description": "Reads well"})
            })
            .collect();
        let qualification = qualification_id(number);
        let scores: Vec<Value> = (0..QUALIFIED)
            .map(|n| json!({"QualificationTypeId": qualification, "WorkerId": worker_id(n)}))
            .collect();
        let world = json!({
            "QualificationTypes": types,
            "Qualifications": scores, "HITs": made,
        })
        .to_string();
        let request = plain("POST", "/_mturk/world", JSON, &world);
        let (status, body) = connection.ask(&request).await?;
        ensure!(status == 200, "{status}: {}", String::from_utf8_lossy(body));
    }
    let rows: Vec<String> = (0..ROWS).map(|row| format!("{row}\n")).collect();
    let batch = json!({
        "Title": "Name it", "Description": "Say what it is.", "Reward": "0.05",
        "Template": "<p>${row}</p><input name=\"name\">",
        "Data": format!("row\n{}", rows.concat()),
    });
    let request = plain("POST", "/_mturk/batches", JSON, &batch.to_string());
    let (status, body) = connection.ask(&request).await?;
    ensure!(status == 200, "{status}: {}", String::from_utf8_lossy(body));
    Ok(())
}

fn hit(n: i64) -> Value {
    let work = |(one, worker_id): (i64, String)| {
        let hours = 1 + (n + one) % 600;
        let status = if one == 0 { "Approved" } else { "Submitted" };
        json!({"WorkerId": worker_id, "AssignmentStatus": status,
            "Answer": ANSWER, "AcceptTime": format!("-{}h", hours + 1),
            "SubmitTime": format!("-{hours}h")})
    };
    let workers = (0..EACH).map(|one| (one, worker_id(n % 500 * EACH + one)));
    let regular = (n < OF_REGULAR).then(|| (EACH, worker_id(REGULAR)));
    json!({
        "HITId": hit_id(n), "HITTypeId": type_id(n / TYPE),
        "Title": format!("Is text {} positive, negative or neutral?", n / TYPE),
        "Description": "Read a line of a review and say how the writer feels about it.",
        "Keywords": "text, mood, quick", "Reward": "0.05", "MaxAssignments": EACH + 1,
        "AssignmentDurationInSeconds": 86_400, "CreationTime": "-45d", "Expiration": "+30d",
        "Question": QUESTION, "Assignments": workers.chain(regular).map(work).collect::<Vec<_>>(),
    })
}
