//! The one writer of SQLite. Turns that come close together share one commit.
//!
//! A turn has the writer alone, in the order of coming. The first one that writes begins a
//! transaction; those behind it in the group have a savepoint each. A turn that ends while others
//! wait leaves the transaction open and waits for the commit of the last one; so nothing is
//! answered before it is committed, and nobody waits for a turn that is not there.
//!
//! ```text
//!               BEGIN IMMEDIATE                          COMMIT: nobody waits, or MOST turns
//!   no transaction ────────► the turn writes ─────────────────────────────────► all are answered
//!                              │          ▲                                            │
//!             others wait:     ▼          │  SAVEPOINT turn                            ▼
//!         RELEASE turn       the group waits for the next turn                  no transaction
//!
//!   The turn fails:    ROLLBACK TO turn; the group goes on.
//!   The commit fails:  ROLLBACK; every turn of the group fails, and the rollback epoch changes.
//! ```

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use rusqlite::Connection;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::fault::Fault;
use crate::store::db::row::Row;
use crate::store::db::sqlite::statement;
use crate::store::db::sqlite::writer_state::{Commit, WriterState};
use crate::store::db::value::Arg;

/// So many turns share a commit at most.
const MOST: usize = 256;

/// The writer, for all who want to write.
#[derive(Debug, Clone)]
pub struct Writer(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    state: Arc<Mutex<WriterState>>,
    /// How many wait for the writer.
    waiting: AtomicUsize,
    /// How often turns were rolled back that had ended.
    rollback_epoch: AtomicU64,
}

impl Writer {
    pub(super) fn new(state: WriterState) -> Self {
        Self(Arc::new(Shared {
            state: Arc::new(Mutex::new(state)),
            waiting: AtomicUsize::new(0),
            rollback_epoch: AtomicU64::new(0),
        }))
    }

    /// It changes when turns are rolled back that had ended: what they left to others is void.
    pub fn rollback_epoch(&self) -> u64 {
        self.0.rollback_epoch.load(Ordering::Acquire)
    }

    /// Waits for the turns before, and begins a write transaction.
    pub async fn begin(&self) -> WriteTransaction {
        let waiting = Waiting::behind(self);
        let state = Arc::clone(&self.0.state).lock_owned().await;
        let mut write = WriteTransaction { state, writer: self.clone() };
        waiting.ends();
        // The turn before may have gone away, by a panic, without an end.
        let _ = write.rollback_turn();
        write
    }

    /// Commits what is open and closes the connection.
    pub async fn close(&self) {
        let mut write = self.begin().await;
        let _ = write.commit_group();
        write.state.close().await;
    }

    fn others_wait(&self) -> bool {
        self.0.waiting.load(Ordering::Acquire) > 0
    }

    fn next_rollback_epoch(&self) {
        self.0.rollback_epoch.fetch_add(1, Ordering::AcqRel);
    }

    /// Lets a task of its own commit the group, where nobody else is there to do it.
    fn commit_apart(&self) {
        if let Ok(runtime) = Handle::try_current() {
            let writer = self.clone();
            runtime.spawn(async move { writer.begin().await.commit().await });
        }
    }
}

/// One who waits for the writer. Turns that count on it are not left alone when it goes away.
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
            self.writer.commit_apart();
        }
    }
}

/// The writer, for one turn. Dropped without [`WriteTransaction::commit`], it rolls the turn back.
#[derive(Debug)]
pub struct WriteTransaction {
    state: OwnedMutexGuard<WriterState>,
    writer: Writer,
}

