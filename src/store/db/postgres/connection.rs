//! One connection: how it is opened, and whether the server has closed it.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Executor as _};

/// A server that does not answer in this time is not there.
pub(super) const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// So many read connections at most, and so many to write.
pub(super) const MOST_CONNECTIONS: usize = 8;

/// A connection without a pool.
pub(super) async fn open_connection(
    options: &PgConnectOptions,
) -> Result<PgConnection, sqlx::Error> {
    let mut connection = options.connect().await?;
    plan_once(&mut connection).await?;
    Ok(connection)
}

/// Lets a statement be planned once, not for the values of each execution: to plan a page takes
/// longer than to read it, and what a plan must be does not depend on them.
pub(super) async fn plan_once(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    match connection.execute("SET plan_cache_mode = force_generic_plan").await {
        // What only speaks PostgreSQL's protocol may not know of this.
        Err(sqlx::Error::Database(_)) | Ok(_) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Whether the server closed the connection, now or while nobody used it.
pub(super) fn is_cut(error: &sqlx::Error) -> bool {
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
