//! Rows and their columns, whichever database they come from.

use sqlx::Row as _;
use sqlx::postgres::{PgQueryResult, PgRow};
use sqlx::sqlite::{SqliteQueryResult, SqliteRow};

use crate::fault::Fault;
use crate::money::Cents;
use crate::time::Instant;

/// One row of an answer.
#[derive(Debug)]
pub enum Row {
    /// From SQLite.
    Sqlite(SqliteRow),
    /// From PostgreSQL.
    Postgres(PgRow),
}

/// A driver's answer in the seam's form.
pub(super) trait IntoRow {
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

impl IntoRow for SqliteQueryResult {
    type Into = u64;
    fn into_row(self) -> u64 {
        self.rows_affected()
    }
}

impl IntoRow for PgQueryResult {
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
