//! The command line, and the environment behind it.

pub mod admin;
mod candidates;
pub mod commands;
pub mod completions;
pub mod endpoints;
pub mod environment;
pub mod examples;
pub mod fixtures;
mod heading;
pub mod help;
pub mod manual;
pub mod outbound;
pub mod tls;
mod value_enums;
pub mod values;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::{BoolishValueParser, Resettable};
use clap::{Args, CommandFactory, FromArgMatches, Parser, ValueEnum};

use crate::emulator::{ControlAccess, Credential, Options};
use crate::engine::{Start, StartAt};
use crate::host_check::HostCheck;
use crate::journal::USUAL_BYTES;
use crate::rules::frame_host::FrameHosts;
use crate::rules::question::answers::Repeated;
use crate::rules::url::{is_this_machine, split_port};
use crate::site::{SiteOptions, SubmitThrough};
use crate::time::Source;
use crate::turn::{Market, Profile};
use crate::wire::caller::Auth;

pub use commands::Command;
pub use values::{authority, credentials, shown_database};

/// The address when none is given: the Turk was built in 1770.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:1770";

/// How many HITs a worker can hold at a time.
pub const DEFAULT_QUEUE: i64 = 25;

/// A local Amazon Mechanical Turk: the Requester API, on your own machine.
#[derive(Debug, Parser)]
#[command(name = "mturk-local", version)]
#[command(args_conflicts_with_subcommands = true, subcommand_value_name = "COMMAND")]
pub struct Cli {
    /// What to do; without it, serve.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The options of the server.
    #[command(flatten)]
    pub serve: Serve,
}

impl Cli {
    /// Reads the command line. An empty environment variable counts as not set.
    ///
    /// # Errors
    /// Those of clap, which include the output of `--help` and `--version`.
    pub fn read() -> Result<Self, clap::Error> {
        let serving = std::env::args().nth(1).is_none_or(|first| first.starts_with('-'));
        let command = help::complete(Self::command())
            .mut_args(|arg| without_empty(arg, serving))
            .mut_subcommands(|sub| sub.mut_args(|arg| without_empty(arg, true)));
        Self::from_arg_matches(&command.try_get_matches()?)
    }
}

/// Removes the environment variable from the option if the variable is empty or turns a switch off,
/// or if `uses_environment` is false. Otherwise clap would count the option as given, and it could
/// conflict with others.
fn without_empty(arg: clap::Arg, uses_environment: bool) -> clap::Arg {
    let Some(value) = arg.get_env().map(std::env::var_os) else { return arg };
    let is_switch = matches!(arg.get_action(), clap::ArgAction::SetTrue);
    let is_off = |value: &std::ffi::OsStr| {
        let no = ["n", "no", "f", "false", "off", "0"];
        is_switch && no.iter().any(|no| value.eq_ignore_ascii_case(no))
    };
    if !uses_environment || value.is_some_and(|value| value.is_empty() || is_off(&value)) {
        return arg.env(Resettable::<clap::builder::OsStr>::Reset);
    }
    arg
}

/// The form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Which worker ids exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Workers {
    /// All that are well-formed.
    Any,
    /// Those of registered workers.
    Known,
}

