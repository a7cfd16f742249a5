//! Snapshots on PostgreSQL: each a schema with copies of the tables, without their indexes.

use sqlx::{AssertSqlSafe, Executor as _, Postgres, Row as _, Transaction};

use crate::fault::{Code, Fault};
use crate::ids;
use crate::store::db::postgres::statement::Connection;

/// The columns that can be written of each table, and those of a unique key, the primary one if it
/// has that.
const COLUMNS: &str = "SELECT c.relname::text, \
        array_agg(quote_ident(a.attname) ORDER BY a.attnum), \
        coalesce(array_agg(quote_ident(a.attname)) \
            FILTER (WHERE a.attnum = ANY (k.indkey::smallint[])), '{}') \
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
        LEFT JOIN LATERAL (SELECT i.indkey FROM pg_index i WHERE i.indrelid = c.oid \
            AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL \
            AND NOT EXISTS (SELECT 1 FROM pg_attribute g WHERE g.attrelid = c.oid \
                AND g.attnum = ANY (i.indkey::smallint[]) AND g.attgenerated <> '') \
            ORDER BY NOT i.indisprimary, i.indexrelid LIMIT 1) k ON true \
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' \
        AND c.relname::text = ANY ($1) \
        AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' GROUP BY c.relname";
const MAY_KEEP: &str = "SELECT has_database_privilege(current_database(), 'CREATE')";
const IS_THERE: &str = "SELECT to_regnamespace($1) IS NOT NULL";
const SIZE: &str = "SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class \
    WHERE relnamespace = $1::regnamespace AND relkind = 'r'";

impl Connection {
    /// Copies `tables` into a new schema. Its name, and how many bytes it takes.
    ///
    /// # Errors
    /// The database failed, or the role may not make schemas.
    pub async fn keep(&mut self, tables: &[&str]) -> Result<(String, i64), Fault> {
        let tx = self.transaction()?;
        if !sqlx::query_scalar(MAY_KEEP).fetch_one(&mut **tx).await? {
            return Err(refused(
                "The snapshot cannot be written: the role may not create schemas.",
            ));
        }
        // Several markets may share a database.
        let schema = format!("mturk_local_snapshot_{}", ids::request_id().replace('-', ""));
        let copy = |Table { name, columns, .. }| {
            let columns = columns.join(", ");
            format!("CREATE TABLE {schema}.{name} AS SELECT {columns} FROM {name}")
        };
        let copies: Vec<String> = columns(tx, tables).await?.into_iter().map(copy).collect();
        run(tx, format!("CREATE SCHEMA {schema}; {}", copies.join("; "))).await?;
        let bytes = sqlx::query_scalar(SIZE).bind(&schema).fetch_one(&mut **tx).await?;
        Ok((schema, bytes))
    }

    /// Puts the rows of a schema in place of those of `tables`. Rows that are the same stay; others
    /// are deleted one by one, because a truncated table looks empty to those who began to read
    /// before.
    ///
    /// # Errors
    /// The database failed; the schema is gone.
    pub async fn restore(&mut self, tables: &[&str], schema: &str) -> Result<(), Fault> {
        let tx = self.transaction()?;
        if !sqlx::query_scalar(IS_THERE).bind(schema).fetch_one(&mut **tx).await? {
            return Err(refused("The snapshot cannot be read: its schema is gone."));
        }
        let tables = columns(tx, tables).await?;
        let restores: Vec<String> = tables.iter().map(|table| table.restore(schema)).collect();
        run(tx, restores.join("; ")).await
    }

    /// Removes a schema with all that is in it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn delete(&mut self, schema: &str) -> Result<(), Fault> {
        let tx = self.transaction()?;
        run(tx, format!("DROP SCHEMA IF EXISTS {schema} CASCADE")).await
    }

    fn transaction(&mut self) -> Result<&mut Transaction<'static, Postgres>, Fault> {
        match self {
            Self::Write(transaction) => Ok(transaction),
            Self::Read(_) => Err(Fault::Service("a turn that reads keeps no snapshots".into())),
        }
    }
}

fn refused(message: &str) -> Fault {
    Fault::refused(Code::Conflict, message)
}

/// The columns of a table, as text for statements.
struct Table {
    name: String,
    /// Those that can be written.
    columns: Vec<String>,
    /// Those that tell its rows apart; none if no key does.
    key: Vec<String>,
}

impl Table {
    /// Statements that put the rows of a schema in place of the table's.
    fn restore(&self, schema: &str) -> String {
        let Self { name, columns, key } = self;
        let kept = |columns: &[String]| list(columns, "kept.");
        let present = |columns: &[String]| list(columns, "present.");
        let (listed, all, same) = (columns.join(", "), kept(columns), present(columns));
        if key.is_empty() {
            return format!(
                "DELETE FROM {name}; \
                INSERT INTO {name} ({listed}) SELECT {all} FROM {schema}.{name} kept"
            );
        }
        let has_key = format!("({}) = ({})", kept(key), present(key));
        format!(
            "DELETE FROM {name} present WHERE NOT EXISTS (SELECT 1 FROM {schema}.{name} kept \
                WHERE {has_key} AND ({all}) IS NOT DISTINCT FROM ({same})); \
            INSERT INTO {name} ({listed}) SELECT {all} FROM {schema}.{name} kept \
                WHERE NOT EXISTS (SELECT 1 FROM {name} present WHERE {has_key})"
        )
    }
}

fn list(columns: &[String], of: &str) -> String {
    let listed: Vec<String> = columns.iter().map(|column| format!("{of}{column}")).collect();
    listed.join(", ")
}

async fn columns(
    tx: &mut Transaction<'static, Postgres>,
    tables: &[&str],
) -> Result<Vec<Table>, Fault> {
    let rows = sqlx::query(COLUMNS).bind(tables).fetch_all(&mut **tx).await?;
    let table = |row: &sqlx::postgres::PgRow| {
        let (name, columns, key) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        Ok(Table { name, columns, key })
    };
    rows.iter().map(table).collect()
}

/// Runs statements that are made of names of tables and schemas alone.
async fn run(tx: &mut Transaction<'static, Postgres>, text: String) -> Result<(), Fault> {
    Ok((**tx).execute(AssertSqlSafe(text)).await.map(drop)?)
}
