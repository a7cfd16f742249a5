//! The command line, and the environment behind it.

pub mod admin;
pub mod commands;
pub mod endpoints;
pub mod environment;
pub mod manual;
mod values;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::{BoolishValueParser, Resettable};
use clap::{Args, CommandFactory, FromArgMatches, Parser, ValueEnum};

use crate::emulator::{ControlAccess, Credential, Options};
use crate::engine::{Start, StartAt};
use crate::gate::Gate;
use crate::rules::question::answers::Repeated;
use crate::time::Source;
use crate::turn::{Market, Profile};
use crate::web::{Site, SubmitThrough};
use crate::wire::caller::Auth;

pub use commands::Command;
pub use values::{authority, credentials, shown_database};

/// The address when none is given: the Turk was built in 1770.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:1770";

/// A local Amazon Mechanical Turk: the Requester API, on your own machine.
#[derive(Debug, Parser)]
#[command(name = "mturk-local", version, max_term_width = 100)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// What to do; without it, serve.
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "flattened: clap shows its fields")]
    pub serve: Serve,
}

impl Cli {
    /// Reads the command line. An empty environment variable is as good as none.
    ///
    /// # Errors
    /// clap's, which also stand for `--help` and `--version`.
    pub fn read() -> Result<Self, clap::Error> {
        let serving = std::env::args().nth(1).is_none_or(|first| first.starts_with('-'));
        let command = Self::command()
            .mut_args(|arg| without_empty(arg, serving))
            .mut_subcommands(|sub| sub.mut_args(|arg| without_empty(arg, true)));
        Self::from_arg_matches(&command.try_get_matches()?)
    }
}

/// The option without its environment variable, if that is empty or not meant, or says no to a
/// switch: an option that is there contradicts others, whatever it says.
fn without_empty(arg: clap::Arg, meant: bool) -> clap::Arg {
    let Some(value) = arg.get_env().map(std::env::var_os) else { return arg };
    let is_switch = matches!(arg.get_action(), clap::ArgAction::SetTrue);
    let says_no = |value: &std::ffi::OsStr| {
        let no = ["n", "no", "f", "false", "off", "0"];
        is_switch && no.iter().any(|no| value.eq_ignore_ascii_case(no))
    };
    if !meant || value.is_some_and(|value| value.is_empty() || says_no(&value)) {
        return arg.env(Resettable::<clap::builder::OsStr>::Reset);
    }
    arg
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Which workers there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Workers {
    /// Every well-formed id.
    Any,
    /// Those that were made known.
    Known,
}

/// The options of the server.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct Serve {
    /// Address to listen on [default: 127.0.0.1:1770]; port 0 picks a free one; repeatable.
    #[arg(long, value_name = "ADDR", env = "MTURK_LOCAL_LISTEN", value_delimiter = ',')]
    pub listen: Vec<String>,
    /// Where state is kept: sqlite:PATH or postgres://…; without it, a temporary file.
    #[arg(long, value_name = "URL", env = "MTURK_LOCAL_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
    /// A world to begin with: a file, - for standard input, or a built-in name; repeatable.
    #[arg(long = "fixture", value_name = "FILE|NAME", env = "MTURK_LOCAL_FIXTURE")]
    #[arg(value_delimiter = ',')]
    pub fixtures: Vec<String>,
    /// Who may call: open takes any access key, strict only known ones.
    #[arg(long, value_enum, default_value_t, env = "MTURK_LOCAL_AUTH")]
    pub auth: Auth,
    /// Behave as the sandbox or as the production market.
    #[arg(long, value_enum, default_value_t, env = "MTURK_LOCAL_PROFILE")]
    pub profile: Profile,
    /// A known requester; repeatable.
    #[arg(long = "credential", value_name = "AKID:SECRET[:NAME]", env = "MTURK_LOCAL_CREDENTIAL")]
    #[arg(hide_env_values = true, value_delimiter = ',')]
    pub credentials: Vec<String>,
    /// The URL that links show; without it, the request's Host.
    #[arg(long, value_name = "URL", env = "MTURK_LOCAL_PUBLIC_URL", hide_env_values = true)]
    #[arg(value_parser = values::public_url)]
    pub public_url: Option<String>,
    /// real, or the instant at which a new market starts; without it, real, or where a kept
    /// database stopped.
    #[arg(long, value_name = "real|TIME", env = "MTURK_LOCAL_CLOCK", value_parser = values::start)]
    pub clock: Option<StartAt>,
    /// Let the clock stand still.
    #[arg(long, env = "MTURK_LOCAL_FREEZE", value_parser = BoolishValueParser::new())]
    pub freeze: bool,
    /// Make the same ids in each run of a new market.
    #[arg(long, value_name = "N", env = "MTURK_LOCAL_SEED")]
    pub seed: Option<i64>,
    /// any: every well-formed worker id is a worker; known: unknown ones are refused.
    #[arg(long, value_enum, default_value = "any", env = "MTURK_LOCAL_WORKERS")]
    pub workers: Workers,
    /// How many HITs a worker can have in hand; 0 for any number.
    #[arg(long, value_name = "N", default_value_t = 25, env = "MTURK_LOCAL_QUEUE")]
    #[arg(value_parser = clap::value_parser!(i64).range(0..=100))]
    pub queue: i64,
    /// post: work in a frame is handed in by its post to externalSubmit; frame: by the page around
    /// the frame alone, as on the closed site.
    #[arg(long, value_enum, default_value_t, env = "MTURK_LOCAL_SUBMIT_THROUGH")]
    pub submit_through: SubmitThrough,
    /// What becomes of posted fields with one name.
    #[arg(long, value_enum, default_value_t, env = "MTURK_LOCAL_REPEATED_FIELDS")]
    pub repeated_fields: Repeated,
    /// Another host name under which requests may come, or *.SUFFIX; repeatable.
    #[arg(long = "allow-host", value_name = "NAME", env = "MTURK_LOCAL_ALLOW_HOST")]
    #[arg(value_delimiter = ',', value_parser = values::allowed_host)]
    pub allow_hosts: Vec<String>,
    /// A web origin whose pages may call, for example http://localhost:3000; repeatable.
    #[arg(long = "cors-origin", value_name = "ORIGIN", env = "MTURK_LOCAL_CORS_ORIGIN")]
    #[arg(value_delimiter = ',', value_parser = values::origin, hide_env_values = true)]
    pub cors_origins: Vec<String>,
    /// Listen on addresses that other machines reach.
    #[arg(long, env = "MTURK_LOCAL_ALLOW_REMOTE", value_parser = BoolishValueParser::new())]
    pub allow_remote: bool,
    /// Address at which the control API answers, and nowhere else; repeatable.
    #[arg(long, value_name = "ADDR", env = "MTURK_LOCAL_CONTROL_LISTEN", value_delimiter = ',')]
    pub control_listen: Vec<String>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "flattened: clap shows its fields")]
    pub admin: admin::Admin,
    #[command(flatten)]
    #[expect(missing_docs, reason = "flattened: clap shows its fields")]
    pub endpoints: endpoints::Notify,
    /// Write the ready line to this file too.
    #[arg(long, value_name = "PATH", env = "MTURK_LOCAL_READY_FILE")]
    pub ready_file: Option<PathBuf>,
    /// How the log is written.
    #[arg(long, value_enum, default_value = "text", env = "MTURK_LOCAL_LOG")]
    pub log: LogFormat,
    /// Append the log to this file instead of standard error.
    #[arg(long, value_name = "PATH", env = "MTURK_LOCAL_LOG_FILE")]
    pub log_file: Option<PathBuf>,
    /// Say more.
    #[arg(short, long, env = "MTURK_LOCAL_VERBOSE", conflicts_with = "quiet")]
    #[arg(value_parser = BoolishValueParser::new())]
    pub verbose: bool,
    /// Say only what went wrong.
    #[arg(short, long, env = "MTURK_LOCAL_QUIET", value_parser = BoolishValueParser::new())]
    pub quiet: bool,
}

