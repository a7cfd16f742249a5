//! Everything that a store holds, as text.

use std::fmt::Write;

use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection};

use crate::world::World;

/// Every row of every table, sorted; two worlds with the same text are the same.
pub async fn state(world: &World) -> String {
    if world.is_postgres() { of_postgres(world).await } else { of_sqlite(world).await }
}

/// Writes into the store behind the program's back.
pub async fn write(world: &World, text: &str) {
    let text = AssertSqlSafe(text.to_owned());
    if world.is_postgres() {
        let mut connection = PgConnection::connect(&world.database).await.unwrap();
        sqlx::query(text).execute(&mut connection).await.unwrap();
    } else {
        let mut connection = SqliteConnection::connect(&world.database).await.unwrap();
        sqlx::query(text).execute(&mut connection).await.unwrap();
    }
}

async fn of_sqlite(world: &World) -> String {
    let mut connection = SqliteConnection::connect(&world.database).await.unwrap();
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
    let tables = sqlx::query(tables).fetch_all(&mut connection).await.unwrap();
    let mut text = String::new();
    for table in tables.iter().map(|row| row.get::<String, _>(0)).filter(|name| is_ours(name)) {
        let columns = "SELECT name FROM pragma_table_xinfo($1)";
        let columns = sqlx::query(columns).bind(&table).fetch_all(&mut connection).await.unwrap();
        let columns = columns.iter().map(|row| row.get::<String, _>(0)).collect();
        let rows = sqlx::query(AssertSqlSafe(rows_of(&table, columns)));
        let rows = rows.fetch_all(&mut connection).await.unwrap();
        add(&mut text, &table, rows.iter().map(|row| row.get(0)).collect());
    }
    text
}

async fn of_postgres(world: &World) -> String {
    let mut connection = PgConnection::connect(&world.database).await.unwrap();
    let tables = "SELECT relname::text FROM pg_class \
        WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' ORDER BY 1";
    let tables = sqlx::query(tables).fetch_all(&mut connection).await.unwrap();
    let mut text = String::new();
    for table in tables.iter().map(|row| row.get::<String, _>(0)).filter(|name| is_ours(name)) {
        let rows = AssertSqlSafe(format!("SELECT row_to_json(t)::text FROM {table} t"));
        let rows = sqlx::query(rows).fetch_all(&mut connection).await.unwrap();
        add(&mut text, &table, rows.iter().map(|row| row.get(0)).collect());
    }
    text
}

fn is_ours(table: &str) -> bool {
    !table.starts_with('_') && !table.starts_with("sqlite_")
}

fn rows_of(table: &str, columns: Vec<String>) -> String {
    let named = |name: String| format!("'{name}=' || coalesce(CAST({name} AS TEXT), '-')");
    let columns: Vec<String> = columns.into_iter().map(named).collect();
    format!("SELECT {} FROM {table} ORDER BY 1", columns.join(" || ' ' || "))
}

fn add(text: &mut String, table: &str, mut rows: Vec<String>) {
    rows.sort_unstable();
    writeln!(text, "{table}\n  {}", rows.join("\n  ")).unwrap();
}
