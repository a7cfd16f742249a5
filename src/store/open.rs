//! A store: one of the two databases, open.

use std::path::{Path, PathBuf};

use crate::fault::Fault;
use crate::store::postgres::{self, Postgres};
use crate::store::sql::Tx;
use crate::store::sqlite::Sqlite;

/// Why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It is not there, not readable, not writable, or no database.
    #[error("the database cannot be used: {0}")]
    Unusable(String),
    /// A newer mturk-local made it.
    #[error("the database was written by a newer version of mturk-local")]
    Newer,
    /// Another process has it.
    #[error("another process uses the database file {0}")]
    InUse(PathBuf),
}

impl OpenError {
    pub(super) fn unusable(why: impl std::fmt::Display) -> Self {
        Self::Unusable(why.to_string())
    }

    /// The file at `path` is unusable.
    pub(super) fn at(path: &Path, why: &dyn std::fmt::Display) -> Self {
        Self::Unusable(format!("{}: {why}", path.display()))
    }
}

/// An open database.
#[derive(Debug)]
pub enum Store {
    /// A file of this process.
    Sqlite(Box<Sqlite>),
    /// A server that others may share.
    Postgres(Postgres),
}

impl Store {
    /// Opens the database at `url` (`sqlite:PATH`, `postgres://…`), or a temporary one.
    ///
    /// # Errors
    /// It cannot be used, is in use, or is newer than this program.
    pub async fn open(url: Option<&str>) -> Result<Self, OpenError> {
        let Some(url) = url else {
            return Ok(Self::Sqlite(Box::new(Sqlite::temporary()?)));
        };
        match sqlite_path(url) {
            Some(path) => Ok(Self::Sqlite(Box::new(Sqlite::open(Path::new(path))?))),
            None => Ok(Self::Postgres(postgres::open(url).await?)),
        }
    }

    /// A connection to look with.
    ///
    /// # Errors
    /// None is to be had.
    pub async fn read(&self) -> Result<Tx, Fault> {
        Ok(match self {
            Self::Sqlite(sqlite) => Tx::SqliteRead(sqlite.readers.reader()?),
            Self::Postgres(postgres) => {
                Tx::PostgresRead(Box::pin(postgres.lookers.looker()).await?)
            }
        })
    }

    /// A transaction to write in; on SQLite there is one at a time, and several share a commit.
    ///
    /// # Errors
    /// None is to be had.
    pub async fn write(&self) -> Result<Tx, Fault> {
        Ok(match self {
            Self::Sqlite(sqlite) => Tx::SqliteWrite(sqlite.writer.seat().await),
            Self::Postgres(postgres) => Tx::PostgresWrite(Box::pin(postgres.begin()).await?),
        })
    }

    /// How often written turns were lost on SQLite, whose caches must be forgotten then.
    #[must_use]
    pub fn lost(&self) -> u64 {
        match self {
            Self::Sqlite(sqlite) => sqlite.writer.lost(),
            Self::Postgres(_) => 0,
        }
    }

    /// Waits until a database file was moved, replaced, deleted or written by another program: why
    /// nothing is written any more. On PostgreSQL it never ends.
    pub async fn lost_files(&self) -> String {
        match self {
            Self::Sqlite(sqlite) => sqlite.lost_files().await,
            Self::Postgres(_) => std::future::pending().await,
        }
    }

    /// What [`Store::lost_files`] has noticed, or a commit.
    #[must_use]
    pub fn loss(&self) -> Option<&str> {
        match self {
            Self::Sqlite(sqlite) => sqlite.loss(),
            Self::Postgres(_) => None,
        }
    }

    /// Whether other processes may write to the same store.
    #[must_use]
    pub const fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// `sqlite` or `postgresql`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        if self.is_shared() { "postgresql" } else { "sqlite" }
    }

    /// Waits for what is under way and closes the database.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(sqlite) => sqlite.close().await,
            Self::Postgres(postgres) => postgres.close().await,
        }
    }
}

/// The path in `sqlite:PATH`, `sqlite://PATH` or `sqlite:///PATH`.
fn sqlite_path(url: &str) -> Option<&str> {
    let path = url.strip_prefix("sqlite:")?;
    Some(path.strip_prefix("//").unwrap_or(path))
}
