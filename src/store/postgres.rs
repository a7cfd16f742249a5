//! PostgreSQL, or what speaks its protocol, through sqlx.

use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::pool::PoolOptions;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgPool};
use sqlx::{Arguments as _, ConnectOptions as _, Connection as _};

use crate::fault::Fault;
use crate::store::dialect::Dialect;
use crate::store::migrations;
use crate::store::open::OpenError;
use crate::store::sql::Arg;

/// A server that does not answer in this time is not there.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// Connects, and brings the tables up to date.
///
/// # Errors
/// It does not answer, refuses us, or is newer than this program.
pub(super) async fn open(url: &str) -> Result<PgPool, OpenError> {
    let options = PgConnectOptions::from_str(url).map_err(OpenError::unusable)?;
    let options = options
        .application_name("mturk-local")
        .statement_cache_capacity(512)
        .disable_statement_logging();
    // The pool would try again and again, and tell less: the first connection is made without it.
    let first = tokio::time::timeout(CONNECT_WITHIN, options.connect()).await;
    let first = first.map_err(|_| OpenError::Unusable("PostgreSQL does not answer".into()))?;
    let mut first = first.map_err(OpenError::unusable)?;
    let migrator = Migrator::with_migrations(migrations::spelled(Dialect::Postgres).collect());
    migrator.run(&mut first).await.map_err(refused)?;
    first.close().await.map_err(OpenError::unusable)?;
    // Connections stay: no test before each use, no retirement.
    let pool = PoolOptions::new()
        .max_connections(16)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(CONNECT_WITHIN);
    Ok(pool.connect_lazy_with(options))
}

fn refused(error: MigrateError) -> OpenError {
    match error {
        MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => OpenError::Newer,
        error => OpenError::unusable(error),
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
    /// A lost race is told apart; everything else is our failure.
    ///
    /// In a serializable transaction a unique violation is a lost race too: the row that is in the
    /// way was not there when the turn looked.
    fn from(error: sqlx::Error) -> Self {
        let code =
            error.as_database_error().and_then(|e| e.code().map(std::borrow::Cow::into_owned));
        match code.as_deref() {
            Some("40001" | "40P01" | "23505") => Self::LostRace,
            _ => Self::Service(error.to_string()),
        }
    }
}
