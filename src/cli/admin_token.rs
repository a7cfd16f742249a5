//! Shows the admin token to whoever starts the server, and warns where there is none.

use std::fs::OpenOptions;
use std::io::{IsTerminal as _, Write as _};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use crate::cli::Bound;
use crate::cli::error::RunError;
use crate::config::admin::Admin;
use crate::emulator::Backend;
use crate::wire::caller::Auth;

/// Writes the token into the file that was named for it, if that is not there yet.
pub fn write(admin: &Admin, backend: &Backend) -> Result<(), RunError> {
    let (Some(path), Some(token)) = (&admin.admin_token_file, backend.admin_token()) else {
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

/// Shows a new token that no file holds: once, on a terminal, never in the log.
#[expect(clippy::print_stderr, reason = "the log may be kept, and must not hold it")]
pub fn show_new(admin: &Admin, backend: &Backend) {
    let is_new = backend.has_new_admin_token() && admin.admin_token_file.is_none();
    let Some(token) = backend.admin_token().filter(|_| is_new) else { return };
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

/// Warns if other machines reach a control API that asks for no token, or a Requester API that asks
/// for no signature.
pub fn warn_if_open(backend: &Backend, auth: Auth, bound: &Bound) {
    let remote = |bound: &[SocketAddr]| bound.iter().find(|at| !at.ip().is_loopback()).copied();
    let api = remote(&bound.http).or_else(|| remote(&bound.https));
    let control = if bound.control.is_empty() { api } else { remote(&bound.control) };
    match (control.filter(|_| backend.admin_token().is_none()), api) {
        (Some(address), _) => tracing::warn!(
            "everybody who reaches {address} can read and change the whole market; \
             --admin-token closes the control API, and --auth strict the Requester API too"
        ),
        (None, Some(address)) if auth == Auth::Open => tracing::warn!(
            "everybody who reaches {address} can call the Requester API as any requester; \
             --auth strict asks for signatures"
        ),
        _ => {}
    }
}
