//! How whoever starts a server learns its admin token, and what is said where there is none.

use std::fs::OpenOptions;
use std::io::{IsTerminal as _, Write as _};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use crate::config::admin::Admin;
use crate::emulator::Emulator;
use crate::run::RunError;

/// Writes the token into the file that was named for it, if that is not there yet.
///
/// # Errors
/// The file cannot be written.
pub fn write(admin: &Admin, emulator: &Emulator) -> Result<(), RunError> {
    let (Some(path), Some(token)) = (&admin.admin_token_file, emulator.admin_token()) else {
        return Ok(());
    };
    match write_private(path, token.secret()) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            let option = "--admin-token-file (MTURK_LOCAL_ADMIN_TOKEN_FILE)";
            Err(RunError::Usage(format!("{option} {}: {error}", path.display())))
        }
        _ => Ok(()),
    }
}

/// Writes a new file that nobody else can read at any moment.
fn write_private(path: &Path, token: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(file, "{token}")
}

/// Shows a token that was made now and that no file holds: once, on a terminal, never in the log.
#[expect(clippy::print_stderr, reason = "the log may be kept, and must not hold it")]
pub fn show_new(admin: &Admin, emulator: &Emulator) {
    let is_new = emulator.has_new_admin_token() && admin.admin_token_file.is_none();
    let Some(token) = emulator.admin_token().filter(|_| is_new) else { return };
    if std::io::stderr().is_terminal() {
        let token = token.secret();
        eprintln!("The control API asks for this admin token, which is shown only now: {token}");
        return;
    }
    tracing::warn!(
        "the control API asks for an admin token that nobody has seen; name a file for it with \
         --admin-token-file, or give one with --admin-token"
    );
}

/// Says who can do what where other machines reach a control API that asks for no token.
pub fn warn_if_open(emulator: &Emulator, bound: &[SocketAddr]) {
    let remote = bound.iter().find(|address| !address.ip().is_loopback());
    if let (Some(address), None) = (remote, emulator.admin_token()) {
        tracing::warn!(
            "everybody who reaches {address} can read and change the whole market; \
             --admin-token closes the control API, and --auth strict the Requester API too"
        );
    }
}
