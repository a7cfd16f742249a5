//! `mturk-local payments`: what a requester paid to workers.

use axum::http::Method;
use serde_json::json;

use crate::client::{ClientError, SOON, argument, print, print_part, send};
use crate::config::commands::{PaymentsArgs, PaymentsFormat};
use crate::rules::frame::encoded;
use crate::rules::payments::Table;
use crate::shapes::payment::Payment;
use crate::time::{Instant, Span};

/// Prints the payments, read page by page.
///
/// # Errors
/// `--since` is no time; the server is not there, or refuses.
pub async fn run(command: &PaymentsArgs) -> Result<(), ClientError> {
    let since = command.since.as_deref().map(since).transpose()?;
    let given = [("since", since.as_deref()), ("requester", command.requester.as_deref())];
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

/// A time for the server: a span counts back from now, and a date begins at midnight.
fn since(text: &str) -> Result<String, ClientError> {
    let midnight = format!("{text}T00:00:00Z");
    let back = Span::parse(text).filter(|_| {
        text.starts_with(|c: char| c.is_ascii_digit()) && text.ends_with(char::is_alphabetic)
    });
    if back.is_some() {
        return Ok(format!("-{text}"));
    }
    if Instant::parse(&midnight, Instant(0)).is_some() {
        return Ok(midnight);
    }
    match Instant::parse(text, Instant(0)) {
        Some(_) => Ok(text.to_owned()),
        None => Err(argument(format!(
            "--since (MTURK_LOCAL_SINCE) {text:?} is no span such as 7d, no date and no time"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::since;

    #[test]
    fn spans_count_back_and_dates_begin_at_midnight() {
        for (typed, sent) in [
            ("7d", Some("-7d")),
            ("-7d", Some("-7d")),
            ("90m", Some("-90m")),
            ("2026-01-02", Some("2026-01-02T00:00:00Z")),
            ("2026-01-02T03:04:05Z", Some("2026-01-02T03:04:05Z")),
            ("1767225600", Some("1767225600")),
            ("+1h", Some("+1h")),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(since(typed).ok().as_deref(), sent, "{typed}");
        }
    }
}
