//! What lies before the turn at the writer: the connection, its transaction, and who shares it.

use std::sync::Arc;

use rusqlite::{Connection, ErrorCode};
use tokio::sync::oneshot;

use crate::fault::Fault;
use crate::store::sqlite::log::Log;
use crate::store::sqlite::shelf::Shelf;

/// What the turn in the seat works with. It is as the turn before left it.
#[derive(Debug)]
pub(super) struct Desk {
    /// None once the store is closed.
    connection: Option<Connection>,
    /// The turn in the seat wrote something; behind others of its group it has a savepoint.
    wrote: bool,
    /// Why the turn in the seat cannot be committed any more.
    failed: Option<Fault>,
    group: Group,
    /// Those who look, who are told of commits.
    shelf: Arc<Shelf>,
    log: Log,
}

/// Turns that wait for the commit.
type Group = Vec<oneshot::Sender<Result<(), Fault>>>;

/// What the end of a transaction came to.
#[derive(Debug, PartialEq)]
pub(super) enum End {
    /// All of it is kept.
    Committed,
    /// The turn in the seat is at fault, and taken back; the others are kept.
    Alone(Fault),
    /// Nothing of it is kept.
    Lost(Fault),
}

impl Desk {
    pub(super) const fn new(connection: Connection, shelf: Arc<Shelf>, log: Log) -> Self {
        let connection = Some(connection);
        Self { connection, wrote: false, failed: None, group: Vec::new(), shelf, log }
    }

    pub(super) fn connection(&self) -> Result<&Connection, Fault> {
        self.connection.as_ref().ok_or_else(|| Fault::Unavailable("the store is closed".into()))
    }

    /// Whether a transaction is open. SQLite may have rolled one back by itself.
    pub(super) fn begun(&self) -> bool {
        self.connection.as_ref().is_some_and(|connection| !connection.is_autocommit())
    }

    /// Why the turn in the seat cannot be committed, if it cannot.
    pub(super) const fn failed(&self) -> Option<&Fault> {
        self.failed.as_ref()
    }

    pub(super) const fn group_size(&self) -> usize {
        self.group.len()
    }

    /// Runs a statement. After anything worse than a broken constraint the turn cannot be
    /// committed.
    pub(super) fn call<T>(
        &mut self,
        text: &str,
        call: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, Fault> {
        if let Some(fault) = &self.failed {
            return Err(fault.clone());
        }
        let files = self.shelf.files.check_noticed();
        files.inspect_err(|fault| self.failed = Some(fault.clone()))?;
        let begun = if text.starts_with("SELECT") { Ok(()) } else { self.begin_writing() };
        let done = begun.and_then(|()| call(self.open()?));
        done.map_err(|error| {
            let kept = breaks_constraint(&error);
            let fault = Fault::from(error);
            if !kept {
                self.failed = Some(fault.clone());
            }
            fault
        })
    }

    fn open(&self) -> rusqlite::Result<&Connection> {
        self.connection.as_ref().ok_or(rusqlite::Error::InvalidQuery)
    }

    fn begin_writing(&mut self) -> rusqlite::Result<()> {
        if !self.wrote {
            let begin = if self.begun() { "SAVEPOINT turn" } else { "BEGIN IMMEDIATE" };
            self.run(begin)?;
            self.wrote = true;
        }
        Ok(())
    }

    fn run(&self, text: &str) -> rusqlite::Result<()> {
        self.open()?.prepare_cached(text)?.raw_execute().map(drop)
    }

    /// Begins a part of the turn that can be taken back alone, in place of the one before.
    pub(super) fn begin_part(&mut self, first: bool) -> Result<(), Fault> {
        self.begin_writing()?;
        if !first {
            self.run("RELEASE part")?;
        }
        Ok(self.run("SAVEPOINT part")?)
    }

    /// Takes back what was written since the part began; an error if the turn went with it.
    pub(super) fn take_part_back(&mut self) -> Result<(), Fault> {
        self.run("ROLLBACK TO part")?;
        self.failed = None;
        Ok(())
    }

    /// Leaves the transaction open to those who come: what came of it is told later.
    pub(super) fn leave(&mut self) -> Result<oneshot::Receiver<Result<(), Fault>>, Fault> {
        if self.wrote && !self.group.is_empty() {
            self.run("RELEASE turn")?;
        }
        let (tell, told) = oneshot::channel();
        self.group.push(tell);
        self.wrote = false;
        Ok(told)
    }

    /// Takes back what the turn in the seat wrote; `Err` if the group went with it.
    pub(super) fn take_back(&mut self) -> Result<(), Fault> {
        let failed = self.failed.take();
        let kept = match (self.wrote, self.group.is_empty()) {
            (false, _) => self.begun() || self.group.is_empty(),
            (true, true) => {
                // It fails where SQLite has rolled back by itself.
                let _ = self.run("ROLLBACK");
                true
            }
            (true, false) => self.begun() && self.to_savepoint().is_ok(),
        };
        self.wrote = false;
        if kept {
            return Ok(());
        }
        let fault = failed.unwrap_or_else(|| Fault::Unavailable("SQLite rolled back".into()));
        self.lose(&fault);
        Err(fault)
    }

    /// Answers what was committed, if it is in the file that has the database's name.
    fn committed(&mut self) -> End {
        self.shelf.after_commit();
        if let Err(fault) = self.shelf.files.check_commit() {
            self.lose(&fault);
            return End::Lost(fault);
        }
        self.tell(&Ok(()));
        if let Some(connection) = &self.connection {
            self.log.has_grown(connection, &self.shelf);
        }
        End::Committed
    }

    fn to_savepoint(&self) -> rusqlite::Result<()> {
        self.run("ROLLBACK TO turn")?;
        self.run("RELEASE turn")
    }

    /// Commits. A turn at fault for itself is taken back; the others stay.
    pub(super) fn commit(&mut self) -> End {
        self.shelf.before_commit();
        let Err(error) = self.run("COMMIT") else { return self.committed() };
        let own = breaks_constraint(&error) && self.wrote && !self.group.is_empty();
        let fault = Fault::from(error);
        if own && self.to_savepoint().is_ok() {
            self.wrote = false;
            return End::Alone(fault);
        }
        self.lose(&fault);
        End::Lost(fault)
    }

    /// Nothing of the group is kept: everyone in it is told.
    fn lose(&mut self, fault: &Fault) {
        if self.begun() {
            let _ = self.run("ROLLBACK");
        }
        self.tell(&Err(fault.clone()));
    }

    fn tell(&mut self, what: &Result<(), Fault>) {
        self.wrote = false;
        for member in std::mem::take(&mut self.group) {
            let _ = member.send(what.clone());
        }
    }

    pub(super) async fn close(&mut self) {
        self.log.rests().await;
        if let Some(connection) = self.connection.take() {
            self.shelf.files.close(connection);
        }
    }
}

fn breaks_constraint(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation)
}
