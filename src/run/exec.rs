//! `mturk-local exec`: a server for as long as a command runs.

use std::os::unix::process::ExitStatusExt as _;

use tokio::process::Command;

use crate::config::commands::Exec;
use crate::run::{RunError, Running, Signals};

/// Serves on a free port, runs the command, and answers with its exit code.
///
/// A command that a signal ended counts as 128 and the signal's number, as in shells.
///
/// # Errors
/// The server cannot start, or the command cannot be run.
pub async fn exec(exec: &mut Exec) -> Result<u8, RunError> {
    if exec.serve.listen.is_empty() {
        exec.serve.listen.push("127.0.0.1:0".to_owned());
    }
    let mut signals = Signals::new()?;
    let running = Running::start(&exec.serve).await?;
    let known = exec.serve.known().map_err(RunError::Usage)?;
    let (key, secret) = known
        .first()
        .map_or(("test", "test"), |known| (known.access_key.as_str(), known.secret.as_str()));
    let Some((program, arguments)) = exec.command.split_first() else {
        return Err(RunError::Usage("there is no command to run".into()));
    };
    let child = Command::new(program)
        .args(arguments)
        .env("AWS_ENDPOINT_URL_MTURK", running.url())
        .env("AWS_REGION", "us-east-1")
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", key)
        .env("AWS_SECRET_ACCESS_KEY", secret)
        .env_remove("AWS_SESSION_TOKEN")
        .env_remove("AWS_PROFILE")
        .spawn();
    let mut child = child.map_err(|error| {
        RunError::Usage(format!("cannot run {}: {error}", program.to_string_lossy()))
    })?;
    let status = tokio::select! {
        status = child.wait() => status,
        // The terminal sends Ctrl-C to the command too; a SIGTERM ends it with us.
        () = signals.next() => {
            let _ = child.start_kill();
            child.wait().await
        }
    };
    let status = status.map_err(|error| RunError::Failure(error.to_string()))?;
    running.stop().await?;
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    Ok(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}
