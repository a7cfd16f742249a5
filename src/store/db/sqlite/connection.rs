//! One connection, with our settings.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

/// So many prepared statements are kept by each connection.
const STATEMENTS: usize = 512;
/// Another program may read the file and hold it for a moment.
pub(super) const BUSY_FOR: Duration = Duration::from_secs(5);
/// The page size counts for a new file alone. No commit copies the WAL into the file: the
/// checkpointer does. The file is not mapped into memory: whoever made it shorter would end the
/// process by a signal.
const SETTINGS: &str = "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; \
    PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = ON";

/// A connection with our settings, and `more`. What `more` says of `synchronous` counts before the
/// journal's mode changes, which would write the whole file to the disk.
pub(super) fn connect(path: &Path, flags: OpenFlags, more: &str) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY_FOR)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.execute_batch(&format!("PRAGMA page_size = 8192; {more}; {SETTINGS}"))?;
    Ok(connection)
}
