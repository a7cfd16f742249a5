//! The seam: one way to run a statement, whichever database is behind it.

use futures_util::TryStreamExt as _;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, Postgres};
use sqlx::sqlite::{SqliteArguments, SqliteQueryResult};
use sqlx::{Arguments, Executor as _, Transaction};

use crate::fault::Fault;
use crate::money::Cents;
use crate::store::readers::Reader;
use crate::store::row::IntoRow;
use crate::store::writer::Seat;

pub use crate::store::row::{Column, Row};
use crate::time::Instant;

/// A connection for one turn. Dropped without [`Tx::commit`], it takes everything back.
#[derive(Debug)]
pub enum Tx {
    /// Reads on SQLite.
    SqliteRead(Reader),
    /// The one writer of SQLite.
    SqliteWrite(Seat),
    /// Reads on PostgreSQL.
    PostgresRead(PoolConnection<Postgres>),
    /// A serializable transaction of PostgreSQL.
    PostgresWrite(Transaction<'static, Postgres>),
}

impl Tx {
    /// Makes what was written last.
    ///
    /// # Errors
    /// The database cannot keep it, or another turn came first.
    pub async fn commit(self) -> Result<(), Fault> {
        match self {
            Self::SqliteWrite(seat) => seat.commit().await?,
            Self::PostgresWrite(tx) => tx.commit().await?,
            Self::SqliteRead(_) | Self::PostgresRead(_) => {}
        }
        Ok(())
    }

    /// Takes back what was written. What was read of other turns is committed afterwards, so that
    /// a refusal that tells of it can be answered.
    ///
    /// # Errors
    /// The database cannot keep what others wrote.
    pub async fn undo(self) -> Result<(), Fault> {
        match self {
            Self::SqliteWrite(seat) => seat.undo().await,
            Self::PostgresWrite(_) | Self::SqliteRead(_) | Self::PostgresRead(_) => Ok(()),
        }
    }
}

/// A value for a marker of a statement. Absent values keep their type, as PostgreSQL wants.
#[derive(Debug, Clone, Copy)]
pub enum Arg<'q> {
    /// A 64-bit number: counts, instants, money.
    Int(Option<i64>),
    /// Text.
    Text(Option<&'q str>),
    /// Yes or no.
    Bool(bool),
}

impl From<i64> for Arg<'_> {
    fn from(value: i64) -> Self {
        Self::Int(Some(value))
    }
}

impl From<Option<i64>> for Arg<'_> {
    fn from(value: Option<i64>) -> Self {
        Self::Int(value)
    }
}

impl From<Instant> for Arg<'_> {
    fn from(value: Instant) -> Self {
        Self::Int(Some(value.0))
    }
}

impl From<Cents> for Arg<'_> {
    fn from(value: Cents) -> Self {
        Self::Int(Some(value.0))
    }
}

impl<'q> From<&'q str> for Arg<'q> {
    fn from(value: &'q str) -> Self {
        Self::Text(Some(value))
    }
}

impl<'q> From<&'q String> for Arg<'q> {
    fn from(value: &'q String) -> Self {
        Self::Text(Some(value))
    }
}

impl<'q> From<Option<&'q str>> for Arg<'q> {
    fn from(value: Option<&'q str>) -> Self {
        Self::Text(value)
    }
}

impl From<bool> for Arg<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

/// A statement with its values.
#[derive(Debug)]
pub struct Statement<'q> {
    text: &'static str,
    args: Vec<Arg<'q>>,
}

/// Begins a statement; values follow in the order of its markers.
#[must_use]
pub fn sql<'q>(text: &'static str) -> Statement<'q> {
    Statement { text, args: Vec::with_capacity(8) }
}

/// Runs `$call` of sqlx on whichever connection the turn has.
macro_rules! on {
    ($statement:expr, $tx:expr, $call:ident, $wrap:path) => {{
        let Statement { text, args } = $statement;
        match $tx {
            Tx::SqliteRead(reader) => {
                let query = sqlx::query_with(text, sqlite(&args)?);
                query.$call(reader.connection()?).await.map($wrap)
            }
            Tx::SqliteWrite(seat) => {
                let (text, args, c) = seat.send(text, &args)?;
                let done = sqlx::query_with(text, args).$call(c).await;
                Ok(seat.came(done)?).map($wrap)
            }
            Tx::PostgresRead(c) => {
                sqlx::query_with(text, postgres(&args)?).$call(&mut **c).await.map($wrap)
            }
            Tx::PostgresWrite(c) => {
                sqlx::query_with(text, postgres(&args)?).$call(&mut **c).await.map($wrap)
            }
        }
    }};
}

