//! What lies before the turn at the writer: the connection, its transaction, and who shares it.

use std::fmt::Write as _;

use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteConnection};
use sqlx::{Arguments as _, AssertSqlSafe, SqlSafeStr as _, SqlStr};
use tokio::sync::oneshot;

use crate::fault::Fault;
use crate::store::sql::{Arg, bind, sqlite, unbindable};

/// What the turn in the seat works with. It is as the turn before left it.
#[derive(Debug)]
pub(super) struct Desk {
    /// None once the store is closed.
    pub(super) connection: Option<SqliteConnection>,
    transaction: Transaction,
    /// What the turn in the seat has not sent yet.
    pub(super) pending: Batch,
    /// The turn in the seat wrote something; behind others of its group it has a savepoint.
    pub(super) wrote: bool,
    /// COMMIT is under way.
    pub(super) closing: bool,
    /// Why the transaction cannot be committed any more.
    pub(super) failed: Option<Fault>,
    pub(super) group: Group,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transaction {
    None,
    Open,
    WithSavepoint,
}

/// Turns that wait for the commit.
pub(super) type Group = Vec<oneshot::Sender<Result<(), Fault>>>;

impl Desk {
    pub(super) fn new(connection: SqliteConnection) -> Self {
        Self {
            connection: Some(connection),
            transaction: Transaction::None,
            pending: Batch::default(),
            wrote: false,
            closing: false,
            failed: None,
            group: Vec::new(),
        }
    }

    /// What stands before the first statement of the turn that writes.
    fn before(&mut self) -> &'static str {
        if self.wrote {
            return "";
        }
        self.wrote = true;
        let (before, transaction) = match self.transaction {
            Transaction::None => ("BEGIN IMMEDIATE; ", Transaction::Open),
            Transaction::WithSavepoint => {
                ("RELEASE turn; SAVEPOINT turn; ", Transaction::WithSavepoint)
            }
            open if self.group.is_empty() => ("", open),
            Transaction::Open => ("SAVEPOINT turn; ", Transaction::WithSavepoint),
        };
        self.transaction = transaction;
        before
    }

    pub(super) fn begun(&self) -> bool {
        self.transaction != Transaction::None
    }

    fn connection(&mut self) -> Result<&mut SqliteConnection, Fault> {
        self.connection.as_mut().ok_or_else(|| Fault::Service("the store is closed".into()))
    }

    /// All that is pending and then `text`, as it is to be sent, and where to.
    pub(super) fn send(
        &mut self,
        text: &'static str,
        args: &[Arg<'_>],
    ) -> Result<(SqlStr, SqliteArguments, &mut SqliteConnection), Fault> {
        if let Some(fault) = &self.failed {
            return Err(fault.clone());
        }
        self.connection()?;
        let mut all = std::mem::take(&mut self.pending);
        let writes = all.count > 0 || !(text.starts_with("SELECT") || text == COMMIT);
        let before = if writes { self.before() } else { "" };
        let (text, args) = if all.count == 0 && before.is_empty() {
            (text.into_sql_str(), sqlite(args)?)
        } else {
            all.push(text, args)?;
            (AssertSqlSafe([before, &all.sql].concat()).into_sql_str(), all.args)
        };
        self.connection().map(|connection| (text, args, connection))
    }

    pub(super) async fn run(&mut self, text: &'static str) -> Result<(), sqlx::Error> {
        match self.connection() {
            Ok(connection) => sqlx::query::<Sqlite>(text).execute(connection).await.map(drop),
            Err(_) => Err(sqlx::Error::PoolClosed),
        }
    }

    /// There is no transaction any more; these waited for its end.
    pub(super) fn is_over(&mut self) -> Group {
        (self.transaction, self.wrote, self.closing) = (Transaction::None, false, false);
        self.failed = None;
        std::mem::take(&mut self.group)
    }
}

/// The end of a group.
pub(super) const COMMIT: &str = "COMMIT";

/// Statements that travel together, and their values.
#[derive(Debug, Default)]
pub(super) struct Batch {
    sql: String,
    args: SqliteArguments,
    /// How many statements.
    pub(super) count: usize,
}

impl Batch {
    /// Adds a statement; its markers are counted on from those before.
    pub(super) fn push(&mut self, text: &str, args: &[Arg<'_>]) -> Result<(), Fault> {
        if self.count > 0 {
            self.sql.push_str("; ");
        }
        let before = self.args.len();
        let mut parts = text.split('$');
        self.sql.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
            let number: usize = part[..end].parse().map_err(|_| unbindable("a marker"))?;
            let _ = write!(self.sql, "${}{}", before + number, &part[end..]);
        }
        self.count += 1;
        bind(&mut self.args, args)
    }
}
