//! The command line, and the environment behind it.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::emulator::{Credential, Options};
use crate::gate::Gate;
use crate::time::{Instant, real_now};
use crate::turn::{Market, Profile};
use crate::wire::caller::Auth;

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

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve until stopped (the default).
    Serve(Box<Serve>),
    /// Let a worker do a HIT on a running server.
    Submit(Submit),
    /// Show or move the clock of a running server.
    Clock(ClockArgs),
    /// Ask a running server whether it is well; exit 0 if it is.
    Health(Health),
}

/// Where a running server is.
#[derive(Debug, Args)]
pub struct Endpoint {
    /// The running server.
    #[arg(long, value_name = "URL", env = "MTURK_LOCAL_ENDPOINT")]
    #[arg(default_value = "http://127.0.0.1:1770")]
    pub endpoint: String,
}

/// `mturk-local submit`.
#[derive(Debug, Args)]
pub struct Submit {
    /// The HIT.
    #[arg(long, value_name = "ID")]
    pub hit: String,
    /// The worker; a new one comes by if absent.
    #[arg(long, value_name = "ID")]
    pub worker: Option<String>,
    /// An answer, as question=value; repeatable, also for one question.
    #[arg(long = "answer", value_name = "QUESTION=VALUE", value_parser = pair)]
    pub answers: Vec<(String, String)>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "flattened: clap shows its fields")]
    pub server: Endpoint,
}

/// `mturk-local clock`.
#[derive(Debug, Args)]
pub struct ClockArgs {
    /// What to do with it; without it, show it.
    #[command(subcommand)]
    pub change: Option<ClockCommand>,
    /// The running server.
    #[arg(long, value_name = "URL", env = "MTURK_LOCAL_ENDPOINT", global = true)]
    #[arg(default_value = "http://127.0.0.1:1770")]
    pub endpoint: String,
}

/// What can be done with the clock.
#[derive(Debug, Clone, Subcommand)]
pub enum ClockCommand {
    /// Move it forward, for example by 30d, 12h or 90s.
    Advance {
        /// How far.
        span: String,
    },
    /// Move it forward to an instant, for example 2027-01-01T00:00:00Z.
    Set {
        /// Where to.
        time: String,
    },
    /// Stop it.
    Freeze,
    /// Let it run on.
    Resume,
}

/// `mturk-local health`.
#[derive(Debug, Args)]
pub struct Health {
    /// Wait until the server answers.
    #[arg(long)]
    pub wait: bool,
    /// How long to wait, for example 30s.
    #[arg(long, value_name = "SPAN", default_value = "30s")]
    pub timeout: String,
    #[command(flatten)]
    #[expect(missing_docs, reason = "flattened: clap shows its fields")]
    pub server: Endpoint,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// The options of the server.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct Serve {
    /// Address to listen on; port 0 picks a free one; repeatable.
    #[arg(long, value_name = "ADDR", env = "MTURK_LOCAL_LISTEN", value_delimiter = ',')]
    #[arg(default_value = DEFAULT_LISTEN)]
    pub listen: Vec<SocketAddr>,
    /// Where state is kept: sqlite:PATH or postgres://…; without it, a temporary file.
    #[arg(long, value_name = "URL", env = "MTURK_LOCAL_DATABASE", hide_env_values = true)]
    #[arg(value_parser = database)]
    pub database: Option<String>,
    /// Who may call: open takes any access key, strict only known ones.
    #[arg(long, value_enum, default_value_t, env = "MTURK_LOCAL_AUTH")]
    pub auth: Auth,
    /// Behave as the sandbox or as the real market.
    #[arg(long, value_enum, default_value_t, env = "MTURK_LOCAL_PROFILE")]
    pub profile: Profile,
    /// A known requester, as AKID:SECRET or AKID:SECRET:NAME; repeatable.
    #[arg(long = "credential", value_name = "AKID:SECRET[:NAME]", value_parser = credential)]
    #[arg(env = "MTURK_LOCAL_CREDENTIAL", hide_env_values = true, value_delimiter = ',')]
    pub credentials: Vec<Credential>,
    /// The URL that links show; without it, the request's Host.
    #[arg(long, value_name = "URL", env = "MTURK_LOCAL_PUBLIC_URL", value_parser = public_url)]
    pub public_url: Option<String>,
    /// real, or the instant at which to start.
    #[arg(long, value_name = "real|TIME", env = "MTURK_LOCAL_CLOCK", value_parser = start)]
    #[arg(default_value = "real")]
    pub clock: Start,
    /// Let the clock stand still.
    #[arg(long, env = "MTURK_LOCAL_FREEZE")]
    #[arg(value_parser = clap::builder::BoolishValueParser::new())]
    pub freeze: bool,
    /// Make the same ids in each run.
    #[arg(long, value_name = "N", env = "MTURK_LOCAL_SEED")]
    pub seed: Option<i64>,
    /// any: every well-formed worker id is a worker; known: unknown ones are refused.
    #[arg(long, value_enum, default_value = "any", env = "MTURK_LOCAL_WORKERS")]
    pub workers: Workers,
    /// Another host name under which requests may come; repeatable.
    #[arg(long = "allow-host", value_name = "NAME", env = "MTURK_LOCAL_ALLOW_HOST")]
    #[arg(value_delimiter = ',')]
    pub allow_hosts: Vec<String>,
    /// A web origin whose pages may call, for example http://localhost:3000; repeatable.
    #[arg(long = "cors-origin", value_name = "ORIGIN", env = "MTURK_LOCAL_CORS_ORIGIN")]
    #[arg(value_delimiter = ',')]
    pub cors_origins: Vec<String>,
    /// Listen on addresses that other machines reach.
    #[arg(long, env = "MTURK_LOCAL_ALLOW_REMOTE")]
    #[arg(value_parser = clap::builder::BoolishValueParser::new())]
    pub allow_remote: bool,
    /// Write the ready line to this file too.
    #[arg(long, value_name = "PATH", env = "MTURK_LOCAL_READY_FILE")]
    pub ready_file: Option<PathBuf>,
    /// How the log on standard error is written.
    #[arg(long, value_enum, default_value = "text", env = "MTURK_LOCAL_LOG")]
    pub log: LogFormat,
    /// Say more.
    #[arg(short, long, env = "MTURK_LOCAL_VERBOSE", conflicts_with = "quiet")]
    #[arg(value_parser = clap::builder::BoolishValueParser::new())]
    pub verbose: bool,
    /// Say only what went wrong.
    #[arg(short, long, env = "MTURK_LOCAL_QUIET")]
    #[arg(value_parser = clap::builder::BoolishValueParser::new())]
    pub quiet: bool,
}

