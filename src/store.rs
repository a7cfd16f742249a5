//! The store: every SQL statement, over SQLite or PostgreSQL, and nothing but SQL.
//!
//! `tables` has one file per table. Each statement is written once, in the dialect that both
//! databases share, and ownership is part of it. [`db`] has the connections and runs the
//! statements.

/// Names statements and lists them, so that a test can prepare and plan each one.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:expr;)*) => {
        $($(#[$doc])* const $name: &str = $sql;)*
        /// Every statement of this table, by name.
        pub(in crate::store) const STATEMENTS: &[(&str, &str)] =
            &[$((stringify!($name), $name)),*];
    };
}

pub mod db;
mod tables;

pub use db::error::OpenError;
pub use db::sql::Tx;
pub use db::store::Store;
pub use tables::*;