impl WriteTransaction {
    /// Up to `most` rows of a statement.
    pub fn rows(&mut self, text: &str, args: &[Arg<'_>], most: usize) -> Result<Vec<Row>, Fault> {
        self.state.run(text, |statement| statement::rows(statement, args, most))
    }

    /// Runs a statement, and tells how many rows it changed.
    pub fn execute(&mut self, text: &str, args: &[Arg<'_>]) -> Result<u64, Fault> {
        self.state.run(text, |statement| statement::execute(statement, args))
    }

    /// Runs a statement once for the values of each of `rows`, and tells how many rows it changed.
    pub fn execute_each<'q>(
        &mut self,
        text: &str,
        mut rows: impl Iterator<Item = Vec<Arg<'q>>>,
    ) -> Result<u64, Fault> {
        self.state.run(text, |statement| {
            rows.try_fold(0, |changed, args| Ok(changed + statement::execute(statement, &args)?))
        })
    }

    /// The connection that writes, so that a test can put hooks of SQLite on it: what fails there
    /// fails as it would on a disk that does.
    ///
    /// # Errors
    /// The store is closed.
    pub fn connection(&self) -> Result<&Connection, Fault> {
        self.state.connection()
    }

    /// Puts the whole content of another database in place of this one's, and commits that at once:
    /// the turn cannot be rolled back any more. Who shares the transaction is committed before.
    ///
    /// # Errors
    /// The other cannot be read, or the database cannot keep it; nothing is replaced then.
    pub fn replace(&mut self, source: &Self) -> Result<(), Fault> {
        self.commit_group()?;
        // What was cached is void: before, so that nobody takes it for what is new; and afterwards,
        // for those who have read what was there.
        self.writer.next_rollback_epoch();
        let replaced = self.state.replace(source.connection()?);
        self.writer.next_rollback_epoch();
        replaced
    }

    /// Begins a savepoint within the turn, in place of the one before, if this is not the `first`.
    pub fn begin_savepoint(&mut self, first: bool) -> Result<(), Fault> {
        self.state.begin_savepoint(first)
    }

    /// Takes back what was written since the savepoint.
    ///
    /// # Errors
    /// The database failed, and the turn is rolled back.
    pub fn rollback_to_savepoint(&mut self) -> Result<(), Fault> {
        self.state.rollback_to_savepoint()
    }

    /// Whether another turn waits for this one.
    pub fn others_wait(&self) -> bool {
        self.writer.others_wait()
    }

    /// Ends the turn: what it wrote is committed when this returns.
    ///
    /// # Errors
    /// The database cannot keep it.
    pub async fn commit(mut self) -> Result<(), Fault> {
        if let Some(fault) = self.state.failed().cloned() {
            let _ = self.rollback_turn();
            // What the turn leaves to others may be remembered already.
            self.writer.next_rollback_epoch();
            return Err(fault);
        }
        if !self.writer.others_wait() || self.state.group_size() >= MOST {
            return self.commit_group();
        }
        if !self.state.in_transaction() {
            return Ok(());
        }
        let committed = self.state.join_group();
        let committed = committed.inspect_err(|_| self.writer.next_rollback_epoch())?;
        drop(self);
        committed.await.unwrap_or_else(|_| Err(Fault::Unavailable("the writer ended".into())))
    }

    /// Ends the turn without what it wrote. What it read of others is committed when this returns.
    ///
    /// # Errors
    /// The database cannot keep what others wrote.
    pub async fn rollback(mut self) -> Result<(), Fault> {
        self.rollback_turn()?;
        self.commit().await
    }

    /// Takes back what the turn wrote; an error if the group went with it.
    fn rollback_turn(&mut self) -> Result<(), Fault> {
        self.state.rollback_turn().inspect_err(|_| self.writer.next_rollback_epoch())
    }

    /// Commits. A turn at fault for itself is rolled back; the others stay.
    fn commit_group(&mut self) -> Result<(), Fault> {
        self.state.connection()?;
        let mut answer = Ok(());
        while self.state.in_transaction() {
            let fault = match self.state.commit() {
                Commit::Done => break,
                Commit::TurnRolledBack(fault) | Commit::GroupRolledBack(fault) => fault,
            };
            self.writer.next_rollback_epoch();
            answer = Err(fault);
        }
        answer
    }
}

impl Drop for WriteTransaction {
    fn drop(&mut self) {
        // Who waits goes on with the group, and takes back what this turn has left.
        if self.state.in_transaction() && !self.writer.others_wait() {
            self.writer.commit_apart();
        }
    }
}

#[cfg(test)]
mod tests;
