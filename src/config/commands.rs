//! The commands besides serving.

mod batches;
mod lists;
mod payments;
mod preview;

use std::ffi::OsString;

use clap::builder::BoolishValueParser;
use clap::{Args, Subcommand, ValueHint};

use crate::config::admin::Admin;
use crate::config::candidates;
use crate::config::heading;
use crate::config::{DEFAULT_LISTEN, Serve};
use crate::rules::url::{is_host_and_port, split_port};
pub use batches::{BatchArgs, BatchCommand, NewBatch};
pub use lists::{
    FaultsArgs, FaultsCommand, RobotsArgs, RobotsCommand, WebhooksArgs, WebhooksCommand,
};
pub use payments::{PaymentsArgs, PaymentsFormat};
pub use preview::Preview;

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve until stopped (the default).
    Serve(Box<Serve>),
    /// Serve while a command runs, and exit with its exit code.
    ///
    /// The server listens on a free port. The command finds it through environment variables:
    /// AWS_ENDPOINT_URL_MTURK, MTURK_LOCAL_ENDPOINT, a region, and test keys. Calls to Amazon's own
    /// hosts reach the server too.
    Exec(Box<Exec>),
    /// Print an export line that points AWS clients at the server.
    Env(Env),
    /// Load worlds into a running server.
    ///
    /// Without --replace, they are added to its market.
    Load(Load),
    /// Import an archive of saved answers into a running server.
    Import(Import),
    /// Print the whole market of a running server as a world.
    Dump(Dump),
    /// Take a running server back to its start.
    ///
    /// It then has the worlds, the clock and the requesters that its options name.
    Reset(Reset),
    /// Keep the market of a running server, and go back to it.
    Snapshot(SnapshotArgs),
    /// Let a worker do a HIT on a running server.
    Submit(Submit),
    /// Show or move the clock of a running server.
    Clock(ClockArgs),
    /// Print the latest calls of the Requester API, with their answers.
    Requests(Requests),
    /// Show or change the rules that make calls fail.
    Faults(FaultsArgs),
    /// Show or change the URLs that events are pushed to.
    Webhooks(WebhooksArgs),
    /// Show, add or remove robots: workers who do HITs by themselves.
    Robots(RobotsArgs),
    /// Make HITs from a template and a CSV file, and review the work.
    Batch(BatchArgs),
    /// Show a page as workers see it, while you write it.
    ///
    /// It needs no server and creates nothing. Beside one another stand the preview, the work and
    /// the work on a phone. The page reloads when a file is saved. What a form hands in is answered
    /// by the answer that a requester would get.
    Preview(Preview),
    /// Print what a requester paid to workers.
    ///
    /// Rewards of approved work, and bonuses, the oldest first.
    Payments(PaymentsArgs),
    /// Exit with 0 if a running server is well.
    Health(Health),
    /// List the built-in worlds, or print one.
    Fixtures {
        /// The world to print.
        #[arg(add = candidates::builtin_worlds())]
        name: Option<String>,
    },
    /// Print the description of the control API (OpenAPI 3.1).
    Openapi,
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual pages, or the page of one command.
    Man {
        /// The command, for example load.
        #[arg(add = candidates::commands())]
        command: Option<String>,
    },
}

/// The default differs from that of `serve`.
const EXEC_LISTENS: &str = "Address to listen on [default: a free port of 127.0.0.1]";

/// Without options `exec` logs nothing, since standard error is the command's.
const EXEC_LOGS: &str = "Append the server's log to this file [default: none]";
const EXEC_SAYS_MORE: &str = "Log more; without --log-file to standard error";

