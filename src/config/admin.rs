//! The options about the admin token, of the server and of the commands that talk to it.

use std::io;
use std::path::PathBuf;

use clap::Args;

use crate::control::admin::AdminToken;

/// The admin token, or the file that holds it.
#[derive(Args)]
pub struct Admin {
    /// The token that the control API asks for.
    ///
    /// With --auth strict, a server without a token makes one.
    #[arg(long, value_name = "TOKEN", env = "MTURK_LOCAL_ADMIN_TOKEN")]
    pub admin_token: Option<String>,
    /// A file that holds the token.
    ///
    /// A server writes it if it does not exist.
    #[arg(long, value_name = "FILE", env = "MTURK_LOCAL_ADMIN_TOKEN_FILE")]
    #[arg(hide_short_help = true)]
    pub admin_token_file: Option<PathBuf>,
}

impl std::fmt::Debug for Admin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Admin").field("file", &self.admin_token_file).finish_non_exhaustive()
    }
}

impl Admin {
    /// The token of the option, or else of the file; none if the file does not exist.
    pub fn token(&self) -> Result<Option<AdminToken>, String> {
        let (text, place) = match (&self.admin_token, &self.admin_token_file) {
            (Some(text), _) => (text.clone(), "--admin-token (MTURK_LOCAL_ADMIN_TOKEN)".to_owned()),
            (None, None) => return Ok(None),
            (None, Some(path)) => {
                let path_shown = path.display();
                let place =
                    format!("--admin-token-file (MTURK_LOCAL_ADMIN_TOKEN_FILE) {path_shown}");
                match std::fs::read_to_string(path) {
                    Ok(text) => (text.trim().to_owned(), place),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                    Err(error) => return Err(format!("{place}: {error}")),
                }
            }
        };
        let why =
            || format!("{place}: a token is 1 to 256 letters, digits and characters of -._~+/=");
        AdminToken::new(&text).ok_or_else(why).map(Some)
    }

    /// Whether an option names a token or a file.
    #[must_use]
    pub const fn is_asked_for(&self) -> bool {
        self.admin_token.is_some() || self.admin_token_file.is_some()
    }
}
