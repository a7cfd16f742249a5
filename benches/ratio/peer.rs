//! What a user would otherwise run: `moto_server`, answering a comparable awsJson read.

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::json;

use crate::Scale;
use crate::data::{Work, fill, hit_id};
use crate::http::{Prepared, call, load, median, once, plain};
use crate::lists::request;
use crate::server::Server;
use crate::table::{Goal, Line, Table, progress};

/// It is ended when dropped.
struct Moto(Child);

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub async fn measure(table: &mut Table, scale: Scale) -> Result<()> {
    let program = std::env::var("MTURK_LOCAL_MOTO").unwrap_or_else(|_| "moto_server".into());
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let mut command = Command::new(&program);
    command.args(["-p", &port.to_string()]).stdout(Stdio::null()).stderr(Stdio::null());
    let begun = Instant::now();
    let Ok(child) = command.spawn() else {
        progress(&format!("left out: {program} is not installed (MTURK_LOCAL_MOTO names it)"));
        return Ok(());
    };
    let moto = Moto(child);
    while once(port, &plain("GET", "/moto-api/", "", "")).await.is_err() {
        ensure!(begun.elapsed() < Duration::from_secs(30), "moto_server does not answer");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let theirs = begun.elapsed().as_secs_f64() * 1e3;
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite:{}", folder.path().join("peer.db").display());
    let work = Work { first_hit: 0, hits: 100, for_each: 100, status: "Assignable", step_ms: 1000 };
    fill(&url, &[work]).await?;
    let ours = Server::ours(Some(&url))?;
    let ready = ours.ready.as_secs_f64() * 1e3;
    table.add(Line {
        what: "start of moto_server, in times of ours".into(),
        base: format!("{theirs:.0} ms"),
        ours: format!("{ready:.1} ms"),
        ratio: theirs / ready,
        goal: Goal::AtLeast(30.0),
        note: String::new(),
    });
    fill_moto(port).await?;
    let list: Arc<[Prepared]> =
        (0..100).map(|n| request(ours.port, &hit_id(n), 100, None)).collect::<Result<_>>()?;
    let query = json!({
        "TableName": "t", "KeyConditionExpression": "h = :h",
        "ExpressionAttributeValues": {":h": {"S": "one"}},
    });
    let get = call(ours.port, "GetHIT", &json!({"HITId": hit_id(1)}).to_string())?;
    let pairs = [
        (
            "DynamoDB Query of 100 items of 700 bytes; ListAssignmentsForHIT of 100",
            dynamodb("Query", &query.to_string()),
            list,
        ),
        ("SQS ListQueues; GetHIT", sqs("ListQueues", "{}"), [get].into()),
    ];
    for (what, theirs, mine) in pairs {
        for connections in [1, 16] {
            let (mut ratios, mut figures) = (Vec::new(), [Vec::new(), Vec::new()]);
            for _ in 0..scale.rounds {
                let theirs = [Arc::clone(&theirs)].into();
                let base = load(port, connections, theirs, scale.time, true).await?;
                let mine = Arc::clone(&mine);
                let measured = load(ours.port, connections, mine, scale.time, true).await?;
                ratios.push(measured.per_second / base.per_second);
                figures[0].push(base.per_second);
                figures[1].push(measured.per_second);
            }
            let [base, mine] = figures.map(|figures| format!("{:.0}", median(figures)));
            table.add(Line {
                what: format!("moto_server: {what}, {connections} connections, requests/s"),
                base,
                ours: mine,
                ratio: median(ratios),
                goal: Goal::Shown,
                note: String::new(),
            });
        }
    }
    drop(moto);
    Ok(())
}

fn aws(service: &str, target: &str, version: &str, body: &str) -> Prepared {
    let headers = format!(
        "content-type: application/x-amz-json-{version}\r\nx-amz-target: {target}\r\n\
         authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request, \
         SignedHeaders=host, Signature=0\r\n"
    );
    plain("POST", "/", &headers, body)
}

fn dynamodb(operation: &str, body: &str) -> Prepared {
    aws("dynamodb", &format!("DynamoDB_20120810.{operation}"), "1.0", body)
}

fn sqs(operation: &str, body: &str) -> Prepared {
    aws("sqs", &format!("AmazonSQS.{operation}"), "1.0", body)
}

/// A table with 100 items under one key, and a queue.
async fn fill_moto(port: u16) -> Result<()> {
    let table = json!({
        "TableName": "t", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "h", "AttributeType": "S"},
            {"AttributeName": "n", "AttributeType": "N"}],
        "KeySchema": [{"AttributeName": "h", "KeyType": "HASH"},
            {"AttributeName": "n", "KeyType": "RANGE"}],
    });
    once(port, &dynamodb("CreateTable", &table.to_string())).await?;
    for n in 0..100 {
        let item =
            json!({"h": {"S": "one"}, "n": {"N": n.to_string()}, "d": {"S": "x".repeat(680)}});
        let put = json!({"TableName": "t", "Item": item});
        once(port, &dynamodb("PutItem", &put.to_string())).await?;
    }
    once(port, &sqs("CreateQueue", "{\"QueueName\":\"q\"}")).await?;
    Ok(())
}