/// Where a running server is.
#[derive(Debug, Args)]
#[command(next_help_heading = heading::SERVER)]
pub struct Endpoint {
    /// The running server [default: http://127.0.0.1:1770].
    ///
    /// Without it, --control-listen or --listen says where the server is.
    #[arg(long, value_name = "URL", env = "MTURK_LOCAL_ENDPOINT")]
    pub endpoint: Option<String>,
    /// The address that the server listens on.
    #[arg(long, value_name = "ADDR", env = "MTURK_LOCAL_LISTEN", value_delimiter = ',')]
    #[arg(hide_short_help = true)]
    pub listen: Vec<String>,
    /// The address of the server's control API.
    #[arg(long, value_name = "ADDR", env = "MTURK_LOCAL_CONTROL_LISTEN", value_delimiter = ',')]
    #[arg(hide_short_help = true)]
    pub control_listen: Vec<String>,
    /// The admin token to send.
    #[command(flatten)]
    pub admin: Admin,
}

impl Endpoint {
    /// The URL at which the server's control API answers.
    ///
    /// # Errors
    /// The server picked its port itself, so that the URL is unknown, or an address is malformed.
    pub fn url(&self) -> Result<String, String> {
        match (&self.endpoint, self.control_listen.first()) {
            (Some(url), _) => Ok(url.clone()),
            (_, Some(listen)) => url_of("--control-listen (MTURK_LOCAL_CONTROL_LISTEN)", listen),
            _ => self.listen_url(),
        }
    }

    /// The URL at which the server's Requester API answers: that of the control API, unless that
    /// has an address of its own.
    ///
    /// # Errors
    /// As [`Endpoint::url`].
    pub fn api_url(&self) -> Result<String, String> {
        if self.control_listen.is_empty() { self.url() } else { self.listen_url() }
    }

    fn listen_url(&self) -> Result<String, String> {
        let listen = self.listen.first().map_or(DEFAULT_LISTEN, String::as_str);
        url_of("--listen (MTURK_LOCAL_LISTEN)", listen)
    }
}

/// The URL of an address that an option names.
fn url_of(option: &str, listen: &str) -> Result<String, String> {
    let (host, port) = listen.rsplit_once(':').unwrap_or((listen, ""));
    if port == "0" {
        return Err(format!(
            "the server picked a free port itself ({listen}): give its URL with --endpoint \
                 (MTURK_LOCAL_ENDPOINT)"
        ));
    }
    if !is_host_and_port(listen) || split_port(listen).1.is_none() {
        return Err(format!("{option} {listen:?} is not an address of the form HOST:PORT"));
    }
    // A client cannot connect to "every address".
    let host = match host {
        "0.0.0.0" => "127.0.0.1",
        "[::]" => "[::1]",
        host => host,
    };
    Ok(format!("http://{host}:{port}"))
}

/// `mturk-local env`.
#[derive(Debug, Args)]
pub struct Env {
    /// The requester whose keys to print [default: test:test].
    #[arg(long = "credential", value_name = "AKID:SECRET[:NAME]", env = "MTURK_LOCAL_CREDENTIAL")]
    #[arg(value_delimiter = ',')]
    pub credentials: Vec<String>,
    /// Which server.
    #[command(flatten)]
    pub server: Endpoint,
}

/// `mturk-local exec`.
#[derive(Debug, Args)]
#[command(mut_arg("listen", |listen| listen.help(EXEC_LISTENS).long_help(EXEC_LISTENS)))]
#[command(mut_arg("log_file", |file| file.help(EXEC_LOGS)))]
#[command(mut_arg("verbose", |verbose| verbose.help(EXEC_SAYS_MORE)))]
pub struct Exec {
    /// The options of the server.
    #[command(flatten)]
    pub serve: Serve,
    /// Let calls that name Amazon's own hosts go to Amazon.
    #[arg(long, env = "MTURK_LOCAL_NO_INTERCEPT", value_parser = BoolishValueParser::new())]
    #[arg(help_heading = heading::LISTENING)]
    pub no_intercept: bool,
    /// The program to run, with its arguments.
    #[arg(last = true, required = true, value_name = "CMD", value_hint = ValueHint::AnyPath)]
    #[arg(help_heading = None)]
    pub command: Vec<OsString>,
}

