//! The progress of a long command, on standard error.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use crate::rules::text::for_terminal;

/// On a terminal, one line that is rewritten; elsewhere, a new line from time to time.
#[derive(Debug)]
pub struct Progress {
    /// How long a line is shown; `None` if nothing is to be shown.
    interval: Option<Duration>,
    is_terminal: bool,
    shown_at: Instant,
    is_shown: bool,
}

impl Progress {
    /// Begins; `is_quiet` shows nothing.
    pub fn new(is_quiet: bool) -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        let interval =
            if is_terminal { Duration::from_millis(200) } else { Duration::from_secs(5) };
        let interval = (!is_quiet).then_some(interval);
        Self { interval, is_terminal, shown_at: Instant::now(), is_shown: false }
    }

    /// Shows the line, if it is time to.
    pub fn show(&mut self, line: impl FnOnce() -> String) {
        if self.interval.is_none_or(|interval| self.shown_at.elapsed() < interval) {
            return;
        }
        self.shown_at = Instant::now();
        if self.is_terminal {
            self.is_shown = true;
            let mut error = std::io::stderr().lock();
            // A line that cannot be shown does not matter.
            drop(write!(error, "\r\x1b[2K{}", line()).and_then(|()| error.flush()));
        } else {
            say(&line());
        }
    }

    /// Removes the line.
    pub fn end(&mut self) {
        if self.is_shown {
            self.is_shown = false;
            drop(write!(std::io::stderr(), "\r\x1b[2K"));
        }
    }
}

/// Prints lines of the report.
pub fn say_all(lines: &[String]) {
    for line in lines {
        say(line);
    }
}

/// Prints a line of the report.
#[expect(clippy::print_stderr, reason = "standard output is for what was loaded")]
pub fn say(line: &str) {
    eprintln!("{}", for_terminal(line));
}
