//! `snapshots`: what was kept of the whole market. On SQLite they are files, see the migration.

use std::sync::Arc;

use crate::fault::{Code, Fault};
use crate::rules::snapshot::Limits;
use crate::shapes::scalar::{At, SnapshotName};
use crate::shapes::snapshot::Snapshot;
use crate::store::db::migrations;
use crate::store::db::postgres::Connection;
use crate::store::db::row::{Columns, FromRow};
use crate::store::db::sql::sql;
use crate::store::db::sqlite::Scratch;
use crate::store::db::sqlite::snapshots::Folder;
use crate::store::{Store, Tx, reset};
use crate::time::Instant;

statements! {
    ALL = "SELECT name, market_at, kept_at, bytes FROM snapshots ORDER BY name";
    FIND = "SELECT place, version, kept_at FROM snapshots WHERE name = $1";
    ADD = "INSERT INTO snapshots (name, market_at, kept_at, bytes, place, version) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    REMOVE = "DELETE FROM snapshots WHERE name = $1";
    REMOVE_ALL = "DELETE FROM snapshots";
}

/// Where the snapshots of a store are.
#[derive(Debug, Clone)]
pub enum Snapshots {
    /// Files, on SQLite.
    Files(Arc<Folder>),
    /// Schemas, on PostgreSQL.
    Schemas,
}

/// A snapshot that is about to be restored.
#[derive(Debug)]
pub enum Source {
    /// A copy of the file.
    File(Box<Scratch>),
    /// What is called so.
    Schema(SnapshotName),
}

impl Snapshots {
    /// Those of a store.
    pub fn of(store: &Store) -> Self {
        match store {
            Store::Sqlite(sqlite) => Self::Files(Arc::clone(&sqlite.snapshots)),
            Store::Postgres(_) => Self::Schemas,
        }
    }

    /// All of them, by name.
    pub async fn all(&self, tx: &mut Tx) -> Result<Vec<Snapshot>, Fault> {
        match self {
            Self::Files(folder) => folder.list(),
            Self::Schemas => sql(ALL).all(tx).await,
        }
    }

    /// Keeps what a read connection of SQLite sees, or a transaction of PostgreSQL, in place of the
    /// snapshot with that name.
    ///
    /// # Errors
    /// There is no room for it; it cannot be written.
    pub async fn keep(
        &self,
        tx: &mut Tx,
        new: Snapshot,
        limits: Limits,
    ) -> Result<Snapshot, Fault> {
        if let (Self::Files(folder), Tx::SqliteRead(read)) = (self, &mut *tx) {
            return folder.keep(read.connection()?, new, limits);
        }
        let there: Vec<Snapshot> = sql(ALL).all(tx).await?;
        limits.check(&there, &new)?;
        if let Some((place, ..)) = find(tx, &new.name).await? {
            forget(tx, &new.name, &place).await?;
        }
        let (place, bytes) = Box::pin(connection(tx)?.keep(&tables())).await?;
        let new = Snapshot { bytes, ..new };
        limits.check(&there, &new)?;
        let statement = sql(ADD).bind(&*new.name).bind(new.now.0).bind(new.kept_at.0);
        statement.bind(bytes).bind(&place).bind(migrations::latest()).run(tx).await?;
        Ok(new)
    }

    /// Prepares a restore. On SQLite that copies a file, and reads all of it.
    ///
    /// # Errors
    /// On SQLite: there is none of that name, or it cannot be restored.
    pub fn open(&self, name: &SnapshotName) -> Result<Source, Fault> {
        Ok(match self {
            Self::Files(folder) => Source::File(Box::new(Scratch::of(folder, name)?)),
            Self::Schemas => Source::Schema(name.clone()),
        })
    }

    /// Deletes a snapshot.
    ///
    /// # Errors
    /// There is none of that name.
    pub async fn delete(&self, tx: &mut Tx, name: &SnapshotName) -> Result<(), Fault> {
        if let Self::Files(folder) = self {
            return folder.delete(name);
        }
        let (place, ..) = find(tx, name).await?.ok_or_else(|| none(name))?;
        forget(tx, name, &place).await
    }
}

/// Puts the rows of a snapshot in place of all that the transaction of PostgreSQL sees; when it was
/// kept, in real time.
///
/// # Errors
/// There is none of that name, or another version kept it.
pub async fn restore(tx: &mut Tx, name: &SnapshotName) -> Result<Instant, Fault> {
    let (place, version, kept_at) = find(tx, name).await?.ok_or_else(|| none(name))?;
    if version != migrations::latest() {
        let message = "The snapshot cannot be restored: another version of mturk-local kept it.";
        return Err(Fault::refused(Code::Conflict, message));
    }
    Box::pin(connection(tx)?.restore(&tables(), &place)).await?;
    Ok(kept_at)
}

/// A transaction in which the rows of a scratch copy can be changed before they are restored.
///
/// # Errors
/// The copy cannot be written.
pub async fn begin(source: &Scratch) -> Result<Tx, Fault> {
    let mut tx = Tx::SqliteWrite(source.write().await);
    // It is a market from now on, and no snapshot.
    sql(REMOVE_ALL).run(&mut tx).await?;
    Ok(tx)
}

/// Puts what is in the scratch copy in place of everything, and commits it.
///
/// # Errors
/// The database failed; nothing is replaced then.
pub async fn replace(tx: &mut Tx, source: &Scratch) -> Result<(), Fault> {
    let Tx::SqliteWrite(write) = tx else { return Err(not_so()) };
    write.replace(&source.write().await)
}

/// What a snapshot holds: all that a reset empties, and the clock.
fn tables() -> Vec<&'static str> {
    reset::tables().chain(["world"]).collect()
}

async fn find(tx: &mut Tx, name: &SnapshotName) -> Result<Option<(String, i64, Instant)>, Fault> {
    sql(FIND).bind(&**name).one(tx).await
}

async fn forget(tx: &mut Tx, name: &SnapshotName, place: &str) -> Result<(), Fault> {
    Box::pin(connection(tx)?.delete(place)).await?;
    sql(REMOVE).bind(&**name).run(tx).await
}

fn connection(tx: &mut Tx) -> Result<&mut Connection, Fault> {
    if let Tx::Postgres(connection) = tx { Ok(connection) } else { Err(not_so()) }
}

fn not_so() -> Fault {
    Fault::Service("a snapshot needs another kind of transaction".into())
}

fn none(name: &SnapshotName) -> Fault {
    Fault::not_found(format!("There is no snapshot {}.", **name))
}

impl FromRow for Snapshot {
    fn read(columns: &mut Columns<'_>) -> Result<Self, Fault> {
        Ok(Self {
            name: SnapshotName::known(columns.next()?),
            now: At(columns.next()?),
            kept_at: At(columns.next()?),
            bytes: columns.next()?,
        })
    }
}