/// Where the clock starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// With real time, or where a kept database left it.
    Real,
    /// At an instant.
    At(Instant),
}

/// Which workers there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Workers {
    /// Every well-formed id.
    Any,
    /// Those that were made known.
    Known,
}

impl Serve {
    /// The emulator that these options ask for, listening on `bound`.
    #[must_use]
    pub fn options(&self, bound: &[SocketAddr]) -> Options {
        let known_workers_only = self.workers == Workers::Known;
        Options {
            database: self.database.clone(),
            auth: self.auth,
            market: Market { profile: self.profile, known_workers_only },
            clock: match self.clock {
                Start::Real => None,
                Start::At(at) => Some(at),
            },
            freeze: self.freeze,
            seed: self.seed,
            credentials: self.credentials.clone(),
            gate: self.gate(bound),
        }
    }

    fn gate(&self, bound: &[SocketAddr]) -> Gate {
        let mut hosts = self.allow_hosts.clone();
        hosts.extend(bound.iter().map(|address| address.ip().to_string()));
        let public = self.public_url.as_deref().and_then(authority);
        hosts.extend(public.map(|(host, _)| host.to_owned()));
        Gate {
            hosts,
            public_origin: public.map(|(_, origin)| origin.to_owned()),
            cors_origins: self.cors_origins.clone(),
            any_address: self.allow_remote,
        }
    }
}

/// Host name and origin of an http(s) URL.
fn authority(url: &str) -> Option<(&str, &str)> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split('/').next().filter(|part| !part.is_empty())?;
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    Some((host, &url[..url.len() - rest.len() + authority.len()]))
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (question, value) = text.split_once('=').ok_or("an answer is QUESTION=VALUE")?;
    Ok((question.to_owned(), value.to_owned()))
}

fn credential(text: &str) -> Result<Credential, String> {
    let mut parts = text.splitn(3, ':').map(str::to_owned);
    match (parts.next(), parts.next(), parts.next()) {
        (Some(access_key), Some(secret), name) if !access_key.is_empty() && !secret.is_empty() => {
            Ok(Credential { access_key, secret, name })
        }
        _ => Err("a credential is AKID:SECRET or AKID:SECRET:NAME".into()),
    }
}

fn database(text: &str) -> Result<String, String> {
    let known = ["sqlite:", "postgres://", "postgresql://"];
    let path = text.strip_prefix("sqlite:").map(|path| path.trim_start_matches('/'));
    if path.is_some_and(|path| path.is_empty() || path == ":memory:") {
        return Err(
            "sqlite: wants the path of a file; leave the option out for a temporary one".into()
        );
    }
    if known.iter().any(|prefix| text.starts_with(prefix)) {
        return Ok(text.to_owned());
    }
    Err("a database is sqlite:PATH or postgres://…".into())
}

fn public_url(text: &str) -> Result<String, String> {
    let http = text.starts_with("http://") || text.starts_with("https://");
    if http && authority(text).is_some() {
        return Ok(text.trim_end_matches('/').to_owned());
    }
    Err("a public URL begins with http:// or https:// and names a host".into())
}

fn start(text: &str) -> Result<Start, String> {
    if text == "real" {
        return Ok(Start::Real);
    }
    let at = Instant::parse(text, real_now());
    at.map(Start::At).ok_or_else(|| {
        "a clock is real, RFC 3339, epoch seconds, or a span from now such as -2h".into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn urls_have_a_host_and_an_origin() {
        for (url, expected) in [
            ("http://mturk.test", Some(("mturk.test", "http://mturk.test"))),
            ("https://mturk.test:8443/x", Some(("mturk.test", "https://mturk.test:8443"))),
            ("http://", None),
            ("mturk.test", None),
        ] {
            assert_eq!(authority(url), expected, "{url}");
        }
    }

    #[test]
    fn credentials_have_a_key_a_secret_and_perhaps_a_name() {
        let read = credential("AK:secret:Acme: Labs").unwrap();
        assert_eq!((read.access_key.as_str(), read.secret.as_str()), ("AK", "secret"));
        assert_eq!(read.name.as_deref(), Some("Acme: Labs"));
        assert!(credential("AK").is_err() && credential(":x").is_err());
        assert!(!format!("{read:?}").contains("secret"));
    }

    #[test]
    fn databases_are_files_or_servers() {
        for (url, good) in [
            ("sqlite:market.db", true),
            ("sqlite:///data/market.db", true),
            ("postgres://localhost/x", true),
            ("sqlite::memory:", false),
            ("sqlite:", false),
            ("mysql://x", false),
        ] {
            assert_eq!(database(url).is_ok(), good, "{url}");
        }
    }
}
