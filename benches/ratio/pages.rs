//! Every page of the worker's site in a market of many HITs, against the market of one.

use std::sync::Arc;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::Scale;
use crate::data::{ANSWER, QUESTION};
use crate::http::{Connection, Prepared, load, median, once, plain};
use crate::server::Server;
use crate::table::{Goal, Line, Table};

/// No page may take longer, in milliseconds.
const MOST_MS: f64 = 20.0;
/// HITs of a group.
const GROUP: i64 = 10;
/// Work that one worker handed in, at most, over [`DAYS`] days.
const HISTORY: i64 = 2000;
const DAYS: i64 = 40;

/// Has HITs in hand, and mail.
const AT_WORK: &str = "A1ATWORK";
/// Has handed in work.
const DONE: &str = "A1DONE";
/// Has done nothing.
const NEW: &str = "A1NEW";

pub async fn measure(table: &mut Table, scale: Scale) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut servers = Vec::new();
    for hits in [1, scale.hits] {
        let url = format!("sqlite:{}", folder.path().join(format!("{hits}.db")).display());
        let server = Server::ours(Some(&url))?;
        fill(&server, hits).await?;
        servers.push(server);
    }
    let [one, all] = &servers[..] else { return Ok(()) };
    for (what, worker, path) in pages() {
        let request = get(&worker, &path);
        for server in [one, all] {
            ensure!(!once(server.port, &request).await?.is_empty(), "{path} is empty");
        }
        table.add(line(one, all, scale, what, &request).await?);
    }
    Ok(())
}

fn get(worker: &str, path: &str) -> Prepared {
    let headers =
        format!("cookie: __Host-mturk_local_worker={worker}\r\nsec-fetch-site: same-origin\r\n");
    plain("GET", path, &headers, "")
}

/// What it is, who looks, and where. All of it stands in both markets.
fn pages() -> Vec<(&'static str, String, String)> {
    let hit = hit_id(0);
    let task = format!("/projects/{}/tasks/{hit}?assignment_id={}", type_id(0), held_id(0));
    let page = |what, worker: &str, path: &str| (what, worker.to_owned(), path.to_owned());
    vec![
        page("the start", AT_WORK, "/"),
        page("the list", NEW, "/projects"),
        page("the list by reward", NEW, "/projects?sort=reward_desc"),
        page("the list by size", NEW, "/projects?sort=num_hits_desc"),
        page("the list, qualified only", NEW, "/projects?qualified=true"),
        page("a search that finds nothing", NEW, "/projects?search=nowhere"),
        page("a requester's list", NEW, &format!("/requesters/{REQUESTER}/projects")),
        page("a preview", NEW, &format!("/projects/{}/tasks", type_id(0))),
        page("a task", AT_WORK, &task),
        page("a task's clock", AT_WORK, &format!("/mturk/clock?assignment_id={}", held_id(0))),
        page("the queue", AT_WORK, "/tasks"),
        page("the dashboard", DONE, "/dashboard"),
        page("a day", DONE, &format!("/status_details/{}", yesterday())),
        page("qualifications", AT_WORK, "/qualifications"),
        page("a qualification", AT_WORK, &format!("/qualifications/{}", qualification_id(0))),
        page("messages", AT_WORK, "/messages"),
        page("workers", NEW, "/workers"),
    ]
}

fn yesterday() -> String {
    let at = mturk_local::time::Instant(mturk_local::time::real_now().0 - 86_400_000);
    at.rfc3339().chars().take(10).collect()
}

async fn line(
    base: &Server,
    ours: &Server,
    scale: Scale,
    what: &str,
    request: &Prepared,
) -> Result<Line> {
    let (mut ratios, mut times) = (Vec::new(), [Vec::new(), Vec::new()]);
    for round in 0..=scale.rounds {
        let mut now = [0.0; 2];
        for (n, server) in [base, ours].into_iter().enumerate() {
            let requests = Arc::new([Arc::clone(request)]);
            let measured = load(server.port, 1, requests, scale.time / 4, true).await?;
            now[n] = measured.median_us / 1000.0;
        }
        if round > 0 {
            ratios.push(now[1] / now[0]);
            times[0].push(now[0]);
            times[1].push(now[1]);
        }
    }
    let [base, ours] = times.map(median);
    Ok(Line {
        what: format!("{what}, {} HITs in the market, against one", scale.hits),
        base: format!("{base:.2} ms"),
        ours: format!("{ours:.2} ms"),
        ratio: median(ratios),
        goal: Goal::Within { ms: ours, most: MOST_MS },
        note: "1 connection, p50".to_owned(),
    })
}