/// `mturk-local load`.
#[derive(Debug, Args)]
pub struct Load {
    /// A world file, or saved output of `aws mturk list-…`; - for standard input.
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files: Vec<String>,
    /// Replace the market; the clock goes on.
    #[arg(long, env = "MTURK_LOCAL_REPLACE", value_parser = BoolishValueParser::new())]
    pub replace: bool,
    /// Who owns the entries that name no Requester.
    ///
    /// An access key, which may be new, or a requester id. Without it, they belong to the one
    /// requester of the server's --credential, or else to the first of Requesters in the file, or
    /// else to the access key test.
    #[arg(long, value_name = "KEY|ID", env = "MTURK_LOCAL_REQUESTER")]
    pub requester: Option<String>,
    /// Which server.
    #[command(flatten)]
    pub server: Endpoint,
}

/// `mturk-local import`.
#[derive(Debug, Args)]
pub struct Import {
    /// Files, or folders with everything in them; - for standard input.
    ///
    /// Answers saved as JSON, as lists or as JSON lines, and results of batches as CSV.
    #[arg(required = true, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<String>,
    /// Who owns what is imported.
    ///
    /// An access key, which may be new, or a requester id. Without it, the same requester as with
    /// load.
    #[arg(long, value_name = "KEY|ID", env = "MTURK_LOCAL_REQUESTER")]
    pub requester: Option<String>,
    /// Report what would be imported, and import nothing.
    ///
    /// This needs no server.
    #[arg(long, env = "MTURK_LOCAL_DRY_RUN", value_parser = BoolishValueParser::new())]
    pub dry_run: bool,
    /// Write a world file instead; - for standard output.
    ///
    /// `mturk-local load` takes it.
    #[arg(long, value_name = "FILE", env = "MTURK_LOCAL_OUTPUT", conflicts_with = "dry_run")]
    pub output: Option<String>,
    /// Show no progress.
    ///
    /// It then names only the files that it does not import in full.
    #[arg(short, long, env = "MTURK_LOCAL_QUIET", value_parser = BoolishValueParser::new())]
    pub quiet: bool,
    /// Which server.
    #[command(flatten)]
    pub server: Endpoint,
}

/// `mturk-local dump`.
#[derive(Debug, Args)]
pub struct Dump {
    /// Print the secrets of requesters too.
    ///
    /// This needs the admin token of the server.
    #[arg(long, env = "MTURK_LOCAL_WITH_SECRETS", value_parser = BoolishValueParser::new())]
    pub with_secrets: bool,
    /// Print the answers as CSV instead: task, worker and label.
    #[arg(long, env = "MTURK_LOCAL_LABELS", value_parser = BoolishValueParser::new())]
    #[arg(conflicts_with = "with_secrets")]
    pub labels: bool,
    /// Which server.
    #[command(flatten)]
    pub server: Endpoint,
}

/// `mturk-local reset`.
#[derive(Debug, Args)]
pub struct Reset {
    /// Go back to an empty market instead of the start.
    #[arg(long, conflicts_with = "requester", env = "MTURK_LOCAL_EMPTY")]
    #[arg(value_parser = BoolishValueParser::new())]
    pub empty: bool,
    /// Remove only what this requester has.
    ///
    /// An access key or a requester id.
    #[arg(long, value_name = "KEY|ID", env = "MTURK_LOCAL_REQUESTER")]
    pub requester: Option<String>,
    /// Which server.
    #[command(flatten)]
    pub server: Endpoint,
}

/// `mturk-local snapshot`.
#[derive(Debug, Args)]
#[command(mut_args(everywhere))]
pub struct SnapshotArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: SnapshotCommand,
    /// Which server.
    #[command(flatten)]
    pub server: Endpoint,
}

/// What can be done with snapshots.
#[derive(Debug, Clone, Subcommand)]
pub enum SnapshotCommand {
    /// Keep the market, its clock included, in place of an earlier snapshot with this name.
    Keep {
        /// 1 to 64 letters, digits, ".", "_" and "-".
        name: String,
    },
    /// Go back to a snapshot.
    Restore {
        /// Which one.
        name: String,
    },
    /// List the snapshots.
    List,
    /// Delete a snapshot.
    Delete {
        /// Which one.
        name: String,
    },
}

