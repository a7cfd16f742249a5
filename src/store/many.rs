//! Many rows: on PostgreSQL by few statements, since each is a trip to the server; on SQLite row by
//! row, since a statement of many rows keeps a copy of each page that it touches, so as to be able
//! to fail alone.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::fault::Fault;
use crate::store::Tx;
use crate::store::sql::{Statement, sql};

/// So many rows are inserted by one statement of PostgreSQL.
const ROWS: usize = 100;

/// Inserts `items`: `text` inserts one row, `bind` gives a row's values.
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
    if let Tx::SqliteWrite(seat) = tx {
        return seat.execute_each(text, items.iter().map(|item| bind(sql(text), item).into_args()));
    }
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
}