const REQUESTER: &str = "A1BENCH000000";

fn hit_id(n: i64) -> String {
    format!("3{n:029}")
}

fn type_id(n: i64) -> String {
    format!("3TYPE{n:025}")
}

fn qualification_id(n: i64) -> String {
    format!("3QUAL{n:025}")
}

fn held_id(n: i64) -> String {
    format!("3HELD{n:025}")
}

async fn fill(server: &Server, hits: i64) -> Result<()> {
    let world = world(hits).to_string();
    let request = plain("PUT", "/_mturk/world", "content-type: application/json\r\n", &world);
    let mut connection = Connection::open(server.port).await?;
    let (status, body) = connection.ask(&request).await?;
    ensure!(status == 200, "{status}: {}", String::from_utf8_lossy(body));
    Ok(())
}

/// In every HIT somebody was at work; a hundredth as many workers, and qualifications.
fn world(hits: i64) -> Value {
    let part = (hits / 100).max(1);
    let of = |n: i64, id: &str| json!({"WorkerId": id, "Name": format!("Worker {n}")});
    let mut workers: Vec<Value> = (0..part).map(|n| of(n, &other(n))).collect();
    workers.extend([AT_WORK, DONE, NEW].map(|id| json!({"WorkerId": id, "Name": id})));
    let qualification = |n: i64| {
        json!({"QualificationTypeId": qualification_id(n), "Name": format!("Knows subject {n}"),
            "Description": "Knows it well.", "Keywords": "knowledge, subject"})
    };
    let held = |n: i64| json!({"QualificationTypeId": qualification_id(n), "WorkerId": AT_WORK, "IntegerValue": 90});
    let message = |n: i64| {
        json!({"WorkerId": AT_WORK, "Subject": format!("Work {n}"),
            "MessageText": "There is new work. ".repeat(20)})
    };
    json!({
        "Requesters": [{"AccessKeyId": "test", "RequesterId": REQUESTER, "Name": "Bench"}],
        "Workers": workers,
        "QualificationTypes": (0..part).map(qualification).collect::<Vec<_>>(),
        "Qualifications": (0..part.min(20)).map(held).collect::<Vec<_>>(),
        "Messages": (0..part).map(message).collect::<Vec<_>>(),
        "HITs": (0..hits).map(|n| hit(n, part)).collect::<Vec<_>>(),
    })
}

fn other(n: i64) -> String {
    format!("A2OTHER{n:07}")
}

fn hit(n: i64, workers: i64) -> Value {
    let group = n / GROUP;
    let mut works = vec![work(&other(n % workers), n % DAYS)];
    if n < HISTORY {
        works.push(work(DONE, n % DAYS));
    }
    if n < 20 {
        works.push(json!({"AssignmentId": held_id(n), "WorkerId": AT_WORK,
            "AssignmentStatus": "Accepted", "AcceptTime": "-1m"}));
    }
    let mut hit = json!({
        "HITId": hit_id(n), "HITTypeId": type_id(group),
        "Title": format!("Is text {group} positive, negative or neutral?"),
        "Description": "Read a line of a review and say how the writer feels about it.",
        "Keywords": "text, mood, quick", "Reward": format!("0.{:02}", 1 + group % 99),
        "MaxAssignments": 5, "AssignmentDurationInSeconds": 86_400, "CreationTime": "-45d",
        "Expiration": "+30d", "Question": QUESTION, "Assignments": works,
    });
    if group % 5 == 4 {
        hit["QualificationRequirements"] = json!([{"QualificationTypeId": "000000000000000000L0",
            "Comparator": "GreaterThanOrEqualTo", "IntegerValues": [95],
            "ActionsGuarded": "PreviewAndAccept"}]);
    }
    hit
}

/// Work that was handed in some days ago, and not yesterday alone.
fn work(worker: &str, days: i64) -> Value {
    let hours = days * 24;
    json!({"WorkerId": worker, "AssignmentStatus": "Submitted", "Answer": ANSWER,
        "AcceptTime": format!("-{}h", hours + 25), "SubmitTime": format!("-{}h", hours + 24)})
}
