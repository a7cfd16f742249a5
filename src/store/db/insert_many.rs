//! Many rows: on PostgreSQL by few statements, since each is a trip to the server; on SQLite row by
//! row, since a statement of many rows keeps a copy of each page that it touches, so as to be able
//! to fail alone.

use crate::fault::Fault;
use crate::store::db::sql::{Statement, Tx, sql};

/// So many rows are inserted by one statement of PostgreSQL.
const ROWS: usize = 100;

/// Inserts `items`: `text` inserts one row, `bind` gives a row's values.
pub async fn insert_many<'q, T>(
    tx: &mut Tx,
    text: &'static str,
    columns: usize,
    items: &'q [T],
    bind: impl Fn(Statement<'q>, &'q T) -> Statement<'q>,
) -> Result<(), Fault> {
    if let Tx::SqliteWrite(write) = tx {
        let rows = items.iter().map(|item| bind(sql(text), item).into_args());
        return write.execute_each(text, rows);
    }
    let mut chunks = items.chunks_exact(ROWS);
    let many = if items.len() < ROWS { String::new() } else { many_rows(text, columns, ROWS) };
    for chunk in chunks.by_ref() {
        let statement = Statement::new(many.clone());
        chunk.iter().fold(statement, &bind).run(tx).await?;
    }
    for item in chunks.remainder() {
        bind(sql(text), item).run(tx).await?;
    }
    Ok(())
}

/// An INSERT of one row, `text`, made into one of `rows` rows of `columns` markers each.
fn many_rows(text: &str, columns: usize, rows: usize) -> String {
    let (head, row) = text.split_once("VALUES ").unwrap_or((text, ""));
    let (row, tail) = row.split_once(')').unwrap_or((row, ""));
    let rows: Vec<String> = (0..rows).map(|r| shifted(row, r * columns) + ")").collect();
    format!("{head}VALUES {}{tail}", rows.join(", "))
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
