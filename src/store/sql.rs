//! The seam: one way to run a statement, whichever database is behind it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgRow, Postgres};
use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteRow};
use sqlx::{Arguments, Row as _, Transaction};

use crate::fault::Fault;
use crate::money::Cents;
use crate::time::Instant;

/// A connection for one turn. Dropped without [`Tx::commit`], it takes everything back.
#[derive(Debug)]
pub enum Tx {
    /// Reads on SQLite.
    SqliteRead(PoolConnection<Sqlite>),
    /// The one writer of SQLite.
    SqliteWrite(Transaction<'static, Sqlite>),
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
            Self::SqliteWrite(tx) => tx.commit().await?,
            Self::PostgresWrite(tx) => tx.commit().await?,
            Self::SqliteRead(_) | Self::PostgresRead(_) => {}
        }
        Ok(())
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

/// An INSERT of one row, `text`, made into one of `rows` rows of `columns` markers each.
///
/// Each such text is made once and kept for good; there are as many as there are callers with a
/// size of their own, which is fixed.
fn many_rows(text: &'static str, columns: usize, rows: usize) -> &'static str {
    static MADE: Mutex<BTreeMap<(&str, usize), &str>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    made.entry((text, rows)).or_insert_with(|| {
        let (head, row) = text.split_once("VALUES ").unwrap_or((text, ""));
        let (row, tail) = row.split_once(')').unwrap_or((row, ""));
        let rows: Vec<String> = (0..rows).map(|r| shifted(row, r * columns) + ")").collect();
        format!("{head}VALUES {}{tail}", rows.join(", ")).leak()
    })
}

/// `text` with every marker's number raised by `by`.
fn shifted(text: &str, by: usize) -> String {
    let mut parts = text.split('$');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let number = part[..digits].parse::<usize>().unwrap_or_default();
        format!("{text}${}{}", number + by, &part[digits..])
    })
}

/// Runs `$call` of sqlx on whichever connection the turn has.
macro_rules! on {
    ($statement:expr, $tx:expr, $call:ident, $wrap:path) => {{
        let Statement { text, args } = $statement;
        match $tx {
            Tx::SqliteRead(c) => {
                sqlx::query_with(text, sqlite(&args)?).$call(&mut **c).await.map($wrap)
            }
            Tx::SqliteWrite(c) => {
                sqlx::query_with(text, sqlite(&args)?).$call(&mut **c).await.map($wrap)
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
        Ok(on!(self, tx, execute, IntoRow::into_row)?)
    }
}

fn sqlite(args: &[Arg<'_>]) -> Result<SqliteArguments, Fault> {
    let mut bound = SqliteArguments::default();
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

#[expect(clippy::needless_pass_by_value, reason = "the shape of map_err")]
fn unbindable(error: sqlx::error::BoxDynError) -> Fault {
    Fault::Service(error.to_string())
}

/// One row of an answer.
#[derive(Debug)]
pub enum Row {
    /// From SQLite.
    Sqlite(SqliteRow),
    /// From PostgreSQL.
    Postgres(PgRow),
}

/// A driver's answer in the seam's form.
trait IntoRow {
    type Into;
    fn into_row(self) -> Self::Into;
}

impl IntoRow for SqliteRow {
    type Into = Row;
    fn into_row(self) -> Row {
        Row::Sqlite(self)
    }
}

impl IntoRow for PgRow {
    type Into = Row;
    fn into_row(self) -> Row {
        Row::Postgres(self)
    }
}

impl<T: IntoRow> IntoRow for Option<T> {
    type Into = Option<T::Into>;
    fn into_row(self) -> Self::Into {
        self.map(IntoRow::into_row)
    }
}

impl<T: IntoRow> IntoRow for Vec<T> {
    type Into = Vec<T::Into>;
    fn into_row(self) -> Self::Into {
        self.into_iter().map(IntoRow::into_row).collect()
    }
}

impl IntoRow for sqlx::sqlite::SqliteQueryResult {
    type Into = u64;
    fn into_row(self) -> u64 {
        self.rows_affected()
    }
}

impl IntoRow for sqlx::postgres::PgQueryResult {
    type Into = u64;
    fn into_row(self) -> u64 {
        self.rows_affected()
    }
}

/// A type that a column can be read as.
pub trait Column: Sized {
    /// Reads column number `index`.
    ///
    /// # Errors
    /// The column holds something else.
    fn read(row: &Row, index: usize) -> Result<Self, Fault>;
}

macro_rules! column {
    ($($kind:ty),*) => {$(
        impl Column for $kind {
            fn read(row: &Row, index: usize) -> Result<Self, Fault> {
                Ok(match row {
                    Row::Sqlite(row) => row.try_get(index)?,
                    Row::Postgres(row) => row.try_get(index)?,
                })
            }
        }
    )*};
}
column!(i64, Option<i64>, String, Option<String>, bool);

impl Column for Instant {
    fn read(row: &Row, index: usize) -> Result<Self, Fault> {
        i64::read(row, index).map(Self)
    }
}

impl Column for Option<Instant> {
    fn read(row: &Row, index: usize) -> Result<Self, Fault> {
        Ok(Option::<i64>::read(row, index)?.map(Instant))
    }
}

impl Column for Cents {
    fn read(row: &Row, index: usize) -> Result<Self, Fault> {
        i64::read(row, index).map(Self)
    }
}

impl Row {
    /// Column number `index`.
    ///
    /// # Errors
    /// The column holds something else.
    pub fn get<T: Column>(&self, index: usize) -> Result<T, Fault> {
        T::read(self, index)
    }
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

/// So many rows are inserted by one statement.
const ROWS: usize = 100;

/// Inserts `items` with few statements: `text` inserts one row, `bind` gives a row's values.
///
/// # Errors
/// The database failed.
pub async fn insert_many<'q, T>(
    tx: &mut Tx,
    text: &'static str,
    columns: usize,
    items: &'q [T],
    bind: impl Fn(Statement<'q>, &'q T) -> Statement<'q>,
) -> Result<(), Fault> {
    let mut chunks = items.chunks_exact(ROWS);
    for chunk in chunks.by_ref() {
        let statement = sql(many_rows(text, columns, ROWS));
        chunk.iter().fold(statement, &bind).run(tx).await?;
    }
    for item in chunks.remainder() {
        bind(sql(many_rows(text, columns, 1)), item).run(tx).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::many_rows;

    #[test]
    fn one_row_becomes_many() {
        let one = "INSERT INTO t (a, b, c) VALUES ($1, false, $2) ON CONFLICT DO NOTHING";
        let two = "INSERT INTO t (a, b, c) VALUES ($1, false, $2), ($3, false, $4) ON CONFLICT DO NOTHING";
        assert_eq!(many_rows(one, 2, 1), one);
        assert_eq!(many_rows(one, 2, 2), two);
    }
}
