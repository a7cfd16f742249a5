//! Rows and their columns, whichever database they come from.

use rusqlite::types::Value;
use sqlx::Row as _;
use sqlx::postgres::PgRow;

use crate::fault::Fault;
use crate::money::Cents;
use crate::time::Instant;

/// One row of an answer.
#[derive(Debug)]
pub enum Row {
    /// From SQLite: its cells.
    Sqlite(Vec<Value>),
    /// From PostgreSQL.
    Postgres(PgRow),
}

/// A type that a column can be read as.
pub trait Column: Sized {
    /// Reads column number `index`.
    ///
    /// # Errors
    /// The column holds something else.
    fn read(row: &Row, index: usize) -> Result<Self, Fault>;
}

/// What a cell of SQLite can be taken for.
trait Cell: Sized {
    fn of(value: &Value) -> Option<Self>;
}

impl Cell for i64 {
    fn of(value: &Value) -> Option<Self> {
        if let Value::Integer(number) = value { Some(*number) } else { None }
    }
}

impl Cell for bool {
    fn of(value: &Value) -> Option<Self> {
        i64::of(value).map(|number| number != 0)
    }
}

impl Cell for String {
    fn of(value: &Value) -> Option<Self> {
        if let Value::Text(text) = value { Some(text.clone()) } else { None }
    }
}

impl<T: Cell> Cell for Option<T> {
    fn of(value: &Value) -> Option<Self> {
        if *value == Value::Null { Some(None) } else { T::of(value).map(Some) }
    }
}

fn cell<T: Cell>(cells: &[Value], index: usize) -> Result<T, Fault> {
    let unlike = || Fault::Service(format!("column {index} holds {:?}", cells.get(index)));
    cells.get(index).and_then(T::of).ok_or_else(unlike)
}

macro_rules! column {
    ($($kind:ty),*) => {$(
        impl Column for $kind {
            fn read(row: &Row, index: usize) -> Result<Self, Fault> {
                Ok(match row {
                    Row::Sqlite(cells) => cell(cells, index)?,
                    Row::Postgres(row) => row.try_get(index)?,
                })
            }
        }
    )*};
}
column!(i64, Option<i64>, String, Option<String>, bool, Option<bool>);

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
    /// The text in column number `index`, where it lies.
    ///
    /// # Errors
    /// The column holds something else.
    pub fn text(&self, index: usize) -> Result<Option<&str>, Fault> {
        match self {
            Self::Postgres(row) => Ok(row.try_get(index)?),
            Self::Sqlite(cells) => match cells.get(index) {
                Some(Value::Text(text)) => Ok(Some(text)),
                Some(Value::Null) => Ok(None),
                other => Err(Fault::Service(format!("column {index} holds {other:?}"))),
            },
        }
    }

    /// Column number `index`.
    ///
    /// # Errors
    /// The column holds something else.
    pub fn get<T: Column>(&self, index: usize) -> Result<T, Fault> {
        T::read(self, index)
    }
}
