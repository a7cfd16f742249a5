//! What a page costs deep in a list, of a rare status, and in a store with many HITs.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use mturk_local::ids::requester_of;
use mturk_local::rules::page::{Listing, PageKey};
use serde_json::{Value, json};

use crate::Scale;
use crate::data::{Work, fill, hit_id, submitted_at};
use crate::http::{Prepared, call, load, median};
use crate::lists::request;
use crate::server::Server;
use crate::table::{Goal, Line, Table};

pub async fn measure(table: &mut Table, scale: Scale) -> Result<()> {
    let folder = tempfile::tempdir()?;
    deep(table, scale, folder.path()).await?;
    many(table, scale, folder.path()).await
}

async fn deep(table: &mut Table, scale: Scale, folder: &Path) -> Result<()> {
    let url = format!("sqlite:{}", folder.join("deep.db").display());
    let work = |first_hit, step_ms| Work {
        first_hit,
        hits: 1,
        for_each: scale.rows,
        status: "Assignable",
        step_ms,
    };
    let key = fill(&url, &[work(0, 1), work(1, 0)]).await?;
    let ours = Server::ours(Some(&url))?;
    let depth = scale.rows - 100;
    for (hit, what) in [(0, "each at its time"), (1, "all at the same time")] {
        let at = submitted_at() + if hit == 0 { depth - 1 } else { 0 };
        let token = token(&key, &hit_id(hit), at * (1 << 20) + depth - 1);
        let first = request(ours.port, &hit_id(hit), 100, None)?;
        let last = request(ours.port, &hit_id(hit), 100, Some(("NextToken", token)))?;
        let what = format!("page at depth {depth} of one HIT, {what}, against page 1");
        table.add(line(&ours, &ours, scale, what, (first, last), 1.2).await?);
    }
    let rare = json!(["Rejected"]);
    let first = request(ours.port, &hit_id(0), 100, None)?;
    let rejected = request(ours.port, &hit_id(0), 100, Some(("AssignmentStatuses", rare)))?;
    let what = "a page of a status that 0.1 % have, against all statuses".to_owned();
    table.add(line(&ours, &ours, scale, what, (first, rejected), 6.0).await?);
    Ok(())
}

fn token(key: &PageKey, hit_id: &str, place: i64) -> Value {
    let requester_id = requester_of("test");
    let list = Listing {
        requester_id: &requester_id,
        operation: "ListAssignmentsForHIT",
        chosen_by: &[hit_id, "SubmittedApprovedRejected"],
    };
    list.seal(key, place).into()
}

/// Every list operation for one item, in a store with one HIT and in a large one.
async fn many(table: &mut Table, scale: Scale, folder: &Path) -> Result<()> {
    let mut servers = Vec::new();
    for hits in [1, scale.hits] {
        let url = format!("sqlite:{}", folder.join(format!("{hits}.db")).display());
        let work = Work { first_hit: 0, hits, for_each: 1, status: "Reviewable", step_ms: 0 };
        fill(&url, &[work]).await?;
        servers.push(Server::ours(Some(&url))?);
    }
    let [one, all] = &servers[..] else { return Ok(()) };
    for (operation, hits) in [
        ("ListHITs", None),
        ("ListReviewableHITs", None),
        ("ListReviewableHITs of a type", None),
        ("ListAssignmentsForHIT", Some(scale.hits / 2)),
    ] {
        let (name, of_type) =
            operation.split_once(' ').map_or((operation, false), |(n, _)| (n, true));
        let request = |server: &Server, hit: i64| {
            let mut body = json!({"MaxResults": 1});
            if of_type {
                body["HITTypeId"] = json!("3TYPE");
            }
            if hits.is_some() {
                body["HITId"] = json!(hit_id(hit));
            }
            call(server.port, name, &body.to_string())
        };
        let requests = (request(one, 0)?, request(all, hits.unwrap_or(0))?);
        let what =
            format!("{operation}, one item, {} HITs in the store, against one HIT", scale.hits);
        table.add(line(one, all, scale, what, requests, 1.2).await?);
    }
    Ok(())
}

/// Two requests one after another on one connection each: the ratio of their times.
async fn line(
    base: &Server,
    ours: &Server,
    scale: Scale,
    what: String,
    requests: (Prepared, Prepared),
    goal: f64,
) -> Result<Line> {
    let (mut ratios, mut times, mut failed) = (Vec::new(), [Vec::new(), Vec::new()], 0);
    for round in 0..=scale.rounds * 2 {
        let mut now = [0.0; 2];
        for (n, (server, request)) in
            [(base, &requests.0), (ours, &requests.1)].into_iter().enumerate()
        {
            let requests = Arc::new([Arc::clone(request)]);
            let measured = load(server.port, 1, requests, scale.time / 4, true).await?;
            now[n] = measured.median_us;
            failed += measured.failed;
        }
        if round > 0 {
            ratios.push(now[1] / now[0]);
            times[0].push(now[0]);
            times[1].push(now[1]);
        }
    }
    let [base, ours] = times.map(|times| format!("{:.0} µs", median(times)));
    let note = format!("1 connection, p50; {failed} failed");
    Ok(Line { what, base, ours, ratio: median(ratios), goal: Goal::AtMost(goal), note })
}
