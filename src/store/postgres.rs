//! PostgreSQL, or what speaks its protocol, through sqlx.

mod lookers;
mod tls;

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::pool::PoolOptions;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgConnection, PgPool};
use sqlx::{Arguments as _, ConnectOptions as _, Connection as _, Executor as _, Transaction};

use crate::fault::Fault;
use crate::store::dialect::Dialect;
use crate::store::migrations;
use crate::store::open::OpenError;
use crate::store::sql::Arg;

pub use lookers::{Looker, Lookers};

/// A server that does not answer in this time is not there.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// So many connections at most to look with, and so many to write.
const MOST_CONNECTIONS: usize = 8;

/// A database of PostgreSQL.
#[derive(Debug)]
pub struct Postgres {
    writers: PgPool,
    /// Those who look.
    pub lookers: Arc<Lookers>,
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
    let migrator = Migrator::with_migrations(migrations::spelled(Dialect::Postgres).collect());
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
    let lookers = Lookers::new(options.clone());
    Ok(Postgres { writers: writers.connect_lazy_with(options), lookers })
}

/// A connection without a pool.
async fn open_connection(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    let mut connection = options.connect().await?;
    plan_once(&mut connection).await?;
    Ok(connection)
}

/// Lets a statement be planned once, not for the values of each execution: to plan a page takes
/// longer than to read it, and what a plan must be does not depend on them.
async fn plan_once(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    match connection.execute("SET plan_cache_mode = force_generic_plan").await {
        // What only speaks PostgreSQL's protocol may not know of this.
        Err(sqlx::Error::Database(_)) | Ok(_) => Ok(()),
        Err(error) => Err(error),
    }
}

fn refused(error: MigrateError) -> OpenError {
    match error {
        MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => OpenError::Newer,
        error => OpenError::unusable(error),
    }
}

impl Postgres {
    /// A serializable transaction. Nothing was asked yet, so a connection that the server has
    /// closed gives way to another.
    ///
    /// # Errors
    /// None is to be had.
    pub(super) async fn begin(&self) -> Result<Transaction<'static, sqlx::Postgres>, Fault> {
        let mut cut = 0;
        loop {
            match self.writers.begin_with("BEGIN ISOLATION LEVEL SERIALIZABLE").await {
                // All of them may have been closed.
                Err(error) if is_cut(&error) && cut <= MOST_CONNECTIONS => cut += 1,
                begun => return Ok(begun?),
            }
        }
    }

    /// Waits for those who write, and closes all connections; one to look with is closed when it is
    /// given back.
    pub(super) async fn close(&self) {
        self.lookers.close();
        self.writers.close().await;
    }
}

/// Whether the server closed the connection, now or while nobody used it.
fn is_cut(error: &sqlx::Error) -> bool {
    use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    match error {
        sqlx::Error::Io(error) => {
            [BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof].contains(&error.kind())
        }
        // "terminating connection": by an administrator, after a crash, with its database.
        sqlx::Error::Database(error) => {
            error.code().is_some_and(|code| ["57P01", "57P02", "57P04"].contains(&code.as_ref()))
        }
        _ => false,
    }
}

/// Values for a statement's markers.
pub(super) fn bound(args: &[Arg<'_>]) -> Result<PgArguments, Fault> {
    let mut bound = PgArguments::default();
    for arg in args {
        match arg {
            Arg::Int(value) => bound.add(*value),
            Arg::Text(value) => bound.add(*value),
            Arg::Bool(value) => bound.add(*value),
        }
        .map_err(|error| Fault::Service(error.to_string()))?;
    }
    Ok(bound)
}

impl From<sqlx::Error> for Fault {
    /// A lost race is told apart, and a database that cannot be used; everything else is our
    /// failure.
    ///
    /// In a serializable transaction a unique violation is a lost race too: the row that is in the
    /// way was not there when the turn looked.
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error::{Io, PoolClosed, PoolTimedOut, Protocol, Tls, WorkerCrashed};
        let code =
            error.as_database_error().and_then(|e| e.code().map(std::borrow::Cow::into_owned));
        match (code.as_deref(), &error) {
            (Some("40001" | "40P01" | "23505"), _) => Self::LostRace,
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