/// The options of the server.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct Serve {
    /// Address to listen on [default: 127.0.0.1:1770].
    ///
    /// Repeatable. Port 0 picks a free port.
    #[arg(long, value_name = "ADDR", env = "MTURK_LOCAL_LISTEN", value_delimiter = ',')]
    #[arg(help_heading = heading::LISTENING)]
    pub listen: Vec<String>,
    /// Allow addresses that other machines reach.
    #[arg(long, env = "MTURK_LOCAL_ALLOW_REMOTE", value_parser = BoolishValueParser::new())]
    #[arg(help_heading = heading::LISTENING)]
    pub allow_remote: bool,
    /// Answer under this host name too; repeatable.
    ///
    /// `*.SUFFIX` stands for all names with this ending.
    #[arg(long = "allow-host", value_name = "NAME", env = "MTURK_LOCAL_ALLOW_HOST")]
    #[arg(value_delimiter = ',', value_parser = values::allowed_host)]
    #[arg(help_heading = heading::LISTENING)]
    pub allow_hosts: Vec<String>,
    /// The URL that links show.
    ///
    /// Without it, links have the Host of the request.
    #[arg(long, value_name = "URL", env = "MTURK_LOCAL_PUBLIC_URL")]
    #[arg(value_parser = values::public_url, hide_short_help = true)]
    #[arg(help_heading = heading::LISTENING)]
    pub public_url: Option<String>,
    /// The origin at which the HTML of HITs is served.
    ///
    /// It has another host than the pages around it, and leads to this server, too. `*` in it, as
    /// in `https://*.frames.example.org`, stands for a name for each requester. Without it,
    /// browsers on this machine get `http://r-REQUESTER.localhost`, and others show such HTML
    /// without storage and dialogs; `none` lets all browsers do so.
    #[arg(long, value_name = "URL", env = "MTURK_LOCAL_FRAME_URL")]
    #[arg(value_parser = values::frame_url, hide_short_help = true)]
    #[arg(help_heading = heading::LISTENING)]
    pub frame_url: Option<String>,
    /// Address for the control API and the console; repeatable.
    ///
    /// They then answer nowhere else.
    #[arg(long, value_name = "ADDR", env = "MTURK_LOCAL_CONTROL_LISTEN", value_delimiter = ',')]
    #[arg(help_heading = heading::LISTENING, hide_short_help = true)]
    pub control_listen: Vec<String>,
    /// Where HTTPS is spoken.
    #[command(flatten)]
    pub tls: tls::Tls,
    /// Keep the market in sqlite:PATH or in postgres://…
    ///
    /// Without it, the market lives in a temporary file, which is removed at exit.
    #[arg(long, value_name = "URL", env = "MTURK_LOCAL_DATABASE")]
    #[arg(help_heading = heading::MARKET)]
    pub database: Option<String>,
    /// Begin with this world; repeatable.
    ///
    /// A world file, - for standard input, or the name of a built-in world: `mturk-local fixtures`
    /// lists them. Only a new market loads it.
    #[arg(long = "fixture", value_name = "FILE|NAME", env = "MTURK_LOCAL_FIXTURE")]
    #[arg(value_delimiter = ',', add = candidates::worlds())]
    #[arg(help_heading = heading::MARKET)]
    pub fixtures: Vec<String>,
    /// Which of Amazon's two markets to behave as.
    #[arg(long, value_enum, default_value_t, env = "MTURK_LOCAL_PROFILE")]
    #[arg(help_heading = heading::MARKET, hide_short_help = true)]
    pub profile: Profile,
    /// Make the same ids in each run of a new market.
    #[arg(long, value_name = "N", env = "MTURK_LOCAL_SEED")]
    #[arg(help_heading = heading::MARKET)]
    pub seed: Option<i64>,
    /// Start a new market at this time [default: real].
    ///
    /// An instant such as 2026-01-01T00:00:00Z, or real for the time of this machine. A kept market
    /// goes on where it stopped.
    #[arg(long, value_name = "real|TIME", env = "MTURK_LOCAL_CLOCK", value_parser = values::start)]
    #[arg(help_heading = heading::TIME)]
    pub clock: Option<StartAt>,
    /// Stop the clock.
    ///
    /// Time then passes only when you move the clock.
    #[arg(long, env = "MTURK_LOCAL_FREEZE", value_parser = BoolishValueParser::new())]
    #[arg(help_heading = heading::TIME)]
    pub freeze: bool,
    /// Who may call the Requester API.
    #[arg(long, value_enum, default_value_t, env = "MTURK_LOCAL_AUTH")]
    #[arg(help_heading = heading::ACCESS)]
    pub auth: Auth,
    /// A known requester; repeatable.
    ///
    /// An access key, its secret, and optionally the name that workers see.
    #[arg(long = "credential", value_name = "AKID:SECRET[:NAME]", env = "MTURK_LOCAL_CREDENTIAL")]
    #[arg(value_delimiter = ',')]
    #[arg(help_heading = heading::ACCESS)]
    pub credentials: Vec<String>,
    /// Who may use the control API.
    #[command(flatten, next_help_heading = heading::ACCESS)]
    pub admin: admin::Admin,
    /// A web origin whose pages may call the server; repeatable.
    ///
    /// For example http://localhost:3000.
    #[arg(long = "cors-origin", value_name = "ORIGIN", env = "MTURK_LOCAL_CORS_ORIGIN")]
    #[arg(value_delimiter = ',', value_parser = values::origin)]
    #[arg(help_heading = heading::ACCESS, hide_short_help = true)]
    pub cors_origins: Vec<String>,
    /// Which worker ids exist.
    #[arg(long, value_enum, default_value = "any", env = "MTURK_LOCAL_WORKERS")]
    #[arg(help_heading = heading::WORK, hide_short_help = true)]
    pub workers: Workers,
    /// How many HITs a worker can hold at a time; 0 for any number.
    #[arg(long, value_name = "N", default_value_t = DEFAULT_QUEUE, env = "MTURK_LOCAL_QUEUE")]
    #[arg(value_parser = clap::value_parser!(i64).range(0..=100))]
    #[arg(help_heading = heading::WORK, hide_short_help = true)]
    pub queue: i64,
    /// What submits work that is done in a frame.
    #[arg(long, value_enum, default_value_t, env = "MTURK_LOCAL_SUBMIT_THROUGH")]
    #[arg(help_heading = heading::WORK, hide_short_help = true)]
    pub submit_through: SubmitThrough,
    /// How to combine posted fields with the same name.
    #[arg(long, value_enum, default_value_t, env = "MTURK_LOCAL_REPEATED_FIELDS")]
    #[arg(help_heading = heading::WORK, hide_short_help = true)]
    pub repeated_fields: Repeated,
    /// Where notifications go.
    #[command(flatten)]
    pub endpoints: endpoints::Notify,
    /// What may leave this machine.
    #[command(flatten)]
    pub outbound: outbound::Outbound,
    /// How many bytes of the latest calls to keep.
    ///
    /// `mturk-local requests` prints the calls. 0 keeps none.
    #[arg(long, value_name = "BYTES", env = "MTURK_LOCAL_JOURNAL", default_value_t = USUAL_BYTES)]
    #[arg(help_heading = heading::OUTPUT, hide_short_help = true)]
    pub journal: usize,
    /// Also write the ready line to this file.
    #[arg(long, value_name = "PATH", env = "MTURK_LOCAL_READY_FILE")]
    #[arg(help_heading = heading::OUTPUT, hide_short_help = true)]
    pub ready_file: Option<PathBuf>,
    /// When the server stops, write the market to this file, as a world.
    #[arg(long, value_name = "FILE", env = "MTURK_LOCAL_DUMP_ON_EXIT")]
    #[arg(help_heading = heading::OUTPUT, hide_short_help = true)]
    pub dump_on_exit: Option<PathBuf>,
    /// The form of the log.
    #[arg(long, value_enum, default_value = "text", env = "MTURK_LOCAL_LOG")]
    #[arg(help_heading = heading::OUTPUT, hide_short_help = true)]
    pub log: LogFormat,
    /// Append the log to this file instead of standard error.
    #[arg(long, value_name = "PATH", env = "MTURK_LOCAL_LOG_FILE")]
    #[arg(help_heading = heading::OUTPUT)]
    pub log_file: Option<PathBuf>,
    /// Log more: health checks and assets too.
    #[arg(short, long, env = "MTURK_LOCAL_VERBOSE", conflicts_with = "quiet")]
    #[arg(value_parser = BoolishValueParser::new())]
    #[arg(help_heading = heading::OUTPUT)]
    pub verbose: bool,
    /// Log only failures.
    #[arg(short, long, env = "MTURK_LOCAL_QUIET", value_parser = BoolishValueParser::new())]
    #[arg(help_heading = heading::OUTPUT)]
    pub quiet: bool,
}

