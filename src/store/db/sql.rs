//! The seam: one way to run a statement, whichever database is behind it.

use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;

use crate::fault::Fault;
use crate::store::db::clock_check::{AssumedClock, CHECK};
use crate::store::db::postgres::Connection;
use crate::store::db::sqlite::read_pool::ReadConnection;
use crate::store::db::sqlite::writer::WriteTransaction;
use crate::store::db::value::Arg;

pub use crate::store::db::json_page::JsonPage;
pub use crate::store::db::row::{Columns, FromRow, Row};

/// A connection for one turn. Dropped without [`Tx::commit`], it rolls back.
#[derive(Debug)]
pub enum Tx {
    /// Reads on SQLite.
    SqliteRead(ReadConnection),
    /// The one writer of SQLite.
    SqliteWrite(WriteTransaction),
    /// PostgreSQL.
    Postgres(Connection),
}

impl Tx {
    /// Commits what was written.
    ///
    /// # Errors
    /// The database cannot keep it; a serialization conflict.
    pub async fn commit(self) -> Result<(), Fault> {
        match self {
            Self::SqliteWrite(write) => write.commit().await?,
            Self::Postgres(connection) => Box::pin(connection.commit()).await?,
            Self::SqliteRead(_) => {}
        }
        Ok(())
    }

    /// Takes back what was written. What was read of other turns is committed afterwards, so that
    /// a refusal that tells of it can be answered.
    ///
    /// # Errors
    /// The database cannot keep what others wrote.
    pub async fn rollback(self) -> Result<(), Fault> {
        match self {
            Self::SqliteWrite(write) => write.rollback().await,
            Self::SqliteRead(_) | Self::Postgres(_) => Ok(()),
        }
    }

    /// Begins a savepoint in place of the one before, if this is not the `first`.
    pub async fn begin_savepoint(&mut self, first: bool) -> Result<(), Fault> {
        match self {
            Self::SqliteWrite(write) => write.begin_savepoint(first),
            Self::Postgres(connection) => Box::pin(connection.begin_savepoint(first)).await,
            Self::SqliteRead(_) => {
                Err(Fault::Service("a turn that reads has no savepoints".into()))
            }
        }
    }

    /// Takes back what was written since the savepoint.
    ///
    /// # Errors
    /// The database failed, and the turn is rolled back.
    pub async fn rollback_to_savepoint(&mut self) -> Result<(), Fault> {
        match self {
            Self::SqliteWrite(write) => write.rollback_to_savepoint(),
            Self::Postgres(connection) => Box::pin(connection.rollback_to_savepoint()).await,
            Self::SqliteRead(_) => Ok(()),
        }
    }

    /// Whether another turn waits for this one to end.
    pub fn others_wait(&self) -> bool {
        matches!(self, Self::SqliteWrite(write) if write.others_wait())
    }

    /// Assumes a clock until the first statement, which verifies it. On SQLite nobody else can have
    /// changed it.
    pub const fn assume_clock(&mut self, assumed: AssumedClock) {
        if let Self::Postgres(connection) = self {
            connection.assume_clock(assumed);
        }
    }

    /// Verifies the assumed clock, if no statement has; none if there is nothing to verify.
    pub fn verify_clock(&mut self) -> Option<Verification<'_>> {
        let assumed = self.take_assumed()?;
        Some(Box::pin(async move { assumed.check(&sql(CHECK).row(self).await?, 0) }))
    }

    /// The turn waits for something else than the database: its snapshot may go.
    pub fn release_snapshot(&mut self) {
        if let Self::SqliteRead(read) = self {
            read.release_snapshot();
        }
    }

    /// The assumed clock, for the first statement.
    const fn take_assumed(&mut self) -> Option<AssumedClock> {
        if let Self::Postgres(connection) = self { connection.take_assumed() } else { None }
    }
}

/// A check that is under way. Its future is on the heap, since it comes up in every statement.
pub type Verification<'t> = Pin<Box<dyn Future<Output = Result<(), Fault>> + Send + 't>>;

/// A statement with its values.
#[derive(Debug)]
pub struct Statement<'q> {
    text: Cow<'static, str>,
    args: Vec<Arg<'q>>,
}

/// Begins a statement; values follow in the order of its markers.
pub fn sql<'q>(text: &'static str) -> Statement<'q> {
    Statement::new(text)
}

/// A statement with values for its next markers: of many, one after the other in few lines.
macro_rules! bind {
    ($statement:expr; $($value:expr),+) => { $statement$(.bind($value))+ };
}
pub(in crate::store) use bind;

