//! `/metrics`: numbers for Prometheus.

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use crate::control::Control;
use crate::control::health::VERSION;
use crate::control::json::Failure;
use crate::engine::Gauges;
use crate::metrics::{MetricType, Text};
use crate::shapes::assignment::AssignmentStatus;
use crate::shapes::hit::HitStatus;
use crate::store::acceptances::State;

/// Numbers about the server and the market, in Prometheus' text format.
///
/// What is counted of calls begins at 0 with each process.
#[utoipa::path(
    get, path = "/metrics", operation_id = "getMetrics", tag = "server",
    responses(
        (status = 200, description = "The numbers.", body = String, content_type = "text/plain")
    )
)]
pub async fn show(control: Control) -> Result<impl IntoResponse, Failure> {
    let gauges = control.engine.gauges().await?;
    let mut text = Text::default();
    write_build(&mut text, control.engine.store().kind());
    control.metrics.write(&mut text);
    let journal_bytes = control.journal.as_ref().map_or(0, |journal| journal.bytes());
    text.gauge(
        "mturk_local_journal_bytes",
        "Memory that the journal of calls takes.",
        journal_bytes,
    );
    write_market(&mut text, &gauges);
    Ok(([(CONTENT_TYPE, Text::CONTENT_TYPE)], text.to_string()))
}

fn write_build(text: &mut Text, database: &str) {
    const NAME: &str = "mturk_local_build_info";
    let help = "Always 1; the labels say which version runs, and on which database.";
    text.family(NAME, MetricType::Gauge, help);
    text.sample(NAME, &[("version", VERSION), ("database", database)], 1);
}

fn write_market(text: &mut Text, gauges: &Gauges) {
    let hits = HitStatus::ALL.map(HitStatus::as_str).into_iter().zip(gauges.hits);
    by_status(text, "mturk_local_hits", "HITs by status, deleted ones included.", hits);
    let submitted = AssignmentStatus::ALL.map(AssignmentStatus::as_str);
    let in_work = [(State::Accepted.as_str(), gauges.in_work)];
    let work = in_work.into_iter().chain(submitted.into_iter().zip(gauges.assignments));
    by_status(text, "mturk_local_assignments", "Assignments by status.", work);
    for (name, help, value) in [
        ("mturk_local_timers_due", "Timers that are due and not settled yet.", gauges.timers.due),
        (
            "mturk_local_timers_waiting",
            "Timers of a later time of the market.",
            gauges.timers.later,
        ),
        ("mturk_local_timers_failed", "Timers that failed and are set aside.", gauges.timers.aside),
        (
            "mturk_local_events_waiting",
            "Events that await delivery to a queue or topic.",
            gauges.events_waiting,
        ),
        ("mturk_local_database_bytes", "The size of the database.", gauges.database_bytes),
    ] {
        text.gauge(name, help, value);
    }
}

fn by_status(
    text: &mut Text,
    name: &str,
    help: &str,
    counts: impl Iterator<Item = (&'static str, i64)>,
) {
    text.family(name, MetricType::Gauge, help);
    for (status, count) in counts {
        text.sample(name, &[("status", status)], count);
    }
}
