//! The tasks of a server, which end together.

use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::{JoinError, JoinHandle};

use crate::emulator::{Backend, Front};
use crate::serve::Server;
use crate::serve::connections::Connections;

/// The tasks of a server. They end when this is dropped; [`Tasks::stop`] also waits for them.
#[derive(Debug)]
pub struct Tasks {
    backend: Backend,
    connections: Arc<Connections>,
    stop: watch::Sender<bool>,
    running: Vec<JoinHandle<()>>,
}

/// Why a stop was not clean.
#[derive(Debug, thiserror::Error)]
pub enum StopError {
    /// A task panicked.
    #[error("a task of the server panicked")]
    Panicked(#[from] JoinError),
    /// The files of the database were moved, replaced, deleted or written by another program, so
    /// that what was last written may be lost.
    #[error("{0}")]
    FilesChanged(String),
}

impl Tasks {
    /// Keeps the market's time and delivers its events from now on.
    #[must_use]
    pub fn start(backend: Backend) -> Self {
        let (stop, stopped) = watch::channel(false);
        let (keeper, deliverer) = (backend.clone(), backend.clone());
        let until = stopped.clone();
        let running = vec![
            tokio::spawn(async move { keeper.keep_time(stopped).await }),
            tokio::spawn(async move { deliverer.deliver(until).await }),
        ];
        Self { backend, connections: Connections::within_limit(), stop, running }
    }

    /// The market.
    pub const fn backend(&self) -> &Backend {
        &self.backend
    }

    /// Answers requests until the stop. All servers share the limit of connections.
    pub fn server(&self, front: Front) -> Server {
        Server::new(front, Arc::clone(&self.connections), self.stopped())
    }

    /// Becomes true at the stop.
    pub fn stopped(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }

    /// Adds tasks, which end at the stop.
    pub fn add(&mut self, tasks: impl IntoIterator<Item = JoinHandle<()>>) {
        self.running.extend(tasks);
    }

    /// Ends all tasks, and lets requests in flight finish. The database is still open then.
    ///
    /// # Errors
    /// A task panicked.
    pub async fn finish(&mut self) -> Result<(), StopError> {
        let _ = self.stop.send(true);
        for task in std::mem::take(&mut self.running) {
            task.await?;
        }
        Ok(())
    }

    /// Lets requests in flight finish, and closes the database.
    ///
    /// # Errors
    /// A task panicked; the files of the database were changed by another program.
    pub async fn stop(mut self) -> Result<(), StopError> {
        self.finish().await?;
        let store = self.backend.engine().store();
        store.close().await;
        store.file_change().map_or(Ok(()), |why| Err(StopError::FilesChanged(why.to_owned())))
    }
}

impl Drop for Tasks {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
    }
}
