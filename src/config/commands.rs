//! The commands besides serving.

use std::ffi::OsString;

use clap::builder::BoolishValueParser;
use clap::{Args, Subcommand};

use crate::config::admin::Admin;
use crate::config::{DEFAULT_LISTEN, Serve};
use crate::rules::url::{is_host_and_port, split_port};

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve until stopped (the default).
    Serve(Box<Serve>),
    /// Print export lines for a running server: eval "$(mturk-local env)".
    Env(Env),
    /// Serve on a free port while a command runs, and end as it ends.
    Exec(Box<Exec>),
    /// Load worlds into a running server, on top of what is there.
    Load(Load),
    /// Print the whole market of a running server as a world.
    Dump(Dump),
    /// Take a running server back to what it was started with: its worlds, clock and requesters.
    Reset(Reset),
    /// Let a worker do a HIT on a running server.
    Submit(Submit),
    /// Show or move the clock of a running server.
    Clock(ClockArgs),
    /// Ask a running server whether it is well; exit 0 if it is.
    Health(Health),
    /// List the built-in worlds, or print one.
    Fixtures {
        /// The world to print.
        name: Option<String>,
    },
    /// Print the description of the control API (OpenAPI 3.1).
    Openapi,
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual pages, one after another, or those of one command.
    Man {
        /// The command, for example load.
        command: Option<String>,
    },
}

/// Where `exec` listens: otherwise than `serve` when nothing is said.
const EXEC_LISTENS: &str = "Address to listen on [default: a free port of 127.0.0.1]; repeatable";

/// Where `exec` logs: nowhere when nothing is said, since standard error is the command's.
const EXEC_LOGS: &str = "Append the server's log to this file; without it there is none";
const EXEC_SAYS_MORE: &str = "Log more; without --log-file to standard error";

/// Where a running server is.
#[derive(Debug, Args)]
pub struct Endpoint {
    /// The running server [default: where --control-listen or --listen says, or else
    /// http://127.0.0.1:1770].
    #[arg(long, value_name = "URL", env = "MTURK_LOCAL_ENDPOINT", hide_env_values = true)]
    pub endpoint: Option<String>,
    /// The address that the server was given to listen on.
    #[arg(long, value_name = "ADDR", env = "MTURK_LOCAL_LISTEN", value_delimiter = ',')]
    pub listen: Vec<String>,
    /// The address that the server was given for its control API.
    #[arg(long, value_name = "ADDR", env = "MTURK_LOCAL_CONTROL_LISTEN", value_delimiter = ',')]
    pub control_listen: Vec<String>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "flattened: clap shows its fields")]
    pub admin: Admin,
}

impl Endpoint {
    /// The URL at which the server's control API answers.
    ///
    /// # Errors
    /// Only the server itself knows it, since it picked the port.
    pub fn url(&self) -> Result<String, String> {
        if let Some(url) = &self.endpoint {
            return Ok(url.clone());
        }
        let (option, listen) = match (self.control_listen.first(), self.listen.first()) {
            (Some(listen), _) => ("--control-listen (MTURK_LOCAL_CONTROL_LISTEN)", listen.as_str()),
            (_, Some(listen)) => ("--listen (MTURK_LOCAL_LISTEN)", listen.as_str()),
            _ => ("--listen", DEFAULT_LISTEN),
        };
        let (host, port) = listen.rsplit_once(':').unwrap_or((listen, ""));
        if port == "0" {
            return Err(format!(
                "the server picked its port itself ({listen}): say with --endpoint \
                 (MTURK_LOCAL_ENDPOINT) where it is"
            ));
        }
        if !is_host_and_port(listen) || split_port(listen).1.is_none() {
            return Err(format!("{option} {listen:?} is no address: that is HOST:PORT"));
        }
        // Every address of the machine is not one that can be asked.
        let host = match host {
            "0.0.0.0" => "127.0.0.1",
            "[::]" => "[::1]",
            host => host,
        };
        Ok(format!("http://{host}:{port}"))
    }
}

/// `mturk-local env`.
#[derive(Debug, Args)]
pub struct Env {
    /// The requester that programs are to be; without it, the one with the key and secret test.
    #[arg(long = "credential", value_name = "AKID:SECRET[:NAME]", env = "MTURK_LOCAL_CREDENTIAL")]
    #[arg(hide_env_values = true, value_delimiter = ',')]
    pub credentials: Vec<String>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "flattened: clap shows its fields")]
    pub server: Endpoint,
}

/// `mturk-local exec`.
#[derive(Debug, Args)]
#[command(mut_arg("listen", |listen| listen.help(EXEC_LISTENS)))]
#[command(mut_arg("log_file", |file| file.help(EXEC_LOGS)))]
#[command(mut_arg("verbose", |verbose| verbose.help(EXEC_SAYS_MORE)))]
pub struct Exec {
    #[command(flatten)]
    #[expect(missing_docs, reason = "flattened: clap shows its fields")]
    pub serve: Serve,
    /// What to run, with AWS_ENDPOINT_URL_MTURK, MTURK_LOCAL_ENDPOINT, a region and test keys in
    /// its environment.
    #[arg(last = true, required = true, value_name = "CMD")]
    pub command: Vec<OsString>,
}

