//! Connections, transactions and statements, whichever database is behind them.
//!
//! [`sql`] is the seam: a transaction is of one of three kinds, and a statement runs on each.
//! [`sqlite`] calls SQLite on the calling thread; `postgres` goes through sqlx.

pub mod clock_check;
mod dialect;
pub mod error;
pub mod insert_many;
pub mod json_page;
pub mod migrations;
#[cfg_attr(not(feature = "postgres"), path = "db/no_postgres.rs")]
pub mod postgres;
pub mod row;
pub mod sql;
pub mod sqlite;
pub mod store;
pub mod value;
