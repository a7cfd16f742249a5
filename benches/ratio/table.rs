//! The table of results.

use std::fmt::Write as _;

/// What a ratio should be.
#[derive(Debug, Clone, Copy)]
pub enum Goal {
    AtLeast(f64),
    AtMost(f64),
    /// A time that is to be no longer than `most` milliseconds; the ratio is shown.
    Within {
        ms: f64,
        most: f64,
    },
    /// Shown, not judged.
    Shown,
}

/// One line of the table.
#[derive(Debug, Clone)]
pub struct Line {
    pub what: String,
    pub base: String,
    pub ours: String,
    pub ratio: f64,
    pub goal: Goal,
    pub note: String,
}

/// Everything that was measured, printed as it comes.
#[derive(Debug, Default)]
pub struct Table {
    lines: Vec<Line>,
}

impl Table {
    pub fn add(&mut self, line: Line) {
        if self.lines.is_empty() {
            say("| what | base | ours | ratio | goal | met | |");
            say("|---|---|---|---|---|---|---|");
        }
        say(&line.text());
        self.lines.push(line);
    }

    /// How many goals were not met.
    pub fn missed(&self) -> usize {
        self.lines.iter().filter(|line| line.met() == Some(false)).count()
    }
}

impl Line {
    fn met(&self) -> Option<bool> {
        match self.goal {
            Goal::AtLeast(goal) => Some(self.ratio >= goal),
            Goal::AtMost(goal) => Some(self.ratio <= goal),
            Goal::Within { ms, most } => Some(ms <= most),
            Goal::Shown => None,
        }
    }

    fn text(&self) -> String {
        let goal = match self.goal {
            Goal::AtLeast(goal) => format!("≥ {goal}"),
            Goal::AtMost(goal) => format!("≤ {goal}"),
            Goal::Within { most, .. } => format!("≤ {most} ms"),
            Goal::Shown => String::new(),
        };
        let met = self.met().map_or("", |met| if met { "yes" } else { "**no**" });
        let Self { what, base, ours, ratio, note, .. } = self;
        let mut text = format!("| {what} | {base} | {ours} | ");
        let _ = write!(text, "{ratio:.3} | {goal} | {met} | {note} |");
        text
    }
}

/// A line on standard output.
#[expect(clippy::print_stdout, reason = "the table is what the program is for")]
pub fn say(text: &str) {
    println!("{text}");
}

/// What happens meanwhile, on standard error.
#[expect(clippy::print_stderr, reason = "a benchmark takes minutes")]
pub fn progress(text: &str) {
    eprintln!("bench: {text}");
}
