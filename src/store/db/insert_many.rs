//! Many rows: on PostgreSQL by few statements, since each is a trip to the server; on SQLite row by
//! row, since a statement of many rows keeps a copy of each page that it touches, so as to be able
//! to fail alone.

use std::borrow::Cow;

use crate::fault::Fault;
use crate::store::db::sql::{Statement, Tx, sql};

/// So many rows are written by one statement of PostgreSQL: as often the first number as there are
/// rows, then the next. 64 timers are settled together.
const ROWS: [usize; 5] = [100, 64, 16, 4, 1];

/// Inserts `items`: `text` inserts one row, `bind` gives a row's values.
pub async fn insert_many<'q, T>(
    tx: &mut Tx,
    text: &'static str,
    columns: usize,
    items: &'q [T],
    bind: impl Fn(Statement<'q>, &'q T) -> Statement<'q>,
) -> Result<(), Fault> {
    write_many(tx, (text, text), columns, items, bind).await.map(drop)
}

/// Changes a row for each of `items`, and tells how many it changed. The first text changes one row
/// by plain markers; the second does it by a row of `VALUES`, which has the same markers.
pub async fn write_many<'q, T>(
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
    let (mut rest, mut changed) = (items, 0);
    for rows in ROWS {
        if rest.len() < rows {
            continue;
        }
        let text = if rows == 1 { Cow::from(one) } else { many_rows(many, columns, rows).into() };
        while let Some((chunk, after)) = rest.split_at_checked(rows) {
            let statement = chunk.iter().fold(Statement::new(text.clone()), &bind);
            changed += statement.changes(tx).await?;
            rest = after;
        }
    }
    Ok(changed)
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