impl Serve {
    /// The options of the emulator, which listens on `bound`; its worlds are added later.
    ///
    /// # Errors
    /// A value is bad. The text names the option. clap does not check these values, because it
    /// would print them.
    pub fn options(&self, bound: &[SocketAddr]) -> Result<Options, String> {
        let known_workers_only = self.workers == Workers::Known;
        let public = self.public_url.as_deref().and_then(values::authority);
        let host_check = self.host_check(bound);
        if public.is_some_and(|(host, _)| host_check.frames.is_frame_host(host)) {
            let why = "has the host of --public-url, and frames need a host of their own";
            return Err(format!("--frame-url (MTURK_LOCAL_FRAME_URL) {why}"));
        }
        Ok(Options {
            database: self.database.as_deref().map(database).transpose()?,
            auth: self.auth,
            clocks: Source::default(),
            market: Market { profile: self.profile, known_workers_only, queue_limit: self.queue },
            start: Start { at: self.clock, freeze: self.freeze },
            seed: self.seed,
            credentials: self.known()?,
            worlds: None,
            host_check,
            endpoints: self.endpoints.checked()?,
            outbound: self.outbound.policy()?,
            site: SiteOptions {
                public_url: self.public_url.clone(),
                submit_through: self.submit_through,
                repeated: self.repeated_fields,
            },
            control: ControlAccess {
                token: self.admin.token()?,
                asks_for_token: self.admin.is_asked_for(),
                is_apart: !self.control_listen.is_empty(),
            },
            https_url: None,
            max_time: None,
            journal_bytes: self.journal,
        })
    }

    /// The requesters with secrets.
    pub fn known(&self) -> Result<Vec<Credential>, String> {
        values::credentials(&self.credentials)
    }

    fn host_check(&self, bound: &[SocketAddr]) -> HostCheck {
        let mut hosts = self.allow_hosts.clone();
        hosts.extend(bound.iter().map(|address| match address {
            SocketAddr::V4(address) => address.ip().to_string(),
            SocketAddr::V6(address) => format!("[{}]", address.ip()),
        }));
        let public = self.public_url.as_deref().and_then(values::authority);
        hosts.extend(public.map(|(host, _)| host.to_owned()));
        let is_here = |(host, _): (&str, &str)| is_this_machine(split_port(host).0);
        let frames = match self.frame_url.as_deref() {
            Some("none") => FrameHosts::default(),
            Some(url) => FrameHosts { url: Some(url.to_owned()), on_loopback: false },
            // What comes through a proxy may name this machine, and mean the proxy's.
            None => FrameHosts { url: None, on_loopback: public.is_none_or(is_here) },
        };
        HostCheck {
            hosts,
            frames,
            public_origin: public.map(|(_, origin)| origin.to_owned()),
            cors_origins: self.cors_origins.clone(),
            any_address: self.allow_remote,
        }
    }
}

fn database(url: &str) -> Result<String, String> {
    values::database(url).map_err(|why| format!("--database (MTURK_LOCAL_DATABASE): {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        help::complete(Cli::command()).debug_assert();
    }
}
