//! PostgreSQL, or what speaks its protocol, through sqlx.

mod arguments;
mod connection;
mod read_pool;
mod row;
mod snapshots;
mod statement;
mod tls;

use std::str::FromStr;
use std::sync::Arc;

use sqlx::migrate::{MigrateError, MigrationType, Migrator};
use sqlx::pool::PoolOptions;
use sqlx::postgres::{PgConnectOptions, PgPool};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, SqlSafeStr as _};

use crate::fault::Fault;
use crate::store::db::dialect::POSTGRES;
use crate::store::db::error::OpenError;
use crate::store::db::migrations::{self, Migration};
use crate::store::db::postgres::connection::{CONNECT_WITHIN, MOST_CONNECTIONS, is_cut, plan_once};
use crate::store::db::postgres::read_pool::ReadPool;

pub use row::PgRow;
pub use statement::Connection;

const BEGIN: &str = "BEGIN ISOLATION LEVEL SERIALIZABLE";
/// Every turn reads `world` first, and keeps the lock of that to its end. So those under way end
/// before this transaction sees anything, and those that come wait.
const BEGIN_EXCLUSIVE: &str =
    "BEGIN ISOLATION LEVEL SERIALIZABLE; LOCK TABLE world IN ACCESS EXCLUSIVE MODE";

/// A database of PostgreSQL.
#[derive(Debug)]
pub struct Postgres {
    writers: PgPool,
    readers: Arc<ReadPool>,
}

/// Connects, and brings the tables up to date.
///
/// # Errors
/// It does not answer, refuses us, or is newer than this program.
pub(super) async fn open(url: &str) -> Result<Postgres, OpenError> {
    let options = PgConnectOptions::from_str(url).map_err(OpenError::unusable)?;
    let options = options
        .application_name("mturk-local")
        .statement_cache_capacity(512)
        .disable_statement_logging();
    // The pool would try again and again, and tell less: the first connection is made without it.
    let (options, mut first) = tls::connect(url, options).await?;
    let migrator = Migrator::with_migrations(all_migrations());
    migrator.run(&mut first).await.map_err(refused)?;
    first.close().await.map_err(OpenError::unusable)?;
    // Connections stay: no test before each use, no retirement.
    let writers = PoolOptions::new()
        .after_connect(|connection, _| Box::pin(async move { plan_once(connection).await }))
        .max_connections(u32::try_from(MOST_CONNECTIONS).unwrap_or(1))
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(CONNECT_WITHIN);
    let readers = ReadPool::new(options.clone());
    Ok(Postgres { writers: writers.connect_lazy_with(options), readers })
}

fn all_migrations() -> Vec<sqlx::migrate::Migration> {
    let all = migrations::spelled(&POSTGRES).map(|Migration { version, name, text }| {
        let text = AssertSqlSafe(text).into_sql_str();
        sqlx::migrate::Migration::new(version, name.into(), MigrationType::Simple, text, false)
    });
    all.collect()
}

fn refused(error: MigrateError) -> OpenError {
    match error {
        MigrateError::VersionMissing(version) if version < migrations::FIRST => OpenError::Older,
        MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => OpenError::Newer,
        error => OpenError::unusable(error),
    }
}

impl Postgres {
    /// A read connection.
    pub(super) async fn read(&self) -> Result<Connection, Fault> {
        Ok(Connection::Read(self.readers.take().await?))
    }

    /// A serializable transaction, `alone` or beside others. Nothing was asked yet, so a connection
    /// that the server has closed is replaced.
    pub(super) async fn write(&self, alone: bool) -> Result<Connection, Fault> {
        let (text, mut cut) = (if alone { BEGIN_EXCLUSIVE } else { BEGIN }, 0);
        loop {
            match self.writers.begin_with(text).await {
                // All of them may have been closed.
                Err(error) if is_cut(&error) && cut <= MOST_CONNECTIONS => cut += 1,
                begun => return Ok(Connection::Write(begun?)),
            }
        }
    }

    /// Waits for those who write, and closes all connections; a read connection in use is closed
    /// when it is returned.
    pub(super) async fn close(&self) {
        self.readers.close();
        self.writers.close().await;
    }
}

impl From<sqlx::Error> for Fault {
    /// In a serializable transaction a unique violation is a serialization conflict too: the row
    /// that is in the way was not there when the turn read.
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error::{Io, PoolClosed, PoolTimedOut, Protocol, Tls, WorkerCrashed};
        let code =
            error.as_database_error().and_then(|e| e.code().map(std::borrow::Cow::into_owned));
        match (code.as_deref(), &error) {
            (Some("40001" | "40P01" | "23505"), _) => Self::SerializationConflict,
            (Some(code), _) if is_outage(code) => Self::Unavailable(error.to_string()),
            (None, Io(_) | Tls(_) | Protocol(_) | PoolTimedOut | PoolClosed | WorkerCrashed) => {
                Self::Unavailable(error.to_string())
            }
            _ => Self::Service(error.to_string()),
        }
    }
}

/// Whether the server says that it, and not the statement, is the cause: connections, resources,
/// locks, operators, the system, damage, rights; a transaction that only reads.
fn is_outage(code: &str) -> bool {
    const CLASSES: [&str; 7] = ["08", "28", "53", "55", "57", "58", "XX"];
    CLASSES.iter().any(|class| code.starts_with(class)) || ["25006", "42501"].contains(&code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_told_from_a_bad_statement() {
        for (code, outage) in [
            ("53100", true),
            ("57P01", true),
            ("25006", true),
            ("08006", true),
            ("22003", false),
            ("42P01", false),
            ("23502", false),
        ] {
            assert_eq!(is_outage(code), outage, "{code}");
        }
        assert!(matches!(Fault::from(sqlx::Error::PoolTimedOut), Fault::Unavailable(_)));
        assert!(matches!(Fault::from(sqlx::Error::RowNotFound), Fault::Service(_)));
    }
}
