//! Many rows by few statements: on PostgreSQL each is a trip to the server.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use crate::fault::Fault;
use crate::store::db::sql::{Statement, Tx, sql};

/// So many rows are written by one statement: as often the first number as there are rows, then the
/// next. 64 timers are settled together.
const ROWS: [usize; 5] = [100, 64, 16, 4, 1];

/// Inserts `items`: `text` inserts one row, `bind` gives a row's values. On SQLite it goes row by
/// row, since a statement of many rows keeps a copy of each page that it touches, so as to be able
/// to fail alone.
pub async fn insert_many<'q, T>(
    tx: &mut Tx,
    text: &'static str,
    columns: usize,
    items: &'q [T],
    bind: impl Fn(Statement<'q>, &'q T) -> Statement<'q>,
) -> Result<(), Fault> {
    change_many(tx, (text, text), columns, items, bind).await.map(drop)
}

/// Changes a row for each of `items`, and tells how many it changed: on SQLite row by row by the
/// first text, on PostgreSQL by the second, which has a row of `VALUES` with the same markers.
pub async fn change_many<'q, T>(
    tx: &mut Tx,
    (one, many): (&'static str, &'static str),
    columns: usize,
    items: &'q [T],
    bind: impl Fn(Statement<'q>, &'q T) -> Statement<'q>,
) -> Result<u64, Fault> {
    if let Tx::SqliteWrite(write) = tx {
        let rows = items.iter().map(|item| bind(sql(one), item).into_args());
        return write.execute_each(one, rows);
    }
    write_many(tx, many, columns, items, bind).await
}

/// Writes `items` by few statements on both databases, and tells how many rows it changed: for
/// short rows that come to lie side by side, of which SQLite need not copy many pages.
pub async fn write_many<'q, T>(
    tx: &mut Tx,
    text: &'static str,
    columns: usize,
    items: &'q [T],
    bind: impl Fn(Statement<'q>, &'q T) -> Statement<'q>,
) -> Result<u64, Fault> {
    let (mut rest, mut changed) = (items, 0);
    for rows in ROWS {
        while let Some((chunk, after)) = rest.split_at_checked(rows) {
            let statement = chunk.iter().fold(sql(with_rows(text, columns, rows)), &bind);
            changed += statement.changes(tx).await?;
            rest = after;
        }
    }
    Ok(changed)
}

/// The statement with so many rows of values. It is made once and kept for ever.
fn with_rows(text: &'static str, columns: usize, rows: usize) -> &'static str {
    static MADE: LazyLock<Mutex<HashMap<(&str, usize), &str>>> = LazyLock::new(Mutex::default);
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    made.entry((text, rows)).or_insert_with(|| many_rows(text, columns, rows).leak())
}

/// A statement with one row of values, `text`, made into one with `rows` rows of `columns` markers
/// each.
fn many_rows(text: &str, columns: usize, rows: usize) -> String {
    let (head, row) = text.split_once("VALUES ").unwrap_or((text, ""));
    let (row, tail) = row.split_at(end_of_row(row));
    let rows: Vec<String> = (0..rows).map(|r| shifted(row, r * columns)).collect();
    format!("{head}VALUES {}{tail}", rows.join(", "))
}

/// Behind the parenthesis that closes the first one.
fn end_of_row(text: &str) -> usize {
    let mut depth = 0;
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' if depth == 1 => return at + 1,
            ')' => depth -= 1,
            _ => {}
        }
    }
    text.len()
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

#[cfg(test)]
mod tests {
    use super::many_rows;

    #[test]
    fn one_row_becomes_many() {
        let one = "INSERT INTO t (a, b, c) VALUES ($1, false, $2) ON CONFLICT DO NOTHING";
        let two = "INSERT INTO t (a, b, c) VALUES ($1, false, $2), ($3, false, $4) \
            ON CONFLICT DO NOTHING";
        assert_eq!(many_rows(one, 2, 1), one);
        assert_eq!(many_rows(one, 2, 2), two);
    }

    #[test]
    fn a_row_ends_where_it_began() {
        let one = "DELETE FROM t WHERE (a, b) IN (VALUES (CAST($1 AS BIGINT), $2)) RETURNING a";
        let two = "DELETE FROM t WHERE (a, b) IN (VALUES (CAST($1 AS BIGINT), $2), \
            (CAST($3 AS BIGINT), $4)) RETURNING a";
        assert_eq!(many_rows(one, 2, 2), two);
    }
}
