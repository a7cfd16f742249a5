//! One statement on one connection.

use rusqlite::types::{Null, Value};
use rusqlite::{CachedStatement, Connection};

use crate::store::db::json_page::JsonPage;
use crate::store::db::row::Row;
use crate::store::db::value::Arg;

/// No more space than this is reserved for a page before its size is known.
const LARGE_PAGE: usize = 1 << 20;

/// The statement, from the connection's cache.
pub(super) fn prepare<'c>(
    connection: &'c Connection,
    text: &str,
) -> rusqlite::Result<CachedStatement<'c>> {
    connection.prepare_cached(&spelled(text))
}

/// Up to `most` rows.
pub(super) fn rows(
    statement: &mut CachedStatement<'_>,
    args: &[Arg<'_>],
    most: usize,
) -> rusqlite::Result<Vec<Row>> {
    bind(statement, args)?;
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

/// A page of about `most` rows behind a prefix of so many bytes; none if it is too long.
pub(super) fn json_page(
    statement: &mut CachedStatement<'_>,
    args: &[Arg<'_>],
    most: usize,
    prefix_bytes: usize,
) -> rusqlite::Result<Option<JsonPage>> {
    bind(statement, args)?;
    let (mut rows, mut page) = (statement.raw_query(), None);
    while let Some(row) = rows.next()? {
        let document = row.get_ref(1)?.as_str()?;
        let page = page.get_or_insert_with(|| {
            // The others are about as long.
            let about = (document.len() + document.len() / 8).saturating_mul(most);
            JsonPage::with_capacity(prefix_bytes, about.min(LARGE_PAGE))
        });
        if page.is_full(document.len()) {
            return Ok(None);
        }
        page.add(row.get(0)?, document);
    }
    Ok(Some(page.unwrap_or_default()))
}

/// Runs a statement that gives no rows, and tells how many it changed.
pub(super) fn execute(
    statement: &mut CachedStatement<'_>,
    args: &[Arg<'_>],
) -> rusqlite::Result<u64> {
    bind(statement, args)?;
    statement.raw_execute().map(|count| u64::try_from(count).unwrap_or(u64::MAX))
}

/// `$1` is a name for SQLite, numbered by where it first stands and looked up among all names; `?1`
/// is a number.
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
            Arg::Text(Some(value)) | Arg::Set(value) => {
                statement.raw_bind_parameter(index, value)?;
            }
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
        let rows = rows(&mut prepare(&connection, text)?, args, 2)?;
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
