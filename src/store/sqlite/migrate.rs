//! Brings the tables of a SQLite file up to date, in one transaction.
//!
//! What was done is kept in sqlx's own table, so that sqlx's tools read it.

use rusqlite::{Connection, Transaction, params};
use sqlx::migrate::Migration;

use crate::store::dialect::Dialect;
use crate::store::migrations;
use crate::store::open::OpenError;

const TABLE: &str = "CREATE TABLE IF NOT EXISTS _sqlx_migrations ( \
    version BIGINT PRIMARY KEY, description TEXT NOT NULL, \
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL, \
    checksum BLOB NOT NULL, execution_time BIGINT NOT NULL)";
const DONE: &str = "SELECT version, checksum FROM _sqlx_migrations ORDER BY version";
const NOTE: &str = "INSERT INTO _sqlx_migrations \
    (version, description, success, checksum, execution_time) VALUES (?1, ?2, TRUE, ?3, 0)";

/// Does what is not done yet.
///
/// # Errors
/// A newer program made the tables, or another history did; the file cannot be written.
pub(super) fn run(connection: &mut Connection) -> Result<(), OpenError> {
    let begun = connection.transaction().map_err(OpenError::unusable)?;
    begun.execute(TABLE, []).map_err(OpenError::unusable)?;
    for migration in &missing(&begun)? {
        apply(&begun, migration).map_err(OpenError::unusable)?;
    }
    begun.commit().map_err(OpenError::unusable)
}

/// Looks at what was done, and changes nothing.
///
/// # Errors
/// A newer program made the tables, or another history did.
pub(super) fn check(connection: &Connection) -> Result<(), OpenError> {
    missing(connection).map(drop)
}

/// What is not done yet.
fn missing(connection: &Connection) -> Result<Vec<Migration>, OpenError> {
    let mut all: Vec<Migration> = migrations::spelled(Dialect::Sqlite).collect();
    let done = done(connection).map_err(OpenError::unusable)?;
    for (version, checksum) in &done {
        let known = all.iter().find(|migration| migration.version == *version);
        let known = known.ok_or(OpenError::Newer)?;
        if *known.checksum != **checksum {
            return Err(OpenError::unusable(format!("its migration {version} is another one")));
        }
    }
    Ok(all.split_off(done.len()))
}

/// The versions that were done, in order, and their checksums.
fn done(begun: &Connection) -> rusqlite::Result<Vec<(i64, Vec<u8>)>> {
    let mut statement = begun.prepare(DONE)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

fn apply(begun: &Transaction<'_>, migration: &Migration) -> rusqlite::Result<()> {
    begun.execute_batch(migration.sql.as_str())?;
    let checksum: &[u8] = &migration.checksum;
    begun.execute(NOTE, params![migration.version, migration.description, checksum]).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What earlier versions took: amounts near the end of 64 bits, and their overflowed sums.
    const BEYOND: &str = "
        INSERT INTO requesters (id, access_key, account, name, balance_cents)
            VALUES ('A1', 'k', '1', 'n', 9223372036854775807), ('A2', 'l', '2', 'n', 5);
        UPDATE requesters SET balance_cents = balance_cents + 5 WHERE id = 'A1';
        INSERT INTO bonus_payments (requester_id, hit_id, assignment_id, worker_id, amount_cents,
            reason, grant_at) VALUES ('A1', NULL, '3A', 'A3', 9223372036854775807, '', 0);
        INSERT INTO workers (id, masters, adult, created_at, hits_approved)
            VALUES ('A3', FALSE, FALSE, 0, 9223372036854775807);";
    const LEFT: &str = "SELECT (SELECT balance_cents FROM requesters WHERE id = 'A1'),
        (SELECT balance_cents FROM requesters WHERE id = 'A2'),
        (SELECT amount_cents FROM bonus_payments), (SELECT hits_approved FROM workers)";

    #[test]
    fn amounts_of_earlier_versions_are_brought_within_bounds() {
        let mut connection = Connection::open_in_memory().unwrap();
        let begun = connection.transaction().unwrap();
        begun.execute(TABLE, []).unwrap();
        for migration in migrations::spelled(Dialect::Sqlite).take_while(|one| one.version < 10) {
            apply(&begun, &migration).unwrap();
        }
        begun.execute_batch(BEYOND).unwrap();
        begun.commit().unwrap();
        run(&mut connection).unwrap();
        let left: [i64; 4] = connection
            .query_row(LEFT, [], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]))
            .unwrap();
        assert_eq!(left, [1_000_000_000_000_000_000, 5, 100_000_000_000, 1_000_000_000]);
    }
}
