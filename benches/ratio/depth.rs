//! What a page costs deep in a list, of a rare status, and in a store with many HITs.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, ensure};
use mturk_local::ids::requester_of;
use mturk_local::rules::page::{Listing, PageKey};
use serde_json::{Value, json};

use crate::Scale;
use crate::data::{Work, fill, hit_id, submitted_at, surround};
use crate::http::{Prepared, call, load, median, once};
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
        let page: Value = serde_json::from_slice(&once(ours.port, &last).await?)?;
        ensure!(page["NumResults"] == 100, "no full page at depth {depth}");
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
        surround(&url).await?;
        servers.push(Server::ours(Some(&url))?);
    }
    let [one, all] = &servers[..] else { return Ok(()) };
    for (what, operation, body) in lists() {
        let request = |server: &Server, hit: i64| {
            let body = body.replace("@HIT", &hit_id(hit));
            call(server.port, operation, &body)
        };
        let requests = (request(one, 0)?, request(all, scale.hits / 2)?);
        for (server, request) in [(one, &requests.0), (all, &requests.1)] {
            let page: Value = serde_json::from_slice(&once(server.port, request).await?)?;
            // Reports of review policies are not counted in the answer.
            let has_item = page["NumResults"] == 1 || page["NextToken"].is_string();
            ensure!(has_item, "{what}: no item in {page}");
        }
        let what = format!("{what}, one item, {} HITs in the store, against one HIT", scale.hits);
        table.add(line(one, all, scale, what, requests, 1.2).await?);
    }
    Ok(())
}

/// Every list operation, each for one item.
fn lists() -> Vec<(&'static str, &'static str, String)> {
    let list = |what: &'static str, more: Value| {
        let mut body = json!({"MaxResults": 1});
        if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
            body.extend(more);
        }
        (what, what.split(' ').next().unwrap_or(what), body.to_string())
    };
    let of_type = json!({"QualificationTypeId": "3QUAL1"});
    let mine = json!({"MustBeRequestable": true, "MustBeOwnedByCaller": true});
    vec![
        list("ListHITs", json!({})),
        list("ListReviewableHITs", json!({})),
        list("ListReviewableHITs of a type", json!({"HITTypeId": "3TYPE"})),
        list("ListAssignmentsForHIT", json!({"HITId": "@HIT"})),
        list("ListHITsForQualificationType", of_type.clone()),
        list("ListWorkersWithQualificationType", of_type.clone()),
        list("ListQualificationRequests", json!({})),
        list("ListQualificationRequests of a type", of_type),
        list("ListQualificationTypes", json!({"MustBeRequestable": true})),
        list("ListQualificationTypes of the caller", mine),
        list("ListBonusPayments", json!({"HITId": "@HIT"})),
        list("ListWorkerBlocks", json!({})),
        list("ListReviewPolicyResultsForHIT", json!({"HITId": "@HIT"})),
    ]
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
    let (mut ratios, mut times) = (Vec::new(), [Vec::new(), Vec::new()]);
    for round in 0..=scale.rounds * 2 {
        let mut now = [0.0; 2];
        for (n, (server, request)) in
            [(base, &requests.0), (ours, &requests.1)].into_iter().enumerate()
        {
            let requests = Arc::new([Arc::clone(request)]);
            let measured = load(server.port, 1, requests, scale.time / 4, true).await?;
            now[n] = measured.median_us;
        }
        if round > 0 {
            ratios.push(now[1] / now[0]);
            times[0].push(now[0]);
            times[1].push(now[1]);
        }
    }
    let [base, ours] = times.map(|times| format!("{:.0} µs", median(times)));
    let note = "1 connection, p50".to_owned();
    Ok(Line { what, base, ours, ratio: median(ratios), goal: Goal::AtMost(goal), note })
}
