//! The headings of options in `--help` and in the manual.

pub const ACCESS: &str = "Who may do what";
pub const HTTPS: &str = "HTTPS";
pub const LISTENING: &str = "Listening";
pub const MARKET: &str = "Database and worlds";
pub const NOTIFICATIONS: &str = "Notifications";
pub const OUTBOUND: &str = "Requests to other hosts";
pub const OUTPUT: &str = "Output";
pub const SERVER: &str = "The running server";
pub const TIME: &str = "Time";
pub const WORK: &str = "Workers and their work";
