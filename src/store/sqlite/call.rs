//! One statement on one connection.

use rusqlite::types::{Null, Value};
use rusqlite::{CachedStatement, Connection};

use crate::store::row::Row;
use crate::store::sql::{Arg, Joined};

/// No more room than this is made for a page before it is known.
const LARGE_PAGE: usize = 1 << 20;

/// Up to `most` rows.
pub(super) fn rows(
    connection: &Connection,
    text: &str,
    args: &[Arg<'_>],
    most: usize,
) -> rusqlite::Result<Vec<Row>> {
    let mut statement = prepare(connection, text, args)?;
    let columns = statement.column_count();
    let (mut rows, mut found) = (statement.raw_query(), Vec::new());
    while found.len() < most
        && let Some(row) = rows.next()?
    {
        let cells = (0..columns).map(|column| row.get::<_, Value>(column));
        found.push(Row::Sqlite(cells.collect::<rusqlite::Result<_>>()?));
    }
    Ok(found)
}

/// Places and documents of about `most` rows, the documents put together behind so much `room`;
/// none if they are too long for that.
pub(super) fn joined(
    connection: &Connection,
    text: &str,
    args: &[Arg<'_>],
    most: usize,
    room: usize,
) -> rusqlite::Result<Option<Joined>> {
    let mut statement = prepare(connection, text, args)?;
    let (mut rows, mut joined) = (statement.raw_query(), None);
    while let Some(row) = rows.next()? {
        let document = row.get_ref(1)?.as_str()?;
        let joined = joined.get_or_insert_with(|| {
            // The others are about as long.
            let about = (document.len() + document.len() / 8).saturating_mul(most);
            Joined::with_room(room, about.min(LARGE_PAGE))
        });
        if joined.is_full(document.len()) {
            return Ok(None);
        }
        joined.add(row.get(0)?, document);
    }
    Ok(Some(joined.unwrap_or_default()))
}

/// Runs a statement that gives no rows, and tells how many it changed.
pub(super) fn execute(
    connection: &Connection,
    text: &str,
    args: &[Arg<'_>],
) -> rusqlite::Result<u64> {
    let mut statement = prepare(connection, text, args)?;
    statement.raw_execute().map(|count| u64::try_from(count).unwrap_or(u64::MAX))
}

/// Runs a statement that gives no rows for each of `rows`.
pub(super) fn execute_each<'q>(
    connection: &Connection,
    text: &str,
    rows: impl Iterator<Item = Vec<Arg<'q>>>,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(&spelled(text))?;
    for args in rows {
        bind(&mut statement, &args)?;
        statement.raw_execute()?;
    }
    Ok(())
}

fn prepare<'c>(
    connection: &'c Connection,
    text: &str,
    args: &[Arg<'_>],
) -> rusqlite::Result<CachedStatement<'c>> {
    let mut statement = connection.prepare_cached(&spelled(text))?;
    bind(&mut statement, args)?;
    Ok(statement)
}

/// `$1` is a name for SQLite, numbered by where it first stands and sought among all names; `?1` is
/// a number.
fn spelled(text: &str) -> String {
    text.replace('$', "?")
}

fn bind(statement: &mut CachedStatement<'_>, args: &[Arg<'_>]) -> rusqlite::Result<()> {
    let count = statement.parameter_count();
    if count > args.len() {
        return Err(rusqlite::Error::InvalidParameterCount(args.len(), count));
    }
    for (index, arg) in (1..).zip(args) {
        match *arg {
            Arg::Int(Some(value)) => statement.raw_bind_parameter(index, value)?,
            Arg::Text(Some(value)) => statement.raw_bind_parameter(index, value)?,
            Arg::Bool(value) => statement.raw_bind_parameter(index, value)?,
            Arg::Int(None) | Arg::Text(None) => statement.raw_bind_parameter(index, Null)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str, args: &[Arg<'_>]) -> rusqlite::Result<Vec<(i64, Option<String>)>> {
        let connection = Connection::open_in_memory()?;
        let rows = rows(&connection, text, args, 2)?;
        Ok(rows.iter().map(|row| (row.get(0).unwrap(), row.get(1).unwrap())).collect())
    }

    #[test]
    fn markers_are_told_by_their_number() {
        let args = [Arg::from(1), Arg::from("two"), Arg::from(None::<&str>)];
        let two = Some("two".to_owned());
        assert_eq!(cells("SELECT $1, $2 WHERE $3 IS NULL", &args).unwrap(), [(1, two.clone())]);
        assert_eq!(cells("SELECT $1 + $1, $3 WHERE $2 = 'two'", &args).unwrap(), [(2, None)]);
        let backwards = "SELECT a, b FROM (SELECT $2 AS b, $1 AS a)";
        assert_eq!(cells(backwards, &args[..2]).unwrap(), [(1, two)]);
        assert!(cells("SELECT $1, $4", &args).is_err(), "a value is missing");
        assert!(cells("SELECT $1, $2", &args).is_err(), "a value has no marker");
    }

    #[test]
    fn no_more_rows_are_read_than_wanted() {
        let many = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) \
            SELECT x, 'x' FROM n";
        assert_eq!(cells(many, &[]).unwrap().len(), 2);
    }
}