impl<'q> Statement<'q> {
    pub(super) fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self { text: text.into(), args: Vec::with_capacity(8) }
    }

    /// Gives the next marker its value.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Arg<'q>>) -> Self {
        self.args.push(value.into());
        self
    }

    pub(super) fn into_args(self) -> Vec<Arg<'q>> {
        self.args
    }

    /// What the first row holds, if there is one.
    pub async fn one<T: FromRow>(self, tx: &mut Tx) -> Result<Option<T>, Fault> {
        self.first(tx).await?.map(|row| row.get(0)).transpose()
    }

    /// What the only row holds of a statement that always has one.
    pub async fn only<T: FromRow>(self, tx: &mut Tx) -> Result<T, Fault> {
        self.row(tx).await?.get(0)
    }

    /// Whether there is a row.
    pub async fn any(self, tx: &mut Tx) -> Result<bool, Fault> {
        Ok(self.first(tx).await?.is_some())
    }

    /// What every row holds. Only for statements whose rows are bounded.
    pub async fn all<T: FromRow>(self, tx: &mut Tx) -> Result<Vec<T>, Fault> {
        self.rows(tx).await?.iter().map(|row| row.get(0)).collect()
    }

    /// The only row of a statement that always has one.
    pub(super) async fn row(self, tx: &mut Tx) -> Result<Row, Fault> {
        let text = self.text.clone();
        self.first(tx).await?.ok_or_else(|| Fault::Service(format!("no row from: {text}")))
    }

    async fn first(self, tx: &mut Tx) -> Result<Option<Row>, Fault> {
        if let Some(verified) = tx.verify_clock() {
            verified.await?;
        }
        Ok(match tx {
            Tx::SqliteRead(read) => read.rows(&self.text, &self.args, 1)?.pop(),
            Tx::SqliteWrite(write) => write.rows(&self.text, &self.args, 1)?.pop(),
            Tx::Postgres(connection) => {
                Box::pin(connection.first(self.text, &self.args)).await?.map(Row::Postgres)
            }
        })
    }

    async fn rows(self, tx: &mut Tx) -> Result<Vec<Row>, Fault> {
        if let Some(verified) = tx.verify_clock() {
            verified.await?;
        }
        match tx {
            Tx::SqliteRead(read) => read.rows(&self.text, &self.args, usize::MAX),
            Tx::SqliteWrite(write) => write.rows(&self.text, &self.args, usize::MAX),
            Tx::Postgres(connection) => {
                let rows = Box::pin(connection.rows(self.text, &self.args)).await?;
                Ok(rows.into_iter().map(Row::Postgres).collect())
            }
        }
    }

    /// What every row holds. The fault of a row that cannot be read names the table and the row, by
    /// what its column number `key` holds.
    pub async fn read_all<T: FromRow>(
        self,
        tx: &mut Tx,
        (table, key): (&str, usize),
    ) -> Result<Vec<T>, Fault> {
        let named = |row: &Row, fault| match fault {
            Fault::Service(why) => {
                Fault::Service(format!("{table}, row {}: {why}", row.shown(key)))
            }
            fault => fault,
        };
        let rows = self.rows(tx).await?;
        rows.iter().map(|row| row.get(0).map_err(|fault| named(row, fault))).collect()
    }

    /// A page of about `most` rows, each a place and a document, in order, behind a prefix of so
    /// many bytes; none if they are too long to be joined. PostgreSQL joins them itself by the text
    /// `joined`, since each row that crosses costs more than that, and verifies the assumed clock
    /// by the way.
    pub async fn json_page(
        self,
        joined: &'static str,
        tx: &mut Tx,
        most: i64,
        prefix_bytes: usize,
    ) -> Result<Option<JsonPage>, Fault> {
        if let Tx::SqliteRead(read) = tx {
            return read.json_page(&self.text, &self.args, most, prefix_bytes);
        }
        let assumed = tx.take_assumed();
        let row = Statement { text: joined.into(), ..self }.row(tx).await?;
        assumed.map_or(Ok(()), |assumed| assumed.check(&row, 4))?;
        JsonPage::of_row(&row, prefix_bytes)
    }

    /// Runs it.
    pub async fn run(self, tx: &mut Tx) -> Result<(), Fault> {
        self.changes(tx).await.map(drop)
    }

    /// Runs it; how many rows it changed.
    pub async fn changes(self, tx: &mut Tx) -> Result<u64, Fault> {
        if let Some(verified) = tx.verify_clock() {
            verified.await?;
        }
        Ok(match tx {
            Tx::SqliteRead(read) => read.rows(&self.text, &self.args, 0).map(|_| 0)?,
            Tx::SqliteWrite(write) => write.execute(&self.text, &self.args)?,
            Tx::Postgres(connection) => Box::pin(connection.changes(self.text, &self.args)).await?,
        })
    }
}
