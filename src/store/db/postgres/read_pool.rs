//! Read connections of PostgreSQL.
//!
//! sqlx's own pool asks the server whether a connection is well each time that one is returned,
//! which costs as much as the read itself. Here one that is returned in the middle of a statement
//! is closed, and one that the server has closed is replaced: a read can be asked again.

use std::sync::{Arc, Mutex, PoisonError};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::fault::Fault;
use crate::store::db::clock_check::AssumedClock;
use crate::store::db::postgres::connection::{
    CONNECT_WITHIN, MOST_CONNECTIONS, is_cut, open_connection,
};

/// All of them may have been closed, and one more.
const MOST_CUT: usize = MOST_CONNECTIONS + 1;

/// The read connections.
#[derive(Debug)]
pub struct ReadPool {
    options: PgConnectOptions,
    idle: Mutex<Vec<PgConnection>>,
    permits: Arc<Semaphore>,
}

impl ReadPool {
    pub(super) fn new(options: PgConnectOptions) -> Arc<Self> {
        let permits = Arc::new(Semaphore::new(MOST_CONNECTIONS));
        Arc::new(Self { options, idle: Mutex::default(), permits })
    }

    /// A connection.
    pub(super) async fn take(self: &Arc<Self>) -> Result<ReadConnection, Fault> {
        let permit = timeout(CONNECT_WITHIN, Arc::clone(&self.permits).acquire_owned());
        let permit = permit.await.ok().and_then(Result::ok);
        let permit =
            permit.ok_or_else(|| Fault::Unavailable("no connection is to be had".into()))?;
        let connection = Some(self.connection().await?);
        let pool = Arc::clone(self);
        Ok(ReadConnection {
            pool,
            connection,
            busy: false,
            replaced: 0,
            assumed: None,
            _permit: permit,
        })
    }

    async fn connection(&self) -> Result<PgConnection, Fault> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        if let Some(connection) = idle {
            return Ok(connection);
        }
        let opened = timeout(CONNECT_WITHIN, open_connection(&self.options)).await;
        Ok(opened.map_err(|_| Fault::Unavailable("PostgreSQL does not answer".into()))??)
    }

    /// Closes those that are idle, and opens none any more.
    pub(super) fn close(&self) {
        self.permits.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// A connection, for one turn.
#[derive(Debug)]
pub struct ReadConnection {
    pool: Arc<ReadPool>,
    /// None where the last one was closed and no other was to be had.
    connection: Option<PgConnection>,
    /// Whether a statement is under way, or went wrong.
    busy: bool,
    replaced: usize,
    /// The clock that the turn assumes, until its first statement.
    pub(super) assumed: Option<AssumedClock>,
    _permit: OwnedSemaphorePermit,
}

impl ReadConnection {
    /// What to ask; [`ReadConnection::answered`] follows when it has.
    ///
    /// # Errors
    /// There is none any more.
    pub(super) fn connection(&mut self) -> Result<&mut PgConnection, Fault> {
        self.busy = true;
        self.connection
            .as_mut()
            .ok_or_else(|| Fault::Unavailable("the connection is closed".into()))
    }

    /// The statement has come to its end.
    pub(super) const fn answered(&mut self) {
        self.busy = false;
    }

    /// Replaces the connection if the server has closed it; whether it did.
    ///
    /// # Errors
    /// No other is available.
    pub(super) async fn replace_if_cut(&mut self, error: &sqlx::Error) -> Result<bool, Fault> {
        let again = is_cut(error) && self.replaced < MOST_CUT;
        if again {
            self.replaced += 1;
            self.connection = None;
            self.connection = Some(self.pool.connection().await?);
        }
        Ok(again)
    }
}

impl Drop for ReadConnection {
    fn drop(&mut self) {
        let connection = self.connection.take().filter(|_| !self.busy);
        if !self.pool.permits.is_closed() {
            let mut idle = self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner);
            idle.extend(connection);
        }
    }
}
