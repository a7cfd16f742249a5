//! The tables of all versions, in one database's words.

use sqlx::migrate::{Migration, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr as _};

use crate::store::dialect::Dialect;

static MIGRATIONS: Migrator = sqlx::migrate!();

/// Every migration, in order.
pub(super) fn spelled(dialect: Dialect) -> impl Iterator<Item = Migration> {
    MIGRATIONS.iter().map(move |migration| {
        Migration::new(
            migration.version,
            migration.description.clone(),
            migration.migration_type,
            AssertSqlSafe(dialect.spell(migration.sql.as_str())).into_sql_str(),
            migration.no_tx,
        )
    })
}
