//! Why a database cannot be opened, and what its refusals mean for a turn.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::fault::Fault;

/// Why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It is not there, not readable, not writable, or no database.
    #[error("the database cannot be used: {0}")]
    Unusable(String),
    /// A newer mturk-local made it.
    #[error("the database was written by a newer version of mturk-local")]
    Newer,
    /// A version from before the first release made it.
    #[error(
        "the database was made by a version of mturk-local from before its first release: write \
         the market to a file with that version's `mturk-local dump`, and load the file into a new \
         database"
    )]
    Older,
    /// It is a database of PostgreSQL, and this build has none.
    #[error("this build has no PostgreSQL: build it with the feature postgres")]
    NoPostgres,
    /// Another process has it.
    #[error("another process uses the database file {0}")]
    InUse(PathBuf),
}

impl OpenError {
    pub(in crate::store) fn unusable(why: impl std::fmt::Display) -> Self {
        Self::Unusable(why.to_string())
    }

    /// The file at `path` is unusable.
    pub(in crate::store) fn at(path: &Path, why: &dyn std::fmt::Display) -> Self {
        Self::Unusable(format!("{}: {why}", path.display()))
    }
}

impl From<rusqlite::Error> for Fault {
    /// SQLite has one writer, and no serialization conflicts: what it refuses is our failure,
    /// unless nothing can be read or written at all.
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(
                ErrorCode::PermissionDenied
                | ErrorCode::OperationAborted
                | ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::OutOfMemory
                | ErrorCode::ReadOnly
                | ErrorCode::OperationInterrupted
                | ErrorCode::SystemIoFailure
                | ErrorCode::DatabaseCorrupt
                | ErrorCode::DiskFull
                | ErrorCode::CannotOpen
                | ErrorCode::FileLockingProtocolFailed
                | ErrorCode::NotADatabase,
            ) => Self::Unavailable(error.to_string()),
            _ => Self::Service(error.to_string()),
        }
    }
}
