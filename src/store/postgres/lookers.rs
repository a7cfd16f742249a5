//! Connections of PostgreSQL to look with.
//!
//! sqlx's own pool asks the server whether a connection is well each time that one is given back,
//! which is as dear as the look itself. Here one that was given back in the middle of a statement
//! is closed, and one that the server has closed gives way to another: a look can be asked again.

use std::sync::{Arc, Mutex, PoisonError};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::fault::Fault;
use crate::store::postgres::{CONNECT_WITHIN, MOST_CONNECTIONS, is_cut, open_connection};
use crate::store::world::Granted;

/// All of them may have been closed, and one more.
const MOST_CUT: usize = MOST_CONNECTIONS + 1;

/// All of them.
#[derive(Debug)]
pub struct Lookers {
    options: PgConnectOptions,
    idle: Mutex<Vec<PgConnection>>,
    places: Arc<Semaphore>,
}

impl Lookers {
    pub(super) fn new(options: PgConnectOptions) -> Arc<Self> {
        let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
        Arc::new(Self { options, idle: Mutex::default(), places })
    }

    /// A connection.
    ///
    /// # Errors
    /// None is to be had.
    pub(in crate::store) async fn looker(self: &Arc<Self>) -> Result<Looker, Fault> {
        let place = timeout(CONNECT_WITHIN, Arc::clone(&self.places).acquire_owned());
        let place = place.await.ok().and_then(Result::ok);
        let place = place.ok_or_else(|| Fault::Unavailable("no connection is to be had".into()))?;
        let connection = Some(self.connection().await?);
        let home = Arc::clone(self);
        Ok(Looker { home, connection, busy: false, replaced: 0, granted: None, _place: place })
    }

    async fn connection(&self) -> Result<PgConnection, Fault> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        if let Some(connection) = idle {
            return Ok(connection);
        }
        let opened = timeout(CONNECT_WITHIN, open_connection(&self.options)).await;
        Ok(opened.map_err(|_| Fault::Unavailable("PostgreSQL does not answer".into()))??)
    }

    /// Closes those that are idle, and lets nobody have one any more.
    pub(in crate::store) fn close(&self) {
        self.places.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// A connection, for one turn.
#[derive(Debug)]
pub struct Looker {
    home: Arc<Lookers>,
    /// None where the last one was closed and no other was to be had.
    connection: Option<PgConnection>,
    /// Whether a statement is under way, or went wrong.
    busy: bool,
    replaced: usize,
    /// What the turn took for granted, until its first statement.
    pub(in crate::store) granted: Option<Granted>,
    _place: OwnedSemaphorePermit,
}

impl Looker {
    /// What to ask; [`Looker::answered`] follows when it has.
    ///
    /// # Errors
    /// There is none any more.
    pub(in crate::store) fn connection(&mut self) -> Result<&mut PgConnection, Fault> {
        self.busy = true;
        self.connection
            .as_mut()
            .ok_or_else(|| Fault::Unavailable("the connection is closed".into()))
    }

    /// The statement has come to its end.
    pub(in crate::store) const fn answered(&mut self) {
        self.busy = false;
    }

    /// Whether there is another connection now to ask again, since this one was closed.
    ///
    /// # Errors
    /// No other is to be had.
    pub(in crate::store) async fn is_replaced(
        &mut self,
        error: &sqlx::Error,
    ) -> Result<bool, Fault> {
        let again = is_cut(error) && self.replaced < MOST_CUT;
        if again {
            self.replaced += 1;
            self.connection = None;
            self.connection = Some(self.home.connection().await?);
        }
        Ok(again)
    }
}

impl Drop for Looker {
    fn drop(&mut self) {
        let connection = self.connection.take().filter(|_| !self.busy);
        if !self.home.places.is_closed() {
            let mut idle = self.home.idle.lock().unwrap_or_else(PoisonError::into_inner);
            idle.extend(connection);
        }
    }
}
