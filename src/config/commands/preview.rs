//! The command `mturk-local preview`.

use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{Args, ValueHint};

use crate::config::heading;

/// `mturk-local preview`.
#[derive(Debug, Args)]
pub struct Preview {
    /// A file with HTML or with a question document, or the URL of a page.
    #[arg(value_name = "FILE|URL", value_hint = ValueHint::FilePath)]
    pub page: String,
    /// A CSV file whose cells stand for ${column} in the page.
    #[arg(long, value_name = "FILE", env = "MTURK_LOCAL_DATA", value_hint = ValueHint::FilePath)]
    #[arg(help_heading = heading::WORK)]
    pub data: Option<PathBuf>,
    /// The worker at work.
    #[arg(long, value_name = "ID", env = "MTURK_LOCAL_WORKER", default_value = "A1PREVIEW")]
    #[arg(help_heading = heading::WORK)]
    pub worker: String,
    /// The port of 127.0.0.1 to listen on; 0 picks a free one.
    #[arg(long, value_name = "PORT", env = "MTURK_LOCAL_LISTEN_PORT", default_value_t = 0)]
    #[arg(help_heading = heading::LISTENING)]
    pub listen_port: u16,
    /// Open no browser.
    #[arg(long, env = "MTURK_LOCAL_NO_OPEN", value_parser = BoolishValueParser::new())]
    #[arg(help_heading = heading::LISTENING)]
    pub no_open: bool,
}
