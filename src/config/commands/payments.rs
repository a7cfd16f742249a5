//! The command `mturk-local payments`.

use clap::{Args, ValueEnum};

use crate::config::commands::{Endpoint, everywhere};
use crate::config::heading;

/// `mturk-local payments`.
#[derive(Debug, Args)]
#[command(mut_args(everywhere))]
pub struct PaymentsArgs {
    /// From when on: a span back from now, a date or a time [default: all].
    #[arg(long, value_name = "SPAN|TIME", env = "MTURK_LOCAL_SINCE")]
    #[arg(help_heading = heading::OUTPUT)]
    pub since: Option<String>,
    /// Who paid: an access key or a requester id.
    #[arg(long, value_name = "KEY|ID", env = "MTURK_LOCAL_REQUESTER")]
    #[arg(help_heading = heading::OUTPUT)]
    pub requester: Option<String>,
    /// Only what was paid to this worker.
    #[arg(long, value_name = "ID", env = "MTURK_LOCAL_WORKER")]
    #[arg(help_heading = heading::OUTPUT)]
    pub worker: Option<String>,
    /// What is printed.
    #[arg(long, value_enum, default_value_t, env = "MTURK_LOCAL_FORMAT")]
    #[arg(help_heading = heading::OUTPUT)]
    pub format: PaymentsFormat,
    /// Which server.
    #[command(flatten)]
    pub server: Endpoint,
}

/// How payments are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum PaymentsFormat {
    /// A table for a spreadsheet.
    #[default]
    Csv,
    /// The control API's JSON.
    Json,
}
