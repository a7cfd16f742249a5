//! The command `mturk-local batch`.

use clap::builder::BoolishValueParser;
use clap::{Args, Subcommand, ValueHint};

use crate::config::commands::{Endpoint, everywhere};
use crate::config::heading;

/// `mturk-local batch`.
#[derive(Debug, Args)]
#[command(mut_args(everywhere))]
pub struct BatchArgs {
    /// What to do with batches [default: list].
    #[command(subcommand)]
    pub change: Option<BatchCommand>,
    /// Which server.
    #[command(flatten)]
    pub server: Endpoint,
}

/// What can be done with batches.
#[derive(Debug, Subcommand)]
pub enum BatchCommand {
    /// List the batches, or the batches of one requester.
    List {
        /// An access key or a requester id.
        #[arg(long, value_name = "KEY|ID", env = "MTURK_LOCAL_REQUESTER")]
        #[arg(help_heading = heading::OUTPUT)]
        requester: Option<String>,
    },
    /// Make a HIT for each row of a CSV file.
    Create(Box<NewBatch>),
    /// Show a batch and how far it has come.
    Show {
        /// The number of the batch.
        id: u64,
    },
    /// Print the results of a batch as CSV.
    ///
    /// The columns are those of the closed requester site.
    Results {
        /// The number of the batch.
        id: u64,
        /// Keep spreadsheets from computing answers that look like formulas.
        ///
        /// An apostrophe stands before them.
        #[arg(long, env = "MTURK_LOCAL_HARMLESS", value_parser = BoolishValueParser::new())]
        #[arg(help_heading = heading::OUTPUT)]
        harmless: bool,
    },
    /// Apply a results file with marks in its columns Approve and Reject.
    ///
    /// Any text in Approve approves. A text in Reject rejects, and the worker reads it. With a
    /// problem in the file nothing is done.
    Review {
        /// The file; - for standard input.
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        file: String,
        /// The number of the batch [default: the one that the file names].
        #[arg(long, value_name = "ID", env = "MTURK_LOCAL_BATCH", help_heading = heading::WORK)]
        batch: Option<u64>,
    },
    /// Give each HIT of a batch more assignments or more time.
    Extend {
        /// The number of the batch.
        id: u64,
        /// How many assignments each HIT gets more.
        #[arg(long, value_name = "N", env = "MTURK_LOCAL_ASSIGNMENTS")]
        #[arg(help_heading = heading::WORK)]
        assignments: Option<i64>,
        /// Until when each HIT lasts at least, for example +7d.
        #[arg(long, value_name = "TIME", env = "MTURK_LOCAL_UNTIL", help_heading = heading::WORK)]
        until: Option<String>,
    },
    /// Give each HIT of a batch as many more assignments as were rejected.
    ///
    /// Each rejected assignment counts once: a second call adds only what was rejected since. A
    /// HIT that has expired begins another lifetime of the batch's length.
    Republish {
        /// The number of the batch.
        id: u64,
        /// Until when each HIT that gets assignments lasts at least, for example +7d.
        #[arg(long, value_name = "TIME", env = "MTURK_LOCAL_UNTIL", help_heading = heading::WORK)]
        until: Option<String>,
    },
    /// List the built-in templates, or print one.
    Templates {
        /// The template to print.
        name: Option<String>,
    },
    /// Go on with a batch of which not all HITs could be made.
    Publish {
        /// The number of the batch.
        id: u64,
    },
    /// Make no more HITs, and let those that are made expire.
    Cancel {
        /// The number of the batch.
        id: u64,
    },
}

/// `mturk-local batch create`.
#[derive(Debug, Args)]
#[command(next_help_heading = heading::WORK)]
pub struct NewBatch {
    /// A file with HTML, in which ${column} stands for a cell; - for standard input; or a built-in
    /// template.
    #[arg(long, value_name = "FILE", env = "MTURK_LOCAL_TEMPLATE")]
    #[arg(value_hint = ValueHint::FilePath)]
    pub template: String,
    /// A CSV file with a header; - for standard input.
    #[arg(long, value_name = "FILE", env = "MTURK_LOCAL_DATA", value_hint = ValueHint::FilePath)]
    pub data: String,
    /// The title of the HITs [default: the name of the template's file].
    #[arg(long, value_name = "TEXT", env = "MTURK_LOCAL_TITLE")]
    pub title: Option<String>,
    /// The description of the HITs [default: the title].
    #[arg(long, value_name = "TEXT", env = "MTURK_LOCAL_DESCRIPTION")]
    #[arg(hide_short_help = true)]
    pub description: Option<String>,
    /// The keywords of the HITs, separated by commas.
    #[arg(long, value_name = "TEXT", env = "MTURK_LOCAL_KEYWORDS")]
    #[arg(hide_short_help = true)]
    pub keywords: Option<String>,
    /// What an assignment pays, in dollars.
    #[arg(long, value_name = "DOLLARS", default_value = "0.05", env = "MTURK_LOCAL_REWARD")]
    pub reward: String,
    /// How many workers do each HIT.
    #[arg(long, value_name = "N", default_value_t = 1, env = "MTURK_LOCAL_ASSIGNMENTS")]
    pub assignments: i64,
    /// How long a worker has for a HIT.
    #[arg(long, value_name = "SPAN", default_value = "1h", env = "MTURK_LOCAL_DURATION")]
    #[arg(hide_short_help = true)]
    pub duration: String,
    /// How long workers can accept the HITs.
    #[arg(long, value_name = "SPAN", default_value = "7d", env = "MTURK_LOCAL_LIFETIME")]
    #[arg(hide_short_help = true)]
    pub lifetime: String,
    /// How long until submitted work is approved automatically.
    #[arg(long, value_name = "SPAN", default_value = "3d", env = "MTURK_LOCAL_AUTO_APPROVAL")]
    #[arg(hide_short_help = true)]
    pub auto_approval: String,
    /// What the batch is called [default: the title].
    #[arg(long, value_name = "TEXT", env = "MTURK_LOCAL_NAME")]
    #[arg(hide_short_help = true)]
    pub name: Option<String>,
    /// Whose batch it is.
    ///
    /// An access key, which may be new, or a requester id.
    #[arg(long, value_name = "KEY|ID", env = "MTURK_LOCAL_REQUESTER")]
    #[arg(hide_short_help = true)]
    pub requester: Option<String>,
    /// Check everything and show the cost, and make nothing.
    ///
    /// The page that it shows is that of the first HIT; `mturk-local preview` shows all of them.
    #[arg(long, env = "MTURK_LOCAL_DRY_RUN", value_parser = BoolishValueParser::new())]
    pub dry_run: bool,
}
