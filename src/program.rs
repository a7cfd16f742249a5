//! The program `mturk-local`: its command line, from the arguments to the exit code.
//!
//! It is part of the library, so that the compiler makes its code once.

use std::borrow::Cow;
use std::process::ExitCode;

use clap::error::ErrorKind::UnknownArgument;
use clap::error::{ContextKind, ContextValue};

use crate::cli;
use crate::cli::RunError;
use crate::client::{self, ClientError, print_text};
use crate::config::{Cli, Command, completions, environment, manual};
use crate::rules::url::without_user_info;
use crate::worlds::builtin::{BUILTIN, Builtin};

/// Does what the arguments and the environment of the process ask for.
pub fn main() -> ExitCode {
    completions::answer();
    let cli = match Cli::read() {
        Ok(cli) => cli,
        Err(error) => return refuse(&error),
    };
    if !matches!(cli.command, None | Some(Command::Serve(_))) {
        // A server logs them; its log is silent under `exec`.
        for sentence in environment::unknown() {
            complain(&sentence);
        }
    }
    match start(cli) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            complain(&format!("{error:#}"));
            ExitCode::from(exit_code(&error))
        }
    }
}

fn exit_code(error: &anyhow::Error) -> u8 {
    match (error.downcast_ref(), error.downcast_ref()) {
        (Some(error), _) => RunError::exit_code(error),
        (_, Some(ClientError::Argument(error))) => error.exit_code(),
        _ => 1,
    }
}

/// Reports a bad option or environment value, and exits 2. `--help` and `--version` exit 0.
fn refuse(error: &clap::Error) -> ExitCode {
    let text = error.to_string();
    match without_user_info(&text) {
        Cow::Borrowed(_) => drop(error.print()),
        Cow::Owned(_) => complain(text.trim_end()),
    }
    if error.use_stderr() {
        if let Some(advice) = exec_advice(error) {
            complain(&advice);
        }
        for (name, _) in std::env::vars_os() {
            let Some(name) = name.to_str() else { continue };
            let Some(option) = name.strip_prefix("MTURK_LOCAL_") else { continue };
            let option = format!("--{}", option.to_ascii_lowercase().replace('_', "-"));
            let typed = std::env::args().any(|arg| arg.starts_with(&option));
            let named = ["'", " "].iter().any(|end| text.contains(&format!("'{option}{end}")));
            if named && !typed {
                complain(&format!("the value is from the environment: {name}"));
            }
        }
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// The command to type instead of `exec CMD`.
fn exec_advice(error: &clap::Error) -> Option<String> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_exec = arguments.first().is_some_and(|first| first == "exec");
    let ContextValue::String(command) = error.get(ContextKind::InvalidArg)? else { return None };
    let at = arguments.iter().position(|argument| argument == command)?;
    let is_command = is_exec && !command.starts_with('-') && error.kind() == UnknownArgument;
    arguments.insert(at, "--".to_owned());
    is_command.then(|| format!("type: mturk-local {}", arguments.join(" ")))
}

#[expect(clippy::print_stderr, reason = "shown with or without a log")]
fn complain(text: &str) {
    eprintln!("mturk-local: {}", without_user_info(text));
}

fn start(cli: Cli) -> anyhow::Result<u8> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let code = runtime.block_on(async {
        match cli.command {
            None => cli::run(&cli.serve).await?,
            Some(Command::Serve(options)) => cli::run(&options).await?,
            Some(Command::Exec(mut command)) => return Ok(cli::exec(&mut command).await?),
            Some(Command::Preview(command)) => cli::preview(&command).await?,
            Some(Command::Env(command)) => client::env(&command).await?,
            Some(Command::Load(command)) => client::load(&command).await?,
            Some(Command::Import(command)) => client::import::run(&command).await?,
            Some(Command::Dump(command)) => client::dump(&command).await?,
            Some(Command::Reset(command)) => client::reset(&command).await?,
            Some(Command::Snapshot(command)) => client::snapshot(&command).await?,
            Some(Command::Submit(command)) => client::submit(&command).await?,
            Some(Command::Clock(command)) => client::clock(&command).await?,
            Some(Command::Faults(command)) => client::faults(&command).await?,
            Some(Command::Webhooks(command)) => client::webhooks(&command).await?,
            Some(Command::Robots(command)) => client::robots(&command).await?,
            Some(Command::Batch(command)) => client::batches::run(&command).await?,
            Some(Command::Payments(command)) => client::payments::run(&command).await?,
            Some(Command::Requests(command)) => client::requests(&command).await?,
            Some(Command::Health(command)) => client::health(&command).await?,
            Some(Command::Fixtures { name }) => print_text(&fixtures(name.as_deref())?)?,
            Some(Command::Openapi) => print_text(crate::control::description())?,
            Some(Command::Completions { shell }) => {
                print_text(&completions::script(shell).map_err(RunError::Usage)?)?;
            }
            Some(Command::Man { command }) => {
                let pages = manual::pages(command.as_deref()).map_err(RunError::Usage)?;
                print_text(&pages)?;
            }
        }
        Ok::<u8, anyhow::Error>(0)
    });
    // A second signal ends the process: tasks that still run are not awaited.
    runtime.shutdown_background();
    code
}

/// The list of built-in worlds, or one of them.
fn fixtures(name: Option<&str>) -> Result<String, RunError> {
    match name {
        None => {
            let width = BUILTIN.iter().map(|builtin| builtin.name.len()).max().unwrap_or(0) + 2;
            let line = |builtin: &Builtin| format!("{:<width$}{}", builtin.name, builtin.about());
            Ok(BUILTIN.iter().map(line).collect::<Vec<_>>().join("\n"))
        }
        Some(name) => Builtin::find(name)
            .map(|builtin| builtin.text().trim_end().to_owned())
            .ok_or_else(|| RunError::Usage(format!("there is no built-in world {name}"))),
    }
}
