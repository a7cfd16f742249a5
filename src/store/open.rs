//! Opening a store: the two databases, their settings, and bringing the tables up to date.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migration, Migrator};
use sqlx::pool::PoolOptions;
use sqlx::postgres::{PgConnectOptions, PgPool};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Database, SqlSafeStr};

use crate::fault::Fault;
use crate::store::dialect::Dialect;
use crate::store::readers::Readers;
use crate::store::sql::Tx;
use crate::store::writer::Writer;

static MIGRATIONS: Migrator = sqlx::migrate!();

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

/// An open database.
#[derive(Debug)]
pub struct Store {
    pools: Pools,
}

#[derive(Debug)]
enum Pools {
    Sqlite {
        writer: Writer,
        readers: Readers,
        /// Held open: it carries the lock that keeps a second process away.
        _lock: File,
        /// Removed with the store, when nobody asked to keep the file.
        _folder: Option<tempfile::TempDir>,
    },
    Postgres(PgPool),
}

impl Store {
    /// Opens the database at `url` (`sqlite:PATH`, `postgres://…`), or a temporary one.
    ///
    /// # Errors
    /// It cannot be used, is in use, or is newer than this program.
    pub async fn open(url: Option<&str>) -> Result<Self, OpenError> {
        let pools = match url {
            None => {
                let folder = tempfile::Builder::new().prefix("mturk-local-").tempdir();
                let folder = folder.map_err(unusable)?;
                open_sqlite(&folder.path().join("market.db"), Some(folder)).await?
            }
            Some(url) => match sqlite_path(url) {
                Some(path) => open_sqlite(Path::new(path), None).await?,
                None => open_postgres(url).await?,
            },
        };
        Ok(Self { pools })
    }

    /// A connection to look with.
    ///
    /// # Errors
    /// None is to be had.
    pub async fn read(&self) -> Result<Tx, Fault> {
        Ok(match &self.pools {
            Pools::Sqlite { readers, .. } => Tx::SqliteRead(readers.reader().await?),
            Pools::Postgres(pool) => Tx::PostgresRead(pool.acquire().await?),
        })
    }

    /// A transaction to write in; on SQLite there is one at a time, and several share a commit.
    ///
    /// Commit it in a task that runs to its end: a commit that nobody awaits may fail others.
    ///
    /// # Errors
    /// None is to be had.
    pub async fn write(&self) -> Result<Tx, Fault> {
        Ok(match &self.pools {
            Pools::Sqlite { writer, .. } => Tx::SqliteWrite(writer.seat().await),
            Pools::Postgres(pool) => {
                Tx::PostgresWrite(pool.begin_with("BEGIN ISOLATION LEVEL SERIALIZABLE").await?)
            }
        })
    }

    /// How often written turns were lost on SQLite, whose caches must be forgotten then.
    #[must_use]
    pub fn lost(&self) -> u64 {
        match &self.pools {
            Pools::Sqlite { writer, .. } => writer.lost(),
            Pools::Postgres(_) => 0,
        }
    }

    /// Whether other processes may write to the same store.
    #[must_use]
    pub const fn is_shared(&self) -> bool {
        matches!(self.pools, Pools::Postgres(_))
    }

    /// `sqlite` or `postgresql`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        if self.is_shared() { "postgresql" } else { "sqlite" }
    }

    /// Waits for what is under way and closes the database.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { writer, readers, .. } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

/// The path in `sqlite:PATH`, `sqlite://PATH` or `sqlite:///PATH`.
fn sqlite_path(url: &str) -> Option<&str> {
    let path = url.strip_prefix("sqlite:")?;
    Some(path.strip_prefix("//").unwrap_or(path))
}

async fn open_sqlite(path: &Path, folder: Option<tempfile::TempDir>) -> Result<Pools, OpenError> {
    let lock = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path);
    let lock = lock.map_err(|e| OpenError::Unusable(format!("{}: {e}", path.display())))?;
    lock.try_lock().map_err(|_| OpenError::InUse(path.to_owned()))?;
    let synchronous =
        if folder.is_some() { SqliteSynchronous::Off } else { SqliteSynchronous::Normal };
    let options = SqliteConnectOptions::new()
        .filename(path)
        .page_size(8192)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .busy_timeout(Duration::from_secs(5))
        .pragma("mmap_size", "268435456")
        .pragma("cache_size", "-8000")
        .pragma("temp_store", "MEMORY")
        .statement_cache_capacity(512)
        .disable_statement_logging();
    let mut writer = options.connect().await.map_err(unusable)?;
    migrator(Dialect::Sqlite).run(&mut writer).await.map_err(refused)?;
    let writer = Writer::new(writer);
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let many = u32::try_from(cores * 2).unwrap_or(4).max(4);
    let readers = Readers::new(options.read_only(true), many);
    Ok(Pools::Sqlite { writer, readers, _lock: lock, _folder: folder })
}

async fn open_postgres(url: &str) -> Result<Pools, OpenError> {
    let options = PgConnectOptions::from_str(url).map_err(unusable)?;
    let options = options
        .application_name("mturk-local")
        .statement_cache_capacity(512)
        .disable_statement_logging();
    let pool = steady(PoolOptions::new()).max_connections(16);
    let pool = pool.connect_with(options).await.map_err(unusable)?;
    migrator(Dialect::Postgres).run(&pool).await.map_err(refused)?;
    Ok(Pools::Postgres(pool))
}

/// Connections that stay: no test before each use, no retirement.
fn steady<D: Database>(options: PoolOptions<D>) -> PoolOptions<D> {
    options
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(Duration::from_secs(30))
}

/// The migrations in one database's words.
fn migrator(dialect: Dialect) -> Migrator {
    let spelled = MIGRATIONS.iter().map(|migration| {
        Migration::new(
            migration.version,
            migration.description.clone(),
            migration.migration_type,
            AssertSqlSafe(dialect.spell(migration.sql.as_str())).into_sql_str(),
            migration.no_tx,
        )
    });
    Migrator::with_migrations(spelled.collect())
}

fn refused(error: MigrateError) -> OpenError {
    match error {
        MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => OpenError::Newer,
        error => unusable(error),
    }
}

fn unusable(error: impl std::fmt::Display) -> OpenError {
    OpenError::Unusable(error.to_string())
}
