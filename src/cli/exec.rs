//! `mturk-local exec`: a server for as long as a command runs.

use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

use crate::cli::error::{RunError, failure};
use crate::cli::{Running, Signals, log};
use crate::config::commands::Exec;
use crate::config::environment::of_clients;
use crate::intercept::{InterceptError, Interception};
use crate::serve::raise_limit;

/// Serves on a free port, runs the command, and answers with its exit code.
///
/// Standard error is the command's: the server's log is there only if it was asked for.
///
/// A command that a signal ended counts as 128 and the signal's number, as in shells. SIGTERM is
/// passed on to the command; Ctrl-C reaches it from the terminal. Both times it has all the time it
/// wants, until a second signal comes.
pub async fn exec(exec: &mut Exec) -> Result<u8, RunError> {
    if exec.serve.listen.is_empty() {
        exec.serve.listen.push("127.0.0.1:0".to_owned());
    }
    if exec.serve.verbose || exec.serve.log_file.is_some() {
        log::start(&exec.serve)?;
    }
    let mut signals = Signals::new()?;
    let running = tokio::select! {
        running = Running::start(&exec.serve) => running?,
        signal = signals.next() => return Ok(exit_code(128 + signal.as_raw())),
    };
    running.write_ready_file()?;
    let interception = if exec.no_intercept { None } else { Some(intercept(&running).await?) };
    let variables = interception.as_ref().map(|running| running.variables.clone());
    let mut child = spawn(exec, &running, variables.unwrap_or_default())?;
    // After the command has started, so that its own limit of open files is not raised.
    raise_limit();
    let status = tokio::select! {
        status = wait(&mut child, &mut signals) => status.map_err(failure)?,
        _ = running.backend().files_changed() => {
            pass_on(&child);
            let stopped = running.stop().await;
            wait(&mut child, &mut signals).await.map_err(failure)?;
            return stopped.map(|()| 1);
        }
    };
    running.stop().await?;
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    Ok(code.map_or(1, exit_code))
}

fn exit_code(code: i32) -> u8 {
    u8::try_from(code).unwrap_or(1)
}

/// Lets calls to Amazon's old hosts arrive at this server.
#[expect(clippy::print_stderr, reason = "without this line nobody finds out why hosts fail")]
async fn intercept(running: &Running) -> Result<Interception, RunError> {
    let variable = |name: &str| std::env::var(name).ok();
    let started = Interception::start(running.api.clone(), variable).await;
    let interception = started.map_err(|error| match error {
        InterceptError::Environment(why) => RunError::Usage(why),
        error => failure(error),
    })?;
    if !interception.has_system_bundle {
        eprintln!(
            "mturk-local: this system has no file of trusted certificates, so the command may not \
             reach other HTTPS hosts; install ca-certificates, or use exec --no-intercept"
        );
    }
    Ok(interception)
}

fn spawn(
    exec: &Exec,
    running: &Running,
    variables: Vec<(&str, String)>,
) -> Result<Child, RunError> {
    let known = exec.serve.known().map_err(RunError::Usage)?;
    let Some((program, arguments)) = exec.command.split_first() else {
        return Err(RunError::Usage("there is no command to run".into()));
    };
    let mut command = Command::new(program);
    if let Some(token) = running.backend().admin_token() {
        command.env("MTURK_LOCAL_ADMIN_TOKEN", token.secret());
    }
    if !running.bound.control.is_empty() {
        // So that `mturk-local env` knows the two addresses.
        command.env("MTURK_LOCAL_LISTEN", joined(&running.bound.http));
        command.env("MTURK_LOCAL_CONTROL_LISTEN", joined(&running.bound.control));
    }
    if !exec.serve.credentials.is_empty() {
        command.env("MTURK_LOCAL_CREDENTIAL", exec.serve.credentials.join(","));
    }
    let child = command
        .args(arguments)
        .envs(variables)
        .envs(of_clients(&running.url(), known.first()))
        .env("MTURK_LOCAL_ENDPOINT", running.control_url())
        .env_remove("AWS_SESSION_TOKEN")
        .env_remove("AWS_PROFILE")
        // Or else clients ignore the endpoint and call Amazon.
        .env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "false")
        .spawn();
    child.map_err(|error| {
        RunError::Usage(format!("cannot run {}: {error}", program.to_string_lossy()))
    })
}

fn joined(addresses: &[SocketAddr]) -> String {
    addresses.iter().map(SocketAddr::to_string).collect::<Vec<_>>().join(",")
}

/// Waits until the command ends; a second signal ends it at once.
async fn wait(child: &mut Child, signals: &mut Signals) -> std::io::Result<ExitStatus> {
    let signal = tokio::select! {
        status = child.wait() => return status,
        signal = signals.next() => signal,
    };
    if signal == Signal::TERM {
        pass_on(child);
    }
    tokio::select! {
        status = child.wait() => return status,
        _ = signals.next() => child.start_kill()?,
    }
    child.wait().await
}

/// The terminal sends Ctrl-C to all that it runs, but SIGTERM comes to us alone.
fn pass_on(child: &Child) {
    let id = child.id().and_then(|id| i32::try_from(id).ok());
    if let Some(id) = id.and_then(Pid::from_raw) {
        // The command may have ended in between.
        let _ = kill_process(id, Signal::TERM);
    }
}