/// `mturk-local load`.
#[derive(Debug, Args)]
pub struct Load {
    /// World files, or saved output of `aws mturk list-…`; - for standard input.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<String>,
    /// Replace what is there; the clock goes on.
    #[arg(long, env = "MTURK_LOCAL_REPLACE", value_parser = BoolishValueParser::new())]
    pub replace: bool,
    /// Who owns the entries that name no Requester: an access key, which may be new, or a requester
    /// id [default: the one requester of the server's --credential, or else the first of
    /// Requesters in the file, or else test].
    #[arg(long, value_name = "KEY|ID", env = "MTURK_LOCAL_REQUESTER")]
    pub requester: Option<String>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "flattened: clap shows its fields")]
    pub server: Endpoint,
}

/// `mturk-local dump`.
#[derive(Debug, Args)]
pub struct Dump {
    /// Name the secrets of requesters too; the server must ask for its admin token.
    #[arg(long, env = "MTURK_LOCAL_WITH_SECRETS", value_parser = BoolishValueParser::new())]
    pub with_secrets: bool,
    #[command(flatten)]
    #[expect(missing_docs, reason = "flattened: clap shows its fields")]
    pub server: Endpoint,
}

/// `mturk-local reset`.
#[derive(Debug, Args)]
pub struct Reset {
    /// To nothing, instead of to the worlds of the beginning.
    #[arg(long, conflicts_with = "requester", env = "MTURK_LOCAL_EMPTY")]
    #[arg(value_parser = BoolishValueParser::new())]
    pub empty: bool,
    /// Only what this requester has: an access key or a requester id.
    #[arg(long, value_name = "KEY|ID", env = "MTURK_LOCAL_REQUESTER")]
    pub requester: Option<String>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "flattened: clap shows its fields")]
    pub server: Endpoint,
}

/// `mturk-local submit`.
#[derive(Debug, Args)]
pub struct Submit {
    /// The HIT.
    #[arg(long, value_name = "ID", env = "MTURK_LOCAL_HIT")]
    pub hit: String,
    /// The worker; a new one comes by if absent.
    #[arg(long, value_name = "ID", env = "MTURK_LOCAL_WORKER")]
    pub worker: Option<String>,
    /// An answer, as question=value; repeatable, also for one question.
    #[arg(long = "answer", value_name = "QUESTION=VALUE", env = "MTURK_LOCAL_ANSWER")]
    #[arg(value_parser = pair)]
    pub answers: Vec<(String, String)>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "flattened: clap shows its fields")]
    pub server: Endpoint,
}

/// `mturk-local clock`.
#[derive(Debug, Args)]
#[command(mut_args(everywhere))]
pub struct ClockArgs {
    /// What to do with it; without it, show it.
    #[command(subcommand)]
    pub change: Option<ClockCommand>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "flattened: clap shows its fields")]
    pub server: Endpoint,
}

/// The option also behind the command's own commands.
fn everywhere(option: clap::Arg) -> clap::Arg {
    option.global(true)
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
    #[arg(long, env = "MTURK_LOCAL_WAIT", value_parser = BoolishValueParser::new())]
    pub wait: bool,
    /// How long to wait, for example 30s.
    #[arg(long, value_name = "SPAN", default_value = "30s", env = "MTURK_LOCAL_TIMEOUT")]
    pub timeout: String,
    #[command(flatten)]
    #[expect(missing_docs, reason = "flattened: clap shows its fields")]
    pub server: Endpoint,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((question, value)) if !question.is_empty() => Ok((question.into(), value.into())),
        _ => Err("an answer is QUESTION=VALUE".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_asked_where_it_was_told_to_listen() {
        for (endpoint, control_listen, listen, url) in [
            (None, None, None, Some("http://127.0.0.1:1770")),
            (None, None, Some("127.0.0.1:8080"), Some("http://127.0.0.1:8080")),
            (None, None, Some("0.0.0.0:8080"), Some("http://127.0.0.1:8080")),
            (None, None, Some("[::]:8080"), Some("http://[::1]:8080")),
            (None, None, Some("[::1]:8080"), Some("http://[::1]:8080")),
            (None, None, Some("turk.test:80"), Some("http://turk.test:80")),
            (None, Some("127.0.0.1:1771"), Some("0.0.0.0:8080"), Some("http://127.0.0.1:1771")),
            (Some("http://a:1"), Some("b:2"), Some("c:0"), Some("http://a:1")),
            (None, None, Some("127.0.0.1:0"), None),
        ] {
            let list = |text: Option<&str>| text.map(str::to_owned).into_iter().collect();
            let server = Endpoint {
                endpoint: endpoint.map(str::to_owned),
                listen: list(listen),
                control_listen: list(control_listen),
                admin: Admin { admin_token: None, admin_token_file: None },
            };
            assert_eq!(server.url().ok().as_deref(), url, "{listen:?}");
        }
    }
}
