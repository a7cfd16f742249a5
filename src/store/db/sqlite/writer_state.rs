//! What the writer has between two turns: the connection, its transaction, and who shares it.

use std::sync::Arc;

use rusqlite::{CachedStatement, Connection, ErrorCode, params};
use tokio::sync::oneshot;

use crate::fault::Fault;
use crate::store::db::sqlite::checkpoint::Checkpointer;
use crate::store::db::sqlite::files::Files;
use crate::store::db::sqlite::read_pool::ReadPool;
use crate::store::db::sqlite::snapshots::copy_pages;
use crate::store::db::sqlite::statement::prepare;

/// What the turn that has the writer works with. It is as the turn before left it.
#[derive(Debug)]
pub(super) struct WriterState {
    /// None once the store is closed.
    connection: Option<Connection>,
    /// The present turn wrote something; behind others of its group it has a savepoint.
    wrote: bool,
    /// Why the present turn cannot be committed any more.
    failed: Option<Fault>,
    /// The turns that ended and wait for the commit.
    group: Vec<oneshot::Sender<Result<(), Fault>>>,
    files: Arc<Files>,
    readers: Arc<ReadPool>,
    checkpointer: Checkpointer,
}

/// What a commit came to.
#[derive(Debug, PartialEq)]
pub(super) enum Commit {
    /// All of it is kept.
    Done,
    /// The present turn is at fault, and rolled back; the transaction is still open.
    TurnRolledBack(Fault),
    /// Nothing of the group is kept.
    GroupRolledBack(Fault),
}

impl WriterState {
    pub(super) fn new(
        connection: Connection,
        files: Arc<Files>,
        readers: Arc<ReadPool>,
        checkpointer: Checkpointer,
    ) -> Self {
        let connection = Some(connection);
        let (wrote, failed, group) = (false, None, Vec::new());
        Self { connection, wrote, failed, group, files, readers, checkpointer }
    }

    pub(super) fn connection(&self) -> Result<&Connection, Fault> {
        self.connection.as_ref().ok_or_else(|| Fault::Unavailable("the store is closed".into()))
    }

    /// Whether a transaction is open. SQLite may have rolled one back by itself.
    pub(super) fn in_transaction(&self) -> bool {
        self.connection.as_ref().is_some_and(|connection| !connection.is_autocommit())
    }

    /// Why the present turn cannot be committed, if it cannot.
    pub(super) const fn failed(&self) -> Option<&Fault> {
        self.failed.as_ref()
    }

    pub(super) const fn group_size(&self) -> usize {
        self.group.len()
    }

