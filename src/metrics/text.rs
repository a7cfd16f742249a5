//! Prometheus' text format, version 0.0.4.

use std::fmt::{self, Display, Write as _};

/// What kind of numbers a family has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricType {
    /// A number that only grows, until the server starts anew.
    Counter,
    /// A number as it is now.
    Gauge,
    /// How many were up to each of several bounds.
    Histogram,
}

/// Families of numbers, each with its description.
#[derive(Debug, Default)]
pub struct Text(String);

impl Text {
    /// The media type.
    pub const CONTENT_TYPE: &'static str = "text/plain; version=0.0.4; charset=utf-8";

    /// Begins a family; its samples follow. `help` is one line without a backslash.
    pub fn family(&mut self, name: &str, metric_type: MetricType, help: &str) {
        let metric_type = match metric_type {
            MetricType::Counter => "counter",
            MetricType::Gauge => "gauge",
            MetricType::Histogram => "histogram",
        };
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} {metric_type}"));
    }

    /// Adds a number of the family that was begun last.
    pub fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        let labels = labels.iter().map(|(label, of)| format!("{label}=\"{}\"", escaped(of)));
        let labels = labels.collect::<Vec<_>>().join(",");
        if labels.is_empty() {
            self.line(format_args!("{name} {value}"));
        } else {
            self.line(format_args!("{name}{{{labels}}} {value}"));
        }
    }

    /// Adds a gauge that has no labels.
    pub fn gauge(&mut self, name: &str, help: &str, value: impl Display) {
        self.family(name, MetricType::Gauge, help);
        self.sample(name, &[], value);
    }

    fn line(&mut self, line: fmt::Arguments<'_>) {
        // A string takes everything.
        let _ = writeln!(self.0, "{line}");
    }
}

impl Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_escaped() {
        let mut text = Text::default();
        text.gauge("one", "A number.", 1);
        text.sample("two", &[("a", "b\\c\"d\ne"), ("f", "")], 0.5);
        let expected = "# HELP one A number.\n# TYPE one gauge\none 1\n\
            two{a=\"b\\\\c\\\"d\\ne\",f=\"\"} 0.5\n";
        assert_eq!(text.to_string(), expected);
    }
}
