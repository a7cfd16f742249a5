//! `mturk-local exec`: a server for as long as a command runs.

use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

use crate::config::commands::Exec;
use crate::config::environment::of_clients;
use crate::run::{RunError, Running, Signaled, Signals, failure, log};
use crate::serve::raise_limit;

/// Serves on a free port, runs the command, and answers with its exit code.
///
/// Standard error is the command's: the server's log is there only if it was asked for.
///
/// A command that a signal ended counts as 128 and the signal's number, as in shells. SIGTERM is
/// passed on to the command; Ctrl-C reaches it from the terminal. Both times it has all the time it
/// wants, until a second signal comes.
///
/// # Errors
/// The server cannot start, or the command cannot be run.
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
        signaled = signals.next() => return Ok(signaled.exit_code()),
    };
    running.write_ready_file()?;
    let mut child = spawn(exec, &running)?;
    // The command has the limit of open files that it would have without us.
    raise_limit();
    let status = tokio::select! {
        status = wait(&mut child, &mut signals) => status.map_err(failure)?,
        _ = running.emulator.lost_files() => {
            pass_on(&child);
            let stopped = running.stop().await;
            wait(&mut child, &mut signals).await.map_err(failure)?;
            return stopped.map(|()| 1);
        }
    };
    running.stop().await?;
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    Ok(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

fn spawn(exec: &Exec, running: &Running) -> Result<Child, RunError> {
    let known = exec.serve.known().map_err(RunError::Usage)?;
    let Some((program, arguments)) = exec.command.split_first() else {
        return Err(RunError::Usage("there is no command to run".into()));
    };
    let mut command = Command::new(program);
    if let Some(token) = running.emulator.admin_token() {
        command.env("MTURK_LOCAL_ADMIN_TOKEN", token.secret());
    }
    let child = command
        .args(arguments)
        .envs(of_clients(&running.url(), known.first()))
        .env("MTURK_LOCAL_ENDPOINT", running.control_url())
        .env_remove("AWS_SESSION_TOKEN")
        .env_remove("AWS_PROFILE")
        // Clients that heed it would ask Amazon, also where their configuration says it.
        .env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "false")
        .spawn();
    child.map_err(|error| {
        RunError::Usage(format!("cannot run {}: {error}", program.to_string_lossy()))
    })
}

/// Waits until the command ends; a second signal ends it at once.
async fn wait(child: &mut Child, signals: &mut Signals) -> std::io::Result<ExitStatus> {
    let signaled = tokio::select! {
        status = child.wait() => return status,
        signaled = signals.next() => signaled,
    };
    if signaled == Signaled::Terminate {
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
        // Who has ended in between need not be told.
        let _ = kill_process(id, Signal::TERM);
    }
}
