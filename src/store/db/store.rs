//! A store: one of the two databases, open.

use std::path::Path;

use crate::fault::Fault;
use crate::store::db::error::OpenError;
use crate::store::db::postgres::{self, Postgres};
use crate::store::db::sql::{Tx, sql};
use crate::store::db::sqlite::Sqlite;

/// SQLite has no such function.
const SIZE_OF_POSTGRES: &str = "SELECT pg_database_size(current_database())";

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
    /// It cannot be used, is in use, or is newer than this program; PostgreSQL was left out.
    pub async fn open(url: Option<&str>) -> Result<Self, OpenError> {
        let Some(url) = url else {
            return Ok(Self::Sqlite(Box::new(Sqlite::temporary()?)));
        };
        match sqlite_path(url) {
            Some(path) => Ok(Self::Sqlite(Box::new(Sqlite::open(Path::new(path))?))),
            None => Ok(Self::Postgres(postgres::open(url).await?)),
        }
    }

    /// A read connection.
    pub async fn read(&self) -> Result<Tx, Fault> {
        Ok(match self {
            Self::Sqlite(sqlite) => Tx::SqliteRead(sqlite.readers.take()?),
            Self::Postgres(postgres) => Tx::Postgres(Box::pin(postgres.read()).await?),
        })
    }

    /// A transaction to write in; on SQLite there is one at a time, and several share a commit.
    pub async fn write(&self) -> Result<Tx, Fault> {
        Ok(match self {
            Self::Sqlite(sqlite) => Tx::SqliteWrite(sqlite.writer.begin().await),
            Self::Postgres(postgres) => Tx::Postgres(Box::pin(postgres.write(false)).await?),
        })
    }

    /// As [`Store::write`], while no other transaction writes, in any process.
    pub async fn write_exclusive(&self) -> Result<Tx, Fault> {
        match self {
            Self::Sqlite(_) => self.write().await,
            Self::Postgres(postgres) => Ok(Tx::Postgres(Box::pin(postgres.write(true)).await?)),
        }
    }

    /// How often SQLite rolled back turns that had ended: what was cached before is void then.
    pub fn rollback_epoch(&self) -> u64 {
        match self {
            Self::Sqlite(sqlite) => sqlite.writer.rollback_epoch(),
            Self::Postgres(_) => 0,
        }
    }

    /// Waits until a database file was moved, replaced, deleted or written by another program: why
    /// nothing is written any more. On PostgreSQL it never ends.
    pub async fn files_changed(&self) -> String {
        match self {
            Self::Sqlite(sqlite) => sqlite.files_changed().await,
            Self::Postgres(_) => std::future::pending().await,
        }
    }

    /// What [`Store::files_changed`] has noticed, or a commit.
    pub fn file_change(&self) -> Option<&str> {
        match self {
            Self::Sqlite(sqlite) => sqlite.file_change(),
            Self::Postgres(_) => None,
        }
    }

    /// Whether other processes may write to the same store.
    pub const fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// `sqlite` or `postgresql`.
    pub const fn kind(&self) -> &'static str {
        if self.is_shared() { "postgresql" } else { "sqlite" }
    }

    /// How much room the database takes: on SQLite its file and the WAL, on PostgreSQL all that is
    /// in the same database.
    pub async fn bytes(&self) -> Result<i64, Fault> {
        match self {
            Self::Sqlite(sqlite) => Ok(sqlite.bytes()),
            Self::Postgres(_) => sql(SIZE_OF_POSTGRES).only(&mut self.read().await?).await,
        }
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
