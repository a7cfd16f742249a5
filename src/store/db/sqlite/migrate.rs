//! Brings the tables of a SQLite file up to date, in one transaction.
//!
//! What was done is kept in sqlx's own table, so that sqlx's tools read it.

use ring::digest::{Digest, SHA384, digest};
use rusqlite::{Connection, Transaction, params};

use crate::store::db::dialect::SQLITE;
use crate::store::db::error::OpenError;
use crate::store::db::migrations::{self, Migration};

const TABLE: &str = "CREATE TABLE IF NOT EXISTS _sqlx_migrations ( \
    version BIGINT PRIMARY KEY, description TEXT NOT NULL, \
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL, \
    checksum BLOB NOT NULL, execution_time BIGINT NOT NULL)";
const COPY: &str = "PRAGMA wal_checkpoint(TRUNCATE)";
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
    let missing = missing(&begun)?;
    for migration in &missing {
        apply(&begun, migration).map_err(OpenError::unusable)?;
    }
    begun.commit().map_err(OpenError::unusable)?;
    if !missing.is_empty() {
        // On a small disk the market needs the room that the tables take in the WAL.
        let copied = connection.query_row(COPY, [], |_| Ok(()));
        copied.map_err(OpenError::unusable)?;
    }
    Ok(())
}

/// Checks what was done, and changes nothing.
///
/// # Errors
/// A newer program made the tables, or another history did.
pub(super) fn check(connection: &Connection) -> Result<(), OpenError> {
    missing(connection).map(drop)
}

/// What is not done yet.
fn missing(connection: &Connection) -> Result<Vec<Migration>, OpenError> {
    let mut all: Vec<Migration> = migrations::spelled(&SQLITE).collect();
    let done = done(connection).map_err(OpenError::unusable)?;
    for (version, checksum) in &done {
        if *version < migrations::FIRST {
            return Err(OpenError::Older);
        }
        let known = all.iter().find(|migration| migration.version == *version);
        let known = known.ok_or(OpenError::Newer)?;
        if self::checksum(known).as_ref() != checksum.as_slice() {
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
    begun.execute_batch(&migration.text)?;
    let checksum = checksum(migration);
    let note = params![migration.version, migration.name, checksum.as_ref()];
    begun.execute(NOTE, note).map(drop)
}

/// As sqlx has it.
fn checksum(migration: &Migration) -> Digest {
    digest(&SHA384, migration.text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_from_before_the_first_release_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute(TABLE, []).unwrap();
        connection.execute(NOTE, params![1, "market", [0_u8; 48]]).unwrap();
        assert!(matches!(check(&connection), Err(OpenError::Older)));
        assert!(matches!(run(&mut connection), Err(OpenError::Older)));
        connection.execute("UPDATE _sqlx_migrations SET version = 1000", []).unwrap();
        assert!(matches!(check(&connection), Err(OpenError::Newer)));
    }

    #[test]
    fn a_timer_is_due_at_an_integer() {
        let mut connection = Connection::open_in_memory().unwrap();
        run(&mut connection).unwrap();
        let set = "INSERT INTO timers (kind, subject, due_at) VALUES ('x', ?1, ?1)";
        connection.execute(set, ["1"]).unwrap();
        for bad in ["soon", "1.5", ""] {
            assert!(connection.execute(set, [bad]).is_err(), "{bad}");
        }
    }
}
