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
    let all: Vec<Migration> = migrations::spelled(Dialect::Sqlite).collect();
    let begun = connection.transaction().map_err(OpenError::unusable)?;
    begun.execute(TABLE, []).map_err(OpenError::unusable)?;
    let done = done(&begun).map_err(OpenError::unusable)?;
    for (version, checksum) in &done {
        let known = all.iter().find(|migration| migration.version == *version);
        let known = known.ok_or(OpenError::Newer)?;
        if *known.checksum != **checksum {
            return Err(OpenError::unusable(format!("its migration {version} is another one")));
        }
    }
    let is_done = |version| done.iter().any(|(known, _)| *known == version);
    for migration in all.iter().filter(|migration| !is_done(migration.version)) {
        apply(&begun, migration).map_err(OpenError::unusable)?;
    }
    begun.commit().map_err(OpenError::unusable)
}

/// The versions that were done, in order, and their checksums.
fn done(begun: &Transaction<'_>) -> rusqlite::Result<Vec<(i64, Vec<u8>)>> {
    let mut statement = begun.prepare(DONE)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

fn apply(begun: &Transaction<'_>, migration: &Migration) -> rusqlite::Result<()> {
    begun.execute_batch(migration.sql.as_str())?;
    let checksum: &[u8] = &migration.checksum;
    begun.execute(NOTE, params![migration.version, migration.description, checksum]).map(drop)
}