impl<'q> Statement<'q> {
    /// Gives the next marker its value.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Arg<'q>>) -> Self {
        self.args.push(value.into());
        self
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn one(self, tx: &mut Tx) -> Result<Option<Row>, Fault> {
        Ok(on!(self, tx, fetch_optional, IntoRow::into_row)?)
    }

    /// The only row of a statement that always has one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn only(self, tx: &mut Tx) -> Result<Row, Fault> {
        let text = self.text;
        self.one(tx).await?.ok_or_else(|| Fault::Service(format!("no row from: {text}")))
    }

    /// Every row. Only for statements whose rows are bounded.
    ///
    /// # Errors
    /// The database failed.
    pub async fn all(self, tx: &mut Tx) -> Result<Vec<Row>, Fault> {
        Ok(on!(self, tx, fetch_all, IntoRow::into_row)?)
    }

    /// Runs it and tells how many rows it changed.
    ///
    /// # Errors
    /// The database failed.
    pub async fn run(self, tx: &mut Tx) -> Result<u64, Fault> {
        if let Tx::SqliteWrite(seat) = tx {
            return write(seat, self).await;
        }
        Ok(on!(self, tx, execute, IntoRow::into_row)?)
    }

    /// Runs it before the turn's next statement or its end, of which a failure is a failure too.
    ///
    /// # Errors
    /// The database failed.
    pub async fn later(self, tx: &mut Tx) -> Result<(), Fault> {
        match tx {
            Tx::SqliteWrite(seat) => seat.later(self.text, &self.args).await,
            _ => self.run(tx).await.map(drop),
        }
    }
}

/// The statement's own count is the last: what stands before it changes nothing, and SQLite gives
/// it the count of an earlier statement.
async fn write(seat: &mut Seat, Statement { text, args }: Statement<'_>) -> Result<u64, Fault> {
    let (text, args, c) = seat.send(text, &args)?;
    let done = c.fetch_many(sqlx::query_with(text, args)).try_fold(0, async |before, step| {
        Ok(step.left().map_or(before, |done: SqliteQueryResult| done.rows_affected()))
    });
    let done = done.await;
    seat.came(done)
}

pub(super) fn sqlite(args: &[Arg<'_>]) -> Result<SqliteArguments, Fault> {
    let mut bound = SqliteArguments::default();
    bind(&mut bound, args)?;
    Ok(bound)
}

/// Binds more values.
pub(super) fn bind(bound: &mut SqliteArguments, args: &[Arg<'_>]) -> Result<(), Fault> {
    for arg in args {
        match arg {
            Arg::Int(value) => bound.add(*value),
            Arg::Text(value) => bound.add(*value),
            Arg::Bool(value) => bound.add(*value),
        }
        .map_err(unbindable)?;
    }
    Ok(())
}

fn postgres(args: &[Arg<'_>]) -> Result<PgArguments, Fault> {
    let mut bound = PgArguments::default();
    for arg in args {
        match arg {
            Arg::Int(value) => bound.add(*value),
            Arg::Text(value) => bound.add(*value),
            Arg::Bool(value) => bound.add(*value),
        }
        .map_err(unbindable)?;
    }
    Ok(bound)
}

pub(super) fn unbindable(error: impl Into<sqlx::error::BoxDynError>) -> Fault {
    Fault::Service(error.into().to_string())
}

impl From<sqlx::Error> for Fault {
    /// A lost race of PostgreSQL is told apart; everything else is our failure.
    ///
    /// In a serializable transaction a unique violation is a lost race too: the row that is in the
    /// way was not there when the turn looked.
    fn from(error: sqlx::Error) -> Self {
        let code =
            error.as_database_error().and_then(|e| e.code().map(std::borrow::Cow::into_owned));
        match code.as_deref() {
            Some("40001" | "40P01" | "23505") => Self::LostRace,
            _ => Self::Service(error.to_string()),
        }
    }
}