impl Serve {
    /// The emulator that these options ask for, listening on `bound`; its worlds come later.
    ///
    /// # Errors
    /// A value that clap was not to see, since it would have printed it: the sentence names the
    /// option.
    pub fn options(&self, bound: &[SocketAddr]) -> Result<Options, String> {
        let known_workers_only = self.workers == Workers::Known;
        Ok(Options {
            database: self.database.as_deref().map(values::database).transpose()?,
            auth: self.auth,
            clocks: Source::default(),
            market: Market { profile: self.profile, known_workers_only, queue_limit: self.queue },
            start: Start { at: self.clock, freeze: self.freeze },
            seed: self.seed,
            credentials: self.known()?,
            worlds: None,
            gate: self.gate(bound),
            endpoints: self.endpoints.checked()?,
            site: Site {
                public_url: self.public_url.clone(),
                submit_through: self.submit_through,
                repeated: self.repeated_fields,
            },
            control: ControlAccess {
                token: self.admin.token()?,
                asks_for_token: self.admin.is_asked_for(),
                is_apart: !self.control_listen.is_empty(),
            },
            max_time: None,
        })
    }

    /// The requesters with secrets.
    ///
    /// # Errors
    /// One of them is not written as it must be.
    pub fn known(&self) -> Result<Vec<Credential>, String> {
        values::credentials(&self.credentials)
    }

    fn gate(&self, bound: &[SocketAddr]) -> Gate {
        let mut hosts = self.allow_hosts.clone();
        hosts.extend(bound.iter().map(|address| match address {
            SocketAddr::V4(address) => address.ip().to_string(),
            SocketAddr::V6(address) => format!("[{}]", address.ip()),
        }));
        let public = self.public_url.as_deref().and_then(values::authority);
        hosts.extend(public.map(|(host, _)| host.to_owned()));
        Gate {
            hosts,
            public_origin: public.map(|(_, origin)| origin.to_owned()),
            cors_origins: self.cors_origins.clone(),
            any_address: self.allow_remote,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
