//! What a server counts of itself for `/metrics`: calls, their durations, open connections.
//!
//! The counters are a table of atomic numbers, so a call costs three additions and no allocation.
//! Each server has its own: several may live in one process.

mod text;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::shapes::operation::Operation;
use crate::shapes::words::words;
use crate::time::{Instant, real_now};

pub use text::{MetricType, Text};

words! {
    store
    /// How a call of the Requester API ended.
    Outcome {
        /// It was done.
        Done = "ok",
        /// It was refused: an HTTP status below 500.
        Refused = "refused",
        /// The server failed, or a fault rule says so: an HTTP status of 500 or more.
        Failed = "failed",
        /// A fault rule closed the connection.
        Dropped = "dropped",
    }
}

/// Upper bounds of the histogram of durations, in microseconds.
const BOUNDS: [u64; 13] = [
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000,
    10_000_000,
];

/// What a call names that names no operation.
const NO_OPERATION: &str = "unknown";

/// The counters of one server.
pub struct Metrics {
    started_at: Instant,
    connections: AtomicU64,
    /// By operation. Calls that name none are counted under [`Operation::Any`].
    calls: [Calls; Operation::ALL.len()],
}

/// The calls of one operation.
#[derive(Default)]
struct Calls {
    by_outcome: [AtomicU64; Outcome::ALL.len()],
    /// By duration: up to each of [`BOUNDS`], and longer.
    by_duration: [AtomicU64; BOUNDS.len() + 1],
    total_us: AtomicU64,
}

impl Calls {
    fn add(&self, outcome: Outcome, us: u64) {
        let bucket = BOUNDS.partition_point(|bound| *bound < us);
        for counter in [self.by_outcome.get(outcome as usize), self.by_duration.get(bucket)] {
            counter.map(|counter| counter.fetch_add(1, Ordering::Relaxed));
        }
        self.total_us.fetch_add(us, Ordering::Relaxed);
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").field("started_at", &self.started_at).finish_non_exhaustive()
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let calls = std::array::from_fn(|_| Calls::default());
        Self { started_at: real_now(), connections: AtomicU64::new(0), calls }
    }
}

impl Metrics {
    /// Counts a call that took `us` microseconds.
    pub fn count(&self, operation: Option<&str>, outcome: Outcome, us: u64) {
        let operation = operation.and_then(Operation::parse).unwrap_or(Operation::Any);
        if let Some(calls) = self.calls.get(operation as usize) {
            calls.add(outcome, us);
        }
    }

    /// Counts a connection as open until the answer is dropped.
    pub fn open_connection(self: &Arc<Self>) -> OpenConnection {
        self.connections.fetch_add(1, Ordering::Relaxed);
        OpenConnection(Arc::clone(self))
    }

    /// Writes all of it.
    pub fn write(&self, text: &mut Text) {
        let started_at = Duration::from_millis(self.started_at.0.unsigned_abs()).as_secs_f64();
        let help = "When the server started, in seconds since 1970.";
        text.gauge("process_start_time_seconds", help, started_at);
        let help = "Connections that are open, the one that asks included.";
        text.gauge("mturk_local_connections", help, self.connections.load(Ordering::Relaxed));
        self.write_outcomes(text);
        self.write_durations(text);
    }

    fn write_outcomes(&self, text: &mut Text) {
        const NAME: &str = "mturk_local_calls_total";
        let help = "Calls of the Requester API that were answered, by operation and outcome.";
        text.family(NAME, MetricType::Counter, help);
        for (operation, calls) in self.called() {
            for (outcome, count) in Outcome::ALL.iter().zip(&calls.by_outcome) {
                let labels = [("operation", operation), ("outcome", outcome.as_str())];
                text.sample(NAME, &labels, count.load(Ordering::Relaxed));
            }
        }
    }

    fn write_durations(&self, text: &mut Text) {
        const NAME: &str = "mturk_local_call_duration_seconds";
        let help = "How long calls took, from their head to the head of the answer.";
        text.family(NAME, MetricType::Histogram, help);
        for (operation, calls) in self.called() {
            let bounds = BOUNDS.iter().map(|us| seconds(*us).to_string());
            let mut count = 0;
            for (le, calls) in bounds.chain(["+Inf".to_owned()]).zip(&calls.by_duration) {
                count += calls.load(Ordering::Relaxed);
                let labels = [("operation", operation), ("le", &le)];
                text.sample(&format!("{NAME}_bucket"), &labels, count);
            }
            let labels = [("operation", operation)];
            let total = seconds(calls.total_us.load(Ordering::Relaxed));
            text.sample(&format!("{NAME}_sum"), &labels, total);
            text.sample(&format!("{NAME}_count"), &labels, count);
        }
    }

    /// The operations that were called.
    fn called(&self) -> impl Iterator<Item = (&'static str, &Calls)> {
        let is_called =
            |calls: &Calls| calls.by_duration.iter().any(|count| count.load(Ordering::Relaxed) > 0);
        let name = |operation| match operation {
            Operation::Any => NO_OPERATION,
            operation => operation.as_str(),
        };
        let all = Operation::ALL.into_iter().zip(&self.calls);
        all.filter(move |(_, calls)| is_called(calls))
            .map(move |(operation, calls)| (name(operation), calls))
    }
}

fn seconds(us: u64) -> f64 {
    Duration::from_micros(us).as_secs_f64()
}

/// A connection that is counted as open.
#[derive(Debug)]
pub struct OpenConnection(Arc<Metrics>);

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(metrics: &Metrics, begin: &str) -> Vec<String> {
        let mut text = Text::default();
        metrics.write(&mut text);
        let text = text.to_string();
        text.lines().filter(|line| line.starts_with(begin)).map(str::to_owned).collect()
    }

    #[test]
    fn a_histogram_adds_up() {
        let metrics = Metrics::default();
        for us in [0, 100, 101, 999, 10_000_000, 10_000_001] {
            metrics.count(Some("GetHIT"), Outcome::Done, us);
        }
        let buckets = lines(&metrics, "mturk_local_call_duration_seconds");
        let of = |end: &str| buckets.iter().find_map(|line| line.split_once(end)).map(|of| of.1);
        assert_eq!(buckets.len(), BOUNDS.len() + 3);
        assert_eq!(of(r#"le="0.0001"} "#), Some("2"));
        assert_eq!(of(r#"le="0.00025"} "#), Some("3"));
        assert_eq!(of(r#"le="0.001"} "#), Some("4"));
        assert_eq!(of(r#"le="10"} "#), Some("5"));
        assert_eq!(of(r#"le="+Inf"} "#), Some("6"));
        assert_eq!(of(r#"_count{operation="GetHIT"} "#), Some("6"));
        assert_eq!(of(r#"_sum{operation="GetHIT"} "#), Some("20.001201"));
    }

    #[test]
    fn connections_are_counted_while_they_are_open() {
        let metrics = Arc::new(Metrics::default());
        let open = [metrics.open_connection(), metrics.open_connection()];
        assert_eq!(lines(&metrics, "mturk_local_connections"), ["mturk_local_connections 2"]);
        drop(open);
        assert_eq!(lines(&metrics, "mturk_local_connections"), ["mturk_local_connections 0"]);
    }
}
