//! PostgreSQL, or what speaks its protocol, through sqlx.

use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::pool::{PoolConnection, PoolOptions};
use sqlx::postgres::{PgArguments, PgConnectOptions, PgConnection, PgPool, Postgres};
use sqlx::{Arguments as _, ConnectOptions as _, Connection as _, Executor as _, Transaction};

use crate::fault::Fault;
use crate::store::dialect::Dialect;
use crate::store::migrations;
use crate::store::open::OpenError;
use crate::store::sql::Arg;
use crate::store::world::Granted;

/// A server that does not answer in this time is not there.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// So many connections at most.
const MOST_CONNECTIONS: u32 = 16;
/// All of them may have been closed, and one more.
const MOST_CUT: u32 = MOST_CONNECTIONS + 1;

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
        .after_connect(|connection, _| Box::pin(async move { plan_once(connection).await }))
        .max_connections(MOST_CONNECTIONS)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(CONNECT_WITHIN);
    Ok(pool.connect_lazy_with(options))
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

/// A connection to look with. One that the server has closed gives way to another, since a
/// statement that only looks can be asked again.
#[derive(Debug)]
pub struct Looker {
    pool: PgPool,
    connection: PoolConnection<Postgres>,
    replaced: u32,
    /// What the turn took for granted, until its first statement.
    pub(super) granted: Option<Granted>,
}

impl Looker {
    /// Takes one out of the pool.
    ///
    /// # Errors
    /// None is to be had.
    pub(super) async fn new(pool: &PgPool) -> Result<Self, Fault> {
        let connection = pool.acquire().await?;
        Ok(Self { pool: pool.clone(), connection, replaced: 0, granted: None })
    }

    /// What to ask.
    pub(super) fn connection(&mut self) -> &mut PgConnection {
        &mut self.connection
    }

    /// Whether there is another connection now to ask again, since this one was closed.
    ///
    /// # Errors
    /// No other is to be had.
    pub(super) async fn is_replaced(&mut self, error: &sqlx::Error) -> Result<bool, Fault> {
        let again = is_cut(error) && self.replaced < MOST_CUT;
        if again {
            self.replaced += 1;
            self.connection = self.pool.acquire().await?;
        }
        Ok(again)
    }
}

/// A serializable transaction. Nothing was asked yet, so a connection that the server has closed
/// gives way to another.
///
/// # Errors
/// None is to be had.
pub(super) async fn begin(pool: &PgPool) -> Result<Transaction<'static, Postgres>, Fault> {
    let mut cut = 0;
    loop {
        match pool.begin_with("BEGIN ISOLATION LEVEL SERIALIZABLE").await {
            Err(error) if is_cut(&error) && cut < MOST_CUT => cut += 1,
            begun => return Ok(begun?),
        }
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
