//! Opening a store: the two databases, their settings, and bringing the tables up to date.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migration, Migrator};
use sqlx::pool::PoolOptions;
use sqlx::postgres::{PgConnectOptions, PgPool};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection as _, Database, Row as _, SqlSafeStr};
use tempfile::TempDir;

use crate::fault::Fault;
use crate::store::dialect::Dialect;
use crate::store::readers::Readers;
use crate::store::sql::Tx;
use crate::store::writer::Writer;

/// Temporary databases lie in a folder of their own.
const FOLDER_PREFIX: &str = "mturk-local-";
const FILE: &str = "market.db";
/// A server that does not answer in this time is not there.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// How many tables there are, and whether one of them is that of our migrations.
const WHOSE: &str = "SELECT count(*), count(*) FILTER (WHERE name = '_sqlx_migrations') \
    FROM sqlite_schema WHERE type = 'table'";

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
    Sqlite(Box<Sqlite>),
    Postgres(PgPool),
}

#[derive(Debug)]
struct Sqlite {
    writer: Writer,
    readers: Readers,
    /// Held open: it carries the lock that keeps a second process away.
    _lock: File,
    /// Removed with the store, when nobody asked to keep the file.
    _folder: Option<TempDir>,
}

impl Store {
    /// Opens the database at `url` (`sqlite:PATH`, `postgres://…`), or a temporary one.
    ///
    /// # Errors
    /// It cannot be used, is in use, or is newer than this program.
    pub async fn open(url: Option<&str>) -> Result<Self, OpenError> {
        let pools = match url {
            None => {
                sweep(&std::env::temp_dir());
                let folder = tempfile::Builder::new().prefix(FOLDER_PREFIX).tempdir();
                let folder = folder.map_err(unusable)?;
                open_sqlite(&folder.path().join(FILE), Some(folder)).await?
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
            Pools::Sqlite(sqlite) => Tx::SqliteRead(sqlite.readers.reader().await?),
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
            Pools::Sqlite(sqlite) => Tx::SqliteWrite(sqlite.writer.seat().await),
            Pools::Postgres(pool) => {
                Tx::PostgresWrite(pool.begin_with("BEGIN ISOLATION LEVEL SERIALIZABLE").await?)
            }
        })
    }

    /// How often written turns were lost on SQLite, whose caches must be forgotten then.
    #[must_use]
    pub fn lost(&self) -> u64 {
        match &self.pools {
            Pools::Sqlite(sqlite) => sqlite.writer.lost(),
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
            Pools::Sqlite(sqlite) => {
                sqlite.readers.close().await;
                sqlite.writer.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

/// Takes away the temporary files of processes that were killed: those that nobody locks any more.
fn sweep(temporary: &Path) {
    let Ok(folders) = std::fs::read_dir(temporary) else { return };
    for folder in folders.flatten() {
        let ours = folder.file_name().to_string_lossy().starts_with(FOLDER_PREFIX);
        if ours && is_left_behind(&folder.path().join(FILE)) {
            // Somebody else's folder stays: there is no right to remove it.
            let _ = std::fs::remove_dir_all(folder.path());
        }
    }
}

/// Whether the file has lain there for a while and nobody has it.
fn is_left_behind(file: &Path) -> bool {
    let age =
        file.metadata().and_then(|known| known.created()).ok().and_then(|at| at.elapsed().ok());
    let old = age.is_some_and(|age| age > Duration::from_mins(1));
    old && OpenOptions::new().write(true).open(file).is_ok_and(|lock| lock.try_lock().is_ok())
}

/// The path in `sqlite:PATH`, `sqlite://PATH` or `sqlite:///PATH`.
fn sqlite_path(url: &str) -> Option<&str> {
    let path = url.strip_prefix("sqlite:")?;
    Some(path.strip_prefix("//").unwrap_or(path))
}

async fn open_sqlite(path: &Path, folder: Option<TempDir>) -> Result<Pools, OpenError> {
    let lock = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path);
    let lock = lock.map_err(|e| OpenError::Unusable(format!("{}: {e}", path.display())))?;
    lock.try_lock().map_err(|_| OpenError::InUse(path.to_owned()))?;
    check_ours(path).await?;
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
    Ok(Pools::Sqlite(Box::new(Sqlite { writer, readers, _lock: lock, _folder: folder })))
}

/// Looks into a file that is there, without touching it: another program's database stays as it is.
async fn check_ours(path: &Path) -> Result<(), OpenError> {
    if path.metadata().map_err(unusable)?.len() == 0 {
        return Ok(());
    }
    let look = SqliteConnectOptions::new().filename(path).read_only(true);
    let mut look = look.disable_statement_logging().connect().await.map_err(unusable)?;
    let row = sqlx::query(WHOSE).fetch_one(&mut look).await.map_err(unusable)?;
    let (tables, ours): (i64, i64) = (row.get(0), row.get(1));
    look.close().await.map_err(unusable)?;
    if tables > 0 && ours == 0 {
        return Err(OpenError::Unusable(format!(
            "{} is the database of another program",
            path.display()
        )));
    }
    Ok(())
}

async fn open_postgres(url: &str) -> Result<Pools, OpenError> {
    let options = PgConnectOptions::from_str(url).map_err(unusable)?;
    let options = options
        .application_name("mturk-local")
        .statement_cache_capacity(512)
        .disable_statement_logging();
    // The pool would try again and again, and tell less: the first connection is made without it.
    let first = tokio::time::timeout(CONNECT_WITHIN, options.connect()).await;
    let first = first.map_err(|_| OpenError::Unusable("PostgreSQL does not answer".into()))?;
    let mut first = first.map_err(unusable)?;
    migrator(Dialect::Postgres).run(&mut first).await.map_err(refused)?;
    first.close().await.map_err(unusable)?;
    let pool = steady(PoolOptions::new()).max_connections(16);
    Ok(Pools::Postgres(pool.connect_lazy_with(options)))
}

/// Connections that stay: no test before each use, no retirement.
fn steady<D: Database>(options: PoolOptions<D>) -> PoolOptions<D> {
    options
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(CONNECT_WITHIN)
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
