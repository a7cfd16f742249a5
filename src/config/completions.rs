//! Completions: a script makes the shell ask the program what fits.

use clap::CommandFactory as _;
use clap_complete::env::Shells;
use clap_complete::{CompleteEnv, Shell};

use crate::config::Cli;

/// The variable that a script sets to the name of its shell.
const VARIABLE: &str = "_MTURK_LOCAL_COMPLETE";
const PROGRAM: &str = "mturk-local";

/// The script that turns completions on in a shell.
///
/// # Errors
/// The shell is unknown.
pub fn script(shell: Shell) -> Result<String, String> {
    let name = shell.to_string();
    let shell = Shells::builtins();
    let shell = shell.completer(&name).ok_or_else(|| format!("there is no script for {name}"))?;
    let mut script = Vec::new();
    let written = shell.write_registration(VARIABLE, PROGRAM, PROGRAM, PROGRAM, &mut script);
    written.map_err(|error| error.to_string())?;
    Ok(String::from_utf8_lossy(&script).into_owned())
}

/// If a script asks, prints what fits and ends the process.
pub fn answer() {
    CompleteEnv::with_factory(Cli::command).var(VARIABLE).complete();
}
