//! `mturk-local payments`: what a requester paid to workers.

use axum::http::Method;
use serde_json::json;

use crate::client::{ClientError, SOON, argument, print, print_part, send};
use crate::config::commands::{PaymentsArgs, PaymentsFormat};
use crate::rules::frame::encoded;
use crate::rules::payments::Table;
use crate::shapes::payment::Payment;
use crate::time::Since;

/// Prints the payments, read page by page.
///
/// # Errors
/// `--since` is no time; the server is not there, or refuses.
pub async fn run(command: &PaymentsArgs) -> Result<(), ClientError> {
    if let Some(since) = &command.since {
        Since::parse(since)
            .map_err(|why| argument(format!("--since (MTURK_LOCAL_SINCE) {why}")))?;
    }
    let given = [
        ("since", command.since.as_deref()),
        ("requester", command.requester.as_deref()),
        ("worker", command.worker.as_deref()),
    ];
    let filter = given.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let filter: Vec<String> =
        filter.map(|(name, value)| format!("&{name}={}", encoded(value))).collect();
    let filter = filter.concat();
    let (mut after, mut all) = (String::new(), Vec::new());
    loop {
        let path = format!("/_mturk/payments?limit=1000{filter}{after}");
        let mut answer = send(&command.server, Method::GET, &path, None, SOON).await?;
        let page: Vec<Payment> = serde_json::from_value(answer["Payments"].take())
            .map_err(|why| argument(format!("the server's answer is no list: {why}")))?;
        all.extend(page);
        let Some(next) = answer["Next"].as_str() else { break };
        after = format!("&after={}", encoded(next));
    }
    match command.format {
        PaymentsFormat::Json => print(&json!({"Payments": all})),
        PaymentsFormat::Csv => {
            let mut table = Table::default();
            for payment in &all {
                table.add(payment);
            }
            print_part(&table.finish()).map(drop)
        }
    }
}
