//! The one writer of SQLite. Turns that come close together share one commit.
//!
//! A turn takes its seat, alone, in the order of coming. The first one that writes begins a
//! transaction; those behind it in the group have a savepoint each. At its end a turn that others
//! wait behind leaves the transaction open and waits for the commit of the last one; so nothing is
//! answered before it is committed, and nobody waits for a turn that is not there.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use rusqlite::Connection;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::fault::Fault;
use crate::store::row::Row;
use crate::store::sql::Arg;
use crate::store::sqlite::call;
use crate::store::sqlite::desk::{Desk, End};
use crate::store::sqlite::log::Log;
use crate::store::sqlite::shelf::Shelf;

/// So many turns share a commit at most.
const MOST: usize = 256;

/// The writer, for all who want to write.
#[derive(Debug, Clone)]
pub struct Writer(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    desk: Arc<Mutex<Desk>>,
    /// How many wait for the seat.
    waiting: AtomicUsize,
    /// How many groups could not be committed.
    lost: AtomicU64,
}

impl Writer {
    /// Takes over a connection with its log, and tells the shelf when it commits.
    pub(super) fn new(connection: Connection, shelf: Arc<Shelf>, log: Log) -> Self {
        Self(Arc::new(Shared {
            desk: Arc::new(Mutex::new(Desk::new(connection, shelf, log))),
            waiting: AtomicUsize::new(0),
            lost: AtomicU64::new(0),
        }))
    }

    /// How many groups were lost so far. What was known of them before is known no more.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.0.lost.load(Ordering::Acquire)
    }

    /// Waits for the turns before, and takes the seat.
    pub async fn seat(&self) -> Seat {
        let waiting = Waiting::behind(self);
        let desk = Arc::clone(&self.0.desk).lock_owned().await;
        let mut seat = Seat { desk, writer: self.clone() };
        waiting.ends();
        // The turn before may have gone away, by a panic, without an end.
        let _ = seat.take_back();
        seat
    }

    /// Commits what is open and closes the connection.
    pub async fn close(&self) {
        let mut seat = self.seat().await;
        let _ = seat.close_group();
        seat.desk.close().await;
    }

    fn others_wait(&self) -> bool {
        self.0.waiting.load(Ordering::Acquire) > 0
    }

    fn lose(&self) {
        self.0.lost.fetch_add(1, Ordering::AcqRel);
    }

    /// Lets a task of its own end the group, where nobody else is there to do it.
    fn look_after(&self) {
        if let Ok(runtime) = Handle::try_current() {
            let writer = self.clone();
            runtime.spawn(async move { writer.seat().await.commit().await });
        }
    }
}

/// One who waits for the seat. Who counts on it is not left alone when it goes away.
struct Waiting<'w> {
    writer: &'w Writer,
    came: bool,
}

impl<'w> Waiting<'w> {
    fn behind(writer: &'w Writer) -> Self {
        writer.0.waiting.fetch_add(1, Ordering::AcqRel);
        Self { writer, came: false }
    }

    fn ends(mut self) {
        self.came = true;
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.writer.0.waiting.fetch_sub(1, Ordering::AcqRel);
        if !self.came {
            self.writer.look_after();
        }
    }
}

/// The seat at the writer, for one turn. Dropped without [`Seat::commit`], it takes the turn back.
#[derive(Debug)]
pub struct Seat {
    desk: OwnedMutexGuard<Desk>,
    writer: Writer,
}

impl Seat {
    /// Up to `most` rows of a statement.
    ///
    /// # Errors
    /// The database failed, or has for good before.
    pub fn rows(&mut self, text: &str, args: &[Arg<'_>], most: usize) -> Result<Vec<Row>, Fault> {
        self.desk.call(text, |connection| call::rows(connection, text, args, most))
    }

    /// Runs a statement, and tells how many rows it changed.
    ///
    /// # Errors
    /// The database failed, or has for good before.
    pub fn execute(&mut self, text: &str, args: &[Arg<'_>]) -> Result<u64, Fault> {
        self.desk.call(text, |connection| call::execute(connection, text, args))
    }

    /// Runs a statement once for the values of each of `rows`.
    ///
    /// # Errors
    /// The database failed, or has for good before.
    pub fn execute_each<'q>(
        &mut self,
        text: &str,
        rows: impl Iterator<Item = Vec<Arg<'q>>>,
    ) -> Result<(), Fault> {
        self.desk.call(text, |connection| call::execute_each(connection, text, rows))
    }

    /// The connection that writes, so that a test can put hooks of SQLite on it: what fails there
    /// fails as it would on a disk that does.
    ///
    /// # Errors
    /// The store is closed.
    pub fn connection(&self) -> Result<&Connection, Fault> {
        self.desk.connection()
    }

    /// Begins a part of the turn that can be taken back alone; the part before, unless this is the
    /// `first`, cannot be taken back alone any more.
    ///
    /// # Errors
    /// The database failed.
    pub fn begin_part(&mut self, first: bool) -> Result<(), Fault> {
        self.desk.begin_part(first)
    }

    /// Takes back what was written since the part began.
    ///
    /// # Errors
    /// The database failed, and the turn goes with the part.
    pub fn take_part_back(&mut self) -> Result<(), Fault> {
        self.desk.take_part_back()
    }

    /// Whether another turn waits for this one.
    #[must_use]
    pub fn others_wait(&self) -> bool {
        self.writer.others_wait()
    }

    /// Ends the turn: what it wrote is committed when this returns.
    ///
    /// # Errors
    /// The database cannot keep it.
    pub async fn commit(mut self) -> Result<(), Fault> {
        if let Some(fault) = self.desk.failed().cloned() {
            let _ = self.take_back();
            // What the turn leaves to others may be remembered already.
            self.writer.lose();
            return Err(fault);
        }
        if !self.writer.others_wait() || self.desk.group_size() >= MOST {
            return self.close_group();
        }
        if !self.desk.begun() {
            return Ok(());
        }
        let told = self.desk.leave().inspect_err(|_| self.writer.lose())?;
        drop(self);
        told.await.unwrap_or_else(|_| Err(Fault::Unavailable("the writer ended".into())))
    }

    /// Ends the turn without what it wrote. What it read of others is committed when this returns.
    ///
    /// # Errors
    /// The database cannot keep what others wrote.
    pub async fn undo(mut self) -> Result<(), Fault> {
        self.take_back()?;
        self.commit().await
    }

    /// Takes back what the turn wrote; an error if the group went with it.
    fn take_back(&mut self) -> Result<(), Fault> {
        self.desk.take_back().inspect_err(|_| self.writer.lose())
    }

    /// Commits. A turn at fault for itself is taken back; the others stay.
    fn close_group(&mut self) -> Result<(), Fault> {
        self.desk.connection()?;
        let mut answer = Ok(());
        while self.desk.begun() {
            let fault = match self.desk.commit() {
                End::Committed => break,
                End::Alone(fault) | End::Lost(fault) => fault,
            };
            self.writer.lose();
            answer = Err(fault);
        }
        answer
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        // Who waits goes on with the group, and takes back what this turn has left.
        if self.desk.begun() && !self.writer.others_wait() {
            self.writer.look_after();
        }
    }
}

#[cfg(test)]
mod tests;
