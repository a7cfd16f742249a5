//! Rows and their columns, whichever database they come from.

use rusqlite::types::Value;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::money::Cents;
use crate::shapes::words::Word;
use crate::store::db::postgres::PgRow;
use crate::time::Instant;

/// One row of an answer.
#[derive(Debug)]
pub enum Row {
    /// From SQLite: its cells.
    Sqlite(Vec<Value>),
    /// From PostgreSQL.
    Postgres(PgRow),
}

/// What can be read from the next columns of a row.
pub trait FromRow: Sized {
    /// Reads as many columns as it takes, in the order in which the statement lists them.
    fn read(columns: &mut Columns<'_>) -> Result<Self, Fault>;
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
        impl FromRow for $kind {
            fn read(columns: &mut Columns<'_>) -> Result<Self, Fault> {
                let index = columns.take();
                Ok(match columns.row {
                    Row::Sqlite(cells) => cell(cells, index)?,
                    Row::Postgres(row) => row.read(index)?,
                })
            }
        }
    )*};
}
column!(i64, Option<i64>, String, Option<String>, bool, Option<bool>);

impl FromRow for Instant {
    fn read(columns: &mut Columns<'_>) -> Result<Self, Fault> {
        columns.next().map(Self)
    }
}

impl FromRow for Option<Instant> {
    fn read(columns: &mut Columns<'_>) -> Result<Self, Fault> {
        Ok(columns.next::<Option<i64>>()?.map(Instant))
    }
}

impl FromRow for Cents {
    fn read(columns: &mut Columns<'_>) -> Result<Self, Fault> {
        columns.next().map(Self)
    }
}

impl<T: Word> FromRow for T {
    fn read(columns: &mut Columns<'_>) -> Result<Self, Fault> {
        columns.next::<Option<_>>()?.ok_or_else(|| Fault::Service("no word".into()))
    }
}

impl<T: Word> FromRow for Option<T> {
    fn read(columns: &mut Columns<'_>) -> Result<Self, Fault> {
        let Some(word) = columns.next::<Option<String>>()? else { return Ok(None) };
        let known = T::parse(&word).map(Some);
        known.ok_or_else(|| Fault::Service(format!("unknown word: {word}")))
    }
}

macro_rules! tuple {
    ($($part:ident),*) => {
        impl<$($part: FromRow),*> FromRow for ($($part,)*) {
            fn read(columns: &mut Columns<'_>) -> Result<Self, Fault> {
                Ok(($($part::read(columns)?,)*))
            }
        }
    };
}
tuple!(A, B);
tuple!(A, B, C);
tuple!(A, B, C, D);
tuple!(A, B, C, D, E);

/// Reads a struct whose fields are columns of a statement, in this order.
macro_rules! from_row {
    ($name:ident: $($field:ident),*) => {
        impl crate::store::db::row::FromRow for $name {
            fn read(
                columns: &mut crate::store::db::row::Columns<'_>,
            ) -> Result<Self, crate::fault::Fault> {
                Ok(Self { $($field: columns.next()?),* })
            }
        }
    };
}
pub(in crate::store) use from_row;

/// A value as a JSON document for the store.
pub fn document(value: &impl Serialize) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|e| Fault::Service(e.to_string()))
}

/// The value of such a document.
pub fn stored<'d, T: Deserialize<'d>>(document: &'d str) -> Result<T, Fault> {
    serde_json::from_str(document).map_err(|e| Fault::Service(format!("damaged document: {e}")))
}

/// A list is stored as a document.
impl<T: DeserializeOwned> FromRow for Vec<T> {
    fn read(columns: &mut Columns<'_>) -> Result<Self, Fault> {
        stored(&columns.next::<String>()?)
    }
}

impl Row {
    /// The text in column number `index`, where it lies.
    pub fn text(&self, index: usize) -> Result<Option<&str>, Fault> {
        match self {
            Self::Postgres(row) => row.read(index),
            Self::Sqlite(cells) => match cells.get(index) {
                Some(Value::Text(text)) => Ok(Some(text)),
                Some(Value::Null) => Ok(None),
                other => Err(Fault::Service(format!("column {index} holds {other:?}"))),
            },
        }
    }

    /// The number or the text in column number `index`, for people.
    pub fn shown(&self, index: usize) -> String {
        let number = self.get::<i64>(index).map(|number| number.to_string());
        number.or_else(|_| self.get(index)).unwrap_or_else(|_| "?".to_owned())
    }

    /// What begins at column number `index`.
    pub fn get<T: FromRow>(&self, index: usize) -> Result<T, Fault> {
        T::read(&mut Columns { row: self, next: index })
    }
}

/// The columns of a row, read one after the other, as the statement lists them.
#[derive(Debug)]
pub struct Columns<'r> {
    row: &'r Row,
    next: usize,
}

impl Columns<'_> {
    /// What the next column holds, or the next columns.
    #[expect(clippy::should_implement_trait, reason = "each column has a type of its own")]
    pub fn next<T: FromRow>(&mut self) -> Result<T, Fault> {
        T::read(self)
    }

    const fn take(&mut self) -> usize {
        self.next += 1;
        self.next - 1
    }
}
