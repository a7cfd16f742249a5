//! The one writer of SQLite. Turns that come close together share one commit.
//!
//! A turn takes its seat, alone, in the order of coming. Statements that only write wait for the
//! next one and travel with it, with what begins the transaction or, behind others of the group, a
//! savepoint: each call of the driver costs more than most of SQLite's work. At its end a turn that
//! others wait behind leaves the transaction open and waits for the commit of the last one; so
//! nothing is answered before it is committed, and nobody waits for a turn that is not there.

mod desk;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use sqlx::sqlite::{SqliteArguments, SqliteConnection};
use sqlx::{Connection as _, SqlStr};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

use crate::fault::Fault;
use crate::store::sql::Arg;
use crate::store::writer::desk::{Batch, COMMIT, Desk};

/// So many turns share a commit at most.
const MOST: usize = 256;
/// So many statements travel together at most.
const TOGETHER: usize = 12;

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
    /// Takes over a connection.
    #[must_use]
    pub fn new(connection: SqliteConnection) -> Self {
        Self(Arc::new(Shared {
            desk: Arc::new(Mutex::new(Desk::new(connection))),
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
        seat.take_back().await;
        seat
    }

    /// Commits what is open and closes the connection.
    pub async fn close(&self) {
        let mut seat = self.seat().await;
        let _ = seat.close_group().await;
        if let Some(connection) = seat.desk.connection.take() {
            let _ = connection.close().await;
        }
    }

    fn others_wait(&self) -> bool {
        self.0.waiting.load(Ordering::Acquire) > 0
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
    /// All that is pending and then `text`, as it is to be sent, and where to.
    ///
    /// # Errors
    /// The store is closed, or a statement before has failed for good.
    pub(super) fn send(
        &mut self,
        text: &'static str,
        args: &[Arg<'_>],
    ) -> Result<(SqlStr, SqliteArguments, &mut SqliteConnection), Fault> {
        self.desk.send(text, args)
    }

    /// Lets a statement that only writes wait for the next one, to travel with it.
    pub(super) async fn later(
        &mut self,
        text: &'static str,
        args: &[Arg<'_>],
    ) -> Result<(), Fault> {
        if self.desk.pending.count < TOGETHER {
            return self.desk.pending.push(text, args);
        }
        let (text, args, connection) = self.send(text, args)?;
        let done = sqlx::query_with(text, args).execute(connection).await;
        self.came(done).map(drop)
    }

    /// What came of a statement. After anything worse than a broken constraint it is not certain
    /// that SQLite kept the transaction.
    pub(super) fn came<T>(&mut self, done: Result<T, sqlx::Error>) -> Result<T, Fault> {
        done.map_err(|error| {
            let kept = breaks_constraint(&error);
            let fault = Fault::from(error);
            if !kept {
                self.desk.failed = Some(fault.clone());
            }
            fault
        })
    }

    /// Ends the turn: what it wrote is committed when this returns.
    ///
    /// # Errors
    /// The database cannot keep it.
    pub async fn commit(mut self) -> Result<(), Fault> {
        if let Some(fault) = self.desk.failed.clone() {
            self.take_back().await;
            return Err(fault);
        }
        if !self.writer.others_wait() || self.desk.group.len() >= MOST {
            return self.close_group().await;
        }
        if let Err(fault) = self.send_pending().await {
            // What the turn leaves to others may be remembered already.
            self.writer.0.lost.fetch_add(1, Ordering::AcqRel);
            self.take_back().await;
            return Err(fault);
        }
        if !self.desk.begun() {
            return Ok(());
        }
        let (tell, told) = oneshot::channel();
        self.desk.group.push(tell);
        self.desk.wrote = false;
        drop(self);
        told.await.unwrap_or_else(|_| Err(Fault::Service("the writer ended".into())))
    }

    async fn send_pending(&mut self) -> Result<(), Fault> {
        if self.desk.pending.count == 0 {
            return Ok(());
        }
        let (text, args, connection) = self.send("", &[])?;
        let done = sqlx::query_with(text, args).execute(connection).await;
        self.came(done).map(drop)
    }

    /// Ends the turn without what it wrote. What it read of others is committed when this returns.
    ///
    /// # Errors
    /// The database cannot keep what others wrote.
    pub async fn undo(mut self) -> Result<(), Fault> {
        self.take_back().await;
        self.commit().await
    }

    /// Takes back what the turn wrote, with the group if it must be.
    async fn take_back(&mut self) {
        let desk = &mut *self.desk;
        desk.pending = Batch::default();
        if desk.closing {
            let unknown = "whether the turn was committed is not known";
            desk.failed.get_or_insert_with(|| Fault::Service(unknown.into()));
        }
        if desk.failed.is_none() && desk.wrote && !desk.group.is_empty() {
            desk.failed = desk.run("ROLLBACK TO turn").await.err().map(Fault::from);
            desk.wrote = desk.failed.is_some();
        }
        if let Some(fault) = desk.failed.take() {
            self.lose(&fault).await;
        } else if desk.wrote {
            let _ = desk.run("ROLLBACK").await;
            desk.is_over();
        }
    }

    /// Commits, what is pending included. A turn at fault for itself is taken back; the others
    /// stay.
    async fn close_group(&mut self) -> Result<(), Fault> {
        let mut answer = Ok(());
        while self.desk.begun() || self.desk.pending.count > 0 {
            // Who drops this future from here on leaves it open what came of it.
            self.desk.closing = true;
            let (text, args, connection) = self.send(COMMIT, &[])?;
            let done = sqlx::query_with(text, args).execute(connection).await;
            self.desk.closing = false;
            match done {
                Ok(_) => {
                    for member in self.desk.is_over() {
                        let _ = member.send(Ok(()));
                    }
                }
                Err(error) => {
                    let own = breaks_constraint(&error) && self.desk.wrote;
                    let fault = Fault::from(error);
                    if own && !self.desk.group.is_empty() {
                        self.writer.0.lost.fetch_add(1, Ordering::AcqRel);
                        self.take_back().await;
                    } else {
                        self.lose(&fault).await;
                    }
                    answer = Err(fault);
                }
            }
        }
        answer
    }

    /// Nothing of the group is kept: everyone in it is told.
    async fn lose(&mut self, fault: &Fault) {
        // It fails where SQLite has rolled back by itself.
        let _ = self.desk.run("ROLLBACK").await;
        self.writer.0.lost.fetch_add(1, Ordering::AcqRel);
        for member in self.desk.is_over() {
            let _ = member.send(Err(fault.clone()));
        }
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

fn breaks_constraint(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code()?.parse::<u32>().ok());
    code.is_some_and(|code| code & 0xff == 19)
}

#[cfg(test)]
mod tests;