/// `mturk-local submit`.
#[derive(Debug, Args)]
pub struct Submit {
    /// The HIT.
    #[arg(long, value_name = "ID", env = "MTURK_LOCAL_HIT")]
    pub hit: String,
    /// The worker [default: a new one].
    #[arg(long, value_name = "ID", env = "MTURK_LOCAL_WORKER")]
    pub worker: Option<String>,
    /// An answer; repeatable, also for the same question.
    #[arg(long = "answer", value_name = "QUESTION=VALUE", env = "MTURK_LOCAL_ANSWER")]
    #[arg(value_parser = pair)]
    pub answers: Vec<(String, String)>,
    /// Which server.
    #[command(flatten)]
    pub server: Endpoint,
}

/// `mturk-local clock`.
#[derive(Debug, Args)]
#[command(mut_args(everywhere), subcommand_value_name = "COMMAND")]
pub struct ClockArgs {
    /// What to do with the clock; without it, show the time.
    #[command(subcommand)]
    pub change: Option<ClockCommand>,
    /// Which server.
    #[command(flatten)]
    pub server: Endpoint,
}

/// Makes the option valid after subcommands too.
fn everywhere(option: clap::Arg) -> clap::Arg {
    option.global(true)
}

/// What can be done with the clock.
#[derive(Debug, Clone, Subcommand)]
pub enum ClockCommand {
    /// Move the clock ahead by a span.
    Advance {
        /// How far to move, for example 30d, 12h or 90s.
        span: String,
    },
    /// Move the clock ahead to a time.
    Set {
        /// The time to move to, for example 2027-01-01T00:00:00Z.
        time: String,
    },
    /// Stop the clock.
    Freeze,
    /// Let the clock run on.
    Resume,
}

/// `mturk-local requests`.
#[derive(Debug, Args)]
pub struct Requests {
    /// Only calls of this operation.
    #[arg(long, value_name = "NAME", env = "MTURK_LOCAL_OPERATION")]
    pub operation: Option<String>,
    /// Only calls of this requester.
    ///
    /// An access key or a requester id.
    #[arg(long, value_name = "KEY|ID", env = "MTURK_LOCAL_REQUESTER")]
    pub requester: Option<String>,
    /// Only calls refused with this code; any for all.
    #[arg(long, value_name = "CODE", env = "MTURK_LOCAL_ERROR")]
    pub error: Option<String>,
    /// Only calls with this text in the request or the answer.
    #[arg(long, value_name = "TEXT", env = "MTURK_LOCAL_TEXT")]
    pub text: Option<String>,
    /// Only calls after the one with this number.
    #[arg(long, value_name = "NUMBER", default_value_t = 0, env = "MTURK_LOCAL_AFTER")]
    #[arg(value_parser = clap::value_parser!(u64).range(..=i64::MAX.unsigned_abs()))]
    pub after: u64,
    /// How many calls to print [default: all].
    #[arg(long, value_name = "N", env = "MTURK_LOCAL_LIMIT")]
    pub limit: Option<usize>,
    /// Keep printing calls as they are answered.
    #[arg(long, env = "MTURK_LOCAL_FOLLOW", value_parser = BoolishValueParser::new())]
    pub follow: bool,
    /// Which server.
    #[command(flatten)]
    pub server: Endpoint,
}

/// `mturk-local health`.
#[derive(Debug, Args)]
pub struct Health {
    /// Wait until the server answers.
    #[arg(long, env = "MTURK_LOCAL_WAIT", value_parser = BoolishValueParser::new())]
    pub wait: bool,
    /// How long to wait, for example 30s.
    #[arg(long, value_name = "SPAN", default_value = "30s", env = "MTURK_LOCAL_TIMEOUT")]
    pub timeout: String,
    /// Which server.
    #[command(flatten)]
    pub server: Endpoint,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((question, value)) if !question.is_empty() => Ok((question.into(), value.into())),
        _ => Err("an answer has the form QUESTION=VALUE".into()),
    }
}

#[cfg(test)]
mod tests;
