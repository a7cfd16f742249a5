//! What lies before the turn at the writer: the connection, its transaction, and who shares it.

use sqlx::sqlite::{Sqlite, SqliteConnection};
use tokio::sync::oneshot;

use crate::fault::Fault;

/// What the turn in the seat works with. It is as the turn before left it.
#[derive(Debug)]
pub(super) struct Desk {
    /// None once the store is closed.
    pub(super) connection: Option<SqliteConnection>,
    pub(super) transaction: Transaction,
    /// The turn in the seat wrote something; behind others of its group it has a savepoint.
    pub(super) wrote: bool,
    /// Why the transaction cannot be committed any more.
    pub(super) failed: Option<Fault>,
    pub(super) group: Group,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transaction {
    None,
    Open,
    WithSavepoint,
    /// COMMIT is under way.
    Closing,
}

/// Turns that wait for the commit.
pub(super) type Group = Vec<oneshot::Sender<Result<(), Fault>>>;

impl Desk {
    pub(super) fn new(connection: SqliteConnection) -> Self {
        Self {
            connection: Some(connection),
            transaction: Transaction::None,
            wrote: false,
            failed: None,
            group: Vec::new(),
        }
    }

    /// What stands before a statement: nothing, if it only reads or the turn wrote before.
    pub(super) fn before(&mut self, text: &str) -> &'static str {
        if self.wrote || text.starts_with("SELECT") {
            return "";
        }
        self.wrote = true;
        let (before, transaction) = match self.transaction {
            Transaction::None => ("BEGIN IMMEDIATE; ", Transaction::Open),
            Transaction::WithSavepoint => {
                ("RELEASE turn; SAVEPOINT turn; ", Transaction::WithSavepoint)
            }
            open if self.group.is_empty() => ("", open),
            _ => ("SAVEPOINT turn; ", Transaction::WithSavepoint),
        };
        self.transaction = transaction;
        before
    }

    pub(super) fn begun(&self) -> bool {
        self.transaction != Transaction::None
    }

    pub(super) fn connection(&mut self) -> Result<&mut SqliteConnection, Fault> {
        self.connection.as_mut().ok_or_else(|| Fault::Service("the store is closed".into()))
    }

    pub(super) async fn run(&mut self, text: &'static str) -> Result<(), Fault> {
        let connection = self.connection()?;
        sqlx::query::<Sqlite>(text).execute(connection).await?;
        Ok(())
    }

    /// There is no transaction any more; these waited for its end.
    pub(super) fn is_over(&mut self) -> Group {
        (self.transaction, self.wrote, self.failed) = (Transaction::None, false, None);
        std::mem::take(&mut self.group)
    }
}
