//! Connections of SQLite to look with.
//!
//! They are handed on as they are. A pool of the driver would let each make a round trip to its
//! thread and back before it can be used again, which costs as much as a page.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::fault::Fault;

/// All of them. They are opened when they are needed.
#[derive(Debug)]
pub struct Readers {
    options: SqliteConnectOptions,
    most: u32,
    places: Arc<Semaphore>,
    idle: Idle,
}

type Idle = Arc<Mutex<Vec<SqliteConnection>>>;

impl Readers {
    /// At most so many connections with these options.
    #[must_use]
    pub fn new(options: SqliteConnectOptions, most: u32) -> Self {
        let places = Arc::new(Semaphore::new(usize::try_from(most).unwrap_or(1)));
        Self { options, most, places, idle: Idle::default() }
    }

    /// A connection; whoever waits longest has the next one.
    ///
    /// # Errors
    /// The store is closed, or none can be opened.
    pub async fn reader(&self) -> Result<Reader, Fault> {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| closed())?;
        let idle = lock(&self.idle).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.options.connect().await?,
        };
        let idle = Arc::clone(&self.idle);
        Ok(Reader { connection: Some(connection), idle, _place: place })
    }

    /// Waits for those in use, and closes all.
    pub async fn close(&self) {
        let all = self.places.acquire_many(self.most).await;
        self.places.close();
        drop(all);
        let idle = std::mem::take(&mut *lock(&self.idle));
        for connection in idle {
            let _ = connection.close().await;
        }
    }
}

/// A connection, for one turn.
#[derive(Debug)]
pub struct Reader {
    /// There until it is given back.
    connection: Option<SqliteConnection>,
    idle: Idle,
    _place: OwnedSemaphorePermit,
}

impl Reader {
    /// Where statements are sent to.
    pub(super) fn connection(&mut self) -> Result<&mut SqliteConnection, Fault> {
        self.connection.as_mut().ok_or_else(closed)
    }
}

impl Drop for Reader {
    /// A statement that nobody waits for any more ends by itself: it only looked, and the next one
    /// comes after it.
    fn drop(&mut self) {
        lock(&self.idle).extend(self.connection.take());
    }
}

fn closed() -> Fault {
    Fault::Service("the store is closed".into())
}

fn lock(idle: &Idle) -> MutexGuard<'_, Vec<SqliteConnection>> {
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn connections_are_handed_on_and_closed() {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteConnectOptions::new().filename(folder.path().join("t.db"));
        let readers = Arc::new(Readers::new(options.create_if_missing(true), 2));
        let mut all: Vec<_> = (0..20)
            .map(|n: i64| {
                let readers = Arc::clone(&readers);
                tokio::spawn(async move {
                    let mut reader = readers.reader().await.unwrap();
                    let query = sqlx::query_scalar("SELECT $1 + 1").bind(n);
                    let found: i64 = query.fetch_one(reader.connection().unwrap()).await.unwrap();
                    assert_eq!(found, n + 1);
                })
            })
            .collect();
        // One goes away in the middle.
        all.pop().unwrap().abort();
        for task in all {
            task.await.unwrap();
        }
        assert!(lock(&readers.idle).len() <= 2);
        readers.close().await;
        assert!(readers.reader().await.is_err());
    }
}
