//! Errors of commands, with their exit codes.

/// Why a command fails. Each has its exit code.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A bad option, environment value or fixture.
    #[error("{0}")]
    Usage(String),
    /// Another process listens there.
    #[error("cannot listen on {0}: the address is in use")]
    AddressInUse(String),
    /// The database cannot be used.
    #[error("{0}")]
    Database(String),
    /// Anything else.
    #[error("{0}")]
    Failure(String),
}

impl RunError {
    /// The process's exit code.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Failure(_) => 1,
            Self::Usage(_) => 2,
            Self::AddressInUse(_) => 3,
            Self::Database(_) => 4,
        }
    }
}

pub(super) fn failure(error: impl std::fmt::Display) -> RunError {
    RunError::Failure(error.to_string())
}