    /// Runs a statement. After anything worse than a broken constraint the turn cannot be
    /// committed.
    pub(super) fn run<T>(
        &mut self,
        text: &str,
        run: impl FnOnce(&mut CachedStatement<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, Fault> {
        if let Some(fault) = &self.failed {
            return Err(fault.clone());
        }
        let files = self.files.check_noticed();
        files.inspect_err(|fault| self.failed = Some(fault.clone()))?;
        self.try_run(text, run).map_err(|error| {
            let goes_on = breaks_constraint(&error);
            let fault = Fault::from(error);
            if !goes_on {
                self.failed = Some(fault.clone());
            }
            fault
        })
    }

    fn try_run<T>(
        &mut self,
        text: &str,
        run: impl FnOnce(&mut CachedStatement<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let connection = open(self.connection.as_ref())?;
        let mut statement = prepare(connection, text)?;
        if !self.wrote && !statement.readonly() {
            begin(connection)?;
            self.wrote = true;
        }
        run(&mut statement)
    }

    fn execute(&self, text: &str) -> rusqlite::Result<()> {
        execute(open(self.connection.as_ref())?, text)
    }

    /// Begins a savepoint within the turn, in place of the one before.
    pub(super) fn begin_savepoint(&mut self, first: bool) -> Result<(), Fault> {
        if !self.wrote {
            begin(open(self.connection.as_ref())?)?;
            self.wrote = true;
        }
        if !first {
            self.execute("RELEASE part")?;
        }
        Ok(self.execute("SAVEPOINT part")?)
    }

    /// Takes back what was written since the savepoint; an error if the turn went with it.
    pub(super) fn rollback_to_savepoint(&mut self) -> Result<(), Fault> {
        self.execute("ROLLBACK TO part")?;
        self.failed = None;
        Ok(())
    }

    /// Leaves the transaction open to the turns that come: they learn later what came of it.
    pub(super) fn join_group(&mut self) -> Result<oneshot::Receiver<Result<(), Fault>>, Fault> {
        if self.wrote && !self.group.is_empty() {
            self.execute("RELEASE turn")?;
        }
        let (sender, receiver) = oneshot::channel();
        self.group.push(sender);
        self.wrote = false;
        Ok(receiver)
    }

    /// Takes back what the present turn wrote; an error if the group went with it.
    pub(super) fn rollback_turn(&mut self) -> Result<(), Fault> {
        let failed = self.failed.take();
        let kept = match (self.wrote, self.group.is_empty()) {
            (false, _) => self.in_transaction() || self.group.is_empty(),
            (true, true) => {
                // It fails where SQLite has rolled back by itself.
                let _ = self.execute("ROLLBACK");
                true
            }
            (true, false) => self.in_transaction() && self.rollback_to_turn().is_ok(),
        };
        self.wrote = false;
        if kept {
            return Ok(());
        }
        let fault = failed.unwrap_or_else(|| Fault::Unavailable("SQLite rolled back".into()));
        self.rollback_group(&fault);
        Err(fault)
    }

    fn rollback_to_turn(&self) -> rusqlite::Result<()> {
        self.execute("ROLLBACK TO turn")?;
        self.execute("RELEASE turn")
    }

    /// Commits. A turn at fault for itself is rolled back; the others stay.
    pub(super) fn commit(&mut self) -> Commit {
        self.readers.before_commit();
        let Err(error) = self.execute("COMMIT") else { return self.committed() };
        let own = breaks_constraint(&error) && self.wrote && !self.group.is_empty();
        let fault = Fault::from(error);
        if own && self.rollback_to_turn().is_ok() {
            self.wrote = false;
            return Commit::TurnRolledBack(fault);
        }
        self.rollback_group(&fault);
        Commit::GroupRolledBack(fault)
    }

    /// Answers what was committed, if it is in the file that has the database's name.
    fn committed(&mut self) -> Commit {
        self.readers.after_commit();
        if let Err(fault) = self.files.check_commit() {
            self.rollback_group(&fault);
            return Commit::GroupRolledBack(fault);
        }
        self.answer_group(&Ok(()));
        if let Some(connection) = &self.connection {
            self.checkpointer.after_commit(connection, &self.readers);
        }
        Commit::Done
    }

    /// Puts the pages of another database in place of all that is there, while no transaction is
    /// open. The numbers of events go on.
    pub(super) fn replace(&mut self, source: &Connection) -> Result<(), Fault> {
        self.files.check()?;
        let connection = self.connection.as_mut();
        let connection =
            connection.ok_or_else(|| Fault::Unavailable("the store is closed".into()))?;
        carry_sequences(connection, source)?;
        self.readers.before_commit();
        copy_pages(source, connection)?;
        match self.committed() {
            Commit::Done => Ok(()),
            Commit::TurnRolledBack(fault) | Commit::GroupRolledBack(fault) => Err(fault),
        }
    }

    fn rollback_group(&mut self, fault: &Fault) {
        if self.in_transaction() {
            let _ = self.execute("ROLLBACK");
        }
        self.answer_group(&Err(fault.clone()));
    }

    fn answer_group(&mut self, answer: &Result<(), Fault>) {
        self.wrote = false;
        for turn in std::mem::take(&mut self.group) {
            let _ = turn.send(answer.clone());
        }
    }

    pub(super) async fn close(&mut self) {
        self.checkpointer.finish().await;
        if let Some(connection) = self.connection.take() {
            self.files.close(connection);
        }
    }
}

fn open(connection: Option<&Connection>) -> rusqlite::Result<&Connection> {
    connection.ok_or(rusqlite::Error::InvalidQuery)
}

/// Lets the keys of `to` that are never used twice go on behind those of `from`.
fn carry_sequences(from: &Connection, to: &Connection) -> rusqlite::Result<()> {
    let mut used = from.prepare("SELECT name, seq FROM sqlite_sequence")?;
    let mut rows = used.query([])?;
    while let Some(row) = rows.next()? {
        let (name, last): (String, i64) = (row.get(0)?, row.get(1)?);
        let raised = "UPDATE sqlite_sequence SET seq = max(seq, ?2) WHERE name = ?1";
        if to.execute(raised, params![name, last])? == 0 {
            to.execute(
                "INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)",
                params![name, last],
            )?;
        }
    }
    Ok(())
}

/// Begins the turn's part of the transaction, or the transaction.
fn begin(connection: &Connection) -> rusqlite::Result<()> {
    let is_first = connection.is_autocommit();
    execute(connection, if is_first { "BEGIN IMMEDIATE" } else { "SAVEPOINT turn" })
}

fn execute(connection: &Connection, text: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(text)?.raw_execute().map(drop)
}

fn breaks_constraint(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation)
}
